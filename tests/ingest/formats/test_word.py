from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import pytest
from docx.shared import Cm
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import DamagedFileError, EmptyFileError, ReadError, UnsafeFileError
from ingest.formats.numbering import formatted
from ingest.formats.word import read
from ingest.lines import Limits, RawText
from tests.ingest.formats.known_text import HEADINGS, TITLE, missing_cells, share_in_order
from tests.ingest.formats.makers_office import (
    docx_of,
    joined,
    known_docx,
    ole_of,
    only_text,
    paragraph,
    part_of,
    relationships,
    with_part,
    zip_of,
)
from tests.ingest.prose import articles


def text_of(data: bytes) -> RawText:
    return only_text(read(data, "文件.docx", Limits()))


def texts(data: bytes) -> list[str]:
    return [line.text for line in text_of(data).lines]


def saved(document: object) -> bytes:
    made = BytesIO()
    document.save(made)  # type: ignore[attr-defined]
    return made.getvalue()


def numbering(*levels: tuple[str, str], extra: str = "") -> str:
    """Return a numbering part with one list of these (form, text)."""
    made = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(levels)
    )
    return (
        f'<w:numbering><w:abstractNum w:abstractNumId="0">{made}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{extra}</w:numbering>'
    )


def listed(depth: int, number: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'


def test_the_known_text_comes_back_with_its_levels() -> None:
    text = text_of(known_docx())
    assert share_in_order(joined(text)) >= 0.995
    assert missing_cells(joined(text)) == []
    levels = {line.text: line.level for line in text.lines if line.level}
    assert levels == {TITLE: 1, **HEADINGS}
    assert all(line.whole for line in text.lines if not line.row)


def test_automatic_numbers_of_official_documents_are_written_out() -> None:
    part = numbering(
        ("chineseCounting", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."), ("lowerLetter", "%4)")
    )
    body = "".join(
        paragraph(text, listed(depth))
        for text, depth in (("总体要求", 0), ("工作目标", 1), ("引进人才", 2), ("培养人才", 2), ("甲类", 3), ("重点任务", 1), ("引进人才", 2), ("保障措施", 0), ("加强领导", 1))
    )  # fmt: skip
    assert texts(docx_of(body, {"numbering": part})) == [
        "一、总体要求", "（一）工作目标", "1. 引进人才", "2. 培养人才", "a) 甲类", "（二）重点任务", "1. 引进人才", "二、保障措施", "（一）加强领导",
    ]  # fmt: skip


def test_numbers_of_heading_styles_are_written_out() -> None:
    styles = (
        '<w:styles><w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '<w:outlineLvl w:val="0"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="3"><w:name w:val="我的标题"/>'
        '<w:basedOn w:val="2"/></w:style></w:styles>'
    )
    body = paragraph("总则", '<w:pStyle w:val="2"/>') + paragraph("附则", '<w:pStyle w:val="3"/>')
    lines = text_of(docx_of(body, {"styles": styles, "numbering": numbering(("chineseCounting", "第%1章"))})).lines
    assert [(line.text, line.level) for line in lines] == [("第一章 总则", 2), ("第二章 附则", 2)]


def test_a_list_that_starts_again_does_so() -> None:
    again = '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    part = numbering(("decimal", "%1、"), extra=again)
    body = (
        paragraph("甲", listed(0))
        + paragraph("乙", listed(0))
        + paragraph("丙", listed(0, 2))
        + paragraph("丁", listed(0, 2))
    )
    assert texts(docx_of(body, {"numbering": part})) == ["1、甲", "2、乙", "1、丙", "2、丁"]


def test_a_level_that_a_list_has_otherwise_counts() -> None:
    own = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%1）"/></w:lvl>'
    again = f'<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>{own}</w:lvlOverride></w:num>'
    part = numbering(("decimal", "%1、"), extra=again)
    body = paragraph("甲", listed(0)) + paragraph("乙", listed(0, 2)) + paragraph("丙", listed(0, 2))
    assert texts(docx_of(body, {"numbering": part})) == ["1、甲", "（一）乙", "（二）丙"]


def test_ticks_of_a_form_are_kept() -> None:
    def tick(code: str, font: str = "Wingdings 2") -> str:
        return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'

    run = "<w:r><w:t>{}</w:t></w:r>".format
    body = f"<w:p>{run('是否服从调剂：')}{tick('F052')}{run('是 ')}{tick('F0A3')}{run('否')}</w:p>"
    body += f"<w:p>{tick('F0FE', 'Wingdings')}{run('同意')}{tick('F06C', 'Wingdings')}{tick('2713', '宋体')}{tick('x')}</w:p>"
    assert texts(docx_of(body)) == ["是否服从调剂：☑是 □否", "☑同意✓"]


def test_what_is_no_number_is_not_made_up() -> None:
    part = numbering(("bullet", "\uf0b7"), ("hindiVowels", "%2."))
    body = (
        paragraph("走访", listed(0))
        + paragraph("慰问", listed(1))
        + paragraph("座谈", listed(0, 9))
        + paragraph("调研", listed(0, 0))
    )
    assert texts(docx_of(body, {"numbering": part})) == ["走访", "慰问", "座谈", "调研"]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (10, "chineseCounting", "十"), (21, "chineseCountingThousand", "二十一"), (105, "chineseCounting", "一百〇五"),
        (12, "ideographDigital", "一二"), (3, "decimalEnclosedCircle", "③"), (28, "lowerLetter", "bb"), (14, "upperRoman", "XIV"),
        (3, "chineseLegalSimplified", "叁"), (2, "ideographTraditional", "乙"), (7, "decimalZero", "07"), (3, "unknown", ""),
    ],
)  # fmt: skip
def test_numbers_in_their_forms(number: int, form: str, text: str) -> None:
    assert formatted(number, form) == text


def test_inserted_text_stays_and_deleted_text_is_gone() -> None:
    body = (
        '<w:p><w:r><w:t>引进人才</w:t></w:r><w:del w:author="a"><w:r><w:delText>30</w:delText></w:r></w:del>'
        '<w:ins w:author="a"><w:r><w:t>31</w:t></w:r></w:ins><w:r><w:t>名。</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:rPr><w:del w:author="a"/></w:rPr></w:pPr><w:r><w:t>其中博士</w:t></w:r></w:p>'
        + paragraph("3名。")
    )
    assert texts(docx_of(body)) == ["引进人才31名。", "其中博士3名。"]


def test_links_fields_and_soft_hyphens() -> None:
    body = (
        "<w:p><w:hyperlink><w:r><w:t>县人才网</w:t></w:r></w:hyperlink><w:r><w:t>（2023\u00ad年）</w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "http://x"</w:instrText></w:r>'
        "<w:r><w:softHyphen/><w:t>公</w:t><w:noBreakHyphen/><w:t>告</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>暗语</w:t></w:r></w:p>"
    )
    assert texts(docx_of(body)) == ["县人才网（2023年）公-告"]


def test_a_break_inside_a_sentence_joins_and_one_behind_it_parts() -> None:
    body = (
        "<w:p><w:r><w:t>今年以来，全县大力实施青年人才引育工程，累计引进各类青年人才1286名，其中博士17名、硕士245名，同比增长</w:t><w:br/><w:t>23.4%。</w:t>"
        "<w:br/><w:t>一是强化领导。</w:t></w:r></w:p><w:p><w:r><w:t>中共凤鸣县委组织部</w:t><w:br/><w:t>2024年1月5日</w:t></w:r></w:p>"
    )
    assert texts(docx_of(body)) == [
        "今年以来，全县大力实施青年人才引育工程，累计引进各类青年人才1286名，其中博士17名、硕士245名，同比增长23.4%。",
        "一是强化领导。", "中共凤鸣县委组织部", "2024年1月5日",
    ]  # fmt: skip


def test_a_heading_on_two_lines_is_one() -> None:
    document = docx.Document()
    document.add_heading("关于凤鸣县\n人才工作的报告", 0)
    assert texts(saved(document)) == ["关于凤鸣县人才工作的报告"]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('送：县委办')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>正文一段。</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
        f"<wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert texts(docx_of(body)) == ["正文一段。", "送：县委办"]


def test_content_controls_are_read() -> None:
    body = f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('第一段。')}</w:sdtContent></w:sdt>{paragraph('第二段。')}"
    assert texts(docx_of(body)) == ["第一段。", "第二段。"]


def test_footnotes_come_at_the_end() -> None:
    notes = f'<w:footnotes><w:footnote w:type="separator" w:id="-1">{paragraph("线")}</w:footnote><w:footnote w:id="1">{paragraph("数据来自县人才办。")}</w:footnote></w:footnotes>'
    body = f'<w:p><w:r><w:t>引进31名</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t>。</w:t></w:r></w:p>{paragraph("完。")}'
    assert texts(docx_of(body, {"footnotes": notes})) == ["引进31名。", "完。", "数据来自县人才办。"]


def test_a_table_of_contents_is_not_read_as_text() -> None:
    styles = '<w:styles><w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style></w:styles>'
    toc = '<w:pStyle w:val="TOC1"/>'
    body = (
        paragraph("一、总体要求\t1", toc)
        + paragraph("另见附录", toc)
        + paragraph("一、总体要求")
        + paragraph("坚持党管人才。")
    )
    assert texts(docx_of(body, {"styles": styles})) == ["另见附录", "一、总体要求", "坚持党管人才。"]


def test_headers_and_footers_of_pages_are_left_out() -> None:
    document = docx.Document()
    document.add_paragraph("正文。")
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    assert texts(saved(document)) == ["正文。"]


def test_merged_and_nested_cells_are_not_doubled() -> None:
    document = docx.Document()
    table = document.add_table(4, 3)
    for row, cells in zip(
        table.rows,
        [("单位", "姓名", "职务"), ("县委组织部", "张三", "科长"), ("", "李四", ""), ("县府办", "", "")],
        strict=True,
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 1).merge(table.cell(3, 2))
    inner = table.cell(3, 1).add_table(1, 1)
    inner.cell(0, 0).text = "暂缺"
    assert texts(saved(document)) == [
        "单位：县委组织部；姓名：张三；职务：科长",
        "单位：县委组织部；姓名：李四",
        "单位：县府办；姓名：暂缺",
    ]


def test_a_table_that_frames_the_text_gives_paragraphs_and_tables_in_it() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.paragraphs[0].text = "人才工作简报"
    inner = cell.add_table(2, 3)
    for row, cells in zip(inner.rows, [("姓名", "单位", "职务"), ("张三", "县府办", "主任")], strict=True):
        for one, text in zip(row.cells, cells, strict=True):
            one.text = text
    cell.add_paragraph("编辑部")
    assert texts(saved(document)) == ["人才工作简报", "姓名：张三；单位：县府办；职务：主任", "编辑部"]


def test_paragraphs_are_numbered_as_they_stand() -> None:
    lines = text_of(docx_of(paragraph("甲。") + paragraph("") + paragraph("乙。"))).lines
    assert [(line.origin.paragraph, line.gap) for line in lines] == [(1, 0), (3, 1)]


def test_a_relation_that_leads_nowhere_does_not_cost_the_document() -> None:
    data = docx_of(paragraph("正文。"))
    broken = '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="NULL"/>'
    assert texts(with_part(data, "word/_rels/document.xml.rels", relationships(broken).encode())) == ["正文。"]


def test_a_document_of_pictures_alone_says_so() -> None:
    document = docx.Document()
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a4944415478da63f80f00010101005b1ab6560000000049454e44ae426082"
    )
    document.add_picture(BytesIO(png), Cm(2))
    with pytest.raises(EmptyFileError, match="只有图片"):
        text_of(saved(document))
    with pytest.raises(EmptyFileError, match="没有可索引的文字"):
        text_of(docx_of(""))


def test_a_password_and_damage_are_told_apart() -> None:
    with pytest.raises(DamagedFileError, match="密码"):
        text_of(ole_of("EncryptedPackage"))
    with pytest.raises(DamagedFileError, match="损坏"):
        text_of(known_docx()[:3000])
    with pytest.raises(DamagedFileError):
        text_of(zip_of({"a.txt": b"x"}))


def test_an_entity_bomb_is_refused() -> None:
    data = known_docx()
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    body = part_of(data, "word/document.xml").replace(b"?>", b"?>" + bomb, 1)
    with pytest.raises(UnsafeFileError):
        text_of(with_part(data, "word/document.xml", body))


def test_very_deep_nesting_is_damage_and_no_crash() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 400 + paragraph("底") + "</w:tc></w:tr></w:tbl>" * 400
    with pytest.raises(DamagedFileError):
        text_of(docx_of(deep))


@settings(max_examples=20, deadline=None)
@given(articles)
def test_every_paragraph_comes_back_as_it_was(article: list[str]) -> None:
    document = docx.Document()
    for part in article:
        document.add_paragraph(part)
    assert texts(saved(document)) == article


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_broken_parts_end_in_a_reason(place: int, junk: bytes) -> None:
    data = docx_of(paragraph("正文。", listed(0)), {"numbering": numbering(("decimal", "%1."))})
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
    name = names[place % len(names)]
    part = part_of(data, name)
    offset = place % len(part)
    try:
        list(read(with_part(data, name, part[:offset] + junk + part[offset + len(junk) :]), "文件.docx", Limits()))
    except ReadError as exc:
        assert str(exc).endswith("。")


def with_picture(width: float, height: float) -> object:
    document = docx.Document()
    document.add_paragraph("全县引进人才126名，名单如下。")
    made = BytesIO()
    Image.new("RGB", (30, 40), "white").save(made, "PNG")
    made.seek(0)
    document.add_picture(made, Cm(width), Cm(height))
    return document


def test_pictures_that_may_hold_text_are_told_small_ones_are_not() -> None:
    assert text_of(saved(with_picture(15, 20))).notes == ("有 1 张图片未读取",)
    assert text_of(saved(with_picture(2, 2))).notes == ()
    drawing = (
        "<w:p><w:r><w:t>名单如下。</w:t></w:r></w:p><w:p><w:r><w:pict>"
        '<v:shape style="position:absolute;width:415.3pt;height:20cm"><v:imagedata/></v:shape></w:pict></w:r></w:p>'
    )
    assert text_of(docx_of(drawing * 2)).notes == ("有 2 张图片未读取",)
    assert text_of(docx_of(drawing.replace("20cm", "12pt"))).notes == ()
