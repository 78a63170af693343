"""From a question to the sentences that support an answer: search, ranking, and the check of what it names."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeVar

from assistant.evidence import Ranker, Sentence, sentences_of
from assistant.support import Judge, Refusal
from assistant.values import answers_in_kind, holds_figure
from core.schema import Encoder, EvidenceReader, Passage
from retriever.library import Library
from retriever.parts import in_turn, parts_of
from retriever.question import Ask, Question, QuestionReader
from retriever.reading import READ_PASSAGES, WINDOWS_A_PASSAGE, read_passages
from retriever.scope import Scope
from retriever.search import Searcher

_Item = TypeVar("_Item")
_PASSAGES = 20
_WIDE_PASSAGES = 50
"""For questions over many texts."""
_WIDE_READ = 36
"""Of these so many are read, with a single window each."""
_SHOWN_PASSAGES = 10
_JUDGED = 80
"""So many sentences, the best, are held against what the question names."""
_BEST, _WIDE_BEST = 1, 3
"""One of so many best sentences that lack nothing has to support the answer; else there is none."""
_SURE = 1.5
"""Log-odds of the support from which on a sentence with any figure may answer where none fits the measure word."""


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by stage."""

    ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside to `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - began)

    def timed(self, name: str, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield the items; the time to make them counts to `name`, not what is done between them."""
        iterator = iter(items)
        while True:
            with self.stage(name):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item

    def add(self, name: str, seconds: float) -> None:
        """Count some seconds to a stage and to the total."""
        for stage in (name, "total"):
            self.ms[stage] = self.ms.get(stage, 0.0) + seconds * 1000


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question or for a part of it."""

    question: Question
    passages: list[Passage]
    supported: list[Sentence]
    elsewhere: list[Sentence]
    """Sentences that would support it if they told of the place that is asked for."""
    refusal: Refusal
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that lacks nothing of what a question names, and what it is judged by."""

    sentence: Sentence
    features: dict[str, float]


class Finder:
    """Finds the evidence for questions in one library."""

    def __init__(self, library: Library, encoder: Encoder, judge: Judge, reader: EvidenceReader | None = None) -> None:
        """`library` is open for reading and was made with `encoder`; `reader` reads what search finds."""
        self._reader = reader
        self._library = library
        self._database = library.database
        self._encoder = encoder
        self._judge = judge
        self._searcher = Searcher(library, encoder)
        keywords = library.keywords
        self._ranker = Ranker(
            keywords.document_frequency, keywords.phrase_frequency, library.database.counts()[2], reader
        )

    @property
    def questions(self) -> QuestionReader:
        """Takes questions apart, with the names and places that the library holds."""
        return self._searcher.questions

    def find(self, text: str, watch: Stopwatch, scope: Scope | None = None) -> list[Found]:
        """Return what is found for a question; for one that asks the same of several places, for each of them."""
        with watch.stage("understand"):
            parts = parts_of(self.questions.read(text), self.questions)
        return [self._find(part, watch, scope) for part in parts]

    def search(self, text: str, k: int, scope: Scope | None = None) -> list[Passage]:
        """Return the `k` best passages for a question or keywords, read where there is a reader."""
        return self._reading_searcher.search(text, k, scope=scope)

    @cached_property
    def _reading_searcher(self) -> Searcher:
        return Searcher(self._library, self._encoder, self._reader)

    def scope(
        self,
        *,
        places: Iterable[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        kinds: Iterable[str] = (),
        collections: Iterable[str] = (),
    ) -> Scope:
        """Return a scope by what people call things; see `Searcher.scope`."""
        return self._searcher.scope(
            places=places, from_year=from_year, to_year=to_year, kinds=kinds, collections=collections
        )

    @staticmethod
    def _subjects(question: Question) -> tuple[str, ...]:
        """Return what a question is about: its proper names, and where it names nothing else, its first noun."""
        if question.places or question.names:
            return question.proper
        return (*question.proper, *islice(question.nouns, 1))

    def candidates(self, text: str, watch: Stopwatch) -> list[Candidate]:
        """Return what a whole question, not taken apart, is answered from; for fitting what sentences are judged by."""
        question = self.questions.read(text)
        _, sentences, texts = self._sentences(question, watch, None)
        features = self._ranker.features(question, sentences, texts, wide=_is_wide(question))
        lacking = [self._judge.judge(question, sentence).missing for sentence in sentences]
        return [Candidate(s, f) for s, f, lack in zip(sentences, features, lacking, strict=True) if not lack]

    def _sentences(
        self, question: Question, watch: Stopwatch, scope: Scope | None
    ) -> tuple[list[Passage], list[Sentence], dict[str, str]]:
        """Return the passages that are found, read where there is a reader, their sentences, and the whole texts."""
        wide = _is_wide(question)
        with watch.stage("search"):
            vector = self._encoder.encode_queries([question.text])[0]
            depth = _WIDE_PASSAGES if wide else _PASSAGES
            passages = self._searcher.find(question, depth, vector=vector, scope=scope)
        if self._reader:
            with watch.stage("read"):
                count, windows = (_WIDE_READ, 1) if wide else (READ_PASSAGES, WINDOWS_A_PASSAGE)
                passages = read_passages(self._reader, question, passages, count=count, windows=windows)
        texts = self._database.texts({passage.article.document_id for passage in passages})
        return passages, sentences_of(passages, texts), texts

    def _find(self, question: Question, watch: Stopwatch, scope: Scope | None) -> Found:
        passages, sentences, texts = self._sentences(question, watch, scope)
        with watch.stage("rank"):
            wide = _is_wide(question)
            ranked = self._ranker.rank(question, sentences, texts, wide=wide)[:_JUDGED]
        with watch.stage("check"):
            weights = self._ranker.weights(question)
            unknown = [name for name in self._subjects(question) if not (name.isascii() or self._ranker.knows(name))]
            verdicts = [self._judge.judge(question, sentence, unknown) for sentence in ranked]
            supported = [s for s, verdict in zip(ranked, verdicts, strict=True) if verdict.supports]
            fit = [verdict for verdict in verdicts if not verdict.missing][: _WIDE_BEST if wide else _BEST]
            if all(verdict.weak for verdict in fit):
                supported = []
            elsewhere = [s for s, v in zip(ranked, verdicts, strict=True) if v.elsewhere]
            if not answers_in_kind((s.text for s in supported), question.asks, question.measures):
                fitting = [s for s, verdict in zip(ranked, verdicts, strict=True) if not verdict.missing]
                beside = [s for s in fitting if supported and _share_a_window(s, supported[0])]
                beside = [s for s in beside if answers_in_kind([s.text], question.asks, question.measures)][:1]
                supported = beside + [s for s in supported if beside or (s.support >= _SURE and holds_figure(s.text))]
        passages = _by_evidence(passages, supported)
        return Found(question, passages, supported, elsewhere, Refusal.of(verdicts), weights)


def _share_a_window(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences stand in the same window, the best one of their passage."""
    return one.in_window and other.in_window and one.passage is other.passage


def _is_wide(question: Question) -> bool:
    """Whether the answer is gathered from many texts."""
    return question.spread or Ask.PRECEDENT in question.asks


def _by_evidence(passages: list[Passage], supported: Sequence[Sentence]) -> list[Passage]:
    """Return the passages, those first whose sentences answer best."""
    order = {(s.document_id, s.start): place for place, s in reversed(list(enumerate(supported)))}

    def place(passage: Passage) -> int:
        chunk = passage.chunk
        inside = (
            p for (i, at), p in order.items() if i == passage.article.document_id and chunk.start <= at < chunk.end
        )
        return min(inside, default=len(order))

    return sorted(passages, key=place)


def shown_passages(found: Sequence[Found]) -> tuple[Passage, ...]:
    """Return the passages behind an answer, those of its parts in turn, ranked anew."""
    return tuple(in_turn([one.passages[:_PASSAGES] for one in found], _SHOWN_PASSAGES))
