"""Answers as Markdown: what they say of themselves, and that no text in them comes alive."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import AnswerStatus, Article, Citation, CitationStatus, Document, Metadata
from desk.export import Exported, Sourced, to_markdown
from desk.paper import chinese_number
from tests.desk.answers import AT, FAIRS, FLATS, REFUSED, answered, changed, citation, exported

HOSTILE = [
    "[x](http://evil.example)", "![x](//evil.example/a.png)", "<img src=x onerror=alert(1)>", "<https://evil.example>",
    "http://evil.example", "www.evil.example", "a@evil.example", "javascript:alert(1)", "[1]: http://evil.example",
    "[1](http://evil.example)", "`code`", "```", "# x", "> x", "- x", "1. x", "1) x", "+ x", "---", "===", "    x", "\\",
    "\\[", "**", "__x__", "~~x~~", "$x$", "&lt;", "&#91;", "| a | b |", "|---|---|", "\n", "\n\n", "[1]", "**粗**", "甲",
    "\x00", "\x0b", "\u2028", "\u202e", "\ud800", "\ufffe", "{{ x }}", "\n  - 甲", "\n- 乙", "{%", "^[x]", "[^1]",
]  # fmt: skip
hostile = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=5), max_size=8).map("".join)

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_STRUCTURE = re.compile(r"#{1,2} |(?:    )?(?:- |[0-9]+\. )|\| .* \|$|---$")


def live(markdown: str) -> str:
    """What a renderer may take for markup: all that is not escaped, without what the program writes itself."""
    return _ESCAPE.sub("·", markdown).replace("**", "")


def test_an_answer_is_told_with_its_status_its_notes_and_its_sources() -> None:
    answer = answered(notes=("[1]是2014年的资料，距今已有5年以上，引用前请核对现行情况。",))
    assert to_markdown([exported(answer, asked=datetime(2026, 11, 27, 9, 5))], at=AT) == (
        "# 组工智答问答记录\n\n"
        "## 通川区办了几次招聘会？\n\n"
        "答复情况：已核对；提问时间：2026年11月27日 09:05\n\n"
        "**34次**。\n\n"
        "“通川区今年以来办了34次现场招聘会。”\\[1\\]〔原文 · 通川区 · 2014年〕\n\n"
        "说明：\\[1\\]是2014年的资料，距今已有5年以上，引用前请核对现行情况。\n\n"
        "## 资料来源\n\n"
        "1. “通川区今年以来办了34次现场招聘会。”（中共通川区委组织部：《人才工作先行区》，2014年5月，工作/人才\\.docx 第1页）\n\n"
        "---\n\n"
        "本文件于2026年11月28日 06:00由组工智答导出，所引数字和文字使用前请对照原文核对。\n"
    )


def test_a_refused_answer_is_told_as_one_and_has_no_list_of_sources() -> None:
    text = to_markdown([exported(REFUSED)], at=AT)
    assert "答复情况：未回答" in text
    assert REFUSED.text in text
    assert "资料来源" not in text


def test_a_source_that_is_gone_or_has_changed_is_no_checked_answer() -> None:
    gone = to_markdown([exported(answered(), None)], at=AT)
    assert "已核对" not in gone
    assert "人才\\.docx）〔已不在资料库中〕" in gone
    moved = to_markdown([exported(answered(), changed())], at=AT)
    assert "已核对" not in moved
    assert "〔原文已更新〕" in moved
    assert "第1页" not in moved, "where the quote stands now is not known"
    assert "2014年5月" not in moved


def test_an_unverified_quote_is_told_at_the_answer_and_at_the_source() -> None:
    failed = answered(citations=(citation(status=CitationStatus.FAILED),), status=AnswerStatus.PARTIAL)
    text = to_markdown([exported(failed)], at=AT)
    assert "答复情况：部分回答；有引文未核实，请勿直接引用" in text
    assert "〔未核实〕" in text


def test_an_answer_that_was_stopped_or_quotes_nothing_is_not_said_to_be_checked() -> None:
    assert "已核对" not in to_markdown([Exported("问", answered(citations=()))], at=AT)
    whole = exported(answered())
    stopped = Exported(whole.question, whole.answer, None, whole.sources, unfinished=True)
    assert "未经核对" in to_markdown([stopped], at=AT)


def test_a_citation_whose_source_was_not_given_counts_as_gone() -> None:
    assert "〔已不在资料库中〕" in to_markdown([Exported("问", answered())], at=AT)


def test_the_markers_of_a_conversation_are_numbered_through_and_a_quote_is_listed_once() -> None:
    second = answered(
        f"“{FLATS}”[1]，“{FAIRS}”[2]，[3]",
        (citation(FLATS, 1), citation(FAIRS, 2)),
        question="公寓呢？",
        notes=("见[2]",),
    )
    text = to_markdown([exported(answered()), exported(REFUSED), exported(second)], at=AT)
    assert "## 一、通川区" in text and "## 二、今天" in text and "## 三、公寓呢" in text
    assert f"“{FLATS}”\\[2\\]，“{FAIRS}”\\[1\\]，\\[3\\]" in text
    assert "说明：见\\[1\\]" in text
    _, sources = text.split("## 资料来源\n\n")
    assert [line[:2] for line in sources.splitlines() if line[:1].isdigit()] == ["1.", "2."]
    assert (
        "建成‘人才公寓’2150套。”（中共通川区委组织部：《人才工作先行区》，2014年5月，工作/人才\\.docx 第2页）"
        in sources
    )


def test_lists_and_tables_stay_lists_and_tables() -> None:
    answer = answered("- **甲**：乙\n  - 丙\n\n2. 丁\n\n| 地方 | 数量 |\n|---|---|\n| **通川区** | “6|7”[1] |")
    text = to_markdown([exported(answer)], at=AT)
    assert "- **甲**：乙\n    - 丙\n\n2. 丁\n\n" in text
    assert "| 地方 | 数量 |  |\n| --- | --- | --- |\n| **通川区** | “6 | 7”\\[1\\] |" in text


def test_a_list_that_begins_set_in_is_no_block_of_code() -> None:
    assert "\n\n- 甲\n    - 乙\n" in to_markdown([exported(answered("  - 甲\n  - 乙"))], at=AT)


def test_bold_that_a_renderer_would_not_see_is_plain_and_shows_no_asterisks() -> None:
    text = to_markdown([exported(answered("叫**“甲”**的，**乙**的，**“丙”**。"))], at=AT)
    assert "叫“甲”的，**乙**的，**“丙”**。" in text


def test_english_has_no_chinese_words_of_its_own() -> None:
    text = to_markdown([exported(answered(), None), exported(REFUSED, asked=AT)], at=AT, lang="en", title="Fairs")
    assert "# Fairs\n\n## 1\\. 通川区" in text
    assert "Status: not answered; Asked: 2026-11-28 06:00" in text
    assert "\\[no longer in the library\\]" in text
    assert not re.search(r"答复|来源|导出|资料库中", text.replace(REFUSED.text, ""))


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (1000, "1000")],
)
def test_headings_are_counted_in_chinese(number: int, text: str) -> None:
    assert chinese_number(number) == text


@given(
    question=hostile,
    text=hostile,
    quote=hostile,
    note=hostile,
    name=hostile,
    title=hostile,
    lang=st.sampled_from(["zh-CN", "en"]),
)
def test_no_text_of_a_document_or_a_question_comes_alive(
    question: str, text: str, quote: str, note: str, name: str, title: str, lang: str
) -> None:
    cited = Citation(1, "d", name, title, quote, 0, len(quote))
    document = Document("d", name, title, quote, "")
    article = Article("a", "d", title, (), 0, len(quote), Metadata(issuer=title, date=name))
    answer = answered(text, (cited,), notes=(note,), question=question)
    markdown = to_markdown(
        [Exported(question, answer, None, [Sourced(cited, document, article)])], at=AT, lang=lang, title=title
    )
    markdown.encode("utf-8")
    seen = live(markdown)
    assert not set(seen) & set("[]<>`*_~$&^{}@\\"), "links, pictures, HTML, code, marks and entities"
    assert not re.search(r"[A-Za-z]:\S|//|www\.[^\s\d]", seen), "addresses that renderers turn into links"
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff\ufffe\uffff]", markdown)
    for line in markdown.split("\n"):
        if line.startswith(("#", "-", "+", "=", ">", ":", "    ", "\t")):
            assert _STRUCTURE.match(line), line
    headings = [line for line in markdown.split("\n") if line.startswith("#")]
    assert len(headings) == 3, "the title, the question and the sources"
