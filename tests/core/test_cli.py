from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from core.cli import command, print_json, read_jsonl, say, write_jsonl
from core.errors import StoreBusyError, UsageError


def test_an_expected_error_is_one_line_on_standard_error_and_an_exit_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as caught, command():
        raise StoreBusyError("资料库正在使用中。")
    assert caught.value.exit_code == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "错误：资料库正在使用中。\n")


def test_data_and_messages_go_separate_ways(capsys: pytest.CaptureFixture[str]) -> None:
    say("完成")
    print_json({"地区": "璧山区"})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"地区": "璧山区"}
    assert "璧山区" in out, "Chinese stays readable in a terminal"
    assert err == "完成\n"


def test_records_survive_writing_and_reading(tmp_path: Path) -> None:
    records = [{"id": 1, "query": "湄潭县\u2028茶叶专家\u0085多少名"}, {"id": "b", "query": "“双招双引”"}]
    write_jsonl(tmp_path / "q.jsonl", records)
    assert read_jsonl(tmp_path / "q.jsonl") == records


def test_blank_lines_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"id": 1}\r\n\r\n  \n{"id": 2}\n')
    assert read_jsonl(path) == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize("line", ["{", "[1]", '"text"', "1" * 5000, "[" * 100_000])
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1}\n' + line + "\n")
    with pytest.raises(UsageError, match="第 2 行"):
        read_jsonl(path)


def test_a_missing_or_unwritable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        read_jsonl(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match=r"out\.jsonl"):
        write_jsonl(tmp_path / "nowhere" / "out.jsonl", [])


def test_an_error_of_the_records_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        raise ConnectionError("模型没有应答")

    with pytest.raises(ConnectionError, match="模型没有应答"):
        write_jsonl(tmp_path / "out.jsonl", records())
    assert read_jsonl(tmp_path / "out.jsonl") == [{"id": 1}]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full")
def test_a_full_disk_is_blamed_on_the_file() -> None:
    with pytest.raises(UsageError, match="/dev/full"):
        write_jsonl(Path("/dev/full"), [{"id": 1}])


def test_half_a_character_is_written_as_its_escape(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "out.jsonl", [{"query": "人才\udce4"}])
    assert read_jsonl(tmp_path / "out.jsonl") == [{"query": "人才\udce4"}]


def test_a_console_of_another_encoding_gets_utf_8() -> None:
    code = (
        "from core.cli import command, print_json, say\n"
        "from core.errors import UsageError\n"
        "with command():\n"
        "    print_json({'query': '人才\\udce4'})\n"
        "    say('完成\\udce4')\n"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"query": "人才?"}
    assert done.stderr.decode() == "完成?\n"
