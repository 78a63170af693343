"""Answers under way: made whoever looks on, stopped at once, kept when they end; and what may be shown of them later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import AccessError, StoreFullError
from core.schema import Document
from desk.conversations import Conversation, ConversationStore, Stage
from desk.database import DeskDatabase
from desk.desk import Desk
from desk.people import LOCAL, AccessRules, Role, User
from desk.runs import INTERRUPTED, Runs
from desk.veil import changed_markers, veiled
from tests.ui.fakes import CADRES, HEADCOUNT, TALENT, ScriptedService, engine_over

READER = User("读者甲", Role.READER)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs_over(service: ScriptedService, folder: Path, rules: AccessRules | None = None) -> tuple[Runs, Desk]:
    engine = engine_over(lambda: service)
    engine.start()
    wait_until(lambda: type(engine.phase).__name__ == "Ready")
    desk = Desk(engine, lambda: rules or AccessRules())
    return Runs(desk, ConversationStore(DeskDatabase(folder))), desk


def test_many_follow_one_answer_and_it_is_kept_with_its_proofs(tmp_path: Path) -> None:
    hold = threading.Event()
    runs, _ = runs_over(ScriptedService(step_s=0.001, hold=hold), tmp_path)
    run = runs.ask(LOCAL, Conversation(), TALENT.question)
    assert run is not None
    ends: list[Conversation] = []
    threads = [threading.Thread(target=lambda: ends.append(list(run.follow())[-1])) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: run.state.exchanges[-1].answer is not None)
    assert runs.of(run.state.id) is run
    assert runs.ask(LOCAL, run.state, "又一个问题") is None, "the last is still being answered"
    hold.set()
    for thread in threads:
        thread.join(10)
    kept = runs.open(LOCAL, run.state.id)
    assert kept is not None
    assert [end.history() for end in ends] == [kept.history()] * 3
    assert kept.exchanges[-1].stage is Stage.DONE
    assert kept.exchanges[-1].proofs[0].quote == HEADCOUNT
    assert runs.of(kept.id) is None
    again = runs.ask(LOCAL, kept, CADRES.question)
    assert again is not None
    assert list(again.follow())[-1].history()[0].content == TALENT.question


def test_a_stop_does_not_wait_for_the_next_state_and_nothing_comes_after_it(tmp_path: Path) -> None:
    hold = threading.Event()
    runs, _ = runs_over(ScriptedService(step_s=0.001, hold=hold), tmp_path)
    run = runs.ask(LOCAL, Conversation(), TALENT.question)
    assert run is not None
    wait_until(lambda: run.state.exchanges[-1].answer is not None)
    runs.stop(READER, run.state.id)
    assert not run.ended, "it is another's"
    runs.stop(LOCAL, run.state.id)
    stopped = list(run.follow())[-1]
    assert stopped.exchanges[-1].stage is Stage.STOPPED
    following = runs.ask(LOCAL, stopped, CADRES.question)
    hold.set()
    assert following is not None
    list(following.follow())
    kept = runs.open(LOCAL, stopped.id)
    assert kept is not None
    assert [e.stage for e in kept.exchanges] == [Stage.STOPPED, Stage.DONE]


def test_what_cannot_be_answered_is_told_and_the_next_can_be_asked(tmp_path: Path) -> None:
    service = ScriptedService(step_s=0.001, error=StoreFullError("磁盘空间不足。"))
    runs, _ = runs_over(service, tmp_path)
    run = runs.ask(LOCAL, Conversation(), TALENT.question)
    assert run is not None
    ended = list(run.follow())[-1]
    assert (ended.exchanges[-1].stage, ended.exchanges[-1].message) == (Stage.FAILED, "磁盘空间不足。")
    service.error = RuntimeError("secret")
    run = runs.ask(LOCAL, ended, TALENT.question)
    assert run is not None
    assert "secret" not in list(run.follow())[-1].exchanges[-1].message
    service.error = None
    run = runs.ask(LOCAL, list(run.follow())[-1], TALENT.question)
    assert run is not None
    assert list(run.follow())[-1].exchanges[-1].stage is Stage.DONE


def test_an_answer_that_a_restart_cut_off_is_closed(tmp_path: Path) -> None:
    runs, _ = runs_over(ScriptedService(), tmp_path)
    store = ConversationStore(DeskDatabase(tmp_path))
    cut = store.save(LOCAL.name, Conversation().ask(TALENT.question))
    opened = runs.open(LOCAL, cut.id)
    assert opened is not None
    assert (opened.exchanges[-1].stage, opened.exchanges[-1].message) == (Stage.FAILED, INTERRUPTED)


def test_what_was_limited_since_is_no_longer_shown(tmp_path: Path) -> None:
    report = ScriptedService().documents["report"]
    limited = Document("report", "内部/总结.md", report.title, report.text, report.sha256, collection="内部")
    service = ScriptedService(step_s=0.001, documents={"report": limited, "news": ScriptedService().documents["news"]})
    rules: dict[str, frozenset[str]] = {}
    runs, desk = runs_over(service, tmp_path, AccessRules(rules))
    run = runs.ask(READER, Conversation(), TALENT.question)
    assert run is not None
    kept = list(run.follow())[-1]
    assert veiled(kept, READER, desk) == (kept, frozenset())

    rules["内部"] = frozenset({"人才科"})
    seen, missing = veiled(kept, READER, desk)
    assert missing == {1}
    assert seen.exchanges[0].answer is None
    assert seen.exchanges[0].proofs == ()
    with pytest.raises(AccessError):
        desk.source(READER, "report", 0)
    member = User("科员", Role.READER, frozenset({"人才科"}))
    assert veiled(kept, member, desk)[0] == kept
    assert veiled(kept, LOCAL, desk)[0] == kept
    # Of an answer from elsewhere only the passages go that were found there.
    other = runs.ask(READER, Conversation(), CADRES.question)
    assert other is not None
    answer = list(other.follow())[-1]
    assert veiled(answer, READER, desk)[0].exchanges[0].answer is not None


def test_a_quote_that_moved_is_told(tmp_path: Path) -> None:
    service = ScriptedService()
    _, desk = runs_over(service, tmp_path)
    assert changed_markers(TALENT, LOCAL, desk) == frozenset()
    old = service.documents["report"]
    text = old.text.replace("326", "327")
    service.documents["report"] = Document(old.id, old.source, old.title, text, old.sha256)
    assert changed_markers(TALENT, LOCAL, desk) == {1}
    del service.documents["report"]
    assert changed_markers(TALENT, LOCAL, desk) == {1, 2, 3}
