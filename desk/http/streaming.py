"""An answer as it grows, as server-sent events: `state` events, each with the whole answer so far, and one `done`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio import CancelScope, Event, create_task_group, move_on_after
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core.errors import OrgAskError, TooManyError
from desk.http.asking import Asking
from desk.http.refusals import FAULT, refusal_of, told
from desk.http.requests import AskForm, turns_of
from desk.http.shown import answer_json
from desk.people import User

log = logging.getLogger(__name__)

STILL_THERE_S = 15.0
"""Seconds without news after which a comment is sent, so that nothing on the way takes the line for dead."""
_STATE, _DONE, _ERROR = "state", "done", "error"
_STILL_THERE = b": \n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # A proxy that gathers the answer first would take away what it is for.
    (b"x-accel-buffering", b"no"),
]


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    data: Mapping[str, Any]

    def encoded(self) -> bytes:
        # JSON has no line breaks; half a character stays the escape that JSON has for it.
        data = json.dumps(self.data, ensure_ascii=False).encode("utf-8", "backslashreplace")
        return f"event: {self.name}\ndata: ".encode() + data + b"\n\n"


class _Newest:
    """Holds the newest event only: whoever reads slowly leaves some states out and misses nothing."""

    def __init__(self) -> None:
        self._event: _Event | None = None
        self._came = Event()

    def put(self, event: _Event) -> None:
        self._event = event
        self._came.set()

    async def take(self) -> _Event | None:
        """Return the newest event, once; None where there is none for a while."""
        with move_on_after(STILL_THERE_S):
            await self._came.wait()
        event, self._event, self._came = self._event, None, Event()
        return event


class AnswerStream(Response):
    """Answers one question; when the client goes away, it ends with the next state."""

    def __init__(self, asking: Asking, user: User, form: AskForm) -> None:
        self._asking = asking
        self._user = user
        self._form = form
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            with self._asking.turn(self._user):
                await self._serve(receive, send)
        except TooManyError as exc:
            await refusal_of(exc)(scope, receive, send)

    async def _serve(self, receive: Receive, send: Send) -> None:
        newest = _Newest()
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async with create_task_group() as tasks:
            tasks.start_soon(_watch, receive, tasks.cancel_scope)
            tasks.start_soon(self._answer, newest)
            ended = False
            while not ended:
                event = await newest.take()
                ended = event is not None and event.name in (_DONE, _ERROR)
                body = event.encoded() if event else _STILL_THERE
                await send({"type": "http.response.body", "body": body, "more_body": not ended})
            tasks.cancel_scope.cancel()

    async def _answer(self, newest: _Newest) -> None:
        try:
            answer = await self._asking.answer(
                self._user,
                self._form.question,
                turns_of(self._form.history),
                self._form.limits.limits,
                lambda state: newest.put(_Event(_STATE, answer_json(state))),
            )
            newest.put(_Event(_DONE, answer_json(answer)))
        except OrgAskError as exc:
            status, sentence = told(exc, self._user, failed=self._asking.failed)
            newest.put(_Event(_ERROR, {"error": sentence, "status": status}))
        except Exception:
            log.exception("an answer could not be given")
            newest.put(_Event(_ERROR, {"error": FAULT, "status": 500}))


async def _watch(receive: Receive, scope: CancelScope) -> None:
    """End the answer when nobody listens any more."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
