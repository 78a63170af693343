"""What the page of questions shows, by its components: a conversation as its user may see it, the list, the limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from core.errors import OrgAskError
from desk.conversations import Conversation
from desk.limits import Limits
from desk.opening import Parts
from desk.people import User
from desk.phases import Ready
from desk.proofs import Source
from desk.veil import changed_markers, findable, veiled
from ui import cards
from ui.access import user_of
from ui.components import AskComponents
from ui.limits_bar import limits_bar
from ui.panel import empty_panel
from ui.render import Looks, messages
from ui.sidebar import Deleted, conversation_list
from ui.texts import Texts, texts_for

Update = Any
Updates = dict[Any, Update]
_PANEL_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at the page, and in which words."""

    user: User
    texts: Texts

    @classmethod
    def of(cls, request: gr.Request) -> Asking:
        """Return who made a request."""
        return cls(user_of(request), texts_for(request.headers.get("accept-language")))


class Shown:
    """Turns what there is into what the components show."""

    def __init__(self, parts: Parts, components: AskComponents) -> None:
        self._parts = parts
        self._desk = parts.desk
        self._c = components
        # Gradio takes no empty dictionary.
        self.nothing: Updates = {components.hint: gr.skip()}

    def calm(self, asking: Asking) -> Updates:
        """Show the usual hint; nothing is being edited."""
        return {self._c.editing: "", self._c.hint: cards.hint(asking.texts.hint)}

    def limited(self, asking: Asking, limits: Limits) -> Updates:
        """Show what the next question is limited to."""
        bar = limits_bar(limits, self._parts.choices(asking.user), asking.texts)
        return {self._c.limits_bar: bar, self._c.limits: json.dumps(limits.to_json(), ensure_ascii=False)}

    def opened(self, asking: Asking, conversation_id: str) -> Updates:
        """Show a conversation, or the welcome where there is none of that id for this user."""
        c, texts = self._c, asking.texts
        try:
            found = self._parts.runs.open(asking.user, conversation_id) if conversation_id else None
        except OrgAskError as exc:
            return {c.hint: cards.hint(str(exc), warning=True)}
        ready = isinstance(self._desk.engine.phase, Ready)
        if found is None:
            return {
                c.current: "",
                c.location: location(""),
                c.chat: gr.update(value=[], visible=False),
                c.welcome: gr.Column(visible=ready),
                c.panel: empty_panel(texts),
                # What is being typed stays.
                c.question: gr.Textbox(submit_btn=texts.send, stop_btn=False),
                **self.listed(asking, ""),
            }
        busy = found.busy
        return {
            c.welcome: gr.Column(visible=False),
            c.panel: empty_panel(texts),
            c.question: gr.Textbox(submit_btn=not busy and texts.send, stop_btn=busy and texts.stop),
            **self.shown(asking, found),
            **self.listed(asking, found.id),
        }

    def shown(self, asking: Asking, conversation: Conversation) -> Updates:
        """Show a conversation as it is."""
        seen, looks = self.looked_at(asking, conversation)
        rows = messages(seen, asking.texts, looks)
        c = self._c
        return {
            c.current: conversation.id,
            c.location: location(conversation.id),
            c.chat: gr.update(value=rows, visible=True),
        }

    def looked_at(self, asking: Asking, conversation: Conversation) -> tuple[Conversation, Looks]:
        """Return a conversation as this user may see it, and what is known of its answers besides."""
        seen, limited = veiled(conversation, asking.user, self._desk)
        changed = {
            turn: changed_markers(exchange.answer, asking.user, self._desk)
            for turn, exchange in enumerate(seen.exchanges, start=1)
            if exchange.answer is not None and not exchange.open
        }
        given = self._parts.feedback.of(conversation.id, asking.user.name) if conversation.id else []
        return seen, Looks(changed, limited, {one.turn: one for one in given})

    def listed(self, asking: Asking, current: str, search: str = "", deleted: Deleted | None = None) -> Updates:
        """Show the list of conversations; with `search`, those in which that stands."""
        try:
            found = self._parts.conversations.summaries(asking.user.name, search)
            if search.strip():
                found = findable(found, search, asking.user, self._desk, self._parts.conversations)
        except OrgAskError as exc:
            return {self._c.hint: cards.hint(str(exc), warning=True)}
        listed = conversation_list(found, asking.texts, current=current, searched=bool(search.strip()), deleted=deleted)
        return {self._c.conversations: listed}

    def source(self, asking: Asking) -> Source:
        """Return where the panel finds a document."""
        return lambda document_id, at: self._desk.source(asking.user, document_id, at, wait_s=_PANEL_WAIT_S)


def location(conversation_id: str) -> str:
    """Return the mark by which the script of the page keeps the address of the conversation that is open."""
    return f'<span id="oa-here" data-conversation="{conversation_id}" hidden></span>'
