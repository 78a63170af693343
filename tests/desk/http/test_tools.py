"""The tools for language models, by a real client over a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from desk.people import User
from tests.desk.stand import ADMIN, INSIDER, READER, Stand, as_user, served


@pytest.fixture(scope="module")
def address(stand: Stand) -> Iterator[str]:
    with served(stand.app) as given:
        yield given


def with_client(address: str, user: User, do: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with (
            httpx.AsyncClient(headers=as_user(user), timeout=20) as http,
            streamable_http_client(f"{address}/mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await do(session)

    return asyncio.run(run())


def call(address: str, user: User, tool: str, **arguments: Any) -> tuple[str, CallToolResult]:
    result: CallToolResult = with_client(address, user, lambda session: session.call_tool(tool, arguments))
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text, result


def test_there_are_three_tools_that_change_nothing_and_nothing_else(address: str) -> None:
    async def look(session: ClientSession) -> Any:
        return await session.list_tools(), session.get_server_capabilities()

    listed, capabilities = with_client(address, READER, look)
    tools = {tool.name: tool for tool in listed.tools}
    assert tools.keys() == {"ask", "search", "get_document"}
    assert capabilities.resources is None and capabilities.prompts is None
    for tool in tools.values():
        assert tool.annotations.readOnlyHint and tool.description
        assert tool.inputSchema["additionalProperties"] is False
    assert {"place", "from_year", "to_year", "kind", "collection"} <= tools["ask"].inputSchema["properties"].keys()
    assert tools["get_document"].inputSchema["properties"]["length"]["maximum"] == 20_000


def test_an_answer_comes_with_its_quotes_and_documents(address: str) -> None:
    text, result = call(address, READER, "ask", question="桐庐县的“春茶计划”录用了多少人？")
    data = result.structuredContent
    assert data is not None and not result.isError and data["status"] == "grounded"
    quote = data["citations"][0]
    assert "已核对" in text and quote["quote"] in text and quote["document_id"] in text and quote["source"] in text


def test_passages_and_texts_are_read_page_by_page(address: str) -> None:
    text, result = call(address, READER, "search", query="春茶计划", k=2, place="桐庐县")
    assert result.structuredContent is not None
    best = result.structuredContent["passages"][0]
    assert best["text"] in text and best["document_id"] in text
    parts, offset = [], 0
    while offset is not None:
        _, page = call(address, READER, "get_document", document_id=best["document_id"], offset=offset, length=30)
        assert page.structuredContent is not None
        parts.append(page.structuredContent["text"])
        offset = page.structuredContent["next_offset"]
    assert len(parts) > 2 and best["text"] in "".join(parts)
    assert len("".join(parts)) == page.structuredContent["total_characters"]
    beyond, _ = call(address, READER, "get_document", document_id=best["document_id"], offset=10**6)
    assert "没有从第" in beyond


def test_what_is_hidden_from_a_user_is_hidden_from_his_tools(address: str, stand: Stand) -> None:
    secret = stand.id_of("机密/青田.txt")
    question = "青田县“暗渡计划”拟调整多少领导干部？"
    for tool, arguments in (("ask", {"question": question}), ("search", {"query": question, "collection": "机密"})):
        text, result = call(address, READER, tool, **arguments)
        assert "97人" not in text and "97人" not in str(result.structuredContent)
        assert "97人" in call(address, INSIDER, tool, **arguments)[0]
    hidden, absent = (call(address, READER, "get_document", document_id=one) for one in (secret, "0" * 16))
    assert hidden == absent and hidden[1].isError
    assert "暗渡计划" in call(address, ADMIN, "get_document", document_id=secret)[0]


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": "问", "palce": "四川"}, "palce"),
        ("search", {"query": "问", "k": 51}, "k"),
        ("search", {"query": "问", "place": "无此地"}, "无此地"),
        ("get_document", {"document_id": "../../etc/passwd"}, "没有这份资料"),
        ("get_document", {"document_id": "x", "length": 20_001}, "length"),
        ("remove", {"document_id": "x"}, "没有叫"),
    ],
)
def test_a_wrong_call_is_told_in_one_sentence(address: str, tool: str, arguments: Any, words: str) -> None:
    text, result = call(address, READER, tool, **arguments)
    assert result.isError and words in text and "Traceback" not in text


def test_the_address_takes_known_users_and_small_bodies_only(address: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    known = {**accept, **as_user(READER)}
    assert httpx.post(f"{address}/mcp", json=message, headers=accept).status_code == 401
    good = httpx.post(f"{address}/mcp", json=message, headers=known)
    assert good.status_code == 200 and good.headers["content-type"].startswith("application/json")
    assert httpx.post(f"{address}/mcp/", json=message, headers=known).status_code == 200
    # Under the name that an office gave the machine; who may come is for the gate.
    assert httpx.post(f"{address}/mcp", json=message, headers={**known, "host": "orgask.office"}).status_code == 200
    assert httpx.post(f"{address}/mcp", content=b"x" * 1_000_001, headers=known).status_code in (413, 415)
    assert httpx.get(f"{address}/mcp", headers=known).status_code == 405
    assert httpx.delete(f"{address}/mcp", headers=known).status_code == 405


def test_the_application_can_be_started_again(stand: Stand) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for _ in range(2):
        with stand.client(READER) as client:
            answer = client.post("/mcp", json=message, headers={"accept": "application/json, text/event-stream"})
            assert answer.status_code == 200
