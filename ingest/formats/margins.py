"""What stands in the margins of pages and is no part of the text: running headers and footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from core.schema import Origin
from ingest.cleaning.blocks import Removed
from ingest.formats.page import Page
from ingest.formats.runs import Run, row_text, rows_of

_MARGIN = 0.15
"""Share of a page at its top and bottom where headers and footers stand."""
_MARGIN_ROWS = 3
_EDGE = 0.1
"""Share of a page at its top and bottom whose type is not that of the body."""
_SAME_PLACE = 0.015
"""Share of a page by which the place of a running header may differ."""
_NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十百零〇]{1,5})"
# Recognition reads a dash beside a figure as the numeral one.
_DASHES = r"[\-—–―－一_~～·•.|\[\]()（）]*"
_PAGE_NUMBER = re.compile(
    rf"{_DASHES}第{_NUMERAL}页{_DASHES}(?:共{_NUMERAL}页)?{_DASHES}|共{_NUMERAL}页{_DASHES}第{_NUMERAL}页|"
    rf"{_DASHES}\d{{1,4}}(?:页|(?:页?[/／]|of|页?共)\d{{1,4}}页?)?{_DASHES}|"
    rf"{_DASHES}(?:page|p\.?){_DASHES}\d{{1,4}}(?:(?:of|/)\d{{1,4}})?{_DASHES}|[ivxⅰ-ⅻⅠ-Ⅻ]{{1,6}}",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxⅰ-ⅻⅠ-Ⅻ]{1,6}", re.IGNORECASE)


def without_margins(pages: Sequence[Page]) -> tuple[list[Page], list[Removed]]:
    """Return the pages without running headers and footers and without page numbers, and what was left out."""
    body = body_size(pages)
    rows = [margin_rows(page) for page in pages]
    places: dict[tuple[bool, str], list[float]] = {}
    numbers: Counter[int] = Counter()
    for page, margin in zip(pages, rows, strict=True):
        for at_top, row in margin:
            if key := _running_text(row):
                places.setdefault((at_top, key), []).append(row[0].middle[1] / page.height)
            text = _squeezed(row)
            if text.isdecimal() and len(text) <= 4:
                numbers[int(text) - page.number] += 1
    enough = max(2, min(0.4 * len(pages), 4))
    made: list[Page] = []
    removed: list[Removed] = []
    for page, margin in zip(pages, rows, strict=True):
        drop: set[int] = set()
        apart = _set_apart(page, margin)
        for at_top, row in margin:
            own = row[0].middle[1] / page.height
            alike = sum(abs(own - place) <= _SAME_PLACE for place in places.get((at_top, _running_text(row)), ()))
            size = max(run.size for run in row)
            is_distinct = size < 0.93 * body or id(row[0]) in apart or alike > max(4, 0.8 * len(pages))
            is_running = alike >= enough and size <= 1.15 * body and is_distinct
            if is_running or _is_page_number(_squeezed(row), at_top, page.number, numbers):
                drop.update(id(run) for run in row)
            else:
                # A running title of this page alone may stand beside the number.
                ends = [run for run in (row[0], row[-1]) if not _BARE_NUMBER.fullmatch(_squeezed([run]))]
                drop.update(id(run) for run in ends if _PAGE_NUMBER.fullmatch(_squeezed([run])))
        made.append(replace(page, runs=tuple(run for run in page.runs if id(run) not in drop)))
        origin = Origin(page=page.number)
        for row in rows_of(run for run in page.runs if id(run) in drop):
            number = _PAGE_NUMBER.fullmatch(_squeezed(row))
            removed.append(Removed(row_text(row), "页码" if number else "页眉页脚", origin))
        if page.watermark:
            removed.append(Removed(page.watermark, "水印", origin))
    return made, removed


def margin_rows(page: Page) -> list[tuple[bool, list[Run]]]:
    """Return the outermost rows of a page that stand in its margins, each with whether that is the one at the top."""
    rows = rows_of(page.runs)
    top, bottom = _MARGIN * page.height, (1 - _MARGIN) * page.height
    # What stands in a table at the edge of a page is none, and nothing beyond it.
    first_grid = min((grid.top for grid in page.grids), default=page.height)
    last_grid = max((grid.bottom for grid in page.grids), default=0.0)
    heads = [row for row in rows[:_MARGIN_ROWS] if row[0].bottom <= min(top, first_grid)]
    feet = [row for row in rows[-_MARGIN_ROWS:] if row[0].top >= max(bottom, last_grid) and row not in heads]
    return [(True, row) for row in heads] + [(False, row) for row in feet]


def _set_apart(page: Page, margin: list[tuple[bool, list[Run]]]) -> set[int]:
    """Return which lines in the margins, by the identity of their first runs, more than usual parts from the text.

    The first line of a page of text may be the same as that of another by chance, but it does not stand apart.
    """
    rows = rows_of(page.runs)
    gaps = [_first_top(lower) - max(run.bottom for run in upper) for upper, lower in pairwise(rows)]
    if len(gaps) < 2:
        return {id(row[0]) for _, row in margin}
    least = 1.4 * max(0.0, median(gaps)) + 0.2 * page.runs[0].size
    apart: set[int] = set()
    for at_top in (True, False):
        found: list[int] = []
        for index, row in enumerate(rows if at_top else rows[::-1]):
            if index >= _MARGIN_ROWS or index >= len(gaps):
                break
            found.append(id(row[0]))
            if gaps[index if at_top else -1 - index] > least:
                apart.update(found)
    return apart


def _first_top(row: Sequence[Run]) -> float:
    return min(run.top for run in row)


def _is_page_number(text: str, at_top: bool, page: int, numbers: Counter[int]) -> bool:
    """Whether a line in the margin is a page number; a figure alone at the top has to count the pages."""
    if not _PAGE_NUMBER.fullmatch(text):
        return False
    if not _BARE_NUMBER.fullmatch(text) or not at_top:
        return True
    return text.isdecimal() and numbers[int(text) - page] > 1


def _squeezed(row: Sequence[Run]) -> str:
    return "".join("".join(run.text for run in row).split())


def _running_text(row: Sequence[Run]) -> str:
    return re.sub(r"\d+", "#", _squeezed(row))


def body_size(pages: Sequence[Page]) -> float:
    """Return the size of most characters, those near the edges of the pages left out where there are others."""
    everything = [(page, run) for page in pages for run in page.runs]
    inner = [
        (page, run)
        for page, run in everything
        if run.bottom > _EDGE * page.height and run.top < (1 - _EDGE) * page.height
    ]
    sizes: Counter[float] = Counter()
    for _, run in inner or everything:
        sizes[round(run.size, 1)] += len(run.text)
    if not sizes:
        return 1.0
    if any(page.scanned for page in pages):
        # Recognised heights scatter, so that the most frequent one may be anything.
        return median(sizes.elements())
    return sizes.most_common(1)[0][0]
