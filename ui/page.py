"""The pages: what stands where, and which handler an event calls."""

from __future__ import annotations

from typing import Any

import gradio as gr

from desk.opening import Parts
from ui.components import AskComponents
from ui.events import Handlers
from ui.texts import CHINESE

POLL_S = 1.0

# No event is part of a public interface: the page alone calls them, with its own session.
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build_page(parts: Parts, *, poll_s: float = POLL_S) -> gr.Blocks:
    """Return the pages over the parts of the desk; nothing is started here."""
    page = gr.Blocks(title=CHINESE.name, fill_width=True, fill_height=True, analytics_enabled=False)
    with page:
        components = AskComponents().with_timer(poll_s)
        _wire(page, components, Handlers(parts, components, poll_s))
    page.queue(default_concurrency_limit=40)
    return page


def _wire(page: gr.Blocks, c: AskComponents, handlers: Handlers) -> None:
    every = c.all()
    loaded = page.load(handlers.load, None, every, **_PRIVATE)
    following = [*_then_answer(loaded, c, handlers)]
    page.load(handlers.poll, [c.seen, c.current], every, **_PRIVATE)
    c.timer.tick(handlers.poll, [c.seen, c.current], every, **_PRIVATE)

    for source, event in ((c.question, c.question.submit), *((chip, chip.click) for chip in c.chips)):
        asked = event(handlers.ask, [source, c.current, c.limits, c.editing], every, **_PRIVATE)
        following += _then_answer(asked, c, handlers)
    done = c.on_do.select(handlers.do, [c.current, c.limits, c.search], every, trigger_mode="multiple", **_PRIVATE)
    following += _then_answer(done, c, handlers)
    # What follows an answer would go on writing into a page that shows another conversation.
    c.on_do.select(None, cancels=following)
    c.new_chat.click(handlers.begin, c.search, every, cancels=following, **_PRIVATE)
    c.question.stop(handlers.stop, c.current, None, **_PRIVATE)
    c.search.change(handlers.find, [c.search, c.current], every, trigger_mode="always_last", **_PRIVATE)
    c.on_show.select(handlers.show, c.current, c.panel, trigger_mode="always_last", **_PRIVATE)


def _then_answer(asked: Any, c: AskComponents, handlers: Handlers) -> tuple[Any, ...]:
    """Go on with the answer that is being made, if one is, whatever has led here; returns the steps of it."""
    every = c.all()
    followed = asked.then(
        handlers.follow, c.current, [c.chat], concurrency_limit=None, trigger_mode="multiple", **_PRIVATE
    )
    rested = followed.then(handlers.rest, [c.current, c.search], every, trigger_mode="multiple", **_PRIVATE)
    suggested = rested.then(handlers.suggest, c.current, [c.chat], concurrency_limit=2, **_PRIVATE)
    return followed, rested, suggested
