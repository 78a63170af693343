"""Reciprocal-rank fusion of several result lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)

RANK_CONSTANT = 60
"""Cormack, Clarke and Büttcher, “Reciprocal Rank Fusion outperforms Condorcet”, SIGIR 2009."""


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[_Key]], weights: Sequence[float] | None = None
) -> list[tuple[_Key, float]]:
    """Merge rankings into one list of (key, score), best first; a key scores weight / (60 + rank) in each.

    Args:
        rankings: keys, best first; a key stands at most once in each.
        weights: one factor a ranking; equal where not given.
    """
    scores: dict[_Key, float] = defaultdict(float)
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, key in enumerate(ranking, start=1):
            scores[key] += weight / (RANK_CONSTANT + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
