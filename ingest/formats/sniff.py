"""What a file really is: offices often keep a web page as .doc, or a comma-separated list as .xls."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from io import BytesIO

from ingest.formats.containers import OLE_MAGIC

_PROBE = 4096
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<(?:head|body|table|meta|div)[\s>]", re.IGNORECASE)
_WORD_XML = re.compile(rb"schemas\.microsoft\.com/office/(?:word/2003/wordml|2006/xmlPackage)")
_XML = re.compile(rb"\s*<\?xml\s")
_MIME = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)


class Content(StrEnum):
    """What the first bytes of a file, and for Office files its parts, tell that it is."""

    WORD = "docx"
    SHEETS = "xlsx"
    SLIDES = "pptx"
    OLD_WORD = "doc"
    OLD_SHEETS = "xls"
    OLD_SLIDES = "ppt"
    LOCKED = "locked"
    """A newer Office file with a password."""
    OLE = "ole"
    """Another binary Office file."""
    RTF = "rtf"
    HTML = "html"
    MHTML = "mhtml"
    """A web page with its pictures as one file in the form of a mail."""
    SHEETS_XML = "spreadsheetml"
    """The XML form of Excel 2003, as many office systems export it under the name .xls."""
    WORD_XML = "wordml"
    """A Word document in one XML file."""
    PDF = "pdf"
    ZIP = "zip"
    OTHER = "other"
    """Perhaps text."""


_PACKAGES = (("word/", Content.WORD), ("xl/", Content.SHEETS), ("ppt/", Content.SLIDES))
_STREAMS = (
    ("EncryptedPackage", Content.LOCKED),
    ("WordDocument", Content.OLD_WORD),
    ("Workbook", Content.OLD_SHEETS),
    ("Book", Content.OLD_SHEETS),
    ("PowerPoint Document", Content.OLD_SLIDES),
)


def content_of(data: bytes) -> Content:
    """Return what a file is, whatever its name says."""
    if data.startswith(OLE_MAGIC):
        return next((content for name, content in _STREAMS if name.encode("utf-16-le") in data), Content.OLE)
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    head = data[:_PROBE]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    head = head.replace(b"\x00", b"")
    if head.lstrip().startswith(b"{\\rtf"):
        return Content.RTF
    if head.startswith(b"%PDF-"):
        return Content.PDF
    if _MIME.match(head):
        return Content.MHTML
    if head.lstrip().startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return Content.SHEETS_XML
    if head.lstrip().startswith(b"<?xml") and _WORD_XML.search(head):
        return Content.WORD_XML
    if head.lstrip().startswith(b"<") and _HTML.search(head):
        return Content.HTML
    return Content.OTHER


def is_xml(data: bytes) -> bool:
    """Whether a file is some XML."""
    head = data[:_PROBE]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return bool(_XML.match(head.replace(b"\x00", b"")))


def _kind_of_zip(data: bytes) -> Content:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return Content.ZIP
    if "[Content_Types].xml" not in names:
        return Content.ZIP
    for folder, content in _PACKAGES:
        if any(name.startswith(folder) for name in names):
            return content
    return Content.ZIP
