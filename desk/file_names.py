"""Names of files that people send, made safe to store on any system, and still what people know them by."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from retriever.scope import collection_of

MOST_CHARACTERS = 120
MOST_DEEP = 6
_MOST_BYTES = 230
"""Of a name in UTF-8: file systems take 255, and a temporary one needs some."""
_LONGEST_SUFFIX = 12
# What Windows forbids in a name, in the forms that it allows.
_WIDE = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in '<>:"/\\|?*'})
_RESERVED = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{device}{number}" for device in ("COM", "LPT") for number in "0123456789¹²³"
}


def last_part(name: str) -> str:
    """Return a name without the path before it, whichever system wrote that."""
    return name.replace("\\", "/").rpartition("/")[2]


def safe_name(name: str) -> str:
    """Return one name that every system takes and no program hides; empty where nothing of it is left.

    It is in NFC, has at most 120 characters, and doing it again changes nothing.
    """
    shown = "".join(_shown(sign) for sign in unicodedata.normalize("NFC", name))
    bare = _stripped(unicodedata.normalize("NFC", shown).translate(_WIDE))
    return _stripped(_cut(_unreserved(bare), ""))


def numbered(name: str, number: int) -> str:
    """Return a safe name with a number, such as 总结（2）.docx, for another file of that name."""
    return _cut(name, f"（{number}）")


def safe_folders(path: str) -> tuple[str, ...]:
    """Return the folders of a path below a dropped folder, the file's own name left out, each safe by itself."""
    parts = [safe_name(part) for part in path.replace("\\", "/").split("/")[:-1]]
    # An archive is no folder to those who read a source.
    return tuple(part if collection_of(f"{part}/x") else safe_name(f"{part}_") for part in parts if part)


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else " " if sign.isspace() else ""


def _stripped(name: str) -> str:
    """Take away what hides a name or what Windows drops."""
    before = ""
    while name != before:
        before = name
        name = name.lstrip(". ").removeprefix("~$").rstrip(". ")
    return name


def _unreserved(name: str) -> str:
    head, dot, rest = name.partition(".")
    return f"{head.rstrip()}_{dot}{rest}" if head.rstrip().upper() in _RESERVED else name


def _cut(name: str, addition: str) -> str:
    """Put `addition` before the suffix, and shorten what stands before that as far as needed."""
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix) <= _LONGEST_SUFFIX else ""
    stem = name[: len(name) - len(suffix)]
    tail = addition + suffix
    stem = stem[: MOST_CHARACTERS - len(tail)]
    while len((stem + tail).encode()) > _MOST_BYTES:
        stem = stem[:-1]
    return stem.rstrip() + tail
