"""The load that is put on the web app: real pages over HTTP, timed; what goes wrong is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ChatModelError, NotReadyError, UsageError
from evals.load import Load, measure, questions_of
from tests.ui.conftest import served
from tests.ui.fakes import EXAMPLE_QUESTIONS, TALENT, ScriptedService, engine_over

SHORT = Load(users=3, minutes=0.08, think_s=(0.0, 0.3))


def test_each_user_asks_waits_and_goes_on(tmp_path: Path) -> None:
    service = ScriptedService(step_s=0.01)
    with served(engine_over(lambda: service), tmp_path) as url:
        found = measure(url, SHORT, say=lambda _: None)
    assert found["errors"] == {}
    assert found["questions"] == len(service.asked) >= SHORT.users
    assert {question for question, _ in service.asked} <= set(EXAMPLE_QUESTIONS)
    assert any(history for _, history in service.asked), "some go on in the same conversation"
    assert 0 < found["first_sentence_s"]["p50"] <= found["whole_answer_s"]["p50"] <= found["whole_answer_s"]["max"]
    assert found["requests_per_s"] > found["questions_per_s"] > 0
    assert all(mb > 50 for mb in found["memory_mb"].values()) and len(found["memory_mb"]) >= 2


def test_what_goes_wrong_is_counted(tmp_path: Path) -> None:
    service = ScriptedService(error=ChatModelError("坏了。"))
    with served(engine_over(lambda: service), tmp_path) as url:
        found = measure(url, SHORT, [TALENT.question], say=lambda _: None)
    assert found["errors"] == {"not answered": found["questions"]} and found["questions"] > 0


@pytest.mark.parametrize("url", ["http://10.0.0.1:7860", "http://evil.example", "127.0.0.1"])
def test_nobody_elses_machine_is_loaded(url: str) -> None:
    with pytest.raises(UsageError):
        measure(url, SHORT)


def test_where_nothing_answers_it_says_so() -> None:
    with pytest.raises(NotReadyError, match="先启动程序"):
        measure("http://127.0.0.1:9", SHORT)


def test_questions_come_from_files_of_either_kind(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in ({"question": "甲"}, {"query": "乙"}, {"id": "x"})), "utf-8")
    assert questions_of(path) == ["甲", "乙"]
    path.write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="question"):
        questions_of(path)
