"""What a user may see of the documents, for the interfaces: lists, one document, its file."""

from __future__ import annotations

from pathlib import Path

from core.errors import EmptyLibraryError, NotFoundError, StoreError, UsageError
from core.schema import Document
from desk.changes import NOT_THERE, OpenHoldings
from desk.desk import Desk
from desk.people import User
from ingest.inputs import name_below
from retriever.held import UNTOLD, Filters, HeldState, Order
from retriever.holdings import Held, Holdings, Page
from retriever.outline import Outlined
from retriever.places import Place, gazetteer


class Shelves:
    """Shows to each user what that user may read; what was taken out, to editors only. Every method blocks."""

    def __init__(self, desk: Desk, holdings: OpenHoldings) -> None:
        """`holdings` opens what the library holds."""
        self._desk = desk
        self._holdings = holdings

    def page(
        self,
        user: User,
        *,
        text: str = "",
        place: str = "",
        year: str = "",
        kind: str = "",
        state: HeldState | None = None,
        collection: str | None = None,
        offset: int = 0,
        limit: int = 50,
        order: Order = Order.SOURCE,
    ) -> Page:
        """Return some of the documents that pass the filters.

        Raises:
            UsageError: the place is unknown, or several are called so.
        """
        filters = Filters(
            text=text, place=_place_named(place), year=year, kind=kind, state=state, collection=collection,
            hidden=self._desk.hidden(user), with_removed=user.may_edit,
        )  # fmt: skip
        try:
            with self._holdings() as holdings:
                return holdings.list(filters, offset, limit, order)
        except EmptyLibraryError:
            return Page((), 0)

    def document(self, user: User, document_id: str) -> tuple[Held, Document | None, tuple[Outlined, ...]]:
        """Return what is known of a document, the document itself and its outline; one that was removed has no text.

        Raises:
            NotFoundError: it is not there for the user.
        """
        try:
            with self._holdings() as holdings:
                held = self._held(holdings, user, document_id)
                outline = holdings.outline(document_id, self._desk.hidden(user))
        except EmptyLibraryError as exc:
            raise NotFoundError(NOT_THERE) from exc
        if held.state is HeldState.REMOVED:
            return held, None, ()
        try:
            document, _ = self._desk.source(user, document_id)
        except StoreError as exc:
            # It went between the two looks.
            raise NotFoundError(NOT_THERE) from exc
        return held, document, outline

    def original(self, user: User, document_id: str) -> tuple[Path, str]:
        """Return the file that a document came from, and its name for people.

        Raises:
            NotFoundError: it is not there for the user, or the file is gone.
        """
        try:
            with self._holdings() as holdings:
                self._held(holdings, user, document_id)
                path = holdings.original(document_id, self._desk.hidden(user))
        except EmptyLibraryError as exc:
            raise NotFoundError(NOT_THERE) from exc
        if path is None:
            raise NotFoundError(NOT_THERE)
        return path, name_below(path, path.parent)

    def _held(self, holdings: Holdings, user: User, document_id: str) -> Held:
        """Return what is known of a document that the user may see.

        Raises:
            NotFoundError: there is none.
        """
        held = holdings.document(document_id, self._desk.hidden(user))
        if held is None or (held.state is HeldState.REMOVED and not user.may_edit):
            raise NotFoundError(NOT_THERE)
        return held


def _place_named(name: str) -> Place | None:
    if not name:
        return None
    if name == UNTOLD:
        return Place("")
    places = gazetteer().named(name)
    if not places:
        raise UsageError(f"不认识地名“{name}”，请写省、市、区县的名称，如 四川省、达州、通川区。")
    if len(places) > 1:
        full = "、".join("".join(dict.fromkeys((p.province, p.city, p.district))) for p in places[:5])
        raise UsageError(f"有几个地方叫“{name}”，请写全名，如 {full}。")
    return places[0]
