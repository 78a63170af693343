"""A text with markers, checked sentence by sentence against the excerpts that it cites.

No model takes part in the check. A sentence is supported where it carries a marker of an excerpt, all its figures,
quotations, persons and places stand in what it cites, it negates nothing that stands there without a negation (nor the
other way round), and its words are like those of the excerpt. Figures, as values with units, and the place that they
are of must stand in the same excerpt. That a sentence means what its excerpts mean is not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import rjieba

from assistant.citations import CitationList
from assistant.drafts import BEGUN_MARKER, ITEM, MARKERS, body_of, plain_text, segments, sentences_in
from assistant.excerpts import Excerpt
from assistant.listings import is_listed_in, is_listed_there, lengths_of_lists
from assistant.negations import affirmed, agrees, clauses_of
from assistant.quantities import Quantity, quantities, years_between
from assistant.sources import CLAUSE_END, HAN, WORD, Source, Statement, bare, folded_text, quotations, quoted
from assistant.values import persons
from retriever.names import PERSON
from retriever.places import Gazetteer, joined, short_name
from retriever.text import bigrams, fold, statement_spans

_MOST_QUOTES = 3
_LONGEST_SENTENCE = 600

_LATIN = re.compile(r"[A-Za-z]")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff]")
_INERT = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "|": " "})

_FULL_NAME = 3
_NO_LAST_CHARACTER = frozenset("自从在任于是为将等和与同称说向对作")
"""What the tagger takes for the last character of a name that ends before it (李健|自2016年)."""
_TITLE = re.compile(r"《[^》]*》")
_IN_A_NAME = re.compile(
    r"(?:(?![引招与和的在为有到赴区县市])[\u3400-\u9fff]){0,6}?(?:大学(?!生)|学院|医院|银行|公司|集团|研究[院所])|省?政府特殊津贴"
)
"""Behind a place that is a part of an institution's name: 南京大学, 苏州市立医院."""
_WORN = re.compile(r"戴[帽口手眼上着]")
_NUMBER = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿]{2,}|\d")
_IN_TURN = re.compile(r"分别|分列|依次")
"""Behind it, figures stand in the order of the places before it, not each behind its own."""
_DATES = frozenset("年月日")
_LIKE, _LIKE_WITH_FIGURES = 0.3, 0.2
"""Share of the pairs of characters of a sentence that the excerpts have to hold, without and with figures in it."""
_MOSTLY = 0.5
"""Share of a sentence that is quoted, from which on it counts as a quotation."""


class Badge(StrEnum):
    """What a sentence of an answer is, held against what it cites."""

    VERBATIM = "verbatim"
    """It quotes."""
    REPHRASED = "rephrased"
    """It says in other words what all of its figures, names and places stand in."""
    UNSUPPORTED = "unsupported"


class Fault(StrEnum):
    """Why a sentence is not supported."""

    UNREADABLE = "unreadable"
    """Too long, or not Chinese."""
    NO_SOURCE = "no source"
    """No marker of an excerpt."""
    NAME = "name"
    """A quotation, a document or a person that does not stand there."""
    FIGURE = "figure"
    """A figure or a place that does not stand there, or not of each other."""
    NEGATION = "negation"
    """It negates what stands there without a negation, or the other way round."""
    UNLIKE = "unlike"
    """Its words are not those of the excerpt."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence without its markers, what it is, and where it is not supported, why."""

    text: str
    badge: Badge
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a model's text: its lines with the markers of the citations, and how many sentences are not."""

    lines: tuple[str, ...]
    struck: int
    sentences: tuple[Verified, ...] = ()


@dataclass(frozen=True, slots=True)
class _Proof:
    """The parts of a supported sentence with the statements that prove them, and the place that it is about."""

    parts: list[tuple[str, list[Statement]]]
    badge: Badge
    places: frozenset[str]


class Checker:
    """Checks texts against the excerpts of one answer."""

    def __init__(
        self, excerpts: Sequence[Excerpt], gazetteer: Gazetteer, labels: Mapping[Badge, str] | None = None
    ) -> None:
        """Prepare.

        Args:
            excerpts: what may be cited.
            gazetteer: knows the places.
            labels: what is written behind a sentence that is supported.
        """
        self._labels = labels or {}
        self._gazetteer = gazetteer
        self._known = {mention.name for excerpt in excerpts for mention in gazetteer.find(excerpt.shown)}
        self._sources = {excerpt.number: self._source(excerpt) for excerpt in excerpts}

    def check(self, text: str, citations: CitationList, *, growing: bool = False) -> Checked:
        """Return what of `text` is supported.

        Args:
            text: what the model wrote.
            citations: collects what the kept sentences cite, sentence by sentence.
            growing: more of the text is to come, so that its last sentence may not be whole.
        """
        plain = plain_text(text)
        if growing:
            plain = BEGUN_MARKER.sub("", plain)
        rows = [(bool(ITEM.match(line)), list(sentences_in(body_of(line)))) for line in plain.split("\n")]
        if growing:
            rows[-1] = (rows[-1][0], rows[-1][1][:-1])
        lines: list[str] = []
        verified: list[Verified] = []
        for is_item, sentences in rows:
            kept: list[str] = []
            places: frozenset[str] = frozenset()
            for sentence in sentences:
                words = MARKERS.sub("", sentence)
                if not WORD.search(words):
                    continue
                proof = self._proved(sentence, places)
                if isinstance(proof, Fault):
                    verified.append(Verified(words, Badge.UNSUPPORTED, proof))
                    continue
                verified.append(Verified(words, proof.badge))
                places = proof.places
                kept += [part.translate(_INERT).strip() + _cited(quotes, citations) for part, quotes in proof.parts]
                kept.append(self._labels.get(proof.badge, ""))
            if kept:
                lines.append(("- " if is_item else "") + "".join(kept))
        struck = sum(one.badge is Badge.UNSUPPORTED for one in verified)
        return Checked(tuple(lines), struck, tuple(verified))

    def _proved(self, sentence: str, places: frozenset[str]) -> _Proof | Fault:
        """Return the parts of a sentence with what proves them, or what is wrong with it.

        Args:
            sentence: with its markers.
            places: what the sentence before is about; one that names no place is taken to go on with it.
        """
        whole = MARKERS.sub("", sentence)
        if len(whole) > _LONGEST_SENTENCE or not _is_chinese(whole):
            return Fault.UNREADABLE
        parts, stands = [], True
        for words, numbers in segments(sentence):
            sources = [self._sources[number] for number in dict.fromkeys(numbers) if number in self._sources]
            if not sources:
                return Fault.NO_SOURCE
            named = [*quoted(words), *_named(words)]
            if not all(any(_stands(name, source) for source in sources) for name in named):
                return Fault.NAME
            holders: list[Source] = []
            for clause in CLAUSE_END.split(words):
                if not WORD.search(clause):
                    continue
                places = self._places(_TITLE.sub("", clause)) or places
                figures = quantities(clause)
                fitting = [one for one in sources if places <= one.places and _tells(one, figures, words)]
                owners = places - self._in_names(clause)
                fitting = [one for one in fitting if _of_the_place(one, figures, owners)]
                if not fitting:
                    return Fault.FIGURE
                holders += fitting
            holders = list(dict.fromkeys(holders))
            if not agrees(words, holders):
                return Fault.NEGATION
            quotes = _proof(words, named, holders)
            if not quotes or not _alike(words, holders):
                return Fault.UNLIKE
            parts.append((words, quotes))
            stands = stands and any(bare(words) in source.bare for source in holders)
        badge = Badge.VERBATIM if stands or _is_mostly_quoted(whole) else Badge.REPHRASED
        return _Proof(parts, badge, places) if parts else Fault.NO_SOURCE

    def _source(self, excerpt: Excerpt) -> Source:
        folded, clauses = folded_text(excerpt.shown), tuple(clauses_of(excerpt.text))
        said = affirmed(folded)
        return Source(
            folded,
            bare(excerpt.shown),
            tuple(quantities(excerpt.shown)),
            tuple(years_between(excerpt.shown)),
            self._places(excerpt.shown),
            clauses,
            frozenset(word for word, tag in rjieba.tag(fold(excerpt.shown)) if tag[:2] == "nr"),
            frozenset(what for clause in clauses for what in clause.negated if what not in said),
            tuple(self._statements(excerpt)),
        )

    def _statements(self, excerpt: Excerpt) -> Iterator[Statement]:
        for start, end in statement_spans(excerpt.text):
            text = excerpt.text[start:end]
            at, pairs = excerpt.start, frozenset(bigrams(text))
            told = tuple(quantities(text))
            lists = lengths_of_lists(text)
            yield Statement(
                excerpt, at + start, at + end, text, folded_text(text), told, lists, self._by_place(text), pairs
            )

    def _by_place(self, text: str) -> tuple[tuple[str, tuple[Quantity, ...]], ...]:
        mentions = joined(self._gazetteer.find(text, self._known), text)
        mentions = [mention for mention in mentions if not _IN_A_NAME.match(text, mention.end)]
        if len({mention.name for mention in mentions}) < 2 or _IN_TURN.search(text):
            return ()
        ends = [mention.start for mention in mentions[1:]] + [len(text)]
        return tuple(
            (short_name(mention.name), tuple(quantities(text[mention.end : end])))
            for mention, end in zip(mentions, ends, strict=True)
        )

    def _in_names(self, text: str) -> frozenset[str]:
        """Return the short names of the places that a text has in the names of institutions only."""
        mentions = self._gazetteer.find(text, self._known)
        return frozenset(short_name(one.name) for one in mentions if _IN_A_NAME.match(text, one.end))

    def _places(self, text: str) -> frozenset[str]:
        """Return the short names of places; of 重庆市九龙坡区 only 九龙坡: it tells nothing of 重庆市 as a whole."""
        return frozenset(short_name(mention.name) for mention in joined(self._gazetteer.find(text, self._known), text))


def _is_chinese(words: str) -> bool:
    han = len(HAN.findall(words))
    return han > 0 and han >= len(_LATIN.findall(words)) and not _OTHER_SCRIPT.search(words)


def _tells(source: Source, figures: Sequence[Quantity], sentence: str) -> bool:
    """Whether all figures are told, or count what their sentence or the source lists (三家单位：甲、乙、丙).

    A year inside a span counts only where nothing is said of it in figures: 2020—2022年50名 are not 50 in 2021.
    """
    counts = any(one.unit not in _DATES for one in figures)
    told = source.quantities if counts else (*source.quantities, *source.years_between)
    return all(
        any(one.is_told_by(other) for other in told)
        or is_listed_there(sentence, one, source)
        or is_listed_in(one, source, sentence)
        for one in figures
    )


def _of_the_place(source: Source, figures: Sequence[Quantity], places: frozenset[str]) -> bool:
    """Whether no figure stands behind another place wherever a statement tells it of one of several."""
    for figure in figures if places else ():
        if figure.unit in _DATES:
            continue
        of = [
            (statement, {place for place, told in statement.by_place if any(figure.is_told_by(one) for one in told)})
            for statement in source.statements
            if any(figure.is_told_by(one) for one in statement.quantities)
        ]
        if of and all(statement.by_place and owners and owners.isdisjoint(places) for statement, owners in of):
            return False
    return True


def _alike(words: str, sources: Sequence[Source]) -> bool:
    """Whether enough of the words stands in what is cited, with or without the figures, which may be put otherwise."""
    share = _LIKE_WITH_FIGURES if quantities(words) else _LIKE
    for text in (words, _NUMBER.sub(" ", words)):
        pairs = set(bigrams(text))
        if sum(any(pair in source.folded for source in sources) for pair in pairs) >= share * len(pairs):
            return True
    return False


def _is_mostly_quoted(words: str) -> bool:
    """Whether most of a sentence stands in quotation marks."""
    longest = max((len(bare(one)) for one in quotations(words)), default=0)
    return longest >= _MOSTLY * len(bare(words))


def _named(words: str) -> set[str]:
    """Return the persons that are named: behind an office, or full names that the tagger knows for such."""
    tagged = (word for word, tag in rjieba.tag(fold(words)) if tag[:2] == "nr" and len(word) == _FULL_NAME)
    full = (word for word in tagged if re.fullmatch(PERSON, word) and not _WORN.match(word))
    return {*map(folded_text, persons(words)), *full}


def _stands(name: str, source: Source) -> bool:
    """Whether a name stands in a source; one to which the tagger has added the next word (李健|自) without that."""
    if name in source.folded:
        return True
    return len(name) == _FULL_NAME and name[-1] in _NO_LAST_CHARACTER and name[:-1] in source.persons


def _proof(words: str, named: Sequence[str], sources: Sequence[Source]) -> list[Statement]:
    """Return the statements that together hold the values of some words, at least the one most like them."""
    candidates = [statement for source in sources for statement in source.statements]
    wanted, names, pairs = list(quantities(words)), set(named), set(bigrams(words))
    chosen: list[Statement] = []

    def gain(statement: Statement) -> int:
        told = sum(any(one.is_told_by(other) for other in statement.quantities) for one in wanted)
        return told + sum(name in statement.folded for name in names)

    while candidates and len(chosen) < _MOST_QUOTES:
        best = max(candidates, key=lambda statement: (gain(statement), len(pairs & statement.pairs)))
        if not gain(best) and (chosen or not pairs & best.pairs):
            break
        chosen.append(best)
        wanted = [one for one in wanted if not any(one.is_told_by(other) for other in best.quantities)]
        names -= {name for name in names if name in best.folded}
    return chosen


def _cited(statements: Iterable[Statement], citations: CitationList) -> str:
    markers = [
        citations.cite(s.excerpt.document_id, s.excerpt.source, s.excerpt.title, s.start, s.end, s.text)
        for s in statements
    ]
    return "".join(f"[{marker}]" for marker in markers)
