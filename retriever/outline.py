"""The headings of a stored article, with the places where they stand in the text of its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.schema import Article

_LaidChunk = tuple[int, int, tuple[str, ...]]
"""Where a chunk begins and ends in the text of its document, and the headings over it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, or the theme that a paragraph begins with. `level` counts from 1; `offset` is in characters."""

    level: int
    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Outlined:
    """An article with its headings, in order."""

    article: Article
    headings: tuple[Heading, ...]


def outline_of(text: str, article: Article, chunks: Sequence[_LaidChunk]) -> Outlined:
    """Return the outline of an article.

    Args:
        text: of its document.
        article: it.
        chunks: those of it, in order.
    """
    return Outlined(article, tuple(_headings(text, article.start, chunks)))


def _headings(text: str, start: int, chunks: Sequence[_LaidChunk]) -> Iterator[Heading]:
    path: tuple[str, ...] = ()
    done = start
    for begin, end, headings in chunks:
        same = next((n for n, (a, b) in enumerate(zip(path, headings, strict=False)) if a != b), None)
        kept = min(len(path), len(headings)) if same is None else same
        for level, heading in enumerate(headings[kept:], start=kept + 1):
            offset = _place_of(heading, text, done, end)
            # One that is laid out in a way of its own stands right before what it heads.
            yield Heading(level, heading, begin if offset < 0 else offset)
            done = max(done, offset + 1)
        path = headings
        done = max(done, end)


def _place_of(heading: str, text: str, start: int, end: int) -> int:
    """Return where a heading stands; one of several lines is kept as these with spaces between. -1: nowhere."""
    whole = text.find(heading, start, end)
    return whole if whole >= 0 or " " not in heading else text.find(heading.partition(" ")[0], start, end)
