"""What a follow-up leaves out is filled in from the turns before it."""

from __future__ import annotations

import pytest

from core.schema import Turn
from retriever.followup import complete
from retriever.places import Gazetteer
from retriever.question import QuestionReader, Vocabulary


@pytest.fixture(scope="module")
def reader(gazetteer: Gazetteer) -> QuestionReader:
    return QuestionReader(Vocabulary.load(), gazetteer, ["春茶计划", "晨光讲堂", "人才"], ["桐庐县", "鸠江区"])


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("桐庐县有多少人报名？", "那鸠江区呢？", "鸠江区有多少人报名？"),
        ("桐庐县的“春茶计划”有多少人报名？", "那晨光讲堂呢？", "桐庐县的“晨光讲堂”有多少人报名？"),
        ("桐庐县的“春茶计划”是什么？", "它的负责人是谁？", "桐庐县的春茶计划的负责人是谁？"),
        ("桐庐县的“春茶计划”是什么？", "负责人是谁？", "桐庐县的春茶计划负责人是谁？"),
        ("桐庐县办了几场招聘会？", "什么是党建？", "什么是党建？"),
        ("桐庐县办了几场招聘会？", "有哪些人才公寓？", "有哪些人才公寓？"),
        ("桐庐县办了几场招聘会？", "鸠江区的金融人才政策怎么样？", "鸠江区的金融人才政策怎么样？"),
        ("桐庐县的“春茶计划”是什么？", "鸠江区有多少套人才公寓？", "鸠江区有多少套人才公寓？"),
    ],
)
def test_a_follow_up_is_completed(reader: QuestionReader, before: str, question: str, expected: str) -> None:
    history = [Turn("user", before), Turn("assistant", "……")]
    assert complete(question, history, reader) == expected


def test_a_chain_of_follow_ups_keeps_its_subject(reader: QuestionReader) -> None:
    history = [Turn("user", "桐庐县有多少人报名？"), Turn("user", "那鸠江区呢？")]
    assert complete("那永嘉县呢？", history, reader) == "永嘉县有多少人报名？"


def test_a_first_question_is_left_as_it_is(reader: QuestionReader) -> None:
    assert complete("那鸠江区呢？", [], reader) == "那鸠江区呢？"
