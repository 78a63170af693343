"""Jobs that were accepted and not yet done, kept so that a stop of the program loses none of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from desk.database import Base, DeskDatabase


@dataclass(frozen=True, slots=True)
class KeptJob:
    """What has to be done again: the arguments of `desk.jobs.Jobs.submit`."""

    work: str
    user: str
    what: tuple[str, ...]
    arguments: tuple[str, ...]
    paths: tuple[str, ...]


class JobRow(Base):
    """A job that is to be done."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    work: Mapped[str]
    user: Mapped[str]
    what: Mapped[str]
    arguments: Mapped[str]
    paths: Mapped[str]


class JobStore:
    """The open jobs of a data folder."""

    def __init__(self, database: DeskDatabase) -> None:
        """Use `database`."""
        self._database = database

    def add(self, job: KeptJob) -> int:
        """Keep a job until `done` is told of it; returns its key."""
        with self._database.session() as session:
            row = JobRow(
                work=job.work,
                user=job.user,
                what=_dump(job.what),
                arguments=_dump(job.arguments),
                paths=_dump(job.paths),
            )
            session.add(row)
            session.flush()
            return row.id

    def done(self, key: int) -> None:
        """Forget a job."""
        with self._database.session() as session:
            session.execute(delete(JobRow).where(JobRow.id == key))

    def take(self) -> list[KeptJob]:
        """Return the jobs that an earlier run left undone, in order, and forget them."""
        if not self._database.exists:
            return []
        with self._database.session() as session:
            rows = session.scalars(select(JobRow).order_by(JobRow.id)).all()
            found = [
                KeptJob(row.work, row.user, _load(row.what), _load(row.arguments), _load(row.paths)) for row in rows
            ]
            session.execute(delete(JobRow))
            return found


def _dump(strings: Sequence[str]) -> str:
    return json.dumps(list(strings), ensure_ascii=False)


def _load(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))
