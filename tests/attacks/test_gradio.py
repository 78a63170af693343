"""The addresses that Gradio brings along, and what is sent to them that no page would send."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.attacks.site import ADMIN, THIEF, Site, outcomes
from ui.fence import MOST_BYTES

API = "/gradio_api"
CLOSED = [
    ("GET", "/file=/etc/passwd"), ("GET", f"{API}/file=/etc/passwd"), ("GET", f"{API}/file/etc/passwd"),
    ("GET", f"{API}/file=../../../../etc/passwd"), ("GET", "/assets/..%2f..%2f..%2f..%2fetc/passwd"),
    ("GET", "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd"), ("GET", "/svelte/..%2f..%2fetc/passwd"),
    ("GET", f"{API}/custom_component/0/client/component/..%2f..%2fetc%2fpasswd"),
    ("POST", f"{API}/upload"), ("POST", f"{API}/upload/"), ("GET", f"{API}/upload_progress?upload_id=x"),
    ("POST", f"{API}/process_recording"), ("POST", f"{API}/component_server"), ("POST", f"{API}/component_server/"),
    ("POST", f"{API}/run/ask"), ("POST", f"{API}/api/ask"), ("POST", f"{API}/call/ask"), ("POST", f"{API}/call/v2/ask"),
    ("GET", f"{API}/call/ask/{'0' * 32}"), ("POST", f"{API}/stream/{'0' * 32}"), ("GET", f"{API}/queue/status"),
    ("GET", "/monitoring"), ("GET", f"{API}/monitoring"), ("GET", "/monitoring/summary"), ("GET", "/monitoring/x"),
    ("GET", f"{API}/mcp"), ("POST", f"{API}/mcp/"), ("GET", f"{API}/mcp/sse"), ("GET", f"{API}/openapi.json"),
    ("GET", f"{API}/dev/reload"), ("POST", f"{API}/vibe-edit"), ("GET", f"{API}/vibe-code"), ("GET", f"{API}/runs"),
    ("GET", f"{API}/deep_link"), ("GET", f"{API}/token"), ("GET", f"{API}/user"), ("GET", "/pwa_icon"),
    ("GET", f"{API}/profiling/traces"), ("GET", f"{API}/run-history/records"), ("PUT", "/"), ("DELETE", "/config"),
    ("GET", "/docs"), ("GET", "/openapi.json"),
]  # fmt: skip


@pytest.mark.parametrize("name", [THIEF, ADMIN])
def test_what_no_page_needs_is_closed_to_everybody(site: Site, name: str) -> None:
    with site.visitor(name) as visitor:
        answers = {at: visitor.http.request(*at, headers={"accept": "*/*"}) for at in CLOSED}
        assert {at: one.status_code for at, one in answers.items() if one.status_code not in (403, 404, 405)} == {}
        assert not any("root:" in one.text for one in answers.values())


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Another server of the same machine, and what it was asked."""
    asked: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Noting) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_the_server_is_made_to_fetch_and_to_open_nothing(site: Site, elsewhere: tuple[str, list[str]]) -> None:
    url, asked = elsewhere
    mark = {"meta": {"_type": "gradio.FileData"}}
    with site.visitor(THIEF) as thief:
        for path in (f"{API}/proxy={url}/proxy", f"{API}/file={url}/file", f"/file={url}/file"):
            assert thief.http.get(path).status_code == 404
        ask = thief.step("submit", "oa-question")
        for value in ({"path": "/etc/passwd", **mark}, {"path": f"{url}/a", "url": f"{url}/b", **mark}):
            for data in ([value, "", "{}", ""], ["问", value, "{}", ""]):
                told = thief.fire(ask, *data)
                assert "root:" not in told and "Traceback" not in told
    assert asked == []


BODIES: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"[]", 400),
    (b"\xff", 400),
    (b'{"data": []}', 400),
    (b'{"data": [], "session_hash": 7}', 400),
    (b'{"data": [], "session_hash": ""}', 400),
    (b'{"data": [], "session_hash": "a/../b"}', 400),
    (b'{"data": [], "session_hash": "' + b"a" * 65 + b'"}', 400),
    (b"[" * 100_000, 400),
    (b'{"data": ["' + "长".encode() * (MOST_BYTES // 3) + b'"], "session_hash": "a"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=range(len(BODIES)))
def test_what_is_no_event_of_a_page_is_refused(site: Site, body: bytes, status: int) -> None:
    with site.visitor(THIEF) as thief:
        answer = thief.http.post(f"{API}/queue/join", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == status
        pieces = iter([body[:10], body[10:]])
        answer = thief.http.post(f"{API}/queue/join", content=pieces, headers={"content-type": "application/json"})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "limits", ["", "[]", "null", "{", '{"place": 1}', '{"from_year": "x"}', '{"x": 1}', "9" * 5000]
)
def test_limits_that_no_page_sets_cost_their_sender_an_answer_and_nobody_else(site: Site, limits: str) -> None:
    with site.visitor(THIEF) as thief:
        told = thief.fire(thief.step("submit", "oa-question"), "青年驿站有多少家？", "", limits, "")
        assert len(outcomes(told)) == 1 and "Traceback" not in told
        told = thief.click("limits", value=limits)
        assert [one["success"] for one in outcomes(told)] == [True]


@pytest.mark.parametrize("given", ["..%2f..%2fusers.json", "%2e%2e", "x%00", "%FF", "' OR 1=1 --", "a" * 5000])
def test_an_export_takes_ids_and_no_paths(site: Site, given: str) -> None:
    with site.visitor(THIEF) as thief:
        for form in ("docx", "../../users.json", "md%00"):
            answer = thief.http.get(f"/conversations/{given}/export?form={form}&turn=-1")
            assert answer.status_code == 404 and "argon" not in answer.text and "scrypt" not in answer.text


def test_what_is_served_names_no_other_host_but_in_text(site: Site) -> None:
    live = re.compile(
        r"""(?:\b(?:src|href|action|srcset|poster|data|formaction)\s*=\s*["']?|url\(["']?|@import\s+["']?)(?:https?:)?//"""
    )
    with site.visitor(ADMIN) as admin:
        pages = {at: admin.http.get(at, headers={"accept": "text/html"}).text for at in ("/", "/admin", "/theme.css")}
        pages["config"] = json.dumps(admin.http.get("/config").json(), ensure_ascii=False).replace('\\"', '"')
        admin.http.post("/logout")
        pages["login"] = admin.http.get("/login", headers={"accept": "text/html"}).text
    assert {at: live.findall(text) for at, text in pages.items() if live.search(text)} == {}
    assert all(len(text) > 200 for text in pages.values())
