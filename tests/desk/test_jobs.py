"""Changes that people have asked for: done one after the other, and not lost by a stop of the program."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import NotIndexedError, TooManyError
from desk.database import DeskDatabase
from desk.indexing import Outcome
from desk.jobs import Job, Jobs, State, Work
from desk.kept_jobs import JobStore
from desk.people import LOCAL, AccessRules, Role, User
from tests.ui.fakes import ScriptedIndexer


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def recording(done: list[tuple[str, ...]], hold: threading.Event | None = None) -> Callable[[Job], ScriptedIndexer]:
    class Runner(ScriptedIndexer):
        def __init__(self, job: Job) -> None:
            super().__init__()
            self._job = job
            self._stopped = False

        def run(self) -> Outcome:
            if hold is not None:
                hold.wait(10)
            if not self._stopped:
                done.append(self._job.arguments)
            return Outcome(report={"added": 1})

        def stop(self) -> None:
            self._stopped = True
            if hold is not None:
                hold.set()

    return Runner


def test_they_are_done_in_order_and_tell_their_report() -> None:
    done: list[tuple[str, ...]] = []
    jobs = Jobs(recording(done))
    first = jobs.submit(Work.ADD, "甲", ["一.txt"], ["一"])
    second = jobs.submit(Work.REMOVE, "乙", ["二.txt"], ["--remove", "二"])
    assert [job.state for job in jobs.all()] == [State.WAITING] * 2
    jobs.start()
    assert jobs.wait(second.number, 10).state is State.DONE
    assert done == [("一",), ("--remove", "二")]
    assert jobs.wait(first.number, 10).report == {"added": 1}
    assert jobs.ended == 2
    jobs.close()


def test_one_that_refuses_says_why() -> None:
    jobs = Jobs(lambda job: ScriptedIndexer(error=NotIndexedError("资料库正在更新。")))
    job = jobs.submit(Work.ADD, "甲", [], [])
    jobs.start()
    wait_until(lambda: jobs.running() is not None)
    jobs.running()
    jobs._runner.done.set()  # type: ignore[union-attr]
    ended = jobs.wait(job.number, 10)
    assert (ended.state, ended.message, ended.refused) == (State.FAILED, "资料库正在更新。", True)


def test_a_stop_loses_none_of_them(tmp_path: Path) -> None:
    done: list[tuple[str, ...]] = []
    hold = threading.Event()
    jobs = Jobs(recording(done, hold), JobStore(DeskDatabase(tmp_path)))
    jobs.start()
    for number in range(3):
        jobs.submit(Work.CORRECT, "甲", [f"{number}.txt"], ["--correct", str(number)], [f"/{number}"])
    jobs.submit(Work.START, "", [], ["corpus"])
    wait_until(lambda: jobs.running() is not None)
    jobs.close()
    assert done == []

    again = Jobs(recording(done), JobStore(DeskDatabase(tmp_path)))
    again.start()
    wait_until(lambda: again.ended == 3)
    assert done == [("--correct", "0"), ("--correct", "1"), ("--correct", "2")]
    assert [job.user for job in again.all()] == ["甲"] * 3
    again.close()
    assert JobStore(DeskDatabase(tmp_path)).take() == []


def test_nobody_fills_the_queue() -> None:
    jobs = Jobs(recording([]))
    for number in range(20):
        jobs.submit(Work.REINDEX, "甲", [], [str(number)])
    with pytest.raises(TooManyError):
        jobs.submit(Work.REINDEX, "甲", [], ["21"])
    jobs.submit(Work.REINDEX, "乙", [], ["1"])


def test_a_limit_holds_however_the_name_is_typed() -> None:
    from desk.desk import Desk
    from tests.ui.fakes import ScriptedService, engine_over

    rules = AccessRules({"人才(内部)": frozenset({"人才科"})})
    desk = Desk(engine_over(ScriptedService), lambda: rules, collections=lambda: ["人才（内部）", "公开"])
    reader = User("甲", Role.READER)
    assert desk.hidden(reader) == ("人才(内部)", "人才（内部）")
    assert not desk.may_read(reader, "人才（内部）/a.docx")
    assert desk.may_read(reader, "公开/a.docx")
    assert desk.hidden(User("乙", Role.READER, frozenset({"人才科"}))) == ()
    assert desk.hidden(LOCAL) == ()
