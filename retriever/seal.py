"""A seal over the files of the derived indexes: tells damage before a library opens them.

A damaged vector index can end the whole process (Chroma 1.5 crashes even when it counts), so that it must not be opened
to find out.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_LOCK = ".lock"
_DATABASE = "chroma.sqlite3"
_WRITTEN_OUT = "index_metadata.pickle"
"""Stands beside the graph of a vector index once that has been written out. Before, Chroma makes the other files anew
whenever it opens them, from its own SQLite file."""


def seal_of(folder: Path) -> str:
    """Return a hash over names and contents of the index files below `folder`; empty where there is no such folder.

    Of Chroma's SQLite file, which readers change too, counts whether SQLite finds it sound, and how many rows it has.

    Raises:
        OSError: a file cannot be read.
    """
    if not folder.is_dir():
        return ""
    total = hashlib.blake2b(digest_size=16)
    for path in sorted(_lasting_files(folder)):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        if path.name == _DATABASE:
            total.update(_rows(path).encode())
        else:
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "blake2b").digest())
    return total.hexdigest()


def _lasting_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.name.endswith(_LOCK) or not path.is_file():
            continue
        in_graph = path.parent.parent.name == "chroma"
        if path.name.startswith(_DATABASE):
            if path.name == _DATABASE:
                yield path
        elif not in_graph or (path.parent / _WRITTEN_OUT).is_file():
            yield path


def _rows(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            [sound] = connection.execute("PRAGMA quick_check(1)").fetchone()
            [rows] = connection.execute("SELECT count(*) FROM embeddings").fetchone()
            return f"{sound} {rows}"
    except sqlite3.DatabaseError:
        return "damaged"
