"""What stands under an answer: sources that are old, that disagree, and what is near."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.notes import Remarks
from assistant.service import Assistant
from core.schema import Answer, AnswerStatus, Turn
from core.templates import Templates


@pytest.fixture
def remarks() -> Remarks:
    return Remarks(Templates.load("answers.toml"), lambda sentence: "", lambda: date(2026, 5, 1))


@pytest.mark.parametrize(("year", "old"), [("2021", True), ("2014", True), ("2022", False), ("", False)])
def test_a_text_is_old_after_five_years(remarks: Remarks, year: str, old: bool) -> None:
    notes = list(remarks.age([(1, year)]))
    assert bool(notes) == old
    assert all("[1]" in note and year in note for note in notes)


def test_old_texts_of_one_year_are_named_together(remarks: Remarks) -> None:
    [note] = remarks.age([(1, "2014"), (2, "2014"), (3, "2025")])
    assert "[1][2]" in note and "[3]" not in note


def ask(assistant: Assistant, question: str, *history: tuple[str, str]) -> Answer:
    return assistant.answer(question, [Turn(role, content) for role, content in history])


def test_a_refusal_tells_what_another_place_has_under_its_own_name(assistant: Assistant) -> None:
    answer = ask(assistant, "鸠江区的“春茶计划”有多少人报名？")
    assert answer.status is AnswerStatus.REFUSED
    [note] = [note for note in answer.notes if "桐庐县" in note]
    assert "不属于鸠江区" in note and "春茶计划" in note
    assert "1320" not in note + answer.text


def test_two_texts_that_tell_different_figures_are_both_named(assistant: Assistant) -> None:
    answer = ask(assistant, "遂昌县建成青年驿站多少家？")
    [note] = [note for note in answer.notes if "不一致" in note]
    assert "18家" in note and "25家" in note
    assert "较新的是2023年" in note
    assert {f"[{c.marker}]" for c in answer.citations} >= {"[1]", "[2]"}
    assert "[2]" in note
    assert answer.status is AnswerStatus.GROUNDED


HISTORY = (("user", "桐庐县“春茶计划”有多少人报名？"), ("assistant", "1320人。[1]"))


def test_more_is_told_where_more_is_asked_for(assistant: Assistant) -> None:
    short = ask(assistant, HISTORY[0][1])
    long = ask(assistant, "再详细点", *HISTORY)
    assert long.text.startswith(short.text)
    assert len(long.citations) > len(short.citations)


def test_an_answer_can_be_had_as_a_table(assistant: Assistant) -> None:
    answer = ask(assistant, "换成表格", *HISTORY)
    assert answer.text.startswith("| ")
    assert "1320人" in answer.text


def test_the_dates_of_the_sources_are_told(assistant: Assistant) -> None:
    answer = ask(assistant, "来源是哪一年的？", ("user", "遂昌县建成青年驿站多少家？"), ("assistant", "……"))
    assert "2023" in answer.text
    assert "1320" not in answer.text


def test_only_texts_of_a_year_are_used(assistant: Assistant) -> None:
    history = (("user", "遂昌县建成青年驿站多少家？"), ("assistant", "……"))
    answer = ask(assistant, "只看2021年的", *history)
    assert "18家" in answer.text and "25家" not in answer.text
    assert any("2021年" in note for note in answer.notes)


def test_a_wish_without_a_question_before_it_is_told_so(assistant: Assistant) -> None:
    answer = ask(assistant, "再详细点")
    assert answer.status is AnswerStatus.REFUSED
    assert "先提问" in answer.text


def test_a_summary_goes_through_the_sections_of_a_text(assistant: Assistant) -> None:
    answer = ask(assistant, "总结一下桐庐县的“春茶计划”")
    assert answer.status is AnswerStatus.GROUNDED
    assert answer.text.index("1320人") < answer.text.index("建好平台") < answer.text.index("用好考核")
    assert "鸠江" not in answer.text
