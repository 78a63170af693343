"""The page in a real browser, over a scripted service."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.api import LibraryStatus
from core.errors import ChatModelError, StoreBusyError, StoreMismatchError
from core.schema import Turn
from desk.phases import Progress
from tests.ui.conftest import Serve
from tests.ui.fakes import (
    CADRES,
    DEEP,
    EXAMPLE_QUESTIONS,
    HEADCOUNT,
    HOSTILE,
    HOSTILE_ANSWER,
    REFUSED,
    SECONDED,
    TALENT,
    ScriptedIndexer,
    ScriptedService,
)


def box(page: Page):
    return page.locator("#oa-question textarea")


def ask(page: Page, question: str) -> None:
    """Ask and wait until the answer is complete."""
    expect(box(page)).to_be_enabled()
    done = page.locator(".oa-answer:not(.oa-growing):not(.oa-waiting)")
    before = done.count()
    box(page).fill(question)
    box(page).press("Enter")
    expect(done).to_have_count(before + 1)


def mark_is_in_view(page: Page) -> bool:
    return page.evaluate(
        """() => {
            const mark = document.querySelector("#oa-mark").getBoundingClientRect();
            const panel = document.querySelector(".oa-scroll").getBoundingClientRect();
            return mark.top >= panel.top && mark.bottom <= panel.bottom && panel.bottom <= innerHeight + 1;
        }"""
    )


def test_a_click_on_a_number_opens_the_source_at_the_quote(page: Page, serve: Serve) -> None:
    service = ScriptedService()
    page.goto(serve(lambda: service))
    expect(page.locator(".oa-size")).to_have_text("6 份文档 · 1,927 篇文章")
    expect(page.locator("#oa-panel")).to_contain_text("点击回答中的编号 [1]，在这里查看原文")

    ask(page, TALENT.question)
    page.locator(".oa-text a.oa-cite", has_text="[3]").click()

    expect(page.locator("#oa-mark")).to_have_text(DEEP)
    page.wait_for_function("document.querySelector('.oa-scroll').scrollTop > 0")
    assert mark_is_in_view(page)
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".oa-facts")).to_contain_text("重庆市九龙坡区")
    expect(page.locator(".oa-facts")).to_contain_text("2014年12月")
    expect(page.locator(".oa-facts")).to_contain_text("九龙坡区青年人才工作总结.md")

    page.locator(".oa-step", has_text="上一条").click()
    expect(page.locator("#oa-mark")).to_contain_text("人才公寓3处")
    assert service.asked == [(TALENT.question, ())]


def test_the_answer_grows_while_it_is_written_and_can_be_stopped(page: Page, serve: Serve) -> None:
    hold = threading.Event()
    service = ScriptedService(hold=hold)
    page.goto(serve(lambda: service))
    expect(box(page)).to_be_enabled()
    box(page).fill(TALENT.question)
    box(page).press("Enter")

    expect(page.locator(".oa-growing")).to_contain_text("326名")
    box(page).fill(CADRES.question)
    box(page).press("Enter")
    expect(page.locator(".oa-hint")).to_contain_text("上一个问题还在回答")
    page.get_by_test_id("stop-button").click()

    expect(page.locator(".oa-stopped")).to_have_text("已停止")
    expect(page.get_by_test_id("submit-button")).to_be_visible()
    assert len(service.asked) == 1
    hold.set()
    ask(page, CADRES.question)
    expect(page.locator(".oa-answer").last).to_contain_text("36名年轻干部")


def test_a_new_conversation_in_the_middle_of_an_answer_stays_empty(page: Page, serve: Serve) -> None:
    hold = threading.Event()
    page.goto(serve(lambda: ScriptedService(hold=hold)))
    for _ in range(3):
        expect(box(page)).to_be_enabled()
        box(page).fill(TALENT.question)
        box(page).press("Enter")
        expect(page.locator(".oa-growing")).to_be_visible()
        page.locator("#oa-new").click()
        expect(page.locator(".oa-chip").first).to_be_visible()
        expect(page.locator(".oa-answer")).to_have_count(0)
    hold.set()
    ask(page, CADRES.question)
    expect(page.locator(".oa-answer")).to_have_count(1)


def test_each_answer_keeps_its_own_numbers(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    ask(page, CADRES.question)
    first, second = page.locator(".oa-answer").nth(0), page.locator(".oa-answer").nth(1)

    first.locator(".oa-text a.oa-cite", has_text="[1]").first.click()
    expect(page.locator("#oa-mark")).to_have_text(HEADCOUNT)
    second.locator(".oa-text a.oa-cite", has_text="[1]").click()
    expect(page.locator("#oa-mark")).to_have_text(SECONDED)
    first.locator(".oa-text a.oa-cite", has_text="[1]").first.click()
    expect(page.locator("#oa-mark")).to_have_text(HEADCOUNT)

    expect(second.locator(".oa-partial")).to_have_text("部分回答")
    expect(second).to_contain_text("未找到与“经费”有关的内容。")
    second.locator(".oa-text a.oa-unverified").click()
    expect(page.locator("#oa-panel")).to_contain_text("这条引文未能在原文中逐字核实")
    expect(page.locator("#oa-mark")).to_have_count(0)
    expect(page.locator(".oa-facts")).to_contain_text("未注明")
    assert service.asked[1][1] == (Turn("user", TALENT.question), Turn("assistant", TALENT.text))


def test_markup_in_documents_answers_and_questions_stays_text(page: Page, serve: Serve) -> None:
    url = serve(lambda: ScriptedService(step_s=0.002))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url)

    ask(page, HOSTILE_ANSWER.question)
    ask(page, '<img src="http://evil.example/q.png"> **粗** [x](http://evil.example)')
    page.locator(".oa-answer").first.locator("a.oa-cite").first.click()

    expect(page.locator("#oa-mark")).to_have_text(HOSTILE)
    expect(page.locator(".oa-answer").first).to_contain_text("[点我](javascript:window.hacked=1)")
    expect(page.locator(".oa-asked").last).to_have_text(
        '<img src="http://evil.example/q.png"> **粗** [x](http://evil.example)'
    )
    expect(page.locator(".oa-answer").last.locator(".oa-refused")).to_have_text("未回答")
    inside = "#oa-chat .md, #oa-panel .oa-panel"
    assert page.evaluate(f"[...document.querySelectorAll('{inside}')].length") > 0
    # Nothing of these may come from a text.
    for tag in ("img", "script", "iframe", "math", ".katex", "h3", 'a:not([href^="#"], [href^="/"])'):
        assert page.locator(f":is({inside}) {tag}").count() == 0, tag
    assert page.evaluate("window.hacked") is None
    assert [address for address in requests if not address.startswith((url, "data:", "blob:"))] == []


def test_a_chip_asks_at_once_and_a_new_conversation_brings_the_chips_back(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    expect(page.locator(".oa-chip")).to_have_text(EXAMPLE_QUESTIONS)
    page.locator(".oa-chip").first.click()
    expect(page.locator(".oa-foot")).to_have_count(1)
    page.locator(".oa-cite").first.click()
    expect(page.locator("#oa-mark")).to_have_text(HEADCOUNT)

    page.locator("#oa-new").click()

    expect(page.locator(".oa-chip").first).to_be_visible()
    expect(page.locator(".oa-answer")).to_have_count(0)
    expect(page.locator("#oa-mark")).to_have_count(0)


def test_a_choice_under_an_answer_asks_at_once(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, "火星上有多少干部？")
    choices = page.locator(".oa-choice")
    expect(choices).to_have_count(2)
    expect(choices.last).to_contain_text("<script>")
    choices.first.click()
    expect(page.locator(".oa-answer").last).to_contain_text("36名年轻干部")
    assert [question for question, _ in service.asked] == ["火星上有多少干部？", CADRES.question]
    assert page.evaluate("window.hacked") is None


def test_a_number_in_a_note_opens_its_source(page: Page, serve: Serve) -> None:
    page.goto(serve(ScriptedService))
    ask(page, CADRES.question)
    page.locator(".oa-note a.oa-cite", has_text="[1]").click()
    expect(page.locator("#oa-mark")).to_have_text(SECONDED)


def test_found_passages_open_too(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    ask(page, TALENT.question)
    page.locator("summary", has_text="检索到的段落 2").click()
    page.locator(".oa-fold a.oa-what").nth(1).click()
    expect(page.locator("#oa-mark")).to_have_text(SECONDED)


def test_empty_and_overlong_questions_get_a_hint(page: Page, serve: Serve) -> None:
    service = ScriptedService()
    page.goto(serve(lambda: service))
    expect(box(page)).to_be_enabled()
    box(page).fill("  ")
    box(page).press("Enter")
    expect(page.locator(".oa-hint")).to_have_text("请先输入问题。")
    box(page).fill("长" * 2001)
    box(page).press("Enter")
    expect(page.locator(".oa-hint")).to_contain_text("2,001 字")
    assert service.asked == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(ChatModelError("语言模型没有应答，请检查设置。"), "语言模型没有应答，请检查设置。"), (KeyError("x"), "出错了")],
)
def test_an_error_is_one_sentence_and_the_page_goes_on(
    page: Page, serve: Serve, error: Exception, sentence: str
) -> None:
    service = ScriptedService(error=error)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    expect(page.locator(".oa-failure")).to_contain_text(sentence)
    expect(page.locator("body")).not_to_contain_text("Traceback")
    service.error = None
    ask(page, TALENT.question)
    expect(page.locator(".oa-foot")).to_have_count(1)


def test_indexing_is_shown_and_leads_to_questions(page: Page, serve: Serve) -> None:
    indexer = ScriptedIndexer(failed_files=True)

    def open_service() -> ScriptedService:
        return ScriptedService() if indexer.done.is_set() else ScriptedService(size=LibraryStatus(0, 0, 0))

    page.goto(serve(open_service, indexer))
    expect(page.locator(".oa-card-indexing")).to_be_visible()
    expect(box(page)).to_be_disabled()
    indexer.now = Progress("正在读取文件", 612, 1927)
    expect(page.locator(".oa-progress-text")).to_have_text("正在读取文件32%")

    indexer.done.set()

    expect(page.locator(".oa-chip").first).to_be_visible()
    expect(page.locator(".oa-notice")).to_contain_text("有文件未能读取")
    expect(page.locator(".oa-card")).to_have_count(0)
    ask(page, REFUSED.question)


def test_an_empty_library_says_how_to_fill_it(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(size=LibraryStatus(0, 0, 0))))
    expect(page.locator(".oa-card-empty")).to_contain_text("make run CORPUS=文件夹")
    expect(box(page)).to_be_disabled()


def test_an_error_at_the_start_is_shown(page: Page, serve: Serve) -> None:
    def fail() -> ScriptedService:
        raise StoreMismatchError("资料库是用另一个模型建立的，请重建。")

    page.goto(serve(fail))
    expect(page.locator(".oa-card-error")).to_contain_text("资料库是用另一个模型建立的，请重建。")


def test_a_busy_library_is_waited_for(page: Page, serve: Serve) -> None:
    free = threading.Event()

    def open_when_free() -> ScriptedService:
        if not free.is_set():
            raise StoreBusyError("资料库正由另一个进程写入。")
        return ScriptedService()

    page.goto(serve(open_when_free))
    expect(page.locator(".oa-card-starting")).to_contain_text("资料库正由另一个进程写入。")
    free.set()
    expect(page.locator(".oa-chip").first).to_be_visible()


def test_the_words_follow_the_browser(browser: Browser, serve: Serve) -> None:
    url = serve(ScriptedService)
    for locale, words in (("en-GB", "New chat"), ("fr-FR", "新对话")):
        context = browser.new_context(locale=locale)
        page = context.new_page()
        page.goto(url)
        expect(page.locator("#oa-new")).to_have_text(words)
        expect(page.locator("html")).to_have_attribute("lang", "en" if words == "New chat" else "zh-CN")
        context.close()
