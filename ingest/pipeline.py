"""The whole way of an ingest: inputs → documents → database → re-posts → vectors → derived indexes, and the report.

Texts are stored batch by batch. A file is noted as taken in only after its last document is stored, linked and
embedded, so that the next run finishes what an interrupted one began.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import ReadError
from core.schema import Encoder, FileResult, FileState, IngestReport, Vectors
from ingest.embedding import BackgroundEmbedder
from ingest.facts.side_file import Facts, load_facts, side_file_name
from ingest.formats.legacy import office_program
from ingest.inputs import (
    FileStatus,
    Input,
    file_source,
    find_inputs,
    hash_of,
    is_folder,
    is_gone,
    look_at,
    name_below,
)
from ingest.lines import Limits, Problem
from ingest.linking import link_new
from ingest.prepare import PIPELINE_VERSION, FactsOf, Job, Prepared
from ingest.worker import Done, Page, Preparer
from retriever.library import Library, Progress
from retriever.rows import PreparedDocument, StoredFile, path_of
from retriever.tables import OUTDATED

_BATCH_CHUNKS = 256
_JOBS_AHEAD = 8
"""Files that the preparer may be ahead of the stores."""
_LOOKED_UP = 500
_SHOWN_PROBLEMS = 5
PARTLY = "partly"
"""`StoredFile.cause` of a file of which a part could not be read."""
_WITHOUT_FACTS = "?"
_BYTES_A_CHARACTER = 3
_CHANGES = frozenset({FileState.ADDED, FileState.UPDATED, FileState.MOVED, FileState.DELETED})
_RACY_NS = 2_000_000_000
"""A file changed this short a time ago may change again without another time or size to show it."""


@dataclass(slots=True)
class _File:
    """A file on its way."""

    file: Input
    known: StoredFile | None
    status: FileStatus
    content: str
    fingerprint: str
    conditions: str
    """What decides, besides the file itself, whether all of it can be read."""
    id: str = ""
    racy: bool = False
    """Whether it had changed so shortly before it was looked at that another change might not show."""
    moved: bool = False
    partly_stored: bool = False
    as_before: bool = False
    """Whether it was read again and gave nothing new."""
    ids: list[str] = field(default_factory=list)
    changed: int = 0
    articles: int = 0
    chunks: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """The first of the parts that could not be read, and in `unread` how many there are."""
    unread: int = 0
    removed: int = 0
    """Documents of it that were taken out of the library and stay out."""

    def begun(self) -> StoredFile:
        """Return what the database is to keep of it while only a part of its documents is stored."""
        return StoredFile(self.file.key, self.file.source, self.id, content=self.content, fingerprint=OUTDATED)

    def stored(self) -> StoredFile:
        """Return what the database is to keep of it."""
        mtime = -1 if self.racy else self.status.mtime_ns
        reason = self.problem()
        fingerprint = f"{self.fingerprint}|{self.conditions}" if reason else self.fingerprint
        return StoredFile(
            self.file.key, self.file.source, self.id, self.status.size, mtime, self.content, fingerprint,
            PARTLY if reason else "", reason, tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip

    def problem(self) -> str:
        """Return in one sentence what could not be read of it; empty where all could."""
        if not self.unread:
            return ""
        more = f"；等共 {self.unread} 条" if self.unread > len(self.problems) else ""
        return f"部分内容未能读取：{'；'.join(self.problems)}{more}"

    def result(self) -> FileResult:
        """Return its line in the report."""
        if self.as_before:
            return FileResult(self.file.source, FileState.SKIPPED, path=self.file.key)
        state = FileState.ADDED
        moved_from = ""
        if self.moved and self.known:
            state, moved_from = FileState.MOVED, self.known.source or path_of(self.known.path).name
        elif (self.known and self.known.fingerprint) or self.changed < len(self.ids):
            state = FileState.UPDATED
        notes = tuple(dict.fromkeys(self.notes))
        return FileResult(
            self.file.source, state, "", len(self.ids), self.articles, self.chunks, notes=notes, moved_from=moved_from,
            path=self.file.key,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Embedding:
    """Texts that are being embedded, and the files of which all is stored once they are."""

    texts: dict[str, str]
    vectors: Future[dict[str, Vectors]]
    finished: list[_File]


class Ingest:
    """Takes files into a library that is open for writing."""

    def __init__(
        self, library: Library, encoder: Encoder, preparer: Preparer, *, limits: Limits | None = None,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        """Set up for one or more runs.

        Args:
            library: where to store.
            encoder: embeds the chunks; the same that the library was opened with.
            preparer: reads the files.
            limits: what a file may ask for.
            progress: called with a stage, what is done and what there is to do: bytes of files while they are read and
                embedded, chunks while the indexes are written.
        """
        self._library = library
        self._database = library.database
        self._encoder = encoder
        self._preparer = preparer
        self._limits = limits or Limits()
        self._progress = progress
        self._on_the_way: deque[_File] = deque()
        self._documents: list[PreparedDocument] = []
        self._begun: dict[str, _File] = {}
        self._finished: list[_File] = []
        self._embedding: _Embedding | None = None
        self._chunks = 0
        self._embedded = 0
        self._bytes_done = self._bytes_total = 0
        self._facts: dict[Path, Facts | None] = {}
        self._removed: frozenset[str] = frozenset()
        self._run = 0
        office = "office" if office_program() else ""
        self._conditions = f"{self._limits.max_bytes}/{self._limits.max_pages}/{office}"

    def run(
        self, paths: Sequence[Path], *, prune: bool = False, rebuild: bool = False, restored: Collection[str] = ()
    ) -> IngestReport:
        """Take in the files under `paths`; what has not changed since the last run is skipped.

        Args:
            paths: files and folders.
            prune: remove documents whose file under one of the folders in `paths` is gone.
            rebuild: read every file again and make the derived indexes anew.
            restored: documents that are taken in although they were taken out before.
        """
        self._embedded = 0
        self._embedding = None
        if rebuild:
            self._database.forget_fingerprints()
        with self._database.removals() as removals:
            self._removed = removals.ids().difference(restored)
        inputs, passed_over = find_inputs(paths)
        with closing(BackgroundEmbedder(self._encoder)) as self._embedder:
            results = [*self._load_facts(inputs), *self._take_in_all(inputs)]
            if prune:
                results += self._prune(paths, {file.key for file in inputs})
            link_new(self._database)
            self._embed_missing()
        results += [FileResult(source, FileState.PASSED_OVER, reason) for source, reason in passed_over]
        if any(result.state in _CHANGES for result in results):
            self._database.drop_unused_vectors()
        # The indexes of a large library take as much memory as these two, which have done their work.
        self._preparer.close()
        self._encoder.release()
        self._library.bring_up_indexes(self._progress, rebuild=rebuild)
        results += self._unused_facts(inputs, [path.resolve() for path in paths if is_folder(path)])
        return IngestReport(tuple(self._with_main_copies(results)), self._embedded, *self._database.counts())

    # --- files ---------------------------------------------------------------------------------------------------

    def _take_in_all(self, inputs: Sequence[Input]) -> list[FileResult]:
        order = {file.key: number for number, file in enumerate(inputs)}
        self._bytes_done, self._bytes_total = 0, sum(_size(file) for file in inputs)
        results: list[FileResult] = []
        present = {file.key for file in inputs}
        for start in range(0, len(inputs), _LOOKED_UP):
            some = inputs[start : start + _LOOKED_UP]
            known = self._database.files([file.key for file in some])
            for file in some:
                results += self._begin(file, known.get(file.key), present)
                while len(self._on_the_way) > _JOBS_AHEAD:
                    results += self._follow(self._on_the_way.popleft())
        while self._on_the_way:
            results += self._follow(self._on_the_way.popleft())
        self._store()
        self._settle(self._embedding)
        return sorted(results, key=lambda result: order[result.path])

    def _begin(self, file: Input, known: StoredFile | None, present: Collection[str]) -> Iterator[FileResult]:
        """Hand a file to the preparer, unless it is unchanged or cannot be read."""
        file = self._as_known(file, known)
        try:
            status = look_at(file, self._limits.max_bytes)
            version = f"{PIPELINE_VERSION}:{self._corrections(file, known)}:"
            conditions = self._conditions_of(file, known)
            unchanged = known is not None and known.fingerprint == version + known.content + conditions
            if known and unchanged and (known.size, known.mtime_ns) == (status.size, status.mtime_ns):
                yield from self._skipped(file, known, status)
                return
            racy = time.time_ns() - status.mtime_ns < _RACY_NS
            content = hash_of(file.path)
        except ReadError as exc:
            yield self._failed(file, known, exc)
            return
        if known and known.fingerprint == version + content + conditions:
            mtime = -1 if racy else status.mtime_ns
            # Whatever failed since then, the file is again what it was.
            kept = known if known.cause == PARTLY else replace(known, cause="", reason="")
            self._database.note_file(replace(kept, size=status.size, mtime_ns=mtime))
            yield from self._skipped(file, known, status)
            return
        if file.folder and self._facts.get(file.folder) is None:
            # Read without corrections, as the side file is no good: to be read again when it is.
            version = f"{PIPELINE_VERSION}:{_WITHOUT_FACTS}:"
        on_the_way = _File(file, known, status, content, version + content, self._conditions, racy=racy)
        # A file that has only failed so far has brought nothing to this place.
        if not (known and known.fingerprint) and (old := self._moved_here(file, content, present)):
            on_the_way.known, on_the_way.moved = old, True
        on_the_way.id = on_the_way.known.id if on_the_way.known else self._database.free_file_id(file.key)
        job = Job(file.path, file.key, on_the_way.id, file.source, self._limits, self._facts_of(file))
        self._preparer.submit(job)
        self._on_the_way.append(on_the_way)
        self._tell("正在读取文件")

    def _as_known(self, file: Input, known: StoredFile | None) -> Input:
        """Return a file with the source that it has: one that was given itself keeps that."""
        if not (file.direct and known):
            return file
        stored = known.source or file_source(file.key, self._database.sources(file.key))
        return replace(file, source=stored or file.source)

    def _conditions_of(self, file: Input, known: StoredFile | None) -> str:
        """Return how the fingerprint of an unchanged file ends: for a partly read one, with what it is read under now.

        So it is read again once its limits are raised or LibreOffice is installed, but not without its corrections.
        """
        if known is None or known.cause != PARTLY:
            return ""
        if file.folder and self._facts.get(file.folder) is None:
            return "".join(known.fingerprint.partition("|")[1:])
        return f"|{self._conditions}"

    def _skipped(self, file: Input, known: StoredFile, status: FileStatus) -> Iterator[FileResult]:
        """Yield the lines of an unchanged file; what could not be read of it before is told again."""
        self._bytes_done += status.size
        yield FileResult(file.source, FileState.SKIPPED, path=file.key)
        if known.cause == PARTLY:
            yield FileResult(file.source, FileState.FAILED, known.reason, cause=known.cause, path=file.key)

    def _moved_here(self, file: Input, content: str, present: Collection[str]) -> StoredFile | None:
        """Return what is known of a file that has been moved to this place, and note the move."""
        for old in self._database.files_with_content(content):
            if old.path not in present and old.fingerprint and is_gone(path_of(old.path)):
                self._database.move_file(old.path, file.key)
                return replace(old, path=file.key, fingerprint=OUTDATED)
        return None

    def _follow(self, file: _File) -> Iterator[FileResult]:
        """Take what the preparer tells of a file, to its end."""
        seen = 0
        for message in self._preparer.messages():
            match message:
                case Problem():
                    file.unread += 1
                    if file.unread <= _SHOWN_PROBLEMS:
                        file.problems.append(message.reason)
                case Page(done=done, total=total) if total:
                    self._tell("正在读取文件", file.status.size * done // total)
                case Prepared():
                    self._collect(file, message)
                    seen = min(file.status.size, seen + _BYTES_A_CHARACTER * len(message.document.document.text))
                    self._tell("正在读取文件", seen)
                    if self._chunks >= _BATCH_CHUNKS:
                        self._store(seen)
                case Done(error=ReadError() as error):
                    self._give_up(file)
                    yield self._failed(file.file, file.known, error)
                case Done():
                    if file.removed:
                        file.notes.append(f"其中 {file.removed} 份文档已移出资料库，没有编入")
                    file.as_before = self._is_as_before(file)
                    self._finished.append(file)
                    yield file.result()
        self._bytes_done += file.status.size
        if reason := file.problem():
            yield FileResult(file.file.source, FileState.FAILED, reason, cause=PARTLY, path=file.file.key)

    def _collect(self, file: _File, prepared: Prepared) -> None:
        one = prepared.document
        if one.document.id in self._removed:
            file.removed += 1
            with self._database.removals() as removals:
                removals.rename(one.document.id, one.path, one.document.source, one.document.title)
            return
        file.ids.append(one.document.id)
        file.notes += prepared.notes
        file.articles += len(one.articles)
        file.chunks += len(one.chunks)
        if self._database.hashes([one.document.id]).get(one.document.id) != one.document.sha256:
            file.changed += 1
            self._documents.append(one)
            self._begun[file.file.key] = file
            self._chunks += len(one.chunks)

    def _is_as_before(self, file: _File) -> bool:
        """Whether a file that was read again has given the same documents under the same conditions."""
        known = file.known.fingerprint.partition("|")[0] if file.known else ""
        same = known == file.fingerprint and not file.changed
        return same and len(self._database.sources(file.file.key)) == len(file.ids)

    def _give_up(self, file: _File) -> None:
        """Take the documents of a new file that failed in its middle out again; of a known one the old ones stay."""
        self._documents = [one for one in self._documents if one.path != file.file.key]
        self._begun.pop(file.file.key, None)
        if not (file.known and file.known.fingerprint):
            self._database.delete_file(file.file.key)
        elif file.partly_stored:
            file.known = replace(file.known, fingerprint=OUTDATED)

    def _failed(self, file: Input, known: StoredFile | None, error: ReadError) -> FileResult:
        """Note that a file could not be read; what an earlier version of it gave stays."""
        kept = "（上一次索引的内容仍保留）" if known and known.fingerprint else ""
        before = known or StoredFile(file.key, file.source, self._database.free_file_id(file.key))
        if before.cause == PARTLY:
            # With this failure noted in the place of that one, nothing else would tell that a part is left to be read.
            before = replace(before, fingerprint=OUTDATED)
        reason = f"{error}{kept}"
        if not is_gone(file.path):
            self._database.note_file(
                replace(before, path=file.key, size=-1, mtime_ns=-1, cause=error.cause, reason=reason)
            )
        return FileResult(file.source, FileState.FAILED, reason, cause=error.cause, path=file.key)

    # --- stores --------------------------------------------------------------------------------------------------

    def _store(self, seen: int = 0) -> None:
        """Store the texts that have been collected, link re-posts, and begin to embed what is searched.

        Meanwhile the next files are read; the vectors of a batch are kept when the next batch is stored.
        """
        documents, self._documents, self._chunks = self._documents, [], 0
        begun, self._begun = self._begun, {}
        self._database.save(documents, [file.begun() for file in begun.values()])
        for file in begun.values():
            file.partly_stored = True
        link_new(self._database)
        texts = self._database.unembedded([one.document.id for one in documents])
        before, finished = self._embedding, self._finished
        if before is not None:
            texts = {key: text for key, text in texts.items() if key not in before.texts}
        self._embedding, self._finished = _Embedding(texts, self._embedder.submit(texts), finished), []
        self._settle(before, seen)

    def _settle(self, batch: _Embedding | None, seen: int = 0) -> None:
        """Wait for the vectors of a batch, keep them, and note the files that are whole with it."""
        if batch is None:
            return
        if batch.texts:
            self._tell("正在计算向量", seen)
            self._keep(batch.vectors.result())
        for file in batch.finished:
            self._database.finish_file(file.stored(), file.ids)

    def _embed_missing(self) -> None:
        """Embed what is searched and has no vector: after a change of the model, all."""
        done = 0
        while texts := self._database.texts_without_vector(_BATCH_CHUNKS):
            self._keep(self._embedder.submit(texts).result())
            done += len(texts)
            if self._progress:
                self._progress("正在重新计算向量", done, max(done, self._database.searched_count()))

    def _keep(self, vectors: Mapping[str, Vectors]) -> None:
        self._database.add_vectors(vectors)
        self._embedded += len(vectors)

    def _prune(self, paths: Sequence[Path], present: Collection[str]) -> Iterator[FileResult]:
        folders = [path.resolve() for path in paths if is_folder(path)]
        for key in self._database.paths():
            stored = path_of(key)
            if key not in present and is_gone(stored) and any(stored.is_relative_to(folder) for folder in folders):
                source = file_source(key, self._database.sources(key)) or Path(key).name
                self._database.delete_file(key)
                yield FileResult(source, FileState.DELETED, "原文件已不存在", path=key)

    # --- corrections ---------------------------------------------------------------------------------------------

    def _load_facts(self, inputs: Sequence[Input]) -> Iterator[FileResult]:
        """Load the side files; one that is no good is named, and what was known before stays."""
        self._facts = {}
        self._run = time.time_ns()
        for file in inputs:
            if file.folder is None or file.folder in self._facts:
                continue
            try:
                self._facts[file.folder] = load_facts(file.folder)
            except ReadError as exc:
                self._facts[file.folder] = None
                yield self._of_side_file(file, str(exc), exc.cause)

    def _of_side_file(self, file: Input, reason: str, cause: str) -> FileResult:
        """Return the line of the side file that counts for a file."""
        file = self._as_known(file, self._database.files([file.key]).get(file.key))
        side = file.side_file(side_file_name(file.folder or file.path.parent))
        return FileResult(side.source, FileState.FAILED, reason, cause=cause, path=side.key)

    def _facts_of(self, file: Input) -> FactsOf | None:
        if not file.folder or not self._facts.get(file.folder):
            return None
        return FactsOf(file.folder, file.name_in_folder, self._run)

    def _corrections(self, file: Input, known: StoredFile | None) -> str:
        """Return a hash of what the side file says of a file; where it is no good, the one that counted before."""
        if not file.folder:
            return ""
        facts = self._facts.get(file.folder)
        if facts is not None:
            return facts.fingerprint_of(file.name_in_folder)
        return known.fingerprint.split(":")[1] if known and known.fingerprint.count(":") == 2 else ""

    def _unused_facts(self, inputs: Sequence[Input], given: Sequence[Path]) -> Iterator[FileResult]:
        """Name the lines of side files that fit no file, so that a typo shows; of those in the folders given only."""
        for folder, facts in self._facts.items():
            if facts is None or not any(folder.is_relative_to(root) for root in given):
                continue
            if unused := facts.unused(self._names_below(folder, inputs)):
                reason = f"这些行没有对应的文件，请检查文件名：{'、'.join(unused[:_SHOWN_PROBLEMS])}"
                yield self._of_side_file(next(file for file in inputs if file.folder == folder), reason, "unused")

    def _names_below(self, folder: Path, inputs: Sequence[Input]) -> Iterator[str]:
        """Yield what a side file may name: the files below its folder, and the texts of those that were given."""
        yield from (name_below(path, folder) for path in folder.rglob("*") if not is_folder(path))
        for file in inputs:
            if file.folder == folder:
                yield from (file.name_of_text(source) for source in self._database.sources(file.key))

    # --- what is told --------------------------------------------------------------------------------------------

    def _with_main_copies(self, results: Sequence[FileResult]) -> Iterator[FileResult]:
        mains = self._database.main_sources() if any(result.state in _CHANGES for result in results) else {}
        for result in results:
            main = mains.get(result.path, "")
            yield replace(result, duplicate_of=main) if main and result.documents else result

    def _tell(self, stage: str, seen: int = 0) -> None:
        if self._progress is not None:
            self._progress(stage, min(self._bytes_done + seen, self._bytes_total), self._bytes_total)


def _size(file: Input) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
