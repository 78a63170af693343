"""A process that prepares files, so that a hostile or broken one can be ended and the ingest goes on.

While it reads the next files, the ingest embeds those before. Where the operating system knows such limits (Linux), its
memory is limited too.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from core.errors import DamagedFileError, FileTimeoutError, ReadError, StoreError
from ingest.lines import Problem
from ingest.prepare import Job, Prepared, prepare

_AHEAD = 32
"""Messages that wait for the ingest at most; the worker waits with more."""
_POLL_S = 0.5
_START_S = 120.0
_READY = "ready"
_A_PAGE_S = 20.0
"""Seconds of the limit that a file gets back for each page that is done."""


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a file: `error` is None where it was read."""

    error: ReadError | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the file is done; `total` is 0 while that is not known."""

    done: int
    total: int


Message = Prepared | Problem | Page | Done
"""What is told of a file, in the order in which the files were handed in; `Done` is the last of each."""


class Preparer(Protocol):
    """Prepares files in the order in which they are handed in."""

    def submit(self, job: Job) -> None:
        """Hand in a file."""

    def messages(self) -> Iterator[Message]:
        """Yield what is told of the next file, to its end."""

    def close(self) -> None:
        """End; what was handed in and not fetched is forgotten. The next file begins anew."""


class InProcess:
    """A `Preparer` in this process, without limits of time and memory."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()

    def submit(self, job: Job) -> None:
        """Hand in a file."""
        self._jobs.append(job)

    def messages(self) -> Iterator[Message]:
        """Yield what is told of the next file, to its end."""
        yield from _run(self._jobs.popleft())

    def close(self) -> None:
        """End."""
        self._jobs.clear()


class Worker:
    """A `Preparer` in another process, which is ended and begun again where a file asks for too much."""

    def __init__(self, *, seconds: float, memory_mb: float) -> None:
        """Set the limits; the process is started with the first file.

        Args:
            seconds: what the worker may spend on one file, and in one with pages beyond twenty seconds a page; time in
                which it waits for the ingest is not counted.
            memory_mb: what it may take for data, in megabytes, its libraries included.
        """
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._jobs: queue.SimpleQueue[Job | None]
        self._told: queue.Queue[Message | BaseException]
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    def submit(self, job: Job) -> None:
        """Hand in a file."""
        if self._thread is None:
            self._jobs, self._told = queue.SimpleQueue(), queue.Queue(_AHEAD)
            self._closing.clear()
            self._thread = threading.Thread(target=self._serve, name="ingest-worker", daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def messages(self) -> Iterator[Message]:
        """Yield what is told of the next file, to its end."""
        while True:
            message = self._told.get()
            if isinstance(message, BaseException):
                raise message
            yield message
            if isinstance(message, Done):
                return

    @property
    def process_id(self) -> int | None:
        """Number of the process, while there is one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process and its thread."""
        if self._thread is not None:
            self._closing.set()
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
        self._end_process()

    def _serve(self) -> None:
        try:
            while (job := self._jobs.get()) is not None and not self._closing.is_set():
                self._serve_one(job)
        except BaseException as exc:  # noqa: BLE001 - the ingest raises it
            self._tell(exc)

    def _serve_one(self, job: Job) -> None:
        spent = 0.0
        connection = self._start()
        connection.send(job)
        while True:
            began = time.monotonic()
            ready = connection.poll(min(_POLL_S, max(0.01, self._seconds - spent)))
            spent += time.monotonic() - began
            if self._closing.is_set():
                return
            if ready:
                try:
                    message: Message = connection.recv()
                except (EOFError, ConnectionError):
                    self._end_process()
                    message = Done(
                        FileTimeoutError(
                            "读取时进程意外结束（多半是内存不足或文件已损坏），已跳过；请拆分文件，或另存后再试。"
                        )
                    )
                self._tell(message)
                if isinstance(message, Page):
                    spent = max(0.0, spent - _A_PAGE_S)
                if isinstance(message, Done):
                    if isinstance(message.error, FileTimeoutError):
                        self._end_process()
                    return
            elif spent >= self._seconds:
                self._end_process()
                self._tell(
                    Done(
                        FileTimeoutError(
                            f"读取超过 {self._seconds:.0f} 秒，已跳过；请拆分文件，或调高设置 ORGASK_MAX_FILE_SECONDS。"
                        )
                    )
                )
                return

    def _tell(self, message: Message | BaseException) -> None:
        while not self._closing.is_set():
            try:
                self._told.put(message, timeout=_POLL_S)
            except queue.Full:
                continue
            return

    def _start(self) -> Connection:
        if self._connection is None or self._process is None or not self._process.is_alive():
            self._end_process()
            context = multiprocessing.get_context("spawn")
            self._connection, other = context.Pipe()
            self._process = context.Process(target=_work, args=(other, self._memory_mb), daemon=True)
            self._process.start()
            other.close()
            if not self._connection.poll(_START_S) or self._connection.recv() != _READY:
                raise StoreError("读取文件的进程没有启动，请检查内存后重试。")
        return self._connection

    def _end_process(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._connection = self._process = None


def _run(job: Job, on_page: Callable[[int, int], None] | None = None) -> Iterator[Message]:
    try:
        yield from prepare(job, on_page)
    except ReadError as exc:
        yield Done(exc)
    else:
        yield Done()


def _run_safely(job: Job, memory_mb: float, on_page: Callable[[int, int], None]) -> Iterator[Message]:
    """As `_run`; whatever a parser raises on hostile bytes ends this file only, and is told."""
    try:
        yield from _run(job, on_page)
    except MemoryError:
        yield Done(
            FileTimeoutError(
                f"读取需要的内存超过 {memory_mb:.0f} MB，已跳过；请拆分文件，或调高设置 ORGASK_MAX_FILE_MEMORY_MB。"
            )
        )
    except Exception as exc:  # noqa: BLE001 - told in the report
        yield Done(
            DamagedFileError(f"读取时出错（{type(exc).__name__}），多半是文件已损坏；请用原软件打开另存后再试。")
        )


def _end_with_parent() -> None:
    """End this process when the ingest is killed, also in the middle of a file."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _work(connection: Connection, memory_mb: float) -> None:
    """Be the worker: prepare files until the other end goes away."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # An interrupt from the keyboard reaches all processes of a terminal; the ingest ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What parsers have to say of a file may quote it.
    logging.disable()
    _limit_memory(memory_mb)
    try:
        connection.send(_READY)
        while True:
            job: Job = connection.recv()
            for message in _run_safely(job, memory_mb, lambda done, total: connection.send(Page(done, total))):
                connection.send(message)
    except (EOFError, ConnectionError):
        return


def _limit_memory(memory_mb: float) -> None:
    if sys.platform != "linux":
        return
    import resource

    limit = int(memory_mb * 1e6)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
