"""`python -m desk` as an administrator calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from desk.__main__ import app
from desk.accounts import Accounts
from desk.audit import AuditLog
from desk.people import Role, User

PASSWORD = "dangjian-2026"


def run(folder: Path, *arguments: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(app, [*arguments, "--data", str(folder)], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_user_is_added_listed_changed_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    added = run(folder, "add", "张三", "--role", "编辑", "--group", "干部科", "--password-stdin", typed=PASSWORD + "\n")
    assert (added.exit_code, added.stdout) == (0, "")
    accounts = Accounts(folder / "users.json")
    assert accounts.verify("张三", PASSWORD) == User("张三", Role.EDITOR, frozenset({"干部科"}))
    assert run(folder, "limit", "内部", "--group", "干部科").exit_code == 0
    token = run(folder, "token", "张三").stdout.strip()
    found = accounts.by_token(token)
    assert found and found.name == "张三"
    listed = json.loads(run(folder, "list", "--json").stdout)
    assert listed == {
        "users": [{"name": "张三", "role": "编辑", "groups": ["干部科"], "tokens": 1}],
        "limited": {"内部": ["干部科"]},
    }
    assert "张三\t编辑" in run(folder, "list").stdout
    assert run(folder, "change", "张三", "--role", "管理员", "--no-groups").exit_code == 0
    assert accounts.user("张三") == User("张三", Role.ADMIN)
    assert run(folder, "token", "张三", "--revoke").exit_code == 0
    assert accounts.by_token(token) is None
    assert run(folder, "password", "张三", "--password-stdin", typed="another-password\r\n").exit_code == 0
    assert accounts.verify("张三", "another-password")
    assert run(folder, "unlimit", "内部").exit_code == 0
    assert run(folder, "remove", "张三").exit_code == 0
    assert accounts.is_empty()


def test_what_was_done_is_noted_without_secrets(tmp_path: Path) -> None:
    run(tmp_path, "add", "张三", "--password-stdin", typed=PASSWORD + "\n")
    token = run(tmp_path, "token", "张三").stdout.strip()
    run(tmp_path, "limit", "内部", "--group", "干部科")
    run(tmp_path, "remove", "张三")
    entries = AuditLog(tmp_path).tail(10)
    assert [entry["action"] for entry in entries] == ["user_removed", "collection_limited", "token_added", "user_added"]
    assert PASSWORD not in str(entries)
    assert token not in str(entries)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["add", "李四", "--password-stdin"], "short\n", "密码要有 8"),
        (["add", "李四", "--password-stdin"], "", "密码要有 8"),
        (["add", "李四"], PASSWORD, "--password-stdin"),
        (["add", "张三"], None, "已有用户“张三”"),
        (["add", "李\n四", "--password-stdin"], PASSWORD, "用户名中有不可见的字符"),
        (["add", "本机", "--password-stdin"], PASSWORD, "由程序自己使用"),
        (["password", "李四"], None, "没有用户“李四”"),
        (["remove", "李四"], None, "没有用户“李四”"),
        (["token", "李四"], None, "没有用户“李四”"),
        (["change", "张三"], None, "--role"),
        (["unlimit", "内部"], None, "没有限制"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_two(
    tmp_path: Path, arguments: list[str], typed: str | None, said: str
) -> None:
    Accounts(tmp_path / "users.json").add("张三", PASSWORD)
    before = (tmp_path / "users.json").read_bytes()
    result = run(tmp_path, *arguments, typed=typed)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert (tmp_path / "users.json").read_bytes() == before


def test_the_password_is_asked_for_twice_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.__main__._at_terminal", lambda: True)
    asked: list[bool] = []
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "dangjian-2027"])

    def prompt(_text: str, *, hide_input: bool, err: bool) -> str:
        asked.append(hide_input and err)
        return next(answers)

    monkeypatch.setattr(typer, "prompt", prompt)
    assert run(tmp_path, "add", "张三").exit_code == 0
    differing = run(tmp_path, "password", "张三")
    assert (differing.exit_code, asked) == (2, [True] * 4)
    assert "两次输入的密码不同" in differing.stderr
    assert Accounts(tmp_path / "users.json").verify("张三", PASSWORD)


def test_without_a_users_file_the_list_says_how_to_make_one(tmp_path: Path) -> None:
    result = run(tmp_path / "new", "list")
    assert result.exit_code == 2
    assert "python -m desk add" in result.stderr
    assert not (tmp_path / "new").exists()
