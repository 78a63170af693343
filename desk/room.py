"""Whether the disks have room for what people send."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from core.errors import StoreFullError
from retriever.library import folder_errors

SPARE_BYTES = 200_000_000
"""Room on the disk that is left for the library."""


def check_free(folder: Path, size: int) -> None:
    """Refuse what the disk of `folder` has no room for beside the library.

    Raises:
        StoreFullError: it has not.
    """
    with folder_errors(folder):
        free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise StoreFullError(f"磁盘只剩 {free / 1e9:.1f} GB，放不下这些文件；请清理空间后再添加。")


def check_request(data: Path, size: int) -> None:
    """Refuse a request that cannot be kept as it comes, in the temporary folder, and its files then in the data folder.

    Raises:
        StoreFullError: there is no room for it.
    """
    temporary = Path(tempfile.gettempdir())
    # The first files may come before the data folder is made.
    data = next(folder for folder in (data, *data.absolute().parents) if folder.is_dir())
    with folder_errors(data):
        same_disk = temporary.stat().st_dev == data.stat().st_dev
    check_free(temporary, size)
    check_free(data, 2 * size if same_disk else size)
