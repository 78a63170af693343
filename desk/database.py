"""The SQLite file of what people keep (`desk.sqlite3` in the data folder): conversations, feedback, sessions.

It is kept apart from the library: an ingest holds the library's file for writing while people go on asking, and a
library that is damaged can be thrown away and made anew, while a conversation cannot.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from core.errors import StoreError, StoreFullError
from retriever.tables import set_up_connection

FILE = "desk.sqlite3"


class Base(DeclarativeBase):
    """What all tables of this file share. Each table stands in the module of what it keeps."""


class DeskDatabase:
    """The file, open for reading and writing from any thread; every `session` is one transaction."""

    def __init__(self, folder: Path) -> None:
        """Prepare to use the file in the data folder; it and its tables are made when they are first used.

        Import the modules whose tables are used before that: they are made from `Base`.
        """
        self._folder = folder
        self._made = False
        self._making = threading.Lock()
        self._engine = create_engine(f"sqlite:///{folder / FILE}", connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(self._engine, "connect", set_up_connection)
        event.listen(self._engine, "begin", _begin)

    @property
    def exists(self) -> bool:
        """Whether anything has been kept yet."""
        return (self._folder / FILE).is_file()

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open one transaction, committed at its end.

        Raises:
            StoreError: the file cannot be read or written.
        """
        with _errors():
            self._make()
            with Session(self._engine) as session, session.begin():
                yield session

    def _make(self) -> None:
        with self._making:
            if not self._made:
                try:
                    self._folder.mkdir(parents=True, exist_ok=True)
                except OSError as exc:
                    raise StoreError(
                        f"数据目录 {self._folder} 无法写入（{exc.strerror or exc}），请检查权限。"
                    ) from exc
                self._keep_private()
                Base.metadata.create_all(self._engine)
                self._made = True

    def _keep_private(self) -> None:
        """Make the file readable by its owner alone; SQLite gives what it makes beside it the same rights."""
        path = self._folder / FILE
        try:
            path.touch(mode=0o600)
            path.chmod(0o600)
        except OSError as exc:
            raise StoreError(f"数据目录 {self._folder} 无法写入（{exc.strerror or exc}），请检查权限。") from exc


def _begin(connection: Connection) -> None:
    """Begin to write at once, waiting for others: whoever has only read before cannot wait any more."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except OperationalError as exc:
        reason = str(exc.orig)
        if "full" in reason or "disk I/O" in reason:
            raise StoreFullError("磁盘空间不足，这次操作没有保存；请清理空间后再试。") from exc
        raise StoreError(f"对话记录无法读写（{reason}），请检查数据目录的权限和磁盘。") from exc
    except DatabaseError as exc:
        raise StoreError("对话记录文件 desk.sqlite3 已损坏，请先把它移走，再重新启动程序。") from exc
