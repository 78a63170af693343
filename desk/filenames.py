"""Names for files that people take away: safe on Windows, on other systems, and in a header of HTTP."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST = 80
"""Characters of a name with its suffix."""
_LONGEST_BYTES = 240
"""What file systems take that count bytes."""
_FORBIDDEN = frozenset("<>:\"/\\|?*%;'`$&=~^!#{}\u2044\u2215\u2216\u29f8＂＊／：＜＞？＼｜")
"""What a system, a shell or a header gives a meaning, and what looks like it."""
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$?|conout\$?|clock\$?|com[0-9¹²³]|lpt[0-9¹²³])[ .]*(?:\..*)?", re.IGNORECASE
)
_FALLBACK = "问答"


def file_name(question: str, suffix: str) -> str:
    """Return a name of at most 80 characters for a file about a question, such as 通川区今年办了几场招聘会.docx."""
    ending = "." + re.sub(r"[^a-z0-9]", "", suffix.lower())[:10]
    stem = "".join(char if _is_safe(char) else " " for char in question[: 4 * LONGEST])
    stem = " ".join(stem.split()).strip("-. ") or _FALLBACK
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    stem = stem[: LONGEST - len(ending)]
    while len((stem + ending).encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(". ") + ending).removesuffix(".")


def content_disposition(name: str) -> str:
    """Return the header value under which a browser saves a file as `name`, one that `file_name` made."""
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_safe(char: str) -> bool:
    """Whether a character is a letter, a number, or a mark that no system gives a meaning."""
    return char not in _FORBIDDEN and unicodedata.category(char)[0] in "LNPSM"
