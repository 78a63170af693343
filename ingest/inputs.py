"""Paths to inputs: which files there are, what they are called, and whether one may be read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from core.errors import FileTooLargeError, ReadError, UnsupportedFormatError
from ingest.facts.side_file import NAMES as SIDE_FILES
from ingest.formats import SUFFIXES
from ingest.lines import printable

_BLOCK = 1 << 20
_RECORDS = ".jsonl"


@dataclass(frozen=True, slots=True)
class Input:
    """One file to take in. `source` is its name for people: its path inside the folder that was given.

    A file that was given itself is `direct`: if it is known, it keeps the source it has. `folder` is the nearest folder
    above it that holds a side file with facts; None where there is none.
    """

    path: Path
    source: str
    direct: bool = False
    folder: Path | None = None

    @property
    def key(self) -> str:
        """The path as the database keeps it; see `retriever.rows.path_of` for the way back."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")

    @property
    def name_in_folder(self) -> str:
        """Its path as a side file in `folder` names it; its source where there is none."""
        return name_below(self.path, self.folder) if self.folder else self.source

    def side_file(self, name: str) -> Input:
        """Return the side file in `folder`, named as this file is: by its path below what was given."""
        folder = self.folder or self.path.parent
        above = self.source.removesuffix(name_below(self.path, folder)) if self.folder else ""
        # Of one above what was given, the source of the file is only the end of its name there.
        return Input(folder / name, name if above == self.source else above + name)

    def name_of_text(self, source: str) -> str:
        """Return the name that a side file has for a text of this file, which is called `source`."""
        return self.name_in_folder + source[len(self.source) :] if source.startswith(self.source) else source


@dataclass(frozen=True, slots=True)
class FileStatus:
    """Size in bytes and time of the last change of a file, in nanoseconds."""

    size: int
    mtime_ns: int


def find_inputs(paths: Sequence[Path]) -> tuple[list[Input], list[tuple[str, str]]]:
    """Return the files under `paths`, each once, in order, and what was passed over as (source, reason).

    Hidden files and folders are left out, and so are side files with facts; symbolic links inside folders are not
    followed.
    """
    found: dict[Path, Input] = {}
    passed_over: list[tuple[str, str]] = []
    for given in paths:
        if is_folder(given):
            root = given.resolve()
            above = _facts_above(root.parent)
            for path, folder in _walk(root):
                source = _readable(path.relative_to(root)) if path != root else _readable(Path(given.name or root.name))
                if _is_link(path):
                    passed_over.append((source, "是符号链接，没有跟随"))
                elif path.suffix.lower() in SUFFIXES or is_folder(path) or _is_closed(path):
                    found.setdefault(path, Input(path, source, folder=folder or above))
                else:
                    passed_over.append((source, f"暂不支持的格式 {path.suffix or '（无扩展名）'}"))
        else:
            path = given.resolve()
            folder = _facts_above(path.parent)
            found.setdefault(path, Input(path, _readable(Path(given.name)), direct=True, folder=folder))
    return list(found.values()), passed_over


def file_source(path: str, sources: Sequence[str]) -> str:
    """Return the source of a file by those of its documents; empty where they do not tell it.

    Records of a `.jsonl` file are named by the file and their key, or carry a source of their own; members of an
    archive by the archive and their path in it.
    """
    if PurePath(path).suffix.lower() == _RECORDS:
        files = (source.rpartition("#")[0] for source in sources)
        return next((file for file in files if file and f"/{path}".endswith(f"/{file}")), "")
    if PurePath(path).suffix.lower() == ".zip":
        name = PurePath(path).name
        ends = (source.find(f"{name}/") for source in sources)
        return next((s[: end + len(name)] for s, end in zip(sources, ends, strict=True) if end >= 0), "")
    return sources[0] if sources else ""


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder, as far as one may know."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_link(path: Path) -> bool:
    """Whether `path` is a symbolic link, as far as one may know."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def _is_closed(path: Path) -> bool:
    """Whether one may not even look at `path`, as in a folder that one may list but not enter."""
    try:
        path.lstat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def is_gone(path: Path) -> bool:
    """Whether nothing is at `path` any more; what may not be looked at is not gone."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def look_at(file: Input, max_bytes: float) -> FileStatus:
    """Return size and time of a file.

    Raises:
        ReadError: it is not there, may not be read, is too large, or is of a form that is not supported.
    """
    with _read_errors():
        status = file.path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ReadError("没有权限打开这个文件夹，请修改权限后重试。")
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("不是普通文件，无法读取。")
        if file.path.suffix.lower() not in SUFFIXES:
            raise UnsupportedFormatError(
                f"暂不支持的格式 {file.path.suffix or '（无扩展名）'}，可用的有 {'、'.join(sorted(SUFFIXES))}。"
            )
        if status.st_size > max_bytes:
            raise FileTooLargeError(
                f"文件有 {status.st_size / 1e6:.1f} MB，超过上限 {max_bytes / 1e6:.0f} MB；"
                "请拆分文件，或调高设置 ORGASK_MAX_FILE_MB。"
            )
        return FileStatus(status.st_size, status.st_mtime_ns)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read block by block.

    Raises:
        ReadError: it cannot be read.
    """
    total = hashlib.sha256()
    with _read_errors(), path.open("rb") as file:
        while block := file.read(_BLOCK):
            total.update(block)
    return total.hexdigest()


def read_bytes(path: Path) -> bytes:
    """Return what stands in a file.

    Raises:
        ReadError: it cannot be read.
    """
    with _read_errors():
        return path.read_bytes()


@contextmanager
def _read_errors() -> Iterator[None]:
    """Turn failures of the file system into errors that say what to do."""
    try:
        yield
    except FileNotFoundError as exc:
        raise ReadError("找不到这个文件或文件夹，请检查路径。") from exc
    except PermissionError as exc:
        raise ReadError("没有读取权限，请修改文件权限后重试。") from exc
    except OSError as exc:
        raise ReadError(f"无法读取（{exc.strerror or exc}），请检查文件和磁盘。") from exc


def name_below(path: Path, folder: Path) -> str:
    """Return a path below a folder as people read it."""
    return _readable(path.relative_to(folder))


def _readable(path: PurePath) -> str:
    """Return a path as text. Archives from Chinese Windows leave names in GB18030, which are no valid Unicode."""
    return PurePath(*(_readable_name(os.fsencode(name)) for name in path.parts)).as_posix()


def _readable_name(name: bytes) -> str:
    try:
        return printable(name.decode())
    except UnicodeDecodeError:
        return printable(name.decode("gb18030", "backslashreplace"))


def _walk(root: Path) -> Iterator[tuple[Path, Path | None]]:
    """Yield the files under a folder, each with the folder whose side file counts, and at last the closed folders."""
    closed: list[Path] = []
    facts: dict[Path, Path | None] = {}
    for parent, folders, files in os.walk(root, onerror=lambda exc: closed.append(Path(exc.filename))):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [here / name for name in folders if _is_link(here / name)]
        facts[here] = here if set(SIDE_FILES) & set(files) else facts.get(here.parent)
        for name in sorted(files):
            path = here / name
            if not name.startswith((".", "~$")) and name not in SIDE_FILES:
                yield path, facts[here]
        yield from ((path, None) for path in links)
    yield from ((path, None) for path in closed)


def _facts_above(folder: Path) -> Path | None:
    """Return the nearest folder that holds a side file: this one, or one above it."""
    return next((above for above in (folder, *folder.parents) if _has_facts(above)), None)


def _has_facts(folder: Path) -> bool:
    try:
        return any((folder / name).is_file() for name in SIDE_FILES)
    except OSError:
        return False
