"""The way from the start of the program to an assistant that answers, as the page sees it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from assistant.api import AnswerService
from core.errors import EmptyLibraryError, NotIndexedError, OrgAskError, StoreBusyError

log = logging.getLogger(__name__)

BUSY_RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the indexing has come; `total` is 0 and `left_s`, the seconds left, None while it is not known."""

    stage: str
    done: int = 0
    total: int = 0
    left_s: float | None = None

    @property
    def share(self) -> float | None:
        """The part that is done, from 0 to 1, or None while it is not known."""
        return min(1.0, max(0.0, self.done / self.total)) if self.total > 0 else None


@dataclass(frozen=True, slots=True)
class Starting:
    """The model and the library are being opened. `waiting` says why that takes longer than usual."""

    waiting: str = ""


@dataclass(frozen=True, slots=True)
class Indexing:
    """Documents are being taken in."""

    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Questions can be asked.

    `failed_files` tells that some files could not be read, `outdated` why the library is as it was before this start.
    """

    service: AnswerService
    failed_files: bool = False
    outdated: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to ask about."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The program cannot answer, and the message says why and what to do."""

    message: str


Phase = Starting | Indexing | Ready | Empty | Failed


class Indexer(Protocol):
    """Brings the library up to date before it is opened."""

    def run(self) -> bool:
        """Work until done and return whether there are files that could not be read.

        Raises:
            core.errors.NotIndexedError: it refused to begin; the library may be good as it is.
            core.errors.OrgAskError: the library could not be brought up to date.
        """

    def progress(self) -> Progress | None:
        """Return how far `run` has come, or None while that is not known."""

    def stop(self) -> None:
        """End `run` early and wait until it has ended."""


class Startup:
    """Indexes and opens in the background and tells every page the phase. Safe to ask from many threads."""

    def __init__(
        self,
        open_service: Callable[[], AnswerService],
        indexer: Indexer | None = None,
        *,
        busy_retry_s: float = BUSY_RETRY_S,
    ) -> None:
        self._open_service = open_service
        self._indexer = indexer
        self._busy_retry_s = busy_retry_s
        self._lock = threading.Lock()
        self._phase: Phase = Indexing() if indexer else Starting()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="startup", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @property
    def phase(self) -> Phase:
        """The phase now, with the progress of the moment while documents are being taken in."""
        with self._lock:
            phase = self._phase
        if isinstance(phase, Indexing) and self._indexer:
            return Indexing(self._indexer.progress())
        return phase

    def close(self) -> None:
        """End what is still under way. An indexer has ended when this returns."""
        self._closed.set()
        if self._indexer:
            self._indexer.stop()

    def _run(self) -> None:
        outdated = ""
        try:
            failed_files = False
            try:
                failed_files = bool(self._indexer and self._indexer.run())
            except NotIndexedError as exc:
                outdated = str(exc)
                log.warning("%s", exc)
            if self._closed.is_set():
                return
            self._enter(Starting())
            service = self._open()
            if service is not None:
                if service.status().empty:
                    raise EmptyLibraryError("the library holds nothing")
                self._enter(Ready(service, failed_files, outdated))
        except EmptyLibraryError:
            self._enter(Failed(outdated) if outdated else Empty())
        except OrgAskError as exc:
            log.error("%s", exc)
            self._enter(Failed(outdated or str(exc)))
        except Exception:
            log.exception("the assistant could not be opened")
            self._enter(Failed("程序启动时出错了，请查看终端中的详细信息。"))

    def _open(self) -> AnswerService | None:
        """Open the assistant, waiting for another process that writes the library; None once closed."""
        while not self._closed.is_set():
            try:
                return self._open_service()
            except StoreBusyError as exc:
                self._enter(Starting(waiting=str(exc)))
                self._closed.wait(self._busy_retry_s)
        return None

    def _enter(self, phase: Phase) -> None:
        if self._closed.is_set():
            return
        with self._lock:
            self._phase = phase
