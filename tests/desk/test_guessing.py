"""Guessing is slowed and locked, forgiven in time, and cannot fill the memory."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import guessing
from desk.guessing import ADDRESS, LOCK_S, NAME, TOGETHER, Guessing


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


def test_the_first_mistakes_cost_nothing_then_waits_grow_to_a_lock(clock: Clock) -> None:
    made, waits = Guessing(clock), []
    for _ in range(50):
        claim = made.claim("张三", "10.0.0.1")
        if claim.wait_s:
            waits.append(claim.wait_s)
            if claim.wait_s >= LOCK_S:
                break
            clock.now += claim.wait_s
    assert waits == [1, 2, 4, 8, 16, 32, 60, LOCK_S]
    clock.now += LOCK_S - 1
    assert made.claim("张三", "10.0.0.1").wait_s == pytest.approx(1)
    clock.now += 1
    assert made.claim("张三", "10.0.0.1").wait_s == 0


def test_who_waits_is_not_made_to_wait_longer_by_asking(clock: Clock) -> None:
    made = Guessing(clock)
    for _ in range(500):
        made.claim("张三", "10.0.0.1")
    assert made.claim("张三", "10.0.0.1").wait_s == 1


def test_others_are_not_locked_out_by_one_who_guesses(clock: Clock) -> None:
    made = Guessing(clock)
    for _ in range(1000):
        if made.claim("张三", "10.0.0.1").locks:
            break
        clock.now += 1
    assert made.claim("张三", "10.0.0.1").wait_s == LOCK_S
    assert made.claim("张三", "10.0.0.2").wait_s == 0
    assert made.claim("李四", "10.0.0.1").wait_s == 0


def test_many_names_from_one_address_are_slowed_and_locked(clock: Clock) -> None:
    made, waits, number = Guessing(clock), [], 0
    while not waits or waits[-1] < LOCK_S:
        number += 1
        claim = made.claim(f"user{number}", "10.0.0.1")
        waits.append(claim.wait_s)
        clock.now += claim.wait_s
        assert number < 10 * ADDRESS.lock_at
    assert waits[: ADDRESS.free] == [0] * ADDRESS.free
    assert made.claim("another", "10.0.0.2").wait_s == 0


def test_many_addresses_against_one_name_are_slowed_and_locked(clock: Clock) -> None:
    made, waits, number = Guessing(clock), [], 0
    while not waits or waits[-1] < LOCK_S:
        number += 1
        claim = made.claim("张三", f"10.0.{number // 250}.{number % 250}")
        waits.append(claim.wait_s)
        clock.now += claim.wait_s
        assert number < 10 * NAME.lock_at
    assert waits[: NAME.free] == [0] * NAME.free
    assert made.claim("李四", "10.0.0.1").wait_s == 0


def test_the_slips_of_an_office_over_a_day_add_up_to_nothing(clock: Clock) -> None:
    made = Guessing(clock)
    for number in range(200):
        clock.now += 180
        assert made.claim(f"user{number % 40}", "10.0.0.1").wait_s == 0


def test_addresses_of_one_ipv6_network_count_as_one(clock: Clock) -> None:
    made = Guessing(clock)
    for number in range(TOGETHER.free):
        assert made.claim("张三", f"fd00:1:2:3::{number}").wait_s == 0
    assert made.claim("张三", "fd00:1:2:3::ffff").wait_s > 0
    assert made.claim("张三", "fd00:1:2:4::1").wait_s == 0


def test_the_right_password_takes_its_own_try_back_and_no_others(clock: Clock) -> None:
    made = Guessing(clock)
    for _ in range(1000):
        assert made.claim("张三", "10.0.0.1").wait_s == 0
        made.succeeded("张三", "10.0.0.1")
    assert len(made) == 0
    for number in range(ADDRESS.free - 1):
        made.claim(f"user{number}", "10.0.0.1")
    assert made.claim("张三", "10.0.0.1").wait_s == 0
    made.succeeded("张三", "10.0.0.1")
    assert made.claim("other", "10.0.0.1").wait_s == 0
    assert made.claim("another", "10.0.0.1").wait_s > 0, "an own account opens no way to go on guessing"


def test_a_hundred_tries_at_once_are_no_more_than_one_after_the_other(clock: Clock) -> None:
    made, let_in = Guessing(clock), []

    def guess() -> None:
        if made.claim("张三", "10.0.0.1").wait_s == 0:
            let_in.append(1)

    threads = [threading.Thread(target=guess) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == TOGETHER.free


def test_memory_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "_CAPACITY", 50)
    made = Guessing(clock)
    for number in range(500):
        made.claim(f"{number}" + "x" * 10_000, f"10.0.{number // 250}.{number % 250}")
    assert len(made) <= 150


@given(st.lists(st.floats(0, 30), max_size=200))
def test_however_it_is_timed_nobody_guesses_more_often_than_the_lock_allows(steps: list[float]) -> None:
    clock, let_in = Clock(), []
    made = Guessing(clock)
    for step in steps:
        clock.now += step
        if made.claim("张三", "10.0.0.1").wait_s == 0:
            let_in.append(clock.now)
    for first, last in zip(let_in, let_in[TOGETHER.lock_at + 1 :], strict=False):
        assert last - first >= LOCK_S
