"""Tables of any format as lines, each row readable by itself: 姓名：张三；单位：县委组织部."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from core.schema import Origin
from ingest.lines import Line


class Merged(Enum):
    """What stands in a grid where a merged cell goes on."""

    LEFT = "left"
    """The cell to the left covers this place too."""
    UP = "up"
    """The cell above covers this place too."""


Cell = str | Merged | None
Row = Sequence[Cell]
OriginOf = Callable[[int], Origin]

_LONGEST_HEADER = 30
"""Characters."""
_LONGEST_LABEL = 30
"""Characters: a longer cell that is merged over several rows stands in its first row only."""
_FORESIGHT = 50
"""Rows that are looked at to tell headers from data, so that a long sheet takes time in proportion to its length."""
_MOST_CAPTIONS = 10
_LONGEST_KEY = 15
_LONG_LINE = 60
_LONG_CELL = 120
"""Characters: cells of that length are paragraphs, not values."""
_NUMBER = re.compile(r"[\d.,，%％‰+\-−—–±~～/:： ()（）]*\d[\d.,，%％‰+\-−—–±~～/:： ()（）]*")
_QUANTITY = (
    r"(?:[万千亿百]?(?:元|人|人次|名|个|家|户|亩|公里|平方米|平方公里|吨|斤|公斤)|万|亿|倍|"
    r"场|次|项|件|篇|条|份|台|辆|套|间|支|所|处|座|天|分|小时|课时|个百分点|[%％‰])"
)
_FIGURE = re.compile(rf"(?:约|近|超)?{_NUMBER.pattern}{_QUANTITY}?")
"""A number, also with its unit: 12人, 3.5万元."""
_UNIT = re.compile(rf"[（(]?(?:单位[：:])?{_QUANTITY}[)）]?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_NOTHING = re.compile(r"[-—–/\\、√×○●…*]+|暂?无|没有|未.{0,3}|不详|待定|同上|略|缺考|缺席|弃权|请假")
_SENTENCE_END = re.compile(r"[。！？!?]")
_CLOSED = re.compile(r"[。！？!?；;]$")
_REMARK = re.compile(r"[（(][^（()）]*[)）]$")
_COLON = re.compile(r"[：:]$")
_DATE = re.compile(r"(?:19|20)\d{2}年\d{1,2}月(?:\d{1,2}日)?")
_REMARK_WITH_NAME = re.compile(r"[^：:\d]{2,10}(?:：|:(?!\d))")
_NUMBER_OF_COLUMN = re.compile(r"[甲乙丙丁]|[栏列]\s*次|\d{1,2}")
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|(?:备?注|说明)[：:]")
_NEW_LINE_OF_LIST = re.compile(
    r"[（(]?[一二三四五六七八九十\d]{1,3}(?:[、)）]|[.．](?!\d))|(?:19|20)\d\d(?:[.\-/年]|\s*$)"
)
"""How a line begins that a narrow column did not break off from the one before: an item, an entry of a chronicle."""
_ENUMERATION = re.compile(r"序\s*号|编\s*号|排\s*名|名\s*次|No\.?", re.IGNORECASE)
_LABEL = re.compile(
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
_POST = re.compile(
    r".{0,4}(?:书记|镇长|乡长|县长|区长|市长|局长|主任|部长|处长|科长|组长|队长|院长|校长|站长|所长|会长|秘书长|委员|"
    r"联络员|指导员|网格员|辅导员|主讲人|讲师)"
)


def row_lines(rows: Sequence[Row], origin_of: OriginOf, header_rows: int = 0) -> list[Line]:
    """Return the lines of a table: its captions, then one line for each row of data, with the headers of its cells.

    Args:
        rows: the grid; an empty place may be "" or None, one that a merged cell covers should be `Merged`.
        origin_of: the place of a row, by its index in `rows`.
        header_rows: how many rows the format declares to be headers; found by their looks where it is 0.
    """
    cells = [[_flat(cell) for cell in row] for row in rows]
    if is_layout(rows):
        return [
            Line(text, origin_of(index), whole=True)
            for index, row in enumerate(rows)
            for cell in row
            for text in _paragraphs(cell)
        ]
    lines: list[Line] = []
    for table in _tables(cells, header_rows):
        lines.extend(_caption_lines(cells, table, origin_of))
        data = list(_data_lines(cells, table, origin_of))
        if not data or (table.captions.start and not _shows_headers(cells, table, data)):
            # Headers that were found by their looks amid data are told in full, also those of empty columns.
            lines.extend(
                Line(_joined(texts), origin_of(i), row=True) for i in table.headers if (texts := _texts(cells[i]))
            )
        lines.extend(data)
    return lines


def is_layout(rows: Sequence[Row]) -> bool:
    """Whether a table only holds ordinary text in place: it has a single column, or cells of whole paragraphs."""
    texts = [[cell for cell in row if isinstance(cell, str) and cell.strip()] for row in rows]
    if all(len(row) <= 1 for row in texts):
        return True
    columns = max(len(row) for row in texts)
    flat = [cell for row in texts for cell in row]
    long = sum(len(cell) > _LONG_CELL for cell in flat)
    return columns <= 2 and long * 2 >= len(flat)


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of one of the tables that a grid holds, one below another."""

    captions: range
    headers: range
    data: range


def _tables(cells: list[list[Cell]], declared: int) -> Iterator[_Table]:
    first = _end_of_captions(cells)
    captions, headers = range(first), range(first, first + _header_count(cells, first, declared - first))
    index = max(headers.stop, first + 1)
    while index < len(cells):
        count = _new_header_count(cells, index, headers)
        if count:
            first = index
            while first > headers.stop and index - first < _MOST_CAPTIONS and _is_aside(cells[first - 1]):
                first -= 1
            yield _Table(captions, headers, range(headers.stop, first))
            captions, headers = range(first, index), range(index, index + count)
        index += count or 1
    yield _Table(captions, headers, range(headers.stop, len(cells)))


def _caption_lines(cells: list[list[Cell]], table: _Table, origin_of: OriginOf) -> Iterator[Line]:
    for index in table.captions:
        if text := _remarks(_texts(cells[index])):
            yield Line(text, origin_of(index), whole=True)


def _data_lines(cells: list[list[Cell]], table: _Table, origin_of: OriginOf) -> Iterator[Line]:
    headers = _headers(cells, table.headers)
    above = [cell if isinstance(cell, str) else "" for cell in cells[table.headers[-1]]] if table.headers else []
    for index in table.data:
        row = cells[index]
        texts, above = _filled_down(row, above)
        if not any(texts) or (headers and _repeats_header(cells, table.headers, row)):
            continue
        if _is_paragraph(row) or (not headers and len(_texts(row)) == 1):
            yield Line(_texts(row)[0], origin_of(index), whole=True)
            continue
        if not headers:
            text = _form_row([text for text in texts if text])
        elif _is_pair_below(row, len(set(headers.values()))):
            text = _form_row(_texts(row))
        elif _is_section(row) or _is_remark(row) or _is_row_of_numbers(row):
            text = _remarks(_texts(row))
        else:
            text = _joined([_pair(headers.get(column, ""), text) for column, text in enumerate(texts) if text])
        yield Line(text, origin_of(index), row=True)


def _shows_headers(cells: list[list[Cell]], table: _Table, data: list[Line]) -> bool:
    missing = {text for index in table.headers for text in _texts(cells[index])}
    for line in data:
        missing = {text for text in missing if text not in line.text}
        if not missing:
            break
    return not missing


def _end_of_captions(cells: list[list[Cell]]) -> int:
    index = captions = 0
    while index < len(cells):
        if not _is_paragraph(cells[index]):
            if captions == _MOST_CAPTIONS or not _is_caption(cells, index):
                break
            captions += 1
        index += 1
    return index


def _is_paragraph(row: list[Cell]) -> bool:
    """Whether a row is ordinary text that was written into a sheet, and no row of a table."""
    texts = _texts(row)
    if len(texts) != 1 or row[0] != texts[0]:
        return False
    return len(texts[0]) > _LONGEST_HEADER and bool(len(texts[0]) > _LONG_LINE or _CLOSED.search(texts[0]))


def _is_caption(cells: list[list[Cell]], index: int) -> bool:
    """Whether a row over the headers is no part of the table: empty, its name, or a few remarks such as 单位：万元."""
    row = cells[index]
    texts = _texts(row)
    if not texts:
        return True
    width = max((len(_texts(row)) for row in cells[index + 1 : index + _FORESIGHT]), default=0)
    if len(texts) == 1:
        return width > 1 and not _NUMBER.fullmatch(texts[0]) and (row[0] == texts[0] or width > 2)
    if width > len(texts) and all("：" in text or ":" in text for text in texts):
        return True
    return _is_remark(row) and index + 1 < len(cells) and _looks_like_header(cells, index + 1)


def _is_aside(row: list[Cell]) -> bool:
    """Whether a row below others is the name of a table, or a remark, and no data."""
    texts = _texts(row)
    return _is_remark(row) or (len(texts) == 1 and row[0] == texts[0] and not _is_value(texts[0]))


def _is_remark(row: list[Cell]) -> bool:
    """Whether a row names itself what it tells, as under a table: 填表人：张三 | 审核人： | 李四."""
    texts = _texts(row)
    if not texts or Merged.UP in row or (len(texts) == 1 and row[0] != texts[0]):
        return False
    if not any(_REMARK_WITH_NAME.match(text) for text in texts):
        return False
    return all(
        _DATE.fullmatch(text) or _REMARK_WITH_NAME.match(text) or (place and _COLON.search(texts[place - 1]))
        for place, text in enumerate(texts)
    )


def _is_pair_below(row: list[Cell], width: int) -> bool:
    """Whether a row that is narrower than its table is a label with its value, as below a list: 联系人 | 李四."""
    texts = _texts(row)
    if len(texts) != 2 or width < 3 or row[: len(texts)] != texts:
        return False
    return _is_label(texts[0]) and not _is_label(texts[1])


def _remarks(texts: list[str]) -> str:
    parts: list[str] = []
    for text in texts:
        if parts and _COLON.search(parts[-1]):
            parts[-1] += text
        else:
            parts.append(text)
    return _joined(parts)


def _header_count(cells: list[list[Cell]], start: int, declared: int) -> int:
    """Return how many rows at the top of the first table are headers."""
    if start > len(cells) - 2 or _is_form(cells, start):
        return 0
    if declared <= 0 and not _looks_like_header(cells, start):
        return 0
    count = _end_of_headers(cells, start + max(1, min(declared, len(cells) - 1 - start))) - start
    return count if any(_texts(row) for row in cells[start + count :]) else 0


def _new_header_count(cells: list[list[Cell]], index: int, present: range) -> int:
    """Return how many rows from this one on are the headers of another table; 0 where the rows of this one go on.

    As data are far more common there, a row must name columns for certain: below a caption or an empty row by the words
    that most tables have or by the figures below it, elsewhere by the headers that it shares with those above.
    """
    row, before = cells[index], cells[index - 1]
    texts = _texts(row)
    shares = any(_shares_cell(row, cells[above]) for above in present)
    is_apart = not _texts(before) or _is_aside(before) or _is_paragraph(before)
    # Below a form, nothing parts the headers of a list from it: 称谓 | 姓名 | 工作单位及职务.
    is_list_in_form = not present and _labels_in(row) >= max(2, len(texts) - 1)
    if len(texts) < 2 or not (shares or is_apart or is_list_in_form) or _repeats_header(cells, present, row):
        return 0
    if any(_is_value(text) or _NOTHING.fullmatch(text) for text in texts) or _is_form(cells, index):
        return 0
    end = _end_of_headers(cells, index + 1)
    below = _following(cells, end)
    if not below or _is_too_narrow(cells, index) or _labels_in(below[0]) * 2 > len(_texts(below[0])):
        return 0
    return end - index if shares or _name_columns(row, below) else 0


def _shares_cell(row: list[Cell], other: list[Cell]) -> bool:
    return any(isinstance(cell, str) and cell and cell == same for cell, same in zip(row, other, strict=False))


def _looks_like_header(cells: list[list[Cell]], index: int) -> bool:
    texts = _texts(cells[index])
    if len(texts) < 2 or any(_is_value(text) for text in texts) or all(_YEAR.search(text) for text in texts):
        return False
    if _is_too_narrow(cells, index):
        return False
    below = _following(cells, _end_of_headers(cells, index + 1))
    odd = sum(not _could_be_header(text) for text in texts)
    if odd or len(set(texts)) < len(texts):
        return odd * 2 < len(texts) and _name_columns(cells[index], below)
    if any(len(_texts(row)) > 2 for row in [cells[index], *below]) or any(_ENUMERATION.fullmatch(t) for t in texts):
        return True
    # Two columns are read as key and value, which does no harm to a table with headers, unless it clearly has some.
    second = [_texts(row)[-1] for row in below if len(_texts(row)) == 2]
    if second and sum(_is_value(text) for text in second) * 3 >= 2 * len(second):
        return not _LABEL.fullmatch(_closed_up(texts[0])) or _is_heading(texts[1])
    return _is_heading(texts[0]) and (_is_heading(texts[1]) or bool(_POST.fullmatch(texts[1])))


def _is_too_narrow(cells: list[list[Cell]], index: int) -> bool:
    """Whether a row has too few texts for the headers of the rows below, and these do not part its cells either."""
    width = max((len(_texts(row)) for row in _following(cells, index + 1)), default=0)
    is_parted = index + 1 < len(cells) and _is_second_header(cells[index], cells[index + 1])
    return len(_texts(cells[index])) * 2 < width and not is_parted


def _following(cells: list[list[Cell]], start: int) -> list[list[Cell]]:
    """Return the next rows that belong together, up to an empty row or one of a single text."""
    rows: list[list[Cell]] = []
    for row in cells[start : start + _FORESIGHT]:
        if len(_texts(row)) > 1:
            rows.append(row)
        elif rows:
            break
    return rows


def _name_columns(row: list[Cell], below: list[list[Cell]]) -> bool:
    """Whether the most texts of a row are known names of columns or stand over figures, at least one for certain."""
    texts = _texts(row)
    over_figures = 0
    for column, cell in enumerate(row):
        values = [text for other in below if column < len(other) and isinstance(text := other[column], str) and text]
        over_figures += bool(cell and isinstance(cell, str) and values and all(_is_value(value) for value in values))
    known = sum(_is_heading(text) for text in texts)
    is_certain = over_figures or _labels_in(row) or any(_ENUMERATION.fullmatch(text) for text in texts)
    return bool(known and is_certain) and (known + over_figures) * 2 > len(texts)


def _is_heading(text: str) -> bool:
    """Whether a text is a usual name of a column; it may explain itself in brackets: 申报单位（与公章一致）."""
    name = _REMARK.sub("", _closed_up(text).rstrip("：:？?"))
    return len(name) <= _LONGEST_KEY and bool(
        _HEADING_OF_COLUMN.fullmatch(name) or _LABEL.fullmatch(name) or _ENUMERATION.fullmatch(name)
    )


def _labels_in(row: list[Cell]) -> int:
    return sum(_is_label(text) for text in _texts(row))


def _could_be_header(text: str) -> bool:
    return len(text) <= _LONGEST_HEADER and not _SENTENCE_END.search(text) and not _COLON.search(text)


def _is_value(text: str) -> bool:
    return bool(_FIGURE.fullmatch(text)) and not _YEAR.fullmatch(text)


def _end_of_headers(cells: list[list[Cell]], index: int) -> int:
    """Return the first row that does not go on with the headers above it; the last row never does."""
    while index < len(cells) - 1 and (
        _is_second_header(cells[index - 1], cells[index]) or _is_row_of_units(cells[index])
    ):
        index += 1
    return index


def _is_row_of_units(row: list[Cell]) -> bool:
    texts = _texts(row)
    return len(texts) > 1 and row[0] != texts[0] and all(_UNIT.fullmatch(text) for text in texts)


def _is_second_header(upper: list[Cell], lower: list[Cell]) -> bool:
    """Whether a row parts the wide headers of the row above it, and leaves the others as they are."""
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    parted = False
    for column in range(width):
        is_wide = _is_open(above[column]) or (column + 1 < width and _is_open(above[column + 1]))
        text = below[column]
        if isinstance(text, str) and text:
            if not is_wide or not _could_be_header(text) or _is_value(text):
                return False
            parted = parted or _is_open(above[column])
    return parted


def _is_open(cell: Cell) -> bool:
    return cell is Merged.LEFT or not cell


def _is_row_of_numbers(row: list[Cell]) -> bool:
    """Whether a row only numbers the columns, as below the headers of statistics: 甲 | 乙 | 1 | 2."""
    texts = _texts(row)
    return "1" in texts and not texts[0].isdigit() and all(_NUMBER_OF_COLUMN.fullmatch(text) for text in texts)


def _headers(cells: list[list[Cell]], rows: range) -> dict[int, str]:
    """Return the header of each column, those of several rows joined by a dot: 引进人数·博士."""
    width = max((len(cells[index]) for index in rows), default=0)
    levels: list[list[str]] = []
    for place, index in enumerate(rows):
        row = _padded(cells[index], width)
        below = _padded(cells[rows[place + 1]], width) if place + 1 < len(rows) else [""] * width
        level: list[str] = []
        for column, cell in enumerate(row):
            goes_on = cell is Merged.LEFT or (not cell and isinstance(below[column], str) and below[column])
            level.append(cell if isinstance(cell, str) and cell else level[-1] if goes_on and level else "")
        levels.append(level)
    return {
        column: "·".join(dict.fromkeys(level[column] for level in levels if level[column])) for column in range(width)
    }


def _repeats_header(cells: list[list[Cell]], headers: range, row: list[Cell]) -> bool:
    """Whether a row is that of the headers again, as at the top of each page."""
    texts = _texts(row)
    return len(texts) > 1 and any(_texts(cells[index]) == texts for index in headers)


def _filled_down(row: list[Cell], above: list[str]) -> tuple[list[str], list[str]]:
    """Return the texts of a row, and those that a cell merged with the next row would go on with.

    A label that covers several rows belongs to each; a figure does not, nor does a long text.
    """
    texts: list[str] = []
    labels: list[str] = []
    for column, cell in enumerate(row):
        inherited = above[column] if column < len(above) else ""
        text = cell if isinstance(cell, str) else inherited if cell is Merged.UP else ""
        texts.append(text)
        labels.append("" if len(text) > _LONGEST_LABEL or _NUMBER.fullmatch(text) else text)
    return texts, labels


def _is_form(cells: list[list[Cell]], start: int) -> bool:
    """Whether labels and values take turns in the rows, as in 姓名 | 张三 | 性别 | 男."""
    rows = [texts for row in cells[start : start + _FORESIGHT] if (texts := _texts(row))]
    if not rows or len(rows[0]) < 2 or not _is_label(rows[0][0]) or _is_label(rows[0][1]):
        return False
    if sum(_is_label(texts[0]) for texts in rows) * 2 > len(rows):
        return True
    takes_turns = len(rows[0]) > 3 and all(_is_label(text) == (not place % 2) for place, text in enumerate(rows[0]))
    return takes_turns and len(rows) > 1 and _is_label(rows[1][0])


def _is_label(text: str) -> bool:
    label = _closed_up(text)
    return bool(_LABEL.fullmatch(_REMARK.sub("", label.rstrip("：:")))) or (
        len(label) <= _LONGEST_KEY and bool(_COLON.search(label))
    )


def _form_row(texts: list[str]) -> str:
    """Return a row without headers: each label with its value, or the cells one after another."""
    if len(texts) == 2 and not _NUMBER.fullmatch(texts[0]) and len(texts[0]) <= _LONGEST_HEADER:
        return _pair(texts[0], texts[1])
    parts: list[str] = []
    index = 0
    while index < len(texts):
        if _is_label(texts[index]) and index + 1 < len(texts) and not _is_label(texts[index + 1]):
            parts.append(_pair(texts[index], texts[index + 1]))
            index += 2
        else:
            parts.append(texts[index])
            index += 1
    return _joined(parts)


def _pair(header: str, text: str) -> str:
    if not header or header == text:
        return text
    return header + text if _COLON.search(header) else f"{header}：{text}"


def _joined(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        text += part if not text or _CLOSED.search(text) else f"；{part}"
    return text


def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell for cell in row if isinstance(cell, str) and cell]


def _is_section(row: Sequence[Cell]) -> bool:
    """Whether a row heads or closes rows of data and has no columns itself: 二、市级部门, 注：数据截至6月底."""
    texts = _texts(row)
    if len(texts) != 1 or row[0] != texts[0]:
        return False
    is_merged = len(row) > 1 and all(cell is Merged.LEFT for cell in row[1:])
    return is_merged or bool(_SECTION.match(texts[0]) or _SENTENCE_END.search(texts[0][-1]))


def _padded(row: list[Cell], width: int) -> list[Cell]:
    return [*row, *[""] * (width - len(row))]


def _closed_up(text: str) -> str:
    """Return a label without the spaces that stretch it: 姓　　名."""
    return "".join(text.split())


def _paragraphs(cell: Cell) -> list[str]:
    return [line for line in cell.split("\n") if line.strip()] if isinstance(cell, str) else []


def _flat(cell: Cell) -> Cell:
    """Return a cell in one line; what a narrow column had broken is joined again."""
    if not isinstance(cell, str):
        return cell
    text = ""
    for line in (part.strip() for part in cell.splitlines()):
        if text and line:
            apart = (text[-1].isascii() and line[0].isascii()) or _CLOSED.search(text) or _NEW_LINE_OF_LIST.match(line)
            text += f" {line}" if apart else line
        else:
            text += line
    return text
