"""The parts of a comparison, which are searched one by one, and what is found for them put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from core.schema import Passage
from retriever.question import Ask, Question, QuestionReader

_PARALLEL = re.compile(r"\s*(?:[、，,]|和|与|及|跟|同|以及)\s*")
"""What stands between things of which the same is asked."""
_QUOTES = "“”《》\"'"
_JOINING = "、，,和与及同跟 "


def parts_of(question: Question, reader: QuestionReader) -> list[Question]:
    """Return the parts of a comparison, each of the places or names with what is asked of it; else the question.

    Places are compared where the question says so, or where they are listed one after another: 甲县和乙县各有多少人.
    Names are compared only where it says so: “甲计划”和“乙计划”有什么不同.
    """
    spans = [(mention.start, mention.end) for mention in question.places]
    if len({mention.name for mention in question.places}) < 2 or not (
        Ask.COMPARE in question.asks or _are_listed(question.text, spans)
    ):
        spans = _compared_names(question)
    if not spans:
        return [question]
    starts = [start for start, _ in spans]
    head, tail = question.text[: starts[0]], question.text[spans[-1][1] :]
    parts = []
    for (start, end), stop in zip(spans, [*starts[1:], len(question.text)], strict=True):
        own = question.text[end:stop].strip(_JOINING)
        part = reader.read(f"{head}{question.text[start:end]}{own or tail}")
        parts.append(replace(part, asks=part.asks | question.asks, measures=part.measures or question.measures))
    return parts


def _are_listed(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    return all(_PARALLEL.fullmatch(text[a[1] : b[0]]) for a, b in pairwise(spans))


def _compared_names(question: Question) -> list[tuple[int, int]]:
    """Return where the names stand that a question without places compares, with their quotation marks."""
    if Ask.COMPARE not in question.asks or question.places:
        return []
    spans = []
    for name in question.names:
        start = question.text.find(name)
        if start >= 0:
            end = start + len(name)
            marked = question.text[start - 1 : start] in (*_QUOTES,) and question.text[end : end + 1] in (*_QUOTES,)
            spans.append((start - 1, end + 1) if marked and start else (start, end))
    return sorted(spans) if len(spans) > 1 else []


def in_turn(found: Sequence[Sequence[Passage]], k: int) -> list[Passage]:
    """Return up to `k` passages, the best of each part first, then the second of each, ranked anew, each once."""
    merged: dict[str, Passage] = {}
    for row in zip_longest(*found):
        for passage in row:
            if passage is not None:
                merged.setdefault(passage.chunk.id, passage)
    return [replace(passage, rank=rank) for rank, passage in enumerate(list(merged.values())[:k], start=1)]


def many_texts_first(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages, ranked anew, so that many texts are seen: each further one of a text counts for less.

    Its rank counts half as much more for each passage of the same text before it. To put all first passages before any
    second would hide the right one of a text behind one that is merely more like the question.
    """
    seen: Counter[str] = Counter()
    places: dict[str, float] = {}
    for rank, passage in enumerate(passages, start=1):
        places[passage.chunk.id] = rank * (1 + seen[passage.article.id] / 2)
        seen[passage.article.id] += 1
    ordered = sorted(passages, key=lambda passage: places[passage.chunk.id])
    return [replace(passage, rank=rank) for rank, passage in enumerate(ordered, start=1)]
