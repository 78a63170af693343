from __future__ import annotations

import base64
import quopri
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from core.errors import DamagedFileError, FileTimeoutError, FileTooLargeError, UnsupportedFormatError
from ingest import formats
from ingest.formats import legacy
from ingest.lines import Limits, RawText
from tests.ingest.formats.known_text import missing_cells, share_in_order
from tests.ingest.formats.makers_office import (
    docx_of,
    joined,
    known_docx,
    known_html,
    known_pptx,
    known_xlsx,
    ole_of,
    only_text,
    paragraph,
    zip_of,
)

STAND_IN = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({here!r})
arguments = sys.argv[1:]
(folder / "called.json").write_text(json.dumps(arguments))
given = pathlib.Path(arguments[-1])
target = arguments[arguments.index("--convert-to") + 1]
made = folder / ("made." + target)
{action}
"""
COPY = (
    'pathlib.Path(arguments[arguments.index("--outdir") + 1], given.stem + "." + target).write_bytes(made.read_bytes())'
)


def read(data: bytes, source: str, limits: Limits | None = None) -> RawText:
    return only_text(formats.read(data, source, limits or Limits()))


def office(folder: Path, monkeypatch: pytest.MonkeyPatch, action: str = COPY) -> Path:
    """Put a program called soffice on the path, which does `action` and writes down how it was called."""
    program = folder / "soffice"
    program.write_text(STAND_IN.format(python=sys.executable, here=str(folder), action=action))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    for target, data in (("docx", known_docx()), ("xlsx", known_xlsx()), ("pptx", known_pptx())):
        (folder / f"made.{target}").write_bytes(data)
    return folder / "called.json"


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "stream", "target"),
    [
        ("总结.doc", "WordDocument", "docx"), ("总结.wps", "WordDocument", "docx"), ("总结.xls", "Workbook", "xlsx"), ("总结.et", "Workbook", "xlsx"),
        ("总结.ppt", "PowerPoint Document", "pptx"), ("总结.dps", "PowerPoint Document", "pptx"), ("总结.docx", "WordDocument", "docx"), ("总结.wps", "?", "docx"),
    ],
)  # fmt: skip
def test_older_files_are_read_through_libreoffice(
    name: str, stream: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = office(tmp_path, monkeypatch)
    text = read(ole_of(stream), name)
    assert share_in_order(joined(text)) >= 0.995
    assert missing_cells(joined(text)) == []
    assert text.source == name
    assert f'"{target}"' in called.read_text()
    assert "-env:UserInstallation=file://" in called.read_text()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("made", "target", "name"),
    [("docx", "doc", "总结.wps"), ("docx", "rtf", "总结.doc"), ("xlsx", "xls", "总结.et"), ("pptx", "ppt", "总结.dps")],
)
def test_files_that_libreoffice_itself_made_come_back_whole(made: str, target: str, name: str, tmp_path: Path) -> None:
    given = tmp_path / f"given.{made}"
    given.write_bytes({"docx": known_docx(), "xlsx": known_xlsx(), "pptx": known_pptx()}[made])
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", str(tmp_path), str(given)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = joined(read((tmp_path / f"given.{target}").read_bytes(), name))
    assert share_in_order(text) >= 0.995
    assert missing_cells(text) == []


WORD_2003 = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><?mso-application progid="Word.Document"?>'
    '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint">'
    "<w:body><wx:sect>{body}<w:sectPr/></wx:sect></w:body></w:wordDocument>"
)
BODY_2003 = (
    "<w:p><w:r><w:t>关于申报人才项目的通知</w:t></w:r></w:p><w:tbl>"
    "<w:tr><w:tc><w:p><w:r><w:t>序号</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>单位</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>名额</w:t></w:r></w:p></w:tc></w:tr>"
    "<w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>县医院</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>3</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


def flat_package(package: bytes) -> bytes:
    """Return a .docx as one XML file."""
    with zipfile.ZipFile(BytesIO(package)) as archive:
        parts = "".join(
            f'<pkg:part pkg:name="/{name}" pkg:contentType="{_TYPE_OF.get(name, "application/xml")}">'
            f"<pkg:xmlData>{re.sub('<[?]xml[^>]*>', '', archive.read(name).decode())}</pkg:xmlData></pkg:part>"
            for name in archive.namelist()
            if name.endswith((".xml", ".rels")) and name != "[Content_Types].xml"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Word.Document"?>'
        f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>'
    ).encode()


_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_TYPE_OF = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "_rels/.rels": _RELATIONS,
    "word/_rels/document.xml.rels": _RELATIONS,
}


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize("name", ["通知.doc", "通知.wps", "通知.docx"])
def test_word_documents_in_one_xml_file(name: str) -> None:
    given = WORD_2003.format(body=BODY_2003).encode()
    assert joined(read(given, name)) == "关于申报人才项目的通知\n序号：1；单位：县医院；名额：3"
    text = joined(read(flat_package(docx_of(paragraph("关于申报人才项目的通知"))), name))
    assert text == "关于申报人才项目的通知"


@pytest.mark.usefixtures("no_office")
def test_other_xml_under_the_name_of_a_document_is_no_text() -> None:
    for junk in ('<?xml version="1.0"?><x>甲</x>', WORD_2003.replace("w:body", "w:nobody").format(body="")):
        with pytest.raises(DamagedFileError):
            read(junk.encode(), "通知.doc")


def test_rich_text_is_read_through_libreoffice_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office(tmp_path, monkeypatch)
    for name in ("总结.rtf", "总结.doc"):
        assert share_in_order(joined(read(rb"{\rtf1\ansi x}", name))) >= 0.995


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize(
    ("name", "stream", "target"),
    [("a.doc", "WordDocument", ".docx"), ("a.et", "Workbook", ".xlsx"), ("a.ppt", "PowerPoint Document", ".pptx")],
)
def test_without_libreoffice_it_says_what_to_install_or_to_do(name: str, stream: str, target: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=rf"安装 LibreOffice，或者把文件另存为 \{target}"):
        read(ole_of(stream), name)


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize(
    "name",
    [
        "总结.doc",
        "总结.wps",
        "总结.rtf",
        "总结.xls",
        "总结.ppt",
        "总结.docx",
        "总结.xlsx",
        "总结.pptx",
        "总结.html",
        "总结.zip",
    ],
)
@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx", "html"])
def test_a_file_is_read_as_what_it_is(name: str, kind: str) -> None:
    page = known_html().encode("gb18030")
    data = {"docx": known_docx(), "xlsx": known_xlsx(), "pptx": known_pptx(), "html": page}[kind]
    assert share_in_order(joined(read(data, name))) >= 0.995


@pytest.mark.usefixtures("no_office")
def test_text_under_the_name_of_an_office_file() -> None:
    assert (
        joined(read("姓名\t单位\t职务\n张三\t县府办\t主任\n".encode("gb18030"), "名单.xls"))
        == "姓名：张三；单位：县府办；职务：主任"
    )
    assert (
        joined(read("今年以来，璧山区引进人才31名。".encode("gb18030"), "总结.doc")) == "今年以来，璧山区引进人才31名。"
    )


@pytest.mark.usefixtures("no_office")
def test_a_table_of_a_web_page_called_xls() -> None:
    html = "<html><head><meta charset=gb2312></head><body><table><tr><td colspan=3>2023年人才名单</td></tr><tr><td>姓名</td><td>单位</td><td>学历</td></tr><tr><td>张三</td><td>区教委</td><td>博士</td></tr></table></body></html>"
    assert joined(read(html.encode("gb18030"), "名单.xls")) == "2023年人才名单\n姓名：张三；单位：区教委；学历：博士"


@pytest.mark.usefixtures("no_office")
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_a_web_page_with_its_pictures_in_one_file(encoding: str) -> None:
    page = known_html().encode("gb18030")
    body = base64.encodebytes(page) if encoding == "base64" else quopri.encodestring(page)
    mail = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Location: file:///a.htm\r\n'
        b"Content-Transfer-Encoding: "
        + encoding.encode()
        + b'\r\nContent-Type: text/html; charset="gb2312"\r\n\r\n'
        + body
        + b"\r\n--b--\r\n"
    )
    assert share_in_order(joined(read(mail, "总结.doc"))) >= 0.995


def test_what_libreoffice_cannot_read_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office(tmp_path, monkeypatch, "sys.exit(1)")
    with pytest.raises(DamagedFileError, match="LibreOffice 打不开"):
        read(ole_of("WordDocument"), "a.doc")


def test_what_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office(tmp_path, monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(legacy, "_SECONDS", 0.3)
    with pytest.raises(FileTimeoutError):
        read(ole_of("WordDocument"), "a.doc")


def test_what_becomes_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office(tmp_path, monkeypatch)
    with pytest.raises(FileTooLargeError):
        read(ole_of("WordDocument"), "a.doc", Limits(max_bytes=2000))


def test_passwords_and_nonsense_are_told() -> None:
    with pytest.raises(DamagedFileError, match="密码"):
        read(ole_of("EncryptedPackage"), "a.doc")
    with pytest.raises(DamagedFileError):
        read(zip_of({"a.txt": b"x"}), "a.doc")
    with pytest.raises(DamagedFileError):
        read(b"\x00\x01\x02" * 50, "a.ppt")
