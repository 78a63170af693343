"""What the library holds, for lists and charts: documents page by page, counts, one document, its outline and its file.

All of it is read from indexes and takes no text into memory; see `retriever.held` for the query behind it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from retriever.database import Database
from retriever.held import FACTS, Filters, HeldState, Order, collection_in, facts_for, held, in_order, seen
from retriever.outline import Outlined, outline_of
from retriever.places import Place
from retriever.rows import article_of, batches, path_of
from retriever.scope import collection_of
from retriever.tables import ArticleRow, ChunkRow, DocumentRow, FileRow, RemovedRow
from retriever.tally import Totals, breakdown, by_place


@dataclass(frozen=True, slots=True)
class Held:
    """One document; or a file that gave none, with an empty `id`.

    A fact of a document with several articles is told where all of them agree; of different days of one year, the year.
    """

    id: str
    path: str
    """Of its file, as the database keeps it."""
    source: str
    title: str
    collection: str
    province: str
    city: str
    district: str
    date: str
    kind: str
    articles: int
    chunks: int
    characters: int
    state: HeldState
    reason: str = ""
    """Why its file could not be read, or not all of it."""
    notes: tuple[str, ...] = ()
    copies: int = 0
    """How many other documents say the same."""
    main_id: str = ""
    """Of a re-post, the main copy, which lies in the same collection."""
    main_source: str = ""
    removed_at: str = ""
    """When it was taken out, in ISO form."""

    @property
    def place(self) -> Place:
        """Where it is about."""
        return Place(self.province, self.city, self.district)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the documents that pass the filters, and how many there are."""

    rows: tuple[Held, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What occurs in the library, for menus; `places` with those above them, `years` from the latest."""

    places: tuple[Place, ...]
    years: tuple[str, ...]
    kinds: tuple[str, ...]
    collections: tuple[str, ...]


class Holdings:
    """Looks into the database of a library; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Look into `database`, which stays open as long as this is used."""
        self._database = database

    def list(
        self, filters: Filters | None = None, offset: int = 0, limit: int = 50, order: Order = Order.SOURCE
    ) -> Page:
        """Return the documents that pass the filters, from `offset` on, at most `limit`."""
        filters = filters or Filters()
        with self._database.looking() as session:
            query = held(filters, facts_for(order)).subquery()
            ordered = select(query, func.count().over()).order_by(*in_order(query, order))
            rows = session.execute(ordered.offset(max(0, offset)).limit(max(0, limit))).all()
            past = not rows and (offset > 0 or limit < 1)
            total = rows[0][-1] if rows else session.scalar(select(func.count()).select_from(query)) if past else 0
            return Page(tuple(_filled(session, rows)), total or 0)

    def document(self, document_id: str, hidden: Collection[str] = ()) -> Held | None:
        """Return one document, also one that was taken out; None where there is none that may be seen."""
        with self._database.looking() as session:
            return next(_by_id(session, [document_id], hidden), None)

    def copies_of(self, document_id: str, hidden: Collection[str] = ()) -> tuple[Held, ...]:
        """Return the other documents that say the same, the main copy first, then by source."""
        with self._database.looking() as session:
            row = session.execute(select(held(Filters(hidden=hidden), (), [document_id]).subquery())).first()
            if row is None:
                return ()
            others = [i for i, _ in _group(session, [row.main]).get(row.main, []) if i != document_id]
            found = {one.id: one for some in batches(others) for one in _by_id(session, some, hidden)}
            return tuple(found[i] for i in others)

    def outline(self, document_id: str, hidden: Collection[str] = ()) -> tuple[Outlined, ...]:
        """Return the articles of a document with their headings, in order; none where it may not be seen."""
        with self._database.looking() as session:
            document = session.get(DocumentRow, document_id)
            if document is None or not any(_by_id(session, [document_id], hidden)):
                return ()
            articles = session.scalars(
                select(ArticleRow).where(ArticleRow.document_id == document_id).order_by(ArticleRow.start)
            ).all()
            outlined = []
            for article in map(article_of, articles):
                query = select(ChunkRow.start, ChunkRow.end, ChunkRow.headings)
                chunks = session.execute(query.where(ChunkRow.article_id == article.id).order_by(ChunkRow.start))
                laid = [(start, end, tuple(json.loads(headings))) for start, end, headings in chunks]
                outlined.append(outline_of(document.text, article, laid))
            return tuple(outlined)

    def original(self, document_id: str, hidden: Collection[str] = ()) -> Path | None:
        """Return the file that a document came from, also of one that was taken out; None where it is gone."""
        document = self.document(document_id, hidden)
        path = path_of(document.path) if document else None
        try:
            return path if path and path.is_file() else None
        except OSError:
            return None

    def totals(self, filters: Filters | None = None) -> Totals:
        """Count what passes the filters."""
        filters = filters or Filters()
        with self._database.looking() as session:
            query = held(filters).subquery()
            columns = (
                query.c.id, query.c.source, query.c.state,
                ArticleRow.province, ArticleRow.city, ArticleRow.district, ArticleRow.kind,
                func.substr(ArticleRow.date, 1, 4).label("year"), (ArticleRow.end - ArticleRow.start).label("length"),
            )  # fmt: skip
            joined = select(*columns).outerjoin(ArticleRow, ArticleRow.document_id == query.c.id)
            rows = session.execute(joined).all()
            copies = held(replace(filters, state=HeldState.REPOST)).subquery()
            every = filters.state is None
            reposts = (session.scalar(select(func.count()).select_from(copies)) or 0) if every else 0
        told = [row for row in rows if row.length is not None]
        documents = {row.id: row for row in told}
        others = (row for row in rows if row.length is None)
        states = Counter(HeldState(row.state) for row in (*documents.values(), *others))
        states[HeldState.REPOST] += reposts
        return Totals(
            len(documents), len(told), sum(row.length for row in told), reposts,
            by_place(((row.id, Place(row.province, row.city, row.district)) for row in told), filters.place),
            breakdown((row.id, row.year) for row in told), breakdown((row.id, row.kind) for row in told),
            breakdown((row.id, collection_of(row.source)) for row in told), {s: n for s, n in states.items() if n},
        )  # fmt: skip

    def collections(self) -> frozenset[str]:
        """Return the collections in which files lie, as they are written."""
        with self._database.looking() as session:
            query = select(collection_in(FileRow.source)).where(FileRow.source != "").distinct()
            return frozenset(session.scalars(query)) - {""}

    def choices(self, hidden: Collection[str] = ()) -> Choices:
        """Return the places, years, kinds and collections that occur."""
        filters = Filters(hidden=hidden)
        with self._database.looking() as session:
            query = (
                select(DocumentRow.id, DocumentRow.source)
                .outerjoin(FileRow, FileRow.path == DocumentRow.path)
                .where(*seen(filters, DocumentRow.source, FileRow.source))
            )
            sources = session.execute(query).all()
            year = func.substr(ArticleRow.date, 1, 4)
            facts = select(ArticleRow.province, ArticleRow.city, ArticleRow.district, year, ArticleRow.kind)
            if hidden:
                facts = facts.where(ArticleRow.document_id.in_(select(query.subquery().c.id)))
            told = session.execute(facts.distinct()).all()
        places = {above for row in told for above in _with_those_above(Place(row[0], row[1], row[2]))}
        return Choices(
            tuple(sorted(places, key=lambda place: (place.province, place.city, place.district))),
            tuple(sorted({row[3] for row in told if row[3]}, reverse=True)),
            tuple(sorted({row[4] for row in told if row[4]})),
            tuple(sorted({collection_of(row[1]) for row in sources} - {""})),
        )


def _by_id(session: Session, ids: Sequence[str], hidden: Collection[str]) -> Iterator[Held]:
    rows = session.execute(select(held(Filters(hidden=hidden), (), ids).subquery())).all()
    for one in _filled(session, rows):
        yield replace(one, state=HeldState.REPOST) if one.main_id else one


def _filled(session: Session, rows: Sequence[Any]) -> Iterator[Held]:
    """Yield documents by their rows, with what only these few are asked for."""
    ids = [row.id for row in rows if row.id]
    facts = {row.id: row for row in session.execute(select(held(Filters(), FACTS, ids).subquery()))}
    paths = sorted({row.path for row in rows})
    files = {row[0]: row for row in session.execute(
        select(FileRow.path, FileRow.reason, FileRow.notes).where(FileRow.path.in_(paths)))}  # fmt: skip
    counted = select(ArticleRow.document_id, func.count()).join(ChunkRow, ChunkRow.article_id == ArticleRow.id)
    grouped = counted.where(ArticleRow.document_id.in_(ids)).group_by(ArticleRow.document_id)
    chunks = {row[0]: row[1] for row in session.execute(grouped)}
    times = {row[0]: row[1] for row in session.execute(
        select(RemovedRow.id, RemovedRow.time).where(RemovedRow.id.in_(ids)))}  # fmt: skip
    groups = _group(session, sorted({row.main for row in rows if row.main}))
    for row in rows:
        members = groups.get(row.main, [])
        main_id, main_source = members[0] if members and row.main != row.id else ("", "")
        file = files.get(row.path)
        told = facts.get(row.id, row)
        yield Held(
            row.id, row.path, row.source, row.title, collection_of(row.source),
            told.province, told.city, told.district, told.date, told.kind,
            told.articles, chunks.get(row.id, 0), told.characters, HeldState(row.state),
            file[1] if file else "", tuple(json.loads(file[2])) if file else (),
            max(0, len(members) - 1),
            main_id, main_source, times.get(row.id, ""),
        )  # fmt: skip


def _group(session: Session, mains: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return id and source of the documents that say what a main copy says, that one first; all in its collection."""
    main_article = aliased(ArticleRow)
    found: dict[str, set[str]] = {main: {main} for main in mains}
    for some in batches(mains):
        query = (
            select(main_article.document_id, ArticleRow.document_id)
            .join(main_article, ArticleRow.copy_of == main_article.id)
            .where(main_article.document_id.in_(some))
        )
        for main, copy in session.execute(query):
            found[main].add(copy)
    ids = sorted({i for members in found.values() for i in members})
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for some in batches(ids):
        rows = session.execute(select(held(Filters(), (), some).subquery())).all()
        # A document of which only one article is a re-post is no re-post.
        for row in rows:
            if row.main in found and row.state != HeldState.REMOVED:
                groups[row.main].append((row.id, row.source))
    for main, members in groups.items():
        members.sort(key=lambda one: (one[0] != main, one[0]))
    return groups


def _with_those_above(place: Place) -> Iterator[Place]:
    for some in (Place(place.province), Place(place.province, place.city), place):
        if some.name:
            yield some
