"""The database of the library, opened beside the assistant for lists, menus and readers of documents."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.errors import NotReadyError, StoreError
from retriever.database import Database
from retriever.holdings import Holdings
from retriever.library import DATABASE
from retriever.tables import StateRow

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
                if not _is_made(self._path):
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

    @property
    def revision(self) -> str:
        """Tell one state of the library from the next: the same text means that nothing was written between."""
        told = []
        for path in (self._path, self._path.with_name(f"{self._path.name}-wal")):
            try:
                status = path.stat()
                told.append(f"{status.st_mtime_ns}.{status.st_size}")
            except OSError:
                told.append("")
        return "/".join(told)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None


def _is_made(path: Path) -> bool:
    """Whether a database is there, with its tables; an ingest that is just making them must not be joined in that.

    Only SQLite may open the file: a plain `open` gives up, with its `close`, the locks of all its connections here.
    """
    try:
        # It is empty until it is in the mode in which whoever reads is in nobody's way.
        if path.stat().st_size == 0:
            return False
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            query = "SELECT 1 FROM sqlite_master WHERE name = ?"
            return connection.execute(query, [StateRow.__tablename__]).fetchone() is not None
    except (OSError, sqlite3.Error):
        return False
