"""Finding and reading documents on the page of the library, in a real browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.ui.library.stand import NASTY, Served


def rows(page: Page):
    return page.locator(".ol-row")


def told(page: Page) -> dict[str, list[str]]:
    """What the address of the page says."""
    return parse_qs(urlsplit(page.url).query)


def test_a_place_is_followed_from_the_overview_to_the_text_and_back(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/library")
    expect(rows(page)).to_have_count(5)
    expect(page.locator(".ol-sums")).to_contain_text("4份文档")

    page.locator(".ol-chart a", has_text="重庆市").click()
    expect(rows(page)).to_have_count(2)
    expect(page.locator('.ol-bar input[name="place"]')).to_have_value("重庆市")
    page.locator(".ol-years a", has_text="2021").click()
    expect(rows(page)).to_have_count(1)
    assert told(page) == {"place": ["重庆市"], "year": ["2021"]}

    rows(page).first.locator("a.ol-title").click()
    expect(page.locator(".ol-reader h2")).to_have_text("重庆市九龙坡区党建工作总结")
    expect(page.locator("#ol-pane-text")).to_contain_text("第59项工作按计划推进")
    page.reload()
    expect(page.locator(".ol-reader h2")).to_have_text("重庆市九龙坡区党建工作总结")
    expect(rows(page)).to_have_count(1)

    page.go_back()
    expect(page.locator(".ol-reader")).to_have_count(0)
    page.go_back()
    expect(rows(page)).to_have_count(2)
    page.locator(".ol-clear").click()
    expect(rows(page)).to_have_count(5)
    assert told(page) == {}


def test_words_find_titles_files_and_places_while_they_are_typed(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/library")
    page.locator(".ol-search").press_sequentially("盐都 选派", delay=20)
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".ol-search")).to_be_focused()
    expect(page.locator(".ol-search")).to_have_value("盐都 选派")
    page.locator(".ol-search").fill("没有这样的")
    expect(page.locator(".ol-nothing")).to_contain_text("没有符合条件的资料")
    page.goto(f"{served.url}/library?place=鼓楼区")
    expect(page.locator(".ol-nothing")).to_contain_text("请写全名")


def test_an_address_opens_a_document_at_its_place(page: Page, served: Served) -> None:
    document_id = served.id_of("党建/重庆总结.txt")
    document = served.parts.shelf.database.document(document_id)
    assert document is not None
    at = document.text.index("第45项工作")
    page.goto(f"{served.url}/library?d={document_id}&at={at}")
    expect(page.locator("#oa-mark")).to_have_text("第45项工作按计划推进，全区45个支部全部完成。")
    page.wait_for_function("document.querySelector('#ol-pane-text').scrollTop > 0")
    assert page.evaluate("scrollY") == 0

    page.locator(".ol-widen").click()
    expect(page.locator("#ol-list")).not_to_be_visible()
    expect(page.locator("#oa-mark")).to_be_visible()
    page.goto(f"{served.url}/library?d=no-such-document")
    expect(page.locator(".ol-reader")).to_contain_text("这份资料已不在资料库中")


def test_the_reader_tells_outline_facts_copies_and_what_was_cleaned_away(page: Page, served: Served) -> None:
    document_id = served.id_of("人才/桐庐青年.txt")
    page.goto(f"{served.url}/library?d={document_id}")
    page.locator('[role="tab"]', has_text="目录").click()
    page.locator(".ol-outline a", has_text="二、工作成效").click()
    expect(page.locator("#ol-pane-text")).to_be_visible()
    expect(page.locator(".ol-here")).to_have_text("二、工作成效")

    page.locator('[role="tab"]', has_text="信息").click()
    facts = page.locator("#ol-pane-facts")
    expect(facts).to_contain_text("浙江省杭州市桐庐县")
    expect(facts).to_contain_text("2022年5月6日")
    expect(facts.locator(".ol-list a")).to_have_text("人才/转载/桐庐青年（转）.txt")

    page.locator('[role="tab"]', has_text="清理记录").click()
    page.locator("a[data-wait]").click()
    expect(page.locator("#ol-pane-cleaning")).to_contain_text("编入时没有去掉任何内容", timeout=30_000)
    with page.expect_download() as download:
        page.locator(".ol-actions a", has_text="下载原件").click()
    assert download.value.suggested_filename == "桐庐青年.txt"


def test_reposts_are_unfolded_under_their_main_copy(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/library")
    page.locator("a.ol-copies").click()
    expect(rows(page)).to_have_count(6)
    expect(page.locator(".ol-nested")).to_contain_text("转载/桐庐青年（转）.txt")
    expect(page.locator("a.ol-copies")).to_have_attribute("aria-expanded", "true")
    page.locator("a.ol-copies").click()
    expect(rows(page)).to_have_count(5)


def test_what_documents_say_of_themselves_stays_text(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/library?d={served.id_of('党建/<b>通知<script>.md')}")
    expect(page.locator(".ol-reader h2")).to_contain_text(NASTY)
    expect(page.locator("#ol-pane-text")).to_contain_text(NASTY)
    page.locator('[role="tab"]', has_text="信息").click()
    expect(page.locator("#ol-pane-facts")).to_contain_text("党建/<b>通知<script>.md")
    expect(rows(page).filter(has_text="<b>通知<script>.md")).to_have_count(1)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#ol-main img, #ol-main script").count() == 0


def test_all_of_it_can_be_done_with_the_keyboard(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/library")
    expect(rows(page)).to_have_count(5)
    page.keyboard.press("/")
    expect(page.locator(".ol-search")).to_be_focused()
    page.keyboard.type("桐庐")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('ol-title')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".ol-reader h2")).to_contain_text("春茶计划")
    page.locator("#ol-tab-text").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#ol-pane-outline")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".ol-reader")).to_have_count(0)


def test_a_phone_has_one_column(page: Page, served: Served) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served.url}/library")
    expect(rows(page)).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".ol-fields")).not_to_be_visible()
    page.locator("a.ol-fold-filters").click()
    page.locator('.ol-fields select[name="kind"]').select_option("总结")
    expect(rows(page)).to_have_count(1)
    page.locator("a.ol-title").click()
    expect(page.locator("#ol-pane-text")).to_contain_text("第1项工作")
    box = page.locator(".ol-reader").bounding_box()
    assert box is not None
    assert (round(box["x"]), round(box["width"])) == (0, 390)
    page.locator(".ol-close").click()
    expect(page.locator("a.ol-title")).to_be_visible()


def test_whoever_may_only_read_sees_no_buttons(page: Page, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from desk.people import User

    monkeypatch.setattr("ui.access.LOCAL", User("李读者"))
    page.goto(f"{served.url}/library?d={served.id_of('人才/盐都选派.txt')}")
    expect(page.locator(".ol-reader h2")).to_contain_text("盐都区")
    expect(page.locator('a[href="#add"], a[href^="#remove"], a[href^="#reindex"], #ol-correct')).to_have_count(0)
    expect(page.locator('.ol-row input[type="checkbox"]')).to_have_count(0)
    # A page that was made up tells of a click all the same.
    target = f"remove-{served.id_of('人才/盐都选派.txt')}"
    page.evaluate("name => window.orgaskTriggers['library-do']('select', {target_name: name})", target)
    expect(page.locator(".ol-said")).to_contain_text("不能更改资料库")
    assert served.jobs() == []
