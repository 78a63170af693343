"""Runs `python -m ingest` as a child, so that the page stays quick and a stop leaves no half-written state here."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from core.errors import NotIndexedError, StoreError
from desk.phases import Progress

_PROJECT = Path(__file__).resolve().parent.parent
PROGRESS_FILE = "progress.json"
_DONE, _SOME_FILES_FAILED, _REFUSED = 0, 1, 2
_LAST_LINE = 400
_NICENESS = 10
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def read_progress(path: Path, since: float = 0.0) -> Progress | None:
    """Return what the indexing has noted, or None where the note is missing, half written or older than `since`."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        if float(noted["time"]) < since:
            return None
        left = noted.get("left_s")
        return Progress(
            str(noted["stage"]),
            int(noted.get("done") or 0),
            int(noted.get("total") or 0),
            None if left is None else float(left),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended that did its work: whether some input failed, and its report where one was asked for."""

    some_failed: bool = False
    report: Mapping[str, Any] = field(default_factory=dict)


class IndexRun:
    """One run of a child that changes the library."""

    def __init__(
        self, command: Sequence[str], progress_file: Path, *, wants_report: bool = False, stop_timeout_s: float = 20.0
    ) -> None:
        """Prepare.

        Args:
            command: the program and its arguments.
            progress_file: where the child leaves its progress.
            wants_report: whether its standard output is one JSON value; else it goes to the terminal.
            stop_timeout_s: so long a child that is to stop may take before it is killed.
        """
        self._command = list(command)
        self._progress_file = progress_file
        self._wants_report = wants_report
        self._stop_timeout_s = stop_timeout_s
        self._lock = threading.Lock()
        self._stopped = False
        self._child: subprocess.Popen[bytes] | None = None
        self._began = time.time()

    @classmethod
    def of(cls, data: Path, arguments: Sequence[str], *, wants_report: bool = True) -> IndexRun:
        """Return the run of `python -m ingest` with some arguments on the library in `data`."""
        # Before the arguments, as `--` among them ends the options.
        options = ["--data", str(data.resolve()), *(["--json"] if wants_report else [])]
        command = [sys.executable, "-m", "ingest", *options, *arguments]
        return cls(command, data / PROGRESS_FILE, wants_report=wants_report)

    def run(self) -> Outcome:
        """Run the child to its end, passing its messages on to the terminal.

        Raises:
            NotIndexedError: it refused to begin; the library is as it was.
            StoreError: it ended before its work was done.
        """
        with tempfile.TemporaryFile() as told:
            with self._lock:
                if self._stopped:
                    return Outcome()
                self._began = time.time()
                # A progress bar is drawn only on a terminal, so a terminal is handed on as it is. Standard output of
                # this program is for the address of the page; the report belongs beside the progress.
                self._child = subprocess.Popen(
                    self._command,
                    cwd=_PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=told if self._wants_report else sys.stderr,
                    stderr=None if sys.stderr.isatty() else subprocess.PIPE,
                )
                _step_back(self._child.pid)
            last_line = _pass_on(self._child.stderr) if self._child.stderr else ""
            status = self._child.wait()
            if self._stopped:
                return Outcome()
            if status in (_DONE, _SOME_FILES_FAILED):
                report = _report(told) if self._wants_report else {}
                if report is not None:
                    return Outcome(status == _SOME_FILES_FAILED, report)
        reason = last_line.removeprefix("错误：") or f"索引进程以状态 {status} 结束，原因见终端。"
        raise (NotIndexedError if status == _REFUSED else StoreError)(f"建立资料库没有完成：{reason}")

    def progress(self) -> Progress | None:
        """Return how far the child has come."""
        # A clock written to a file by another process may round down.
        return read_progress(self._progress_file, since=self._began - 1.0)

    def stop(self) -> None:
        """End the child in an orderly way, by force where it does not heed that, and wait for it."""
        with self._lock:
            self._stopped = True
            child = self._child
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            child.wait(self._stop_timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _step_back(pid: int) -> None:
    """Let answers go before indexing where both want the processor."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)


def _report(told: IO[bytes]) -> Mapping[str, Any] | None:
    """Return the JSON object that a child has written; None where it has not, as one that failed early."""
    told.seek(0)
    try:
        report = json.loads(told.read())
    except ValueError:
        return None
    return report if isinstance(report, dict) else None


def _pass_on(stream: IO[bytes]) -> str:
    """Copy a stream to standard error as it comes and return its last line that is not empty."""
    tail = b""
    while block := os.read(stream.fileno(), 65536):
        sys.stderr.buffer.write(block)
        sys.stderr.buffer.flush()
        tail = (tail + block)[-16 * _LAST_LINE :]
    stream.close()
    lines = [_ANSI.sub("", line).strip() for line in re.split(r"[\r\n]+", tail.decode("utf-8", errors="replace"))]
    return next((line for line in reversed(lines) if line), "")[:_LAST_LINE]
