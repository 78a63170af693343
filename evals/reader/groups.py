"""Training groups: a question with the window that answers it and windows that look alike and do not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

from core.schema import Encoder, Vectors
from evals.reader.questions import Exchange
from evals.reader.sources import Asked, Source, Window, sentences_in
from retriever.text import bigrams, simplified, squeeze, without_asking
from retriever.windows import shown

_DEPTH = 30
_ALIKE = 0.6
"""Of the character pairs of the right window: a window that shares more may be a copy of it."""
_WITHOUT_LEAD = 0.15
SINGLE = 0.35
"""Share of groups that show single sentences."""
_TRAPS = 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """A question and the texts that it is held against; `texts[0]` answers it, no other is known to.

    `trap` is the same question with one thing exchanged, which `texts[0]` does not answer; empty where there is none.
    """

    question: str
    texts: tuple[str, ...]
    trap: str = ""


class HardNegatives:
    """Finds windows of a source that resemble a question and do not answer it."""

    def __init__(self, source: Source, encoder: Encoder | None = None) -> None:
        """Index all windows by their pairs of characters; with an encoder, by their meaning."""
        self._encoder = encoder
        self._plain = [squeeze(simplified(window.text)) for window in source.windows]
        self._pairs = [frozenset(bigrams(text)) for text in self._plain]
        texts = [f"{window.lead}\n{window.text}" for window in source.windows]
        if encoder:
            self._matrix = encoder.encode_documents([simplified(text) for text in texts]).T
        else:
            self._vectorizer = TfidfVectorizer(analyzer=bigrams, sublinear_tf=True, dtype=np.float32)
            self._matrix = self._vectorizer.fit_transform(texts).T.tocsr()

    def of(self, some: Sequence[Asked]) -> Iterator[list[int]]:
        """Yield for each question the positions of windows that resemble it and hold no answer, most alike first."""
        for start in range(0, len(some), 256):
            part = some[start : start + 256]
            scores = self._scores([one.question for one in part])
            for line, one in zip(scores, part, strict=True):
                best = np.argpartition(-line, min(_DEPTH, len(line) - 1))[:_DEPTH]
                ranked = best[np.argsort(-line[best])]
                yield [int(i) for i in ranked if self._is_wrong(int(i), one)]

    def _scores(self, questions: Sequence[str]) -> Vectors:
        """Return how much each window resembles each question, shape (questions, windows)."""
        scores: Vectors
        if self._encoder:
            scores = self._encoder.encode_queries(questions) @ self._matrix
        else:
            plain = [without_asking(question) for question in questions]
            scores = (self._vectorizer.transform(plain) @ self._matrix).toarray()
        return scores

    def _is_wrong(self, position: int, one: Asked) -> bool:
        if position in one.right or any(len(a) > 1 and a in self._plain[position] for a in one.answers):
            return False
        right = self._pairs[one.right[0]]
        shared = len(right & self._pairs[position])
        return shared < _ALIKE * max(1, min(len(right), len(self._pairs[position])))


def groups_of(
    source: Source, asked: Sequence[Asked], chance: random.Random, *, negatives: int = 2, single: float = SINGLE,
    encoder: Encoder | None = None,
) -> Iterator[Group]:  # fmt: skip
    """Yield a group for each question: one right window, and wrong ones both of its own text and of others.

    Args:
        source: where the windows are from.
        asked: questions of this source.
        chance: draws.
        negatives: so many wrong windows at most.
        single: the share of groups that show single sentences instead of windows.
        encoder: takes for wrong what is near in meaning, instead of what shares words.
    """
    exchange = Exchange([one.question for one in source.asked or asked])
    for one, hard in zip(asked, HardNegatives(source, encoder).of(asked), strict=True):
        own = [
            i
            for i in source.by_text[one.text_id]
            if i not in one.right
            and not any(answer in squeeze(simplified(source.windows[i].text)) for answer in one.answers)
        ]
        others = [i for i in hard[:12] if i not in own]
        chosen = chance.sample(own, min(len(own), 1 + (chance.random() < 0.5)))
        chosen += chance.sample(others, min(len(others), negatives - len(chosen)))
        if not chosen:
            continue
        right = source.windows[one.right[0]]
        alone = chance.random() < single
        bare = chance.random() < _WITHOUT_LEAD
        texts = [_text(right, one.sentence if alone else right.text, bare)]
        for i in chosen:
            window = source.windows[i]
            texts.append(_text(window, _one_sentence(window.text, chance) if alone else window.text, bare))
        if alone:
            rest = [s for s in sentences_in(right.text) if s != one.sentence]
            rest = [s for s in rest if not any(answer in squeeze(simplified(s)) for answer in one.answers)]
            if rest:
                texts[-1] = _text(right, chance.choice(rest), bare)
        trap = exchange.trap(one.question, texts[0], chance) if chance.random() < _TRAPS else ""
        yield Group(one.question, tuple(texts), trap)


def _text(window: Window, text: str, bare: bool) -> str:
    return shown("" if bare else window.lead, text)


def _one_sentence(text: str, chance: random.Random) -> str:
    return chance.choice(sentences_in(text) or [text])
