"""Which files are read. What cannot be read is told in one sentence each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import FileTooLargeError, ReadError
from ingest.inputs import find_inputs, hash_of, look_at, read_bytes
from retriever.rows import path_of

RECORD = "湄潭县选聘茶叶专家42名，覆盖128个茶叶专业村。"


def sources(*paths: Path) -> list[str]:
    return [file.source for file in find_inputs(paths)[0]]


def test_a_folder_is_searched_through_in_order_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "A.TXT", "子目录/c.md", "子目录/d.jsonl", ".hidden.txt", ".git/e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(RECORD)
    assert sources(tmp_path) == ["A.TXT", "b.txt", "子目录/c.md", "子目录/d.jsonl"]


def test_unsupported_files_in_a_folder_are_named_with_their_reason(tmp_path: Path) -> None:
    for name in ("a.txt", "b.exe", "c"):
        (tmp_path / name).write_text(RECORD)
    assert [source for source, _ in find_inputs([tmp_path])[1]] == ["b.exe", "c"]
    assert all("格式" in reason for _, reason in find_inputs([tmp_path])[1])


def test_a_file_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text(RECORD)
    assert sources(tmp_path, tmp_path / "sub", tmp_path / "sub" / "a.txt") == ["sub/a.txt"]


def test_links_inside_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_text(RECORD)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "outside" / "a.txt")
    assert sources(tmp_path / "in") == []
    assert {(name, "符号链接" in reason) for name, reason in find_inputs([tmp_path / "in"])[1]} == {
        ("folder", True), ("loop", True), ("b.txt", True),
    }  # fmt: skip
    assert sources(tmp_path / "in" / "b.txt") == ["b.txt"], "but a link that is given by name is meant"


def test_a_name_from_a_chinese_windows_archive_is_shown_readable(tmp_path: Path) -> None:
    name = os.fsdecode("干部培养.txt".encode("gb18030"))
    (tmp_path / name).write_text(RECORD)
    [file] = find_inputs([tmp_path])[0]
    assert file.source == "干部培养.txt"
    assert path_of(file.key) == tmp_path / name
    (tmp_path / "干部培养.txt").write_text(RECORD)
    assert len({file.key for file in find_inputs([tmp_path])[0]}) == 2, "a name that reads alike is another file"
    assert read_bytes(file.path) == RECORD.encode()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.txt", "找不到"), ("nofolder", "找不到"), ("a.exe", "格式"), ("pipe.txt", "不是普通文件")],
)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "a.exe").write_text(RECORD)
    os.mkfifo(tmp_path / "pipe.txt")
    [file] = find_inputs([tmp_path / name])[0]
    with pytest.raises(ReadError, match=rf"^[^。]*{reason}[^。]*。$"):
        look_at(file, 1e6)


def test_a_large_file_is_refused_with_both_sizes_and_the_setting(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2_500_000)
    [file] = find_inputs([tmp_path])[0]
    with pytest.raises(FileTooLargeError, match=r"2\.5 MB.*1 MB.*ORGASK_MAX_FILE_MB"):
        look_at(file, 1e6)
    assert look_at(file, 2.5e6).size == 2_500_000


def test_a_side_file_is_no_document_and_counts_for_its_folder_and_those_below(tmp_path: Path) -> None:
    for name in ("a.txt", "资料信息.csv", "下级/b.txt", "下级/更深/c.txt", "另/d.txt", "另/资料信息.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RECORD)
    files = {file.source: file.folder for file in find_inputs([tmp_path])[0]}
    assert files == dict.fromkeys(["a.txt", "下级/b.txt", "下级/更深/c.txt"], tmp_path) | {"另/d.txt": tmp_path / "另"}
    [direct] = find_inputs([tmp_path / "a.txt"])[0]
    assert direct.folder == tmp_path


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "报\x1b[2J告.txt").write_text(RECORD)
    assert sources(tmp_path) == ["报[2J告.txt"]


def test_lock_files_of_open_office_documents_are_left_out(tmp_path: Path) -> None:
    for name in ("~$报告.docx", "报告.docx"):
        (tmp_path / name).write_text(RECORD)
    assert sources(tmp_path) == ["报告.docx"]


def test_the_hash_tells_contents_apart(tmp_path: Path) -> None:
    for name, text in (("a.txt", RECORD), ("b.txt", RECORD), ("c.txt", RECORD + "。")):
        (tmp_path / name).write_text(text)
    a, b, c = (hash_of(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt"))
    assert a == b != c
