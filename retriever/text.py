"""Chinese text as search sees it: one form for equal characters, words, character bigrams, sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import rjieba

_WORD = re.compile(r"\w", re.UNICODE)
_RUN = re.compile(r"[0-9a-z]+(?:\.[0-9]+)?|[\u3400-\u9fff]+")
_SENTENCE_END = re.compile(r"(?:[。！？!?]+|…{2,}|\n)[”’」』）)】》]*")


def fold(text: str) -> str:
    """Return `text` with full-width, half-width and case variants made equal (NFKC, case-folded)."""
    return unicodedata.normalize("NFKC", text).casefold()


def squeeze(text: str) -> str:
    """Return `text` without any white space."""
    return "".join(text.split())


def words(text: str) -> list[str]:
    """Cut `text` into folded words; punctuation is left out."""
    return [word for word in rjieba.cut(fold(text)) if _WORD.search(word)]


def bigrams(text: str) -> list[str]:
    """Return the overlapping pairs of Chinese characters of `text`; other words and single characters stay whole.

    Pairs never reach across punctuation: on CMRC2018 those that do cost recall.
    """
    terms: list[str] = []
    for run in _RUN.findall(fold(text)):
        if len(run) < 2 or run[0].isascii():
            terms.append(run)
        else:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
    return terms


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield `(start, end)` of each sentence of `text`, without surrounding white space.

    A closing quotation mark or bracket belongs to the sentence that it closes.
    """
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
