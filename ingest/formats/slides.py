"""Presentations (.pptx): slide by slide, the title first, the rest as it is read, the notes at the end of the slide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from statistics import median
from typing import Any

import pptx
from lxml import etree
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import from_excel
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.shapes.connector import Connector
from pptx.shapes.picture import Picture
from pptx.shapes.placeholder import PlaceholderPicture

from core.errors import EmptyFileError, FileTooLargeError
from core.schema import Origin
from ingest.formats.cells import Cell, Merged
from ingest.formats.cellvalues import shown
from ingest.formats.containers import damage_named, open_package, parse_xml, without_dangling_links
from ingest.formats.numbering import formatted
from ingest.formats.sniff import Content, content_of
from ingest.formats.tables import row_lines
from ingest.lines import Limits, Line, Problem, RawText

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_LEFT_OUT = frozenset({PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER})
_TITLES = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
_SAME_ROW = 180_000
"""English metric units: shapes whose upper edges differ by less (half a centimetre) are read from left to right."""
_LARGE = 0.1
"""Share of a slide from which on a picture may hold text that a reader misses; logos and icons are smaller."""
_FORMS = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman",
    "romanUc": "upperRoman", "ea1Chs": "chineseCounting", "ea1Cht": "chineseCounting", "circleNumDb":
    "decimalEnclosedCircle",
}  # fmt: skip
_ENDS = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")"), "Plain": ("", "")}


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the one text of a presentation; see `ingest.lines.Reader`."""
    if content_of(data) not in (Content.SLIDES, Content.ZIP, Content.OTHER):
        # Imported here, as it sends files on to this module in its turn.
        from ingest.formats.legacy import read_as_it_is

        yield from read_as_it_is(data, source, limits, Content.SLIDES)
        return
    package = without_dangling_links(open_package(data, limits), data)
    with damage_named():
        deck = pptx.Presentation(BytesIO(package))
        slides = list(deck.slides)
        if len(slides) > limits.max_pages:
            raise FileTooLargeError(f"有 {len(slides)} 张幻灯片，超过上限 {limits.max_pages} 张；请拆分后再试。")
        lines = [line for number, slide in enumerate(slides, start=1) for line in _slide_lines(slide, number)]
        least = _LARGE * (deck.slide_width or 0) * (deck.slide_height or 0)
        # The same picture on many slides is their ground.
        pictures = {name for slide in slides for name in _large_pictures(slide.shapes, slide.part, least)}
        charts = sum(_unread_charts(slide.shapes, slide.part) for slide in slides)
    if not lines:
        raise EmptyFileError("幻灯片里没有文字（可能只有图片）；请导出为 PDF 后再试。")
    unread = (len(pictures), "图片"), (charts, "图表")
    yield RawText(tuple(lines), source, notes=tuple(f"有 {count} 张{kind}未读取" for count, kind in unread if count))


def _slide_lines(slide: Any, number: int) -> Iterator[Line]:
    origin = Origin(page=number)
    shapes = _in_order(slide.shapes)
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        # A title on several lines is one title.
        if text := "".join(_paragraph_texts(shape.text_frame._txBody, joined=True)).strip():
            # The title of the first slide is that of all.
            yield Line(text, origin, whole=True, level=1 if number == 1 else 2)
    for shape in shapes:
        if shape not in titles:
            yield from _shape_lines(shape, origin, slide.part)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        for text in _paragraph_texts(frame._txBody):
            yield Line(text, origin, whole=True)


def _large_pictures(shapes: Any, part: Any, least: float) -> Iterator[str]:
    """Yield the names of the pictures that cover at least an area, in the units of their slide."""
    for shape in shapes:
        if isinstance(shape, Picture | PlaceholderPicture):
            name = shape._element.blip_rId
            if (shape.width or 0) * (shape.height or 0) >= least and name in part.rels:
                relationship = part.rels[name]
                yield relationship.target_ref if relationship.is_external else str(relationship.target_part.partname)
        elif hasattr(shape, "shapes"):
            yield from _large_pictures(shape.shapes, part, least * _enlargement(shape))


def _unread_charts(shapes: Any, part: Any) -> int:
    """Return how many charts have no figures of their own, as those have that are only linked to a sheet."""
    return sum(
        _unread_charts(shape.shapes, part)
        if hasattr(shape, "shapes")
        else getattr(shape, "has_chart", False) and not any(line.row for line in _chart_lines(shape, Origin(), part))
        for shape in shapes
    )


def _enlargement(group: Any) -> float:
    """Return how much larger the shapes of a group are measured than they are drawn."""
    inner = group._element.find(f"{_P}grpSpPr/{_A}xfrm/{_A}chExt")
    drawn = (group.width or 0) * (group.height or 0)
    return int(inner.get("cx", "0")) * int(inner.get("cy", "0")) / drawn if inner is not None and drawn else 1.0


def _in_order(shapes: Any) -> list[Any]:
    """Return shapes as they are read, column by column, from the top down; without page numbers and footers."""
    kept = [shape for shape in shapes if _placeholder(shape) not in _LEFT_OUT and not _is_empty(shape)]
    return _by_columns([_Placed.of(shape) for shape in kept])


@dataclass(frozen=True, slots=True)
class _Placed:
    """A shape with its edges."""

    shape: Any
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, shape: Any) -> _Placed:
        left, top = shape.left or 0, shape.top or 0
        return cls(shape, left, top, left + (shape.width or 0), top + (shape.height or 0))


def _is_empty(shape: Any) -> bool:
    """Whether a shape shows no text; such grounds, pictures and lines may lie across columns."""
    return isinstance(shape, Picture | PlaceholderPicture | Connector) or (
        getattr(shape, "has_text_frame", False) and not shape.text_frame.text.strip()
    )


def _by_columns(placed: list[_Placed]) -> list[Any]:
    """Return the shapes of a part of a slide in reading order; what goes over all columns parts it."""
    gutter = _gutter(placed)
    if gutter is None:
        return _by_rows(placed)
    made: list[Any] = []
    beside: list[_Placed] = []
    for one in sorted(placed, key=lambda one: one.top):
        if one.left < gutter < one.right:
            made += [*_beside(beside, gutter), one.shape]
            beside = []
        else:
            beside.append(one)
    return made + _beside(beside, gutter)


def _beside(placed: list[_Placed], gutter: float) -> list[Any]:
    left = [one for one in placed if one.right <= gutter]
    right = [one for one in placed if one.right > gutter]
    return _by_columns(left) + _by_columns(right) if min(len(left), len(right)) > 1 else _by_rows(placed)


def _gutter(placed: list[_Placed]) -> float | None:
    """Return what parts two columns of several shapes each; None where what stands side by side is a row.

    The shapes of a column are nearer to each other than the columns are.
    """
    best, most = None, 0
    for edge in {one.left for one in placed}:
        left, right = [one for one in placed if one.right <= edge], [one for one in placed if one.left >= edge]
        if min(len(left), len(right)) < 2:
            continue
        inner = max(one.right for one in left)
        between = [
            lower.top - upper.bottom
            for column in (left, right)
            for upper, lower in pairwise(sorted(column, key=lambda one: one.top))
        ]
        overlap = min(max(one.bottom for one in part) for part in (left, right)) - max(
            min(one.top for one in part) for part in (left, right)
        )
        if overlap > 0 and edge - inner >= median(between) and min(len(left), len(right)) > most:
            best, most = (inner + edge) / 2, min(len(left), len(right))
    return best


def _by_rows(placed: list[_Placed]) -> list[Any]:
    rows: list[list[_Placed]] = []
    for one in sorted(placed, key=lambda one: (one.top, one.left)):
        if rows and one.top - rows[-1][0].top < _SAME_ROW:
            rows[-1].append(one)
        else:
            rows.append([one])
    return [one.shape for row in rows for one in sorted(row, key=lambda one: one.left)]


def _placeholder(shape: Any) -> PP_PLACEHOLDER | None:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _shape_lines(shape: Any, origin: Origin, part: Any) -> Iterator[Line]:
    if hasattr(shape, "shapes"):
        for inner in _in_order(shape.shapes):
            yield from _shape_lines(inner, origin, part)
    elif getattr(shape, "has_table", False):
        rows = _grid(shape.table)
        # Every new table has the style of one with headers, also one of names and figures.
        has_figures = any(isinstance(cell, str) and cell[:1].isdigit() for cell in rows[0])
        yield from row_lines(rows, lambda _: origin, int(shape.table.first_row and not has_figures))
    elif getattr(shape, "has_chart", False):
        yield from _chart_lines(shape, origin, part)
    elif getattr(shape, "has_text_frame", False):
        for text in _paragraph_texts(shape.text_frame._txBody):
            yield Line(text, origin, whole=True)
    else:
        yield from _diagram_lines(shape, origin, part)


def _grid(table: Any) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for row in table.rows:
        cells: list[Cell] = []
        for cell in row.cells:
            text = "\n".join(_paragraph_texts(cell._tc.txBody)) if cell._tc.txBody is not None else ""
            if text or not cell.is_spanned:
                cells.append(text)
            else:
                cells.append(Merged.UP if cell._tc.vMerge else Merged.LEFT)
        rows.append(cells)
    return rows


def _chart_lines(shape: Any, origin: Origin, part: Any) -> Iterator[Line]:
    """Yield the title of a chart and its figures, a line for each category: 一季度；引进博士：12；引进硕士：30."""
    name = shape._element.chart_rId
    if name not in part.rels or part.rels[name].is_external:
        return
    root = part.rels[name].target_part._element
    for body in root.iterfind(f"{_C}chart/{_C}title/{_C}tx/{_C}rich"):
        if text := "".join(_paragraph_texts(body, joined=True)):
            yield Line(text, origin, whole=True)
    labels: dict[int, str] = {}
    rows: dict[int, list[str]] = {}
    for series in root.iter(f"{_C}ser"):
        title = "".join(_points(series, "tx").values())
        labels = {**_points(series, "cat", "xVal"), **labels}
        for index, value in _points(series, "val", "yVal").items():
            rows.setdefault(index, []).append(f"{title}：{value}" if title else value)
    for index in sorted(rows):
        yield Line("；".join([*filter(None, [labels.get(index)]), *rows[index]]), origin, row=True)


def _points(series: etree._Element, *kinds: str) -> dict[int, str]:
    """Return what a series of a chart keeps as its name, its categories or its values, by the place in the series."""
    found: dict[int, str] = {}
    for kind in kinds:
        # Categories may be in groups; the categories themselves come first.
        for point in series.iterfind(f"{_C}{kind}//{_C}pt"):
            text = (point.findtext(f"{_C}v") or "").strip()
            form = point.get("formatCode") or point.getparent().findtext(f"{_C}formatCode")
            if text:
                found.setdefault(int(point.get("idx", "0")), _figure(text, form) if form else text)
    return found


def _figure(text: str, form: str) -> str:
    """Return a number of a chart as its format shows it."""
    try:
        number = float(text)
        return shown(from_excel(number) if is_date_format(form) else number, form) or text
    except (ValueError, OverflowError):
        return text


def _diagram_lines(shape: Any, origin: Origin, part: Any) -> Iterator[Line]:
    """Yield the texts of a drawing of boxes and arrows (SmartArt), which stand in a part of their own."""
    ids = next(shape._element.iter(f"{_DIAGRAM}relIds"), None)
    name = next((value for key, value in ids.attrib.items() if key.endswith("}dm")), "") if ids is not None else ""
    if name and name in part.rels and not part.rels[name].is_external:
        root = parse_xml(part.rels[name].target_part.blob)
        for body in root.iter(f"{_DIAGRAM}t"):
            for text in _paragraph_texts(body):
                yield Line(text, origin, whole=True)


def _paragraph_texts(body: etree._Element, joined: bool = False) -> Iterator[str]:
    """Yield the paragraphs of a text frame that are not empty, with their automatic numbers.

    Manual line breaks end a line, but not where the whole frame is one text that is to be `joined`.
    """
    counters: dict[int, int] = {}
    for paragraph in body.iterchildren(f"{_A}p"):
        pieces: list[str] = []
        for child in paragraph.iterchildren():
            if child.tag == f"{_A}r":
                pieces.extend(text.text or "" for text in child.iterchildren(f"{_A}t"))
            elif child.tag == f"{_A}br":
                pieces.append("" if joined else "\n")
        label = _label(paragraph, counters)
        lines = [line for line in "".join(pieces).replace("\v", "\n").replace("\u00ad", "").split("\n") if line.strip()]
        for index, line in enumerate(lines):
            yield label + line if index == 0 else line


def _label(paragraph: etree._Element, counters: dict[int, int]) -> str:
    """Return the automatic number of a paragraph and count it; a paragraph without one ends the list."""
    properties = paragraph.find(f"{_A}pPr")
    text = properties.get("lvl", "0") if properties is not None else "0"
    depth = int(text) if text.isascii() and text.isdigit() else 0
    for deeper in [other for other in counters if other > depth]:
        del counters[deeper]
    numbered = properties.find(f"{_A}buAutoNum") if properties is not None else None
    if numbered is None:
        counters.pop(depth, None)
        return ""
    start = numbered.get("startAt", "1")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
    counters[depth] = counters[depth] + 1 if depth in counters else first
    kind = numbered.get("type", "")
    for prefix, form in _FORMS.items():
        if kind.startswith(prefix):
            before, after = _ENDS.get(kind.removeprefix(prefix), ("", ""))
            number = formatted(counters[depth], form)
            return f"{before}{number}{after} " if number else ""
    return ""
