"""Rendering: whatever a text holds, only our own markup is live."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.errors import StoreError
from core.schema import Answer, AnswerStatus, Article, Citation, CitationStatus, Document, Metadata
from desk.conversations import Conversation, Exchange, Stage
from desk.phases import Empty, Failed, Indexing, Progress, Ready, Starting
from tests.ui.fakes import CADRES, HEADCOUNT, REFUSED, SECONDED, TALENT, ScriptedService
from ui import cards
from ui.markup import answer_html, escape
from ui.panel import View, source_panel
from ui.render import answer_body, messages
from ui.sources import find_view
from ui.texts import CHINESE, ENGLISH, texts_for

TAGS = {"div", "span", "p", "br", "strong", "a", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"details", "summary", "h2", "dl", "dt", "dd", "mark", "small", "i"}
ATTRIBUTES = {
    "class", "href", "title", "role", "id", "hidden", "tabindex", "value", "aria-disabled", "aria-hidden", "aria-label", "download",
}  # fmt: skip

hostile = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "<img src=http://e.x onerror=alert(1)>",
                "<script>alert(1)</script>",
                "</div>",
                '"><b>',
                "' onclick='x",
                "[a](javascript:alert(1))",
                "![a](http://e.x)",
                "<http://e.x>",
                "http://e.x",
                "\n\n",
                "\n",
                "\r\n\r\n",
                "\u2028",
                "\x00",
                "# h",
                "    code",
                "```",
                "**b**",
                "**",
                "$x$",
                "${x}",
                "{{x}}",
                "&lt;b&gt;",
                "[1]",
                "[2]",
                "[99]",
                "- 一",
                "1. 一",
                "| a | b |\n|---|---|\n| [1] | <b> |",
                "---",
                "[1]: http://e.x",
                "<!--",
                "人才",
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=12,
).map("".join)


class Seen(HTMLParser):
    """Notes what is live in a piece of HTML, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.open: list[str] = []
        self.words: list[str] = []
        self.odd: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_decl(self, decl: str) -> None:
        self.odd.append(decl)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)


def text_of(html: str) -> str:
    return "".join(Seen(html).words)


def assert_only_ours(html: str) -> None:
    seen = Seen(html)
    assert seen.tags <= TAGS
    assert seen.attributes <= ATTRIBUTES
    assert all(link.startswith("#") for link in seen.links)
    assert seen.open == []
    assert seen.odd == []


def citation(marker: int, text: str = "原文", status: CitationStatus = CitationStatus.VERBATIM) -> Citation:
    return Citation(marker, "d", text, text, text, 0, len(text), status)


@given(hostile)
def test_an_answer_holds_nothing_but_our_own_markup(text: str) -> None:
    answer = Answer(text, AnswerStatus.PARTIAL, text, (citation(1, text), citation(2, text)), notes=(text,))
    conversation = Conversation((Exchange(text, answer, Stage.DONE), Exchange(text, None, Stage.FAILED, text)))
    for message in messages(conversation, CHINESE):
        content = message["content"]
        assert "\n" not in content and "\r" not in content
        assert_only_ours(content)
        # What the chat does with it: a block of HTML is passed through as it stands.
        assert MarkdownIt("commonmark").render(content).strip() == content.strip()


@given(hostile, hostile, st.integers(0, 40), st.integers(0, 40))
def test_the_panel_holds_nothing_but_our_own_markup(text: str, other: str, start: int, length: int) -> None:
    document = Document("d", other, other, text, "", {"origins": [[0, other]]})
    meta = Metadata(
        province=other, date=other, date_from=other, kind=other, issuer=other, authors=(other,), origin=other,
        speaker=other, occasion=other,
    )  # fmt: skip
    article = Article("a", "d", other, (other,), 0, len(text), meta)
    quote = text[start : start + length] or other
    for verified in (True, False):
        view = View(document, article, other, quote, start, start + len(quote), other, verified, other, "", (other,))
        html = source_panel(view, CHINESE)
        seen = Seen(html)
        assert seen.tags <= TAGS
        assert seen.attributes <= ATTRIBUTES
        assert seen.open == []
        assert html.count("<mark") == 0 or view.found


@given(st.text())
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    shown = text_of(f'<p title="{escape(text)}">{escape(text)}</p>')
    kept = [char for char in text if char.isprintable() and not char.isspace()]
    assert [char for char in shown if char.isprintable() and not char.isspace()] == kept


@given(hostile.filter(lambda text: text.strip()), st.data())
def test_the_marked_words_are_the_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = Document("d", "文件", "标题", text, "")
    view = View(document, Article("a", "d", "标题", (), 0, len(text)), "标题", text[start:end], start, end, "")
    html = source_panel(view, CHINESE)
    marked = "".join(part.split("</mark>")[0] for part in html.split('class="oa-quote">')[1:])
    assert html.count('id="oa-mark"') <= 1
    assert "".join(text_of(marked).split()) == "".join(text_of(f"<p>{escape(text[start:end])}</p>").split())


def test_markers_are_bound_to_their_turn_and_unknown_ones_stay_text() -> None:
    answer = Answer("问", AnswerStatus.GROUNDED, "一[1]二[2]三[7]", (citation(1), citation(2)))
    html = answer_body(answer, 3, CHINESE)
    assert Seen(html).links == {"#cite-3-1", "#cite-3-2"}
    assert text_of(html) == "一[1]二[2]三[7]"


def test_a_failed_citation_says_so() -> None:
    answer = Answer("问", AnswerStatus.GROUNDED, "一[1]", (citation(1, status=CitationStatus.FAILED),))
    assert text_of(answer_body(answer, 1, CHINESE)) == "一[1] 未核实"


def test_lists_tables_bold_and_line_breaks_are_drawn() -> None:
    text = "**甲**\n乙\n\n- 一\n  - 二\n\n3. 三\n\n| 年 | 数 |\n|---|---|\n| 2014 | **326** |\n尾"
    assert answer_html(text, lambda marker: "") == (
        "<p><strong>甲</strong><br>乙</p>"
        '<ul><li>一</li><li class="oa-nested">二</li></ul>'
        '<ol><li value="3">三</li></ol>'
        '<div class="oa-table"><table><thead><tr><th>年</th><th>数</th></tr></thead>'
        "<tbody><tr><td>2014</td><td><strong>326</strong></td></tr></tbody></table></div>"
        "<p>尾</p>"
    )


def test_states_of_an_answer_are_labelled() -> None:
    done = Conversation((Exchange(REFUSED.question, REFUSED, Stage.DONE), Exchange("问", TALENT, Stage.STOPPED)))
    refused, stopped = (message["content"] for message in messages(done, CHINESE)[1::2])
    assert "未回答" in refused and "可以换一个地区或年份再问。" in refused
    assert "已停止" in stopped
    assert "Not answered" in messages(done, ENGLISH)[1]["content"]
    waiting = Conversation().ask("问")
    assert "正在查阅资料库" in messages(waiting, CHINESE)[1]["content"]


def test_history_holds_finished_exchanges_only() -> None:
    conversation = Conversation().ask("一").grow(TALENT).close(Stage.DONE).ask("二")
    assert [turn.content for turn in conversation.history()] == ["一", TALENT.text]
    assert conversation.busy
    assert not conversation.close(Stage.STOPPED).busy
    assert conversation.close(Stage.STOPPED).close(Stage.DONE).exchanges[-1].stage is Stage.STOPPED


def test_a_source_is_found_by_turn_and_number() -> None:
    service = ScriptedService()
    conversation = Conversation().ask("一").grow(TALENT).close(Stage.DONE).ask("二").grow(CADRES).close(Stage.DONE)
    first = find_view("cite-1-1", conversation, service.source, CHINESE)
    second = find_view("cite-2-1", conversation, service.source, CHINESE)
    assert first and second
    assert (first.quote, second.quote) == (HEADCOUNT, SECONDED)
    assert (first.previous, first.next) == ("", "cite-1-2")
    assert first.found
    for nothing in ("", "cite-1-9", "cite-9-1", "passage-1-0", "passage-2-1", "cite-1-1x", "cite-0-1"):
        assert find_view(nothing, conversation, service.source, CHINESE) is None


def test_a_document_that_has_gone_is_an_error_for_people() -> None:
    conversation = Conversation().ask("一").grow(TALENT)
    with pytest.raises(StoreError):
        find_view("cite-1-1", conversation, ScriptedService(documents={}).source, CHINESE)


def test_a_document_that_has_changed_is_not_marked() -> None:
    service = ScriptedService()
    report = service.documents["report"]
    service.documents["report"] = replace(report, text="新" + report.text)
    view = find_view("cite-1-1", Conversation().ask("一").grow(TALENT), service.source, CHINESE)
    assert view
    html = source_panel(view, CHINESE)
    assert "<mark" not in html
    assert CHINESE.quote_moved in html and HEADCOUNT in html


def test_a_very_long_document_is_cut_around_the_quote() -> None:
    lines = [f"第{number}行：" + "字" * 200 for number in range(2000)]
    text = "\n".join(lines)
    start = text.index("第1000行")
    article = Article("a", "d", "标题", (), 0, len(text))
    view = View(Document("d", "f", "标题", text, ""), article, "标题", lines[1000], start, start + len(lines[1000]), "")
    html = source_panel(view, CHINESE)
    assert len(html) < 200_000
    assert html.count("此处省略") == 2
    assert "第1000行" in html


def test_headings_are_drawn_as_headings_and_the_quote_stays_whole() -> None:
    text = "总结\n\n一、总体情况\n“金种子计划”\n引进326名。\n后文。"
    article = Article("a", "d", "总结", (), 0, text.index("后文"))
    start = text.index("引进")
    view = View(Document("d", "f", "总结", text, ""), article, "总结", "引进326名。", start, start + 8, "")
    html = source_panel(replace(view, end=start + len(view.quote)), CHINESE)
    assert '<p class="oa-heading">总结</p><p class="oa-heading">一、总体情况</p>' in html
    assert '<p class="oa-heading">“金种子计划”</p>' in html
    assert '<mark id="oa-mark" class="oa-quote">引进326名。</mark>' in html
    assert '<p class="oa-paragraph oa-outside">后文。</p>' in html


def test_the_words_to_copy_are_the_citation_and_tell_no_page_where_the_quote_does_not_stand() -> None:
    text = "前文。引进326名。"
    document = Document("d", "甲.pdf", "总结", text, "", {"origins": [[0, "第 2 页"]]})
    article = Article("a", "d", "总结", (), 0, len(text), Metadata(date="2023-05-04", issuer="区委组织部"))
    view = View(document, article, "总结", "引进326名。", 3, len(text), "")
    assert "“引进326名。”（区委组织部：《总结》，2023年5月4日，甲.pdf 第2页）" in text_of(source_panel(view, CHINESE))
    assert "“引进326名。”（《总结》，甲.pdf）" in text_of(source_panel(replace(view, start=0), CHINESE))


def test_every_phase_has_its_card() -> None:
    def card(phase: Starting | Indexing | Empty | Failed) -> str:
        return text_of(cards.state_card(phase, CHINESE))

    assert "正在启动" in card(Starting())
    assert "资料库忙" in card(Starting("资料库忙"))
    assert "正在读取文件38%" in card(Indexing(Progress("正在读取文件", 733, 1927)))
    assert "38% · 约剩 7 分钟" in card(Indexing(Progress("正在读取文件", 733, 1927, left_s=423.0)))
    assert "不到 1 分钟" in card(Indexing(Progress("正在读取文件", 733, 1927, left_s=20.0)))
    assert "正在建立资料库" in card(Indexing())
    assert "make run" in card(Empty())
    assert "<b>坏了" in card(Failed("<b>坏了"))
    assert cards.state_card(Ready(ScriptedService()), CHINESE) == ""
    assert cards.notice(Ready(ScriptedService()), CHINESE) == ""
    assert "有文件未能读取" in cards.notice(Ready(ScriptedService(), failed_files=True), CHINESE)
    assert "<b>正在使用中。目前按已有的资料库回答" in text_of(
        cards.notice(Ready(ScriptedService(), outdated="<b>正在使用中。"), CHINESE)
    )


@pytest.mark.parametrize(
    ("header", "texts"),
    [("en-US,en;q=0.9,zh;q=0.8", ENGLISH), ("en", ENGLISH), ("zh-CN", CHINESE), ("fr,en", CHINESE), (None, CHINESE)],
)
def test_english_browsers_get_english_and_all_others_chinese(header: str | None, texts: object) -> None:
    assert texts_for(header) is texts
