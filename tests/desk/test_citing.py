"""Quotations as they are cited in offices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Article, Document, Metadata
from desk.citing import citation_text, one_line, quoted, readable_date, titled

TEXT = "第一页。\n通川区办了34次现场招聘会，叫“金种子”。"
QUOTE = "通川区办了34次现场招聘会，叫“金种子”。"
KNOWN = Metadata(date="2023-05-04", issuer="中共达州市通川区委组织部")


def source(origins: list[list[object]] | None = None, name: str = "某某.docx") -> Document:
    return Document("d", name, "文件标题", TEXT, "", {"origins": origins} if origins else {})


def article(title: str = "人才工作先行区", meta: Metadata = KNOWN) -> Article:
    return Article("a", "d", title, (), 0, len(TEXT), meta)


def test_all_that_is_known_is_told_in_the_order_of_a_reference() -> None:
    document = source([[0, "第 1 页"], [5, "第 3 页"]])
    assert citation_text(QUOTE, document, article()) == (
        "“通川区办了34次现场招聘会，叫‘金种子’。”"
        "（中共达州市通川区委组织部：《人才工作先行区》，2023年5月4日，某某.docx 第3页）"
    )


def test_what_is_not_known_is_left_out() -> None:
    assert (
        citation_text("办了34次", source(), article(meta=Metadata())) == "“办了34次”（《人才工作先行区》，某某.docx）"
    )
    assert (
        citation_text("办了34次", source(), article("", Metadata(date="2023")))
        == "“办了34次”（《文件标题》，2023年，某某.docx）"
    )


def test_the_issuer_is_told_once_where_the_title_begins_with_it() -> None:
    told = citation_text("办了34次", source(), article("中共达州市通川区委组织部关于人才工作的通知"))
    assert told.count("中共达州市通川区委组织部") == 1


def test_the_page_is_that_of_the_place_and_not_of_the_first_place_with_the_same_words() -> None:
    document = Document("d", "甲.pdf", "题", "共86人。共86人。", "", {"origins": [[0, "第 1 页"], [5, "第 2 页"]]})
    piece = Article("a", "d", "题", (), 0, 10)
    assert "第1页" in citation_text("共86人。", document, piece)
    assert "第2页" in citation_text("共86人。", document, piece, at=5)
    assert "页" not in citation_text("共99人。", document, piece)


def test_a_row_of_a_sheet_is_told_in_both_languages() -> None:
    document = source([[0, "工作表“名单”第 5 行"]], "名单.xlsx")
    assert "名单.xlsx 工作表“名单”第5行）" in citation_text(QUOTE, document, article())
    english = citation_text("办了34次", document, article(), lang="en")
    assert (
        english
        == "“办了34次” (中共达州市通川区委组织部: 《人才工作先行区》, 2023-05-04, 名单.xlsx, sheet “名单”, row 5)"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("叫“甲‘乙’丙”。", "“叫‘甲“乙”丙’。”"),
        ('叫"甲"。', "“叫‘甲’。”"),
        ("只有开头“没有结尾", "“只有开头‘没有结尾”"),
        ("‘甲’在外", "“‘甲’在外”"),
        ("两行\n  成一行\u202e\x00", "“两行 成一行”"),
    ],
)
def test_marks_inside_a_quotation_go_one_level_in(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_a_title_inside_a_title_has_the_smaller_marks() -> None:
    assert titled("关于印发《人才办法》的通知") == "《关于印发〈人才办法〉的通知》"
    assert titled("《人才办法》") == "《人才办法》"
    assert titled(" \n") == ""


@pytest.mark.parametrize(
    ("date", "shown"),
    [("2014-12-05", "2014年12月5日"), ("2014-12", "2014年12月"), ("2014", "2014年"), ("", ""), ("近日", "近日")],
)
def test_dates_read_as_people_write_them(date: str, shown: str) -> None:
    assert readable_date(date) == shown
    assert readable_date(date, "en") == date


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()), st.sampled_from(["zh-CN", "en"]))
def test_whatever_stands_in_a_source_its_citation_is_one_line_that_can_be_written(
    quote: str, title: str, name: str, lang: str
) -> None:
    told = citation_text(quote, source(name=name), article(title), lang=lang)
    assert len(told.splitlines()) == 1
    assert told.encode("utf-8").decode("utf-8") == told
    assert told == one_line(told)


@given(st.text("甲乙“”", max_size=12))
def test_a_quotation_ends_where_it_ends(text: str) -> None:
    """A reader who counts double marks finds one quotation, whatever the marks in it."""
    depth = 0
    for at, mark in enumerate(told := quoted(text)):
        depth += (mark in "“‘") - (mark in "”’") if mark in "“”" else 0
        assert depth > 0 or at == len(told) - 1
