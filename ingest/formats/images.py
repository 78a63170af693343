"""Pictures of text: photographs, screenshots and scans, of several pages where the format has them."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps, ImageSequence

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError
from ingest.formats import ocr
from ingest.formats.layout import laid_out
from ingest.lines import Limits, Problem, RawText, too_many_pages

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
_MOST_PIXELS = Image.MAX_IMAGE_PIXELS or 89_000_000
_TOO_LARGE = f"图片过大，请缩小到 {_MOST_PIXELS // 1_000_000} 百万像素以内再试。"
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, struct.error, zlib.error)
"""What Pillow raises on bytes that are no good picture; it knows no common error."""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the text recognised in a picture; see `ingest.lines.Reader`."""
    seen: list[ocr.Recognised] = []
    for number, picture in enumerate(pictures(data, limits), start=1):
        seen.append(ocr.recognise(picture, number))
        limits.on_page(number, 0)
    text = laid_out([one.page for one in seen])
    if not text.lines:
        raise EmptyFileError("图片中没有识别到文字，请确认内容清晰、方向正确，或改用原文件。")
    yield RawText(text.lines, source, recognised=True, notes=ocr.notes(seen), removed=text.removed)
    yield from ocr.doubts(seen)


def pictures(data: bytes, limits: Limits) -> Iterator[Image.Image]:
    """Yield the pages of a picture file, upright, on a white ground.

    Raises:
        DamagedFileError: it is no picture of a known format, or broken.
        FileTooLargeError: it has more pages than are allowed, or more pixels than any scan.
    """
    try:
        with _opened(data) as file:
            for number, frame in enumerate(ImageSequence.Iterator(file), start=1):
                if number > limits.max_pages:
                    raise too_many_pages(number, limits)
                if frame.width * frame.height > _MOST_PIXELS:
                    raise FileTooLargeError(_TOO_LARGE)
                yield _upright(frame)
    except Image.DecompressionBombError as exc:
        raise FileTooLargeError(_TOO_LARGE) from exc
    except _BROKEN as exc:
        raise DamagedFileError("图片已损坏或不是支持的格式，无法打开；请重新复制或另存为 PNG 后再试。") from exc


def _opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Small faults of a file are of no use to people; sizes are checked by the caller.
        warnings.simplefilter("ignore")
        return Image.open(BytesIO(data), formats=FORMATS)


def _upright(frame: Image.Image) -> Image.Image:
    """Return a picture as it is meant to be seen, in colours of eight bits."""
    frame.load()
    image = ImageOps.exif_transpose(frame)
    if image.mode.startswith("I"):
        # Sixteen bits of grey.
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    return image.convert("RGB")
