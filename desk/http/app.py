"""Hangs the interfaces for programs into the web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from desk.changes import Changes, OpenHoldings
from desk.desk import Desk
from desk.http.asking import Asking
from desk.http.documents import document_routes
from desk.http.guard import MOST_JSON_BYTES, Guard
from desk.http.library import Shelves
from desk.http.questions import question_routes
from desk.http.refusals import add_refusals, refusal
from desk.http.tools import tool_server

API, MCP = "/api/v1", "/mcp"
_VERSION = "1"


def mount(app: FastAPI, desk: Desk, changes: Changes, holdings: OpenHoldings) -> None:
    """Make an application answer under `/api/v1` and `/mcp`, before whatever else it has there.

    Something before it must set `state.user` in the scope of each request; where that is missing, it is refused.
    """
    asking, shelves = Asking(desk), Shelves(desk, holdings)
    api = FastAPI(title="组工智答", version=_VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    add_refusals(api, lambda: asking.failed)
    api.include_router(question_routes(asking))
    api.include_router(document_routes(desk, changes, shelves))
    tools = _Tools(asking, shelves)
    app.router.routes[:0] = [
        Mount(API, Guard(api, uploads="/documents")),
        Route(MCP, Guard(tools), include_in_schema=False),
        Route(f"{MCP}/", Guard(tools), include_in_schema=False),
    ]
    outer = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        # What is mounted is not told of the lifespan by itself.
        async with tools.running(), outer(served) as state:
            yield state

    app.router.lifespan_context = lifespan


class _Tools:
    """The tools as an ASGI application; each request stands for itself and is answered by JSON."""

    def __init__(self, asking: Asking, shelves: Shelves) -> None:
        self._asking = asking
        self._shelves = shelves
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer for as long as the block lasts. What manages the requests can be used for one such time only."""
        manager = StreamableHTTPSessionManager(
            tool_server(self._asking, self._shelves, _VERSION),
            json_response=True,
            stateless=True,
            # The gate of the web server has looked at the host and where the request comes from.
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            max_request_body_size=MOST_JSON_BYTES,
        )
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._manager is None:
            await refusal(503)(scope, receive, send)
        elif scope["method"] != "POST":
            # There are no sessions, so nothing to listen to and nothing to end.
            await refusal(405)(scope, receive, send)
        else:
            await self._manager.handle_request(scope, receive, send)
