from __future__ import annotations

from io import BytesIO
from typing import Any

import pptx
import pytest
from lxml import etree
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError, UnsafeFileError
from ingest.formats.slides import read
from ingest.lines import Limits, RawText
from tests.ingest.formats.known_text import HEADINGS, TITLE, missing_cells, share_in_order
from tests.ingest.formats.makers_office import joined, known_pptx, ole_of, only_text, part_of, with_part, zip_of


def text_of(data: bytes, limits: Limits | None = None) -> RawText:
    return only_text(read(data, "汇报.pptx", limits or Limits()))


def texts(deck: Any) -> list[str]:
    return [line.text for line in text_of(saved(deck)).lines]


def saved(deck: Any) -> bytes:
    made = BytesIO()
    deck.save(made)
    return made.getvalue()


def deck_with_slide(layout: int = 6) -> tuple[Any, Any]:
    deck = pptx.Presentation()
    return deck, deck.slides.add_slide(deck.slide_layouts[layout])


def box(shapes: Any, text: str, left: float, top: float) -> Any:
    shape = shapes.add_textbox(Cm(left), Cm(top), Cm(6), Cm(1))
    shape.text_frame.text = text
    return shape


def test_the_known_text_comes_back() -> None:
    text = text_of(known_pptx())
    assert share_in_order(joined(text)) >= 0.995
    assert missing_cells(joined(text)) == []
    assert [(line.text, line.level) for line in text.lines if line.level] == [
        (TITLE, 1),
        *((heading, 2) for heading in HEADINGS),
    ]
    assert text.lines[0].origin.label == "第 1 页"


def test_shapes_are_read_from_the_top_and_from_the_left() -> None:
    deck, slide = deck_with_slide(5)
    box(slide.shapes, "右下", 14, 10)
    box(slide.shapes, "左下", 2, 10.2)
    box(slide.shapes, "上", 2, 5)
    group = slide.shapes.add_group_shape()
    box(group.shapes, "组内", 2, 15)
    slide.shapes.title.text = "人才\v工作汇报"
    assert texts(deck) == ["人才工作汇报", "上", "左下", "右下", "组内"]


def test_columns_of_boxes_are_read_one_after_another() -> None:
    deck, slide = deck_with_slide(5)
    slide.shapes.title.text = "人才工作汇报"
    boxes = [("一、引才", 2, 6), ("引进博士10名", 2, 8), ("二、育才", 14, 6), ("结对300人", 14, 8)]
    for text, left, top in boxes[::-1]:
        box(slide.shapes, text, left, top)
    box(slide.shapes, "全县人才总量达到3.8万人。", 2, 16).width = Cm(18)
    box(slide.shapes, "", 1, 5).width = Cm(20)
    assert texts(deck) == ["人才工作汇报", *(text for text, _, _ in boxes), "全县人才总量达到3.8万人。"]


def test_rows_of_boxes_that_are_far_below_each_other_are_read_as_rows() -> None:
    deck, slide = deck_with_slide()
    for text, left, top in [("一", 2, 2), ("二", 9, 2), ("三", 2, 12), ("四", 9, 12)]:
        box(slide.shapes, text, left, top)
    assert texts(deck) == ["一", "二", "三", "四"]


def test_notes_stand_at_the_end_of_their_slide() -> None:
    deck, slide = deck_with_slide()
    box(slide.shapes, "引进人才31名。", 2, 2)
    slide.notes_slide.notes_text_frame.text = "此处介绍背景。"
    box(deck.slides.add_slide(deck.slide_layouts[6]).shapes, "谢谢", 2, 2)
    lines = text_of(saved(deck)).lines
    assert [(line.text, line.origin.page) for line in lines] == [
        ("引进人才31名。", 1),
        ("此处介绍背景。", 1),
        ("谢谢", 2),
    ]


def test_page_numbers_and_footers_are_left_out() -> None:
    deck, slide = deck_with_slide()
    box(slide.shapes, "正文", 2, 2)
    for layout_shape in deck.slide_layouts[6].placeholders:
        slide.shapes.clone_placeholder(layout_shape)
    for shape in slide.placeholders:
        shape.text_frame.text = "内部资料 7"
    assert texts(deck) == ["正文"]


def test_merged_cells_are_not_doubled() -> None:
    deck, slide = deck_with_slide()
    table = slide.shapes.add_table(3, 3, Cm(1), Cm(1), Cm(20), Cm(6)).table
    for row, cells in enumerate([("单位", "姓名", "职务"), ("县委组织部", "张三", "科长"), ("", "李四", "")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert texts(deck) == ["单位：县委组织部；姓名：张三；职务：科长", "单位：县委组织部；姓名：李四"]


def test_automatic_numbers_are_written_out() -> None:
    deck, slide = deck_with_slide()
    frame = box(slide.shapes, "做法：", 2, 2).text_frame
    for text in ("强化领导", "优化服务"):
        paragraph = frame.add_paragraph()
        paragraph.text = text
        etree.SubElement(
            paragraph._p.get_or_add_pPr(),
            "{http://schemas.openxmlformats.org/drawingml/2006/main}buAutoNum",
            type="arabicPeriod",
        )
    assert texts(deck) == ["做法：", "1. 强化领导", "2. 优化服务"]


def test_slides_without_text_locked_and_damaged_files_say_so() -> None:
    with pytest.raises(EmptyFileError):
        texts(deck_with_slide()[0])
    with pytest.raises(DamagedFileError, match="密码"):
        text_of(ole_of("EncryptedPackage"))
    with pytest.raises(DamagedFileError):
        text_of(zip_of({"ppt/x.xml": b"<a/>"}))
    with pytest.raises(FileTooLargeError, match="上限 3 张"):
        text_of(known_pptx(), Limits(max_pages=3))
    data = known_pptx()
    slide = part_of(data, "ppt/slides/slide1.xml").replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1)
    with pytest.raises(UnsafeFileError):
        text_of(with_part(data, "ppt/slides/slide1.xml", slide))


def picture(width: int, height: int, colour: str = "white") -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "PNG")
    made.seek(0)
    return made


def test_a_table_without_headers_gives_each_name_its_figure() -> None:
    deck, slide = deck_with_slide()
    table = slide.shapes.add_table(2, 2, Cm(2), Cm(2), Cm(10), Cm(4)).table
    for row, texts_of_row in enumerate([["党员总数", "1200"], ["女党员", "300"]]):
        for column, text in enumerate(texts_of_row):
            table.cell(row, column).text = text
    assert texts(deck) == ["党员总数：1200", "女党员：300"]


def chart(slide: Any, *series: tuple[str, list[float], str]) -> Any:
    data = CategoryChartData()
    data.categories = ["一季度", "二季度"]
    for name, values, form in series:
        data.add_series(name, values, form)
    return slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(2), Cm(5), Cm(15), Cm(10), data).chart


def test_the_figures_of_a_chart_are_read() -> None:
    deck, slide = deck_with_slide(5)
    slide.shapes.title.text = "引才情况"
    made = chart(slide, ("引进博士", [12, 15.5], "General"), ("完成率", [0.45, 0.9], "0%"))
    made.chart_title.text_frame.text = "各季度引才"
    assert texts(deck) == [
        "引才情况",
        "各季度引才",
        "一季度；引进博士：12；完成率：45%",
        "二季度；引进博士：15.5；完成率：90%",
    ]
    assert text_of(saved(deck)).notes == ()


def test_a_chart_without_figures_is_told() -> None:
    deck, slide = deck_with_slide(5)
    slide.shapes.title.text = "引才情况"
    chart(slide)
    text = text_of(saved(deck))
    assert [line.text for line in text.lines] == ["引才情况"]
    assert text.notes == ("有 1 张图表未读取",)


def test_pictures_that_may_hold_text_are_told_small_ones_are_not() -> None:
    deck, slide = deck_with_slide()
    box(slide.shapes, "全县人才工作", 2, 1)
    slide.shapes.add_picture(picture(40, 40), Cm(1), Cm(1), Cm(2), Cm(2))
    assert text_of(saved(deck)).notes == ()
    for left in (1, 12):
        slide.shapes.add_picture(picture(80, 60, "red"), Cm(left), Cm(5), Cm(10), Cm(8))
    group = slide.shapes.add_group_shape()
    group.shapes.add_picture(picture(80, 60, "blue"), Cm(1), Cm(5), Cm(10), Cm(8))
    assert text_of(saved(deck)).notes == ("有 2 张图片未读取",)
    group.width, group.height = Cm(2), Cm(1)
    assert text_of(saved(deck)).notes == ("有 1 张图片未读取",)
