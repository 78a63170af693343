"""Plain text and Markdown, in any encoding that Chinese office files come in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.errors import EmptyFileError
from core.schema import Origin
from ingest.formats.decode import decode
from ingest.formats.tables import row_lines
from ingest.lines import Limits, Line, Problem, RawText

_ROW = re.compile(r"\s*\|.*\|\s*")
_UNDER_HEADERS = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*")
_BAR = re.compile(r"(?<!\\)\|")


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the one text of a file; see `ingest.lines.Reader`."""
    text = decode(data)
    if not text.strip():
        raise EmptyFileError("文件是空的，没有可索引的文字。")
    yield RawText(lines_of(text), source)


def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a text that are not blank, each with the number of its line as origin.

    A table of Markdown comes as the rows of a table.
    """
    lines: list[Line] = []
    gap = 0
    given = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    table_end = 0
    for number, line in enumerate(given, start=1):
        if number <= table_end:
            continue
        if rows := _table_at(given, number - 1):
            table_end = number + len(rows)
            lines += _rows(rows, number)
            gap = 0
        elif line.strip():
            indented = line.startswith(("\u3000\u3000", "    "))
            lines.append(Line(line, Origin(paragraph=number), gap if lines else 0, indented))
            gap = 0
        else:
            gap += 1
    return tuple(lines)


def _table_at(lines: list[str], start: int) -> list[list[str]]:
    """Return the rows of a table of Markdown that begins at a line, the headers first; empty where none does."""
    if start + 1 >= len(lines) or not _ROW.fullmatch(lines[start]) or not _UNDER_HEADERS.fullmatch(lines[start + 1]):
        return []
    rows = [lines[start]]
    for line in lines[start + 2 :]:
        if not _ROW.fullmatch(line):
            break
        rows.append(line)
    return [[cell.strip().replace("\\|", "|") for cell in _BAR.split(row.strip())[1:-1]] for row in rows]


def _rows(rows: list[list[str]], first: int) -> list[Line]:
    # The line of dashes counts between the headers and the first row.
    return row_lines(rows, lambda index: Origin(paragraph=first + index + (index > 0)), header_rows=1)
