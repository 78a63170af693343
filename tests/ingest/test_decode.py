from __future__ import annotations

import codecs
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import BinaryFileError
from ingest.decode import decode
from tests.ingest.prose import articles

TEXT = (
    "晋江市“青年人才驿站”建设情况\r\n\r\n晋江市建成青年人才驿站 12 家，累计接待 3,406 人次（其中硕士 215 人）。\r\n"
    "“住得下、留得住”成为共识——市委组织部有关负责同志说：下一步将扩至 20 家……\r\n"
)

MARKED = {"utf-8-sig": b"", "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
ENCODINGS = ["utf-8", "gb18030", "gbk", "utf-16-le", "utf-16-be", *(f"{name}+mark" for name in MARKED)]


def encoded(text: str, name: str) -> bytes:
    if name.endswith("+mark"):
        codec = name.removesuffix("+mark")
        return MARKED[codec] + text.encode(codec)
    return text.encode(name)


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_report_reads_the_same_in_every_encoding_of_an_office(name: str) -> None:
    assert decode(encoded(TEXT, name)) == TEXT


@given(st.sampled_from(ENCODINGS), articles, st.sampled_from(["\n", "\r\n", "\n\n"]))
@example("utf-16-le", ["湄潭县引进茶叶专家。"], "\n")
def test_nothing_is_replaced_or_lost_in_any_encoding(name: str, article: list[str], newline: str) -> None:
    text = newline.join(article) + newline
    assert decode(encoded(text, name)) == text


def test_rare_characters_of_names_survive_where_the_encoding_has_them() -> None:
    text = TEXT + "驻村干部：㛃明、李\U00020bb7、王喆、陈堃。\n"
    for name in ("utf-8", "gb18030", "utf-16-le+mark"):
        assert decode(encoded(text, name)) == text


def test_western_text_is_text_too() -> None:
    assert decode(b"Talent policy brief, 2023\n") == "Talent policy brief, 2023\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00\x08\x06\x00\x00\x00" * 20,
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" * 50,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        bytes(2000),
        random.Random(7).randbytes(5000),
    ],
    ids=["png", "zip or docx", "doc", "NULs", "random"],
)
def test_binary_data_is_refused_whatever_its_suffix(data: bytes) -> None:
    with pytest.raises(BinaryFileError):
        decode(data)


@given(st.binary(min_size=300, max_size=2000))
def test_random_bytes_are_never_repaired(data: bytes) -> None:
    try:
        text = decode(data)
    except BinaryFileError:
        return
    assert "\ufffd" not in text or "\ufffd".encode() in data


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_a_file_that_breaks_off_behind_its_mark_is_refused_not_repaired(mark: bytes) -> None:
    body = TEXT.encode("utf-8" if mark == codecs.BOM_UTF8 else "utf-16-le")
    with pytest.raises(BinaryFileError, match="损坏"):
        decode(mark + body[:-1] + (b"\xe4" if mark == codecs.BOM_UTF8 else b""))


@pytest.mark.parametrize(("name", "cut"), [("utf-8", 1), ("utf-8", 2), ("gb18030", 1)])
def test_a_file_that_breaks_off_inside_its_last_character_is_called_incomplete(name: str, cut: int) -> None:
    with pytest.raises(BinaryFileError, match=r"末尾不完整.*请.*。$"):
        decode((TEXT + "家").encode(name)[:-cut])


def test_the_refusal_tells_what_to_do() -> None:
    with pytest.raises(BinaryFileError, match=r"请.*。$"):
        decode(bytes(100))


def test_an_empty_file_is_empty_text() -> None:
    assert decode(b"") == ""
