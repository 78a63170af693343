"""The tables of the SQLite database, and the steps from the tables of older versions to these."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA_VERSION = 4
"""Raised when tables change; a step in `_UPGRADES` leads from each version to the next."""

OUTDATED = "outdated"
"""Fingerprint of a file that is to be read again."""


class Base(DeclarativeBase):
    """What all tables share."""


def _told(name: str) -> Mapped[str]:
    """Return a column that reads a field out of `meta`, for indexes; it is not stored and not loaded with its row."""
    return mapped_column(Computed(f"json_extract(meta, '$.{name}')", persisted=False), nullable=True, deferred=True)


class FileRow(Base):
    """A file that was seen: how it looked, and what became of it the last time."""

    __tablename__ = "files"
    path: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(server_default="", index=True)
    """Part of the ids of its documents; stays when the file moves."""
    source: Mapped[str] = mapped_column(server_default="")
    size: Mapped[int] = mapped_column(server_default="-1")
    mtime_ns: Mapped[int] = mapped_column(server_default="-1")
    content: Mapped[str] = mapped_column(server_default="", index=True)
    """SHA-256 of its bytes."""
    fingerprint: Mapped[str]
    """Content, version of the program and corrections, all that its documents depend on; empty if it never worked."""
    cause: Mapped[str] = mapped_column(server_default="")
    """Why the last reading failed, in one word; empty where it did not."""
    reason: Mapped[str] = mapped_column(server_default="")
    notes: Mapped[str] = mapped_column(server_default="[]")


class DocumentRow(Base):
    """A cleaned text with its offsets' origin."""

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]
    meta: Mapped[str]


class ArticleRow(Base):
    """A piece of a document. A re-post has in `copy_of` the id of its main copy."""

    __tablename__ = "articles"
    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    heading_path: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    meta: Mapped[str]
    copy_of: Mapped[str] = mapped_column(server_default="", index=True)
    linked: Mapped[bool] = mapped_column(server_default="0", index=True)
    """Whether it has been compared with the others."""
    province: Mapped[str] = _told("province")
    city: Mapped[str] = _told("city")
    district: Mapped[str] = _told("district")
    date: Mapped[str] = _told("date")
    kind: Mapped[str] = _told("kind")


class BandRow(Base):
    """The bands of the signatures of main copies, by which re-posts find them."""

    __tablename__ = "bands"
    band: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    __table_args__ = ({"sqlite_with_rowid": False},)


class ChunkRow(Base):
    """A run of sentences. One that says only what the main copy says already is not `searched`."""

    __tablename__ = "chunks"
    id: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    embedding_text: Mapped[str]
    headings: Mapped[str]
    vector: Mapped[str] = mapped_column(index=True)
    searched: Mapped[bool] = mapped_column(server_default="1", index=True)


class NameRow(Base):
    """A name that stands in a document; see `retriever.names`."""

    __tablename__ = "names"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class RemovedRow(Base):
    """A document that was taken out of the library, and stays out when its file is read again."""

    __tablename__ = "removed"
    id: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    title: Mapped[str]
    time: Mapped[str]
    """When it was taken out, in ISO form with the offset of the time zone."""


class VectorRow(Base):
    """Vectors by the hash of the text that was embedded: a text that moves or returns is not embedded again."""

    __tablename__ = "vectors"
    key: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class PendingRow(Base):
    """A chunk that was added or removed since the derived indexes were last brought up."""

    __tablename__ = "pending"
    chunk_id: Mapped[str] = mapped_column(primary_key=True)


class StateRow(Base):
    """A named value of the store."""

    __tablename__ = "state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


FILE_SOURCE = func.coalesce(func.nullif(FileRow.source, ""), DocumentRow.source)
"""The source of the file that a document came from: a record may name another one of its own."""

Index("chunks_by_place", ChunkRow.article_id, ChunkRow.start)
# What lists and charts need of every document, so that they read no texts.
Index("documents_listed", DocumentRow.id, DocumentRow.path, DocumentRow.source, DocumentRow.title)
Index(
    "articles_listed", ArticleRow.document_id, ArticleRow.start, ArticleRow.end, ArticleRow.copy_of,
    ArticleRow.province, ArticleRow.city, ArticleRow.district, ArticleRow.date, ArticleRow.kind,
)  # fmt: skip


def set_up_connection(connection: sqlite3.Connection, _record: Any) -> None:
    """Prepare a connection: a kill loses no committed transaction, and rows go with what they belong to.

    The driver itself begins no transaction, as it leaves changes of tables out of those; see `begin`.
    """
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def begin(connection: Connection) -> None:
    """Begin a transaction that holds changes of tables too."""
    connection.exec_driver_sql("BEGIN")


_UPGRADES = {
    1: (
        "ALTER TABLE files ADD COLUMN id VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE files ADD COLUMN source VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE files ADD COLUMN size INTEGER NOT NULL DEFAULT -1",
        "ALTER TABLE files ADD COLUMN mtime_ns INTEGER NOT NULL DEFAULT -1",
        "ALTER TABLE files ADD COLUMN content VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE files ADD COLUMN cause VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE files ADD COLUMN reason VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE files ADD COLUMN notes VARCHAR NOT NULL DEFAULT '[]'",
        "ALTER TABLE articles ADD COLUMN copy_of VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE articles ADD COLUMN linked BOOLEAN NOT NULL DEFAULT 0",
        "ALTER TABLE chunks ADD COLUMN searched BOOLEAN NOT NULL DEFAULT 1",
        "CREATE INDEX ix_files_id ON files (id)",
        "CREATE INDEX ix_files_content ON files (content)",
        "CREATE INDEX ix_articles_copy_of ON articles (copy_of)",
        "CREATE INDEX ix_articles_linked ON articles (linked)",
        "CREATE INDEX ix_chunks_searched ON chunks (searched)",
        "UPDATE files SET id = path, fingerprint = 'outdated'",
    ),
    2: (
        *(
            f"ALTER TABLE articles ADD COLUMN {name} VARCHAR "
            f"GENERATED ALWAYS AS (json_extract(meta, '$.{name}')) VIRTUAL"
            for name in ("province", "city", "district", "date", "kind")
        ),
        "CREATE INDEX IF NOT EXISTS chunks_by_place ON chunks (article_id, start)",
        "CREATE INDEX documents_listed ON documents (id, path, source, title)",
        'CREATE INDEX articles_listed ON articles (document_id, start, "end", copy_of, province, city, district, date, '
        "kind)",
    ),
    # Only re-posts are linked anew, which every step asks for.
    3: (),
}


def upgrade(connection: Connection, version: int) -> None:
    """Lead the tables of `version` to those of `SCHEMA_VERSION`, inside the transaction of `connection`."""
    for step in range(version, SCHEMA_VERSION):
        for statement in _UPGRADES[step]:
            connection.execute(text(statement))
    Base.metadata.create_all(connection)
    # Re-posts were linked across collections once; each is compared anew.
    connection.execute(text("DELETE FROM bands"))
    connection.execute(text("UPDATE articles SET copy_of = '', linked = 0"))
    connection.execute(
        text("UPDATE state SET value = :version WHERE name = 'schema_version'"), {"version": str(SCHEMA_VERSION)}
    )
