"""One open page of the web app, without a browser: the same requests, in the same order, over HTTP."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from core.errors import NotReadyError

_API = "/gradio_api"
_ENDED = "process_completed"
_TOLD: dict[str, Any] = {"textbox": "", "checkbox": False}
"""Kinds of components whose values a page tells when an event is fired, and what they hold at first."""
_UNANSWERED = "网页没有按约定回答，请确认地址是本程序的网页，版本也相同。"

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the page: what it is fired with, and what it changes."""

    id: int
    trigger: int | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class PageMap:
    """Which events the page has, as its configuration tells."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.kinds = {one["id"]: str(one["type"]) for one in config["components"]}
        told = [one for one in config["components"] if one["type"] in _TOLD]
        self.values = {one["id"]: one["props"].get("value") or _TOLD[one["type"]] for one in told}
        self.names = {one["props"].get("elem_id"): int(one["id"]) for one in config["components"]}
        self._every = list(config["dependencies"])
        self._events = [one for one in self._every if one["queue"]]

    def on(self, event: str, component: str = "") -> list[Step]:
        """Return the steps that an event of a component begins, by its name; without a name, of any."""
        wanted = self.names.get(component) if component else None
        if component and wanted is None:
            raise NotReadyError(_UNANSWERED)
        return [
            _step(one, trigger)
            for one in self._events
            for trigger, happened in one["targets"]
            if happened == event and (wanted is None or trigger == wanted)
        ]

    def once_cancelled(self, event: str, component: str) -> list[Step]:
        """Return the steps that begin when an event, which itself only ends others in the page, has done so."""
        wanted = self.names.get(component)
        ending = [one["id"] for one in self._every if [wanted, event] in [list(target) for target in one["targets"]]]
        return [_step(one, wanted) for one in self._events if one["trigger_after"] in ending]

    def after(self, step: Step) -> list[Step]:
        """Return the steps that begin when a step has ended."""
        return [_step(one, step.trigger) for one in self._events if one["trigger_after"] == step.id]


class PageSession:
    """A page that is open: fires events and takes in what comes of them."""

    def __init__(self, http: httpx.AsyncClient, page: PageMap) -> None:
        self.page = page
        self._http = http
        self._hash = secrets.token_hex(6)
        self._values: dict[int, Any] = dict(page.values)
        self._waiting: dict[str, asyncio.Queue[Message]] = {}
        self._early: dict[str, list[Message]] = {}
        self._reader: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def opened(cls, http: httpx.AsyncClient) -> AsyncIterator[PageSession]:
        """Open the page, and hold it open.

        Raises:
            NotReadyError: what answers is not the page.
        """
        await http.get("/")
        try:
            session = cls(http, PageMap((await http.get("/config")).raise_for_status().json()))
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as exc:
            raise NotReadyError(_UNANSWERED) from exc
        beating = asyncio.create_task(session._beat())
        try:
            yield session
        finally:
            for task in filter(None, (beating, session._reader)):
                task.cancel()
                with suppress(asyncio.CancelledError, httpx.HTTPError):
                    await task

    async def fire(self, step: Step, values: Mapping[int, Any] | None = None) -> AsyncIterator[Message]:
        """Fire one event and yield what is told of it, to its end; `values` are what somebody has typed."""
        self._values |= values or {}
        told = asyncio.Queue[Message]()
        body = {
            "data": [self._values.get(one) for one in step.inputs],
            "event_data": None,
            "fn_index": step.id,
            "trigger_id": step.trigger,
            "session_hash": self._hash,
        }
        answer = await self._http.post(f"{_API}/queue/join", json=body)
        event = str(answer.raise_for_status().json()["event_id"])
        for message in self._early.pop(event, ()):
            told.put_nowait(message)
        self._waiting[event] = told
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            while True:
                message = await told.get()
                if message["msg"] == _ENDED:
                    self._take_in(step, message)
                yield message
                if message["msg"] == _ENDED:
                    return
        finally:
            self._waiting.pop(event, None)

    async def run_one(self, step: Step, values: Mapping[int, Any] | None = None) -> list[Message]:
        """Fire one event and nothing after it; return how it ended."""
        return [message async for message in self.fire(step, values) if message["msg"] == _ENDED]

    async def run(self, step: Step, values: Mapping[int, Any] | None = None) -> list[Message]:
        """Fire an event and all that follow it, one after the other; return how each ended."""
        ends = await self.run_one(step, values)
        for following in self.page.after(step):
            ends += await self.run(following)
        return ends

    def _take_in(self, step: Step, end: Message) -> None:
        for component, told in zip(step.outputs, end["output"].get("data") or (), strict=False):
            if component in self._values and isinstance(told, dict):
                self._values[component] = told.get("value", self._values[component])
            elif component in self._values:
                self._values[component] = told

    async def _read(self) -> None:
        """Hand on what is told, as long as anything is waited for; the server ends the stream when all has ended."""
        where = {"session_hash": self._hash}
        while self._waiting:
            try:
                async with self._http.stream("GET", f"{_API}/queue/data", params=where) as stream:
                    stream.raise_for_status()
                    async for line in stream.aiter_lines():
                        if line.startswith("data:"):
                            self._hand_on(json.loads(line.removeprefix("data:")))
            except httpx.HTTPError:
                self._give_up()

    def _give_up(self) -> None:
        for event in list(self._waiting):
            self._hand_on({"msg": _ENDED, "event_id": event, "success": False, "output": {}})
            del self._waiting[event]

    def _hand_on(self, message: Message) -> None:
        event = message.get("event_id")
        if message["msg"] == "unexpected_error" and not event:
            self._give_up()
        elif event in self._waiting:
            self._waiting[event].put_nowait(message)
        elif event:
            self._early.setdefault(event, []).append(message)

    async def _beat(self) -> None:
        async with self._http.stream("GET", f"{_API}/heartbeat/{self._hash}") as stream:
            async for _ in stream.aiter_lines():
                pass


def _step(event: Mapping[str, Any], trigger: int | None) -> Step:
    return Step(int(event["id"]), trigger, tuple(event["inputs"]), tuple(event["outputs"]))
