"""A data folder under hard conditions: other processes, kills, full disks, damaged files."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from core.errors import EmptyLibraryError, StoreBusyError, StoreError, StoreMismatchError, StoreUnreachableError
from core.schema import FileState
from core.settings import Settings
from retriever.library import Library
from retriever.vector_index import VectorIndex
from tests.office import Office, ordinary_user, report_text, states

ROOT = Path(__file__).resolve().parents[2]
MANY = 15


@pytest.fixture
def stocked(office: Office) -> Office:
    office.write("湄潭.txt", report_text("湄潭县", "茶乡英才", 300))
    office.ingest()
    return office


def write_many(office: Office) -> None:
    for number in range(MANY):
        office.write(f"{number}.txt", report_text(f"晋江市第{number}镇", f"晋才{number}号", number * 50, 40))


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def clerk(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.clerk", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


# --- several processes ------------------------------------------------------------------------------------------


def test_many_may_read_while_one_writes_texts(stocked: Office) -> None:
    settings, name = stocked.settings, stocked.encoder.name
    command = [sys.executable, "-m", "tests.clerk", "hold", str(settings.data)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def ask(mode: str) -> str:
            print(mode, file=other.stdin, flush=True)
            return other.stdout.readline().strip()

        assert ask("reading") == "ok"
        with Library.reading(settings, name) as library:
            assert library.database.counts()[0] == 1
        with Library.writing(settings, name):
            assert ask("reading") == "ok"
            assert ask("writing") == "StoreBusyError"

        assert ask("writing") == "ok"
        with Library.reading(settings, name) as library:
            assert library.vectors.count()
        with pytest.raises(StoreBusyError, match="正在更新"), Library.writing(settings, name):
            pass

        other.send_signal(signal.SIGKILL)
        other.wait()
        with Library.writing(settings, name):
            pass
    stocked.chunk_ids()


def test_the_indexes_are_changed_by_one_alone_who_asks_for_them(stocked: Office) -> None:
    settings, name = stocked.settings, stocked.encoder.name
    stocked.write("新.txt", report_text("繁昌区", "墩苗育才", 300))
    command = [sys.executable, "-m", "tests.clerk", "ingest", str(settings.data), str(stocked.files)]
    with ExitStack() as open_writer:
        with Library.reading(settings, name) as library:
            before = library.vectors.count()
            writer = open_writer.enter_context(subprocess.Popen(command, cwd=ROOT))
            wait_until(lambda: Library.is_wanted(settings))
            # The texts are there, the indexes as they were.
            assert library.database.counts()[0] == 2
            assert library.vectors.count() == before
            with pytest.raises(StoreBusyError, match="正在更新"), Library.reading(settings, name):
                pass
            assert writer.poll() is None
        assert writer.wait(60) == 0
    assert not Library.is_wanted(settings)
    assert len(stocked.chunk_ids()) > before


# --- kills ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "step", "rebuild"),
    [("正在计算向量", 1, False), ("正在建立索引", 1, False), ("正在建立索引", 1, True)],
    ids=["embedding", "writing indexes", "rebuilding indexes"],
)
def test_a_killed_run_is_finished_by_the_next(stocked: Office, stage: str, step: int, rebuild: bool) -> None:
    write_many(stocked)
    stocked.write("湄潭.txt", report_text("繁昌区", "墩苗育才", 300))
    killed = clerk("ingest", stocked.settings.data, stocked.files, "--kill", stage, str(step), *["--rebuild"] * rebuild)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if stage == "正在建立索引":
        with pytest.raises(StoreError, match="没有完成"):
            stocked.search("墩苗育才")
    report = stocked.ingest()
    assert report.failed == 0
    assert report.documents == MANY + 1
    assert len(stocked.chunk_ids()) == report.chunks
    assert "茶乡英才" not in stocked.found_text("湄潭县“茶乡英才”")
    assert stocked.search("繁昌区“墩苗育才”")[0].source == "湄潭.txt"


# --- a full disk ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "room"),
    [("正在计算向量", 20_000), ("正在建立索引", 4096)],
    ids=["database", "indexes"],
)
def test_a_full_disk_is_told_and_nothing_is_lost(stocked: Office, stage: str, room: int) -> None:
    write_many(stocked)
    failed = clerk("ingest", stocked.settings.data, stocked.files, "--full", stage, str(room))
    assert failed.returncode == 1
    [line] = [line for line in failed.stderr.splitlines() if "StoreFullError" in line]
    assert "空间" in line
    assert "Traceback" not in failed.stderr
    report = stocked.ingest()
    assert report.failed == 0
    assert report.documents == MANY + 1
    assert len(stocked.chunk_ids()) == report.chunks
    assert "茶乡英才" in stocked.found_text("湄潭县“茶乡英才”")


def test_a_disk_without_any_room_leaves_the_library_as_it_was(stocked: Office) -> None:
    before = stocked.chunk_ids()
    stocked.write("new.txt", report_text("晋江市", "晋才回流", 1))
    failed = clerk("ingest", stocked.settings.data, stocked.files, "--full", "正在读取文件", "1")
    assert "StoreFullError" in failed.stderr
    assert stocked.chunk_ids() == before


# --- damage -----------------------------------------------------------------------------------------------------


def remove(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    path.write_bytes(b"no index at all " * 64)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("what", ["chroma", "keywords"])
@pytest.mark.parametrize(("harm", "changed"), [(remove, False), (overwrite, False), (overwrite, True), (empty, True)])
def test_a_destroyed_index_is_made_again_without_embedding(
    stocked: Office, what: str, harm: Callable[[Path], None], changed: bool
) -> None:
    before = stocked.chunk_ids()
    [folder] = stocked.settings.data.glob(f"index-*/{what}")
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        harm(path)
    if changed:
        stocked.write("new.txt", report_text("晋江市", "晋才回流", 1))
    embedded = stocked.encoder.embedded
    report = stocked.ingest()
    assert report.failed == 0
    if not changed:
        assert stocked.encoder.embedded == embedded
        assert stocked.chunk_ids() == before
    else:
        assert set(before) < set(stocked.chunk_ids())
    assert stocked.search("湄潭县“茶乡英才”")[0].source == "湄潭.txt"


@pytest.mark.parametrize("what", ["", "chroma", "keywords"])
def test_indexes_may_be_thrown_away_and_reading_notices(stocked: Office, what: str) -> None:
    before = stocked.chunk_ids()
    [folder] = stocked.settings.data.glob("index-*")
    shutil.rmtree(folder / what)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"没有完成.*重新运行一次索引"):
            stocked.search("茶乡英才")
        assert not (folder / what).exists(), "reading makes no index"
    assert stocked.ingest().embedded == 0
    assert stocked.chunk_ids() == before


def test_old_indexes_do_not_pile_up(stocked: Office) -> None:
    for _ in range(3):
        stocked.ingest(rebuild=True)
    assert len(list(stocked.settings.data.glob("index-*"))) == 1


def test_a_damaged_database_is_told_with_what_to_do(stocked: Office) -> None:
    (stocked.settings.data / "orgask.sqlite3").write_bytes(b"this is not a database " * 500)
    with pytest.raises(StoreError, match=r"损坏.*重新索引"):
        stocked.search("茶乡英才")
    with pytest.raises(StoreError, match="损坏"):
        stocked.ingest()


def test_a_library_of_another_version_is_refused(stocked: Office) -> None:
    with sqlite3.connect(stocked.settings.data / "orgask.sqlite3") as connection:
        connection.execute("UPDATE state SET value = '0' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(StoreMismatchError, match="不兼容"):
        stocked.search("茶乡英才")


def test_a_data_folder_that_cannot_be_written_is_told(office: Office, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    for data in (tmp_path / "taken", tmp_path / "taken" / "deeper"):
        with pytest.raises(StoreError, match="数据目录"), Library.writing(Settings(data=data), "fake-a"):
            pass
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    with ordinary_user(), pytest.raises(StoreError, match="权限"), Library.writing(Settings(data=closed), "fake-a"):
        pass


# --- what stays -------------------------------------------------------------------------------------------------


def test_vectors_survive_closing_and_opening_again(stocked: Office) -> None:
    vector = stocked.encoder.encode_queries(["湄潭县“茶乡英才”走访企业"])[0]
    with stocked.reading() as library:
        first = library.vectors.search(vector, 5)
    with stocked.reading() as library:
        again = library.vectors.search(vector, 5)
    assert again == first
    assert [score for _, score in first] == sorted((score for _, score in first), reverse=True)
    assert all(-1.001 <= score <= 1.001 for _, score in first)


def test_an_empty_library_is_told(office: Office) -> None:
    assert states(office.ingest()) == {}
    with pytest.raises(EmptyLibraryError, match="ingest"):
        office.search("茶乡英才")


def test_a_mistyped_data_folder_is_told_and_not_made(office: Office) -> None:
    with pytest.raises(EmptyLibraryError, match=str(office.settings.data)):
        office.search("茶乡英才")
    with pytest.raises(EmptyLibraryError):
        Library.check_readable(office.settings)
    assert not office.settings.data.exists()


# --- a Chroma server --------------------------------------------------------------------------------------------


@contextmanager
def chroma_server(folder: Path, port: int) -> Iterator[None]:
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 30
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield
        finally:
            server.kill()


def test_a_server_that_is_away_is_told_from_one_that_lost_its_data(stocked: Office, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    embedded = stocked.encoder.embedded
    stocked.settings = stocked.settings.model_copy(update={"chroma_url": f"http://127.0.0.1:{port}"})
    with chroma_server(tmp_path / "server", port):
        with pytest.raises(StoreError, match="没有完成"):
            stocked.search("茶乡英才")
        assert stocked.ingest().embedded == 0
        before = stocked.chunk_ids()
    folders = set(stocked.settings.data.glob("index-*"))
    with pytest.raises(StoreUnreachableError, match=f"{port} 没有正常应答"):
        stocked.search("茶乡英才")
    stocked.write("new.txt", report_text("晋江市", "晋才回流", 1))
    for _ in range(2):
        with pytest.raises(StoreUnreachableError):
            stocked.ingest()
    assert set(stocked.settings.data.glob("index-*")) == folders, "no rebuild has begun"
    with chroma_server(tmp_path / "server", port):
        stocked.ingest()
        assert set(before) < set(stocked.chunk_ids())
        assert set(stocked.settings.data.glob("index-*")) == folders
    with chroma_server(tmp_path / "new server", port):
        with pytest.raises(StoreError, match="没有完成"):
            stocked.search("茶乡英才")
        assert stocked.ingest().embedded == 0
        assert stocked.search("湄潭县“茶乡英才”")[0].source == "湄潭.txt"
    assert stocked.encoder.embedded > embedded


def test_a_server_that_goes_away_in_the_middle_is_told(stocked: Office, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with chroma_server(tmp_path / "server", port):
        index = VectorIndex.open(tmp_path, "orgask-test", f"http://127.0.0.1:{port}")
    with stocked.reading() as library:
        [entries] = library.database.index_entries()
    calls: list[Callable[[], object]] = [
        index.count, index.drop, lambda: index.upsert(entries), lambda: index.delete(["a"]),
        lambda: index.search(entries[0].vector, 1),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(StoreUnreachableError, match="Chroma 服务"):
            call()
    index.close()


def test_place_year_and_kind_come_back_with_a_passage(office: Office) -> None:
    office.write("a.txt", "湄潭县2022年人才工作总结\n\n" + report_text("湄潭县", "茶乡英才", 300).partition("\n\n")[2])
    assert states(office.ingest()) == {"a.txt": FileState.ADDED}
    meta = office.search("茶乡英才")[0].article.meta
    assert (meta.place, meta.year, meta.kind) == ("贵州省遵义市湄潭县", "2022", "总结")
