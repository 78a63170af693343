"""Spreadsheets (.xlsx, .csv, .tsv): each row readable by itself, with the headers of its cells."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import column_index_from_string

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError
from core.schema import Origin
from ingest.formats.cells import Cell, Merged
from ingest.formats.cellvalues import shown
from ingest.formats.containers import Container, damage_named, open_package, parse_xml, without_dangling_links
from ingest.formats.decode import decode
from ingest.formats.sniff import Content, content_of
from ingest.formats.tables import row_lines
from ingest.lines import Limits, Line, Problem, RawText

MAX_ROWS = 200_000
_MAX_CELLS = 10_000_000
_LAST_ROW = 1_048_576
"""Of any sheet, by the file format."""
_MAX_MERGED = 200_000
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_NO_RESULT = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A formula that the program which wrote the file had not calculated."""
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 20_000
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


@dataclass(slots=True)
class _Sheet:
    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """Of the rows, as the sheet counts them."""

    def origin(self, index: int) -> Origin:
        """Return the place of a row."""
        return Origin(sheet=self.name, row=self.numbers[index])


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the one text of a file, sheet by sheet; see `ingest.lines.Reader`."""
    content = content_of(data)
    notes: list[str] = []
    if content in (Content.SHEETS, Content.ZIP):
        sheets = _sheets_of_package(data, limits, notes)
    elif content is Content.SHEETS_XML:
        sheets = _sheets_of_xml(data)
    elif content is Content.OTHER:
        sheets = [_sheet_of_text(data, PurePath(source).suffix.lower())]
    else:
        # Imported here, as it sends files on to this module in its turn.
        from ingest.formats.legacy import read_as_it_is

        yield from read_as_it_is(data, source, limits, Content.SHEETS)
        return
    lines = list(_lines([sheet for sheet in sheets if sheet.rows]))
    if not lines:
        raise EmptyFileError("；".join(["表格里没有可索引的内容", *notes]) + "。")
    yield RawText(tuple(lines), source, notes=tuple(notes))


def _lines(sheets: list[_Sheet]) -> Iterator[Line]:
    for sheet in sheets:
        if len(sheets) > 1:
            yield Line(sheet.name, Origin(sheet=sheet.name), whole=True, level=2)
        yield from row_lines(sheet.rows, sheet.origin)


class _Collector:
    """Takes the rows of a file one by one, and stops where there are more than a file may have."""

    def __init__(self) -> None:
        self._rows = 0
        self._cells = 0

    def sheet(self, name: str, rows: Iterable[tuple[int, list[Cell]]]) -> _Sheet:
        """Return a sheet with its rows, several empty ones in a row as one."""
        sheet = _Sheet(name)
        for number, row in rows:
            self._cells += len(row)
            while row and not row[-1]:
                row.pop()
            if not any(isinstance(cell, str) for cell in row):
                if sheet.rows and sheet.rows[-1]:
                    sheet.rows.append([])
                    sheet.numbers.append(number)
                continue
            self._rows += 1
            if self._rows > MAX_ROWS or self._cells > _MAX_CELLS:
                raise FileTooLargeError(f"表格超过 {MAX_ROWS} 行或内容过多，未读取；请拆分成几个文件后再试。")
            sheet.rows.append(row)
            sheet.numbers.append(number)
        return sheet


def _sheets_of_package(data: bytes, limits: Limits, notes: list[str]) -> list[_Sheet]:
    container = open_package(data, limits)
    collector = _Collector()
    sheets: list[_Sheet] = []
    with damage_named(), warnings.catch_warnings(), redirect_stdout(StringIO()):
        # What openpyxl misses in a workbook (styles, extensions) is no part of its text; some of it is even printed.
        warnings.simplefilter("ignore")
        # Without read_only a sheet takes fifty times its size in memory; what that mode does not tell is found below.
        book = openpyxl.load_workbook(
            BytesIO(without_dangling_links(container, data)), read_only=True, data_only=True, keep_links=False
        )
        for worksheet in book.worksheets:
            if worksheet.sheet_state != "visible":
                notes.append(f"隐藏的工作表“{worksheet.title}”未收录")
                continue
            part = _part_of(worksheet, container)
            merged = _merged(part)
            worksheet.reset_dimensions()
            sheets.append(collector.sheet(worksheet.title, _rows(worksheet, merged)))
            if missing := len(_NO_RESULT.findall(part)):
                notes.append(f"工作表“{worksheet.title}”有 {missing} 个公式没有保存结果，未收录")
        book.close()
    return sheets


def _part_of(worksheet: Any, container: Container) -> bytes:
    """Return the XML of a sheet, for what openpyxl leaves out when it reads row by row."""
    path = str(getattr(worksheet, "_worksheet_path", "")).lstrip("/")
    return container.read(path) if path in container else b""


def _rows(worksheet: Any, merged: dict[tuple[int, int], Merged]) -> Iterator[tuple[int, list[Cell]]]:
    last: dict[int, int] = {}
    for number, column in merged:
        last[number] = max(column, last.get(number, 0))
    for number, row in enumerate(worksheet.iter_rows(), start=1):
        if number > _LAST_ROW:
            raise DamagedFileError("表格的行号超出格式允许的范围，文件已损坏；请用原来的软件打开、另存后再试。")
        cells: list[Cell] = []
        for column, cell in enumerate(row, start=1):
            text = shown(cell.value, cell.number_format or "General") if cell.value is not None else ""
            cells.append(text or merged.get((number, column), text))
        # A file need not hold the cells that a merged one covers.
        cells += [merged.get((number, column), "") for column in range(len(cells) + 1, last.get(number, 0) + 1)]
        yield number, cells


def _merged(part: bytes) -> dict[tuple[int, int], Merged]:
    """Return which places of a sheet are covered by a merged cell."""
    covered: dict[tuple[int, int], Merged] = {}
    for match in _MERGED.finditer(part):
        left, right = (column_index_from_string(match[group].decode()) for group in (1, 3))
        top, bottom = int(match[2]), int(match[4])
        # Cells merged down a whole sheet only give it a colour.
        if (right - left + 1) * (bottom - top + 1) + len(covered) > _MAX_MERGED:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if row > top:
                    covered[row, column] = Merged.UP
                elif column > left:
                    covered[row, column] = Merged.LEFT
    return covered


def _sheets_of_xml(data: bytes) -> list[_Sheet]:
    """Return the sheets of a file in the XML form of Excel 2003."""
    root = parse_xml(data)
    collector = _Collector()
    with damage_named():
        return [
            collector.sheet(sheet.get(f"{_SS}Name", ""), _rows_of_xml(sheet)) for sheet in root.iter(f"{_SS}Worksheet")
        ]


def _rows_of_xml(sheet: etree._Element) -> Iterator[tuple[int, list[Cell]]]:
    number = 0
    for row in sheet.iterfind(f"{_SS}Table/{_SS}Row"):
        number = _index(row, "Index") or number + 1
        cells: list[Cell] = []
        for cell in row.iterchildren(f"{_SS}Cell"):
            cells.extend([""] * (min(_index(cell, "Index"), 16_384) - 1 - len(cells)))
            value = cell.find(f"{_SS}Data")
            text = "".join(value.itertext()) if value is not None else ""
            is_number = value is not None and value.get(f"{_SS}Type") == "Number"
            cells.append(_plain_number(text) if is_number else shown(text))
            cells.extend([Merged.LEFT] * min(_index(cell, "MergeAcross"), 16_384))
        yield number, cells


def _plain_number(text: str) -> str:
    try:
        return shown(float(text))
    except ValueError:
        return text


def _index(element: etree._Element, name: str) -> int:
    text = element.get(f"{_SS}{name}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _sheet_of_text(data: bytes, suffix: str) -> _Sheet:
    text = decode(data)
    if not text.strip():
        raise EmptyFileError("文件是空的，没有可索引的文字。")
    delimiter = "\t" if suffix == ".tsv" else _delimiter(text)
    with damage_named():
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        return _Collector().sheet("", ((number, [shown(cell) for cell in row]) for number, row in enumerate(reader, 1)))


def _delimiter(text: str) -> str:
    """Return what parts the cells: the sign that gives the most rows the same number of cells."""
    sample = text if len(text) <= _SAMPLE else text[:_SAMPLE].rpartition("\n")[0]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(StringIO(sample, newline=""), delimiter=delimiter) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    with damage_named():
        return max(_DELIMITERS, key=score)
