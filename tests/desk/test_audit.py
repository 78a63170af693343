"""The audit log: complete lines from many threads, private, rotated without loss, and a failure that is told."""

from __future__ import annotations

import json
import os
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError, StoreFullError
from desk.audit import AuditLog
from desk.people import User


def test_an_entry_tells_who_did_what_when_and_from_where(tmp_path: Path) -> None:
    AuditLog(tmp_path / "new").note("ask", User("张三"), address="10.0.0.1", passages=8)
    line = (tmp_path / "new" / "audit.jsonl").read_text("utf-8")
    entry = json.loads(line)
    assert datetime.fromisoformat(entry.pop("time")).tzinfo is not None
    assert entry == {"user": "张三", "action": "ask", "address": "10.0.0.1", "facts": {"passages": 8}}
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "new" / "audit.jsonl").stat().st_mode) == 0o600


def test_the_newest_come_first_and_no_log_is_an_empty_one(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    assert log.tail(5) == ()
    for number in range(10):
        log.note("ask", "张三", number=number)
    assert [entry["facts"]["number"] for entry in log.tail(3)] == [9, 8, 7]


def test_many_threads_lose_and_mix_nothing_while_it_is_rotated(tmp_path: Path) -> None:
    # Two logs, as the app and a command have at once.
    logs = [AuditLog(tmp_path, rotate_bytes=2000), AuditLog(tmp_path, rotate_bytes=2000)]

    def write(worker: int) -> None:
        for number in range(40):
            logs[worker % 2].note("ask", f"u{worker}", number=number)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.glob("audit-*.jsonl"))) > 3
    found = {(entry["user"], entry["facts"]["number"]) for entry in logs[0].tail(1000)}
    assert len(found) == len(logs[0].tail(1000)) == 240


@given(st.text(), st.text())
def test_no_text_breaks_a_line(tmp_path_factory: pytest.TempPathFactory, name: str, fact: str) -> None:
    folder = tmp_path_factory.mktemp("audit")
    log = AuditLog(folder)
    log.note("ask", name, fact=fact)
    log.note("ask", "next")
    assert (folder / "audit.jsonl").read_bytes().count(b"\n") == 2
    assert [entry["user"] for entry in log.tail(5)] == ["next", name]


def test_half_a_character_and_a_long_fact_are_taken(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.note("ask", "\ud800", fact="x" * 10_000)
    (entry,) = log.tail(1)
    assert len(entry["facts"]["fact"]) == 200


def test_a_line_that_was_cut_off_costs_only_itself(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.note("ask", "张三")
    with (tmp_path / "audit.jsonl").open("ab") as file:
        file.write(b'{"time": "2026-')
    log.note("ask", "李四")
    assert [entry["user"] for entry in log.tail(5)] == ["李四", "张三"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").symlink_to("/dev/full")
    with pytest.raises(StoreFullError, match="磁盘空间不足"):
        AuditLog(tmp_path).note("ask", "张三")


def test_a_log_that_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    log = AuditLog(tmp_path)
    with pytest.raises(StoreError, match="审计日志"):
        log.note("ask", "张三")
    with pytest.raises(StoreError, match="审计日志"):
        log.tail(1)
