"""Training what turns the vectors of questions."""

from __future__ import annotations

import numpy as np

from core.schema import Vectors
from evals.query_adapter import Pairs, first_of, train


def test_training_turns_unseen_questions_to_their_passages() -> None:
    chance = np.random.default_rng(0)
    rotation = np.linalg.qr(chance.normal(size=(16, 16)))[0]

    def pairs(count: int) -> Pairs:
        passages = chance.normal(size=(count, 16)).astype(np.float32)
        passages /= np.linalg.norm(passages, axis=1, keepdims=True)
        return Pairs((passages @ rotation).astype(np.float32), passages, list(range(count)))

    matrix = train([pairs(600)], epochs=150, tie=0.0)
    unseen = pairs(200)
    before = first_of(unseen, lambda vectors: vectors)

    def turned(vectors: Vectors) -> Vectors:
        return vectors @ matrix

    assert first_of(unseen, turned)[1] > before[1] + 0.3
    assert matrix.shape == (16, 16)
