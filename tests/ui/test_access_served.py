"""The gate before a real page on a real port: the queue of Gradio knows who asks; the program asks for users first."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from starlette.testclient import TestClient

from core.settings import Settings
from desk.accounts import Accounts
from desk.door import Door, open_door
from desk.people import Role
from ui.access import COOKIE, address_of, user_of
from ui.server import PageServer, take_port, web_app

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "dangjian-2026"


def who_page() -> gr.Blocks:
    """A page that tells who asks: through the queue, step by step, and past the queue."""

    def plain(request: gr.Request) -> str:
        return f"{user_of(request).name} {user_of(request).role} {address_of(request)}"

    def steps(text: str, request: gr.Request) -> Iterator[str]:
        for number in range(2):
            yield f"{text}{number} {user_of(request).name}"

    with gr.Blocks() as page:
        text, out = gr.Textbox(), gr.Textbox()
        gr.Button().click(plain, None, out, api_name="plain")
        gr.Button().click(plain, None, out, api_name="past_queue", queue=False)
        gr.Button().click(steps, text, out, api_name="steps")
    page.queue()
    return page


@dataclass
class Served:
    url: str
    accounts: Accounts


@contextmanager
def served(door: Door | None, page: gr.Blocks | None = None) -> Iterator[str]:
    """Serve a page, by default `who_page`, and give its address."""
    reachable = threading.Event()
    with take_port("127.0.0.1", 0) as taken:
        server = PageServer(web_app(page or who_page(), "127.0.0.1", door), on_ready=reachable.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        assert reachable.wait(20)
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page with two users."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), login="always")
    accounts = Accounts(settings.users_file)
    accounts.add("张三", PASSWORD, Role.EDITOR)
    accounts.add("李四", PASSWORD)
    with open_door(settings, "127.0.0.1") as door, served(door) as url:
        yield Served(url, accounts)


def client_of(office: Served, name: str) -> Client:
    headers = {"Authorization": f"Bearer {office.accounts.add_token(name)}"}
    return Client(office.url, headers=headers, verbose=False)


def test_every_event_knows_its_own_user_also_where_two_ask_at_once(office: Served) -> None:
    clients = {name: client_of(office, name) for name in ("张三", "李四")}
    jobs = [(name, clients[name].submit("问", api_name="/steps")) for name in ("张三", "李四") * 4]
    for name, job in jobs:
        assert job.result(timeout=20) == f"问1 {name}"
    assert clients["张三"].predict(api_name="/plain") == "张三 编辑 127.0.0.1"
    assert clients["李四"].predict(api_name="/past_queue") == "李四 读者 127.0.0.1"


def test_a_browser_logs_in_and_asks_with_its_cookie_until_the_user_is_removed(office: Served) -> None:
    office.accounts.add("王五", PASSWORD)
    with httpx.Client(base_url=office.url, headers={"origin": office.url}, follow_redirects=True) as browser:
        page = browser.get("/?x=1", headers={"accept": "text/html"})
        assert 'action="/login"' in page.text
        assert browser.get("/gradio_api/info").status_code == 401
        assert browser.get("/config").status_code == 401
        landed = browser.post("/login", data={"name": "王五", "password": PASSWORD, "next": "/?x=1"})
        assert str(landed.url) == f"{office.url}/?x=1"
        assert "gradio" in landed.text
        event = {"data": [], "fn_index": 0, "session_hash": "abc"}
        assert browser.post("/gradio_api/queue/join", json=event).status_code == 200
        with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": "abc"}) as stream:
            assert any("王五" in line for line in stream.iter_lines() if "process_completed" in line)
        foreign = {"origin": "http://evil.example"}
        assert browser.post("/gradio_api/queue/join", json=event, headers=foreign).status_code == 403
        office.accounts.remove("王五")
        answer = browser.post("/gradio_api/queue/join", json=event)
        assert (answer.status_code, "重新登录" in answer.json()["detail"]) == (401, True)


def test_behind_a_proxy_the_address_and_https_come_from_it(office: Served) -> None:
    headers = {"host": "wendang.example", "origin": "https://wendang.example", "x-forwarded-proto": "https"}
    form = {"name": "张三", "password": PASSWORD}
    answer = httpx.post(f"{office.url}/login", data=form, headers={**headers, "x-forwarded-for": "10.1.2.3"})
    assert answer.status_code == 303
    assert "Secure" in answer.headers["set-cookie"]
    cookie = {"cookie": f"{COOKIE}={answer.cookies[COOKIE]}", **headers, "x-forwarded-for": "10.1.2.3"}
    assert httpx.get(f"{office.url}/config", headers=cookie).status_code == 200


def test_on_loopback_everybody_is_local() -> None:
    with served(None) as url:
        client = Client(url, verbose=False)
        assert client.predict(api_name="/plain") == "本机 管理员 127.0.0.1"
        assert client.predict("问", api_name="/steps") == "问1 本机"


def test_a_foreign_host_name_is_still_refused_where_nobody_logs_in(office: Served) -> None:
    assert TestClient(web_app(who_page()), base_url="http://evil.example").get("/").status_code == 400


def run_app(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command, given = [sys.executable, "app.py", *arguments], {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("host", "login", "content"), [("0.0.0.0", "auto", None), ("127.0.0.1", "always", None), ("0.0.0.0", "auto", "{")]
)
def test_the_program_refuses_to_start_without_users(tmp_path: Path, host: str, login: str, content: str | None) -> None:
    if content:
        (tmp_path / "users.json").write_text(content)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    ended = run_app(
        "--host", host, "--port", port, "--data", str(tmp_path / "new" if not content else tmp_path), ORGASK_LOGIN=login
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "python -m desk add" in ended.stderr
    assert not (tmp_path / "new").exists(), "a mistyped folder is not made"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_program_serves_an_address_with_a_login(tmp_path: Path) -> None:
    Accounts(tmp_path / "users.json").add("张三", PASSWORD)
    with take_port("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "--host", "0.0.0.0", "--port", str(port), "--data", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as app:
        try:
            assert app.stdout is not None
            assert "已就绪" in app.stdout.readline()
            answer = httpx.get(f"http://127.0.0.1:{port}/config")
            assert answer.status_code == 401
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            app.send_signal(signal.SIGTERM)
            assert app.wait(20) == 0
        finally:
            app.kill()
