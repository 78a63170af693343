"""Fitting what sentences are judged by."""

from __future__ import annotations

import random

from assistant.evidence import Sentence
from assistant.finder import Candidate
from core.schema import Article
from evals.answer_weights import RANKING, SUPPORT, Asked, fit_ranking, fit_support

ARTICLE = Article("a", "d", "题目", (), 0, 10)


def candidate(chance: random.Random, *, source: str = "s.txt", **features: float) -> Candidate:
    sentence = Sentence("d", source, ARTICLE, (), 0, 2, "甲。", "甲。", "", "", "", 1)
    drawn = {name: chance.gauss(0, 1) for name in {*RANKING, *SUPPORT}}
    return Candidate(sentence, drawn | features)


def test_what_tells_right_sentences_and_answerable_questions_gets_the_weight() -> None:
    chance = random.Random(0)
    answerable = [
        Asked(
            (candidate(chance, coverage=1.0, reader=3.0), candidate(chance, coverage=0.0, reader=0.0, source="t.txt")),
            (True, False),
            True,
        )
        for _ in range(60)
    ]
    others = [Asked((candidate(chance, reader=-3.0, coverage=0.0),), (False,), False) for _ in range(60)]
    ranking = fit_ranking([(1.0, answerable)])
    assert ranking["coverage"] > 0.5 and ranking["reader"] > 0
    support, base = fit_support([(1.0, answerable), (1.0, others)], ranking)
    assert support["reader"] > 0.5
    assert abs(support["absent"]) < support["reader"]
    assert base + 3 * support["reader"] > 0 > base - 3 * support["reader"]


def test_a_question_without_any_right_candidate_does_not_count() -> None:
    chance = random.Random(1)
    asked = Asked((candidate(chance, reader=3.0),), (True,), True)
    lost = Asked((candidate(chance, reader=-9.0),), (False,), True)
    other = Asked((candidate(chance, reader=-3.0),), (False,), False)
    ranking = dict.fromkeys(RANKING, 1.0)
    assert fit_support([(1.0, [asked, other, lost])], ranking)[0]["reader"] > 0
