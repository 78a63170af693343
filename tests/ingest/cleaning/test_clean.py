from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning.blocks import Block, Role
from ingest.cleaning.clean import clean
from ingest.formats.plain import lines_of
from ingest.lines import Line
from retriever.text import squeeze
from tests.ingest.prose import articles, paragraphs

LONG = (
    "繁昌区坚持把年轻干部放到招商引资、项目建设和信访维稳一线“墩苗”，全年选派48名优秀年轻干部到14个镇（园区）挂职，"
    "其中“90后”占62.5%，推动解决群众急难愁盼问题310件。"
)
SECOND = "该区同步建立“导师帮带”制度，为每名挂职干部配备1名镇领导和1名业务骨干，按季度开展谈心谈话并形成成长档案。"


def blocks_of(raw: str) -> tuple[Block, ...]:
    return clean(lines_of(raw)).blocks


def of_role(raw: str, role: Role) -> list[str]:
    return [block.text for block in blocks_of(raw) if block.role is role]


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
    assert all(residue not in block.text for block in blocks_of(f"{LONG}\n{residue}"))


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
        "市委网信办设立违法和不良信息举报中心，全年受理群众举报1.2万件。",
        "3家企业取得互联网信息服务许可证B2-20190001等资质，带动就业500余人。",
        "特别声明：本次公开招聘不指定任何辅导用书，也不委托任何机构举办培训班。",
        "免责声明：考生应对所提交材料的真实性负责。",
        "商务合作：全年签约项目12个，总投资30亿元。",
        "打开微信，查看本支部积分排名。",
        "请点击关注民生实事，办好群众身边事。",
    ],
)
def test_a_short_sentence_of_the_article_stays(sentence: str) -> None:
    assert sentence in texts(f"{LONG}\n\n{sentence}\n\n{SECOND}\n")


def test_invisible_characters_go_and_spaces_become_one() -> None:
    assert texts("\ufeff\u3000\u3000湄潭县\u200b引进\u00a0\u3000专家42名，\t覆盖全县\u00ad所有镇。\n") == [
        "湄潭县引进 专家42名， 覆盖全县所有镇。"
    ]


def test_an_empty_page_and_a_page_of_residue_have_no_blocks() -> None:
    assert blocks_of("") == blocks_of(" \n\n\u3000\n") == blocks_of("分享到：\n\n打印\n") == ()


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
    blocks = blocks_of(f"{LONG[:50]}\n\n356\n\n一、做法\n\n{SECOND}\n")
    assert [block.text for block in blocks] == [LONG[:50], "一、做法", SECOND]


def test_a_figure_under_its_label_is_joined_to_it() -> None:
    assert texts("引进人数\n\n1158\n\n博士人数：\n32\n") == ["引进人数 1158", "博士人数： 32"]
    assert texts(f"{LONG}\n\n签约企业\n\n15\n\n{SECOND}\n") == [LONG, "签约企业 15", SECOND]


@pytest.mark.parametrize(
    "counter", ["阅读\n\n356", "点赞数\n356", "浏览次数：\n356", "分享到：\n\n356", "356", "47 2692307"]
)
def test_a_counter_of_a_page_goes_with_its_label(counter: str) -> None:
    assert [block.text for block in blocks_of(f"{LONG}\n\n{SECOND}\n\n{counter}\n")] == [LONG, SECOND]


def test_a_number_under_the_title_is_a_counter() -> None:
    assert [block.text for block in blocks_of(f"墩苗育干部\n\n356\n\n{LONG}\n")] == ["墩苗育干部", LONG]


@pytest.mark.parametrize("date", ["2023-05-06 10:21", "2023/5/6", "2023年5月6日 星期六 10:21:33", "2023.05.06"])
def test_the_date_under_the_title_is_a_credit_and_others_are_none(date: str) -> None:
    assert of_role(f"墩苗育干部\n\n{date}\n\n{LONG}\n\n2020-01-02 08:00\n\n{SECOND}\n", Role.CREDIT) == [date]


def test_the_days_of_a_chronicle_are_headings() -> None:
    raw = f"繁昌区组工大事记\n\n2023年5月6日\n\n{LONG}\n\n2023年6月7日\n\n{SECOND}\n"
    assert of_role(raw, Role.LINE) == ["繁昌区组工大事记", "2023年5月6日", "2023年6月7日"]


def test_the_day_of_a_page_is_no_day_of_a_chronicle_though_the_signature_has_another() -> None:
    raw = f"繁昌区人才工作情况\n\n2023-05-06\n\n{LONG}\n\n{SECOND}\n\n繁昌区委组织部\n\n2023年5月4日\n"
    assert of_role(raw, Role.CREDIT) == ["2023-05-06"]


def test_rows_of_a_table_are_text_each_for_itself() -> None:
    rows = [
        "| 年份 | 引进人才 |",
        "| 2023年 | 412名 |",
        f"| 2024年 | {'各类高层次人才' * 6}500名 |",
        "| 2025年 | 610名 |",
    ]
    assert texts("\n".join(rows)) == rows


def test_words_in_latin_letters_keep_a_space_where_the_line_was_cut() -> None:
    head = "景宁畲族自治县依托中国农民丰收节推介本地青年创业品牌，并与高校共建实践基地，启用 She"
    assert texts(f"{head}\nWorkshop 展厅，全年接待青年研学团队160批次。\n") == [
        f"{head} Workshop 展厅，全年接待青年研学团队160批次。"
    ]


def test_a_caption_between_the_halves_does_not_part_them() -> None:
    blocks = blocks_of(f"{LONG[:50]}\n\n挂职干部走访企业现场\n\n{LONG[50:]}\n\n{SECOND}\n")
    assert [block.text for block in blocks if block.role is Role.TEXT] == [LONG, SECOND]
    assert "挂职干部走访企业现场" in [block.text for block in blocks if block.role is not Role.TEXT]


@pytest.mark.parametrize("width", [20, 28, 36])
def test_plain_text_wrapped_at_a_fixed_width_is_joined(width: int) -> None:
    wrapped = [p[i : i + width] for p in (LONG, SECOND, LONG, SECOND) for i in range(0, len(p), width)]
    assert "".join(texts("\n".join(wrapped))) == LONG + SECOND + LONG + SECOND


def test_an_indented_line_begins_a_paragraph() -> None:
    assert texts(f"\u3000\u3000{LONG}\n\u3000\u3000{SECOND}\n") == [LONG, SECOND]


def test_text_wrapped_at_a_width_is_joined_where_only_first_lines_are_indented() -> None:
    paragraphs = [LONG, f"1. {SECOND}", "2. 各镇负责跟踪管理。"]
    lines = [
        line for p in paragraphs for line in (f"\u3000\u3000{p[:32]}", *(p[i : i + 34] for i in range(32, len(p), 34)))
    ]
    assert texts("各位同事：\n\n" + "\n".join(lines) + "\n\n联系人：周明远\n\n何小茹\n")[1:4] == paragraphs


def test_rows_of_a_roster_with_single_spaces_are_text_with_their_header() -> None:
    rows = ["序号 姓名 性别 学历", "1 周明远 男 本科", "2 何小茹 女 硕士", "3 陈晓峰 男 大专"]
    assert texts("\n".join(["返乡青年人才花名册", *rows])) == rows


def test_labels_with_their_values_are_text_and_head_nothing() -> None:
    labels = [
        "联 系 人：周明远",
        "联系电话：0553-7654321",
        "完成时限：11月底",
        "附件：人才申报表",
        "第一组：周明远 何小茹",
    ]
    assert texts("\n".join([LONG, *labels, SECOND])) == [LONG, *labels, SECOND]


def test_a_title_that_calls_is_a_title_over_the_credits_of_a_page() -> None:
    blocks = blocks_of(f"繁昌这样做，年轻干部留下来了！\n原创 繁昌组工 2023-05-06 10:21 安徽\n\n{LONG}\n")
    assert [block.role for block in blocks] == [Role.LINE, Role.CREDIT, Role.TEXT]


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
    read = Counter("".join(block.text for block in blocks_of(raw)))
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


def test_headings_far_below_the_text_before_stay_headings() -> None:
    raw = f"繁昌区典型案例\n{LONG}\n\n\n\n坚持党建引领\n{SECOND}\n\n\n\n强化服务群众\n{LONG}\n"
    assert of_role(raw, Role.LINE) == ["繁昌区典型案例", "坚持党建引领", "强化服务群众"]
    assert of_role(raw, Role.CAPTION) == []


def test_a_caption_at_the_end_of_a_paragraph_is_taken_out_of_it() -> None:
    blocks = blocks_of(f"{LONG} 图为繁昌区年轻干部在园区走访\n\n{SECOND}\n")
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
    headings = [block for block in blocks_of(f"{LONG}\n\n{line}\n\n{SECOND}\n") if block.role is Role.HEADING]
    assert [(block.text, block.level) for block in headings] == [(line.lstrip("# "), level)]


def test_a_numbered_sentence_is_text() -> None:
    sentence = "一、坚持党管人才，把人才工作纳入各镇年度考核。"
    assert texts(f"{sentence}\n\n{SECOND}\n") == [sentence, SECOND]


@pytest.mark.parametrize("line", ["□ 周明远 何小茹", "记者 周明远 通讯员 何小茹", "本报记者 周明远", "周明远 何小茹"])
def test_a_byline_is_told_from_text(line: str) -> None:
    assert of_role(f"繁昌区“墩苗”育干部\n\n{line}\n\n{LONG}\n", Role.BYLINE) == [line]


@pytest.mark.parametrize(
    "lines",
    [
        ["一等奖", "周明远 何小茹", "二等奖", "陈晓峰 林海燕 张三丰"],
        ["经研究，对下列同志予以表彰。", "周明远 何小茹"],
        ["入选名单如下：", "周明远、何小茹", "陈晓峰、林海燕"],
        ["牵头单位", "文明办", "参加单位", "文史馆"],
        ["工作作风", "严格 高效", "任务 时限"],
        ["■ 强化组织领导", "■ 抓好培养使用"],
        ["记者：请您谈谈下一步的打算。"],
        ["申报", "审核：人社局会同组织部提出初审意见", "公示"],
    ],
    ids=lambda lines: lines[0],
)
def test_names_and_words_inside_a_text_are_no_byline_and_no_credit(lines: list[str]) -> None:
    raw = "\n\n".join(["关于表彰优秀青年人才的决定", LONG, *lines, SECOND, "繁昌区委组织部", "2023年5月4日"])
    blocks = blocks_of(raw)
    assert [b.text for b in blocks] == raw.split("\n\n")
    assert not {Role.BYLINE, Role.CREDIT} & {b.role for b in blocks}


def test_names_at_the_top_of_a_list_are_no_byline() -> None:
    assert of_role(f"先进个人名单\n\n周明远 何小茹\n\n{LONG}\n", Role.BYLINE) == []
    assert of_role(f"年度表彰\n\n一等奖\n\n周明远 何小茹\n\n二等奖\n\n陈晓峰 林海燕\n\n{LONG}\n", Role.BYLINE) == []


def test_names_behind_the_last_sentence_are_a_byline() -> None:
    raw = f"繁昌区“墩苗”育干部\n\n{LONG}\n\n{SECOND}\n\n周明远 何小茹\n图片由繁昌区委宣传部提供\n"
    assert of_role(raw, Role.BYLINE) == ["周明远 何小茹"]


def test_time_and_place_of_a_meeting_are_text() -> None:
    labels = ["时间：2023年5月9日上午9点", "地点：区委党校报告厅"]
    assert of_role("\n".join(["关于召开会议的通知", LONG, *labels, SECOND]), Role.TEXT) == [LONG, *labels, SECOND]
    minutes = ["区委人才工作会议纪要", *labels, "主持人：周明远", "出席：何小茹、陈晓峰", LONG]
    assert of_role("\n".join(minutes), Role.TEXT) == minutes[1:]


def test_labels_right_under_a_title_are_credits() -> None:
    labels = ["地区：安徽省芜湖市", "时间：2023年（部分数据截至5月）", "体裁：经验材料", "来源说明：据公开材料改写。"]
    assert of_role("\n".join(["# 繁昌区“墩苗”育干部", *labels, "## 做法", LONG]), Role.CREDIT) == labels


def test_the_rest_of_a_list_of_names_is_joined_to_it() -> None:
    names = "出席会议的有区委组织部、区人社局、区教育局、区财政局有关负责同志周明远、何小茹、陈晓峰、"
    assert texts(f"{names}\n林海燕、张三丰\n") == [f"{names}林海燕、张三丰"]


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


@pytest.mark.parametrize(
    "line",
    [
        "2023-05-06 10:21 来源：芜湖日报 浏览次数：1024",
        "发布时间：2023-05-06 10:21 信息来源：中共芜湖市繁昌区委组织部 浏览次数：1024次 字号：[大 中 小]",
        "繁昌组工 2023年5月6日 10:21 安徽",
        "原创 繁昌组工 2023-05-06 10:21 发表于安徽",
    ],
)
def test_the_line_under_a_title_with_date_and_source_is_a_credit(line: str) -> None:
    assert of_role(f"繁昌区“墩苗”育干部\n\n{line}\n\n{LONG}\n", Role.CREDIT) == [line]


# --- sentences broken where a page or a scraper happened to -----------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["全年引进博士，其中海外1", "3名，硕士20名。"], "全年引进博士，其中海外13名，硕士20名。"),
        (["该县出台了新规划，自20", "23年起施行。"], "该县出台了新规划，自2023年起施行。"),
        (["全县引进人才", "1158", "名，其中博士32名。"], "全县引进人才1158名，其中博士32名。"),
        (
            ["该县投入资金，今年已达4000", "余万元，惠及企业230家。"],
            "该县投入资金，今年已达4000余万元，惠及企业230家。",
        ),
    ],
)
def test_a_short_line_that_breaks_inside_or_behind_a_figure_is_mended(lines: list[str], sentence: str) -> None:
    assert texts("\n".join(lines)) == [sentence]


def test_text_wrapped_by_columns_is_joined_though_digits_make_its_lines_longer() -> None:
    prose = (LONG + SECOND) * 3
    lines, width = [""], 0
    for character in prose:
        step = 1 if character.isascii() else 2
        if width + step > 40:
            lines.append("")
            width = 0
        lines[-1] += character
        width += step
    assert len({len(line) for line in lines[:-1]}) > 2
    assert "".join(texts("\n".join(lines))) == prose


def test_a_long_title_and_the_lines_under_it_stay_apart_from_the_text() -> None:
    title = "青山县创新“三个一批”人才引育机制 为县域经济社会高质量发展注入强劲动能和持久活力"
    speech = "在全市组织部长会议暨人才工作领导小组第三次全体（扩大）会议结束时的讲话提纲摘要"
    long = LONG + SECOND
    assert texts(f"{title}\n\n{long}\n") == [title, long]
    lines = [speech, "（2024年3月5日）", "张建国", "同志们：", long]
    assert [block.text for block in blocks_of("\n".join(lines))] == lines


def test_entries_of_a_list_of_persons_without_full_stops_stay_apart() -> None:
    entries = [
        f"{name}，{sex}，汉族，19{year}年8月生，大学学历，中共党员，现任青山县发展和改革局副局长，拟任{post}"
        for name, sex, year, post in (("张建国", "男", 75, "青山县财政局局长"), ("李明", "女", 81, "柳河镇党委副书记"))
    ]
    notice = LONG + SECOND
    assert [block.text for block in blocks_of("\n".join([notice, *entries, notice]))] == [notice, *entries, notice]


def test_a_table_copied_cell_by_cell_keeps_what_repeats_in_its_rows() -> None:
    rows = [
        [str(n), name, "男", "汉族", "大学", "党员", "县委办", "科员", "2019年7月"]
        for n, name in enumerate(("张三", "李四", "王五", "赵六"), 1)
    ]
    cells = [cell for row in rows for cell in row]
    kept = [block.text for block in blocks_of("\n".join([LONG, *cells]))]
    assert [text for text in kept if not text.isdecimal()] == [LONG, *(c for c in cells if not c.isdecimal())]


def test_items_of_a_list_without_full_stops_stay_apart() -> None:
    items = [
        f"{number}.组织部门牵头抓总，会同有关单位制定年度培养计划、明确责任分工并按季度通报落实情况"
        for number in (1, 2)
    ]
    last = "3.各镇负责跟踪管理。"
    blocks = blocks_of("\n".join([LONG, *items, last]))
    assert [block.text for block in blocks] == [LONG, *items, last]


@pytest.mark.parametrize(
    "rows",
    [
        ["年份\t引进\t留存", "2021\t120\t98%", "2022\t150\t97%"],
        ["年份    引进    留存", "2021    120     98%", "2022    150     97%"],
        ["年份　　引进　　留存", "2021　　120　　98%"],
        ["年份 | 引进 | 留存", "2021 | 120 | 98%"],
        ["│年份│引进│留存│", "│2021│120│98%│"],
    ],
)
def test_rows_of_a_drawn_table_stay_rows(rows: list[str]) -> None:
    assert [text.split() for text in texts("\n".join([LONG, *rows, SECOND]))[1:-1]] == [row.split() for row in rows]


def test_an_editor_alone_on_a_line_is_a_credit_with_and_without_a_space_in_the_name() -> None:
    for line in ("责任编辑：何茹", "责任编辑：何 茹", "值班编委：周明远", "一审：周明远"):
        assert of_role(f"{LONG}\n\n{SECOND}\n\n{line}\n", Role.CREDIT) == [line]


# --- formats that know their paragraphs -------------------------------------------------------------------------


def test_whole_paragraphs_are_never_joined() -> None:
    parts = [LONG[:50], LONG[50:], "引进人数", "1158", SECOND]
    result = clean([Line(part, whole=True) for part in parts])
    assert [block.text for block in result.blocks] == parts
    assert result.joined == ()
    mixed = clean([Line(LONG[:50]), Line(LONG[50:], whole=True)])
    assert [block.text for block in mixed.blocks] == [LONG[:50], LONG[50:]]


def test_headings_and_rows_are_what_the_format_says() -> None:
    heading = f"关于{LONG[:60]}"
    row = "年份：2023；引进：1158；率：98%"
    result = clean([Line(heading, level=3), Line(row, row=True), Line("1158", row=True), Line("--------", level=2)])
    assert [(block.text, block.role, block.level) for block in result.blocks] == [
        (heading, Role.HEADING, 3),
        (row, Role.TEXT, 0),
        ("1158", Role.TEXT, 0),
        ("--------", Role.HEADING, 2),
    ]


def test_a_row_is_kept_as_it_is() -> None:
    row = "单位：组织部\t  编制：12\u3000人"
    assert [block.text for block in clean([Line(row, row=True)]).blocks] == [row]


def test_blocks_and_what_was_done_know_their_place() -> None:
    result = clean(lines_of(f"墩苗育干部\n\n{LONG[:50]}\n\n{LONG[50:]}\n打印\n\n{SECOND}\n"))
    assert [block.origin.paragraph for block in result.blocks] == [1, 3, 8]
    assert [(part.text, part.reason, part.origin.paragraph) for part in result.removed] == [("打印", "按钮", 6)]
    assert [(LONG.index(seam.before + seam.after), seam.origin.paragraph) for seam in result.joined] == [(38, 5)]


# --- nothing vanishes -------------------------------------------------------------------------------------------

_HIDDEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ufffe\x00-\x1f\x7f]")
_RESIDUE = [
    "分享到：微信", "356", "阅读", "引进人数", "。", "— 3 —", "相关阅读", "· 某区开会 2023-05-04", "目录", "一、总则……1", "首页",
    "打印", '");', "<p>", "&nbsp;", "责任编辑：王明远", "2023-05-06 10:21", "# 标题 #", "| a | b |", "图为干部走访", "□ 周明远",
    "返回搜狐，查看更多", "原标题：", "，正文：", "--------", "（1）", "名，其中", "1.", "\u200b", "某县工作报告", "a\tb\tc",
]  # fmt: skip
_lines = st.one_of(
    st.sampled_from(_RESIDUE),
    paragraphs.flatmap(lambda text: st.integers(1, len(text)).map(lambda cut: text[:cut])),
    st.text(st.sampled_from("一二人才，。：；“”（）()<>&|#*-—=·.0123456789ab \u3000\t\u200b\ufeff…①□"), max_size=30),
    st.text(max_size=12).filter(lambda text: not re.search(r"[\n\r]", text)),
)


@given(st.lists(st.tuples(_lines, st.booleans(), st.booleans(), st.sampled_from([0, 0, 0, 1, 4])), max_size=25))
def test_every_character_is_kept_or_listed(drawn: list[tuple[str, bool, bool, int]]) -> None:
    given_lines = [Line(text, whole=whole, row=row and whole, level=level) for text, whole, row, level in drawn]
    result = clean(given_lines)
    told = "".join(block.text for block in result.blocks) + "".join(part.text for part in result.removed)
    assert Counter(_HIDDEN.sub("", told)) == Counter(_HIDDEN.sub("", "".join(line.text for line in given_lines)))
    assert all(part.text.strip() and part.reason for part in result.removed)


@given(st.lists(st.one_of(st.sampled_from([*_RESIDUE, ""]), paragraphs), max_size=20))
def test_cleaning_a_page_twice_ends_the_same(parts: list[str]) -> None:
    assert clean(lines_of("\n".join(parts))) == clean(lines_of("\n".join(parts)))


@pytest.mark.parametrize(
    "raw",
    [
        "字" * 300_000, "1" * 300_000, "。”" * 100_000, "“" * 300_000, "（" * 300_000, "<" * 300_000, "<p>" * 100_000 + "字",
        "字" + "<p>" * 100_000, "字" + "&nbsp;" * 50_000, "a\t" * 100_000, "| " * 100_000, "# " * 100_000, "责任编辑：" * 50_000,
        "短行\n" * 30_000, "短行，\n" * 30_000, "相关阅读\n某区开会\n" * 15_000, "引进人数\n12\n" * 15_000, "。\n" * 30_000,
        ("字" * 50 + "\n") * 10_000, "\n" * 1_000_000 + "字", "\u200b\n" * 30_000, "首页\n干部工作\n" * 15_000,
        "主办单位：某县\n" * 30_000, "王伟 李娜\n" * 20_000, ("时间：上午\n地点：礼堂\n") * 15_000, "2023-05-06\n" * 20_000, ("(" * 119 + "a\n") * 2_000, ("大中小 " * 29 + "呀\n") * 2_000,
    ],
    ids=lambda raw: repr(raw[:6]),
)  # fmt: skip
def test_huge_and_monotonous_input_is_read_to_its_end(raw: str) -> None:
    result = clean(lines_of(raw))
    told = sum(len(squeeze(block.text)) for block in result.blocks)
    told += sum(len(squeeze(part.text)) for part in result.removed)
    assert told == len(squeeze(raw.replace("\u200b", "")))
