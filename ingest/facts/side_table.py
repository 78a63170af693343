"""A side file as a table: its rows as texts, and the file with some cells changed and all else as it was."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from xml.etree.ElementTree import ParseError

from core.errors import CorrectionError, DamagedFileError, FileTooLargeError

LARGEST = 20_000_000
"""Bytes of a side file, and of a sheet in it once unpacked."""
MOST_ROWS = 200_000
_SHEET = ".xlsx"
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom|thumbnail)\.\w+"
    r"|xl/(?:workbook|styles|sharedStrings|calcChain)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/[^/]+\.xml"
    r"|xl/worksheets/(?:[^/]+\.xml|_rels/[^/]+\.rels)|xl/tables/[^/]+\.xml|xl/comments/?[^/]*\.xml"
    r"|xl/drawings/[^/]+\.vml|xl/externalLinks/.+|xl/printerSettings/[^/]+\.bin",
    re.IGNORECASE,
)
_NO_NOTE = re.compile(rb"""ObjectType\s*=\s*["'](?!Note["'])""")
_HARMLESS = "no default style"
"""In a warning of what reads workbooks, that takes nothing away."""


def rows_of(data: bytes, name: str) -> list[list[str]]:
    """Return the rows of a side file as texts.

    Raises:
        ReadError: it is damaged, too large, or no table.
    """
    return _sheet_rows(data, name) if name.lower().endswith(_SHEET) else _csv_rows(data, name)[0]


def with_cells(data: bytes, name: str, cells: Mapping[tuple[int, int], str]) -> bytes:
    """Return a side file with the texts of some cells changed, by row and column from 0; new ones may lie beyond it.

    A CSV file becomes UTF-8 with a byte-order mark, whatever it was; every row keeps its number.

    Raises:
        ReadError: it is damaged, too large, or no table.
        CorrectionError: it is a workbook with something in it that would be lost.
    """
    return _sheet_with(data, name, cells) if name.lower().endswith(_SHEET) else _csv_with(data, name, cells)


def _csv_rows(data: bytes, name: str) -> tuple[list[list[str]], str]:
    """Return the rows and what parts their cells."""
    # Imported here, as is what reads sheets: most folders have no such file.
    from ingest.formats.decode import decode

    text = decode(data).lstrip("\ufeff")
    head = text.partition("\n")[0]
    delimiter = max(",\t;，；", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter)), delimiter
    except csv.Error as exc:
        raise DamagedFileError(f"{name} 不是可用的 CSV 表格，请用 Excel 重新保存后再试。") from exc


def _csv_with(data: bytes, name: str, cells: Mapping[tuple[int, int], str]) -> bytes:
    rows, delimiter = _csv_rows(data, name) if data else ([], ",")
    for (row, column), value in sorted(cells.items()):
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = value
    while rows and not any(rows[-1]):
        rows.pop()
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(row if any(row) else [] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _sheet_with(data: bytes, name: str, cells: Mapping[tuple[int, int], str]) -> bytes:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    out = io.BytesIO()
    try:
        kept = _all_kept(data)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            book = load_workbook(io.BytesIO(data), rich_text=True)
            sheet = book.worksheets[0]
            for (row, column), value in cells.items():
                sheet.cell(row + 1, column + 1).value = value or None
            book.save(out)
    except (
        zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError
    ) as exc:  # fmt: skip
        raise DamagedFileError(f"{name} 不能由程序修改，请用 Excel 打开它直接填写。") from exc
    if not kept or any(_HARMLESS not in str(one.message) for one in told):
        raise CorrectionError(
            f"{name} 里有程序改写时会丢失的内容（如下拉列表、图形、文本框），更正没有保存，请用 Excel 打开它直接填写。"
        )
    return out.getvalue()


def _all_kept(data: bytes) -> bool:
    """Whether a workbook has only parts that are still there when it was written anew, or are made again by Excel."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        # Notes are kept, but other shapes that lie in the same part, such as buttons, are not.
        shapes = (archive.read(name) for name in names if name.lower().endswith(".vml"))
        return all(_KEPT.fullmatch(name) for name in names) and not any(map(_NO_NOTE.search, shapes))


def _sheet_rows(data: bytes, name: str) -> list[list[str]]:
    # Imported here, as is what reads CSV: most folders have no such file.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST:
                raise FileTooLargeError(f"{name} 展开后太大，请只保留需要更正的行。")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What the sheet says of its own size may be anything.
        sheet.reset_dimensions()
        rows: list[list[str]] = []
        for row in sheet.iter_rows(values_only=True):
            if len(rows) == MOST_ROWS:
                raise FileTooLargeError(f"{name} 超过 {MOST_ROWS} 行，请只保留需要更正的行。")
            rows.append([_written(value) for value in row])
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError) as exc:
        raise DamagedFileError(f"{name} 已损坏或不是 Excel 工作簿，请用 Excel 重新保存后再试。") from exc
    return rows


def _written(value: object) -> str:
    """Return the value of a cell as a person wrote it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
