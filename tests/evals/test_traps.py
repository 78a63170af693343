"""Traps made of true questions, and answers spoiled in one thing."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from evals.traps import Exchanger
from evals.verification import spoiled
from retriever.places import Gazetteer, gazetteer

TEXTS = [
    "桐庐县实施“春茶计划”，报名1320人。",
    "青田县建成人才公寓300套，满意率95%。",
    "鸠江区设立“晨光讲堂”，举办46期。",
    "永嘉县举办了“春茶计划”交流会。",
]
CASES = [
    {"id": "1", "question": "桐庐县的“春茶计划”有多少人报名？", "place": "桐庐县", "programme": "春茶计划", "must_contain": ["1320人"]},
    {"id": "2", "question": "鸠江区的“晨光讲堂”办了几期？", "place": "鸠江区", "programme": "晨光讲堂", "must_contain": ["46期"]},
]  # fmt: skip


@given(st.integers())
def test_a_trap_names_things_that_no_text_names_together(seed: int) -> None:
    exchanger = Exchanger(TEXTS, gazetteer(), CASES)
    for case in CASES:
        for trap in exchanger.traps(case, random.Random(seed)):
            assert trap["refuse"]
            assert trap["question"] != case["question"]
            named = [
                name for name in ("桐庐", "青田", "鸠江", "永嘉", "春茶计划", "晨光讲堂") if name in trap["question"]
            ]
            assert len(named) == 2
            assert not any(all(name in text for name in named) for text in TEXTS)
            assert trap["must_not_contain"] == case["must_contain"]


@given(st.integers())
def test_a_spoiled_answer_differs_in_one_thing_that_the_evidence_does_not_tell(
    seed: int,
) -> None:
    evidence = "青田县建成人才公寓300套，并“全部配齐家具”，租户不得转租。"
    answer = "青田县有人才公寓300套，“全部配齐家具”，不得转租。"
    found = dict(spoiled(answer, "青田县", evidence, ["青田县", "鸠江区"], gazetteer(), random.Random(seed)))
    assert set(found) == {"figure", "unit", "place", "quote", "negation"}
    assert "300套" not in found["figure"] and "青田县" in found["figure"]
    assert "300间" in found["unit"]
    assert found["place"] == answer.replace("青田县", "鸠江区")
    assert "配齐家具" in answer and "“全部配齐家具”" not in found["quote"]
    assert found["negation"] == answer.replace("不得转租", "转租")


def test_what_stands_in_no_text_is_not_exchanged(gazetteer: Gazetteer) -> None:
    exchanger = Exchanger(TEXTS[:1], gazetteer, CASES[:1])
    assert list(exchanger.traps(CASES[0], random.Random(0))) == []
