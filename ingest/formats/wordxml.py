"""Word documents in one XML file, as office systems export them: that of Word 2003, and the package of today in one."""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections.abc import Mapping
from io import BytesIO

from lxml import etree

from core.errors import DamagedFileError
from ingest.formats.containers import parse_xml

_PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_W_2003 = "http://schemas.microsoft.com/office/word/2003/wordml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_DOCUMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OF_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def package_of(data: bytes) -> bytes:
    """Return a document in the form of .docx, so that it is read like one.

    Raises:
        ReadError: the XML is damaged or holds no document.
    """
    root = parse_xml(data)
    if root.tag == f"{_PACKAGE}package":
        return _zipped(*_parts(root))
    body = root.find(f"{{{_W_2003}}}body")
    if body is None:
        raise DamagedFileError("文件里没有正文，可能已损坏；请用原来的软件打开、另存为 .docx 后再试。")
    # Paragraphs, runs and tables have the same names in both forms.
    xml = etree.tostring(body).replace(_W_2003.encode(), _W.encode())
    relation = f'<Relationship Id="r1" Type="{_OF_DOCUMENT}" Target="word/document.xml"/>'
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">{relation}</Relationships>'.encode(),
        "word/document.xml": f'<w:document xmlns:w="{_W}">'.encode() + xml + b"</w:document>",
    }
    return _zipped(parts, {"word/document.xml": _DOCUMENT_TYPE})


def _parts(root: etree._Element) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the parts of a package with their types."""
    parts: dict[str, bytes] = {}
    types: dict[str, str] = {}
    for part in root.iterchildren(f"{_PACKAGE}part"):
        name = part.get(f"{_PACKAGE}name", "").lstrip("/")
        xml, binary = part.find(f"{_PACKAGE}xmlData"), part.find(f"{_PACKAGE}binaryData")
        if xml is not None and len(xml):
            parts[name] = etree.tostring(xml[0])
        elif binary is not None:
            try:
                parts[name] = base64.b64decode(binary.text or "")
            except binascii.Error as exc:
                raise DamagedFileError("文件内部已损坏，无法读取；请用原来的软件另存后再试。") from exc
        types[name] = part.get(f"{_PACKAGE}contentType", "")
    return parts, types


def _zipped(parts: Mapping[str, bytes], types: Mapping[str, str]) -> bytes:
    root = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})
    etree.SubElement(root, f"{{{_TYPES}}}Default", Extension="rels", ContentType=_RELATIONS_TYPE)
    for name, kind in types.items():
        if name in parts and kind != _RELATIONS_TYPE:
            etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=kind)
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", etree.tostring(root))
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()
