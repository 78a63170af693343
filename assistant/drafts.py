"""A model's text taken apart: lines, sentences, their parts with their markers, and nothing live in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

MARKERS = re.compile(r"(?:\s*[\[【]\^?[0-9]{1,3}(?:\s*[,，、]\s*[0-9]{1,3})*[\]】])+")
BEGUN_MARKER = re.compile(r"\s*[\[【][^\]】\n]*\Z")
_SENTENCE_TAIL = re.compile(rf"[。！？!?…]*[”’」』）)》]*(?:{MARKERS.pattern})?")
ITEM = re.compile(r"\s*(?:[-*+]\s+|[•·]\s*|[（(]?[0-9]{1,2}[)）]\s*|[0-9]{1,2}[.、](?![0-9])\s*)")
_HEAD = re.compile(r"\s*(?:#{1,6}\s+|>\s*)")
_WORD = re.compile(r"\w")
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


def body_of(line: str) -> str:
    """Return a line without the sign of a list item or a heading."""
    item = ITEM.match(line) or _HEAD.match(line)
    return line[item.end() :] if item else line


def segments(sentence: str) -> list[tuple[str, list[int]]]:
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
