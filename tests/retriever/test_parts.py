"""Comparisons are searched part by part; a question to many texts shows passages of many."""

from __future__ import annotations

import pytest

from retriever.parts import parts_of
from retriever.places import Gazetteer
from retriever.question import Ask, QuestionReader, Vocabulary
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
        ("“春茶计划”和“晨光讲堂”有什么不同？", ["“春茶计划”有什么不同？", "“晨光讲堂”有什么不同？"]),
        ("春茶计划与晨光讲堂有什么区别？", ["春茶计划有什么区别？", "晨光讲堂有什么区别？"]),
    ],
)
def test_each_part_of_a_comparison_is_asked_by_itself(reader: QuestionReader, question: str, parts: list[str]) -> None:
    found = parts_of(reader.read(question), reader)
    assert [part.text for part in found] == parts
    assert all(Ask.COMPARE in part.asks or "各" in question for part in found)


@pytest.mark.parametrize(
    "question",
    [
        "桐庐县引进了多少人？",
        "桐庐县与浙江大学合作了什么？",
        "桐庐县的“春茶计划”和“晨光讲堂”由谁牵头？",
        "“春茶计划”有什么不同？",
        "",
    ],
)
def test_what_compares_nothing_stays_whole(reader: QuestionReader, question: str) -> None:
    whole = reader.read(question)
    assert parts_of(whole, reader) == [whole]


def test_every_part_of_a_comparison_has_its_evidence_in_front(stocked: Office) -> None:
    found = stocked.search("晋江市和桐庐县的青年人才有什么不同？", 6)
    assert {passage.source for passage in found[:2]} == {"晋江市.txt", "桐庐县.txt"}
    assert [passage.rank for passage in found] == [1, 2, 3, 4, 5, 6]
    assert len({passage.chunk.id for passage in found}) == 6


def test_a_question_to_many_places_shows_all_texts_early(stocked: Office) -> None:
    found = stocked.search("哪些地方有新入库青年人才？各有多少名？", 6)
    assert {passage.source for passage in found} == {f"{place}.txt" for place in PLACES}
    assert [passage.rank for passage in found] == list(range(1, 7))


def test_a_question_to_one_text_shows_its_passages_one_after_another(stocked: Office) -> None:
    found = stocked.search("湄潭县新入库青年人才", 3)
    assert {passage.source for passage in found[:2]} == {"湄潭县.txt"}
