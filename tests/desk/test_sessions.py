"""Sessions end: after their time, unused, by logout; what is kept of them lets nobody in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StoreFullError
from desk.database import FILE, DeskDatabase
from desk.sessions import OpenSession, Sessions

HOUR = 3600.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DeskDatabase]:
    """A real file."""
    made = DeskDatabase(tmp_path)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


def test_a_session_is_found_by_its_token_also_after_a_restart(database: DeskDatabase, tmp_path: Path) -> None:
    token = Sessions(database).begin("张三", "stamp")
    database.close()
    again = DeskDatabase(tmp_path)
    assert Sessions(again).find(token) == OpenSession("张三", "stamp")
    assert Sessions(again).find(token[:-1]) is None
    assert Sessions(again).find("") is None
    again.close()


def test_the_file_does_not_hold_the_token(database: DeskDatabase, tmp_path: Path) -> None:
    token = Sessions(database).begin("张三", "stamp")
    database.close()
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))


def test_an_unused_session_ends_after_two_hours(database: DeskDatabase, clock: Clock) -> None:
    sessions = Sessions(database, clock=clock)
    token = sessions.begin("张三", "")
    clock.now += 2 * HOUR - 1
    assert sessions.find(token)
    clock.now += 2 * HOUR
    assert sessions.find(token) is None


def test_a_session_in_use_ends_after_its_hours_all_the_same(database: DeskDatabase, clock: Clock) -> None:
    sessions = Sessions(database, hours=12, clock=clock)
    token = sessions.begin("张三", "")
    for _ in range(11):
        clock.now += HOUR
        assert sessions.find(token)
    clock.now += HOUR
    assert sessions.find(token) is None


def test_what_is_over_is_cleared_away(database: DeskDatabase, clock: Clock) -> None:
    sessions = Sessions(database, clock=clock)
    for _ in range(5):
        sessions.begin("张三", "")
    clock.now += 13 * HOUR
    sessions.begin("李四", "")
    with database.session() as session:
        assert session.connection().exec_driver_sql("SELECT user FROM sessions").fetchall() == [("李四",)]


def test_one_session_can_be_ended(database: DeskDatabase) -> None:
    sessions = Sessions(database)
    one, two, other = sessions.begin("张三", ""), sessions.begin("张三", ""), sessions.begin("李四", "")
    sessions.end(one)
    sessions.end(one)
    assert [sessions.find(token) is not None for token in (one, two, other)] == [False, True, True]


def test_a_full_disk_ends_no_session(
    database: DeskDatabase, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sessions = Sessions(database, clock=clock)
    token = sessions.begin("张三", "")
    clock.now += HOUR
    plain, calls = database.session, []

    def second_fails() -> object:
        calls.append(1)
        if len(calls) == 2:
            raise StoreFullError("磁盘空间不足。")
        return plain()

    monkeypatch.setattr(database, "session", second_fails)
    assert sessions.find(token) == OpenSession("张三", "")
    assert len(calls) == 2
    assert "磁盘空间不足" in caplog.text
