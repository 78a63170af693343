"""Links between re-posts and their main copies in the database, and the removal of documents, which undoes links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session, aliased

from retriever.rows import batches
from retriever.scope import collection_of
from retriever.tables import FILE_SOURCE, ArticleRow, BandRow, ChunkRow, DocumentRow, FileRow, PendingRow

_RECOGNISED = func.coalesce(func.json_extract(DocumentRow.meta, "$.recognised"), 0)


@dataclass(frozen=True, slots=True)
class StoredText:
    """The text of a stored article, and where its chunks stand in it, by their ids."""

    article_id: str
    text: str
    collections: tuple[str, str] = ("", "")
    """The one that its file lies in, and the one that its own source names: a record may tell another."""
    recognised: bool = False
    """Whether it was read by text recognition, which may misread characters."""
    chunks: tuple[tuple[str, int, int], ...] = ()


class Links:
    """Works inside one transaction of the database."""

    def __init__(self, session: Session) -> None:
        """Use `Database.links`."""
        self._session = session

    def unlinked(self, limit: int) -> list[StoredText]:
        """Return up to `limit` articles that have not been compared with the others, by source.

        What text recognition has read comes last, as a copy without misread characters is the better main copy.
        """
        query = (
            select(ArticleRow.id)
            .join(DocumentRow, ArticleRow.document_id == DocumentRow.id)
            .where(~ArticleRow.linked)
            .order_by(_RECOGNISED, DocumentRow.source, ArticleRow.start)
            .limit(limit)
        )
        return [self._text(article_id, with_chunks=True) for article_id in self._session.scalars(query).all()]

    def candidates(self, bands: Collection[int], limit: int) -> list[StoredText]:
        """Return up to `limit` main copies that share a band, those first that share most."""
        shared = func.count().label("shared")
        query = (
            select(BandRow.article_id)
            .where(BandRow.band.in_(bands))
            .group_by(BandRow.article_id)
            .order_by(shared.desc(), BandRow.article_id)
            .limit(limit)
        )
        return [self._text(article_id) for article_id in self._session.scalars(query).all()]

    def make_main(self, article_id: str, bands: Collection[int]) -> None:
        """Note that an article is the first of its kind, to be found by its bands."""
        self._mark(article_id, "")
        rows = [{"band": band, "article_id": article_id} for band in bands]
        if rows:
            self._session.execute(insert(BandRow).on_conflict_do_nothing(), rows)
        self._search(article_id, hidden=())

    def undo_main(self, article_id: str) -> None:
        """Take an article and its re-posts out of their links; they are to be compared again."""
        self._session.execute(delete(BandRow).where(BandRow.article_id == article_id))
        self._session.execute(
            update(ArticleRow)
            .where(or_(ArticleRow.id == article_id, ArticleRow.copy_of == article_id))
            .values(copy_of="", linked=False)
        )

    def make_copy(self, article_id: str, main_id: str, hidden: Collection[str]) -> None:
        """Note that an article is a re-post; its chunks `hidden` say nothing new and are not searched."""
        self._mark(article_id, main_id)
        self._search(article_id, hidden)

    def undo_astray(self) -> int:
        """Undo links to main copies that are gone or are copies themselves; returns how many."""
        main = aliased(ArticleRow)
        good = select(main.id).where(main.copy_of == "", main.linked)
        result = self._session.execute(
            update(ArticleRow)
            .where(ArticleRow.copy_of != "", ArticleRow.copy_of.not_in(good))
            .values(copy_of="", linked=False)
            .execution_options(synchronize_session=False)
        )
        return int(getattr(result, "rowcount", 0))

    def _mark(self, article_id: str, main_id: str) -> None:
        self._session.execute(
            update(ArticleRow).where(ArticleRow.id == article_id).values(copy_of=main_id, linked=True)
        )

    def _search(self, article_id: str, hidden: Collection[str]) -> None:
        """Set which chunks of an article are searched; what changes is pending for the derived indexes."""
        rows = self._session.execute(
            select(ChunkRow.id, ChunkRow.searched).where(ChunkRow.article_id == article_id)
        ).all()
        changed = [(chunk_id, searched) for chunk_id, searched in rows if searched == (chunk_id in hidden)]
        for chunk_id, searched in changed:
            self._session.execute(update(ChunkRow).where(ChunkRow.id == chunk_id).values(searched=not searched))
        note_pending(self._session, [chunk_id for chunk_id, _ in changed])

    def _text(self, article_id: str, *, with_chunks: bool = False) -> StoredText:
        query = (
            select(
                func.substr(DocumentRow.text, ArticleRow.start + 1, ArticleRow.end - ArticleRow.start),
                ArticleRow.start,
                _RECOGNISED,
                FILE_SOURCE,
                DocumentRow.source,
            )
            .join(DocumentRow, ArticleRow.document_id == DocumentRow.id)
            .outerjoin(FileRow, FileRow.path == DocumentRow.path)
            .where(ArticleRow.id == article_id)
        )
        body, offset, recognised, file_source, source = self._session.execute(query).one()
        chunks: Sequence[tuple[str, int, int]] = ()
        if with_chunks:
            found = select(ChunkRow.id, ChunkRow.start, ChunkRow.end).where(ChunkRow.article_id == article_id)
            chunks = [(i, start - offset, end - offset) for i, start, end in self._session.execute(found)]
        collections = (collection_of(file_source), collection_of(source))
        return StoredText(article_id, body, collections, bool(recognised), tuple(chunks))


def delete_documents(session: Session, ids: Sequence[str]) -> None:
    """Delete documents with all that belongs to them; their re-posts elsewhere are to be linked anew."""
    for some in batches(ids):
        articles = select(ArticleRow.id).where(ArticleRow.document_id.in_(some))
        chunks = session.scalars(select(ChunkRow.id).where(ChunkRow.article_id.in_(articles))).all()
        note_pending(session, chunks)
        session.execute(
            update(ArticleRow)
            .where(ArticleRow.copy_of.in_(articles))
            .values(copy_of="", linked=False)
            .execution_options(synchronize_session=False)
        )
        session.execute(delete(DocumentRow).where(DocumentRow.id.in_(some)))


def note_pending(session: Session, chunk_ids: Sequence[str]) -> None:
    """Note chunks that the derived indexes have to take in or give up."""
    for some in batches(chunk_ids):
        session.execute(insert(PendingRow).on_conflict_do_nothing(), [{"chunk_id": i} for i in some])
