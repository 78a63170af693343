"""What people say of answers, in a real file, and the question file that is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.cli import write_jsonl
from core.errors import UsageError
from core.schema import Answer, AnswerStatus, Chunk, CitationStatus, Passage, Turn
from desk.database import DeskDatabase
from desk.feedback import Feedback, FeedbackStore, Verdict, cases
from evals.answers import load_cases, score, summary
from tests.desk.answers import ARTICLE, DOCUMENT, FAIRS, FLATS, REFUSED, TEXT, answered, citation

AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DeskDatabase]:
    database = DeskDatabase(tmp_path)
    yield database
    database.close()


@pytest.fixture
def store(database: DeskDatabase) -> FeedbackStore:
    return FeedbackStore(database)


def said(
    answer: Answer,
    verdict: Verdict = Verdict.USEFUL,
    user: str = "张三",
    turn: int = 1,
    comment: str = "",
    **fields: object,
) -> Feedback:
    given = Feedback(
        user, "c1", turn, verdict, AT, answer.question, json.loads(json.dumps(answer.to_json())), comment=comment
    )
    return replace(given, **fields)


def with_passages() -> Answer:
    chunk = Chunk("k", "a1", 0, len(TEXT), TEXT, TEXT)
    text = f"**34次、2150套**。\n\n“{FAIRS}”[1]“{FLATS}”[2]"
    answer = answered(text, (citation(), citation(FLATS, 2)))
    return replace(answer, passages=(Passage(chunk, ARTICLE, DOCUMENT.source, 1.0, 1),))


def test_what_was_said_is_there_after_the_program_was_closed(tmp_path: Path) -> None:
    one = said(
        with_passages(), Verdict.WRONG_FIGURE, comment="应为36次", history=(Turn("user", "前"), Turn("assistant", "答"))
    )
    database = DeskDatabase(tmp_path)
    FeedbackStore(database).give(one)
    database.close()
    again = DeskDatabase(tmp_path)
    assert FeedbackStore(again).of("c1", "张三") == [one]
    again.close()


def test_saying_it_again_replaces_and_withdrawing_forgets(store: FeedbackStore) -> None:
    store.give(said(answered(), Verdict.MISSING, comment="缺一条"))
    store.give(said(answered(), Verdict.USEFUL))
    assert [(one.verdict, one.comment) for one in store.all()] == [(Verdict.USEFUL, "")]
    assert store.withdraw("c1", 1, "张三")
    assert not store.withdraw("c1", 1, "张三")
    assert store.all() == []


def test_each_user_has_their_own_say_and_all_is_told_with_the_newest_first(store: FeedbackStore) -> None:
    store.give(said(answered(), turn=2))
    store.give(said(REFUSED, turn=1, at=AT + timedelta(hours=1)))
    store.give(said(answered(), user="李四", at=AT + timedelta(hours=2)))
    store.give(said(answered(), conversation_id="c2", at=AT - timedelta(hours=1)))
    assert [one.turn for one in store.of("c1", "张三")] == [1, 2]
    assert [(one.user, one.conversation_id) for one in store.all()] == [
        ("李四", "c1"), ("张三", "c1"), ("张三", "c1"), ("张三", "c2"),
    ]  # fmt: skip


def test_times_of_other_zones_are_kept_as_the_same_moment(store: FeedbackStore) -> None:
    here = AT.astimezone(datetime.now().astimezone().tzinfo)
    store.give(said(answered(), at=here))
    assert store.all()[0].at == AT


def test_a_comment_has_a_limit_and_takes_any_characters(store: FeedbackStore) -> None:
    with pytest.raises(UsageError, match="1001 字，请缩短"):
        store.give(said(answered(), comment="字" * 1001))
    with pytest.raises(UsageError):
        store.give(said(answered(), turn=0))
    store.give(said(answered(), comment=" " + "字" * 1000 + "\n"))
    store.give(said(answered(), comment="半个字符\ud800\x00", turn=2, question="\ud83d问"))
    assert [one.comment for one in store.of("c1", "张三")] == ["字" * 1000, "半个字符"]


def test_a_double_click_is_kept_once(store: FeedbackStore) -> None:
    with ThreadPoolExecutor(8) as clicks:
        list(clicks.map(store.give, [said(answered())] * 8))
    assert len(store.all()) == 1


def test_every_verdict_has_a_name_that_people_read() -> None:
    assert [verdict.label for verdict in Verdict] == ["有用", "数字有误", "出处有误", "内容缺漏"]


def scored(tmp_path: Path, feedback: list[Feedback], *answers: Answer) -> list[tuple[str, ...]]:
    file = tmp_path / "cases.jsonl"
    write_jsonl(file, cases(feedback))
    loaded = load_cases(file)
    scores = [score(case, answer) for case, answer in zip(loaded, answers, strict=True)]
    assert summary(scores)["cases"] == len(feedback)
    return [one.problems for one in scores]


def test_a_useful_answer_becomes_a_case_that_it_passes_and_a_worse_one_does_not(tmp_path: Path) -> None:
    answer = with_passages()
    (record,) = cases([said(answer, history=(Turn("user", "前"),))])
    assert record["gold"] == [{"source": DOCUMENT.source, "quote": FAIRS}, {"source": DOCUMENT.source, "quote": FLATS}]
    assert record["must_contain"] == ["34次", "2150套"]
    assert record["history"] == [{"role": "user", "content": "前"}]
    assert scored(tmp_path, [said(answer)], answer) == [()]
    assert scored(tmp_path, [said(answer)], replace(answer, text="34次")) == [("lacks 2150套",)]
    assert scored(tmp_path, [said(answer)], REFUSED) != [()]
    file = tmp_path / "cases.jsonl"
    (case,) = load_cases(file)
    assert score(case, answer).all_gold is True


def test_a_quote_that_failed_its_check_is_no_gold() -> None:
    failed = answered("“甲”[1]", (citation(status=CitationStatus.FAILED),), AnswerStatus.PARTIAL)
    assert cases([said(failed)])[0]["gold"] == []


def test_a_useful_refusal_becomes_a_case_of_refusing(tmp_path: Path) -> None:
    assert scored(tmp_path, [said(REFUSED)], REFUSED) == [()]
    assert scored(tmp_path, [said(REFUSED)], answered()) == [("not refused",)]


@pytest.mark.parametrize("verdict", [Verdict.WRONG_FIGURE, Verdict.WRONG_SOURCE, Verdict.MISSING])
def test_what_was_wrong_is_kept_for_a_person_and_claims_nothing(tmp_path: Path, verdict: Verdict) -> None:
    answer = answered(status=AnswerStatus.PARTIAL)
    (record,) = cases([said(answer, verdict, comment="应为36次")])
    assert record.keys() == {"id", "type", "question", "review"}
    assert record["type"] == "review"
    assert record["review"]["comment"] == "应为36次"
    assert record["review"]["answer"] == answer.text
    assert "张三" not in json.dumps(record, ensure_ascii=False)
    assert scored(tmp_path, [said(answer, verdict)], answer) == [()]


def test_ids_stay_when_somebody_changes_their_mind_and_differ_else() -> None:
    one, two, three = said(answered()), said(answered(), turn=2), said(answered(), user="李四")
    ids = [record["id"] for record in cases([one, two, three])]
    assert len(set(ids)) == 3
    assert ids == sorted(ids)
    changed = said(REFUSED, Verdict.MISSING, comment="x", at=AT + timedelta(days=1))
    assert cases([changed])[0]["id"] == cases([one])[0]["id"]
