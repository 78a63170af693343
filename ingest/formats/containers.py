"""Opening what others packed: zip containers and the XML in them, without trusting a word of what they declare."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from lxml import etree

from core.errors import DamagedFileError, FileTooLargeError, ReadError, UnsafeFileError
from ingest.lines import Limits

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the binary Office files begin; a newer Office file does so only where a password locks it."""

_PIECE = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DRIVE = re.compile(r"[A-Za-z]:")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\s+[%\w]")
_XML_PARTS = (".xml", ".rels", ".vml")
_UNSAFE_XML = "文件的 XML 里声明了文档类型或实体，可能不安全，已拒绝读取；请用原来的软件另存后再试。"
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
# All but UTF-16 write markup as ASCII does, so that a declaration can be seen before anything is parsed.
_XML_ENCODINGS = frozenset(
    {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "windows-1252"}
    | {"gb2312", "gbk", "gb18030", "big5"}
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)
"""What zipfile raises on bytes that are no good archive; RuntimeError is that of a password."""


@dataclass(slots=True)
class Budget:
    """How many bytes may still be unpacked, over an archive and all archives in it."""

    left: float

    def take(self, size: int) -> None:
        """Count `size` bytes as unpacked.

        Raises:
            FileTooLargeError: they are more than what is left.
        """
        self.left -= size
        if self.left < 0:
            raise FileTooLargeError("压缩包解开后超过大小上限，已停止读取；请拆分后再试。")


class Container:
    """A zip archive whose members are read in bounded pieces; a name is that of a member, its parts parted by `/`."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits, budget: Budget) -> None:
        self._archive = archive
        self._limits = limits
        self._budget = budget
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            name = _name(info)
            if not info.is_dir() and not name.endswith("/"):
                # The last of one name counts, as everywhere that zip files are unpacked.
                self._infos[name] = info
        self._counted: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._infos

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all members that are files, in the order of the archive."""
        return tuple(self._infos)

    @property
    def budget(self) -> Budget:
        """What may still be unpacked; an archive inside this one shares it."""
        return self._budget

    def is_link(self, name: str) -> bool:
        """Whether a member is a symbolic link, which is never followed."""
        return stat.S_ISLNK(self._infos[name].external_attr >> 16)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member.

        Raises:
            FileTooLargeError: it unpacks to more than is allowed, whatever its header says.
            DamagedFileError: there is no such member, it is locked by a password, or its bytes are broken.
        """
        info = self._infos.get(name)
        if info is None:
            raise DamagedFileError(f"文件不完整，缺少 {name}；请重新复制或下载后再试。")
        if info.flag_bits & _ENCRYPTED:
            raise DamagedFileError("压缩内容有密码，无法读取；请去掉密码后再试。")
        if info.compress_type not in _METHODS:
            raise DamagedFileError("压缩方式不支持；请重新压缩为普通 zip 后再试。")
        self._check_size(info.file_size)
        data = bytearray()
        try:
            with self._archive.open(info) as member:
                while piece := member.read(_PIECE):
                    data += piece
                    self._check_size(len(data))
                    if name not in self._counted:
                        self._budget.take(len(piece))
        except _BROKEN_ZIP as exc:
            raise DamagedFileError("压缩内容已损坏，无法解开；请重新复制或下载后再试。") from exc
        self._counted.add(name)
        return bytes(data)

    def xml(self, name: str) -> etree._Element:
        """Return the root of a member that is XML; see `read` and `parse_xml`."""
        return parse_xml(self.read(name))

    def _check_size(self, size: int) -> None:
        if size > self._limits.max_bytes:
            raise FileTooLargeError(
                f"压缩内容解开后超过上限 {self._limits.max_bytes / 1e6:.0f} MB，已停止读取；请拆分后再试。"
            )


def open_container(data: bytes, limits: Limits, budget: Budget | None = None) -> Container:
    """Return the zip archive in `data`, once its list of members has passed all checks.

    Args:
        data: the archive.
        limits: how large it and its members may be, and how many there may be.
        budget: that of the archive which this one was found in.

    Raises:
        DamagedFileError: it is no zip archive, or locked by a password as a whole.
        FileTooLargeError: it declares more members or bytes than are allowed.
        UnsafeFileError: a member would be written outside the folder that it is unpacked to.
    """
    if data.startswith(OLE_MAGIC):
        raise DamagedFileError("文件有密码或是旧版 Office 格式，无法读取；请去掉密码另存后再试。")
    budget = budget or Budget(limits.max_unpacked_bytes)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except _BROKEN_ZIP as exc:
        raise DamagedFileError("文件已损坏或不是这种格式，无法打开；请重新复制或下载后再试。") from exc
    infos = archive.infolist()
    if len(infos) > limits.max_members:
        raise FileTooLargeError(f"压缩包里有 {len(infos)} 个文件，超过上限 {limits.max_members} 个；请拆分后再试。")
    for info in infos:
        _check_name(_name(info))
    declared = sum(info.file_size for info in infos)
    if declared > budget.left:
        raise FileTooLargeError(
            f"压缩包解开后有 {declared / 1e6:.0f} MB，超过上限 {limits.max_unpacked_bytes / 1e6:.0f} MB；请拆分后再试。"
        )
    return Container(archive, limits, budget)


def open_package(data: bytes, limits: Limits) -> Container:
    """Return an Office file (docx, xlsx, pptx) after every part of it was unpacked once within the limits.

    The libraries that read these files unpack and parse them by themselves, so all is looked at before.

    Raises:
        DamagedFileError: it is no zip archive, or locked by a password.
        FileTooLargeError: it unpacks to more than is allowed.
        UnsafeFileError: one of its parts declares entities or a document type, or its name leads out of the file.
    """
    container = open_container(data, limits)
    for name in container:
        part = container.read(name)
        if name.lower().endswith(_XML_PARTS):
            _check_markup(part)
        elif _ENTITY.search(_without_nulls(part)):
            # A part that is no XML by its name may be named as XML elsewhere; pictures and web pages have a DOCTYPE.
            raise UnsafeFileError(_UNSAFE_XML)
    return container


def without_dangling_links(container: Container, data: bytes) -> bytes:
    """Return an Office file without the relations of its parts to parts which it does not have.

    WPS and converters leave such relations behind, and the libraries refuse the whole file for them.
    """
    changed = {
        name: part for name in container if name.endswith(".rels") and (part := _repaired(container, name)) is not None
    }
    if not changed:
        return data
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name in container:
            package.writestr(name, changed.get(name) or container.read(name))
    return made.getvalue()


@contextmanager
def damage_named() -> Iterator[None]:
    """Turn whatever a library raises inside on bytes that break the rules of a format into a `DamagedFileError`.

    The libraries that read Office files walk their XML as if it were sound, and on one that is not they raise anything
    from KeyError to RecursionError. This is the one place where all of it is caught; the cause is kept.
    """
    try:
        yield
    except (ReadError, MemoryError):
        raise
    except Exception as exc:
        raise DamagedFileError("文件内容已损坏或不合格式，无法读取；请用原来的软件打开、另存后再试。") from exc


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an XML document; nothing outside it is ever read, and it may not declare entities.

    Raises:
        UnsafeFileError: it declares a document type or entities.
        DamagedFileError: it is not well-formed, or of a size or depth that no document has.
    """
    _check_markup(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise DamagedFileError("文件内部的 XML 已损坏，无法读取；请用原来的软件另存后再试。") from exc


def _without_nulls(data: bytes) -> bytes:
    """Return XML as its ASCII characters stand in it, also where it is UTF-16."""
    for mark in _MARKS:
        data = data.removeprefix(mark)
    return data.replace(b"\x00", b"")


def _check_markup(data: bytes) -> None:
    text = _without_nulls(data)
    if _DECLARATION.search(text):
        raise UnsafeFileError(_UNSAFE_XML)
    if match := _ENCODING.search(text[:256]):
        encoding = match[1].decode().lower()
        if encoding not in _XML_ENCODINGS:
            raise UnsafeFileError("文件的 XML 用了不常见的编码，已拒绝读取；请用原来的软件另存后再试。")


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts:
        raise UnsafeFileError("压缩包里有指向包外的路径，可能不安全，已拒绝读取；请重新打包后再试。")


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member as it was meant; Chinese Windows writes names in GB18030 without saying so."""
    # Some packers on Windows part folders by a backslash.
    return _decoded_name(info).replace("\\", "/")


def _decoded_name(info: zipfile.ZipInfo) -> str:
    if name := _unicode_path(info.extra):
        return name
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.orig_filename.split("\x00", 1)[0].encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unicode_path(extra: bytes) -> str:
    """Return the name in the field that Info-ZIP and WinRAR add for names which are not ASCII; empty without one."""
    while len(extra) >= 4:
        tag, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if tag == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "ignore").split("\x00", 1)[0]
        extra = extra[4 + size :]
    return ""


def _repaired(container: Container, name: str) -> bytes | None:
    """Return a list of relations without those that lead nowhere; None where all is well."""
    try:
        root = container.xml(name)
    except ReadError:
        return None
    folder = PurePosixPath(name).parent.parent
    dangling = [
        relation
        for relation in root.iter(_RELATIONSHIP)
        if relation.get("TargetMode") != "External" and _part(folder, relation.get("Target", "")) not in container
    ]
    for relation in dangling:
        if (parent := relation.getparent()) is not None:
            parent.remove(relation)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True) if dangling else None


def _part(folder: PurePosixPath, target: str) -> str:
    """Return the name of the part that a relation of a part in `folder` leads to."""
    path: list[str] = [] if target.startswith("/") else list(folder.parts)
    for step in target.split("/"):
        if step == "..":
            del path[-1:]
        elif step not in ("", "."):
            path.append(step)
    return "/".join(path)
