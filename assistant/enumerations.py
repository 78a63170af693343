"""Numbered structures of a text: 一是…二是…, 第一…第二…, （一）…, 1. …, and headings, found whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_CHINESE = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}
_ONE_MORE = "一二三四五六七八九十"
_FAMILIES = (
    re.compile(rf"(?<![\u4e00-\u9fff])(?P<n>[{_ONE_MORE}])是"),
    re.compile(rf"(?<![\u4e00-\u9fff])第(?P<n>[{_ONE_MORE}])[，、,：:]"),
    re.compile(rf"(?m)^[^\S\n]*[（(](?P<n>十?[{_ONE_MORE}])[）)]"),
    re.compile(rf"(?m)^[^\S\n]*(?P<n>十?[{_ONE_MORE}])、"),
    re.compile(r"(?m)^[^\S\n]*[（(]?(?P<n>\d{1,2})[.．、）)](?!\d)"),
    re.compile(r"(?P<n>[①②③④⑤⑥⑦⑧⑨⑩])"),
)
_SENTENCE_END = re.compile(r"[。！？；;\n]")


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The items of a numbered structure, each `text[start:end]` from its number to the next item."""

    items: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where the first item begins."""
        return self.items[0][0]

    @property
    def end(self) -> int:
        """Where the last item ends."""
        return self.items[-1][1]


def enumerations(text: str, start: int, end: int) -> Iterator[Enumeration]:
    """Yield the numbered structures in `text[start:end]`, at least two items each, numbered from one without a gap.

    The last item ends with its paragraph where items are paragraphs of their own, else with its sentence.
    """
    for family in _FAMILIES:
        run: list[int] = []
        for match in family.finditer(text, start, end):
            number = _number(match["n"])
            if number != len(run) + 1:
                # Whatever follows is another structure.
                yield from _whole(text, run, end)
                run = []
            if number == len(run) + 1:
                run.append(_visible(text, match.start()))
        yield from _whole(text, run, end)


def _whole(text: str, starts: list[int], end: int) -> Iterator[Enumeration]:
    if len(starts) < 2:
        return
    inline = "\n" not in text[starts[0] : starts[-1]]
    last = _SENTENCE_END.search(text, starts[-1], end) if inline else None
    line = text.find("\n", starts[-1], end)
    stop = last.end() if last else line if line >= 0 else end
    spans = [*pairwise(starts), (starts[-1], stop)]
    yield Enumeration(tuple((a, a + len(text[a:b].rstrip())) for a, b in spans))


def _visible(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at


def _number(numeral: str) -> int:
    if numeral.isdecimal():
        return int(numeral)
    if "①" <= numeral <= "⑩":
        return ord(numeral) - ord("①") + 1
    if len(numeral) == 2:
        return 10 + _CHINESE[numeral[1]]
    return _CHINESE[numeral]
