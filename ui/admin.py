"""The page of the administrator: what people say of answers, who may do what, what was done. It changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from core.errors import AccessError
from desk.door import Door
from desk.export import content_disposition
from desk.feedback import Feedback, cases
from desk.opening import Parts
from ui.access import user_of
from ui.texts import ENGLISH, texts_for

_PAGE = Template(Path(__file__).with_name("admin.html").read_text(encoding="utf-8"))
_SHOWN = 200
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says in one language."""

    title: str
    feedback: str
    feedback_help: str
    export: str
    users: str
    users_help: str
    no_login: str
    log: str
    log_help: str
    nothing: str
    columns_feedback: tuple[str, ...]
    columns_users: tuple[str, ...]
    columns_limits: tuple[str, ...]
    columns_log: tuple[str, ...]
    administrators_only: str
    refused: str
    named: Mapping[str, str] = field(default_factory=dict)
    """Actions, their facts and verdicts as the log writes them, and as they are shown."""


_CHINESE = Words(
    title="管理",
    feedback="对回答的评价",
    feedback_help="评价随回答一起保存，可导出为评测题：“有用”的带出处和应有的数字，其余的留待人工补全后再用于评测。",
    export="导出评测题（JSONL）",
    users="用户与资料集",
    users_help="用命令行管理：python -m desk add、change、password、remove、token、limit、unlimit；改动立即生效。",
    no_login="本机使用，没有开启登录。",
    log="操作日志",
    log_help="最近的提问、改动和登录，完整记录在数据目录的 audit.jsonl 中，不含文件正文。",
    nothing="还没有记录。",
    columns_feedback=("时间", "用户", "评价", "问题", "说明"),
    columns_users=("用户", "角色", "组", "令牌"),
    columns_limits=("资料集", "可读的组"),
    columns_log=("时间", "用户", "操作", "地址", "内容"),
    administrators_only="仅管理员",
    refused="这一页只有管理员可以查看。",
    named={
        "ask": "提问",
        "search": "检索",
        "feedback": "评价",
        "export": "导出",
        "login": "登录",
        "logout": "退出",
        "login_failed": "登录失败",
        "locked": "暂停登录",
        "add": "添加文件",
        "replace": "取代文件",
        "remove": "移出",
        "restore": "恢复",
        "correct": "更正",
        "reindex": "重新编入",
        "user_added": "新建用户",
        "user_removed": "删除用户",
        "user_changed": "修改用户",
        "password_set": "设置密码",
        "token_added": "新建令牌",
        "tokens_revoked": "作废令牌",
        "collection_limited": "限制资料集",
        "collection_unlimited": "取消限制",
        "question": "问题",
        "limits": "范围",
        "conversation": "对话",
        "turn": "第几问",
        "verdict": "评价",
        "document": "资料",
        "source": "文件",
        "columns": "项目",
        "form": "格式",
        "name": "用户",
        "role": "角色",
        "groups": "组",
        "collection": "资料集",
        "files": "文件数",
        "useful": "有用",
        "wrong_figure": "数字有误",
        "wrong_source": "出处有误",
        "missing": "内容缺漏",
    },
)
_ENGLISH = Words(
    title="Admin",
    feedback="What people say of answers",
    feedback_help="Kept with each answer. Exported as a question file: useful ones with sources and figures, the "
    "others for a person to complete.",
    export="Export questions (JSONL)",
    users="Users and collections",
    users_help="Managed on the command line: python -m desk add, change, password, remove, token, limit, unlimit.",
    no_login="Used on this machine alone, without a login.",
    log="Audit log",
    log_help="The last questions, changes and logins; all of them are in audit.jsonl, without document text.",
    nothing="Nothing yet.",
    columns_feedback=("Time", "User", "Verdict", "Question", "Remark"),
    columns_users=("User", "Role", "Groups", "Tokens"),
    columns_limits=("Collection", "Groups that may read"),
    columns_log=("Time", "User", "Action", "Address", "Facts"),
    administrators_only="administrators only",
    refused="Only administrators may see this page.",
)


def serve_admin(app: FastAPI, parts: Parts, door: Door | None) -> None:
    """Add the page and its export."""
    router = APIRouter()

    @router.get("/admin", response_model=None)
    def page(request: Request) -> Response:
        """Return the page."""
        texts = texts_for(request.headers.get("accept-language"))
        words = _ENGLISH if texts is ENGLISH else _CHINESE
        if not _may_see(request):
            return HTMLResponse(f"<!doctype html><title>{texts.name}</title><p>{escape(words.refused)}</p>", 403)
        given = parts.feedback.all()
        export = f'<p><a href="/admin/feedback.jsonl" download>{escape(words.export)}</a></p>' if given else ""
        body = _PAGE.substitute(
            {one.name: escape(str(getattr(words, one.name))) for one in fields(words)},
            lang=texts.lang, product=escape(texts.name), ask=escape(texts.nav_ask), library=escape(texts.nav_library),
            feedback_table=export + _table(words.columns_feedback, map(_said, given[:_SHOWN]), words),
            users_table=_users(door, words),
            log_table=_table(words.columns_log, (_logged(one, words) for one in parts.audit.tail(_SHOWN)), words),
        )  # fmt: skip
        headers = {"content-security-policy": _POLICY, "cache-control": "no-store"}
        return HTMLResponse(body, headers=headers)

    @router.get("/admin/feedback.jsonl", response_model=None)
    def feedback(request: Request) -> Response:
        """Return what people said as a question file for `python -m evals answers`."""
        if not _may_see(request):
            return JSONResponse({"error": _CHINESE.refused}, 403)
        lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases(parts.feedback.all()))
        headers = {"content-disposition": content_disposition("feedback.jsonl"), "cache-control": "no-store"}
        return Response(lines, media_type="application/jsonl; charset=utf-8", headers=headers)

    app.include_router(router)


def _may_see(request: Request) -> bool:
    try:
        return user_of(request).may_administer
    except AccessError:
        return False


def _said(one: Feedback) -> tuple[str, ...]:
    return (_time(one.at), one.user, one.verdict.label, one.question, one.comment)


def _logged(entry: dict[str, Any], words: Words) -> tuple[str, ...]:
    facts = {name: value for name, value in entry.get("facts", {}).items() if value not in ("", None)}
    told = "；".join(
        f"{words.named.get(name, name)}：{words.named.get(str(value), value)}" for name, value in facts.items()
    )
    when, action = str(entry.get("time", ""))[:19].replace("T", " "), str(entry.get("action", ""))
    return (when, str(entry.get("user", "")), words.named.get(action, action), str(entry.get("address", "")), told)


def _users(door: Door | None, words: Words) -> str:
    if door is None:
        return f"<p>{escape(words.no_login)}</p>"
    accounts = door.accounts.all()
    users = (
        (one.user.name, str(one.user.role), "、".join(sorted(one.user.groups)), str(one.tokens or ""))
        for one in accounts
    )
    limits = (
        (name, "、".join(sorted(groups)) or words.administrators_only)
        for name, groups in sorted(door.accounts.rules().limited.items())
    )
    return _table(words.columns_users, users, words) + _table(words.columns_limits, limits, words)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], words: Words) -> str:
    body = "".join(f"<tr>{''.join(_cell(number, cell) for number, cell in enumerate(row))}</tr>" for row in rows)
    if not body:
        return f"<p>{escape(words.nothing)}</p>"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    named = f'class="wide" tabindex="0" role="group" aria-label="{escape(columns[0])}"'
    return f"<div {named}><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _cell(number: int, text: str) -> str:
    return f"<td{' class=fixed' if number == 0 else ''}>{escape(text)}</td>"


def _time(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
