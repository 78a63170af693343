"""Lists of documents over HTTP: a few at once, one for each user, and nothing else kept waiting."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from desk.http.library import Shelves
from desk.people import User
from tests.desk.stand import ADMIN, EDITOR, INSIDER, READER, Stand, as_user, served

LISTS = "/api/v1/documents"


class Slow:
    """Holds lists back until they are let go, and counts how many are looked up at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        self.begun = 0
        self._page = Shelves.page
        monkeypatch.setattr(Shelves, "page", lambda *given, **more: self.page(*given, **more))

    def page(self, *given: Any, **more: Any) -> Any:
        self.begun += 1
        assert self.go_on.wait(20)
        return self._page(*given, **more)

    def wait_for(self, begun: int) -> None:
        end = time.monotonic() + 15
        while self.begun < begun:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_lists_cannot_take_all_threads(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    with served(stand.app) as address, ThreadPoolExecutor(4) as pool, httpx.Client(base_url=address, timeout=30) as web:

        def ask(user: User) -> httpx.Response:
            return web.get(LISTS, params={"text": "春茶"}, headers=as_user(user))

        first = [pool.submit(ask, user) for user in (READER, EDITOR)]
        slow.wait_for(2)
        third = pool.submit(ask, INSIDER)
        again = ask(READER)
        assert again.status_code == 429 and again.json()["error"].endswith("。") and "retry-after" in again.headers
        assert web.get("/api/v1/jobs", headers=as_user(ADMIN)).status_code == 200
        assert slow.begun == 2, "the third waits for one of the two"
        slow.go_on.set()
        assert [one.result().json()["total"] for one in (*first, third)] == [1, 1, 1]
        assert ask(READER).status_code == 200, "its place is free again"
