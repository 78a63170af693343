"""Positioned pieces of text on a page, from single characters to whole lines, put together to runs and rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_OVERLAP = 0.5
"""Share of the lower of two heights by which pieces on one line overlap; a superscript still does."""
_WIDEST_GAP = 1.0
"""Characters: what is further apart on one line may belong to different columns."""
_BUCKETS = 400
"""Bands of a page in which the pieces of a line are looked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text that stands on one line of a page, in any unit, the origin at the top left."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    """That of its characters."""

    @property
    def height(self) -> float:
        """How high its box is."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of its box."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


def is_wide(character: str) -> bool:
    """Whether a character takes a whole square in Chinese type."""
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’—…·"


def on_one_line(a: Run, b: Run) -> bool:
    """Whether two pieces overlap so much in height that they stand on the same line."""
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    return overlap >= _OVERLAP * min(a.height, b.height)


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is drawn."""
    return sum(size if is_wide(character) else size / 2 for character in text)


def runs_of(pieces: Sequence[Run]) -> list[Run]:
    """Join the pieces of a page that stand next to each other on a line; wide gaps, as between columns, stay.

    Args:
        pieces: in the order of the file, in which most neighbours follow each other.
    """
    groups: list[list[Run]] = []
    for piece in pieces:
        if groups and _follows(groups[-1][-1], piece):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    groups = [group for group in groups if any(piece.text.strip() for piece in group)]
    return [_joined(group) for group in _with_neighbours(_stacked(groups))]


def rows_of(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs of one column line by line, those of a line from left to right."""
    rows: list[list[Run]] = []
    tallest: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.middle[1], run.x0)):
        if rows and on_one_line(tallest[-1], run):
            rows[-1].append(run)
            if run.height > tallest[-1].height:
                tallest[-1] = run
        else:
            rows.append([run])
            tallest.append(run)
    return [sorted(row, key=lambda run: run.x0) for row in rows]


def row_text(row: Sequence[Run]) -> str:
    """Return the text of the runs of a line; a title that is spread character by character is closed up."""
    words = [word for run in row for word in run.text.split()]
    if all(len(word) == 1 and is_wide(word) for word in words):
        return "".join(words)
    return " ".join(run.text for run in row)


def _follows(previous: Run, piece: Run) -> bool:
    size = max(previous.size, piece.size)
    return on_one_line(previous, piece) and -0.5 * size <= piece.x0 - previous.x1 <= _WIDEST_GAP * size


def _stacked(groups: list[list[Run]]) -> list[list[Run]]:
    """Join Chinese characters that are written one below another."""
    made: list[list[Run]] = []
    index = 0
    while index < len(groups):
        end = index + 1
        while end < len(groups) and _is_below(groups[end - 1], groups[end]):
            end += 1
        if end - index >= 3:
            column = [group[0] for group in groups[index:end]]
            text = "".join(run.text for run in column)
            left, right = min(run.x0 for run in column), max(run.x1 for run in column)
            made.append([Run(text, left, column[0].top, right, column[-1].bottom, column[0].size)])
        else:
            made.extend(groups[index:end])
        index = end
    return made


def _is_below(group: list[Run], following: list[Run]) -> bool:
    if len(group) > 1 or len(following) > 1:
        return False
    upper, lower = group[0], following[0]
    if len(upper.text) != 1 or len(lower.text) != 1 or not is_wide(upper.text) or not is_wide(lower.text):
        return False
    is_same_column = abs(upper.middle[0] - lower.middle[0]) < 0.3 * upper.size
    return is_same_column and -0.5 * upper.size < lower.middle[1] - upper.middle[1] <= 1.25 * upper.size


def _with_neighbours(groups: list[list[Run]]) -> list[list[Run]]:
    """Join groups that stand next to each other although the file holds them apart."""
    if not groups:
        return []
    lowest, highest = min(g[0].middle[1] for g in groups), max(g[0].middle[1] for g in groups)
    band = max((highest - lowest) / _BUCKETS, median(g[0].size for g in groups), 1e-6)
    made: list[list[Run]] = []
    places: dict[int, list[int]] = {}
    for group in sorted(groups, key=lambda group: group[0].x0):
        place = int((group[0].middle[1] - lowest) / band)
        near = [index for p in (place - 1, place, place + 1) for index in places.get(p, ())]
        before = max((i for i in near if _follows(made[i][-1], group[0])), key=lambda i: made[i][-1].x1, default=None)
        if before is None:
            places.setdefault(place, []).append(len(made))
            made.append(list(group))
        else:
            made[before].extend(group)
    return made


def _joined(group: list[Run]) -> Run:
    """Return a group as one run, with a space where there is one or where the characters are further apart."""
    # A soft hyphen is often written as a space over which the next character is drawn.
    group = [
        piece
        for index, piece in enumerate(group)
        if piece.text.strip() or index + 1 == len(group) or group[index + 1].x0 >= piece.middle[0]
    ]
    gaps = [after.x0 - before.x1 for before, after in pairwise(group)]
    # Justified lines and spread titles have all their characters apart.
    usual = max(0.0, median(gaps)) if len(gaps) > 2 else 0.0
    text = ""
    for index, piece in enumerate(group):
        part = piece.text
        if text and index and not text[-1].isspace() and part and not part[0].isspace():
            both_wide = is_wide(text[-1]) and is_wide(part[0])
            either_wide = is_wide(text[-1]) or is_wide(part[0])
            least = 0.7 if both_wide else 0.5 if either_wide else 0.2
            if gaps[index - 1] - usual > least * max(piece.size, group[index - 1].size):
                text += " "
        text += part
    seen = [piece for piece in group if piece.text.strip()]
    stripped = text.strip()
    return Run(
        stripped,
        min(piece.x0 for piece in seen),
        min(piece.top for piece in seen),
        max(piece.x1 for piece in seen),
        max(piece.bottom for piece in seen),
        _size(seen),
    )


def _size(pieces: list[Run]) -> float:
    """Return the size of most characters of a line."""
    weights: dict[float, int] = {}
    for piece in pieces:
        weights[piece.size] = weights.get(piece.size, 0) + len(piece.text)
    # A font of no height is drawn by broken files.
    return max(0.1, max(weights, key=lambda size: weights[size]))
