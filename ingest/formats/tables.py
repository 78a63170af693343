"""Tables of any format as lines, each row readable by itself: 姓名：张三；单位：县委组织部."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from core.schema import Origin
from ingest.formats.cells import (
    CLOSED,
    COLON,
    LONGEST_HEADER,
    NUMBER,
    Cell,
    Merged,
    Row,
    is_label,
    is_pair_below,
    is_paragraph,
    is_remark,
    is_row_of_numbers,
    is_section,
    texts_of,
)
from ingest.formats.headers import Table, headers_of, repeats_header, side_by_side, tables_in
from ingest.lines import Line

OriginOf = Callable[[int], Origin]
_LONGEST_LABEL = 30
"""Characters: a longer cell that is merged over several rows stands in its first row only."""
_LONG_CELL = 120
"""Characters: cells of that length are paragraphs, not values."""
_NEW_LINE_OF_LIST = re.compile(
    r"[（(]?[一二三四五六七八九十\d]{1,3}(?:[、)）]|[.．](?!\d))|(?:19|20)\d\d(?:[.\-/年]|\s*$)"
)
"""How a line begins that a narrow column did not break off from the one before: an item, an entry of a chronicle."""


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
    parts = side_by_side(cells)
    if len(parts) > 1:
        return [line for part in parts for line in row_lines(part, origin_of, header_rows)]
    lines: list[Line] = []
    for table in tables_in(cells, header_rows):
        lines.extend(_caption_lines(cells, table, origin_of))
        data = list(_data_lines(cells, table, origin_of))
        if not data or (table.captions.start and not _shows_headers(cells, table, data)):
            # Headers that were found by their looks amid data are told in full, also those of empty columns.
            lines.extend(
                Line(_joined(texts), origin_of(i), row=True) for i in table.headers if (texts := texts_of(cells[i]))
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


def _caption_lines(cells: list[list[Cell]], table: Table, origin_of: OriginOf) -> Iterator[Line]:
    for index in table.captions:
        if text := _remarks(texts_of(cells[index])):
            yield Line(text, origin_of(index), whole=True)


def _data_lines(cells: list[list[Cell]], table: Table, origin_of: OriginOf) -> Iterator[Line]:
    headers = headers_of(cells, table.headers)
    above = [cell if isinstance(cell, str) else "" for cell in cells[table.headers[-1]]] if table.headers else []
    for index in table.data:
        row = cells[index]
        texts, above = _filled_down(row, above)
        if not any(texts) or (headers and repeats_header(cells, table.headers, row)):
            continue
        if is_paragraph(row) or (not headers and len(texts_of(row)) == 1):
            yield Line(texts_of(row)[0], origin_of(index), whole=True)
            continue
        if not headers:
            text = _form_row([text for text in texts if text])
        elif is_pair_below(row, len(set(headers.values()))):
            text = _form_row(texts_of(row))
        elif is_section(row) or is_remark(row) or is_row_of_numbers(row):
            text = _remarks(texts_of(row))
        else:
            text = _joined([_pair(headers.get(column, ""), text) for column, text in enumerate(texts) if text])
        yield Line(text, origin_of(index), row=True)


def _shows_headers(cells: list[list[Cell]], table: Table, data: list[Line]) -> bool:
    missing = {text for index in table.headers for text in texts_of(cells[index])}
    for line in data:
        missing = {text for text in missing if text not in line.text}
        if not missing:
            break
    return not missing


def _remarks(texts: list[str]) -> str:
    parts: list[str] = []
    for text in texts:
        if parts and COLON.search(parts[-1]):
            parts[-1] += text
        else:
            parts.append(text)
    return _joined(parts)


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
        labels.append("" if len(text) > _LONGEST_LABEL or NUMBER.fullmatch(text) else text)
    return texts, labels


def _form_row(texts: list[str]) -> str:
    """Return a row without headers: each label with its value, or the cells one after another."""
    if len(texts) == 2 and not NUMBER.fullmatch(texts[0]) and len(texts[0]) <= LONGEST_HEADER:
        return _pair(texts[0], texts[1])
    parts: list[str] = []
    index = 0
    while index < len(texts):
        if is_label(texts[index]) and index + 1 < len(texts) and not is_label(texts[index + 1]):
            parts.append(_pair(texts[index], texts[index + 1]))
            index += 2
        else:
            parts.append(texts[index])
            index += 1
    return _joined(parts)


def _pair(header: str, text: str) -> str:
    if not header or header == text:
        return text
    return header + text if COLON.search(header) else f"{header}：{text}"


def _joined(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        text += part if not text or CLOSED.search(text) else f"；{part}"
    return text


def _paragraphs(cell: Cell) -> list[str]:
    return [line for line in cell.split("\n") if line.strip()] if isinstance(cell, str) else []


def _flat(cell: Cell) -> Cell:
    """Return a cell in one line; what a narrow column had broken is joined again."""
    if not isinstance(cell, str):
        return cell
    text = ""
    for line in (part.strip() for part in cell.splitlines()):
        if text and line:
            apart = (text[-1].isascii() and line[0].isascii()) or CLOSED.search(text) or _NEW_LINE_OF_LIST.match(line)
            text += f" {line}" if apart else line
        else:
            text += line
    return text
