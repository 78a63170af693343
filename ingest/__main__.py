"""`python -m ingest PATH...`: index files and folders and report what became of each."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from core.cli import command, print_json, say
from core.schema import FileState, IngestReport
from core.settings import Settings

_LABELS = {
    FileState.ADDED: "新增",
    FileState.UPDATED: "更新",
    FileState.DELETED: "删除",
    FileState.SKIPPED: "未变",
    FileState.PASSED_OVER: "略过",
    FileState.FAILED: "失败",
}


_LEFT_BEHIND = 3600.0
"""Seconds after which the progress of another process counts as left behind by a crash."""


class ProgressFile:
    """Shows progress on the terminal and leaves it in `progress.json` for the web app.

    The file belongs to the ingest that holds the lock. Before, while the model is unpacked, it is written only where
    no other ingest is at work, and nobody takes away the file of another.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is the data folder."""
        self._path = folder / "progress.json"
        self._bar: tqdm[None] | None = None
        self._stage = ""
        self._written = 0.0
        self.locked = False
        """Whether this process holds the lock of the library."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take in a step."""
        now = time.time()
        if stage != self._stage or now - self._written > 0.5:
            self._written = now
            # Only a convenience for the page: a full disk shows where the real data are written.
            with suppress(OSError):
                if self.locked or self._owner() in (None, os.getpid()):
                    state = {"stage": stage, "done": done, "total": total, "time": now, "pid": os.getpid()}
                    self._path.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
        if not sys.stderr.isatty():
            return
        if stage != self._stage or self._bar is None:
            self._end_bar()
            self._bar = tqdm(total=total, desc=stage, leave=False)
        self._stage = stage
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def close(self) -> None:
        """Take the bar and the file away, unless it is that of another ingest."""
        self._end_bar()
        with suppress(OSError):
            if self._owner() == os.getpid():
                self._path.unlink(missing_ok=True)

    def _owner(self) -> int | None:
        """Return the process that wrote the file; None where there is none or it was left behind long ago."""
        try:
            state = json.loads(self._path.read_text("utf-8"))
            return int(state["pid"]) if time.time() - state["time"] < _LEFT_BEHIND else None
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return 0


def main(
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹（.txt .md .jsonl）")],
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="全部重新读取并重建索引")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="移除所给文件夹中已不存在的文件")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出报告")] = False,
) -> None:
    """把文件编入资料库，并逐个报告结果。"""
    with command():
        settings = Settings.load(data=data)
        report = _ingest(paths, settings, rebuild=rebuild, prune=prune)
        if as_json:
            print_json(report.to_json())
        else:
            _print_report(report)
        if report.failed:
            raise typer.Exit(1)


def _ingest(paths: list[Path], settings: Settings, *, rebuild: bool, prune: bool) -> IngestReport:
    from ingest.pipeline import Ingest
    from retriever.encoder import open_encoder
    from retriever.library import Library, folder_errors

    with folder_errors(settings.data):
        settings.data.mkdir(parents=True, exist_ok=True)
    progress = ProgressFile(settings.data)
    try:
        encoder = open_encoder(settings, progress=lambda stage, share: progress(stage, int(share * 100), 100))
        with Library.writing(settings, encoder.name, rebuild=rebuild) as library:
            progress.locked = True
            ingest = Ingest(library, encoder, max_bytes=settings.max_file_mb * 1e6, progress=progress)
            return ingest.run(paths, prune=prune, rebuild=rebuild)
    finally:
        progress.close()


def _print_report(report: IngestReport) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("状态", "文件", "文档", "文章", "片段", "说明"):
        table.add_column(name, overflow="fold")
    shown = [result for result in report.files if result.state is not FileState.SKIPPED]
    for result in shown:
        numbers = [str(n) if n else "" for n in (result.documents, result.articles, result.chunks)]
        table.add_row(_LABELS[result.state], result.source, *numbers, result.reason)
    if shown:
        Console(file=sys.stdout, highlight=False, markup=False).print(table)
    counts = "，".join(f"{label} {report.count(state)}" for state, label in _LABELS.items())
    say(f"{counts}；计算向量 {report.embedded} 个。")
    say(f"资料库现有 {report.documents} 份文档、{report.articles} 篇文章、{report.chunks} 个片段。")


if __name__ == "__main__":
    typer.run(main)
