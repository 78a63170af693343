"""Documents that were taken out of the library on purpose: which they are, taking them out, bringing them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from retriever.links import delete_documents
from retriever.rows import batches
from retriever.tables import OUTDATED, DocumentRow, FileRow, RemovedRow


@dataclass(frozen=True, slots=True)
class RemovedDocument:
    """A document that was taken out: what it was, the file that it comes from, and when."""

    id: str
    path: str
    source: str
    title: str
    time: str
    """In ISO form, with the offset of the time zone."""


class Removals:
    """Works inside one transaction of the database."""

    def __init__(self, session: Session) -> None:
        """Use `Database.removals`."""
        self._session = session

    def ids(self) -> frozenset[str]:
        """Return the ids of all that was taken out."""
        return frozenset(self._session.scalars(select(RemovedRow.id)))

    def removed(self, ids: Sequence[str]) -> dict[str, RemovedDocument]:
        """Return those of the given documents that were taken out, by id."""
        found = (self._session.scalars(select(RemovedRow).where(RemovedRow.id.in_(some))) for some in batches(ids))
        return {
            row.id: RemovedDocument(row.id, row.path, row.source, row.title, row.time) for rows in found for row in rows
        }

    def present(self, ids: Sequence[str]) -> dict[str, RemovedDocument]:
        """Return those of the given documents that are in the library, as they would be noted if taken out now."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        query = select(DocumentRow.id, DocumentRow.path, DocumentRow.source, DocumentRow.title)
        found = (self._session.execute(query.where(DocumentRow.id.in_(some))) for some in batches(ids))
        return {row[0]: RemovedDocument(row[0], row[1], row[2], row[3], now) for rows in found for row in rows}

    def remove(self, documents: Collection[RemovedDocument]) -> None:
        """Delete documents and note that they stay out."""
        self.note(documents)
        delete_documents(self._session, [document.id for document in documents])

    def note(self, documents: Iterable[RemovedDocument]) -> None:
        """Note documents as taken out, in the place of what was noted of them before."""
        for document in documents:
            values = asdict(document)
            self._session.execute(
                insert(RemovedRow).values(**values).on_conflict_do_update(index_elements=["id"], set_=values)
            )

    def read_again(self, documents: Collection[RemovedDocument]) -> None:
        """Make the files of documents look changed; until each is stored again, it stays noted as taken out."""
        for some in batches(list(documents)):
            self._session.execute(
                update(FileRow).where(FileRow.path.in_([one.path for one in some])).values(fingerprint=OUTDATED)
            )

    def rename(self, document_id: str, path: str, source: str, title: str) -> None:
        """Note what a document that was taken out is called now, after its file has changed or moved."""
        self._session.execute(
            update(RemovedRow).where(RemovedRow.id == document_id).values(path=path, source=source, title=title)
        )
