"""Reads what search found: which passages answer the question, and which sentences in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.schema import Evidence, EvidenceReader, Passage, probability
from retriever.question import Question
from retriever.text import bigrams, simplified, statement_spans, without_asking
from retriever.windows import lead_of, shown, windows_of

READ_PASSAGES = 12
"""So many of the first passages are read."""
WINDOWS_A_PASSAGE = 3
_RANK_WEIGHT, _DENSE_WEIGHT = 1.0, 1.0
"""What the logarithms of the rank that search gave, and of that by meaning alone, count beside the log-odds of the
reader; see “Weights” in `docs/measurements.md`."""
_NOT_NEAR = 61
"""The rank by meaning of what that search did not find."""
_AGREEMENT_WEIGHT = 2.0
"""What the share of the named things that stand in a passage counts beside the log-odds of the reader."""
_READ_SENTENCES = 12
_WINDOW_WEIGHT = 0.5
"""What the log-odds of its window count beside those of a sentence alone."""

Span = tuple[int, int]


def read_passages(
    reader: EvidenceReader,
    question: Question,
    passages: Sequence[Passage],
    *,
    count: int = READ_PASSAGES,
    windows: int = WINDOWS_A_PASSAGE,
) -> list[Passage]:
    """Return passages with the evidence in them, those first that answer best; what was not read stays behind them.

    What was read scores 1 to 2, everything else below.

    Args:
        reader: reads question and windows.
        question: what is asked.
        passages: what search found, best first.
        count: so many of them are read, the first.
        windows: so many of each, those that share most with the question.
    """
    some = passages[:count]
    asked = set(bigrams(without_asking(question.text)))
    likely = [(passage, window) for passage in some for window in _likely(passage, asked)[:windows]]
    best: dict[str, Evidence] = {}
    for (passage, (start, end)), odds in zip(likely, _read(reader, question.text, likely), strict=True):
        chunk = passage.chunk
        if chunk.id not in best or odds > best[chunk.id].log_odds:
            best[chunk.id] = Evidence(chunk.start + start, chunk.start + end, odds)
    read = [replace(passage, evidence=best[passage.chunk.id]) for passage in some if passage.chunk.id in best]
    read = [replace(passage, score=1 + probability(_worth(question, passage))) for passage in read]
    read.sort(key=lambda passage: -passage.score)
    rest = [passage for passage in passages if passage.chunk.id not in best]
    return [replace(passage, rank=rank) for rank, passage in enumerate([*read, *rest], start=1)]


def read_sentences(
    reader: EvidenceReader, question: Question, passages: Sequence[Passage]
) -> list[tuple[Passage, Evidence]]:
    """Return the single sentences that answer best, of passages that `read_passages` returned, best first."""
    candidates: list[tuple[Passage, Span]] = []
    for passage in passages:
        if passage.evidence is not None and len(candidates) < _READ_SENTENCES:
            start = passage.evidence.start - passage.chunk.start
            window = passage.chunk.text[start : passage.evidence.end - passage.chunk.start]
            candidates += [(passage, (start + a, start + b)) for a, b in statement_spans(window)]
    found = []
    for (passage, (start, end)), odds in zip(candidates, _read(reader, question.text, candidates), strict=True):
        assert passage.evidence is not None
        worth = odds + _WINDOW_WEIGHT * _worth(question, passage)
        found.append((worth, passage, Evidence(passage.chunk.start + start, passage.chunk.start + end, odds)))
    found.sort(key=lambda one: -one[0])
    return [(passage, evidence) for _, passage, evidence in found]


def _read(reader: EvidenceReader, question: str, spans: Iterable[tuple[Passage, Span]]) -> list[float]:
    texts = [
        shown(lead_of(passage.article, passage.chunk.headings), passage.chunk.text[start:end])
        for passage, (start, end) in spans
    ]
    return [float(odds) for odds in reader.read(simplified(question), texts)]


def _worth(question: Question, passage: Passage) -> float:
    assert passage.evidence is not None
    around = "\n".join([passage.article.meta.place, passage.article.title, *passage.chunk.headings, passage.chunk.text])
    return (
        passage.evidence.log_odds
        - _RANK_WEIGHT * math.log(passage.rank)
        - _DENSE_WEIGHT * math.log(passage.dense_rank or _NOT_NEAR)
        + _AGREEMENT_WEIGHT * question.agreement(around)
    )


def _likely(passage: Passage, asked: set[str]) -> list[Span]:
    """Return the windows of a passage, those first that share most with the question."""
    text = passage.chunk.text
    windows = list(windows_of(text))
    windows.sort(key=lambda window: -len(asked & set(bigrams(text[window[0] : window[1]]))))
    return windows
