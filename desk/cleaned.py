"""What the cleaning took away from a file, read anew by a child: a hostile file harms only that."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import FileTimeoutError, OrgAskError, ReadError

_PROJECT = Path(__file__).resolve().parent.parent
_LAST_LINE = 400
_AT_ONCE = threading.BoundedSemaphore(2)


def cleaning_of(path: Path, timeout_s: float = 60.0, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the report of `python -m ingest --show-cleaning FILE --json`.

    Args:
        path: the file.
        timeout_s: so long it may take, with the wait for others.
        command: what is run in the place of `python -m ingest`.

    Raises:
        FileTimeoutError: it took too long.
        ReadError: the file cannot be read; the message says why.
    """
    program = list(command) or [sys.executable, "-m", "ingest"]
    if not _AT_ONCE.acquire(timeout=timeout_s):
        raise FileTimeoutError("其他文件还在读取，请稍后再试。")
    try:
        done = subprocess.run(
            [*program, "--show-cleaning", str(path), "--json"], cwd=_PROJECT, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=timeout_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as exc:
        raise FileTimeoutError("读取这个文件用时太长，没有完成。") from exc
    finally:
        _AT_ONCE.release()
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = lines[-1][:_LAST_LINE].removeprefix("错误：") if lines else ""
        raise ReadError(told.replace(str(path), path.name) or "文件没有读成，请核对原文件。")
    try:
        report = json.loads(done.stdout)
    except ValueError as exc:
        raise OrgAskError("清理记录不完整，请再试一次。") from exc
    return dict(report)
