"""Cells and rows of tables: what each looks like by itself, a label, a value, a remark, a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum


class Merged(Enum):
    """What stands in a grid where a merged cell goes on."""

    LEFT = "left"
    """The cell to the left covers this place too."""
    UP = "up"
    """The cell above covers this place too."""


Cell = str | Merged | None
Row = Sequence[Cell]
LONGEST_HEADER = 30
"""Characters."""
_LONGEST_KEY = 15
_LONG_LINE = 60
NUMBER = re.compile(r"[\d.,，%％‰+\-−—–±~～/:： ()（）]*\d[\d.,，%％‰+\-−—–±~～/:： ()（）]*")
_QUANTITY = (
    r"(?:[万千亿百]?(?:元|人|人次|名|个|家|户|亩|公里|平方米|平方公里|吨|斤|公斤)|万|亿|倍|"
    r"场|次|项|件|篇|条|份|台|辆|套|间|支|所|处|座|天|分|小时|课时|个百分点|[%％‰])"
)
_FIGURE = re.compile(rf"(?:约|近|超)?{NUMBER.pattern}{_QUANTITY}?")
"""A number, also with its unit: 12人, 3.5万元."""
_UNIT = re.compile(rf"[（(]?(?:单位[：:])?{_QUANTITY}[)）]?")
YEAR = re.compile(r"(?:19|20)\d{2}")
_SENTENCE_END = re.compile(r"[。！？!?]")
CLOSED = re.compile(r"[。！？!?；;]$")
_REMARK = re.compile(r"[（(][^（()）]*[)）]$")
COLON = re.compile(r"[：:]$")
_DATE = re.compile(r"(?:19|20)\d{2}年\d{1,2}月(?:\d{1,2}日)?")
_REMARK_WITH_NAME = re.compile(r"[^：:\d]{2,10}(?:：|:(?!\d))")
_NUMBER_OF_COLUMN = re.compile(r"[甲乙丙丁]|[栏列]\s*次|\d{1,2}")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|(?:备?注|说明)[：:]")
ENUMERATION = re.compile(r"序\s*号|编\s*号|排\s*名|名\s*次|No\.?", re.IGNORECASE)
LABEL = re.compile(
    r"姓名|性别|民族|年龄|出生(?:年月日?|日期|地)|籍贯|户籍|照片|(?:入党|入团|工作|任职|参加工作|参加革命工作)时间|"
    r"政治面貌|健康状况|婚姻状况|(?:最高|全日制)?(?:学历|学位|教育)(?:学位)?|在职教育|毕业(?:院校|学校)|毕业院校(?:系)?及专业|(?:所学)?专业|"
    r"(?:现任|拟任|拟免)?(?:职务|职称|职级|岗位)|(?:工作|所在)?单位及职务|(?:所在|工作|申报|填报|推荐|主管|责任|牵头|主办|承办)?(?:单位|部门)(?:名称)?|"
    r"(?:联系)?(?:电话|手机|人|方式)|电子邮箱|邮箱|(?:通讯|家庭|详细)?(?:地址|住址)|邮编|身份证号码?|编号|证件号码|"
    r"(?:填表|申请|起止|活动|会议|填报)?(?:日期|时间|地点)|主题|名称|(?:项目|活动|企业|会议)名称|(?:项目)?负责人|主持人|参加人员|"
    r"(?:个人)?简历|奖惩情况|年度考核结果|主要(?:事迹|业绩|内容)|备注|法定代表人|(?:单位|推荐|审核|审批|呈报)?意见|申请理由|称谓|熟悉专业有何专长|特长"
)
_HEADING_OF_COLUMN = re.compile(
    r".*(?:名称|姓名|单位|部门|内容|情况|时间|日期|地点|项目|指标|类别|类型|任务|措施|事项|职务|职责|备注|要求|标准|数|额|量|率|值|比|"
    r"金额|人员|责任人|联系人|电话|地区|区域|乡镇|街道|月份|年度|年份|季度|对象|方式|渠道|去向|说明|结果|得分|分值|排名|课程|主题|问题|序号|合计)"
    r"(?:[（(].{1,8}[)）])?"
    r"|镇|乡|村|社区|镇街|县|区|县区|区县|科目|博士|硕士|本科|专科|性别|年龄|学历|得票|等次|场次|人次|批次|班次"
)


def is_paragraph(row: list[Cell]) -> bool:
    """Whether a row is ordinary text that was written into a sheet, and no row of a table."""
    texts = texts_of(row)
    if len(texts) != 1 or row[0] != texts[0]:
        return False
    return len(texts[0]) > LONGEST_HEADER and bool(len(texts[0]) > _LONG_LINE or CLOSED.search(texts[0]))


def is_aside(row: list[Cell]) -> bool:
    """Whether a row below others is the name of a table, or a remark, and no data."""
    texts = texts_of(row)
    return is_remark(row) or (len(texts) == 1 and row[0] == texts[0] and not is_value(texts[0]))


def is_remark(row: list[Cell]) -> bool:
    """Whether a row names itself what it tells, as under a table: 填表人：张三 | 审核人： | 李四."""
    texts = texts_of(row)
    if not texts or Merged.UP in row or (len(texts) == 1 and row[0] != texts[0]):
        return False
    if not any(_REMARK_WITH_NAME.match(text) for text in texts):
        return False
    return all(
        _DATE.fullmatch(text) or _REMARK_WITH_NAME.match(text) or (place and COLON.search(texts[place - 1]))
        for place, text in enumerate(texts)
    )


def is_pair_below(row: list[Cell], width: int) -> bool:
    """Whether a row that is narrower than its table is a label with its value, as below a list: 联系人 | 李四."""
    texts = texts_of(row)
    if len(texts) != 2 or width < 3 or row[: len(texts)] != texts:
        return False
    return is_label(texts[0]) and not is_label(texts[1])


def shares_cell(row: list[Cell], other: list[Cell]) -> bool:
    """Whether two rows have the same text in the same column."""
    return any(isinstance(cell, str) and cell and cell == same for cell, same in zip(row, other, strict=False))


def is_heading(text: str) -> bool:
    """Whether a text is a usual name of a column; it may explain itself in brackets: 申报单位（与公章一致）."""
    name = _REMARK.sub("", closed_up(text).rstrip("：:？?"))
    return len(name) <= _LONGEST_KEY and bool(
        _HEADING_OF_COLUMN.fullmatch(name) or LABEL.fullmatch(name) or ENUMERATION.fullmatch(name)
    )


def labels_in(row: list[Cell]) -> int:
    """Return how many texts of a row are labels."""
    return sum(is_label(text) for text in texts_of(row))


def could_be_header(text: str) -> bool:
    """Whether a text is short enough for a header and no sentence."""
    return len(text) <= LONGEST_HEADER and not _SENTENCE_END.search(text) and not COLON.search(text)


def is_value(text: str) -> bool:
    """Whether a text is a figure, also with its unit; a year may as well be a header."""
    return bool(_FIGURE.fullmatch(text)) and not YEAR.fullmatch(text)


def is_row_of_units(row: list[Cell]) -> bool:
    """Whether a row has nothing but units, as below the headers of statistics: 万元 | 人."""
    texts = texts_of(row)
    return len(texts) > 1 and row[0] != texts[0] and all(_UNIT.fullmatch(text) for text in texts)


def is_open(cell: Cell) -> bool:
    """Whether a place is empty or covered by the cell to its left."""
    return cell is Merged.LEFT or not cell


def is_row_of_numbers(row: list[Cell]) -> bool:
    """Whether a row only numbers the columns, as below the headers of statistics: 甲 | 乙 | 1 | 2."""
    texts = texts_of(row)
    return "1" in texts and not texts[0].isdigit() and all(_NUMBER_OF_COLUMN.fullmatch(text) for text in texts)


def is_label(text: str) -> bool:
    """Whether a text is a label such as 姓名 or 填报单位：, whose value stands beside it."""
    label = closed_up(text)
    return bool(LABEL.fullmatch(_REMARK.sub("", label.rstrip("：:")))) or (
        len(label) <= _LONGEST_KEY and bool(COLON.search(label))
    )


def texts_of(row: Sequence[Cell]) -> list[str]:
    """Return the texts of a row, in order."""
    return [cell for cell in row if isinstance(cell, str) and cell]


def is_section(row: Sequence[Cell]) -> bool:
    """Whether a row heads or closes rows of data and has no columns itself: 二、市级部门, 注：数据截至6月底."""
    texts = texts_of(row)
    if len(texts) != 1 or row[0] != texts[0]:
        return False
    is_merged = len(row) > 1 and all(cell is Merged.LEFT for cell in row[1:])
    return is_merged or bool(_SECTION.match(texts[0]) or _SENTENCE_END.search(texts[0][-1]))


def padded(row: list[Cell], width: int) -> list[Cell]:
    """Return a row with empty cells at its end up to a width."""
    return [*row, *[""] * (width - len(row))]


def closed_up(text: str) -> str:
    """Return a label without the spaces that stretch it: 姓　　名."""
    return "".join(text.split())
