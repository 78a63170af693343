"""Blocks to articles: titles, sections, where articles begin and end, and what they tell about themselves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Origin
from ingest.articles import Structured, structure
from ingest.chunking import chunk_article
from ingest.cleaning.blocks import Block, Role
from ingest.cleaning.clean import clean
from ingest.formats.plain import lines_of
from ingest.lines import Line
from retriever.places import Gazetteer
from retriever.text import squeeze
from tests.ingest.prose import articles

TEA = [
    "湄潭县立足茶产业优势，把茶叶人才作为强县之基，近三年选聘茶叶专家42名，组建技术服务队15支，覆盖全县128个茶叶专业村。",
    "在培养上，湄潭县与省内高校共建茶学实践基地6个，开设“茶师课堂”，累计培训茶农1.2万人次，培育制茶工匠316名。",
    "在服务上，湄潭县出台茶业人才十条措施，兑现创业补助860万元，为高层次人才解决住房、子女入学等问题210件。",
    "在使用上，湄潭县推行茶叶专家“包村联企”，每名专家联系2个村、1家企业，去年解决病虫害防治、机械采摘等技术难题94项。",
    "下一步，湄潭县将继续做好“茶人”文章，力争到明年底制茶工匠突破500名，让绿叶子带动更多群众增收致富。",
]
PORT = [
    "晋江市聚焦鞋服、食品等千亿产业，实施“晋才回流”行动，常态化赴高校举办专场招聘会，去年以来达成就业意向3,210人。",
    "晋江市为来晋青年提供7天免费住宿，建成青年人才驿站12家，开通“一码通办”，平均办理时限压缩到2个工作日。",
    "晋江市坚持以赛引才，连续五年举办青年创新创业大赛，落地项目37个，获奖团队最高可得300万元支持。",
    "晋江市还把青年工作延伸到镇街，在19个镇街设立青年服务专员，全年收集意见1,086条，办结率达到96.8%。",
    "晋江市委组织部有关负责人表示，将进一步打通校地合作通道，让更多青年把论文写在车间里、写在生产线上。",
]


def blocks_of(raw: str) -> tuple[Block, ...]:
    return clean(lines_of(raw)).blocks


@pytest.fixture
def read(gazetteer: Gazetteer):
    def read(raw: str, **known: str) -> Structured:
        return structure(blocks_of(raw), document_id="d", source="来件.txt", sha256="", gazetteer=gazetteer, **known)

    return read


def page(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


# --- the text of the document -----------------------------------------------------------------------------------


@given(article=articles, title=st.sampled_from(["", "繁昌区年轻干部培养工作情况汇报"]))
def test_articles_and_sections_lie_in_the_text_in_order(gazetteer: Gazetteer, article: list[str], title: str) -> None:
    made = structure(
        blocks_of(page(*([title] if title else []), *article)),
        document_id="d",
        source="s",
        sha256="",
        gazetteer=gazetteer,
    )
    text = made.document.text
    position = 0
    for one, sections in zip(made.articles, made.sections, strict=True):
        assert position <= one.start <= one.end <= len(text)
        position = one.start
        for section in sections:
            assert position <= section.start < section.end <= one.end
            position = section.end
        position = one.end
    assert squeeze(text) == squeeze("".join([title, *article]))


def test_captions_stand_marked_behind_the_sentences_and_not_between_them(read) -> None:
    made = read(page("湄潭县茶叶人才工作情况", TEA[0], "图为专家在茶园指导", *TEA[1:]))
    assert made.document.text.endswith("\n〔图〕图为专家在茶园指导")
    assert TEA[0] + "\n" + TEA[1] in made.document.text


# --- titles -----------------------------------------------------------------------------------------------------


def test_the_first_line_is_the_title(read) -> None:
    made = read(page("湄潭县以“茶人”兴茶业", *TEA))
    assert made.document.title == made.articles[0].title == "湄潭县以“茶人”兴茶业"


def test_a_short_first_line_is_read_together_with_the_next(read) -> None:
    assert (
        read(page("破题解难", "湄潭县茶叶人才工作走出新路", *TEA)).document.title
        == "破题解难 湄潭县茶叶人才工作走出新路"
    )


def test_a_title_over_its_byline_is_found_behind_a_lead(read) -> None:
    lead = "编者按：近年来，各地围绕特色产业引育人才，形成了一批可复制的做法，本刊今起择要刊发，供各地学习借鉴。"
    made = read(page(lead, "湄潭县以“茶人”兴茶业助推共同富裕", "□ 周明远 何小茹", *TEA))
    assert made.document.title == "湄潭县以“茶人”兴茶业助推共同富裕"
    assert made.articles[0].meta.authors == ("周明远", "何小茹")


def test_a_markdown_heading_is_the_title(read) -> None:
    assert read(page("# 湄潭县茶叶人才工作", "## 主要做法", *TEA)).document.title == "湄潭县茶叶人才工作"


def test_a_text_without_a_title_is_called_by_what_it_says_first(read) -> None:
    made = read(page("近年来，湄潭县大力实施“茶乡英才”计划，选聘茶叶专家42名。" + TEA[0], *TEA[1:]))
    assert made.document.title == "湄潭县大力实施“茶乡英才”计划"


def test_a_title_from_outside_wins(read) -> None:
    assert read(page("内部资料请勿外传的一份材料", *TEA), title="湄潭县经验材料").document.title == "湄潭县经验材料"


# --- sections ---------------------------------------------------------------------------------------------------


def sections_of(made: Structured, number: int = 0) -> list[tuple[tuple[str, ...], str]]:
    return [(s.headings, made.document.text[s.start : s.end]) for s in made.sections[number]]


def test_sections_stand_under_the_path_of_their_headings(read) -> None:
    made = read(
        page(
            "湄潭县茶叶人才工作汇报",
            "一、主要做法",
            TEA[0],
            "（一）抓培养",
            TEA[1],
            "（二）抓服务",
            TEA[2],
            "二、下一步打算",
            TEA[4],
        )
    )
    assert sections_of(made) == [
        (("一、主要做法",), TEA[0]),
        (("一、主要做法", "（一）抓培养"), TEA[1]),
        (("一、主要做法", "（二）抓服务"), TEA[2]),
        (("二、下一步打算",), TEA[4]),
    ]


def test_markdown_sections_nest_by_their_level(read) -> None:
    made = read(page("# 湄潭县茶叶人才工作", "## 做法", "### 培养", TEA[1], "## 成效", TEA[2]))
    assert sections_of(made) == [(("做法", "培养"), TEA[1]), (("成效",), TEA[2])]


def test_two_short_lines_in_a_row_are_one_heading(read) -> None:
    made = read(page("湄潭县茶叶人才工作走出新路", TEA[0], "精准发力 全域提质", "筑牢茶产业人才底座", TEA[1]))
    assert sections_of(made)[1] == (("精准发力 全域提质 筑牢茶产业人才底座",), TEA[1])


def test_paragraphs_without_headings_are_one_section(read) -> None:
    assert sections_of(read(page("湄潭县茶叶人才工作走出新路", *TEA))) == [((), "\n".join(TEA))]


@given(
    st.lists(
        st.one_of(
            st.sampled_from([TEA[0], PORT[1], "该县召开座谈会。"]),
            st.builds(
                "{}{}{}".format,
                st.sampled_from(["# ", "## ", "### ", "一、", "（二）", "3.", "", "", "", "- ", "记者 ", "图为"]),
                st.sampled_from(["引进人才", "培训干部", "张三丰", "名单", "做优服务留才", "引进人数"]),
                st.sampled_from(["", "500名", "走出新路子", "\n\n1158"]),
            ),
            st.builds("| {}年 | {}名 |".format, st.integers(2000, 2030), st.integers(1, 999)),
            st.sampled_from(["2023-05-06 10:21", "来源：贵州日报", "|---|---|", "----------"]),
        ),
        min_size=1,
        max_size=14,
    ),
    st.sampled_from(["", "湄潭县经验材料"]),
)
def test_no_block_vanishes(gazetteer: Gazetteer, parts: list[str], title: str) -> None:
    """Each is in a chunk, a heading of one, or in what stands around the text; the document holds them all."""
    blocks = blocks_of(page(*parts))
    made = structure(blocks, document_id="d", source="s", sha256="", gazetteer=gazetteer, title=title)
    text = made.document.text
    found: list[str] = []
    for article, sections in zip(made.articles, made.sections, strict=True):
        chunks = chunk_article(text, article, sections)
        found += [*(chunk.text for chunk in chunks), *(heading for chunk in chunks for heading in chunk.headings)]
        # The lines above the first section are title, front, labels and headings; the headings are among the above.
        lines = text[article.start : sections[0].start if sections else article.end].split("\n")
        found += [article.title, *lines[:6]]
    for block in blocks:
        if block.role is not Role.RULE:
            assert block.text in text
        if block.role in (Role.TEXT, Role.LINE, Role.HEADING):
            assert any(block.text in one for one in found), block


def test_lines_that_head_nothing_are_text(read) -> None:
    made = read(
        page(
            "湄潭县茶叶人才工作走出新路",
            TEA[0],
            "一、做法",
            "（一）引进人才500名",
            "（二）培训干部300人次",
            "二、打算",
            TEA[1],
            "专家名单",
            "张三丰",
            "李四光",
        )
    )
    assert sections_of(made) == [
        ((), TEA[0]),
        (("一、做法",), "（一）引进人才500名\n（二）培训干部300人次"),
        (("二、打算",), TEA[1]),
        (("专家名单",), "张三丰\n李四光"),
    ]


def test_a_heading_without_anything_below_does_not_stand_under_the_one_before(read) -> None:
    made = read(page("湄潭县茶叶人才工作走出新路", "（一）抓培养", TEA[0], "二、成效500项", "三、打算", TEA[1]))
    assert sections_of(made) == [(("（一）抓培养",), TEA[0]), ((), "二、成效500项"), (("三、打算",), TEA[1])]


def test_a_list_above_the_text_is_not_taken_for_its_title(read) -> None:
    names = ["张三丰", "李四光", "王五六同志", "赵六一", "钱七七"]
    made = read(page("湄潭县茶叶专家服务团名单公布", *names, TEA[0]))
    assert made.document.title == "湄潭县茶叶专家服务团名单公布"
    assert "\n".join(names[1:]) in sections_of(made)[0][1]


def test_a_file_of_one_line_is_text(read) -> None:
    made = read("湄潭县茶叶人才工作走出新路\n")
    assert made.document.title == "湄潭县茶叶人才工作走出新路"
    [[section]] = made.sections
    assert made.document.text[section.start : section.end] == "湄潭县茶叶人才工作走出新路"


@pytest.mark.parametrize("line", ["2023-05-06 10:21", "2023年5月6日"])
def test_a_line_with_only_a_date_tells_the_date(read, line: str) -> None:
    made = read(page("湄潭县2021年人才工作总结", line, *TEA))
    assert (made.document.title, made.articles[0].meta.date) == ("湄潭县2021年人才工作总结", "2023-05-06")


# --- several articles in one file -------------------------------------------------------------------------------


def test_two_unrelated_articles_in_one_file_become_two(read) -> None:
    first = page("湄潭县以“茶人”兴茶业助推增收", "记者 周明远", *TEA, "来源：贵州日报", "编辑：何小茹")
    second = page("晋江市打造青年友好城市留才引才", "记者 陈晓峰", *PORT, "来源：晋江经济报")
    made = read(first + "\n" + second)
    assert [article.title for article in made.articles] == [
        "湄潭县以“茶人”兴茶业助推增收",
        "晋江市打造青年友好城市留才引才",
    ]
    assert [article.meta.district for article in made.articles] == ["湄潭县", "晋江市"]
    assert [article.meta.issuer for article in made.articles] == ["贵州日报", "晋江经济报"]
    text = made.document.text
    assert "晋江" not in text[made.articles[0].start : made.articles[0].end]
    assert "湄潭" not in text[made.articles[1].start : made.articles[1].end]


def test_a_rule_parts_two_articles(read) -> None:
    made = read(page("湄潭县以“茶人”兴茶业助推增收", *TEA, "----------", "晋江市打造青年友好城市留才引才", *PORT))
    assert [article.meta.district for article in made.articles] == ["湄潭县", "晋江市"]


def test_two_markdown_titles_are_two_articles(read) -> None:
    made = read(page("# 湄潭县茶叶人才工作", *TEA, "# 晋江市青年人才工作", *PORT))
    assert [article.title for article in made.articles] == ["湄潭县茶叶人才工作", "晋江市青年人才工作"]


def test_one_article_with_its_byline_in_the_middle_stays_one(read) -> None:
    lead = "编者按：近年来，各地围绕特色产业引育人才，形成了一批可复制的做法，本刊今起择要刊发，供各地学习借鉴。"
    assert (
        len(read(page(lead, "湄潭县以“茶人”兴茶业助推共同富裕", "□ 周明远", *TEA, "做优服务留人才", *TEA)).articles)
        == 1
    )


def test_headings_and_a_credit_at_the_end_do_not_split_an_article(read) -> None:
    made = read(
        page(
            "湄潭县以“茶人”兴茶业助推增收",
            TEA[0],
            "抓好培养",
            *TEA[1:3],
            "抓好服务",
            *TEA,
            "编辑：何小茹",
            "点击查看更多",
        )
    )
    assert len(made.articles) == 1


# --- metadata: place --------------------------------------------------------------------------------------------


def place_of(made: Structured, number: int = 0) -> str:
    return made.articles[number].meta.place


def test_the_place_is_that_of_the_title(read) -> None:
    made = read(page("湄潭县以“茶人”兴茶业助推增收", "近日，来自晋江市、宜都市、繁昌区的代表到湄潭参观学习。", *TEA))
    assert place_of(made) == "贵州省遵义市湄潭县"


def test_the_place_of_a_label_wins_over_what_the_text_mentions(read) -> None:
    made = read(page("# 茶叶人才工作摘要", "地区：贵州省湄潭县\n时间：2022年", "## 做法", *PORT))
    assert place_of(made) == "贵州省遵义市湄潭县"


def test_a_text_that_keeps_speaking_of_one_place_is_of_that_place(read) -> None:
    assert place_of(read(page("以“茶人”兴茶业助推群众增收致富", *TEA))) == "贵州省遵义市湄潭县"


def test_passing_mentions_are_no_place_and_our_district_is_none_either(read) -> None:
    body = [p.replace("湄潭县", "我区") for p in TEA]
    made = read(page("在全市人才工作座谈会上的交流发言", "今年我区组织干部赴晋江市考察学习。", *body))
    assert place_of(made) == ""


def test_as_many_words_of_another_place_leave_the_place_open(read) -> None:
    assert place_of(read(page("两地联合培养产业人才的几点做法", *TEA, *PORT))) == ""


@pytest.mark.parametrize(
    ("city", "whole"),
    [("徐州市", "江苏省徐州市鼓楼区"), ("福州市", "福建省福州市鼓楼区"), ("开封市", "河南省开封市鼓楼区")],
)
def test_a_name_that_four_cities_share_is_settled_by_the_text(read, city: str, whole: str) -> None:
    body = [p.replace("湄潭县", "鼓楼区") for p in TEA]
    assert (
        place_of(
            read(page("鼓楼区青年人才工作走深走实", f"{city}鼓楼区近日召开人才工作会议。{city}有关部门参会。", *body))
        )
        == whole
    )


def test_an_unsettled_name_keeps_only_its_own_name(read) -> None:
    body = [p.replace("湄潭县", "鼓楼区") for p in TEA]
    assert place_of(read(page("鼓楼区青年人才工作走深走实", *body))) == "鼓楼区"


def test_a_label_that_tells_nothing_is_no_place_and_no_date(read) -> None:
    made = read(
        page(
            "# 年轻干部队伍建设做法",
            "地区：原文未注明\n时间：原文未注明（部分数据自2021年起）",
            *[p.replace("湄潭县", "该区") for p in TEA],
        )
    )
    assert (place_of(made), made.articles[0].meta.date) == ("", "")


# --- metadata: the rest -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "opening", "date"),
    [
        ("湄潭县2022年人才工作总结", TEA[0], "2022"),
        ("湄潭县人才工作情况（2023年5月）", TEA[0], "2023-05"),
        ("湄潭县召开人才工作会议", "2023年5月4日，湄潭县召开人才工作会议。" + TEA[0], "2023-05-04"),
        ("湄潭县召开人才工作会议", "2021年以来，湄潭县持续引才。" + TEA[0], ""),
        ("湄潭县召开人才工作会议", "2021至2023年，湄潭县持续引才。" + TEA[0], ""),
        ("湄潭县召开人才工作会议", "2021年以前，湄潭县缺少专家。" + TEA[0], ""),
        ("湄潭县2022年以“茶人”兴茶业情况", TEA[0], "2022"),
        ("湄潭县召开人才工作会议", TEA[0], ""),
        ("湄潭县召开人才工作会议", TEA[0] + TEA[1] + "2019年，首批专家到岗。", ""),
    ],
)
def test_the_date_is_told_by_title_or_opening_and_never_guessed(read, title: str, opening: str, date: str) -> None:
    assert read(page(title, opening, *TEA[1:])).articles[0].meta.date == date


@pytest.mark.parametrize("label", ["时间：2022年8月9日", "发布时间：2022-08-09 10:30", "发布日期：2022/8/9"])
def test_a_labelled_date_wins(read, label: str) -> None:
    made = read(page("湄潭县2021年人才工作总结", label, *TEA))
    assert made.articles[0].meta.date == "2022-08-09"


def test_a_date_from_outside_wins_over_all(read) -> None:
    meta = read(page("湄潭县2021年人才工作总结", "时间：2022年", *TEA), date="2020-3-1").articles[0].meta
    assert (meta.date, meta.year) == ("2020-03-01", "2020")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("在全县组织部长会议上的讲话", "讲话"),
        ("在全县青年人才座谈会上的交流发言", "交流发言"),
        ("湄潭县人才工作情况汇报", "汇报"),
        ("湄潭县2022年人才工作总结", "总结"),
        ("关于做好年度人才申报工作的通知", "通知"),
        ("湄潭县茶业人才引育若干措施", "政策文件"),
        ("湄潭县政府工作报告", "政府工作报告"),
        ("湄潭县以“茶人”兴茶业", ""),
    ],
)
def test_the_kind_is_told_by_the_title(read, title: str, kind: str) -> None:
    assert read(page(title, *TEA)).articles[0].meta.kind == kind


def test_an_article_with_a_press_source_is_a_press_report(read) -> None:
    meta = (
        read(page("湄潭县以“茶人”兴茶业", "记者 周明远 通讯员 何小茹", *TEA, "来源：贵州日报", "编辑：陈晓峰"))
        .articles[0]
        .meta
    )
    assert (meta.kind, meta.issuer, meta.authors) == ("报道", "贵州日报", ("周明远", "何小茹"))


def test_credits_are_not_among_the_sentences_that_are_searched(read) -> None:
    made = read(page("湄潭县以“茶人”兴茶业", *TEA, "来源：贵州日报", "编辑：陈晓峰"))
    assert sections_of(made) == [((), "\n".join(TEA))]
    assert "编辑：陈晓峰" in made.document.text, "it can still be read in the document"


# --- official documents -----------------------------------------------------------------------------------------

NOTICE = page(
    "中共湄潭县委组织部文件",
    "湄组通〔2024〕3号",
    "关于做好茶业人才项目申报工作的通知",
    "各镇党委，各街道党工委，县级各部门党组：",
    TEA[0],
    "一、申报范围",
    TEA[1],
    "二、工作要求",
    TEA[2],
)


def test_head_and_addressee_of_a_letter_stand_in_front_and_its_signature_behind(read) -> None:
    made = read(
        NOTICE + "\n" + page("附件：茶业人才项目申报表", "中共湄潭县委组织部", "2024年3月5日", "抄送：县委办公室。")
    )
    assert made.document.title == "关于做好茶业人才项目申报工作的通知"
    head, *body, foot = sections_of(made)
    assert body == [((), TEA[0]), (("一、申报范围",), TEA[1]), (("二、工作要求",), TEA[2])]
    # Number, addressee and signature can be asked for.
    assert head == ((), "中共湄潭县委组织部文件\n湄组通〔2024〕3号\n各镇党委，各街道党工委，县级各部门党组：")
    assert foot == ((), "附件：茶业人才项目申报表\n中共湄潭县委组织部\n2024年3月5日\n抄送：县委办公室。")
    assert made.document.text.startswith(
        "关于做好茶业人才项目申报工作的通知\n中共湄潭县委组织部文件\n湄组通〔2024〕3号\n各镇党委，各街道党工委，县级各部门党组："
    )
    assert made.document.text.endswith("附件：茶业人才项目申报表\n中共湄潭县委组织部\n2024年3月5日\n抄送：县委办公室。")


def test_attachments_behind_a_signature_stay_searchable_and_the_signature_heads_nothing(read) -> None:
    made = read(
        NOTICE + "\n" + page("中共湄潭县委组织部", "2024年3月5日", "附件", "茶业人才项目申报办法", TEA[3], TEA[4])
    )
    assert [article.title for article in made.articles] == ["关于做好茶业人才项目申报工作的通知"]
    headings = {heading for headings, _ in sections_of(made) for heading in headings}
    assert "中共湄潭县委组织部" not in " ".join(headings)
    assert sections_of(made)[-1] == (("附件 茶业人才项目申报办法",), TEA[3] + "\n" + TEA[4])
    assert made.articles[0].meta.date == "2024-03-05"


SIGNED = ("中共湄潭县委组织部", "2024年3月5日")


@pytest.mark.parametrize(
    ("behind", "kept"),
    [
        (("（此件公开发布）", "附件", "茶业人才项目申报表", TEA[3]), TEA[3]),
        (("湄潭县茶业人才项目申报办法（试行）", "第一章 总则", TEA[3], "第二章 附则", TEA[4]), TEA[4]),
        (("湄潭县茶业人才项目申报办法", TEA[3], "贵州省茶业协会", "2023年1月2日"), TEA[3]),
        (("（联系人：周明远；联系电话：0851-24221234）",), "（联系人：周明远；联系电话：0851-24221234）"),
    ],
    ids=[
        "attachment behind a remark",
        "rules without the word 附件",
        "an enclosed document signed by others",
        "contact",
    ],
)
def test_the_signature_is_found_whatever_follows_it_and_that_stays_searchable(
    read, behind: tuple[str, ...], kept: str
) -> None:
    made = read(NOTICE + "\n" + page(*SIGNED, *behind))
    meta = made.articles[0].meta
    assert (meta.issuer, meta.date, meta.date_from) == ("中共湄潭县委组织部", "2024-03-05", "落款")
    assert any(kept in text for _, text in sections_of(made))
    assert not any("组织部" in heading for headings, _ in sections_of(made) for heading in headings)


def test_office_and_date_on_one_line_are_a_signature(read) -> None:
    made = read(NOTICE + "\n" + page("中共湄潭县委组织部 2024年3月5日", "抄送：县委办公室。"))
    meta = made.articles[0].meta
    assert (meta.issuer, meta.date, meta.date_from) == ("中共湄潭县委组织部", "2024-03-05", "落款")
    assert sections_of(made)[-2] == (("二、工作要求",), TEA[2])


def test_two_offices_on_one_line_are_two(read) -> None:
    made = read(NOTICE + "\n" + page("中共湄潭县委组织部　　湄潭县人力资源和社会保障局", "2024年3月5日"))
    assert made.articles[0].meta.issuer == "中共湄潭县委组织部、湄潭县人力资源和社会保障局"


@pytest.mark.parametrize("title", ["湄潭县2023年度茶业人才工作总结", "茶业人才工作总结"])
def test_office_and_date_in_brackets_under_the_title_are_a_signature(read, title: str) -> None:
    made = read(page(title, "（湄潭县委组织部　2024年1月）", *TEA))
    meta = made.articles[0].meta
    assert made.document.title == title
    assert (meta.issuer, meta.date, meta.date_from) == ("湄潭县委组织部", "2024-01", "落款")


def test_a_short_title_does_not_go_on_in_the_name_of_the_office_below(read) -> None:
    assert read(page("茶业人才工作经验", "湄潭县委组织部", *TEA)).document.title == "茶业人才工作经验"


def test_the_days_of_a_chronicle_are_headings_from_the_first_on(read) -> None:
    made = read(page("湄潭县2023年组织工作大事记", "2023-01-12", TEA[0], "2023-03-05", TEA[1], "2023-06-20", TEA[2]))
    assert sections_of(made) == [(("2023-01-12",), TEA[0]), (("2023-03-05",), TEA[1]), (("2023-06-20",), TEA[2])]


def test_a_page_of_ten_times_the_short_lines_and_credits_takes_ten_times_the_steps(gazetteer: Gazetteer) -> None:
    def steps(count: int) -> int:
        """The lines of Python that are run: a measure of work that no other program on the machine changes."""
        blocks = [b for i in range(count) for b in (Block("编辑：周明远", Role.CREDIT), Block(f"工作{i}", Role.LINE))]
        done = 0

        def traced(frame: FrameType, event: str, _: object) -> Callable[..., object]:
            nonlocal done
            done += event == "line"
            return traced

        before = sys.gettrace()
        sys.settrace(traced)
        try:
            structure(blocks, document_id="d", source="s", sha256="", gazetteer=gazetteer)
        finally:
            sys.settrace(before)
        return done

    steps(1)  # what is loaded once
    assert steps(1000) < 15 * steps(100)


def test_a_list_of_offices_at_the_end_is_no_signature(read) -> None:
    made = read(
        page("湄潭县人才工作先进单位名单公布", TEA[0], "先进单位", "湄潭县教育局", "湄潭县财政局", "湄潭县水利局")
    )
    assert sections_of(made)[-1] == (("先进单位",), "湄潭县教育局\n湄潭县财政局\n湄潭县水利局")


def test_two_letters_in_a_file_are_two_articles(read) -> None:
    second = page("关于开展青年人才统计的通知", *PORT, "中共晋江市委组织部", "2024年4月6日")
    made = read(page("关于开展茶业人才调研的通知", *TEA, "中共湄潭县委组织部", "2024年3月5日") + "\n" + second)
    assert [(a.title, a.meta.district, a.meta.date) for a in made.articles] == [
        ("关于开展茶业人才调研的通知", "湄潭县", "2024-03-05"),
        ("关于开展青年人才统计的通知", "晋江市", "2024-04-06"),
    ]


def test_the_masthead_of_a_bulletin_is_not_its_title(read) -> None:
    made = read(page("人才工作简报", "第12期", "中共湄潭县委组织部 2024年3月5日", "湄潭县建成茶业人才驿站", *TEA))
    meta = made.articles[0].meta
    assert (made.document.title, meta.kind, meta.date, meta.issuer) == (
        "湄潭县建成茶业人才驿站",
        "简报",
        "2024-03-05",
        "中共湄潭县委组织部",
    )


def test_the_contents_of_a_bulletin_are_not_its_title(read) -> None:
    titles = ["湄潭县建成茶业人才驿站", "湄潭县兑现创业补助860万元"]
    head = ["人才工作简报", "第12期", "中共湄潭县委组织部编　　2024年3月5日"]
    made = read(page(*head, "本期要目", *(f"◆ {title}" for title in titles), titles[0], TEA[0], titles[1], TEA[2]))
    meta = made.articles[0].meta
    assert (made.document.title, meta.issuer, meta.date) == (titles[0], "中共湄潭县委组织部", "2024-03-05")
    assert sections_of(made) == [((), TEA[0]), ((titles[1],), TEA[2])]


def test_an_item_of_a_list_heads_neither_the_next_item_nor_the_signature(read) -> None:
    made = read(
        page(
            "湄潭县茶叶人才工作走出新路",
            TEA[0],
            "一、材料",
            "1.身份证复印件",
            "2.论文，三年以内的均可。",
            "二、打算",
            TEA[1],
        )
    )
    assert sections_of(made)[1] == (("一、材料",), "1.身份证复印件\n2.论文，三年以内的均可。")
    made = read(NOTICE + "\n" + page("附件：1.申报表", "2.汇总表", *SIGNED, "附件1", "申报表", TEA[3]))
    assert sections_of(made)[3] == (("二、工作要求",), f"{TEA[2]}\n附件：1.申报表\n2.汇总表")
    assert sections_of(made)[-1] == (("附件1 申报表",), TEA[3])


def test_each_attachment_has_a_heading_of_its_own(read) -> None:
    made = read(
        NOTICE + "\n" + page(*SIGNED, "附件1", "茶业人才申报表", "姓名", "附件2", "茶业人才项目申报办法", TEA[3])
    )
    assert sections_of(made)[-2:] == [(("附件1",), "茶业人才申报表\n姓名"), (("附件2 茶业人才项目申报办法",), TEA[3])]


def test_a_subtitle_behind_a_dash_is_no_part_of_the_title_and_no_heading(read) -> None:
    made = read(page("把人才引到茶山上", "——湄潭县推进产才融合的做法", TEA[0].replace("湄潭县", "该县")))
    assert made.document.title == "把人才引到茶山上"
    assert made.document.text.split("\n")[1] == "——湄潭县推进产才融合的做法"
    assert sections_of(made)[0][0] == ()
    assert place_of(made) == "贵州省遵义市湄潭县"


def test_speaker_and_day_under_the_title_of_a_speech_are_no_headings(read) -> None:
    made = read(page("在全县人才工作会上的讲话", "县委组织部部长 周明远", "（2024年3月5日）", "同志们：", *TEA))
    assert made.document.title == "在全县人才工作会上的讲话"
    assert sections_of(made)[0] == ((), "\n".join(["同志们：", *TEA]))


# --- themes of long paragraphs ----------------------------------------------------------------------------------


def test_long_paragraphs_of_one_make_stand_under_their_first_sentence(read) -> None:
    long = [
        f"{theme}。" + "".join(TEA) * 2
        for theme in ("畅通四种渠道选出“好苗子”", "创新三项制度搭好台子", "聚力三个抓手系紧扣子")
    ]
    made = read(page("湄潭县茶叶人才工作走出新路", TEA[0], *long, TEA[1]))
    assert sections_of(made) == [
        ((), TEA[0]),
        (("畅通四种渠道选出“好苗子”",), long[0]),
        (("创新三项制度搭好台子",), long[1]),
        (("聚力三个抓手系紧扣子",), long[2]),
        ((), TEA[1]),
    ]


@pytest.mark.parametrize(
    "first",
    [
        "今年引进专家42名",
        "“茶人”兴则茶业兴",
        "湄潭县有茶园",
        "县委书记周明远在会上表示，要抓好人才，抓好产业，抓好服务",
    ],
)
def test_other_first_sentences_are_no_themes(read, first: str) -> None:
    long = [f"{first}。" + "".join(TEA) * 2, "".join(TEA) * 2, "".join(PORT) * 2]
    assert [headings for headings, _ in sections_of(read(page("湄潭县茶叶人才工作走出新路", *long)))] == [()]


def test_enumerations_inside_a_paragraph_are_no_headings(read) -> None:
    text = "一是广泛宣传；二是层层发动；三是重点动员。" + TEA[0]
    assert sections_of(read(page("湄潭县茶叶人才工作走出新路", text))) == [((), text)]


# --- what a format tells ----------------------------------------------------------------------------------------


def test_pages_are_kept_with_the_place_at_which_they_begin(gazetteer: Gazetteer) -> None:
    lines = [
        Line("湄潭县茶叶人才工作", Origin(page=1), level=1, whole=True),
        Line(TEA[0], Origin(page=1), whole=True),
        Line("专家在茶园指导现场", Origin(page=1), whole=True),
        Line(TEA[1], Origin(page=2), whole=True),
        Line("一、下一步打算", Origin(page=2), whole=True),
        Line(TEA[2], Origin(page=3), whole=True),
    ]
    made = structure(clean(lines).blocks, document_id="d", source="s.pdf", sha256="", gazetteer=gazetteer)
    text = made.document.text
    assert made.document.meta["origins"][:3] == [
        [0, "第 1 页"],
        [text.index(TEA[1]), "第 2 页"],
        [text.index(TEA[2]), "第 3 页"],
    ]
    assert made.document.title == "湄潭县茶叶人才工作"


def test_a_text_without_pages_has_no_origins(read) -> None:
    assert "origins" not in read(page("湄潭县茶叶人才工作走出新路", *TEA)).document.meta


def test_a_numbered_heading_of_the_first_level_is_no_title_of_another_article(gazetteer: Gazetteer) -> None:
    lines = [
        Line("湄潭县茶叶人才工作", level=1, whole=True),
        Line(TEA[0], whole=True),
        Line("一、主要做法", level=1, whole=True),
        Line(TEA[1], whole=True),
        Line("二、下一步打算", level=1, whole=True),
        Line(TEA[2], whole=True),
    ]
    made = structure(clean(lines).blocks, document_id="d", source="s.docx", sha256="", gazetteer=gazetteer)
    assert [article.title for article in made.articles] == ["湄潭县茶叶人才工作"]
    assert [headings for headings, _ in sections_of(made)] == [(), ("一、主要做法",), ("二、下一步打算",)]


def test_a_title_of_two_lines_in_the_format_is_one_title(gazetteer: Gazetteer) -> None:
    lines = [
        Line("湄潭县以“茶人”", level=1, whole=True),
        Line("兴茶业助增收", level=1, whole=True),
        Line(TEA[0], whole=True),
    ]
    made = structure(clean(lines).blocks, document_id="d", source="s.docx", sha256="", gazetteer=gazetteer)
    assert made.document.title == "湄潭县以“茶人” 兴茶业助增收"


def test_the_name_of_the_file_may_tell_the_date(read) -> None:
    meta = read(page("湄潭县茶叶人才工作走出新路", *TEA), file_name="20240305_茶叶人才.docx").articles[0].meta
    assert (meta.date, meta.date_from) == ("2024-03-05", "文件名")


def test_no_row_of_a_table_and_no_half_figure_is_a_title(read) -> None:
    made = read("编号：001；地点：清河镇；房源（套）：96\n\n编号：002；地点：白塔镇；房源（套）：48\n")
    assert made.document.title == "来件"
    made = read("湄潭县今年以来在全县范围内围绕茶产业链人才队伍建设累计投入资金达到128600万元用于培训\n\n" + TEA[0])
    assert made.document.title.endswith("达到…")
