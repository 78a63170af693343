"""Pages of positioned text as lines in reading order: columns, paragraphs over lines and pages, titles, tables.

Headers, footers and page numbers are left out. Where characters stand is all that is used, so it serves text layers and
recognised text alike, in any unit of length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from core.schema import Origin
from ingest.cleaning.blocks import Removed
from ingest.formats.grids import Grid
from ingest.formats.runs import Run, row_text, rows_of, width_of
from ingest.formats.tables import row_lines
from ingest.lines import Line

_MARGIN = 0.15
"""Share of a page at its top and bottom where headers and footers stand."""
_MARGIN_ROWS = 3
_EDGE = 0.1
"""Share of a page at its top and bottom whose type is not that of the body."""
_LONE_GAP = 1.5
"""Characters between a line in the margin and the text."""
_SAME_PLACE = 0.015
"""Share of a page by which the place of a running header may differ."""
_INDENT = 1.2
"""Characters."""
_RAGGED = 3.0
"""Characters by which the lines of a paragraph may end before the right edge: punctuation that hangs over it makes the
edge seem further out, and some programs never part a figure or a Latin word."""
_FAR_RIGHT = 4.0
"""Characters: a line that begins so far from the left edge is centred or set to the right."""
_LARGER = 1.2
_LARGER_SCANNED = 1.25
"""How many times larger than that of the body the type of a heading is."""
_LONGEST_HEADING = 60
_TITLE_ROWS = 14
"""Rows from the top among which the title is looked for."""
_SHORTEST_COLUMN_LINE = 7.0
"""Characters: shorter lines next to each other are rows of a list rather than columns of text."""

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
_TERMINAL = re.compile(r"[。！？!?；;：:…][”’」』）)】》]*$")
_SENTENCE_END = re.compile(r"[。！？!?…][”’」』）)】》]*$")
_OPEN_END = re.compile(r"[，、（(“‘《]$")
_NUMBERED = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[章节条部分编]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|"
    r"\d{1,2}[.．、](?!\d)|[①-⑳]|[•·●■◆★]"
)
_DOCUMENT_NUMBER = re.compile(r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*(?:第\s*)?\d+\s*号")
_FIRST_WORD = re.compile(r"[“‘（《【〈「『]*(?:[A-Za-z0-9.,%+\-/@_]+|.)")
_CLOSING = re.compile(r"[，。、；：！？”’）》】]+")


_Part = Run | Grid


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its text, tables apart, in any unit, the origin at the top left."""

    number: int
    width: float
    height: float
    runs: tuple[Run, ...]
    grids: tuple[Grid, ...] = ()
    scanned: bool = False
    """Whether the text was recognised in a picture: sizes and edges are then less exact."""
    watermark: str = ""
    """Slanting text, which is no part of what the page says."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The text of pages, and what does not belong to it: headers, footers, page numbers, watermarks."""

    lines: tuple[Line, ...]
    removed: tuple[Removed, ...] = ()


@dataclass(slots=True)
class _Row:
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
        return self.x0 > self.left + _INDENT * self.size

    @property
    def is_apart(self) -> bool:
        """Whether it is centred or set to the right, not part of a paragraph."""
        return self.x0 > self.left + _FAR_RIGHT * self.size

    @property
    def is_centred(self) -> bool:
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
class _Paragraph:
    rows: list[_Row]
    text: str
    level: int = 0


@dataclass(slots=True)
class _Table:
    parts: list[tuple[Grid, Page]] = field(default_factory=list)


def _first_width(text: str, size: float) -> float:
    """Return how wide that is which a line cannot begin without: a character, or a word, with the signs around it."""
    match = _FIRST_WORD.match(text)
    closing = _CLOSING.match(text, match.end()) if match else None
    return width_of((match[0] if match else "") + (closing[0] if closing else ""), size)


def lines_of(pages: Sequence[Page]) -> tuple[Line, ...]:
    """Return the text of pages as titles, paragraphs and rows of tables, in the order in which people read them."""
    return laid_out(pages).lines


def laid_out(pages: Sequence[Page]) -> LaidOut:
    """Return the text of pages as `lines_of` does, and what was left out of it."""
    pages, removed = _without_margins(pages)
    body = _body_size(pages)
    blocks = [block for page in pages for block in _blocks_of_page(page)]
    _set_edges([block for block in blocks if isinstance(block, list)])
    items: list[_Row | _Table] = []
    for block in blocks:
        if isinstance(block, _Table):
            if items and isinstance(items[-1], _Table) and _goes_on(items[-1], block):
                items[-1].parts.extend(block.parts)
            else:
                items.append(block)
        else:
            items.extend(block)
    return LaidOut(tuple(_numbered_lines(_paragraphs(_with_titles(items, body)))), tuple(removed))


def _without_margins(pages: Sequence[Page]) -> tuple[list[Page], list[Removed]]:
    """Return the pages without running headers and footers and without page numbers, and what was left out."""
    body = _body_size(pages)
    rows = [_margin_rows(page) for page in pages]
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


def _margin_rows(page: Page) -> list[tuple[bool, list[Run]]]:
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


def _body_size(pages: Sequence[Page]) -> float:
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


def _blocks_of_page(page: Page) -> Iterator[list[_Row] | _Table]:
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
    rows = [row for is_head, row in _margin_rows(page) if is_head == at_top]
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


def _columns(parts: list[_Part], page: Page) -> Iterator[list[_Row] | _Table]:
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


def _beside(full: list[_Part], beside: list[_Part], gutter: float, page: Page) -> Iterator[list[_Row] | _Table]:
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


def _column(parts: list[_Part], page: Page) -> Iterator[list[_Row] | _Table]:
    """Yield the text and the tables of a single column from top to bottom."""
    runs: list[Run] = []
    for part in sorted(parts, key=_middle):
        if isinstance(part, Run):
            runs.append(part)
            continue
        if runs:
            yield _block(runs, page)
            runs = []
        yield _Table([(part, page)])
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


def _block(runs: list[Run], page: Page) -> list[_Row]:
    return [
        _Row(
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


def _set_edges(blocks: list[list[_Row]]) -> None:
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


def _page_edges(block: list[_Row], blocks: list[list[_Row]]) -> tuple[float, float] | None:
    """Return the edges of all that stands on the page of a few lines, unless something stands beside them."""
    page, top, bottom = block[0].page, block[0].top, block[-1].bottom
    for other in blocks:
        if other is not block and other[0].page is page and other[0].top < bottom and top < other[-1].bottom:
            return None
    parts: list[_Part] = [*page.runs, *page.grids]
    return min(part.x0 for part in parts), max(part.x1 for part in parts)


def _edges(block: list[_Row]) -> tuple[float, float]:
    """Return the left and right edge of the text of a column; a single line that stands out does not make one."""
    size = median(row.size for row in block)
    starts = sorted(row.x0 for row in block)
    ends = sorted((row.x1 for row in block), reverse=True)
    left = next((a for a, b in pairwise(starts) if b - a <= 0.7 * size), starts[0])
    right = next((a for a, b in pairwise(ends) if a - b <= 1.2 * size), ends[0])
    # A few lines of which no two begin alike: the outermost counts.
    return (left, right) if len(block) > 4 else (starts[0], ends[0])


def _with_titles(items: list[_Row | _Table], body: float) -> list[_Paragraph | _Row | _Table]:
    """Return the items with those rows joined to headings that are set in clearly larger type."""
    made: list[_Paragraph | _Row | _Table] = []
    for item in items:
        if isinstance(item, _Table) or not _is_heading(item, body):
            made.append(item)
        elif made and isinstance(made[-1], _Paragraph) and _is_same_heading(made[-1].rows[-1], item):
            made[-1].rows.append(item)
            made[-1].text = glue(made[-1].text, item.text)
        else:
            made.append(_Paragraph([item], item.text, level=2))
    title = _title(made)
    if title is not None:
        size = title.rows[0].size
        is_before = True
        for heading in made:
            if isinstance(heading, _Paragraph):
                is_before = is_before and heading is not title
                if heading is title or abs(heading.rows[0].size - size) <= 0.03 * size:
                    heading.level = 1
                elif is_before:
                    # The name of the office at the head of its paper.
                    heading.level = 0
    return made


def _is_heading(row: _Row, body: float) -> bool:
    least = _LARGER_SCANNED if row.page.scanned else _LARGER
    if row.size < least * body or len(row.text) > _LONGEST_HEADING or _TERMINAL.search(row.text):
        return False
    return row.is_centred or not row.page.scanned


def _is_same_heading(above: _Row, row: _Row) -> bool:
    slack = 0.15 if above.page.scanned else 0.06
    if above.page is not row.page or abs(above.size - row.size) > slack * above.size:
        return False
    if _NUMBERED.match(row.text) or row.text.startswith(("—", "──")) or row.top - above.bottom > 1.5 * above.size:
        return False
    return (above.is_centred and row.is_centred) or above.is_full_before(row.text)


def _title(items: list[_Paragraph | _Row | _Table]) -> _Paragraph | None:
    """Return the title of the first page; the name of the office over the number of a document is none."""
    first: list[_Paragraph] = []
    for item in items[:_TITLE_ROWS]:
        if isinstance(item, _Table) or (isinstance(item, _Row) and _SENTENCE_END.search(item.text)):
            break
        if isinstance(item, _Paragraph):
            first.append(item)
        elif _DOCUMENT_NUMBER.search(item.text):
            first.clear()
    first = [item for item in first if not _DOCUMENT_NUMBER.search(item.text)]
    return max(first, key=lambda item: round(item.rows[0].size, 1), default=None)


def _paragraphs(items: list[_Paragraph | _Row | _Table]) -> Iterator[_Paragraph | _Table]:
    """Yield paragraphs of the rows that belong together, also over the ends of columns and pages."""
    indents = any(isinstance(item, _Row) and item.is_indented and not item.is_apart for item in items)
    current: _Paragraph | None = None
    for item in items:
        if isinstance(item, _Row):
            if current is not None and _continues(current, item, indents):
                current.rows.append(item)
                current.text = glue(current.text, item.text)
                continue
            if current is not None:
                yield current
            current = _Paragraph([item], item.text)
        else:
            if current is not None:
                yield current
                current = None
            yield item
    if current is not None:
        yield current


def _continues(paragraph: _Paragraph, row: _Row, indents: bool) -> bool:
    """Whether a row goes on with the sentence or paragraph above it."""
    last = paragraph.rows[-1]
    slack = 0.35 if row.page.scanned else 0.15
    if abs(last.size - row.size) > slack * max(last.size, row.size):
        return False
    is_numbered = bool(_NUMBERED.match(row.text))
    is_ended = bool(_TERMINAL.search(last.text))
    same_column = last.page is row.page and row.top > last.top and last.left == row.left
    if same_column and row.top - last.top > 1.5 * max(last.pitch, last.size * 1.2):
        return False
    if len(paragraph.rows) == 1 and last.is_apart:
        return False
    if row.is_apart and not _OPEN_END.search(last.text):
        return False
    if row.is_indented:
        # The later lines of an item of a list hang under its text.
        is_hanging = not is_ended and not is_numbered and (abs(row.x0 - last.x0) > 0.5 * row.size)
        is_deeper = len(paragraph.rows) > 1 and last.is_indented and abs(row.x0 - last.x0) <= 0.5 * row.size
        return last.is_full_before(row.text) and not is_numbered and (is_hanging or (is_deeper and not is_ended))
    if is_numbered and (is_ended or not last.is_full_before(row.text)):
        return False
    if last.is_full_before(row.text):
        # Without indents, what begins after a full stop over the end of a page may as well be a paragraph of its own.
        return indents or not _SENTENCE_END.search(last.text) or (same_column and not is_numbered)
    if is_numbered:
        return False
    # Where paragraphs are indented, what is not and follows no full stop goes on with the line above it.
    is_broken = not _SENTENCE_END.search(last.text) if indents else not is_ended
    return bool(_OPEN_END.search(last.text)) or (is_broken and last.is_nearly_full_before(row.text))


def glue(left: str, right: str) -> str:
    """Join two lines of a paragraph: Chinese without a space, words with one, a word parted by a hyphen as one."""
    if left.endswith("\u00ad"):
        return left[:-1] + right
    if len(left) > 1 and left.endswith(("-", "‐")) and left[-2].isascii() and left[-2].isalpha():
        return left[:-1] + right if right[:1].islower() else left + right
    if not left or not right or not (left[-1].isascii() and right[0].isascii()):
        return left + right
    if not right[0].isalnum() or not (left[-1].isalnum() or left[-1] in ".,;:?!)%"):
        return left + right
    return left + right if left[-1].isdigit() and right[0].isdigit() else f"{left} {right}"


def _goes_on(table: _Table, following: _Table) -> bool:
    """Whether a table at the top of a page is the rest of the one at the end of the page before."""
    grid, page = table.parts[-1]
    rest, next_page = following.parts[0]
    is_next = next_page.number == page.number + 1 and len(grid.rows[0]) == len(rest.rows[0])
    slack = 0.03 * page.width
    return is_next and abs(grid.x0 - rest.x0) <= slack and abs(grid.x1 - rest.x1) <= slack


def _numbered_lines(items: Iterator[_Paragraph | _Table]) -> Iterator[Line]:
    count = 0
    for item in items:
        if isinstance(item, _Paragraph):
            count += 1
            first = item.rows[0]
            yield Line(
                item.text,
                Origin(page=first.page.number, paragraph=count),
                indented=first.is_indented and not first.is_apart and not item.level,
                whole=True,
                level=item.level,
            )
        else:
            rows = [row for grid, _ in item.parts for row in grid.rows]
            numbers = [page.number for grid, page in item.parts for _ in grid.rows]
            origins = [Origin(page=number) for number in numbers]
            for line in row_lines(rows, origins.__getitem__):
                count += 1
                yield replace(line, origin=replace(line.origin, paragraph=count))
