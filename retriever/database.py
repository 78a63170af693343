"""The SQLite database of a data folder: the one source of truth for texts and vectors.

Chroma and the keyword index are derived from it. What they still have to take in or give up stands in `pending`,
written in the same transaction as the chunks themselves, so that no crash can make them differ for good.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import ForeignKey, Index, LargeBinary, create_engine, delete, event, func, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from core.errors import StoreError, StoreFullError, StoreMismatchError
from core.schema import Article, Chunk, Document, Metadata, Vectors

SCHEMA_VERSION = "1"
_BATCH = 500
_T = TypeVar("_T")


class _Base(DeclarativeBase):
    pass


class _FileRow(_Base):
    __tablename__ = "files"
    path: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]


class _DocumentRow(_Base):
    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]
    meta: Mapped[str]


class _ArticleRow(_Base):
    __tablename__ = "articles"
    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    heading_path: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    meta: Mapped[str]


class _ChunkRow(_Base):
    __tablename__ = "chunks"
    id: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    embedding_text: Mapped[str]
    headings: Mapped[str]
    vector: Mapped[str] = mapped_column(index=True)


class _NameRow(_Base):
    __tablename__ = "names"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class _VectorRow(_Base):
    """Vectors by the hash of the text that was embedded: a text that moves or returns is not embedded again."""

    __tablename__ = "vectors"
    key: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class _PendingRow(_Base):
    __tablename__ = "pending"
    chunk_id: Mapped[str] = mapped_column(primary_key=True)


class _StateRow(_Base):
    __tablename__ = "state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


Index("chunks_by_place", _ChunkRow.article_id, _ChunkRow.start)


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with what search needs to know about where it stands."""

    chunk: Chunk
    article: Article
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


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document ready to be stored: with its articles, its chunks, a vector key for each of them, and its names."""

    path: str
    document: Document
    articles: Sequence[Article]
    chunks: Sequence[Chunk]
    vector_keys: Sequence[str]
    names: Collection[tuple[str, str]] = ()


class Database:
    """Reads and writes whole documents; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        """Open the database file at `path`, making it where it does not exist.

        Raises:
            StoreError: the file is damaged or cannot be written.
            StoreMismatchError: it was made by an incompatible version.
        """
        self._engine: Engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _set_up_connection)
        with _store_errors():
            _Base.metadata.create_all(self._engine)
            version = self.state("schema_version")
            if not version:
                self.set_state("schema_version", SCHEMA_VERSION)
            elif version != SCHEMA_VERSION:
                raise StoreMismatchError(f"资料库由不兼容的版本（{version}）建立，请换一个空的数据目录重新索引。")

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with _store_errors(), Session(self._engine) as session, session.begin():
            yield session

    # --- state -------------------------------------------------------------------------------------------------

    def state(self, name: str) -> str:
        """Return a named value of the store, empty where it was never set."""
        with self._session() as session:
            row = session.get(_StateRow, name)
            return row.value if row else ""

    def set_state(self, name: str, value: str) -> None:
        """Set a named value of the store."""
        with self._session() as session:
            session.merge(_StateRow(name=name, value=value))

    # --- files -------------------------------------------------------------------------------------------------

    def fingerprint(self, path: str) -> str:
        """Return what the file at `path` looked like when it was last taken in; empty for an unknown file."""
        with self._session() as session:
            row = session.get(_FileRow, path)
            return row.fingerprint if row else ""

    def finish_file(self, path: str, fingerprint: str, document_ids: Iterable[str]) -> int:
        """Mark a file as taken in; documents of an earlier version that are not in `document_ids` go.

        Returns how many documents went.
        """
        keep = set(document_ids)
        with self._session() as session:
            known = session.scalars(select(_DocumentRow.id).where(_DocumentRow.path == path)).all()
            gone = [document_id for document_id in known if document_id not in keep]
            _delete_documents(session, gone)
            session.merge(_FileRow(path=path, fingerprint=fingerprint))
            return len(gone)

    def forget_fingerprints(self) -> None:
        """Make every file look changed, so that the next ingest reads it again."""
        with self._session() as session:
            session.execute(text("UPDATE files SET fingerprint = 'outdated'"))
            session.execute(text("UPDATE documents SET sha256 = ''"))

    def paths(self) -> list[str]:
        """Return the paths of all files that were taken in."""
        with self._session() as session:
            return list(session.scalars(select(_FileRow.path).order_by(_FileRow.path)))

    def sources(self, path: str) -> list[str]:
        """Return the sources of the documents that came from the file at `path`."""
        with self._session() as session:
            query = select(_DocumentRow.source).where(_DocumentRow.path == path)
            return list(session.scalars(query.order_by(_DocumentRow.id)))

    def delete_file(self, path: str) -> None:
        """Remove a file and its documents."""
        with self._session() as session:
            _delete_documents(session, session.scalars(select(_DocumentRow.id).where(_DocumentRow.path == path)).all())
            session.execute(delete(_FileRow).where(_FileRow.path == path))

    # --- documents ---------------------------------------------------------------------------------------------

    def hash_of(self, document_id: str) -> str:
        """Return the `sha256` of a stored document; empty where there is none."""
        with self._session() as session:
            return session.scalar(select(_DocumentRow.sha256).where(_DocumentRow.id == document_id)) or ""

    def missing_vectors(self, keys: Iterable[str]) -> set[str]:
        """Return those of `keys` for which no vector is stored."""
        wanted = set(keys)
        with self._session() as session:
            for some in _batches(sorted(wanted)):
                wanted -= set(session.scalars(select(_VectorRow.key).where(_VectorRow.key.in_(some))))
        return wanted

    def add_vectors(self, vectors: Mapping[str, Vectors]) -> None:
        """Store vectors by their keys."""
        with self._session() as session:
            for some in _batches(list(vectors.items())):
                rows = [{"key": key, "vector": vector.astype("<f4").tobytes()} for key, vector in some]
                session.execute(insert(_VectorRow).on_conflict_do_nothing(), rows)

    def save(self, prepared: Sequence[PreparedDocument]) -> None:
        """Store documents in one transaction, replacing those with the same id."""
        with self._session() as session:
            _delete_documents(session, [one.document.id for one in prepared])
            for one in prepared:
                _add_document(session, one)

    def document(self, document_id: str) -> Document | None:
        """Return a document by its id."""
        with self._session() as session:
            row = session.get(_DocumentRow, document_id)
            if row is None:
                return None
            return Document(row.id, row.source, row.title, row.text, row.sha256, json.loads(row.meta))

    def texts(self, ids: Collection[str]) -> dict[str, str]:
        """Return the texts of documents by their ids."""
        with self._session() as session:
            query = select(_DocumentRow.id, _DocumentRow.text)
            found = (session.execute(query.where(_DocumentRow.id.in_(some))) for some in _batches(sorted(ids)))
            return {row[0]: row[1] for rows in found for row in rows}

    def articles(self, document_id: str) -> list[Article]:
        """Return the articles of a document in their order."""
        with self._session() as session:
            query = select(_ArticleRow).where(_ArticleRow.document_id == document_id).order_by(_ArticleRow.start)
            return [_article(row) for row in session.scalars(query)]

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of documents, articles and chunks."""
        with self._session() as session:
            documents, articles, chunks = (
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (_DocumentRow, _ArticleRow, _ChunkRow)
            )
            return documents, articles, chunks

    def sample_articles(self, count: int) -> list[Article]:
        """Return up to `count` articles, spread evenly over the library."""
        with self._session() as session:
            total = session.scalar(select(func.count()).select_from(_ArticleRow)) or 0
            step = max(1, total // max(1, count))
            ids = session.scalars(select(_ArticleRow.id).order_by(_ArticleRow.document_id, _ArticleRow.start)).all()
            return [_article(row) for i in ids[::step][:count] if (row := session.get(_ArticleRow, i))]

    def article_metadata(self) -> list[Metadata]:
        """Return the metadata of all articles."""
        with self._session() as session:
            return [_metadata(meta) for meta in session.scalars(select(_ArticleRow.meta))]

    def names(self, kind: str) -> set[str]:
        """Return all names of one kind (see `retriever.names`) that stand anywhere in the library."""
        with self._session() as session:
            return set(session.scalars(select(_NameRow.name).where(_NameRow.kind == kind).distinct()))

    # --- chunks ------------------------------------------------------------------------------------------------

    def chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return chunks by their ids; unknown ids are left out."""
        found: dict[str, StoredChunk] = {}
        with self._session() as session:
            for some in _batches(ids):
                query = (
                    select(_ChunkRow, _ArticleRow, _DocumentRow.source)
                    .join(_ArticleRow, _ChunkRow.article_id == _ArticleRow.id)
                    .join(_DocumentRow, _ArticleRow.document_id == _DocumentRow.id)
                    .where(_ChunkRow.id.in_(some))
                )
                for chunk, article, source in session.execute(query):
                    found[chunk.id] = StoredChunk(_chunk(chunk), _article(article), source)
        return found

    def chunks_of(self, article_id: str) -> list[Chunk]:
        """Return the chunks of an article in their order."""
        with self._session() as session:
            query = select(_ChunkRow).where(_ChunkRow.article_id == article_id).order_by(_ChunkRow.start)
            return [_chunk(row) for row in session.scalars(query)]

    def index_entries(self, ids: Sequence[str] | None = None) -> Iterator[list[IndexEntry]]:
        """Yield what the derived indexes need, in batches: of the given chunks, or of all."""
        query = (
            select(_ChunkRow, _VectorRow.vector, _ArticleRow.title, _ArticleRow.meta)
            .join(_VectorRow, _ChunkRow.vector == _VectorRow.key)
            .join(_ArticleRow, _ChunkRow.article_id == _ArticleRow.id)
            .order_by(_ChunkRow.id)
        )
        last = ""
        with self._session() as session:
            for some in _batches(ids) if ids is not None else ():
                yield [_entry(row) for row in session.execute(query.where(_ChunkRow.id.in_(some)))]
            while ids is None:
                rows = session.execute(query.where(_ChunkRow.id > last).limit(_BATCH)).all()
                if not rows:
                    return
                yield [_entry(row) for row in rows]
                last = rows[-1][0].id

    # --- what the derived indexes still have to do -------------------------------------------------------------

    def pending(self) -> list[str]:
        """Return the ids of chunks that were added or removed since the derived indexes were last brought up."""
        with self._session() as session:
            return list(session.scalars(select(_PendingRow.chunk_id).order_by(_PendingRow.chunk_id)))

    def clear_pending(self) -> None:
        """Note that the derived indexes hold exactly the chunks of this database."""
        with self._session() as session:
            session.execute(delete(_PendingRow))

    def drop_unused_vectors(self) -> int:
        """Delete vectors that no chunk uses any more; returns how many."""
        with self._session() as session:
            used = select(_ChunkRow.vector)
            result = session.execute(delete(_VectorRow).where(_VectorRow.key.not_in(used)))
            return int(getattr(result, "rowcount", 0))

    def drop_all_vectors(self) -> None:
        """Delete every vector, for a change of the embedding model; the texts stay."""
        with self._session() as session:
            session.execute(delete(_VectorRow))

    def texts_without_vector(self, limit: int) -> dict[str, str]:
        """Return up to `limit` embedding texts of chunks that have no vector, by vector key."""
        with self._session() as session:
            query = (
                select(_ChunkRow.vector, _ChunkRow.embedding_text)
                .where(_ChunkRow.vector.not_in(select(_VectorRow.key)))
                .limit(limit)
            )
            return {row[0]: row[1] for row in session.execute(query)}


def _set_up_connection(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as exc:
        reason = str(exc.orig)
        if "full" in reason or "disk I/O" in reason:
            raise StoreFullError("磁盘空间不足，资料库没有写完；请清理空间后重新运行，已写入的内容不会丢失。") from exc
        raise StoreError(f"资料库无法读写（{reason}），请检查数据目录的权限和磁盘。") from exc
    except DatabaseError as exc:
        raise StoreError("资料库文件已损坏，请删除数据目录后重新索引原始文件。") from exc


def _batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _add_document(session: Session, prepared: PreparedDocument) -> None:
    document = prepared.document
    meta = json.dumps(dict(document.meta), ensure_ascii=False)
    session.add(
        _DocumentRow(
            id=document.id, path=prepared.path, source=document.source, title=document.title, text=document.text,
            sha256=document.sha256, meta=meta,
        )
    )  # fmt: skip
    session.flush()
    session.add_all(
        _ArticleRow(
            id=a.id, document_id=a.document_id, title=a.title, heading_path=_dump(a.heading_path), start=a.start,
            end=a.end, meta=json.dumps(asdict(a.meta), ensure_ascii=False),
        )
        for a in prepared.articles
    )  # fmt: skip
    session.flush()
    session.add_all(
        _ChunkRow(
            id=c.id, article_id=c.article_id, start=c.start, end=c.end, text=c.text, embedding_text=c.embedding_text,
            headings=_dump(c.headings), vector=key,
        )
        for c, key in zip(prepared.chunks, prepared.vector_keys, strict=True)
    )  # fmt: skip
    session.add_all(_NameRow(document_id=document.id, kind=kind, name=name) for kind, name in prepared.names)
    _note_pending(session, [c.id for c in prepared.chunks])


def _delete_documents(session: Session, ids: Sequence[str]) -> None:
    for some in _batches(ids):
        articles = select(_ArticleRow.id).where(_ArticleRow.document_id.in_(some))
        chunks = session.scalars(select(_ChunkRow.id).where(_ChunkRow.article_id.in_(articles))).all()
        _note_pending(session, chunks)
        session.execute(delete(_DocumentRow).where(_DocumentRow.id.in_(some)))


def _note_pending(session: Session, chunk_ids: Sequence[str]) -> None:
    for some in _batches(chunk_ids):
        session.execute(insert(_PendingRow).on_conflict_do_nothing(), [{"chunk_id": i} for i in some])


def _dump(strings: Sequence[str]) -> str:
    return json.dumps(list(strings), ensure_ascii=False)


def _metadata(stored: str) -> Metadata:
    fields = json.loads(stored)
    return Metadata(**{**fields, "authors": tuple(fields["authors"])})


def _article(row: _ArticleRow) -> Article:
    path = tuple(json.loads(row.heading_path))
    return Article(row.id, row.document_id, row.title, path, row.start, row.end, _metadata(row.meta))


def _chunk(row: _ChunkRow) -> Chunk:
    headings = tuple(json.loads(row.headings))
    return Chunk(row.id, row.article_id, row.start, row.end, row.text, row.embedding_text, headings)


def _entry(row: Any) -> IndexEntry:
    chunk, vector, title, meta = row
    numbers = np.frombuffer(vector, dtype="<f4")
    return IndexEntry(chunk.id, title, chunk.text, chunk.embedding_text, numbers, _metadata(meta))
