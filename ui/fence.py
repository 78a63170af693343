"""Between Gradio and everybody: of its many addresses those that our pages need; to each user sessions of their own.

Gradio tells whoever names a session of a page what happens in it. Here every such name is joined with that of the user
who gives it before Gradio sees it, so that nobody can name the session of another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.access import user_of

MOST_BYTES = 1_000_000
"""Of what a page tells at once; the longest question is far shorter."""
_SESSION = "session_hash"
_NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
_API = "/gradio_api"
_BEAT = f"{_API}/heartbeat/"
_READ = re.compile(
    r"/(config|theme\.css|favicon\.ico|manifest\.json|(assets|static)/.+"
    r"|gradio_api/(info|app_id|startup-events|queue/data|heartbeat/[^/]+))"
)
_TOLD = {f"{_API}/queue/join", f"{_API}/cancel"}
_RESET = f"{_API}/reset"


class Fence:
    """Stands before the application that Gradio makes of `pages`, each of them named by its path."""

    def __init__(self, app: ASGIApp, pages: Iterable[str]) -> None:
        self._app = app
        self._pages = {f"/{page}" for page in pages} | {f"/{page}/" for page in pages if page}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on, with the session that it names made its user's own, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not self._is_needed(scope["method"], scope["path"]):
            await _refuse(404, scope, receive, send)
        elif scope["path"] in _TOLD:
            body = await _body(receive)
            told = _told(body) if body is not None else None
            if told is None:
                await _refuse(413 if body is None else 400, scope, receive, send)
            else:
                told[_SESSION] = _own(scope, told[_SESSION])
                await self._app(*_with_body(_with_own_query(scope), json.dumps(told).encode(), receive), send)
        else:
            await self._app(_with_own_path(_with_own_query(scope)), receive, send)

    def _is_needed(self, method: str, path: str) -> bool:
        if method in ("GET", "HEAD"):
            return path in self._pages or _READ.fullmatch(path) is not None
        return method == "POST" and (path in _TOLD or path == _RESET)


def _own(scope: Scope, name: str) -> str:
    # Of one length for every user: no two pairs of user and name give the same.
    return sha256(user_of(HTTPConnection(scope)).name.encode()).hexdigest() + name


def _with_own_query(scope: Scope) -> Scope:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not any(name == _SESSION for name, _ in query):
        return scope
    own = [(name, _own(scope, value) if name == _SESSION else value) for name, value in query]
    return {**scope, "query_string": urlencode(own).encode()}


def _with_own_path(scope: Scope) -> Scope:
    if not scope["path"].startswith(_BEAT):
        return scope
    path = _BEAT + _own(scope, scope["path"].removeprefix(_BEAT))
    return {**scope, "path": path, "raw_path": path.encode()}


def _with_body(scope: Scope, body: bytes, receive: Receive) -> tuple[Scope, Receive]:
    """Return the request with another body; what comes after a body, such as that the client has gone, still comes."""
    given = False

    async def receive_body() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [
        (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")
    ]
    return {**scope, "headers": [*headers, (b"content-length", str(len(body)).encode())]}, receive_body


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None where it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return bytes(body)


def _told(body: bytes) -> dict[str, Any] | None:
    """Return what a page tells; None where it is no object of JSON that names a session."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    name = told.get(_SESSION) if isinstance(told, dict) else None
    return told if isinstance(name, str) and _NAME.fullmatch(name) else None


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    words = {400: "Bad Request", 404: "Not Found", 413: "Content Too Large"}[status]
    await PlainTextResponse(words, status)(scope, receive, send)
