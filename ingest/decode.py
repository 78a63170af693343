"""Bytes to text, for the encodings that Chinese office files come in."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from core.errors import BinaryFileError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ODD = re.compile(
    r"[^\s\x20-\x7e\u00a0-\u00ff\u0370-\u04ff\u2000-\u26ff\u3000-\u30ff\u3200-\u33ff\u3400-\u9fff\uff00-\uffef]"
)
_PROBE = 200_000
_LONGEST_CHARACTER = 4
"""Bytes of one character, in UTF-8 and in GB18030."""


def decode(data: bytes) -> str:
    """Return the text in `data`.

    Tried in this order: a byte-order mark, UTF-8, UTF-16 without a mark, GB18030 (which contains GBK and GB2312), and
    at last what charset-normalizer finds. Nothing is ever replaced or dropped.

    Raises:
        BinaryFileError: it is no text in any of them.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strictly(data, name)
    if _control_share(data) > 0:
        for name in ("utf-16-le", "utf-16-be"):
            text = _try(data, name)
            if text and _plausible(text):
                return text
        if _control_share(data) > 0.001:
            raise BinaryFileError("不是文本文件（含大量控制字符），已跳过；请确认文件没有改错扩展名。")
    for name in ("utf-8", "gb18030"):
        text = _try(data, name)
        if text is not None and (name == "utf-8" or _plausible(text)):
            return text
    if _breaks_off(data):
        raise BinaryFileError("文件末尾不完整（可能在传输中被截断或损坏），已跳过；请重新复制或下载完整的文件后再试。")
    best = from_bytes(data[:_PROBE]).best()
    if best is not None:
        text = _try(data, best.encoding)
        if text is not None and _plausible(text):
            return text
    raise BinaryFileError("无法识别文件的文字编码，已跳过；请另存为 UTF-8 或 GB18030 文本后再试。")


def _strictly(data: bytes, name: str) -> str:
    text = _try(data, name)
    if text is None:
        raise BinaryFileError("文件的文字编码已损坏，已跳过；请重新导出为 UTF-8 文本后再试。")
    return text


def _try(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _breaks_off(data: bytes) -> bool:
    """Whether all is Chinese text but the last character, which is cut in two."""
    for name in ("utf-8", "gb18030"):
        try:
            data.decode(name)
        except UnicodeDecodeError as exc:
            text = data[: exc.start].decode(name) if exc.start >= len(data) - _LONGEST_CHARACTER else ""
            if _HAN.search(text) and _plausible(text):
                return True
    return False


def _control_share(data: bytes) -> float:
    probe = data[:_PROBE]
    return len(_CONTROL.findall(probe)) / max(1, len(probe))


def _plausible(text: str) -> bool:
    """Whether the characters are those of Chinese or Western prose, not of a wrong reading of other bytes."""
    probe = text[:_PROBE]
    if len(_ODD.findall(probe)) > 0.01 * len(probe):
        return False
    han = _HAN.findall(probe)
    return not han or sum(map(_is_common, han)) >= 0.6 * len(han)


def _is_common(character: str) -> bool:
    """Whether a character is on the first level of GB2312, which holds the 3,755 most frequent ones."""
    try:
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False
