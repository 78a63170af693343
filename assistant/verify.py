"""What a language model wrote, checked sentence by sentence against the excerpts that it was shown.

No model takes part in the check. A sentence is kept where it carries a marker of an excerpt and all its figures,
quoted names, persons and places stand in what it cites; figures and the place that they are of must stand in the same
excerpt. Everything else is struck. That a sentence means what its excerpts mean is not checked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import punctuation

from assistant.citations import CitationList
from assistant.evidence import Sentence
from assistant.values import figures, persons
from core.schema import Article
from core.templates import Templates
from retriever.places import Gazetteer, joined, short_name
from retriever.text import bigrams, fold, squeeze, statement_spans

MOST_EXCERPTS = 12
_LONGEST_EXCERPT = 500
_LONGEST_EVIDENCE = 4000
"""Characters: with the rules and the answer it fits the 4,096 tokens that local servers often allow."""
_MOST_QUOTES = 3
_LONGEST_SENTENCE = 600

MARKERS = re.compile(r"(?:\s*[\[【]\^?[0-9]{1,3}(?:\s*[,，、]\s*[0-9]{1,3})*[\]】])+")
_BEGUN_MARKER = re.compile(r"\s*[\[【][^\]】\n]*\Z")
_SENTENCE_TAIL = re.compile(rf"[。！？!?…]*[”’」』）)》]*(?:{MARKERS.pattern})?")
_ITEM = re.compile(r"\s*(?:[-*+]\s+|[•·]\s*|[（(]?[0-9]{1,2}[)）]\s*|[0-9]{1,2}[.、](?![0-9])\s*)")
_HEAD = re.compile(r"\s*(?:#{1,6}\s+|>\s*)")
_CLAUSE_END = re.compile(r"[，；;。！？!?]|,(?![0-9])")
_WORD = re.compile(r"\w")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff]")
_QUOTE = re.compile(r"[“「『\"]([^“”「」『』\"\n]+)[”」』\"]|《([^《》\n]+)》")

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_URL_REST = r"[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’\[\]<>]*"
_TARGET = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"
_LIVE = (
    (re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE), ""),
    (re.compile(rf"!\[[^\[\]\n]*\](?:{_TARGET}|\[[^\[\]\n]*\])?"), ""),
    (re.compile(rf"(\[\s*[0-9]{{1,3}}\s*\]){_TARGET}"), r"\1"),
    (re.compile(rf"\[([^\[\]\n]*)\]{_TARGET}"), r"\1"),
    (re.compile(r"</?[A-Za-z!?][^<>]*>"), ""),
    (re.compile(r"<(?=[A-Za-z/!?])"), ""),
    (re.compile(rf"(?:(?:https?|ftp|file):/|data:|javascript:|vbscript:|mailto:|www\.){_URL_REST}", re.IGNORECASE), ""),
)
_EMPHASIS = re.compile(r"\*{2,}|(?<=[^0-9\s])\*|\*(?=[^0-9\s])|__|~~|`+|\\")
_INERT = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "|": " "})

_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_NUMBER = re.compile(
    r"[0-9]+(?:\.[0-9]+)?|百分之[一二两三四五六七八九十百零点]+|[一二两三四五六七八九][十百千万亿][一二三四五六七八九十百千万亿]*"
)
_NEUTRAL = re.compile(r"^(?:累计|共|达)")
_PEOPLE = re.compile(r"(?<=.)[名位]$")
_NO_FIGURE = re.compile(r"一[个批种项套类]|十分|百分|一度|千家|万户")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a document as the model is shown it, `document.text[start:start + len(text)] == text`.

    `label` tells its title, headings, place and date.
    """

    number: int
    label: str
    text: str
    document_id: str
    source: str
    title: str
    start: int

    @property
    def shown(self) -> str:
        """All that a sentence may take from it."""
        return f"{self.label}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a model's text: its lines with the markers of the citations, and how many sentences are not."""

    lines: tuple[str, ...]
    struck: int


def excerpts_of(sentences: Iterable[Sentence], templates: Templates) -> list[Excerpt]:
    """Return the paragraphs around the best sentences, numbered from 1, as many as a small model can read.

    Args:
        sentences: supported sentences, best first.
        templates: `model_answer.toml`.
    """
    found: list[Excerpt] = []
    room = _LONGEST_EVIDENCE
    for sentence in sentences:
        if any(
            one.document_id == sentence.document_id and one.start <= sentence.start < one.start + len(one.text)
            for one in found
        ):
            continue
        start, text = _window(sentence)
        room -= len(text)
        if (found and room < 0) or len(found) == MOST_EXCERPTS:
            break
        article, label = sentence.article, _label(sentence, templates)
        found.append(Excerpt(len(found) + 1, label, text, sentence.document_id, sentence.source, article.title, start))
    return found


def _window(sentence: Sentence) -> tuple[int, str]:
    """Return the paragraph of a sentence and where it starts; of a long one the statements around the sentence."""
    paragraph = sentence.paragraph + sentence.following
    begin = sentence.end - len(sentence.paragraph)
    low, high = sentence.start - begin, sentence.end - begin
    spans = list(statement_spans(paragraph))
    after = [end for start, end in spans if start >= high]
    before = [start for start, end in reversed(spans) if end <= low]
    while after or before:
        fits = False
        if after and after[0] - low <= _LONGEST_EXCERPT:
            high, fits = after.pop(0), True
        if before and high - before[0] <= _LONGEST_EXCERPT:
            low, fits = before.pop(0), True
        if not fits:
            break
    return begin + low, paragraph[low:high]


def _label(sentence: Sentence, templates: Templates) -> str:
    article = sentence.article
    values = {
        "title": article.title,
        "place": article.meta.place or templates.fill("evidence.no_place"),
        "date": _date(article, templates),
    }
    if sentence.headings:
        return templates.fill("evidence.headings", headings=" › ".join(sentence.headings), **values)
    return templates.fill("evidence.label", **values)


def _date(article: Article, templates: Templates) -> str:
    parts = dict(zip(("year", "month", "day"), article.meta.date.split("-"), strict=False))
    if not parts["year"]:
        return templates.fill("evidence.no_date")
    return templates.fill(f"evidence.{list(parts)[-1]}", **{name: part.lstrip("0") for name, part in parts.items()})


def plain_text(text: str) -> str:
    """Return a model's text without its thoughts and without anything live: images, links, addresses, HTML."""
    if "</think>" in text:
        text = text.rpartition("</think>")[2]
    elif text.lstrip().startswith("<think>"):
        return ""
    text = _HIDDEN.sub("", html.unescape(text).replace("\r\n", "\n"))
    before = ""
    # What is left after a removal may be live in its turn.
    while before != text:
        before = text
        for pattern, put in _LIVE:
            text = pattern.sub(put, text)
    return _EMPHASIS.sub("", text).replace("](", "] (").replace("![", "! [")


def sentences_in(line: str) -> Iterator[str]:
    """Yield the sentences of a line, each with the markers that follow it; none ends inside quotation marks."""
    start = at = depth = 0
    while at < len(line):
        char = line[at]
        at += 1
        if char in "“「『（(《":
            depth += 1
        elif char in "”」』）)》":
            depth = max(0, depth - 1)
        closes = char in "”」』" and line[at - 2] in "。！？!?" and MARKERS.match(line, at)
        if depth == 0 and (char in "。！？!?" or closes):
            tail = _SENTENCE_TAIL.match(line, at)
            at = tail.end() if tail else at
            yield line[start:at]
            start = at
    if line[start:].strip():
        yield line[start:]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What can be quoted of an excerpt, `document.text[start:end] == text`."""

    excerpt: Excerpt
    start: int
    end: int
    text: str
    folded: str
    values: frozenset[str]
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Source:
    """An excerpt taken apart."""

    folded: str
    values: frozenset[str]
    places: frozenset[str]
    statements: tuple[_Statement, ...]


class Checker:
    """Checks texts against the excerpts of one answer."""

    def __init__(self, excerpts: Sequence[Excerpt], gazetteer: Gazetteer) -> None:
        """`gazetteer` knows the places."""
        self._gazetteer = gazetteer
        self._known = {mention.name for excerpt in excerpts for mention in gazetteer.find(excerpt.shown)}
        self._sources = {
            excerpt.number: _Source(
                _folded(excerpt.shown), _values(excerpt.shown), self._places(excerpt.shown), tuple(_statements(excerpt))
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
            plain = _BEGUN_MARKER.sub("", plain)
        rows = [(bool(_ITEM.match(line)), list(sentences_in(_body(line)))) for line in plain.split("\n")]
        if growing:
            rows[-1] = (rows[-1][0], rows[-1][1][:-1])
        lines: list[str] = []
        struck = 0
        for is_item, sentences in rows:
            kept: list[str] = []
            places: frozenset[str] = frozenset()
            for sentence in sentences:
                words = MARKERS.sub("", sentence)
                if not _WORD.search(words):
                    continue
                readable = len(words) <= _LONGEST_SENTENCE and _is_chinese(words)
                supported = self._supported(sentence, places) if readable else None
                if supported is None:
                    struck += 1
                    continue
                segments, places = supported
                kept += [segment.translate(_INERT).strip() + _cited(quotes, citations) for segment, quotes in segments]
            if kept:
                lines.append(("- " if is_item else "") + "".join(kept))
        return Checked(tuple(lines), struck)

    def _supported(
        self, sentence: str, places: frozenset[str]
    ) -> tuple[list[tuple[str, list[_Statement]]], frozenset[str]] | None:
        """Return the parts of a sentence with what proves them, and its last place; None where one is not proved.

        Args:
            sentence: with its markers.
            places: what the sentence before is about; one that names no place is taken to go on with it.
        """
        proved = []
        for words, numbers in _segments(sentence):
            sources = [self._sources[number] for number in dict.fromkeys(numbers) if number in self._sources]
            named = [*_quoted(words), *map(_folded, persons(words))]
            if not all(any(name in source.folded for source in sources) for name in named):
                return None
            holders: list[_Source] = []
            for clause in _CLAUSE_END.split(words):
                if not _WORD.search(clause):
                    continue
                places = self._places(clause) or places
                values = _values(clause)
                fitting = [one for one in sources if values <= one.values and places <= one.places]
                if not fitting:
                    return None
                holders += fitting
            quotes = _proof(words, named, list(dict.fromkeys(holders)))
            if not quotes:
                return None
            proved.append((words, quotes))
        return (proved, places) if proved else None

    def _places(self, text: str) -> frozenset[str]:
        """Return the short names of places; of 重庆市九龙坡区 only 九龙坡: it tells nothing of 重庆市 as a whole."""
        return frozenset(short_name(mention.name) for mention in joined(self._gazetteer.find(text, self._known), text))


def _body(line: str) -> str:
    item = _ITEM.match(line) or _HEAD.match(line)
    return line[item.end() :] if item else line


def _segments(sentence: str) -> list[tuple[str, list[int]]]:
    """Return the parts of a sentence, each with the markers that follow it; what follows the last goes with that."""
    segments: list[tuple[str, list[int]]] = []
    at, numbers = 0, list[int]()
    for match in MARKERS.finditer(sentence):
        numbers = [int(number) for number in re.findall(r"[0-9]+", match[0])]
        segments.append((sentence[at : match.start()], numbers))
        at = match.end()
    segments.append((sentence[at:], numbers))
    joined: list[tuple[str, list[int]]] = []
    for words, markers in segments:
        if _WORD.search(words):
            joined.append((words, markers))
        elif joined:
            joined[-1] = (joined[-1][0] + words, joined[-1][1])
    return joined


def _is_chinese(words: str) -> bool:
    han = len(_HAN.findall(words))
    return han > 0 and han >= len(_LATIN.findall(words)) and not _OTHER_SCRIPT.search(words)


def _folded(text: str) -> str:
    """Return a text in the form in which figures and names are compared; no figure reaches across a comma."""
    folded = squeeze(fold(text.replace("，", "；")))
    return _THOUSANDS.sub("", folded).replace(",", ";")


def _values(text: str) -> frozenset[str]:
    """Return the figures of a text, and its bare numbers, so that 1158 in 1158团员 counts too."""
    folded = _folded(text)
    found = {_PEOPLE.sub("人", _NEUTRAL.sub("", figure)) for figure in figures(folded)}
    return frozenset(figure for figure in found if not _NO_FIGURE.fullmatch(figure)) | set(_NUMBER.findall(folded))


def _quoted(words: str) -> list[str]:
    """Return what stands in quotation or title marks, however long, without what is left out by ……."""
    found = []
    for match in _QUOTE.finditer(words):
        parts = re.split(r"\.{3,}", _folded(match[1] or match[2]))
        found += [part.strip(punctuation + "。、") for part in parts]
    return [part for part in found if part]


def _statements(excerpt: Excerpt) -> Iterator[_Statement]:
    for start, end in statement_spans(excerpt.text):
        text = excerpt.text[start:end]
        at, pairs = excerpt.start, frozenset(bigrams(text))
        yield _Statement(excerpt, at + start, at + end, text, _folded(text), _values(text), pairs)


def _proof(words: str, named: Sequence[str], sources: Sequence[_Source]) -> list[_Statement]:
    """Return the statements that together hold the values of some words, at least the one most like them."""
    candidates = [statement for source in sources for statement in source.statements]
    values, names, pairs = set(_values(words)), set(named), set(bigrams(words))
    chosen: list[_Statement] = []

    def gain(statement: _Statement) -> int:
        return len(values & statement.values) + sum(name in statement.folded for name in names)

    while candidates and len(chosen) < _MOST_QUOTES:
        best = max(candidates, key=lambda statement: (gain(statement), len(pairs & statement.pairs)))
        if not gain(best) and (chosen or not pairs & best.pairs):
            break
        chosen.append(best)
        values -= best.values
        names -= {name for name in names if name in best.folded}
    return chosen


def _cited(statements: Iterable[_Statement], citations: CitationList) -> str:
    markers = [
        citations.cite(s.excerpt.document_id, s.excerpt.source, s.excerpt.title, s.start, s.end, s.text)
        for s in statements
    ]
    return "".join(f"[{marker}]" for marker in markers)
