"""Trains the query adapter: the matrix that turns the vector of a question towards the passages that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from core.schema import Encoder, Vectors
from evals.reader.sources import Asked, Source, plain_texts, reading_set, written_questions
from evals.retrieval import texts_judged

_TEMPERATURE = 0.02
_BATCH = 256
_RATE = 1e-3
_EPOCHS = 10
_TIE = 3.0
"""What the squared distance of the matrix from one that turns nothing counts in the loss."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Vectors of questions, (n, d), and of all passages of their source, (m, d); `right` tells the rows that answer."""

    questions: Vectors
    passages: Vectors
    right: Sequence[int]


def adapter_of(drcd: Path, texts: Path, written: Iterable[Path], unseen: Iterable[Path], encoder: Encoder) -> Vectors:
    """Return the matrix that DRCD and the written questions yield; see `train`.

    Args:
        drcd: a reading-comprehension set.
        texts: plain texts of the field.
        written: questions about these; see `evals.reader.sources.written_questions`.
        unseen: retrieval sets whose texts are kept out.
        encoder: the built-in one.
    """
    general, field = reading_set(drcd), plain_texts(texts, 0, 0)
    kept_out = texts_judged(unseen)
    asked = [one for path in written for one in written_questions(path, field) if one.text_id not in kept_out]
    return train([pairs_of(general, general.asked, encoder), pairs_of(field, asked, encoder)])


def pairs_of(source: Source, asked: Sequence[Asked], encoder: Encoder) -> Pairs:
    """Embed questions and all passages of their source."""
    return Pairs(
        encoder.encode_queries([one.question for one in asked]),
        encoder.encode_documents(source.chunks),
        [source.chunk_of[one.right[0]] for one in asked],
    )


def train(sources: Iterable[Pairs], *, seed: int = 0, epochs: int = _EPOCHS, tie: float = _TIE) -> Vectors:
    """Return the matrix, (d, d): a question times the matrix is nearest to the passage that answers it.

    The loss is the cross-entropy of the right passage among all passages of its source, at a temperature of .02.
    """
    torch.manual_seed(seed)
    given = [(torch.tensor(p.questions), torch.tensor(p.passages), torch.tensor(p.right)) for p in sources]
    size = given[0][0].shape[1]
    change = torch.zeros(size, size, requires_grad=True)
    optimizer = torch.optim.Adam([change], lr=_RATE)
    for _ in range(epochs):
        batches = [(source, some) for source in given for some in _shuffled(len(source[0]))]
        for i in torch.randperm(len(batches)).tolist():
            (questions, passages, right), some = batches[i]
            turned = torch.nn.functional.normalize(questions[some] + questions[some] @ change, dim=1)
            loss = torch.nn.functional.cross_entropy(turned @ passages.T / _TEMPERATURE, right[some])
            optimizer.zero_grad()
            (loss + tie * change.square().sum()).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    matrix: Vectors = np.eye(size, dtype=np.float32) + change.detach().numpy()
    return matrix


def _shuffled(count: int) -> tuple[torch.Tensor, ...]:
    return torch.split(torch.randperm(count), _BATCH)


def first_of(pairs: Pairs, turned: Callable[[Vectors], Vectors]) -> dict[int, float]:
    """Return the share of questions whose answer is the nearest passage, among the nearest 5, and 12."""
    scores = turned(pairs.questions) @ pairs.passages.T
    right = np.take_along_axis(scores, np.asarray(pairs.right)[:, None], axis=1)
    ranks = (scores > right).sum(axis=1)
    return {depth: float((ranks < depth).mean()) for depth in (1, 5, 12)}
