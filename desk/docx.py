"""A paper → a Word document in the look of a Chinese official paper (GB/T 9704).

All of it is text, tables and the number of the page: no link, no picture, no field made of what a document says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph as DocxParagraph

from desk import docxstyles as styles
from desk.answertext import Block, Line, Listing, Paragraph, Table
from desk.citing import ENGLISH, one_line
from desk.paper import Paper

_MOST_COLUMNS = 63
"""Word opens no table with more."""
_NARROW, _WIDE = 6, 30
"""Characters that the width of a column goes by, at least and at most."""
_LONGEST_PROPERTY = 255


def write(paper: Paper, *, at: datetime, author: str = "") -> bytes:
    """Return a paper as the bytes of a `.docx` file."""
    document = docx.Document()
    styles.set_up(document, paper.lang)
    _set_properties(document, paper, at, author)
    document.add_paragraph(paper.title, style=styles.TITLE)
    for section in paper.sections:
        document.add_paragraph(section.heading, style=styles.HEADING)
        document.add_paragraph(section.facts, style=styles.REMARK)
        for block in section.blocks:
            _add_block(document, block)
        for note in section.notes:
            _add_line(document.add_paragraph(style=styles.REMARK), note)
    if paper.sources:
        document.add_paragraph(paper.sources_heading, style=styles.HEADING)
        for number, source in enumerate(paper.sources, start=1):
            document.add_paragraph(f"[{number}]\t{source}", style=styles.SOURCE)
    document.add_paragraph(paper.closing, style=styles.REMARK)
    if paper.lang != ENGLISH:
        styles.write_marks_wide(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _set_properties(document: Document, paper: Paper, at: datetime, author: str) -> None:
    told = document.core_properties
    told.author = told.last_modified_by = one_line(author)[:_LONGEST_PROPERTY]
    told.title = paper.title[:_LONGEST_PROPERTY]
    told.comments = told.keywords = told.subject = told.category = ""
    told.language = paper.lang
    told.revision = 1
    # The properties of a file are in universal time and tell no zone.
    told.created = told.modified = at.astimezone(UTC).replace(tzinfo=None)


def _add_block(document: Document, block: Block) -> None:
    if isinstance(block, Paragraph):
        for line in block.lines:
            _add_line(document.add_paragraph(style=styles.BODY), line)
    elif isinstance(block, Listing):
        for item in block.items:
            name = (styles.NESTED_ITEM if item.nested else styles.ITEM) if not item.number else styles.BODY
            paragraph = document.add_paragraph(style=name)
            if item.number:
                paragraph.add_run(f"{item.number}. ")
            _add_line(paragraph, item.line)
    else:
        _add_table(document, block)


def _add_line(paragraph: DocxParagraph, line: Line) -> None:
    for run in line:
        added = paragraph.add_run(run.text)
        if run.bold:
            added.bold = True
        if run.marker:
            added.font.superscript = True


def _add_table(document: Document, table: Table) -> None:
    columns = min(len(table.rows[0]), _MOST_COLUMNS)
    added = document.add_table(len(table.rows), columns, style=styles.TABLE)
    added.alignment = WD_TABLE_ALIGNMENT.CENTER
    widths = _widths(table, columns)
    for number, (row, cells) in enumerate(zip(added.rows, table.rows, strict=True)):
        told = (*cells[: columns - 1], tuple(run for cell in cells[columns - 1 :] for run in cell))
        for cell, line, width in zip(row.cells, told, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.style = styles.CELL
            _add_line(paragraph, line)
            for run in paragraph.runs if number == 0 else ():
                run.bold = True
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
    _set_grid(added, widths)
    # Two tables without a paragraph between them would be one.
    document.add_paragraph(style=styles.CELL)


def _widths(table: Table, columns: int) -> list[Mm]:
    """Return the widths of the columns, by the longest text in each."""
    longest = [max(sum(len(run.text) for run in row[at]) for row in table.rows) for at in range(columns)]
    shares = [min(max(length, _NARROW), _WIDE) for length in longest]
    return [Mm(styles.TEXT_WIDTH_MM * share / sum(shares)) for share in shares]


def _set_grid(table: DocxTable, widths: list[Mm]) -> None:
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(round(width.twips)))
