"""The columns and tables of a page in reading order, each line with the edges of its column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingest.formats.grids import Grid
from ingest.formats.margins import margin_rows
from ingest.formats.page import Page
from ingest.formats.runs import Run, row_text, rows_of, width_of

_LONE_GAP = 1.5
"""Characters between a line in the margin and the text."""
_INDENT = 1.2
"""Characters."""
_RAGGED = 3.0
"""Characters by which the lines of a paragraph may end before the right edge: punctuation that hangs over it makes the
edge seem further out, and some programs never part a figure or a Latin word."""
_FAR_RIGHT = 4.0
"""Characters: a line that begins so far from the left edge is centred or set to the right."""
_SHORTEST_COLUMN_LINE = 7.0
"""Characters: shorter lines next to each other are rows of a list rather than columns of text."""
_FIRST_WORD = re.compile(r"[“‘（《【〈「『]*(?:[A-Za-z0-9.,%+\-/@_]+|.)")
_CLOSING = re.compile(r"[，。、；：！？”’）》】]+")
_Part = Run | Grid


@dataclass(slots=True)
class Row:
    """One line of text in its column."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    page: Page
    left: float = 0.0
    """The edges of the text of its column."""
    right: float = 0.0
    pitch: float = 0.0
    """Usual distance from line to line in its column."""

    @property
    def is_indented(self) -> bool:
        """Whether it begins a little to the right of its column's edge, as first lines do."""
        return self.x0 > self.left + _INDENT * self.size

    @property
    def is_apart(self) -> bool:
        """Whether it is centred or set to the right, not part of a paragraph."""
        return self.x0 > self.left + _FAR_RIGHT * self.size

    @property
    def is_centred(self) -> bool:
        """Whether as much room is left before it as behind it."""
        before, behind = self.x0 - self.left, self.right - self.x1
        return abs(before - behind) <= max(2 * self.size, 0.08 * (self.right - self.left))

    def is_full_before(self, following: str) -> bool:
        """Whether what follows had no room on this line."""
        return self._room < _first_width(following, self.size) + 0.5 * self.size

    def is_nearly_full_before(self, following: str) -> bool:
        """Whether it ends about where its column does, or what follows had no room but where punctuation hangs over."""
        return self._room <= max(_RAGGED * self.size, _first_width(following, self.size) + 1.5 * self.size)

    @property
    def _room(self) -> float:
        return self.right - self.x1


@dataclass(slots=True)
class Table:
    """A table, in several parts where it goes over pages."""

    parts: list[tuple[Grid, Page]] = field(default_factory=list)


def _first_width(text: str, size: float) -> float:
    """Return how wide that is which a line cannot begin without: a character, or a word, with the signs around it."""
    match = _FIRST_WORD.match(text)
    closing = _CLOSING.match(text, match.end()) if match else None
    return width_of((match[0] if match else "") + (closing[0] if closing else ""), size)


def blocks_of_page(page: Page) -> Iterator[list[Row] | Table]:
    """Yield the columns of text and the tables of a page in reading order."""
    # Lines in the margins that turned out to be nothing else would part columns which they only stand over or under.
    head, foot = _lone_rows(page, at_top=True), _lone_rows(page, at_top=False)
    outer = {id(run) for run in (*head, *foot)}
    if head:
        yield _block(head, page)
    yield from _columns([*(run for run in page.runs if id(run) not in outer), *page.grids], page)
    if foot:
        yield _block(foot, page)


def _lone_rows(page: Page, at_top: bool) -> list[Run]:
    """Return the runs in the margin of a page that are set apart from the text."""
    lone: list[Run] = []
    waiting: list[Run] = []
    rows = [row for is_head, row in margin_rows(page) if is_head == at_top]
    for row in rows if at_top else reversed(rows):
        waiting.extend(row)
        edge = max(run.bottom for run in row) if at_top else min(run.top for run in row)
        known = {id(run) for run in (*lone, *waiting)}
        parts: list[_Part] = [*page.runs, *page.grids]
        others = [part for part in parts if id(part) not in known]
        if not others:
            return []
        gap = min(part.top for part in others) - edge if at_top else edge - max(part.bottom for part in others)
        if gap > _LONE_GAP * row[0].size:
            lone, waiting = [*lone, *waiting], []
    return lone


def _columns(parts: list[_Part], page: Page) -> Iterator[list[Row] | Table]:
    """Yield the columns in a part of a page; what goes over all columns parts it from top to bottom."""
    gutter = _gutter([part for part in parts if isinstance(part, Run)])
    if gutter is None:
        yield from _column(parts, page)
        return
    full: list[_Part] = []
    beside: list[_Part] = []
    for part in sorted(parts, key=_middle):
        if part.x0 < gutter < part.x1:
            yield from _beside(full, beside, gutter, page)
            beside = []
            full.append(part)
        else:
            beside.append(part)
    yield from _beside(full, beside, gutter, page)
    yield from _column(full, page)


def _beside(full: list[_Part], beside: list[_Part], gutter: float, page: Page) -> Iterator[list[Row] | Table]:
    """Yield what stands between two lines over all columns: columns, unless it is only the rest of such a line."""
    left = [part for part in beside if part.x0 + part.x1 < 2 * gutter]
    right = [part for part in beside if part.x0 + part.x1 >= 2 * gutter]
    if min(len(left), len(right)) < 2:
        full.extend(beside)
        return
    yield from _column(full, page)
    full.clear()
    yield from _columns(left, page)
    yield from _columns(right, page)


def _column(parts: list[_Part], page: Page) -> Iterator[list[Row] | Table]:
    """Yield the text and the tables of a single column from top to bottom."""
    runs: list[Run] = []
    for part in sorted(parts, key=_middle):
        if isinstance(part, Run):
            runs.append(part)
            continue
        if runs:
            yield _block(runs, page)
            runs = []
        yield Table([(part, page)])
    if runs:
        yield _block(runs, page)


def _middle(part: _Part) -> float:
    return part.top + part.bottom


def _gutter(runs: list[Run]) -> float | None:
    """Return where the left of several columns of text ends; None where there is only one column."""
    if len(runs) < 6:
        return None
    size = median(run.size for run in runs)
    starts = Counter(round(run.x0 / size) for run in runs)
    best, most = None, 2
    for start, count in starts.items():
        if count + starts[start - 1] + starts[start + 1] < 3:
            continue
        edge = (start - 0.6) * size
        left = [run for run in runs if run.x1 <= edge + 0.2 * size]
        right = [run for run in runs if run.x0 >= edge]
        if len(left) < 3 or len(right) < 3 or not (_is_prose(left) and _is_prose(right)):
            continue
        pairs = sum(any(run.top < other.bottom and other.top < run.bottom for other in left) for run in right)
        top, bottom = max(r.top for r in (min(left, key=_top), min(right, key=_top))), max(r.bottom for r in right)
        crossing = sum(run.x0 < edge < run.x1 and top < run.middle[1] < bottom for run in runs)
        if pairs - crossing > most:
            best, most = edge, pairs - crossing
    return best


def _top(run: Run) -> float:
    return run.top


def _is_prose(runs: list[Run]) -> bool:
    return median((run.x1 - run.x0) / run.size for run in runs) >= _SHORTEST_COLUMN_LINE


def _block(runs: list[Run], page: Page) -> list[Row]:
    return [
        Row(
            row_text(row),
            row[0].x0,
            min(run.top for run in row),
            max(run.x1 for run in row),
            max(run.bottom for run in row),
            max(row, key=lambda run: len(run.text)).size,
            page,
        )
        for row in rows_of(runs)
    ]


def set_edges(blocks: list[list[Row]]) -> None:
    """Tell each row the edges of its column, as they show in the rows of the column and of others like it."""
    edges = [_edges(block) for block in blocks]
    for block, (left, right) in zip(blocks, edges, strict=True):
        size = median(row.size for row in block)
        few = len(block) < 6
        if few or not block[0].page.scanned:
            near = 3 * size
            others = [
                other
                for candidate, other in zip(blocks, edges, strict=True)
                if len(candidate) >= 3
                and candidate[0].page.width == block[0].page.width
                and (
                    (abs(other[0] - left) <= near and abs(other[1] - right) <= near)
                    or (few and other[0] - size <= left and right <= other[1] + size)
                )
            ]
            if few and (whole := _page_edges(block, blocks)):
                others.append(whole)
            left = min([left, *(other[0] for other in others)])
            right = max([right, *(other[1] for other in others)])
        steps = [
            lower.top - upper.top for upper, lower in pairwise(block) if 0 < lower.top - upper.top < 4 * upper.size
        ]
        pitch = median(steps) if steps else 2 * size
        for row in block:
            row.left, row.right, row.pitch = left, right, pitch


def _page_edges(block: list[Row], blocks: list[list[Row]]) -> tuple[float, float] | None:
    """Return the edges of all that stands on the page of a few lines, unless something stands beside them."""
    page, top, bottom = block[0].page, block[0].top, block[-1].bottom
    for other in blocks:
        if other is not block and other[0].page is page and other[0].top < bottom and top < other[-1].bottom:
            return None
    parts: list[_Part] = [*page.runs, *page.grids]
    return min(part.x0 for part in parts), max(part.x1 for part in parts)


def _edges(block: list[Row]) -> tuple[float, float]:
    """Return the left and right edge of the text of a column; a single line that stands out does not make one."""
    size = median(row.size for row in block)
    starts = sorted(row.x0 for row in block)
    ends = sorted((row.x1 for row in block), reverse=True)
    left = next((a for a, b in pairwise(starts) if b - a <= 0.7 * size), starts[0])
    right = next((a for a, b in pairwise(ends) if a - b <= 1.2 * size), ends[0])
    # A few lines of which no two begin alike: the outermost counts.
    return (left, right) if len(block) > 4 else (starts[0], ends[0])
