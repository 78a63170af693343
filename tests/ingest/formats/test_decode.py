from __future__ import annotations

import codecs
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import BinaryFileError
from ingest.formats.decode import decode
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


# --- telling the encodings apart --------------------------------------------------------------------------------

SIMPLIFIED = (
    "近年来，湄潭县坚持把培养年轻干部作为一项基础工作来抓，选派一百二十名干部到乡镇和企业挂职锻炼，"
    "推动他们在一线了解民情、解决问题，其中三十六人已经走上领导岗位，群众的满意程度比上年有所提高。"
)
TRADITIONAL = (
    "近年來，臺南市政府持續推動青年返鄉計畫，鼓勵有志於地方發展的人才回到家鄉服務，並提供創業資金與輔導資源。"
    "參與這項計畫的青年說：「我們希望為故鄉做一點事。」目前已有兩百多個團隊進駐，其中三十個獲得了獎勵。"
)


@pytest.mark.parametrize("length", [50, 95])
@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SIMPLIFIED, ["gb18030", "gbk", "gb2312", "hz", "utf-8", "utf-16-le", "utf-16-be"]),
        (TRADITIONAL, ["big5", "big5hkscs", "cp950", "gbk", "gb18030", "utf-8", "utf-16-le", "utf-16-be"]),
    ],
    ids=["simplified", "traditional"],
)
def test_an_encoding_is_known_by_its_common_characters(text: str, names: list[str], length: int) -> None:
    for name in names:
        assert decode(text[:length].encode(name)) == text[:length], name


def test_characters_of_hong_kong_and_signs_of_windows_survive_in_big5() -> None:
    hong_kong = TRADITIONAL + "深水埗、鰂魚涌的啲街坊話：「佢哋好鍾意呢度嘅。」①②③"
    assert decode(hong_kong.encode("big5hkscs")) == hong_kong
    windows = TRADITIONAL + "開放時間：9～17時，收費￥20。"
    assert decode(windows.encode("cp950")) == windows


@pytest.mark.parametrize("declared", ["utf-8", "GB2312", "big5", "iso-8859-1", "no such thing", ""])
def test_a_wrong_declaration_does_no_harm(declared: str) -> None:
    assert decode(SIMPLIFIED.encode("gb18030"), declared) == SIMPLIFIED
    assert decode(TRADITIONAL.encode("big5"), declared) == TRADITIONAL
    assert decode(SIMPLIFIED.encode(), declared) == SIMPLIFIED


def test_a_declaration_decides_where_the_characters_do_not() -> None:
    data = bytes.fromhex("b0a2")
    assert (decode(data, "big5"), decode(data, "gb2312")) == (data.decode("big5"), data.decode("gbk"))


@pytest.mark.parametrize(("mark", "name"), [(codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")])
def test_a_mark_of_utf_32_is_known(mark: bytes, name: str) -> None:
    assert decode(mark + TEXT.encode(name)) == TEXT


def test_a_mark_of_utf_8_before_gbk_does_not_hide_the_text() -> None:
    assert decode(codecs.BOM_UTF8 + SIMPLIFIED.encode("gbk")) == SIMPLIFIED


def test_four_byte_sequences_of_gb18030_are_read() -> None:
    text = f"{SIMPLIFIED}㐂䶮𠮷🙂"
    assert decode(text.encode("gb18030")) == text


def test_the_few_gbk_words_that_are_also_valid_utf_8_are_chinese() -> None:
    assert decode("联通".encode("gbk")) == "联通"
    for text in ("Élève, à Genève", "Привет, мир", "naïve café"):
        assert decode(text.encode()) == text


def test_latin_text_with_accents_is_read_without_utf_8() -> None:
    text = "Le rapport présente les résultats de l'année écoulée, très détaillés, à Genève et à Lausanne. " * 5
    assert decode(text.encode("cp1252")) == text


def test_json_in_any_encoding_of_windows_is_read() -> None:
    text = '{"标题": "人才工作", "人数": 12}\r\n'
    for name in ("utf-8", "gb18030", "utf-16-le"):
        assert decode(text.encode(name)) == text


def test_chinese_with_words_of_other_scripts_is_read() -> None:
    text = TRADITIONAL + "韓國的「인재」計畫與日本的「ひと」計畫各有特色。"
    for name in ("utf-8", "gb18030", "utf-16-be"):
        assert decode(text.encode(name)) == text


@pytest.mark.parametrize("name", ["utf-8", "gb18030"])
def test_a_file_with_a_few_broken_bytes_is_refused_and_the_line_named(name: str) -> None:
    lines = [SIMPLIFIED] * 40
    data = "\n".join(lines).encode(name)
    start = len("\n".join(lines[:19]).encode(name)) + 1
    with pytest.raises(BinaryFileError, match=r"^文件中有 \d+ 处损坏的文字（第一处在第 20 行.*请.*。$"):
        decode(data[: start + 6] + b"\xff" + data[start + 7 :])
