"""Files for tests: the known text as Office files and pages, and packages written part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

import docx
import openpyxl
import pptx
from pptx.util import Cm

from ingest.lines import Problem, RawText
from tests.ingest.formats.known_text import HEADINGS, TABLE, TITLE, parts

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def only_text(results: Iterable[RawText | Problem]) -> RawText:
    """Return the one text that a reader yields."""
    [text] = results
    assert isinstance(text, RawText)
    return text


def joined(text: RawText) -> str:
    return "\n".join(line.text for line in text.lines)


def known_docx() -> bytes:
    document = docx.Document()
    for part in parts():
        if part is None:
            table = document.add_table(len(TABLE), len(TABLE[0]))
            for row, cells in zip(table.rows, TABLE, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        elif part[0] == "text":
            document.add_paragraph(part[1])
        else:
            document.add_heading(part[1], 0 if part[0] == "title" else HEADINGS[part[1]] - 1)
    return _saved(document)


def known_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for part in parts():
        if part is None:
            for row in TABLE:
                sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
        else:
            sheet.append([part[1]])
    return _saved(book)


def known_pptx() -> bytes:
    deck = pptx.Presentation()
    body = None
    for part in parts():
        if part is None:
            slide = deck.slides.add_slide(deck.slide_layouts[6])
            frame = slide.shapes.add_table(len(TABLE), len(TABLE[0]), Cm(2), Cm(2), Cm(20), Cm(10))
            for index, row in enumerate(TABLE):
                for column, text in enumerate(row):
                    frame.table.cell(index, column).text = text
        elif part[0] == "text" and body is not None:
            body.add_paragraph().text = part[1]
        else:
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            assert slide.shapes.title is not None
            slide.shapes.title.text = part[1]
            body = slide.placeholders[1].text_frame
    return _saved(deck)


def known_html() -> str:
    """Return the known text as a page of a county government, with all that such a page has around it."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in TABLE)
    body = ""
    for part in parts():
        if part is None:
            body += f'<table border="1"><tbody>{rows}</tbody></table>\n'
        elif part[0] == "text":
            body += f'<p style="text-indent:2em">\u3000\u3000{part[1]}</p>\n'
        elif part[0] == "heading":
            body += f"<p><strong>{part[1]}</strong></p>\n"
    return CMS_PAGE.format(title=TITLE, body=body)


CMS_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}_凤鸣县人民政府</title>
<style>.info {{color: #999}}</style><script>var siteId = "5101230001"; function share(x) {{ return x; }}</script></head>
<body>
<div class="header"><img src="logo.png" alt="凤鸣县人民政府"><ul class="nav"><li><a href="/">首页</a></li>
<li><a href="/zwgk/">政务公开</a></li><li><a href="/xw/">新闻中心</a></li><li><a href="/bs/">办事服务</a></li></ul></div>
<div class="position">您当前的位置：<a href="/">首页</a> &gt; <a href="/rc/">人才工作</a> &gt; 正文</div>
<div class="main"><div class="left">
<h1 class="title">{title}</h1>
<div class="info"><span>发布时间：2024-01-15 09:30</span>\u3000<span>来源：凤鸣县委组织部</span>\u3000<span>作者：罗明远</span>
<span>浏览次数：<script>document.write(1024)</script>1024</span> 字体：[<a>大</a> <a>中</a> <a>小</a>]</div>
<div class="TRS_Editor">
{body}</div>
<div class="bdsharebuttonbox">分享到：<a>微信</a><a>微博</a><a>QQ空间</a></div>
<div class="tools">【<a>打印</a>】【<a>关闭</a>】</div>
<div class="page-nav"><p>上一篇：<a href="1">凤鸣县召开春季招聘会筹备会议</a></p><p>下一篇：<a href="2">凤鸣县举办驻村工作培训班</a></p></div>
<div class="related"><h3>相关报道</h3><ul><li><a href="3">关于做好2024年度人才项目申报工作的通知</a></li>
<li><a href="4">凤鸣县出台七条措施支持返乡创业</a></li><li><a href="5">全县年轻干部座谈会在县城召开</a></li></ul></div></div>
<div class="right"><h3>热点排行</h3><ul><li><a href="6">县领导调研茶产业发展情况，要求加快项目建设</a></li>
<li><a href="7">我县公布一批惠民实事清单</a></li><li><a href="8">事业单位招聘面试公告</a></li></ul></div></div>
<div class="footer"><p>主办：凤鸣县人民政府办公室 承办：凤鸣县大数据中心</p><p>网站标识码：5101230001 某ICP备12345678号-1</p></div>
</body></html>"""

CHROME = (
    "首页", "政务公开", "当前的位置", "浏览次数", "字体", "分享到", "微博", "打印", "上一篇", "相关报道", "热点排行", "茶产业发展情况", "网站标识码",
    "siteId", "document.write", "color:",
)  # fmt: skip
"""What stands on `CMS_PAGE` around the article."""


def docx_of(body: str, parts_of_it: Mapping[str, str] | None = None) -> bytes:
    """Return a Word file with the XML of its body; `parts_of_it` holds that of `styles`, `numbering`, `footnotes`."""
    others = dict(parts_of_it or {})
    overrides = "".join(f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{name}+xml"/>' for name in others)
    relations = "".join(f'<Relationship Id="r{name}" Type="{_REL}/{name}" Target="{name}.xml"/>' for name in others)
    namespaces = (
        f'xmlns:w="{_W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    )
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>{overrides}</Types>',
        "_rels/.rels": relationships(
            f'<Relationship Id="r1" Type="{_REL}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": f"<w:document {namespaces}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": relationships(relations),
        **{f"word/{name}.xml": xml.replace(">", f" {namespaces}>", 1) for name, xml in others.items()},
    }
    return zip_of({name: text.encode() for name, text in members.items()})


def relationships(inner: str) -> str:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def paragraph(text: str, properties: str = "") -> str:
    """Return a Word paragraph; `properties` is what stands in its w:pPr."""
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def zip_of(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def zip_with_raw_names(members: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return an archive whose names are these bytes, with nothing that tells their encoding."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for raw, data in members:
            archive.writestr(_RawName.of(raw), data)
    return made.getvalue()


def with_part(package: bytes, name: str, data: bytes) -> bytes:
    """Return an archive with one member replaced or added."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    return zip_of({**members, name: data})


def part_of(package: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name)


def locked(archive: bytes) -> bytes:
    """Return an archive that says of all its members that they are encrypted."""
    data = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def ole_of(stream: str) -> bytes:
    """Return what the beginning of a binary Office file looks like to one who only looks for its streams."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(512)


class _RawName(zipfile.ZipInfo):
    raw = b""

    @classmethod
    def of(cls, raw: bytes) -> _RawName:
        info = cls(raw.decode("latin-1"))
        info.raw = raw
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - a method of zipfile
        return self.raw, self.flag_bits & ~0x800


def _saved(document: object) -> bytes:
    made = io.BytesIO()
    document.save(made)  # type: ignore[attr-defined]
    return made.getvalue()
