"""The body of an article as sections under their headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import rjieba

from core.schema import Origin
from ingest.cleaning.blocks import Block, Role
from ingest.frame import LINE_LEVEL

_HEADING_LINES = 2
_NUMBERS = [
    re.compile(pattern)
    for pattern in (
        r"第[一二三四五六七八九十百]+[章节部分编篇]",
        r"[一二三四五六七八九十]{1,3}、",
        r"[（(][一二三四五六七八九十]{1,3}[)）]",
        r"\d{1,2}\s*[.．、](?!\d)",
    )
]
_ENCLOSED = re.compile(r"附\s?件\s?[\d一二三四五六七八九十]{0,3}")
_LONG_PARAGRAPH = 400
"""Characters from which on a paragraph is cut into several chunks, of which only the first has its theme."""
_THEME = re.compile(
    r"(?=.{6,30}?。)[^。，,；;：:！？!?\d%％“”]*(?:“[^”]{1,10}”[^。，,；;：:！？!?\d%％“”]*)?(?:[，,][^。，,；;：:！？!?\d%％]{4,16})?。"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A run of paragraphs under one path of headings, `document.text[start:end]`."""

    headings: tuple[str, ...]
    start: int
    end: int


def settled(body: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks of a body with those headings and lines turned to text that head nothing.

    What is followed by text or by a deeper heading is a heading; everything else, such as the lines of a list, is
    itself what the article says.
    """
    units = list(_units(body))
    for number, unit in enumerate(units):
        first, *lines = unit
        if first.role is Role.TEXT:
            yield first
            continue
        following = units[number + 1][0] if number + 1 < len(units) else None
        heads = following is not None and _heads(first, following)
        if heads and len(unit) <= _HEADING_LINES:
            yield from unit
            continue
        if first.role is Role.HEADING:
            is_heading = heads or bool(lines)
        else:
            is_heading = heads or (number > 0 and len(unit) > _HEADING_LINES)
        yield first if is_heading else replace(first, role=Role.TEXT)
        for line in lines:
            yield replace(line, role=Role.TEXT, level=0)


def _heads(upper: Block, lower: Block) -> bool:
    """Whether `upper` is a heading of what follows; neither of a signature nor of the next item of a list."""
    if lower.role is not Role.TEXT:
        return _level(lower) > _level(upper)
    number = _kind_of_number(upper.text)
    return not lower.level and (number < 0 or number != _kind_of_number(lower.text))


def _kind_of_number(text: str) -> int:
    """Return which way of numbering a line begins with; -1 where it has no number."""
    return next((kind for kind, pattern in enumerate(_NUMBERS) if pattern.match(text)), -1)


def _units(body: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a body into paragraphs and headings, each heading together with the lines right under it."""
    unit: list[Block] = []
    for block in body:
        under = unit and unit[0].role is not Role.TEXT and _level(unit[0]) >= LINE_LEVEL
        under = under and not _ENCLOSED.fullmatch(block.text)
        if unit and not (under and block.role is Role.LINE):
            yield unit
            unit = []
        unit.append(block)
    if unit:
        yield unit


def _level(block: Block) -> int:
    return block.level or LINE_LEVEL


def lay_sections(body: Sequence[Block], put: Callable[[str, Origin], tuple[int, int]]) -> Iterator[Section]:
    """Yield the sections of a body, which `put` lays out line by line; it returns where each then stands."""
    themes = _themes(body)
    path: list[tuple[int, str]] = []
    start = end = -1
    after_heading = False

    def finished() -> Iterator[Section]:
        nonlocal start
        if start >= 0:
            yield Section(tuple(text for _, text in path), start, end)
            start = -1

    for index, block in enumerate(body):
        if block.role in (Role.HEADING, Role.LINE):
            yield from finished()
            path = _next_path(path, block, joined=after_heading)
            put(block.text, block.origin)
            after_heading = True
            continue
        after_heading = False
        if block.level and path and path[-1][0] >= block.level:
            yield from finished()
            path = [entry for entry in path if entry[0] < block.level]
        if index in themes:
            yield from finished()
            begin, end = put(block.text, block.origin)
            yield Section((*(text for _, text in path), themes[index]), begin, end)
            continue
        begin, end = put(block.text, block.origin)
        start = begin if start < 0 else start
    yield from finished()


def _themes(body: Sequence[Block]) -> dict[int, str]:
    """Return the themes of the long paragraphs that begin with one; a single one may be any short sentence.

    畅通四种渠道选出“好苗子”。 heads its paragraph where others beside it are made in the same way.
    """
    found: dict[int, str] = {}
    for index, block in enumerate(body):
        match = _THEME.match(block.text) if block.role is Role.TEXT and len(block.text) > _LONG_PARAGRAPH else None
        if match and (theme := match[0].rstrip("。")):
            found[index] = theme
    alike = sum(rjieba.tag(theme)[0][1].startswith(("v", "a")) for theme in found.values())
    return found if alike > 1 else {}


def _next_path(path: list[tuple[int, str]], block: Block, *, joined: bool) -> list[tuple[int, str]]:
    """Return the headings over what follows `block`. A line without a number right under another is one with it."""
    level = _level(block)
    if joined and not block.level and path and path[-1][0] >= level:
        return [*path[:-1], (path[-1][0], f"{path[-1][1]} {block.text}")]
    return [*(entry for entry in path if entry[0] < level), (level, block.text)]
