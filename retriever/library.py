"""A data folder opened for work: the database with its derived indexes, behind a lock.

Layout of the folder: `orgask.sqlite3` (truth), `index-N/` (Chroma and tantivy, derived; N counts the rebuilds),
`models/` (unpacked weights). Many processes may read while one writes texts and vectors into the database. Only to
bring up the derived indexes it takes the library for itself: it leaves the file `wanted`, and whoever reads for long
(the web app) looks for that and gives the library back until it is gone. Locks: `lock` (indexes), `writer.lock`.
"""

from __future__ import annotations

import errno
import logging
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, ReadWriteLock, Timeout

from core.errors import (
    EmptyLibraryError,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreMismatchError,
    StoreUnreachableError,
)
from core.settings import Settings
from retriever.database import Database
from retriever.keyword_index import KeywordIndex
from retriever.rows import IndexEntry
from retriever.seal import seal_of

if TYPE_CHECKING:
    from retriever.vector_index import VectorIndex

log = logging.getLogger(__name__)
DATABASE = "orgask.sqlite3"
_WRITER, _WANTED = "writer.lock", "wanted"
_WRITER_WAIT_S = 1.0
"""Others look for a moment whether the lock of the writer is held."""
_ALONE_WAIT_S = 180.0
"""Longer than a language model may take for an answer that is under way."""
_INDEX_FORMAT = "4"
"""Of what the derived indexes hold; those of another format are made anew."""
Progress = Callable[[str, int, int], None]
"""Called with a stage in words, what is done and what there is to do."""


class Library:
    """The stores of one data folder. `database` is the truth; `vectors` and `keywords` are derived from it."""

    def __init__(
        self, folder: Path, database: Database, chroma_url: str, index_lock: ReadWriteLock | None = None
    ) -> None:
        """Use `Library.reading` or `Library.writing`, which hold the locks.

        Args:
            folder: the data folder.
            database: its database.
            chroma_url: a Chroma server; empty for the embedded one.
            index_lock: what a writer takes while it changes the derived indexes; None where that is held already.
        """
        self.folder = folder
        self.database = database
        self._chroma_url = chroma_url
        self._index_lock = index_lock
        self._vectors: VectorIndex | None = None
        self._keywords: KeywordIndex | None = None

    @classmethod
    @contextmanager
    def reading(cls, settings: Settings, encoder_name: str) -> Iterator[Library]:
        """Open for searching, together with other readers.

        Raises:
            EmptyLibraryError: nothing has been indexed; nothing is made for it either.
            StoreBusyError: another process is writing.
            StoreMismatchError: the vectors were made by another model than `encoder_name`.
            StoreUnreachableError: the server of the vectors does not answer.
            StoreError: the derived indexes do not hold what the database holds, or the folder cannot be used.
        """
        cls.check_readable(settings)
        with cls._shared(settings) as library:
            chunks = library.database.searched_count()
            library._check_encoder(encoder_name)
            if not chunks or library.stale or not library._complete(chunks):
                if _is_held(settings.data / _WRITER):
                    raise _busy(settings)
                if not chunks:
                    raise _empty(settings)
                raise StoreError("上一次索引没有完成，请先重新运行一次索引（make run 或 python -m ingest）。")
            yield library

    @classmethod
    def check_readable(cls, settings: Settings) -> None:
        """Refuse a folder without a library. Cheap: to be called before a model is made ready for it.

        Raises:
            EmptyLibraryError: there is no database.
        """
        with folder_errors(settings.data):
            if not (settings.data / DATABASE).is_file():
                raise _empty(settings)

    @classmethod
    @contextmanager
    def writing(cls, settings: Settings, encoder_name: str, *, rebuild: bool = False) -> Iterator[Library]:
        """Open for an ingest, the only one. With `rebuild`, vectors of another model are dropped instead of refused.

        Raises:
            StoreBusyError: another process writes.
            StoreMismatchError: the vectors were made by another model than `encoder_name`.
        """
        with cls._only_writer(settings) as library:
            if rebuild and library.database.state("encoder") not in ("", encoder_name):
                library._mark_dirty()
                library.database.drop_all_vectors()
                library.database.set_state("encoder", "")
            library._check_encoder(encoder_name)
            library.database.set_state("encoder", encoder_name)
            yield library

    @classmethod
    @contextmanager
    def looking(cls, settings: Settings) -> Iterator[Library]:
        """Open the database alone for reading, whatever the state of the derived indexes.

        Raises:
            StoreBusyError: another process is changing the derived indexes.
        """
        with cls._shared(settings) as library:
            yield library

    @classmethod
    def is_wanted(cls, settings: Settings) -> bool:
        """Whether an ingest waits for those who read to give the library back, or has it to itself."""
        return (settings.data / _WANTED).exists() and _is_held(settings.data / _WRITER)

    @classmethod
    @contextmanager
    def unlocked(cls, settings: Settings) -> Iterator[Library]:
        """Open for looking, under the lock of another process that waits for this one."""
        with folder_errors(settings.data):
            library = cls(settings.data, Database(settings.data / DATABASE, may_upgrade=False), settings.chroma_url)
        try:
            yield library
        finally:
            library.close()

    @classmethod
    @contextmanager
    def _shared(cls, settings: Settings) -> Iterator[Library]:
        folder = settings.data
        with folder_errors(folder):
            try:
                held = _index_lock(folder).acquire_read(blocking=False)
            except Timeout as exc:
                raise _busy(settings) from exc
        with held:
            library = cls(folder, Database(folder / DATABASE, may_upgrade=False), settings.chroma_url)
            try:
                yield library
            finally:
                library.close()

    @classmethod
    @contextmanager
    def _only_writer(cls, settings: Settings) -> Iterator[Library]:
        folder = settings.data
        with folder_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                held = FileLock(folder / _WRITER, timeout=_WRITER_WAIT_S, is_singleton=False).acquire()
            except Timeout as exc:
                raise _busy(settings) from exc
        with held:
            # A writer that was killed may have left it.
            (folder / _WANTED).unlink(missing_ok=True)
            database = Database(folder / DATABASE, may_upgrade=True)
            library = cls(folder, database, settings.chroma_url, _index_lock(folder))
            try:
                yield library
            finally:
                library.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Have the derived indexes to oneself; those who read for long are asked to give them back.

        Raises:
            StoreBusyError: somebody did not.
        """
        lock, self._index_lock = self._index_lock, None
        if lock is None:
            yield
            return
        wanted = self.folder / _WANTED
        with folder_errors(self.folder):
            wanted.touch()
        try:
            try:
                held = lock.acquire_write(timeout=_ALONE_WAIT_S)
            except Timeout as exc:
                raise StoreBusyError(
                    f"资料库 {self.folder} 正在使用中，文件已读入，但索引还没有更新；请等使用它的程序结束后再运行一次。"
                ) from exc
            with held:
                yield
                # What stays open would be read when others change it.
                self._close_indexes()
        finally:
            self._index_lock = lock
            wanted.unlink(missing_ok=True)

    def close(self) -> None:
        """Give all files back."""
        self._close_indexes()
        self.database.close()

    def _close_indexes(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = self._keywords = None

    @property
    def vectors(self) -> VectorIndex:
        """The dense index, opened on first use."""
        if self._vectors is None:
            self._vectors = self._open_vectors(self._generation)
        return self._vectors

    @property
    def keywords(self) -> KeywordIndex:
        """The keyword index, opened on first use."""
        if self._keywords is None:
            self._keywords = KeywordIndex(self._index_folder(self._generation) / "keywords")
        return self._keywords

    @property
    def stale(self) -> bool:
        """Whether the derived indexes may not hold what the database holds."""
        return self.dirty or bool(self.database.pending()) or not self._sealed()

    def bring_up_indexes(self, progress: Progress | None = None, *, rebuild: bool = False) -> None:
        """Make the derived indexes hold exactly the searched chunks of the database.

        A run that was cut off while it wrote them leaves the mark `dirty`; then, and where their files are not as they
        were left or counts disagree, they are made anew beside the old ones and switched when complete. Otherwise only
        the changes are applied; where there are none, the indexes are not even opened.
        """
        chunks = self.database.searched_count()
        if not rebuild and not self.dirty and self._sealed():
            pending = self.database.pending()
            if not pending and not self._chroma_url:
                return
            with self._alone():
                if self._brought_up(pending, chunks, progress):
                    self._settle()
                    return
            log.warning("derived indexes are damaged or disagree with the database; rebuilding them")
        self._rebuild(chunks, progress)

    def _brought_up(self, pending: list[str], chunks: int, progress: Progress | None) -> bool:
        """Apply the changes; returns whether the derived indexes then hold as many chunks as are searched."""
        try:
            if pending:
                # A server that is away is met here, while the library is still as it was.
                self.vectors.count()
                self._mark_dirty()
                self._apply(pending, progress)
            return self.vectors.count() == chunks == self.keywords.count()
        except (StoreFullError, StoreUnreachableError):
            raise
        except StoreError:
            return False

    def _apply(self, pending: list[str], progress: Progress | None) -> None:
        present = self.database.searched(pending)
        self.vectors.delete([chunk_id for chunk_id in pending if chunk_id not in present])
        batches = self.database.index_entries(sorted(present))
        self.keywords.apply(pending, self._filling(self.vectors, batches, len(present), progress))

    def _settle(self) -> None:
        """Note that the derived indexes hold what the database holds, and how their files look."""
        with folder_errors(self.folder):
            self.database.settle(self._seal())

    def _sealed(self) -> bool:
        """Whether the files of the derived indexes are as the last writer left them."""
        with folder_errors(self.folder):
            return self._seal() == self.database.state("seal")

    def _seal(self) -> str:
        sealed = seal_of(self._index_folder(self._generation))
        return f"{_INDEX_FORMAT}:{sealed}" if sealed else ""

    @property
    def dirty(self) -> bool:
        """Whether a run was cut off while it wrote the derived indexes."""
        return self.database.state("dirty") == "yes"

    def _complete(self, chunks: int) -> bool:
        """Whether the derived indexes are there, without making them, and hold as many chunks as the database."""
        parts = ["keywords"] if self._chroma_url else ["keywords", "chroma"]
        folder = self._index_folder(self._generation)
        return all((folder / part).is_dir() for part in parts) and (
            self.vectors.count() == self.keywords.count() == chunks
        )

    def _rebuild(self, chunks: int, progress: Progress | None) -> None:
        """Make the derived indexes anew beside the old ones, and switch."""
        old, new = self._generation, self._generation + 1
        self._close_indexes()
        with folder_errors(self.folder):
            shutil.rmtree(self._index_folder(new), ignore_errors=True)
            self._index_folder(new).mkdir(parents=True)
            if self._chroma_url:
                # A rebuild that was cut off may have left something there.
                self._open_vectors(new).drop()
            vectors = self._open_vectors(new)
            self._mark_dirty()
            try:
                keywords = KeywordIndex(self._index_folder(new) / "keywords")
                entries = self.database.index_entries()
                keywords.apply([], self._filling(vectors, entries, chunks, progress))
            except BaseException:
                vectors.close()
                raise
        if not vectors.count() == keywords.count() == chunks:
            raise StoreError("索引重建后数量不符，请检查磁盘后用 --rebuild 再试。")
        with self._alone():
            self.database.set_state("generation", str(new))
            self._vectors, self._keywords = vectors, keywords
            self._settle()
            for folder in self.folder.glob("index-*"):
                if folder != self._index_folder(new):
                    shutil.rmtree(folder, ignore_errors=True)
            if self._chroma_url:
                self._open_vectors(old).drop()

    @staticmethod
    def _filling(
        vectors: VectorIndex, batches: Iterable[list[IndexEntry]], total: int, progress: Progress | None
    ) -> Iterator[list[IndexEntry]]:
        done = 0
        for entries in batches:
            vectors.upsert(entries)
            done += len(entries)
            _tell(progress, done, total)
            yield entries

    def _mark_dirty(self) -> None:
        self.database.set_state("dirty", "yes")

    @property
    def _generation(self) -> int:
        return int(self.database.state("generation") or 0)

    def _index_folder(self, generation: int) -> Path:
        return self.folder / f"index-{generation}"

    def _open_vectors(self, generation: int) -> VectorIndex:
        # chromadb takes longer to import than the rest of a run over unchanged files.
        from retriever.vector_index import VectorIndex

        library_id = self.database.state("library_id")
        if not library_id:
            library_id = uuid.uuid4().hex[:12]
            self.database.set_state("library_id", library_id)
        folder = self._index_folder(generation) / "chroma"
        if not self._chroma_url:
            folder.mkdir(parents=True, exist_ok=True)
        return VectorIndex.open(folder, f"orgask-{library_id}-{generation}", self._chroma_url)

    def _check_encoder(self, encoder_name: str) -> None:
        stored = self.database.state("encoder")
        if stored not in ("", encoder_name):
            raise StoreMismatchError(
                f"资料库是用模型 {stored} 建立的，当前模型是 {encoder_name}；请用 python -m ingest … --rebuild 重建。"
            )


def _index_lock(folder: Path) -> ReadWriteLock:
    return ReadWriteLock(folder / "lock", is_singleton=False)


def _is_held(path: Path) -> bool:
    """Whether another holds the lock at `path`."""
    try:
        with FileLock(path, timeout=0, is_singleton=False):
            return False
    except Timeout:
        return True


def _busy(settings: Settings) -> StoreBusyError:
    return StoreBusyError(f"资料库 {settings.data} 正在更新中（被另一个进程占用），请等它结束或关闭后再试。")


def _empty(settings: Settings) -> EmptyLibraryError:
    return EmptyLibraryError(f"资料库 {settings.data} 是空的，请先运行 python -m ingest 文件夹 建立索引。")


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress("正在建立索引", done, total)


@contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turn failures of the file system into errors that say what to do."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError("磁盘空间不足；请清理空间后重新运行，已写入的内容不会丢失。") from exc
        raise StoreError(f"数据目录 {folder} 无法写入（{exc.strerror or exc}），请检查权限。") from exc
