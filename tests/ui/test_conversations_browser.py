"""Conversations on the page: kept, found, renamed, taken back, followed across reloads and tabs, taken away."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from docx import Document as Docx
from playwright.sync_api import Browser, Page, expect

from desk.conversations import Conversation, ConversationStore, Stage
from desk.database import DeskDatabase
from tests.ui.conftest import Serve
from tests.ui.fakes import CADRES, HEADCOUNT, HOUSING, REFUSED, TALENT, ScriptedService
from tests.ui.test_page_browser import ask, box


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_reloading_in_the_middle_of_an_answer_loses_and_doubles_nothing(page: Page, serve: Serve) -> None:
    hold = threading.Event()
    service = ScriptedService(step_s=0.002, hold=hold)
    page.goto(serve(lambda: service))
    expect(box(page)).to_be_enabled()
    box(page).fill(TALENT.question)
    box(page).press("Enter")
    expect(page.locator(".oa-growing")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?c=[0-9a-f]{32}$"))

    page.reload()
    expect(page.locator(".oa-growing")).to_contain_text("九龙坡区")
    expect(page.locator("#oa-question .stop-button")).to_be_visible()
    hold.set()

    expect(page.locator(".oa-text a.oa-cite", has_text="[3]")).to_be_visible()
    expect(page.locator(".oa-foot")).to_have_count(1)
    expect(page.locator("#oa-question .submit-button")).to_be_visible()
    page.reload()
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question])
    expect(page.locator(".oa-foot")).to_have_count(1)
    expect(page.locator("#oa-welcome")).not_to_be_visible()
    assert [question for question, _ in service.asked] == [TALENT.question]


def test_a_closed_page_finds_its_answer_made_to_the_end(browser: Browser, page: Page, serve: Serve) -> None:
    hold = threading.Event()
    service = ScriptedService(step_s=0.002, hold=hold)
    page.goto(serve(lambda: service))
    expect(box(page)).to_be_enabled()
    box(page).fill(TALENT.question)
    box(page).press("Enter")
    expect(page.locator(".oa-growing")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?c="))
    address = page.url
    page.goto("about:blank")
    hold.set()
    page.goto(address)
    expect(page.locator(".oa-foot")).to_have_count(1)
    assert len(service.asked) == 1


def test_the_back_button_goes_through_the_conversations(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    page.locator("#oa-new").click()
    expect(page.locator(".oa-chip").first).to_be_visible()
    ask(page, CADRES.question)
    expect(page.locator(".oa-asked")).to_have_text([CADRES.question])

    page.go_back()
    expect(page.locator(".oa-chip").first).to_be_visible()
    page.go_back()
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question])
    page.go_forward()
    page.go_forward()
    expect(page.locator(".oa-asked")).to_have_text([CADRES.question])
    assert len(service.asked) == 2


def test_two_tabs_of_one_conversation_lose_no_turn(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    expect(page).to_have_url(re.compile(r"\?c="))
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".oa-foot")).to_have_count(1)
    ask(other, CADRES.question)

    box(page).fill(REFUSED.question)
    box(page).press("Enter")
    # What was asked in the other tab is there too.
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question, REFUSED.question])
    expect(page.locator(".oa-foot")).to_have_count(3)
    other.reload()
    expect(other.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question, REFUSED.question])


def test_conversations_are_found_renamed_deleted_and_taken_back(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    ask(page, TALENT.question)
    page.locator("#oa-new").click()
    expect(page.locator(".oa-chip").first).to_be_visible()
    ask(page, CADRES.question)
    expect(page.locator(".oa-side-title")).to_have_text([CADRES.question, TALENT.question])

    # In what was answered too.
    page.locator("#oa-search input, #oa-search textarea").fill("硕士109名")
    expect(page.locator(".oa-side-title")).to_have_text([TALENT.question])
    page.locator("#oa-search input, #oa-search textarea").fill("没有这样的话")
    expect(page.locator(".oa-side-empty")).to_have_text("没有找到相符的对话。")
    page.locator("#oa-search input, #oa-search textarea").fill("")
    expect(page.locator(".oa-side-title")).to_have_count(2)

    row = page.locator(".oa-side-row").nth(1)
    row.hover()
    row.get_by_role("button", name=re.compile("^改名")).click()
    page.locator("input.oa-write").fill('人才 <b onclick="window.hacked=1">数字</b>')
    page.locator("input.oa-write").press("Enter")
    expect(page.locator(".oa-side-title").nth(1)).to_have_text('人才 <b onclick="window.hacked=1">数字</b>')

    row = page.locator(".oa-side-row").nth(1)
    row.hover()
    row.get_by_role("button", name=re.compile("^删除")).click()
    expect(page.locator(".oa-side-title")).to_have_count(1)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".oa-side-title")).to_have_count(2)

    page.locator(".oa-side-title").nth(1).click()
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question])


def test_deleting_the_open_conversation_leaves_a_fresh_page(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    ask(page, TALENT.question)
    row = page.locator(".oa-side-row").first
    row.hover()
    row.get_by_role("button", name=re.compile("^删除")).click()
    expect(page.locator(".oa-chip").first).to_be_visible()
    expect(page.locator(".oa-answer")).to_have_count(0)
    page.reload()
    expect(page.locator(".oa-side-empty")).to_be_visible()


def test_the_last_question_is_answered_anew_or_edited_in_its_place(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    ask(page, REFUSED.question)
    expect(page.locator(".oa-asked")).to_have_count(2)

    page.get_by_role("button", name="修改问题").click()
    expect(box(page)).to_have_value(REFUSED.question)
    expect(page.locator("#oa-hint")).to_contain_text("正在修改上一个问题")
    page.get_by_role("button", name="取消").click()
    expect(box(page)).to_have_value("")

    page.get_by_role("button", name="修改问题").click()
    expect(box(page)).to_have_value(REFUSED.question)
    box(page).fill(CADRES.question)
    box(page).press("Enter")
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question])
    expect(page.locator(".oa-partial")).to_be_visible()

    page.get_by_role("button", name="重新回答").click()
    wait_until(lambda: len(service.asked) == 4)
    expect(page.locator(".oa-foot")).to_have_count(2)
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question])
    assert [question for question, _ in service.asked] == [
        TALENT.question, REFUSED.question, CADRES.question, CADRES.question,
    ]  # fmt: skip


def test_a_question_is_limited_and_says_so(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    expect(box(page)).to_be_enabled()
    place = page.locator(".oa-limits input[name=place]")
    place.fill("重庆市")
    place.press("Enter")
    expect(page.locator(".oa-limit-set")).to_have_count(1)
    ask(page, TALENT.question)
    expect(page.locator(".oa-within")).to_have_text("范围：重庆市")
    expect(page.locator(".oa-note").first).to_have_text("只查了这个范围：重庆市。")
    assert service.scopes[-1] is not None
    assert [p.name for p in service.scopes[-1].places] == ["重庆市"]

    page.get_by_role("button", name="清除范围").click()
    expect(page.locator(".oa-limit-set")).to_have_count(0)
    place = page.locator(".oa-limits input[name=place]")
    place.fill("乌有之乡")
    place.press("Enter")
    expect(page.locator(".oa-limit-set")).to_have_count(1)
    box(page).fill(CADRES.question)
    box(page).press("Enter")
    expect(page.locator(".oa-failure")).to_contain_text("不认识地名“乌有之乡”")


def test_what_is_wrong_with_an_answer_is_said_and_taken_back(page: Page, serve: Serve, desk_data: Path) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    ask(page, TALENT.question)
    wrong = page.locator(".oa-verdict", has_text="数字有误")
    wrong.click()
    expect(page.locator(".oa-given-verdict")).to_have_text("✓ 数字有误")
    page.reload()
    expect(page.locator(".oa-given-verdict")).to_have_text("✓ 数字有误")
    page.locator(".oa-verdict", has_text="有用").click()
    expect(page.locator(".oa-given-verdict")).to_have_text("✓ 有用")
    page.get_by_role("button", name="补充说明").click()
    page.locator(".oa-feedback input").fill("应为 <b>326</b> 名")
    page.locator(".oa-feedback input").press("Enter")
    expect(page.locator(".oa-remark")).to_have_text("“应为 <b>326</b> 名”")
    page.locator(".oa-given-verdict").click()
    expect(page.locator(".oa-given-verdict")).to_have_count(0)
    noted = [json.loads(line) for line in (desk_data / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [entry["action"] for entry in noted] == ["ask", *["feedback"] * 4]
    assert HEADCOUNT not in (desk_data / "audit.jsonl").read_text("utf-8")


def test_an_answer_and_a_conversation_are_taken_away_as_word(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    ask(page, TALENT.question)
    with page.expect_download() as started:
        page.get_by_role("link", name="导出 Word").click()
    taken = started.value
    assert taken.suggested_filename.endswith(".docx")
    text = "\n".join(p.text for p in Docx(io.BytesIO(Path(taken.path()).read_bytes())).paragraphs)
    assert TALENT.question in text
    assert HEADCOUNT in text
    assert HOUSING in text
    with page.expect_download() as started:
        page.get_by_role("link", name="导出 Markdown").click()
    assert HEADCOUNT in Path(started.value.path()).read_text("utf-8")


def test_a_changed_source_is_marked_and_its_old_words_are_shown(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    old = service.documents["report"]
    service.documents["report"] = type(old)(old.id, old.source, old.title, old.text.replace("326", "327"), "c" * 64)
    page.reload()
    marker = page.locator(".oa-text a.oa-cite").first
    expect(marker).to_have_text("[1] 原文已更新")
    marker.click()
    expect(page.locator(".oa-warning")).to_contain_text("原文已更新")
    expect(page.locator(".oa-given mark")).to_have_text(HEADCOUNT)
    expect(page.locator(".oa-given")).to_contain_text("全区建成人才公寓3处")

    del service.documents["report"]
    page.reload()
    page.locator(".oa-text a.oa-cite").first.click()
    expect(page.locator(".oa-given mark")).to_have_text(HEADCOUNT)


def test_an_answer_that_a_restart_cut_off_can_be_asked_again(page: Page, serve: Serve, desk_data: Path) -> None:
    store = ConversationStore(DeskDatabase(desk_data))
    cut = store.save("本机", Conversation().ask(TALENT.question).grow(TALENT))
    assert cut.exchanges[-1].stage is Stage.GROWING
    address = serve(lambda: ScriptedService(step_s=0.002))
    page.goto(f"{address}/?c={cut.id}")
    expect(page.locator(".oa-failure")).to_contain_text("程序中途重新启动")
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".oa-foot .oa-fold")).to_have_count(2)
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question])


def test_by_keyboard_alone(page: Page, serve: Serve) -> None:
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    expect(box(page)).to_be_enabled()
    box(page).focus()
    page.keyboard.type(TALENT.question)
    page.keyboard.press("Enter")
    expect(page.locator(".oa-foot")).to_have_count(1)
    page.evaluate("document.querySelector('#oa-new').focus()")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.oa-text a.oa-cite')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#oa-mark")).to_have_text(HEADCOUNT)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.oa-verdict')"):
            break
    page.keyboard.press("Space")
    expect(page.locator(".oa-given-verdict")).to_have_count(1)


def test_on_a_phone(browser: Browser, serve: Serve) -> None:
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(serve(lambda: ScriptedService(step_s=0.002)))
    ask(page, TALENT.question)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".oa-text a.oa-cite").first.tap()
    expect(page.locator("#oa-mark")).to_be_in_viewport()
    page.get_by_role("button", name="关闭").tap()
    expect(page.locator("#oa-mark")).not_to_be_visible()
    page.get_by_role("button", name="对话记录").tap()
    expect(page.locator(".oa-side-title")).to_be_in_viewport()
    context.close()


def test_an_answer_that_goes_on_is_not_written_into_another_conversation(page: Page, serve: Serve) -> None:
    hold = threading.Event()
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, CADRES.question)
    page.locator("#oa-new").click()
    expect(page.locator(".oa-chip").first).to_be_visible()
    ask(page, TALENT.question)
    service.hold = hold
    service.step_s = 0.05
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".oa-growing")).to_be_visible()
    page.locator(".oa-side-title", has_text=CADRES.question).click()
    expect(page.locator(".oa-asked")).to_have_text([CADRES.question])
    page.wait_for_timeout(1500)
    expect(page.locator(".oa-asked")).to_have_text([CADRES.question])
    hold.set()
    page.locator(".oa-side-title", has_text=TALENT.question).click()
    expect(page.locator(".oa-text a.oa-cite", has_text="[3]")).to_be_visible()
    expect(page.locator("#oa-question .submit-button")).to_be_visible()


def test_a_stale_tab_cannot_replace_what_it_does_not_show(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, TALENT.question)
    page.get_by_role("button", name="修改问题").click()
    expect(box(page)).to_have_value(TALENT.question)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".oa-foot")).to_have_count(1)
    ask(other, CADRES.question)

    box(page).fill("改过的问题")
    box(page).press("Enter")
    expect(page.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question])
    expect(page.locator("#oa-hint")).to_contain_text("在别处又问了新的问题")
    assert len(service.asked) == 2


def test_a_suggested_question_leaves_the_one_being_edited_alone(page: Page, serve: Serve) -> None:
    service = ScriptedService(step_s=0.002)
    page.goto(serve(lambda: service))
    ask(page, REFUSED.question)
    page.get_by_role("button", name="修改问题").click()
    expect(box(page)).to_have_value(REFUSED.question)
    page.locator("a.oa-choice", has_text=CADRES.question).click()
    expect(page.locator(".oa-asked")).to_have_text([REFUSED.question, CADRES.question])
