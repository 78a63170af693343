from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import Role, clean
from retriever.text import squeeze
from tests.ingest.prose import articles, paragraphs

LONG = (
    "繁昌区坚持把年轻干部放到招商引资、项目建设和信访维稳一线“墩苗”，全年选派48名优秀年轻干部到14个镇（园区）挂职，"
    "其中“90后”占62.5%，推动解决群众急难愁盼问题310件。"
)
SECOND = "该区同步建立“导师帮带”制度，为每名挂职干部配备1名镇领导和1名业务骨干，按季度开展谈心谈话并形成成长档案。"


def of_role(raw: str, role: Role) -> list[str]:
    return [block.text for block in clean(raw) if block.role is role]


def texts(raw: str) -> list[str]:
    return of_role(raw, Role.TEXT)


# --- what web pages leave behind --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "residue",
    [
        "打开某某新闻 查看精彩图片",
        "打开APP阅读全文",
        "网友 分享 时间:",
        "分享到：",
        "分享到： 微信 微博 QQ空间",
        "微信 | 微博 | 朋友圈",
        "点个在看哦↓↓↓",
        "长按识别二维码关注我们",
        "字号：【大 中 小】",
        "字体： 大 中 小",
        "【打印】【关闭】",
        "上一篇：某区召开人才座谈会",
        "下一篇:没有了",
        "当前位置：首页 > 组工动态 > 人才工作",
        "浏览次数：1024次",
        "阅读量 356",
        "52 1830045",
        '");',
        "var cnt = document.getElementById('hits');",
        "<div class='share'>",
        "版权所有：某区委组织部 皖ICP备12345678号",
        "免责声明：本文仅代表作者观点",
        "返回首页",
        "查看原文 >>",
        "相关阅读",
        "举报/反馈",
    ],
)
def test_what_a_web_page_puts_around_an_article_goes(residue: str) -> None:
    assert texts(f"{residue}\n\n{LONG}\n\n{residue}\n\n{SECOND}\n\n{residue}\n") == [LONG, SECOND]
    assert all(residue not in block.text for block in clean(f"{LONG}\n{residue}"))


def test_a_tail_of_a_page_behind_the_last_sentence_goes_and_the_sentence_stays() -> None:
    assert texts(f"{LONG}返回搜狐，查看更多\n") == [LONG]


@pytest.mark.parametrize(
    "word", ["版权所有", "免责声明：", "ICP备案", "点赞", "分享到", "浏览次数", "二维码", "打印", "返回首页"]
)
def test_a_long_paragraph_stays_whatever_words_it_has_in_common_with_a_page(word: str) -> None:
    paragraph = f"会议就“{word}”等网上服务事项作了说明，{LONG}{SECOND}"
    assert texts(f"人才服务平台上线\n\n{paragraph}\n") == [paragraph]


@pytest.mark.parametrize(
    "sentence",
    [
        "组织部干部与企业负责人分享引才经验。",
        "该县为作品版权所有人和青年创客提供一站式登记服务，全年受理128件。",
        "全县首页：本年度人才总量首次突破3万人。",
    ],
)
def test_a_short_sentence_of_the_article_stays(sentence: str) -> None:
    assert sentence in texts(f"{LONG}\n\n{sentence}\n\n{SECOND}\n")


def test_invisible_characters_go_and_spaces_become_one() -> None:
    assert texts("\ufeff\u3000\u3000湄潭县\u200b引进\u00a0\u3000专家42名，\t覆盖全县\u00ad所有镇。\n") == [
        "湄潭县引进 专家42名， 覆盖全县所有镇。"
    ]


def test_an_empty_page_and_a_page_of_residue_have_no_blocks() -> None:
    assert clean("") == clean(" \n\n\u3000\n") == clean("分享到：\n\n打印\n") == []


# --- wrapped lines ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n\r\n\r\n"])
@pytest.mark.parametrize("cut", [42, 50, 60, 71])
def test_a_paragraph_cut_anywhere_is_whole_again_also_across_blank_lines(cut: int, between: str) -> None:
    assert texts(f"{LONG[:cut]}{between}{LONG[cut:]}{between}{SECOND}") == [LONG, SECOND]


@given(st.data())
def test_every_cut_behind_a_long_line_is_mended(data: st.DataObject) -> None:
    """Wherever a scraper broke the line: inside a word, a number or a quotation."""
    paragraph = data.draw(paragraphs.filter(lambda text: len(text) > 100))
    cut = data.draw(st.integers(45, len(paragraph) - 45).filter(lambda i: paragraph[i - 1] not in "。；：”）"))
    assert [squeeze(text) for text in texts(f"{paragraph[:cut]}\n\n{paragraph[cut:]}\n")] == [squeeze(paragraph)]


def test_a_number_cut_in_two_is_one_number_again() -> None:
    head = "宜都市围绕磷化工、生物医药等主导产业柔性引进院士专家团队，近三年累计支持科研经费1"
    tail = "2860万元，促成产学研合作项目57个，带动新增产值9.3亿元。"
    assert texts(f"{head}\n{tail}\n") == [head + tail]


def test_figures_alone_on_a_line_inside_a_sentence_are_not_lost() -> None:
    head = "宜都市围绕磷化工、生物医药等主导产业柔性引进院士专家团队，近三年累计支持科研经费达到"
    assert "12860" in "".join(texts(f"{head}\n12860\n万元，促成产学研合作项目57个，带动新增产值9.3亿元。\n"))


def test_a_full_stop_alone_on_the_last_line_ends_its_sentence() -> None:
    width = 22
    wrapped = [LONG[i : i + width] for i in range(0, len(LONG), width)]
    assert wrapped[-1] == "。"
    second = [SECOND[i : i + width] for i in range(0, len(SECOND), width)]
    assert "".join(texts("\n".join([*wrapped, *second, *wrapped, *second]))) == (LONG + SECOND) * 2


def test_a_counter_behind_an_unfinished_line_is_not_taken_for_a_figure() -> None:
    blocks = clean(f"{LONG[:50]}\n\n356\n\n一、做法\n\n{SECOND}\n")
    assert [block.text for block in blocks] == [LONG[:50], "一、做法", SECOND]


def test_a_figure_under_its_label_is_joined_to_it() -> None:
    assert texts("引进人数\n\n1158\n\n博士人数：\n32\n") == ["引进人数 1158", "博士人数： 32"]
    assert texts(f"{LONG}\n\n签约企业\n\n15\n\n{SECOND}\n") == [LONG, "签约企业 15", SECOND]


@pytest.mark.parametrize(
    "counter", ["阅读\n\n356", "点赞数\n356", "浏览次数：\n356", "分享到：\n\n356", "356", "47 2692307"]
)
def test_a_counter_of_a_page_goes_with_its_label(counter: str) -> None:
    assert [block.text for block in clean(f"{LONG}\n\n{SECOND}\n\n{counter}\n")] == [LONG, SECOND]


def test_a_number_under_the_title_is_a_counter() -> None:
    assert [block.text for block in clean(f"墩苗育干部\n\n356\n\n{LONG}\n")] == ["墩苗育干部", LONG]


@pytest.mark.parametrize("date", ["2023-05-06 10:21", "2023/5/6", "2023年5月6日 星期六 10:21:33", "2023.05.06"])
def test_the_date_under_the_title_is_kept_and_others_are_page_residue(date: str) -> None:
    assert of_role(f"墩苗育干部\n\n{date}\n\n{LONG}\n\n2020-01-02 08:00\n\n{SECOND}\n", Role.CREDIT) == [date]


def test_the_days_of_a_chronicle_are_headings() -> None:
    raw = f"繁昌区组工大事记\n\n2023年5月6日\n\n{LONG}\n\n2023年6月7日\n\n{SECOND}\n"
    assert of_role(raw, Role.LINE) == ["繁昌区组工大事记", "2023年5月6日", "2023年6月7日"]


def test_rows_of_a_table_are_text_each_for_itself() -> None:
    rows = [
        "| 年份 | 引进人才 |",
        "| 2023年 | 412名 |",
        f"| 2024年 | {'各类高层次人才' * 6}500名 |",
        "| 2025年 | 610名 |",
    ]
    assert texts("\n".join([rows[0], "|---|---|", *rows[1:]])) == rows


def test_words_in_latin_letters_keep_a_space_where_the_line_was_cut() -> None:
    head = "景宁畲族自治县依托中国农民丰收节推介本地青年创业品牌，并与高校共建实践基地，启用 She"
    assert texts(f"{head}\nWorkshop 展厅，全年接待青年研学团队160批次。\n") == [
        f"{head} Workshop 展厅，全年接待青年研学团队160批次。"
    ]


def test_a_caption_between_the_halves_does_not_part_them() -> None:
    blocks = clean(f"{LONG[:50]}\n\n挂职干部走访企业现场\n\n{LONG[50:]}\n\n{SECOND}\n")
    assert [block.text for block in blocks if block.role is Role.TEXT] == [LONG, SECOND]
    assert "挂职干部走访企业现场" in [block.text for block in blocks if block.role is not Role.TEXT]


@pytest.mark.parametrize("width", [20, 28, 36])
def test_plain_text_wrapped_at_a_fixed_width_is_joined(width: int) -> None:
    wrapped = [p[i : i + width] for p in (LONG, SECOND, LONG, SECOND) for i in range(0, len(p), width)]
    assert "".join(texts("\n".join(wrapped))) == LONG + SECOND + LONG + SECOND


def test_an_indented_line_begins_a_paragraph() -> None:
    assert texts(f"\u3000\u3000{LONG}\n\u3000\u3000{SECOND}\n") == [LONG, SECOND]


def test_a_list_keeps_its_items() -> None:
    items = ["- 组织部门牵头抓总，负责制定年度培养计划；", "- 团县委负责发动青年报名；", "- 各镇负责跟踪管理。"]
    assert texts("\n".join([LONG, *items])) == [LONG, *items]


@given(articles)
def test_every_character_of_clean_paragraphs_survives_in_order(article: list[str]) -> None:
    assert texts("\n\n".join(article)) == article


@given(paragraphs, st.data())
def test_wrapping_loses_no_words_and_adds_no_character(paragraph: str, data: st.DataObject) -> None:
    """A part of only digits or signs cannot always be told from a counter; nothing else may be missing."""
    cuts = sorted(data.draw(st.sets(st.integers(1, len(paragraph) - 1), max_size=4)))
    parts = [paragraph[a:b] for a, b in zip([0, *cuts], [*cuts, len(paragraph)], strict=True)]
    seams = data.draw(st.lists(st.sampled_from(["\n", "\n\n", " \n\u3000"]), min_size=len(cuts), max_size=len(cuts)))
    raw = "".join(part + seam for part, seam in zip(parts, [*seams, ""], strict=True))
    read = Counter("".join(block.text for block in clean(raw)))
    worded = Counter("".join(part for part in parts if any(c.isalpha() for c in part)))
    assert worded <= read
    assert Counter(squeeze("".join(read.elements()))) <= Counter(paragraph)


# --- the kinds of short lines -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "caption",
    [
        "图为青年干部在茶园调研",
        "图一 培训班开班式",
        "▲ 专家团在车间指导",
        "青年人才公寓外景图",
        "晋江市青年夜校开课现场",
        "干部入户走访 陈晓峰 摄",
    ],
)
def test_a_caption_is_told_from_a_heading(caption: str) -> None:
    assert of_role(f"{LONG}\n\n{caption}\n\n{SECOND}\n", Role.CAPTION) == [caption]


def test_a_line_where_a_picture_stood_is_a_caption_and_others_are_headings() -> None:
    raw = f"{LONG}\n\n拓宽源头引才\n\n{SECOND}\n\n\n\n人才驿站揭牌\n\n\n\n{LONG}\n\n做优服务留才\n\n{SECOND}\n"
    assert of_role(raw, Role.CAPTION) == ["人才驿站揭牌"]
    assert of_role(raw, Role.LINE) == ["拓宽源头引才", "做优服务留才"]


def test_a_caption_at_the_end_of_a_paragraph_is_taken_out_of_it() -> None:
    blocks = clean(f"{LONG} 图为繁昌区年轻干部在园区走访\n\n{SECOND}\n")
    assert [(block.role, block.text) for block in blocks] == [
        (Role.TEXT, LONG),
        (Role.CAPTION, "图为繁昌区年轻干部在园区走访"),
        (Role.TEXT, SECOND),
    ]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("# 人才工作情况", 1),
        ("## 二级标题", 2),
        ("第一章 总则", 2),
        ("一、坚持党管人才", 2),
        ("（二）健全培养机制", 3),
        ("3.优化服务保障", 4),
    ],
)
def test_numbered_lines_and_markdown_are_headings_of_their_level(line: str, level: int) -> None:
    headings = [block for block in clean(f"{LONG}\n\n{line}\n\n{SECOND}\n") if block.role is Role.HEADING]
    assert [(block.text, block.level) for block in headings] == [(line.lstrip("# "), level)]


def test_a_numbered_sentence_is_text() -> None:
    sentence = "一、坚持党管人才，把人才工作纳入各镇年度考核。"
    assert texts(f"{sentence}\n\n{SECOND}\n") == [sentence, SECOND]


@pytest.mark.parametrize("line", ["□ 周明远 何小茹", "记者 周明远 通讯员 何小茹", "本报记者 周明远", "周明远 何小茹"])
def test_a_byline_is_told_from_text(line: str) -> None:
    assert of_role(f"繁昌区“墩苗”育干部\n\n{line}\n\n{LONG}\n", Role.BYLINE) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "来源：芜湖日报",
        "编辑：周明远",
        "责任编辑：何 茹",
        "(来源:晋江经济报)",
        "终审丨周明远",
        "发布时间：2023-05-04",
        "图片由繁昌区融媒体中心提供",
    ],
)
def test_a_credit_is_told_from_text(line: str) -> None:
    assert of_role(f"繁昌区“墩苗”育干部\n\n{LONG}\n\n{SECOND}\n\n{line}\n", Role.CREDIT) == [line]


def test_a_rule_between_texts_is_kept_as_such() -> None:
    assert of_role(f"{LONG}\n\n--------\n\n{SECOND}\n", Role.RULE) == ["--------"]
