"""Fits what makes one sentence better than another, and when the best one is good enough to answer with.

The first is a linear model that puts a right sentence first among those of its question (softmax over the sentences);
the second a logistic regression on the best sentence of each question, answerable or not. Both use the features of
`assistant.evidence.Ranker`; their weights stand there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from assistant.finder import Candidate, Finder, Stopwatch
from assistant.support import Judge
from assistant.whereabouts import Locator
from core.cli import read_jsonl
from core.schema import Encoder, EvidenceReader
from core.settings import Settings
from retriever.library import Library
from retriever.places import gazetteer
from retriever.text import simplified, squeeze

RANKING = ("coverage", "reader", "window", "not_in_kind", "value", "rank")
SUPPORT = ("reader", "window", "absent", "absent_noun")
_SMOOTHING = 1e-3
_Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The candidates of one question that lack nothing it names, and which of them hold an answer string."""

    candidates: tuple[Candidate, ...]
    right: tuple[bool, ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Question records with `question` and `must_contain` (empty: cannot be answered), over one library."""

    questions: Path
    data: Path
    weight: float = 1.0


def gather(
    sets: Sequence[QuestionSet], encoder: Encoder, reader: EvidenceReader, tell: Callable[[str], None]
) -> list[tuple[float, list[Asked]]]:
    """Return for each set its weight and its questions with their candidates."""
    gathered = []
    for one in sets:
        with Library.reading(Settings.load(data=one.data), encoder.name) as library:
            finder = Finder(library, encoder, Judge(Locator(gazetteer())), reader)
            records = read_jsonl(one.questions)
            tell(f"{one.questions.name}: {len(records)}")
            gathered.append((one.weight, [_asked(finder, record) for record in records]))
    return gathered


def _asked(finder: Finder, record: dict[str, Any]) -> Asked:
    wanted = [squeeze(simplified(value)) for value in record.get("must_contain") or ()]
    candidates = finder.candidates(str(record["question"]), Stopwatch())
    right = tuple(any(value in squeeze(simplified(one.sentence.text)) for value in wanted) for one in candidates)
    return Asked(tuple(candidates), right, bool(wanted))


def fit_ranking(gathered: Sequence[tuple[float, Sequence[Asked]]]) -> dict[str, float]:
    """Return the weights that put right sentences first."""
    groups: list[tuple[_Array, _Array, float]] = []
    for weight, some in gathered:
        for asked in some:
            if any(asked.right):
                groups.append((_rows(asked.candidates, RANKING), np.array(asked.right), weight / len(some)))

    def loss(weights: _Array) -> float:
        total = _SMOOTHING * float(weights @ weights)
        for rows, right, share in groups:
            scores = rows @ weights
            top = scores.max()
            total -= share * float(np.log(np.exp(scores[right] - top).sum()) - np.log(np.exp(scores - top).sum()))
        return total

    return dict(zip(RANKING, map(float, minimize(loss, np.ones(len(RANKING)), method="L-BFGS-B").x), strict=True))


def fit_support(
    gathered: Sequence[tuple[float, Sequence[Asked]]], ranking: dict[str, float]
) -> tuple[dict[str, float], float]:
    """Return the weights and the base of the log-odds that the best sentence answers.

    A question that can be answered and whose best sentence is of another text than a right one counts as answered
    wrongly; one none of whose candidates is right does not count.
    """
    rows, labels, weights = [], [], []
    for weight, some in gathered:
        for asked in some:
            if not asked.candidates or (asked.answerable and not any(asked.right)):
                continue
            best = max(asked.candidates, key=lambda one: sum(w * one.features[name] for name, w in ranking.items()))
            texts = {c.sentence.source for c, right in zip(asked.candidates, asked.right, strict=True) if right}
            rows.append([best.features[name] for name in SUPPORT])
            labels.append(best.sentence.source in texts)
            weights.append(weight / len(some))
    model = LogisticRegression(max_iter=5000)
    model.fit(np.array(rows), labels, sample_weight=np.array(weights) * len(weights) / sum(weights))
    return dict(zip(SUPPORT, map(float, model.coef_[0]), strict=True)), float(model.intercept_[0])


def _rows(candidates: Sequence[Candidate], names: Sequence[str]) -> _Array:
    return np.array([[one.features[name] for name in names] for one in candidates])
