from __future__ import annotations

import pytest

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError, UnsafeFileError
from ingest.formats.archive import read
from ingest.lines import Limits, Problem, RawText
from tests.ingest.formats.known_text import TITLE, missing_cells, share_in_order
from tests.ingest.formats.makers_office import (
    joined,
    known_docx,
    known_html,
    known_pptx,
    known_xlsx,
    locked,
    zip_of,
    zip_with_raw_names,
)

NOTE = "今年以来，璧山区引进青年人才31名。".encode()


def results(data: bytes, limits: Limits | None = None) -> tuple[list[RawText], list[str]]:
    found = list(read(data, "资料.zip", limits or Limits()))
    return [one for one in found if isinstance(one, RawText)], [one.reason for one in found if isinstance(one, Problem)]


def test_the_known_text_comes_back_from_every_kind_of_member() -> None:
    members = {
        "总结.docx": known_docx(), "网页/总结.html": known_html().encode(), "表格/总结.xlsx": known_xlsx(), "总结.pptx": known_pptx(),
        "内层.zip": zip_of({"总结.docx": known_docx()}),
    }  # fmt: skip
    texts, problems = results(zip_of(members))
    assert problems == []
    assert [text.key for text in texts] == [
        "总结.docx",
        "网页/总结.html",
        "表格/总结.xlsx",
        "总结.pptx",
        "内层.zip/总结.docx",
    ]
    assert [text.source for text in texts] == [f"资料.zip/{text.key}" for text in texts]
    for text in texts:
        assert share_in_order(joined(text)) >= 0.995
        assert missing_cells(joined(text)) == []
        assert TITLE in text.lines[0].text


def test_names_in_gb18030_are_readable() -> None:
    data = zip_with_raw_names([("通知/璧山区.txt".encode("gb18030"), NOTE)])
    assert results(data)[0][0].source == "资料.zip/通知/璧山区.txt"


def test_records_in_a_member_keep_keys_of_their_own() -> None:
    records = '{"id": "7", "text": "璧山区引进人才31名。"}\n{"id": "8", "text": "晋江市引进人才40名。"}\n'
    texts, _ = results(zip_of({"新闻.jsonl": records.encode(), "a.txt": NOTE}))
    assert [text.key for text in texts] == ["新闻.jsonl#7", "新闻.jsonl#8", "a.txt"]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on() -> None:
    members = {
        "一.txt": NOTE,
        "片.mp4": b"\x00" * 9,
        "坏.docx": b"PK\x03\x04",
        "空.txt": b"  ",
        "无": b"x",
        "二.txt": NOTE,
    }
    texts, problems = results(zip_of(members))
    assert [text.key for text in texts] == ["一.txt", "二.txt"]
    assert [reason.split("：")[0] for reason in problems] == ["片.mp4", "坏.docx", "空.txt", "无"]
    assert ".mp4" in problems[0]


def test_what_systems_leave_in_archives_is_passed_over_in_silence() -> None:
    members = {"__MACOSX/._a.txt": NOTE, ".DS_Store": b"x", "图/Thumbs.db": b"x", "~$a.docx": b"x", "a.txt": NOTE}
    texts, problems = results(zip_of(members))
    assert [text.key for text in texts] == ["a.txt"]
    assert problems == []


def test_archives_too_deep_inside_are_named() -> None:
    deepest = zip_of({"c.zip": zip_of({"x.txt": NOTE}), "b.txt": NOTE})
    texts, problems = results(zip_of({"b.zip": deepest}))
    assert [text.key for text in texts] == ["b.zip/b.txt"]
    assert problems == ["b.zip/c.zip：压缩包套了超过 2 层，没有再解开；请解压后再试。"]


def test_all_that_is_unpacked_counts_together() -> None:
    limits = Limits(max_bytes=2e6, max_unpacked_bytes=2.5e6)
    inner = zip_of({"a.txt": NOTE * 20_000})
    assert len(inner) < 100_000
    texts, problems = results(zip_of({f"{n}.zip": inner for n in range(5)}), limits)
    assert len(texts) == 2
    assert "大小上限" in problems[0] or "超过上限" in problems[0]


def test_an_archive_that_is_no_good_as_a_whole_says_why() -> None:
    with pytest.raises(UnsafeFileError):
        results(zip_with_raw_names([(b"../../a.txt", NOTE)]))
    with pytest.raises(FileTooLargeError):
        results(zip_of({f"{n}.txt": NOTE for n in range(9)}), Limits(max_members=8))
    with pytest.raises(DamagedFileError):
        results(b"PK\x03\x04" + bytes(99))
    with pytest.raises(EmptyFileError, match="是空的"):
        results(zip_of({}))
    with pytest.raises(EmptyFileError, match=r"a\.txt：.*密码"):
        results(locked(zip_of({"a.txt": NOTE})))
    with pytest.raises(EmptyFileError, match=r"片\.mp4：暂不支持"):
        results(zip_of({"片.mp4": b"x", "b.mp4": b"x"}))
