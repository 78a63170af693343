"""What happens when something is clicked or sent. Each handler takes values and returns what the page shows next."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from core.errors import OrgAskError
from desk.desk import Desk
from desk.people import LOCAL
from desk.phases import Empty, Failed, Phase, Ready
from ui import cards
from ui.conversation import Conversation, Stage
from ui.panel import empty_panel, message_panel, source_panel
from ui.render import messages
from ui.running import Run, Runs
from ui.sources import find_view
from ui.texts import Texts, texts_for

log = logging.getLogger(__name__)

EXAMPLES = 6
QUESTION_LIMIT = 2000
STOP_TIMEOUT_S = 5.0

Update = Any


class Handlers:
    """The events of the page over one `Desk`. Holds no conversation: that is handed in and out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs = Runs()

    def words(self, request: gr.Request) -> tuple[Update, ...]:
        """Put the page into the browser's language: new-conversation button, panel, hint."""
        texts = _texts(request)
        return (
            gr.Button(value=texts.new_chat),
            empty_panel(texts),
            cards.hint(texts.hint),
        )

    def poll(self, conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        """Show the phase of the start: header, notice, card, welcome, its text, chips, input, timer."""
        texts = _texts(request)
        phase = self._desk.engine.phase
        ready = isinstance(phase, Ready)
        status = phase.service.status() if isinstance(phase, Ready) else None
        examples = self._examples(phase)
        welcome = ready and not conversation.exchanges
        return (
            cards.header(status, texts),
            gr.HTML(value=cards.notice(phase, texts), visible=bool(cards.notice(phase, texts))),
            gr.HTML(value=cards.state_card(phase, texts), visible=not ready),
            gr.Column(visible=welcome),
            cards.welcome(texts, examples=bool(examples)),
            *_chips(examples),
            _input(texts, ready=ready),
            gr.Timer(active=not isinstance(phase, Ready | Empty | Failed)),
        )

    def ask(self, question: str, conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        """Take in a question: input, conversation, chat, welcome, hint. The answer is made by `answer`."""
        texts = _texts(request)
        question = question.strip()
        refusal = self._refusal(question, texts)
        if not refusal and not self._runs.begin(_session(request)):
            refusal = texts.hint_busy
        if refusal:
            # The conversation may be growing at this moment, so it is left alone.
            return gr.skip(), gr.skip(), gr.skip(), gr.skip(), cards.hint(refusal, warning=True)
        conversation = conversation.ask(question)
        return (
            gr.Textbox(value="", submit_btn=False, stop_btn=texts.stop),
            conversation,
            gr.update(value=messages(conversation, texts), visible=True),
            gr.Column(visible=False),
            cards.hint(texts.hint),
        )

    def answer(self, conversation: Conversation, request: gr.Request) -> Iterator[tuple[Update, ...]]:
        """Answer the question that waits, if one does: conversation, chat.

        Nothing else writes the conversation while this runs, a stop included.
        """
        texts = _texts(request)
        run = self._runs.claim(_session(request))
        if run is None:
            yield gr.skip(), gr.skip()
            return
        try:
            for grown in self._growing(run, conversation, texts):
                yield grown, messages(grown, texts)
        finally:
            # Also where the page was closed in the middle.
            run.stopped.set()
            self._runs.end(_session(request), run)

    def _growing(self, run: Run, conversation: Conversation, texts: Texts) -> Iterator[Conversation]:
        if not conversation.busy:
            return
        question = conversation.exchanges[-1].question
        try:
            for answer in run.follow(self._desk.ask(LOCAL, question, conversation.history())):
                conversation = conversation.grow(answer)
                yield conversation
            yield conversation.close(Stage.STOPPED if run.stopped.is_set() else Stage.DONE)
        except OrgAskError as exc:
            log.warning("%s", exc)
            yield conversation.close(Stage.FAILED, str(exc))
        except Exception:
            log.exception("a question could not be answered")
            yield conversation.close(Stage.FAILED, texts.failed)

    def rest(self, conversation: Conversation, request: gr.Request) -> Update:
        """Make the input ready for the next question."""
        texts = _texts(request)
        if conversation.busy:
            return gr.skip()
        return gr.Textbox(submit_btn=texts.send, stop_btn=False)

    def stop(self, request: gr.Request) -> None:
        """End the answer that is being made; `answer` itself shows how far it came."""
        self._runs.stop(_session(request), STOP_TIMEOUT_S)

    def give_up(self, conversation: Conversation, request: gr.Request) -> tuple[Update, ...]:
        """After a stop, close an answer that never began: conversation, chat, input."""
        if not conversation.busy:
            return gr.skip(), gr.skip(), gr.skip()
        texts = _texts(request)
        conversation = conversation.close(Stage.STOPPED)
        return conversation, messages(conversation, texts), gr.Textbox(submit_btn=texts.send, stop_btn=False)

    def clear(self, request: gr.Request) -> tuple[Update, ...]:
        """Begin a new conversation: conversation, chat, welcome, panel, input, hint."""
        texts = _texts(request)
        ready = isinstance(self._desk.engine.phase, Ready)
        return (
            Conversation(),
            gr.Chatbot(value=[], visible=False),
            gr.Column(visible=ready),
            empty_panel(texts),
            gr.Textbox(value="", submit_btn=texts.send, stop_btn=False),
            cards.hint(texts.hint),
        )

    def show(self, conversation: Conversation, event: gr.EventData, request: gr.Request) -> str:
        """Show what a clicked number stands for: panel."""
        texts = _texts(request)
        try:
            view = find_view(str(event.target_name), conversation, partial(self._desk.source, LOCAL), texts)
        except OrgAskError as exc:
            return message_panel(str(exc) or texts.source_gone, texts)
        except Exception:
            log.exception("a source could not be shown")
            return message_panel(texts.failed, texts)
        return source_panel(view, texts) if view else empty_panel(texts)

    def _examples(self, phase: Phase) -> list[str]:
        if not isinstance(phase, Ready):
            return []
        try:
            return self._desk.examples(LOCAL, EXAMPLES)
        except Exception:
            # The page is of use without examples, not without an input.
            log.exception("no example questions")
            return []

    def _refusal(self, question: str, texts: Texts) -> str:
        if not question:
            return texts.hint_empty
        if not isinstance(self._desk.engine.phase, Ready):
            return texts.placeholder_wait
        if len(question) > QUESTION_LIMIT:
            return texts.hint_long.format(count=f"{len(question):,}", limit=f"{QUESTION_LIMIT:,}")
        return ""


def _texts(request: gr.Request) -> Texts:
    return texts_for(request.headers.get("accept-language"))


def _session(request: gr.Request) -> str:
    return request.session_hash or ""


def _chips(examples: list[str]) -> list[Update]:
    shown = [gr.Button(value=example, visible=True) for example in examples]
    return shown + [gr.Button(value="", visible=False)] * (EXAMPLES - len(examples))


def _input(texts: Texts, *, ready: bool) -> Update:
    return gr.Textbox(
        interactive=ready,
        placeholder=texts.placeholder if ready else texts.placeholder_wait,
        submit_btn=texts.send,
    )
