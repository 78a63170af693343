"""OFD files (GB/T 33190): the text of their pages, recognised where a page is only a picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname, join, normpath

from lxml import etree
from PIL import Image

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError, ReadError
from ingest.formats import ocr
from ingest.formats.containers import Container, open_container, parse_xml
from ingest.formats.grids import Edge, aligned_grids, ruled_cells, ruled_grids
from ingest.formats.images import pictures
from ingest.formats.layout import laid_out
from ingest.formats.page import Page
from ingest.formats.runs import Run, is_wide, runs_of
from ingest.lines import Limits, Problem, RawText, too_many_pages

_A4 = (210.0, 297.0)
_DOTS_PER_MM = 200 / 25.4
_TOLERANCE = 1.0
"""Millimetres by which ruling lines may miss each other."""
_THIN = 1.0
"""Millimetres: a filled shape that is thinner is a line."""
_SHORTEST_EDGE = 1.0
_FEW_CHARACTERS = 50
_PICTURE_SHARE = 0.5
_ASCENT = 0.88
"""Share of a character's height that stands over its base line."""
_MOST_PIECES = 200_000
"""Characters on a page: no page of text has so many."""
_PATH_STEP = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7}

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class _Content:
    """What stands on a page, in millimetres."""

    width: float
    height: float
    pieces: list[Run] = field(default_factory=list)
    slanting: list[Run] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    pictures: list[tuple[str, float, float, float, float]] = field(default_factory=list)
    """The member that holds it, and its left, top, right and bottom."""
    is_drawn: bool = False
    """Whether it has shapes that are no straight lines, such as characters drawn as outlines."""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the text of each document in a file, most often one; see `ingest.lines.Reader`."""
    container = open_container(data, limits)
    roots = _roots(container)
    made = 0
    reason = ""
    is_one = len(roots) == 1
    for index, root in enumerate(roots):
        name, key = (source, "") if is_one else (f"{source}#{index + 1}", str(index + 1))
        try:
            text, problems = _text(_Document(container, root, limits), name, key, limits)
        except ReadError as exc:
            if is_one:
                raise
            reason = reason or str(exc)
            yield Problem(f"第 {index + 1} 个文档：{exc}")
            continue
        made += 1
        yield text
        yield from problems
    if not made:
        raise EmptyFileError(reason)


def _roots(container: Container) -> list[str]:
    """Return the members in which the documents of a file begin."""
    if "OFD.xml" not in container:
        if any(name.rpartition("/")[2] in ("Encryptions.xml", "decryptseed.dat") for name in container):
            raise DamagedFileError("OFD 已加密，无法读取；请解密另存后再试。")
        raise DamagedFileError("OFD 不完整，缺少 OFD.xml；请重新复制或下载后再试。")
    main = container.xml("OFD.xml")
    roots = [(found.text or "").strip() for found in _all(main, "DocRoot")]
    roots = [root for root in roots if root]
    if not roots:
        raise DamagedFileError("OFD 里没有登记任何文档；请用原来的软件另存后再试。")
    return roots


def _text(document: _Document, source: str, key: str, limits: Limits) -> tuple[RawText, list[Problem]]:
    pages: list[Page] = []
    seen: list[ocr.Recognised] = []
    problems: list[Problem] = []
    drawn: list[Problem] = []
    for number, name in enumerate(document.pages, start=1):
        try:
            content = document.content(name)
            page = _page(content, number)
            characters = sum(len(run.text) for run in content.pieces)
            found = None
            if characters < _FEW_CHARACTERS and (not characters or _picture_share(content) >= _PICTURE_SHARE):
                found = document.recognised(content, number)
        except FileTooLargeError:
            raise
        except ReadError as exc:
            problems.append(Problem(f"第 {number} 页：{exc}"))
            continue
        if found is not None and found.characters > characters:
            seen.append(found)
            page = found.page
        if content.is_drawn and not page.runs and not page.grids:
            drawn.append(Problem(f"第 {number} 页的内容是画出来的图形，其中的文字无法读取；请用阅读器另存为图片再试。"))
        pages.append(page)
        limits.on_page(number, len(document.pages))
    text = laid_out(pages)
    if not text.lines:
        if problems:
            raise DamagedFileError(problems[0].reason)
        raise EmptyFileError("这个 OFD 没有文字层，也没有可识别的图片；请用阅读器另存为图片再试。")
    made = RawText(
        text.lines, source, key, recognised=bool(seen), notes=ocr.notes(seen), removed=text.removed
    )  # fmt: skip
    return made, [*problems, *drawn, *ocr.doubts(seen)]


def _page(content: _Content, number: int) -> Page:
    # Slanting text is a watermark, unless there is no other.
    pieces = content.pieces or content.slanting
    grids, rest = ruled_grids(ruled_cells(content.edges, _TOLERANCE), pieces)
    more, runs = aligned_grids(runs_of(rest))
    watermark = "".join(piece.text for piece in content.slanting) if content.pieces else ""
    return Page(number, content.width, content.height, tuple(runs), (*grids, *more), watermark=watermark)


def _picture_share(content: _Content) -> float:
    area = sum((right - left) * (bottom - top) for _, left, top, right, bottom in content.pictures)
    return area / (content.width * content.height)


class _Document:
    """One document of a file."""

    def __init__(self, container: Container, root: str, limits: Limits) -> None:
        self._container = container
        self._limits = limits
        self._path = _resolved("", root)
        self._root = container.xml(self._member(self._path))
        pages = next(iter(_all(self._root, "Pages")), None)
        places = [] if pages is None else [page.get("BaseLoc", "") for page in _all(pages, "Page")]
        if len(places) > limits.max_pages:
            raise too_many_pages(len(places), limits)
        self.pages = [_resolved(self._path, place) for place in places if place]
        self._templates = {
            template.get("ID", ""): _resolved(self._path, template.get("BaseLoc", ""))
            for template in _all(self._root, "TemplatePage")
        }

    def content(self, name: str) -> _Content:
        """Return what stands on a page and on the templates behind it."""
        root = self._xml(name)
        width, height = self._size(root)
        content = _Content(width, height)
        for use in _all(root, "Template"):
            template = self._templates.get(use.get("TemplateID", ""))
            if template is not None:
                self._collect(self._xml(template), template, content)
        self._collect(root, name, content)
        content.pieces = _without_doubles(content.pieces)
        return content

    def recognised(self, content: _Content, number: int) -> ocr.Recognised | None:
        """Return the text in the pictures of a page, put together as they stand on it; None where it has none."""
        if not content.pictures:
            return None
        scale = min(_DOTS_PER_MM, ocr.LONGEST_SIDE / max(content.width, content.height))
        sheet = Image.new("RGB", (max(1, round(content.width * scale)), max(1, round(content.height * scale))), "white")
        for name, left, top, right, bottom in content.pictures:
            size = round((right - left) * scale), round((bottom - top) * scale)
            if min(size) < 1 or max(size) > 2 * ocr.LONGEST_SIDE:
                continue
            for picture in pictures(self._container.read(self._member(name)), self._limits):
                sheet.paste(picture.resize(size), (round(left * scale), round(top * scale)))
                break
        found = ocr.recognise(sheet, number)
        return found if found.characters else None

    @cached_property
    def _members(self) -> dict[str, str]:
        """The members by their names in small letters; writers on Windows are not exact about them."""
        return {name.lower(): name for name in self._container}

    def _member(self, path: str) -> str:
        return path if path in self._container else self._members.get(path.lower(), path)

    def _xml(self, path: str) -> etree._Element:
        return parse_xml(self._container.read(self._member(path)))

    def _size(self, root: etree._Element) -> tuple[float, float]:
        """Return width and height of a page: its own, or those of all pages."""
        for place in (next(iter(_all(root, "Area")), None), next(iter(_all(self._root, "PageArea")), None)):
            box = None if place is None else next(iter(_all(place, "PhysicalBox")), None)
            numbers = _numbers("" if box is None else box.text)
            if len(numbers) == 4 and numbers[2] > 0 and numbers[3] > 0:
                return numbers[2], numbers[3]
        return _A4

    @cached_property
    def _media(self) -> dict[str, str]:
        """The pictures of the document by their number."""
        found: dict[str, str] = {}
        for kind in ("PublicRes", "DocumentRes"):
            for place in _all(self._root, kind):
                found.update(self._media_in(_resolved(self._path, (place.text or "").strip())))
        return found

    def _media_in(self, path: str) -> dict[str, str]:
        if self._member(path) not in self._container:
            return {}
        root = self._xml(path)
        base = join(dirname(path), root.get("BaseLoc", ""), "x")
        found: dict[str, str] = {}
        for media in _all(root, "MultiMedia"):
            file = next(iter(_all(media, "MediaFile")), None)
            if media.get("Type", "Image") == "Image" and file is not None and file.text:
                found[media.get("ID", "")] = _resolved(base, file.text.strip())
        return found

    def _collect(self, root: etree._Element, path: str, content: _Content) -> None:
        media: dict[str, str] = {}
        for place in _all(root, "PageRes"):
            media.update(self._media_in(_resolved(path, (place.text or "").strip())))
        for shown in _all(root, "Content"):
            for element in _visible(shown):
                kind = etree.QName(element).localname
                if kind == "TextObject":
                    _collect_text(element, content)
                elif kind == "PathObject":
                    edges = _edges(element)
                    content.edges.extend(edges)
                    content.is_drawn |= not edges
                elif kind == "ImageObject":
                    number = element.get("ResourceID", "")
                    name = media.get(number) or self._media.get(number)
                    if name is not None:
                        content.pictures.append((name, *_box(element, [(0, 0), (1, 0), (0, 1), (1, 1)])))


def _collect_text(element: etree._Element, content: _Content) -> None:
    """Add the characters of a text object to a page, each where it stands."""
    own = _matrix(element.get("CTM"))
    left, top = _origin(element)
    size = _number(element.get("Size"), 3.5)
    stretch = _number(element.get("HScale"), 1.0)
    angle = math.degrees(math.atan2(own[1], own[0]))
    is_slanting = abs(angle - round(angle / 90) * 90) > 10
    scaled = size * math.hypot(own[2], own[3])
    x = y = 0.0
    for code in _all(element, "TextCode"):
        x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
        # Line breaks are those of a writer that indents its XML.
        text = re.sub(r"^\s*\n\s*|\s*\n\s*$", "", code.text or "")
        if len(content.pieces) + len(content.slanting) + len(text) > _MOST_PIECES:
            raise FileTooLargeError("OFD 的一页里文字过多，已停止读取；请拆分后再试。")
        across, down = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
        at_x, at_y = x, y
        for index, character in enumerate(text):
            natural = size * stretch * (1.0 if is_wide(character) else 0.5)
            # No character follows the last one, so that it has no step that would tell its width.
            is_last = index + 1 == len(text)
            step = natural if is_last or not (across or down) else across[index] if across else 0.0
            width = min(natural, step) if 0 < step < natural else natural
            corners = [
                (at_x, at_y - _ASCENT * size),
                (at_x + width, at_y - _ASCENT * size),
                (at_x, at_y + (1 - _ASCENT) * size),
                (at_x + width, at_y + (1 - _ASCENT) * size),
            ]
            box = _bounds([_moved(own, corner) for corner in corners], left, top)
            piece = Run(character, *box, scaled)
            (content.slanting if is_slanting else content.pieces).append(piece)
            at_x += step
            at_y += down[index] if down else 0.0


def _without_doubles(pieces: list[Run]) -> list[Run]:
    """Return the characters of a page without those that are drawn twice to look bold."""
    made: list[Run] = []
    places: set[tuple[str, float, int, int]] = set()
    for piece in pieces:
        # Places are told in parts of a character, so that only characters of one size have places to compare.
        size = round(max(piece.size, 0.1), 2)
        place = (piece.text, size, round(5 * piece.x0 / size), round(5 * piece.top / size))
        if place not in places or piece.text.isspace():
            made.append(piece)
        places.add(place)
    return made


def _edges(element: etree._Element) -> list[Edge]:
    """Return the straight horizontal and vertical lines of a drawn path."""
    data = next(iter(_all(element, "AbbreviatedData")), None)
    points: list[tuple[tuple[float, float], tuple[float, float]]] = []
    start = at = (0.0, 0.0)
    steps = _PATH_STEP.findall("" if data is None else data.text or "")
    index = 0
    while index < len(steps):
        step = steps[index].upper()
        index += 1
        if step == "C":
            points.append((at, start))
            at = start
            continue
        count = _STEP_ARGUMENTS.get(step, 0)
        numbers = [_number(value, 0.0) for value in steps[index : index + count]]
        if len(numbers) < count or count < 2:
            continue
        index += count
        to = (numbers[-2], numbers[-1])
        if step == "L":
            points.append((at, to))
        elif step in "SM":
            start = to
        at = to
    if not points:
        return []
    whole = Edge(*_box(element, [point for line in points for point in line]))
    if min(whole.x1 - whole.x0, whole.bottom - whole.top) <= _THIN:
        return [whole] if max(whole.x1 - whole.x0, whole.bottom - whole.top) >= _SHORTEST_EDGE else []
    lines = [Edge(*_box(element, list(line))) for line in points]
    return [
        line
        for line in lines
        if min(line.x1 - line.x0, line.bottom - line.top) < 0.2
        and max(line.x1 - line.x0, line.bottom - line.top) >= _SHORTEST_EDGE
    ]


def _box(element: etree._Element, points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Return the box around points of an object, on the page."""
    own = _matrix(element.get("CTM"))
    return _bounds([_moved(own, point) for point in points], *_origin(element))


def _bounds(points: list[tuple[float, float]], left: float, top: float) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return left + min(xs), top + min(ys), left + max(xs), top + max(ys)


def _moved(matrix: Matrix, point: tuple[float, float]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def _matrix(value: str | None) -> Matrix:
    numbers = _numbers(value)
    if len(numbers) != 6:
        return _IDENTITY
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _origin(element: etree._Element) -> tuple[float, float]:
    numbers = _numbers(element.get("Boundary"))
    return (numbers[0], numbers[1]) if len(numbers) >= 2 else (0.0, 0.0)


def _deltas(value: str | None, length: int) -> list[float]:
    """Return the steps from character to character; `g 3 5.2` is three of 5.2, and the last one goes on to the end."""
    words = (value or "").split()
    steps: list[float] = []
    index = 0
    while index < len(words) and len(steps) < length:
        if words[index] == "g" and index + 2 < len(words):
            count = min(length, int(_number(words[index + 1], 0.0)))
            steps.extend([_number(words[index + 2], 0.0)] * count)
            index += 3
        else:
            steps.append(_number(words[index], 0.0))
            index += 1
    return steps + steps[-1:] * (length - len(steps))


def _numbers(value: str | None) -> list[float]:
    return [_number(word, 0.0) for word in (value or "").split()]


def _number(value: str | None, otherwise: float) -> float:
    """Return a number of the file; what is none, or of a size that no page has, counts as `otherwise`."""
    try:
        number = float(value or "")
    except ValueError:
        return otherwise
    return number if abs(number) < 1e6 else otherwise


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the descendants of a name in any namespace; writers use several."""
    yield from element.iter(f"{{*}}{name}")


def _visible(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the descendants of an element that are not hidden, nor part of anything hidden."""
    for child in element.iterchildren(etree.Element):
        if child.get("Visible") != "false":
            yield child
            yield from _visible(child)


def _resolved(base: str, place: str) -> str:
    """Return the member that a place in the file `base` means; one that begins with / is counted from the top."""
    place = place.replace("\\", "/")
    path = normpath(place if place.startswith("/") else join(dirname(base), place))
    return path.lstrip("/")
