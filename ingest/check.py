"""Compares the stores of a library with each other and mends what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import StoreError
from core.schema import Encoder
from core.settings import Settings
from ingest.linking import link_new
from ingest.pipeline import Ingest
from retriever.library import Library, Progress
from retriever.probe import probe
from retriever.rows import path_of
from retriever.tables import OUTDATED

_BATCH = 256
_INDEXES = {"vectors": "向量索引", "keywords": "关键词索引"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was not as it should be."""

    what: str
    """In words for people."""
    count: int
    repaired: bool
    advice: str = ""
    """What to do where it could not be repaired."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found, and what the library holds after it."""

    findings: tuple[Finding, ...]
    documents: int
    articles: int
    chunks: int

    @property
    def sound(self) -> bool:
        """Whether all is well now."""
        return all(finding.repaired for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the report in a form that `json.dumps` takes."""
        library = {"documents": self.documents, "articles": self.articles, "chunks": self.chunks}
        return {"sound": self.sound, "findings": [asdict(f) for f in self.findings], "library": library}


def check(
    library: Library, settings: Settings, encoder: Encoder, ingest: Ingest, progress: Progress | None = None
) -> CheckReport:
    """Compare database, vectors and indexes of a library that is open for writing, and mend what can be mended.

    What the database holds counts. A document whose own parts disagree is read again from its file.

    Raises:
        StoreError: the database file itself is damaged.
        StoreUnreachableError: the server of the vectors does not answer.
    """
    findings = [*_database(library, ingest), *_vectors(library, encoder), *_indexes(library, settings, progress)]
    return CheckReport(tuple(findings), *library.database.counts())


def _database(library: Library, ingest: Ingest) -> Iterator[Finding]:
    if damage := library.database.damage():
        raise StoreError(f"资料库文件已损坏（{damage}），请删除数据目录后重新索引原始文件。")
    if stray := library.database.documents_without_file():
        library.database.forget_documents(stray)
        yield Finding("文档没有登记来自哪个文件，已移除", len(stray), True)
    broken = library.database.broken_documents()
    library.database.forget_documents(broken)
    lost = library.database.files_without_documents()
    if broken or lost:
        outdated = [file for file in library.database.files().values() if file.fingerprint == OUTDATED]
        report = ingest.run([path_of(file.path) for file in outdated])
        advice = "部分原文件无法读取，其文档已移除；请检查原文件后重新索引。" if report.failed else ""
        yield Finding(
            "文档缺失或与其片段不一致，已从原文件重新读取", max(len(broken), len(lost)), not report.failed, advice
        )
    with library.database.links() as links:
        astray = links.undo_astray()
    unlinked = link_new(library.database)
    if astray or unlinked:
        yield Finding("转载关系缺失，或指向已不存在的文章", max(astray, unlinked), True)


def _vectors(library: Library, encoder: Encoder) -> Iterator[Finding]:
    bad = library.database.drop_bad_vectors(encoder.dimensions)
    missing = 0
    while texts := library.database.texts_without_vector(_BATCH):
        vectors = encoder.encode_documents(list(texts.values()))
        library.database.add_vectors(dict(zip(texts, vectors, strict=True)))
        missing += len(texts)
    if bad or missing:
        yield Finding("向量缺失或损坏", max(bad, missing), True)
    if unused := library.database.drop_unused_vectors():
        yield Finding("不再使用的向量", unused, True)


def _indexes(library: Library, settings: Settings, progress: Progress | None) -> Iterator[Finding]:
    if library.stale:
        yield Finding("索引没有写完，或文件被改动", 1, True)
        library.bring_up_indexes(progress)
    differing = [part for part, agrees in probe(settings).items() if not agrees]
    if differing:
        yield from (Finding(f"{_INDEXES[part]}与数据库不一致", 1, True) for part in differing)
        library.bring_up_indexes(progress, rebuild=True)
