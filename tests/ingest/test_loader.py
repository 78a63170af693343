"""Which files are read, and what stands in them. What cannot be read is told in one sentence each."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import EmptyFileError, FileTooLargeError, ReadError
from ingest.loader import Input, find_inputs, read_bytes, read_texts

RECORD = "湄潭县选聘茶叶专家42名，覆盖128个茶叶专业村。"


def sources(*paths: Path) -> list[str]:
    return [file.source for file in find_inputs(paths)[0]]


def records(*lines: str) -> tuple[list[str], list[str]]:
    texts, problems = read_texts(Input(Path("r.jsonl"), "r.jsonl"), "\n".join(lines).encode())
    return [text.text for text in texts], problems


def line(**fields: object) -> str:
    return json.dumps({"text": RECORD, **fields}, ensure_ascii=False)


# --- files ------------------------------------------------------------------------------------------------------


def test_a_folder_is_searched_through_in_order_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "A.TXT", "子目录/c.md", "子目录/d.jsonl", ".hidden.txt", ".git/e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(RECORD)
    assert sources(tmp_path) == ["A.TXT", "b.txt", "子目录/c.md", "子目录/d.jsonl"]


def test_unsupported_files_in_a_folder_are_named_with_their_reason(tmp_path: Path) -> None:
    for name in ("a.txt", "b.pdf", "c"):
        (tmp_path / name).write_text(RECORD)
    assert [source for source, _ in find_inputs([tmp_path])[1]] == ["b.pdf", "c"]
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
    assert sources(tmp_path / "in" / "b.txt") == ["b.txt"], "but a link that is given by name is meant"


def test_a_name_from_a_chinese_windows_archive_is_shown_readable(tmp_path: Path) -> None:
    name = os.fsdecode("干部培养.txt".encode("gb18030"))
    (tmp_path / name).write_text(RECORD)
    [file] = find_inputs([tmp_path])[0]
    assert file.source == "干部培养.txt"
    assert file.key.endswith("/干部培养.txt")
    assert read_bytes(file, 1e6) == RECORD.encode()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.txt", "找不到"), ("nofolder", "找不到"), ("a.pdf", "格式"), ("pipe.txt", "不是普通文件")],
)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "a.pdf").write_text(RECORD)
    os.mkfifo(tmp_path / "pipe.txt")
    [file] = find_inputs([tmp_path / name])[0]
    with pytest.raises(ReadError, match=rf"^[^。]*{reason}[^。]*。$"):
        read_bytes(file, 1e6)


def test_a_large_file_is_refused_with_both_sizes_and_the_setting(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2_500_000)
    [file] = find_inputs([tmp_path])[0]
    with pytest.raises(FileTooLargeError, match=r"2\.5 MB.*1 MB.*ORGASK_MAX_FILE_MB"):
        read_bytes(file, 1e6)
    assert len(read_bytes(file, 2.5e6)) == 2_500_000


# --- records ----------------------------------------------------------------------------------------------------


def test_a_text_file_is_one_text() -> None:
    [text], problems = read_texts(Input(Path("a.md"), "sub/a.md"), RECORD.encode("gb18030"))
    assert (text.text, text.source, problems) == (RECORD, "sub/a.md", [])


def test_the_fields_of_a_record_are_taken_over() -> None:
    data = line(id=7, title="茶叶人才", source="贵州简报第3期", date="2023-05-04").encode()
    [[text], problems] = read_texts(Input(Path("r.jsonl"), "r.jsonl"), data)
    assert (text.key, text.title, text.source, text.date) == ("7", "茶叶人才", "贵州简报第3期", "2023-05-04")
    assert problems == []


def test_a_record_without_names_is_called_by_its_file_and_line() -> None:
    [texts, _] = read_texts(Input(Path("r.jsonl"), "r.jsonl"), f"\n{line()}".encode())
    assert [text.source for text in texts] == ["r.jsonl#2"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_broken_lines_are_numbered_and_the_others_go_on(newline: str) -> None:
    broken = [
        "{broken",
        "[1, 2]",
        '{"id": 1}',
        '{"text": "  "}',
        '{"text": 5}',
        '{"text": "a", "id": ' + "9" * 5000 + "}",
    ]
    data = newline.join([line(id="a"), *broken, "", line(id="b")]).encode()
    texts, problems = read_texts(Input(Path("r.jsonl"), "r.jsonl"), data)
    assert [text.key for text in texts] == ["a", "b"]
    assert [problem.split("：")[0] for problem in problems] == [f"第 {n} 行" for n in range(2, 8)]


def test_of_two_records_with_one_id_the_first_counts_and_the_second_is_named() -> None:
    texts, problems = records(line(id="a"), line(id="a", text="另一条。"))
    assert texts == [RECORD]
    assert len(problems) == 1
    assert "第 2 行" in problems[0]
    assert "a" in problems[0]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0c"])
def test_a_line_separator_inside_a_text_does_not_end_the_record(separator: str) -> None:
    text = f"{RECORD}{separator}{RECORD}"
    raw = '{"text": "' + text.replace("\x0c", "\\f") + '"}'
    assert records(raw, line(id="b")) == ([text, RECORD], [])


def test_half_a_character_does_not_cost_the_record() -> None:
    assert records('{"text": "' + RECORD + '\\ud83d"}') == ([RECORD], [])


@pytest.mark.parametrize("data", ["", " \n\u3000\n", "\ufeff"])
@pytest.mark.parametrize("name", ["a.txt", "r.jsonl"])
def test_an_empty_file_is_told(name: str, data: str) -> None:
    with pytest.raises(EmptyFileError):
        read_texts(Input(Path(name), name), data.encode())


def test_a_file_of_broken_records_only_says_why() -> None:
    with pytest.raises(EmptyFileError, match=r"第 1 行.*JSON"):
        records("{broken")
