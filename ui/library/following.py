"""What becomes of the documents and files of a job, while it goes on and at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.errors import NotReadyError
from desk import joblines
from desk.jobs import Job, State, Work
from desk.shelf import Shelf
from retriever.held import PARTLY
from retriever.rows import StoredFile
from retriever.tables import OUTDATED

SHOWN_FOR = timedelta(hours=12)
_OF_FILES = (Work.ADD,)


@dataclass(frozen=True, slots=True)
class Line:
    """One file of a job. `state` is waiting, reading, read, done, or a `FileState`."""

    name: str
    state: str
    reason: str = ""
    notes: tuple[str, ...] = ()
    same_as: str = ""


def ids_of(job: Job) -> tuple[str, ...]:
    """Return the documents that a job removes, restores or corrects; none for other jobs."""
    if job.work not in (Work.REMOVE, Work.RESTORE, Work.CORRECT) or "--" not in job.arguments:
        return ()
    return job.arguments[job.arguments.index("--") + 1 :]


def pending_work(jobs: Iterable[Job]) -> tuple[dict[str, Work], dict[str, Work]]:
    """Return what is about to be done, by id of a document and, for files that are read anew, by path."""
    by_id: dict[str, Work] = {}
    by_path: dict[str, Work] = {}
    for job in jobs:
        if not job.ended:
            by_id |= dict.fromkeys(ids_of(job), job.work)
            if job.work is Work.REINDEX:
                by_path |= dict.fromkeys(job.paths, job.work)
    return by_id, by_path


def can_be_undone(job: Job, jobs: Iterable[Job]) -> bool:
    """Whether a removal can be taken back: it has not failed, and nothing of it was restored since."""
    if job.work is not Work.REMOVE or job.state is State.FAILED:
        return False
    later = [one for one in jobs if one.number > job.number and one.work is Work.RESTORE]
    restored = {i for one in later if one.state is not State.FAILED for i in ids_of(one)}
    return not restored & set(ids_of(job))


def shown_jobs(jobs: Sequence[Job], now: datetime | None = None) -> list[Job]:
    """Return which of some jobs, the newest first, a page tells of: all under way, and the last that has ended."""
    recent = (now or datetime.now(UTC)) - SHOWN_FOR
    ended = [job for job in jobs if job.ended and job.asked > recent and job.work not in (Work.START, Work.REPAIR)]
    return [*(job for job in jobs if not job.ended), *ended[:1]]


def lines_of(job: Job, shelf: Shelf, may_read: Callable[[str], bool]) -> list[Line]:
    """Return a line for each file of a job, as far as its user may read them."""
    if job.ended:
        return _reported(job, may_read)
    if job.work not in _OF_FILES:
        return []
    try:
        files = shelf.database.files(job.paths) if job.paths else {}
    except NotReadyError:
        files = {}
    return [_now(job, name, files.get(path)) for name, path in zip(job.what, job.paths, strict=False)]


def counts_of(job: Job, may_read: Callable[[str], bool]) -> dict[str, int]:
    """Return how many files of a job that has ended came to which end, by the names of `FileState`."""
    found: dict[str, int] = {}
    for line in _reported(job, may_read):
        found[line.state] = found.get(line.state, 0) + 1
    return found


def _now(job: Job, name: str, file: StoredFile | None) -> Line:
    if job.state is State.WAITING:
        return Line(name, "waiting")
    if file is None:
        return Line(name, "reading")
    if file.cause and file.cause != PARTLY:
        return Line(name, "failed", file.reason)
    if file.fingerprint in ("", OUTDATED):
        return Line(name, "read")
    return Line(name, "done", file.reason, file.notes)


def _reported(job: Job, may_read: Callable[[str], bool]) -> list[Line]:
    return [_line(one, may_read) for one in joblines.lines_of(job, may_read)]


def _line(one: Mapping[str, object], may_read: Callable[[str], bool]) -> Line:
    same_as = str(one.get("duplicate_of") or "")
    notes = one.get("notes")
    return Line(
        str(one.get("source", "")), str(one.get("state", "")), str(one.get("reason") or ""),
        tuple(map(str, notes)) if isinstance(notes, (list, tuple)) else (), same_as if may_read(same_as) else "",
    )  # fmt: skip
