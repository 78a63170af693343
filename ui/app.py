"""All that is served under one address: the pages, the files taken away, the interfaces for programs."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI

from desk.door import Door
from desk.http.app import mount
from desk.opening import Parts
from ui.admin import serve_admin
from ui.downloads import serve_downloads
from ui.page import POLL_S, build_page
from ui.server import web_app


def full_app(parts: Parts, host: str = "127.0.0.1", door: Door | None = None, *, poll_s: float = POLL_S) -> FastAPI:
    """Return the web application over the parts of the desk; see `ui.server.web_app` for `host` and `door`."""
    interfaces = partial(mount, desk=parts.desk, changes=parts.changes, holdings=parts.shelf.looking)
    others = [partial(serve_downloads, parts=parts), partial(serve_admin, parts=parts, door=door), interfaces]
    return web_app(build_page(parts, poll_s=poll_s), host, door, others)
