"""The SQLite database of a data folder: the one source of truth for texts and vectors.

Chroma and the keyword index are derived from it. What they still have to take in or give up stands in `pending`,
written in the same transaction as the chunks themselves, so that no crash can make them differ for good.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, delete, event, func, inspect, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, aliased

from core.errors import StoreError, StoreFullError, StoreMismatchError
from core.schema import Article, Chunk, Document, Vectors
from retriever.links import Links, delete_documents, note_pending
from retriever.removal import Removals
from retriever.rows import (
    IndexEntry,
    PlacedDocument,
    PreparedDocument,
    StoredChunk,
    StoredFile,
    article_of,
    article_values,
    batches,
    chunk_of,
    chunk_values,
    document_values,
    entry_of,
    file_of,
    file_row,
    name_values,
)
from retriever.scope import collection_of
from retriever.tables import (
    FILE_SOURCE,
    OUTDATED,
    SCHEMA_VERSION,
    ArticleRow,
    Base,
    ChunkRow,
    DocumentRow,
    FileRow,
    NameRow,
    PendingRow,
    RemovedRow,
    StateRow,
    VectorRow,
    begin,
    set_up_connection,
    upgrade,
)

_BATCH = 500


class Database:
    """Reads and writes whole documents; every method is one transaction."""

    def __init__(self, path: Path, *, may_upgrade: bool = True) -> None:
        """Open the database file at `path`, making it where it does not exist.

        Args:
            path: the file.
            may_upgrade: whether tables of an older version may be brought to those of this one.

        Raises:
            StoreError: the file is damaged or cannot be written.
            StoreMismatchError: it was made by an incompatible version, or by an older one and may not be upgraded.
        """
        self._engine: Engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(self._engine, "connect", set_up_connection)
        event.listen(self._engine, "begin", begin)
        with _store_errors():
            self._check_version(may_upgrade)

    def _check_version(self, may_upgrade: bool) -> None:
        with self._engine.begin() as connection:
            if not inspect(connection).has_table(StateRow.__tablename__):
                Base.metadata.create_all(connection)
                connection.execute(insert(StateRow).values(name="schema_version", value=str(SCHEMA_VERSION)))
                return
            stored = connection.scalar(select(StateRow.value).where(StateRow.name == "schema_version")) or "1"
            version = int(stored) if stored.isdecimal() else 0
            if not 1 <= version <= SCHEMA_VERSION:
                raise StoreMismatchError(f"资料库由不兼容的版本（{stored}）建立，请换一个空的数据目录重新索引。")
            if version < SCHEMA_VERSION:
                if not may_upgrade:
                    raise StoreMismatchError(
                        "资料库由较早的版本建立，请重新运行一次索引（make run 或 python -m ingest），程序会自动升级。"
                    )
                upgrade(connection, version)
                connection.execute(
                    insert(StateRow)
                    .values(name="dirty", value="yes")
                    .on_conflict_do_update(index_elements=["name"], set_={"value": "yes"})
                )

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
            row = session.get(StateRow, name)
            return row.value if row else ""

    def set_state(self, name: str, value: str) -> None:
        """Set a named value of the store."""
        with self._session() as session:
            session.merge(StateRow(name=name, value=value))

    # --- files -------------------------------------------------------------------------------------------------

    def files(self, paths: Collection[str] | None = None) -> dict[str, StoredFile]:
        """Return what is known of the files at `paths`, or of all, by path."""
        found: dict[str, StoredFile] = {}
        with self._session() as session:
            query = select(FileRow).order_by(FileRow.path)
            for some in batches(sorted(paths)) if paths is not None else [None]:
                for row in session.scalars(query if some is None else query.where(FileRow.path.in_(some))):
                    found[row.path] = file_of(row)
        return found

    def free_file_id(self, path: str) -> str:
        """Return an id for a new file at `path`: its path, unless a file that has moved from there bears that."""
        with self._session() as session:
            candidate = path
            while session.scalar(select(FileRow.path).where(FileRow.id == candidate).limit(1)):
                candidate += "~"
            return candidate

    def files_with_content(self, content: str) -> list[StoredFile]:
        """Return the files whose bytes had this SHA-256."""
        with self._session() as session:
            return [file_of(row) for row in session.scalars(select(FileRow).where(FileRow.content == content))]

    def move_file(self, old: str, new: str) -> None:
        """Note that a file with its documents is at another path now, and is to be read again for its new name."""
        with self._session() as session:
            session.execute(delete(FileRow).where(FileRow.path == new))
            session.execute(update(FileRow).where(FileRow.path == old).values(path=new, fingerprint=OUTDATED))
            for table in (DocumentRow, RemovedRow):
                session.execute(update(table).where(table.path == old).values(path=new))

    def finish_file(self, file: StoredFile, document_ids: Iterable[str]) -> int:
        """Mark a file as taken in; documents of an earlier version that are not in `document_ids` go.

        Returns how many documents went.
        """
        keep = set(document_ids)
        with self._session() as session:
            known = session.scalars(select(DocumentRow.id).where(DocumentRow.path == file.path)).all()
            gone = [document_id for document_id in known if document_id not in keep]
            delete_documents(session, gone)
            session.merge(file_row(file))
            return len(gone)

    def note_file(self, file: StoredFile) -> None:
        """Note how a file looks and what became of it; its documents stay as they are."""
        with self._session() as session:
            session.merge(file_row(file))

    def forget_fingerprints(self) -> None:
        """Make every file look changed, so that the next ingest reads it again."""
        with self._session() as session:
            session.execute(update(FileRow).where(FileRow.fingerprint != "").values(fingerprint=OUTDATED))
            session.execute(text("UPDATE documents SET sha256 = ''"))

    def sources(self, path: str) -> list[str]:
        """Return the sources of the documents that came from the file at `path`."""
        with self._session() as session:
            query = select(DocumentRow.source).where(DocumentRow.path == path)
            return list(session.scalars(query.order_by(DocumentRow.id)))

    def documents_called(self, ending: str) -> list[PlacedDocument]:
        """Return the documents whose source ends with `ending`, by source."""
        with self._session() as session:
            query = (
                select(DocumentRow.id, DocumentRow.path, DocumentRow.source)
                .where(func.substr(DocumentRow.source, -len(ending)) == ending)
                .order_by(DocumentRow.source, DocumentRow.id)
            )
            return [PlacedDocument(*row) for row in session.execute(query)]

    def articles_of_source(self, name: str) -> list[str]:
        """Return the ids of the articles of a source, or of all below a folder, an archive or a file of records.

        Of a re-post, both its own and that of its main copy, which is the one that a search finds.
        """
        prefixes = [f"{name.rstrip('/')}{mark}" for mark in "/#"]
        inside = [func.substr(DocumentRow.source, 1, len(prefix)) == prefix for prefix in prefixes]
        in_file = DocumentRow.path.in_(select(FileRow.path).where(FileRow.source == name))
        with self._session() as session:
            query = (
                select(ArticleRow.id, ArticleRow.copy_of)
                .join(DocumentRow, ArticleRow.document_id == DocumentRow.id)
                .where(or_(DocumentRow.source == name, in_file, *inside))
            )
            return list(dict.fromkeys(i for row in session.execute(query) for i in row if i))

    def delete_file(self, path: str) -> None:
        """Remove a file, its documents, and what is noted of those that were taken out before."""
        with self._session() as session:
            delete_documents(session, session.scalars(select(DocumentRow.id).where(DocumentRow.path == path)).all())
            session.execute(delete(RemovedRow).where(RemovedRow.path == path))
            session.execute(delete(FileRow).where(FileRow.path == path))

    # --- soundness ---------------------------------------------------------------------------------------------

    def damage(self) -> str:
        """Return what SQLite finds damaged in its file; empty where it finds nothing."""
        with self._session() as session:
            told = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check(1)"))]
            return "" if told == ["ok"] else "；".join(told)

    def paths(self) -> list[str]:
        """Return the paths of all files and of all documents, also of those whose file was never noted."""
        with self._session() as session:
            every = select(FileRow.path).union(select(DocumentRow.path), select(RemovedRow.path))
            return sorted(session.scalars(every))

    def files_without_documents(self) -> list[str]:
        """Return the paths of files that were taken in but have no document any more, and make them look changed.

        A file whose documents were taken out on purpose is none of these.
        """
        with self._session() as session:
            there = select(DocumentRow.path).union(select(RemovedRow.path))
            query = select(FileRow.path).where(FileRow.fingerprint != "", FileRow.path.not_in(there))
            lost = list(session.scalars(query))
            session.execute(update(FileRow).where(FileRow.path.in_(lost)).values(fingerprint=OUTDATED))
            return lost

    def documents_without_file(self) -> list[str]:
        """Return the ids of documents whose file was never noted."""
        with self._session() as session:
            return list(session.scalars(select(DocumentRow.id).where(DocumentRow.path.not_in(select(FileRow.path)))))

    def broken_documents(self) -> list[str]:
        """Return the ids of documents with a chunk that does not stand in their text at its place."""
        place = func.substr(DocumentRow.text, ChunkRow.start + 1, ChunkRow.end - ChunkRow.start)
        with self._session() as session:
            query = (
                select(DocumentRow.id)
                .outerjoin(ArticleRow, ArticleRow.document_id == DocumentRow.id)
                .outerjoin(ChunkRow, ChunkRow.article_id == ArticleRow.id)
                .where(or_(ArticleRow.id.is_(None), place != ChunkRow.text))
                .distinct()
            )
            return list(session.scalars(query))

    def forget_documents(self, ids: Sequence[str]) -> None:
        """Delete documents, and make their files look changed, so that the next ingest reads them again."""
        with self._session() as session:
            for some in batches(ids):
                paths = select(DocumentRow.path).where(DocumentRow.id.in_(some))
                session.execute(
                    update(FileRow)
                    .where(FileRow.path.in_(paths), FileRow.fingerprint != "")
                    .values(fingerprint=OUTDATED)
                    .execution_options(synchronize_session=False)
                )
            delete_documents(session, ids)

    def drop_bad_vectors(self, dimensions: int) -> int:
        """Delete vectors that are not `dimensions` numbers of 32 bits; returns how many."""
        with self._session() as session:
            result = session.execute(delete(VectorRow).where(func.length(VectorRow.vector) != 4 * dimensions))
            return int(getattr(result, "rowcount", 0))

    # --- documents ---------------------------------------------------------------------------------------------

    def hashes(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Return the `sha256` of stored documents by id; unknown ids are left out."""
        with self._session() as session:
            query = select(DocumentRow.id, DocumentRow.sha256)
            found = (session.execute(query.where(DocumentRow.id.in_(some))) for some in batches(document_ids))
            return {row[0]: row[1] for rows in found for row in rows}

    def add_vectors(self, vectors: Mapping[str, Vectors]) -> None:
        """Store vectors by their keys."""
        with self._session() as session:
            for some in batches(list(vectors.items())):
                rows = [{"key": key, "vector": vector.astype("<f4").tobytes()} for key, vector in some]
                session.execute(insert(VectorRow).on_conflict_do_nothing(), rows)

    def save(self, prepared: Sequence[PreparedDocument], files: Iterable[StoredFile] = ()) -> None:
        """Store documents in one transaction, replacing those with the same id; their vectors may come later.

        What was taken out and is brought back is noted as taken out until then, and no longer.

        Args:
            prepared: the documents.
            files: those that they come from, as they are noted until they are finished.
        """
        with self._session() as session:
            for file in files:
                session.merge(file_row(file))
            ids = [one.document.id for one in prepared]
            delete_documents(session, ids)
            for some in batches(ids):
                session.execute(delete(RemovedRow).where(RemovedRow.id.in_(some)))
            for table, values in (
                (DocumentRow, document_values), (ArticleRow, article_values), (ChunkRow, chunk_values),
                (NameRow, name_values),
            ):  # fmt: skip
                if rows := list(values(prepared)):
                    session.execute(insert(table), rows)
            note_pending(session, [chunk.id for one in prepared for chunk in one.chunks])

    def document(self, document_id: str) -> Document | None:
        """Return a document by its id."""
        with self._session() as session:
            found = session.execute(
                select(DocumentRow, FILE_SOURCE)
                .outerjoin(FileRow, FileRow.path == DocumentRow.path)
                .where(DocumentRow.id == document_id)
            ).first()
            if found is None:
                return None
            row, file_source = found
            meta, collection = json.loads(row.meta), collection_of(file_source)
            return Document(row.id, row.source, row.title, row.text, row.sha256, meta, collection)

    def texts(self, ids: Collection[str]) -> dict[str, str]:
        """Return the texts of documents by their ids."""
        with self._session() as session:
            query = select(DocumentRow.id, DocumentRow.text)
            found = (session.execute(query.where(DocumentRow.id.in_(some))) for some in batches(sorted(ids)))
            return {row[0]: row[1] for rows in found for row in rows}

    def all_texts(self) -> list[str]:
        """Return the texts of all documents."""
        with self._session() as session:
            return list(session.scalars(select(DocumentRow.text).order_by(DocumentRow.id)))

    def articles(self, document_id: str) -> list[Article]:
        """Return the articles of a document in their order."""
        with self._session() as session:
            query = select(ArticleRow).where(ArticleRow.document_id == document_id).order_by(ArticleRow.start)
            return [article_of(row) for row in session.scalars(query)]

    @contextmanager
    def links(self) -> Iterator[Links]:
        """Open the links between re-posts and their main copies for work in one transaction."""
        with self._session() as session:
            yield Links(session)

    @contextmanager
    def removals(self) -> Iterator[Removals]:
        """Open what was taken out of the library on purpose for work in one transaction."""
        with self._session() as session:
            yield Removals(session)

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Open one transaction for reading, for what asks more of the tables than the methods here."""
        with self._session() as session:
            yield session

    def copies(self, main_ids: Collection[str]) -> dict[str, list[str]]:
        """Return the sources of all copies of a piece, the main one first, by the id of the main copy.

        A piece of which there is only one is left out.
        """
        found: dict[str, list[str]] = {}
        with self._session() as session:
            for some in batches(sorted(main_ids)):
                query = (
                    select(ArticleRow.id, ArticleRow.copy_of, DocumentRow.source)
                    .join(DocumentRow, ArticleRow.document_id == DocumentRow.id)
                    .where(or_(ArticleRow.copy_of.in_(some), ArticleRow.id.in_(some)))
                    .order_by(ArticleRow.copy_of, DocumentRow.source)
                )
                for article_id, main, source in session.execute(query):
                    found.setdefault(main or article_id, []).append(source)
        return {main: sources for main, sources in found.items() if len(sources) > 1}

    def main_sources(self) -> dict[str, str]:
        """Return, for files all of whose articles are re-posts, the source of the main copy, by path."""
        main_article, main_document = aliased(ArticleRow), aliased(DocumentRow)
        copies = (
            select(DocumentRow.path, func.min(ArticleRow.copy_of).label("main"))
            .join(ArticleRow, ArticleRow.document_id == DocumentRow.id)
            .group_by(DocumentRow.path)
            .having(func.min(ArticleRow.copy_of) != "")
            .subquery()
        )
        query = (
            select(copies.c.path, main_document.source)
            .join(main_article, main_article.id == copies.c.main)
            .join(main_document, main_document.id == main_article.document_id)
        )
        with self._session() as session:
            return {row[0]: row[1] for row in session.execute(query)}

    def searched_count(self) -> int:
        """Return how many chunks the derived indexes hold when they are brought up."""
        with self._session() as session:
            return session.scalar(select(func.count()).where(ChunkRow.searched)) or 0

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of documents, articles and chunks."""
        with self._session() as session:
            documents, articles, chunks = (
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (DocumentRow, ArticleRow, ChunkRow)
            )
            return documents, articles, chunks

    def sample_articles(self, count: int) -> list[Article]:
        """Return up to `count` articles, spread evenly over the library."""
        with self._session() as session:
            total = session.scalar(select(func.count()).select_from(ArticleRow)) or 0
            step = max(1, total // max(1, count))
            ids = session.scalars(select(ArticleRow.id).order_by(ArticleRow.document_id, ArticleRow.start)).all()
            return [article_of(row) for i in ids[::step][:count] if (row := session.get(ArticleRow, i))]

    def names(self, kind: str) -> set[str]:
        """Return all names of one kind (see `retriever.names`) that stand anywhere in the library."""
        with self._session() as session:
            return set(session.scalars(select(NameRow.name).where(NameRow.kind == kind).distinct()))

    # --- chunks ------------------------------------------------------------------------------------------------

    def chunks(self, ids: Sequence[str]) -> dict[str, StoredChunk]:
        """Return chunks by their ids; unknown ids are left out."""
        found: dict[str, StoredChunk] = {}
        with self._session() as session:
            for some in batches(ids):
                query = (
                    select(ChunkRow, ArticleRow, DocumentRow.source)
                    .join(ArticleRow, ChunkRow.article_id == ArticleRow.id)
                    .join(DocumentRow, ArticleRow.document_id == DocumentRow.id)
                    .where(ChunkRow.id.in_(some))
                )
                for chunk, article, source in session.execute(query):
                    main = article.copy_of or article.id
                    found[chunk.id] = StoredChunk(chunk_of(chunk), article_of(article), source, main)
        return found

    def chunks_of(self, article_id: str) -> list[Chunk]:
        """Return the chunks of an article in their order."""
        with self._session() as session:
            query = select(ChunkRow).where(ChunkRow.article_id == article_id).order_by(ChunkRow.start)
            return [chunk_of(row) for row in session.scalars(query)]

    def index_entries(self, ids: Sequence[str] | None = None) -> Iterator[list[IndexEntry]]:
        """Yield what the derived indexes hold, in batches: of the given chunks (those that are searched), or of all."""
        query = (
            select(ChunkRow, VectorRow.vector, ArticleRow.title, ArticleRow.meta, FILE_SOURCE)
            .join(VectorRow, ChunkRow.vector == VectorRow.key)
            .join(ArticleRow, ChunkRow.article_id == ArticleRow.id)
            .join(DocumentRow, ArticleRow.document_id == DocumentRow.id)
            .outerjoin(FileRow, FileRow.path == DocumentRow.path)
            .where(ChunkRow.searched)
            .order_by(ChunkRow.id)
        )
        last = ""
        with self._session() as session:
            for some in batches(ids) if ids is not None else ():
                yield [entry_of(row) for row in session.execute(query.where(ChunkRow.id.in_(some)))]
            while ids is None:
                rows = session.execute(query.where(ChunkRow.id > last).limit(_BATCH)).all()
                if not rows:
                    return
                yield [entry_of(row) for row in rows]
                last = rows[-1][0].id

    # --- what the derived indexes still have to do -------------------------------------------------------------

    def pending(self) -> list[str]:
        """Return the ids of chunks that were added or removed since the derived indexes were last brought up."""
        with self._session() as session:
            return list(session.scalars(select(PendingRow.chunk_id).order_by(PendingRow.chunk_id)))

    def settle(self, seal: str) -> None:
        """Note that the derived indexes hold exactly the searched chunks of this database, under a seal."""
        with self._session() as session:
            session.execute(delete(PendingRow))
            session.merge(StateRow(name="dirty", value=""))
            session.merge(StateRow(name="seal", value=seal))

    def searched(self, chunk_ids: Sequence[str]) -> set[str]:
        """Return those of the given chunks that exist and are searched."""
        with self._session() as session:
            query = select(ChunkRow.id).where(ChunkRow.searched)
            several = batches(chunk_ids)
            return {i for some in several for i in session.scalars(query.where(ChunkRow.id.in_(some)))}

    def drop_unused_vectors(self) -> int:
        """Delete vectors that no chunk uses any more; returns how many."""
        with self._session() as session:
            used = select(ChunkRow.vector)
            result = session.execute(delete(VectorRow).where(VectorRow.key.not_in(used)))
            return int(getattr(result, "rowcount", 0))

    def drop_all_vectors(self) -> None:
        """Delete every vector, for a change of the embedding model; the texts stay."""
        with self._session() as session:
            session.execute(delete(VectorRow))

    def unembedded(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Return the embedding texts of the searched chunks of documents that have no vector, by vector key."""
        found: dict[str, str] = {}
        with self._session() as session:
            for some in batches(document_ids):
                query = (
                    select(ChunkRow.vector, ChunkRow.embedding_text)
                    .join(ArticleRow, ChunkRow.article_id == ArticleRow.id)
                    .outerjoin(VectorRow, ChunkRow.vector == VectorRow.key)
                    .where(ArticleRow.document_id.in_(some), ChunkRow.searched, VectorRow.key.is_(None))
                )
                found.update((row[0], row[1]) for row in session.execute(query))
        return found

    def texts_without_vector(self, limit: int) -> dict[str, str]:
        """Return up to `limit` embedding texts of searched chunks that have no vector, by vector key."""
        with self._session() as session:
            query = (
                select(ChunkRow.vector, ChunkRow.embedding_text)
                .where(ChunkRow.searched, ChunkRow.vector.not_in(select(VectorRow.key)))
                .limit(limit)
            )
            return {row[0]: row[1] for row in session.execute(query)}


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as exc:
        reason = str(exc.orig)
        if "full" in reason or "disk I/O" in reason:
            raise StoreFullError("磁盘空间不足，资料库没有写完；请清理空间后重新运行，已写入的内容不会丢失。") from exc
        raise StoreError(f"资料库无法读写（{reason}），请检查数据目录的权限和磁盘。") from exc
    except IntegrityError:
        # A fault of the program, no damage: what it says to do about damage would cost a good library.
        raise
    except DatabaseError as exc:
        raise StoreError("资料库文件已损坏，请删除数据目录后重新索引原始文件。") from exc
