"""The way from the start of the program to an assistant that answers, and on through every change of its library.

While an ingest writes texts, questions are answered from the library as it was. For its last step, the indexes, it
wants the library for itself: the assistant gives it back when no answer is under way, and opens it anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from assistant.api import AnswerService
from core.errors import EmptyLibraryError, NotReadyError, OrgAskError, StoreBusyError, StoreError
from desk.jobs import Jobs, State, Work
from desk.phases import Empty, Failed, Indexing, Phase, Ready, Starting

log = logging.getLogger(__name__)

BUSY_RETRY_S = 2.0
LOOK_S = 0.2
USE_WAIT_S = 120.0
"""Seconds that a question waits while the indexes are changed."""
_PATIENCE_S = 20.0
_RETRY_S = 10.0
"""Seconds between looks at a library that could not be opened."""
_NOT_READY = "资料库还没有准备好，请等页面显示“已就绪”后再试。"
_FAULT = "程序启动时出错了，请查看终端中的详细信息。"


class Engine:
    """Opens the assistant in the background and keeps it open. Safe to ask from many threads."""

    def __init__(
        self,
        open_service: Callable[[], AnswerService],
        jobs: Jobs,
        *,
        first: Callable[[], object] | None = None,
        wanted: Callable[[], bool] = lambda: False,
        busy_retry_s: float = BUSY_RETRY_S,
        retry_s: float = _RETRY_S,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            open_service: opens the assistant over the library.
            jobs: the changes to the library.
            first: submits the change to make at the start, where there is one.
            wanted: whether an ingest wants the library for itself.
            busy_retry_s: seconds between tries while another process changes the library.
            retry_s: seconds between tries at a library that could not be opened.
        """
        self.jobs = jobs
        self._open_service = open_service
        self._first = first
        self._wanted = wanted
        self._busy_retry_s = busy_retry_s
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._phase: Phase = Indexing() if first else Starting()
        self._in_use = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self.jobs.start()
        self._thread.start()

    def close(self) -> None:
        """End what is under way. A child has ended when this returns."""
        self._closed.set()
        self.jobs.close()

    @property
    def phase(self) -> Phase:
        """The phase now, with the progress of the moment."""
        with self._changed:
            phase = self._phase
        running = self.jobs.running()
        progress = running[1] if running else None
        match phase:
            case Indexing():
                return Indexing(progress)
            case Empty() if running:
                # Its first documents.
                return Indexing(progress)
            case Ready() if running:
                return replace(phase, indexing=progress)
            case _:
                return phase

    @contextmanager
    def use(self, wait_s: float = USE_WAIT_S) -> Iterator[AnswerService]:
        """Have the assistant for as long as the block lasts; while the indexes are changed, wait for it.

        Raises:
            NotReadyError: it cannot answer now; the message says why.
        """
        with self._changed:
            self._changed.wait_for(lambda: not (isinstance(self._phase, Ready) and self._phase.switching), wait_s)
            phase = self._phase
            if not isinstance(phase, Ready) or phase.switching:
                raise NotReadyError(phase.message if isinstance(phase, Failed) else _NOT_READY)
            self._in_use += 1
        try:
            yield phase.service
        finally:
            with self._changed:
                self._in_use -= 1
                self._changed.notify_all()

    # --- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            # What is there from before answers at once; else the first change has to bring something.
            opened = self._open(quietly=self._first is not None)
            if self._first is not None:
                self._first()
            while not opened and self.jobs.running_or_waiting and not self._closed.is_set():
                self._closed.wait(LOOK_S)
            if not opened:
                self._open()
            self._watch()
        except Exception:
            log.exception("the engine stopped")
            self._enter(Failed(_FAULT))

    def _watch(self) -> None:
        seen, tried = self.jobs.ended, time.monotonic()
        while not self._closed.wait(LOOK_S):
            try:
                if isinstance(self._phase, Ready) and self._wanted():
                    self._hand_over()
                ended = self.jobs.ended
                if ended != seen:
                    seen = ended
                    self._after_job()
                elif isinstance(self._phase, Failed | Empty) and time.monotonic() - tried > self._retry_s:
                    # Somebody else may have filled or mended it.
                    tried = time.monotonic()
                    if not self.jobs.running_or_waiting and not self._wanted():
                        self._open(quietly=True)
            except (OSError, OrgAskError):
                log.exception("the engine goes on after a fault")

    def _hand_over(self) -> None:
        """Give the library to an ingest and open it anew when that has done with it."""
        if not self._give_back():
            return
        while self._wanted() and not self._closed.wait(LOOK_S / 4):
            pass
        self._open()

    def _after_job(self) -> None:
        """Take in what a change has brought: a first document, or a first failure to tell of."""
        if not isinstance(self._phase, Ready):
            self._open()
            return
        outdated, some_failed = self._told_by_start()
        self._enter(Ready(self._phase.service, some_failed, outdated))

    def _told_by_start(self) -> tuple[str, bool]:
        """Return why the change at the start failed, and whether some files of it could not be read."""
        start = next((job for job in self.jobs.all() if job.work is Work.START), None)
        return (start.message, start.some_failed) if start else ("", False)

    def _give_back(self) -> bool:
        """Wait until no answer is under way and close the assistant; False where it is no longer wanted by then."""
        with self._changed:
            assert isinstance(self._phase, Ready)
            before = self._phase
            self._phase = replace(before, switching=True)
        while not self._closed.is_set():
            with self._changed:
                if self._changed.wait_for(lambda: self._in_use == 0 or self._closed.is_set(), LOOK_S):
                    break
            if not self._wanted():
                self._enter(before)
                return False
        before.service.close()
        return True

    def _open(self, *, quietly: bool = False) -> bool:
        """Open the assistant and say what came of it; where that is `quietly`, only a success changes the phase.

        An ingest that was killed in its last step leaves indexes that no longer fit; they are repaired once.
        """
        repaired, began = False, time.monotonic()
        while not self._closed.is_set():
            outdated, some_failed = self._told_by_start()
            try:
                service = self._open_service()
                if service.status().empty:
                    service.close()
                    raise EmptyLibraryError("the library holds nothing")
                self._enter(Ready(service, some_failed, outdated))
                return True
            except StoreBusyError as exc:
                # A page that waits for the new index goes on showing its conversation, but not for ever.
                if not isinstance(self._phase, Ready) or time.monotonic() - began > _PATIENCE_S:
                    self._enter(Starting(waiting=str(exc)))
                self._closed.wait(self._busy_retry_s)
                continue
            except EmptyLibraryError:
                found: Phase = Failed(outdated) if outdated else Empty()
            except StoreError as exc:
                if not quietly and not repaired and type(exc) is StoreError:
                    repaired = True
                    job = self.jobs.submit(Work.REPAIR, "", (), ("--check",))
                    if self.jobs.wait(job.number).state is State.DONE:
                        continue
                log.error("%s", exc)
                found = Failed(outdated or str(exc))
            except OrgAskError as exc:
                log.error("%s", exc)
                found = Failed(outdated or str(exc))
            except Exception:
                log.exception("the assistant could not be opened")
                found = Failed(_FAULT)
            if not quietly:
                self._enter(found)
            elif isinstance(self._phase, Starting):
                self._enter(Indexing())
            return False
        return False

    def _enter(self, phase: Phase) -> None:
        if self._closed.is_set():
            return
        with self._changed:
            self._phase = phase
            self._changed.notify_all()
