"""What every format is read into: texts as lines, each with the place in the file that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.errors import FileTooLargeError
from core.schema import Origin
from ingest.cleaning.blocks import Removed


def printable(name: str) -> str:
    """Return a name without signs that do not show, some of which steer a terminal."""
    return "".join(character for character in name if character.isprintable())


@dataclass(frozen=True, slots=True)
class Line:
    """One line or paragraph as a format gives it, before cleaning.

    A format that knows its paragraphs marks them `whole`; lines that are not may go on in the next one, as they do in
    plain text wrapped at a fixed width.
    """

    text: str
    origin: Origin = field(default_factory=Origin)
    gap: int = 0
    """Blank lines before it."""
    indented: bool = False
    whole: bool = False
    level: int = 0
    """That of a heading where the format tells it, 1 for a title; else 0."""
    row: bool = False
    """Whether it is a row of a table, readable by itself."""


@dataclass(frozen=True, slots=True)
class RawText:
    """One text of a file: the whole file, a member of an archive, or a record of a `.jsonl` file."""

    lines: tuple[Line, ...]
    source: str
    """Its name for people: that of the file, with the member or the record where there are several."""
    key: str = ""
    """What tells it from the other texts of its file; empty where it is the only one."""
    title: str = ""
    """As a field of a record tells it."""
    date: str = ""
    recognised: bool = False
    """Whether any of it was read by text recognition, which may misread characters."""
    notes: tuple[str, ...] = ()
    """Short remarks for the report, such as 文字识别 2 页，平均可信度 0.97."""
    removed: tuple[Removed, ...] = ()
    """What the reader itself left out of what a person sees: the frame of a web page, headers and footers of print."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a file that could not be read while the rest could: a record, a member, a page."""

    reason: str
    """One sentence for people, which names the part."""


def _ignore(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single file may ask for, and who is told how far it has been read."""

    max_bytes: float = 50e6
    """Size of a file, and of a member of an archive once unpacked."""
    max_unpacked_bytes: float = 500e6
    """All that is unpacked from one file together."""
    max_members: int = 10_000
    """Files in an archive."""
    max_pages: int = 2_000
    on_page: Callable[[int, int], None] = _ignore
    """Called with each page that is done and the number of pages, 0 while that is not known."""


def too_many_pages(count: int, limits: Limits) -> FileTooLargeError:
    """Return the error for a file with `count` pages or more."""
    return FileTooLargeError(
        f"文件有 {count} 页，超过上限 {limits.max_pages} 页；请拆分文件，或调高设置 ORGASK_MAX_FILE_PAGES。"
    )


Reader = Callable[[bytes, str, Limits], Iterator[RawText | Problem]]
"""Reads the bytes of one file of its format under the name `source`.

It yields each text once, as soon as it is read. What cannot be read at all is a `core.errors.ReadError` whose message
is one Chinese sentence: what is wrong and what to do.
"""
