"""What the web server lets in."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.ui.fakes import ScriptedService, engine_over, parts_over
from ui.page import build_page
from ui.server import web_app


def client(host: str) -> TestClient:
    return TestClient(
        web_app(build_page(parts_over(engine_over(ScriptedService))), host), base_url="http://127.0.0.1:7860"
    )


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/%75pload", "/upload"])
def test_nobody_can_store_a_file(path: str) -> None:
    assert client("127.0.0.1").post(path, files={"files": ("a.txt", b"x")}).status_code == 404


@pytest.mark.parametrize(
    ("host", "asked", "status"),
    [
        ("127.0.0.1", "127.0.0.1:7860", 200),
        ("127.0.0.1", "LOCALHOST:9", 200),
        ("127.0.0.1", "[::1]:7860", 200),
        ("192.168.0.9", "192.168.0.9:7860", 200),
        ("::1", "localhost", 200),
        ("127.0.0.1", "evil.example:7860", 400),
        ("127.0.0.1", "127.0.0.1.evil.example", 400),
        ("127.0.0.1", "[", 400),
        ("192.168.0.9", "evil.example", 400),
        ("0.0.0.0", "office.example", 200),
        ("::", "office.example", 200),
    ],
)
def test_a_foreign_host_name_is_refused_unless_served_everywhere(host: str, asked: str, status: int) -> None:
    answer = client(host).get("/", headers={"host": asked})
    assert answer.status_code == status
    assert "default-src 'self'" in answer.headers["content-security-policy"]
