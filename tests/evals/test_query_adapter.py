"""Training what is added to the embedding model for questions."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import torch
from transformers import BertConfig, BertModel

from evals.query_adapter import Pairs, train, vectors_of

WORDS = 10
"""Words for each thing that is asked about."""


def tokens(questions: Sequence[str]) -> torch.Tensor:
    return torch.tensor([[int(word) for word in question.split()] for question in questions])


def test_training_turns_unseen_questions_to_their_passages() -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=2 + 12 * WORDS, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    bert = BertModel(config, add_pooling_layer=False).eval()
    passages = np.random.default_rng(0).normal(size=(12, 32)).astype(np.float32)
    passages /= np.linalg.norm(passages, axis=1, keepdims=True)
    chance = random.Random(0)

    def asked(count: int) -> tuple[list[str], list[int]]:
        right = [chance.randrange(12) for _ in range(count)]
        questions = [" ".join(str(2 + WORDS * one + chance.randrange(WORDS)) for _ in range(4)) for one in right]
        return questions, right

    def share_right(questions: list[str], right: list[int]) -> float:
        with torch.inference_mode():
            found = (vectors_of(bert, tokens(questions)).numpy() @ passages.T).argmax(axis=1)
        return float((found == right).mean())

    unseen = asked(200)
    before = share_right(*unseen)
    questions, right = asked(600)
    embeddings = bert.embeddings.word_embeddings.weight.clone()
    train(bert, tokens, [Pairs(questions, passages, right)], epochs=10, rate=3e-3, frozen=0, tell=lambda line: None)
    assert share_right(*unseen) > before + 0.5
    assert torch.equal(bert.embeddings.word_embeddings.weight, embeddings)
