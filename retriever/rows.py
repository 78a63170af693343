"""What the rows of the database stand for, and the way there and back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from core.schema import Article, Chunk, Document, Metadata, Vectors
from retriever.scope import collection_of
from retriever.tables import ArticleRow, ChunkRow, FileRow

_T = TypeVar("_T")
_BATCH = 500
"""Values that one statement of SQLite may well take."""
_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")
"""A byte of a name that is no valid Unicode, as a key writes it."""


def batches(items: Sequence[_T], size: int = _BATCH) -> Iterator[Sequence[_T]]:
    """Yield the items in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with what search needs to know about where it stands."""

    chunk: Chunk
    article: Article
    source: str
    main: str
    """Id of the main copy of its article, which is the article itself unless it is a re-post."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was last seen, and what became of it."""

    path: str
    source: str
    id: str = ""
    size: int = -1
    mtime_ns: int = -1
    content: str = ""
    """SHA-256 of its bytes."""
    fingerprint: str = ""
    """What its documents depend on; empty for a file that never gave any."""
    cause: str = ""
    """Why the last reading failed, in one word; empty where it did not."""
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """A document, the path of its file as the database keeps it, and its name for people."""

    id: str
    path: str
    source: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the derived indexes hold of one chunk."""

    id: str
    title: str
    text: str
    embedding_text: str
    vector: Vectors
    meta: Metadata
    article_id: str
    collection: str


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document ready to be stored: with its articles, its chunks, a vector key for each of them, and its names."""

    path: str
    document: Document
    articles: Sequence[Article]
    chunks: Sequence[Chunk]
    vector_keys: Sequence[str]
    names: Collection[tuple[str, str]] = ()


def path_of(key: str) -> Path:
    """Return the path of a file by its key in the database."""
    return Path(os.fsdecode(_ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), key.encode())))


def document_values(prepared: Sequence[PreparedDocument]) -> Iterator[dict[str, Any]]:
    """Yield the values of rows in `documents`."""
    for one in prepared:
        document = one.document
        yield {
            "id": document.id, "path": one.path, "source": document.source, "title": document.title,
            "text": document.text, "sha256": document.sha256,
            "meta": json.dumps(dict(document.meta), ensure_ascii=False),
        }  # fmt: skip


def article_values(prepared: Sequence[PreparedDocument]) -> Iterator[dict[str, Any]]:
    """Yield the values of rows in `articles`."""
    for article in (article for one in prepared for article in one.articles):
        yield {
            "id": article.id, "document_id": article.document_id, "title": article.title,
            "heading_path": dump(article.heading_path), "start": article.start, "end": article.end,
            "meta": json.dumps(asdict(article.meta), ensure_ascii=False),
        }  # fmt: skip


def chunk_values(prepared: Sequence[PreparedDocument]) -> Iterator[dict[str, Any]]:
    """Yield the values of rows in `chunks`."""
    for one in prepared:
        for chunk, key in zip(one.chunks, one.vector_keys, strict=True):
            yield {
                "id": chunk.id, "article_id": chunk.article_id, "start": chunk.start, "end": chunk.end,
                "text": chunk.text, "embedding_text": chunk.embedding_text, "headings": dump(chunk.headings),
                "vector": key,
            }  # fmt: skip


def name_values(prepared: Sequence[PreparedDocument]) -> Iterator[dict[str, Any]]:
    """Yield the values of rows in `names`."""
    for one in prepared:
        yield from ({"document_id": one.document.id, "kind": kind, "name": name} for kind, name in one.names)


def file_of(row: FileRow) -> StoredFile:
    """Return what is known of a file."""
    return StoredFile(
        row.path, row.source, row.id, row.size, row.mtime_ns, row.content, row.fingerprint, row.cause, row.reason,
        tuple(json.loads(row.notes)),
    )  # fmt: skip


def file_row(file: StoredFile) -> FileRow:
    """Return the row of a file."""
    return FileRow(**{**asdict(file), "notes": dump(file.notes)})


def dump(strings: Sequence[str]) -> str:
    """Return strings as the database keeps them."""
    return json.dumps(list(strings), ensure_ascii=False)


def _metadata(stored: str) -> Metadata:
    fields = json.loads(stored)
    return Metadata(**{**fields, "authors": tuple(fields["authors"])})


def article_of(row: ArticleRow) -> Article:
    """Return the article of a row."""
    path = tuple(json.loads(row.heading_path))
    return Article(row.id, row.document_id, row.title, path, row.start, row.end, _metadata(row.meta))


def chunk_of(row: ChunkRow) -> Chunk:
    """Return the chunk of a row."""
    headings = tuple(json.loads(row.headings))
    return Chunk(row.id, row.article_id, row.start, row.end, row.text, row.embedding_text, headings)


def entry_of(row: Any) -> IndexEntry:
    """Return what the indexes hold, from a row of chunk, vector, title and metadata of the article, and source."""
    chunk, vector, title, meta, source = row
    numbers = np.frombuffer(vector, dtype="<f4")
    return IndexEntry(
        chunk.id, title, chunk.text, chunk.embedding_text, numbers, _metadata(meta), chunk.article_id,
        collection_of(source),
    )  # fmt: skip
