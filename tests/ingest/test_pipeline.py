"""A whole ingest on real stores: what is added, kept, replaced, removed, refused, and finished after a crash."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from core.errors import FileTimeoutError, StoreMismatchError
from core.schema import FileState
from ingest.formats import records as json_lines
from ingest.formats.plain import lines_of
from ingest.lines import Limits, Problem, RawText
from ingest.prepare import Job
from ingest.worker import InProcess
from tests.fakes import FakeEncoder
from tests.office import Office, lines, ordinary_user, report_text, states

TEA = report_text("湄潭县", "茶乡英才", 300)
PORT = report_text("晋江市", "晋才回流", 500)
HILL = report_text("繁昌区", "墩苗育才", 700)


# --- runs that follow each other --------------------------------------------------------------------------------


def test_a_first_run_adds_and_what_it_added_is_found(office: Office) -> None:
    office.write("湄潭.txt", TEA)
    office.write("闽南/晋江.txt", PORT)
    report = office.ingest()
    assert states(report) == {"湄潭.txt": FileState.ADDED, "闽南/晋江.txt": FileState.ADDED}
    ids = office.chunk_ids()
    assert (report.documents, report.articles, report.chunks) == (2, 2, len(ids))
    assert report.embedded == office.encoder.embedded == len(ids)
    assert sum(line.chunks for line in report.files) == len(ids)
    assert office.search("晋江市“晋才回流”青年人才")[0].source == "闽南/晋江.txt"


def test_a_second_run_embeds_nothing_and_changes_nothing(office: Office) -> None:
    office.write("湄潭.txt", TEA)
    first = office.ingest()
    before = office.chunk_ids()
    again = office.ingest()
    assert states(again) == {"湄潭.txt": FileState.SKIPPED}
    assert (again.embedded, office.encoder.embedded) == (0, first.embedded)
    assert office.chunk_ids() == before


def test_a_changed_file_is_replaced_without_leftovers(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("b.txt", HILL)
    office.ingest()
    office.write("a.txt", PORT)
    report = office.ingest()
    assert states(report) == {"a.txt": FileState.UPDATED, "b.txt": FileState.SKIPPED}
    office.chunk_ids()
    assert "茶乡英才" not in office.found_text("湄潭县“茶乡英才”新入库青年人才")
    assert "晋才回流" in office.found_text("晋江市“晋才回流”")
    assert report.documents == 2


def test_a_changed_sentence_costs_only_its_own_chunk(office: Office) -> None:
    text = report_text("湄潭县", "茶乡英才", 300, sentences=60)
    office.write("a.txt", text)
    first = office.ingest()
    office.write("a.txt", text + "\n湄潭县另建成院士工作站1家。\n")
    assert 0 < office.ingest().embedded < first.embedded / 2


def test_a_moved_and_renamed_file_embeds_nothing(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    (office.files / "归档").mkdir()
    path.rename(office.files / "归档" / "湄潭.txt")
    before = office.document_of("茶乡英才").id
    report = office.ingest(prune=True)
    assert states(report) == {"归档/湄潭.txt": FileState.MOVED}
    line = lines(report)["归档/湄潭.txt"]
    assert (line.reason, line.moved_from) == ("", "a.txt"), "whoever may not read the old place is not told of it"
    assert (report.embedded, report.documents) == (0, 1)
    assert office.document_of("茶乡英才").id == before, "a citation of it still opens"
    office.chunk_ids()
    assert {passage.source for passage in office.search("茶乡英才")} == {"归档/湄潭.txt"}


def test_a_move_is_seen_though_the_file_could_not_be_read_at_first_in_its_new_place(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    before = office.document_of("茶乡英才").id
    path.rename(office.files / "b.txt")
    assert states(office.ingest(limits=Limits(max_bytes=10))) == {"b.txt": FileState.FAILED}
    report = office.ingest()
    assert states(report) == {"b.txt": FileState.MOVED}
    assert (report.embedded, report.documents) == (0, 1)
    assert office.document_of("茶乡英才").id == before
    assert states(office.ingest()) == {"b.txt": FileState.SKIPPED}
    office.chunk_ids()


def test_a_new_file_in_the_place_of_a_moved_one_does_not_touch_it(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    path.rename(office.files / "b.txt")
    office.ingest()
    office.write("a.txt", PORT)
    assert states(office.ingest()) == {"a.txt": FileState.ADDED, "b.txt": FileState.SKIPPED}
    assert office.search("湄潭县“茶乡英才”")[0].source == "b.txt"
    assert office.search("晋江市“晋才回流”")[0].source == "a.txt"
    office.chunk_ids()


def test_a_file_that_was_only_touched_is_not_read_again(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    os.utime(path, ns=(1, 1))
    assert states(office.ingest()) == {"a.txt": FileState.SKIPPED}


def test_a_change_that_keeps_size_and_time_right_after_a_run_is_noticed(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    status = path.stat()
    path.write_text(TEA.replace("茶乡英才", "茶农英才"), "utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert states(office.ingest()) == {"a.txt": FileState.UPDATED}


# --- re-posts ---------------------------------------------------------------------------------------------------


def test_the_same_text_in_two_files_is_kept_twice_embedded_once_and_shown_once(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("b.txt", TEA)
    report = office.ingest()
    assert (report.documents, report.embedded) == (2, report.chunks / 2)
    assert (lines(report)["a.txt"].duplicate_of, lines(report)["b.txt"].duplicate_of) == ("", "a.txt")
    office.chunk_ids()
    passages = office.search("茶乡英才", 20)
    assert {passage.source for passage in passages} == {"a.txt"}
    assert {passage.copies for passage in passages} == {("b.txt",)}


def test_a_repost_is_shown_only_where_it_says_something_else(office: Office) -> None:
    text = report_text("湄潭县", "茶乡英才", 300, 40)
    office.write("a.txt", text)
    office.write("b.txt", text.replace("第7次调度", "第7次集中调度") + "\n来源：遵义晚报\n")
    report = office.ingest()
    assert lines(report)["b.txt"].duplicate_of == "a.txt"
    assert 0 < len(office.chunk_ids()) < report.chunks
    passages = office.search("湄潭县“茶乡英才”第7次集中调度新入库青年人才", 20)
    [other] = [passage for passage in passages if passage.source == "b.txt"]
    assert "集中调度" in other.chunk.text
    assert sum("第7次" in p.chunk.text for p in passages) == 1, "the same passage of the main copy is not shown too"


def test_files_of_one_name_in_two_folders_are_told_apart_in_the_report(office: Office) -> None:
    office.write("甲/报告.txt", TEA)
    office.write("乙/报告.txt", PORT)
    office.write("乙/副本.txt", PORT)
    report = office.ingest(office.files / "甲", office.files / "乙")
    assert {(line.path.rpartition("/files/")[2], line.duplicate_of) for line in report.files} == {
        ("甲/报告.txt", ""), ("乙/报告.txt", "副本.txt"), ("乙/副本.txt", ""),
    }  # fmt: skip


def test_a_passage_with_another_figure_is_shown_beside_that_of_the_main_copy(office: Office) -> None:
    text = report_text("湄潭县", "茶乡英才", 300, 40)
    office.write("a.txt", text)
    office.write("b.txt", text.replace("青年人才307名", "青年人才9307名"))
    assert lines(office.ingest())["b.txt"].duplicate_of == "a.txt"
    found = office.search("湄潭县第7次调度“茶乡英才”，新入库青年人才", 20)
    assert {p.source for p in found if "第7次" in p.chunk.text} == {"a.txt", "b.txt"}


def test_a_span_is_found_beside_the_figure_with_a_point_of_the_main_copy(office: Office) -> None:
    text = report_text("湄潭县", "茶乡英才", 300, 40) + "\n湄潭县对引进的茶叶人才每人补贴3.5万元。\n"
    office.write("a.txt", text)
    office.write("b.txt", text.replace("3.5万元", "3—5万元"))
    assert lines(office.ingest())["b.txt"].duplicate_of == "a.txt"
    assert "每人补贴3—5万元" in office.found_text("湄潭县茶叶人才每人补贴3—5万元")


def test_when_the_main_copy_goes_a_repost_takes_its_place(office: Office) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        office.write(name, TEA)
    office.ingest()
    embedded = office.encoder.embedded
    (office.files / "a.txt").unlink()
    office.ingest(prune=True)
    office.chunk_ids()
    assert {(p.source, p.copies) for p in office.search("茶乡英才", 20)} == {("b.txt", ("c.txt",))}
    assert office.encoder.embedded == embedded
    office.write("b.txt", PORT)
    office.ingest()
    assert {p.source for p in office.search("湄潭县“茶乡英才”", 1)} == {"c.txt"}


def test_a_clean_copy_becomes_the_main_one_in_the_place_of_a_scan(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(data: bytes, source: str, limits: Limits) -> Iterator[RawText]:
        yield RawText(lines_of(data.decode()), source, recognised=True, notes=("文字识别 1 页，平均可信度 0.93",))

    monkeypatch.setattr("ingest.formats.images.read", scan)
    text = report_text("湄潭县", "茶乡英才", 300, 40)
    office.write("a.png", text.replace("第7次调度", "第1次调度"))
    report = office.ingest()
    assert lines(report)["a.png"].notes == ("文字识别 1 页，平均可信度 0.93",)
    office.write("b.txt", text)
    office.write("c.png", text)
    report = office.ingest()
    assert lines(report)["c.png"].duplicate_of == "b.txt"
    office.chunk_ids()
    best = office.search("湄潭县第35次调度“茶乡英才”，新入库青年人才335名")[0]
    assert (best.source, best.copies) == ("b.txt", ("a.png", "c.png"))
    assert office.document_of("湄潭县第35次调度“茶乡英才”，新入库青年人才335名").meta.get("recognised") is None


def test_reports_of_one_form_with_other_figures_are_no_reposts(office: Office) -> None:
    office.write("2022.txt", report_text("湄潭县", "茶乡英才", 300))
    office.write("2023.txt", report_text("湄潭县", "茶乡英才", 411))
    assert {line.duplicate_of for line in office.ingest().files} == {""}


def test_a_rebuild_reads_all_again_embeds_nothing_and_says_updated(office: Office) -> None:
    office.write("a.txt", TEA)
    office.ingest()
    before = office.chunk_ids()
    report = office.ingest(rebuild=True)
    assert states(report) == {"a.txt": FileState.UPDATED}
    assert report.embedded == 0
    assert office.chunk_ids() == before


def test_an_ingest_tells_its_stages(office: Office) -> None:
    office.write("a.txt", TEA)
    steps: list[tuple[str, int, int]] = []
    office.ingest(progress=lambda *step: steps.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in steps)) == ["正在读取文件", "正在计算向量", "正在建立索引"]
    assert all(0 <= done <= total for _, done, total in steps)


# --- removing ---------------------------------------------------------------------------------------------------


def test_a_file_that_is_gone_stays_until_it_is_pruned(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("b.txt", HILL)
    office.ingest()
    (office.files / "a.txt").unlink()
    assert office.ingest().documents == 2
    report = office.ingest(prune=True)
    assert states(report) == {"a.txt": FileState.DELETED, "b.txt": FileState.SKIPPED}
    assert "茶乡英才" not in office.found_text("湄潭县“茶乡英才”")
    office.chunk_ids()


def test_prune_removes_only_under_the_folder_that_is_given(office: Office) -> None:
    for name, text in (("甲/a.txt", TEA), ("甲乙/b.txt", PORT), ("丙/c.txt", HILL)):
        office.write(name, text)
    office.ingest()
    for name in ("甲/a.txt", "甲乙/b.txt", "丙/c.txt"):
        (office.files / name).unlink()
    report = office.ingest(office.files / "甲", prune=True)
    assert states(report) == {"甲/a.txt": FileState.DELETED}
    assert report.documents == 2


def test_a_known_file_that_is_given_itself_keeps_its_source(office: Office) -> None:
    path = office.write("甲/a.txt", TEA)
    records = office.write("甲/r.jsonl", json.dumps({"text": HILL}, ensure_ascii=False))
    office.ingest()
    assert states(office.ingest(path, records)) == {"甲/a.txt": FileState.SKIPPED, "甲/r.jsonl": FileState.SKIPPED}
    office.write("甲/a.txt", PORT)
    records.write_text(json.dumps({"text": HILL + TEA}, ensure_ascii=False), "utf-8")
    assert states(office.ingest(path, records)) == {"甲/a.txt": FileState.UPDATED, "甲/r.jsonl": FileState.UPDATED}
    assert {passage.source for passage in office.search("人才", 50)} == {"甲/a.txt", "甲/r.jsonl#1"}
    path.unlink()
    records.unlink()
    gone = states(office.ingest(prune=True))
    assert gone == {"甲/a.txt": FileState.DELETED, "甲/r.jsonl": FileState.DELETED}


def test_what_is_passed_over_is_counted_apart_from_what_is_unchanged(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("b.exe", TEA)
    office.ingest()
    written = office.ingest().to_json()
    assert (written["skipped"], written["passed_over"], written["failed"]) == (1, 1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "# 人才引进情况\n\n| 年份 | 人数 |\n|---|---|\n| 2023年 | 412名 |\n",
        "拟任职干部名单\n\n张三丰\n\n李四光\n\n412名\n",
        "（一）引进人才412名\n1. 培训干部300人次\n",
        "引进人数\n\n412\n\n博士人数\n\n32\n",
    ],
)
def test_a_file_of_lines_only_is_taken_in_and_found(office: Office, text: str) -> None:
    office.write("a.md", text)
    assert states(office.ingest()) == {"a.md": FileState.ADDED}
    passages = office.search("412", 10)
    assert any("412" in f"{passage.chunk.headings}{passage.chunk.text}" for passage in passages)


def test_a_vanished_folder_deletes_nothing_and_is_named(office: Office) -> None:
    office.write("共享盘/a.txt", TEA)
    office.ingest(office.files / "共享盘")
    shutil.rmtree(office.files / "共享盘")
    report = office.ingest(office.files / "共享盘", prune=True)
    assert report.failed == 1
    assert "找不到" in lines(report)["共享盘"].reason
    assert report.documents == 1
    assert "茶乡英才" in office.found_text("茶乡英才")


def test_a_folder_that_may_not_be_opened_loses_nothing_to_prune_and_is_named(office: Office) -> None:
    office.write("干部/a.txt", TEA)
    office.write("b.txt", HILL)
    office.ingest()
    closed = office.files / "干部"
    closed.chmod(0)
    try:
        with ordinary_user():
            report = office.ingest(prune=True)
            below = office.ingest(closed / "a.txt", prune=True)
    finally:
        closed.chmod(0o755)
    assert states(report) == {"b.txt": FileState.SKIPPED, "干部": FileState.FAILED}
    assert "权限" in lines(report)["干部"].reason
    assert "权限" in lines(below)["干部/a.txt"].reason
    assert below.documents == 2


def test_a_folder_that_may_be_listed_but_not_entered_costs_only_what_is_in_it(office: Office) -> None:
    for name, text in (("干部/a.txt", TEA), ("干部/x.exe", TEA), ("干部/往年/c.txt", PORT), ("b.txt", HILL)):
        office.write(name, text)
    office.write("资料信息.csv", "文件,体裁\n干部/a.txt,讲话\nb.txt,讲话\nd.txt,讲话\n")
    office.write("干部/资料信息.csv", "文件,体裁\na.txt,讲话\n")
    office.ingest()
    listed = office.files / "干部"
    listed.chmod(0o444)
    try:
        with ordinary_user():
            report = office.ingest(prune=True)
    finally:
        listed.chmod(0o755)
    told = lines(report)
    for name in ("干部/a.txt", "干部/往年", "干部/资料信息.csv"):
        assert told[name].state is FileState.FAILED
        assert "权限" in told[name].reason
    assert (told["b.txt"].state, report.documents) == (FileState.SKIPPED, 3)
    assert "d.txt" in told["资料信息.csv"].reason
    assert "a.txt" not in told["资料信息.csv"].reason, "a file that may not be looked at is there"


# --- inputs that are no good ------------------------------------------------------------------------------------


def test_each_bad_input_gets_one_sentence_and_the_others_go_on(office: Office, tmp_path: Path) -> None:
    office.write("empty.txt", " \n\u3000\n")
    office.write("residue.txt", "分享到：\n\n打印\n")
    (office.files / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    office.write("large.txt", TEA * 40)
    office.write("secret.txt", TEA).chmod(0)
    office.write("program.exe", TEA)
    (office.files / "sheet.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 4)
    office.write("good.txt", PORT)
    given = tmp_path / "report.xyz"
    given.write_text(TEA)
    with ordinary_user():
        report = office.ingest(office.files, office.files / "none.txt", given, limits=Limits(max_bytes=20_000))
    reasons = {
        "empty.txt": "空", "residue.txt": "没有正文", "picture.txt": "文本", "large.txt": "MB", "secret.txt": "权限",
        "none.txt": "找不到", "report.xyz": "格式", "sheet.xlsx": "损坏",
    }  # fmt: skip
    told = lines(report)
    for name, reason in {**reasons, "program.exe": "格式"}.items():
        assert reason in told[name].reason
        assert told[name].reason.count("。") <= 1
    expected = dict.fromkeys(reasons, FileState.FAILED)
    assert states(report) == {**expected, "program.exe": FileState.PASSED_OVER, "good.txt": FileState.ADDED}
    assert (report.failed, report.documents) == (len(reasons), 1)
    office.chunk_ids()


def test_an_unreadable_new_version_keeps_the_old_content_and_says_so(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    for bad in (b"", bytes(range(256)) * 20):
        path.write_bytes(bad)
        line = lines(office.ingest(prune=True))["a.txt"]
        assert line.state is FileState.FAILED
        assert "仍保留" in line.reason
        assert "茶乡英才" in office.found_text("湄潭县“茶乡英才”")
    path.write_text(PORT, "utf-8")
    assert states(office.ingest()) == {"a.txt": FileState.UPDATED}
    assert "茶乡英才" not in office.found_text("湄潭县“茶乡英才”")


def test_a_new_file_that_fails_in_its_middle_leaves_nothing_however_often_it_is_tried(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_well = json_lines.read

    def read_and_fail(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
        yield from islice(read_well(data, source, limits), 6)
        raise FileTimeoutError("读取超过 60 秒，已跳过；请拆分文件。")

    texts = [report_text(f"湄潭县第{n}镇", f"茶乡{n}号", n * 100) for n in range(8)]
    office.write("茶乡.jsonl", "\n".join(json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts)))
    monkeypatch.setattr("ingest.pipeline._BATCH_CHUNKS", 2)
    monkeypatch.setattr(json_lines, "read", read_and_fail)
    for _ in range(3):
        report = office.ingest()
        assert states(report) == {"茶乡.jsonl": FileState.FAILED}
        assert "仍保留" not in lines(report)["茶乡.jsonl"].reason
        assert (report.documents, report.chunks) == (0, 0)
    monkeypatch.setattr(json_lines, "read", read_well)
    report = office.ingest()
    assert (states(report), report.documents) == ({"茶乡.jsonl": FileState.ADDED}, 8)
    office.chunk_ids()


def test_a_name_that_is_no_unicode_is_indexed_found_and_pruned(office: Office) -> None:
    path = office.files / os.fsdecode("茶业人才.txt".encode("gb18030"))
    path.write_text(TEA, "utf-8")
    assert states(office.ingest()) == {"茶业人才.txt": FileState.ADDED}
    assert office.search("茶乡英才")[0].source == "茶业人才.txt"
    assert states(office.ingest(prune=True)) == {"茶业人才.txt": FileState.SKIPPED}
    path.unlink()
    assert states(office.ingest(prune=True)) == {"茶业人才.txt": FileState.DELETED}


def test_a_part_that_could_not_be_read_is_told_in_every_run(office: Office) -> None:
    office.write("r.jsonl", json.dumps({"id": "t", "text": TEA}) + "\n{broken")
    for _ in range(3):
        report = office.ingest()
        assert report.failed == 1
        assert "第 2 行" in report.files[-1].reason
    office.write("r.jsonl", json.dumps({"id": "t", "text": TEA}))
    assert office.ingest().failed == 0
    assert office.ingest().failed == 0


def test_a_part_that_could_not_be_read_is_taken_in_when_its_cause_is_mended(office: Office) -> None:
    with zipfile.ZipFile(office.files / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("茶.txt", TEA)
        archive.writestr("港.txt", PORT * 10)
    small, large = Limits(max_bytes=6_000), Limits(max_bytes=60_000)
    first = office.ingest(limits=small)
    assert (states(first)["a.zip"], first.documents) == (FileState.FAILED, 1)
    again = office.ingest(limits=small)
    assert [line.state for line in again.files] == [FileState.SKIPPED, FileState.FAILED], "nothing is called updated"
    assert (again.documents, again.embedded) == (1, 0)
    mended = office.ingest(limits=large)
    assert (states(mended), mended.failed, mended.documents) == ({"a.zip": FileState.UPDATED}, 0, 2)
    assert "晋才回流" in office.found_text("晋江市“晋才回流”")
    assert states(office.ingest(limits=large)) == {"a.zip": FileState.SKIPPED}
    office.chunk_ids()


def test_a_part_that_could_not_be_read_is_told_again_after_the_whole_file_could_not(office: Office) -> None:
    path = office.write("r.jsonl", json.dumps({"id": "t", "text": TEA}) + "\n{broken")
    office.ingest()
    path.chmod(0)
    with ordinary_user():
        assert "权限" in lines(office.ingest())["r.jsonl"].reason
    path.chmod(0o644)
    assert "第 2 行" in office.ingest().files[-1].reason


def test_a_broken_side_file_costs_no_correction_of_a_file_that_could_be_read_in_part(office: Office) -> None:
    office.write("r.jsonl", json.dumps({"id": "t", "text": TEA}) + "\n{broken")
    office.write("资料信息.csv", "文件,体裁\nr.jsonl,讲话\n")
    office.ingest()
    office.write("资料信息.csv", "文件,体裁,日期\nr.jsonl,讲话,2023-02-31\n")
    assert office.ingest().failed == 2
    assert kind_of(office) == "讲话"


def test_members_whose_names_look_alike_are_both_taken_in(office: Office) -> None:
    with zipfile.ZipFile(office.files / "a.zip", "w") as archive:
        archive.writestr("a.txt", TEA)
        archive.writestr("a\x01.txt", PORT)
    assert office.ingest().documents == 2
    office.chunk_ids()
    assert set(states(office.ingest()).values()) == {FileState.SKIPPED}


@pytest.mark.parametrize(
    "note", ["党员总数：518名", "会议改期到5月8日", "全县共有党支部32个", "第一批入库人才名单：周明远、何小茹"]
)
def test_a_note_of_one_line_is_taken_in_and_found(office: Office, note: str) -> None:
    office.write("a.txt", note)
    assert states(office.ingest()) == {"a.txt": FileState.ADDED}
    assert note in office.found_text(note)


# --- corrections ------------------------------------------------------------------------------------------------


def kind_of(office: Office) -> str:
    return office.search("湄潭县“茶乡英才”")[0].article.meta.kind


def test_corrections_hold_for_a_file_that_is_given_itself_and_for_a_folder_below(office: Office) -> None:
    path = office.write("下级/a.txt", TEA)
    office.write("b.txt", HILL)
    office.write("资料信息.csv", "文件,体裁\n下级/a.txt,讲话\nb.txt,通知\n")
    for paths in ([office.files], [path], [path.parent]):
        report = office.ingest(*paths)
        assert report.failed == 0
        assert kind_of(office) == "讲话"
    assert states(office.ingest(path)) == {"下级/a.txt": FileState.SKIPPED}


def test_lines_of_a_side_file_above_are_not_held_against_a_folder_below(office: Office) -> None:
    office.write("资料信息.csv", "文件,体裁\na.txt,讲话\nb.txt,通知\n")
    office.write("a.txt", TEA)
    office.write("下级/b.txt", PORT)
    assert states(office.ingest(office.files / "下级")) == {"b.txt": FileState.ADDED}


def test_a_broken_side_file_costs_no_correction_for_good(office: Office) -> None:
    office.write("a.txt", TEA)
    office.write("资料信息.csv", "文件,体裁\na.txt,讲话\n")
    office.ingest()
    office.write("资料信息.csv", "文件,体裁,日期\na.txt,讲话,2023-02-31\n")
    assert office.ingest().failed == 1
    assert kind_of(office) == "讲话"
    office.write("a.txt", TEA + "\n湄潭县另建成院士工作站1家。\n")
    office.ingest()
    office.write("资料信息.csv", "文件,体裁\na.txt,讲话\n")
    office.ingest()
    assert kind_of(office) == "讲话"


def test_a_side_file_is_called_as_the_files_beside_it_so_that_its_collection_shows(office: Office) -> None:
    path = office.write("机密/往年/a.txt", TEA)
    office.write("机密/资料信息.csv", "文件,体裁\n往年/a.txt,讲话\n没有.txt,讲话\n")
    side = str(office.files / "机密/资料信息.csv")
    assert [(line.source, line.cause, line.path) for line in office.ingest().files if line.path == side] == [
        ("机密/资料信息.csv", "unused", side)
    ]
    office.write("机密/资料信息.csv", "文件,日期\n往年/a.txt,2023-02-31\n")
    for given in (office.files, path):
        assert lines(office.ingest(given))["机密/资料信息.csv"].path == side
    assert lines(office.ingest(path.parent))["资料信息.csv"].path == side


def test_a_side_file_leaves_a_bulletin_its_title_unless_it_tells_another(office: Office) -> None:
    items = [
        "◆凤冈县：流动党员有了家\n\n凤冈县摸排流动党员2316名，建立流动党支部18个，开展线上主题党日94次。",
        "◆余庆县：小院里议大事\n\n余庆县设置党员中心户1407户，议定小院事务3208件，化解邻里矛盾215起。",
    ]
    head = ["组工信息每日要情", "第45期", "遵义市委组织部办公室  2024年6月3日"]
    office.write("要情.txt", "\n\n".join([*head, *items]) + "\n")
    office.write("资料信息.csv", "文件,篇目,体裁,标题\n要情.txt,,简报,\n")
    office.ingest()
    assert office.document_of("凤冈县流动党员2316名").title == "组工信息每日要情"
    office.write("资料信息.csv", "文件,篇目,体裁,标题\n要情.txt,1,简报,凤冈流动党员\n")
    office.ingest()
    assert office.document_of("凤冈县流动党员2316名").title == "凤冈流动党员"


def test_a_row_about_a_file_of_records_holds_for_those_that_name_their_own_source(office: Office) -> None:
    records = [{"text": TEA, "source": "江北日报"}, {"text": HILL}]
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    office.write("下级/新闻.jsonl", text)
    with zipfile.ZipFile(office.files / "下级/包.zip", "w") as archive:
        archive.writestr("港.jsonl", json.dumps({"text": PORT, "source": "闽南内参"}))
    office.write(
        "下级/资料信息.csv", "文件,日期,体裁\n新闻.jsonl,2024-03-05,报道\n包.zip,2024-03-06,简报\n江北日报,,讲话\n"
    )
    assert office.ingest().failed == 0
    for query, source, date, kind in [
        ("湄潭县“茶乡英才”", "江北日报", "2024-03-05", "讲话"),
        ("繁昌区“墩苗育才”", "下级/新闻.jsonl#2", "2024-03-05", "报道"),
        ("晋江市“晋才回流”", "闽南内参", "2024-03-06", "简报"),
    ]:
        best = office.search(query)[0]
        assert (best.source, best.article.meta.date, best.article.meta.kind) == (source, date, kind)


# --- records ----------------------------------------------------------------------------------------------------


def test_records_become_documents_of_their_own_and_bad_ones_are_named(office: Office) -> None:
    office.write(
        "简报.jsonl",
        "\n".join(
            [
                json.dumps({"id": "t", "text": TEA, "title": "湄潭县茶业人才简报", "date": "2022-08-09"}),
                "{broken",
                json.dumps({"id": "p", "text": PORT, "source": "闽南内参"}),
                json.dumps({"id": "t", "text": HILL}),
                json.dumps({"id": "e", "text": "打印\n关闭"}),
            ]
        ),
    )
    report = office.ingest()
    taken, problems = report.files
    assert (taken.state, taken.documents, report.documents) == (FileState.ADDED, 2, 2)
    assert problems.state is FileState.FAILED
    for part in ("第 2 行", "第 4 行", "简报.jsonl#e"):
        assert part in problems.reason
    [best, *_] = office.search("湄潭县“茶乡英才”青年人才")
    assert (best.source, best.article.title, best.article.meta.date) == (
        "简报.jsonl#t", "湄潭县茶业人才简报", "2022-08-09"
    )  # fmt: skip
    assert office.search("晋江市“晋才回流”青年人才")[0].source == "闽南内参"


def test_a_changed_record_leaves_the_others_alone_and_a_removed_one_goes(office: Office) -> None:
    def write(**records: str) -> None:
        office.write("r.jsonl", "\n".join(json.dumps({"id": i, "text": text}) for i, text in records.items()))

    write(a=TEA, b=PORT, c=HILL)
    first = office.ingest()
    write(a=TEA, c=HILL + "繁昌区另行奖励先进集体9个。\n")
    report = office.ingest()
    assert states(report) == {"r.jsonl": FileState.UPDATED}
    assert 0 < report.embedded < first.embedded / 2
    assert report.documents == 2
    assert "晋才回流" not in office.found_text("晋江市“晋才回流”")
    assert "先进集体9个" in office.found_text("繁昌区奖励先进集体")
    office.chunk_ids()


# --- interrupted runs -------------------------------------------------------------------------------------------


class PowerCutError(Exception):
    pass


def stop_at(stage: str, step: int = 1) -> Callable[[str, int, int], None]:
    """Return a progress listener that ends the run when `stage` is told of for the `step`th time."""
    seen = 0

    def listen(name: str, _done: int, _total: int) -> None:
        nonlocal seen
        seen += name == stage
        if seen == step:
            raise PowerCutError

    return listen


def write_many(office: Office, count: int, sentences: int = 40) -> None:
    for number in range(count):
        office.write(f"{number}.txt", report_text(f"湄潭县第{number}镇", f"茶乡{number}号", number * 100, sentences))


def test_a_run_that_broke_off_while_embedding_is_finished_by_the_next(office: Office) -> None:
    write_many(office, 60)
    failing = FakeEncoder(fails_after=280)
    with pytest.raises(RuntimeError):
        office.ingest(encoder=failing)
    assert failing.embedded > 0
    report = office.ingest()
    assert failing.embedded + report.embedded == report.chunks, "nothing is embedded twice"
    assert len(office.chunk_ids()) == report.chunks
    assert report.documents == 60
    assert set(states(office.ingest()).values()) == {FileState.SKIPPED}


@pytest.mark.parametrize(("stage", "step"), [("正在读取文件", 2), ("正在计算向量", 1), ("正在建立索引", 1)])
def test_wherever_a_run_breaks_off_the_next_has_every_chunk_once(office: Office, stage: str, step: int) -> None:
    office.write("old.txt", PORT)
    office.ingest()
    office.write("old.txt", HILL)
    write_many(office, 3)
    with pytest.raises(PowerCutError):
        office.ingest(progress=stop_at(stage, step))
    report = office.ingest()
    assert report.failed == 0
    assert len(office.chunk_ids()) == report.chunks
    assert "晋才回流" not in office.found_text("晋江市“晋才回流”")
    assert "墩苗育才" in office.found_text("繁昌区“墩苗育才”")


def test_what_a_broken_off_run_left_goes_with_its_folder(office: Office) -> None:
    for number in range(12):
        office.write(f"旧/{number}.txt", report_text(f"湄潭县第{number}镇", f"茶乡{number}号", number * 100, 80))
    with pytest.raises(RuntimeError):
        office.ingest(encoder=FakeEncoder(fails_after=10))
    (office.files / "旧").rename(office.files / "新")
    assert office.ingest(prune=True).documents == 12
    assert {passage.source.split("/")[0] for passage in office.search("湄潭县青年人才", 50)} == {"新"}
    office.chunk_ids()


def test_an_old_version_that_comes_back_after_a_broken_off_update_is_read(office: Office) -> None:
    office.write("a.txt", TEA)
    office.ingest()
    office.write("a.txt", PORT)
    with pytest.raises(RuntimeError):
        office.ingest(encoder=FakeEncoder(fails_after=0))
    office.write("a.txt", TEA)
    office.ingest()
    assert "茶乡英才" in office.found_text("湄潭县“茶乡英才”")
    assert "晋才回流" not in office.found_text("晋江市“晋才回流”")


def test_a_move_that_broke_off_is_finished_under_the_new_name(office: Office) -> None:
    path = office.write("a.txt", TEA)
    office.ingest()
    path.rename(office.files / "b.txt")
    with pytest.raises(PowerCutError):
        office.ingest(progress=stop_at("正在读取文件"))
    office.ingest()
    assert {passage.source for passage in office.search("茶乡英才")} == {"b.txt"}


def test_a_rebuild_that_broke_off_is_finished_by_the_next_run(office: Office) -> None:
    write_many(office, 3)
    office.ingest()
    before = office.chunk_ids()
    with pytest.raises(PowerCutError):
        office.ingest(rebuild=True, progress=stop_at("正在建立索引"))
    report = office.ingest()
    assert report.embedded == 0
    assert office.chunk_ids() == before


# --- another model ----------------------------------------------------------------------------------------------


def test_another_model_is_refused_until_all_is_embedded_again(office: Office) -> None:
    office.write("a.txt", TEA)
    first = office.ingest()
    other = FakeEncoder(name="fake-b", dimensions=64)
    with pytest.raises(StoreMismatchError, match=r"fake-a.*fake-b.*--rebuild"):
        office.ingest(encoder=other)
    assert office.chunk_ids(), "the refusal has changed nothing"
    report = office.ingest(encoder=other, rebuild=True)
    assert report.embedded == other.embedded == first.chunks
    with pytest.raises(StoreMismatchError):
        office.search("茶乡英才")
    office.encoder = other
    assert len(office.chunk_ids()) == first.chunks
    with office.reading() as library:
        [entries] = library.database.index_entries()
        assert {entry.vector.shape for entry in entries} == {(64,)}
    assert "茶乡英才" in office.found_text("茶乡英才")


def test_a_change_of_model_that_broke_off_is_finished_and_never_mixed(office: Office) -> None:
    write_many(office, 60)
    office.ingest()
    failing = FakeEncoder(name="fake-b", dimensions=64, fails_after=260)
    with pytest.raises(RuntimeError):
        office.ingest(encoder=failing, rebuild=True)
    office.encoder = FakeEncoder(name="fake-b", dimensions=64)
    report = office.ingest()
    assert failing.embedded + office.encoder.embedded == report.chunks == len(office.chunk_ids())
    with office.reading() as library:
        shapes = {entry.vector.shape for batch in library.database.index_entries() for entry in batch}
    assert shapes == {(64,)}


def test_a_file_with_a_bad_part_is_not_read_again_while_nothing_changes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write("新闻.jsonl", '{"text": "县委组织部召开座谈会，部署人才工作，引进博士12名。"}\n{broken\n')
    told = [result.reason for result in office.ingest().files if result.state is FileState.FAILED]

    def refuse(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("ingest.worker.InProcess.submit", refuse)
    again = office.ingest()
    assert [result.reason for result in again.files if result.state is FileState.FAILED] == told != []
    assert again.embedded == 0


def test_a_partly_read_file_is_tried_again_once_office_is_installed_whichever_folder_is_read_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"text": "县委组织部召开座谈会，部署人才工作，引进博士12名。"}\n'
    office.write("新闻/甲.jsonl", text + "{broken\n")
    office.write("通知/乙.txt", TEA)
    office.ingest()
    monkeypatch.setattr("ingest.pipeline.office_program", lambda: "soffice")
    office.ingest(office.files / "通知")
    read: list[str] = []
    submit = InProcess.submit

    def note(self: InProcess, job: Job) -> None:
        read.append(job.source)
        submit(self, job)

    monkeypatch.setattr("ingest.worker.InProcess.submit", note)
    office.ingest()
    office.ingest()
    assert [Path(source).name for source in read] == ["甲.jsonl"]
