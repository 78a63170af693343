"""The parts of a comparison, which are searched one by one, and what is found for them put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from core.schema import Passage
from retriever.question import Ask, Question, QuestionReader

_JOIN = r"\s*(?:以及|及其|[、，,/／]|和|与|及|跟|同(?!时|意)|vs\.?|VS\.?|PK|pk)\s*"
_PARALLEL = re.compile(_JOIN)
"""What stands between things of which the same is asked."""
_LOOSE_ENDS = re.compile(rf"(?:{_JOIN}|相比|比较|对比|不同于|[；;。])+$")
_EACH = re.compile(r"各|分别|都(?=[有是])")
_TOGETHER = re.compile(r"共同|联合|合作|签[署订约]|之间|共建|携手|结对|对口|互[相派设认]")
"""What several do with each other is one thing."""
_PREDICATE = re.compile(r"分别|各|都|有[什何哪多]|哪|多少|几|谁|什么|怎|如何|对比|相比|比较|区别|差[别异]")
_DIFFERENCE = re.compile(r"不同|区别|差[别异]|异同|对比|相比|比较")
"""What is asked of the whole and says nothing of a part."""
_AND_THAT = re.compile(r"^的?又?呢\s*[？?]*$")
_QUOTATION = re.compile(r"“[^”]*”|《[^》]*》")
_MOST_PARTS = 8

Span = tuple[int, int]


def parts_of(question: Question, reader: QuestionReader) -> list[Question]:
    """Return the parts of a question that asks the same of several things, each with what is asked of it.

    The things are places, else programmes, else years. They are compared (有什么不同), or stand one after another:
    places in any question (甲县和乙县有多少人), programmes and years where it asks for each (各, 分别). What several
    places do together stays one question. A question of more than eight parts stays whole.
    """
    spans = [] if _TOGETHER.search(question.text) else _things(question)
    if not spans:
        return [question]
    text = question.text
    head, ends = text[: spans[0][0]], [start for start, _ in spans[1:]] + [len(text)]
    own = [text[end:stop] for (_, end), stop in zip(spans, ends, strict=True)]
    own = [_LOOSE_ENDS.sub("", between) for between in own[:-1]] + own[-1:]
    if _AND_THAT.match(own[-1]):
        own[-1] = own[0]
    predicate = None if _DIFFERENCE.search(own[-1]) else _PREDICATE.search(own[-1])
    parts: dict[str, Question] = {}
    for (start, end), asked in zip(spans, own, strict=True):
        if not asked:
            asked = own[-1]
        elif predicate and not _PREDICATE.search(asked):
            asked += own[-1][predicate.start() :]
        part = reader.read(f"{head}{text[start:end]}{asked}")
        asks = (part.asks | question.asks) - {Ask.OTHER} or part.asks
        parts.setdefault(part.text, replace(part, asks=asks, measures=part.measures or question.measures))
    return list(parts.values()) if 1 < len(parts) <= _MOST_PARTS else [question]


def _things(question: Question) -> list[Span]:
    """Return where the things stand of which the same is asked; none where it asks of one."""
    text, compares = question.text, Ask.COMPARE in question.asks
    quotations = [match.span() for match in _QUOTATION.finditer(text)]
    free = [m for m in question.places if not any(a <= m.start < b for a, b in quotations)]
    places = [(mention.start, mention.end) for mention in free]
    if len({mention.name for mention in free}) > 1:
        and_that = bool(_AND_THAT.match(text[places[-1][1] :]))
        return places if compares or and_that or _are_listed(text, places) else []
    names = _where(text, question.names, quotations)
    if len(names) > 1 and (compares or _EACH.search(text)):
        return names
    years = _where(text, [f"{year}年" for year in question.years], [])
    return years if len(years) > 1 and _EACH.search(text) and _are_listed(text, years) else []


def _where(text: str, names: Sequence[str], quotations: Sequence[Span]) -> list[Span]:
    """Return where names stand, in order, each with its quotation marks."""
    spans = [(start, start + len(name)) for name in names if (start := text.find(name)) >= 0]
    return sorted({next(((a, b) for a, b in quotations if a <= start < b), (start, end)) for start, end in spans})


def _are_listed(text: str, spans: Sequence[Span]) -> bool:
    return all(_PARALLEL.fullmatch(text[a[1] : b[0]]) for a, b in pairwise(spans))


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
