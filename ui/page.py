"""The page: what stands where, and which handler an event calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from desk.desk import Desk
from ui import cards
from ui.conversation import Conversation
from ui.events import EXAMPLES, Handlers
from ui.panel import empty_panel
from ui.texts import CHINESE

POLL_S = 1.0
SCRIPT = Path(__file__).with_name("bridge.js")

# No event is part of a public interface: the page alone calls them, with its own session.
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build_page(desk: Desk, *, answers_at_once: int = 4, poll_s: float = POLL_S) -> gr.Blocks:
    """Return the page over a `Desk`; nothing is started here."""
    texts = CHINESE
    page = gr.Blocks(title=texts.name, fill_width=True, fill_height=True, analytics_enabled=False)
    with page:
        parts = _Parts()
        _wire(page, parts, Handlers(desk), answers_at_once, poll_s)
    page.queue(default_concurrency_limit=16)
    return page


class _Parts:
    """The components of the page, laid out."""

    def __init__(self) -> None:
        texts = CHINESE
        self.conversation = gr.State(Conversation())
        self.bridge = gr.HTML(js_on_load=SCRIPT.read_text(encoding="utf-8"), elem_id="oa-bridge")
        self.header = gr.HTML(cards.header(None, texts), elem_id="oa-header")
        self.notice = gr.HTML(visible=False, elem_id="oa-notice")
        with gr.Row(elem_id="oa-main", equal_height=True):
            with gr.Column(elem_id="oa-left"):
                self._lay_out_chat()
            with gr.Column(elem_id="oa-right"):
                self.panel = gr.HTML(empty_panel(texts), elem_id="oa-panel")

    def _lay_out_chat(self) -> None:
        texts = CHINESE
        self.card = gr.HTML(elem_id="oa-state", visible=False)
        with gr.Column(elem_id="oa-welcome", visible=False) as self.welcome:
            self.welcome_text = gr.HTML(cards.welcome(texts, examples=False))
            with gr.Column(elem_id="oa-chips"):
                self.chips = [gr.Button(visible=False, elem_classes="oa-chip") for _ in range(EXAMPLES)]
        self.chat = gr.Chatbot(
            elem_id="oa-chat",
            visible=False,
            show_label=False,
            container=False,
            height=None,
            latex_delimiters=[],
            buttons=[],
            feedback_options=None,
            layout="bubble",
            group_consecutive_messages=False,
        )
        with gr.Row(elem_id="oa-composer"):
            self.question = gr.Textbox(
                elem_id="oa-question",
                label=texts.placeholder,
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                interactive=False,
                placeholder=texts.placeholder_wait,
                submit_btn=texts.send,
                stop_btn=False,
                autofocus=True,
            )
        with gr.Row(elem_id="oa-under"):
            self.hint = gr.HTML(cards.hint(texts.hint), elem_id="oa-hint")
            self.new_chat = gr.Button(texts.new_chat, elem_id="oa-new", size="sm")


def _wire(page: gr.Blocks, parts: _Parts, handlers: Handlers, answers_at_once: int, poll_s: float) -> None:
    timer = gr.Timer(poll_s)
    state_parts = [
        parts.header,
        parts.notice,
        parts.card,
        parts.welcome,
        parts.welcome_text,
        *parts.chips,
        parts.question,
        timer,
    ]
    page.load(handlers.words, None, [parts.new_chat, parts.panel, parts.hint], **_PRIVATE)
    page.load(handlers.poll, parts.conversation, state_parts, **_PRIVATE)
    timer.tick(handlers.poll, parts.conversation, state_parts, **_PRIVATE)

    _ask(parts, handlers, parts.question.submit, parts.question, answers_at_once)
    for chip in parts.chips:
        _ask(parts, handlers, chip.click, chip, answers_at_once)
    # Two steps each: the second begins when the page has seen the end of the answer.
    parts.question.stop(handlers.stop, None, None, **_PRIVATE).then(
        handlers.give_up,
        parts.conversation,
        [parts.conversation, parts.chat, parts.question],
        **_PRIVATE,
    )
    parts.new_chat.click(handlers.stop, None, None, **_PRIVATE).then(
        handlers.clear,
        None,
        [parts.conversation, parts.chat, parts.welcome, parts.panel, parts.question, parts.hint],
        **_PRIVATE,
    )
    parts.bridge.select(handlers.show, parts.conversation, parts.panel, **_PRIVATE)


def _ask(parts: _Parts, handlers: Handlers, trigger: Any, source: Any, answers_at_once: int) -> None:
    asked = trigger(
        handlers.ask,
        [source, parts.conversation],
        [parts.question, parts.conversation, parts.chat, parts.welcome, parts.hint],
        **_PRIVATE,
    )
    asked.then(
        handlers.answer,
        parts.conversation,
        [parts.conversation, parts.chat],
        concurrency_limit=answers_at_once,
        concurrency_id="answer",
        **_PRIVATE,
    ).then(handlers.rest, parts.conversation, parts.question, **_PRIVATE)
