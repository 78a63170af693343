"""Whether the evidence holds what the question names: place, programme, year, and enough of the rest, together.

Similarity alone cannot refuse: the best cosine of questions that cannot be answered lies among that of those that
can. So a sentence supports a question only where the named things stand together with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.evidence import Sentence, share_of
from assistant.question import Ask, Question
from core.schema import Metadata
from retriever.places import Gazetteer, Mention, Place, short_name
from retriever.text import fold, squeeze

COSINE_WEIGHT = 10.0
COSINE_BASE = 0.85
ENOUGH = 0.70
"""A sentence may answer where coverage + 10 · (cosine − 0.85) reaches 0.70: a question in other words than the text
needs a closer meaning, one in the same words less. By logistic regression on 62 answerable questions over the
library and 259 of CMRC2018 that it cannot answer; it keeps 97 % of the first and refuses 94 % of the second."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sentence lacks of the things that the question names; nothing lacking means that it supports."""

    missing: tuple[str, ...] = ()
    weak: bool = False

    @property
    def supports(self) -> bool:
        """Whether the sentence may be used to answer."""
        return not self.missing and not self.weak


class Judge:
    """Checks sentences against what a question names."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        """`gazetteer` knows the places."""
        self._gazetteer = gazetteer

    def judge(self, question: Question, sentence: Sentence, unknown: Collection[str] = ()) -> Verdict:
        """Return what `sentence` lacks. Of several places in a question one is enough (it may compare them).

        Args:
            question: what is asked.
            sentence: a ranked candidate.
            unknown: proper names in the question that the library does not know.
        """
        missing: list[str] = []
        if question.places and not any(self.is_of(sentence, mention) for mention in question.places):
            missing.append(question.places[0].name)
        around = squeeze(fold(sentence.before + sentence.around + sentence.following))
        names = [n for n in question.names if share_of(squeeze(fold(n)), around) < 1.0]
        if names and (len(names) == len(question.names) or Ask.COMPARE not in question.asks):
            missing += [f"“{name}”" for name in names]
        missing += [f"{year}年" for year in question.years if not _has_year(sentence, year)]
        missing += [f"“{name}”" for name in unknown if share_of(name, around) < 0.5]
        missing += [term.upper() for term in question.terms if _is_code(term) and term not in around]
        return Verdict(tuple(missing), _is_weak(sentence))

    def is_of(self, sentence: Sentence, asked: Mention) -> bool:
        """Whether a sentence tells of the place that is asked for.

        The nearest place wins: one named in the sentence itself, else the last one named before it in the paragraph,
        else the headings, else the place of the article.
        """
        known = [asked.name]
        for text in (sentence.text, _before(sentence)):
            found = self._gazetteer.find(text, known)
            if found:
                local = found if text is sentence.text else found[-1:]
                if any(_same(asked, mention.places, mention.name) for mention in local):
                    return True
                if any(self._rivals(mention, sentence.article.meta) for mention in local):
                    return False
        found = self._gazetteer.find(sentence.lead, known)
        if any(_same(asked, mention.places, mention.name) for mention in found):
            return True
        return _is_place_of(asked, sentence.article.meta)

    def place_of(self, sentence: Sentence) -> str:
        """Return the name of the place that a sentence tells of, by the same order; empty where nothing tells it."""
        meta = sentence.article.meta
        own = Place(meta.province, meta.city, meta.district)
        for text, order in ((sentence.text, 1), (_before(sentence), -1)):
            for mention in self._gazetteer.find(text, [own.name] if own.name else [])[::order]:
                inside = [place for place in mention.places if place.district and own.contains(place)]
                if inside:
                    return inside[0].district
                if not own.name and any(place.district for place in mention.places):
                    return self._gazetteer.resolve(mention).name
        return own.name

    def _rivals(self, mention: Mention, meta: Metadata) -> bool:
        """Whether a place named in the text takes it away from the place of the article.

        A district does. A whole province or city named in passing (引进北京的专家) does not, nor one that the
        article's own place lies in.
        """
        own = Place(meta.province, meta.city, meta.district)
        return all(place.district and not place.contains(own) for place in mention.places)


def _same(asked: Mention, places: Sequence[Place], name: str) -> bool:
    if short_name(asked.name) == short_name(name):
        return True
    return any(one.contains(other) for one in asked.places for other in places)


def _is_place_of(asked: Mention, meta: Metadata) -> bool:
    own = Place(meta.province, meta.city, meta.district)
    if not own.name:
        return False
    if short_name(own.name) == short_name(asked.name):
        return True
    return any(place.contains(own) for place in asked.places) if own.province else False


def _before(sentence: Sentence) -> str:
    return sentence.paragraph[: len(sentence.paragraph) - len(sentence.text)]


def _has_year(sentence: Sentence, year: str) -> bool:
    return year in sentence.around or sentence.article.meta.year == year


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
