"""Puts the page on a port: the socket, the looks, the security headers, the web server."""

from __future__ import annotations

import errno
import os
import socket
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import PortInUseError, SettingsError
from desk.door import Door, is_loopback
from ui.access import AccessGate
from ui.fence import Fence

HERE = Path(__file__).parent
STYLES = (HERE / "style.css", HERE / "library" / "library.css")
FONTS = ("system-ui", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "sans-serif")
MONO_FONTS = ("Consolas", "Menlo", "Noto Sans Mono CJK SC", "WenQuanYi Zen Hei Mono", "monospace")

# Even if markup slipped through, the browser would fetch nothing from another host.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # No referrer to others; with none at all browsers would hide the origin of the forms of this page too.
    (b"referrer-policy", b"same-origin"),
)
_HERE_NAMES = {"127.0.0.1", "localhost", "::1"}
# Gradio keeps all that each page has shown, after it was closed too. What a page needs to go on, the page itself holds.
_SESSIONS = 100
_EVERYWHERE = {"0.0.0.0", "::", ""}


def take_port(host: str, port: int) -> socket.socket:
    """Return a bound socket, so that a port in use shows before any slow work begins.

    Raises:
        PortInUseError: another program listens there.
        SettingsError: the address cannot be used for another reason.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as exc:
        raise SettingsError(f"地址 {host} 不可用，请检查 ORGASK_HOST 或 --host。") from exc
    taken = socket.socket(family, kind, protocol)
    # On Windows the same option would let two programs share a port.
    if os.name == "posix":
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
        taken.listen(128)
    except OSError as exc:
        taken.close()
        if exc.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"端口 {port} 已被占用，请关闭占用它的程序，或换一个端口，例如 make run PORT={port % 65535 + 1}。"
            ) from exc
        raise SettingsError(f"不能在 {host} 的端口 {port} 上提供服务（{exc.strerror}），请换一个地址或端口。") from exc
    return taken


def web_app(
    page: gr.Blocks,
    host: str = "127.0.0.1",
    door: Door | None = None,
    hang_in: Sequence[Callable[[FastAPI], None]] = (),
) -> FastAPI:
    """Return the page as a web application with its styles, its security headers and its refusals.

    `host` is the address it is served at: unless that is a wildcard, requests under a foreign name are refused, so
    that no other site can make a browser talk to it by pointing its own name here. With a `door` only those are let
    in whom it knows; on loopback that is for a reverse proxy, which hands its own name on. Without, everybody is
    `desk.people.LOCAL`. Each of `hang_in` adds what else is served, behind the same doors.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # The last one that is added is the first that is asked.
    app.add_middleware(AccessGate, door=door)
    app.add_middleware(_Gate, host="" if door is not None and is_loopback(host) else host)
    app.add_middleware(_SecurityHeaders)
    for add in hang_in:
        add(app)
    # Several pages are drawn by the browser alone, which is what is asked for here.
    warnings.filterwarnings("ignore", "SSR mode is not supported with multi-page apps", UserWarning)
    page.state_session_capacity = _SESSIONS
    # It takes every address that nothing before it has taken.
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        favicon_path=str(HERE / "favicon.svg"),
        theme=_theme(),
        css="\n".join(path.read_text(encoding="utf-8") for path in STYLES),
    )
    mounted = app.router.routes[-1]
    assert isinstance(mounted, Mount)
    mounted.app = Fence(mounted.app, [path for path, *_ in page.pages])
    return app


class PageServer(uvicorn.Server):
    """The web server of one page; tells when the page can be reached."""

    def __init__(self, app: FastAPI, on_ready: Callable[[], None] | None = None) -> None:
        # Open pages keep a connection for ever; a stop does not wait for them.
        super().__init__(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, then say so."""
        await super().startup(sockets)
        if self.started and self._on_ready:
            self._on_ready()


class _Gate:
    """Refuses requests under a foreign host name."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        host = host.strip("[]").lower()
        self._names = None if host in _EVERYWHERE else _HERE_NAMES | {host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and not self._is_ours(Headers(scope=scope).get("host", "")):
            await PlainTextResponse("Invalid host", 400)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        try:
            return self._names is None or urlsplit(f"//{host}").hostname in self._names
        except ValueError:
            return False


class _SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _theme() -> gr.themes.Base:
    return gr.themes.Base(
        primary_hue=gr.themes.colors.red,
        secondary_hue=gr.themes.colors.slate,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=[gr.themes.Font(name) for name in FONTS],
        font_mono=[gr.themes.Font(name) for name in MONO_FONTS],
    )
