"""The page of the administrator, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from desk.feedback import Feedback, Verdict
from desk.opening import Parts
from desk.people import LOCAL, Role, User
from tests.ui.fakes import TALENT, ScriptedService, engine_over, parts_over
from ui.admin import serve_admin

HOSTILE = "<script>window.hacked=1</script>"


class As:
    """Makes every request that of one user."""

    def __init__(self, app: ASGIApp, user: User) -> None:
        self._app, self._user = app, user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "state": {"user": self._user}}, receive, send)


def client(parts: Parts, user: User) -> TestClient:
    app = FastAPI()
    serve_admin(app, parts, None)
    return TestClient(As(app, user))


def parts_with_feedback(folder: Path) -> Parts:
    parts = parts_over(engine_over(ScriptedService), folder)
    for turn, verdict in enumerate((Verdict.USEFUL, Verdict.WRONG_FIGURE), start=1):
        said = Feedback("王某", "c", turn, verdict, datetime.now(UTC), TALENT.question, TALENT.to_json(), (), HOSTILE)
        parts.feedback.give(said)
    parts.audit.note("ask", LOCAL, question=HOSTILE)
    return parts


def test_it_shows_what_was_said_and_done_as_text(tmp_path: Path) -> None:
    shown = client(parts_with_feedback(tmp_path), LOCAL).get("/admin")
    assert shown.status_code == 200
    assert "数字有误" in shown.text
    assert shown.text.count("&lt;script&gt;") == 3
    assert "<script" not in shown.text


def test_feedback_is_taken_away_as_a_question_file(tmp_path: Path) -> None:
    got = client(parts_with_feedback(tmp_path), LOCAL).get("/admin/feedback.jsonl")
    cases = [json.loads(line) for line in got.text.splitlines()]
    assert [case["question"] for case in cases] == [TALENT.question] * 2
    assert sum("gold" in case for case in cases) == 1


def test_nobody_else_sees_it(tmp_path: Path) -> None:
    parts = parts_with_feedback(tmp_path)
    for user in (User("读"), User("编", Role.EDITOR)):
        for address in ("/admin", "/admin/feedback.jsonl"):
            refused = client(parts, user).get(address)
            assert refused.status_code == 403
            assert TALENT.question not in refused.text
