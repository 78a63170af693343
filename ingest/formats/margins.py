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
_LINE = r"[\-—–―－一_~～·•]"
_MARKED_NUMBER = re.compile(
    rf"{_DASHES}第{_NUMERAL}页{_DASHES}(?:共{_NUMERAL}页)?{_DASHES}|共{_NUMERAL}页{_DASHES}第{_NUMERAL}页|"
    rf"{_LINE}+\d{{1,4}}{_LINE}+"
)
"""A page number in a form that figures and the numbers of paragraphs do not have."""
_ROMAN_NUMBER = re.compile(r"[ivxⅰ-ⅻⅠ-Ⅻ]{1,6}", re.IGNORECASE)
_COUNTED = re.compile(
    rf"(?<=第)\s*\d{{1,4}}\s*(?=页)|{_LINE}\s*\d{{1,4}}\s*{_LINE}|^\d{{1,4}}(?=[\s|｜])|(?<=[\s|｜])\d{{1,4}}$"
)
"""What may count the pages within a running line: 凤鸣县委组织部 第 3 页."""


def without_margins(pages: Sequence[Page]) -> tuple[list[Page], list[Removed]]:
    """Return the pages without running headers and footers and without page numbers, and what was left out."""
    body = body_size(pages)
    rows = [margin_rows(page) for page in pages]
    numbers = _numbers(pages, rows)
    places: dict[tuple[bool, str], list[float]] = {}
    for page, margin in zip(pages, rows, strict=True):
        for at_top, row in margin:
            for key in _running_texts(row, page.number, numbers):
                places.setdefault((at_top, key), []).append(row[0].middle[1] / page.height)
    enough = max(2, min(0.4 * len(pages), 4))
    made: list[Page] = []
    removed: list[Removed] = []
    for page, margin in zip(pages, rows, strict=True):
        drop: set[int] = set()
        apart = _set_apart(page, margin)
        for at_top, row in margin:
            own = row[0].middle[1] / page.height
            alike = max(
                sum(abs(own - place) <= _SAME_PLACE for place in places[at_top, key])
                for key in _running_texts(row, page.number, numbers)
            )
            size = max(run.size for run in row)
            is_apart = id(row[0]) in apart
            is_distinct = size < 0.93 * body or is_apart or alike > max(4, 0.8 * len(pages))
            is_running = alike >= enough and size <= 1.15 * body and is_distinct
            told = _number_told(_squeezed(row))
            stands_out = is_apart and (size < 0.93 * body or told == page.number)
            if is_running or _is_page_number(row, at_top, page.number, numbers, stands_out):
                drop.update(id(run) for run in row)
            else:
                # A running title of this page alone may stand beside the number.
                ends = [run for run in (row[0], row[-1]) if _MARKED_NUMBER.fullmatch(_squeezed([run]))]
                drop.update(id(run) for run in ends if _counts(_squeezed([run]), page.number, numbers))
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


def _numbers(pages: Sequence[Page], rows: Sequence[list[tuple[bool, list[Run]]]]) -> Counter[int]:
    """Return by how much numbers in the margins differ from those of their pages, each with how many pages do so."""
    numbers: Counter[int] = Counter()
    for page, margin in zip(pages, rows, strict=True):
        texts = [_squeezed(part) for _, row in margin for part in (row, row[:1], row[-1:])]
        numbers.update({told - page.number for text in texts if (told := _number_told(text)) is not None})
    return numbers


def _number_told(text: str) -> int | None:
    """Return the number of a page in figures; None where a text is no such number."""
    found = re.search(r"第(\d+)页|(\d+)", text) if _PAGE_NUMBER.fullmatch(text) else None
    return int(found[1] or found[2]) if found else None


def _counts(text: str, page: int, numbers: Counter[int]) -> bool:
    """Whether a number is that of its page, or differs from it by as much as on other pages."""
    told = _number_told(text)
    return told is not None and (told == page or numbers[told - page] > 1)


def _is_page_number(row: Sequence[Run], at_top: bool, page: int, numbers: Counter[int], stands_out: bool) -> bool:
    """Whether a line in the margin is a page number.

    A figure counts the pages, or it stands out at the foot of a page; what is last in a column of figures does neither.
    """
    text = _squeezed(row)
    if _MARKED_NUMBER.fullmatch(text):
        return True
    if _ROMAN_NUMBER.fullmatch(text):
        return not at_top
    told = _number_told(text)
    return told is not None and (numbers[told - page] > 1 or (stands_out and not at_top))


def _squeezed(row: Sequence[Run]) -> str:
    return "".join("".join(run.text for run in row).split())


def _running_texts(row: Sequence[Run], page: int, numbers: Counter[int]) -> set[str]:
    """Return the text of a line as other pages may have it: as it stands, and without the number of its page."""

    def without_number(text: str) -> str:
        squeezed = "".join(text.split())
        return "#" if _counts(squeezed, page, numbers) else text

    counted = [
        "#"
        if _MARKED_NUMBER.fullmatch(_squeezed([run]))
        else _COUNTED.sub(lambda found: without_number(found[0]), without_number(run.text))
        for run in row
    ]
    return {_squeezed(row), "".join("".join(counted).split())}


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
