"""The login in a real browser: by keyboard alone, with the headers that browsers send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from playwright.sync_api import Page, expect

from core.settings import Settings
from desk.accounts import Accounts
from desk.door import open_door
from tests.ui.test_access_served import served
from ui.access import COOKIE, user_of

PASSWORD = "dangjian-2026"


def greet(request: gr.Request) -> str:
    return f"<b>你好 {user_of(request).name}</b>"


def hello_page() -> gr.Blocks:
    """A page that greets, and has the form to leave."""
    with gr.Blocks() as page:
        out = gr.HTML(elem_id="hello")
        gr.HTML('<form method="post" action="/logout"><button id="leave">退出</button></form>')
        page.load(greet, None, out)
    return page


@pytest.fixture
def office(tmp_path: Path) -> Iterator[str]:
    """The address of a page with one user."""
    settings = Settings(data=tmp_path, login="always")
    Accounts(settings.users_file).add("张三", PASSWORD)
    with open_door(settings, "127.0.0.1") as door, served(door, hello_page()) as url:
        yield url


def test_one_logs_in_by_keyboard_and_leaves(page: Page, office: str) -> None:
    page.goto(f"{office}/?from=mail")
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("张三")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不对，请核对后重新输入。")
    expect(page.get_by_label("用户名")).to_have_value("张三")
    expect(page.get_by_label("密码")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("你好 张三")).to_be_visible()
    assert page.url == f"{office}/?from=mail"
    assert COOKIE not in page.evaluate("document.cookie")
    page.locator("#leave").click()
    expect(page.get_by_label("用户名")).to_be_focused()
    page.goto(office)
    expect(page.get_by_label("密码")).to_be_visible()
