"""Keeps a file of the uploads whose place another takes: beside the uploads, where nothing is indexed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

KEPT = "-replaced"
"""What the folder of the kept files has after the name of that of the uploads."""


@contextmanager
def kept(path: Path, uploads: Path) -> Iterator[None]:
    """Keep the file at `path`, under its place in `uploads` with the time in its name, while another takes its place.

    Where the block fails, nothing is kept, as nothing was replaced. Failures of the file system are raised as they are.
    """
    copy = _free_name(uploads.with_name(uploads.name + KEPT) / path.relative_to(uploads))
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        try:
            # The same bytes under two names: what takes the place is another file, and the old one loses that name.
            copy.hardlink_to(path)
        except OSError:
            shutil.copy2(path, copy)
        yield
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _free_name(path: Path) -> Path:
    stem = f"{path.stem}.{datetime.now():%Y%m%d-%H%M%S}"
    name, number = path.with_name(f"{stem}{path.suffix}"), 1
    while name.exists():
        number += 1
        name = path.with_name(f"{stem}-{number}{path.suffix}")
    return name
