"""Sections to chunks: runs of whole sentences under one heading."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from core.schema import Article, Chunk
from ingest.sections import Section
from retriever.text import sentence_spans, simplified

TARGET = 320
"""Characters after which a chunk ends at the next end of a sentence."""
LIMIT = 440
"""Characters that no chunk exceeds; with title and headings that stays below 512 tokens of the built-in model."""
_SMALL = 80
_CLAUSE_END = re.compile(r"[；;]|[，,、：:]|\s")


def chunk_article(text: str, article: Article, sections: Sequence[Section]) -> list[Chunk]:
    """Return the chunks of an article in order. `text` is that of the whole document."""
    chunks: list[Chunk] = []
    for section in sections:
        for start, end in _runs(text, section):
            body = text[start:end]
            embedding_text = simplified("\n".join([article.title, *section.headings, body]))
            digest = hashlib.sha256(f"{article.id}|{start}|{embedding_text}".encode()).hexdigest()[:24]
            chunks.append(Chunk(digest, article.id, start, end, body, embedding_text, section.headings))
    return chunks


def _runs(text: str, section: Section) -> Iterator[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for start, end in _pieces(text, section):
        length = end - runs[-1][0] if runs else 0
        full = not runs or runs[-1][1] - runs[-1][0] >= TARGET
        if runs and length <= LIMIT and (not full or end - start < _SMALL):
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    yield from runs


def _pieces(text: str, section: Section) -> Iterable[tuple[int, int]]:
    """Yield the sentences of a section; one that is longer than a chunk may be is cut after a clause."""
    for start, end in sentence_spans(text[section.start : section.end]):
        yield from _fitting(text, section.start + start, section.start + end)


def _fitting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LIMIT:
        ends = [m.end() for m in _CLAUSE_END.finditer(text, start + LIMIT // 2, start + LIMIT)]
        cut = ends[-1] if ends else start + LIMIT
        yield start, cut
        start = cut
    yield start, end
