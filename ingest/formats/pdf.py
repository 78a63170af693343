"""PDF files: the text layer where there is one, recognised text where a page is a picture, page by page."""

from __future__ import annotations

import logging
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pdfplumber
import pypdfium2
from pdfplumber.page import Page as PlumberPage
from pdfplumber.utils.text import dedupe_chars
from PIL import Image
from pypdfium2 import raw as pdfium

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError
from ingest.formats import ocr
from ingest.formats.grids import MOST_EDGES, Box, Edge, aligned_grids, ruled_cells, ruled_grids
from ingest.formats.layout import laid_out
from ingest.formats.page import Page
from ingest.formats.runs import Run, runs_of
from ingest.lines import Limits, Problem, RawText, too_many_pages
from retriever.text import RADICALS

# It warns of every small fault of a file, to people who can do nothing about it.
logging.getLogger("pdfminer").setLevel(logging.ERROR)

_FEW_CHARACTERS = 50
"""A page with fewer whose larger part is a picture is a scan with a stamp or a page number on it."""
_PICTURE_SHARE = 0.5
_GARBAGE_SHARE = 0.1
_TOLERANCE = 3.0
"""Points by which ruling lines may miss each other."""
_SHORTEST_EDGE = 3.0
_DOTS_PER_POINT = 200 / 72
_MOST_PIXELS = 150e6
"""Of a picture on a page: more would take gigabytes to draw."""
_TAIL = 4_096
"""Bytes at the end of a file among which its end is marked."""

# Fonts often draw a Chinese character and the radical of that form by one glyph, and browsers write the radical's code
# (⽂ for 文) into the file.
_RADICALS = RADICALS | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}


@dataclass(frozen=True, slots=True)
class _Layer:
    """The text layer of a page, turned so that most of its text is upright."""

    page: Page
    characters: int
    is_garbage: bool
    """Whether its codes do not tell the characters that one sees."""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the text of a file, and a problem for each page that cannot be read or trusted; see `Reader`."""
    with closing(_open(data)) as document:
        count = len(document)
        if count > limits.max_pages:
            raise too_many_pages(count, limits)
        pages: list[Page] = []
        recognised: list[ocr.Recognised] = []
        problems: list[Problem] = []
        for number, layer in _layers(data, count):
            try:
                seen = _recognised(document, number, layer)
            except FileTooLargeError as exc:
                problems.append(Problem(str(exc)))
                seen = None
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                problems.append(Problem(f"第 {number} 页已损坏，无法读取，请对照原件。"))
                seen = None
            if seen is not None:
                recognised.append(seen)
                pages.append(seen.page)
            elif layer is not None and not layer.is_garbage:
                pages.append(layer.page)
            limits.on_page(number, count)
    text = laid_out(pages)
    if not text.lines:
        raise EmptyFileError(problems[0].reason if problems else "PDF 里没有文字，也没有识别到文字；请核对原件。")
    yield RawText(
        text.lines, source, recognised=bool(recognised), notes=ocr.notes(recognised), removed=text.removed
    )  # fmt: skip
    yield from problems
    yield from ocr.doubts(recognised)
    if b"%%EOF" not in data[-_TAIL:]:
        yield Problem("PDF 的结尾缺失，后面可能还有内容没有读到；请重新复制或下载后再试。")


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise DamagedFileError("PDF 有密码，无法读取；请去掉密码后再试。") from exc
        raise DamagedFileError("PDF 已损坏，无法打开；请重新复制或下载后再试。") from exc
    if not len(document):
        document.close()
        raise DamagedFileError("PDF 已损坏，里面没有可读的页；请重新复制或下载后再试。")
    return document


def _layers(data: bytes, count: int) -> Iterator[tuple[int, _Layer | None]]:
    """Yield the number and the text layer of each page; None where it cannot be parsed.

    This is the boundary to a parser that lets errors of any kind through on broken bytes. A page that it fails on is
    drawn and recognised instead, by another library.
    """
    try:
        document = pdfplumber.open(BytesIO(data))
        plumbed: Sequence[PlumberPage] = document.pages
    except Exception:  # noqa: BLE001 - its pages are recognised instead
        plumbed = ()
    for number in range(1, count + 1):
        layer = None
        if number <= len(plumbed):
            page = plumbed[number - 1]
            try:
                layer = _layer(page, number)
            except Exception:  # noqa: BLE001 - its pages are recognised instead
                layer = None
            # It keeps all objects of all pages otherwise.
            page.close()
        yield number, layer


def _layer(page: PlumberPage, number: int) -> _Layer:
    chars = dedupe_chars(page.chars)
    groups: dict[int, list[Run]] = {}
    counts: Counter[int] = Counter()
    garbage = 0
    width, height = float(page.width), float(page.height)
    left, top = float(page.bbox[0]), float(page.bbox[1])
    for char in chars:
        text = char["text"]
        if _is_garbage(text):
            garbage += 1
            continue
        turn = _turn(char)
        box = (char["x0"] - left, char["top"] - top, char["x1"] - left, char["bottom"] - top)
        box = _turned(box, turn, width, height)
        groups.setdefault(turn, []).append(Run(text.translate(_RADICALS), *box, box[3] - box[1]))
        counts[turn] += not text.isspace()
    characters = sum(counts.values())
    main = max(counts, key=lambda turn: counts[turn], default=0)
    upright_size = (height, width) if main in (90, -90) else (width, height)
    pieces = groups.get(main, [])
    edges = [
        Edge(*_turned((edge.x0 - left, edge.top - top, edge.x1 - left, edge.bottom - top), main, width, height))
        for edge in _edges(page)
    ]
    grids, rest = ruled_grids(ruled_cells(edges, _TOLERANCE), pieces)
    more, runs = aligned_grids(runs_of(rest))
    # What runs across the others stands below them; slanting text is a watermark unless there is no other.
    below = upright_size[1]
    for turn, group in groups.items():
        if turn not in (main, _SLANTING):
            for run in runs_of(group):
                below += 2 * run.size
                runs.append(Run(run.text, 0.0, below, run.x1 - run.x0, below + run.size, run.size))
    watermark = "".join(piece.text for piece in groups.get(_SLANTING, ())) if main != _SLANTING else ""
    return _Layer(
        Page(number, upright_size[0], max(upright_size[1], below), tuple(runs), (*grids, *more), watermark=watermark),
        characters,
        garbage > _GARBAGE_SHARE * (garbage + characters),
    )


_SLANTING = 45


def _turn(char: dict[str, Any]) -> int:
    """Return by how many degrees a character is turned to the left: 0, 90, -90, 180, or `_SLANTING`."""
    a, b = char["matrix"][:2]
    angle = math.degrees(math.atan2(b, a))
    nearest = round(angle / 90) * 90
    if abs(angle - nearest) > 10:
        return _SLANTING
    return 180 if nearest == -180 else nearest


def _turned(box: Box, turn: int, width: float, height: float) -> Box:
    """Return where a box stands once the page is turned so that its text is upright."""
    x0, top, x1, bottom = box
    if turn == 90:
        return height - bottom, x0, height - top, x1
    if turn == -90:
        return top, width - x1, bottom, width - x0
    if turn == 180:
        return width - x1, height - bottom, width - x0, height - top
    return box


def _is_garbage(text: str) -> bool:
    """Whether a code was not told which character it is."""
    return text.startswith("(cid:") or "\ufffd" in text or (len(text) == 1 and text < " " and not text.isspace())


def _edges(page: PlumberPage) -> list[Edge]:
    found = page.edges
    if len(found) > 4 * MOST_EDGES:
        return []
    return [
        Edge(float(edge["x0"]), float(edge["top"]), float(edge["x1"]), float(edge["bottom"]))
        for edge in found
        if max(edge["x1"] - edge["x0"], edge["bottom"] - edge["top"]) >= _SHORTEST_EDGE
    ]


def _recognised(document: pypdfium2.PdfDocument, number: int, layer: _Layer | None) -> ocr.Recognised | None:
    """Return the text of a page as it looks; None where the text layer is as good or the page is blank.

    Raises:
        FileTooLargeError: a picture on it is too large to be drawn; the message names the page.
        UnsupportedFormatError: the models for it are missing.
    """
    is_text = layer is not None and not layer.is_garbage
    if is_text and layer is not None and layer.characters >= _FEW_CHARACTERS:
        return None
    with closing(document[number - 1]) as page:
        share, pixels, has_drawing = _pictures(page)
        has_text = layer is None or layer.characters > 0 or layer.is_garbage
        if is_text and has_text and share < _PICTURE_SHARE:
            return None
        if not has_drawing and not has_text:
            return None
        if pixels > _MOST_PIXELS:
            raise FileTooLargeError(
                f"第 {number} 页的图片过大（{pixels / 1e6:.0f} 百万像素），未作文字识别；请缩小后再试。"
            )
        seen = ocr.recognise(_drawn(page), number)
    if is_text and layer is not None and layer.characters >= seen.characters:
        return None
    return seen


def _pictures(page: pypdfium2.PdfPage) -> tuple[float, float, bool]:
    """Return the share of a page that pictures cover, the pixels of the largest and whether anything is drawn."""
    width, height = page.get_size()
    share = pixels = 0.0
    has_drawing = False
    for drawn in page.get_objects():
        if drawn.type == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        has_drawing = True
        if isinstance(drawn, pypdfium2.PdfImage):
            left, bottom, right, top = drawn.get_bounds()
            share += (right - left) * (top - bottom) / max(1.0, width * height)
            columns, rows = drawn.get_px_size()
            pixels = max(pixels, float(columns) * rows)
    return min(1.0, share), pixels, has_drawing


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    """Return a picture of a page at 200 dots an inch, or at what fits into the largest size for recognition."""
    scale = min(_DOTS_PER_POINT, ocr.largest_scale(*page.get_size()))
    with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
        image: Image.Image = bitmap.to_pil().convert("RGB")
    return image
