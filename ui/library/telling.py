"""What a page has been told, so that it is told again only what has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr


class Telling:
    """Collects what one event tells a page."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` is `now` of the event before; empty for a page that was told nothing yet."""
        self.known = known
        self.now = dict(known)
        self.updates: dict[Any, Any] = {}

    def tell(self, name: str, component: Any, key: str, render: Callable[[], str], *, hides: bool = False) -> None:
        """Show in a component what `render` returns, unless that or what it depends on, `key`, is as it was.

        With `hides` the component is not visible while it is empty.
        """
        if self.known.get(name) == key:
            return
        self.now[name] = key
        html = render()
        mark = hashlib.blake2b(html.encode("utf-8", "replace"), digest_size=12).hexdigest()
        if self.known.get(f"{name} as shown") == mark:
            return
        self.now[f"{name} as shown"] = mark
        self.updates[component] = gr.HTML(value=html, visible=bool(html)) if hides else html
