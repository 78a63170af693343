"""Files are read in a process that can be ended: a bad one costs itself and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import FileTimeoutError, ReadError
from ingest.lines import Limits, Problem
from ingest.prepare import Job, Prepared
from ingest.worker import Done, InProcess, Preparer, Worker
from tests.office import report_text

LONG = 40_000
"""Sentences of a file that takes seconds to clean."""


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker(seconds=60, memory_mb=3000)
    yield worker
    worker.close()


def job(path: Path) -> Job:
    return Job(path, path.as_posix(), path.name, path.name, Limits())


def write(folder: Path, name: str, sentences: int = 12) -> Job:
    path = folder / name
    path.write_text(report_text("湄潭县", "茶乡英才", 300, sentences), "utf-8")
    return job(path)


def read(preparer: Preparer) -> tuple[list[str], list[str], ReadError | None]:
    """What is told of the next file: its texts, its problems and its end."""
    texts, problems, error = [], [], None
    for message in preparer.messages():
        match message:
            case Prepared():
                texts.append(message.document.document.text)
            case Problem():
                problems.append(message.reason)
            case Done():
                error = message.error
    return texts, problems, error


def test_a_worker_tells_what_this_process_would(worker: Worker, tmp_path: Path) -> None:
    jobs = [write(tmp_path, "a.txt"), write(tmp_path, "b.txt", 30)]
    (tmp_path / "c.jsonl").write_text('{"text": "县委组织部召开座谈会。"}\n{broken\n', "utf-8")
    (tmp_path / "d.txt").write_bytes(b"")
    jobs += [job(tmp_path / "c.jsonl"), job(tmp_path / "d.txt"), job(tmp_path / "none.txt")]
    here = InProcess()
    for one in jobs:
        worker.submit(one)
        here.submit(one)
    for _ in jobs:
        (texts, problems, error), (texts_here, problems_here, error_here) = read(worker), read(here)
        assert (texts, problems, str(error)) == (texts_here, problems_here, str(error_here))
        assert type(error) is type(error_here)


def test_a_file_that_takes_too_long_is_ended_and_the_next_is_read(tmp_path: Path) -> None:
    worker = Worker(seconds=2, memory_mb=3000)
    worker.submit(write(tmp_path, "long.txt", 10 * LONG))
    worker.submit(write(tmp_path, "short.txt"))
    try:
        texts, _, error = read(worker)
        assert texts == []
        assert isinstance(error, FileTimeoutError)
        assert "ORGASK_MAX_FILE_SECONDS" in str(error)
        texts, _, error = read(worker)
        assert (len(texts), error) == (1, None)
    finally:
        worker.close()


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname != "Linux", reason="limits of memory are known to Linux")
def test_a_file_that_takes_too_much_memory_is_ended_and_the_next_is_read(tmp_path: Path) -> None:
    worker = Worker(seconds=60, memory_mb=330)
    (tmp_path / "long.txt").write_bytes("湄潭县".encode() * 30_000_000)
    worker.submit(job(tmp_path / "long.txt"))
    worker.submit(write(tmp_path, "short.txt"))
    try:
        _, _, error = read(worker)
        assert isinstance(error, FileTimeoutError)
        assert "内存" in str(error)
        texts, _, error = read(worker)
        assert (len(texts), error) == (1, None)
    finally:
        worker.close()


def test_a_worker_that_dies_costs_only_the_file_it_was_reading(worker: Worker, tmp_path: Path) -> None:
    worker.submit(write(tmp_path, "first.txt"))
    assert read(worker)[2] is None
    worker.submit(write(tmp_path, "long.txt", LONG))
    worker.submit(write(tmp_path, "short.txt"))
    process = worker.process_id
    assert process
    os.kill(process, signal.SIGKILL)
    _, _, error = read(worker)
    assert isinstance(error, FileTimeoutError)
    assert "意外结束" in str(error)
    assert len(read(worker)[0]) == 1


def test_closing_does_not_wait_for_a_file_that_nobody_wants_any_more(tmp_path: Path) -> None:
    worker = Worker(seconds=60, memory_mb=3000)
    worker.submit(write(tmp_path, "long.txt", LONG))
    worker.close()
    assert worker.process_id is None


def test_a_closed_worker_begins_anew_with_the_next_file(worker: Worker, tmp_path: Path) -> None:
    worker.submit(write(tmp_path, "forgotten.txt", LONG))
    worker.close()
    worker.close()
    wanted, here = write(tmp_path, "wanted.txt"), InProcess()
    worker.submit(wanted)
    here.submit(wanted)
    assert read(worker) == read(here)


def test_a_worker_does_not_outlive_an_ingest_that_is_killed(tmp_path: Path) -> None:
    write(tmp_path, "long.txt", 10 * LONG)
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.ingest.test_worker import job\n"
        "from ingest.worker import Worker\n"
        "if __name__ == '__main__':\n"
        "    worker = Worker(seconds=60, memory_mb=3000)\n"
        "    worker.submit(job(Path(sys.argv[1])))\n"
        "    while not worker.process_id:\n"
        "        time.sleep(0.1)\n"
        "    print(worker.process_id, flush=True)\n"
        "    time.sleep(60)\n"
    )
    (tmp_path / "program.py").write_text(program, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py"), str(tmp_path / "long.txt")],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as ingest:  # fmt: skip
        assert ingest.stdout
        worker = int(ingest.stdout.readline())
        ingest.kill()
    deadline = time.monotonic() + 20
    while _runs(worker):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
