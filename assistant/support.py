"""Whether the evidence holds what the question names: place, programme, year, and enough of the rest, together.

Similarity alone cannot refuse: the best cosine of questions that cannot be answered lies among that of those that
can. So a sentence supports a question only where the named things stand together with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.evidence import Sentence, share_of
from assistant.phrases import NAME_END, is_common
from assistant.whereabouts import Locator, is_of_year
from retriever.figures import stands_in
from retriever.places import short_name
from retriever.question import KNOWN_NAME, Ask, Question
from retriever.text import fold, squeeze, without_thousands

ENOUGH, ENOUGH_NAMED = 0.0, -0.4
"""The log-odds that a sentence answers from which on it may be used; less is needed where the question names a place
or a programme, as these must stand there besides."""
_SURE = 2.5
"""From these log-odds on, what seems to be a name that the library does not know is none (健康|包里装|了)."""
_NAMED_WELL = 2.0
"""Below these log-odds a sentence does not answer a question that names what only other texts hold, be it by a phrase
that other texts have in quotation marks (一肩挑, 三个平台)."""
_PHRASED_WELL = 0.5
"""The same where the phrase does not end like a name (街道整治, 技术项目)."""
_OPEN_ENDED = frozenset({Ask.COMPARE, Ask.SUMMARY})
"""What has no one answer that a sentence could give: here it is enough that the sentence is about it."""
_ABOUT = 0.5
"""A sentence that holds so much of the question's terms is about the same."""


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
        missing += self._missing_places(question, sentence)
        around = squeeze(fold(sentence.before + sentence.around + sentence.following))
        names = [n for n, least in _names_to_find(question) if share_of(squeeze(fold(n)), around) < least]
        if sentence.support >= _NAMED_WELL:
            names = [n for n in names if question.likeness[n] != KNOWN_NAME or not is_common(n)]
        if names and (len(names) == len(question.names) or Ask.COMPARE not in question.asks):
            missing += [f"“{name}”" for name in names]
        figures = without_thousands(around)
        missing += [number for number in question.numbers if not stands_in(number, figures)]
        missing += [office for office in question.offices if not re.search(office.replace("部长", "部?长"), around)]
        missing += [f"{y}年" for y in question.years if not is_of_year(sentence, y, until=_until(question.text, y))]
        if sentence.support < _SURE:
            missing += [f"“{name}”" for name in unknown if share_of(name, around) < 0.5]
        told = any(sentence.foreign in name or name in sentence.foreign for name in question.names)
        known_well = _NAMED_WELL if NAME_END.search(sentence.foreign) else _PHRASED_WELL
        if sentence.foreign and not told and sentence.support < known_well:
            missing.append(f"“{sentence.foreign}”")
        missing += [term.upper() for term in question.terms if _is_code(term) and term not in around]
        about = sentence.coverage >= _ABOUT
        elsewhere = bool(question.places) and missing == [question.places[0].name] and about
        open_ended = bool(question.asks & _OPEN_ENDED) and not question.asks & {Ask.NUMBER, Ask.MONEY}
        names_something = bool(question.terms or question.names or question.places)
        enough = ENOUGH_NAMED if question.places or question.names else ENOUGH
        weak = sentence.support < enough and not (open_ended and about)
        counts_something_else = not sentence.coverage and bool(question.asks & {Ask.NUMBER, Ask.MONEY})
        weak = weak or (counts_something_else and sentence.support < _SURE)
        return Verdict(tuple(missing), weak or not names_something, elsewhere)

    def _missing_places(self, question: Question, sentence: Sentence) -> list[str]:
        """Return the places that a question names and a sentence is not of.

        It has to be of one of them, exactly so with figures, but for those of a person who is named. The others, and
        those that are part of a name, have to stand in its article before or with it, but where places are compared. A
        name that is looked for as a whole (“通川英才奖”) brings none.
        """
        exact = bool(question.asks & {Ask.NUMBER, Ask.MONEY}) and not question.spread
        exact = exact and not any(person in sentence.around for person in question.persons)
        places = question.places
        if places and not any(self._locator.is_of(sentence, p, exact=exact) for p in places):
            return [places[0].name]
        if Ask.COMPARE in question.asks or question.spread:
            return []
        article = sentence.lead + sentence.opening + sentence.paragraph + sentence.following
        told = squeeze(fold(f"{sentence.article.meta.place}{article}"))
        others = [(short_name(place.name), place.name) for place in places] + [(n, n) for n in question.named_after]
        in_names = "".join(question.names)
        return [name for short, name in others if short not in told and short not in in_names]


def _names_to_find(question: Question) -> list[tuple[str, float]]:
    """Return the names that must stand in the evidence, and how much of each; beside quoted ones no others need to."""
    quoted = [(name, least) for name, least in question.likeness.items() if least == 1.0]
    return quoted or list(question.likeness.items())


def _until(text: str, year: str) -> bool:
    """Whether a question asks for what there was until a year."""
    return bool(re.search(rf"[到至]{year}年", text))


def _is_code(term: str) -> bool:
    return term.isascii() and term.isalpha() and len(term) >= 2


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
