"""The whole application on a real port, behind the real gate, with users who have logged in and speak as pages do."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from assistant.api import AnswerService
from desk.accounts import Accounts
from desk.database import DeskDatabase
from desk.door import open_door
from desk.opening import Parts
from desk.people import Role
from evals.page_session import PageMap, Step
from tests.desk.stand import Stand, standing
from ui.app import full_app
from ui.server import PageServer, take_port

PASSWORD = "dangjian-2026"
ADMIN, INSIDER, OWNER, THIEF = "甲", "周干部", "李四", "张三"


@dataclass
class Visitor:
    """Somebody with a page that is open. What a page would send is given as values by the names of its components."""

    http: httpx.Client
    page: PageMap
    session: str = field(default_factory=lambda: secrets.token_hex(6))

    def post(self, step: Step, data: list[Any], **more: Any) -> httpx.Response:
        body = {"data": data, "fn_index": step.id, "trigger_id": step.trigger, "session_hash": self.session, **more}
        return self.http.post("/gradio_api/queue/join", json=body)

    def hear(self, session: str = "") -> str:
        """Return all that is told of a session, by default the own one, until nothing is under way in it."""
        where, told, end = {"session_hash": session or self.session}, "", time.monotonic() + 30
        try:
            with self.http.stream("GET", "/gradio_api/queue/data", params=where) as stream:
                for piece in stream.iter_text():
                    told += piece
                    # A session of which another has taken the messages goes on for ever.
                    assert time.monotonic() < end, told
        except httpx.RemoteProtocolError:
            # So a stream ends that there is none of.
            pass
        return told

    def fire(self, step: Step, *data: Any, **more: Any) -> str:
        """Fire one event and return all that is told of it."""
        assert self.post(step, list(data), **more).status_code == 200
        return self.hear()

    def click(self, target: str, current: str = "", value: str = "", search: str = "") -> str:
        event = {"target_name": target, "value": value}
        return self.fire(self.step("select", "oa-on-do"), current, "{}", search, event_data=event)

    def show(self, target: str, current: str) -> str:
        return self.fire(self.step("select", "oa-on-show"), current, event_data={"target_name": target})

    def ask(self, question: str, current: str = "", limits: str = "{}", *, editing: str = "") -> str:
        """Ask, follow the answer, rest, suggest; return all that is told."""
        ask = self.step("submit", "oa-question")
        told = self.fire(ask, question, current, limits, editing)
        return told + self.follow(conversation_of(told) or current)

    def follow(self, current: str) -> str:
        ask = self.step("submit", "oa-question")
        (follow,) = self.page.after(ask)
        (rest,) = self.page.after(follow)
        (suggest,) = self.page.after(rest)
        return self.fire(follow, current) + self.fire(rest, current) + self.fire(suggest, current)

    def look(self, current: str = "") -> str:
        """Load the page, at the address of a conversation where one is given; return all that it shows."""
        # Those of the page of questions come first.
        load, poll, *_ = self.page.on("load")
        self.http.params = {"c": current} if current else {}
        told = self.fire(load) + self.fire(poll, "", current)
        self.http.params = {}
        return told

    def find(self, text: str) -> str:
        return self.fire(self.step("change", "oa-search"), text, "")

    def stop(self, current: str) -> str:
        return self.fire(self.step("stop", "oa-question"), current)

    def step(self, event: str, component: str) -> Step:
        return self.page.on(event, component)[0]


@dataclass
class Site:
    """The application, and a way in."""

    url: str
    accounts: Accounts
    parts: Parts
    stand: Stand

    @contextmanager
    def visitor(self, name: str) -> Iterator[Visitor]:
        headers = {"origin": self.url, "accept-language": "zh-CN"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False) as http:
            assert http.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
            yield Visitor(http, PageMap(http.get("/config").json()))


def conversation_of(told: str) -> str:
    """Return the id of the conversation that a page was told to show."""
    _, _, rest = told.partition('data-conversation=\\"')
    return rest.partition('\\"')[0]


def outcomes(told: str) -> list[Mapping[str, Any]]:
    """Return how each event ended."""
    messages = [json.loads(line.removeprefix("data: ")) for line in told.splitlines() if line.startswith("data: ")]
    return [message for message in messages if message["msg"] == "process_completed"]


@contextmanager
def site_over(root: Path, service: AnswerService | None = None) -> Iterator[Site]:
    """Serve the library of the stand, or what a service answers, to four users; nothing is limited yet."""
    with standing(root, service) as stand, take_port("127.0.0.1", 0) as taken:
        settings = stand.office.settings.model_copy(update={"login": "always"})
        accounts = Accounts(settings.users_file)
        accounts.add(ADMIN, PASSWORD, Role.ADMIN)
        accounts.add(INSIDER, PASSWORD, Role.EDITOR, ["干部处"])
        accounts.add(OWNER, PASSWORD)
        accounts.add(THIEF, PASSWORD, Role.EDITOR)
        database = DeskDatabase(settings.data)
        with open_door(settings, "127.0.0.1") as door:
            parts = Parts.over(stand.engine, settings, database, door)
            ready = threading.Event()
            server = PageServer(full_app(parts, "127.0.0.1", door), on_ready=ready.set)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
            thread.start()
            assert ready.wait(30)
            try:
                yield Site(f"http://127.0.0.1:{taken.getsockname()[1]}", accounts, parts, stand)
            finally:
                server.should_exit = server.force_exit = True
                thread.join(10)
                parts.shelf.close()
                database.close()
