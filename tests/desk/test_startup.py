"""The way to the first question: phases, the child that indexes, the port, the command line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.api import LibraryStatus
from core.errors import (
    EmptyLibraryError,
    EncoderError,
    NotIndexedError,
    NotReadyError,
    PortInUseError,
    SettingsError,
    StoreBusyError,
    StoreError,
)
from desk.engine import Engine
from desk.indexing import IndexRun, Outcome, read_progress
from desk.jobs import Jobs
from desk.phases import Empty, Failed, Indexing, Phase, Progress, Ready, Starting
from tests.ui.fakes import ScriptedIndexer, ScriptedService, engine_over
from ui.server import take_port

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ScriptedService()


def wait_for(engine: Engine, kind: type[Phase]) -> Phase:
    deadline = time.monotonic() + 10
    while not isinstance(engine.phase, kind):
        assert time.monotonic() < deadline, engine.phase
        time.sleep(0.01)
    return engine.phase


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_without_indexing_it_opens_and_is_ready() -> None:
    service = ScriptedService()
    engine = engine_over(lambda: service)
    assert engine.phase == Starting()
    engine.start()
    assert wait_for(engine, Ready) == Ready(service)


def test_without_a_library_indexing_shows_its_progress_and_comes_before_opening() -> None:
    indexer, service = ScriptedIndexer(failed_files=True), ScriptedService()

    def open_service() -> ScriptedService:
        if not indexer.done.is_set():
            raise EmptyLibraryError("空")
        return service

    engine = engine_over(open_service, indexer)
    engine.start()
    assert indexer.began.wait(10)
    assert engine.phase == Indexing(None)
    indexer.now = Progress("正在读取文件", 1, 4)
    assert engine.phase == Indexing(indexer.now)
    assert indexer.now.share == 0.25
    with pytest.raises(NotReadyError), engine.use():
        pass
    indexer.done.set()
    assert wait_for(engine, Ready) == Ready(service, failed_files=True)


def test_a_library_from_before_answers_while_it_is_brought_up_to_date() -> None:
    indexer, service = ScriptedIndexer(failed_files=True), ScriptedService()
    engine = engine_over(lambda: service, indexer)
    engine.start()
    assert indexer.began.wait(10)
    indexer.now = Progress("正在读取文件", 1, 4)
    assert engine.phase == Ready(service, indexing=indexer.now)
    with engine.use() as used:
        assert used is service
    indexer.done.set()
    wait_until(lambda: engine.phase == Ready(service, failed_files=True))


def test_the_library_is_given_back_between_answers_and_opened_anew() -> None:
    wanted = threading.Event()
    opened: list[ScriptedService] = []

    def open_service() -> ScriptedService:
        opened.append(ScriptedService())
        return opened[-1]

    engine = Engine(open_service, Jobs(lambda job: ScriptedIndexer()), wanted=wanted.is_set)
    engine.start()
    wait_for(engine, Ready)
    with engine.use() as first:
        wanted.set()
        wait_until(lambda: isinstance(engine.phase, Ready) and engine.phase.switching)
        assert not opened[0].closed, "an answer is under way"
    wait_until(lambda: opened[0].closed)
    with pytest.raises(NotReadyError), engine.use(wait_s=0.05):
        pass
    waiting: list[object] = []

    def ask() -> None:
        with engine.use() as service:
            waiting.append(service)

    thread = threading.Thread(target=ask)
    thread.start()
    wanted.clear()
    thread.join(10)
    assert waiting == [opened[1]]
    assert first is opened[0]


def test_a_busy_library_is_tried_again() -> None:
    tries: list[int] = []

    def open_service() -> ScriptedService:
        tries.append(1)
        if len(tries) < 3:
            raise StoreBusyError("忙")
        return ScriptedService()

    engine = engine_over(open_service, busy_retry_s=0.01)
    engine.start()
    wait_for(engine, Ready)
    assert len(tries) == 3


def raises(error: Exception) -> Callable[[], ScriptedService]:
    def open_service() -> ScriptedService:
        raise error

    return open_service


@pytest.mark.parametrize(
    ("open_service", "phase"),
    [
        (raises(EncoderError("模型打不开。")), Failed("模型打不开。")),
        (raises(EmptyLibraryError("空")), Empty()),
        (lambda: ScriptedService(size=LibraryStatus(0, 0, 0)), Empty()),
    ],
)
def test_what_opening_ends_in(open_service: Callable[[], ScriptedService], phase: Phase) -> None:
    engine = engine_over(open_service)
    engine.start()
    assert wait_for(engine, type(phase)) == phase


def test_an_unexpected_error_is_not_shown_in_its_own_words() -> None:
    engine = engine_over(raises(RuntimeError("secret path")))
    engine.start()
    phase = wait_for(engine, Failed)
    assert isinstance(phase, Failed)
    assert "secret" not in phase.message


def test_closing_ends_the_waiting() -> None:
    engine = engine_over(raises(StoreBusyError("忙")), ScriptedIndexer(), busy_retry_s=60)
    engine.start()
    engine.close()
    assert not isinstance(engine.phase, Ready)


@pytest.mark.parametrize(
    "noted",
    ["", "{", "[]", "null", '{"stage": "读"}', '{"stage": "读", "done": "x", "time": 5}', '{"time": 1e999}', "\x00"],
)
def test_a_half_written_progress_is_no_progress(tmp_path: Path, noted: str) -> None:
    file = tmp_path / "progress.json"
    assert read_progress(file) is None
    file.write_text(noted, encoding="utf-8")
    assert read_progress(file) is None


def test_progress_is_read_and_an_old_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    file.write_text('{"stage": "正在读取文件", "done": 12, "total": 1927, "time": 100.0}', encoding="utf-8")
    assert read_progress(file, since=99) == Progress("正在读取文件", 12, 1927)
    assert read_progress(file, since=101) is None


@pytest.mark.parametrize(("status", "failed"), [(0, False), (1, True)])
def test_the_child_may_leave_files_out(tmp_path: Path, status: int, failed: bool) -> None:
    assert IndexRun(python(f"raise SystemExit({status})"), tmp_path / "p.json").run() == Outcome(failed)


def test_a_child_that_fails_is_told_by_its_last_line(tmp_path: Path) -> None:
    code = "import sys; sys.stderr.write('进度 1\\r进度 2\\n错误：正在使用中。\\n\\n'); sys.exit({})"
    with pytest.raises(NotIndexedError, match=r"^建立资料库没有完成：正在使用中。$"):
        IndexRun(python(code.format(2)), tmp_path / "p.json").run()
    with pytest.raises(StoreError, match="正在使用中。") as caught:
        IndexRun(python(code.format(3)), tmp_path / "p.json").run()
    assert not isinstance(caught.value, NotIndexedError)


REFUSED = NotIndexedError("资料库正在使用中。")


@pytest.mark.parametrize(
    ("error", "open_service", "phase"),
    [
        (REFUSED, lambda: SERVICE, Ready(SERVICE, outdated=str(REFUSED))),
        (REFUSED, raises(StoreError("打不开。")), Failed(str(REFUSED))),
        (REFUSED, raises(EmptyLibraryError("空")), Failed(str(REFUSED))),
        (StoreError("磁盘坏了。"), lambda: SERVICE, Ready(SERVICE, outdated="磁盘坏了。")),
        (StoreError("磁盘坏了。"), raises(EmptyLibraryError("空")), Failed("磁盘坏了。")),
    ],
)
def test_a_good_library_is_used_although_the_indexing_failed(
    error: StoreError, open_service: Callable[[], ScriptedService], phase: Phase
) -> None:
    indexer = ScriptedIndexer(error=error)
    indexer.done.set()
    engine = engine_over(open_service, indexer)
    engine.start()
    wait_until(lambda: engine.phase == phase)


def test_stopping_ends_the_child_and_waits_for_it(tmp_path: Path) -> None:
    began, ended = tmp_path / "began", tmp_path / "ended"
    code = (
        "import pathlib, signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *a: (pathlib.Path({str(ended)!r}).touch(), sys.exit(143)))\n"
        f"pathlib.Path({str(began)!r}).touch()\n"
        "time.sleep(60)"
    )
    engine = engine_over(ScriptedService, IndexRun(python(code), tmp_path / "p.json"))
    engine.start()
    while not began.exists():
        time.sleep(0.01)
    engine.close()
    assert ended.exists()


def test_a_port_in_use_is_one_clear_sentence() -> None:
    with take_port("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"端口 {port} 已被占用.*PORT="):
            take_port("127.0.0.1", port)


def test_an_address_that_does_not_exist_is_a_setting_to_mend() -> None:
    with pytest.raises(SettingsError, match=r"203\.0\.113\.7"):
        take_port("203.0.113.7", 0)


def run_app(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "app.py", *arguments]
    given = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False)


def test_the_program_ends_with_2_before_slow_work_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ended = run_app("--port", port, "--data", str(tmp_path), "--corpus", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.strip().startswith(f"错误：端口 {port} 已被占用")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_the_program_ends_with_2_on_a_wrong_setting() -> None:
    ended = run_app(ORGASK_PROT="1")
    assert ended.returncode == 2
    assert "ORGASK_PROT" in ended.stderr
    ended = run_app("--corpus", "不存在的文件夹")
    assert ended.returncode == 2
    assert "不存在的文件夹" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_program_says_where_the_page_is_and_ends_on_sigterm(tmp_path: Path) -> None:
    with take_port("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "app.py", "--port", str(port), "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as app:
        try:
            assert app.stdout is not None
            assert app.stdout.readline() == f"组工智答已就绪：http://127.0.0.1:{port}\n"
            with socket.create_connection(("127.0.0.1", port)):
                pass
            app.send_signal(signal.SIGTERM)
            assert app.wait(20) == 0
            assert not (tmp_path / "data").exists(), "a mistyped folder is not made"
        finally:
            app.kill()
