"""Makes the test files of formats that have pages: PDF, OFD and pictures of text."""

from __future__ import annotations

import html
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import md5
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.browser import find_browser, has_chinese_font
from tests.ingest.formats.known_text import TABLE, Part, parts

_FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    r"C:\Windows\Fonts\simsun.ttc",
)


def font(size: int) -> ImageFont.FreeTypeFont:
    """Return a font with Chinese characters; the test is skipped where there is none."""
    path = next((path for path in _FONTS if Path(path).is_file()), None)
    if path is None:
        pytest.skip("no Chinese font is installed")
    return ImageFont.truetype(path, size)


# --- PDF ---------------------------------------------------------------------------------------------------------


@cache
def printed(body: str, style: str = "") -> bytes:
    """Return a web page printed as PDF, without header and footer of the browser."""
    browser = find_browser()
    if browser is None or not has_chinese_font():
        pytest.skip("no browser or no Chinese font is installed")
    with tempfile.TemporaryDirectory() as folder:
        page, made = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(f"<meta charset=utf-8><style>{style}</style>{body}", "utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        command += ["--no-pdf-header-footer", f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}", str(page)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return made.read_bytes()


STYLE = """
@page { size: A4; margin: 28mm 26mm 26mm 28mm; font: 12px serif;
  @top-left { content: "凤鸣县委组织部 工作简报"; vertical-align: bottom; padding-bottom: 6mm }
  @bottom-left { content: "内部资料 注意保存"; vertical-align: top; padding-top: 5mm }
  @bottom-right { content: "— " counter(page) " —"; vertical-align: top; padding-top: 5mm } }
body { font: 16px/1.75 serif; margin: 0; text-align: justify }
h1 { font-size: 26px; text-align: center; margin: 0 0 1em; line-height: 1.4 }
h2 { font-size: 16px; margin: 0; text-indent: 2em }
p { margin: 0; text-indent: 2em }
table { border-collapse: collapse; width: 100%; text-indent: 0 }
td, th { border: 1px solid black; padding: 2px 6px; text-align: center }
"""


def table_html(rows: Sequence[Sequence[str]] = TABLE) -> str:
    head, *body = [[html.escape(cell) for cell in row] for row in rows]
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body)
    return f"<table><thead><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr></thead>{lines}</table>"


def known_html() -> str:
    """Return the known text as the body of a web page."""
    made = []
    for part in parts():
        if part is None:
            made.append(table_html())
        else:
            tag = {"title": "h1", "heading": "h2", "text": "p"}[part[0]]
            made.append(f"<{tag}>{html.escape(part[1])}</{tag}>")
    return "".join(made)


def known_pdf() -> bytes:
    """Return the known text as PDF with running header and footer."""
    return printed(known_html(), STYLE)


def blank_pdf(pages: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def joined_pdf(*files: bytes) -> bytes:
    """Return the pages of several PDF files in one."""
    document = pypdfium2.PdfDocument.new()
    for file in files:
        document.import_pages(pypdfium2.PdfDocument(file))
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def raw_pdf(content: bytes, resources: bytes = b"", *others: bytes, password: str | None = None) -> bytes:
    """Return a PDF of one page, written by hand.

    Args:
        content: the commands that draw the page; its font /F1 is Helvetica.
        resources: entries for the page's dictionary of resources.
        others: further objects, numbered from 6.
        password: what the file is locked with, as PDF 1.3 does it; an empty one opens without asking.
    """
    key = b""
    trailer = b"/Root 1 0 R"
    if password is not None:
        padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
        padded = (password.encode() + padding)[:32]
        owner = _rc4(md5(padding).digest()[:5], padded)
        key = md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + b"0123456789abcdef").digest()[:5]
        user = _rc4(key, padding)
        trailer += b" /ID [<" + b"0123456789abcdef".hex().encode() + b"> <00>] /Encrypt << /Filter /Standard /V 1 /R 2"
        trailer += b" /P -4 /O <" + owner.hex().encode() + b"> /U <" + user.hex().encode() + b"> >>"
        content = _rc4(md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10], content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> " + resources + b" >> >>",
        stream(content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *others,
    ]
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer << /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(made)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def picture_object(image: Image.Image) -> bytes:
    """Return a picture as an object of a PDF."""
    size = b"/Width %d /Height %d" % image.size
    entries = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode " + size
    return stream(encoded(image, "JPEG", quality=90), entries)


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    made, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        made.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(made)


def scanned_pdf(pages: Iterable[Image.Image]) -> bytes:
    first, *others = list(pages)
    made = BytesIO()
    first.save(made, "PDF", resolution=200, save_all=True, append_images=others)
    return made.getvalue()


# --- pictures ----------------------------------------------------------------------------------------------------


class Paper:
    """Sheets of A4 at 200 dots an inch on which text is set as on a typewriter."""

    margin = 190

    def __init__(self, size: int = 33, width: int = 1654, height: int = 2339) -> None:
        self.size, self.width, self.height = size, width, height
        self.pages: list[Image.Image] = []
        self._turn()

    def _turn(self) -> None:
        self.image = Image.new("L", (self.width, self.height), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.pages.append(self.image)
        self.y = 220
        place = (self.width / 2, self.height - 130)
        self.draw.text(place, f"- {len(self.pages)} -", 0, font(self.size), anchor="mt")

    def _room(self, height: float) -> None:
        if self.y + height > self.height - 200:
            self._turn()

    def title(self, text: str) -> None:
        self.draw.text((self.width / 2, self.y), text, 0, font(int(self.size * 1.5)), anchor="mt")
        self.y += int(self.size * 3)

    def paragraph(self, text: str) -> None:
        face, right = font(self.size), self.width - self.margin
        line, x = "", self.margin + 2 * self.size
        for character in text:
            if x + face.getlength(line + character) > right and character not in "，。、；：”）》":
                self._line(line, x)
                line, x = "", self.margin
            line += character
        self._line(line, x)

    def _line(self, text: str, x: float) -> None:
        self._room(self.size)
        self.draw.text((x, self.y), text, 0, font(self.size))
        self.y += int(self.size * 1.7)

    def table(self, rows: Sequence[Sequence[str]], ruled: bool = True) -> None:
        columns, row_height = len(rows[0]), int(self.size * 2)
        self._room(row_height * len(rows))
        width = (self.width - 2 * self.margin) / columns
        for row in rows:
            for column, cell in enumerate(row):
                x = self.margin + column * width
                if ruled:
                    self.draw.rectangle((x, self.y, x + width, self.y + row_height), outline=0, width=3)
                place = (x + width / 2, self.y + row_height / 2)
                self.draw.text(place, cell, 0, font(int(self.size * 0.85)), anchor="mm")
            self.y += row_height
        self.y += self.size

    def scans(self) -> list[Image.Image]:
        """Return the sheets with the noise of a scanner."""
        random = np.random.default_rng(7)
        made = []
        for page in self.pages:
            noise = random.normal(0, 8, (self.height, self.width))
            made.append(Image.fromarray(np.clip(np.asarray(page) * 0.93 + noise, 0, 255).astype(np.uint8)))
        return made


def scans_of(chosen: Iterable[Part | None], paper: Paper) -> list[Image.Image]:
    """Return parts of the known text as scanned sheets with page numbers."""
    for part in chosen:
        if part is None:
            paper.table(TABLE)
        elif part[0] == "title":
            paper.title(part[1])
        else:
            paper.paragraph(part[1])
    return paper.scans()


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    made = BytesIO()
    image.save(made, form, **options)
    return made.getvalue()


# --- OFD ---------------------------------------------------------------------------------------------------------

_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


class OfdPaper:
    """Pages of A4 in millimetres on which text is set as writers of OFD do it: each line an object."""

    left, right, top, bottom = 28.0, 184.0, 37.0, 262.0

    def __init__(self, size: float = 4.6, packed: bool = False) -> None:
        self.size, self.packed = size, packed
        self.pages: list[list[str]] = []
        self._turn()

    def _turn(self) -> None:
        self.pages.append([])
        self.y = self.top
        self.text(self.left, 22, "凤鸣县委组织部工作简报", 3.2)
        self.text(98, 276, f"— {len(self.pages)} —", 3.2)

    def text(self, x: float, y: float, text: str, size: float, attributes: str = "") -> None:
        """Write a line whose upper left corner is given."""
        widths = [size if ord(c) > 0x2000 else size / 2 for c in text[:-1]]
        deltas = " ".join(f"{width:g}" for width in widths)
        if self.packed and len(set(widths)) == 1:
            deltas = f"g {len(widths)} {widths[0]:g}"
        self.pages[-1].append(
            f'<ofd:TextObject ID="1" Boundary="{x:g} {y:g} 160 {size * 1.3:g}" Font="3" Size="{size:g}" {attributes}>'
            f'<ofd:TextCode X="0" Y="{size * 0.88:g}" DeltaX="{deltas}">{html.escape(text)}</ofd:TextCode></ofd:TextObject>'
        )

    def title(self, text: str) -> None:
        size = self.size * 1.5
        self.text((210 - size * len(text)) / 2, self.y, text, size)
        self.y += 3 * self.size

    def paragraph(self, text: str) -> None:
        line, x = "", self.left + 2 * self.size
        width = 0.0
        for character in text:
            step = self.size if ord(character) > 0x2000 else self.size / 2
            if x + width + step > self.right and character not in "，。、；：”）》":
                self._line(line, x)
                line, x, width = "", self.left, 0.0
            line += character
            width += step
        self._line(line, x)

    def _line(self, text: str, x: float) -> None:
        if self.y > self.bottom:
            self._turn()
        self.text(x, self.y, text, self.size)
        self.y += 1.7 * self.size

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        height, width = 2 * self.size, (self.right - self.left) / len(rows[0])
        if self.y + height * len(rows) > self.bottom:
            self._turn()
        for index, row in enumerate(rows):
            y = self.y + index * height
            for column, cell in enumerate(row):
                self.text(self.left + column * width + 2, y + self.size / 2, cell, self.size * 0.75)
        for index in range(len(rows) + 1):
            self.path(self.left, self.y + index * height, f"M 0 0 L {self.right - self.left:g} 0")
        for column in range(len(rows[0]) + 1):
            self.path(self.left + column * width, self.y, f"M 0 0 L 0 {height * len(rows):g}")
        self.y += height * len(rows) + self.size

    def path(self, x: float, y: float, steps: str) -> None:
        self.pages[-1].append(
            f'<ofd:PathObject ID="2" Boundary="{x:g} {y:g} 160 160" LineWidth="0.35">'
            f"<ofd:AbbreviatedData>{steps}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def picture(self, number: int, x: float, y: float, width: float, height: float) -> None:
        self.pages[-1].append(
            f'<ofd:ImageObject ID="4" ResourceID="{number}" Boundary="{x:g} {y:g} {width:g} {height:g}" '
            f'CTM="{width:g} 0 0 {height:g} 0 0"/>'
        )

    def document(self, template: str = "", media: Sequence[bytes] = (), watermark: str = "") -> dict[str, bytes]:
        """Return the members of a document, below its folder."""
        members: dict[str, bytes] = {}
        places = ""
        use = '<ofd:Template TemplateID="90" ZOrder="Background"/>' if template else ""
        for index, objects in enumerate(self.pages):
            places += f'<ofd:Page ID="{100 + index}" BaseLoc="Pages/Page_{index}/Content.xml"/>'
            page = f'<ofd:Content><ofd:Layer ID="9">{"".join(objects)}</ofd:Layer></ofd:Content>'
            members[f"Pages/Page_{index}/Content.xml"] = xml("Page", use + page)
        template_place = '<ofd:TemplatePage ID="90" BaseLoc="Tpls/Tpl_0/Content.xml"/>' if template else ""
        members["Document.xml"] = xml(
            "Document",
            "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
            f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>{template_place}"
            f"</ofd:CommonData><ofd:Pages>{places}</ofd:Pages><ofd:Annotations>Annots.xml</ofd:Annotations>",
        )
        members["PublicRes.xml"] = xml("Res", '<ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts>')
        files = "".join(
            f'<ofd:MultiMedia ID="{200 + i}" Type="Image"><ofd:MediaFile>p{i}.png</ofd:MediaFile></ofd:MultiMedia>'
            for i in range(len(media))
        )
        members["DocumentRes.xml"] = xml("Res", f"<ofd:MultiMedias>{files}</ofd:MultiMedias>", ' BaseLoc="Res"')
        members.update({f"Res/p{index}.png": data for index, data in enumerate(media)})
        if template:
            members["Tpls/Tpl_0/Content.xml"] = xml(
                "Page", f"<ofd:Content><ofd:Layer>{template}</ofd:Layer></ofd:Content>"
            )
        if watermark:
            members["Annots.xml"] = xml(
                "Annotations", '<ofd:Page PageID="100"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page>'
            )
            members["Annot.xml"] = xml(
                "PageAnnot", f"<ofd:Annot><ofd:Appearance>{watermark}</ofd:Appearance></ofd:Annot>"
            )
        return members


def xml(root: str, inside: str, attributes: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{root} {_SPACE}{attributes}>{inside}</ofd:{root}>'.encode()


def ofd(*documents: dict[str, bytes]) -> bytes:
    """Return an OFD file that holds documents as `OfdPaper.document` gives them."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        bodies = ""
        for index, members in enumerate(documents):
            bodies += f"<ofd:DocBody><ofd:DocRoot>/Doc_{index}/Document.xml</ofd:DocRoot></ofd:DocBody>"
            for name, data in members.items():
                archive.writestr(f"Doc_{index}/{name}", data)
        archive.writestr("OFD.xml", xml("OFD", bodies))
    return made.getvalue()


def known_ofd() -> bytes:
    """Return the known text as OFD with running header and page numbers."""
    paper = OfdPaper()
    for part in parts():
        if part is None:
            paper.table(TABLE)
        elif part[0] == "title":
            paper.title(part[1])
        else:
            paper.paragraph(part[1])
    return ofd(paper.document())
