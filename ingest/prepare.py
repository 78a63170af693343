"""One file to documents that are ready to be stored: read, clean, find articles and facts, cut into chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from core.errors import EmptyFileError
from core.schema import Chunk
from ingest.articles import Structured, structure
from ingest.chunking import chunk_article
from ingest.cleaning.clean import clean
from ingest.facts.side_file import Facts, load_facts
from ingest.formats import read
from ingest.inputs import read_bytes
from ingest.lines import Limits, Problem, RawText
from retriever.names import names_in
from retriever.places import gazetteer
from retriever.rows import PreparedDocument

PIPELINE_VERSION = "5"
"""Part of every fingerprint: raise it when reading, cleaning or chunking changes, and the next ingest reads all files
again."""


@dataclass(frozen=True, slots=True)
class FactsOf:
    """Where the corrections for a file stand: the folder of the side file, and its name for the file there.

    `run` tells the ingests apart, so that a side file is read once in each.
    """

    folder: Path
    name: str
    run: int


@dataclass(frozen=True, slots=True)
class Job:
    """One file to prepare."""

    path: Path
    key: str
    """The path as the database keeps it."""
    id: str
    """What the ids of its documents are made from."""
    source: str
    limits: Limits
    facts: FactsOf | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document with what the report says of it."""

    document: PreparedDocument
    notes: tuple[str, ...] = ()


def prepare(job: Job, on_page: Callable[[int, int], None] | None = None) -> Iterator[Prepared | Problem]:
    """Yield the documents of a file one by one, each as soon as it is read; `on_page` is told of its pages.

    Raises:
        ReadError: the file cannot be read or holds no text.
    """
    seen: set[str] = set()
    several = PurePath(job.source).suffix.lower() in (".jsonl", ".zip")
    empty = True
    limits = replace(job.limits, on_page=on_page) if on_page else job.limits
    for raw in read(read_bytes(job.path), job.source, limits):
        if isinstance(raw, Problem):
            yield raw
            continue
        # Names in an archive that differ only in what does not show are names of different texts.
        while raw.key in seen:
            raw = replace(raw, key=f"{raw.key}~")
        seen.add(raw.key)
        one = _document(job, raw)
        if one.chunks:
            empty = False
            yield Prepared(one, raw.notes)
        elif several:
            yield Problem(f"{raw.source}：没有正文")
    if empty:
        raise EmptyFileError("去掉网页残留后没有正文。")


@lru_cache(maxsize=4)
def _load(folder: Path, _run: int) -> Facts:
    return load_facts(folder)


def _document(job: Job, raw: RawText) -> PreparedDocument:
    facts = _load(job.facts.folder, job.facts.run) if job.facts else None
    name, file = raw.source, job.facts.name if job.facts else ""
    if file and raw.source.startswith(job.source):
        name = file + raw.source[len(job.source) :]
    corrections = facts.fingerprint_of(name, file) if facts else ""
    document_id = hashlib.sha256(f"{job.id}#{raw.key}".encode()).hexdigest()[:16]
    structured = structure(
        clean(raw.lines).blocks, document_id=document_id, source=raw.source, sha256=_hash(job, raw, corrections),
        gazetteer=gazetteer(), title=raw.title, date=raw.date, file_name=PurePath(job.source).name,
    )  # fmt: skip
    remarks: dict[str, Any] = {"recognised": raw.recognised, "notes": list(raw.notes)}
    meta = {**structured.document.meta, **{name: value for name, value in remarks.items() if value}}
    structured = replace(structured, document=replace(structured.document, meta=meta))
    if facts:
        structured = _corrected(structured, facts, name, file)
    text = structured.document.text
    chunks: list[Chunk] = [
        chunk
        for article, sections in zip(structured.articles, structured.sections, strict=True)
        for chunk in chunk_article(text, article, sections)
    ]
    keys = [hashlib.sha256(chunk.embedding_text.encode()).hexdigest()[:32] for chunk in chunks]
    names = names_in([*(a.title for a in structured.articles), *(c.text for c in chunks)], gazetteer())
    return PreparedDocument(job.key, structured.document, structured.articles, chunks, keys, names)


def _hash(job: Job, raw: RawText, corrections: str) -> str:
    """Return the hash of all that a document depends on."""
    total = hashlib.sha256()
    for part in (PIPELINE_VERSION, job.source, raw.source, raw.title, raw.date, corrections):
        total.update(part.encode("utf-8", "surrogatepass") + b"\0")
    for line in raw.lines:
        shape = f"{line.origin.label}|{line.gap}|{line.indented}|{line.whole}|{line.level}|{line.row}|"
        total.update((shape + line.text).encode("utf-8", "surrogatepass") + b"\n")
    return total.hexdigest()


def _corrected(structured: Structured, facts: Facts, source: str, file: str) -> Structured:
    articles = tuple(facts.apply(a, source, number, file) for number, a in enumerate(structured.articles, start=1))
    document = structured.document
    # That of a bulletin is its masthead, whatever its first article is called.
    if articles[0].title != structured.articles[0].title:
        document = replace(document, title=articles[0].title)
    return replace(structured, articles=articles, document=document)
