from __future__ import annotations

import pytest
from PIL import Image

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError
from ingest.formats import ocr
from ingest.formats.pdf import read
from ingest.lines import Limits, Line, Problem, RawText
from tests.ingest.formats.known_text import (
    PARAGRAPHS,
    TABLE,
    TITLE,
    added_share,
    missing_cells,
    parts,
    share_in_order,
)
from tests.ingest.formats.makers_pages import (
    STYLE,
    Paper,
    blank_pdf,
    joined_pdf,
    known_pdf,
    picture_object,
    printed,
    raw_pdf,
    scanned_pdf,
    scans_of,
    stream,
    table_html,
)

SHORT = "全县新建人才驿站四个，服务青年人才九百人次。"


def text_of(data: bytes) -> RawText:
    (text,) = read(data, "简报.pdf", Limits())
    assert isinstance(text, RawText)
    return text


def texts(data: bytes) -> list[str]:
    return [line.text for line in text_of(data).lines]


def drawn(*lines: str) -> bytes:
    """Commands that write lines of Latin text below each other."""
    return b"BT /F1 12 Tf 14 TL 72 700 Td " + b" ".join(b"(%s) Tj T*" % line.encode() for line in lines) + b" ET"


def scan() -> Image.Image:
    sheet = Paper()
    sheet.paragraph(SHORT)
    return sheet.scans()[0]


def test_the_known_text_comes_back() -> None:
    text = text_of(known_pdf())
    got = "\n".join(line.text for line in text.lines)
    assert share_in_order(got) >= 0.995
    assert missing_cells(got) == []
    assert added_share(got) < 0.03
    # Header, footer and page numbers stand on every page.
    assert "工作简报" not in got
    assert "内部资料" not in got
    assert "—1—" not in got.replace(" ", "")
    assert (text.lines[0].text, text.lines[0].level) == (TITLE, 1)
    # Each paragraph is one line again, also where a page ends in it.
    assert set(PARAGRAPHS) <= {line.text for line in text.lines}
    assert {line.origin.page for line in text.lines} == {1, 2, 3}
    assert text.notes == ()


def test_headers_footers_and_watermarks_are_listed() -> None:
    text = text_of(known_pdf())
    assert [(part.reason, part.origin.page) for part in text.removed if "— 2 —" in part.text] == [("页眉页脚", 2)]
    assert sum("工作简报" in part.text for part in text.removed) == 3
    content = drawn("Upright text of the page.") + b" BT /F1 60 Tf 0.7 0.7 -0.7 0.7 200 300 Tm (DRAFT) Tj ET"
    assert [(part.text, part.reason) for part in text_of(raw_pdf(content)).removed] == [("DRAFT", "水印")]


def test_columns_are_read_one_after_another() -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[:8])
    columns = f"<div style='columns: 2; column-gap: 2em'>{body}</div>"
    after = "<p>以上情况请各单位结合实际认真研究，并于月底前将落实情况书面报送县委组织部人才工作科汇总。</p>"
    got = texts(printed(f"<h1>凤鸣县青年人才工作<br>情况汇报</h1>{columns}{after}", STYLE))
    start = got.index("凤鸣县青年人才工作情况汇报")
    assert got[start + 1 : start + 9] == PARAGRAPHS[:8]
    assert got[start + 9].startswith("以上情况")


def test_a_table_over_several_pages_keeps_its_headers() -> None:
    rows = [TABLE[0], *([f"渠道{i}", f"单位{i}", str(100 + i), f"去向{i}"] for i in range(70))]
    lines = [line for line in text_of(printed(table_html(rows), STYLE)).lines if line.row]
    assert len(lines) == 70
    assert lines[-1].text == "引才渠道：渠道69；牵头单位：单位69；引进人数（名）：169；主要去向：去向69"
    assert lines[0].origin.page == 1
    assert lines[-1].origin.page > 1


def test_merged_cells_belong_to_all_their_rows_and_columns() -> None:
    table = (
        "<table><tr><th rowspan=2>单位</th><th colspan=2>引进人数</th></tr><tr><th>博士</th><th>硕士</th></tr>"
        "<tr><td>县委组织部</td><td>3</td><td>12</td></tr><tr><td rowspan=2>教育系统</td><td>5</td><td>6</td></tr>"
        "<tr><td>7</td><td>8</td></tr></table>"
    )
    assert [line.text for line in text_of(printed(table, STYLE)).lines if line.row] == [
        "单位：县委组织部；引进人数·博士：3；引进人数·硕士：12",
        "单位：教育系统；引进人数·博士：5；引进人数·硕士：6",
        "单位：教育系统；引进人数·博士：7；引进人数·硕士：8",
    ]


def test_a_table_without_lines_is_read_by_its_columns() -> None:
    table = table_html([["乡镇", "引进人数"], ["东山镇", "12"], ["西水乡", "8"], ["南坪镇", "31"]])
    got = texts(printed(table, STYLE + "td, th { border: 0 }"))
    assert "乡镇：西水乡；引进人数：8" in got


def test_wrapped_cells_are_joined() -> None:
    long = "负责全县青年人才引进培养使用和服务保障工作的统筹协调"
    got = "".join(
        texts(printed(table_html([["单位", "职责", "人数"], ["组织部", long, "5"], ["人社局", long, "6"]]), STYLE))
    )
    assert got.count(long) == 2


def test_signature_and_date_stay_apart() -> None:
    body = f"<h1>通 &nbsp; 知</h1><p style='text-indent:0'>各乡镇：</p><p>{PARAGRAPHS[0]}</p>"
    signed = "<p style='text-align:right'>凤鸣县委组织部</p><p style='text-align:right'>2023年5月6日</p>"
    got = texts(printed(body + signed, STYLE))
    assert "通知" in got
    assert got.index("2023年5月6日") == got.index("凤鸣县委组织部") + 1


def test_a_word_parted_by_a_hyphen_is_whole_again() -> None:
    style = "p { width: 300px; font: 16px serif }"
    shy = "an inter&shy;national co&shy;operation pro&shy;gramme for young special&shy;ists from many univer&shy;sities"
    assert texts(printed(f"<p>{shy}</p>", style)) == [shy.replace("&shy;", "")]


def test_bold_made_by_printing_twice_is_read_once() -> None:
    content = b"BT /F1 12 Tf 72 700 Td (Fenghuang) Tj ET BT /F1 12 Tf 72.3 700 Td (Fenghuang) Tj ET"
    assert texts(raw_pdf(content)) == ["Fenghuang"]


def test_text_that_runs_down_the_page_is_kept() -> None:
    content = drawn("Upright text of the page.") + b" BT /F1 12 Tf 0 -1 1 0 500 600 Tm (Turned text) Tj ET"
    assert texts(raw_pdf(content)) == ["Upright text of the page.", "Turned text"]


def test_a_slanting_watermark_is_left_out() -> None:
    content = drawn("Upright text of the page.") + b" BT /F1 60 Tf 0.7 0.7 -0.7 0.7 200 300 Tm (DRAFT) Tj ET"
    assert texts(raw_pdf(content)) == ["Upright text of the page."]


def test_a_scanned_file_is_recognised() -> None:
    chosen = list(parts())
    some = [*chosen[:6], None]
    text = text_of(scanned_pdf(scans_of(some, Paper(size=31))))
    got = "".join(line.text for line in text.lines)
    headers, *rows = TABLE
    table = "".join(h + c for row in rows for h, c in zip(headers, row, strict=True))
    assert share_in_order(got, "".join(table if part is None else part[1] for part in some)) >= 0.97
    # Recognition does not tell wide parentheses from narrow ones.
    assert missing_cells(got.replace("(", "（").replace(")", "）")) == []
    assert "-1-" not in got.replace(" ", "")
    assert text.lines[0].level == 1
    assert text.notes[0].startswith("文字识别 1 页，平均可信度 0.9")


def test_pages_with_text_and_scanned_ones_are_read_in_order() -> None:
    text = text_of(joined_pdf(known_pdf(), scanned_pdf([scan()])))
    assert share_in_order("".join(line.text for line in text.lines[:-1])) >= 0.995
    assert (text.lines[-1].text, text.lines[-1].origin.page) == (SHORT, 4)
    assert text.notes[0].startswith("文字识别 1 页")


def test_a_scan_cut_into_strips_is_recognised() -> None:
    sheet = scan()
    height = sheet.height // 8
    strips = [sheet.crop((0, i * height, sheet.width, (i + 1) * height)) for i in range(8)]
    content = b"".join(b"q 595 0 0 105.25 0 %f cm /Im%d Do Q " % (842 - 105.25 * (i + 1), i) for i in range(8))
    names = b" ".join(b"/Im%d %d 0 R" % (i, 6 + i) for i in range(8))
    stamp = b" BT /F1 9 Tf 280 30 Td (- 1 -) Tj 200 0 Td (Scanned by CamScanner) Tj ET"
    assert SHORT in texts(raw_pdf(content + stamp, b"/XObject << " + names + b" >>", *map(picture_object, strips)))


def test_text_whose_codes_say_nothing_is_recognised() -> None:
    # A font without a table of its characters, as some programs embed it, over the page as one sees it.
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Type /Font "
    font += b"/Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
    content = b"q 595 0 0 842 0 0 cm /Im Do Q BT 3 Tr /F2 12 Tf 72 700 Td <" + b"1234" * 80 + b"> Tj ET"
    resources = b"/XObject << /Im 6 0 R >> /Font << /F2 7 0 R >>"
    data = raw_pdf(content, resources, picture_object(scan()), font).replace(b"/Font << /F1 5 0 R >> ", b"")
    assert texts(data) == [SHORT]


def test_a_page_of_doubtful_text_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def poor(image: Image.Image, number: int) -> ocr.Recognised:
        found = original(image, number)
        return ocr.Recognised(found.page, 0.55, 3, found.characters)

    original = ocr.recognise
    monkeypatch.setattr(ocr, "recognise", poor)
    text, problem = read(scanned_pdf([scan()]), "简报.pdf", Limits())
    assert isinstance(text, RawText)
    assert text.notes == ("文字识别 1 页，平均可信度 0.55", "3 处无法辨认，未收入")
    assert isinstance(problem, Problem)
    assert "第 1 页" in problem.reason
    assert "0.55" in problem.reason


def test_a_file_of_ten_thousand_pages_is_refused() -> None:
    with pytest.raises(FileTooLargeError, match="10000 页"):
        text_of(blank_pdf(10_000))


def test_blank_pages_are_an_empty_file() -> None:
    with pytest.raises(EmptyFileError):
        text_of(blank_pdf(2))


def test_a_locked_file_is_told() -> None:
    with pytest.raises(DamagedFileError, match="密码"):
        text_of(raw_pdf(drawn("secret"), password="open sesame"))


def test_a_file_locked_against_changes_only_is_read() -> None:
    assert texts(raw_pdf(drawn("Anyone may read this."), password="")) == ["Anyone may read this."]


def test_a_gigantic_picture_is_not_drawn() -> None:
    entries = b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8"
    data = raw_pdf(b"q 595 0 0 842 0 0 cm /Im Do Q", b"/XObject << /Im 6 0 R >>", stream(b"\0" * 100, entries))
    with pytest.raises(EmptyFileError, match="图片过大"):
        text_of(data)


def test_a_page_of_gigantic_size_is_drawn_small() -> None:
    content = b"q 9000 0 0 12000 0 0 cm /Im Do Q"
    data = raw_pdf(content, b"/XObject << /Im 6 0 R >>", picture_object(scan()))
    assert texts(data.replace(b"[0 0 595 842]", b"[0 0 9000 12000]")) == [SHORT]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.4\n" + bytes(2000), b"<html></html>"])
def test_what_is_no_pdf_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedFileError):
        text_of(data)


def test_a_file_cut_short_is_told() -> None:
    data = known_pdf()
    try:
        found = list(read(data[: len(data) // 2], "简报.pdf", Limits()))
    except (DamagedFileError, EmptyFileError):
        return
    assert any(isinstance(item, Problem) for item in found)


def test_lines_know_where_they_stand() -> None:
    lines: tuple[Line, ...] = text_of(known_pdf()).lines
    assert [line.origin.paragraph for line in lines] == list(range(1, len(lines) + 1))
    assert [line.origin.page for line in lines] == sorted(line.origin.page for line in lines)
