"""Binary Office files (.doc, .wps, .xls, .et, .ppt, .dps, .rtf) through LibreOffice, and files of another kind than
their name says, such as a web page called .doc.
"""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from importlib import import_module
from pathlib import Path, PurePath

from core.errors import DamagedFileError, EmptyFileError, FileTimeoutError, FileTooLargeError, UnsupportedFormatError
from ingest.formats.containers import damage_named
from ingest.formats.sniff import Content, content_of, is_xml
from ingest.formats.wordxml import package_of
from ingest.lines import Limits, Problem, RawText, Reader

_PROGRAMS = ("soffice", "libreoffice")
_SECONDS = 180
_MEMBER_OF = {".doc": "doc", ".wps": "doc", ".rtf": "rtf", ".xls": "xls", ".et": "xls", ".ppt": "ppt", ".dps": "ppt"}
_TARGETS = {"doc": "docx", "rtf": "docx", "xls": "xlsx", "ppt": "pptx"}
_MODULES = {"docx": "word", "xlsx": "sheets", "pptx": "slides"}
_READ_BY_ITSELF = {
    Content.WORD: "word",
    Content.SHEETS: "sheets",
    Content.SHEETS_XML: "sheets",
    Content.SLIDES: "slides",
    Content.HTML: "html",
    Content.PDF: "pdf",
}
_CONVERTED = {
    Content.OLD_WORD: "doc",
    Content.OLD_SHEETS: "xls",
    Content.OLD_SLIDES: "ppt",
    Content.RTF: "rtf",
}
_LOCKED = "文件有密码，无法读取；请去掉密码另存后再试。"
# Macros are never run, and nothing outside the file is fetched.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">\
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" \
oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" \
oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value>\
</prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value>\
</prop></item>
</oor:items>
"""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the texts of an older Office file; see `ingest.lines.Reader`."""
    if not data.strip():
        raise EmptyFileError("文件是空的，没有可索引的文字。")
    yield from read_as_it_is(data, source, limits, None)


def read_as_it_is(data: bytes, source: str, limits: Limits, tried: Content | None) -> Iterator[RawText | Problem]:
    """Yield the texts of a file by what it is, whatever its name says.

    Args:
        data: the file.
        source: its name for people.
        limits: what it may ask for.
        tried: what the reader that asks can read itself, and has found that the file is not.

    Raises:
        ReadError: it is of no known kind, or LibreOffice would be needed and is not installed.
    """
    suffix = PurePath(source).suffix.lower()
    content = content_of(data)
    if content is Content.LOCKED:
        raise DamagedFileError(_LOCKED)
    if content in _READ_BY_ITSELF and content is not tried:
        yield from _reader(_READ_BY_ITSELF[content])(data, source, limits)
    elif content is Content.MHTML:
        yield from _reader("html")(_page_of_mail(data), source, limits)
    elif content is Content.WORD_XML:
        yield from _reader("word")(package_of(data), source, limits)
    elif content in _CONVERTED or (content is Content.OLE and suffix in _MEMBER_OF):
        kind = _CONVERTED.get(content) or _MEMBER_OF[suffix]
        target = _TARGETS[kind]
        yield from _reader(_MODULES[target])(_converted(data, kind, target, limits), source, limits)
    elif content is Content.OTHER and suffix in (".xls", ".et"):
        yield from _reader("sheets")(data, source, limits)
    elif content is Content.OTHER and suffix in (".doc", ".wps") and not is_xml(data):
        yield from _reader("plain")(data, source, limits)
    else:
        raise DamagedFileError("文件内容与扩展名不符或已损坏，无法读取；请用原来的软件打开、另存后再试。")


def office_program() -> str | None:
    """Return the path of LibreOffice; None where it is not installed."""
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def _reader(module: str) -> Reader:
    reader: Reader = import_module(f"ingest.formats.{module}").read
    return reader


def _page_of_mail(data: bytes) -> bytes:
    """Return the web page in a file that holds it with its pictures, as Word saves it."""
    with damage_named():
        message = email.message_from_bytes(data, policy=email.policy.default)
        for part in message.walk():
            if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                if isinstance(page, bytes) and content_of(page) is not Content.MHTML:
                    return page
    raise DamagedFileError("单个文件网页（MHT）里没有正文；请用 Word 打开、另存为 .docx 后再试。")


def _converted(data: bytes, kind: str, target: str, limits: Limits) -> bytes:
    """Return an older Office file in the newer form, made by LibreOffice in a folder of its own.

    Raises:
        UnsupportedFormatError: LibreOffice is not installed.
        FileTimeoutError: it took too long.
        DamagedFileError: it could not read the file.
    """
    program = office_program()
    if program is None:
        raise UnsupportedFormatError(
            f"读取这种旧版格式需要 LibreOffice，但没有安装；请安装 LibreOffice，或者把文件另存为 .{target} 后再试。"
        )
    with tempfile.TemporaryDirectory(prefix="orgask-office-") as name:
        folder = Path(name)
        given, made = folder / f"input.{kind}", folder / "made"
        given.write_bytes(data)
        made.mkdir()
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
        # Where there is one, `timeout` ends the conversion even when this process is ended meanwhile.
        guard = [path, "-s", "KILL", str(_SECONDS + 20)] if (path := shutil.which("timeout")) else []
        _run(
            [
                *guard, program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo",
                "--nolockcheck", "--nodefault", "--convert-to", target, "--outdir", str(made), str(given),
            ],
            folder,
        )  # fmt: skip
        result = made / f"input.{target}"
        if not result.is_file() or result.is_symlink():
            raise DamagedFileError("LibreOffice 打不开这个文件，可能已损坏或有密码；请用原来的软件打开、另存后再试。")
        if result.stat().st_size > limits.max_bytes:
            raise FileTooLargeError(f"文件转换后超过上限 {limits.max_bytes / 1e6:.0f} MB；请拆分后再试。")
        return result.read_bytes()


def _run(command: list[str], folder: Path) -> None:
    """Run a command to its end, with nothing of it left behind when it takes too long."""
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as exc:
        raise UnsupportedFormatError("无法启动 LibreOffice；请检查它的安装，或者把文件另存为新版格式后再试。") from exc
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired as exc:
        raise FileTimeoutError(
            f"LibreOffice 转换超过 {_SECONDS} 秒，已停止；请用原来的软件把文件另存为新版格式后再试。"
        ) from exc
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children; soffice is a script that starts another program."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
