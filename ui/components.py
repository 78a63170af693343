"""The components of the page of questions, laid out: conversations at the left, the chat, the source at the right."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from ui import cards
from ui.panel import empty_panel
from ui.texts import CHINESE, Texts

EXAMPLES = 6
_SCRIPT = Path(__file__).with_name("bridge.js")


def trigger(name: str) -> gr.HTML:
    """Return a component that is not seen, through which the script of the page tells of an event by this name."""
    script = f"(window.orgaskTriggers ??= {{}})[{name!r}] = trigger;"
    return gr.HTML(js_on_load=script, elem_id=f"oa-on-{name}", elem_classes="oa-unseen")


def page_script() -> gr.HTML:
    """Return the component that brings the script of the page."""
    return gr.HTML(js_on_load=_SCRIPT.read_text(encoding="utf-8"), elem_id="oa-bridge", elem_classes="oa-unseen")


class AskComponents:
    """The components, made inside a `gr.Blocks`."""

    def __init__(self, texts: Texts = CHINESE) -> None:
        self.texts = texts
        # Kept in the page, not by the server, so that a restart of that loses nothing.
        self.current = gr.Textbox("", visible=False)
        self.limits = gr.Textbox("{}", visible=False)
        self.editing = gr.Textbox("", visible=False)
        self.seen = gr.Textbox("", visible=False)
        self.script = page_script()
        self.on_show, self.on_do = trigger("show"), trigger("do")
        self.location = gr.HTML(elem_classes="oa-unseen")
        self.header = gr.HTML(cards.header(None, texts), elem_id="oa-header")
        self.notice = gr.HTML(visible=False, elem_id="oa-notice")
        with gr.Row(elem_id="oa-main", equal_height=True):
            with gr.Column(elem_id="oa-side"):
                self._lay_out_side()
            with gr.Column(elem_id="oa-left"):
                self._lay_out_chat()
            with gr.Column(elem_id="oa-right"):
                self.panel = gr.HTML(empty_panel(texts), elem_id="oa-panel")

    def all(self) -> list[gr.components.Component | gr.blocks.BlockContext]:
        """Return all that an event may change."""
        return [
            self.current, self.limits, self.editing, self.seen, self.location, self.header, self.notice, self.new_chat,
            self.search, self.conversations, self.card, self.welcome, self.welcome_text, *self.chips, self.chat,
            self.limits_bar, self.question, self.hint, self.panel, self.timer,
        ]  # fmt: skip

    def _lay_out_side(self) -> None:
        self.new_chat = gr.Button(self.texts.new_chat, elem_id="oa-new", size="sm")
        self.search = gr.Textbox(
            elem_id="oa-search",
            label=self.texts.search_conversations,
            placeholder=self.texts.search_conversations,
            show_label=False,
            container=False,
            max_length=100,
        )
        self.conversations = gr.HTML(elem_id="oa-conversations")

    def _lay_out_chat(self) -> None:
        texts = self.texts
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
        self.limits_bar = gr.HTML(elem_id="oa-limits", visible=False)
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
        self.hint = gr.HTML(cards.hint(texts.hint), elem_id="oa-hint")

    def with_timer(self, poll_s: float) -> AskComponents:
        """Add what asks for the state of the program again and again."""
        self.timer = gr.Timer(poll_s)
        return self
