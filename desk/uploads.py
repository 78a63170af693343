"""Files that people add: checked, named and put into `uploads/COLLECTION/` in the data folder."""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.errors import StoreError, StoreFullError, TooLargeError, UsageError
from desk.file_content import CONTAINERS, HEAD, misfit
from desk.file_names import MOST_DEEP, last_part, numbered, safe_folders, safe_name
from desk.replacing import kept
from desk.room import check_free
from ingest.facts.side_file import NAMES as SIDE_FILES
from ingest.formats import SUFFIXES
from retriever.library import folder_errors
from retriever.scope import collection_of

log = logging.getLogger(__name__)

UPLOADS = "uploads"
"""Folder in the data folder for what people add; its folders are collections."""
MOST_FILES = 500
"""Files of one request."""
MOST_BYTES = 2_000_000_000
"""Bytes of one request."""
LONGEST_PATH = 240 if os.name == "nt" else 4000
"""Characters of a whole path; Windows opens none of more than 259."""
_BLOCK = 1 << 20
_PART = ".part"
_SIDE_FILES = {name.casefold(): name for name in SIDE_FILES}
_NO_ROOM = "磁盘空间不足，没有收下；请清理空间后再添加。"
_UNWRITTEN = "没能存入资料库的文件夹，没有收下；请稍后再添加，或请管理员查看程序的日志。"


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it came: the name that its sender gives it, and what stands in it, which can be read twice."""

    name: str
    file: BinaryIO
    path: str = ""
    """Its place in a folder that was dropped on the page, such as 总结/2023/a.docx; empty for a single file."""


class UploadState(StrEnum):
    """What became of a file."""

    STORED = "stored"
    KNOWN = "known"
    """The same content was there under the same name."""
    REPLACED = "replaced"
    """It took the place of another file of its name, which is kept elsewhere."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One file of a request. `name` is as it was sent; the others are empty where it was refused."""

    name: str
    state: UploadState
    reason: str = ""
    source: str = ""
    path: Path | None = None


class _Refusal(Exception):  # noqa: N818
    """Carries why one file is refused to where its line is written."""


class Uploads:
    """The folder of what people add. Safe to use from many threads; other processes only read it."""

    def __init__(self, folder: Path, max_file_bytes: float) -> None:
        """Prepare; nothing is made before the first file."""
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._lock = threading.Lock()
        self._swept = False

    @property
    def folder(self) -> Path:
        """Where the collections lie."""
        return self._folder

    def collection(self, name: str) -> str:
        """Return the folder of a collection: one that is there, whatever the case of its letters, or one to be made.

        Raises:
            UsageError: no folder can be called so.
        """
        wanted = safe_name(name)
        if not wanted or set(name) & set("/\\") or collection_of(f"{wanted}/x") != wanted:
            raise UsageError("请写明要加入的资料集，名称不能为空，不能含斜杠，也不能像压缩包的文件名。")
        with folder_errors(self._folder):
            there = [path.name for path in self._folder.iterdir() if path.is_dir()] if self._folder.is_dir() else []
        return wanted if wanted in there else next((n for n in there if n.casefold() == wanted.casefold()), wanted)

    def store(self, collection: str, received: Sequence[Received], *, replace: bool = False) -> list[Uploaded]:
        """Put files into a collection, as `collection` gives it, and return what became of each, in order.

        One that cannot be stored is refused, and the others are kept. A file of a name that is taken gets a number;
        to `replace`, it takes the place of the other, unless that came with the same request.

        Raises:
            TooLargeError: they are too many or too large together; nothing was stored.
            StoreFullError: the disk has no room for any of them.
            core.errors.StoreError: the folder cannot be written.
        """
        sizes = [_size(one.file) for one in received]
        self._check_room(sizes)
        done: list[Uploaded] = []
        full: StoreFullError | None = None

        def may_replace(path: Path) -> bool:
            return replace and path.is_file() and not path.is_symlink() and path not in {one.path for one in done}

        for one, size in zip(received, sizes, strict=True):
            shown = "".join(sign for sign in last_part(one.name) if sign.isprintable())[:200]
            try:
                state, path = self._stored(collection, one, size, may_replace)
                done.append(Uploaded(shown, state, "", path.relative_to(self._folder).as_posix(), path))
            except _Refusal as exc:
                done.append(Uploaded(shown, UploadState.REFUSED, str(exc)))
            except StoreFullError as exc:
                full = exc
                done.append(Uploaded(shown, UploadState.REFUSED, _NO_ROOM))
            except StoreError as exc:
                log.warning("a file could not be stored: %s", exc)
                done.append(Uploaded(shown, UploadState.REFUSED, _UNWRITTEN))
        if full is not None and not any(one.path for one in done):
            raise full
        return done

    def _check_room(self, sizes: Sequence[int]) -> None:
        if len(sizes) > MOST_FILES:
            raise TooLargeError(f"一次最多添加 {MOST_FILES} 个文件，这次有 {len(sizes)} 个，请分几次添加。")
        if sum(sizes) > MOST_BYTES:
            raise TooLargeError(f"一次最多添加 {MOST_BYTES / 1e9:.0f} GB，请分几次添加。")
        with folder_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        check_free(self._folder, sum(sizes))
        with self._lock:
            if not self._swept:
                self._swept = True
                # What a power cut has left half written.
                for path in self._folder.rglob(f".*{_PART}"):
                    path.unlink(missing_ok=True)

    def _stored(
        self, collection: str, one: Received, size: int, may_replace: Callable[[Path], bool]
    ) -> tuple[UploadState, Path]:
        name = safe_name(last_part(one.name))
        name = _SIDE_FILES.get(name.casefold(), name)
        with folder_errors(self._folder):
            self._check(name, one.file, size)
        folders = safe_folders(one.path)
        if len(folders) > MOST_DEEP:
            raise _Refusal(f"文件夹超过 {MOST_DEEP} 层，没有收下；请减少层数后再添加。")
        if len(str(self._folder.absolute().joinpath(collection, *folders, name))) > LONGEST_PATH:
            raise _Refusal("文件名连同文件夹太长，存下后会打不开，没有收下；请缩短文件名或文件夹名后再添加。")
        return self._put(one.file, self._made(collection, folders), name, may_replace)

    def _check(self, name: str, file: BinaryIO, size: int) -> None:
        """Refuse a file for what it is, before anything of it is stored."""
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in SUFFIXES:
            raise _Refusal(f"暂不支持的格式 {suffix or '（无扩展名）'}，没有收下；请另存为 docx、pdf、xlsx 或 txt。")
        if not size:
            raise _Refusal("文件是空的，没有收下；请核对原文件。")
        if size > self._max_file_bytes:
            raise _Refusal(
                f"文件有 {size / 1e6:.1f} MB，超过上限 {self._max_file_bytes / 1e6:.0f} MB，没有收下；请拆分后再添加。"
            )
        file.seek(0)
        data = file.read(HEAD)
        if data.startswith(CONTAINERS):
            data += file.read()
        if reason := misfit(data, suffix):
            raise _Refusal(reason)

    def _made(self, collection: str, folders: Sequence[str]) -> Path:
        """Return the folder of a file, made where it is not there yet."""
        folder = self._folder.joinpath(collection, *folders)
        if not folder.resolve().is_relative_to(self._folder.resolve()):
            raise _Refusal("这个文件夹指向别处，没有收下；请换一个资料集。")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as exc:
            raise _Refusal("已有文件与它的文件夹同名，没有收下；请给文件夹改名后再添加。") from exc
        except OSError as exc:
            with folder_errors(self._folder):
                raise exc
        return folder

    def _put(
        self, file: BinaryIO, folder: Path, name: str, may_replace: Callable[[Path], bool]
    ) -> tuple[UploadState, Path]:
        with self._whole(file, folder) as part, self._lock:
            number, path = 1, folder / name
            if name in SIDE_FILES and (other := _other_side_file(folder, name)):
                raise _Refusal(f"这个文件夹里已有{other}，没有收下；请在原有的表里更正。")
            while os.path.lexists(path):
                # The sizes are compared first, then the bytes up to the first that differs.
                if path.is_file() and filecmp.cmp(part, path, shallow=False):
                    return UploadState.KNOWN, path
                if number == 1 and may_replace(path):
                    with kept(path, self._folder):
                        part.replace(path)
                    return UploadState.REPLACED, path
                if name in SIDE_FILES:
                    raise _Refusal(f"这个文件夹里已有{name}，没有收下；请在原有的表里更正。")
                number += 1
                path = folder / numbered(name, number)
            part.replace(path)
            return UploadState.STORED, path

    @contextmanager
    def _whole(self, file: BinaryIO, folder: Path) -> Iterator[Path]:
        """Write a file beside its place under a name that nothing reads, and take that away at the end."""
        part = folder / f".{uuid.uuid4().hex}{_PART}"
        file.seek(0)
        try:
            with folder_errors(self._folder):
                with part.open("xb") as out:
                    shutil.copyfileobj(file, out, _BLOCK)
                    out.flush()
                    os.fsync(out.fileno())
                yield part
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _other_side_file(folder: Path, name: str) -> str:
    """Return the name of a side file in a folder that is not called `name`: two of them would make both useless."""
    return next((one.name for one in folder.iterdir() if one.name.casefold() in _SIDE_FILES and one.name != name), "")


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)
