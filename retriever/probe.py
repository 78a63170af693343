"""`python -m retriever.probe DATA`: compares the derived indexes with the database, in a process of its own.

A damaged vector index may end the process that opens it; here that only means that it is damaged.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from core.errors import StoreError, StoreUnreachableError
from core.settings import Settings
from retriever.library import Library

PARTS = ("vectors", "keywords")
_TOLERANCE = 1e-3
"""Largest difference between a number of a stored vector and that of the index, which keeps it in 32 bits."""


def probe(settings: Settings) -> dict[str, bool]:
    """Return for each part of the derived indexes whether it holds just what the database holds.

    The caller holds the lock of the library.

    Raises:
        StoreUnreachableError: the server of the vectors does not answer.
    """
    command = [sys.executable, "-m", "retriever.probe", str(settings.data.resolve()), settings.chroma_url]
    ran = subprocess.run(command, cwd=Path(__file__).resolve().parents[1], stdout=subprocess.PIPE, check=False)
    told = dict.fromkeys(PARTS, False)
    for line in ran.stdout.decode("utf-8", "replace").splitlines():
        answer = json.loads(line)
        if answer.get("unreachable"):
            raise StoreUnreachableError(answer["unreachable"])
        told.update(answer)
    return told


def main(data: Path, chroma_url: str) -> None:
    """Compare and print one line of JSON for each part; a part that cannot be opened is told as different."""
    with Library.unlocked(Settings.load(data=data, chroma_url=chroma_url)) as library:
        for part, compare in zip(PARTS, (_vectors_agree, _keywords_agree), strict=True):
            try:
                answer: dict[str, object] = {part: compare(library)}
            except StoreUnreachableError as exc:
                answer = {"unreachable": str(exc)}
            except StoreError:
                answer = {part: False}
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()


def _vectors_agree(library: Library) -> bool:
    seen = 0
    for entries in library.database.index_entries():
        stored = library.vectors.vectors([entry.id for entry in entries])
        if len(stored) < len(entries):
            return False
        differences = (np.abs(stored[entry.id] - entry.vector).max() for entry in entries)
        if max(differences, default=0.0) > _TOLERANCE:
            return False
        seen += len(entries)
    return library.vectors.count() == seen


def _keywords_agree(library: Library) -> bool:
    ids = {entry.id for entries in library.database.index_entries() for entry in entries}
    return library.keywords.ids() == ids and library.keywords.count() == len(ids)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
