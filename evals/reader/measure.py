"""What the evidence reader is worth: passages, sentences and refusals on questions that it was not trained on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from core.cli import read_jsonl
from core.schema import Encoder, EvidenceReader, Passage, probability
from core.settings import Settings
from evals.reader.groups import Group
from evals.reader.questions import Exchange
from evals.reader.run import is_held_out
from evals.retrieval import load_judgements, metrics, temporary_library, text_ids
from retriever.reading import READ_PASSAGES, read_passages, read_sentences
from retriever.search import CANDIDATES, Searcher
from retriever.text import simplified, squeeze

_BATCH = 30
_BINS = 10


@dataclass(frozen=True, slots=True)
class _Query:
    id: str
    text: str
    answers: tuple[str, ...]
    right: frozenset[str]


def measure(
    folder: Path, encoder: Encoder, unadapted: Encoder, reader: EvidenceReader, settings: Settings, *, every: int = 1,
    held_out: bool = True, progress: Callable[[str, int, int], None] | None = None, passages: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Ask a reading-comprehension set, all of whose passages are indexed, with and without the reader.

    Args:
        folder: `passages.jsonl`, `queries.jsonl` (where these have `answers`, sentences are measured too), `qrels.tsv`.
        encoder: embeds.
        unadapted: the same without the query adapter; by its cosines it is told what the embedding model alone knows.
        reader: reads.
        settings: where the models are.
        every: 2 takes every second question, and so on.
        held_out: only questions about passages that took no part in any training.
        progress: told how far it is.
        passages: stands where the set comes without its own `passages.jsonl`.
    """
    relevant = load_judgements(folder / "qrels.tsv")
    queries = [
        _Query(str(q["id"]), simplified(q["query"]), tuple(q.get("answers") or ()), frozenset(relevant[str(q["id"])]))
        for q in read_jsonl(folder / "queries.jsonl")
    ]
    queries = [q for q in queries if not held_out or all(map(is_held_out, q.right))][::every]
    with temporary_library(passages or folder / "passages.jsonl", encoder, settings) as (library, _):
        searcher, chance = Searcher(library, encoder), random.Random(0)
        exchange = Exchange([query.text for query in queries])
        dense: dict[str, list[str]] = {}
        plain: dict[str, list[str]] = {}
        fused: dict[str, list[str]] = {}
        read: dict[str, list[str]] = {}
        first: list[list[bool]] = []
        judged: list[tuple[str, float, float]] = []
        for number, query in enumerate(queries):
            if progress:
                progress("正在检索", number, len(queries))
            question = searcher.questions.read(query.text)
            near = dict(library.vectors.search(unadapted.encode_queries([query.text])[0], CANDIDATES))
            compared = searcher.compare(query.text, CANDIDATES, unadapted)
            dense[query.id], plain[query.id] = text_ids(compared["dense"]), text_ids(compared["plain"])
            found = searcher.find(question, CANDIDATES)
            fused[query.id] = text_ids(passage.source for passage in found)
            lacking = [passage for passage in found if query.right.isdisjoint(text_ids([passage.source]))]
            answered = read_passages(reader, question, found)
            read[query.id] = text_ids(passage.source for passage in answered)
            wanted = [squeeze(simplified(answer)) for answer in query.answers]
            sentences = read_sentences(reader, question, answered[:3])[:2]
            texts = [
                squeeze(simplified(p.chunk.text[e.start - p.chunk.start : e.end - p.chunk.start])) for p, e in sentences
            ]
            if wanted:
                first.append([any(answer in text for answer in wanted) for text in texts])
            if number % 2:
                judged.append(("answerable", _odds(answered), _cosine(found, near)))
            else:
                odds = _odds(read_passages(reader, question, lacking))
                judged.append(("unanswerable", odds, _cosine(lacking, near)))
            trap = exchange.trap(query.text, found[0].chunk.text, chance) if number % 2 and found else ""
            if trap:
                other = unadapted.encode_queries([trap])[0]
                asked = searcher.questions.read(trap)
                odds = _odds(read_passages(reader, asked, searcher.find(asked, READ_PASSAGES)))
                judged.append(("trap", odds, library.vectors.search(other, 1)[0][1]))
    judgements = {query.id: set(query.right) for query in queries}
    return {
        "questions": len(queries),
        "dense": metrics(dense, judgements),
        "plain": metrics(plain, judgements),
        "fused": metrics(fused, judgements),
        "read": metrics(read, judgements),
        "answer_in_first_sentence": fmean(bool(one and one[0]) for one in first) if first else None,
        "answer_in_first_two": fmean(any(one) for one in first) if first else None,
        **_judgement(judged),
    }


def hard_negatives(reader: EvidenceReader, groups: Sequence[Group]) -> dict[str, float]:
    """Return the share of groups whose right text is put first, and the milliseconds a text in batches of 30."""
    first = sum(int(np.argmax(reader.read(group.question, group.texts)) == 0) for group in groups)
    texts = [text for group in groups for text in group.texts][: 10 * _BATCH]
    began = time.perf_counter()
    for start in range(0, len(texts), _BATCH):
        reader.read(groups[0].question, texts[start : start + _BATCH])
    return {
        "groups": len(groups),
        "right_first": first / len(groups),
        "ms_a_window": (time.perf_counter() - began) * 1000 / len(texts),
    }


def _judgement(judged: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
    """Return how well log-odds and cosine tell answerable questions from others, and how true the probabilities are."""

    def auc(other: str, column: int) -> float:
        some = [one for one in judged if one[0] in ("answerable", other)]
        return float(roc_auc_score([one[0] == "answerable" for one in some], [one[column] for one in some]))

    pairs = [(probability(odds), kind == "answerable") for kind, odds, _ in judged if kind != "trap"]
    curve = []
    for number in range(_BINS):
        inside = [(p, true) for p, true in pairs if min(_BINS - 1, int(p * _BINS)) == number]
        if inside:
            curve.append([len(inside), round(fmean(p for p, _ in inside), 3), round(fmean(t for _, t in inside), 3)])
    return {
        "auc_unanswerable": auc("unanswerable", 1),
        "auc_unanswerable_cosine": auc("unanswerable", 2),
        "auc_trap": auc("trap", 1),
        "auc_trap_cosine": auc("trap", 2),
        "traps": sum(kind == "trap" for kind, _, _ in judged),
        "brier": fmean((p - true) ** 2 for p, true in pairs),
        "reliability": curve,
    }


def _odds(passages: Sequence[Passage]) -> float:
    return max((p.evidence.log_odds for p in passages if p.evidence is not None), default=-20.0)


def _cosine(passages: Sequence[Passage], near: Mapping[str, float]) -> float:
    return max((near.get(passage.chunk.id, 0.0) for passage in passages), default=0.0)
