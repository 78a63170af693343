"""Word documents (.docx): paragraphs and tables in order, with automatic numbers, text boxes and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import docx
from docx.document import Document
from lxml import etree

from core.errors import EmptyFileError
from core.schema import Origin
from ingest.formats.cells import Cell, Merged
from ingest.formats.containers import damage_named, open_package, parse_xml, without_dangling_links
from ingest.formats.numbering import Numbering
from ingest.formats.sniff import Content, content_of
from ingest.formats.tables import is_layout, row_lines
from ingest.lines import Limits, Line, Problem, RawText

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{_W}val"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_PLACE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML = "{urn:schemas-microsoft-com:vml}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_OFF = ("0", "false", "off", "none")

_SKIPPED = frozenset(
    {
        f"{_W}{name}"
        for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "instrText", "delText", "rt", "tblPr", "tcPr")
    }
)
"""What stands in a paragraph and is no text of it: deleted text, properties, field codes, the reading over a ruby."""
_PARTS = ("numbering", "styles", "footnotes", "endnotes")
_TITLE = re.compile(r"title|标题", re.IGNORECASE)
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"toc\s*\d", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[\s.…·]*\d*\s*$")
_FULL_STOP = re.compile(r"[。！？!?；;：:][”’」』）)】》]*$")
_LIST_ITEM = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}(?:[、)）]|[.．](?!\d))|[\u3000 ]{2}|[-•·●■]")
_LENGTH = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*([\d.]+)(pt|in|cm|mm|px)")
_EMU = {"pt": 12_700, "in": 914_400, "cm": 360_000, "mm": 36_000, "px": 9_525}
"""The lengths of an older drawing in English metric units."""
_TWIP = 635
_A4 = (11_906, 16_838)
"""Twips."""
_SIGNS = {
    "wingdings": {0x6E: "■", 0x6F: "□", 0xA8: "□", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
    "wingdings 2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA2: "■", 0xA3: "□"},
}
"""What forms are ticked with, by the fonts of Windows."""
_LARGE = 0.1
"""Share of a page from which on a picture may hold text that a reader misses; logos and icons are smaller."""
_LONGEST_HEADING = 100
_SHORT = 40
"""Characters: a line up to this length that ends with a manual break is a line of its own."""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the one text of a document; see `ingest.lines.Reader`."""
    if content_of(data) not in (Content.WORD, Content.ZIP, Content.OTHER):
        # Imported here, as it sends files on to this module in its turn.
        from ingest.formats.legacy import read_as_it_is

        yield from read_as_it_is(data, source, limits, Content.WORD)
        return
    package = without_dangling_links(open_package(data, limits), data)
    with damage_named():
        document = docx.Document(BytesIO(package))
        body = _Body(document)
        lines = body.lines()
    if not lines:
        raise EmptyFileError(
            "文档里只有图片，没有文字；请导出为 PDF 后再试。" if body.has_pictures else "文档里没有可索引的文字。"
        )
    notes = [f"有 {len(body.large_pictures)} 张图片未读取"] if body.large_pictures else []
    yield RawText(tuple(lines), source, notes=tuple(notes))
    for reason in body.problems:
        yield Problem(reason)


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    base: str
    outline: int | None
    number: str
    depth: int | None


class _Body:
    """Walks one document. Its paragraphs are counted as they stand, also the empty ones and those in tables."""

    def __init__(self, document: Document) -> None:
        self._element: etree._Element = document.element.body
        self._parts = {
            rel.reltype.rpartition("/")[2]: rel.target_part.blob
            for rel in document.part.rels.values()
            if not rel.is_external and rel.reltype.rpartition("/")[2] in _PARTS
        }
        self._styles = _styles(self._part("styles"))
        self._default_style = next((name for name, style in self._styles.items() if style.name == "normal"), "")
        self._numbering = Numbering(self._part("numbering"))
        self._numbering.link_styles({name: style.number for name, style in self._styles.items()})
        self._count = 0
        self._gap = 0
        self._carried = ""
        self._note_ids: list[tuple[str, str]] = []
        self._large_area = _LARGE * _page_area(self._element)
        self.problems: list[str] = []
        self.has_pictures = False
        self.large_pictures: set[etree._Element] = set()

    def lines(self) -> list[Line]:
        """Return everything, footnotes and endnotes at the end."""
        lines = _without_contents(list(self._blocks(self._element)))
        lines.extend(self._notes())
        if any(self._element.iter(f"{_W}altChunk")):
            self.problems.append("文档里嵌入的另一个文件没有读取；请在 Word 里打开、另存后再试。")
        return [line for line, _ in lines]

    def _part(self, name: str) -> etree._Element | None:
        return parse_xml(self._parts[name]) if name in self._parts else None

    def _blocks(self, parent: etree._Element) -> Iterator[tuple[Line, bool]]:
        """Yield the lines of paragraphs and tables under an element, each with whether it is of a table of contents."""
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from ((line, False) for line in self._table(child))
            elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
                yield from self._blocks(_chosen(child))

    def _paragraph(self, paragraph: etree._Element) -> Iterator[tuple[Line, bool]]:
        self._count += 1
        origin = Origin(paragraph=self._count)
        pieces: list[str] = []
        boxes: list[etree._Element] = []
        self._collect(paragraph, pieces, boxes)
        text = self._carried + "".join(pieces)
        self._carried = ""
        properties = paragraph.find(f"{_W}pPr")
        if properties is not None and properties.find(f"{_W}rPr/{_W}del") is not None:
            # The end of the paragraph was deleted: its text goes on in the next one.
            self._carried = text
        else:
            style = _child_value(properties, "pStyle") or self._default_style
            label = self._label(properties, style)
            level = self._level(properties, style) if len(text) <= _LONGEST_HEADING else 0
            indented = _is_indented(properties) or text.startswith("\u3000\u3000")
            in_contents = bool(_CONTENTS.match(self._styles[style].name)) if style in self._styles else False
            found = _split_at_breaks(text, level > 0)
            for index, line in enumerate(found):
                line = label + line if index == 0 else line
                yield Line(line, origin, self._gap, indented, whole=True, level=level), in_contents
                self._gap = 0
            if not found:
                self._gap += 1
        for box in boxes:
            yield from self._blocks(box)

    def _collect(self, parent: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
        """Add the text under an element as a reader sees it to `pieces`, and the text boxes in it to `boxes`."""
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                continue
            if tag in (f"{_W}t", _MATH_TEXT):
                pieces.append((child.text or "").replace("\u00ad", ""))
            elif tag in (f"{_W}tab", f"{_W}ptab"):
                pieces.append("\t")
            elif tag == f"{_W}cr" or (tag == f"{_W}br" and child.get(f"{_W}type", "textWrapping") == "textWrapping"):
                pieces.append("\n")
            elif tag == f"{_W}noBreakHyphen":
                pieces.append("-")
            elif tag == f"{_W}sym":
                pieces.append(_sign(child))
            elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                self._note_ids.append((tag.removeprefix(_W).removesuffix("Reference"), child.get(f"{_W}id", "")))
            elif tag == f"{_W}txbxContent":
                boxes.append(child)
            elif tag == f"{_W}r" and _is_hidden(child):
                continue
            else:
                if tag.endswith(("}blip", "}imagedata")):
                    self.has_pictures = True
                    drawing = _drawing_of(child)
                    if drawing is not None and _area(drawing) >= self._large_area:
                        self.large_pictures.add(drawing)
                self._collect(_chosen(child), pieces, boxes)

    def _label(self, properties: etree._Element | None, style: str) -> str:
        """Return the automatic number of a paragraph and count it; empty where it has none."""
        number, depth = "", None
        element = properties.find(f"{_W}numPr") if properties is not None else None
        if element is not None:
            number = _child_value(element, "numId")
            depth = _integer(_child_value(element, "ilvl"))
        for name in self._with_bases(style):
            if not number:
                number = self._styles[name].number
                if number and depth is None:
                    depth = self._styles[name].depth
                    depth = self._numbering.level_of_style(number, name) if depth is None else depth
        return self._numbering.label(number, depth or 0) if number not in ("", "0") else ""

    def _level(self, properties: etree._Element | None, style: str) -> int:
        outline = _integer(_child_value(properties, "outlineLvl"))
        if outline is not None:
            return outline + 2 if outline < 9 else 0
        for name in self._with_bases(style):
            found = self._styles[name]
            if _TITLE.fullmatch(found.name):
                return 1
            if match := _HEADING.fullmatch(found.name):
                return int(match[1]) + 1
            if found.outline is not None:
                return found.outline + 2 if found.outline < 9 else 0
        return 0

    def _with_bases(self, style: str) -> Iterator[str]:
        """Yield a style and those that it is based on."""
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield style
            style = self._styles[style].base

    def _table(self, table: etree._Element) -> list[Line]:
        rows: list[list[Cell]] = []
        contents: list[list[Line]] = []
        origins: list[Origin] = []
        header_rows = 0
        for row in _children(table, "tr"):
            properties = row.find(f"{_W}trPr")
            if properties is not None and properties.find(f"{_W}del") is not None:
                continue
            if _is_on(properties, "tblHeader") and header_rows == len(rows):
                header_rows += 1
            origins.append(Origin(paragraph=self._count + 1))
            cells: list[Cell] = [None] * (_integer(_child_value(properties, "gridBefore")) or 0)
            for cell in _children(row, "tc"):
                cell_properties = cell.find(f"{_W}tcPr")
                lines = [line for line, _ in self._blocks(cell)]
                contents.append(lines)
                goes_on = cell_properties is not None and any(
                    merge.get(_VAL, "continue") == "continue" for merge in cell_properties.findall(f"{_W}vMerge")
                )
                is_merged_up = goes_on and not lines
                cells.append(Merged.UP if is_merged_up else "\n".join(line.text for line in lines))
                span = min(_integer(_child_value(cell_properties, "gridSpan")) or 1, 100)
                cells.extend([Merged.UP if is_merged_up else Merged.LEFT] * (span - 1))
            rows.append(cells)
        if is_layout(rows):
            return [line for cell in contents for line in cell]
        return row_lines(rows, origins.__getitem__, header_rows)

    def _notes(self) -> Iterator[tuple[Line, bool]]:
        """Yield the footnotes and endnotes in the order in which the text refers to them."""
        for kind in ("footnote", "endnote"):
            root = self._part(f"{kind}s")
            if root is None:
                continue
            notes = {note.get(f"{_W}id", ""): note for note in root.findall(f"{_W}{kind}")}
            for wanted, number in dict.fromkeys(self._note_ids):
                if wanted == kind and number in notes:
                    yield from self._blocks(notes[number])


def _chosen(element: etree._Element) -> etree._Element:
    """Return the one of several equal contents that is to be read; all others are only for older programs."""
    if element.tag != f"{_COMPATIBLE}AlternateContent":
        return element
    choice = element.find(f"{_COMPATIBLE}Choice")
    fallback = element.find(f"{_COMPATIBLE}Fallback")
    return choice if choice is not None else fallback if fallback is not None else element


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the rows of a table or the cells of a row, also those inside content controls and tracked insertions."""
    for child in parent.iterchildren():
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"):
            yield from _children(child, name)


def _page_area(body: etree._Element) -> int:
    """Return the area of the last page, which is like the others in most documents, in English metric units."""
    size = body.find(f"{_W}sectPr/{_W}pgSz")
    width, height = ((_integer(size.get(f"{_W}{name}")) if size is not None else None) for name in ("w", "h"))
    return (width or _A4[0]) * (height or _A4[1]) * _TWIP**2


def _drawing_of(image: etree._Element) -> etree._Element | None:
    """Return what tells the size of an image; None where it only fills the ground of a shape."""
    if image.tag == f"{_VML}imagedata":
        return next(image.iterancestors(f"{_VML}shape"), None)
    if next(image.iterancestors(f"{_PICTURE}blipFill"), None) is None:
        return None
    return next(image.iterancestors(f"{_PLACE}inline", f"{_PLACE}anchor"), None)


def _area(drawing: etree._Element) -> float:
    """Return the area that a drawing covers on the page; 0 where it is not told."""
    extent = drawing.find(f"{_PLACE}extent")
    if extent is not None:
        return (_integer(extent.get("cx")) or 0) * (_integer(extent.get("cy")) or 0)
    sides = {name: float(number) * _EMU[unit] for name, number, unit in _LENGTH.findall(drawing.get("style", ""))}
    return sides.get("width", 0) * sides.get("height", 0)


def _split_at_breaks(text: str, is_heading: bool) -> list[str]:
    """Return the lines of a paragraph with manual breaks; what a break parts in the middle of a sentence is joined."""
    lines: list[str] = []
    for piece in text.split("\n"):
        if not piece.strip():
            continue
        if lines and (is_heading or not _ends_line(lines[-1], piece)):
            apart = lines[-1][-1].isascii() and piece[0].isascii()
            lines[-1] += f" {piece.strip()}" if apart else piece.strip()
        else:
            lines.append(piece)
    return lines


def _ends_line(before: str, after: str) -> bool:
    if _FULL_STOP.search(before) or _LIST_ITEM.match(after):
        return True
    return len(before) <= _SHORT and not before.rstrip().endswith(("，", "、", ","))


def _without_contents(lines: list[tuple[Line, bool]]) -> list[tuple[Line, bool]]:
    """Leave out the lines of an automatic table of contents whose headings stand in the text."""
    headings = {"".join(line.text.split()) for line, in_contents in lines if not in_contents}
    return [
        (line, in_contents)
        for line, in_contents in lines
        if not in_contents or "".join(_PAGE_NUMBER.sub("", line.text).split()) not in headings
    ]


def _styles(root: etree._Element | None) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    for style in root.findall(f"{_W}style") if root is not None else ():
        properties = style.find(f"{_W}pPr")
        numbers = properties.find(f"{_W}numPr") if properties is not None else None
        styles[style.get(f"{_W}styleId", "")] = _Style(
            name=_child_value(style, "name").lower(),
            base=_child_value(style, "basedOn"),
            outline=_integer(_child_value(properties, "outlineLvl")),
            number=_child_value(numbers, "numId"),
            depth=_integer(_child_value(numbers, "ilvl")),
        )
    return styles


def _sign(symbol: etree._Element) -> str:
    """Return a sign that stands by its number in a font of signs; empty where it is none that a text has."""
    try:
        code = int(symbol.get(f"{_W}char", ""), 16)
    except ValueError:
        return ""
    signs = _SIGNS.get(symbol.get(f"{_W}font", "").lower(), {})
    return signs.get(code & 0xFF, "") if 0xF000 <= code <= 0xF0FF else chr(code) if code < 0xE000 else ""


def _is_hidden(run: etree._Element) -> bool:
    """Whether a run is marked as hidden, so that a reader never sees it."""
    return _is_on(run.find(f"{_W}rPr"), "vanish")


def _is_on(properties: etree._Element | None, name: str) -> bool:
    element = properties.find(f"{_W}{name}") if properties is not None else None
    return element is not None and element.get(_VAL, "1") not in _OFF


def _is_indented(properties: etree._Element | None) -> bool:
    indent = properties.find(f"{_W}ind") if properties is not None else None
    return indent is not None and any(
        (_integer(indent.get(f"{_W}{name}")) or 0) > 0 for name in ("firstLine", "firstLineChars")
    )


def _child_value(element: etree._Element | None, name: str) -> str:
    child = element.find(f"{_W}{name}") if element is not None else None
    return "" if child is None else str(child.get(_VAL, ""))


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
