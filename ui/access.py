"""The gate before everything: who asks, whether they are let in, and whether their own page asks.

It sets `state.user` and `state.address` of every request that it lets through.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import Any
from urllib.parse import quote, urlsplit

import gradio as gr
from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import AccessError, OrgAskError
from desk.door import Door
from desk.people import LOCAL, User
from ui.login import BODY_LIMIT, LOGIN, LOGOUT, form_of, local_path, login_page, waiting, words_for

log = logging.getLogger(__name__)

COOKIE = "orgask_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_OWN_FETCH = {"", "same-origin", "none"}
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_PORTS = {"http": 80, "https": 443}
_NO_STORE = {"cache-control": "no-store"}
# Each comparison of a password takes a tenth of a second and 32 MB.
_LOGINS_AT_ONCE = 2
_LOOKUPS_AT_ONCE = 8


def user_of(request: gr.Request | HTTPConnection) -> User:
    """Return who made a request: of Gradio, in events of the queue too, or of Starlette.

    Raises:
        AccessError: the request did not come through the gate.
    """
    user = getattr(getattr(request, "state", None), "user", None)
    if not isinstance(user, User):
        raise AccessError("没有登录或登录已失效，请刷新页面重新登录。")
    return user


def address_of(request: gr.Request | HTTPConnection) -> str:
    """Return the address that a request came from; empty where it did not come through the gate."""
    return str(getattr(getattr(request, "state", None), "address", ""))


class AccessGate:
    """Lets requests through to `app`: with a `Door` whom that knows, without one everybody, as `LOCAL`."""

    def __init__(self, app: ASGIApp, door: Door | None = None) -> None:
        self._app = app
        self._door = door
        self._logins = CapacityLimiter(_LOGINS_AT_ONCE)
        self._lookups = CapacityLimiter(_LOOKUPS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = await self._refusal(connection, receive)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await refusal(scope, receive, send)

    async def _refusal(self, connection: HTTPConnection, receive: Receive) -> Response | None:
        """Return what is answered in place of the app; None where the request is let through, with its user set."""
        headers, scope = connection.headers, connection.scope
        words = words_for(headers.get("accept-language"))
        if (scope["type"] == "websocket" or scope["method"] not in _SAFE) and _is_foreign(headers):
            return _refused(403, words.foreign)
        if self._door is None and any(name in headers for name in _PROXY_HEADERS):
            # Somebody far away would be taken for whoever sits at this machine.
            return _refused(403, words.proxied)
        try:
            if scope["path"] == LOGIN and scope["type"] == "http":
                return await self._login(connection, receive)
            if scope["path"] == LOGOUT and scope["type"] == "http":
                return await self._logout(connection)
            user = await self._user(connection)
        except OrgAskError as exc:
            log.error("%s", exc)
            if scope["path"] == LOGIN or _is_page(scope, headers):
                return login_page(headers.get("accept-language"), status=503, error=words.unavailable)
            return _refused(503, words.unavailable)
        if user is not None:
            scope["state"] = {**scope.get("state", {}), "user": user, "address": _address(scope)}
            return None
        if _is_page(scope, headers):
            return _onward(f"{LOGIN}?next={quote(_asked(scope), safe='')}")
        return _refused(401, words.required)

    async def _user(self, connection: HTTPConnection) -> User | None:
        if self._door is None:
            return LOCAL
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            # No falling back on the cookie: who names a token means its user.
            return await to_thread.run_sync(self._door.of_bearer, token.strip(), limiter=self._lookups)
        session = connection.cookies.get(COOKIE, "")
        return await to_thread.run_sync(self._door.of_session, session, limiter=self._lookups) if session else None

    async def _login(self, connection: HTTPConnection, receive: Receive) -> Response:
        language = connection.headers.get("accept-language")
        if connection.scope["method"] == "POST":
            return await self._try_login(connection, receive)
        if connection.scope["method"] not in _SAFE:
            return _refused(405, "Method Not Allowed")
        onward = local_path(connection.query_params.get("next", "/"))
        if await self._user(connection) is not None:
            return _onward(onward)
        return login_page(language, onward=onward)

    async def _try_login(self, connection: HTTPConnection, receive: Receive) -> Response:
        language = connection.headers.get("accept-language")
        words = words_for(language)
        form = form_of(await _body(receive))
        if form is None:
            return login_page(language, status=400, error=words.wrong)
        name, onward = form.get("name", ""), local_path(form.get("next", "/"))
        if self._door is None:
            return _onward(onward)
        door, password, address = self._door, form.get("password", ""), _address(connection.scope)
        before = connection.cookies.get(COOKIE, "")
        entry = await to_thread.run_sync(
            lambda: door.login(name, password, address, before=before), limiter=self._logins
        )
        if entry.token:
            answer: Response = _onward(onward)
            answer.set_cookie(
                COOKIE, entry.token, path="/", httponly=True, samesite="strict", secure=_is_secure(connection)
            )
            return answer
        if entry.wait_s > 0:
            answer = login_page(language, status=429, error=waiting(words, entry.wait_s), name=name, onward=onward)
            answer.headers["retry-after"] = str(int(entry.wait_s) + 1)
            return answer
        return login_page(language, status=401, error=words.wrong, name=name, onward=onward)

    async def _logout(self, connection: HTTPConnection) -> Response:
        if connection.scope["method"] != "POST":
            return _refused(405, "Method Not Allowed")
        token = connection.cookies.get(COOKIE, "")
        if self._door is not None and token:
            door, address = self._door, _address(connection.scope)
            await to_thread.run_sync(lambda: door.logout(token, address), limiter=self._lookups)
        answer = _onward("/" if self._door is None else LOGIN)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=_is_secure(connection))
        return answer


def _refused(status: int, sentence: str) -> Response:
    # Gradio shows `detail` to the person; programs read `error`.
    return JSONResponse({"error": sentence, "detail": sentence}, status, _NO_STORE)


def _onward(path: str) -> Response:
    return RedirectResponse(path, 303, _NO_STORE)


def _is_page(scope: Scope, headers: Headers) -> bool:
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", "")


def _asked(scope: Scope) -> str:
    path = quote(scope["path"], safe="/:@!$&'()*+,;=-._~")
    query = scope.get("query_string", b"").decode("latin-1")
    return local_path(f"{path}?{query}" if query else path)


def _is_secure(connection: HTTPConnection) -> bool:
    return connection.url.scheme == "https"


def _is_foreign(headers: Headers) -> bool:
    """Tell whether a browser says that a page of another site asks. Programs that are no browsers say nothing."""
    if headers.get("sec-fetch-site", "") not in _OWN_FETCH:
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    scheme, _, host = origin.partition("://")
    asking = _place(scheme, host)
    return asking is None or asking != _place(scheme, headers.get("host", ""))


def _place(scheme: str, host: str) -> tuple[str, int] | None:
    """Return host name and port; None for what names no place, such as the origin `null`."""
    try:
        parts = urlsplit(f"//{host}")
        port = parts.port or _PORTS.get(scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def _address(scope: Scope) -> str:
    client: Any = scope.get("client")
    host = str(client[0]) if client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


async def _body(receive: Receive) -> bytes:
    """Return the body of a form; more than a form has is cut off, and then is none."""
    body = b""
    while len(body) <= BODY_LIMIT:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return body
    return b"\xff"
