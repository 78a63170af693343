"""The tables of a grid, one below another: where each begins, and which of its rows are headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats.cells import (
    ENUMERATION,
    LABEL,
    NUMBER,
    YEAR,
    Cell,
    Merged,
    closed_up,
    could_be_header,
    is_aside,
    is_heading,
    is_label,
    is_open,
    is_paragraph,
    is_remark,
    is_row_of_units,
    is_value,
    labels_in,
    padded,
    shares_cell,
    texts_of,
)
from retriever.names import PERSON

_FORESIGHT = 50
"""Rows that are looked at to tell headers from data, so that a long sheet takes time in proportion to its length."""
_MOST_CAPTIONS = 10
_NOTHING = re.compile(r"[-—–/\\、√×○●…*]+|暂?无|没有|未.{0,3}|不详|待定|同上|略|缺考|缺席|弃权|请假")
_DAY = re.compile(r"(?:19|20)\d{2}[-/.年]\d{1,2}(?:[-/.月](?:\d{1,2}日?)?)?")
_REST = re.compile(r"其[他它余]|合\s*计|小\s*计|总\s*计|总数")
_PERSON = re.compile(PERSON)
_POST = re.compile(
    r".{0,4}(?:书记|镇长|乡长|县长|区长|市长|局长|主任|部长|处长|科长|组长|队长|院长|校长|站长|所长|会长|秘书长|委员|"
    r"联络员|指导员|网格员|辅导员|主讲人|讲师)"
)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one of the tables that a grid holds, one below another."""

    captions: range
    headers: range
    data: range


def side_by_side(cells: list[list[Cell]]) -> list[list[list[Cell]]]:
    """Return the tables that stand beside each other in a grid, parted by an empty column; mostly it is one.

    Each begins with a row of headers, or of a caption over one, so that a column without entries parts no table.
    """
    width = max((len(row) for row in cells), default=0)
    filled = [any(column < len(row) and row[column] for row in cells) for column in range(width)]
    runs: list[list[int]] = []
    for column in range(width):
        if filled[column] and column and filled[column - 1]:
            runs[-1].append(column)
        elif filled[column]:
            runs.append([column])
    parts = [[[row[c] if c < len(row) else "" for c in run] for row in cells] for run in runs]
    each_is_one = all(len(run) > 1 for run in runs) and all(map(_begins_with_headers, parts))
    return parts if len(parts) > 1 and each_is_one else [cells]


def _begins_with_headers(cells: list[list[Cell]]) -> bool:
    first = _end_of_captions(cells)
    return _header_count(cells, first, 0) > 0


def tables_in(cells: list[list[Cell]], declared: int) -> Iterator[Table]:
    """Yield the tables of a grid from top to bottom; `declared` is how many rows its format says are headers."""
    first = _end_of_captions(cells)
    captions, headers = range(first), range(first, first + _header_count(cells, first, declared - first))
    index = max(headers.stop, first + 1)
    while index < len(cells):
        count = _new_header_count(cells, index, headers)
        if count:
            first = index
            while first > headers.stop and index - first < _MOST_CAPTIONS and is_aside(cells[first - 1]):
                first -= 1
            yield Table(captions, headers, range(headers.stop, first))
            captions, headers = range(first, index), range(index, index + count)
        index += count or 1
    yield Table(captions, headers, range(headers.stop, len(cells)))


def _end_of_captions(cells: list[list[Cell]]) -> int:
    index = captions = 0
    while index < len(cells):
        if not is_paragraph(cells[index]):
            if captions == _MOST_CAPTIONS or not _is_caption(cells, index):
                break
            captions += 1
        index += 1
    return index


def _is_caption(cells: list[list[Cell]], index: int) -> bool:
    """Whether a row over the headers is no part of the table: empty, its name, or a few remarks such as 单位：万元."""
    row = cells[index]
    texts = texts_of(row)
    if not texts:
        return True
    width = max((len(texts_of(row)) for row in cells[index + 1 : index + _FORESIGHT]), default=0)
    if len(texts) == 1:
        return width > 1 and not NUMBER.fullmatch(texts[0]) and (row[0] == texts[0] or width > 2)
    if width > len(texts) and all("：" in text or ":" in text for text in texts):
        return True
    return is_remark(row) and index + 1 < len(cells) and _looks_like_header(cells, index + 1)


def _header_count(cells: list[list[Cell]], start: int, declared: int) -> int:
    """Return how many rows at the top of the first table are headers."""
    if start > len(cells) - 2 or _is_form(cells, start):
        return 0
    if declared <= 0 and not _looks_like_header(cells, start):
        return 0
    count = _end_of_headers(cells, start + max(1, min(declared, len(cells) - 1 - start))) - start
    return count if any(texts_of(row) for row in cells[start + count :]) else 0


def _new_header_count(cells: list[list[Cell]], index: int, present: range) -> int:
    """Return how many rows from this one on are the headers of another table; 0 where the rows of this one go on.

    As data are far more common there, a row must name columns for certain: below a caption or an empty row by the words
    that most tables have or by the figures below it, elsewhere by the headers that it shares with those above.
    """
    row, before = cells[index], cells[index - 1]
    texts = texts_of(row)
    shares = any(shares_cell(row, cells[above]) for above in present)
    is_apart = not texts_of(before) or is_aside(before) or is_paragraph(before)
    # Below a form, nothing parts the headers of a list from it: 称谓 | 姓名 | 工作单位及职务.
    is_list_in_form = not present and labels_in(row) >= max(2, len(texts) - 1)
    if len(texts) < 2 or not (shares or is_apart or is_list_in_form) or repeats_header(cells, present, row):
        return 0
    if any(is_value(text) or _NOTHING.fullmatch(text) for text in texts) or _is_form(cells, index):
        return 0
    end = _end_of_headers(cells, index + 1)
    below = _following(cells, end)
    if not below or _is_too_narrow(cells, index) or labels_in(below[0]) * 2 > len(texts_of(below[0])):
        return 0
    return end - index if shares or _name_columns(row, below) else 0


def _looks_like_header(cells: list[list[Cell]], index: int) -> bool:
    texts = texts_of(cells[index])
    values = [text for text in texts if is_value(text)]
    if len(texts) < 2 or (values and not _may_head(texts, values)) or all(YEAR.search(text) for text in texts):
        return False
    if _is_too_narrow(cells, index):
        return False
    below = _following(cells, _end_of_headers(cells, index + 1))
    if not any(is_heading(text) for text in texts) and _lists_people(cells[index], below):
        return False
    odd = sum(not could_be_header(text) for text in texts)
    if odd or len(set(texts)) < len(texts):
        return odd * 2 < len(texts) and _name_columns(cells[index], below)
    if any(len(texts_of(row)) > 2 for row in [cells[index], *below]) or any(ENUMERATION.fullmatch(t) for t in texts):
        return True
    # Two columns are read as key and value, which does no harm to a table with headers, unless it clearly has some.
    second = [texts_of(row)[-1] for row in below if len(texts_of(row)) == 2]
    if second and sum(is_value(text) for text in second) * 3 >= 2 * len(second):
        return not LABEL.fullmatch(closed_up(texts[0])) or is_heading(texts[1])
    return is_heading(texts[0]) and (is_heading(texts[1]) or bool(_POST.fullmatch(texts[1])))


def _may_head(texts: list[str], values: list[str]) -> bool:
    """Whether figures in a row may be headers: days, counted places (姓名 | 1 | 2), kinds (单位 | 985 | 其他)."""
    if not is_heading(texts[0]) or len(set(values)) < len(values):
        return False
    counted = [str(number) for number in range(1, len(values) + 1)]
    return values == counted or all(map(_DAY.fullmatch, values)) or bool(_REST.fullmatch(texts[-1]))


def _lists_people(row: list[Cell], below: list[list[Cell]]) -> bool:
    """Whether a row has a person in a column of persons, so that it is one of them: 组长 | 张建国."""
    for column, cell in enumerate(row):
        others = [other[column] for other in below if column < len(other) and other[column]]
        if cell and others and all(map(_is_person, [cell, *others])):
            return True
    return False


def _is_person(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(_PERSON.fullmatch(closed_up(cell)))


def _is_too_narrow(cells: list[list[Cell]], index: int) -> bool:
    """Whether a row has too few texts for the headers of the rows below, and these do not part its cells either."""
    width = max((len(texts_of(row)) for row in _following(cells, index + 1)), default=0)
    is_parted = index + 1 < len(cells) and _is_second_header(cells[index], cells[index + 1])
    return len(texts_of(cells[index])) * 2 < width and not is_parted


def _following(cells: list[list[Cell]], start: int) -> list[list[Cell]]:
    """Return the next rows that belong together, up to an empty row or one of a single text."""
    rows: list[list[Cell]] = []
    for row in cells[start : start + _FORESIGHT]:
        if len(texts_of(row)) > 1:
            rows.append(row)
        elif rows:
            break
    return rows


def _name_columns(row: list[Cell], below: list[list[Cell]]) -> bool:
    """Whether the most texts of a row are known names of columns or stand over figures, at least one for certain."""
    texts = texts_of(row)
    over_figures = 0
    for column, cell in enumerate(row):
        values = [text for other in below if column < len(other) and isinstance(text := other[column], str) and text]
        over_figures += bool(cell and isinstance(cell, str) and values and all(is_value(value) for value in values))
    known = sum(is_heading(text) for text in texts)
    is_certain = over_figures or labels_in(row) or any(ENUMERATION.fullmatch(text) for text in texts)
    return bool(known and is_certain) and (known + over_figures) * 2 > len(texts)


def _end_of_headers(cells: list[list[Cell]], index: int) -> int:
    """Return the first row that does not go on with the headers above it; the last row never does."""
    while index < len(cells) - 1 and (
        _is_second_header(cells[index - 1], cells[index]) or is_row_of_units(cells[index])
    ):
        index += 1
    return index


def _is_second_header(upper: list[Cell], lower: list[Cell]) -> bool:
    """Whether a row parts the wide headers of the row above it, and leaves the others as they are."""
    width = max(len(upper), len(lower))
    above, below = padded(upper, width), padded(lower, width)
    parted = False
    for column in range(width):
        is_wide = is_open(above[column]) or (column + 1 < width and is_open(above[column + 1]))
        text = below[column]
        if isinstance(text, str) and text:
            if not is_wide or not could_be_header(text) or is_value(text):
                return False
            parted = parted or is_open(above[column])
    return parted


def headers_of(cells: list[list[Cell]], rows: range) -> dict[int, str]:
    """Return the header of each column, those of several rows joined by a dot: 引进人数·博士."""
    width = max((len(cells[index]) for index in rows), default=0)
    levels: list[list[str]] = []
    for place, index in enumerate(rows):
        row = padded(cells[index], width)
        below = padded(cells[rows[place + 1]], width) if place + 1 < len(rows) else [""] * width
        level: list[str] = []
        for column, cell in enumerate(row):
            goes_on = cell is Merged.LEFT or (not cell and isinstance(below[column], str) and below[column])
            level.append(cell if isinstance(cell, str) and cell else level[-1] if goes_on and level else "")
        levels.append(level)
    return {
        column: "·".join(dict.fromkeys(level[column] for level in levels if level[column])) for column in range(width)
    }


def repeats_header(cells: list[list[Cell]], headers: range, row: list[Cell]) -> bool:
    """Whether a row is that of the headers again, as at the top of each page."""
    texts = texts_of(row)
    return len(texts) > 1 and any(texts_of(cells[index]) == texts for index in headers)


def _is_form(cells: list[list[Cell]], start: int) -> bool:
    """Whether labels and values take turns in the rows, as in 姓名 | 张三 | 性别 | 男."""
    rows = [texts for row in cells[start : start + _FORESIGHT] if (texts := texts_of(row))]
    if not rows or len(rows[0]) < 2 or not is_label(rows[0][0]) or is_label(rows[0][1]):
        return False
    if sum(is_label(texts[0]) for texts in rows) * 2 > len(rows):
        return True
    takes_turns = len(rows[0]) > 3 and all(is_label(text) == (not place % 2) for place, text in enumerate(rows[0]))
    return takes_turns and len(rows) > 1 and (len(rows[1]) == 1 or is_label(rows[1][0]))
