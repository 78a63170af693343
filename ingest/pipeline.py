"""The whole way of an ingest: inputs → documents → vectors → database → derived indexes, and the report.

Texts are stored batch by batch, each batch whole in one transaction. A file is noted as taken in only after its last
document is stored, so that the next run finishes what an interrupted one began.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import EmptyFileError, ReadError
from core.schema import Encoder, FileResult, FileState, IngestReport
from ingest.articles import structure
from ingest.chunking import chunk_article
from ingest.clean import clean
from ingest.loader import Input, RawText, file_source, find_inputs, is_folder, is_gone, read_bytes, read_texts
from retriever.database import PreparedDocument
from retriever.library import Library, Progress
from retriever.names import names_in
from retriever.places import Gazetteer

log = logging.getLogger(__name__)

PIPELINE_VERSION = "2"
"""Part of every fingerprint: raise it when cleaning or chunking changes, and the next ingest reads all files again."""

_BATCH_CHUNKS = 256
_SHOWN_PROBLEMS = 5


@dataclass(slots=True)
class _Waiting:
    """What has been read but not stored yet."""

    documents: list[PreparedDocument] = field(default_factory=list)
    files: list[tuple[Input, str, list[str]]] = field(default_factory=list)
    chunks: int = 0


class Ingest:
    """Takes files into a library that is open for writing."""

    def __init__(
        self, library: Library, encoder: Encoder, *, max_bytes: float = 20e6, progress: Progress | None = None
    ) -> None:
        """Set up for one or more runs.

        Args:
            library: where to store.
            encoder: embeds the chunks; the same that the library was opened with.
            max_bytes: size of the largest file that is taken in.
            progress: called with a stage, what is done and what there is to do.
        """
        self._library = library
        self._database = library.database
        self._encoder = encoder
        self._max_bytes = max_bytes
        self._progress = progress
        self._gazetteer = Gazetteer()
        self._waiting = _Waiting()
        self._embedded = 0

    def run(self, paths: Sequence[Path], *, prune: bool = False, rebuild: bool = False) -> IngestReport:
        """Take in the files under `paths`; what has not changed since the last run is skipped.

        Args:
            paths: files and folders.
            prune: remove documents whose file under one of the folders in `paths` is gone.
            rebuild: read every file again and make the derived indexes anew.
        """
        self._embedded = 0
        if rebuild:
            self._database.forget_fingerprints()
        inputs, passed_over = find_inputs(paths)
        results: list[FileResult] = []
        for number, file in enumerate(inputs):
            self._tell("正在读取文件", number, len(inputs))
            stored = file_source(file.key, self._database.sources(file.key)) if file.direct else ""
            results += self._take_in(replace(file, source=stored) if stored else file)
        self._store_waiting()
        results += [FileResult(source, FileState.PASSED_OVER, reason) for source, reason in passed_over]
        if prune:
            results += self._prune(paths, {file.key for file in inputs})
        self._embed_missing()
        self._database.drop_unused_vectors()
        self._library.bring_up_indexes(self._progress, rebuild=rebuild)
        documents, articles, chunks = self._database.counts()
        return IngestReport(tuple(results), self._embedded, documents, articles, chunks)

    def _take_in(self, file: Input) -> list[FileResult]:
        try:
            data = read_bytes(file, self._max_bytes)
            fingerprint = hashlib.sha256(f"{PIPELINE_VERSION}|".encode() + data).hexdigest()
            before = self._database.fingerprint(file.key)
            if before == fingerprint:
                return [FileResult(file.source, FileState.SKIPPED)]
            texts, problems = read_texts(file, data)
            prepared = list(self._prepare_all(file, texts, problems))
            if not prepared:
                raise EmptyFileError("去掉网页残留后没有正文。")
        except ReadError as exc:
            kept = "（上一次索引的内容仍保留）" if self._database.fingerprint(file.key) else ""
            return [FileResult(file.source, FileState.FAILED, f"{exc}{kept}")]
        changed = [one for one in prepared if self._database.hash_of(one.document.id) != one.document.sha256]
        known = bool(before) or len(changed) < len(prepared)
        for one in changed:
            self._waiting.documents.append(one)
            self._waiting.chunks += len(one.chunks)
        self._waiting.files.append((file, fingerprint, [one.document.id for one in prepared]))
        if self._waiting.chunks >= _BATCH_CHUNKS:
            self._store_waiting()
        taken = FileResult(
            file.source,
            FileState.UPDATED if known else FileState.ADDED,
            "",
            len(prepared),
            sum(len(one.articles) for one in prepared),
            sum(len(one.chunks) for one in prepared),
        )
        return [taken, *_problem_line(file, problems)]

    def _prepare_all(self, file: Input, texts: Sequence[RawText], problems: list[str]) -> Iterator[PreparedDocument]:
        for raw in texts:
            one = self._prepare(file, raw)
            if one.chunks:
                yield one
            elif len(texts) > 1:
                problems.append(f"记录 {raw.key}：没有正文")

    def _prepare(self, file: Input, raw: RawText) -> PreparedDocument:
        document_id = hashlib.sha256(f"{file.key}#{raw.key}".encode()).hexdigest()[:16]
        fields = (PIPELINE_VERSION, raw.source, raw.title, raw.date, raw.text)
        sha256 = hashlib.sha256("|".join(fields).encode("utf-8", "surrogatepass")).hexdigest()
        blocks = clean(raw.text)
        structured = structure(
            blocks, document_id=document_id, source=raw.source, sha256=sha256, gazetteer=self._gazetteer,
            title=raw.title, date=raw.date,
        )  # fmt: skip
        text = structured.document.text
        chunks = [
            chunk
            for article, sections in zip(structured.articles, structured.sections, strict=True)
            for chunk in chunk_article(text, article, sections)
        ]
        keys = [hashlib.sha256(chunk.embedding_text.encode()).hexdigest()[:32] for chunk in chunks]
        names = names_in([*(a.title for a in structured.articles), *(c.text for c in chunks)], self._gazetteer)
        return PreparedDocument(file.key, structured.document, structured.articles, chunks, keys, names)

    def _store_waiting(self) -> None:
        waiting, self._waiting = self._waiting, _Waiting()
        texts = {
            key: chunk.embedding_text
            for one in waiting.documents
            for chunk, key in zip(one.chunks, one.vector_keys, strict=True)
        }
        missing = sorted(self._database.missing_vectors(texts))
        step = _BATCH_CHUNKS
        for start in range(0, len(missing), step):
            self._tell("正在计算向量", start, len(missing))
            some = missing[start : start + step]
            vectors = self._encoder.encode_documents([texts[key] for key in some])
            self._database.add_vectors(dict(zip(some, vectors, strict=True)))
            self._embedded += len(some)
        self._database.save(waiting.documents)
        for file, fingerprint, ids in waiting.files:
            self._database.finish_file(file.key, fingerprint, ids)

    def _embed_missing(self) -> None:
        """Embed what has no vector: after a change of the model, all."""
        while texts := self._database.texts_without_vector(_BATCH_CHUNKS):
            vectors = self._encoder.encode_documents(list(texts.values()))
            self._database.add_vectors(dict(zip(texts, vectors, strict=True)))
            self._embedded += len(texts)
            self._tell("正在重新计算向量", self._embedded, self._database.counts()[2])

    def _prune(self, paths: Sequence[Path], present: set[str]) -> Iterator[FileResult]:
        folders = [path.resolve() for path in paths if is_folder(path)]
        for key in self._database.paths():
            stored = Path(key)
            if key not in present and is_gone(stored) and any(stored.is_relative_to(folder) for folder in folders):
                source = file_source(key, self._database.sources(key)) or stored.name
                self._database.delete_file(key)
                yield FileResult(source, FileState.DELETED, "原文件已不存在")

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(stage, done, total)


def _problem_line(file: Input, problems: Sequence[str]) -> Iterator[FileResult]:
    """Yield one line of the report for the records of a file that could not be read."""
    if problems:
        more = f"；等共 {len(problems)} 条" if len(problems) > _SHOWN_PROBLEMS else ""
        yield FileResult(
            file.source, FileState.FAILED, f"部分记录未能读取：{'；'.join(problems[:_SHOWN_PROBLEMS])}{more}"
        )
