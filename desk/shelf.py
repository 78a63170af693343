"""The database of the library, opened beside the assistant for lists, menus and readers of documents."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import NotReadyError, StoreError
from retriever.database import Database
from retriever.holdings import Holdings
from retriever.library import DATABASE

_KNOWN_S = 2.0


class Shelf:
    """Looks into the library of a data folder, as soon as there is one; an ingest may write meanwhile."""

    def __init__(self, data: Path) -> None:
        """`data` is the data folder; nothing is opened or made."""
        self._path = data / DATABASE
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._known: tuple[frozenset[str], float] = (frozenset(), -_KNOWN_S)

    @property
    def database(self) -> Database:
        """The database.

        Raises:
            NotReadyError: there is none yet, or it is that of an older version which the next ingest brings up.
        """
        with self._lock:
            if self._database is None:
                if not self._path.is_file():
                    raise NotReadyError("资料库里还没有文件，请先添加。")
                try:
                    self._database = Database(self._path, may_upgrade=False)
                except StoreError as exc:
                    raise NotReadyError(str(exc)) from exc
            return self._database

    @property
    def holdings(self) -> Holdings:
        """What the library holds.

        Raises:
            NotReadyError: there is no library yet.
        """
        return Holdings(self.database)

    def collections(self) -> frozenset[str]:
        """Return the collections that there are, as they are written; looked up anew after some seconds."""
        with self._lock:
            known, at = self._known
        if time.monotonic() - at < _KNOWN_S:
            return known
        try:
            known = self.holdings.collections()
        except NotReadyError:
            known = frozenset()
        with self._lock:
            self._known = (known, time.monotonic())
        return known

    @contextmanager
    def looking(self) -> Iterator[Holdings]:
        """Have the holdings for a block.

        Raises:
            NotReadyError: there is no library yet.
        """
        yield self.holdings

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None
