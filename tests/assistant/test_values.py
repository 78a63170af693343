"""Figures, money, dates, persons and organisations as sentences write them."""

from __future__ import annotations

import pytest

from assistant.values import figures, holds_figure, holds_value, lead_values, organisations, persons, states
from retriever.question import Ask, Measure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("投入680余万元建设驿站12家", ["680余万元", "12家"]),
        ("听课3900余人次，开办46期", ["3900余人次", "46期"]),
        ("超过1.2万人，使用率达95%", ["超过1.2万人", "达95%"]),
        ("选派三百余名干部", ["三百余名"]),
    ],
)
def test_figures_keep_their_qualifier_and_unit(text: str, expected: list[str]) -> None:
    assert figures(text) == expected


def test_a_year_is_no_figure() -> None:
    assert not holds_figure("2022年以来持续推进")
    assert holds_figure("2022年录用86人")


def test_the_figure_with_the_unit_of_the_question_is_picked() -> None:
    assert lead_values(
        "征集论文312篇、金点子203个", {Ask.NUMBER}, [Measure("个金点子", "多少个金点子", ("金点子",))]
    ) == ["203个"]


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (Ask.MONEY, "累计拨付4000余万元"),
        (Ask.DATE, "于12月4日签约"),
        (Ask.PERSON, "由县委常委、组织部部长何青山同志任主任"),
        (Ask.UNIT, "办公室设在团区委"),
    ],
)
def test_a_value_of_the_kind_that_is_asked_for_is_seen(ask: Ask, text: str) -> None:
    assert holds_value(text, ask)
    assert not holds_value("各项工作取得新成效。", ask)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("由国家发展和改革委员会、教育部联合印发。", ["国家发展和改革委员会", "教育部"]),
        ("记者 王建国中国农业农村部、民政部联合部署。", ["中国农业农村部", "民政部"]),
        ("由盐都区委组织部会同区教育局举办。", ["盐都区委组织部", "区教育局"]),
        ("仪式在京举行据中国商飞公司新闻中心。", ["中国商飞公司新闻中心"]),
        ("组织部门负责实施。", []),
    ],
)
def test_an_organisation_is_told_by_its_whole_name_and_no_more(text: str, names: list[str]) -> None:
    assert organisations(text) == names


def test_persons_and_organisations_are_told_apart_from_their_offices() -> None:
    assert persons("由县委常委、组织部部长何青山同志任主任") == ["何青山"]
    assert organisations("牵头的是市科技局、市教育局和县委人才办公室") == ["市科技局", "市教育局", "县委人才办公室"]


def test_a_statement_of_what_something_is_is_seen() -> None:
    assert states("该活动的主题为“江畔青春”。", "主题")
    assert not states("活动围绕主题展开。", "主题")


@pytest.mark.parametrize("text", ["引进资金（万元）：128", "所需经费以万元计"])
def test_a_unit_without_a_figure_is_no_sum(text: str) -> None:
    assert not holds_value(text, Ask.MONEY)
    assert lead_values(text, [Ask.MONEY], []) == []


ROW = "乡镇：清河镇；引进人数（名）：12；其中硕士：3；35岁以下：7；经费（万元）：12.5"


@pytest.mark.parametrize(
    ("measure", "context", "question", "values"),
    [
        ("", ("引进", "人数"), "清河镇引进人数是多少？", ["12"]),
        ("万元", ("经费",), "清河镇的经费是多少万元？", ["12.5"]),
        ("", ("引进", "人数"), "白塔镇引进人数是多少？", []),
        ("", ("夜校",), "清河镇的夜校有多少？", []),
    ],
)
def test_in_a_row_the_header_tells_the_value_and_the_question_names_the_row(
    measure: str, context: tuple[str, ...], question: str, values: list[str]
) -> None:
    assert lead_values(ROW, [Ask.NUMBER], [Measure(measure, question, context)], question) == values
    assert lead_values(ROW, [Ask.DATE, Ask.PERSON, Ask.UNIT], [], question) == []
    assert holds_value(ROW, Ask.NUMBER)
