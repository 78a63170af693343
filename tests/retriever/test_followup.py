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
        ("桐庐县2021年有多少人报名？", "换成2022年呢？", "桐庐县2022年有多少人报名？"),
        ("桐庐县有多少人报名？", "那2022年呢？", "桐庐县2022年有多少人报名？"),
        ("桐庐县有多少人报名？", "鸠江区有多少人报名呢？", "鸠江区有多少人报名呢？"),
        ("桐庐县有多少人报名？", "什么是党建呢？", "什么是党建呢？"),
        ("桐庐县的“春茶计划”是什么时候启动的？", "负责人呢？", "桐庐县的春茶计划的负责人"),
        ("桐庐县的“春茶计划”是什么？", "那鸠江区的“晨光讲堂”呢？", "鸠江区的“晨光讲堂”是什么？"),
        ("浙江省杭州市桐庐县的“春茶计划”是什么？", "它的负责人是谁？", "浙江省杭州市桐庐县的春茶计划的负责人是谁？"),
        ("桐庐县引进多少人才？", "其中博士有多少名？", "桐庐县的人才，其中博士有多少名？"),
        ("桐庐县引进多少人才？", "其他区引进多少人才？", "其他区引进多少人才？"),
        ("桐庐县引进多少人才？", "这个县的书记是谁？", "桐庐县的书记是谁？"),
        ("桐庐县的“春茶计划”是什么？", "它和“晨光讲堂”有什么不同？", "桐庐县的春茶计划和“晨光讲堂”有什么不同？"),
        ("桐庐县和鸠江区各引进多少人才？", "它们的做法有什么不同？", "桐庐县和鸠江区的人才的做法有什么不同？"),
        ("桐庐县2021年引进了多少人才？", "在站的有多少人？", "桐庐县2021年的人才在站的有多少人？"),
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


def test_thanks_and_greetings_in_between_change_nothing(reader: QuestionReader) -> None:
    history = [Turn("user", "你好"), Turn("user", "桐庐县的“春茶计划”是什么？"), Turn("user", "谢谢")]
    assert complete("负责人是谁？", history, reader) == "桐庐县的春茶计划负责人是谁？"
