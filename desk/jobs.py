"""Changes to the library that people have asked for: one after the other, each by a child of its own."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from core.errors import NotIndexedError, OrgAskError, TooManyError
from desk.indexing import Outcome
from desk.kept_jobs import JobStore, KeptJob
from desk.phases import Progress

log = logging.getLogger(__name__)
_KEPT = 50
_MOST_OPEN = 20
"""Jobs of one user that may wait."""


class Work(StrEnum):
    """What a job does to the library."""

    START = "启动时更新"
    ADD = "添加"
    REMOVE = "移出"
    RESTORE = "恢复"
    CORRECT = "更正"
    REINDEX = "重新编入"
    REPAIR = "修复"


class State(StrEnum):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One change that was asked for."""

    number: int
    work: Work
    user: str
    what: tuple[str, ...]
    """Names of the files or documents for people."""
    arguments: tuple[str, ...]
    """Of `python -m ingest`."""
    asked: datetime
    paths: tuple[str, ...] = ()
    """The files to take in, as the database names them."""
    state: State = State.WAITING
    message: str = ""
    """Why it failed; empty where it did not."""
    refused: bool = False
    """Whether it failed before it changed anything."""
    some_failed: bool = False
    report: Mapping[str, Any] = field(default_factory=dict)
    """Of `python -m ingest --json`."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in (State.DONE, State.FAILED)


class Runner(Protocol):
    """Does one job, once; see `desk.indexing.IndexRun`."""

    def run(self) -> Outcome:
        """Work until done.

        Raises:
            core.errors.NotIndexedError: it refused to begin; the library is as it was.
            core.errors.OrgAskError: it ended before it was done.
        """

    def progress(self) -> Progress | None:
        """Return how far `run` has come, or None while that is not known."""

    def stop(self) -> None:
        """End `run` early and wait until it has ended."""


class Jobs:
    """The jobs of this program. Safe to ask from many threads."""

    def __init__(self, run: Callable[[Job], Runner], store: JobStore | None = None) -> None:
        """Prepare.

        Args:
            run: makes what does a job.
            store: keeps what people have asked for until it is done.
        """
        self._make_runner = run
        self._store = store
        self._kept: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._jobs: dict[int, Job] = {}
        self._waiting: deque[int] = deque()
        self._runner: Runner | None = None
        self._closed = False
        self._ended = 0
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to work, first on what an earlier run has left undone; returns at once."""
        for left in self._store.take() if self._store else ():
            self.submit(Work(left.work), left.user, left.what, left.arguments, left.paths)
        self._thread.start()

    def close(self) -> None:
        """End what is under way and drop what waits. The child has ended when this returns."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            runner = self._runner
            self._changed.notify_all()
        if runner is not None:
            runner.stop()

    def submit(
        self, work: Work, user: str, what: Sequence[str], arguments: Sequence[str], paths: Sequence[str] = ()
    ) -> Job:
        """Ask for a change; it is made when those asked for before are done.

        Raises:
            TooManyError: the user has asked for too many that are still to be made.
        """
        with self._changed:
            if user and sum(one.user == user and not one.ended for one in self._jobs.values()) >= _MOST_OPEN:
                raise TooManyError(f"您已有 {_MOST_OPEN} 项操作在等待，请等它们完成后再试。")
            key = self._keep(work, user, what, arguments, paths)
            job = Job(next(self._numbers), work, user, tuple(what), tuple(arguments), datetime.now(UTC), tuple(paths))
            self._jobs[job.number] = job
            if key is not None:
                self._kept[job.number] = key
            self._waiting.append(job.number)
            for old in [n for n, one in self._jobs.items() if one.ended][: max(0, len(self._jobs) - _KEPT)]:
                del self._jobs[old]
            self._changed.notify_all()
        return job

    def _keep(
        self, work: Work, user: str, what: Sequence[str], arguments: Sequence[str], paths: Sequence[str]
    ) -> int | None:
        # What nobody has asked for is asked for anew by each start.
        if self._store is None or not user:
            return None
        return self._store.add(KeptJob(work, user, tuple(what), tuple(arguments), tuple(paths)))

    def _forget(self, number: int) -> None:
        key = self._kept.pop(number, None)
        if key is not None and self._store is not None:
            try:
                self._store.done(key)
            except OrgAskError as exc:
                # It will be done once more, which changes nothing.
                log.error("a job could not be forgotten: %s", exc)

    def all(self) -> list[Job]:
        """Return the last jobs, the newest first."""
        with self._changed:
            return list(reversed(self._jobs.values()))

    def get(self, number: int) -> Job | None:
        """Return a job as it is now."""
        with self._changed:
            return self._jobs.get(number)

    def running(self) -> tuple[Job, Progress | None] | None:
        """Return the job that is being done, and how far it has come."""
        with self._changed:
            job = next((one for one in self._jobs.values() if one.state is State.RUNNING), None)
            runner = self._runner
        return (job, runner.progress() if runner else None) if job else None

    @property
    def running_or_waiting(self) -> bool:
        """Whether there is anything left to do."""
        with self._changed:
            return any(not one.ended for one in self._jobs.values())

    @property
    def ended(self) -> int:
        """How many jobs have ended so far."""
        with self._changed:
            return self._ended

    def wait(self, number: int, timeout_s: float | None = None) -> Job:
        """Wait until a job has ended, or until the program closes, and return it as it is then."""
        with self._changed:
            job = self._jobs[number]

            def is_over() -> bool:
                nonlocal job
                # One that has gone from the list has ended long ago.
                job = self._jobs.get(number, job)
                return self._closed or job.ended or number not in self._jobs

            self._changed.wait_for(is_over, timeout_s)
            return job

    def _work(self) -> None:
        for job in self._next():
            try:
                with self._changed:
                    if self._closed:
                        return
                    self._runner = runner = self._make_runner(job)
                outcome = runner.run()
                ended = replace(job, state=State.DONE, some_failed=outcome.some_failed, report=outcome.report)
            except OrgAskError as exc:
                log.warning("%s", exc)
                refused = isinstance(exc, NotIndexedError)
                ended = replace(job, state=State.FAILED, message=str(exc), refused=refused)
            except Exception:
                log.exception("a job could not be done")
                ended = replace(job, state=State.FAILED, message="程序出错，这项操作没有完成；终端中有详细信息。")
            with self._changed:
                self._runner = None
                if self._closed:
                    # It was ended by the stop, and is done by the next start.
                    return
                self._forget(job.number)
                self._ended += 1
                self._jobs[job.number] = ended
                self._changed.notify_all()

    def _next(self) -> Iterator[Job]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or bool(self._waiting))
                if self._closed:
                    return
                number = self._waiting.popleft()
                job = self._jobs[number] = replace(self._jobs[number], state=State.RUNNING)
            yield job
