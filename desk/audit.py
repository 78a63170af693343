"""The audit log: who did what, when and from where, a JSON object a line. It holds no text of documents, no secrets."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import StoreError, StoreFullError
from desk.people import User

FILE = "audit.jsonl"
ROTATE_BYTES = 10_000_000
_FACT_LIMIT = 200
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

Fact = str | int | float | bool | None


class AuditLog:
    """The log in the data folder, written from any thread. Full files are kept as `audit-TIME.jsonl`, all of them."""

    def __init__(self, folder: Path, rotate_bytes: int = ROTATE_BYTES) -> None:
        self._path = folder / FILE
        self._rotate_bytes = rotate_bytes
        self._lock = threading.Lock()

    def note(self, action: str, user: User | str, /, *, address: str = "", **facts: Fact) -> None:
        """Write down an action. Facts are short: names, numbers, identifiers; long ones are cut.

        Raises:
            StoreError: it could not be written; what was to be noted should then not be done.
        """
        entry = {
            "time": datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "user": user.name if isinstance(user, User) else user,
            "action": action,
            "address": address,
            "facts": {name: _short(value) for name, value in facts.items()},
        }
        # Half a character becomes the escape that JSON has for it.
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        with self._lock:
            try:
                self._append(line)
            except OSError as exc:
                if exc.errno in _NO_ROOM:
                    raise StoreFullError(
                        "磁盘空间不足，无法写入审计日志，这次操作没有进行；请清理空间后再试。"
                    ) from exc
                raise StoreError(f"审计日志 {self._path} 无法写入（{exc.strerror}），请检查数据目录的权限。") from exc

    def tail(self, count: int) -> tuple[dict[str, Any], ...]:
        """Return the last `count` entries, newest first; a line that a power cut broke is left out.

        Raises:
            StoreError: the log cannot be read.
        """
        try:
            return tuple(islice(self._newest_first(), count))
        except OSError as exc:
            raise StoreError(f"审计日志 {self._path} 无法读取（{exc.strerror}），请检查数据目录的权限。") from exc

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._rotate()
        # Opened anew each time: another process may have put the file away.
        with open(self._path, "ab+", buffering=0, opener=_private) as out:
            if out.seek(0, os.SEEK_END):
                out.seek(-1, os.SEEK_END)
                # A line that was cut off stays by itself.
                line = line if out.read(1) == b"\n" else b"\n" + line
            if out.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _rotate(self) -> None:
        with suppress(FileNotFoundError):
            if self._path.stat().st_size >= self._rotate_bytes:
                now = datetime.now(UTC)
                self._path.rename(self._path.with_name(f"audit-{now:%Y%m%dT%H%M%S.%f}Z.jsonl"))

    def _newest_first(self) -> Iterator[dict[str, Any]]:
        for path in (self._path, *sorted(self._path.parent.glob("audit-*.jsonl"), reverse=True)):
            try:
                lines = path.read_bytes().split(b"\n")
            except FileNotFoundError:
                continue
            for line in reversed(lines):
                with suppress(ValueError):
                    entry = json.loads(line)
                    if isinstance(entry, dict):
                        yield entry


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _short(value: Fact) -> Fact:
    return value[:_FACT_LIMIT] if isinstance(value, str) else value
