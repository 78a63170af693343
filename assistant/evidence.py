"""From passages to sentences: which sentences answer the question, and how well.

A sentence is judged by what the evidence reader says of it alone and of the window that it stands in, by the share of
the question's terms, weighted by their rarity, that it or its surroundings hold, by whether it holds a value of the
kind that is asked for, and by the rank of its passage. Whether the best one supports an answer at all hangs besides on
the terms that its whole article lacks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.phrases import noun_phrases
from assistant.values import holds_value, lacks_kind, states
from core.schema import Article, EvidenceReader, Passage
from retriever.question import Question
from retriever.text import bigrams, fold, simplified, squeeze, statement_spans
from retriever.windows import lead_of, shown

_AROUND = 0.6
"""What a term in the surroundings of a sentence (paragraph before it, headings, title) counts beside one inside it."""
_SCORE = {"coverage": 3.83, "reader": 0.38, "window": 0.05, "not_in_kind": -0.71, "value": 0.93, "rank": 1.28}
"""What makes one sentence better than another; see “Answers” in `docs/measurements.md`."""
_SUPPORT = {"reader": 0.34, "window": 0.24, "absent": -1.17, "absent_noun": -1.15}
_SUPPORT_BASE = 1.83
"""Together the log-odds that a sentence answers, by the reader and by what its article lacks."""
_UNREAD, _SURE = -7.0, 6.0
"""Log-odds of what was not read, and the highest that count."""
_NOUNS = frozenset("nijl")
_RARE_NAME, _SAME_NAME = 20, 0.7
"""A run of words in at most so many sentences of the library is a name; so much of it makes it the same."""
_WEIGHT_SCALE = 6.0
_UNKNOWN = 2.0
"""Weight of a word other than a noun that the library does not know: it may say the same in other words."""
_PRIOR_CHUNKS = 1000
"""Added to the size of the library, so that in a small one a word that stands in much of it still tells something."""
_SINGLE = 2.0
"""Greatest weight of a single character: it mostly stands inside other words, so that its own count misleads."""
_READ, _READ_WINDOWS, _WIDE_WINDOWS = 12, 5, 24
"""So many sentences, the best by their terms, are read, and those of the best windows of the first passages, of more
for questions over many texts; each costs some milliseconds."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage: `text` is verbatim, `document.text[start:end]`.

    `paragraph` is the text of its paragraph up to and with it, `following` the rest of the paragraph, `before` what
    stands before the paragraph in the same section, `opening` and `closing` all of the article before and behind the
    paragraph; `lead` its title and headings.
    """

    document_id: str
    source: str
    article: Article
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    paragraph: str
    following: str
    before: str
    opening: str
    passage_rank: int
    closing: str = ""
    passage: Passage | None = None
    coverage: float = 0.0
    value: bool = False
    score: float = 0.0
    """Higher is better, among the sentences of one question."""
    merit: float = 0.0
    """The score without the rank of its passage, for texts side by side."""
    support: float = 0.0
    """The log-odds that it answers."""
    foreign: str = ""
    """A name in the question that other texts hold and its article does not."""

    @property
    def lead(self) -> str:
        """The title and the headings over the sentence."""
        return "\n".join([self.article.title, *self.headings])

    @property
    def around(self) -> str:
        """All that belongs to the sentence when it is asked whether two things stand together."""
        return f"{self.lead}\n{self.paragraph}"

    @property
    def in_window(self) -> bool:
        """Whether it stands in the window that the reader found best in its passage."""
        evidence = self.passage.evidence if self.passage else None
        return evidence is not None and evidence.start <= self.start < evidence.end

    @property
    def window(self) -> float:
        """The log-odds of that window."""
        evidence = self.passage.evidence if self.passage else None
        return evidence.log_odds if evidence else _UNREAD


def sentences_of(passages: Sequence[Passage], texts: Mapping[str, str]) -> list[Sentence]:
    """Return the sentences of some passages, each once, in the order of the passages.

    Args:
        passages: what was found.
        texts: the whole texts of their documents by id: a chunk may begin in the middle of a paragraph.
    """
    found: dict[tuple[str, int], Sentence] = {}
    for passage in passages:
        chunk, article = passage.chunk, passage.article
        whole = texts[article.document_id]
        for local_start, local_end in statement_spans(chunk.text):
            start, end = chunk.start + local_start, chunk.start + local_end
            begin, stop = whole.rfind("\n", 0, start) + 1, whole.find("\n", end)
            stop = stop if stop >= 0 else len(whole)
            key = (article.document_id, start)
            if key not in found:
                found[key] = Sentence(
                    document_id=article.document_id,
                    source=passage.source,
                    article=article,
                    headings=chunk.headings,
                    start=start,
                    end=end,
                    text=whole[start:end],
                    paragraph=whole[begin:end],
                    following=whole[end:stop],
                    before=whole[min(chunk.start, begin) : begin],
                    opening=whole[article.start : begin],
                    closing=whole[stop : article.end],
                    passage_rank=passage.rank,
                    passage=passage,
                )
    return list(found.values())


class Ranker:
    """Scores sentences against questions."""

    def __init__(
        self,
        document_frequency: Callable[[str], int],
        phrase_frequency: Callable[[str], int],
        chunks: int,
        reader: EvidenceReader | None = None,
    ) -> None:
        """Prepare.

        Args:
            document_frequency: in how many chunks of the library a word stands.
            phrase_frequency: in how many sentences of the library a phrase stands.
            chunks: how many chunks there are.
            reader: reads the sentences; without one only their words count.
        """
        self._reader = reader
        self._document_frequency = document_frequency
        self._phrase_frequency = phrase_frequency
        self._chunks = max(1, chunks)

    def weights(self, question: Question) -> dict[str, float]:
        """Return the terms of a question with their rarity (inverse document frequency, in nats)."""
        return {
            term: factor * min(self._weight(term, factor), _SINGLE if len(term) == 1 else math.inf)
            for term, factor in question.terms.items()
        }

    def knows(self, word: str) -> bool:
        """Whether a word stands anywhere in the library."""
        return self._document_frequency(word) > 0

    def _weight(self, term: str, factor: float) -> float:
        return self._rarity(term) if factor >= 1 or self.knows(term) else _UNKNOWN

    def _rarity(self, term: str) -> float:
        count = min(self._document_frequency(term), self._chunks)
        return math.log(1 + (self._chunks + _PRIOR_CHUNKS - count + 0.5) / (count + 0.5))

    def rank(
        self, question: Question, sentences: Sequence[Sentence], texts: Mapping[str, str], *, wide: bool = False
    ) -> list[Sentence]:
        """Return the sentences with their scores, best first.

        Args:
            question: what is asked.
            sentences: the candidates, of passages that were read if there is a reader.
            texts: the whole texts of their documents by id.
            wide: whether the answer is gathered from many texts.
        """
        names = [name for name in noun_phrases(question.text) if 0 < self._phrase_frequency(name) <= _RARE_NAME]
        foreign = {s.article.id: "" for s in sentences}
        for sentence in sentences if names else ():
            if not foreign[sentence.article.id]:
                whole = squeeze(fold(_article_text(sentence, texts)))
                lacking = [name for name in names if share_of(name, whole) < _SAME_NAME]
                foreign[sentence.article.id] = max(lacking, key=len, default="")
        scored = [
            replace(
                sentence,
                foreign=foreign[sentence.article.id],
                coverage=features["coverage"],
                value=features["value"] > 0,
                score=sum(weight * features[name] for name, weight in _SCORE.items()),
                merit=sum(weight * features[name] for name, weight in _SCORE.items() if name != "rank"),
                support=_SUPPORT_BASE + sum(weight * features[name] for name, weight in _SUPPORT.items()),
            )
            for sentence, features in zip(sentences, self.features(question, sentences, texts, wide=wide), strict=True)
        ]
        return sorted(scored, key=lambda s: -s.score)

    def features(
        self, question: Question, sentences: Sequence[Sentence], texts: Mapping[str, str], *, wide: bool = False
    ) -> list[dict[str, float]]:
        """Return what each sentence is judged by; see `rank` for the arguments."""
        weights = self.weights(question)
        covered = [coverage(weights, sentence) for sentence in sentences]
        read = self._read(question, sentences, covered, _WIDE_WINDOWS if wide else _READ_WINDOWS)
        lacking: dict[str, dict[str, float]] = {}
        found = []
        for sentence, part, alone in zip(sentences, covered, read, strict=True):
            article = sentence.article
            if article.id not in lacking:
                whole = _article_text(sentence, texts)
                lacking[article.id] = self._lacking(question, squeeze(fold(whole)))
            window = sentence.window if sentence.in_window else min(sentence.window, alone) - 1.0
            window = window if self._reader else alone
            value = any(holds_value(sentence.text, ask, question.measures) for ask in question.asks) or any(
                states(sentence.text, word) for word in question.focus
            )
            features = {
                "coverage": part,
                "reader": _clipped(alone),
                "window": _clipped(window),
                "not_in_kind": float(lacks_kind(sentence.text, question.asks, question.measures)),
                "value": float(value),
                "rank": -math.log(sentence.passage_rank),
            }
            found.append(features | lacking[article.id])
        return found

    def _read(
        self, question: Question, sentences: Sequence[Sentence], covered: Sequence[float], passages: int
    ) -> list[float]:
        """Return the log-odds of the sentences; those of the ones that are not worth reading are very low;
        without a reader nothing is known of any.
        """
        if self._reader is None or not sentences:
            return [0.0] * len(sentences)
        odds = [_UNREAD] * len(sentences)
        order = sorted(range(len(sentences)), key=lambda i: -(covered[i] + 0.1 / sentences[i].passage_rank))
        windows = [i for i, s in enumerate(sentences) if s.passage_rank <= passages and s.in_window]
        some = list(dict.fromkeys([*order[:_READ], *windows]))
        texts = [shown(lead_of(sentences[i].article, sentences[i].headings), sentences[i].text) for i in some]
        for i, one in zip(some, self._reader.read(simplified(question.text), texts), strict=True):
            odds[i] = float(one)
        return odds

    def _lacking(self, question: Question, article: str) -> dict[str, float]:
        """Return how much of the question's terms an article lacks: the share of all, and the weightiest noun.

        A word that the library does not know counts little: it may say in other words what the text does.
        """
        weights = {term: self._rarity(term) if self.knows(term) else _UNKNOWN for term in question.terms}
        absent = [term for term in weights if share_of(term, article) == 0.0]
        nouns = [weights[term] for term in absent if question.tags.get(term, "")[:1] in _NOUNS]
        return {
            "absent": sum(weights[term] for term in absent) / (sum(weights.values()) or 1.0),
            "absent_noun": max(nouns, default=0.0) / _WEIGHT_SCALE,
        }


def _article_text(sentence: Sentence, texts: Mapping[str, str]) -> str:
    article = sentence.article
    return f"{article.title}\n{texts[article.document_id][article.start : article.end]}"


def _clipped(log_odds: float) -> float:
    return min(_SURE, max(_UNREAD, log_odds))


def coverage(weights: Mapping[str, float], sentence: Sentence) -> float:
    """Return the weighted share of terms that a sentence holds, 0 to 1; in its surroundings a term counts less."""
    total = sum(weights.values())
    if not total:
        return 0.0
    inside, around = squeeze(fold(sentence.text)), squeeze(fold(sentence.around))
    return (
        sum(weight * max(share_of(term, inside), _AROUND * share_of(term, around)) for term, weight in weights.items())
        / total
    )


def share_of(term: str, text: str) -> float:
    """Return 1 where `term` stands in `text`, else the share of its character pairs that do, if half or more."""
    if term in text:
        return 1.0
    pairs = bigrams(term)
    if len(pairs) < 2:
        return 0.0
    share = sum(pair in text for pair in pairs) / len(pairs)
    return share if share >= 0.5 else 0.0
