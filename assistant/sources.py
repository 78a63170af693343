"""An excerpt taken apart for the check of what cites it, and the forms in which texts are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import punctuation

from assistant.excerpts import Excerpt
from assistant.quantities import Quantity
from retriever.text import fold, squeeze, without_thousands

CLAUSE_END = re.compile(r"[，；;。！？!?]|,(?![0-9])")
WORD = re.compile(r"\w")
HAN = re.compile(r"[\u3400-\u9fff]")
_OPENING, _CLOSING = "“「『《", "”」』》"


@dataclass(frozen=True, slots=True)
class Statement:
    """What can be quoted of an excerpt, `document.text[start:end] == text`."""

    excerpt: Excerpt
    start: int
    end: int
    text: str
    folded: str
    quantities: tuple[Quantity, ...]
    lists: frozenset[int]
    """How many things its clauses list."""
    by_place: tuple[tuple[str, tuple[Quantity, ...]], ...]
    """Where it names several places: the short name of each with the figures behind it, up to the next."""
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of an excerpt, its pairs of characters without the negation, and what it negates."""

    folded: str
    pairs: frozenset[str]
    negated: frozenset[str]
    without: frozenset[str]
    """What stands on both sides of each negation, run together as it reads when the negation is dropped."""


@dataclass(frozen=True, slots=True)
class Source:
    """An excerpt taken apart; `bare` is all of it in letters, characters and digits."""

    folded: str
    bare: str
    quantities: tuple[Quantity, ...]
    years_between: tuple[Quantity, ...]
    """Those inside the spans that it names."""
    places: frozenset[str]
    clauses: tuple[Clause, ...]
    persons: frozenset[str]
    """The words that the tagger takes for personal names."""
    only_negated: frozenset[str]
    """What it negates and nowhere says without a negation."""
    statements: tuple[Statement, ...]


def folded_text(text: str) -> str:
    """Return a text in the form in which figures and names are compared; no figure reaches across a comma."""
    folded = squeeze(fold(text.replace("，", "；")))
    return without_thousands(folded).replace(",", ";")


def bare(text: str) -> str:
    """Return the letters, characters and digits of a text."""
    return "".join(WORD.findall(fold(text)))


def quoted(words: str) -> list[str]:
    """Return what stands in quotation or title marks, however long, without what is left out by ……."""
    parts = (part for one in quotations(words) for part in re.split(r"\.{3,}", folded_text(one)))
    return [part for part in (part.strip(punctuation + "。、") for part in parts) if part]


def quotations(words: str) -> list[str]:
    """Return what stands in quotation or title marks, the inner ones of nested marks too."""
    found, begun = [], list[int]()
    straight = -1
    for at, character in enumerate(words):
        if character in _OPENING:
            begun.append(at + 1)
        elif character in _CLOSING and begun:
            found.append(words[begun.pop() : at])
        elif character == '"':
            if straight >= 0:
                found.append(words[straight:at])
            straight = -1 if straight >= 0 else at + 1
    return found
