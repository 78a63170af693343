"""The text of an answer → its paragraphs, lists and tables, with what is bold and what is a citation marker.

An answer is written in a small Markdown: `**bold**`, `- item`, `1. item`, `| tables |`, and `[1]` for a citation.
Nothing else has a meaning in it: links, pictures, headings and HTML are the text that they are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from desk.citing import writable

_INLINE = re.compile(r"\*\*(?=\S)(?P<bold>[^\n]{0,500}?\S)\*\*|\[(?P<marker>[0-9]{1,4})\]")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?P<bullet>[-*•])|(?P<number>[0-9]{1,3})\.)[ \t]+(?P<body>\S.*)")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?")
_SPACE = re.compile(r"[\t\v\f\x1c-\x1f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one look. `marker` is the number of a citation, 0 for plain text."""

    text: str
    bold: bool = False
    marker: int = 0


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of prose, one below the other."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; `number` is empty for a bullet."""

    line: Line
    number: str = ""
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The items of a list."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows, the head first, are all of the same length."""

    rows: tuple[tuple[Line, ...], ...]


Block = Paragraph | Listing | Table


def blocks(text: str, markers: Collection[int]) -> list[Block]:
    """Return the parts of an answer. `[n]` is a marker only where `n` is one of `markers`, else it stays text."""
    clean = writable(text.replace("\r\n", "\n").replace("\r", "\n"))
    return list(_blocks(_SPACE.sub(" ", clean).split("\n"), markers))


def line(text: str, markers: Collection[int]) -> Line:
    """Return one line, such as a note, with bold and markers."""
    return _runs(_SPACE.sub(" ", writable(text).replace("\r", " ").replace("\n", " ")).strip(), markers, bold=False)


def bold_pieces(text: str) -> list[str]:
    """Return what is bold in a text, in order, without markers."""
    found: list[str] = []
    for block in blocks(text, range(10_000)):
        for runs in _lines(block):
            found += [run.text.strip() for run in runs if run.bold and not run.marker]
    return [piece for piece in found if piece]


def _lines(block: Block) -> Iterator[Line]:
    if isinstance(block, Paragraph):
        yield from block.lines
    elif isinstance(block, Listing):
        yield from (item.line for item in block.items)
    else:
        for row in block.rows:
            yield from row


def _blocks(lines: list[str], markers: Collection[int]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        kind = _kind(lines, at)
        end = at + 1
        while end < len(lines) and lines[end].strip() and (kind is _table or _kind(lines, end) is kind):
            if kind is _table and "|" not in lines[end]:
                break
            end += 1
        yield kind(lines[at:end], markers)
        at = end


def _kind(lines: list[str], at: int) -> Callable[[list[str], Collection[int]], Block]:
    if _ITEM.fullmatch(lines[at]):
        return _listing
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if "|" in lines[at] and "|" in following and _TABLE_RULE.fullmatch(following):
        return _table
    return _paragraph


def _paragraph(lines: list[str], markers: Collection[int]) -> Paragraph:
    return Paragraph(tuple(_runs(text.strip(), markers, bold=False) for text in lines))


def _listing(lines: list[str], markers: Collection[int]) -> Listing:
    items = []
    for text in lines:
        item = _ITEM.fullmatch(text)
        assert item is not None
        nested = len(item["indent"].expandtabs(4)) >= 2
        items.append(Item(_runs(item["body"].strip(), markers, bold=False), item["number"] or "", nested))
    return Listing(tuple(items))


def _table(lines: list[str], markers: Collection[int]) -> Table:
    head, _, *body = [[_runs(cell, markers, bold=False) for cell in _cells(text)] for text in lines]
    width = max(map(len, (head, *body)))
    return Table(tuple((*row, *[()] * (width - len(row))) for row in (head, *body)))


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.strip().removeprefix("|").removesuffix("|").split("|")]


def _runs(text: str, markers: Collection[int], *, bold: bool) -> Line:
    runs: list[Run] = []
    at = 0
    for match in _INLINE.finditer(text):
        if match["bold"] is None and int(match["marker"]) not in markers:
            continue
        if before := text[at : match.start()]:
            runs.append(Run(before, bold))
        if match["bold"] is not None:
            runs += _runs(match["bold"], markers, bold=True)
        else:
            runs.append(Run(match[0], bold, int(match["marker"])))
        at = match.end()
    if rest := text[at:]:
        runs.append(Run(rest, bold))
    return tuple(runs)
