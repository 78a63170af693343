"""Many users at once before a web app that runs: how long they wait, what goes wrong, and what memory it takes.

Each has a page of its own, as a browser would, asks, reads for a while, and asks again or begins anew.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from core.cli import read_jsonl
from core.errors import NotReadyError, UsageError
from desk.door import is_loopback
from evals.page_session import Message, PageMap, PageSession, Step
from evals.processes import memory_mb, serving

_QUESTION, _NEW = "oa-question", "oa-new"
_WAITING, _FAILED = "oa-waiting", "oa-failure"
_POLL_S = 5.0
_TIMEOUT = httpx.Timeout(120.0, connect=20.0)


@dataclass(frozen=True, slots=True)
class Load:
    """How many ask, how long, and between which seconds they read before they go on."""

    users: int = 20
    minutes: float = 5.0
    think_s: tuple[float, float] = (5.0, 15.0)
    seed: int = 0


@dataclass
class Figures:
    """What was measured, of all users. Times are seconds from the question to what is seen of it."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Minutes since the beginning, and megabytes."""

    def to_json(self, seconds: float) -> dict[str, Any]:
        """Return the figures of a run of so many seconds."""
        return {
            "questions": len(self.whole),
            "questions_per_s": round(len(self.whole) / seconds, 2),
            "requests_per_s": round(self.requests / seconds, 1),
            "errors": dict(self.errors),
            "first_sentence_s": _spread(self.first),
            "whole_answer_s": _spread(self.whole),
            "memory_mb": {f"{minute:.2f} min": round(mb) for minute, mb in self.memory},
        }


def measure(url: str, load: Load, questions: Sequence[str] = (), say: Callable[[str], None] = print) -> dict[str, Any]:
    """Ask the app at `url`, which must be on this machine; without questions those that its page proposes.

    Raises:
        NotReadyError: nothing answers there, or not as the page does.
        UsageError: the address is not on this machine.
    """
    parts = urlsplit(url)
    if not parts.hostname or not is_loopback(parts.hostname):
        raise UsageError("只能测本机上的程序，请给出 http://127.0.0.1:端口 这样的地址。")
    process = serving(parts.port or 80)
    before = os.getloadavg()[0]
    try:
        figures, seconds = asyncio.run(_all(url, load, list(questions), process, say))
    except httpx.HTTPError as exc:
        raise NotReadyError(f"{url} 没有回答，请先启动程序，待网页显示已就绪后再测。") from exc
    return {**figures.to_json(seconds), "machine_load": {"before": before, "after": os.getloadavg()[0]}}


def questions_of(path: Path) -> list[str]:
    """Return the questions of a file of JSON lines, which has them as `question` or `query`.

    Raises:
        UsageError: it cannot be read, or holds none.
    """
    found = [str(one.get("question") or one.get("query") or "") for one in read_jsonl(path)]
    if not any(found):
        raise UsageError(f"{path} 中没有问题，每行应有字段 question 或 query。")
    return [one for one in found if one]


async def _all(
    url: str, load: Load, questions: list[str], process: int | None, say: Callable[[str], None]
) -> tuple[Figures, float]:
    figures = Figures()
    async with _client(url, figures) as http, PageSession.opened(http) as page:
        # Fails at once where nobody answers; and brings what the page proposes.
        proposed = await _look_at(page)
    if not questions and not proposed:
        raise NotReadyError("网页没有给出示例问题，请用 --questions 给出问题文件。")
    began = time.monotonic()
    figures.requests = 0
    until = began + load.minutes * 60
    watching = asyncio.create_task(_watch(process, figures, began, say))
    users = [_User(url, load, questions or proposed, figures, number) for number in range(load.users)]
    try:
        await asyncio.gather(*(user.work(until) for user in users))
    finally:
        watching.cancel()
    seconds = time.monotonic() - began
    _note_memory(process, figures, began)
    return figures, seconds


class _User:
    def __init__(self, url: str, load: Load, questions: Sequence[str], figures: Figures, number: int) -> None:
        self._url = url
        self._figures = figures
        self._random = random.Random(f"{load.seed} {number}")
        self._questions = self._random.sample(questions, len(questions))
        self._think_s = load.think_s

    async def work(self, until: float) -> None:
        """Ask and read, until the time is over; a question that has been asked is waited for."""
        # Not all come in the same second.
        await asyncio.sleep(self._random.uniform(0, self._think_s[1]))
        async with _client(self._url, self._figures) as http, PageSession.opened(http) as page:
            await _look_at(page)
            polling = asyncio.create_task(self._poll(page))
            asked = 0
            while time.monotonic() < until:
                if asked and self._random.random() < 0.5:
                    self._check(await page.run(page.page.once_cancelled("click", _NEW)[0]))
                await self._ask(page, self._questions[asked % len(self._questions)])
                asked += 1
                await asyncio.sleep(self._random.uniform(*self._think_s))
            polling.cancel()

    async def _ask(self, page: PageSession, question: str) -> None:
        """Ask, and follow the answer as the page does: asked, followed, at rest, questions to go on with."""
        ask = page.page.on("submit", _QUESTION)[0]
        began = time.monotonic()
        try:
            self._check(await page.run_one(ask, {page.page.names[_QUESTION]: question}))
            follow = page.page.after(ask)[0]
            ended = await self._follow(page, follow, began)
            if ended is None or not ended.get("success", True):
                self._figures.errors["not ended well"] += 1
                return
            self._figures.whole.append(time.monotonic() - began)
            if _FAILED in _last_reply(ended):
                self._figures.errors["not answered"] += 1
            for step in page.page.after(follow):
                self._check(await page.run(step))
        except httpx.HTTPError as exc:
            self._figures.errors[type(exc).__name__] += 1

    def _check(self, ends: list[Message]) -> None:
        failed = sum(not end.get("success", True) for end in ends)
        if failed:
            self._figures.errors["event failed"] += failed

    async def _follow(self, page: PageSession, step: Step, began: float) -> Message | None:
        seen, first = None, 0.0
        async for message in page.fire(step):
            if message["msg"] not in ("process_generating", "process_completed"):
                continue
            # The first message is whole, those after it tell what has changed: nothing before the first sentence does.
            shown = bool(message["output"].get("data", [[]])[0]) if seen else _WAITING not in str(message["output"])
            seen = message
            if shown and not first:
                first = time.monotonic() - began
                self._figures.first.append(first)
        return seen

    async def _poll(self, page: PageSession) -> None:
        while True:
            await asyncio.sleep(_POLL_S)
            try:
                for step in page.page.on("tick"):
                    self._check(await page.run(step))
            except httpx.HTTPError as exc:
                self._figures.errors[type(exc).__name__] += 1


async def _look_at(page: PageSession) -> list[str]:
    """Do what the page does when it has been opened; return the questions that it proposes."""
    # What comes after these two are the events of the other pages.
    steps = page.page.on("load")[:2]
    ends = await asyncio.gather(*(page.run(step) for step in steps))
    return [one for step, some in zip(steps, ends, strict=True) if some for one in _proposed(page.page, step, some[0])]


def _proposed(page: PageMap, step: Step, end: Message) -> list[str]:
    new = page.names[_NEW]
    data = end["output"].get("data") or []
    buttons = [one for at, one in zip(step.outputs, data, strict=False) if page.kinds[at] == "button" and at != new]
    return [str(one["value"]) for one in buttons if isinstance(one, dict) and one.get("value")]


def _last_reply(end: Message) -> str:
    rows = end["output"]["data"][0].get("value") or [{}]
    return str(rows[-1])


async def _watch(process: int | None, figures: Figures, began: float, say: Callable[[str], None]) -> None:
    minute = 0
    while True:
        _note_memory(process, figures, began)
        await asyncio.sleep(max(0.0, began + (minute := minute + 1) * 60 - time.monotonic()))
        say(f"{minute} 分钟：{len(figures.whole)} 个回答，{sum(figures.errors.values())} 个错误。")


def _note_memory(process: int | None, figures: Figures, began: float) -> None:
    if process is not None:
        figures.memory.append(((time.monotonic() - began) / 60, memory_mb(process)))


def _client(url: str, figures: Figures) -> httpx.AsyncClient:
    async def count(_: httpx.Response) -> None:
        figures.requests += 1

    # The server closes what is idle for five seconds: a connection is not used again when it is about to.
    limits = httpx.Limits(keepalive_expiry=2.0)
    hooks = {"response": [count]}
    # No proxy stands between this machine and itself.
    return httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, limits=limits, event_hooks=hooks, trust_env=False)


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    p50, p95 = np.percentile(seconds, (50, 95))
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2), "max": round(max(seconds), 2)}
