from __future__ import annotations

from retriever.names import PLACE, QUOTED, names_in, quoted_names
from retriever.places import Gazetteer


def test_what_stands_in_quotation_or_title_marks_is_a_name() -> None:
    text = "实施“茶乡英才”计划，印发《湄潭县人才发展“十四五”规划》，打造「茶人之家」。"
    assert list(quoted_names(text)) == ["茶乡英才", "湄潭县人才发展“十四五”规划", "茶人之家"]


def test_a_quoted_sentence_is_no_name() -> None:
    assert list(quoted_names("他说：“我们要选好、用好年轻干部，不拘一格。”")) == []


def test_names_and_places_of_several_texts_come_together(gazetteer: Gazetteer) -> None:
    assert names_in(["湄潭县的“茶乡英才”", "晋江市的“茶乡英才”"], gazetteer) == {
        (QUOTED, "茶乡英才"), (PLACE, "湄潭县"), (PLACE, "晋江市")
    }  # fmt: skip
