"""How refusals look over HTTP: a status and one sentence as JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from core.errors import (
    AccessError,
    EmptyLibraryError,
    NotFoundError,
    NotReadyError,
    OrgAskError,
    StoreBusyError,
    StoreFullError,
    TooLargeError,
    TooManyError,
    UsageError,
)
from desk.people import User

log = logging.getLogger(__name__)

FAULT = "程序出错，这次请求没有完成；请稍后再试，或请管理员查看程序的日志。"
_NOT_OPENED = "资料库现在打不开，请稍后再试；原因见管理员的日志。"
RETRY_S = 5
"""Seconds after which it is worth asking again."""
_STATUS: tuple[tuple[type[OrgAskError], int], ...] = (
    (NotFoundError, 404),
    (AccessError, 403),
    (TooLargeError, 413),
    (TooManyError, 429),
    (UsageError, 400),
    (NotReadyError, 503),
    (StoreBusyError, 503),
    (EmptyLibraryError, 503),
    (StoreFullError, 507),
)
_WORDS = {
    400: "请求的写法不对，请对照接口说明检查。",
    401: "没有登录，请登录，或在请求中带上访问令牌。",
    404: "没有这个地址，请对照接口说明检查。",
    405: "这个地址不支持这种请求方法，请对照接口说明检查。",
    411: "没有写明请求的长度（Content-Length），请带上它再发送。",
    413: "请求太大，请减少内容或分几次发送。",
    415: "请求的 Content-Type 不对：添加文件用 multipart/form-data，其余用 application/json。",
}


def known_user(scope: Scope) -> User | None:
    """Return who makes a request; None where that is not known."""
    user = (scope.get("state") or {}).get("user")
    return user if isinstance(user, User) else None


def told(error: OrgAskError, user: User | None = None, *, failed: bool = False) -> tuple[int, str]:
    """Return the status and the sentence of an error. What names places on this machine is not told, but logged.

    Args:
        error: it.
        user: who is told.
        failed: whether the library could not be opened: why is for administrators.
    """
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if isinstance(error, EmptyLibraryError):
        return status, "资料库还是空的，请先添加文件。"
    if isinstance(error, StoreBusyError):
        return status, "资料库正在更新，请稍后再试。"
    if isinstance(error, NotReadyError) and failed and not (user and user.may_administer):
        return status, _NOT_OPENED
    if status == 500:
        log.error("%s", error)
        return status, FAULT
    return status, str(error)


def refusal(status: int, sentence: str = "") -> JSONResponse:
    """Return the response of a refusal, by default with the usual words for its status."""
    headers = {"cache-control": "no-store"}
    if status in (429, 503):
        headers["retry-after"] = str(RETRY_S)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    words = sentence or _WORDS.get(status) or (FAULT if status >= 500 else _WORDS[400])
    return JSONResponse({"error": words}, status, headers)


def refusal_of(error: OrgAskError) -> JSONResponse:
    """Return the response of an error."""
    return refusal(*told(error))


def words_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return the sentence for a request that does not fit its form, with the part that does not."""
    location = errors[0].get("loc", ()) if errors else ()
    where = ".".join(str(part) for part in location if part not in ("body", "query", "path"))
    where = "".join(sign for sign in where if sign.isprintable())
    return f"请求中的 {where[:100]} 不对，请对照接口说明检查。" if where else _WORDS[400]


def add_refusals(api: FastAPI, failed: Callable[[], bool]) -> None:
    """Make an application answer all errors in this form; `failed` as `told` asks for it."""

    async def expected(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, OrgAskError)
        return refusal(*told(error, known_user(request.scope), failed=failed()))

    async def http(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        response = refusal(error.status_code)
        response.headers.update(error.headers or {})
        return response

    async def invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return refusal(400, words_of(list(error.errors())))

    async def unexpected(_request: Request, _error: Exception) -> JSONResponse:
        return refusal(500)

    api.add_exception_handler(OrgAskError, expected)
    api.add_exception_handler(HTTPException, http)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(Exception, unexpected)
