"""What a user may see of the library on its page: the list, the overview, a document in the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import NotReadyError, OrgAskError, StoreError
from desk.cleaned import cleaning_of
from desk.jobs import Work
from desk.opening import Parts
from desk.people import User
from desk.phases import Ready
from retriever.held import HeldState
from retriever.holdings import Choices, Held
from ui.library.adding import empty_library
from ui.library.cleaning import cleaning_report
from ui.library.counted import Counted
from ui.library.listing import listing
from ui.library.overview import overview
from ui.library.query import ROWS, Query
from ui.library.reader import Reading, no_reader, reader
from ui.library.texts import LibraryTexts
from ui.markup import escape, escape_lines

_NONE = Choices((), (), (), ())


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, in which words, what they may do, and what is about to be done with the documents."""

    user: User
    texts: LibraryTexts
    may_edit: bool = False
    by_id: Mapping[str, Work] = field(default_factory=dict)
    by_path: Mapping[str, Work] = field(default_factory=dict)

    def pending(self, held: Held) -> Work | None:
        """Return what is about to be done with a document."""
        return self.by_id.get(held.id) or self.by_path.get(held.path)


class Showing:
    """Looks into the library for its page. Safe to ask from many threads."""

    def __init__(self, parts: Parts) -> None:
        """Show what `parts` hold."""
        self._parts = parts
        self._counted = Counted(parts.shelf)

    def choices(self, user: User) -> Choices:
        """Return what occurs, for menus; nothing while there is no library."""
        try:
            return self._counted.choices(self._parts.desk.hidden(user))
        except OrgAskError:
            return _NONE

    def listing(self, looker: Looker, query: Query) -> str:
        """Return the list of documents, or what stands in its place; it tells for which address it was made."""
        return f'<div data-told="{escape(query.told)}">{self._listing(looker, query)}</div>'

    def _listing(self, looker: Looker, query: Query) -> str:
        texts, hidden = looker.texts, self._parts.desk.hidden(looker.user)
        try:
            filters = query.filters(self.choices(looker.user), hidden, with_removed=looker.may_edit)
            holdings = self._parts.shelf.holdings
            page = holdings.list(filters, (query.page - 1) * ROWS, ROWS, query.sorted_by)
            if page.total and not page.rows:
                query = query.but(page=(page.total + ROWS - 1) // ROWS)
                page = holdings.list(filters, (query.page - 1) * ROWS, ROWS, query.sorted_by)
            if not page.rows and not query.limits and page.total == 0:
                return self._empty(looker)
            copies = holdings.copies_of(query.unfolded, hidden) if query.unfolded else ()
        except NotReadyError:
            return self._empty(looker)
        except OrgAskError as exc:
            return f'<div class="ol-nothing" role="alert"><h2>{escape_lines(str(exc))}</h2></div>'
        pending = {one.id: work for one in (*page.rows, *copies) if one.id and (work := looker.pending(one))}
        return listing(query, page, texts, copies=copies, pending=pending, may_edit=looker.may_edit)

    def side(self, looker: Looker, query: Query, recent: str = "") -> str:
        """Return the reader of the document that is open, or the overview with what was changed of late."""
        if query.document:
            try:
                return self._reader(looker, query)
            except OrgAskError as exc:
                return no_reader(query, str(exc), looker.texts)
        try:
            filters = query.filters(
                self.choices(looker.user), self._parts.desk.hidden(looker.user), with_removed=looker.may_edit
            )
            totals = self._counted.totals(filters)
        except OrgAskError:
            # The list says it.
            return ""
        return overview(query, totals, looker.texts, recent=recent)

    def cleaned(self, looker: Looker, query: Query, document_id: str) -> str:
        """Return the reader of a document with what was cleaned away from its file, which is read anew for that.

        Raises:
            StoreError: the document is not there for the user.
        """
        texts, hidden = looker.texts, self._parts.desk.hidden(looker.user)
        holdings = self._parts.shelf.holdings
        held, path = holdings.document(document_id, hidden), holdings.original(document_id, hidden)
        if held is None or path is None or (held.state is HeldState.REMOVED and not looker.may_edit):
            raise StoreError(texts.gone)
        try:
            told = cleaning_report(cleaning_of(path), texts, part=not held.source.endswith(path.name))
        except OrgAskError as exc:
            told = f'<p class="ol-warning">{escape_lines(texts.cleaning_failed.format(reason=exc))}</p>'
        return self._reader(looker, query.but(document=document_id), cleaning=told)

    def reading(self, looker: Looker, document_id: str) -> Reading:
        """Return a document as the reader shows it.

        Raises:
            StoreError: it is not there for the user.
        """
        hidden = self._parts.desk.hidden(looker.user)
        holdings = self._parts.shelf.holdings
        held = holdings.document(document_id, hidden)
        if held is None or (held.state is HeldState.REMOVED and not looker.may_edit):
            raise StoreError(looker.texts.gone)
        pending = looker.pending(held)
        if held.state is HeldState.REMOVED:
            return Reading(held, None, pending=pending, may_edit=looker.may_edit)
        document = self._parts.shelf.database.document(document_id)
        if document is None:
            raise StoreError(looker.texts.gone)
        outline = holdings.outline(document_id, hidden)
        copies = holdings.copies_of(document_id, hidden)
        return Reading(held, document, outline, copies, pending, looker.may_edit)

    def _reader(self, looker: Looker, query: Query, cleaning: str = "") -> str:
        found = self.reading(looker, query.document)
        if cleaning:
            found = Reading(
                found.held, found.document, found.outline, found.copies, found.pending, found.may_edit, cleaning,
                "cleaning",
            )  # fmt: skip
        return reader(query, found, looker.texts, self.choices(looker.user).kinds)

    def _empty(self, looker: Looker) -> str:
        running = self._parts.engine.jobs.running() is not None
        indexing = running and not isinstance(self._parts.engine.phase, Ready)
        return empty_library(looker.texts, may_edit=looker.may_edit, indexing=indexing)


def said(message: str, about: str = "") -> str:
    """Return a sentence for the bar at the top; what is about the form is shown in that by the script."""
    if not message and not about:
        return ""
    return f'<div class="ol-said" role="alert" data-about="{escape(about)}">{escape_lines(message)}</div>'
