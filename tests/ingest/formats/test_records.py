"""Plain text and records: what stands in them, and what is told of those that are no good."""

from __future__ import annotations

import json

import pytest

from core.errors import EmptyFileError
from ingest.formats import read
from ingest.lines import Limits, Problem, RawText

RECORD = "湄潭县选聘茶叶专家42名，覆盖128个茶叶专业村。"


def read_all(name: str, data: bytes) -> tuple[list[RawText], list[str]]:
    told = list(read(data, name, Limits()))
    texts = [one for one in told if isinstance(one, RawText)]
    return texts, [one.reason for one in told if isinstance(one, Problem)]


def text_of(raw: RawText) -> str:
    return "\n".join(line.text for line in raw.lines)


def records(*lines: str) -> tuple[list[str], list[str]]:
    texts, problems = read_all("r.jsonl", "\n".join(lines).encode())
    return [text_of(text) for text in texts], problems


def line(**fields: object) -> str:
    return json.dumps({"text": RECORD, **fields}, ensure_ascii=False)


def test_a_text_file_is_one_text() -> None:
    [text], problems = read_all("sub/a.md", RECORD.encode("gb18030"))
    assert (text_of(text), text.source, problems) == (RECORD, "sub/a.md", [])


def test_the_fields_of_a_record_are_taken_over() -> None:
    data = line(id=7, title="茶叶人才", source="贵州简报第3期", date="2023-05-04").encode()
    [[text], problems] = read_all("r.jsonl", data)
    assert (text.key, text.title, text.source, text.date) == ("7", "茶叶人才", "贵州简报第3期", "2023-05-04")
    assert problems == []


def test_a_record_without_names_is_called_by_its_file_and_line() -> None:
    [texts, _] = read_all("r.jsonl", f"\n{line()}".encode())
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
    texts, problems = read_all("r.jsonl", data)
    assert [text.key for text in texts] == ["a", "b"]
    assert [problem.split("：")[0] for problem in problems] == [f"第 {n} 行" for n in range(2, 8)]


def test_of_two_records_with_one_id_the_first_counts_and_the_second_is_named() -> None:
    texts, problems = records(line(id="a"), line(id="a", text="另一条。"))
    assert texts == [RECORD]
    assert len(problems) == 1
    assert "第 2 行" in problems[0]
    assert "a" in problems[0]


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        ({"id": "2"}, {}, ["2", "2~"]),
        ({}, {"id": 1}, ["1", "1~"]),
        ({"id": "甲"}, {}, ["甲", "2"]),
    ],
)
def test_a_record_without_an_id_stands_beside_one_whose_id_is_the_number_of_its_line(
    first: dict[str, object], second: dict[str, object], keys: list[str]
) -> None:
    data = "\n".join([line(**first), line(**second, text="晋江市回流青年人才500名。")]).encode()
    texts, problems = read_all("r.jsonl", data)
    assert [text.key for text in texts] == keys
    assert [text.source for text in texts] == [f"r.jsonl#{key}" for key in keys]
    assert problems == []


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
        read_all(name, data.encode())


def test_a_file_of_broken_records_only_says_why() -> None:
    with pytest.raises(EmptyFileError, match=r"第 1 行.*JSON"):
        records("{broken")
