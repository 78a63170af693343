"""Paths to raw texts: which files there are, and what stands in one."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from core.errors import EmptyFileError, FileTooLargeError, ReadError
from ingest.decode import decode

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
RECORD_SUFFIXES = frozenset({".jsonl"})
SUFFIXES = TEXT_SUFFIXES | RECORD_SUFFIXES
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""A surrogate without its other half, as left by a scraper that cut a text inside an emoji; no store takes it."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file to take in. `source` is its name for people: its path inside the folder that was given.

    A file that was given itself is `direct`: if it is known, it keeps the source it has.
    """

    path: Path
    source: str
    direct: bool = False

    @property
    def key(self) -> str:
        """The path as the database keeps it."""
        return _readable(self.path)


@dataclass(frozen=True, slots=True)
class RawText:
    """One text of a file: the whole file, or a record of a `.jsonl` file with a `key` of its own."""

    key: str
    source: str
    text: str
    title: str = ""
    date: str = ""


def find_inputs(paths: Sequence[Path]) -> tuple[list[Input], list[tuple[str, str]]]:
    """Return the files under `paths`, each once, in order, and what was passed over as (source, reason).

    Hidden files and folders and symbolic links inside folders are left out.
    """
    found: dict[Path, Input] = {}
    passed_over: list[tuple[str, str]] = []
    for given in paths:
        if is_folder(given):
            for path in _walk(given):
                source = _readable(path.relative_to(given)) if path != given else _readable(Path(given.name))
                if path.suffix.lower() in SUFFIXES or is_folder(path):
                    found.setdefault(path.resolve(), Input(path.resolve(), source))
                else:
                    passed_over.append((source, f"暂不支持的格式 {path.suffix or '（无扩展名）'}"))
        else:
            found.setdefault(given.resolve(), Input(given.resolve(), _readable(Path(given.name)), direct=True))
    return list(found.values()), passed_over


def file_source(path: str, sources: Sequence[str]) -> str:
    """Return the source of a file by those of its documents; empty where they do not tell it.

    Records of a `.jsonl` file are named by the file and their key, or carry a source of their own.
    """
    if PurePath(path).suffix.lower() not in RECORD_SUFFIXES:
        return sources[0] if sources else ""
    files = (source.rpartition("#")[0] for source in sources)
    return next((file for file in files if file and f"/{path}".endswith(f"/{file}")), "")


def is_folder(path: Path) -> bool:
    """Whether `path` is a folder, as far as one may know."""
    try:
        return path.is_dir()
    except OSError:
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


def _readable(path: PurePath) -> str:
    """Return a path as text. Archives from Chinese Windows leave names in GB18030, which are no valid Unicode."""
    return PurePath(*(_readable_name(os.fsencode(name)) for name in path.parts)).as_posix()


def _readable_name(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("gb18030", "backslashreplace")


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files under a folder, and at last the folders that may not be opened."""
    closed: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=lambda exc: closed.append(Path(exc.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            if not name.startswith(".") and not path.is_symlink():
                yield path
    yield from closed


def read_bytes(file: Input, max_bytes: float) -> bytes:
    """Return what stands in a file.

    Raises:
        ReadError: it is not there, may not be read, is too large, or is of a form that is not supported.
    """
    try:
        status = file.path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ReadError("没有权限打开这个文件夹，请修改权限后重试。")
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("不是普通文件，无法读取。")
        if file.path.suffix.lower() not in SUFFIXES:
            raise ReadError(
                f"暂不支持的格式 {file.path.suffix or '（无扩展名）'}，可用的有 {'、'.join(sorted(SUFFIXES))}。"
            )
        size = status.st_size
        if size > max_bytes:
            raise FileTooLargeError(
                f"文件有 {size / 1e6:.1f} MB，超过上限 {max_bytes / 1e6:.0f} MB；"
                "请拆分文件，或调高设置 ORGASK_MAX_FILE_MB。"
            )
        return file.path.read_bytes()
    except FileNotFoundError as exc:
        raise ReadError("找不到这个文件或文件夹，请检查路径。") from exc
    except PermissionError as exc:
        raise ReadError("没有读取权限，请修改文件权限后重试。") from exc
    except OSError as exc:
        raise ReadError(f"无法读取（{exc.strerror or exc}），请检查文件和磁盘。") from exc


def read_texts(file: Input, data: bytes) -> tuple[list[RawText], list[str]]:
    """Return the texts in the bytes of a file, and one sentence for each record that is no good.

    Raises:
        ReadError: the file holds no text at all.
    """
    text = decode(data)
    if not text.strip():
        raise EmptyFileError("文件是空的，没有可索引的文字。")
    if file.path.suffix.lower() not in RECORD_SUFFIXES:
        return [RawText("", file.source, text)], []
    texts: dict[str, RawText] = {}
    problems: list[str] = []
    # Not splitlines(): JSON allows U+2028 and the like inside its strings.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _record(file, number, line)
        except ReadError as exc:
            problems.append(f"第 {number} 行：{exc}")
            continue
        if record.key in texts:
            problems.append(f"第 {number} 行：编号 {record.key} 与前面的记录重复，已跳过")
        else:
            texts[record.key] = record
    if not texts:
        raise EmptyFileError(f"没有一条可用的记录（{problems[0] if problems else '文件为空'}）。")
    return list(texts.values()), problems


def _record(file: Input, number: int, line: str) -> RawText:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ReadError("不是有效的 JSON") from exc
    text = _HALF_CHARACTER.sub("", fields["text"]) if _has_text(fields) else ""
    if not text.strip():
        raise ReadError("缺少文字字段 text")
    key = _string(fields, "id") or str(number)
    source = _string(fields, "source") or f"{file.source}#{key}"
    return RawText(key, source, text, _string(fields, "title"), _string(fields, "date"))


def _has_text(fields: Any) -> bool:
    return isinstance(fields, dict) and isinstance(fields.get("text"), str)


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return _HALF_CHARACTER.sub("", str(value)).strip() if isinstance(value, str | int) else ""
