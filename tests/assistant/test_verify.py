"""The check of a model's text: what is kept, what is struck, what a marker opens."""

from __future__ import annotations

import pytest

from assistant.citations import CitationList
from assistant.drafts import plain_text, sentences_in
from assistant.evidence import Sentence
from assistant.excerpts import MOST_EXCERPTS, Excerpt, excerpts_of
from assistant.verify import Badge, Checked, Checker, Fault
from core.schema import Article, Citation, Document, Metadata
from core.templates import Templates
from retriever.places import Gazetteer
from retriever.text import statement_spans

DOCUMENTS = {
    "a": "太仓市引进博士６０名，近10期培训听课1,158人次。区委书记王建国任组长。\n太仓市出台《青年人才安居办法》，提出“拎包入住，安心创业”。",
    "b": "重庆市九龙坡区建成公寓40套，开展“春芽计划”。",
    "c": "我区召开座谈会3次，满意度百分之九十五。",
}
LABELS = {
    "a": "《太仓市人才工作总结》，江苏省苏州市太仓市，2023年5月",
    "b": "《九龙坡区工作简报》，重庆市九龙坡区，2022年",
    "c": "《交流发言》，原文未注明地区，原文未注明时间",
}


@pytest.fixture(scope="module")
def checker(gazetteer: Gazetteer) -> Checker:
    excerpts = [
        Excerpt(number, LABELS[name], text, name, f"{name}.txt", name.upper(), 0)
        for number, (name, text) in enumerate(DOCUMENTS.items(), start=1)
    ]
    return Checker(excerpts, gazetteer)


def stored(name: str) -> Document:
    return Document(name, f"{name}.txt", name.upper(), DOCUMENTS[name], "")


def check(checker: Checker, text: str, *, growing: bool = False) -> tuple[Checked, tuple[Citation, ...]]:
    citations = CitationList(stored)
    checked = checker.check(text, citations, growing=growing)
    for citation in citations.all():
        assert DOCUMENTS[citation.document_id][citation.start : citation.end] == citation.quote
        assert citation.status == "verbatim"
    return checked, citations.all()


@pytest.mark.parametrize(
    "text",
    [
        "太仓市引进博士60名。[1]",
        "太仓市引进博士60人[1]。",
        "太仓市引进博士 60 名。[1]",
        "太仓市共引进博士60名。【1】",
        "培训听课1158人次。[1]",
        "2023年5月，太仓市引进博士60名。[1]",
        "太仓市提出“拎包入住”。[1]",
        "太仓市提出“拎包入住……安心创业”。[1]",
        "王建国同志任组长。[1]",
        "九龙坡区建成公寓40套。[2]",
        "重庆市九龙坡区建成公寓40套。[2]",
        "重庆九龙坡建成公寓40套。[2]",
        "满意度百分之九十五。[3]",
        "太仓市引进博士60名[1]；九龙坡区建成公寓40套[2]。",
        "太仓市引进博士60名，九龙坡区建成公寓40套。[1][2]",
        "太仓市引进博士60名，九龙坡区建成公寓40套。[1, 2]",
        "太仓市办了一个培训班，请人听课。[1]",
    ],
)
def test_what_stands_in_the_cited_excerpt_is_kept(checker: Checker, text: str) -> None:
    checked, citations = check(checker, text)
    assert checked.struck == 0
    assert checked.lines
    assert citations


@pytest.mark.parametrize(
    "text",
    [
        "太仓市引进博士60名。",
        "太仓市引进博士60名。[4]",
        "太仓市引进博士60名。[2]",
        "太仓市引进博士61名。[1]",
        "太仓市引进博士6名。[1]",
        "太仓市引进博士60人次。[1]",
        "太仓市办了10期培训。[1]",
        "太仓市引进博士60名，其中女博士二十名。[1]",
        "太仓市投入5.5。[1]",
        "2024年，太仓市引进博士60名。[1]",
        "太仓市出台《青年人才购房办法》。[1]",
        "太仓市提出“拎包入住，终身免租，安心创业”。[1]",
        "李国强同志任组长。[1]",
        "昆山市引进博士60名。[1]",
        "重庆市建成公寓40套。[2]",
        "太仓市建成公寓40套。[2]",
        "太仓市建成公寓40套。[1][2]",
        "太仓市引进博士较多，建成公寓40套。[1][2]",
        "太仓市引进博士60名[1]；太仓市建成公寓40套[2]。",
        "太仓市引进博士60名[1]，同比增长12.5%。",
        "满意度百分之九十八。[3]",
        "Taicang hired 60 doctors.[1]",
        "太仓市は博士60名を採用した。[1]",
        "哈哈！[1]",
        "太仓市引进博士" + "很多" * 300 + "。[1]",
    ],
)
def test_what_does_not_is_struck_and_leaves_no_citation(checker: Checker, text: str) -> None:
    checked, citations = check(checker, text)
    assert (checked.lines, checked.struck) == ((), 1)
    assert citations == ()


@pytest.mark.parametrize(
    ("text", "badge"),
    [
        ("太仓市引进博士60名。[1]", Badge.VERBATIM),
        ("太仓市提出“拎包入住，安心创业”。[1]", Badge.VERBATIM),
        ("在太仓市，博士一共引进了60名。[1]", Badge.REPHRASED),
        ("太仓市引进博士61名。[1]", Badge.UNSUPPORTED),
    ],
)
def test_a_sentence_quotes_or_tells_in_other_words_or_has_no_proof(checker: Checker, text: str, badge: Badge) -> None:
    [sentence] = check(checker, text)[0].sentences
    assert sentence.badge is badge


def verified(evidence: str, text: str, gazetteer: Gazetteer) -> Fault | None:
    """What is wrong with the one sentence of a text about some evidence."""
    own = Checker([Excerpt(1, "", evidence, "x", "x.txt", "X", 0)], gazetteer)
    [sentence] = own.check(text, CitationList(lambda _: None)).sentences
    return sentence.fault


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        ("企业投入4000余万元。", "企业投入4千余万元。[1]"),
        ("企业投入4000余万元。", "企业投入超过4000万元。[1]"),
        ("提供岗位6.8万个。", "提供岗位68000个。[1]"),
        ("覆盖率达95%。", "覆盖率达百分之九十五。[1]"),
        ("选派三十二名干部。", "选派32名干部。[1]"),
        ("2012.10--2016.11 任办公室主任。", "2012年10月任办公室主任。[1]"),
        ("由团委、工会、妇联主办。", "主办的有三家：团委、工会、妇联。[1]"),
        ("未取得中级职称但业绩突出的人才可以申报。", "没有中级职称但业绩突出的人才可以申报。[1]"),
        ("人员不得兼任会计。", "人员不得兼任会计。[1]"),
        ("二〇二一年起实行。", "2021年起实行。[1]"),
        ("投入1万5千元。", "投入1.5万元。[1]"),
        ("不断完善服务，未来还要扩大。", "不断完善服务。[1]"),
        ("沙坪坝区引进人才20名，九龙坡区引进人才30名。", "九龙坡区引进人才30名。[1]"),
        ("沙坪坝区、九龙坡区分别引进人才20名、30名。", "沙坪坝区引进人才20名。[1]"),
        ("书记带着三人徒步进山。", "书记带了三个人进山。[1]"),
        ("选派1284名干部，分别联系1284个自然村。", "选派干部1284名，一人对应一个自然村。[1]"),
        ("总量不超过50人。", "总量以50人为限。[1]"),
        ("数量不超过岗位总量的5%。", "数量不得超过岗位总量的5%。[1]"),
        ("建成国家级和省级基地73个。", "两级基地合计73个。[1]"),
        ("8月2日21时20分许被拦下。", "8月2日晚上9点20分左右被拦下。[1]"),
        ("筹款18.38亿元，惠及1050人。", "筹款十八亿三千八百万元，惠及一千零五十人。[1]"),
        ("会期为7月17日至19日。", "会期从17日到19日，共三天。[1]"),
        ("由团委、工会、妇联主办。", "主办的是团委、工会和妇联三家。[1]"),
        ("整治“老爷式”“太极式”“躺平式”作风。", "“老爷式”“太极式”“躺平式”，一共三种作风。[1]"),
        ("横批是“为人民服务”。", "横批就五个字：“为人民服务”。[1]"),
        ("2020—2022年连续三年第一。", "2020年、2021年、2022年连续三年第一。[1]"),
        ("总投资约40万元，占地超500平方米。", "大约投了四十万元，占地500平米出头。[1]"),
        ("每人缴费380元。", "每人缴费三百八十块钱。[1]"),
        ("由“八步法”优化为“五步法”。", "由8步优化为5步。[1]"),
        ("请来南京大学等80所高校的113名盱眙籍学子。", "来的盱眙籍学子有113名。[1]"),
        ("李健，2016.11--2019.09 组织处处长。", "李健自2016年11月起任组织处处长。[1]"),
    ],
)
def test_figures_are_compared_as_values(evidence: str, text: str, gazetteer: Gazetteer) -> None:
    assert verified(evidence, text, gazetteer) is None


@pytest.mark.parametrize(
    ("evidence", "text", "fault"),
    [
        ("现场招聘会办了34次。", "现场招聘会办了34场。[1]", Fault.FIGURE),
        ("企业投入4000余万元。", "企业投入4000万元。[1]", Fault.FIGURE),
        ("企业投入4000万元。", "企业投入4000万美元。[1]", Fault.FIGURE),
        ("由团委、工会、妇联主办。", "主办的有四家：团委、工会、妇联。[1]", Fault.FIGURE),
        ("人员不得兼任会计。", "人员可以兼任会计。[1]", Fault.NEGATION),
        ("干部都参加了培训。", "干部没有参加培训。[1]", Fault.NEGATION),
        ("第一书记未能按要求在岗在位。", "第一书记“能按要求在岗在位”。[1]", Fault.NEGATION),
        ("第一书记在岗在位。", "第一书记“在岗到位”。[1]", Fault.NAME),
        ("办培训5场，惠及青年800人，投入20万元。", "办培训3场，惠及青年800人，投入20万元。[1]", Fault.FIGURE),
        ("党员干部、青年人才、村医共9名。", "党员干部、青年人才、村医共3名。[1]", Fault.FIGURE),
        ("沙坪坝区引进人才20名，九龙坡区引进人才30名。", "九龙坡区引进人才20名。[1]", Fault.FIGURE),
        ("未满35周岁的可以申报。", "满35周岁的可以申报。[1]", Fault.NEGATION),
        ("不收取任何费用。", "收取任何费用。[1]", Fault.NEGATION),
        ("不同意设立分院。", "同意设立分院。[1]", Fault.NEGATION),
        ("面向300人以下的企业。", "面向300人的企业。[1]", Fault.FIGURE),
        ("路演30分钟。", "路演30分。[1]", Fault.FIGURE),
        ("占三分之一。", "占三分之二。[1]", Fault.FIGURE),
        ("第一书记在岗在位。", "村民收入有了很大的提高。[1]", Fault.UNLIKE),
        ("因政策不明等原因存在风险的事项可以报备。", "有的事政策明等原因有了风险，可以报备。[1]", Fault.NEGATION),
        ("数量不超过岗位总量的5%。", "数量超过岗位总量的5%。[1]", Fault.NEGATION),
        ("选派干部3名。", "选派干部5个人。[1]", Fault.FIGURE),
        ("奖励金额不得超过50万元。", "奖励金额超过50万元。[1]", Fault.FIGURE),
        ("任职年龄不应超过55岁。", "任职年龄超过55岁。[1]", Fault.FIGURE),
        ("2020年至2022年引进人才50名。", "2021年引进人才50名。[1]", Fault.FIGURE),
        ("8月1日至9月10日开展培训。", "开展培训10天。[1]", Fault.FIGURE),
        ("沙坪坝区引进大学生20名，九龙坡区引进大学生30名。", "九龙坡区引进大学生20名。[1]", Fault.FIGURE),
        ("沙坪坝区引进各类人才20名，九龙坡区引进各类人才30名。", "九龙坡区引进各类人才20名。[1]", Fault.FIGURE),
        ("沙坪坝区政府投入20万元，九龙坡区政府投入30万元。", "九龙坡区政府投入20万元。[1]", Fault.FIGURE),
        ("重庆市沙坪坝区取消了购房补贴。", "重庆市全面取消了购房补贴。[1]", Fault.FIGURE),
        ("在社区、学校、机关开展宣传活动。", "在社区开展宣传活动3次。[1]", Fault.FIGURE),
        ("走访企业、学校、医院，解决用电、用水、用工难题。", "走访企业3家，解决用工难题。[1]", Fault.FIGURE),
        ("一是强化组织。二是强化保障。三是强化宣传。", "强化组织，培训3场。[1]", Fault.FIGURE),
        ("引进博士，提供服务。", "提供服务和引进博士2人。[1]", Fault.FIGURE),
        ("举办讲座、沙龙、论坛，共三场。", "举办讲座、沙龙，共两场。[1]", Fault.FIGURE),
        ("三家企业获得补贴。", "两家企业获得补贴。[1]", Fault.FIGURE),
        ("建成人工智能平台，选派10人参加培训。", "建成10个人工智能平台。[1]", Fault.FIGURE),
        ("在编人员享受住房补贴，编外人员不享受住房补贴。", "编外人员享受住房补贴。[1]", Fault.NEGATION),
        ("新进人员不得享受购房补贴。新进人员可以享受租房补贴。", "新进人员可以享受购房补贴。[1]", Fault.NEGATION),
        ("未满35岁不得报名，满35岁可以报名。", "未满35岁可以报名。[1]", Fault.NEGATION),
        ("陈志明介绍了经验。", "戴志明介绍了经验。[1]", Fault.NAME),
        ("张志强介绍了经验。", "张志同介绍了经验。[1]", Fault.NAME),
        ("8月2日21时20分许被拦下。", "8月2日晚上8点20分左右被拦下。[1]", Fault.FIGURE),
        ("筹款18.38亿元。", "筹款十八亿三千九百万元。[1]", Fault.FIGURE),
        ("会期为7月17日至19日。", "会期从17日到19日，共四天。[1]", Fault.FIGURE),
        ("由团委、工会、妇联主办。", "主办的是团委、工会和妇联四家。[1]", Fault.FIGURE),
        ("2020—2022年连续三年第一。", "2023年还是第一。[1]", Fault.FIGURE),
        ("总投资约40万元。", "总投资四十万元。[1]", Fault.FIGURE),
    ],
)
def test_what_was_changed_is_found(evidence: str, text: str, fault: Fault, gazetteer: Gazetteer) -> None:
    assert verified(evidence, text, gazetteer) is fault


def test_a_sentence_without_a_place_goes_on_with_the_place_before(checker: Checker) -> None:
    checked, _ = check(checker, "太仓市引进博士60名。[1]建成公寓40套。[2]")
    assert (checked.lines, checked.struck) == (("太仓市引进博士60名。[1]",), 1)


def test_a_marker_opens_the_sentence_that_proves_it(checker: Checker) -> None:
    _, citations = check(checker, "太仓市提出“拎包入住”。[1]太仓市引进博士60名。[1]太仓市提出“安心创业”。[1]")
    assert [citation.marker for citation in citations] == [1, 2]
    assert "拎包入住" in citations[0].quote
    assert "博士６０名" in citations[1].quote


def test_facts_of_two_sentences_get_two_citations(checker: Checker) -> None:
    checked, citations = check(checker, "太仓市引进博士60名，由王建国同志任组长。[1]")
    assert checked.lines == ("太仓市引进博士60名，由王建国同志任组长。[1][2]",)
    assert len(citations) == 2


def test_an_excerpt_that_proves_nothing_is_not_cited(checker: Checker) -> None:
    checked, citations = check(checker, "九龙坡区建成公寓40套。[3][2][1]")
    assert checked.lines == ("九龙坡区建成公寓40套。[1]",)
    assert [citation.document_id for citation in citations] == ["b"]


def test_lists_keep_their_form_without_the_struck_items(checker: Checker) -> None:
    text = (
        "## 情况如下\n\n1. 太仓市引进博士60名。[1]\n2. 太仓市引进院士5名。[1]\n* **九龙坡区**建成公寓40套。[2]\n---\n"
    )
    checked, _ = check(checker, text)
    assert (checked.lines, checked.struck) == (("- 太仓市引进博士60名。[1]", "- 九龙坡区建成公寓40套。[2]"), 2)


def test_while_the_text_grows_its_last_sentence_waits(checker: Checker) -> None:
    text = "太仓市引进博士60名。[1]九龙坡区建成公寓40套。[2]"
    seen = [check(checker, text[:end], growing=True)[0] for end in range(len(text) + 1)]
    assert {checked.lines for checked in seen} == {(), ("太仓市引进博士60名。[1]",)}
    assert all(checked.struck == 0 for checked in seen)


def test_brackets_of_the_model_are_no_markers(checker: Checker) -> None:
    checked, _ = check(checker, "太仓市[详见附件]引进博士60名[^1]。")
    assert checked.lines == ("太仓市［详见附件］引进博士60名。[1]",)


@pytest.mark.parametrize(
    "live",
    [
        "![x](http://203.0.113.5/a.png)",
        "![x](//203.0.113.5/a.png)",
        "![x][1]",
        "![a![b](/c)](http://203.0.113.5)",
        "[点这里](javascript:alert(1))",
        "[点这里](http://203.0.113.5 'x')",
        "<img src=//203.0.113.5/a.png>",
        "<img src=x onerror=alert(1) ",
        "<<b>img src=x>",
        "&lt;img src=x&gt;",
        "<script>alert(1)</script>",
        "<!-- x --><svg/onload=alert(1)>",
        "<https://203.0.113.5/q>",
        "http:/\u200b/203.0.113.5/q",
        "www.example.org/q",
        "`x`",
    ],
)
def test_nothing_live_is_left(checker: Checker, live: str) -> None:
    checked, _ = check(checker, f"太仓市引进博士60名{live}。[1]\n{live}")
    shown = plain_text(live) + "".join(checked.lines)
    for trace in ("http", "www.", "](", "![", "javascript:", "`", "<", "/a.png"):
        assert trace not in shown


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("甲做了。[1]乙做了[2]。", ["甲做了。[1]", "乙做了[2]。"]),
        ("他说“好。就这样。”随后散会。[1]", ["他说“好。就这样。”随后散会。[1]"]),
        ("他说：“好。”[1]乙做了。 [2]", ["他说：“好。”[1]", "乙做了。 [2]"]),
        ("甲（见附件。）做了。[1]乙", ["甲（见附件。）做了。[1]", "乙"]),
        ("", []),
    ],
)
def test_sentences_keep_their_markers_and_quotes(line: str, sentences: list[str]) -> None:
    assert list(sentences_in(line)) == sentences


@pytest.mark.parametrize("text", ["<think>想一想", " <think>\n想。[1]", "<think>想</think>", "想</think>"])
def test_thoughts_are_no_answer(text: str) -> None:
    assert plain_text(text) == ""


# --- excerpts ---------------------------------------------------------------------------------------------------


def sentences_of_text(text: str, meta: Metadata | None = None) -> list[Sentence]:
    article = Article("x", "d", "题目", (), 0, len(text), meta or Metadata())
    found = []
    for start, end in statement_spans(text):
        begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        following = text[end : stop if stop >= 0 else len(text)]
        found.append(
            Sentence("d", "d.txt", article, (), start, end, text[start:end], text[begin:end], following, "", "", 1)
        )
    return found


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates.load("model_answer.toml")


def test_an_excerpt_is_the_paragraph_of_its_sentences(templates: Templates) -> None:
    text = "甲做了一。甲做了二。\n\n乙做了三。乙做了四。"
    excerpts = excerpts_of(sentences_of_text(text), templates)
    assert [(one.number, one.text) for one in excerpts] == [(1, "甲做了一。甲做了二。"), (2, "乙做了三。乙做了四。")]
    assert all(text[one.start : one.start + len(one.text)] == one.text for one in excerpts)


def test_of_a_long_paragraph_what_stands_around_the_sentence(templates: Templates) -> None:
    text = "".join(f"第{number}个单位做好了人才工作并报送了有关的材料。" for number in range(100, 200))
    middle = next(s for s in sentences_of_text(text) if "第150个" in s.text)
    [excerpt] = excerpts_of([middle], templates)
    assert 400 < len(excerpt.text) <= 500
    assert "第150个" in excerpt.text
    assert excerpt.text.startswith("第")
    assert excerpt.text.endswith("。")
    assert text[excerpt.start : excerpt.start + len(excerpt.text)] == excerpt.text


def test_the_evidence_has_an_end(templates: Templates) -> None:
    short = "\n".join(f"第{number}项。" for number in range(50))
    assert len(excerpts_of(sentences_of_text(short), templates)) == MOST_EXCERPTS
    long = "\n".join(f"第{number}项" + "做好人才工作" * 70 + "。" for number in range(50))
    assert sum(len(one.text) for one in excerpts_of(sentences_of_text(long), templates)) <= 4000
    endless = "做好人才工作" * 2000
    assert len(excerpts_of(sentences_of_text(endless), templates)) == 1


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        (Metadata("江苏省", "苏州市", "太仓市", "2023-05-04"), "江苏省苏州市太仓市，2023年5月4日"),
        (Metadata(date="2023-11"), "原文未注明地区，2023年11月"),
        (Metadata(date="2023"), "原文未注明地区，2023年"),
        (Metadata(), "原文未注明地区，原文未注明时间"),
    ],
)
def test_the_label_tells_place_and_date_as_people_write_them(templates: Templates, meta: Metadata, told: str) -> None:
    [excerpt] = excerpts_of(sentences_of_text("甲做了一。", meta), templates)
    assert excerpt.label == f"《题目》，{told}"
