from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError, UnsupportedFormatError
from ingest.formats import ocr
from ingest.formats.images import pictures, read
from ingest.lines import Limits, RawText
from tests.ingest.formats.known_text import TITLE, added_share, missing_cells, parts, share_in_order
from tests.ingest.formats.makers_pages import Paper, encoded, scans_of

SHORT = "全县新建人才驿站四个，服务青年人才九百人次。"


def text_of(data: bytes) -> RawText:
    (text,) = read(data, "扫描件.png", Limits())
    assert isinstance(text, RawText)
    return text


def small(text: str = SHORT) -> Image.Image:
    sheet = Paper(width=1100, height=700)
    sheet.paragraph(text)
    return sheet.scans()[0].crop((0, 150, 1100, 450))


def test_the_known_text_comes_back() -> None:
    (sheet,) = scans_of(parts(), Paper(size=28, width=2339, height=3308))
    text = text_of(encoded(sheet, "PNG"))
    got = "\n".join(line.text for line in text.lines)
    assert share_in_order(got) >= 0.97
    assert added_share(got) < 0.05
    # Recognition does not tell wide parentheses from narrow ones.
    assert missing_cells(got.replace("(", "（").replace(")", "）")) == []
    assert (text.lines[0].text, text.lines[0].level) == (TITLE, 1)
    assert text.notes[0].startswith("文字识别 1 页，平均可信度 0.9")


@pytest.mark.parametrize("form", ["JPEG", "BMP", "WEBP"])
def test_common_formats_are_read(form: str) -> None:
    (picture,) = pictures(encoded(small(), form), Limits())
    assert picture.mode == "RGB"
    assert picture.size == (1100, 300)


def test_pages_of_a_fax_are_read_in_order() -> None:
    pages = [small("第一页的全部文字。").convert("1"), small("第二页的全部文字。").convert("1")]
    made = BytesIO()
    pages[0].save(made, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    text = text_of(made.getvalue())
    assert [(line.text, line.origin.page) for line in text.lines] == [
        ("第一页的全部文字。", 1),
        ("第二页的全部文字。", 2),
    ]


def test_a_photograph_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = small().rotate(90, expand=True)
    assert [line.text for line in text_of(encoded(turned, "JPEG", exif=exif)).lines] == [SHORT]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_scanned_lying_or_upside_down_is_turned(degrees: int) -> None:
    sheet = Paper(width=1100, height=1100)
    wanted = ["凤鸣县委组织部着力推动青年人才下沉到农村一线开展志愿服务，形成合力。", SHORT]
    for text in wanted:
        sheet.paragraph(text)
    scan = sheet.scans()[0].crop((0, 150, 1100, 600)).rotate(degrees, expand=True)
    assert [line.text for line in text_of(encoded(scan, "PNG")).lines] == wanted


def test_a_crooked_scan_is_read_straight() -> None:
    sheet = Paper(width=1100, height=1100)
    for text in ("凤鸣县委组织部着力推动青年人才下沉到农村一线开展志愿服务，形成合力。", SHORT):
        sheet.paragraph(text)
    crooked = sheet.scans()[0].crop((0, 150, 1100, 600)).rotate(2, fillcolor=235)
    got = [line.text for line in text_of(encoded(crooked, "PNG")).lines]
    assert got == ["凤鸣县委组织部着力推动青年人才下沉到农村一线开展志愿服务，形成合力。", SHORT]


def test_a_long_screenshot_is_read_line_by_line() -> None:
    sheet = Paper(size=18, width=600, height=9000)
    wanted = [f"第{number}批人才报到。" for number in range(60, 110)]
    for text in wanted:
        sheet.paragraph(text)
        sheet.y += 120
    screenshot = sheet.image.crop((0, 200, 600, sheet.y))
    assert screenshot.height > 12 * screenshot.width
    assert "".join(line.text for line in text_of(encoded(screenshot, "PNG")).lines) == "".join(wanted)


def test_a_transparent_picture_stands_on_white() -> None:
    picture = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    (seen,) = pictures(encoded(picture, "PNG"), Limits())
    assert seen.getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_of_grey_become_eight() -> None:
    (seen,) = pictures(encoded(Image.new("I;16", (50, 50), 0x8000), "PNG"), Limits())
    assert seen.getpixel((0, 0)) == (128, 128, 128)


def test_a_picture_without_text_is_empty() -> None:
    with pytest.raises(EmptyFileError, match="没有识别到文字"):
        text_of(encoded(Image.new("RGB", (300, 300), "white"), "PNG"))


def test_a_bomb_of_pixels_is_refused() -> None:
    bomb = encoded(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 1e6
    with pytest.raises(FileTooLargeError):
        text_of(bomb)


def test_too_many_pages_are_refused() -> None:
    pages = [Image.new("1", (10, 10))] * 3
    made = BytesIO()
    pages[0].save(made, "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(FileTooLargeError, match="2 页"):
        list(pictures(made.getvalue(), Limits(max_pages=2)))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_broken_pictures_end_in_an_error_for_people(form: str) -> None:
    data = encoded(small(), form)
    for broken in (data[: len(data) // 3], data[:20], b"", form.encode() + data[4:]):
        with pytest.raises(DamagedFileError):
            list(pictures(broken, Limits()))


def test_missing_models_are_told_and_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_MODELS", {"Det.model_path": "missing.onnx"})
    ocr._engine.cache_clear()
    try:
        with pytest.raises(UnsupportedFormatError, match=r"missing\.onnx"):
            text_of(encoded(small(), "PNG"))
    finally:
        ocr._engine.cache_clear()
