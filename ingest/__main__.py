"""`python -m ingest PATH...`: index files and folders and report what became of each."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from core.cli import command, print_json, say
from core.errors import UsageError
from core.schema import FileResult, FileState, IngestReport
from core.settings import Settings
from ingest.lines import Limits

if TYPE_CHECKING:
    from ingest.pipeline import Ingest
    from retriever.encoder import SentenceEncoder
    from retriever.library import Library

_LABELS = {
    FileState.ADDED: "新增",
    FileState.UPDATED: "更新",
    FileState.DELETED: "删除",
    FileState.MOVED: "移动",
    FileState.SKIPPED: "未变",
    FileState.PASSED_OVER: "略过",
    FileState.FAILED: "失败",
}
_CAUSES = {"empty": "空文件", "partly": "部分失败", "unused": "未用到"}
"""What the table says instead of 失败."""


_WIDTH_IN_FILE = 2000
_EARLY = 3.0
"""Seconds in which the rate is not steady enough to tell the time left."""
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
        self._total = -1
        self._began = (0.0, 0)
        self._written = 0.0
        self.locked = False
        """Whether this process holds the lock of the library."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take in a step. Stages that follow each other with the same total are parts of one task."""
        now = time.time()
        if total != self._total or done < self._began[1]:
            self._began = (now, done)
        if stage != self._stage or now - self._written > 0.5:
            self._written = now
            # Only a convenience for the page: a full disk shows where the real data are written.
            with suppress(OSError):
                if self.locked or self._owner() in (None, os.getpid()):
                    state = {
                        "stage": stage, "done": done, "total": total, "left_s": self._left(now, done, total),
                        "time": now, "pid": os.getpid(),
                    }  # fmt: skip
                    self._path.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
        if sys.stderr.isatty():
            self._draw(stage, done, total)
        self._stage, self._total = stage, total

    def _left(self, now: float, done: int, total: int) -> float | None:
        """Return the seconds left at the rate so far; None where it is too early to tell."""
        began, before = self._began
        if now - began < _EARLY or done <= before:
            return None
        return round((total - done) * (now - began) / (done - before), 1)

    def _draw(self, stage: str, done: int, total: int) -> None:
        if self._bar is None or total != self._total:
            self._end_bar()
            self._bar = tqdm(total=total, leave=False, unit="", unit_scale=True, dynamic_ncols=True)
        self._bar.set_description(stage, refresh=False)
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
    paths: Annotated[
        list[Path] | None, typer.Argument(help="文件或文件夹；与 --remove、--restore、--correct 同用时是文档编号")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="全部重新读取并重建索引")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="移除所给文件夹中已不存在的文件")] = False,
    check: Annotated[bool, typer.Option("--check", help="核对数据库与索引是否一致，并修复")] = False,
    show_cleaning: Annotated[
        Path | None,
        typer.Option("--show-cleaning", metavar="FILE", help="列出清洗时从一个文件去掉了什么，不写入资料库"),
    ] = None,
    report: Annotated[bool, typer.Option("--report", help="再次显示资料库中每个文件的处理结果")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="把文档移出资料库，不动原文件；重新索引也不会回来")] = False,
    restore: Annotated[bool, typer.Option("--restore", help="恢复移出的文档")] = False,
    correct: Annotated[bool, typer.Option("--correct", help="更正一份文档的信息，写入资料信息")] = False,
    article: Annotated[int | None, typer.Option(help="只更正文档中的第几篇，从 1 数起")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="列=值", help="更正的内容，如 市=达州；无 表示没有，空值收回先前的更正"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出报告")] = False,
) -> None:
    """把文件编入资料库，并逐个报告结果。"""
    with command():
        _refuse_mixed(
            bool(paths), (remove, restore, correct), (check, show_cleaning is not None, report),
            of_index=rebuild or prune, of_correct=article is not None or bool(values),
        )  # fmt: skip
        settings = Settings.load(data=data)
        if show_cleaning:
            _show_cleaning(show_cleaning, settings, as_json=as_json)
        elif report:
            _show_files(settings, as_json=as_json)
        elif check:
            _check(settings, as_json=as_json)
        else:
            given = paths or []
            if remove or restore:
                done = _take_out_or_in(list(map(str, given)), settings, back=restore)
            elif correct:
                done = _correct(list(map(str, given)), settings, article or 0, values or [])
            else:
                done = _ingest(given, settings, rebuild=rebuild, prune=prune)
            if as_json:
                print_json(done.to_json())
            else:
                _print_report(done)
            if done.failed:
                raise typer.Exit(1)


def _refuse_mixed(
    given: bool, changes: tuple[bool, ...], others: tuple[bool, ...], *, of_index: bool, of_correct: bool
) -> None:
    """Refuse options that do not go together.

    Args:
        given: whether there are paths or ids.
        changes: whether each way to change the documents with those ids is asked for.
        others: whether each of what needs neither paths nor ids is asked for.
        of_index: whether there are options that only indexing knows.
        of_correct: whether there are options that only correcting knows.
    """
    if sum(others) + (given or any(changes)) != 1 or sum(changes) > 1:
        raise UsageError(
            "请给出要索引的文件或文件夹，或只用 --check、--report、--show-cleaning FILE、"
            "--remove、--restore、--correct 之一。"
        )
    if any(changes) and not given:
        raise UsageError("请在 --remove、--restore 或 --correct 后面写上文档编号。")
    if of_correct and not changes[-1]:
        raise UsageError("--set 和 --article 只能与 --correct 同用。")
    if of_index and any(changes):
        raise UsageError("--rebuild 和 --prune 只能在索引文件或文件夹时使用。")


def _take_out_or_in(ids: list[str], settings: Settings, *, back: bool) -> IngestReport:
    from ingest.changes import remove, restore
    from retriever.library import Library

    Library.check_readable(settings)
    with _open(settings) as (library, ingest, _encoder, _progress):
        return (restore if back else remove)(library, ingest, ids)


def _correct(ids: list[str], settings: Settings, article: int, values: list[str]) -> IngestReport:
    from ingest.correct import correct, pairs_of
    from retriever.library import Library

    if len(ids) != 1:
        raise UsageError("--correct 一次更正一份文档，请只给出一个编号。")
    changes = pairs_of(values)
    Library.check_readable(settings)
    with _open(settings) as (library, ingest, _encoder, _progress):
        return correct(library, ingest, ids[0], changes, article=article)


def _ingest(paths: list[Path], settings: Settings, *, rebuild: bool, prune: bool) -> IngestReport:
    with _open(settings, rebuild=rebuild) as (_library, ingest, _encoder, _progress):
        return ingest.run(paths, prune=prune, rebuild=rebuild)


def _check(settings: Settings, *, as_json: bool) -> None:
    from ingest.check import check
    from retriever.library import Library

    Library.check_readable(settings)
    with _open(settings) as (library, ingest, encoder, progress):
        done = check(library, settings, encoder, ingest, progress)
    if as_json:
        print_json(done.to_json())
    else:
        for finding in done.findings:
            typer.echo(
                f"{'已修复' if finding.repaired else '未修复'}：{finding.what}（{finding.count}）{finding.advice}"
            )
        say("资料库完好。" if not done.findings else "核对完成。")
        say(f"资料库现有 {done.documents} 份文档、{done.articles} 篇文章、{done.chunks} 个片段。")
    if not done.sound:
        raise typer.Exit(1)


def _show_cleaning(path: Path, settings: Settings, *, as_json: bool) -> None:
    from ingest.cleaning.report import show_cleaning
    from ingest.inputs import Input, look_at, read_bytes

    if path.is_dir():
        raise UsageError(f"--show-cleaning 一次看一个文件，{path} 是文件夹，请给出其中的一个文件。")
    look_at(Input(path, path.name), settings.max_file_mb * 1e6)
    shown = show_cleaning(read_bytes(path), path.name, _limits(settings))
    if as_json:
        print_json(shown.to_json())
    else:
        typer.echo(shown.render())


def _show_files(settings: Settings, *, as_json: bool) -> None:
    from retriever.library import Library

    Library.check_readable(settings)
    with Library.looking(settings) as library:
        files = library.database.files()
        mains = library.database.main_sources()
    rows = [
        {
            "source": file.source or file.path, "cause": file.cause, "reason": file.reason, "notes": list(file.notes),
            "duplicate_of": mains.get(file.path, ""),
        }
        for file in files.values()
    ]  # fmt: skip
    if as_json:
        print_json({"files": rows})
        return
    table = _table("状态", "文件", "说明")
    for file in files.values():
        remarks = [file.reason, *file.notes, _duplicate(mains.get(file.path, ""))]
        label = _CAUSES.get(file.cause, "失败") if file.cause else "已索引"
        table.add_row(label, file.source or file.path, "；".join(filter(None, remarks)))
    _print(table)


@contextmanager
def _open(
    settings: Settings, *, rebuild: bool = False
) -> Iterator[tuple[Library, Ingest, SentenceEncoder, ProgressFile]]:
    """Open all that an ingest needs; the model itself is loaded when the first text is embedded."""
    from ingest.pipeline import Ingest
    from ingest.worker import Worker
    from retriever.encoder import open_encoder
    from retriever.library import Library, folder_errors

    with folder_errors(settings.data):
        settings.data.mkdir(parents=True, exist_ok=True)
    progress = ProgressFile(settings.data)
    worker = Worker(seconds=settings.max_file_seconds, memory_mb=settings.max_file_memory_mb)
    try:
        encoder = open_encoder(settings, progress=lambda stage, share: progress(stage, int(share * 100), 100))
        with Library.writing(settings, encoder.name, rebuild=rebuild) as library:
            progress.locked = True
            yield (
                library,
                Ingest(library, encoder, worker, limits=_limits(settings), progress=progress),
                encoder,
                progress,
            )
    finally:
        worker.close()
        progress.close()


def _limits(settings: Settings) -> Limits:
    return Limits(max_bytes=settings.max_file_mb * 1e6, max_pages=settings.max_file_pages)


def _print_report(report: IngestReport) -> None:
    table = _table("状态", "文件", "文档", "文章", "片段", "说明")
    shown = [result for result in report.files if result.state is not FileState.SKIPPED]
    for result in shown:
        numbers = [str(n) if n else "" for n in (result.documents, result.articles, result.chunks)]
        moved = f"原为 {result.moved_from}" if result.moved_from else ""
        remarks = [result.reason, moved, *result.notes, _duplicate(result.duplicate_of)]
        table.add_row(_label(result), result.source, *numbers, "；".join(filter(None, remarks)))
    if shown:
        _print(table)
    # What was read in part stands among the added files already: no failure of a file.
    counts = Counter(_label(result) for result in report.files)
    told = [*_LABELS.values(), *(label for label in _CAUSES.values() if counts[label])]
    say("，".join(f"{label} {counts[label]}" for label in told) + f"；计算向量 {report.embedded} 个。")
    say(f"资料库现有 {report.documents} 份文档、{report.articles} 篇文章、{report.chunks} 个片段。")


def _label(result: FileResult) -> str:
    label = _LABELS[result.state]
    return _CAUSES.get(result.cause, label) if result.state is FileState.FAILED else label


def _duplicate(main: str) -> str:
    return f"与 {main} 重复" if main else ""


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _print(table: Table) -> None:
    """Show a table as wide as the terminal; in a file, one line a row."""
    width = None if sys.stdout.isatty() else _WIDTH_IN_FILE
    Console(file=sys.stdout, highlight=False, markup=False, width=width).print(table)


if __name__ == "__main__":
    typer.run(main)
