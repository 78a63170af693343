"""What whoever asked for a job may see of it: why it failed, and the lines of its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from desk.jobs import Job, Work
from desk.people import User
from ingest.facts.side_file import NAMES as SIDE_FILES
from retriever.rows import path_of
from retriever.scope import collection_of

_OF_OWN_FILES = (Work.ADD, Work.CORRECT)
"""Jobs that read more than they were asked for: the folder of what was added, what a side file corrects too."""
_OTHER_NAMES = ("duplicate_of", "moved_from")
_FAILED = "这项操作没有完成，请稍后再试；原因见管理员的日志。"


def message_of(job: Job, user: User) -> str:
    """Return why a job failed; empty where it did not.

    The sentence itself may hold paths of this machine and names of other files: it is for administrators.
    """
    return job.message if user.may_administer or not job.message else _FAILED


def lines_of(job: Job, may_read: Callable[[str], bool]) -> list[dict[str, Any]]:
    """Return the lines of the report of a job, each as a `core.schema.FileResult` has it, without unchanged files.

    Of the files that were read only because they lie in the same folder, none is told; of side files, those that count
    for a file of the job.
    """
    files: list[dict[str, Any]] = list(job.report.get("files", ()))
    changed = [line for line in files if line.get("reason") or line.get("state") != "skipped"]
    if job.work in _OF_OWN_FILES:
        own = _own(job)
        changed = [line for line in changed if own(line)]
    return [_without_hidden(line, may_read) for line in changed if may_read(str(line.get("source") or ""))]


def _own(job: Job) -> Callable[[Mapping[str, Any]], bool]:
    paths = set(job.paths)
    folders = {folder for path in paths for folder in path_of(path).parents}

    def is_own(line: Mapping[str, Any]) -> bool:
        path = str(line.get("path") or "")
        if PurePath(path).name not in SIDE_FILES:
            return path in paths
        # One that lies above all collections tells of files of any.
        return path_of(path).parent in folders and bool(collection_of(str(line.get("source") or "")))

    return is_own


def _without_hidden(line: Mapping[str, Any], may_read: Callable[[str], bool]) -> dict[str, Any]:
    """Return a line in which no other file is named that the user may not read."""
    hidden = {name: "" for name in _OTHER_NAMES if not may_read(str(line.get(name) or ""))}
    return {**line, **hidden}
