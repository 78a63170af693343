"""Whether the evidence holds what the question names: place, programme, year, and enough of the rest, together.

Similarity alone cannot refuse: the best cosine of questions that cannot be answered lies among that of those that
can. So a sentence supports a question only where the named things stand together with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.evidence import Sentence, share_of
from assistant.whereabouts import Locator, is_of_year
from retriever.figures import stands_in
from retriever.question import Ask, Question
from retriever.text import fold, squeeze, without_thousands

COSINE_WEIGHT = 10.0
COSINE_BASE = 0.85
ENOUGH = 0.70
"""A sentence may answer where coverage + 10 · (cosine − 0.85) reaches 0.70: a question in other words than the text
needs a closer meaning, one in the same words less. By logistic regression on 62 answerable questions over the
library and 259 of CMRC2018 that it cannot answer; it keeps 97 % of the first and refuses 94 % of the second."""

_UNQUOTED = 0.7
"""People leave out or add a word in a name that they do not quote: 短视频大赛 for 短视频创作大赛."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sentence lacks of the things that the question names; nothing lacking means that it supports."""

    missing: tuple[str, ...] = ()
    weak: bool = False
    elsewhere: bool = False
    """Whether it lacks nothing but the place: it tells of another."""

    @property
    def supports(self) -> bool:
        """Whether the sentence may be used to answer."""
        return not self.missing and not self.weak


class Judge:
    """Checks sentences against what a question names."""

    def __init__(self, locator: Locator) -> None:
        """`locator` tells the places of sentences."""
        self._locator = locator

    def judge(self, question: Question, sentence: Sentence, unknown: Collection[str] = ()) -> Verdict:
        """Return what `sentence` lacks. Of several places in a question one is enough (it may compare them).

        Args:
            question: what is asked.
            sentence: a ranked candidate.
            unknown: proper names in the question that the library does not know.
        """
        missing: list[str] = []
        exact = bool(question.asks & {Ask.NUMBER, Ask.MONEY}) and not question.spread
        if question.places and not any(self._locator.is_of(sentence, p, exact=exact) for p in question.places):
            missing.append(question.places[0].name)
        around = squeeze(fold(sentence.before + sentence.around + sentence.following))
        names = [n for n in question.names if share_of(squeeze(fold(n)), around) < _least(n, question)]
        if names and (len(names) == len(question.names) or Ask.COMPARE not in question.asks):
            missing += [f"“{name}”" for name in names]
        figures = without_thousands(around)
        missing += [number for number in question.numbers if not stands_in(number, figures)]
        missing += [office for office in question.offices if not re.search(office.replace("部长", "部?长"), around)]
        missing += [f"{year}年" for year in question.years if not is_of_year(sentence, year)]
        missing += [f"“{name}”" for name in unknown if share_of(name, around) < 0.5]
        missing += [term.upper() for term in question.terms if _is_code(term) and term not in around]
        elsewhere = bool(question.places) and missing == [question.places[0].name]
        return Verdict(tuple(missing), _is_weak(sentence), elsewhere)


def _least(name: str, question: Question) -> float:
    """Return the share of the character pairs of a name that has to stand in the evidence."""
    return _UNQUOTED if name in question.unquoted else 1.0


def _is_code(term: str) -> bool:
    return term.isascii() and term.isalpha() and len(term) >= 2


def _is_weak(sentence: Sentence) -> bool:
    return sentence.coverage + COSINE_WEIGHT * (sentence.cosine - COSINE_BASE) < ENOUGH


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing supports a question: things that stand nowhere, or that never stand together with the rest."""

    absent: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> Refusal:
        """Sum up the verdicts on all sentences that were looked at."""
        lacking = [verdict.missing for verdict in verdicts]
        if not lacking or not all(lacking):
            return cls()
        everything = dict.fromkeys(thing for missing in lacking for thing in missing)
        absent = tuple(thing for thing in everything if all(thing in missing for missing in lacking))
        return cls(absent, () if absent else tuple(everything))
