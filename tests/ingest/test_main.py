"""What an ingest shows while it runs, and what it leaves alone."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ingest.__main__ import ProgressFile, main
from retriever.library import Library
from tests.office import Office, report_text


def test_progress_is_written_and_taken_away(tmp_path: Path) -> None:
    progress = ProgressFile(tmp_path)
    progress("正在读取文件", 1, 2)
    assert json.loads((tmp_path / "progress.json").read_text("utf-8"))["done"] == 1
    progress.close()
    assert not (tmp_path / "progress.json").exists()


@pytest.mark.parametrize("started", [True, False])
def test_the_progress_of_another_ingest_is_left_alone(tmp_path: Path, started: bool) -> None:
    file = tmp_path / "progress.json"
    other = json.dumps({"stage": "正在计算向量", "done": 5, "total": 9, "time": time.time(), "pid": 1})
    progress = ProgressFile(tmp_path)
    if not started:
        file.write_text(other, "utf-8")
    progress("正在解压模型", 1, 100)
    file.write_text(other, "utf-8")
    progress.close()
    assert file.read_text("utf-8") == other


def test_who_holds_the_lock_writes_whatever_was_left_behind(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text("{", "utf-8")
    progress = ProgressFile(tmp_path)
    progress.locked = True
    progress("正在读取文件", 1, 2)
    progress.close()
    assert not (tmp_path / "progress.json").exists()


def test_an_ingest_that_finds_the_library_busy_keeps_the_progress_of_the_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retriever.encoder.open_encoder", lambda *_args, **_kwargs: office.encoder)
    app = typer.Typer()
    app.command()(main)
    path = office.write("a.txt", report_text("湄潭县", "茶乡英才", 300))
    office.write("b.exe", "x")
    arguments = [str(office.files), "--data", str(office.settings.data)]
    file = office.settings.data / "progress.json"
    with Library.writing(office.settings, office.encoder.name):
        file.write_text(json.dumps({"stage": "正在计算向量", "time": time.time(), "pid": 1}), "utf-8")
        assert CliRunner().invoke(app, arguments).exit_code != 0
        assert file.exists()
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert not file.exists()
    assert path.exists()
    assert "未变 1，略过 1" in CliRunner().invoke(app, arguments).output


def test_in_a_file_the_report_has_one_line_for_each_file(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retriever.encoder.open_encoder", lambda *_args, **_kwargs: office.encoder)
    name = f"{'中共湄潭县委组织部关于印发人才工作要点的通知' * 3}.exe"
    office.write("a.txt", report_text("湄潭县", "茶乡英才", 300))
    office.write(name, "x")
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, [str(office.files), "--data", str(office.settings.data)])
    assert any(name in line and "暂不支持的格式 .exe" in line for line in done.stdout.splitlines())
    (office.files / "a.txt").rename(office.files / "b.txt")
    done = CliRunner().invoke(app, [str(office.files), "--data", str(office.settings.data)])
    assert any("b.txt" in line and "原为 a.txt" in line for line in done.stdout.splitlines())


def test_documents_are_removed_restored_and_corrected_from_the_command_line(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retriever.encoder.open_encoder", lambda *_args, **_kwargs: office.encoder)
    app = typer.Typer()
    app.command()(main)
    office.write("a.txt", report_text("湄潭县", "茶乡英才", 300))
    office.write("b.txt", report_text("晋江市", "晋才回流", 500))
    office.ingest()
    document = office.document_of("湄潭县“茶乡英才”").id

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--data", str(office.settings.data)])

    done = run("--remove", document, "--json")
    assert (done.exit_code, json.loads(done.stdout)["deleted"]) == (0, 1)
    assert "茶乡英才" not in office.found_text("湄潭县“茶乡英才”")
    assert json.loads(run("--restore", document, "--json").stdout)["library"]["documents"] == 2
    assert run("--correct", document, "--set", "体裁=简报", "--set", "日期=2023").exit_code == 0
    meta = office.search("湄潭县“茶乡英才”")[0].article.meta
    assert (meta.kind, meta.date) == ("简报", "2023")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--remove"], "文档编号"),
        (["--remove", "--restore", "x"], "之一"),
        (["--check", "--remove", "x"], "之一"),
        (["--set", "体裁=简报", "x"], "--correct"),
        (["--remove", "x", "--rebuild"], "--rebuild"),
        (["--correct", "x", "y", "--set", "体裁=简报"], "一次更正一份"),
        (["--correct", "x"], "--set"),
        (["--remove", "x", "--data", "nowhere"], "是空的"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str], said: str) -> None:
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code in (1, 2)
    assert said in done.stderr
    assert not Path("nowhere").exists()
