"""The page of the library: what stands where, and which handler an event calls."""

from __future__ import annotations

from typing import Any

import gradio as gr

from desk.opening import Parts
from ui.library.components import LibraryComponents
from ui.library.handlers import LibraryHandlers
from ui.library.query import PATH

# No event is part of a public interface: the page alone calls them, with its own session.
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def add_library(page: gr.Blocks, parts: Parts, poll_s: float) -> None:
    """Add the page of the library to the pages of `page`."""
    with page.route("资料库", PATH, show_in_navbar=False):
        c = LibraryComponents(poll_s)
        handlers = LibraryHandlers(parts, c, poll_s)
        every = c.all()
        page.load(handlers.load, None, every, **_PRIVATE)
        c.timer.tick(handlers.poll, [c.seen, c.address], every, **_PRIVATE)
        # While one place is being shown, of several others that are asked for the last one counts.
        c.on_go.select(handlers.go, c.seen, every, trigger_mode="always_last", **_PRIVATE)
        c.on_do.select(handlers.do, [c.seen, c.address], every, trigger_mode="multiple", **_PRIVATE)
