"""Pages of positioned text as lines in reading order: columns, paragraphs over lines and pages, titles, tables.

Headers, footers and page numbers are left out. Where characters stand is all that is used, so it serves text layers and
recognised text alike, in any unit of length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.schema import Origin
from ingest.cleaning.blocks import Removed
from ingest.formats.cells import NUMBER, Cell, texts_of
from ingest.formats.cells import Row as TableRow
from ingest.formats.columns import Row, Table, blocks_of_page, set_edges
from ingest.formats.margins import body_size, without_margins
from ingest.formats.page import Page
from ingest.formats.tables import row_lines
from ingest.lines import Line

_LARGER = 1.2
_LARGER_SCANNED = 1.25
"""How many times larger than that of the body the type of a heading is."""
_LONGEST_HEADING = 60
_TITLE_ROWS = 14
"""Rows from the top among which the title is looked for."""
_TERMINAL = re.compile(r"[。！？!?；;：:…][”’」』）)】》]*$")
_SENTENCE_END = re.compile(r"[。！？!?…][”’」』）)】》]*$")
_OPEN_END = re.compile(r"[，、（(“‘《]$")
_NUMBERED = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[章节条部分编]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|"
    r"\d{1,2}[.．、](?!\d)|[①-⑳]|[•·●■◆★]"
)
_DOCUMENT_NUMBER = re.compile(r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*(?:第\s*)?\d+\s*号")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The text of pages, and what does not belong to it: headers, footers, page numbers, watermarks."""

    lines: tuple[Line, ...]
    removed: tuple[Removed, ...] = ()


@dataclass(slots=True)
class _Paragraph:
    rows: list[Row]
    text: str
    level: int = 0


def lines_of(pages: Sequence[Page]) -> tuple[Line, ...]:
    """Return the text of pages as titles, paragraphs and rows of tables, in the order in which people read them."""
    return laid_out(pages).lines


def laid_out(pages: Sequence[Page]) -> LaidOut:
    """Return the text of pages as `lines_of` does, and what was left out of it."""
    pages, removed = without_margins(pages)
    body = body_size(pages)
    blocks = [block for page in pages for block in blocks_of_page(page)]
    set_edges([block for block in blocks if isinstance(block, list)])
    items: list[Row | Table] = []
    for block in blocks:
        if isinstance(block, Table):
            if items and isinstance(items[-1], Table) and _goes_on(items[-1], block):
                items[-1].parts.extend(block.parts)
            else:
                items.append(block)
        else:
            items.extend(block)
    return LaidOut(tuple(_numbered_lines(_paragraphs(_with_titles(items, body)))), tuple(removed))


def _with_titles(items: list[Row | Table], body: float) -> list[_Paragraph | Row | Table]:
    """Return the items with those rows joined to headings that are set in clearly larger type."""
    made: list[_Paragraph | Row | Table] = []
    for item in items:
        if isinstance(item, Table) or not _is_heading(item, body):
            made.append(item)
        elif made and isinstance(made[-1], _Paragraph) and _is_same_heading(made[-1].rows[-1], item):
            made[-1].rows.append(item)
            made[-1].text = glue(made[-1].text, item.text)
        else:
            made.append(_Paragraph([item], item.text, level=2))
    title = _title(made)
    if title is not None:
        size = title.rows[0].size
        is_before = True
        for heading in made:
            if isinstance(heading, _Paragraph):
                is_before = is_before and heading is not title
                if heading is title or abs(heading.rows[0].size - size) <= 0.03 * size:
                    heading.level = 1
                elif is_before:
                    # The name of the office at the head of its paper.
                    heading.level = 0
    return made


def _is_heading(row: Row, body: float) -> bool:
    least = _LARGER_SCANNED if row.page.scanned else _LARGER
    if row.size < least * body or len(row.text) > _LONGEST_HEADING or _TERMINAL.search(row.text):
        return False
    return row.is_centred or not row.page.scanned


def _is_same_heading(above: Row, row: Row) -> bool:
    slack = 0.15 if above.page.scanned else 0.06
    if above.page is not row.page or abs(above.size - row.size) > slack * above.size:
        return False
    if _NUMBERED.match(row.text) or row.text.startswith(("—", "──")) or row.top - above.bottom > 1.5 * above.size:
        return False
    return (above.is_centred and row.is_centred) or above.is_full_before(row.text)


def _title(items: list[_Paragraph | Row | Table]) -> _Paragraph | None:
    """Return the title of the first page; the name of the office over the number of a document is none."""
    first: list[_Paragraph] = []
    for item in items[:_TITLE_ROWS]:
        if isinstance(item, Table) or (isinstance(item, Row) and _SENTENCE_END.search(item.text)):
            break
        if isinstance(item, _Paragraph):
            first.append(item)
        elif _DOCUMENT_NUMBER.search(item.text):
            first.clear()
    first = [item for item in first if not _DOCUMENT_NUMBER.search(item.text)]
    return max(first, key=lambda item: round(item.rows[0].size, 1), default=None)


def _paragraphs(items: list[_Paragraph | Row | Table]) -> Iterator[_Paragraph | Table]:
    """Yield paragraphs of the rows that belong together, also over the ends of columns and pages."""
    indents = any(isinstance(item, Row) and item.is_indented and not item.is_apart for item in items)
    current: _Paragraph | None = None
    for item in items:
        if isinstance(item, Row):
            if current is not None and _continues(current, item, indents):
                current.rows.append(item)
                current.text = glue(current.text, item.text)
                continue
            if current is not None:
                yield current
            current = _Paragraph([item], item.text)
        else:
            if current is not None:
                yield current
                current = None
            yield item
    if current is not None:
        yield current


def _continues(paragraph: _Paragraph, row: Row, indents: bool) -> bool:
    """Whether a row goes on with the sentence or paragraph above it."""
    last = paragraph.rows[-1]
    slack = 0.35 if row.page.scanned else 0.15
    if abs(last.size - row.size) > slack * max(last.size, row.size):
        return False
    is_numbered = bool(_NUMBERED.match(row.text))
    is_ended = bool(_TERMINAL.search(last.text))
    same_column = last.page is row.page and row.top > last.top and last.left == row.left
    if same_column and row.top - last.top > 1.5 * max(last.pitch, last.size * 1.2):
        return False
    if len(paragraph.rows) == 1 and last.is_apart:
        return False
    if row.is_apart and not _OPEN_END.search(last.text):
        return False
    if row.is_indented:
        # The later lines of an item of a list hang under its text.
        is_hanging = not is_ended and not is_numbered and (abs(row.x0 - last.x0) > 0.5 * row.size)
        is_deeper = len(paragraph.rows) > 1 and last.is_indented and abs(row.x0 - last.x0) <= 0.5 * row.size
        return last.is_full_before(row.text) and not is_numbered and (is_hanging or (is_deeper and not is_ended))
    if is_numbered and (is_ended or not last.is_full_before(row.text)):
        return False
    if last.is_full_before(row.text):
        # Without indents, what begins after a full stop over the end of a page may as well be a paragraph of its own.
        return indents or not _SENTENCE_END.search(last.text) or (same_column and not is_numbered)
    if is_numbered:
        return False
    # Where paragraphs are indented, what is not and follows no full stop goes on with the line above it.
    is_broken = not _SENTENCE_END.search(last.text) if indents else not is_ended
    return bool(_OPEN_END.search(last.text)) or (is_broken and last.is_nearly_full_before(row.text))


def glue(left: str, right: str) -> str:
    """Join two lines of a paragraph: Chinese without a space, words with one, a word parted by a hyphen as one."""
    if left.endswith("\u00ad"):
        return left[:-1] + right
    if len(left) > 1 and left.endswith(("-", "‐")) and left[-2].isascii() and left[-2].isalpha():
        return left[:-1] + right if right[:1].islower() else left + right
    if not left or not right or not (left[-1].isascii() and right[0].isascii()):
        return left + right
    if not right[0].isalnum() or not (left[-1].isalnum() or left[-1] in ".,;:?!)%"):
        return left + right
    return left + right if left[-1].isdigit() and right[0].isdigit() else f"{left} {right}"


def _goes_on(table: Table, following: Table) -> bool:
    """Whether a table at the top of a page is the rest of the one at the end of the page before."""
    grid, page = table.parts[-1]
    rest, next_page = following.parts[0]
    is_next = next_page.number == page.number + 1 and len(grid.rows[0]) == len(rest.rows[0])
    slack = 0.03 * page.width
    return is_next and abs(grid.x0 - rest.x0) <= slack and abs(grid.x1 - rest.x1) <= slack


def _table_rows(table: Table) -> tuple[list[TableRow], list[int]]:
    """Return the rows of a table, those whole again that go over the end of a page, and the pages where they begin."""
    rows: list[TableRow] = []
    numbers: list[int] = []
    for grid, page in table.parts:
        following = list(grid.rows)
        # The header is repeated on each page.
        first = 1 if rows and following[0] == rows[0] else 0
        if rows and first < len(following) and _is_rest(rows[-1], following[first]):
            rows[-1] = tuple(map(_whole_cell, rows[-1], following[first]))
            del following[first]
        rows.extend(following)
        numbers.extend([page.number] * len(following))
    return rows, numbers


def _is_rest(row: TableRow, following: TableRow) -> bool:
    """Whether the first row on a page goes on with the last one of the page before.

    It has no name or number of its own, goes on with a cell that is not at its end, and does not fill all columns; one
    that does so may be another row under a name that covers several.
    """
    pairs = [
        (above, below)
        for above, below in zip(row[1:], following[1:], strict=True)
        if isinstance(above, str) and above.strip()
    ]
    rests = [above for above, below in pairs if isinstance(below, str) and below.strip()]
    if following[0] or not rests or len(rests) < len(texts_of(following)):
        return False
    if any(_OPEN_END.search(text) for text in rests):
        return True
    is_open = any(not _TERMINAL.search(text) and not NUMBER.fullmatch(text) for text in rests)
    return is_open and len(rests) < len(pairs)


def _whole_cell(above: Cell, below: Cell) -> Cell:
    return glue(above, below) if isinstance(above, str) and isinstance(below, str) else above


def _numbered_lines(items: Iterator[_Paragraph | Table]) -> Iterator[Line]:
    count = 0
    for item in items:
        if isinstance(item, _Paragraph):
            count += 1
            first = item.rows[0]
            yield Line(
                item.text,
                Origin(page=first.page.number, paragraph=count),
                indented=first.is_indented and not first.is_apart and not item.level,
                whole=True,
                level=item.level,
            )
        else:
            rows, numbers = _table_rows(item)
            origins = [Origin(page=number) for number in numbers]
            for line in row_lines(rows, origins.__getitem__):
                count += 1
                yield replace(line, origin=replace(line.origin, paragraph=count))
