"""Whether a file that somebody sends is what its name says; what is no document is not even stored."""

from __future__ import annotations

import re

from ingest.formats.containers import OLE_MAGIC
from ingest.formats.sniff import Content, content_of

HEAD = 65_536
"""Bytes from the start that tell enough of a file that is no container."""
CONTAINERS = (b"PK\x03\x04", OLE_MAGIC)
"""With these a file begins that must be looked at as a whole."""

_TEXTS = {".txt", ".text", ".md", ".markdown", ".jsonl"}
_LISTS = {".csv", ".tsv"}
_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}
_MAY_BE_TEXT = {".doc", ".wps", ".xls", ".et"}
_PROGRAMS = (
    b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_SCRIPT = re.compile(
    rb"\s*(?:#!\s*/|<\?php|<script[\s>]|<%|@echo\s+off)|.{0,4000}\b(?:WScript\.|CreateObject\s*\(|powershell(?:\.exe)?\s+-)",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"BM")
_SHEETS = {Content.SHEETS, Content.OLD_SHEETS, Content.SHEETS_XML, Content.HTML, Content.OTHER}

_PROGRAM = "这是程序或脚本，不是文稿，没有收下；请只添加文稿。"
_LOCKED = "文件有密码，没有收下；请去掉密码另存后再添加。"
_OTHER = "文件内容与扩展名 {suffix} 不符，没有收下；请用原来的软件打开、另存后再添加。"


def misfit(data: bytes, suffix: str) -> str:
    """Return why a file is not taken, one sentence; empty where its content fits the end of its name.

    Args:
        data: the file as a whole where it begins with one of `CONTAINERS`; else the first `HEAD` bytes will do.
        suffix: the end of its name in small letters.
    """
    if data.startswith(_PROGRAMS) or (data.startswith(b"MZ") and b"\x00" in data[:HEAD]):
        return _PROGRAM
    content = content_of(data)
    if content is Content.LOCKED:
        return _LOCKED
    if content is Content.OTHER and suffix not in _TEXTS | _LISTS and _SCRIPT.match(data[:4096]):
        return _PROGRAM
    return "" if _fits(data, content, suffix) else _OTHER.format(suffix=suffix)


def _fits(data: bytes, content: Content, suffix: str) -> bool:
    if suffix in _PICTURES:
        return _is_picture(data)
    if content is Content.OTHER and _is_picture(data):
        return False
    if suffix == ".pdf":
        return b"%PDF-" in data[:1024]
    if suffix in (".zip", ".ofd"):
        return data.startswith(b"PK\x03\x04")
    if suffix in _TEXTS:
        return not data.startswith(CONTAINERS) and content is not Content.PDF
    if suffix in _LISTS:
        return content in _SHEETS
    if suffix in (".html", ".htm", ".xhtml"):
        return True
    return content is not Content.OTHER or (suffix in _MAY_BE_TEXT and b"\x00" not in data[:HEAD])


def _is_picture(data: bytes) -> bool:
    # Two letters begin many a text; a bitmap tells its own size after them.
    bitmap = not data.startswith(b"BM") or b"\x00" in data[:14]
    return (data.startswith(_PICTURE_MARKS) and bitmap) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
