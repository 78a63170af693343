from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DamagedFileError, FileTooLargeError, ReadError, UnsafeFileError
from ingest.formats.containers import Budget, open_container, open_package, parse_xml, without_dangling_links
from ingest.lines import Limits
from tests.ingest.formats.makers_office import (
    known_docx,
    locked,
    ole_of,
    part_of,
    relationships,
    with_part,
    zip_of,
    zip_with_raw_names,
)

SMALL = Limits(max_bytes=1e6, max_unpacked_bytes=3e6, max_members=20)


def lying(data: bytes, claimed: int) -> bytes:
    """Return an archive of one member whose headers claim another size than it unpacks to."""
    made = bytearray(data)
    struct.pack_into("<I", made, data.find(b"PK\x03\x04") + 22, claimed)
    struct.pack_into("<I", made, data.find(b"PK\x01\x02") + 24, claimed)
    return bytes(made)


def test_members_are_read_by_their_names() -> None:
    container = open_container(zip_of({"甲/一.txt": b"1", "b.txt": b"2", "空/": b""}), SMALL)
    assert container.names == ("甲/一.txt", "b.txt")
    assert container.read("甲/一.txt") == b"1"
    assert "b.txt" in container
    with pytest.raises(DamagedFileError, match="缺少"):
        container.read("c.txt")


@pytest.mark.parametrize(
    "name", ["../a.txt", "甲/../../a.txt", "/etc/a.txt", "C:/a.txt", "C:\\a.txt", "..\\a.txt", "\\\\server\\a.txt"]
)
def test_names_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    with pytest.raises(UnsafeFileError):
        open_container(zip_with_raw_names([(name.encode(), b"x")]), SMALL)


def test_names_of_chinese_windows_are_readable() -> None:
    raw = [
        ("人才名单.txt".encode("gb18030"), b"1"),
        ("资料\\通知.txt".encode("gb18030"), b"2"),
        ("报告.txt".encode(), b"3"),
    ]
    assert open_container(zip_with_raw_names(raw), SMALL).names == ("人才名单.txt", "资料/通知.txt", "报告.txt")


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    with pytest.raises(FileTooLargeError):
        open_container(zip_of({f"{n}.txt": bytes(900_000) for n in range(5)}), SMALL)
    with pytest.raises(FileTooLargeError, match="21 个"):
        open_container(zip_of({f"{n}.txt": b"" for n in range(21)}), SMALL)
    with pytest.raises(FileTooLargeError):
        open_container(zip_of({"a.txt": bytes(2_000_000)}), SMALL).read("a.txt")


def test_a_bomb_that_declares_little_is_stopped() -> None:
    container = open_container(lying(zip_of({"a.txt": bytes(2_900_000)}), 10), SMALL)
    with pytest.raises((DamagedFileError, FileTooLargeError)):
        container.read("a.txt")


def test_archives_inside_one_another_share_what_may_be_unpacked() -> None:
    budget = Budget(1000)
    first = open_container(zip_of({"a.txt": bytes(800)}), SMALL, budget)
    second = open_container(zip_of({"b.txt": bytes(800)}), SMALL, budget)
    first.read("a.txt")
    first.read("a.txt")
    with pytest.raises(FileTooLargeError):
        second.read("b.txt")


def test_locked_and_unknown_members_are_damage() -> None:
    with pytest.raises(DamagedFileError, match="密码"):
        open_container(locked(zip_of({"a.txt": b"x"})), SMALL).read("a.txt")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", b"x" * 100)
    with pytest.raises(DamagedFileError, match="压缩方式"):
        open_container(made.getvalue(), SMALL).read("a.txt")
    with pytest.raises(DamagedFileError, match="密码"):
        open_container(ole_of("EncryptedPackage"), SMALL)
    with pytest.raises(DamagedFileError):
        open_container(b"PK\x03\x04 nothing", SMALL)


def test_xml_may_not_declare_anything() -> None:
    laughs = (
        '<!DOCTYPE a [<!ENTITY a0 "ha">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        + "]>"
    )
    for text in (
        f"<?xml version='1.0'?>{laughs}<a>&a9;</a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<!doctype a><a/>",
    ):
        for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-16-be"):
            with pytest.raises(UnsafeFileError):
                parse_xml(text.encode(encoding))
    with pytest.raises(UnsafeFileError):
        parse_xml(b'<?xml version="1.0" encoding="utf-7"?><a/>')
    with pytest.raises(DamagedFileError):
        parse_xml(b"<a><b></a>")
    assert parse_xml("<?xml version='1.0' encoding='GB2312'?><a>人才</a>".encode("gb2312")).text == "人才"


def test_every_part_of_an_office_file_is_looked_at() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "x">]><a>&a;</a>'
    for name in ("word/theme/theme1.xml", "docProps/app.xml", "word/_rels/x.rels", "word/media/picture.bin"):
        with pytest.raises(UnsafeFileError):
            open_package(with_part(known_docx(), name, bomb), Limits())
    web_page = b"<!DOCTYPE html><html><body>x</body></html>"
    assert open_package(with_part(known_docx(), "word/afchunk.htm", web_page), Limits()).names
    with pytest.raises(FileTooLargeError):
        open_package(with_part(known_docx(), "word/media/a.bin", bytes(2_000_000)), SMALL)


def test_relations_that_lead_nowhere_are_taken_out_wherever_they_stand() -> None:
    inner = '<Relationship Id="r1" Type="x" Target="/word/document.xml"><Relationship Id="r2" Type="x" Target="NULL"/></Relationship>'
    data = with_part(known_docx(), "word/_rels/other.xml.rels", relationships(inner).encode())
    made = without_dangling_links(open_package(data, Limits()), data)
    rest = part_of(made, "word/_rels/other.xml.rels")
    assert b"document.xml" in rest
    assert b"NULL" not in rest


def test_a_sound_office_file_is_left_as_it_is() -> None:
    data = known_docx()
    assert without_dangling_links(open_package(data, Limits()), data) is data


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_the_bytes_are_the_answer_is_content_or_a_reason(data: st.DataObject) -> None:
    good = zip_of({"甲.txt": b"text" * 50, "b/c.xml": b"<a>1</a>"})
    made = bytearray(good)
    for _ in range(data.draw(st.integers(1, 5))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    try:
        container = open_container(bytes(made), SMALL)
        for name in container:
            container.read(name)
    except ReadError as exc:
        assert str(exc).endswith("。")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="<>a!?/='\" \x00一&;[]DOCTYPEN", max_size=60).map(str.encode))
def test_whatever_the_xml_is_the_answer_is_content_or_a_reason(data: bytes) -> None:
    try:
        parse_xml(data)
    except ReadError as exc:
        assert str(exc).endswith("。")
