"""From passages to sentences: which sentences answer the question, and how well.

A sentence is judged by three things: the share of the question's terms, weighted by their rarity, that it or its
surroundings hold; the cosine between question and sentence; and whether it holds a value of the kind asked for.
On CMRC2018, inside the right passage, the plain sum of the first two picks the right sentence more often than
either alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.values import holds_value, states
from core.schema import Article, Encoder, Passage, Vectors
from retriever.question import Question
from retriever.text import bigrams, fold, squeeze, statement_spans

_AROUND = 0.6
"""What a term in the surroundings of a sentence (paragraph before it, headings, title) counts beside one inside it."""
_WEIGHTS = {"coverage": 1.0, "cosine": 1.0, "value": 0.18, "rank": 0.10}
_UNKNOWN = 2.0
"""Weight of a word other than a noun that the library does not know: it may say the same in other words."""
_PRIOR_CHUNKS = 1000
"""Added to the size of the library, so that in a small one a word that stands in much of it still tells something."""
_SINGLE = 2.0
"""Greatest weight of a single character: it mostly stands inside other words, so that its own count misleads."""
_READ = 64
"""So many sentences, the best by their terms, are embedded for a question; each costs some milliseconds."""
_COSINE_FLOOR = 0.78
"""multilingual-e5-small: unrelated texts have about this cosine, so that only what is above it tells something."""
_COSINE_SPAN = 0.14


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage: `text` is verbatim, `document.text[start:end]`.

    `paragraph` is the text of its paragraph up to and with it, `following` the rest of the paragraph, `before` what
    stands before the paragraph in the same section, `opening` all of the article before the paragraph; `lead` its title
    and headings.
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
    coverage: float = 0.0
    cosine: float = 0.0
    value: bool = False
    score: float = 0.0

    @property
    def lead(self) -> str:
        """The title and the headings over the sentence."""
        return "\n".join([self.article.title, *self.headings])

    @property
    def around(self) -> str:
        """All that belongs to the sentence when it is asked whether two things stand together."""
        return f"{self.lead}\n{self.paragraph}"


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
                    following=whole[end : stop if stop >= 0 else len(whole)],
                    before=whole[min(chunk.start, begin) : begin],
                    opening=whole[article.start : begin],
                    passage_rank=passage.rank,
                )
    return list(found.values())


class Ranker:
    """Scores sentences against questions."""

    def __init__(self, encoder: Encoder, document_frequency: Callable[[str], int], chunks: int) -> None:
        """Prepare.

        Args:
            encoder: embeds the sentences.
            document_frequency: in how many chunks of the library a word stands.
            chunks: how many chunks there are.
        """
        self._encoder = encoder
        self._document_frequency = document_frequency
        self._chunks = max(1, chunks)

    def weights(self, question: Question) -> dict[str, float]:
        """Return the terms of a question with their rarity (inverse document frequency, in nats)."""
        return {
            term: factor * min(self._rarity(term, factor), _SINGLE if len(term) == 1 else math.inf)
            for term, factor in question.terms.items()
        }

    def knows(self, word: str) -> bool:
        """Whether a word stands anywhere in the library."""
        return self._document_frequency(word) > 0

    def _rarity(self, term: str, factor: float) -> float:
        count = min(self._document_frequency(term), self._chunks)
        if not count and factor < 1:
            return _UNKNOWN
        return math.log(1 + (self._chunks + _PRIOR_CHUNKS - count + 0.5) / (count + 0.5))

    def rank(self, question: Question, sentences: Sequence[Sentence], vector: Vectors) -> list[Sentence]:
        """Return the sentences with their scores, best first.

        Args:
            question: what is asked.
            sentences: the candidates.
            vector: the embedded question, shape (dimensions,).
        """
        if not sentences:
            return []
        weights = self.weights(question)
        sentences = sorted(sentences, key=lambda s: -(coverage(weights, s) + _WEIGHTS["rank"] / s.passage_rank))[:_READ]
        texts = [f"{s.article.title}\n{s.text}" for s in sentences]
        cosines = self._encoder.encode_documents(texts) @ np.asarray(vector)
        scored = []
        for sentence, cosine in zip(sentences, cosines, strict=True):
            part = coverage(weights, sentence)
            value = any(holds_value(sentence.text, ask, question.measures) for ask in question.asks) or any(
                states(sentence.text, word) for word in question.focus
            )
            score = (
                _WEIGHTS["coverage"] * part
                + _WEIGHTS["cosine"] * (float(cosine) - _COSINE_FLOOR) / _COSINE_SPAN
                + _WEIGHTS["value"] * value
                + _WEIGHTS["rank"] / sentence.passage_rank
            )
            scored.append(replace(sentence, coverage=part, cosine=float(cosine), value=value, score=score))
        return sorted(scored, key=lambda s: -s.score)


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
