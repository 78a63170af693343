"""Documents taken out of the library and brought back, without touching their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.errors import UsageError
from core.schema import FileResult, FileState, IngestReport
from ingest.inputs import is_gone
from ingest.pipeline import PARTLY, Ingest
from retriever.library import Library
from retriever.removal import RemovedDocument
from retriever.rows import path_of


def remove(library: Library, ingest: Ingest, ids: Sequence[str]) -> IngestReport:
    """Take documents out of a library that is open for writing; they stay out until they are restored.

    Raises:
        UsageError: the library knows no document of one of these ids; none was taken out.
    """
    with library.database.removals() as removals:
        present, before = removals.present(ids), removals.removed(ids)
        _refuse_unknown(ids, present.keys() | before.keys())
        removals.remove(present.values())
    library.database.drop_unused_vectors()
    # With nothing to read: re-posts of what went are linked anew, and the indexes follow.
    report = ingest.run([])
    lines = [
        *(_line(one, FileState.DELETED, "已移出资料库，原文件没有改动") for one in present.values()),
        *(_line(one, FileState.SKIPPED, "先前已经移出") for one in before.values() if one.id not in present),
    ]
    return replace(report, files=(*lines, *report.files))


def restore(library: Library, ingest: Ingest, ids: Sequence[str]) -> IngestReport:
    """Bring documents back that were taken out, by reading their files again.

    What does not come back, as its file is gone or holds it no more, is told and stays on the list; so does what was
    not yet stored when this is cut off.

    Raises:
        UsageError: the library knows no document of one of these ids; none was brought back.
    """
    with library.database.removals() as removals:
        present, removed = removals.present(ids), removals.removed(ids)
        _refuse_unknown(ids, present.keys() | removed.keys())
        gone = [one for one in removed.values() if is_gone(path_of(one.path))]
        wanted = [one for one in removed.values() if one not in gone]
        removals.read_again(wanted)
    paths = [path_of(path) for path in dict.fromkeys(one.path for one in wanted)]
    report = ingest.run(paths, restored=[one.id for one in wanted])
    back = library.database.hashes([one.id for one in wanted])
    missing = [one for one in wanted if one.id not in back]
    failed = {line.path for line in report.files if line.state is FileState.FAILED and line.cause != PARTLY}
    lines = [
        *report.files,
        *(_line(one, FileState.SKIPPED, "没有移出过，仍在资料库中") for one in present.values()),
        *(_failed(one, "原文件已不存在，请把它放回原处后再恢复。") for one in gone),
        *(_failed(one, "原文件里已没有这份文档，请核对原文件后再恢复。") for one in missing if one.path not in failed),
    ]
    return replace(report, files=tuple(lines))


def _refuse_unknown(ids: Sequence[str], known: Iterable[str]) -> None:
    known = frozenset(known)
    for document_id in ids:
        if document_id not in known:
            raise UsageError(f"资料库里没有编号为“{document_id}”的文档，请核对编号。")


def _line(one: RemovedDocument, state: FileState, reason: str) -> FileResult:
    return FileResult(one.source, state, reason, documents=int(state is FileState.DELETED), path=one.path)


def _failed(one: RemovedDocument, reason: str) -> FileResult:
    return FileResult(one.source, FileState.FAILED, reason, cause="gone", path=one.path)
