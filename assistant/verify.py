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
from assistant.quantities import Quantity, quantities, years_between
from assistant.values import persons
from retriever.figures import UNITS
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
_OPENING, _CLOSING = "“「『《", "”」』》"

_INERT = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "|": " "})

_NEGATION = re.compile(
    r"(?!不(?:得不|能不|仅|断|但|管|论|过|足|[得能应]?超|少|幸|懈|等|容|免|愧|乏|惜|久|凡|动产|同(?!意))|未来|无(?:人机|偿|论|疑|私|穷|数|形|缝|限)|没收)"
    r"(?:不得|不能|不再|不会|不予|不用|不必|不准|不许|尚未|未能|未曾|从未|没有|没能|没法|无需|无须|无法|难以|禁止|严禁|不|未|没|无)"
    r"(?:再|被|予以|进行|得到|出现|受到)?(?P<what>[\u3400-\u9fff][\u3400-\u9fff0-9])"
)
"""不仅, 不断, 未来 and the like negate nothing; 不足 and 不超过 belong to a figure."""
_BEYOND = re.compile(r"(不?)[能得应可]?(超过|低于|少于|高于|多于|晚于|早于)(?![\d一二三四五六七八九十百千万近约])")
"""不超过 and 超过 that stand away from their figure; those right before it are its hedge."""
_LIST_BEGINS = (re.compile(r"[：:]"), re.compile(r"[：:]|是|即|有(?![序效力关])|为|针对|涉及|包括"))
"""What stands before the things that a sentence lists."""
_LISTED_BEFORE = re.compile(rf"([^，。；：]+?)(?<![共计达有等超约近])([二两三四五六七八九十])(?:{UNITS})")
"""甲、乙、丙三个街道."""
_AND = re.compile(r"和|以及|及|与")
_SAID_OF_A_LIST = 0.15
"""Share of the pairs of a sentence that stand in a statement whose items it counts."""
_SUMS_UP = re.compile(r"(?:一?共|总共|合计|分为|分成|归纳为|概括为)(?:有|是|为)?$")
"""What stands before the count of things that the source lists."""
_KINDS = frozenset({"个", "项", "类", "种", "条", "家", "所", "件"})
_SPELLED = re.compile(r"个?字")
_ITEM_END = 2
"""So many characters at the end of an item have to stand in the source, where a sentence counts what it lists."""
_ITEMS_BEFORE = re.compile(r"、|和|以及|及|与|”“")
_SUMMED_UP = re.compile(
    rf"([^，。；：]*、[^，。；：]+)[，,](?:一?共|总共|就是这)(?:有|是)?([二两三四五六七八九十]|\d{{1,2}})(?:{UNITS})"
)
"""甲、乙、丙，共三项."""
_DAYS = re.compile(r"(\d{1,2})[日号]?[^，。；\d]{0,3}?[到至—\-－]+(\d{1,2})[日号]")
"""8月10日到12日 are three days."""
_BETWEEN_ITEMS = (
    re.compile(r"、"),
    re.compile(r"[；;]"),
    re.compile(r"[、，,；;]"),
    re.compile(r"、|以及"),
    re.compile(r"、|和"),
    re.compile(r"[、，,；;]|和|以及|及|与|还有"),
)
_ENUMERATED = re.compile(r"[一二三四五六七八九十]是")
_PAIR = 2
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
_MOST_LISTED = 12
_DATES = frozenset("年月日")
_MEASURED = frozenset({"", "元", "美元", "%", "年", "月", "日", "岁", "亩", "吨", "倍", "天"})
_NOT = frozenset("不未没无非")
_LIKE, _LIKE_WITH_FIGURES = 0.3, 0.2
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
    lists: frozenset[int]
    """How many things its clauses list."""
    by_place: tuple[tuple[str, tuple[Quantity, ...]], ...]
    """Where it names several places: the short name of each with the figures behind it, up to the next."""
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of an excerpt, its pairs of characters without the negation, and what it negates."""

    folded: str
    pairs: frozenset[str]
    negated: frozenset[str]
    without: frozenset[str]
    """What stands on both sides of each negation, run together as it reads when the negation is dropped."""


@dataclass(frozen=True, slots=True)
class _Source:
    """An excerpt taken apart; `bare` is all of it in letters, characters and digits."""

    folded: str
    bare: str
    quantities: tuple[Quantity, ...]
    years_between: tuple[Quantity, ...]
    """Those inside the spans that it names."""
    places: frozenset[str]
    clauses: tuple[_Clause, ...]
    persons: frozenset[str]
    """The words that the tagger takes for personal names."""
    only_negated: frozenset[str]
    """What it negates and nowhere says without a negation."""
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
        parts, stands = [], True
        for words, numbers in segments(sentence):
            sources = [self._sources[number] for number in dict.fromkeys(numbers) if number in self._sources]
            if not sources:
                return Fault.NO_SOURCE
            named = [*_quoted(words), *_named(words)]
            if not all(any(_stands(name, source) for source in sources) for name in named):
                return Fault.NAME
            holders: list[_Source] = []
            for clause in _CLAUSE_END.split(words):
                if not _WORD.search(clause):
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
            if not _agree(words, holders):
                return Fault.NEGATION
            quotes = _proof(words, named, holders)
            if not quotes or not _alike(words, holders):
                return Fault.UNLIKE
            parts.append((words, quotes))
            stands = stands and any(_bare(words) in source.bare for source in holders)
        badge = Badge.VERBATIM if stands or _is_mostly_quoted(whole) else Badge.REPHRASED
        return _Proof(parts, badge, places) if parts else Fault.NO_SOURCE

    def _source(self, excerpt: Excerpt) -> _Source:
        folded, clauses = _folded(excerpt.shown), tuple(_clauses(excerpt.text))
        affirmed = _NEGATION.sub(" ", folded)
        return _Source(
            folded,
            _bare(excerpt.shown),
            tuple(quantities(excerpt.shown)),
            tuple(years_between(excerpt.shown)),
            self._places(excerpt.shown),
            clauses,
            frozenset(word for word, tag in rjieba.tag(fold(excerpt.shown)) if tag[:2] == "nr"),
            frozenset(what for clause in clauses for what in clause.negated if what not in affirmed),
            tuple(self._statements(excerpt)),
        )

    def _statements(self, excerpt: Excerpt) -> Iterator[_Statement]:
        for start, end in statement_spans(excerpt.text):
            text = excerpt.text[start:end]
            at, pairs = excerpt.start, frozenset(bigrams(text))
            told = tuple(quantities(text))
            lists = _lengths_of_lists(text)
            yield _Statement(
                excerpt, at + start, at + end, text, _folded(text), told, lists, self._by_place(text), pairs
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
    han = len(_HAN.findall(words))
    return han > 0 and han >= len(_LATIN.findall(words)) and not _OTHER_SCRIPT.search(words)


def _folded(text: str) -> str:
    """Return a text in the form in which figures and names are compared; no figure reaches across a comma."""
    folded = squeeze(fold(text.replace("，", "；")))
    return without_thousands(folded).replace(",", ";")


def _tells(source: _Source, figures: Sequence[Quantity], sentence: str) -> bool:
    """Whether all figures are told, or count what their sentence or the source lists (三家单位：甲、乙、丙).

    A year inside a span counts only where nothing is said of it in figures: 2020—2022年50名 are not 50 in 2021.
    """
    counts = any(one.unit not in _DATES for one in figures)
    told = source.quantities if counts else (*source.quantities, *source.years_between)
    return all(
        any(one.is_told_by(other) for other in told)
        or _lists(sentence, one, source)
        or _is_listed(one, source, sentence)
        for one in figures
    )


def _of_the_place(source: _Source, figures: Sequence[Quantity], places: frozenset[str]) -> bool:
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


def _lists(sentence: str, count: Quantity, source: _Source) -> bool:
    """Whether a sentence lists as many things as a figure says, quotes so many characters, or tells so many days."""
    if count.unit == "天" and count.value in _days_told(sentence):
        return True
    if any(len(_HAN.findall(one)) == count.value for one in _spelled(sentence, count)):
        return True
    if not _is_count(count):
        return False
    if len(_ENUMERATED.findall(sentence)) == count.value:
        return True
    if any(
        sum(bool(_WORD.search(item)) for item in between.split(run)) == count.value
        for begins in _LIST_BEGINS
        for after in begins.split(sentence)[1:]
        for run in (after, re.split(r"[，,]", after)[0])
        for between in _BETWEEN_ITEMS
    ):
        return True
    return count.unit != "人" and any(
        _counts_its_items(match, count, source)
        for pattern in (_LISTED_BEFORE, _SUMMED_UP)
        for match in pattern.finditer(sentence)
    )


def _counts_its_items(match: re.Match[str], count: Quantity, source: _Source) -> bool:
    """Whether a list, and the count right behind it, are a list of the source: 甲、乙、丙三个街道."""
    items = [item for item in _ITEMS_BEFORE.split(match[1]) if _WORD.search(item)]
    if len(items) != count.value or not any(count.value in statement.lists for statement in source.statements):
        return False
    told = quantities(match[0][len(match[1]) :])
    ends = (_bare(item)[-_ITEM_END:] for item in items)
    return any(one.value == count.value for one in told) and all(end in source.bare for end in ends)


def _spelled(sentence: str, count: Quantity) -> list[str]:
    """Return what a sentence says to have so many characters: 三个字：“…”."""
    found = []
    for match in _SPELLED.finditer(sentence):
        before = quantities(sentence[max(0, match.start() - 3) : match.start()] + "个")
        if any(one.value == count.value for one in before):
            found += [*_quotations(sentence), sentence[match.end() :]]
    return found


def _days_told(sentence: str) -> set[int]:
    """Return how many days a sentence tells by its dates, from the first to the last or one after another."""
    folded = squeeze(fold(sentence))
    spans = {int(match[2]) - int(match[1]) + 1 for match in _DAYS.finditer(folded)}
    return {*spans, len(re.findall(r"\d[日号](?=、|和|及|$|[。，])", folded))}


def _is_count(figure: Quantity) -> bool:
    return not figure.hedge and figure.unit not in _MEASURED and 2 <= figure.value <= _MOST_LISTED


def _is_listed(count: Quantity, source: _Source, sentence: str) -> bool:
    """Whether a sentence sums up (共三项) what a source lists, in a statement that it tells of or by 一是, 二是.

    Where the source tells the same figure of something else, or a total, it does not count.
    """
    if not _is_count(count) or count.unit not in _KINDS or any(o.value == count.value for o in source.quantities):
        return False
    if not any(_sums_up(clause, count) for clause in _CLAUSE_END.split(sentence)):
        return False
    if len(_ENUMERATED.findall(source.folded)) == count.value:
        return True
    pairs = set(bigrams(sentence))
    return any(
        count.value in statement.lists and len(pairs & statement.pairs) >= _SAID_OF_A_LIST * len(pairs)
        for statement in source.statements
    )


def _sums_up(clause: str, count: Quantity) -> bool:
    """Whether a clause says 共, 分为 or the like right before a count."""
    for match in re.finditer(r"[二两三四五六七八九十]|\d+", clause):
        told = quantities(clause[match.start() :])
        if _SUMS_UP.search(clause[: match.start()]) and any(one.value == count.value for one in told):
            return True
    return False


def _lengths_of_lists(text: str) -> frozenset[int]:
    """Return how many things the clauses of a text list: 甲、乙和丙 are three, or two where 乙和丙 is one."""
    found: set[int] = set()
    for clause in re.split(r"[，,；;：:。]", text):
        for items in (clause.split("、"), clause.split("”“")):
            found |= {len(items), len(items) + bool(_AND.search(items[-1]))}
    return frozenset(found - {1})


def _negated(text: str) -> frozenset[str]:
    """Return what a text negates, as pairs of characters: 未|参加, 不得|兼任."""
    return frozenset(match["what"] for match in _NEGATION.finditer(squeeze(fold(text))))


def _clauses(text: str) -> Iterator[_Clause]:
    for clause in _CLAUSE_END.split(text):
        folded = squeeze(fold(clause))
        if pairs := frozenset(bigrams(_NEGATION.sub(r" \g<what>", folded))):
            dropped = (folded[max(0, m.start() - 1) : m.start()] + m["what"] for m in _NEGATION.finditer(folded))
            yield _Clause(folded, pairs, _negated(folded), frozenset(run for run in dropped if len(run) > _PAIR))


def _agree(words: str, sources: Sequence[_Source]) -> bool:
    """Whether the words negate what the clauses of the sources that they tell negate, and nothing else.

    They tell a clause where most of its pairs of characters stand in them. A quotation may not leave out the negation
    that stands right before it.
    """
    folded = squeeze(fold(words))
    if any(_opposed(folded, source.folded) for source in sources):
        return False
    negated, affirmed = _negated(words), _NEGATION.sub(" ", folded)
    said = set(bigrams(_NEGATION.sub(r" \g<what>", folded)))
    for source in sources:
        if any(what in affirmed and _is_about(what, source, said) for what in source.only_negated - negated):
            return False
        told = [clause for clause in source.clauses if len(clause.pairs & said) >= _TOLD * len(clause.pairs)]
        told = [one for one in told if not any(_tells_better(other, one, said, negated) for other in source.clauses)]
        if not negated and "非" not in folded and any(clause.negated for clause in told):
            return False
        if any(what in affirmed for clause in told for what in clause.negated - negated):
            return False
        if any(run in affirmed and run not in source.folded for clause in source.clauses for run in clause.without):
            return False
        for what in negated:
            about = [clause for clause in source.clauses if what in clause.folded]
            near = any(len(clause.pairs & said) >= _SPOKEN_OF * len(clause.pairs) for clause in about)
            if near and not any(clause.negated for clause in about):
                return False
    quoted = [*_quoted(words), *(clause for clause in map(_folded, _CLAUSE_END.split(words)) if len(clause) > 3)]
    quoted = [name for name in quoted if any(name in source.folded for source in sources)]
    return all(any(_stands_affirmed(name, source.folded) for source in sources) for name in quoted)


def _tells_better(plain: _Clause, denied: _Clause, said: set[str], negated: frozenset[str]) -> bool:
    """Whether a clause that negates nothing holds all that some words share with one that does, and what it denies."""
    if plain.negated or not denied.negated or not denied.pairs & said <= plain.pairs:
        return False
    return all(what in plain.folded for what in denied.negated) and not any(what in plain.folded for what in negated)


def _is_about(what: str, source: _Source, said: set[str]) -> bool:
    """Whether some pairs of characters share more than `what` with a clause that negates it."""
    return any(what in clause.negated and len(clause.pairs & said - {what}) > 0 for clause in source.clauses)


def _opposed(words: str, text: str) -> bool:
    """Whether some words say 超过 where a text only says 不超过, or the other way round."""
    said, told = ({(m[2], m[1]) for m in _BEYOND.finditer(one)} for one in (words, text))
    return any((word, no) not in told and (word, "" if no else "不") in told for word, no in said)


def _stands_affirmed(quotation: str, text: str) -> bool:
    """Whether a quotation stands in a text without a negation right before it."""
    return any(text[match.start() - 1 : match.start()] not in _NOT for match in re.finditer(re.escape(quotation), text))


def _alike(words: str, sources: Sequence[_Source]) -> bool:
    """Whether enough of the words stands in what is cited, with or without the figures, which may be put otherwise."""
    share = _LIKE_WITH_FIGURES if quantities(words) else _LIKE
    for text in (words, _NUMBER.sub(" ", words)):
        pairs = set(bigrams(text))
        if sum(any(pair in source.folded for source in sources) for pair in pairs) >= share * len(pairs):
            return True
    return False


def _is_mostly_quoted(words: str) -> bool:
    """Whether most of a sentence stands in quotation marks."""
    quoted = max((len(_bare(one)) for one in _quotations(words)), default=0)
    return quoted >= _MOSTLY * len(_bare(words))


def _bare(text: str) -> str:
    """Return the letters, characters and digits of a text."""
    return "".join(_WORD.findall(fold(text)))


def _quoted(words: str) -> list[str]:
    """Return what stands in quotation or title marks, however long, without what is left out by ……."""
    parts = (part for one in _quotations(words) for part in re.split(r"\.{3,}", _folded(one)))
    return [part for part in (part.strip(punctuation + "。、") for part in parts) if part]


def _quotations(words: str) -> list[str]:
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


def _named(words: str) -> set[str]:
    """Return the persons that are named: behind an office, or full names that the tagger knows for such."""
    tagged = (word for word, tag in rjieba.tag(fold(words)) if tag[:2] == "nr" and len(word) == _FULL_NAME)
    full = (word for word in tagged if re.fullmatch(PERSON, word) and not _WORN.match(word))
    return {*map(_folded, persons(words)), *full}


def _stands(name: str, source: _Source) -> bool:
    """Whether a name stands in a source; one to which the tagger has added the next word (李健|自) without that."""
    if name in source.folded:
        return True
    return len(name) == _FULL_NAME and name[-1] in _NO_LAST_CHARACTER and name[:-1] in source.persons


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
