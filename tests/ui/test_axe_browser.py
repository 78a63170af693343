"""Whether the pages are for everybody: what axe finds on them, in each state, theme, language and width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from core.errors import ChatModelError
from tests.ui.conftest import Serve
from tests.ui.fakes import CADRES, REFUSED, TALENT, ScriptedService
from tests.ui.test_access_browser import office  # noqa: F401
from tests.ui.test_page_browser import ask, box

WIDE, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
LOOKS = [
    pytest.param("light", "zh-CN", WIDE, id="light"),
    pytest.param("dark", "en-GB", WIDE, id="dark-english"),
    pytest.param("dark", "zh-CN", PHONE, id="dark-phone"),
]


@contextmanager
def opened(browser: Browser, scheme: Any, locale: str, viewport: Any) -> Iterator[Page]:
    context = browser.new_context(locale=locale, color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    try:
        yield context.new_page()
    finally:
        context.close()
    # Nothing is fetched from anywhere else.
    assert {urlsplit(one).hostname for one in asked if not one.startswith(("data:", "blob:"))} == {"127.0.0.1"}


def faults(page: Page) -> list[str]:
    """Return what is seriously wrong, each with the element and why."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['impact']} {one['id']} {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "locale", "viewport"), LOOKS)
def test_the_page_of_questions_in_every_state(
    browser: Browser, serve: Serve, scheme: str, locale: str, viewport: Any
) -> None:
    service = ScriptedService(step_s=0.001)
    address = serve(lambda: service)
    with opened(browser, scheme, locale, viewport) as page:
        page.goto(address)
        expect(page.locator(".oa-chip").first).to_be_visible()
        assert faults(page) == []

        for answer in (TALENT, CADRES):
            ask(page, answer.question)
        service.error = ChatModelError("语言模型没有应答，请检查设置。")
        ask(page, TALENT.question)
        service.error = None
        ask(page, REFUSED.question)
        for fold in page.locator(".oa-fold summary").all():
            fold.click()
        page.locator(".oa-verdict").first.click()
        expect(page.locator(".oa-given-verdict")).to_have_count(1)
        assert faults(page) == []

        place = page.locator(".oa-limits input[name=place]")
        if place.is_visible():
            place.fill("重庆市")
            place.press("Enter")
            expect(page.locator(".oa-limit-set")).to_have_count(1)
        page.locator('a[href^="#edit"]').click()
        expect(box(page)).to_have_value(REFUSED.question)
        page.locator(".oa-text a.oa-cite").first.click()
        expect(page.locator("#oa-mark")).to_be_visible()
        assert faults(page) == []

        page.goto(f"{address}/admin")
        assert faults(page) == []


@pytest.mark.parametrize(("scheme", "locale", "viewport"), LOOKS)
def test_the_login(
    browser: Browser,
    office: str,  # noqa: F811
    scheme: str,
    locale: str,
    viewport: Any,
) -> None:
    with opened(browser, scheme, locale, viewport) as page:
        page.goto(office)
        assert faults(page) == []
        page.keyboard.type("张三")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong-password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        assert faults(page) == []
