"""Making and drawing the answers by which the check of answers is measured."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from assistant.excerpts import Excerpt
from evals.verification import Made, drawn, measure, spoiled
from retriever.places import Gazetteer

EVIDENCE = "平湖市建成“青年之家”12个，没有收取费用。"


def made(kind: str, text: str, count: int = 1) -> list[Made]:
    excerpt = Excerpt(1, "《简报》，平湖市，2023年", EVIDENCE, "d", "d.txt", "简报", 0)
    return [Made(f"{kind}{number}", kind, text, (excerpt,)) for number in range(count)]


@pytest.mark.parametrize("count", [2, 10, 40])
def test_half_of_what_is_drawn_is_true_and_the_other_kinds_take_turns(count: int) -> None:
    some = made("true", "真", 30) + made("figure", "错", 30) + made("unit", "错", 30) + made("negation", "错", 2)
    kinds = Counter(one.kind for one in drawn(some, count))
    assert kinds["true"] == count // 2
    assert kinds.total() == count
    assert abs(kinds["figure"] - kinds["unit"]) <= 1
    assert kinds["negation"] <= min(2, kinds["figure"] + 1)


def test_each_kind_of_damage_changes_one_thing_that_the_evidence_has(gazetteer: Gazetteer) -> None:
    answer = "平湖市建了“青年之家”12个，不收取费用。"
    found = dict(spoiled(answer, "平湖市", EVIDENCE, ["平湖市", "海盐县"], gazetteer, random.Random(0)))
    assert set(found) == {"figure", "unit", "place", "quote", "negation"}
    assert all(text != answer for text in found.values())
    assert found["place"] == answer.replace("平湖市", "海盐县")
    assert found["negation"] == answer.replace("不", "")


def test_what_is_found_is_told_by_kind(gazetteer: Gazetteer) -> None:
    some = made("true", "平湖市建成“青年之家”12个。[1]") + made("figure", "平湖市建成“青年之家”15个。[1]", 3)
    totals = measure(some, gazetteer)
    assert (totals["true_flagged"], totals["spoiled_found"]) == (0.0, 1.0)
    assert totals["by_kind"]["figure"] == {"answers": 3, "flagged": 1.0}
