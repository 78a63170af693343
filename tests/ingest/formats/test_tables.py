from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.schema import Origin
from ingest.formats.tables import Cell, Merged, is_layout, row_lines
from ingest.lines import Line
from tests.ingest.formats.known_text import TABLE, missing_cells


def lines(rows: Any, header_rows: int = 0) -> list[Line]:
    return row_lines(rows, lambda index: Origin(row=index + 1), header_rows)


def texts(rows: Any, header_rows: int = 0) -> list[str]:
    return [line.text for line in lines(rows, header_rows)]


def test_each_row_is_readable_by_itself() -> None:
    found = lines(TABLE)
    assert (
        found[0].text
        == "引才渠道：公开招聘；牵头单位：县人力资源社会保障局；引进人数（名）：612；主要去向：教育、卫生系统"
    )
    assert [line.origin.row for line in found] == [2, 3, 4, 5, 6]
    assert all(line.row for line in found)
    assert missing_cells("\n".join(line.text for line in found)) == []


def test_name_and_unit_above_the_headers_are_ordinary_lines() -> None:
    found = lines(
        [["表1 引才情况", Merged.LEFT, Merged.LEFT], ["单位：人", "", ""], ["单位", "博士", "硕士"], ["县委", "3", "4"]]
    )
    assert [(line.text, line.row) for line in found] == [
        ("表1 引才情况", False), ("单位：人", False), ("单位：县委；博士：3；硕士：4", True),
    ]  # fmt: skip


def test_headers_of_two_levels_are_joined() -> None:
    marked = [
        ["单位", "引进人数", Merged.LEFT, "备注"],
        [Merged.UP, "博士", "硕士", Merged.UP],
        ["县委", "3", "4", "无"],
    ]
    unmarked = [["单位", "引进人数", "", "备注"], ["", "博士", "硕士", ""], ["县委", "3", "4", "无"]]
    assert texts(marked) == texts(unmarked) == ["单位：县委；引进人数·博士：3；引进人数·硕士：4；备注：无"]


def test_a_label_merged_over_rows_belongs_to_each_but_a_figure_does_not() -> None:
    rows = [["单位", "姓名", "名额"], ["县委组织部", "张三", "2"], [Merged.UP, "李四", Merged.UP]]
    assert texts(rows) == ["单位：县委组织部；姓名：张三；名额：2", "单位：县委组织部；姓名：李四"]


def test_a_cell_merged_over_columns_is_not_doubled() -> None:
    rows = [["姓名", "职务", "备注"], ["张三", "科长", "无"], ["李四", "请假，未参加", Merged.LEFT]]
    assert texts(rows)[1] == "姓名：李四；职务：请假，未参加"


def test_a_heading_between_rows_takes_no_header() -> None:
    rows = [
        ["姓名", "职务", "单位"],
        ["一、县级", Merged.LEFT, Merged.LEFT],
        ["张三", "主任", "县府办"],
        ["注：数据截至6月。", "", ""],
    ]
    assert texts(rows) == ["一、县级", "姓名：张三；职务：主任；单位：县府办", "注：数据截至6月。"]


def test_forms_give_each_label_its_value() -> None:
    rows = [
        ["姓  名", "张三", "性别", "男"],
        ["出生年月", "1990.01", "籍贯", "四川达州"],
        ["简历", "2012年参加工作", Merged.LEFT, Merged.LEFT],
    ]
    assert texts(rows) == ["姓  名：张三；性别：男", "出生年月：1990.01；籍贯：四川达州", "简历：2012年参加工作"]


def test_the_form_for_the_appointment_of_officials() -> None:
    rows = [
        ["姓　　名", "张三", "性别", "男", "出生年月\n（ 岁）", "1980.05\n（43岁）"],
        ["入党\n时间", "2001.06", "参加工\n作时间", "2002.07", "健康状况", "健康"],
        [
            "简\n\n历",
            "1998.09--2002.07 四川大学学习\n2002.07--2010.03 县委组织部科员",
            Merged.LEFT,
            Merged.LEFT,
            Merged.LEFT,
            Merged.LEFT,
        ],
    ]
    assert texts(rows) == [
        "姓　　名：张三；性别：男；出生年月（ 岁）：1980.05（43岁）", "入党时间：2001.06；参加工作时间：2002.07；健康状况：健康",
        "简历：1998.09--2002.07 四川大学学习 2002.07--2010.03 县委组织部科员",
    ]  # fmt: skip


def test_two_columns_are_key_and_value_unless_they_have_headers() -> None:
    assert texts([["姓名", "张三"], ["政治面貌", "中共党员"]]) == ["姓名：张三", "政治面貌：中共党员"]
    assert texts([["地区", "人数"], ["湄潭县", "31"], ["晋江市", "40"]]) == [
        "地区：湄潭县；人数：31",
        "地区：晋江市；人数：40",
    ]
    assert texts([["序号", "工作内容"], ["1", "走访慰问"]]) == ["序号：1；工作内容：走访慰问"]


def test_a_table_of_figures_alone_has_no_headers() -> None:
    assert texts([["1", "2", "3"], ["4", "5", "6"]]) == ["1；2；3", "4；5；6"]


def test_years_can_be_headers() -> None:
    assert texts([["指标", "2021年", "2022年"], ["人才总量（万人）", "3.1", "3.4"]]) == [
        "指标：人才总量（万人）；2021年：3.1；2022年：3.4"
    ]


def test_empty_cells_and_repeated_headers_are_left_out() -> None:
    rows = [
        ["姓名", "职务", "单位"],
        ["张三", "", "县府办"],
        ["", "", ""],
        ["姓名", "职务", "单位"],
        ["李四", "科员", None],
    ]
    assert texts(rows) == ["姓名：张三；单位：县府办", "姓名：李四；职务：科员"]


def test_words_that_a_narrow_column_broke_are_joined() -> None:
    rows = [["牵头\n单位", "时间", "联系\n方式"], ["县委\n组织部", "2023年\n6月5日", "Mr\nLi"]]
    assert texts(rows) == ["牵头单位：县委组织部；时间：2023年6月5日；联系方式：Mr Li"]


def test_headers_that_the_format_declares_are_believed() -> None:
    assert texts([["张三", "李四"], ["王五", "赵六"]], header_rows=1) == ["张三：王五；李四：赵六"]


def test_tables_one_below_another_have_headers_of_their_own() -> None:
    rows = [
        ["表1", "", ""], ["姓名", "单位", "职务"], ["张三", "县府办", "主任"], [],
        ["表2"], ["项目名称", "金额", "责任单位"], ["冷库", "30", "县农业农村局"],
    ]  # fmt: skip
    assert texts(rows) == [
        "表1",
        "姓名：张三；单位：县府办；职务：主任",
        "表2",
        "项目名称：冷库；金额：30；责任单位：县农业农村局",
    ]


def test_a_table_that_only_places_text_becomes_paragraphs() -> None:
    rows = [["2023年，全县引进人才31名。\n其中博士3名。"], [""]]
    assert is_layout(rows)
    assert [(line.text, line.row) for line in lines(rows)] == [
        ("2023年，全县引进人才31名。", False),
        ("其中博士3名。", False),
    ]
    assert is_layout([["图", "今年以来，" * 40], ["今年以来，" * 40, "今年以来，" * 40]])


CELLS = st.sampled_from(
    ["", None, Merged.UP, Merged.LEFT, "单位名称", "12.5", "2023年", "县委\n办", "一、甲", "备注：", "长" * 130]
)


@given(st.lists(st.lists(CELLS | st.text(max_size=8), max_size=5), min_size=1, max_size=7), st.booleans())
def test_no_character_of_a_cell_is_lost(rows: list[list[Cell]], has_headers: bool) -> None:
    headers: list[Cell] = ["序号", "姓名", "职务", "联系电话", "说明"]
    found = "".join("".join(text.split()) for text in texts([headers, *rows] if has_headers else [["甲"] * 5, *rows]))
    for row in rows:
        for cell in row:
            if isinstance(cell, str):
                assert "".join(cell.split()) in found
