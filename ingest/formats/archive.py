"""Zip archives: every file in them that can be read, also those in an archive inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from core.errors import EmptyFileError, ReadError
from ingest import formats
from ingest.formats.containers import Container, open_container
from ingest.formats.sniff import Content, content_of
from ingest.lines import Limits, Problem, RawText, printable

_DEEPEST = 2
"""Archives inside one another."""
_SKIPPED = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_ARCHIVE = ".zip"


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the texts of all members; see `ingest.lines.Reader`.

    A member that cannot be read is a `Problem` and the others go on. The key of a text is the name of its member, with
    that of the text inside it where there are several.
    """
    if content_of(data) not in (Content.ZIP, Content.OTHER):
        # Imported here, as it sends files on to this module in its turn.
        from ingest.formats.legacy import read_as_it_is

        yield from read_as_it_is(data, source, limits, Content.ZIP)
        return
    problems: list[Problem] = []
    found = False
    for result in _members(open_container(data, limits), source, "", limits, depth=1):
        if isinstance(result, RawText):
            found = True
            yield result
        else:
            problems.append(result)
    if not found and problems:
        raise EmptyFileError(f"压缩包里没有一个文件可以读取（{problems[0].reason.rstrip('。')}）。")
    if not found:
        raise EmptyFileError("压缩包是空的，没有可读取的文件。")
    yield from problems


def _members(container: Container, source: str, key: str, limits: Limits, depth: int) -> Iterator[RawText | Problem]:
    """Yield the texts of an archive; `source` and `key` are its own names, `depth` how deep it lies."""
    for name in container:
        path = PurePosixPath(name)
        if any(part.startswith((".", "~$")) or part.lower() in _SKIPPED for part in path.parts):
            continue
        shown = printable(f"{key}/{name}" if key else name)
        try:
            if container.is_link(name):
                raise ReadError("是符号链接，已跳过。")
            if path.suffix.lower() == _ARCHIVE:
                if depth == _DEEPEST:
                    raise ReadError(f"压缩包套了超过 {_DEEPEST} 层，没有再解开；请解压后再试。")
                inner = open_container(container.read(name), limits, container.budget)
                yield from _members(inner, f"{source}/{name}", shown, limits, depth + 1)
                continue
            _check_format(name)
            data = container.read(name)
            allowed = replace(limits, max_unpacked_bytes=container.budget.left)
            for result in formats.read(data, f"{source}/{printable(name)}", allowed):
                if isinstance(result, RawText):
                    yield replace(result, key=f"{shown}#{result.key}" if result.key else shown)
                else:
                    yield Problem(f"{shown}：{result.reason}")
        except ReadError as exc:
            yield Problem(f"{shown}：{exc}")
            if container.budget.left < 0:
                return


def _check_format(name: str) -> None:
    """Refuse a member of an unknown format before it is unpacked, so that it takes nothing of what may be unpacked."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in formats.SUFFIXES:
        raise ReadError(f"暂不支持的格式 {suffix or '（无扩展名）'}，已跳过。")
