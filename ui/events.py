"""What happens on the page of questions. Each handler takes values and returns what the page shows next."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from core.errors import OrgAskError
from desk.conversations import Conversation
from desk.desk import Desk
from desk.feedback import Feedback, Verdict
from desk.limits import Limits
from desk.opening import Parts
from desk.phases import Phase, Ready
from desk.veil import veiled
from ui import cards
from ui.access import user_of
from ui.components import EXAMPLES, AskComponents
from ui.panel import empty_panel, message_panel, source_panel
from ui.render import messages
from ui.shown import Asking, Shown, Update, Updates
from ui.sidebar import Deleted
from ui.sources import find_view
from ui.texts import Texts

log = logging.getLogger(__name__)

QUESTION_LIMIT = 2000
_LOOK_S = 0.08
_CALM = 5
"""A page that has nothing to wait for asks so much less often."""
_SAY = re.compile(r"(\d{1,6})-([a-z_]{1,20})")


class Handlers:
    """The events of the page over the parts of the desk. What a page shows is handed in and out; it holds nothing."""

    def __init__(self, parts: Parts, components: AskComponents, poll_s: float = 1.0) -> None:
        self._poll_s = poll_s
        self._parts = parts
        self._desk: Desk = parts.desk
        self._c = components
        self._shown = Shown(parts, components)

    # --- the state of the program ------------------------------------------------------------------------------

    def load(self, request: gr.Request) -> Updates:
        """Put the page into the browser's language and open the conversation that its address names."""
        asking, c = Asking.of(request), self._c
        texts = asking.texts
        current = str(request.query_params.get("c", ""))
        shown = self._shown.opened(asking, current)
        # A link of the library proposes a question about a document.
        if not current and (proposed := str(request.query_params.get("q", "")).strip()):
            shown[c.question] = gr.Textbox(value=proposed[:QUESTION_LIMIT])
        return {
            c.new_chat: gr.Button(value=texts.new_chat),
            c.search: gr.Textbox(label=texts.search_conversations, placeholder=texts.search_conversations),
            c.panel: empty_panel(texts),
            c.hint: cards.hint(texts.hint),
            **self._shown.limited(asking, Limits()),
            **shown,
        }

    def poll(self, seen: str, current: str, request: gr.Request) -> Updates:
        """Show the phase of the program, where that has changed; while it does, ask again soon."""
        asking, c = Asking.of(request), self._c
        texts, phase = asking.texts, self._desk.engine.phase
        ready = isinstance(phase, Ready)
        now = _key(phase)
        if now == seen:
            return self._shown.nothing
        # At first the conversation that the address names may not have been opened yet.
        named = current or (not seen and request.query_params.get("c"))
        status = phase.service.status() if isinstance(phase, Ready) and not phase.switching else None
        examples = self._examples(asking, phase)
        notice = cards.notice(phase, texts)
        busy = isinstance(phase, Ready) and (phase.indexing is not None or phase.switching)
        header = {} if status is None and ready else {c.header: self._header(asking, status)}
        return {
            **header,
            c.seen: now,
            c.notice: gr.HTML(value=notice, visible=bool(notice)),
            c.card: gr.HTML(value=cards.state_card(phase, texts), visible=not ready),
            c.welcome: gr.Column(visible=ready and not named),
            c.welcome_text: cards.welcome(texts, examples=bool(examples)),
            **dict(zip(c.chips, _chips(examples), strict=True)),
            c.question: _input(texts, ready=ready),
            c.timer: gr.Timer(self._poll_s if busy or not ready else self._poll_s * _CALM),
            c.limits_bar: gr.HTML(visible=ready),
        }

    def _header(self, asking: Asking, status: Any) -> str:
        return cards.header(status, asking.texts, user=asking.user, login=self._parts.needs_login, here="ask")

    def _examples(self, asking: Asking, phase: Phase) -> list[str]:
        if not isinstance(phase, Ready) or phase.switching:
            return []
        try:
            return self._desk.examples(asking.user, EXAMPLES)
        except Exception:
            # The page is of use without examples, not without an input.
            log.exception("no example questions")
            return []

    # --- asking ------------------------------------------------------------------------------------------------

    def ask(self, question: str, current: str, limits: str, editing: str, request: gr.Request) -> Updates:
        """Take in a question; the answer is made in the background, and `follow` shows how it grows.

        `editing` names the question whose place it takes: its conversation and its turn.
        """
        asking = Asking.of(request)
        conversation, _, turn = editing.partition("-")
        anew = int(turn) if conversation and conversation == current and turn.isdecimal() else 0
        try:
            within = Limits.from_json(json.loads(limits or "{}"))
        except OrgAskError as exc:
            return {self._c.hint: cards.hint(str(exc), warning=True)}
        except (ValueError, RecursionError):
            log.warning("limits that no page sets")
            return {self._c.hint: cards.hint(asking.texts.failed, warning=True)}
        return self._asked(asking, question, current, within, anew=anew)

    def _asked(self, asking: Asking, question: str, current: str, limits: Limits, *, anew: int = 0) -> Updates:
        """Ask; `anew` is the turn whose place the question takes, which has to be the last one, or 0."""
        c, texts, user = self._c, asking.texts, asking.user
        question = question.strip()
        if refusal := self._refusal(question, texts):
            return {c.hint: cards.hint(refusal, warning=True)}
        try:
            before = (self._parts.runs.open(user, current) if current else None) or Conversation()
            if anew and (anew != len(before.exchanges) or before.busy):
                moved_on = cards.hint(texts.moved_on, warning=True)
                return {**self._shown.shown(asking, before), c.editing: "", c.hint: moved_on}
            run = self._parts.runs.ask(user, before.without_last() if anew else before, question, limits)
            if run is not None and anew:
                self._parts.feedback.withdraw(before.id, anew, user.name)
        except OrgAskError as exc:
            return {c.hint: cards.hint(str(exc), warning=True)}
        if run is None:
            return {c.hint: cards.hint(texts.hint_busy, warning=True)}
        conversation = run.state
        return {
            c.question: gr.Textbox(value="", submit_btn=False, stop_btn=texts.stop),
            c.editing: "",
            c.welcome: gr.Column(visible=False),
            c.hint: cards.hint(texts.hint),
            **self._shown.shown(asking, conversation),
            **self._shown.listed(asking, conversation.id),
        }

    async def follow(self, current: str, request: gr.Request) -> AsyncIterator[Updates]:
        """Show the answer that is being made, if one is, as it grows. It holds no thread while it waits."""
        asking = Asking.of(request)
        # First the run: what has ended when it is looked for has been kept.
        run = self._parts.runs.of(current)
        try:
            opened = await asyncio.to_thread(self._parts.runs.open, asking.user, current) if current else None
        except OrgAskError as exc:
            log.warning("%s", exc)
            opened = None
        if opened is None:
            yield {self._c.chat: gr.skip()}
            return
        run = run or self._parts.runs.of(current)
        if run is None and opened.busy:
            opened = await asyncio.to_thread(self._parts.runs.open, asking.user, current) or opened
        conversation, looks = await asyncio.to_thread(self._shown.looked_at, asking, opened)
        if run is None:
            # It was quicker than the way here.
            yield {self._c.chat: gr.update(value=messages(conversation, asking.texts, looks), visible=True)}
            return
        seen = -1
        while True:
            number, state = run.look()
            if number != seen:
                seen = number
                rows = messages(conversation.with_last(state.exchanges[-1]), asking.texts, looks)
                yield {self._c.chat: gr.update(value=rows, visible=True)}
            if not state.busy:
                return
            await asyncio.sleep(_LOOK_S)

    def rest(self, current: str, request: gr.Request) -> Updates:
        """Make the input ready for the next question."""
        asking, c = Asking.of(request), self._c
        ready = {c.question: gr.Textbox(submit_btn=asking.texts.send, stop_btn=False)}
        try:
            conversation = self._parts.runs.open(asking.user, current) if current else None
        except OrgAskError as exc:
            return {**ready, c.hint: cards.hint(str(exc), warning=True)}
        if conversation is None or conversation.busy:
            return self._shown.nothing
        return ready

    def suggest(self, current: str, request: gr.Request) -> Updates:
        """Add questions to go on with to the chat, unless the next has been asked meanwhile."""
        asking = Asking.of(request)
        runs, user, nothing = self._parts.runs, asking.user, {self._c.chat: gr.skip()}
        try:
            before = runs.open(user, current) if current else None
            if before is None or not self._parts.wants_suggestions(before):
                return nothing
            suggestions = self._parts.suggested(user, before)
            after = runs.suggest(user, before, suggestions) if suggestions else None
        except OrgAskError as exc:
            log.warning("%s", exc)
            return nothing
        return {self._c.chat: self._shown.shown(asking, after)[self._c.chat]} if after else nothing

    def stop(self, current: str, request: gr.Request) -> None:
        """End the answer that is being made; `follow` shows how far it came."""
        self._parts.runs.stop(user_of(request), current)

    def _refusal(self, question: str, texts: Texts) -> str:
        if not question:
            return texts.hint_empty
        if not isinstance(self._desk.engine.phase, Ready):
            return texts.placeholder_wait
        if len(question) > QUESTION_LIMIT:
            return texts.hint_long.format(count=f"{len(question):,}", limit=f"{QUESTION_LIMIT:,}")
        return ""

    # --- what is clicked ---------------------------------------------------------------------------------------

    def show(self, current: str, event: gr.EventData, request: gr.Request) -> str:
        """Show what a clicked number stands for: panel."""
        asking = Asking.of(request)
        try:
            conversation = self._parts.runs.open(asking.user, current) or Conversation()
            conversation, _ = veiled(conversation, asking.user, self._desk)
            view = find_view(str(event.target_name), conversation, self._shown.source(asking), asking.texts)
        except OrgAskError as exc:
            return message_panel(str(exc) or asking.texts.source_gone, asking.texts)
        except Exception:
            log.exception("a source could not be shown")
            return message_panel(asking.texts.failed, asking.texts)
        return source_panel(view, asking.texts) if view else empty_panel(asking.texts)

    def do(self, current: str, limits: str, search: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Do what a clicked link says: its name, and after a dash what it is about."""
        asking = Asking.of(request)
        name, _, about = str(event.target_name).partition("-")
        value = str(event._data.get("value", ""))[:QUESTION_LIMIT]
        try:
            match name:
                case "open" | "new":
                    return self._turned_to(asking, about, search)
                case "rename" | "delete" | "undelete":
                    return self._kept(asking, name, about, value, current, search)
                case "say":
                    return self._said(asking, current, about, value)
                case "limits":
                    return self._shown.limited(asking, Limits.from_json(json.loads(value)))
                case "ask":
                    return self._asked(asking, value, current, Limits.from_json(json.loads(limits or "{}")))
                case "retry" | "edit":
                    return self._again(asking, name, current, int(about))
                case "cancel":
                    return {self._c.question: gr.Textbox(value=""), **self._shown.calm(asking)}
        except OrgAskError as exc:
            return {self._c.hint: cards.hint(str(exc), warning=True)}
        except (ValueError, RecursionError):
            log.warning("a click that says nothing")
        return self._shown.nothing

    def find(self, search: str, current: str, request: gr.Request) -> Updates:
        """List the conversations in which something stands."""
        return self._shown.listed(Asking.of(request), current, search)

    def begin(self, search: str, request: gr.Request) -> Updates:
        """Begin a new conversation; an answer that is being made in the one before is made to its end."""
        asking = Asking.of(request)
        fresh = {self._c.question: gr.Textbox(value="", submit_btn=asking.texts.send, stop_btn=False)}
        return self._turned_to(asking, "", search) | fresh

    def _turned_to(self, asking: Asking, conversation_id: str, search: str) -> Updates:
        shown = self._shown
        opened, listed = shown.opened(asking, conversation_id), shown.listed(asking, conversation_id, search)
        return opened | listed | shown.calm(asking)

    def _again(self, asking: Asking, name: str, current: str, turn: int) -> Updates:
        """Answer the question of a turn, the last one, anew, or put it into the input to be edited."""
        c, texts = self._c, asking.texts
        conversation = self._parts.runs.open(asking.user, current) if current else None
        exchange = conversation.exchange(turn) if conversation else None
        if conversation is None or exchange is None:
            return self._shown.nothing
        if turn != len(conversation.exchanges) or conversation.busy:
            return {**self._shown.shown(asking, conversation), c.hint: cards.hint(texts.moved_on, warning=True)}
        if name == "retry":
            return self._asked(asking, exchange.question, current, exchange.limits, anew=turn)
        return {
            c.question: gr.Textbox(value=exchange.question),
            c.editing: f"{current}-{turn}",
            c.hint: cards.hint(texts.editing, action=("cancel", texts.cancel)),
        }

    def _kept(self, asking: Asking, name: str, about: str, value: str, current: str, search: str) -> Updates:
        store, user = self._parts.conversations, asking.user.name
        if name == "rename":
            store.rename(user, about, value)
        elif name == "undelete":
            store.undelete(user, about)
        else:
            kept = store.get(user, about)
            if kept is not None and store.delete(user, about):
                gone = self._shown.opened(asking, "") if about == current else {}
                now = "" if about == current else current
                return gone | self._shown.listed(asking, now, search, Deleted(kept.id, kept.title))
        return self._shown.listed(asking, current, search)

    def _said(self, asking: Asking, current: str, about: str, value: str) -> Updates:
        """Keep what somebody says of an answer; the same said again, without a remark, takes it back."""
        match = _SAY.fullmatch(about)
        conversation = self._parts.runs.open(asking.user, current)
        if match is None or conversation is None:
            return self._shown.nothing
        turn, verdict = int(match[1]), Verdict(match[2])
        exchange = conversation.exchange(turn)
        if exchange is None or exchange.answer is None or exchange.open:
            return self._shown.nothing
        user, store = asking.user.name, self._parts.feedback
        given = {one.turn: one for one in store.of(current, user)}.get(turn)
        if given and given.verdict is verdict and not value:
            store.withdraw(current, turn, user)
        else:
            history = Conversation(conversation.exchanges[: turn - 1]).history()
            answer = exchange.answer.to_json()
            store.give(
                Feedback(user, current, turn, verdict, datetime.now(UTC), exchange.question, answer, history, value)
            )
        self._parts.audit.note("feedback", asking.user, conversation=current, turn=turn, verdict=str(verdict))
        return self._shown.shown(asking, conversation)


def _key(phase: Phase) -> str:
    """Return what tells whether a page shows the phase as it is."""
    size = phase.service.status() if isinstance(phase, Ready) and not phase.switching else None
    return (
        f"{phase!r} {size}"
        if not isinstance(phase, Ready)
        else (f"{id(phase.service)} {phase.failed_files} {phase.outdated} {phase.indexing} {phase.switching} {size}")
    )


def _chips(examples: list[str]) -> list[Update]:
    shown = [gr.Button(value=example, visible=True) for example in examples]
    return shown + [gr.Button(value="", visible=False)] * (EXAMPLES - len(examples))


def _input(texts: Texts, *, ready: bool) -> Update:
    placeholder = texts.placeholder if ready else texts.placeholder_wait
    return gr.Textbox(label=texts.placeholder, placeholder=placeholder, interactive=ready)
