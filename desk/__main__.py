"""`python -m desk add | change | password | remove | list | token | limit | unlimit`: who may use the app."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli import command, print_json, say, write_jsonl
from core.errors import UsageError
from core.settings import Settings
from desk.accounts import Account, Accounts
from desk.audit import AuditLog, Fact
from desk.credentials import COMMAND_LINE, proper_user
from desk.people import AccessRules, Role, collection_key
from desk.shelf import Shelf

app = typer.Typer(add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="用户名", show_default=False)]
Collection = Annotated[str, typer.Argument(help="资料集", show_default=False)]
Groups = Annotated[list[str] | None, typer.Option("--group", help="组，可重复给出")]
Data = Annotated[Path | None, typer.Option(help="数据目录")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="从标准输入读取一行密码")]
NewRole = Annotated[Role | None, typer.Option(help="角色", show_default=False)]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="角色")] = Role.READER,
    group: Groups = None,
    password_stdin: PasswordStdin = False,
    data: Data = None,
) -> None:
    """新建用户。"""
    with command():
        desk = _Desk(data)
        desk.accounts.check_new(name)
        user = desk.accounts.add(name, _password(password_stdin), role, group or ())
        desk.note("user_added", name=user.name, role=str(role), groups="、".join(sorted(user.groups)))
        say(f"已新建{role}“{user.name}”。")


@app.command()
def change(
    name: Name,
    role: NewRole = None,
    group: Groups = None,
    no_groups: Annotated[bool, typer.Option("--no-groups", help="退出所有的组")] = False,
    data: Data = None,
) -> None:
    """修改用户的角色或组（给出的组取代原来的组）。"""
    with command():
        if (role is None and not group and not no_groups) or (group and no_groups):
            raise UsageError("请给出 --role、--group 或 --no-groups 中要修改的一项。")
        desk = _Desk(data)
        desk.accounts.change(name, role, [] if no_groups else group)
        desk.note("user_changed", name=name, role=role and str(role), groups="、".join(group or ()))
        say("已修改，立即生效。")


@app.command()
def password(name: Name, password_stdin: PasswordStdin = False, data: Data = None) -> None:
    """修改密码；这个用户的所有登录随即失效。"""
    with command():
        desk = _Desk(data)
        desk.accounts.check_known(name)
        desk.accounts.set_password(name, _password(password_stdin))
        desk.note("password_set", name=name)
        say("密码已修改，原有的登录已失效；令牌仍然有效，需要时用 token --revoke 作废。")


@app.command()
def remove(name: Name, data: Data = None) -> None:
    """删除用户；登录和令牌随即失效。"""
    with command():
        desk = _Desk(data)
        desk.accounts.remove(name)
        desk.part_conversations(name)
        desk.note("user_removed", name=name)
        say("已删除。")


@app.command("list")
def list_users(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False, data: Data = None
) -> None:
    """列出用户和受限的资料集。"""
    with command():
        accounts = _Desk(data).accounts
        users, rules = accounts.all(), accounts.rules()
        if as_json:
            print_json({"users": [_as_json(account) for account in users], "limited": _limits(rules)})
            return
        for account in users:
            shown = "、".join(sorted(account.user.groups)) or "–"
            typer.echo(f"{account.user.name}\t{account.user.role}\t组：{shown}\t令牌：{account.tokens}")
        for collection, groups in _limits(rules).items():
            typer.echo(f"资料集“{collection}”限于：{'、'.join(groups) or '管理员'}")


@app.command()
def token(
    name: Name,
    revoke: Annotated[bool, typer.Option("--revoke", help="作废这个用户的所有令牌，不新建")] = False,
    data: Data = None,
) -> None:
    """新建接口令牌，只显示这一次。"""
    with command():
        desk = _Desk(data)
        if revoke:
            desk.accounts.revoke_tokens(name)
            desk.note("tokens_revoked", name=name)
            say("令牌已全部作废。")
            return
        made = desk.accounts.add_token(name)
        desk.note("token_added", name=name)
        typer.echo(made)
        say("令牌只显示这一次，请妥善保存。")


@app.command()
def limit(collection: Collection, group: Groups = None, data: Data = None) -> None:
    """把资料集限于这些组；不给组则只有管理员可读。"""
    with command():
        desk = _Desk(data)
        desk.accounts.limit(collection, group or ())
        desk.note("collection_limited", collection=collection, groups="、".join(group or ()))
        if not desk.has_collection(collection):
            say("注意：资料库里现在没有这个资料集，名称应与文件夹的名称一致。")
        say("已限制，立即生效。")


@app.command()
def unlimit(collection: Collection, data: Data = None) -> None:
    """取消资料集的限制，人人可读。"""
    with command():
        desk = _Desk(data)
        desk.accounts.unlimit(collection)
        desk.note("collection_unlimited", collection=collection)
        say("已取消限制，立即生效。")


@app.command()
def feedback(
    out: Annotated[Path, typer.Option(help="写到这个文件（JSONL）", metavar="FILE")], data: Data = None
) -> None:
    """把对回答的评价导出为评测题。"""
    from desk.database import DeskDatabase
    from desk.feedback import FeedbackStore, cases

    with command():
        database = DeskDatabase(Settings.load(data=data).data)
        try:
            found = cases(FeedbackStore(database).all())
        finally:
            database.close()
        write_jsonl(out, found)
        say(f"已导出 {len(found)} 条。")


class _Desk:
    def __init__(self, data: Path | None) -> None:
        settings = self._settings = Settings.load(data=data)
        self.accounts = Accounts(settings.users_file)
        self._audit = AuditLog(settings.data)

    def part_conversations(self, name: str) -> None:
        """Keep the conversations of a user from whoever is given the name later."""
        from desk.conversations import ConversationStore
        from desk.database import DeskDatabase

        database = DeskDatabase(self._settings.data)
        try:
            if database.exists:
                ConversationStore(database).detach(proper_user(name))
        finally:
            database.close()

    def has_collection(self, name: str) -> bool:
        """Whether there is a collection of this name in the library."""
        shelf = Shelf(self._settings.data)
        try:
            return collection_key(name) in map(collection_key, shelf.collections())
        finally:
            shelf.close()

    def note(self, action: str, **facts: Fact) -> None:
        self._audit.note(action, COMMAND_LINE, address="", **facts)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not _at_terminal():
        raise UsageError("这里不是终端，请用 --password-stdin 从标准输入给出密码。")
    first: str = typer.prompt("密码", hide_input=True, err=True)
    if typer.prompt("再输一次", hide_input=True, err=True) != first:
        raise UsageError("两次输入的密码不同，请重新运行。")
    return first


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _limits(rules: AccessRules) -> dict[str, list[str]]:
    return {collection: sorted(groups) for collection, groups in sorted(rules.limited.items())}


def _as_json(account: Account) -> dict[str, object]:
    user = account.user
    return {"name": user.name, "role": str(user.role), "groups": sorted(user.groups), "tokens": account.tokens}


if __name__ == "__main__":
    app()
