from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Origin
from ingest.formats.cells import Cell, Merged
from ingest.formats.tables import is_layout, row_lines
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


def grid(text: str) -> list[list[Cell]]:
    """Return the cells of a table drawn as text, where < and ^ are covered by the cell to the left or above."""
    marks: dict[str, Cell] = {"<": Merged.LEFT, "^": Merged.UP}
    return [[marks.get(cell, cell) for cell in row.split("|")] if row else [] for row in text.split("\n")]


@pytest.mark.parametrize("parting", ["二、人才培训|<|<", "二、人才培训", "", "表二 各镇培训||", "\n二、人才培训"])
def test_a_second_table_in_the_same_grid_is_read_under_its_own_headers(parting: str) -> None:
    above = "一、人才引进|<|<\n乡镇|博士|硕士\n青石镇|1|20\n"
    found = texts(grid(f"{above}{parting}\n乡镇|场次|人次\n青石镇|3|150\n柏林镇|2|90"))
    assert found[1] == "乡镇：青石镇；博士：1；硕士：20"
    assert found[-2:] == ["乡镇：青石镇；场次：3；人次：150", "乡镇：柏林镇；场次：2；人次：90"]


def test_a_second_table_may_share_no_header_with_the_first() -> None:
    figures = "一、引进||\n乡镇|博士|硕士\n青石镇|1|20\n二、经费||\n科目|预算|决算\n培训费|30万元|28万元"
    assert texts(grid(figures))[-1] == "科目：培训费；预算：30万元；决算：28万元"
    names = "任务|责任单位|完成时限\n建人才公寓|住建局|6月底前\n二、人员|<|<\n姓名|单位|职务\n张三|县委组织部|科长"
    assert texts(grid(names))[-1] == "姓名：张三；单位：县委组织部；职务：科长"


def test_a_second_table_may_have_headers_of_two_levels() -> None:
    rows = grid(
        "一、引进|<|<|<\n乡镇|引进人数|<|备注\n^|博士|硕士|^\n青石镇|1|20|无\n"
        "二、培训|<|<|<\n乡镇|培训|<|备注\n^|场次|人次|^\n青石镇|3|150|含线上"
    )
    assert texts(rows)[-1] == "乡镇：青石镇；培训·场次：3；培训·人次：150；备注：含线上"


def test_rows_below_a_section_or_an_empty_row_stay_data() -> None:
    offices = "姓名|单位|职务\n张三|县府办|主任\n二、乡镇街道|<|<\n王五|青石镇|组织委员\n\n赵六|柏林街道|办事处主任"
    assert texts(grid(offices))[-2:] == [
        "姓名：王五；单位：青石镇；职务：组织委员",
        "姓名：赵六；单位：柏林街道；职务：办事处主任",
    ]
    tasks = "重点任务|牵头单位|责任单位\n完善考核指标|组织部门|各乡镇\n二、服务保障|<|<\n健全服务内容|人社部门|各街道"
    assert texts(grid(tasks))[-1] == "重点任务：健全服务内容；牵头单位：人社部门；责任单位：各街道"
    figures = "乡镇|博士|硕士\n青石镇|1|20\n二、南片|<|<\n柏林镇|无|暂无\n柳溪镇|3|40"
    assert texts(grid(figures))[-2] == "乡镇：柏林镇；博士：无；硕士：暂无"


def test_the_list_in_a_form_has_headers_of_its_own() -> None:
    rows = grid(
        "姓　名|张三|性别|男\n出生年月|1980.05|民族|汉族\n"
        "家庭主要成员|称谓|姓名|工作单位及职务\n^|妻子|李四|县一中教师\n^|儿子|张小|学生"
    )
    assert texts(rows) == [
        "姓　名：张三；性别：男",
        "出生年月：1980.05；民族：汉族",
        "家庭主要成员；称谓：妻子；姓名：李四；工作单位及职务：县一中教师",
        "家庭主要成员；称谓：儿子；姓名：张小；工作单位及职务：学生",
    ]


@pytest.mark.parametrize(
    ("odd", "shown"),
    [("申报单位（须与单位公章一致，高校院所填写法人单位全称，不得填写内设机构）",) * 2, ("是否为中小学？",) * 2, ("申报单位：", "申报单位")],
)  # fmt: skip
def test_one_odd_header_does_not_cost_the_others(odd: str, shown: str) -> None:
    assert texts(grid(f"序号|{odd}|人数\n1|青石一中|3")) == [f"序号：1；{shown}：青石一中；人数：3"]


def test_equal_headers_each_go_with_their_cells() -> None:
    assert (
        texts(grid("岗位|数量|金额|数量|金额\n教师|3|25|4|36"))[-1]
        == "岗位：教师；数量：3；金额：25；数量：4；金额：36"
    )
    assert texts(grid("姓名|单位|姓名|单位\n甲|一中|乙|二中"))[-1] == "姓名：甲；单位：一中；姓名：乙；单位：二中"


def test_two_columns_of_text_have_headers_where_these_are_clear() -> None:
    assert texts(grid("乡镇|书记\n青石镇|张三\n柏林镇|李四")) == [
        "乡镇：青石镇；书记：张三",
        "乡镇：柏林镇；书记：李四",
    ]
    assert texts(grid("书记|张三\n镇长|李四")) == ["书记：张三", "镇长：李四"]
    assert texts(grid("项目|人才公寓\n地址|城东路\n规模|300套")) == ["项目：人才公寓", "地址：城东路", "规模：300套"]


def test_figures_with_units_are_data_and_no_headers() -> None:
    assert texts(grid("青石镇|12人|20人\n柏林镇|15人|22人")) == ["青石镇；12人；20人", "柏林镇；15人；22人"]
    assert texts(grid("年龄段|35岁及以下|36-45岁\n人数|12人|30人")) == ["年龄段：人数；35岁及以下：12人；36-45岁：30人"]


def test_headers_of_three_levels_are_joined() -> None:
    rows = grid("地区|引进人才|<|<|<\n^|高层次|<|其他|<\n^|博士|硕士|本科|专科\n青石县|3|14|50|62")
    assert texts(rows) == [
        "地区：青石县；引进人才·高层次·博士：3；引进人才·高层次·硕士：14；引进人才·其他·本科：50；引进人才·其他·专科：62"
    ]


def test_a_row_of_units_goes_with_the_headers_and_numbers_of_columns_are_no_figures() -> None:
    assert texts(grid("地区|博士|投入\n|人|万元\n青石县|3|50")) == ["地区：青石县；博士·人：3；投入·万元：50"]
    assert texts(grid("指标|单位|数值\n甲|乙|1\n博士|人|30")) == ["甲；乙；1", "指标：博士；单位：人；数值：30"]


def test_what_stands_above_and_below_the_table_takes_no_headers() -> None:
    rows = grid(
        "填报单位：|县委组织部|日期：|2023年12月\n类别|人数|其中：女|占比（%）\n博士|12|3|5.5\n合计|212|101|45.5\n"
        "填表人：张三||审核人：李四|"
    )
    assert texts(rows) == [
        "填报单位：县委组织部；日期：2023年12月",
        "类别：博士；人数：12；其中：女：3；占比（%）：5.5",
        "类别：合计；人数：212；其中：女：101；占比（%）：45.5",
        "填表人：张三；审核人：李四",
    ]


def test_who_was_absent_heads_no_columns() -> None:
    rows = grid("姓名|笔试|面试\n一、教育局||\n张三|缺考|缺考\n李四|80|85\n二、卫健局||\n王五|未参加|弃权\n赵六|90|88")
    assert texts(rows)[1] == "姓名：张三；笔试：缺考；面试：缺考"
    assert texts(rows)[-2:] == ["姓名：王五；笔试：未参加；面试：弃权", "姓名：赵六；笔试：90；面试：88"]


def test_a_year_may_head_the_column_of_names() -> None:
    rows = grid("2023年度|县管干部|<|科级干部|<\n^|总数|女|总数|女\n青石县|56|12|320|98")
    assert texts(rows) == ["2023年度：青石县；县管干部·总数：56；县管干部·女：12；科级干部·总数：320；科级干部·女：98"]


def test_who_to_ask_below_a_list_takes_no_headers() -> None:
    rows = grid("姓名|单位|职务\n张三|县府办|主任\n\n联系人|李四|\n电话|13800000000|")
    assert texts(rows)[1:] == ["联系人：李四", "电话：13800000000"]


def test_a_date_without_a_name_may_stand_over_the_headers() -> None:
    rows = grid("2023年引才情况表|<|<\n填报单位：县人社局|<|2023年12月31日\n渠道|人数|占比\n公开招聘|50|100%")
    assert texts(rows)[1:] == ["填报单位：县人社局；2023年12月31日", "渠道：公开招聘；人数：50；占比：100%"]


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


def test_a_list_of_people_without_headers_has_none() -> None:
    rows = [["组  长", "张建国", "县委书记"], ["副组长", "李明", "县委副书记、县长"], ["成  员", "王芳", "县委常委"]]
    assert texts(rows) == ["组  长；张建国；县委书记", "副组长；李明；县委副书记、县长", "成  员；王芳；县委常委"]
    assert texts([["张三", "男", "县委组织部", "试用期满"], ["李四", "女", "县委宣传部", ""]]) == [
        "张三；男；县委组织部；试用期满",
        "李四；女；县委宣传部",
    ]


@pytest.mark.parametrize(
    "headers",
    [
        ["单位", "2024-01-31", "2024-02-29", "合计"],
        ["单位", "985", "211", "其他"],
        ["单位", "1", "2", "3"],
    ],
)
def test_days_and_counted_places_may_be_headers(headers: list[str]) -> None:
    first, second, third, fourth = headers
    assert texts([headers, ["县医院", "3", "4", "7"], ["县一中", "8", "9", "5"]]) == [
        f"{first}：县医院；{second}：3；{third}：4；{fourth}：7",
        f"{first}：县一中；{second}：8；{third}：9；{fourth}：5",
    ]


def test_a_form_of_one_row_between_section_rows_is_no_header() -> None:
    rows = [
        ["一、基本情况"], ["姓名", "张三", "性别", "男"], ["二、工作经历"], ["起止时间", "单位", "职务", "证明人"], ["2010-2015", "县医院", "医师", "李四"],
    ]  # fmt: skip
    assert texts(rows) == [
        "一、基本情况", "姓名：张三；性别：男", "二、工作经历", "起止时间：2010-2015；单位：县医院；职务：医师；证明人：李四",
    ]  # fmt: skip
