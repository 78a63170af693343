"""The looks of an official paper (GB/T 9704): page, fonts, styles, the number of the page."""

from __future__ import annotations

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from lxml import etree

TITLE, HEADING, BODY, ITEM, NESTED_ITEM = "Title", "Heading 1", "Body Text", "List Bullet", "List Bullet 2"
SOURCE, CELL, REMARK, TABLE = "List Number", "List Paragraph", "Body Text 2", "Table Grid"

TEXT_WIDTH_MM = 156
"""Of A4, between the margins."""
_LINE = Pt(28)
_SMALL_LINE = Pt(20)
_NONE = Pt(0)
_TWO, _THREE, _FOUR, _SMALL_FOUR = Pt(22), Pt(16), Pt(14), Pt(12)
"""Sizes of type as they are numbered in Chinese: 二号, 三号, 四号, 小四."""
_LATIN = "Times New Roman"
_SONG_TITLE, _FANG_SONG, _HEI, _KAI, _SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
_INSTEAD = {_SONG_TITLE: "宋体", _FANG_SONG: "仿宋", _KAI: "楷体", _HEI: "SimHei", _SONG: "SimSun"}
"""The font that a program takes where it has not the first."""
_LEFT_OUT = {
    RELATIONSHIP_TYPE.THUMBNAIL,
    RELATIONSHIP_TYPE.CUSTOM_XML,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
}
"""Parts of the empty document that say something of another one."""


def set_up(document: Document, lang: str) -> None:
    """Give an empty document the page, the fonts and the styles."""
    for rels in (document.part.package.rels, document.part.rels):
        for name in [name for name, rel in rels.items() if rel.reltype in _LEFT_OUT]:
            del rels[name]
    _set_defaults(document, lang)
    _set_page(document)
    _style(document, "Normal", _FANG_SONG, _THREE)
    _style(document, TITLE, _SONG_TITLE, _TWO, align=WD_ALIGN_PARAGRAPH.CENTER, after=_LINE, line=Pt(35))
    _style(document, HEADING, _HEI, _THREE, indent=200, before=Pt(14), keep=True)
    _style(document, BODY, _FANG_SONG, _THREE, indent=200, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    _style(document, REMARK, _KAI, _FOUR, indent=200)
    _style(document, ITEM, _FANG_SONG, _THREE)
    _style(document, NESTED_ITEM, _FANG_SONG, _THREE)
    _style(document, CELL, _FANG_SONG, _SMALL_FOUR, line=_SMALL_LINE)
    _style(document, SOURCE, _FANG_SONG, _FOUR)
    _hang(document, CELL, 0, 0)
    _hang(document, SOURCE, 640, 640)
    _hang(document, ITEM, 1000, 360)
    _hang(document, NESTED_ITEM, 1640, 360)
    # The number of a source is written, so that it stays that of its markers.
    if (numbering := _style_of(document, SOURCE).element.pPr.find(qn("w:numPr"))) is not None:
        numbering.getparent().remove(numbering)


def write_marks_wide(document: Document) -> None:
    """Let “”, …, — and · be written in the Chinese font, where a program would take them for Latin."""
    for run in document.element.body.iter(qn("w:r")):
        run.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def _set_defaults(document: Document, lang: str) -> None:
    fonts = document.styles.element.find(".//" + qn("w:docDefaults")).find(".//" + qn("w:rFonts"))
    fonts.attrib.clear()
    language = document.styles.element.find(".//" + qn("w:docDefaults")).find(".//" + qn("w:lang"))
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    part = next(rel.target_part for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    table = etree.fromstring(part.blob)
    for name, other in _INSTEAD.items():
        table.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{other}"/></w:font>'))
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    _number_page(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number_page(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _number_page(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    """Write — 1 — at the outer side of a page, one character in."""
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = _FOUR
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    dash, number, end = paragraph.add_run("— "), paragraph.add_run("1"), paragraph.add_run(" —")
    for run in (dash, number, end):
        run.font.size = _FOUR
        run.font.name = _SONG
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _SONG)
    number._r.addprevious(field)
    field.append(number._r)


def _style(
    document: Document,
    name: str,
    font: str,
    size: Pt,
    *,
    indent: int = 0,
    align: WD_ALIGN_PARAGRAPH | None = None,
    line: Pt = _LINE,
    before: Pt = _NONE,
    after: Pt = _NONE,
    keep: bool = False,
) -> None:
    """Set a style. `indent` is that of the first line, in hundredths of a character."""
    style = _style_of(document, name)
    style.font.size, style.font.bold, style.font.italic = size, False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for script, family in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", font), ("cs", _LATIN)):
        fonts.set(qn(f"w:{script}"), family)
    for tag in ("w:spacing", "w:kern"):
        for element in properties.findall(qn(tag)):
            properties.remove(element)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line
    form.space_before, form.space_after, form.alignment = before, after, align
    form.keep_with_next, form.widow_control = keep, True
    layout = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:contextualSpacing"):
        for element in layout.findall(qn(tag)):
            layout.remove(element)
    if indent:
        form.first_line_indent = round(size * indent / 100)
        layout.find(qn("w:ind")).set(qn("w:firstLineChars"), str(indent))


def _hang(document: Document, name: str, left: int, hanging: int) -> None:
    """Let the lines of a style begin `left` twips from the margin, the first one `hanging` before them."""
    style = _style_of(document, name)
    style.paragraph_format.left_indent = Pt(left / 20)
    style.paragraph_format.first_line_indent = Pt(-hanging / 20)
    tabs = style.element.get_or_add_pPr().find(qn("w:tabs"))
    if tabs is not None:
        tabs.getparent().remove(tabs)


def _style_of(document: Document, name: str) -> ParagraphStyle:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    return style
