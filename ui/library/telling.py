"""What a page has been told, so that it is told again only what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr


class Telling:
    """Collects what one event tells a page."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` is `now` of the event before; empty for a page that was told nothing yet."""
        self.known = known
        self.now = {**known}
        self.updates: dict[Any, Any] = {}

    def tell(self, name: str, component: Any, key: str, render: Callable[[], str], *, hides: bool = False) -> None:
        """Show in a component what `render` returns, unless that or what it depends on, `key`, is as it was.

        With `hides` the component is not visible while it is empty.
        """
        depends = _digest(key)
        if self.known.get(name) == depends:
            return
        self.now[name] = depends
        html = render()
        mark = _digest(html)
        if self.known.get(f"{name} as shown") == mark:
            return
        self.now[f"{name} as shown"] = mark
        self.updates[component] = gr.HTML(value=html, visible=bool(html)) if hides else html


def told_before(seen: str) -> dict[str, str]:
    """Return what a page says that it was told; nothing where that makes no sense."""
    try:
        known = json.loads(seen or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in known.items()} if isinstance(known, dict) else {}


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
