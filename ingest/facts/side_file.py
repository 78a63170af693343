"""A side file in which an office corrects what is known about the texts of a folder, written in Excel or as CSV.

Its columns, in any order, as many as are needed: 文件 (always), 篇目 (one article of a file, by title or number), 标题,
省, 市, 区县, 日期, 体裁, 发文单位, 作者, 来源, 讲话人, 场合.
An empty cell corrects nothing; 无 says that there is none.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from core.errors import FileTooLargeError, ReadError
from core.schema import Article, Metadata
from ingest.facts.dates import parse_date
from ingest.facts.side_table import LARGEST, MOST_ROWS, rows_of
from retriever.places import Place, gazetteer
from retriever.text import squeeze

NAMES = ("资料信息.csv", "资料信息.xlsx")
SIDE_FILE = "补充信息"
"""`Metadata.date_from` of a date that a side file tells."""
FILE, ARTICLE, TITLE, DATE, _AUTHORS = "文件", "篇目", "标题", "日期", "作者"
PLACES = ("省", "市", "区县")
_LEVELS = ("province", "city", "district")
COLUMNS = (FILE, ARTICLE, TITLE, *PLACES, DATE, "体裁", "发文单位", _AUTHORS, "来源", "讲话人", "场合")
NONE = "无"
_CONTAINERS = (".zip", ".jsonl")


@dataclass(frozen=True, slots=True)
class Correction:
    """One row: what it says of a text, as written; an empty cell is left out."""

    row: int
    file: str
    article: str
    cells: tuple[tuple[str, str], ...]

    def says(self) -> str:
        """Return all that it says, in one string."""
        return "|".join([self.file, self.article, *(f"{name}={value}" for name, value in self.cells)])


@dataclass(frozen=True)
class Facts:
    """The corrections for the texts of one folder."""

    folder: Path
    corrections: tuple[Correction, ...] = ()

    @cached_property
    def _by_last_name(self) -> dict[str, list[Correction]]:
        """The rows by the end of the path that they give; those that give only a record (#3) under an empty name."""
        table: dict[str, list[Correction]] = defaultdict(list)
        for correction in self.corrections:
            name = "" if correction.file.startswith("#") else correction.file.rpartition("/")[2]
            table[name].append(correction)
        return table

    def _rows_of(self, *names: str) -> list[Correction]:
        """Return the rows about what has these names, in their order."""
        every = [name.replace("\\", "/") for one in names for name in (one, *_containers(one))]
        ends = dict.fromkeys(["", *(name.rpartition("/")[2] for name in every)])
        maybe = (c for end in ends for c in self._by_last_name.get(end, ()))
        fitting = {c.row: c for c in maybe if any(self._names(c, name) for name in names)}
        return [fitting[row] for row in sorted(fitting)]

    def fingerprint_of(self, source: str, file: str = "") -> str:
        """Return a hash of what is said about a text, a file or what is in it; empty where nothing is said.

        Args:
            source: name of the text or the file.
            file: the file that a text stands in, where its own name may not tell.
        """
        is_container = source.lower().endswith(_CONTAINERS)
        about = (c for c in self.corrections if self._is_about(c, source))
        rows = list(about) if is_container else self._rows_of(source, file)
        said = [c.says() for c in rows]
        return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16] if said else ""

    def apply(self, article: Article, source: str, number: int, file: str = "") -> Article:
        """Return an article as corrected.

        Args:
            article: it, with what its text tells.
            source: name of its document for people.
            number: its place among the articles of the document, from 1.
            file: the file that it stands in, where the name of the document may not tell.
        """
        for correction in self.about(source, article.title, number, file):
            article = _corrected(article, dict(correction.cells))
        return article

    def about(self, source: str, title: str, number: int, file: str = "") -> list[Correction]:
        """Return the rows that `apply` follows for an article, in its order; number 0 is none but the whole file."""
        fitting = [c for c in self._rows_of(source, file) if is_of(c, title, number)]
        # What is said of one article counts before what is said of the whole file.
        return sorted(fitting, key=lambda c: bool(c.article))

    def unused(self, sources: Iterable[str]) -> list[str]:
        """Return the rows that fit none of `sources`, such as 第 5 行“3月简报.docx”."""
        used = {c.row for source in sources for c in self._rows_of(source)}
        return [f"第 {c.row} 行“{c.file}”" for c in self.corrections if c.row not in used]

    def _is_about(self, correction: Correction, source: str) -> bool:
        """Whether a row names an archive or a file of records, or something that may be in it."""
        if self._names(correction, source):
            return True
        file = PurePosixPath(correction.file.partition("#")[0])
        return PurePosixPath(source).name in file.parts or not _is_file(self.folder / file)

    def _names(self, correction: Correction, source: str) -> bool:
        """Whether a row is about a source: the end of it, up to folders that lead to the one of the side file."""
        return any(self._leads_to(correction.file, name) for name in (source, *_containers(source)))

    def _leads_to(self, file: str, source: str) -> bool:
        if not source.endswith(file):
            return False
        before = source[: -len(file)]
        if file.startswith("#") or not before:
            return True
        if not before.endswith("/"):
            return False
        parts = PurePosixPath(before).parts
        is_member = any(part.lower().endswith(_CONTAINERS) for part in parts)
        return is_member or self.folder.parts[-len(parts) :] == parts


def _containers(source: str) -> Iterator[str]:
    """Yield the archives or collections that a text lies in."""
    for match in re.finditer(r"\.(?:zip(?=/)|jsonl(?=#))", source, re.IGNORECASE):
        yield source[: match.end()]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def side_file_name(folder: Path) -> str:
    """Return the name of the side file in a folder."""
    return next((name for name in NAMES if _is_file(folder / name)), NAMES[0])


def load_facts(folder: Path) -> Facts:
    """Return the corrections of a folder; none where it has no side file.

    Raises:
        ReadError: the side file cannot be read or has a value that does not work; the message names the row.
    """
    try:
        found = [folder / name for name in NAMES if (folder / name).is_file()]
    except OSError as exc:
        raise ReadError("没有权限打开资料信息所在的文件夹，请修改权限后重试。") from exc
    if len(found) > 1:
        raise ReadError(f"同一文件夹里有多份资料信息（{'、'.join(path.name for path in found)}），请合并成一份。")
    if not found:
        return Facts(folder)
    return Facts(folder, tuple(corrections_in(_read(found[0]), found[0].name)))


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as exc:
        raise ReadError(f"{path.name} 打不开，请检查文件权限或是否正被占用。") from exc
    if data is None:
        raise FileTooLargeError(f"{path.name} 太大，请只保留需要更正的行。")
    return data


def corrections_in(data: bytes, name: str) -> Iterator[Correction]:
    """Yield the rows of a side file by what stands in it.

    Raises:
        ReadError: it cannot be read or has a value that does not work; the message names the row.
    """
    return _corrections(rows_of(data, name), name)


def _corrections(rows: Iterable[list[str]], name: str) -> Iterator[Correction]:
    head: list[str] | None = None
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if number > MOST_ROWS:
            raise FileTooLargeError(f"{name} 超过 {MOST_ROWS} 行，请只保留需要更正的行。")
        if head is None:
            head = _head(cells, number, name)
            continue
        yield _correction(dict(zip(head, cells, strict=False)), number, name)


def _head(cells: Sequence[str], number: int, name: str) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    for cell in cells:
        if cell not in COLUMNS:
            shown = f"“{cell}”" if cell else "没有名称的列"
            raise ReadError(f"{name} 第 {number} 行：不认识的列{shown}，可用的列有 {'、'.join(COLUMNS)}。")
    if twice := next((cell for cell in cells if list(cells).count(cell) > 1), ""):
        raise ReadError(f"{name} 第 {number} 行：“{twice}”列出现了两次，请只保留一列。")
    if FILE not in cells:
        raise ReadError(f"{name} 第 {number} 行：缺少“文件”列，请加上这一列并填写文件名。")
    return list(cells)


def _correction(cells: dict[str, str], number: int, name: str) -> Correction:
    file = re.sub(r"^(?:\./|/)+", "", cells.pop(FILE, "").replace("\\", "/"))
    if not file:
        raise ReadError(f"{name} 第 {number} 行：没有填写“文件”，请填写文件名或删去这一行。")
    article = cells.pop(ARTICLE, "")
    if cells.get(TITLE) == NONE:
        raise ReadError(f"{name} 第 {number} 行：“标题”不能是“无”，请填写标题或留空。")
    given = cells.get(DATE, "")
    if given and given != NONE:
        cells[DATE] = parse_date(given)
        if not cells[DATE]:
            raise ReadError(f"{name} 第 {number} 行：“{given}”不是日期，请写成 2024-03-05、2024年3月 或 2024年。")
    return Correction(number, file, article, tuple((key, value) for key, value in cells.items() if value))


def is_of(correction: Correction, title: str, number: int) -> bool:
    """Whether a row is about an article, by its title or its number from 1, or about all of them."""
    wanted = correction.article
    if not wanted:
        return True
    if counted := re.fullmatch(r"第?\s*(\d+)\s*篇?", wanted):
        return int(counted[1]) == number
    return squeeze(wanted) == squeeze(title)


def _corrected(article: Article, cells: dict[str, str]) -> Article:
    def said(name: str) -> str:
        return "" if cells[name] == NONE else cells[name]

    meta = article.meta
    if changes := {field: said(name) for name, field in zip(PLACES, _LEVELS, strict=True) if name in cells}:
        meta = _placed(changes, meta)
    meta = replace(
        meta,
        kind=said("体裁") if "体裁" in cells else meta.kind,
        issuer=said("发文单位") if "发文单位" in cells else meta.issuer,
        origin=said("来源") if "来源" in cells else meta.origin,
        speaker=said("讲话人") if "讲话人" in cells else meta.speaker,
        occasion=said("场合") if "场合" in cells else meta.occasion,
    )
    if DATE in cells:
        meta = replace(meta, date=said(DATE), date_from=SIDE_FILE if said(DATE) else "")
    if _AUTHORS in cells:
        names = re.split(r"[、,，;；\s]+", said(_AUTHORS))
        meta = replace(meta, authors=tuple(dict.fromkeys(name for name in names if name)))
    return replace(article, meta=meta, title=cells.get(TITLE, article.title))


def _placed(changes: dict[str, str], meta: Metadata) -> Metadata:
    """Correct the place. What lies below a corrected level goes, unless it is said too; what lies above it follows."""
    before = {"province": meta.province, "city": meta.city, "district": meta.district}
    after = before | changes
    changed = [number for number, level in enumerate(_LEVELS) if after[level] != before[level]]
    for level in _LEVELS[changed[0] + 1 :] if changed else ():
        if level not in changes:
            after[level] = ""
    lowest = next((level for level in reversed(_LEVELS) if changes.get(level)), "")
    open_levels = [level for level in _LEVELS[: _LEVELS.index(lowest)] if level not in changes] if lowest else []
    if open_levels:
        called = [p for m in gazetteer().find(after[lowest]) for p in m.places if p.name == after[lowest]]
        fitting = [p for p in called if all(getattr(p, level) == said for level, said in changes.items())]
        if fitting and not any(all(getattr(p, level) == after[level] for level in open_levels) for p in fitting):
            one = fitting[0] if len(fitting) == 1 else Place("")
            after |= {level: getattr(one, level) for level in open_levels}
    # People write 四川 | 达州 | 通川, or 重庆市 twice; a search looks for the names of the divisions.
    known = gazetteer().named("".join(dict.fromkeys(after[level] for level in _LEVELS)))
    if len(known) == 1:
        after = asdict(known[0])
    return replace(meta, province=after["province"], city=after["city"], district=after["district"])
