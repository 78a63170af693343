"""Plain text and Markdown, in any encoding that Chinese office files come in."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import EmptyFileError
from core.schema import Origin
from ingest.formats.decode import decode
from ingest.lines import Limits, Line, Problem, RawText


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the one text of a file; see `ingest.lines.Reader`."""
    text = decode(data)
    if not text.strip():
        raise EmptyFileError("文件是空的，没有可索引的文字。")
    yield RawText(lines_of(text), source)


def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a text that are not blank, each with the number of its line as origin."""
    lines: list[Line] = []
    gap = 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line.strip():
            indented = line.startswith(("\u3000\u3000", "    "))
            lines.append(Line(line, Origin(paragraph=number), gap if lines else 0, indented))
            gap = 0
        else:
            gap += 1
    return tuple(lines)
