"""What the command lines share: data to standard output, everything else to standard error, exit status 0, 1 or 2."""

from __future__ import annotations

import io
import json
import logging
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import typer

from core.errors import OrgAskError, UsageError


@contextmanager
def command() -> Iterator[None]:
    """Run a command: expected errors become one line and an exit status; SIGTERM ends it in good order."""
    for stream in (sys.stdout, sys.stderr):
        # A console of another encoding, or half a character on the command line, is no reason to end.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except OrgAskError as exc:
        typer.echo(f"错误：{exc}", err=True)
        raise typer.Exit(exc.exit_status) from exc
    except KeyboardInterrupt as exc:
        typer.echo("已中断；已写入的内容不会丢失，再次运行会接着完成。", err=True)
        raise typer.Exit(130) from exc


def _end(signum: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signum)


def say(message: str) -> None:
    """Tell the person at the terminal something that is not data."""
    typer.echo(message, err=True)


def print_json(value: Any) -> None:
    """Write one JSON value to standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file.

    Raises:
        UsageError: the file cannot be read, or a line of it is no JSON object.
    """
    try:
        # Not splitlines(): JSON allows U+2028 and the like inside its strings.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"无法读取 {path}，请检查路径、权限和编码（应为 UTF-8）。") from exc
    records = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as exc:
                raise UsageError(f"{path} 第 {number} 行不是有效的 JSON。") from exc
            if not isinstance(record, dict):
                raise UsageError(f"{path} 第 {number} 行不是 JSON 对象。")
            records.append(record)
    return records


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line.

    Raises:
        UsageError: the file cannot be written.
    """
    with _write_errors(path):
        # Half a character becomes the escape that JSON has for it.
        out = path.open("w", encoding="utf-8", errors="backslashreplace")
    try:
        for record in records:
            line = json.dumps(record, ensure_ascii=False) + "\n"
            with _write_errors(path):
                out.write(line)
    finally:
        with _write_errors(path):
            out.close()


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise UsageError(f"无法写入 {path}（{exc.strerror}），请检查路径和权限。") from exc
