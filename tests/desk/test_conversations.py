"""Conversations are kept as they are, each for its user alone."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError
from core.schema import (
    Answer,
    AnswerStatus,
    Article,
    Chunk,
    Citation,
    CitationStatus,
    Evidence,
    Metadata,
    Passage,
)
from desk.conversations import Conversation, ConversationStore, Stage
from desk.database import DeskDatabase
from desk.limits import Limits
from desk.stored_answers import dump_answer, load_answer
from tests.ui.fakes import CADRES, REFUSED, TALENT

text = st.text(max_size=30)
numbers = st.integers(0, 1000)
metadata = st.builds(Metadata, text, text, text, text, text, text, text, st.lists(text, max_size=2).map(tuple), text)
citations = st.builds(Citation, numbers, text, text, text, text, numbers, numbers, st.sampled_from(CitationStatus))
passages = st.builds(
    Passage,
    st.builds(Chunk, text, text, numbers, numbers, text, st.just(""), st.lists(text, max_size=2).map(tuple)),
    st.builds(Article, text, text, text, st.lists(text, max_size=2).map(tuple), numbers, numbers, metadata),
    text,
    st.floats(allow_nan=False, allow_infinity=False),
    numbers,
    st.lists(text, max_size=2).map(tuple),
    st.none() | st.builds(Evidence, numbers, numbers, st.floats(-9, 9)),
    st.none() | numbers,
)
answers = st.builds(
    Answer,
    text,
    st.sampled_from(AnswerStatus),
    text,
    st.lists(citations, max_size=2).map(tuple),
    st.lists(passages, max_size=2).map(tuple),
    st.lists(text, max_size=2).map(tuple),
    st.dictionaries(text, st.floats(0, 9), max_size=2),
    st.lists(text, max_size=2).map(tuple),
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> ConversationStore:
    return ConversationStore(DeskDatabase(tmp_path), clock)


def shown(answer: Answer) -> Answer:
    """Return an answer without the texts that were embedded, which are not kept."""
    return load_answer(dump_answer(answer))


def asked(*answers: Answer) -> Conversation:
    conversation = Conversation()
    for answer in answers:
        conversation = conversation.ask(answer.question).grow(shown(answer)).close(Stage.DONE)
    return conversation


@given(answers)
def test_an_answer_comes_back_just_as_it_was(answer: Answer) -> None:
    assert load_answer(dump_answer(answer)) == answer


def test_a_conversation_is_kept_turn_by_turn(store: ConversationStore) -> None:
    limits = Limits(place="通川区", from_year=2021)
    first = store.save("甲", Conversation().ask(TALENT.question, limits))
    assert store.get("甲", first.id) == first
    grown = store.save("甲", first.grow(shown(TALENT)).close(Stage.DONE))
    second = store.save("甲", grown.ask(CADRES.question).grow(shown(CADRES)).close(Stage.STOPPED))
    kept = store.get("甲", first.id)
    assert kept == second
    assert kept is not None
    assert kept.title == TALENT.question
    assert kept.exchanges[0].limits == limits


def test_a_last_question_asked_anew_takes_the_place_of_the_old(store: ConversationStore) -> None:
    kept = store.save("甲", asked(TALENT, CADRES))
    anew = store.save("甲", kept.without_last().ask(REFUSED.question).grow(shown(REFUSED)).close(Stage.DONE))
    shorter = store.save("甲", anew.without_last())
    found = store.get("甲", kept.id)
    assert found == shorter
    assert found is not None
    assert [e.question for e in found.exchanges] == [TALENT.question]


def test_nobody_gets_at_the_conversations_of_another(store: ConversationStore) -> None:
    mine = store.save("甲", asked(TALENT))
    assert store.get("乙", mine.id) is None
    assert store.summaries("乙") == []
    assert not store.rename("乙", mine.id, "抢来的")
    assert not store.delete("乙", mine.id)
    assert not store.undelete("乙", mine.id)
    store.save("乙", mine.ask("改写"))
    assert store.get("甲", mine.id) == mine


def test_they_are_listed_by_their_last_use_and_found_by_what_stands_in_them(store: ConversationStore) -> None:
    old, new = store.save("甲", asked(TALENT)), store.save("甲", asked(CADRES))
    assert [s.id for s in store.summaries("甲")] == [new.id, old.id]
    store.save("甲", old.ask("再问一次"))
    assert [s.id for s in store.summaries("甲")] == [old.id, new.id]
    assert [s.turns for s in store.summaries("甲")] == [2, 1]
    assert [s.id for s in store.summaries("甲", "选派年轻")] == [new.id]
    assert [s.id for s in store.summaries("甲", "硕士109名")] == [old.id]
    assert store.summaries("甲", "%") == []
    assert store.rename("甲", new.id, "  选派   笔记 ")
    assert store.summaries("甲", "笔记")[0].title == "选派 笔记"
    assert not store.rename("甲", new.id, "  ")


def test_a_deleted_one_can_be_taken_back_for_a_while(store: ConversationStore, clock: Clock) -> None:
    kept = store.save("甲", asked(TALENT))
    assert store.delete("甲", kept.id)
    assert store.get("甲", kept.id) is None
    assert store.summaries("甲") == []
    assert store.undelete("甲", kept.id)
    assert store.get("甲", kept.id) == kept
    store.delete("甲", kept.id)
    clock.now += timedelta(days=40)
    other = store.save("甲", asked(CADRES))
    store.delete("甲", other.id)
    assert not store.undelete("甲", kept.id)
    assert store.undelete("甲", other.id)


def test_a_new_user_of_an_old_name_finds_nothing(store: ConversationStore) -> None:
    kept = store.save("甲", asked(TALENT))
    assert store.detach("甲") == 1
    assert store.summaries("甲") == []
    assert store.get("甲", kept.id) is None


def test_two_who_save_at_once_lose_nothing(tmp_path: Path) -> None:
    stores = [ConversationStore(DeskDatabase(tmp_path)) for _ in range(2)]
    kept = [stores[n].save(name, asked(TALENT)) for n, name in enumerate("甲乙")]
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(40):
                stores[number].rename("甲乙"[number], kept[number].id, f"第{turn}次")
                kept[number] = stores[number].save("甲乙"[number], kept[number].ask(f"第{turn}问"))
        except StoreError as exc:
            errors.append(exc)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [s.turns for n in range(2) for s in stores[n].summaries("甲乙"[n])] == [41, 41]
    assert (tmp_path / "desk.sqlite3").stat().st_mode & 0o077 == 0 or os.name != "posix"
