"""The components of the page of the library: filters and list at the left, overview or reader at the right."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from ui import cards
from ui.components import trigger
from ui.texts import CHINESE

_HERE = Path(__file__).parent


def _script(name: str) -> gr.HTML:
    text = (_HERE / name).read_text(encoding="utf-8")
    return gr.HTML(js_on_load=text, elem_classes="oa-unseen")


class LibraryComponents:
    """The components, made inside a page of a `gr.Blocks`."""

    def __init__(self, poll_s: float) -> None:
        # Kept in the page, not by the server, so that a restart of that loses nothing.
        self.address = gr.Textbox(visible=False)
        self.seen = gr.Textbox(visible=False)
        self.scripts = [_script("library.js"), _script("upload.js")]
        self.on_go, self.on_do = trigger("library-go"), trigger("library-do")
        self.header = gr.HTML(cards.header(None, CHINESE, here="library"), elem_id="oa-header")
        self.notice = gr.HTML(visible=False, elem_id="oa-notice")
        self.said = gr.HTML(elem_id="ol-said")
        with gr.Row(elem_id="ol-main", equal_height=True):
            with gr.Column(elem_id="ol-left"):
                self.filters = gr.HTML(elem_id="ol-filters")
                self.work = gr.HTML(elem_id="ol-work")
                self.listing = gr.HTML(elem_id="ol-list")
            with gr.Column(elem_id="ol-right"):
                self.side = gr.HTML(elem_id="ol-side")
        self.adding = gr.HTML(elem_id="ol-add")
        self.timer = gr.Timer(poll_s)

    def all(self) -> list[gr.components.Component | gr.blocks.BlockContext]:
        """Return all that an event may change."""
        return [
            self.address, self.seen, self.header, self.notice, self.said, self.filters, self.work, self.listing,
            self.side, self.adding, self.timer,
        ]  # fmt: skip
