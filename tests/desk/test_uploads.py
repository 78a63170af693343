"""Files that people add: their names, their content, what becomes of each."""

from __future__ import annotations

import io
import os
import shutil
import threading
import zipfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreFullError, TooLargeError, UsageError
from desk import room
from desk import uploads as module
from desk.file_content import misfit
from desk.file_names import MOST_CHARACTERS, numbered, safe_folders, safe_name
from desk.uploads import Received, Uploaded, Uploads, UploadState
from tests.office import ordinary_user

TEXT = "桐庐县建成青年驿站18家。\n".encode()


def received(name: str, data: bytes = TEXT, path: str = "") -> Received:
    return Received(name, io.BytesIO(data), path)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", 1e6)


def one(uploads: Uploads, name: str, data: bytes = TEXT, path: str = "") -> Uploaded:
    [done] = uploads.store("人才", [received(name, data, path)])
    return done


def package(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return data.getvalue()


HOSTILE = st.text(
    st.one_of(
        st.characters(), st.sampled_from(list('./\\:*?"<>|~$ \x00\u202e\u3000')), st.sampled_from("汉字CONaux1¹")
    ),
    max_size=200,
)


@given(HOSTILE)
def test_a_safe_name_is_safe_everywhere_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert safe_name(safe) == safe
    assert len(safe) <= MOST_CHARACTERS and len(safe.encode()) <= 255
    assert not set(safe) & set('/\\:*?"<>|\x00') and safe.isprintable()
    assert not safe.startswith((".", "~$", " ")) and not safe.endswith((".", " "))
    assert safe.partition(".")[0].strip().upper() not in {"CON", "AUX", "NUL", "PRN", "COM1", "LPT9"}
    if safe:
        again = numbered(safe, 12)
        assert "（12）" in again and len(again) <= MOST_CHARACTERS and len(again.encode()) <= 255
        assert Path(again).suffix == Path(safe).suffix or len(Path(safe).suffix) > 12


@given(HOSTILE, HOSTILE)
def test_no_name_and_no_path_leads_out_of_the_collection(name: str, path: str) -> None:
    for part in (*safe_folders(path), safe_name(name)):
        assert part not in (".", "..") and "/" not in part and "\\" not in part


def test_names_are_kept_as_people_know_them() -> None:
    assert safe_name("关于《实施意见》的通知（试行）.docx") == "关于《实施意见》的通知（试行）.docx"
    assert safe_name("<b>总结</b>.txt") == "＜b＞总结＜／b＞.txt"
    assert safe_name("con.txt") == "con_.txt" and safe_name(".隐藏.txt") == "隐藏.txt"
    assert safe_name("x\u202etxt.exe") == "xtxt.exe" and safe_name("e\u0301.md") == "\u00e9.md"
    assert safe_name("长" * 300 + ".docx").endswith("长.docx")


@pytest.mark.parametrize("name", ["../../../逃.txt", "..\\..\\逃.txt", "/etc/逃.txt", "C:\\逃.txt", ".../逃.txt"])
def test_a_path_in_a_name_is_left_out(uploads: Uploads, tmp_path: Path, name: str) -> None:
    assert one(uploads, name, path=f"../../{name}").path is not None
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in stored] == ["逃.txt"]
    assert stored[0].is_relative_to(tmp_path / "uploads" / "人才")


def test_markup_in_a_name_stays_data(uploads: Uploads) -> None:
    done = one(uploads, "<img src=x onerror=alert(1)>.txt")
    assert done.name == "<img src=x onerror=alert(1)>.txt"
    assert done.path is not None and done.path.name == "＜img src=x onerror=alert(1)＞.txt"


def test_a_file_is_stored_as_it_is_and_nothing_else_is_left(uploads: Uploads, tmp_path: Path) -> None:
    done = one(uploads, "总结.txt")
    assert (done.state, done.source) == (UploadState.STORED, "人才/总结.txt")
    assert done.path is not None and done.path.read_bytes() == TEXT
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [done.path]


def test_another_file_of_a_taken_name_gets_a_number_and_the_same_one_is_kept_once(uploads: Uploads) -> None:
    sources = [one(uploads, "总结.txt", data).source for data in (TEXT, b"2\n", b"3\n", TEXT, b"2\n")]
    assert sources == [f"人才/总结{number}.txt" for number in ("", "（2）", "（3）", "", "（2）")]
    assert one(uploads, "总结.txt", b"3\n").state is UploadState.KNOWN


def test_many_at_once_of_one_name_all_stay(uploads: Uploads) -> None:
    threads = [threading.Thread(target=one, args=(uploads, "总结.txt", f"{n}\n".encode())) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.read_text() for path in uploads.folder.rglob("*.txt")) == sorted(f"{n}\n" for n in range(12))


def test_folders_of_a_dropped_folder_are_kept_as_far_as_they_go(uploads: Uploads) -> None:
    assert one(uploads, "a.txt", path="资料/2023/a.txt").source == "人才/资料/2023/a.txt"
    assert one(uploads, "a.txt", path="/".join("123456") + "/a.txt").state is UploadState.STORED
    deep = one(uploads, "a.txt", path="/".join("1234567") + "/a.txt")
    assert deep.state is UploadState.REFUSED and "6 层" in deep.reason
    inside = one(uploads, "b.txt", path="a.txt/b.txt")
    assert one(uploads, "a.txt", path="资料/2023/a.txt/b.txt").state is UploadState.REFUSED
    assert inside.source == "人才/a.txt/b.txt"


def test_a_link_out_of_the_folder_is_not_followed(uploads: Uploads, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (uploads.folder).mkdir()
    (uploads.folder / "人才").symlink_to(outside)
    assert one(uploads, "a.txt").state is UploadState.REFUSED
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("木马.docx", b"MZ\x90\x00\x03\x00\x00\x00" + bytes(100), "程序或脚本"),
        ("木马.txt", b"\x7fELF\x02\x01\x01" + bytes(100), "程序或脚本"),
        ("脚本.docx", b"#!/bin/sh\nrm -rf /\n", "程序或脚本"),
        ("脚本.doc", b'Set s = CreateObject("WScript.Shell")\n', "程序或脚本"),
        ("假.docx", TEXT, "不符"),
        ("假.pdf", package("word/document.xml"), "不符"),
        ("假.png", TEXT, "不符"),
        ("假.zip", TEXT, "不符"),
        ("假.txt", package("a.txt"), "不符"),
        ("假.txt", b"\x89PNG\r\n\x1a\n" + bytes(50), "不符"),
        ("程序.exe", b"MZ" + bytes(50), ".exe"),
        ("无扩展名", TEXT, "无扩展名"),
        ("空.txt", b"", "空"),
        ("大.txt", b"a" * 1_000_001, "上限 1 MB"),
    ],
)
def test_what_is_no_document_costs_only_itself(uploads: Uploads, name: str, data: bytes, words: str) -> None:
    good, bad, also = uploads.store("人才", [received("好.txt"), received(name, data), received("也好.md")])
    assert bad.state is UploadState.REFUSED and words in bad.reason and bad.reason.endswith("。")
    assert bad.path is None and bad.name == name
    assert good.state is also.state is UploadState.STORED
    assert len([path for path in uploads.folder.rglob("*") if path.is_file()]) == 2


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".docx", package("[Content_Types].xml", "word/document.xml")),
        (".xlsx", package("[Content_Types].xml", "xl/workbook.xml")),
        (".ofd", package("OFD.xml")),
        (".zip", package("a.txt")),
        (".doc", b"<html><body>x</body></html>"),
        (".doc", TEXT),
        (".xls", "姓名,单位\n张三,县委办\n".encode("gb18030")),
        (".doc", b"{\\rtf1 x}"),
        (".pdf", b"%PDF-1.7\n"),
        (".jpg", b"\xff\xd8\xff\xe0" + bytes(20)),
        (".txt", "BMW与MZ计划：人才".encode()),
        (".txt", "桐庐县".encode("utf-16")),
        (".md", "# 标题\n\n#!/bin/sh 是脚本的第一行\n".encode()),
        (".csv", TEXT),
    ],
)
def test_what_offices_have_is_taken(suffix: str, data: bytes) -> None:
    assert misfit(data, suffix) == ""


def test_a_request_that_is_too_much_stores_nothing(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(TooLargeError, match="500 个文件"):
        uploads.store("人才", [received(f"{n}.txt") for n in range(501)])
    monkeypatch.setattr(module, "MOST_BYTES", 50)
    with pytest.raises(TooLargeError):
        uploads.store("人才", [received("a.txt"), received("b.txt")])
    monkeypatch.undo()
    monkeypatch.setattr(room, "SPARE_BYTES", 1 << 62)
    with pytest.raises(StoreFullError, match="清理空间"):
        uploads.store("人才", [received("a.txt")])
    assert not list(tmp_path.rglob("*.txt"))


@pytest.mark.parametrize("name", ["", " . ", "..", "档案.zip", "档案.ZIP", "x.jsonl", "\x00"])
def test_a_collection_needs_a_name_that_a_folder_can_have(uploads: Uploads, name: str) -> None:
    with pytest.raises(UsageError):
        uploads.collection(name)


def test_a_collection_that_is_there_is_found_whatever_its_case(uploads: Uploads) -> None:
    uploads.store("HR", [received("a.txt")])
    assert uploads.collection("hr") == uploads.collection(" HR. ") == "HR"


def test_what_a_power_cut_left_half_written_is_taken_away(uploads: Uploads) -> None:
    (uploads.folder / "人才").mkdir(parents=True)
    left = uploads.folder / "人才" / ".0123.part"
    left.write_bytes(b"half")
    one(uploads, "a.txt")
    assert not left.exists()


def test_a_file_that_cannot_be_written_leaves_nothing(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(StoreFullError):
        one(uploads, "a.txt")
    assert [path for path in uploads.folder.rglob("*") if path.is_file()] == []


def test_a_side_file_is_not_put_beside_another(uploads: Uploads) -> None:
    assert one(uploads, "资料信息.csv", "文件,市\na.txt,达州\n".encode()).state is UploadState.STORED
    again = one(uploads, "资料信息.csv", "文件,市\na.txt,广元\n".encode())
    assert again.state is UploadState.REFUSED and "资料信息.csv" in again.reason


@pytest.mark.parametrize("there", ["资料信息.xlsx", "资料信息.CSV"])
def test_a_side_file_of_another_kind_is_not_put_beside_one(uploads: Uploads, there: str) -> None:
    (uploads.folder / "人才").mkdir(parents=True)
    (uploads.folder / "人才" / there).write_bytes(TEXT)
    done = one(uploads, "资料信息.csv", "文件,市\na.txt,广元\n".encode())
    assert done.state is UploadState.REFUSED and there in done.reason
    assert [path.name for path in uploads.folder.rglob("*") if path.is_file()] == [there]


def test_a_side_file_in_capitals_is_one(uploads: Uploads) -> None:
    assert one(uploads, "资料信息.CSV", "文件,市\na.txt,达州\n".encode()).source == "人才/资料信息.csv"


def test_a_file_of_the_same_name_is_not_read_where_its_size_tells_enough(uploads: Uploads) -> None:
    first = one(uploads, "总结.txt").path
    assert first is not None
    first.chmod(0)
    with ordinary_user():
        assert one(uploads, "总结.txt", TEXT * 2).source == "人才/总结（2）.txt"


def test_a_file_that_fails_costs_only_itself(uploads: Uploads) -> None:
    first = one(uploads, "总结.txt").path
    assert first is not None
    first.chmod(0)
    with ordinary_user():
        # It cannot be compared with the one that may not be read.
        done = uploads.store("人才", [received("好.txt"), received("总结.txt", TEXT[::-1]), received("也好.txt")])
    assert [one.state for one in done] == [UploadState.STORED, UploadState.REFUSED, UploadState.STORED]
    assert str(uploads.folder) not in done[1].reason and done[1].reason.endswith("。")


def test_what_is_stored_before_the_disk_is_full_stays(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def no_more_room(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_more_room)
    first, second = uploads.store("人才", [received("a.txt"), received("b.txt")])
    assert (first.state, second.state) == (UploadState.STORED, UploadState.REFUSED)
    assert "磁盘空间不足" in second.reason
    assert [path.name for path in uploads.folder.rglob("*") if path.is_file()] == ["a.txt"]


def test_a_path_that_the_system_could_not_open_is_refused(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = len(str(uploads.folder / "人才" / "资料" / "总结.txt"))
    monkeypatch.setattr(module, "LONGEST_PATH", longest)
    assert one(uploads, "总结.txt", path="资料/总结.txt").state is UploadState.STORED
    refused = one(uploads, "总结二.txt", path="资料/总结二.txt")
    assert refused.state is UploadState.REFUSED and "太长" in refused.reason
    assert one(uploads, "总结.txt", path="资料汇编/总结.txt").state is UploadState.REFUSED
    assert not (uploads.folder / "人才" / "资料汇编").exists()


@pytest.mark.parametrize(("free", "fits"), [(2 * 1000, True), (2 * 1000 - 1, False)])
def test_a_request_needs_room_for_itself_and_for_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, fits: bool
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free + room.SPARE_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with nullcontext() if fits else pytest.raises(StoreFullError):
        room.check_request(tmp_path, 1000)


def replace(uploads: Uploads, *files: Received) -> list[Uploaded]:
    return uploads.store("人才", files, replace=True)


def test_a_file_that_replaces_another_stands_in_its_place_and_the_old_one_is_kept(uploads: Uploads) -> None:
    one(uploads, "总结.txt", path="2023/总结.txt")
    for data in (b"2\n", b"3\n"):
        [done] = replace(uploads, received("总结.txt", data, "2023/总结.txt"))
        assert (done.state, done.source) == (UploadState.REPLACED, "人才/2023/总结.txt")
    assert [path.read_bytes() for path in uploads.folder.rglob("*.txt")] == [b"3\n"]
    kept = uploads.folder.with_name("uploads-replaced")
    assert sorted(path.read_bytes() for path in kept.rglob("*.txt")) == sorted([TEXT, b"2\n"])
    assert all(
        path.parent == kept / "人才" / "2023" and path.name.startswith("总结.20") for path in kept.rglob("*.txt")
    )
    [same] = replace(uploads, received("总结.txt", b"3\n", "2023/总结.txt"))
    assert same.state is UploadState.KNOWN and len(list(kept.rglob("*.txt"))) == 2
    assert replace(uploads, received("新.txt"))[0].state is UploadState.STORED


def test_two_files_of_one_request_do_not_replace_each_other(uploads: Uploads) -> None:
    one(uploads, "总结.txt")
    done = replace(uploads, received("总结.txt", b"2\n"), received("总结.txt", b"3\n"))
    assert [(d.state, d.source) for d in done] == [
        (UploadState.REPLACED, "人才/总结.txt"), (UploadState.STORED, "人才/总结（2）.txt")
    ]  # fmt: skip


def test_a_side_file_can_be_replaced_by_one_of_its_kind(uploads: Uploads) -> None:
    one(uploads, "资料信息.csv", "文件,市\na.txt,达州\n".encode())
    [done] = replace(uploads, received("资料信息.csv", "文件,市\na.txt,广元\n".encode()))
    assert done.state is UploadState.REPLACED
    assert done.path is not None and "广元" in done.path.read_text("utf-8")


def test_a_link_is_not_replaced(uploads: Uploads, tmp_path: Path) -> None:
    outside = tmp_path / "外.txt"
    outside.write_bytes(b"1\n")
    (uploads.folder / "人才").mkdir(parents=True)
    (uploads.folder / "人才" / "总结.txt").symlink_to(outside)
    [done] = replace(uploads, received("总结.txt"))
    assert (done.state, done.source) == (UploadState.STORED, "人才/总结（2）.txt")
    assert outside.read_bytes() == b"1\n"


def test_a_replacement_that_fails_changes_nothing(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    one(uploads, "总结.txt")

    def locked(_self: Path, _target: Path) -> None:
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr(Path, "replace", locked)
    [done] = replace(uploads, received("总结.txt", b"2\n"))
    assert done.state is UploadState.REFUSED and done.reason.endswith("。")
    files = [path for path in uploads.folder.parent.rglob("*") if path.is_file()]
    assert [(path.name, path.read_bytes()) for path in files] == [("总结.txt", TEXT)]


def test_where_the_disk_knows_no_links_the_old_file_is_copied(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    one(uploads, "总结.txt")

    def no_links(_self: Path, _target: Path) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    assert replace(uploads, received("总结.txt", b"2\n"))[0].state is UploadState.REPLACED
    [kept] = uploads.folder.with_name("uploads-replaced").rglob("*.txt")
    assert kept.read_bytes() == TEXT
