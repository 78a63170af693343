"""The form in which files are sent: what it holds, and how it is described."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from core.errors import StoreError, StoreFullError, TooLargeError, UsageError
from desk.uploads import MOST_FILES, Received

_WRONG = "请求的写法不对：文件用 files，资料集用 collection，请对照接口说明检查。"
UPLOAD_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files", "collection"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "collection": {"type": "string", "description": "资料集的名称"},
                        "paths": {
                            "type": "array",
                            "items": {"type": "string"},
                            "description": "各文件在所选文件夹中的路径，与 files 一一对应",
                        },
                        "replace": {
                            "type": "boolean",
                            "default": False,
                            "description": "是否取代资料集中同名的文件；不取代则另编号保存",
                        },
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class Upload:
    """What a request brings: the collection, its files, and whether they replace others of their names."""

    collection: str
    files: Sequence[Received]
    replace: bool


@asynccontextmanager
async def upload_of(request: Request) -> AsyncIterator[Upload]:
    """Take in a request with files, which are there for as long as the block lasts.

    Raises:
        TooLargeError: there are too many.
        UsageError: it is no such request.
        StoreFullError: the disk has no room to keep it.
        StoreError: the temporary folder cannot be written.
    """
    form = await _form(request)
    try:
        collection, files = _received(form)
        yield Upload(collection, files, _replaces(form))
    finally:
        await form.close()


async def _form(request: Request) -> FormData:
    """Return the parts of a request with files, which lie on the disk where they are large; see `upload_of`."""
    try:
        return await request.form(max_files=MOST_FILES, max_fields=MOST_FILES + 10, max_part_size=4096)
    except ClientDisconnect as exc:
        raise UsageError("文件没有传完，请重新添加。") from exc
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError("磁盘空间不足，文件没有收下；请清理空间后再添加。") from exc
        raise StoreError(f"临时文件夹 {tempfile.gettempdir()} 无法写入（{exc.strerror or exc}），请检查权限。") from exc
    except HTTPException as exc:
        if exc.detail.startswith("Too many"):
            raise TooLargeError(f"一次最多添加 {MOST_FILES} 个文件，请分几次添加。") from exc
        if exc.status_code == 400:
            raise UsageError(_WRONG) from exc
        raise


def _received(form: FormData) -> tuple[str, Sequence[Received]]:
    """Return the collection and the files of a request.

    Raises:
        UsageError: a part is unknown, is a file where a text belongs or the reverse, or the paths are not as many.
    """
    collections, paths, files = (form.getlist(name) for name in ("collection", "paths", "files"))
    texts = [one for one in (*collections, *paths) if isinstance(one, str)]
    uploads = [one for one in files if isinstance(one, UploadFile)]
    unknown = set(form.keys()) - {"collection", "paths", "files", "replace"}
    if unknown or len(texts) < len(collections) + len(paths) or len(uploads) < len(files) or len(collections) != 1:
        raise UsageError(_WRONG)
    if paths and len(paths) != len(uploads):
        raise UsageError("paths 的个数应与 files 相同，顺序一致，请检查。")
    places = texts[1:] or [""] * len(uploads)
    received = [
        Received(upload.filename or "", upload.file, path) for upload, path in zip(uploads, places, strict=True)
    ]
    return texts[0], received


def _replaces(form: FormData) -> bool:
    """Return whether the files of a request are to replace others of their names.

    Raises:
        UsageError: it is told twice, or neither `true` nor `false`.
    """
    told = form.getlist("replace") or ["false"]
    if told not in (["true"], ["false"]):
        raise UsageError("replace 只能是 true 或 false，请对照接口说明检查。")
    return told == ["true"]
