"""The gate: who is let in, by what, and what an attacker tries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import AccessError
from core.settings import Settings
from desk.accounts import Accounts
from desk.audit import AuditLog
from desk.database import DeskDatabase
from desk.door import Door, open_door
from desk.guessing import Guessing
from desk.people import Role
from desk.sessions import Sessions
from ui.access import COOKIE, AccessGate, address_of, user_of
from ui.login import local_path

PASSWORD = "dangjian-2026"
HERE = "http://office.example:7860"
SOCKET = "ws://office.example:7860/ws"
PAGE = {"accept": "text/html,*/*"}


async def who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{user_of(request).name} {address_of(request)}")


async def greet(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(user_of(websocket).name)
    await websocket.close()


def inner() -> Starlette:
    methods = ["GET", "POST", "DELETE"]
    return Starlette(routes=[WebSocketRoute("/ws", greet), Route("/{path:path}", who, methods=methods)])


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Site:
    """An app behind the gate, with 张三 (an editor) and 李四, and a clock."""

    accounts: Accounts
    audit: AuditLog
    clock: Clock
    gate: AccessGate

    def client(self, address: str = "10.0.0.1", base: str = HERE) -> TestClient:
        return TestClient(self.gate, base_url=base, client=(address, 1), follow_redirects=False)

    def logged_in(self, name: str = "张三") -> TestClient:
        client = self.client()
        assert log_in(client, name).status_code == 303
        return client

    def actions(self) -> list[tuple[str, str]]:
        return [(entry["action"], entry["user"]) for entry in reversed(self.audit.tail(100))]


def log_in(client: TestClient, name: str = "张三", password: str = PASSWORD, **fields: str):  # type: ignore[no-untyped-def]
    return client.post("/login", data={"name": name, "password": password, **fields})


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A users file, made once: each password costs a tenth of a second."""
    accounts = Accounts(tmp_path_factory.mktemp("users") / "users.json")
    accounts.add("张三", PASSWORD, Role.EDITOR)
    accounts.add("李四", PASSWORD)
    return accounts.path.read_bytes()


@pytest.fixture
def site(tmp_path: Path, users: bytes) -> Iterator[Site]:
    """See `Site`."""
    (tmp_path / "users.json").write_bytes(users)
    accounts, audit, clock = Accounts(tmp_path / "users.json"), AuditLog(tmp_path), Clock()
    database = DeskDatabase(tmp_path)
    door = Door(accounts, Sessions(database, clock=clock), audit, Guessing(clock))
    yield Site(accounts, audit, clock, AccessGate(inner(), door))
    database.close()


def test_who_is_not_logged_in_sees_the_login_page_and_a_program_a_401(site: Site) -> None:
    client = site.client()
    page = client.get("/a b?x=1&y=二", headers=PAGE)
    assert page.status_code == 303
    target = urlsplit(page.headers["location"])
    assert (target.scheme, target.netloc, target.path) == ("", "", "/login")
    onward = parse_qs(target.query)["next"][0]
    assert onward == "/a%20b?x=1&y=%E4%BA%8C"
    for answer in (client.get("/config"), client.post("/x"), client.post("/x", headers=PAGE), client.get("/login/")):
        assert answer.status_code == 401
        assert "登录" in answer.json()["detail"]
        assert answer.headers["cache-control"] == "no-store"


def test_after_the_login_one_goes_where_one_wanted(site: Site) -> None:
    client = site.client()
    answer = log_in(client, next="/a%20b?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/a%20b?x=1")
    assert client.get("/x").text == "张三 10.0.0.1"
    assert client.get("/login?next=/y").headers["location"] == "/y"
    assert site.actions() == [("login", "张三")]
    assert site.audit.tail(1)[0]["address"] == "10.0.0.1"


@pytest.mark.parametrize(("base", "secure"), [(HERE, False), ("https://office.example", True)])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site, base: str, secure: bool) -> None:
    cookie = log_in(site.client(base=base)).headers["set-cookie"].lower()
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert ("secure" in parts) == secure
    assert not any(part.startswith(("domain", "expires", "max-age")) for part in parts)


@pytest.mark.parametrize(("name", "password"), [("张三", "wrong-password"), ("王五", PASSWORD), ("张三", ""), ("", "")])
def test_a_wrong_login_is_told_the_same_for_every_name(site: Site, name: str, password: str) -> None:
    answer = log_in(site.client(), name, password)
    assert answer.status_code == 401
    assert '<p role="alert">用户名或密码不对，请核对后重新输入。</p>' in answer.text
    assert "set-cookie" not in answer.headers
    assert site.actions() == [("login_failed", "张三" if name == "张三" else "")]


def test_a_password_in_the_wrong_field_is_not_written_down(site: Site) -> None:
    log_in(site.client(), PASSWORD, "张三")
    assert PASSWORD not in str(site.audit.tail(10))


def test_a_session_that_an_attacker_has_put_there_is_not_taken_over(site: Site) -> None:
    planted = {"cookie": f"{COOKIE}=oa_planted"}
    answer = site.client().post("/login", data={"name": "张三", "password": PASSWORD}, headers=planted)
    assert answer.status_code == 303
    assert "oa_planted" not in answer.headers["set-cookie"]
    assert site.client().get("/x", headers=planted).status_code == 401


def test_each_login_has_a_new_token_and_ends_the_one_before(site: Site) -> None:
    client = site.logged_in()
    before = client.cookies[COOKIE]
    log_in(client)
    assert client.cookies[COOKIE] != before
    old = site.client()
    old.cookies.set(COOKIE, before)
    assert old.get("/x").status_code == 401
    assert client.get("/x").status_code == 200


def test_logging_out_ends_the_session_itself(site: Site) -> None:
    client = site.logged_in()
    token = client.cookies[COOKIE]
    assert client.get("/logout", headers=PAGE).status_code == 405
    assert client.get("/x").status_code == 200
    answer = client.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in client.cookies
    stolen = site.client()
    stolen.cookies.set(COOKIE, token)
    assert stolen.get("/x").status_code == 401
    assert site.actions() == [("login", "张三"), ("logout", "张三")]


def test_a_session_that_is_over_asks_for_a_login(site: Site) -> None:
    client = site.logged_in()
    site.clock.now += 2 * 3600
    assert client.get("/x").status_code == 401


def test_a_removed_user_and_a_set_password_end_open_sessions_and_a_role_counts_at_once(site: Site) -> None:
    one, other = site.logged_in("张三"), site.logged_in("李四")
    site.accounts.set_password("张三", "another-password")
    assert one.get("/x").status_code == 401
    assert other.get("/x").status_code == 200
    site.accounts.remove("李四")
    assert other.get("/x").status_code == 401
    site.accounts.add("李四", PASSWORD)
    assert other.get("/x").status_code == 401, "another person of the same name"


def test_a_users_file_that_breaks_while_running_lets_nobody_in_until_it_is_mended(site: Site) -> None:
    client, token = site.logged_in(), site.accounts.add_token("张三")
    good = site.accounts.path.read_bytes()
    for content in (b"{", b"", None):
        if content is None:
            site.accounts.path.unlink()
        else:
            site.accounts.path.write_bytes(content)
        page = client.get("/x", headers=PAGE)
        assert page.status_code == 503
        assert 'role="alert"' in page.text
        assert "users.json" not in page.text
        assert client.get("/x").status_code == 503
        assert client.get("/x", headers={"authorization": f"Bearer {token}"}).status_code == 503
        assert log_in(site.client()).status_code == 503
    site.accounts.path.write_bytes(good)
    assert client.get("/x").status_code == 200


def test_nobody_is_let_in_where_the_audit_log_cannot_be_written(site: Site, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    answer = log_in(site.client())
    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers


def test_a_bearer_token_means_its_user_whatever_the_cookie_says(site: Site) -> None:
    token = site.accounts.add_token("李四")
    client = site.logged_in("张三")
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get("/x", headers=bearer).text.startswith("李四")
    assert site.client().post("/x", headers={"authorization": f"bEARER  {token} "}).text.startswith("李四")
    for wrong in (f"Bearer {token}x", "Bearer", "Bearer ", f"Bearer {client.cookies[COOKIE]}"):
        assert client.get("/x", headers={"authorization": wrong}).status_code == 401
    assert client.get("/x", headers={"authorization": "Basic eDp5"}).text.startswith("张三")
    session = site.client()
    session.cookies.set(COOKIE, token)
    assert session.get("/x").status_code == 401, "a token of the interface is no session"


@pytest.mark.parametrize(
    "asked",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)", "evil.example",
        "/\t/evil.example", "/\n/evil.example", "/x\r\nSet-Cookie: a=b", " //evil.example", "/\x00/evil", "", "/" + "x" * 3000,
        "/login", "/logout", "/login?next=/login", "///evil.example", "http:/evil.example", "/x\x85y",
    ],
)  # fmt: skip
def test_the_login_leads_to_no_other_site(site: Site, asked: str) -> None:
    assert local_path(asked) == "/"
    client = site.client()
    answer = log_in(client, next=asked)
    assert answer.headers["location"] == "/"
    assert client.get("/login", params={"next": asked}).headers["location"] == "/"


@given(st.text(alphabet=st.sampled_from("/\\:@.?#&=%ae\t\n\r ")) | st.text())
def test_wherever_the_login_leads_it_is_a_path_of_this_site(asked: str) -> None:
    path = local_path(asked)
    assert re.match(r"/(?![/\\])", path)
    assert urlsplit(path).netloc == urlsplit(path).scheme == ""
    assert not re.search(r"[\x00-\x20\\]", path)


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "http://office.example:7861"},
    {"origin": "http://office.example"},
    {"origin": "http://office.example.evil.example:7860"},
    {"origin": "http://evil.example#@office.example:7860"},
    {"origin": "null"},
    {"origin": "null", "host": ""},
    {"origin": ""},
    {"origin": "http://["},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": HERE, "sec-fetch-site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_changes_nothing_with_or_without_login(site: Site, headers: dict[str, str]) -> None:
    here = TestClient(AccessGate(inner()), base_url=HERE)
    for client in (site.logged_in(), here):
        for path in ("/x", "/login", "/logout"):
            assert client.post(path, headers=headers).status_code == 403
        assert client.delete("/x", headers=headers).status_code == 403
        assert client.get("/x", headers=headers).status_code == 200, "a link from elsewhere is a link"
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, headers=headers):
            pass


@pytest.mark.parametrize(
    ("base", "headers"),
    [
        (HERE, {"origin": HERE, "sec-fetch-site": "same-origin"}),
        (HERE, {"origin": "HTTP://OFFICE.example:7860"}),
        (HERE, {"sec-fetch-site": "none"}),
        (HERE, {}),
        ("http://office.example", {"origin": "https://office.example"}),
        ("http://office.example", {"origin": "http://office.example:80"}),
        ("http://[::1]:7860", {"origin": "http://[::1]:7860"}),
    ],
)
def test_the_own_page_and_programs_change_things(site: Site, base: str, headers: dict[str, str]) -> None:
    client = site.client(base=base)
    answer = client.post("/login", data={"name": "张三", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 303
    assert client.post("/x", headers=headers).status_code == 200


def test_a_websocket_is_for_those_who_are_logged_in(site: Site) -> None:
    with site.logged_in().websocket_connect(SOCKET) as websocket:
        assert websocket.receive_text() == "张三"
    with pytest.raises(WebSocketDisconnect), site.client().websocket_connect(SOCKET):
        pass


def test_guessing_is_slowed_then_locked_and_told_and_noted_once(site: Site) -> None:
    client, waits = site.client(), [0]
    for _ in range(20):
        if waits[-1] >= 900:
            break
        answer = log_in(client, password="wrong-password")
        if answer.status_code == 401:
            continue
        assert answer.status_code == 429
        alert = re.search(r'role="alert">([^<]+)<', answer.text)
        assert alert and alert[1].count("。") == 1
        assert log_in(client).status_code == 429, "the right password does not help while one waits"
        waits.append(int(answer.headers["retry-after"]))
        site.clock.now += waits[-1] if waits[-1] < 900 else 0
    assert waits == sorted(waits) and len(waits) == 9
    assert "请等 15 分钟" in answer.text
    assert site.actions().count(("locked", "张三")) == 1
    assert log_in(site.client("10.0.0.2")).status_code == 303, "from elsewhere one can still log in"
    site.clock.now += 900
    assert log_in(client).status_code == 303


HOSTILE = '"><script>alert(1)</script>\r\nSet-Cookie: a=b'


def test_what_is_typed_is_shown_as_text_and_reaches_no_header(site: Site) -> None:
    answer = log_in(site.client(), HOSTILE, next='/x?"><script>')
    assert answer.status_code == 401
    assert "<script" not in answer.text
    assert "&quot;&gt;&lt;script&gt;" in answer.text
    assert set(answer.headers) <= {"cache-control", "content-security-policy", "content-length", "content-type"}


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 100_000,
        b"\xff\xfe",
        b"&".join(b"a=%d" % number for number in range(100)),
        b"",
        b"name=%ff%00&password=%ed%a0%80",
    ],
)
def test_what_is_no_form_is_no_login(site: Site, body: bytes) -> None:
    assert site.client().post("/login", content=body).status_code in (400, 401)
    assert site.client().put("/login", content=body).status_code == 405


@pytest.mark.parametrize(("language", "lang", "label"), [("zh-CN", "zh-CN", "用户名"), ("en-GB,en", "en", "User name")])
def test_the_login_page_is_made_for_everybody(site: Site, language: str, lang: str, label: str) -> None:
    text = site.client().get("/login?next=/y", headers={"accept-language": language, **PAGE}).text
    assert f'<html lang="{lang}">' in text
    assert f'<label for="name">{label}</label>' in text
    assert re.search(r'<input id="name"[^>]* autofocus>', text)
    assert text.count("autofocus") == 1
    assert 'autocomplete="current-password"' in text
    assert "<script" not in text
    assert "$" not in text
    assert '<input type="hidden" name="next" value="/y">' in text
    wrong = log_in(site.client(), password="wrong-password").text
    assert re.search(r'<input id="password"[^>]* autofocus>', wrong)
    assert 'value="张三"' in wrong
    assert "wrong-password" not in wrong


def test_without_a_login_everybody_is_local_but_not_through_a_proxy() -> None:
    client = TestClient(AccessGate(inner()), base_url=HERE, client=("127.0.0.1", 1), follow_redirects=False)
    assert client.get("/x").text == "本机 127.0.0.1"
    assert client.get("/login").headers["location"] == "/"
    assert client.post("/login", data={"name": "x"}).headers["location"] == "/"
    assert client.post("/logout").headers["location"] == "/"
    assert client.get("/x", headers={"x-forwarded-for": "10.0.0.1"}).status_code == 403


def test_a_request_that_came_round_the_gate_has_no_user() -> None:
    with pytest.raises(AccessError):
        TestClient(inner()).get("/x")


def test_whether_a_login_is_asked_for(tmp_path: Path, users: bytes) -> None:
    (tmp_path / "users.json").write_bytes(users)
    for address, login, asked in (
        ("127.0.0.1", "auto", False), ("::1", "auto", False), ("127.0.0.1", "always", True), ("0.0.0.0", "auto", True),
        ("192.168.0.9", "auto", True), ("::", "auto", True), ("", "auto", True), ("fe80::1%eth0", "auto", True),
    ):  # fmt: skip
        with open_door(Settings.load(data=tmp_path, login=login), address) as door:
            assert (door is not None) == asked, address
