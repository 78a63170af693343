"""Writes what is said of one text into the side file of its folder, and leaves all else in it as it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import CorrectionError, ReadError
from ingest.facts.side_file import (
    ARTICLE,
    FILE,
    Correction,
    Facts,
    corrections_in,
    is_of,
    load_facts,
    side_file_name,
)
from ingest.facts.side_table import LARGEST, rows_of, with_cells

FORMULA_SIGNS = tuple("=+-@＝＋－＠")
"""With these, also in full width, a cell begins that Excel takes for a formula."""


@dataclass(frozen=True, slots=True)
class Target:
    """The text that is corrected.

    `name` is that of the text and `file` that of its file, as the side file knows them. `number` is the place of the
    article from 1; 0 stands for the whole file, and `title` is then empty, unless it holds but one article.
    """

    name: str
    file: str
    number: int = 0
    title: str = ""
    whole: bool = True
    """Whether the file is meant, not one article of it."""


def write_facts(folder: Path, target: Target, cells: Mapping[str, str]) -> None:
    """Write cells, by column, into the row of a text; an empty one takes back what was said before.

    The file is replaced at once or not at all. It is read anew before, so that nothing is put in its place that says
    something else of this text than it should, or of any other text than before.

    Raises:
        CorrectionError: the side file is no good, is open in Excel, or cannot be written.
    """
    try:
        before = load_facts(folder)
        path = folder / side_file_name(folder)
        data = path.read_bytes() if path.is_file() else b""
        rows = rows_of(data, path.name) if data else []
        edits, touched = _edits(rows, before, target, cells)
        if not edits:
            return
        new = with_cells(data, path.name, edits)
        after = Facts(folder, tuple(corrections_in(new, path.name)))
    except ReadError as exc:
        raise CorrectionError(str(exc)) from exc
    except OSError as exc:
        raise CorrectionError(_unwritable(folder)) from exc
    if len(new) > LARGEST:
        raise CorrectionError(f"{path.name} 太大，请删去不再需要的行后再更正。")
    if not (_others(before, touched) == _others(after, touched) and _says(after, target, cells)):
        raise CorrectionError(f"{path.name} 的写法特殊，程序不能可靠地修改它，请用 Excel 打开它直接填写。")
    _replace(path, new)


def said_of(folder: Path, target: Target) -> dict[str, str]:
    """Return what the own rows of a text say of it now.

    Raises:
        CorrectionError: the side file is no good.
    """
    try:
        facts = load_facts(folder)
    except ReadError as exc:
        raise CorrectionError(str(exc)) from exc
    return {name: value for c in facts.corrections if _is_own(c, target) for name, value in c.cells}


def _is_own(correction: Correction, target: Target) -> bool:
    """Whether a row is about just this text: the same file, and the same article or no article."""
    if correction.file != target.name:
        return False
    return not correction.article if target.whole else _is_article(correction, target)


def _is_article(correction: Correction, target: Target) -> bool:
    return bool(correction.article) and is_of(correction, target.title, target.number)


def _edits(
    rows: Sequence[Sequence[str]], facts: Facts, target: Target, cells: Mapping[str, str]
) -> tuple[dict[tuple[int, int], str], set[int]]:
    """Return the cells of the table that change, and the numbers of the rows from 1 that they stand in."""
    filled = [number for number, row in enumerate(rows) if any(cell.strip() for cell in row)]
    head_row = filled[0] if filled else len(rows)
    head = [cell.strip() for cell in rows[head_row]] if head_row < len(rows) else []
    while head and not head[-1]:
        head.pop()
    wanted = [FILE, *([] if target.whole else [ARTICLE]), *(name for name in cells if cells[name])]
    columns = {name: column for column, name in enumerate(dict.fromkeys([*head, *wanted]))}
    edits = {(head_row, columns[name]): name for name in wanted if name not in head}

    own = [c for c in facts.corrections if _is_own(c, target)]
    # What is said of the only article of a file would count before what is said of the file.
    above = [c for c in facts.corrections if target.whole and c.file == target.name and _is_article(c, target)]
    row = own[-1].row if own and not _outdone(facts, own[-1], target, cells) else 0
    for correction in (*own, *above):
        left = dict(correction.cells)
        changed = {name: cells[name] if correction.row == row else "" for name in cells}
        changed = {name: value for name, value in changed.items() if value != left.get(name, "")}
        edits |= {(correction.row - 1, columns[name]): value for name, value in changed.items()}
        if changed and not any((left | changed).values()):
            # A row that says nothing any more goes; the others keep their numbers.
            edits |= {(correction.row - 1, column): "" for column in range(len(head))}
    if not row and any(cells.values()):
        row = (filled[-1] if filled else head_row) + 2
        new = {FILE: _harmless(target.name), **({} if target.whole else {ARTICLE: str(target.number)}), **cells}
        edits |= {(row - 1, columns[name]): value for name, value in new.items() if value}
    body = {number + 1 for number, _ in edits if number != head_row}
    return ({} if not body else edits), body


def _outdone(facts: Facts, own: Correction, target: Target, cells: Mapping[str, str]) -> bool:
    """Whether a wider row further down, such as one about a whole archive, would count before the row of the text."""
    later = (c for c in _fitting(facts, target) if c.row > own.row and bool(c.article) == bool(own.article))
    return any(cells.get(name) for c in later for name, _ in c.cells)


def _fitting(facts: Facts, target: Target) -> list[Correction]:
    return facts.about(target.name, target.title, target.number, target.file)


def _says(facts: Facts, target: Target, cells: Mapping[str, str]) -> bool:
    """Whether a text would be read with the cells that were set, and its own rows have none of those taken back."""
    said = {name: value for c in _fitting(facts, target) for name, value in c.cells}
    own = {name for c in facts.corrections if _is_own(c, target) for name, _ in c.cells}
    return all(said.get(name) == value if value else name not in own for name, value in cells.items())


def _others(facts: Facts, touched: set[int]) -> dict[int, str]:
    return {c.row: c.says() for c in facts.corrections if c.row not in touched}


def _harmless(name: str) -> str:
    """Return the name of a file so that Excel takes it for no formula; the side file knows `./` as the same folder."""
    return f"./{name}" if name.startswith(FORMULA_SIGNS) else name


def _replace(path: Path, data: bytes) -> None:
    """Put a new file in the place of an old one, whole or not at all."""
    if any((path.parent / mark).exists() for mark in (f"~${path.name}", f".~lock.{path.name}#")):
        raise CorrectionError(f"{path.name} 正在 Excel 或 WPS 中打开，请先关闭它再更正。")
    path = path.resolve()
    temporary = None
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".orgask-", suffix=".tmp", delete=False) as out:
            temporary = Path(out.name)
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as exc:
        raise CorrectionError(_unwritable(path.parent)) from exc
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(folder: Path) -> str:
    return f"文件夹 {folder} 里的资料信息无法写入，更正没有保存；请检查权限和磁盘空间，并关闭正在使用它的程序后再试。"
