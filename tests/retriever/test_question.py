"""How questions are read: what they name, and what they ask for."""

from __future__ import annotations

import pytest

from retriever.places import Gazetteer
from retriever.question import Ask, QuestionReader, Vocabulary


@pytest.fixture(scope="module")
def reader(gazetteer: Gazetteer) -> QuestionReader:
    return QuestionReader(Vocabulary.load(), gazetteer, ["春茶计划", "晨光讲堂", "人才"], ["桐庐县", "鸠江区"])


@pytest.mark.parametrize(
    ("question", "ask"),
    [
        ("录用了多少人？", Ask.NUMBER),
        ("一共有几家？", Ask.NUMBER),
        ("花了多少钱？", Ask.MONEY),
        ("由谁牵头？", Ask.PERSON),
        ("什么时候启动的？", Ask.DATE),
        ("哪个单位牵头？", Ask.UNIT),
        ("有哪些措施？", Ask.LIST),
        ("“春茶计划”是什么意思？", Ask.DEFINITION),
        ("两地的做法有什么不同？", Ask.COMPARE),
        ("有没有先例？", Ask.PRECEDENT),
        ("介绍一下。", Ask.OTHER),
    ],
)
def test_what_is_asked_for_is_recognised(reader: QuestionReader, question: str, ask: Ask) -> None:
    assert ask in reader.read(question).asks


def test_what_a_theme_is_needs_no_definition(reader: QuestionReader) -> None:
    assert Ask.DEFINITION not in reader.read("桐庐县这次活动的主题是什么？").asks


def test_places_names_and_years_are_found(reader: QuestionReader) -> None:
    question = reader.read("桐庐2022年的春茶计划和鸠江区的“双导师”制度，各有多少人参加？")
    assert [place.name for place in question.places] == ["桐庐", "鸠江区"]
    assert set(question.names) == {"双导师", "春茶计划"}
    assert question.years == ("2022",)


def test_a_name_by_its_form_is_found_without_quotation_marks(reader: QuestionReader) -> None:
    assert reader.read("鸠江区的青松计划有多少人？").names == ("青松计划",)


def test_the_place_in_the_name_of_a_university_is_no_place_of_the_question(reader: QuestionReader) -> None:
    assert [place.name for place in reader.read("鸠江区和北京师范大学合作了什么？").places] == ["鸠江区"]


def test_an_ordinary_word_that_somebody_quoted_is_no_name(reader: QuestionReader) -> None:
    assert "人才" not in reader.read("鸠江区引进了多少人才？").names
