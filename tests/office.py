"""An office in which documents are indexed and searched: a folder of files, a data folder and a fake encoder."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.schema import Document, FileResult, FileState, IngestReport, Passage
from core.settings import Settings
from ingest.changes import remove, restore
from ingest.correct import correct, pairs_of
from ingest.lines import Limits
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.library import Library, Progress
from retriever.search import Searcher
from tests.fakes import FakeEncoder


class Office:
    """Everything on real stores below one temporary folder."""

    def __init__(self, root: Path) -> None:
        self.files = root / "files"
        self.files.mkdir()
        self.settings = Settings(data=root / "data")
        self.encoder = FakeEncoder()

    def write(self, name: str, text: str) -> Path:
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def ingest(
        self, *paths: Path, prune: bool = False, rebuild: bool = False, encoder: FakeEncoder | None = None,
        limits: Limits | None = None, progress: Progress | None = None,
    ) -> IngestReport:  # fmt: skip
        encoder = encoder or self.encoder
        with Library.writing(self.settings, encoder.name, rebuild=rebuild) as library:
            ingest = Ingest(library, encoder, InProcess(), limits=limits, progress=progress)
            return ingest.run(paths or [self.files], prune=prune, rebuild=rebuild)

    def remove(self, *ids: str) -> IngestReport:
        return self._change(remove, ids)

    def restore(self, *ids: str) -> IngestReport:
        return self._change(restore, ids)

    def correct(self, document_id: str, *values: str, article: int = 0) -> IngestReport:
        def change(library: Library, ingest: Ingest, ids: Sequence[str]) -> IngestReport:
            return correct(library, ingest, ids[0], pairs_of(values), article=article)

        return self._change(change, [document_id])

    def _change(
        self, change: Callable[[Library, Ingest, Sequence[str]], IngestReport], ids: Sequence[str]
    ) -> IngestReport:
        with Library.writing(self.settings, self.encoder.name) as library:
            return change(library, Ingest(library, self.encoder, InProcess()), ids)

    @contextmanager
    def reading(self) -> Iterator[Library]:
        with Library.reading(self.settings, self.encoder.name) as library:
            yield library

    def search(self, query: str, k: int = 5) -> list[Passage]:
        with self.reading() as library:
            return Searcher(library, self.encoder).search(query, k)

    def found_text(self, query: str) -> str:
        """All that a search for `query` brings up, in one string."""
        return "\n".join(passage.chunk.text for passage in self.search(query, 100))

    def chunk_ids(self) -> list[str]:
        """The ids in the database, after checking that all three stores hold exactly these and cite exactly."""
        with self.reading() as library:
            ids = [entry.id for batch in library.database.index_entries() for entry in batch]
            assert len(set(ids)) == len(ids) == library.database.searched_count()
            assert library.vectors.count() == library.keywords.count() == len(ids)
            if ids:
                vector = self.encoder.encode_queries(["工作"])[0]
                assert {i for i, _ in library.vectors.search(vector, len(ids) + 10)} == set(ids)
            for stored in library.database.chunks(ids).values():
                document = library.database.document(stored.article.document_id)
                assert document is not None
                assert document.text[stored.chunk.start : stored.chunk.end] == stored.chunk.text
            return ids

    def document_of(self, query: str) -> Document:
        with self.reading() as library:
            best = Searcher(library, self.encoder).search(query, 1)[0]
            document = library.database.document(best.article.document_id)
        assert document is not None
        return document


def lines(report: IngestReport) -> dict[str, FileResult]:
    """The lines of a report by file."""
    return {result.source: result for result in report.files}


def states(report: IngestReport) -> dict[str, FileState]:
    return {result.source: result.state for result in report.files}


def report_text(place: str, programme: str, count: int, sentences: int = 12) -> str:
    """A report in which every sentence names its place and carries figures of its own."""
    body = [
        f"{place}第{number}次调度“{programme}”，新入库青年人才{count + number}名，走访企业{number * 3 + count}家。"
        for number in range(1, sentences + 1)
    ]
    return f"{place}推进“{programme}”情况汇报\n\n" + "\n".join(_paragraphs(body)) + "\n"


def _paragraphs(sentences: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(sentences), 4):
        yield "".join(sentences[start : start + 4])


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Let file permissions hold for root too, by giving up CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH for a while."""
    libc = ctypes.CDLL(None)
    header, data = _Header(0x20080522, 0), (_Data * 2)()
    libc.capget(ctypes.byref(header), data)
    before = data[0].effective
    data[0].effective &= ~0b110
    libc.capset(ctypes.byref(header), data)
    try:
        yield
    finally:
        data[0].effective = before
        libc.capset(ctypes.byref(header), data)
