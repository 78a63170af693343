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
from string import punctuation

import rjieba

from assistant.citations import CitationList
from assistant.drafts import BEGUN_MARKER, ITEM, MARKERS, body_of, plain_text, segments, sentences_in
from assistant.excerpts import Excerpt
from assistant.quantities import Quantity, quantities
from assistant.values import persons
from retriever.names import PERSON
from retriever.places import Gazetteer, joined, short_name
from retriever.text import bigrams, fold, squeeze, statement_spans, without_thousands

_MOST_QUOTES = 3
_LONGEST_SENTENCE = 600

_CLAUSE_END = re.compile(r"[，；;。！？!?]|,(?![0-9])")
_WORD = re.compile(r"\w")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff]")
_QUOTE = re.compile(r"[“「『\"]([^“”「」『』\"\n]+)[”」』\"]|《([^《》\n]+)》")

_INERT = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "|": " "})

_NEGATION = re.compile(
    r"(?!不(?:仅|断|但|管|论|过|足|超|少|幸|懈|等|容|免|愧|乏|惜|久|凡|动产|同(?!意))|未来|无(?:人机|偿|论|疑|私|穷|数|形|缝|限)|没收)"
    r"(?:不得|不能|不再|不会|不予|不用|不必|不准|不许|尚未|未能|未曾|从未|没有|无需|无须|禁止|严禁|不|未|没|无)"
    r"(?:再|被|予以|进行|得到|出现)?(?P<what>[\u3400-\u9fff][\u3400-\u9fff0-9])"
)
"""不仅, 不断, 未来 and the like negate nothing; 不足 and 不超过 belong to a figure."""
_LIST_BEGINS = (re.compile(r"[：:]"), re.compile(r"[：:]|是|即|有|为|针对|涉及|包括"))
"""What stands before the things that a sentence lists."""
_BETWEEN_ITEMS = (
    re.compile(r"、"),
    re.compile(r"[；;]"),
    re.compile(r"[、，,；;]"),
    re.compile(r"[、，,；;]|和|以及|及|与|还有"),
)
_ENUMERATED = re.compile(r"[一二三四五六七八九十]是")
_FULL_NAME = 3
_MOST_LISTED = 12
_DATES = frozenset("年月日")
_MEASURED = frozenset({"", "元", "美元", "%", "年", "月", "日", "岁", "亩", "吨", "倍", "天"})
_NOT = frozenset("不未没无非")
_LIKE, _LIKE_WITH_FIGURES = 0.25, 0.15
"""Share of the pairs of characters of a sentence that the excerpts have to hold, without and with figures in it."""
_TOLD = 0.6
"""Share of the pairs of a clause that a sentence has to hold to tell what the clause does."""
_SPOKEN_OF = 0.4
"""Share of them that a sentence has to hold that negates something which stands in the clause."""
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
class _Statement:
    """What can be quoted of an excerpt, `document.text[start:end] == text`."""

    excerpt: Excerpt
    start: int
    end: int
    text: str
    folded: str
    quantities: tuple[Quantity, ...]
    by_place: tuple[tuple[str, tuple[Quantity, ...]], ...]
    """Where it names several places: the short name of each with the figures behind it, up to the next."""
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of an excerpt, its pairs of characters without the negation, and what it negates."""

    folded: str
    pairs: frozenset[str]
    negated: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Source:
    """An excerpt taken apart."""

    folded: str
    quantities: tuple[Quantity, ...]
    places: frozenset[str]
    clauses: tuple[_Clause, ...]
    statements: tuple[_Statement, ...]


@dataclass(frozen=True, slots=True)
class _Proof:
    """The parts of a supported sentence with the statements that prove them, and the place that it is about."""

    parts: list[tuple[str, list[_Statement]]]
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
        self._sources = {
            excerpt.number: _Source(
                _folded(excerpt.shown),
                tuple(quantities(excerpt.shown)),
                self._places(excerpt.shown),
                tuple(_clauses(excerpt.text)),
                tuple(self._statements(excerpt)),
            )
            for excerpt in excerpts
        }

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
                if not _WORD.search(words):
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
        parts = []
        for words, numbers in segments(sentence):
            sources = [self._sources[number] for number in dict.fromkeys(numbers) if number in self._sources]
            if not sources:
                return Fault.NO_SOURCE
            named = [*_quoted(words), *_named(words)]
            if not all(any(name in source.folded for source in sources) for name in named):
                return Fault.NAME
            holders: list[_Source] = []
            for clause in _CLAUSE_END.split(words):
                if not _WORD.search(clause):
                    continue
                places = self._places(clause) or places
                fitting = [one for one in sources if _tells(one.quantities, clause, words) and places <= one.places]
                fitting = [one for one in fitting if _of_the_place(one, clause, places)]
                if not fitting:
                    return Fault.FIGURE
                holders += fitting
            holders = list(dict.fromkeys(holders))
            if not _agree(words, holders):
                return Fault.NEGATION
            quotes = _proof(words, named, holders)
            if not quotes or not _alike(words, holders):
                return Fault.UNLIKE
            parts.append((words, quotes))
        return _Proof(parts, _badge(whole, parts), places) if parts else Fault.NO_SOURCE

    def _statements(self, excerpt: Excerpt) -> Iterator[_Statement]:
        for start, end in statement_spans(excerpt.text):
            text = excerpt.text[start:end]
            at, pairs = excerpt.start, frozenset(bigrams(text))
            told = tuple(quantities(text))
            yield _Statement(excerpt, at + start, at + end, text, _folded(text), told, self._by_place(text), pairs)

    def _by_place(self, text: str) -> tuple[tuple[str, tuple[Quantity, ...]], ...]:
        mentions = joined(self._gazetteer.find(text, self._known), text)
        if len({mention.name for mention in mentions}) < 2:
            return ()
        ends = [mention.start for mention in mentions[1:]] + [len(text)]
        return tuple(
            (short_name(mention.name), tuple(quantities(text[mention.end : end])))
            for mention, end in zip(mentions, ends, strict=True)
        )

    def _places(self, text: str) -> frozenset[str]:
        """Return the short names of places; of 重庆市九龙坡区 only 九龙坡: it tells nothing of 重庆市 as a whole."""
        return frozenset(short_name(mention.name) for mention in joined(self._gazetteer.find(text, self._known), text))


def _is_chinese(words: str) -> bool:
    han = len(_HAN.findall(words))
    return han > 0 and han >= len(_LATIN.findall(words)) and not _OTHER_SCRIPT.search(words)


def _folded(text: str) -> str:
    """Return a text in the form in which figures and names are compared; no figure reaches across a comma."""
    folded = squeeze(fold(text.replace("，", "；")))
    return without_thousands(folded).replace(",", ";")


def _tells(told: Sequence[Quantity], text: str, sentence: str) -> bool:
    """Whether all figures of a text are told, or count what its sentence lists (三家单位：甲、乙、丙)."""
    return all(any(one.is_told_by(other) for other in told) or _lists(sentence, one) for one in quantities(text))


def _of_the_place(source: _Source, clause: str, places: frozenset[str]) -> bool:
    """Whether no figure of a clause stands behind another place wherever a statement tells it of one of several."""
    for figure in quantities(clause) if places else ():
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


def _lists(sentence: str, count: Quantity) -> bool:
    """Whether a sentence lists as many things as a figure says."""
    if count.hedge or count.unit in _MEASURED or not 2 <= count.value <= _MOST_LISTED:
        return False
    if len(_ENUMERATED.findall(sentence)) == count.value:
        return True
    return any(
        sum(bool(_WORD.search(item)) for item in between.split(run)) == count.value
        for begins in _LIST_BEGINS
        for after in begins.split(sentence)[1:]
        for run in (after, re.split(r"[，,]", after)[0])
        for between in _BETWEEN_ITEMS
    )


def _negated(text: str) -> frozenset[str]:
    """Return what a text negates, as pairs of characters: 未|参加, 不得|兼任."""
    return frozenset(match["what"] for match in _NEGATION.finditer(squeeze(fold(text))))


def _clauses(text: str) -> Iterator[_Clause]:
    for clause in _CLAUSE_END.split(text):
        folded = squeeze(fold(clause))
        if pairs := frozenset(bigrams(_NEGATION.sub(r" \g<what>", folded))):
            yield _Clause(folded, pairs, _negated(folded))


def _agree(words: str, sources: Sequence[_Source]) -> bool:
    """Whether the words negate what the clauses of the sources that they tell negate, and nothing else.

    They tell a clause where most of its pairs of characters stand in them. A quotation may not leave out the negation
    that stands right before it.
    """
    folded = squeeze(fold(words))
    negated, affirmed = _negated(words), _NEGATION.sub(" ", folded)
    said = set(bigrams(_NEGATION.sub(r" \g<what>", folded)))
    for source in sources:
        told = [clause for clause in source.clauses if len(clause.pairs & said) >= _TOLD * len(clause.pairs)]
        if not negated and any(clause.negated for clause in told):
            return False
        if any(what in affirmed for clause in told for what in clause.negated - negated):
            return False
        for what in negated:
            about = [clause for clause in source.clauses if what in clause.folded]
            near = any(len(clause.pairs & said) >= _SPOKEN_OF * len(clause.pairs) for clause in about)
            if near and not any(clause.negated for clause in about):
                return False
    quoted = [*_quoted(words), *(clause for clause in map(_folded, _CLAUSE_END.split(words)) if len(clause) > 3)]
    quoted = [name for name in quoted if any(name in source.folded for source in sources)]
    return all(any(_stands_affirmed(name, source.folded) for source in sources) for name in quoted)


def _stands_affirmed(quotation: str, text: str) -> bool:
    """Whether a quotation stands in a text without a negation right before it."""
    return any(text[match.start() - 1 : match.start()] not in _NOT for match in re.finditer(re.escape(quotation), text))


def _alike(words: str, sources: Sequence[_Source]) -> bool:
    """Whether enough of the words stands in what is cited."""
    pairs = set(bigrams(words))
    share = _LIKE_WITH_FIGURES if quantities(words) else _LIKE
    return sum(any(pair in source.folded for source in sources) for pair in pairs) >= share * len(pairs)


def _badge(words: str, parts: Sequence[tuple[str, Sequence[_Statement]]]) -> Badge:
    """Return whether a supported sentence quotes, as a whole or for the most part, or tells in other words."""
    said = _bare(words)
    cited = [_bare(quote.text) for _, quotes in parts for quote in quotes]
    quoted = sum(len(_bare(match[1] or match[2])) for match in _QUOTE.finditer(words))
    whole = all(any(_bare(part) in text for text in cited) for part, _ in parts)
    return Badge.VERBATIM if whole or quoted >= _MOSTLY * len(said) else Badge.REPHRASED


def _bare(text: str) -> str:
    """Return the letters, characters and digits of a text."""
    return "".join(_WORD.findall(fold(text)))


def _quoted(words: str) -> list[str]:
    """Return what stands in quotation or title marks, however long, without what is left out by ……."""
    found = []
    for match in _QUOTE.finditer(words):
        parts = re.split(r"\.{3,}", _folded(match[1] or match[2]))
        found += [part.strip(punctuation + "。、") for part in parts]
    return [part for part in found if part]


def _named(words: str) -> set[str]:
    """Return the persons that are named: behind an office, or full names that the tagger knows for such."""
    tagged = (word for word, tag in rjieba.tag(fold(words)) if tag == "nr" and len(word) == _FULL_NAME)
    return {*map(_folded, persons(words)), *(word for word in tagged if re.fullmatch(PERSON, word))}


def _proof(words: str, named: Sequence[str], sources: Sequence[_Source]) -> list[_Statement]:
    """Return the statements that together hold the values of some words, at least the one most like them."""
    candidates = [statement for source in sources for statement in source.statements]
    wanted, names, pairs = list(quantities(words)), set(named), set(bigrams(words))
    chosen: list[_Statement] = []

    def gain(statement: _Statement) -> int:
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


def _cited(statements: Iterable[_Statement], citations: CitationList) -> str:
    markers = [
        citations.cite(s.excerpt.document_id, s.excerpt.source, s.excerpt.title, s.start, s.end, s.text)
        for s in statements
    ]
    return "".join(f"[{marker}]" for marker in markers)
