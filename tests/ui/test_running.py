"""Answers under way: followed, stopped, one for each page."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from core.schema import Answer
from tests.ui.fakes import CADRES, TALENT
from ui.running import Run, Runs


def test_following_yields_all_answers_and_passes_errors_on() -> None:
    assert list(Run().follow(iter([TALENT, CADRES]))) == [TALENT, CADRES]

    def breaks() -> Iterator[Answer]:
        yield TALENT
        raise ValueError("坏了")

    followed = Run().follow(breaks())
    assert next(followed) == TALENT
    with pytest.raises(ValueError, match="坏了"):
        next(followed)


def test_a_stop_does_not_wait_for_the_next_answer() -> None:
    never = threading.Event()

    def hangs() -> Iterator[Answer]:
        yield TALENT
        never.wait(30)

    run = Run()
    followed = run.follow(hangs())
    assert next(followed) == TALENT
    run.stopped.set()
    assert list(followed) == []
    never.set()


def test_a_page_has_one_run_and_it_is_claimed_once() -> None:
    runs = Runs()
    assert runs.claim("page") is None
    assert runs.begin("page")
    assert not runs.begin("page")
    assert runs.begin("other page")
    run = runs.claim("page")
    assert run
    assert runs.claim("page") is None
    runs.end("page", run)
    assert runs.begin("page")


def test_a_run_that_never_began_is_given_up() -> None:
    runs = Runs()
    assert runs.stop("page", 0.01)
    runs.begin("page")
    assert not runs.stop("page", 0.01)
    assert runs.claim("page") is None
    assert runs.begin("page")
