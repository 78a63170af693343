from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BinaryFileError, DamagedFileError, EmptyFileError, FileTooLargeError, ReadError, UnsafeFileError
from ingest.formats import sheets
from ingest.formats.cellvalues import shown
from ingest.formats.sheets import read
from ingest.lines import Limits, RawText
from tests.ingest.formats.known_text import missing_cells, share_in_order
from tests.ingest.formats.makers_office import joined, known_xlsx, ole_of, only_text, part_of, with_part

STAFF = [["姓名", "单位", "职务"], ["张三", "县府办", "主任"], ["李四", "县委组织部", "科员"]]


def text_of(data: bytes, source: str = "名单.xlsx") -> RawText:
    return only_text(read(data, source, Limits()))


def texts(data: bytes, source: str = "名单.xlsx") -> list[str]:
    return [line.text for line in text_of(data, source).lines]


def book_of(**rows: Sequence[Sequence[object]]) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in rows.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    return book


def saved(book: Any) -> bytes:
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def test_the_known_text_comes_back() -> None:
    text = joined(text_of(known_xlsx()))
    assert share_in_order(text) >= 0.995
    assert missing_cells(text) == []


def test_rows_carry_their_headers_and_their_place() -> None:
    lines = text_of(saved(book_of(名单=STAFF))).lines
    assert [line.text for line in lines] == [
        "姓名：张三；单位：县府办；职务：主任",
        "姓名：李四；单位：县委组织部；职务：科员",
    ]
    assert [line.origin.label for line in lines] == ["工作表“名单”第 2 行", "工作表“名单”第 3 行"]


def test_several_sheets_are_headed_by_their_names() -> None:
    lines = text_of(saved(book_of(名单=STAFF, 空表=[], 金额=[["项目名称", "金额"], ["冷库", 30]]))).lines
    assert [(line.text, line.level) for line in lines if line.level] == [("名单", 2), ("金额", 2)]
    assert lines[-1].text == "项目名称：冷库；金额：30"


def test_a_sheet_that_was_hidden_is_left_out_and_told() -> None:
    book = book_of(名单=STAFF, 草稿=[["项目名称", "金额"], ["冷库", 999999]])
    book["草稿"].sheet_state = "hidden"
    text = text_of(saved(book))
    assert not any("999999" in line.text for line in text.lines)
    assert text.notes == ("隐藏的工作表“草稿”未收录",)


def test_two_tables_side_by_side_are_two() -> None:
    rows = [
        ["乡镇", "引进人数", None, "班次", "培训人数"],
        ["清河镇", 12, None, "村干部班", 160],
        ["白塔镇", 8, None, "选调生班", 45],
    ]
    assert texts(saved(book_of(统计=rows))) == [
        "乡镇：清河镇；引进人数：12",
        "乡镇：白塔镇；引进人数：8",
        "班次：村干部班；培训人数：160",
        "班次：选调生班；培训人数：45",
    ]


def test_a_column_without_entries_parts_no_table() -> None:
    rows = [
        ["乡镇", "引进人数", None, "小计", "说明"],
        ["清河镇", 12, None, 15, "含柔性引进"],
        ["白塔镇", 8, None, 9, "无"],
    ]
    rows[0][2] = "备注"
    assert texts(saved(book_of(统计=rows)))[0] == "乡镇：清河镇；引进人数：12；小计：15；说明：含柔性引进"


def test_merged_cells_go_with_their_rows_and_columns() -> None:
    book = book_of(
        表=[
            ["2023年引才情况", None, None],
            ["单位", "引进人数", None],
            [None, "博士", "硕士"],
            ["县教育局", 3, 12],
            [None, 4, 15],
        ]
    )
    for cells in ("A1:C1", "A2:A3", "B2:C2", "A4:A5"):
        book["表"].merge_cells(cells)
    assert texts(saved(book)) == [
        "2023年引才情况",
        "单位：县教育局；引进人数·博士：3；引进人数·硕士：12",
        "单位：县教育局；引进人数·博士：4；引进人数·硕士：15",
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (3.0, "General", "3"), (3, "General", "3"), (0.1 + 0.2, "General", "0.3"), (0.45, "0%", "45%"), (0.4567, "0.00%", "45.67%"),
        (1234567.5, "#,##0.00", "1234567.50"), (12.0, "0.00_ ", "12.00"), (7, "000", "007"), (31, '0"人"', "31人"), (1e20, "General", "100000000000000000000"),
        (123456, '0!.0,"万"', "123456"), (-3.5, "0.0;[Red]-0.0", "-3.5"), (0.000012, "General", "0.000012"), (51.2, '"约"0.0"亿元"', "约51.2亿元"),
        (datetime.datetime(2024, 3, 5), "yyyy-mm-dd", "2024-03-05"), (datetime.datetime(2024, 3, 5), 'yyyy"年"m"月"d"日"', "2024年3月5日"),
        (datetime.datetime(2024, 3, 5), 'yyyy"年"m"月"', "2024年3月"), (datetime.datetime(2024, 3, 5, 9, 30), "yyyy/m/d h:mm", "2024-03-05 09:30"),
        (datetime.date(2024, 3, 5), "mm-dd-yy", "2024-03-05"), (datetime.time(9, 30), "h:mm", "09:30"), (datetime.timedelta(hours=26), "[h]:mm", "26:00"),
        (45, r"0\%", "45%"), (45, '0"%"', "45%"), (0.45, "0 %", "45%"), (45, r'0\ "%"', "45 %"), (98.6, '0.0"‰"', "98.6‰"),
        (123456, '0.0,"千"', "123.5千"), (1234567, '#,##0.00,,"百万"', "1.23百万"), (123456, "#,##0,", "123"), (123456, r'0\.0,"万"', "123456"),
        (12, '"第"General"名"', "第12名"), (12.5, 'G/通用格式"人"', "12.5人"), (1200, "[$¥-804]#,##0.00", "¥1200.00"), (3, '0"（台）"', "3（台）"),
        (-3.2, '"增长"0.0;"下降"0.0', "下降3.2"), (-3, '0"人";[Red]0"人"', "-3人"), (-3, r"0_);\(0\)", "-3"), (-3, '0;"缺"', "-3"), (5, '[>=10]0"多";0"少"', "5"),
        (1e30, "0.00", "1" + "0" * 30), (5, '"甲;乙"0', "甲;乙5"), (datetime.datetime(1980, 5, 1), r"yyyy\.mm", "1980-05"), (datetime.datetime(1980, 5, 1), "yyyy", "1980"),
        (True, "General", "TRUE"), ("#REF!", "General", ""), (" 张三_x000D_\n", "@", "张三"), (None, "General", ""),
    ],
)  # fmt: skip
def test_values_are_as_the_sheet_shows_them(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_formats_of_cells_are_followed() -> None:
    book = book_of(表=[["指标", "数值", "日期"], ["占比", 0.455, datetime.datetime(2023, 6, 12)]])
    book["表"]["B2"].number_format = "0.0%"
    assert texts(saved(book)) == ["指标：占比；数值：45.5%；日期：2023-06-12"]


def test_a_formula_without_a_result_is_told_and_not_made_up() -> None:
    text = text_of(saved(book_of(表=[["项目", "金额", "备注"], ["冷库", 30, "已拨付"], ["合计", "=SUM(B2:B2)", None]])))
    assert [line.text for line in text.lines] == ["项目：冷库；金额：30；备注：已拨付", "项目：合计"]
    assert text.notes == ("工作表“表”有 1 个公式没有保存结果，未收录",)


def test_a_formula_with_its_result_gives_the_result() -> None:
    data = saved(book_of(表=[["项目", "金额"], ["合计", "=1+2"]]))
    part = part_of(data, "xl/worksheets/sheet1.xml")
    part = re.sub(rb"<f>1\+2</f><v\s*/>|<f>1\+2</f><v></v>", b"<f>1+2</f><v>3</v>", part)
    text = text_of(with_part(data, "xl/worksheets/sheet1.xml", part))
    assert [line.text for line in text.lines] == ["项目：合计；金额：3"]
    assert text.notes == ()


def test_a_sheet_of_prose_gives_paragraphs() -> None:
    lines = text_of(saved(book_of(表=[["今年以来，全县引进人才31名。"], [None], ["其中博士3名。"]]))).lines
    assert [(line.text, line.row, line.whole) for line in lines] == [
        ("今年以来，全县引进人才31名。", False, True),
        ("其中博士3名。", False, True),
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_separated_values_in_any_encoding(delimiter: str, encoding: str) -> None:
    text = (
        "\r\n".join(delimiter.join(row) for row in STAFF)
        + f'\r\n"王五"{delimiter}"县人大{delimiter}办公室"{delimiter}"他说：""好""\r\n"\r\n'
    )
    lines = texts(text.encode(encoding), "名单.csv")
    assert lines[:2] == ["姓名：张三；单位：县府办；职务：主任", "姓名：李四；单位：县委组织部；职务：科员"]
    assert lines[2] == f"姓名：王五；单位：县人大{delimiter}办公室".replace("\t", "\t") + '；职务：他说："好"'


def test_values_separated_by_tabs_may_hold_commas() -> None:
    assert texts("姓名\t单位\t备注\n张三\t县府办\t一,二,三\n".encode(), "名单.tsv") == [
        "姓名：张三；单位：县府办；备注：一,二,三"
    ]


def test_a_list_that_is_really_a_workbook_and_the_other_way_round() -> None:
    assert texts(saved(book_of(名单=STAFF)), "名单.csv") == texts(
        "\n".join(",".join(row) for row in STAFF).encode(), "名单.xlsx"
    )


def test_the_xml_form_of_excel_2003() -> None:
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in STAFF[:2]
    )
    data = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="名单"><Table>{rows}'
        '<Row ss:Index="9"><Cell><Data ss:Type="String">赵六</Data></Cell><Cell ss:Index="3"><Data ss:Type="Number">7.0</Data></Cell></Row>'
        "</Table></Worksheet></Workbook>"
    )
    lines = text_of(data.encode(), "名单.xls").lines
    assert [(line.text, line.origin.row) for line in lines] == [
        ("姓名：张三；单位：县府办；职务：主任", 2),
        ("姓名：赵六；职务：7", 9),
    ]


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 10)
    with pytest.raises(FileTooLargeError, match="10 行"):
        texts("\n".join(f"{n},a" for n in range(12)).encode(), "a.csv")


def test_rows_beyond_the_end_of_any_sheet_are_damage() -> None:
    data = saved(book_of(名单=STAFF))
    part = part_of(data, "xl/worksheets/sheet1.xml").replace(b'<row r="3"', b'<row r="99999999999"')
    with pytest.raises(DamagedFileError):
        texts(with_part(data, "xl/worksheets/sheet1.xml", part))


def test_empty_locked_unsafe_and_binary_files_say_so() -> None:
    with pytest.raises(EmptyFileError):
        texts(saved(book_of(表=[])))
    with pytest.raises(EmptyFileError):
        texts(b" \n", "a.csv")
    with pytest.raises(DamagedFileError, match="密码"):
        texts(ole_of("EncryptedPackage"))
    with pytest.raises(BinaryFileError):
        texts(bytes(range(256)) * 9, "a.csv")
    data = saved(book_of(名单=STAFF))
    part = part_of(data, "xl/worksheets/sheet1.xml")
    with pytest.raises(UnsafeFileError):
        texts(with_part(data, "xl/worksheets/sheet1.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>' + part))


CELLS = st.text(alphabet="人才引进2023年.,;\"'\n\t（A", max_size=6) | st.integers(0, 9999)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_no_character_of_a_workbook_is_lost(rows: list[list[object]]) -> None:
    found = "".join("".join(texts(saved(book_of(表=[["姓名", "单位", "职务"], *rows, ["完", "完", "完"]])))).split())
    for row in rows:
        for cell in row:
            assert "".join(str(cell).split()) in found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_broken_parts_end_in_a_reason(place: int, junk: bytes) -> None:
    data = saved(book_of(名单=STAFF))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
    name = names[place % len(names)]
    part = part_of(data, name)
    offset = place % len(part)
    try:
        list(read(with_part(data, name, part[:offset] + junk + part[offset + len(junk) :]), "a.xlsx", Limits()))
    except ReadError as exc:
        assert str(exc).endswith("。")


def test_merged_cells_that_the_file_does_not_hold_go_with_their_rows() -> None:
    sheet = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>序号</t></is></c><c r="B1" t="inlineStr"><is><t>任务</t></is></c><c r="C1" t="inlineStr"><is><t>责任单位</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>引才</t></is></c><c r="C2" t="inlineStr"><is><t>县委组织部</t></is></c></row>'
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>育才</t></is></c></row>'
        '<row r="4"><c r="A4" t="inlineStr"><is><t>二、县直部门</t></is></c></row>'
    )
    data = saved(book_of(任务=[["序号"]]))
    xml = part_of(data, "xl/worksheets/sheet1.xml").decode()
    xml = re.sub(r"<sheetData>.*</sheetData>", lambda _: f'<sheetData>{sheet}</sheetData><mergeCells count="2"><mergeCell ref="C2:C3"/><mergeCell ref="A4:C4"/></mergeCells>', xml)  # fmt: skip
    assert texts(with_part(data, "xl/worksheets/sheet1.xml", xml.encode())) == [
        "序号：1；任务：引才；责任单位：县委组织部",
        "序号：2；任务：育才；责任单位：县委组织部",
        "二、县直部门",
    ]


def test_codes_of_pictures_and_of_zeros_are_no_text() -> None:
    book = book_of(名单=[["姓名", "照片", "职务"], ["张三", "x", "主任"]])
    book["名单"]["B2"].value = '=DISPIMG("ID_0A",1)'
    book["名单"]["B2"].data_type = "s"
    assert texts(saved(book)) == ["姓名：张三；职务：主任"]
    assert texts('姓名,编号\n张三,"=""001"""\n李四,"=""002"""\n'.encode(), "名单.csv") == [
        "姓名：张三；编号：001",
        "姓名：李四；编号：002",
    ]
