"""Documents taken out of the library stay out, whatever happens to their files, until they are restored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UsageError
from core.schema import FileState
from ingest.check import check
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.library import Library
from retriever.removal import RemovedDocument
from tests.office import Office, lines, report_text, states

ROOT = Path(__file__).resolve().parents[2]
TEA = report_text("湄潭县", "茶乡英才", 300)
PORT = report_text("晋江市", "晋才回流", 500)
HILL = report_text("繁昌区", "墩苗育才", 700)


@pytest.fixture
def stocked(office: Office) -> Office:
    office.write("a.txt", TEA)
    office.write("b.txt", PORT)
    office.ingest()
    return office


def removed(office: Office) -> list[RemovedDocument]:
    with Library.looking(office.settings) as library, library.database.removals() as removals:
        return list(removals.removed(sorted(removals.ids())).values())


def test_what_was_removed_stays_out_until_it_is_restored_with_the_same_ids(stocked: Office) -> None:
    tea = stocked.document_of("湄潭县“茶乡英才”").id
    before = stocked.chunk_ids()
    report = stocked.remove(tea)
    assert states(report) == {"a.txt": FileState.DELETED}
    assert (report.documents, report.failed) == (1, 0)
    assert "茶乡英才" not in stocked.found_text("湄潭县“茶乡英才”")
    stocked.chunk_ids()

    assert states(stocked.ingest())["a.txt"] is FileState.SKIPPED
    stocked.ingest(rebuild=True)
    assert "茶乡英才" not in stocked.found_text("湄潭县“茶乡英才”")
    stocked.write("a.txt", TEA + "湄潭县另建成院士工作站1家。\n")
    line = lines(stocked.ingest())["a.txt"]
    assert (line.state, line.documents, line.notes) == (FileState.UPDATED, 0, ("其中 1 份文档已移出资料库，没有编入",))
    assert "茶乡英才" not in stocked.found_text("湄潭县“茶乡英才”院士工作站")

    stocked.write("a.txt", TEA)
    report = stocked.restore(tea)
    assert (states(report), report.documents) == ({"a.txt": FileState.UPDATED}, 2)
    assert stocked.document_of("湄潭县“茶乡英才”").id == tea
    assert stocked.chunk_ids() == before
    assert states(stocked.ingest()) == {"a.txt": FileState.SKIPPED, "b.txt": FileState.SKIPPED}


def test_one_record_is_removed_and_the_others_stay(office: Office) -> None:
    records = {"t": TEA, "p": PORT, "h": HILL}
    office.write("r.jsonl", "\n".join(json.dumps({"id": i, "text": text}) for i, text in records.items()))
    office.ingest()
    port = office.document_of("晋江市“晋才回流”")
    assert (port.source, office.remove(port.id).documents) == ("r.jsonl#p", 2)
    assert office.ingest(rebuild=True).documents == 2
    assert "晋才回流" not in office.found_text("晋江市“晋才回流”")
    assert "墩苗育才" in office.found_text("繁昌区“墩苗育才”")
    report = office.restore(port.id)
    assert (report.documents, report.failed) == (3, 0)
    assert office.document_of("晋江市“晋才回流”").id == port.id


def test_a_moved_file_of_a_removed_document_brings_nothing_back(stocked: Office) -> None:
    tea = stocked.document_of("湄潭县“茶乡英才”").id
    stocked.remove(tea)
    (stocked.files / "内部").mkdir()
    (stocked.files / "a.txt").rename(stocked.files / "内部/c.txt")
    assert states(stocked.ingest(prune=True)) == {"内部/c.txt": FileState.MOVED, "b.txt": FileState.SKIPPED}
    assert "茶乡英才" not in stocked.found_text("湄潭县“茶乡英才”")
    assert [(one.id, one.source) for one in removed(stocked)] == [(tea, "内部/c.txt")]
    assert stocked.restore(tea).documents == 2


def test_what_was_removed_moves_with_its_file_even_before_that_is_read_again(stocked: Office) -> None:
    stocked.remove(stocked.document_of("湄潭县“茶乡英才”").id)
    old, new = str(stocked.files / "a.txt"), str(stocked.files / "c.txt")
    with Library.writing(stocked.settings, stocked.encoder.name) as library:
        library.database.move_file(old, new)
    assert [one.path for one in removed(stocked)] == [new]


def test_re_posts_of_what_was_removed_are_found_again(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("b.txt", TEA)
    office.ingest()
    main = office.document_of("湄潭县“茶乡英才”")
    assert main.source == "a.txt"
    office.remove(main.id)
    assert [passage.source for passage in office.search("湄潭县“茶乡英才”", 1)] == ["b.txt"]
    office.chunk_ids()


def test_what_cannot_be_restored_says_so_and_stays_on_the_list(stocked: Office) -> None:
    tea = stocked.document_of("湄潭县“茶乡英才”").id
    stocked.remove(tea)
    kept = removed(stocked)
    (stocked.files / "a.txt").unlink()
    line = lines(stocked.restore(tea))["a.txt"]
    assert (line.state, line.reason) == (FileState.FAILED, "原文件已不存在，请把它放回原处后再恢复。")
    stocked.write("a.txt", "打印")
    assert stocked.restore(tea).failed == 1
    assert removed(stocked) == kept
    stocked.write("a.txt", TEA)
    stocked.ingest()
    assert "茶乡英才" not in stocked.found_text("湄潭县“茶乡英才”")
    assert stocked.restore(tea).failed == 0
    assert removed(stocked) == []


def test_a_record_that_is_gone_from_its_file_stays_on_the_list(office: Office) -> None:
    office.write("r.jsonl", "\n".join(json.dumps({"id": i, "text": t}) for i, t in (("t", TEA), ("p", PORT))))
    office.ingest()
    port = office.document_of("晋江市“晋才回流”").id
    office.remove(port)
    office.write("r.jsonl", json.dumps({"id": "t", "text": TEA}) + "\n{broken")
    reasons = [line.reason for line in office.restore(port).files if line.state is FileState.FAILED]
    assert any("原文件里已没有这份文档" in reason for reason in reasons)
    assert [one.id for one in removed(office)] == [port]


def test_pruning_a_file_that_is_gone_forgets_what_was_removed_of_it(stocked: Office) -> None:
    tea = stocked.document_of("湄潭县“茶乡英才”").id
    stocked.remove(tea)
    (stocked.files / "a.txt").unlink()
    assert states(stocked.ingest(prune=True))["a.txt"] is FileState.DELETED
    assert removed(stocked) == []
    with pytest.raises(UsageError, match=tea):
        stocked.restore(tea)


def test_a_removed_document_is_no_damage(stocked: Office) -> None:
    stocked.remove(stocked.document_of("湄潭县“茶乡英才”").id)
    with Library.writing(stocked.settings, stocked.encoder.name) as library:
        ingest = Ingest(library, stocked.encoder, InProcess())
        report = check(library, stocked.settings, stocked.encoder, ingest)
    assert (report.findings, report.documents) == ((), 1)


def test_an_unknown_id_changes_nothing_and_what_is_done_already_is_told(stocked: Office) -> None:
    tea, port = (stocked.document_of(query).id for query in ("湄潭县“茶乡英才”", "晋江市“晋才回流”"))
    for change in (stocked.remove, stocked.restore):
        with pytest.raises(UsageError, match="编号为“unknown”"):
            change(tea, "unknown")
    assert "茶乡英才" in stocked.found_text("湄潭县“茶乡英才”")
    stocked.remove(tea)
    assert states(stocked.remove(tea)) == {"a.txt": FileState.SKIPPED}
    assert states(stocked.restore(port)) == {"b.txt": FileState.SKIPPED}


def test_a_removal_that_was_killed_is_finished_by_the_next_run(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("b.txt", TEA)
    office.write("c.txt", PORT)
    office.ingest()
    main = office.document_of("湄潭县“茶乡英才”").id
    command = ["ingest", office.settings.data, office.files, "--remove", main, "--kill", "正在建立索引", "1"]
    killed = subprocess.run([sys.executable, "-m", "tests.clerk", *map(str, command)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    report = office.ingest()
    assert report.documents == 2
    assert set(states(report).values()) == {FileState.SKIPPED}
    assert [passage.source for passage in office.search("湄潭县“茶乡英才”", 1)] == ["b.txt"]
    office.chunk_ids()


@pytest.mark.parametrize(
    "cut_off",
    [
        ("--kill", "正在读取文件", "1"),
        ("--kill", "正在计算向量", "1"),
        ("--kill", "正在建立索引", "1"),
        ("--full", "正在读取文件", "1"),
        ("--full", "正在计算向量", "1"),
    ],
)
def test_a_restoring_that_is_cut_off_leaves_the_document_on_the_list_or_in_the_library(
    stocked: Office, cut_off: tuple[str, str, str]
) -> None:
    tea = stocked.document_of("湄潭县“茶乡英才”").id
    stocked.remove(tea)
    command = ["ingest", stocked.settings.data, stocked.files, "--restore", tea, *cut_off]
    done = subprocess.run([sys.executable, "-m", "tests.clerk", *map(str, command)], cwd=ROOT, check=False)
    assert done.returncode in (-9, 1)

    def where() -> tuple[bool, bool]:
        with Library.looking(stocked.settings) as library:
            return tea in {one.id for one in removed(stocked)}, bool(library.database.hashes([tea]))

    after = where()
    assert sorted(after) == [False, True]
    assert stocked.ingest().failed == 0
    assert where() == after, "the next run changes nothing of it"
    assert stocked.restore(tea).documents == 2
    assert where() == (False, True)
    stocked.chunk_ids()
