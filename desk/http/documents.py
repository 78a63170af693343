"""`/documents` and `/jobs`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, JSONResponse

from core.errors import NotFoundError, TooManyError
from desk.changes import NOT_THERE, Changes
from desk.desk import Desk
from desk.file_names import safe_name
from desk.http.guard import user_of
from desk.http.library import Shelves
from desk.http.requests import MOST_LISTED, CorrectForm
from desk.http.shown import added_json, held_json, job_json, outline_json
from desk.http.turns import Turns
from desk.http.uploading import UPLOAD_FORM, upload_of
from desk.jobs import Job
from desk.people import User
from retriever.held import HeldState, Order

_UPLOADS_AT_ONCE = 2
_LISTS_AT_ONCE = 2
_LISTS_OF_ONE = 1
_OFFSETS = 10_000_000
_Short = Annotated[str, Query(max_length=200)]
_ACCEPTED = 202


def document_routes(desk: Desk, changes: Changes, shelves: Shelves) -> APIRouter:
    """Return the routes that show and change documents."""
    routes = APIRouter()
    uploading = threading.BoundedSemaphore(_UPLOADS_AT_ONCE)
    # In a large library a list takes seconds: others wait here, without a thread.
    looking = CapacityLimiter(_LISTS_AT_ONCE)
    lists = Turns(_LISTS_OF_ONE, "您的上一次列表还没有完成，请等它完成后再试。")

    def accepted(user: User, job: Job) -> JSONResponse:
        return JSONResponse({"job": job_json(job, user, lambda source: desk.may_read(user, source))}, _ACCEPTED)

    @routes.get("/documents", summary="资料目录")
    async def documents(
        request: Request,
        text: _Short = "",
        place: _Short = "",
        year: _Short = "",
        kind: _Short = "",
        state: HeldState | None = None,
        collection: Annotated[str | None, Query(max_length=200)] = None,
        order: Order = Order.SOURCE,
        offset: Annotated[int, Query(ge=0, le=_OFFSETS)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
    ) -> dict[str, Any]:
        user = user_of(request)
        look = partial(
            shelves.page, user, text=text, place=place, year=year, kind=kind, state=state, collection=collection,
            offset=offset, limit=limit, order=order,
        )  # fmt: skip
        with lists.turn(user):
            page = await to_thread.run_sync(look, limiter=looking)
        return {"documents": [held_json(held) for held in page.rows], "total": page.total, "offset": offset}

    @routes.get("/documents/{document_id}", summary="一份资料：全文、篇目和信息")
    def document(request: Request, document_id: str) -> dict[str, Any]:
        held, text, outline = shelves.document(user_of(request), document_id)
        return {**held_json(held), "text": text.text if text else "", "outline": outline_json(outline)}

    @routes.get("/documents/{document_id}/original", summary="下载原文件", response_class=FileResponse)
    def original(request: Request, document_id: str) -> FileResponse:
        path, name = shelves.original(user_of(request), document_id)
        return _download(path, name)

    @routes.post("/documents", summary="添加文件", status_code=_ACCEPTED, openapi_extra=UPLOAD_FORM)
    async def add(request: Request) -> JSONResponse:
        user = user_of(request)
        changes.check_editor(user)
        with _free(uploading, "正在接收其他人的文件，请稍后再添加。"):
            await to_thread.run_sync(changes.check_room, int(request.headers["content-length"]))
            async with upload_of(request) as sent:
                add_all = partial(changes.add, user, sent.collection, sent.files, replace=sent.replace)
                added = await to_thread.run_sync(add_all)
        shown = added_json(added, user, lambda source: desk.may_read(user, source))
        if added.job is None:
            return JSONResponse({"error": "没有收下任何文件，原因见各个文件。", **shown}, 400)
        return JSONResponse(shown, _ACCEPTED)

    @routes.delete("/documents/{document_id}", summary="移出资料库；原文件不动", status_code=_ACCEPTED)
    def remove(request: Request, document_id: str) -> JSONResponse:
        user = user_of(request)
        return accepted(user, changes.remove(user, [document_id]))

    @routes.post("/documents/{document_id}/restore", summary="恢复移出的资料", status_code=_ACCEPTED)
    def restore(request: Request, document_id: str) -> JSONResponse:
        user = user_of(request)
        return accepted(user, changes.restore(user, [document_id]))

    @routes.post("/documents/{document_id}/reindex", summary="重新读取原文件", status_code=_ACCEPTED)
    def reindex(request: Request, document_id: str) -> JSONResponse:
        user = user_of(request)
        return accepted(user, changes.reindex(user, [document_id]))

    @routes.patch("/documents/{document_id}", summary="更正资料信息", status_code=_ACCEPTED)
    def correct(request: Request, document_id: str, form: CorrectForm) -> JSONResponse:
        user = user_of(request)
        return accepted(user, changes.correct(user, document_id, form.article, form.set))

    @routes.get("/jobs", summary="更改资料库的任务，新的在前")
    def jobs(request: Request) -> dict[str, Any]:
        user = user_of(request)
        return {"jobs": [_shown(desk, user, job) for job in changes.jobs(user)]}

    @routes.get("/jobs/{number}", summary="一项任务")
    def job(request: Request, number: int) -> dict[str, Any]:
        user = user_of(request)
        return _shown(desk, user, changes.job(user, number))

    return routes


def _shown(desk: Desk, user: User, job: Job) -> dict[str, Any]:
    running = desk.engine.jobs.running()
    progress = running[1] if running and running[0].number == job.number else None
    return job_json(job, user, lambda source: desk.may_read(user, source), progress)


def _download(path: Path, name: str) -> FileResponse:
    """Return a file to be saved, never to be shown by a browser in the name of this server."""
    try:
        status = path.stat()
    except OSError as exc:
        raise NotFoundError(NOT_THERE) from exc
    return FileResponse(
        path,
        filename=safe_name(name) or "original",
        media_type="application/octet-stream",
        content_disposition_type="attachment",
        stat_result=status,
        headers={
            "x-content-type-options": "nosniff",
            "content-security-policy": "sandbox; default-src 'none'",
            "cache-control": "private, no-store",
        },
    )


@contextmanager
def _free(places: threading.BoundedSemaphore, sentence: str) -> Iterator[None]:
    """Take one of a few places for as long as the block lasts.

    Raises:
        TooManyError: they are all taken.
    """
    if not places.acquire(blocking=False):
        raise TooManyError(sentence)
    try:
        yield
    finally:
        places.release()
