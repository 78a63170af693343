"""Answers as Word documents, read back with python-docx and as the XML that they are."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from io import BytesIO

import docx
from docx.document import Document as Docx
from docx.oxml.ns import qn
from hypothesis import given, settings
from lxml import etree

from core.schema import Answer, Article, Citation, Document, Metadata
from desk.answertext import blocks
from desk.export import Exported, Sourced, to_docx
from tests.desk.answers import AT, FAIRS, FLATS, REFUSED, answered, changed, citation, exported
from tests.desk.test_export import hostile

TABLE = f"**2150套**。\n\n- **甲**：“{FLATS}”[2]\n\n| 地方 | 数量 |\n| --- | --- |\n| **通川区** | “{FAIRS}”[1] |\n| 沙坪坝区 | 资料未提及 |"


def read(content: bytes) -> Docx:
    return docx.Document(BytesIO(content))


def lines(document: Docx) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def with_table(question: str = "各有多少？") -> Answer:
    return answered(TABLE, (citation(), citation(FLATS, 2)), notes=("[2]是2014年的资料。",), question=question)


def test_what_is_written_is_read_back() -> None:
    document = read(to_docx([exported(with_table(), asked=datetime(2026, 11, 27, 9, 5)), exported(REFUSED)], at=AT))
    assert lines(document) == [
        "组工智答问答记录",
        "一、各有多少？",
        "答复情况：已核对；提问时间：2026年11月27日 09:05",
        "2150套。",
        f"甲：“{FLATS}”[2]",
        "说明：[2]是2014年的资料。",
        "二、今天天气怎样？",
        "答复情况：未回答",
        REFUSED.text,
        "资料来源",
        "[1]\t“通川区今年以来办了34次现场招聘会。”（中共通川区委组织部：《人才工作先行区》，2014年5月，工作/人才.docx 第1页）",
        "[2]\t“建成‘人才公寓’2150套。”（中共通川区委组织部：《人才工作先行区》，2014年5月，工作/人才.docx 第2页）",
        "本文件于2026年11月28日 06:00由组工智答导出，所引数字和文字使用前请对照原文核对。",
    ]
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["地方", "数量"],
        ["通川区", f"“{FAIRS}”[1]"],
        ["沙坪坝区", "资料未提及"],
    ]


def test_markers_are_superscript_and_values_bold_and_nothing_else_is() -> None:
    document = read(to_docx([exported(with_table())], at=AT))
    cells = [paragraph for row in document.tables[0].rows for cell in row.cells for paragraph in cell.paragraphs]
    runs = [run for paragraph in [*document.paragraphs, *cells] for run in paragraph.runs]
    assert sorted(run.text for run in runs if run.font.superscript) == ["[1]", "[2]", "[2]"]
    assert [run.text for run in runs if run.bold] == ["2150套", "甲", "地方", "数量", "通川区"]


def test_a_source_that_has_changed_or_is_gone_says_so() -> None:
    assert any(
        line.endswith("〔原文已更新〕") for line in lines(read(to_docx([exported(answered(), changed())], at=AT)))
    )
    assert any(
        line.endswith("〔已不在资料库中〕") for line in lines(read(to_docx([exported(answered(), None)], at=AT)))
    )


def test_it_looks_like_an_official_paper() -> None:
    content = to_docx([exported(with_table())], at=AT)
    document = read(content)

    def look(name: str) -> tuple[object, ...]:
        style = document.styles[name]
        fonts = style.element.rPr.rFonts
        line = style.paragraph_format.line_spacing
        return fonts.get(qn("w:eastAsia")), style.font.size.pt, line.pt

    first = document.paragraphs[0]
    assert look(first.style.name) == ("方正小标宋简体", 22, 35)
    assert first.style.paragraph_format.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER
    assert look(document.paragraphs[1].style.name) == ("黑体", 16, 28)
    body = next(paragraph for paragraph in document.paragraphs if paragraph.text == "2150套。")
    assert look(body.style.name) == ("仿宋_GB2312", 16, 28)
    assert body.style.element.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    page = document.sections[0]
    assert [round(side.mm) for side in (page.page_width, page.page_height)] == [210, 297]
    assert [round(side.mm) for side in (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)] == [
        37,
        35,
        28,
        26,
    ]
    assert document.settings.odd_and_even_pages_header_footer
    assert "仿宋" in re.findall(r'altName w:val="([^"]+)"', parts(content)["word/fontTable.xml"].decode())
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_properties_name_nobody_but_the_user_who_is_given() -> None:
    told = read(to_docx([exported(answered())], at=AT)).core_properties
    assert (told.author, told.last_modified_by, told.comments, told.keywords) == ("", "", "", "")
    assert told.created.replace(tzinfo=None) == AT.replace(tzinfo=None)
    named = read(to_docx([exported(answered())], at=AT, author="张三\x00\n", title="招聘会")).core_properties
    assert (named.author, named.last_modified_by, named.title) == ("张三", "张三", "招聘会")


def test_nothing_of_the_program_that_made_it_or_of_another_document_is_in_the_file() -> None:
    content = parts(to_docx([exported(answered())], at=AT))
    assert not [name for name in content if "thumbnail" in name or "customXml" in name or "WithEffects" in name]
    assert b"python" not in content["docProps/core.xml"]


def test_an_english_one_is_english() -> None:
    document = read(to_docx([exported(REFUSED)], at=AT, lang="en"))
    assert lines(document)[0] == "OrgAsk: questions and answers"
    assert "Status: not answered" in lines(document)


def test_a_table_with_more_columns_than_word_opens_keeps_its_text() -> None:
    wide = "|".join(str(n) for n in range(100))
    document = read(to_docx([exported(answered(f"{wide}\n|---|---|\n{wide}", ()))], at=AT))
    cells = document.tables[0].rows[1].cells
    assert len(cells) == 63
    assert cells[-1].text.startswith("6263")


@settings(max_examples=40)
@given(question=hostile, text=hostile, quote=hostile, name=hostile, author=hostile)
def test_no_text_breaks_the_file_or_becomes_a_field_a_link_or_a_picture(
    question: str, text: str, quote: str, name: str, author: str
) -> None:
    cited = Citation(1, "d", name, question, quote, 0, len(quote))
    document = Document("d", name, question, quote, "")
    article = Article("a", "d", question, (), 0, len(quote), Metadata(issuer=name))
    answer = answered(text, (cited,), notes=(quote,), question=question)
    content = to_docx(
        [Exported(question, answer, None, [Sourced(cited, document, article)])], at=AT, author=author, title=name
    )
    files = parts(content)
    for file, xml in files.items():
        root = etree.fromstring(xml)
        if file.endswith(".rels"):
            assert not [rel for rel in root if rel.get("TargetMode") == "External"]
    body = etree.fromstring(files["word/document.xml"])
    live = (
        "hyperlink",
        "fldSimple",
        "fldChar",
        "instrText",
        "drawing",
        "pict",
        "object",
        "altChunk",
        "sdt",
        "bookmarkStart",
    )
    assert not [element for name in live for element in body.iter(qn(f"w:{name}"))]
    fields = [
        element.get(qn("w:instr"))
        for file in files
        if "footer" in file
        for element in etree.fromstring(files[file]).iter(qn("w:fldSimple"))
    ]
    assert fields == ["PAGE", "PAGE"]
    read_back = read(content)
    assert len(read_back.tables) == sum(hasattr(block, "rows") for block in blocks(text, {1}))
