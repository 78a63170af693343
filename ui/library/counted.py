"""Lists, counts and menus of the library, computed once for each of its states."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from desk.shelf import Shelf
from retriever.held import Filters
from retriever.holdings import Choices
from retriever.tally import Totals

_KEPT = 100
T = TypeVar("T")


class Counted:
    """Keeps what takes its time in a large library. Safe to ask from many threads."""

    def __init__(self, shelf: Shelf) -> None:
        """Count what `shelf` holds."""
        self._shelf = shelf
        self._lock = threading.Lock()
        self._revision = ""
        self._kept: OrderedDict[Any, Any] = OrderedDict()

    def totals(self, filters: Filters) -> Totals:
        """Return the counts of what passes the filters.

        Raises:
            NotReadyError: there is no library yet.
        """
        return self._once(("totals", repr(filters)), lambda: self._shelf.holdings.totals(filters))

    def choices(self, hidden: Collection[str]) -> Choices:
        """Return what occurs, for menus.

        Raises:
            NotReadyError: there is no library yet.
        """
        return self._once(("choices", tuple(hidden)), lambda: self._shelf.holdings.choices(hidden))

    def _once(self, key: Any, count: Callable[[], T]) -> T:
        revision = self._shelf.revision
        with self._lock:
            if revision != self._revision:
                self._revision = revision
                self._kept.clear()
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: T = self._kept[key]
                return kept
        counted = count()
        with self._lock:
            if revision == self._revision:
                self._kept[key] = counted
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return counted
