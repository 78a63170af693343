"""Answers that are being made: one at a time for each page, and each can be stopped at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.schema import Answer

_LOOK_S = 0.1


@dataclass(eq=False)
class Run:
    """The making of one answer."""

    stopped: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)
    _claimed: bool = False

    def follow(self, answers: Iterator[Answer]) -> Iterator[Answer]:
        """Yield from `answers`, and end at once when stopped, however long the next one takes.

        Raises:
            Exception: whatever `answers` raises.
        """
        came: queue.SimpleQueue[Answer | Exception | None] = queue.SimpleQueue()
        threading.Thread(target=self._pump, args=(answers, came), name="answer", daemon=True).start()
        while not self.stopped.is_set():
            try:
                item = came.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def _pump(self, answers: Iterator[Answer], came: queue.SimpleQueue[Answer | Exception | None]) -> None:
        try:
            for answer in answers:
                if self.stopped.is_set():
                    break
                came.put(answer)
            came.put(None)
        except Exception as exc:  # noqa: BLE001 (it is raised again where the answers are read)
            came.put(exc)


class Runs:
    """The runs of all pages, by the name of the page's session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def begin(self, session: str) -> bool:
        """Enter a run; False where the page still has one."""
        with self._lock:
            if session in self._runs:
                return False
            self._runs[session] = Run()
            return True

    def claim(self, session: str) -> Run | None:
        """Return the run that was entered, once; a second call does not make the same answer again."""
        with self._lock:
            run = self._runs.get(session)
            if run is None or run._claimed:
                return None
            run._claimed = True
            return run

    def end(self, session: str, run: Run) -> None:
        """Take a run out, so that the page may ask again."""
        with self._lock:
            if self._runs.get(session) is run:
                del self._runs[session]
        run.finished.set()

    def stop(self, session: str, timeout_s: float) -> bool:
        """Stop the run of a page and wait for its end; False where it had to be given up."""
        with self._lock:
            run = self._runs.get(session)
        if run is None:
            return True
        run.stopped.set()
        if run.finished.wait(timeout_s):
            return True
        self.end(session, run)
        return False
