"""The users file: names, passwords, tokens, limits; read again when it changes, and of no use when it is broken."""

from __future__ import annotations

import json
import os
import stat
import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingsError, StoreError, UsageError
from desk.accounts import Accounts
from desk.credentials import PasswordRecord, proper_name
from desk.people import LOCAL, Role, User

PASSWORD = "dangjian-2026"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """A file with one editor of one group."""
    made = Accounts(tmp_path / "users.json")
    made.add("张三", PASSWORD, Role.EDITOR, ["干部科"])
    return made


def test_a_user_is_known_by_name_and_password_alone(accounts: Accounts) -> None:
    user = User("张三", Role.EDITOR, frozenset({"干部科"}))
    assert accounts.verify("张三", PASSWORD) == user
    assert accounts.verify(" 张三　", PASSWORD) == user
    assert accounts.user("张三") == user
    assert accounts.verify("张三", PASSWORD + " ") is None
    assert accounts.verify("张三", "") is None
    assert accounts.verify("李四", PASSWORD) is None
    assert accounts.verify("", PASSWORD) is None


@pytest.mark.parametrize("name", ["张三", "李四", "", "a\x00b", "x" * 10_000])
def test_a_password_is_hashed_whether_the_name_exists_or_not(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    costs = []
    plain = PasswordRecord.hash_of

    def counted(self: PasswordRecord, password: str) -> str:
        costs.append((self.n, self.r, self.p))
        return plain(self, password)

    monkeypatch.setattr(PasswordRecord, "hash_of", counted)
    assert accounts.verify(name, "wrong password") is None
    assert costs == [(2**15, 8, 1)]


def test_the_file_is_private_and_holds_no_secret(accounts: Accounts) -> None:
    token = accounts.add_token("张三")
    text = accounts.path.read_text("utf-8")
    assert PASSWORD not in text
    assert token not in text
    assert "张三" in text
    if os.name == "posix":
        assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert sorted(path.name for path in accounts.path.parent.iterdir()) == ["users.json", "users.json.lock"]


def test_two_users_of_one_password_have_different_records(accounts: Accounts) -> None:
    accounts.add("李四", PASSWORD)
    first, second = accounts.all()
    assert first.stamp != second.stamp


def test_a_token_means_its_own_user_until_it_is_revoked(accounts: Accounts) -> None:
    accounts.add("李四", PASSWORD)
    mine, others = accounts.add_token("张三"), accounts.add_token("李四")
    found = accounts.by_token(mine), accounts.by_token(others)
    assert [user and user.name for user in found] == ["张三", "李四"]
    assert accounts.by_token(mine[:-1]) is None
    assert accounts.by_token("") is None
    accounts.revoke_tokens("张三")
    assert accounts.by_token(mine) is None
    assert accounts.by_token(others) is not None


def test_a_change_by_another_process_counts_at_once(accounts: Accounts) -> None:
    other = Accounts(accounts.path)
    assert other.user("张三") is not None
    before = other.account("张三")
    accounts.set_password("张三", "another-password")
    after = other.account("张三")
    assert before and after and before.stamp != after.stamp
    assert other.verify("张三", PASSWORD) is None
    accounts.change("张三", Role.READER, None)
    assert other.user("张三") == User("张三", Role.READER, frozenset({"干部科"}))
    accounts.change("张三", None, [])
    assert other.user("张三") == User("张三")
    accounts.remove("张三")
    assert other.user("张三") is None
    assert other.is_empty()


def test_limits_hide_a_collection_from_who_is_in_no_group_of_it(accounts: Accounts) -> None:
    accounts.limit("内部", ["组织科", "干部科"])
    accounts.limit("绝密", [])
    rules = accounts.rules()
    member, admin = accounts.user("张三"), User("王五", Role.ADMIN)
    assert member
    assert rules.hidden_from(member) == ("绝密",)
    assert rules.hidden_from(User("李四")) == ("内部", "绝密")
    assert rules.hidden_from(admin) == ()
    accounts.unlimit("绝密")
    assert accounts.rules().hidden_from(member) == ()
    with pytest.raises(UsageError, match="绝密"):
        accounts.unlimit("绝密")


RECORD = {"n": 32768, "r": 8, "p": 1, "salt": "0" * 32, "hash": "1" * 64}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00",
        "[" * 100_000,
        '{"version": 2}',
        '{"users": {"张三": {}}}',
        json.dumps({"users": {"张三": {"password": {**RECORD, "n": 2}}}}),
        json.dumps({"users": {"张三": {"password": {**RECORD, "n": 2**40}}}}),
        json.dumps({"users": {"张三": {"password": {**RECORD, "hash": ""}}}}),
        json.dumps({"users": {"张三": {"password": RECORD, "role": "主任"}}}),
        json.dumps({"users": {"张三": {"password": RECORD, "tokens": [""]}}}),
        json.dumps({"users": {" 张三": {"password": RECORD}}}),
        json.dumps({"users": {LOCAL.name: {"password": RECORD}}}),
        json.dumps({"users": {}, "limits": {}}),
    ],
)
def test_a_broken_file_is_one_sentence_and_lets_nobody_in(accounts: Accounts, content: str) -> None:
    token = accounts.add_token("张三")
    good = accounts.path.read_bytes()
    accounts.path.write_text(content, "utf-8")
    for call in (
        lambda: accounts.verify("张三", PASSWORD),
        lambda: accounts.by_token(token),
        lambda: accounts.user("张三"),
        accounts.rules,
        accounts.is_empty,
        lambda: accounts.add("李四", PASSWORD),
    ):
        with pytest.raises(SettingsError, match=r"users\.json") as caught:
            call()
        assert str(caught.value).count("。") == 1
        assert "1" * 64 not in f"{caught.value}{caught.value.__cause__}"
    assert accounts.path.read_text("utf-8") == content, "a broken file is not written over"
    accounts.path.write_bytes(good)
    assert accounts.verify("张三", PASSWORD) is not None


def test_a_file_that_is_gone_or_no_file_lets_nobody_in(accounts: Accounts) -> None:
    assert accounts.user("张三")
    accounts.path.unlink()
    with pytest.raises(SettingsError, match="python -m desk add"):
        accounts.user("张三")
    accounts.path.mkdir()
    with pytest.raises(SettingsError, match="无法使用"):
        accounts.user("张三")
    with pytest.raises(SettingsError):
        accounts.add("李四", PASSWORD)


def test_a_file_that_cannot_be_written_stays_as_it_was(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    before = accounts.path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="磁盘空间不足"):
        accounts.remove("张三")
    assert accounts.path.read_bytes() == before
    assert not list(accounts.path.parent.glob(".users-*"))


def test_no_change_is_lost_where_many_are_made_at_once(accounts: Accounts) -> None:
    threads = [threading.Thread(target=accounts.limit, args=(f"资料{number}", ["组"])) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accounts.rules().limited) == 12


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "x" * 65,
        "a\nSet-Cookie: b",
        "a\rb",
        "a\x00",
        "a\u202eb",
        "a\u200bb",
        "a\u2028b",
        "\ud800",
        LOCAL.name,
        "命令行",
    ],
)
def test_a_name_that_could_deceive_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError):
        accounts.add(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "1234567", "12345678\n", "x" * 257, "e\u0301" * 7])
def test_a_password_that_is_too_weak_or_cannot_be_typed_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(UsageError, match="密码"):
        accounts.add("李四", password)
    assert accounts.user("李四") is None


def test_a_name_is_one_in_all_its_spellings(accounts: Accounts) -> None:
    accounts.add("Ｌｉ", PASSWORD)
    assert accounts.user("Li") is not None
    for add in (lambda: accounts.add("Li", PASSWORD), lambda: accounts.check_new("Ｌi")):
        with pytest.raises(UsageError, match="已有用户“Li”"):
            add()
    with pytest.raises(UsageError, match="没有用户“李四”"):
        accounts.remove("李四")


@given(st.text(max_size=80))
def test_a_name_that_is_taken_is_kept_in_one_form_without_hidden_characters(text: str) -> None:
    try:
        name = proper_name(text)
    except UsageError:
        return
    assert proper_name(name) == name
    assert 0 < len(name) <= 64
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in name)
