"""Comparisons are searched part by part; a question to many texts shows passages of many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.schema import Article, Chunk, Passage
from retriever.parts import in_turn, many_texts_first, parts_of
from retriever.places import Gazetteer
from retriever.question import QuestionReader, Vocabulary
from retriever.search import Searcher
from tests.office import Office, report_text

PLACES = ("湄潭县", "晋江市", "繁昌区", "桐庐县")


@pytest.fixture(scope="module")
def reader(gazetteer: Gazetteer) -> QuestionReader:
    return QuestionReader(Vocabulary.load(), gazetteer, ["春茶计划", "晨光讲堂"], ["桐庐县", "鸠江区"])


@pytest.fixture
def stocked(office: Office) -> Office:
    for number, place in enumerate(PLACES):
        office.write(f"{place}.txt", report_text(place, f"{place[:2]}英才", 300 + 40 * number, sentences=24))
    office.ingest()
    return office


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("桐庐县和鸠江区的招聘会有什么不同？", ["桐庐县的招聘会有什么不同？", "鸠江区的招聘会有什么不同？"]),
        (
            "桐庐县的春茶计划和鸠江区的晨光讲堂有什么区别？",
            ["桐庐县的春茶计划", "鸠江区的晨光讲堂有什么区别？"],
        ),
        ("桐庐县、鸠江区各引进多少人？", ["桐庐县各引进多少人？", "鸠江区各引进多少人？"]),
        ("2023年桐庐县和鸠江区各引进多少人？", ["2023年桐庐县各引进多少人？", "2023年鸠江区各引进多少人？"]),
        (
            "桐庐县的人才公寓和鸠江区的人才公寓分别有多少套？",
            ["桐庐县的人才公寓分别有多少套？", "鸠江区的人才公寓分别有多少套？"],
        ),
        ("桐庐县有多少套人才公寓，鸠江区呢？", ["桐庐县有多少套人才公寓", "鸠江区有多少套人才公寓"]),
        ("桐庐县以及鸠江区有何异同", ["桐庐县有何异同", "鸠江区有何异同"]),
        ("桐庐县/鸠江区人才政策对比", ["桐庐县人才政策对比", "鸠江区人才政策对比"]),
        ("浙江省桐庐县和安徽省鸠江区各有多少人？", ["浙江省桐庐县各有多少人？", "安徽省鸠江区各有多少人？"]),
        ("桐庐县2021年和2022年各引进多少人？", ["桐庐县2021年各引进多少人？", "桐庐县2022年各引进多少人？"]),
        (
            "桐庐县的“春茶计划”和“鸠江区讲堂”有什么不同？",
            ["桐庐县的“春茶计划”有什么不同？", "桐庐县的“鸠江区讲堂”有什么不同？"],
        ),
        ("“春茶计划”和“晨光讲堂”有什么不同？", ["“春茶计划”有什么不同？", "“晨光讲堂”有什么不同？"]),
        ("春茶计划与晨光讲堂有什么区别？", ["春茶计划有什么区别？", "晨光讲堂有什么区别？"]),
    ],
)
def test_each_part_of_a_comparison_is_asked_by_itself(reader: QuestionReader, question: str, parts: list[str]) -> None:
    found = parts_of(reader.read(question), reader)
    assert [part.text for part in found] == parts


@pytest.mark.parametrize(
    "question",
    [
        "桐庐县引进了多少人？",
        "桐庐县与浙江大学合作了什么？",
        "桐庐县的“春茶计划”和“晨光讲堂”由谁牵头？",
        "“春茶计划”有什么不同？",
        "桐庐县和鸠江区共同举办了什么活动？",
        "桐庐县与鸠江区签署了什么协议？",
        "除了桐庐县和鸠江区，还有哪些地方建了人才公寓？",
        "",
    ],
)
def test_what_compares_nothing_stays_whole(reader: QuestionReader, question: str) -> None:
    whole = reader.read(question)
    assert parts_of(whole, reader) == [whole]


def test_a_question_of_very_many_parts_stays_whole(reader: QuestionReader) -> None:
    places = "桐庐县、鸠江区、湄潭县、晋江市、繁昌区、永嘉县、通川区、盐都区、垫江县"
    whole = reader.read(f"{places}各有多少人？")
    assert len(whole.places) == 9 and parts_of(whole, reader) == [whole]


def test_every_part_of_a_comparison_has_its_evidence_in_front(stocked: Office) -> None:
    found = stocked.search("晋江市和桐庐县的青年人才有什么不同？", 6)
    assert {passage.source for passage in found[:2]} == {"晋江市.txt", "桐庐县.txt"}
    assert [passage.rank for passage in found] == [1, 2, 3, 4, 5, 6]
    assert len({passage.chunk.id for passage in found}) == 6


def test_a_question_for_one_of_many_places_keeps_the_order_of_search(stocked: Office) -> None:
    with stocked.reading() as library:
        searcher = Searcher(library, stocked.encoder)
        question = searcher.questions.read("哪个县的新入库青年人才最多？")
        found = searcher.find(question, 8)
        assert question.spread and found == searcher.find(replace(question, spread=False), 8)


def passage(text: str, number: int) -> Passage:
    chunk = Chunk(f"{text}{number}", text, 0, 1, "文", "文")
    return Passage(chunk, Article(text, text, text, (), 0, 1), f"{text}.txt", 1.0, number)


def test_further_passages_of_one_text_count_for_less() -> None:
    found = [passage("甲", 1), passage("甲", 2), passage("甲", 3), passage("甲", 4), passage("乙", 5), passage("丙", 6)]
    ordered = many_texts_first(found)
    assert [one.chunk.id for one in ordered] == ["甲1", "甲2", "乙5", "甲3", "丙6", "甲4"]
    assert [one.rank for one in ordered] == [1, 2, 3, 4, 5, 6]


def test_passages_of_several_parts_come_in_turn_and_each_once() -> None:
    first, second = [passage("甲", 1), passage("丙", 2), passage("甲", 3)], [passage("乙", 1), passage("丙", 2)]
    merged = in_turn([first, second], 4)
    assert [(one.chunk.id, one.rank) for one in merged] == [("甲1", 1), ("乙1", 2), ("丙2", 3), ("甲3", 4)]


def test_a_question_to_one_text_shows_its_passages_one_after_another(stocked: Office) -> None:
    found = stocked.search("湄潭县新入库青年人才", 3)
    assert {passage.source for passage in found[:2]} == {"湄潭县.txt"}
