"""What a question names and what it asks for, by rule."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, islice, takewhile
from pathlib import Path

import rjieba

from retriever.figures import UNITS, stands_in
from retriever.names import PERSON, quoted_names
from retriever.places import Gazetteer, Mention, joined, short_name
from retriever.text import encodable, fold, narrow, simplified, squeeze, without_asking, without_thousands

_TELLING_TAGS = frozenset({"v", "vg", "vn", "zg", "a"})
"""Tags of rjieba with which a single character carries meaning: 选, 派, 配."""

_PROPER_TAGS = frozenset({"nr", "nrt", "nrfg", "nt", "nz", "eng"})
_PART_END = re.compile(r"[，,；;。？?、]|以及|和(?=多少|几)")
_AREA = re.compile(r"^.*(?:[省市区县镇乡村]|街道|社区)(?=.{4})")
_QUOTATION = re.compile(r"“[^”]*”|《[^》]*》")
_OTHER_CLASS = 0.6
_FOCUS = 1.6
_SHORT_NAME = 3
_FULL_NAME = 3
_ASKING = re.compile(r"什么|怎么|怎样|哪|如何|多少")
_NO_SURNAME = frozenset("和向于任从对与方时")
"""Surnames that before a place name are mostly words of their own: 和建宁, 向光明学习."""
_TOWNSHIP = re.compile(r"镇(?![长党干级村街区域海乡])|街道(?!办?干部)|新村街道")
KNOWN_NAME, _COINED_NAME = 0.7, 0.5


class Ask(StrEnum):
    """What kind of answer a question wants."""

    NUMBER = "number"
    MONEY = "money"
    PERSON = "person"
    DATE = "date"
    UNIT = "unit"
    LIST = "list"
    COMPARE = "compare"
    DEFINITION = "definition"
    PRECEDENT = "precedent"
    SUMMARY = "summary"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Measure:
    """One 多少 or 几 of a question: what follows it, its part of the question, and the words of weight in that."""

    text: str
    part: str
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    `names` are programmes, documents, quoted terms, each with the share of its pairs of characters that must stand in
    the evidence: all of one in quotation or title marks, most of one that the library knows, half of one that is a name
    by its form only.
    `terms` are the other words that carry meaning. `measures` are the measure words after 多少 and 几.
    """

    text: str
    asks: frozenset[Ask]
    places: tuple[Mention, ...]
    named_after: tuple[str, ...]
    """Places that are part of another name, in their short form: 北京 of 北京师范大学."""
    names: tuple[str, ...]
    likeness: Mapping[str, float]
    years: tuple[str, ...]
    terms: Mapping[str, float]
    """Words with what their class counts: 1 for nouns and names, less for others, which are often put otherwise."""
    tags: Mapping[str, str]
    """The word class of each, as rjieba tags it."""
    focus: tuple[str, ...]
    """Words right beside the asking word: what exactly is asked for."""
    proper: tuple[str, ...]
    """Those of the words that are names of persons, organisations or foreign things."""
    persons: tuple[str, ...]
    """Those of the words that are personal names."""
    moments: tuple[str, ...]
    """Words such as 今天 that only a text of that very moment could answer."""
    measures: tuple[Measure, ...]
    numbers: tuple[str, ...]
    """Figures that the question itself names, with their units: 350名, 1200万元; the answer is about these."""
    offices: tuple[str, ...]
    """Offices whose holder is asked for, such as 区委书记."""
    small_talk: bool
    wanted: int
    """How many values are asked for: the number of 多少 and 几."""
    listed: int
    """How many items of a list are asked for (哪四种); 0 where it is not told."""
    spread: bool
    """Whether the answer is to be gathered from several places: 哪些地方, 各有多少."""

    @property
    def named(self) -> tuple[str, ...]:
        """All things that the question names: places in their short form, programmes, years, figures, persons."""
        places = (short_name(mention.name) for mention in self.places)
        return tuple(dict.fromkeys((*places, *self.names, *self.years, *self.numbers, *self.proper)))

    def agreement(self, text: str) -> float:
        """Return the share of the named things that stand in `text`, 0 to 1; 1 where nothing is named."""
        named = self.named
        plain = without_thousands(squeeze(fold(text)))
        return sum(stands_in(squeeze(fold(name)), plain) for name in named) / len(named) if named else 1.0

    @property
    def nouns(self) -> list[str]:
        """The nouns among its terms, single characters left out, in their order."""
        return [term for term in self.terms if len(term) > 1 and _is_noun(self.tags[term])]

    @property
    def subject(self) -> str:
        """What the question is about, in a word or two: its place, its programme or its year; else its own text."""
        if self.places:
            return self.places[0].name
        if self.names:
            return f"“{self.names[0]}”"
        return f"{self.years[0]}年" if self.years else self.text


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words by which questions are read, from `vocabulary.toml`."""

    asks: Mapping[Ask, re.Pattern[str]]
    patterns: Mapping[str, re.Pattern[str]]
    stop: frozenset[str]

    @classmethod
    def load(cls) -> Vocabulary:
        """Read the file beside this module."""
        tables = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8"))
        return cls(
            asks={Ask(name): re.compile("|".join(patterns)) for name, patterns in tables["asks"].items()},
            patterns={name: re.compile(pattern.replace("{units}", UNITS)) for name, pattern in tables["words"].items()},
            stop=frozenset(word for words in tables["stop"].values() for word in words.split()),
        )


class QuestionReader:
    """Reads questions with the knowledge of which names and places the library holds."""

    def __init__(
        self, vocabulary: Vocabulary, gazetteer: Gazetteer, quoted: Iterable[str], places: Iterable[str]
    ) -> None:
        """Prepare.

        Args:
            vocabulary: the words of questions.
            gazetteer: place names.
            quoted: names that stand in quotation marks somewhere in the library.
            places: place names that stand somewhere in the library.
        """
        self._vocabulary = vocabulary
        self._words = vocabulary.patterns
        self._gazetteer = gazetteer
        self._quoted = frozenset(n for n in map(fold, quoted) if _is_distinctive(n) and not _ASKING.search(n))
        self._places = frozenset(places)

    def read(self, text: str) -> Question:
        """Take a question apart."""
        plain = self._without_preface(narrow(simplified(encodable(text).strip())))
        found = [m for m in self._gazetteer.find_in_question(plain, self._places) if not _is_in_a_name(m, plain)]
        mentions = joined(found, plain)
        left_out = [match.span() for match in self._words["left_out"].finditer(plain)]
        quoted = frozenset(map(fold, quoted_names(plain)))
        places = tuple(
            mention
            for mention in mentions
            if not self._words["part_of_name"].match(plain, mention.end)
            and not any(start <= mention.start < end for start, end in left_out)
        )
        tagged = list(self._terms(plain, places))
        focus = "|".join(part for match in self._words["focus"].findall(plain) for part in match if part)
        names = tuple(self._names(plain, places))
        asks = frozenset(ask for ask, pattern in self._vocabulary.asks.items() if pattern.search(plain))
        return Question(
            text=plain,
            asks=asks or frozenset({Ask.OTHER}),
            places=places,
            named_after=tuple(
                short_name(mention.name)
                for mention in mentions
                if self._words["part_of_name"].match(plain, mention.end)
            ),
            names=names,
            likeness={name: self._likeness(name, quoted) for name in names},
            years=tuple(dict.fromkeys(self._words["year"].findall(plain))),
            terms={
                word: (1.0 if _is_noun(tag) else _OTHER_CLASS) * (_FOCUS if word in focus else 1.0)
                for word, tag in tagged
            },
            tags=dict(tagged),
            focus=tuple(word for word, _ in tagged if word in focus),
            proper=tuple(word for word, tag in tagged if tag in _PROPER_TAGS and len(word) > 2),
            persons=tuple(word for word, tag in tagged if tag[:2] == "nr" and re.fullmatch(PERSON, word)),
            moments=tuple(self._words["moment"].findall(_QUOTATION.sub("", plain))),
            small_talk=bool(self._words["small_talk"].search(fold(plain))),
            wanted=len(self._words["asked_number"].findall(plain)),
            measures=tuple(self._measures(plain, [word for word, _ in tagged])),
            numbers=tuple(map(without_thousands, self._words["number"].findall(plain))),
            offices=tuple(self._words["office"].findall(plain)),
            listed=_listed(self._words["asked_items"].search(plain)),
            spread=bool(self._words["spread"].search(plain)) and not _names_districts(places),
        )

    def _likeness(self, name: str, quoted: Collection[str]) -> float:
        """Return the share of a name that must stand in the evidence: people leave out or add words in a name."""
        folded = fold(name)
        return 1.0 if folded in quoted else KNOWN_NAME if folded in self._quoted else _COINED_NAME

    def _without_preface(self, text: str) -> str:
        """Return a question without a remark in front of it that says only what it is for."""
        match = self._words["preface"].match(text)
        if not match or self._gazetteer.find_in_question(match[0], self._places):
            return text
        return text[match.end() :]

    def _measures(self, text: str, terms: Sequence[str]) -> Iterator[Measure]:
        for match in self._words["measure"].finditer(text):
            start = max((m.end() for m in _PART_END.finditer(text, 0, match.start())), default=0)
            end = next((m.start() for m in _PART_END.finditer(text, match.end())), len(text))
            part = fold(text[start:end])
            yield Measure(match[1], part, tuple(term for term in terms if term in part))

    def _names(self, text: str, places: Iterable[Mention]) -> list[str]:
        """Return what must stand in the evidence as written: quoted, known from the library, or a name by its form."""
        folded = fold(text)
        found = list(quoted_names(text))
        found += sorted((name for name in self._quoted if _stands_in(name, folded)), key=len, reverse=True)
        bare = _without(text, places)
        for match in self._words["named"].finditer(bare):
            meaning = takewhile(lambda word: word not in self._vocabulary.stop, reversed(rjieba.cut(match[0])))
            name = _AREA.sub("", "".join(reversed(list(islice(meaning, 3)))))
            name = self._words["deed"].sub("", name)
            if re.search(rf"\d{re.escape(name)}", bare):
                name = name.removeprefix("年度").removeprefix("年")
            if len(name) >= 4 and name in bare and _is_distinctive(name):
                found.append(name)
        kept: list[str] = []
        for name in found:
            if not any(fold(name) in fold(other) for other in kept):
                kept.append(name)
        return kept

    def _terms(self, text: str, places: Iterable[Mention]) -> Iterator[tuple[str, str]]:
        bare = without_asking(fold(_without(text, places)))
        for word, tag in dict.fromkeys(rjieba.tag(bare)):
            if word in self._vocabulary.stop or not re.search(r"\w", word):
                continue
            if len(word) > 1 or word.isascii() or tag in _TELLING_TAGS:
                yield word, tag


def _is_in_a_name(mention: Mention, text: str) -> bool:
    """Whether a short place name is only a part of a township's or a person's: 老|沙湾|镇, 杨|光明."""
    if short_name(mention.name) != mention.name:
        return False
    if _TOWNSHIP.match(text, mention.end):
        return True
    at = 0
    for word, tag in rjieba.tag(text):
        if (
            tag[:2] == "nr"
            and word[0] not in _NO_SURNAME
            and at + len(word) in (mention.start, mention.end)
            and at < mention.start
        ):
            return len(text[at : mention.end]) == _FULL_NAME and bool(re.fullmatch(PERSON, text[at : mention.end]))
        at += len(word)
    return False


def _listed(match: re.Match[str] | None) -> int:
    if match is None:
        return 0
    return int(match[1]) if match[1].isdecimal() else "零一二三四五六七八九十".find(match[1].replace("两", "二"))


def _names_districts(mentions: Iterable[Mention]) -> bool:
    """Whether places are named that have no further places in them to ask about."""
    return any(place.district for mention in mentions for place in mention.places)


def _is_noun(tag: str) -> bool:
    return tag[0] in "nijl" or tag == "eng"


def _is_distinctive(name: str) -> bool:
    """Whether a name is more than one ordinary word, so that it must be meant as a name where it stands."""
    if len(name) < 3:
        return False
    tagged = rjieba.tag(name)
    return len(tagged) > 1 and not all(tag in ("v", "vn", "uj", "d", "p", "c") for _, tag in tagged)


def _stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a text; a short one as whole words with a noun at its end (not 包里|装)."""
    at = text.find(name)
    if at < 0 or len(name) > _SHORT_NAME:
        return at >= 0
    tagged = rjieba.tag(text)
    ends = list(accumulate((len(word) for word, _ in tagged), initial=0))
    if at not in ends or at + len(name) not in ends:
        return False
    return _is_noun(tagged[ends.index(at + len(name)) - 1][1])


def _without(text: str, places: Iterable[Mention]) -> str:
    for mention in reversed(list(places)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return text
