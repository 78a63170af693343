"""Text in pictures, recognised by the models that come with rapidocr; nothing is ever fetched."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import UnsupportedFormatError
from ingest.formats.grids import Edge, aligned_grids, ruled_cells, ruled_grids
from ingest.formats.page import Page
from ingest.formats.runs import Run, runs_of, width_of
from ingest.lines import Problem

if TYPE_CHECKING:
    from rapidocr import RapidOCR

LONGEST_SIDE = 4_000
"""Pixels: what is larger is made smaller before, a tall picture where it is wider."""
_TALL = 2.5
"""How many times higher than wide a picture is that is read in tiles: a long screenshot."""
_MOST_PIXELS = 90e6
"""Of a tall picture."""
_TILE = 1.5
"""Height of a tile as a share of its width, at least `_DETECTION_SIDE`."""
_TILE_OVERLAP = 0.13
"""Share of its height by which a tile overlaps with the next."""
POOR = 0.6
"""Mean confidence of a page below which its text should not be trusted."""

_MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
}
_DETECTION_SIDE = 1_536
"""Pixels: lines are found in a picture of this size and read in the full one; larger only takes longer."""
_LEAST_CONFIDENCE = 0.5
"""Lines below are specks, seals and drawings rather than text."""
_SURE = 0.8
"""Mean confidence of a page below which it may stand on its head."""
_THREADS = 2
_SHORTEST_RULE = 0.03
"""Share of the picture's longer side: a shorter line is a stroke of a character."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read on a page."""

    page: Page
    confidence: float
    """Mean over the characters; 0 where none was found."""
    unread: int = 0
    """How many places looked like text but could not be read."""
    characters: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A line with its four corners, from the upper left clockwise, and how sure it is."""

    box: npt.NDArray[np.float64]
    text: str
    score: float

    @property
    def width(self) -> float:
        return float(np.linalg.norm(self.box[1] - self.box[0]) + np.linalg.norm(self.box[2] - self.box[3])) / 2

    @property
    def height(self) -> float:
        return float(np.linalg.norm(self.box[3] - self.box[0]) + np.linalg.norm(self.box[2] - self.box[1])) / 2

    @property
    def size(self) -> float:
        """That of its characters, if it is a line of several."""
        return min(self.height, max(self.height / 2, self.width / width_of(self.text, 1)))

    @property
    def is_tall(self) -> bool:
        return self.height > 1.5 * self.width

    @property
    def bottom(self) -> float:
        return float(self.box[:, 1].max())

    def moved_down(self, distance: float) -> _Found:
        """Return the line at its place in the picture whose tile begins so far below the top."""
        return replace(self, box=self.box + np.array((0.0, distance)))

    def is_over(self, other: _Found) -> bool:
        """Whether the smaller of two lines lies by more than a third on the other."""
        low, high = (
            np.maximum(self.box.min(axis=0), other.box.min(axis=0)),
            np.minimum(self.box.max(axis=0), other.box.max(axis=0)),
        )
        areas = [float(np.prod(np.ptp(line.box, axis=0))) for line in (self, other)]
        return float(np.prod(np.maximum(high - low, 0))) > min(areas) / 3


def recognise(image: Image.Image, number: int) -> Recognised:
    """Return the text in a picture of a page, tables apart.

    Args:
        image: the page upright; made smaller by `largest_scale`.
        number: that of the page.

    Raises:
        UnsupportedFormatError: the models are not installed.
    """
    pixels, found = _upright(_pixels(image))
    height, width = pixels.shape[:2]
    angle = _skew(found)
    good = [line for line in found if line.score >= _LEAST_CONFIDENCE]
    share = _size_share(good)
    runs = [_run(line, angle, share) for line in good]
    tables = ruled_cells(_edges(pixels), tolerance=max(4.0, 0.006 * width)) if abs(angle) < 0.01 else []
    grids, rest = ruled_grids(tables, runs)
    more, left = aligned_grids(runs_of(_in_order(rest)))
    page = Page(number, float(width), float(height), tuple(left), (*grids, *more), scanned=True)
    return Recognised(page, _confidence(found), len(found) - len(runs), sum(len(run.text) for run in runs))


def largest_scale(width: float, height: float) -> float:
    """Return by how much a page may be enlarged before it is too large to be recognised as it is."""
    if height <= _TALL * width:
        return LONGEST_SIDE / max(width, height)
    return min(LONGEST_SIDE / max(1.0, width), math.sqrt(_MOST_PIXELS / max(1.0, width * height)))


def notes(pages: Sequence[Recognised]) -> tuple[str, ...]:
    """Return what a report says about recognised pages."""
    if not pages:
        return ()
    weights = [max(1, page.characters) for page in pages]
    mean = sum(w * page.confidence for w, page in zip(weights, pages, strict=True)) / max(1, sum(weights))
    # Rounded down: 1.00 would say that there is no doubt.
    made = [f"文字识别 {len(pages)} 页，平均可信度 {math.floor(100 * mean) / 100:.2f}"]
    if unread := sum(page.unread for page in pages):
        made.append(f"{unread} 处无法辨认，未收入")
    return tuple(made)


def doubts(pages: Iterable[Recognised]) -> list[Problem]:
    """Return a warning for each page that was read badly."""
    return [
        Problem(f"第 {page.page.number} 页文字识别可信度仅 {page.confidence:.2f}，请对照原件核对或重新扫描。")
        for page in pages
        if 0 < page.confidence < POOR
    ]


@lru_cache(maxsize=1)
def _engine() -> RapidOCR:
    """Return the one engine of this process; it takes half a second and 200 MB."""
    import rapidocr

    folder = Path(rapidocr.__file__).parent / "models"
    missing = [name for name in _MODELS.values() if not (folder / name).is_file()]
    if missing:
        raise UnsupportedFormatError(f"文字识别模型 {missing[0]} 缺失，请重新安装 rapidocr。")
    # A path for each model is what keeps the library from downloading any.
    return rapidocr.RapidOCR(
        params={
            **{key: str(folder / name) for key, name in _MODELS.items()},
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST_SIDE,
            "Global.text_score": 0.0,
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTION_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _upright(pixels: Pixels) -> tuple[Pixels, list[_Found]]:
    """Return a page and its lines, the page turned where it was scanned lying or upside down.

    The library can turn single lines, but their order would stay wrong; and it takes long lines for reversed ones.
    """
    found = _read(pixels)
    sure = _confidence(found)
    lying = sum(len(line.text) for line in found if len(line.text) > 1 and line.is_tall)
    if 2 * lying > sum(len(line.text) for line in found):
        # It reads lines that run up or down the page turned to the left: what then reads well has to be turned so.
        turned = np.ascontiguousarray(np.rot90(pixels, 1 if sure >= _SURE else 3))
    elif found and sure < _SURE:
        turned = np.ascontiguousarray(np.rot90(pixels, 2))
    else:
        return pixels, found
    again = _read(turned)
    return (turned, again) if _confidence(again) > sure - (0.05 if sure >= _SURE else -0.05) else (pixels, found)


def _read(pixels: Pixels) -> list[_Found]:
    """Return the lines that are found in a picture; a tall one is read tile by tile."""
    height, width = pixels.shape[:2]
    if height <= max(_TALL * width, _DETECTION_SIDE):
        return _read_tile(pixels)
    found: list[_Found] = []
    size = max(int(_TILE * width), _DETECTION_SIDE)
    overlap = int(_TILE_OVERLAP * size)
    for top in range(0, height - overlap, size - overlap):
        # A line that is cut at the lower edge of a tile is whole in the next one.
        seam = top + size - overlap // 2 if top + size < height else height
        lines = [line.moved_down(top) for line in _read_tile(np.ascontiguousarray(pixels[top : top + size]))]
        known = [line for line in found if line.bottom > top]
        found.extend(
            line for line in lines if line.box[:, 1].mean() < seam and not any(line.is_over(other) for other in known)
        )
    return found


def _read_tile(pixels: Pixels) -> list[_Found]:
    from rapidocr.utils.output import RapidOCROutput

    result = _engine()(pixels, use_cls=False)
    # Where there is no line, the result may be of another kind.
    if not isinstance(result, RapidOCROutput) or result.boxes is None or not result.txts or not result.scores:
        return []
    return [
        _Found(np.asarray(box, dtype=np.float64), text, float(score))
        for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
    ]


def _confidence(found: Sequence[_Found]) -> float:
    """Return how sure the text is, as a mean over its characters."""
    return sum(line.score * len(line.text) for line in found) / max(1, sum(len(line.text) for line in found))


def _pixels(image: Image.Image) -> Pixels:
    """Return a picture as the engine wants it: blue, green and red on a white ground."""
    scale = largest_scale(*image.size)
    if scale < 1:
        image = image.resize((max(1, int(scale * image.width)), max(1, int(scale * image.height))))
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def _skew(found: Sequence[_Found]) -> float:
    """Return by how much a page is turned, in radians, as its longer lines show."""
    angles = [math.atan2(*(line.box[1] - line.box[0])[::-1]) for line in found if line.width > 5 * line.height]
    angle = median(angles) if angles else 0.0
    return angle if abs(angle) < 0.2 else 0.0


def _size_share(found: Sequence[_Found]) -> float:
    """Return which share of the height of a line's box its characters have; how wide they run tells it better."""
    shares = [line.size / line.height for line in found if width_of(line.text, 1) >= 8 and not line.is_tall]
    return median(shares) if shares else 0.85


def _run(line: _Found, angle: float, share: float) -> Run:
    """Return a line at the place where it stands once the page is straight."""
    x, y = line.box.mean(axis=0)
    if angle:
        x, y = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
        width, height = line.width, line.height
    else:
        width, height = map(float, line.box.max(axis=0) - line.box.min(axis=0))
    is_short = line.is_tall or width_of(line.text, 1) < 4
    size = share * min(width, height) if is_short else line.size
    return Run(line.text, x - width / 2, y - height / 2, x + width / 2, y + height / 2, size)


def _in_order(runs: list[Run]) -> list[Run]:
    return sorted(runs, key=lambda run: (run.middle[1], run.x0))


def _edges(pixels: Pixels) -> list[Edge]:
    """Return the long straight lines in a picture."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)
    length = max(30, int(_SHORTEST_RULE * min(max(pixels.shape[:2]), _TALL * min(pixels.shape[:2]))))
    edges: list[Edge] = []
    for shape in ((length, 1), (1, length)):
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, shape))
        # Lines of a scan are uneven: what is broken by a pixel or two is one.
        lines = cv2.dilate(lines, np.ones((3, 3), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(lines)
        for x, y, width, height, _ in stats[1:].tolist():
            thick, long = sorted((width, height))
            if thick <= max(14, 0.05 * long):
                edges.append(Edge(float(x), float(y), float(x + width), float(y + height)))
    return edges
