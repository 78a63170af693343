"""The login page: its words, its form, and where one goes from it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

from starlette.responses import HTMLResponse

from ui.texts import ENGLISH, texts_for

LOGIN, LOGOUT = "/login", "/logout"
BODY_LIMIT = 16_384
_FIELDS = 8
_NEXT_LIMIT = 2000
_PAGE = Template(Path(__file__).with_name("login.html").read_text(encoding="utf-8"))
# Neither another host (`//host`, `/\host`) nor anything that browsers drop from within an address.
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]*")
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the login page and the gate say in one language."""

    title: str
    name: str
    password: str
    send: str
    help: str
    wrong: str
    wait: str
    locked: str
    unavailable: str
    required: str
    foreign: str
    proxied: str


CHINESE_WORDS = Words(
    title="登录",
    name="用户名",
    password="密码",
    send="登录",
    help="没有账号或忘记密码，请联系本单位的系统管理员。",
    wrong="用户名或密码不对，请核对后重新输入。",
    wait="尝试得太快，请等 {count} 秒后再登录。",
    locked="多次输错，已暂停登录，请等 {count} 分钟后再试，或联系管理员。",
    unavailable="现在无法登录，请联系管理员查看程序的日志。",
    required="没有登录或登录已失效，请刷新页面重新登录。",
    foreign="这个请求来自别的网站，已被拒绝，请在本系统的页面上操作。",
    proxied="这里没有开启登录，不能经代理访问，请管理员设置 ORGASK_LOGIN=always 后重新启动。",
)
ENGLISH_WORDS = Words(
    title="Log in",
    name="User name",
    password="Password",
    send="Log in",
    help="No account, or password forgotten? Ask the administrator of your office.",
    wrong="The user name or the password is not right. Check both and try again.",
    wait="That was too fast. Wait {count} seconds before you try again.",
    locked="Too many wrong tries. Wait {count} minutes, or ask the administrator.",
    unavailable="Nobody can log in at the moment. Ask the administrator to look at the log.",
    required="You are not logged in, or your login has ended. Reload the page and log in.",
    foreign="This request came from another site and was refused. Use the pages of this system.",
    proxied="There is no login here, so a proxy is not let through. Set ORGASK_LOGIN=always and start again.",
)


def words_for(accept_language: str | None) -> Words:
    """Return the words in the language of the browser."""
    return ENGLISH_WORDS if texts_for(accept_language) is ENGLISH else CHINESE_WORDS


def waiting(words: Words, wait_s: float) -> str:
    """Return the sentence that tells how long to wait."""
    if wait_s > 60:
        return words.locked.format(count=math.ceil(wait_s / 60))
    return words.wait.format(count=max(1, math.ceil(wait_s)))


def login_page(
    accept_language: str | None, *, status: int = 200, error: str = "", name: str = "", onward: str = "/"
) -> HTMLResponse:
    """Return the page; with an error it stands above the form, and the name is kept."""
    texts, words = texts_for(accept_language), words_for(accept_language)
    focus = " autofocus"
    filled = {
        "lang": texts.lang,
        "product": texts.name,
        "tagline": texts.tagline,
        "title": words.title,
        "name_label": words.name,
        "password_label": words.password,
        "send": words.send,
        "help": words.help,
        "name": name[:64],
        "next": onward,
    }
    html = _PAGE.substitute(
        {key: escape(value) for key, value in filled.items()},
        alert=f'<p role="alert">{escape(error)}</p>' if error else "",
        focus_name="" if name else focus,
        focus_password=focus if name else "",
    )
    return HTMLResponse(html, status, {"cache-control": "no-store", "content-security-policy": _POLICY})


def local_path(asked: str) -> str:
    """Return where to go after the login: `asked` where that is a path of this site, else the first page."""
    if len(asked) > _NEXT_LIMIT or not _LOCAL.fullmatch(asked):
        return "/"
    try:
        path = urlsplit(asked).path
    except ValueError:
        return "/"
    return "/" if path in (LOGIN, LOGOUT) else asked


def form_of(body: bytes) -> dict[str, str] | None:
    """Return the fields of the form, the first of each; None where this is no such form."""
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}
