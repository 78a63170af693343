"""Tables of any format as lines, each row readable by itself: 姓名：张三；单位：县委组织部."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from itertools import pairwise

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
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SENTENCE_END = re.compile(r"[。！？!?]")
_CLOSED = re.compile(r"[。！？!?；;]$")
_REMARK = re.compile(r"[（(][^（()）]*[)）]$")
_COLON = re.compile(r"[：:]$")
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
    r"(?:个人)?简历|奖惩情况|年度考核结果|主要(?:事迹|业绩|内容)|备注|(?:单位|推荐|审核|审批|呈报)?意见|申请理由|称谓|熟悉专业有何专长|特长"
)
_HEADING_OF_COLUMN = re.compile(
    r".*(?:名称|姓名|单位|部门|内容|情况|时间|日期|地点|项目|指标|类别|类型|任务|措施|事项|职务|职责|备注|要求|标准|数|额|量|率|值|比|"
    r"金额|人员|责任人|联系人|电话|地区|区域|乡镇|街道|月份|年度|年份|季度|对象|方式|渠道|去向|说明|结果|得分|分值|排名|课程|主题|问题|序号|合计)"
    r"(?:[（(].{1,8}[)）])?"
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
    for block in _blocks(cells):
        if len(block) == 1 and _is_paragraph(cells[block.start]):
            lines.append(Line(_texts(cells[block.start])[0], origin_of(block.start), whole=True))
        else:
            lines.extend(_block_lines(cells, block, origin_of, header_rows))
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


def _block_lines(cells: list[list[Cell]], block: range, origin_of: OriginOf, header_rows: int) -> Iterator[Line]:
    """Yield the lines of one table of a grid that may hold several, one below another."""
    start = block.start
    while start < min(block.stop, block.start + _MOST_CAPTIONS) and _is_caption(cells, start, block.stop):
        text = _joined(_texts(cells[start]))
        if text:
            yield Line(text, origin_of(start), whole=True)
        start += 1
    body = range(start, block.stop)
    count = _header_count(cells, body, header_rows - (start - block.start))
    headers = _headers(cells, body[:count])
    above: list[str] = []
    for index in body[count:]:
        row = cells[index]
        texts, above = _filled_down(row, above)
        if not any(texts) or (count and _repeats_header(cells, body[:count], row)):
            continue
        if not count and len(_texts(row)) == 1:
            yield Line(_texts(row)[0], origin_of(index), whole=True)
            continue
        if not count:
            text = _form_row([text for text in texts if text])
        elif _is_section(row):
            text = _joined(_texts(row))
        else:
            text = _joined([_pair(headers[column], text) for column, text in enumerate(texts) if text])
        yield Line(text, origin_of(index), row=True)
    if count == len(body):
        for index in body:
            if texts := _texts(cells[index]):
                yield Line(_joined(texts), origin_of(index), row=True)


def _blocks(cells: list[list[Cell]]) -> list[range]:
    """Return the tables of a grid, and the paragraphs that stand between them as ranges of one row.

    A new table begins behind an empty row with a caption and a row of headers.
    """
    starts = {0}
    for index, row in enumerate(cells):
        if _is_paragraph(row):
            starts.update((index, index + 1))
    for index in range(1, len(cells) - 2):
        if not _texts(cells[index - 1]) and len(_texts(cells[index])) == 1:
            headers = _texts(cells[index + 1])
            known = sum(bool(_HEADING_OF_COLUMN.fullmatch(text)) for text in headers)
            if len(headers) > 1 and known * 2 > len(headers) and _looks_like_header(cells, index + 1, len(cells)):
                starts.add(index)
    bounds = sorted({*starts, len(cells)})
    return [range(start, end) for start, end in pairwise(bounds)]


def _is_paragraph(row: list[Cell]) -> bool:
    """Whether a row is ordinary text that was written into a sheet, and no row of a table."""
    texts = _texts(row)
    if len(texts) != 1 or row[0] != texts[0]:
        return False
    return len(texts[0]) > _LONGEST_HEADER and bool(len(texts[0]) > _LONG_LINE or _CLOSED.search(texts[0]))


def _is_caption(cells: list[list[Cell]], index: int, stop: int) -> bool:
    """Whether a row over the headers is no part of the table: empty, its name, or a few remarks such as 单位：万元."""
    texts = _texts(cells[index])
    if not texts:
        return True
    width = max((len(_texts(row)) for row in cells[index + 1 : min(stop, index + _FORESIGHT)]), default=0)
    if len(texts) == 1:
        return width > 1 and not _NUMBER.fullmatch(texts[0]) and (cells[index][0] == texts[0] or width > 2)
    return width > len(texts) and all("：" in text or ":" in text for text in texts)


def _header_count(cells: list[list[Cell]], body: range, declared: int) -> int:
    """Return how many of the first rows of a table are headers."""
    if len(body) < 2:
        return 0
    if declared <= 0 and (_is_form(cells, body) or not _looks_like_header(cells, body.start, body.stop)):
        return 0
    count = max(1, min(declared, len(body) - 1))
    while count < len(body) - 1 and _is_second_header(cells[body[count - 1]], cells[body[count]]):
        count += 1
    return count if any(_texts(cells[index]) for index in body[count:]) else 0


def _looks_like_header(cells: list[list[Cell]], index: int, stop: int) -> bool:
    texts = _texts(cells[index])
    stop = min(stop, index + _FORESIGHT)
    following = [len(_texts(row)) for row in cells[index + 1 : stop]]
    width = max(following, default=0)
    if len(texts) < 2 or len(set(texts)) < len(texts) or len(texts) * 2 < width:
        return False
    if any(not _could_be_header(text) for text in texts) or all(_YEAR.search(text) for text in texts):
        return False
    if width > 2 or len(texts) > 2 or any(_ENUMERATION.fullmatch(text) for text in texts):
        return True
    # Two columns are read as key and value, which does no harm to a table with headers, unless it clearly has some.
    second = [_texts(row)[-1] for row in cells[index + 1 : stop] if len(_texts(row)) == 2]
    if second and sum(bool(_NUMBER.fullmatch(text)) for text in second) * 3 >= 2 * len(second):
        return not _LABEL.fullmatch(_closed_up(texts[0])) or bool(_HEADING_OF_COLUMN.fullmatch(texts[1]))
    return all(_HEADING_OF_COLUMN.fullmatch(text) for text in texts)


def _could_be_header(text: str) -> bool:
    if len(text) > _LONGEST_HEADER or _SENTENCE_END.search(text) or _COLON.search(text):
        return False
    return not _NUMBER.fullmatch(text) or bool(_YEAR.fullmatch(text))


def _is_second_header(upper: list[Cell], lower: list[Cell]) -> bool:
    """Whether a row parts the wide headers of the row above it, and leaves the others as they are."""
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    parted = False
    for column in range(width):
        is_wide = _is_open(above[column]) or (column + 1 < width and _is_open(above[column + 1]))
        text = below[column]
        if isinstance(text, str) and text:
            if not is_wide or not _could_be_header(text):
                return False
            parted = parted or _is_open(above[column])
    return parted


def _is_open(cell: Cell) -> bool:
    return cell is Merged.LEFT or not cell


def _headers(cells: list[list[Cell]], rows: range) -> dict[int, str]:
    """Return the header of each column, those of several rows joined by a dot: 引进人数·博士."""
    width = max((len(row) for row in cells), default=0)
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


def _is_form(cells: list[list[Cell]], body: range) -> bool:
    """Whether labels and values take turns in the rows, as in 姓名 | 张三 | 性别 | 男."""
    first = _texts(cells[body.start])
    if len(first) < 2 or not _is_label(first[0]) or _is_label(first[1]):
        return False
    labels = [bool(texts) and _is_label(texts[0]) for index in body if (texts := _texts(cells[index]))]
    return sum(labels) * 2 > len(labels)


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
    if not header:
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
    return (len(row) > 1 and all(cell is Merged.LEFT for cell in row[1:])) or bool(_SECTION.match(texts[0]))


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
