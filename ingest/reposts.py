"""Re-posts: the same piece posted again by another site, with small edits.

Finding them takes two steps. The bands of a signature lead to the few articles that may be the same piece; `is_repost`
then compares the two texts themselves. Letters and figures alone count: white space, punctuation and the width of
characters differ from site to site.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import rjieba

from retriever.places import gazetteer
from retriever.text import fold, sentence_spans, squeeze

if TYPE_CHECKING:
    from datasketch import MinHash

_SIGN = r"[^\w,%]+"
_BETWEEN_FIGURES = re.compile(rf"(?<=[0-9]){_SIGN}(?=[0-9])")
_DATE = re.compile(
    rf"(?<![0-9])(?:19|20)[0-9]{{2}}{_SIGN}"
    rf"(?:[0-9]{{1,2}}{_SIGN}[0-9]{{1,4}}(?:{_SIGN}[0-9]{{2}}(?![0-9])){{0,2}}|[0-9]{{1,2}}(?![0-9]))"
)
"""A day, with the time right behind it, or a month in figures: the sign between them differs from site to site."""
_POINTS = frozenset(".·")
_PARTS = re.compile(r"[。;!?、]")
"""What stands between two figures that are not one."""
_BLANKS = re.compile(r"[^\S\n]+")
_MINUS = re.compile(r"(?<![0-9])(?<![0-9].)(?<![0-9]..)(?<=[\u4e00-\u9fff:(])[-−](?=[0-9])")
"""A minus before a figure, at no beginning of a line. With a figure shortly before, it makes a span: 1月-5月."""
_NOT_CONTENT = re.compile(r"[^\w.;%-]+|_+|(?<![0-9])[.;-]|[.;-](?![0-9])")
_SYMBOL = re.compile(r"[0-9]+%?|[a-z]+|.")
_FIGURE = re.compile(r"负?[0-9]+(?:[.-][0-9]+)*%?")
_IN_FIGURE = frozenset("0123456789.-负")
_DAY = re.compile(
    r"(?:(?:19|20)[0-9]{2}年)?[0-9]{1,2}月[0-9]{1,2}[日号]|(?:19|20)[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,4}(?:\.[0-9]{2}){0,2}"
)
"""A day, as `_content` leaves it, with the time right behind it."""
_NAME_TAGS = ("nr", "ns")
"""Persons and places, in the tags of rjieba; it does not know all districts."""

_SHINGLE = 5
"""Symbols in a shingle. With fewer, pieces that share only the set phrases of the genre look alike."""
_BANDS, _ROWS = 42, 3
"""Two texts of Jaccard 0.5, such as a piece and its first half, share a band with a probability of 0.996."""
_BATCH = 2048
"""Shingles hashed at once, so that a long text needs no more memory than a short one."""

_SHORT = 60
"""Characters: a shorter text is a re-post only of an equal one."""
_LEAST_LENGTH = 0.5
"""Of the longer text: a shorter one is an extract."""
_LEAST_FOUND = 0.8
"""Share of the shorter text's shingles that stand in the longer one too."""
_WHOLLY_FOUND = 0.95
_LEAST_FOUND_BACK = 0.6
"""Share of the longer text's shingles that stand in the shorter one, unless that is wholly found: a piece that only
quotes most of another and says as much of its own is no copy of it."""
_FRAME = 40
"""Characters: what the other text has not at the beginning and the end may be a source line, a date or a headline."""
_LONGEST_SWAP = 30
"""Characters: a longer run that the other text has not is a sentence added or dropped, no fact in another's place."""
_SENTENCE = 80
"""Characters: facts or words within this distance count as one, because one edited sentence may hold several."""
_MANY_SENTENCES = 0.4
"""Of all sentences: where a word is swapped in so many, names are that the tagger does not know."""
_OTHER_FACTS = 2
_OTHER_FACTS_SHARE = 0.05
"""Two copies may give other figures in one sentence, or one other name; in a long text in fewer than this share of all
sentences. A template with the figures of another place differs in both."""

_Flags = npt.NDArray[np.bool_]
_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Signature:
    """A MinHash of a text: 126 numbers of 32 bits, little end first; empty where the text has no letter or figure."""

    data: bytes

    def bands(self) -> tuple[int, ...]:
        """Return the keys, signed and of 64 bits, under which a database finds the text.

        Texts that may be re-posts of each other have at least one key in common.
        """
        width = 4 * _ROWS
        keys = []
        for start in range(0, len(self.data), width):
            band = blake2b(self.data[start : start + width], digest_size=8, salt=start.to_bytes(2, "little"))
            keys.append(int.from_bytes(band.digest(), "little", signed=True))
        return tuple(keys)


def signature(text: str) -> Signature:
    """Return the signature of an article's text, the same in every run and on every machine."""
    shingles = _shingles(_symbols(_content(text)))
    if not len(shingles):
        return Signature(b"")
    hashes = (shingles >> np.uint64(32)).tolist()
    minhash = _empty_minhash().copy()
    for start in range(0, len(hashes), _BATCH):
        minhash.update_batch(hashes[start : start + _BATCH])
    return Signature(minhash.hashvalues.astype("<u4").tobytes())


def similarity(a: Signature, b: Signature) -> float:
    """Return the estimated share of shingles that two texts have in common (Jaccard), from 0 to 1."""
    if not a.data or not b.data:
        return float(a == b)
    return float(np.mean(np.frombuffer(a.data, "<u4") == np.frombuffer(b.data, "<u4")))


def is_repost(text_a: str, text_b: str) -> bool:
    """Whether two texts are the same piece, apart from small edits.

    Small edits are another source line, date or headline, a few sentences changed, added or dropped, the end cut off,
    a paragraph added. Texts of one template are different pieces: those that give other figures, persons or places at
    two points in the same words, or other words in every second sentence. The day may be another.
    """
    shorter, longer = sorted((_content(text_a), _content(text_b)), key=lambda content: (len(content), content))
    if shorter == longer:
        return True
    if len(shorter) < max(_SHORT, _LEAST_LENGTH * len(longer)):
        return False
    a, b = _symbols(shorter), _symbols(longer)
    shingles_a, shingles_b = _shingles(a), _shingles(b)
    in_b = _Compared(a, np.isin(shingles_a, shingles_b))
    if in_b.share_found < _LEAST_FOUND:
        return False
    in_a = _Compared(b, np.isin(shingles_b, shingles_a))
    if in_b.share_found < _WHOLLY_FOUND and in_a.share_found < _LEAST_FOUND_BACK:
        return False
    if in_b.swaps_words() and in_a.swaps_words():
        return False
    return not _tell_other_facts(in_b, shorter, in_a, longer)


def new_sentences(copy: str, main: str) -> list[tuple[int, int]]:
    """Return `(start, end)` of the sentences of `copy` that do not stand in `main`, in order.

    Punctuation and line breaks may differ. A very short sentence must stand there as a sentence, because a word or two
    stand in any text by chance.
    """
    whole = _content(main)
    sentences = {_content(main[start:end]) for start, end in sentence_spans(main)}
    return [
        (start, end)
        for start, end in sentence_spans(copy)
        if (sentence := _content(copy[start:end])) and sentence not in sentences and not _stands_in(sentence, whole)
    ]


_SHORT_SENTENCE = 10


def _stands_in(sentence: str, whole: str) -> bool:
    if len(sentence) < _SHORT_SENTENCE:
        return False
    start = whole.find(sentence)
    while start >= 0:
        end = start + len(sentence)
        if not _splits_figure(whole, start) and not _splits_figure(whole, end):
            return True
        start = whole.find(sentence, end)
    return False


def _splits_figure(content: str, position: int) -> bool:
    before, after = content[position - 1 : position], content[position : position + 1]
    return before in _IN_FIGURE and (after in _IN_FIGURE or after == "%")


def _content(text: str) -> str:
    """Return the letters and figures of a text.

    A sign that makes another figure stays in one form: 3.5, 3—5 and 35 differ, and so do 3 and -3, but not 3—5 and 3~5.
    """
    bare = squeeze(_MINUS.sub("负", _BLANKS.sub("", fold(text))))
    bare = _DATE.sub(lambda date: re.sub(_SIGN, ".", date[0]), bare)
    return _NOT_CONTENT.sub("", _BETWEEN_FIGURES.sub(_between_figures, bare))


def _between_figures(sign: re.Match[str]) -> str:
    if sign[0] in _POINTS:
        return "."
    return ";" if _PARTS.search(sign[0]) else "-"


def _symbols(content: str) -> list[str]:
    """Cut into characters; a figure or a Latin word is one symbol, which is either equal or another."""
    return _SYMBOL.findall(content)


def _shingles(symbols: list[str]) -> _Hashes:
    """Hash each run of `_SHINGLE` symbols; a text with fewer is one run."""
    if not symbols:
        return np.zeros(0, dtype=np.uint64)
    numbers = np.array([ord(s) if len(s) == 1 else zlib.crc32(s.encode()) for s in symbols], dtype=np.uint64)
    numbers = np.pad(numbers, (0, max(0, _SHINGLE - len(numbers))))
    count = len(numbers) - _SHINGLE + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(_SHINGLE):
        hashes = (hashes ^ numbers[offset : offset + count]) * np.uint64(0x9E3779B97F4A7C15)
        hashes ^= hashes >> np.uint64(29)
    return hashes


@cache
def _empty_minhash() -> MinHash:
    # Brings scipy with it, which a run over unchanged files can do without.
    from datasketch import MinHash

    # The shingles are hashed already. The scheme is named because stored signatures depend on it.
    return MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=int, scheme="affine32")


def _tell_other_facts(in_b: _Compared, a: str, in_a: _Compared, b: str) -> bool:
    """Whether each of two contents has facts in the place of facts of the other; one that is only left out is none.

    One day does not count: sites put the day on which they post into the text.
    """

    def other(facts: Callable[[str], list[tuple[int, str]]]) -> int:
        of_a, of_b = facts(a), facts(b)
        # A name may be a part of a longer one, a figure may not.
        known_a, known_b = (a, b) if facts is _names else ({v for _, v in of_a}, {v for _, v in of_b})
        return min(_points(in_b.told_apart(of_a, known_b)), _points(in_a.told_apart(of_b, known_a)))

    sentences = min(len(a), len(b)) / _SENTENCE
    told = other(_figures) + other(_names) + max(0, other(_days) - 1)
    return told >= max(_OTHER_FACTS, _OTHER_FACTS_SHARE * sentences)


def _days(content: str) -> list[tuple[int, str]]:
    """Return the days in a content, each with the character at which it begins."""
    return [(match.start(), match[0]) for match in _DAY.finditer(content)]


def _figures(content: str) -> list[tuple[int, str]]:
    """Return the figures of a content, days left out, each with the character at which it begins."""
    blank = _DAY.sub(lambda day: "日" * len(day[0]), content)
    return [(match.start(), match[0]) for match in _FIGURE.finditer(blank)]


def _names(content: str) -> list[tuple[int, str]]:
    """Return the names of persons and places in a content, each with the character at which it begins."""
    found = {mention.start: mention.name for mention in gazetteer().find(content)}
    start = 0
    for word, tag in rjieba.tag(content):
        if tag.startswith(_NAME_TAGS):
            found.setdefault(start, word)
        start += len(word)
    return sorted(found.items())


class _Compared:
    """The symbols of a text beside those of another: which of them stand there too."""

    def __init__(self, symbols: list[str], found: _Flags) -> None:
        """Take for each shingle of the text whether the other has it."""
        self._found = found
        self._symbols = symbols
        self._length = len(symbols)

    @property
    def share_found(self) -> float:
        """The share of shingles that the other text has too, but for a frame of its own at both ends."""
        hits = np.flatnonzero(self._found)
        if not len(hits):
            return 0.0
        start = min(int(hits[0]), _FRAME)
        end = max(int(hits[-1]) + 1, len(self._found) - _FRAME)
        return float(self._found[start:end].mean())

    @cached_property
    def _kept(self) -> _Flags:
        """For each symbol, whether a shingle around it stands in the other text."""
        return np.convolve(self._found, np.ones(_SHINGLE, dtype=np.int64))[: self._length] > 0

    @cached_property
    def _first(self) -> int:
        """The first symbol that stands in the other text; before it is the frame."""
        return int(self._kept.argmax())

    @cached_property
    def _last(self) -> int:
        return self._length - 1 - int(self._kept[::-1].argmax())

    @cached_property
    def _symbol_at(self) -> list[int]:
        """For each character, which symbol it belongs to."""
        return [index for index, symbol in enumerate(self._symbols) for _ in symbol]

    @cached_property
    def _swapped_runs(self) -> list[tuple[int, int]]:
        borders = np.flatnonzero(np.diff(self._kept, prepend=True, append=True)).reshape(-1, 2)
        return [
            (start, end)
            for start, end in borders.tolist()
            if start > 0 and end < self._length and end - start <= _LONGEST_SWAP
        ]

    def told_apart(self, facts: Iterable[tuple[int, str]], known: Container[str]) -> Iterator[int]:
        """Yield where those of the facts stand, not in its frame, that the other text has nowhere.

        Args:
            facts: of this text, each with the character at which it begins.
            known: those of the other text.
        """
        for start, value in facts:
            symbol = self._symbol_at[start]
            if value not in known and not self._kept[symbol] and self._first < symbol < self._last:
                yield start

    def swaps_words(self) -> bool:
        """Whether most sentences have a word of two symbols or more that the other text has not; one is a misprint."""
        swapped = _points(start for start, end in self._swapped_runs if end - start > 1)
        return swapped >= 3 and swapped >= _MANY_SENTENCES * self._length / _SENTENCE


def _points(positions: Iterable[int]) -> int:
    """Count positions in ascending order, those within a sentence's length as one."""
    points, end = 0, 0
    for position in positions:
        if position >= end:
            points, end = points + 1, position + _SENTENCE
    return points
