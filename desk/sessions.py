"""Sessions of those who have logged in, as they are kept in the desk's file: hashes of their tokens, never those."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from core.errors import StoreError
from desk.credentials import digest, new_token
from desk.database import Base, DeskDatabase

log = logging.getLogger(__name__)

IDLE_S = 2 * 3600.0
_TOUCH_S = 60.0


class SessionRow(Base):
    """One login. Times are seconds since 1970."""

    __tablename__ = "sessions"

    key: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str]
    stamp: Mapped[str]
    created: Mapped[float]
    seen: Mapped[float]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Whose session it is, and the stamp of the password at the login; see `Account.stamp`."""

    user: str
    stamp: str


class Sessions:
    """The sessions of all users. They end after `hours`, or where nothing was asked for `idle_s` seconds.

    Every method raises `StoreError` where the file cannot be read or written.
    """

    def __init__(
        self,
        database: DeskDatabase,
        hours: float = 12.0,
        idle_s: float = IDLE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._life_s = hours * 3600
        self._idle_s = idle_s
        self._clock = clock

    def begin(self, user: str, stamp: str) -> str:
        """Return the token of a new session; what has expired is cleared away."""
        token, now = new_token(), self._clock()
        over = or_(SessionRow.created <= now - self._life_s, SessionRow.seen <= now - self._idle_s)
        with self._database.session() as session:
            session.execute(delete(SessionRow).where(over))
            session.add(SessionRow(key=digest(token), user=user, stamp=stamp, created=now, seen=now))
        return token

    def find(self, token: str) -> OpenSession | None:
        """Return the session of a token, unless it is over, and count it as in use."""
        key, now = digest(token), self._clock()
        with self._database.session() as session:
            row = session.get(SessionRow, key)
            if row is None or now - row.created >= self._life_s or now - row.seen >= self._idle_s:
                return None
            found, seen = OpenSession(row.user, row.stamp), row.seen
        if now - seen >= _TOUCH_S:
            self._touch(key, now)
        return found

    def end(self, token: str) -> None:
        """End a session; one that does not exist is as good as ended."""
        with self._database.session() as session:
            session.execute(delete(SessionRow).where(SessionRow.key == digest(token)))

    def _touch(self, key: str, now: float) -> None:
        try:
            with self._database.session() as session:
                session.execute(update(SessionRow).where(SessionRow.key == key).values(seen=now))
        except StoreError as exc:
            # On a full disk one can go on reading; the session then ends early.
            log.warning("%s", exc)
