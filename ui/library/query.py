"""What a page of the library shows, as its address tells it: filters, order, page, the open document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from core.errors import UsageError
from retriever.held import UNTOLD, Filters, HeldState, Order
from retriever.holdings import Choices
from retriever.places import Place, gazetteer

PATH = "/library"
ROWS = 50
NO_COLLECTION = "/"
"""Stands in an address for the collection without a name: no folder can be called so."""
_LONGEST = 200
_LAST_PAGE = 100_000
_NAMES = {"text": "q", "place": "place", "year": "year", "kind": "kind", "state": "state",
          "collection": "collection", "order": "order", "page": "p", "unfolded": "x",
          "document": "d", "at": "at", "wide": "wide"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """Filters are as people write them; what is empty does not limit. `page` counts from 1."""

    text: str = ""
    place: str = ""
    year: str = ""
    kind: str = ""
    state: str = ""
    collection: str = ""
    order: str = ""
    page: int = 1
    unfolded: str = ""
    """The main copy under which its re-posts are shown."""
    document: str = ""
    at: int = -1
    """The offset of what is to be seen in the document; -1 for its beginning."""
    wide: bool = False
    """Whether the document has the whole page."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Query:
        """Return what the parameters of an address say; what makes no sense is left out."""
        found: dict[str, Any] = {name: _clean(given.get(short, "")) for name, short in _NAMES.items()}
        found["page"] = min(max(1, _number(found["page"], 1)), _LAST_PAGE)
        found["at"] = _number(found["at"], -1)
        found["wide"] = found["wide"] == "1"
        if found["state"] not in set(HeldState):
            found["state"] = ""
        if found["order"] not in set(Order):
            found["order"] = ""
        return cls(**found)

    @classmethod
    def read(cls, address: str) -> Query:
        """Return what the part of an address behind its `?` says."""
        try:
            pairs = parse_qsl(address.removeprefix("?")[:4000], max_num_fields=50)
        except ValueError:
            pairs = []
        return cls.of(dict(pairs))

    @property
    def told(self) -> str:
        """The part of the address behind `?`."""
        given: dict[str, str] = {}
        for name, short in _NAMES.items():
            value, default = getattr(self, name), _DEFAULTS[name]
            if value != default:
                given[short] = "1" if value is True else str(value)
        return urlencode(given)

    @property
    def address(self) -> str:
        """The address of a page that shows this."""
        return f"{PATH}?{self.told}" if self.told else PATH

    @property
    def limits(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.text or self.place or self.year or self.kind or self.state or self.collection)

    @property
    def listed(self) -> Query:
        """The same without what only the reader shows."""
        return replace(self, document="", at=-1, wide=False)

    @property
    def sorted_by(self) -> Order:
        """The order, by file where none is told."""
        return Order(self.order) if self.order else Order.SOURCE

    def but(self, **changes: Any) -> Query:
        """Return this with changes; from its first page where what is listed changes."""
        changed = replace(self, **changes)
        if "page" not in changes and changed.listed != self.listed and "unfolded" not in changes:
            changed = replace(changed, page=1, unfolded="")
        return changed

    def filters(self, choices: Choices, hidden: Collection[str], *, with_removed: bool = True) -> Filters:
        """Return the filters for the database; what was taken out is for those who may bring it back.

        Raises:
            UsageError: the place is unknown, or several are called so.
        """
        collection = None if not self.collection else "" if self.collection == NO_COLLECTION else self.collection
        return Filters(
            text=self.text, place=place_named(self.place, choices), year=self.year, kind=self.kind,
            state=HeldState(self.state) if self.state else None, collection=collection, hidden=hidden,
            with_removed=with_removed,
        )  # fmt: skip


_DEFAULTS = {name: getattr(Query(), name) for name in _NAMES}


def place_named(name: str, choices: Choices) -> Place | None:
    """Return the place that somebody has written: first one that occurs in the library, then any that is known.

    Raises:
        UsageError: it is unknown, or several are called so.
    """
    if not name:
        return None
    if name == UNTOLD:
        return Place("")
    if exact := next((place for place in choices.places if full_name(place) == name), None):
        return exact
    known = [place for place in choices.places if place.name == name] or gazetteer().named(name)
    if not known:
        raise UsageError(f"不认识地名“{name}”，请写省、市、区县的名称，如 四川省、达州、通川区。")
    if len(known) > 1:
        some = "、".join(full_name(place) for place in known[:5])
        raise UsageError(f"有几个地方叫“{name}”，请写全名，如 {some}。")
    return known[0]


def full_name(place: Place) -> str:
    """Return a place from large to small in one string; `UNTOLD` for none."""
    return "".join(dict.fromkeys((place.province, place.city, place.district))) or UNTOLD


def _clean(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()[:_LONGEST]


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise
