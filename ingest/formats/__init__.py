"""The formats that can be read: one module for each family, behind one function.

A module is imported when the first file of its format comes, as some bring large libraries with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePath

from core.errors import UnsupportedFormatError
from ingest.lines import Limits, Problem, RawText, Reader

_MODULES = {
    "plain": (".txt", ".text", ".md", ".markdown"),
    "records": (".jsonl",),
    "html": (".html", ".htm", ".xhtml"),
    "word": (".docx",),
    "sheets": (".xlsx", ".csv", ".tsv"),
    "slides": (".pptx",),
    "pdf": (".pdf",),
    "images": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"),
    "ofd": (".ofd",),
    "archive": (".zip",),
    "legacy": (".doc", ".wps", ".xls", ".et", ".ppt", ".dps", ".rtf"),
}
_MODULE_OF = {suffix: module for module, suffixes in _MODULES.items() for suffix in suffixes}
SUFFIXES = frozenset(_MODULE_OF)


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the texts in the bytes of a file, by the format that the end of its name tells.

    Args:
        data: the file.
        source: its name for people.
        limits: what it may ask for.

    Raises:
        ReadError: it cannot be read; the message says why and what to do.
    """
    suffix = PurePath(source).suffix.lower()
    if suffix not in _MODULE_OF:
        raise UnsupportedFormatError(
            f"暂不支持的格式 {suffix or '（无扩展名）'}，可用的有 {'、'.join(sorted(SUFFIXES))}。"
        )
    reader: Reader = import_module(f"ingest.formats.{_MODULE_OF[suffix]}").read
    yield from reader(data, source, limits)
