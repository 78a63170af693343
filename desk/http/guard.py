"""What comes before the interfaces: only known users, and no body beyond its limit."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import AccessError
from desk.http.refusals import known_user, refusal
from desk.people import User
from desk.uploads import MOST_BYTES

MOST_JSON_BYTES = 1_000_000
MOST_UPLOAD_BYTES = MOST_BYTES + 10_000_000
"""Of the files of a request, with what multipart puts around them."""
_JSON, _FORM = "application/json", "multipart/form-data"


def user_of(request: HTTPConnection) -> User:
    """Return who makes a request, as the gate before the whole application has found.

    Raises:
        AccessError: nobody has; `Guard` lets no such request through.
    """
    user = known_user(request.scope)
    if user is None:
        raise AccessError("没有登录，请登录，或在请求中带上访问令牌。")
    return user


class Guard:
    """Lets requests of known users through to `app`, as far as their bodies are of the right kind and size."""

    def __init__(self, app: ASGIApp, uploads: str = "") -> None:
        """`uploads` is the path below the mount that takes files; all others take JSON."""
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        elif status := self._refused(scope):
            await refusal(status)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, self._limit(scope)), _unkept(send))

    def _refused(self, scope: Scope) -> int:
        """Return the status that a request is refused with; 0 where it is not."""
        headers = Headers(scope=scope)
        if known_user(scope) is None:
            return 401
        if self._takes_files(scope) and ("transfer-encoding" in headers or "content-length" not in headers):
            # Whether there is room for it has to be known before it comes.
            return 411
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400
        if int(length) > self._limit(scope):
            return 413
        has_body = int(length) > 0 or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if has_body and kind != (_FORM if self._takes_files(scope) else _JSON):
            return 415
        return 0

    def _takes_files(self, scope: Scope) -> bool:
        below = scope["path"].removeprefix(scope.get("root_path", ""))
        return bool(self._uploads) and scope["method"] == "POST" and below.rstrip("/") == self._uploads

    def _limit(self, scope: Scope) -> int:
        return MOST_UPLOAD_BYTES if self._takes_files(scope) else MOST_JSON_BYTES


def _counted(receive: Receive, limit: int) -> Receive:
    """Return `receive`, ending with 413 a body that grows beyond its limit without having said so."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > limit:
            raise HTTPException(413)
        return message

    return counted


def _unkept(send: Send) -> Send:
    """Return `send`, with answers that nothing on the way keeps: the next user may not be shown them."""

    async def unkept(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            headers.setdefault("cache-control", "no-store")
            message = {**message, "headers": headers.raw}
        await send(message)

    return unkept
