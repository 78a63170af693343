"""What the library holds as one query: documents, files that gave none, and documents that were taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from retriever.places import Place
from retriever.tables import ArticleRow, DocumentRow, FileRow, RemovedRow

UNTOLD = "未注明"
"""Year or kind of a filter for the texts that do not tell it; for the place that is `Place("")`."""
MOST_WORDS = 6
"""Words of `Filters.text` that are looked for."""
PARTLY = "partly"
"""`StoredFile.cause` of a file of which a part could not be read."""
_LEVELS = ("province", "city", "district")
FACTS: Mapping[str, str | int] = {**dict.fromkeys(_LEVELS, ""), "date": "", "kind": "", "articles": 0, "characters": 0}
"""What only the articles of a document tell, and what stands where they are not asked."""


class HeldState(StrEnum):
    """What became of a document, or of a file that gave none."""

    INDEXED = "indexed"
    PARTLY = "partly"
    """A part of its file could not be read."""
    FAILED = "failed"
    """Its file could not be read the last time; where there is a document, it is that of an earlier reading."""
    REMOVED = "removed"
    REPOST = "repost"
    """All of it stands in another document too, which is the main copy."""


class Order(StrEnum):
    """In which order documents are listed; of equal ones, by source."""

    SOURCE = "source"
    TITLE = "title"
    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is listed and counted. An empty part does not limit.

    Of a document with several articles, one that tells the place, year or kind is enough. Re-posts are listed under
    their main copy; with the state REPOST they are listed alone.
    """

    text: str = ""
    """Each of its words stands in title, source or place of a document or, of a main copy, in those of a re-post.

    Of many words, the first `MOST_WORDS` count.
    """
    place: Place | None = None
    """With all that lies in it."""
    year: str = ""
    kind: str = ""
    state: HeldState | None = None
    collection: str | None = None
    """The empty one holds what lies in no folder."""
    hidden: Collection[str] = field(default=())
    """Collections of which nothing is shown or counted."""
    with_removed: bool = True
    """Whether what was taken out is listed."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `text`, each once, at most `MOST_WORDS` of them: each is looked for in every document."""
        first: dict[str, str] = {}
        for word in self.text.split():
            first.setdefault(word.casefold(), word)
        return tuple(first.values())[:MOST_WORDS]

    @property
    def of_facts(self) -> bool:
        """Whether it asks for something that only the text of a document tells."""
        return bool(self.place is not None or self.year or self.kind)


def collection_in(source: Any) -> ColumnElement[str]:
    """Return `retriever.scope.collection_of` of a column."""
    slash = func.instr(source, "/")
    first = func.lower(func.substr(source, 1, slash - 1))
    record = or_(func.substr(first, -6) == ".jsonl", func.instr(first, ".jsonl#") > 0)
    outside = or_(slash == 0, func.substr(first, -4) == ".zip", record)
    return case((outside, ""), else_=func.substr(source, 1, slash - 1))


def seen(filters: Filters, source: Any, file_source: Any) -> list[ColumnElement[bool]]:
    """Return what limits documents to the collections that are asked for and not hidden.

    A record may name a source of its own; where its file lies in a hidden collection, it is hidden too.
    """
    limits: list[ColumnElement[bool]] = []
    if filters.hidden:
        hidden = list(filters.hidden)
        of_file = func.coalesce(file_source, source)
        limits.append(collection_in(source).not_in(hidden))
        limits.append(or_(of_file == source, collection_in(of_file).not_in(hidden)))
    if filters.collection is not None:
        limits.append(collection_in(source) == filters.collection)
    return limits


def held(filters: Filters, facts: Collection[str] = (), ids: Sequence[str] | None = None) -> CompoundSelect[Any]:
    """Return the query of all that is held and passes the filters, one row for each piece.

    Its columns are id, path, source, title, those of `FACTS`, state, and `main`, the document of the main copy.

    Args:
        filters: what passes.
        facts: which of `FACTS` are looked up; the others are empty or 0, as each takes its time in a large library.
        ids: only these documents, each by itself: re-posts too, and as if they were main copies.
    """
    if ids is not None:
        documents = _documents(filters, facts).where(DocumentRow.id.in_(ids))
        return union_all(documents, _removed(filters).where(RemovedRow.id.in_(ids)))
    parts = [_grouped(filters, facts)]
    if not filters.of_facts and filters.state in (None, HeldState.FAILED):
        parts.append(_failed(filters))
    if not filters.of_facts and filters.with_removed and filters.state in (None, HeldState.REMOVED):
        parts.append(_removed(filters))
    return union_all(*parts)


def _grouped(filters: Filters, facts: Collection[str]) -> Select[Any]:
    """Return the query of the documents, re-posts under their main copies, which lie in the same collection."""
    words = filters.words
    every = _documents(filters, {*facts, *(_LEVELS if words else ())}).cte("every")
    is_copy = every.c.id != every.c.main
    alone = filters.state is HeldState.REPOST
    columns = (literal(HeldState.REPOST.value).label("state") if alone and c.name == "state" else c for c in every.c)
    query = select(*columns).where(is_copy if alone else ~is_copy)
    if filters.state is not None and not alone:
        query = query.where(every.c.state == filters.state.value)
    for limit in _facts_told(filters):
        query = query.where(every.c.id.in_(select(ArticleRow.document_id).where(limit)))
    if words:
        told = _told(every.c.title, every.c.source, every.c.province + every.c.city + every.c.district)
        # With the limit, which is none, SQLite makes the string of a row once, not for each word.
        made = select(every.c.main, told).limit(-1).subquery()
        found = every.c.main.in_(select(made.c.main).where(_has(words, made.c.told)))
        query = query.where(_has(words, told) if alone else found)
    return query


def _documents(filters: Filters, facts: Collection[str]) -> Select[Any]:
    """Return the query of the documents that may be seen. A fact is told where all of their articles agree."""
    copy = _of_articles(func.min(ArticleRow.copy_of))
    main_article = ArticleRow.__table__.alias("main_article")
    main = select(main_article.c.document_id).where(main_article.c.id == copy).scalar_subquery()
    cause = func.coalesce(FileRow.cause, "")
    state = case(
        (cause == "", HeldState.INDEXED.value), (cause == PARTLY, HeldState.PARTLY.value), else_=HeldState.FAILED.value
    )  # fmt: skip
    told = [(_fact(name) if name in facts else literal(empty)).label(name) for name, empty in FACTS.items()]
    return (
        select(
            DocumentRow.id, DocumentRow.path, DocumentRow.source, DocumentRow.title, *told, state.label("state"),
            case((copy != "", func.coalesce(main, DocumentRow.id)), else_=DocumentRow.id).label("main"),
        )
        .outerjoin(FileRow, FileRow.path == DocumentRow.path)
        .where(*seen(filters, DocumentRow.source, FileRow.source))
    )  # fmt: skip


def _of_articles(value: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Return a value of the articles of a document; asked for one by one, it is read from the index alone."""
    return (
        select(value).where(ArticleRow.document_id == DocumentRow.id).correlate(DocumentRow.__table__).scalar_subquery()
    )


def _fact(name: str) -> ScalarSelect[Any]:
    if name == "articles":
        return _of_articles(func.count())
    if name == "characters":
        return _of_articles(func.coalesce(func.sum(ArticleRow.end - ArticleRow.start), 0))
    column = getattr(ArticleRow, name)
    least, most = func.min(column), func.max(column)
    if name != "date":
        return _of_articles(case((least == most, least), else_=""))
    year = func.substr(least, 1, 4)
    return _of_articles(case((least == most, least), (year == func.substr(most, 1, 4), year), else_=""))


def _facts_told(filters: Filters) -> list[ColumnElement[bool]]:
    """Return what articles are to tell."""
    limits: list[ColumnElement[bool]] = []
    if filters.place is not None:
        levels = {"province": filters.place.province, "city": filters.place.city, "district": filters.place.district}
        exact = not any(levels.values())
        told = [getattr(ArticleRow, name) == value for name, value in levels.items()
                if value or exact or name == "province"]  # fmt: skip
        limits.append(and_(*told))
    if filters.year:
        limits.append(func.substr(ArticleRow.date, 1, 4) == ("" if filters.year == UNTOLD else filters.year))
    if filters.kind:
        limits.append(ArticleRow.kind == ("" if filters.kind == UNTOLD else filters.kind))
    return limits


def _failed(filters: Filters) -> Select[Any]:
    """Return the query of the files that could not be read and gave no document."""
    there = select(DocumentRow.path)
    query = _without_facts(literal("", String), FileRow.path, FileRow.source, FileRow.source, HeldState.FAILED).where(
        FileRow.cause != "", FileRow.path.not_in(there), *seen(filters, FileRow.source, FileRow.source)
    )
    return query.where(_has(filters.words, _told(FileRow.source))) if filters.words else query


def _removed(filters: Filters) -> Select[Any]:
    """Return the query of the documents that were taken out."""
    query = (
        _without_facts(RemovedRow.id, RemovedRow.path, RemovedRow.source, RemovedRow.title, HeldState.REMOVED)
        .outerjoin(FileRow, FileRow.path == RemovedRow.path)
        .where(*seen(filters, RemovedRow.source, FileRow.source))
    )
    return query.where(_has(filters.words, _told(RemovedRow.title, RemovedRow.source))) if filters.words else query


def _without_facts(id_: Any, path: Any, source: Any, title: Any, state: HeldState) -> Select[Any]:
    empty = [literal(value).label(name) for name, value in FACTS.items()]
    return select(
        id_.label("id"), path.label("path"), source.label("source"), title.label("title"), *empty,
        literal(state.value).label("state"), id_.label("main"),
    )  # fmt: skip


def _told(*columns: Any) -> ColumnElement[str]:
    """Return in one string what words are looked for in; no word reaches over a space from one column to the next."""
    return func.lower(reduce(lambda before, column: before + " " + column, columns)).label("told")


def _has(words: Sequence[str], told: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether each word stands in what a row tells; the case of Latin letters does not count."""
    return and_(*(func.instr(told, func.lower(word)) > 0 for word in words))


_SORTED_BY: Mapping[Order, tuple[str, ...]] = {
    Order.SOURCE: (),
    Order.TITLE: (),
    Order.NEWEST: ("date",),
    Order.OLDEST: ("date",),
    Order.LONGEST: ("characters",),
}


def facts_for(order: Order) -> tuple[str, ...]:
    """Return which of `FACTS` a query needs to be sorted."""
    return _SORTED_BY[order]


def in_order(query: Any, order: Order) -> list[ColumnElement[Any]]:
    """Return by what the rows of a query are sorted; what does not tell its date comes last."""
    first: dict[Order, list[ColumnElement[Any]]] = {
        Order.SOURCE: [],
        Order.TITLE: [query.c.title],
        Order.NEWEST: [query.c.date == "", query.c.date.desc()],
        Order.OLDEST: [query.c.date == "", query.c.date],
        Order.LONGEST: [query.c.characters.desc()],
    }
    return [*first[order], query.c.source, query.c.path, query.c.id]
