"""Names that stand in a question without quotation marks: runs of words that begin and end with a noun."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from retriever.text import fold

_SHORTEST, _LONGEST = 4, 14
_MOST_WORDS = 6
_NOUNS = frozenset("nj")
_WITHIN = frozenset("nvajlib")
"""First letters of the word classes that names are made of; times, numbers, pronouns and particles end them."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def noun_phrases(text: str) -> Iterator[str]:
    """Yield the runs of two words or more that may be a name: 劳动保障|维权|中心, 延边|大学."""
    tagged = rjieba.tag(fold(text))
    for first, (word, tag) in enumerate(tagged):
        if tag[0] not in _NOUNS or not _HAN.fullmatch(word):
            continue
        run = word
        for following, kind in tagged[first + 1 : first + _MOST_WORDS]:
            if kind[0] not in _WITHIN or not _HAN.fullmatch(following):
                break
            run += following
            if kind[0] in _NOUNS and _SHORTEST <= len(run) <= _LONGEST:
                yield run
