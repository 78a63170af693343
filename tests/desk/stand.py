"""A whole desk over a small real library, with a fake encoder: engine, changes by a real child, interfaces."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api import AnswerService
from assistant.service import Assistant
from core.templates import Templates
from desk.changes import Changes
from desk.desk import Desk
from desk.engine import Engine
from desk.http.app import mount
from desk.indexing import IndexRun
from desk.jobs import Job, Jobs, State
from desk.people import AccessRules, Role, User
from desk.phases import Ready
from desk.shelf import Shelf
from retriever.library import Library
from tests.fakes import FakeEncoder
from tests.office import Office

READER = User("李读者")
EDITOR = User("王编辑", Role.EDITOR)
INSIDER = User("周干部", Role.EDITOR, frozenset({"干部处"}))
ADMIN = User("管理员", Role.ADMIN)
USERS = {str(number): user for number, user in enumerate((READER, EDITOR, INSIDER, ADMIN))}
RULES = AccessRules({"机密": frozenset({"干部处"})})

OPEN = """桐庐县实施“春茶计划”集聚乡村青年人才

桐庐县2022年启动“春茶计划”，面向返乡大学生招募乡村运营人才。当年共有1320人报名，最终录用86人，分到34个行政村任职。
"""
SECRET = """青田县“暗渡计划”干部调整方案

青田县2023年启动“暗渡计划”，拟调整领导干部97人，其中提拔41人，另有56人转任。
"""
FILES = {
    "人才/桐庐.txt": OPEN,
    "机密/青田.txt": SECRET,
    "人才/桐庐<b>二</b>.md": "# 桐庐县青年驿站\n\n桐庐县建成青年驿站18家，提供三天免费住宿。\n",
}

_CHILD = """
import retriever.encoder
from tests.fakes import FakeEncoder
retriever.encoder.open_encoder = lambda *_, **__: FakeEncoder()
import typer
from ingest.__main__ import main
typer.run(main)
"""


class Gate:
    """Stands in for the login: the user of a request is named by its header `x-user`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = dict(scope.get("headers", ())).get(b"x-user", b"").decode()
        if name in USERS:
            scope["state"] = {**scope.get("state", {}), "user": USERS[name]}
        await self._app(scope, receive, send)


def as_user(user: User) -> dict[str, str]:
    return {"x-user": next(key for key, one in USERS.items() if one == user)}


class Stand:
    """The desk over the files of an office."""

    def __init__(self, office: Office, service: AnswerService | None = None) -> None:
        self.office = office
        settings = office.settings

        def open_service() -> AnswerService:
            if service is not None:
                return service
            with ExitStack() as stack:
                library = stack.enter_context(Library.reading(settings, FakeEncoder().name))
                assistant = Assistant(library, office.encoder, Templates.load("answers.toml"))
                assistant.keep(stack.pop_all())
                return assistant

        def runner(job: Job) -> IndexRun:
            options = ["--data", str(settings.data), "--json"]
            command = [sys.executable, "-c", _CHILD, *options, *job.arguments]
            return IndexRun(command, settings.data / "progress.json", wants_report=True)

        self.engine = Engine(open_service, Jobs(runner), wanted=lambda: Library.is_wanted(settings))
        self.desk = Desk(self.engine, lambda: RULES)
        holdings = Shelf(settings.data).looking
        self.noted: list[tuple[str, str]] = []
        self.changes = Changes(self.desk, settings, holdings, self._note)
        self.app = FastAPI(openapi_url=None)

        @self.app.get("/{path:path}")
        def page(path: str) -> str:
            return "the page"

        mount(self.app, self.desk, self.changes, holdings)
        self.app.add_middleware(Gate)

    def _note(self, action: str, user: User, /, **facts: str | int) -> None:
        self.noted.append((action, user.name))

    def client(self, user: User | None) -> TestClient:
        return TestClient(self.app, headers=as_user(user) if user else {}, raise_server_exceptions=False)

    def ended(self, number: int) -> Job:
        """Wait for a job, and for the engine to have taken it in."""
        job = self.engine.jobs.wait(number, 60)
        assert job.state is State.DONE, job
        self.ready()
        return job

    def ready(self) -> None:
        deadline = time.monotonic() + 20
        while not (isinstance(phase := self.engine.phase, Ready) and not phase.switching):
            assert time.monotonic() < deadline, phase
            time.sleep(0.01)

    def id_of(self, source: str) -> str:
        with Shelf(self.office.settings.data).looking() as holdings:
            return next(held.id for held in holdings.list(limit=200).rows if held.source == source)


@contextmanager
def standing(root: Path, service: AnswerService | None = None) -> Iterator[Stand]:
    office = Office(root)
    for name, text in FILES.items():
        office.write(name, text)
    office.ingest()
    stand = Stand(office, service)
    stand.engine.start()
    try:
        stand.ready()
        yield stand
    finally:
        stand.engine.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on loopback and give its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
