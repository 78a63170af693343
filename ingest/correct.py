"""Corrects what is known about one document: into the side file of its folder, then into the library."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import CorrectionError, UsageError
from core.schema import IngestReport
from ingest.facts.dates import parse_date
from ingest.facts.side_edit import FORMULA_SIGNS, Target, said_of, write_facts
from ingest.facts.side_file import ARTICLE, COLUMNS, DATE, FILE, NONE, PLACES, TITLE, Correction, Facts
from ingest.inputs import Input, file_source, find_inputs, is_gone
from ingest.pipeline import Ingest
from retriever.library import Library
from retriever.places import Place, gazetteer
from retriever.rows import path_of

CORRECTABLE = tuple(name for name in COLUMNS if name not in (FILE, ARTICLE))
"""The columns of the side file that say something of a text."""


def pairs_of(values: Sequence[str]) -> dict[str, str]:
    """Return corrections that are written as 列=值, by column; checked and dates in ISO form.

    Raises:
        UsageError: there is none, or one of them does not work.
    """
    cells: dict[str, str] = {}
    for pair in values:
        name, sign, value = (part.strip() for part in pair.partition("="))
        if not sign or name not in CORRECTABLE:
            raise UsageError(f"“{pair}”不是可用的更正，请写成 列=值，可用的列有 {'、'.join(CORRECTABLE)}。")
        if name in cells:
            raise UsageError(f"“{name}”给了两次，请只给一次。")
        cells[name] = _checked(name, value)
    if not cells:
        raise UsageError("请用 --set 列=值 写明要更正什么，如 --set 市=达州。")
    return cells


def correct(
    library: Library, ingest: Ingest, document_id: str, cells: Mapping[str, str], *, article: int = 0
) -> IngestReport:
    """Correct a document of a library that is open for writing, or one of its articles, and index its file.

    Args:
        library: the library.
        ingest: reads the file.
        document_id: the document.
        cells: what is to be said, by column of the side file; see `pairs_of`. An empty value takes a correction back.
        article: which article of it, from 1; 0 for all.

    Raises:
        UsageError: there is no such document or article, or a place is not known; nothing was written.
        CorrectionError: the side file cannot be written; it is as it was before.
    """
    database = library.database
    with database.removals() as removals:
        known = removals.present([document_id]).get(document_id)
        if known is None and removals.removed([document_id]):
            raise UsageError("这份文档已移出资料库，请先恢复它，再更正。")
    if known is None:
        raise UsageError(f"资料库里没有编号为“{document_id}”的文档，请核对编号。")
    path = path_of(known.path)
    if is_gone(path):
        raise UsageError(f"“{known.source}”的原文件已不存在，请把它放回原处后再更正。")
    articles = database.articles(document_id)
    if not 0 <= article <= len(articles):
        raise UsageError(f"这份文档有 {len(articles)} 篇，没有第 {article} 篇，请核对。")
    folder = find_inputs([path])[0][0].folder or path.parent
    file = _input(library, known.path, folder)
    number = article or (1 if len(articles) == 1 else 0)
    title = articles[number - 1].title if number else ""
    target = Target(
        file.name_of_text(known.source).replace("\\", "/"), file.name_in_folder, number, title, whole=not article
    )
    _check_places({**said_of(folder, target), **cells}, cells)
    _refuse_shared(library, document_id, target, folder)
    write_facts(folder, target, cells)
    return ingest.run([path])


def _input(library: Library, key: str, folder: Path) -> Input:
    """Return a file as a side file in `folder` sees it."""
    stored = library.database.files([key]).get(key)
    source = stored.source if stored and stored.source else file_source(key, library.database.sources(key))
    return Input(path_of(key), source, folder=folder)


def _checked(name: str, value: str) -> str:
    """Return a value as it is to be written.

    Raises:
        UsageError: it does not work, or Excel would take it for a formula.
    """
    if value.startswith(FORMULA_SIGNS) or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
        raise UsageError(f"“{name}”不能以 =、+、-、@ 开头，也不能含有换行等控制字符，请改写。")
    if name == TITLE and value == NONE:
        raise UsageError("“标题”不能是“无”，请填写标题，或留空以收回更正。")
    if name == DATE and value not in ("", NONE):
        day = parse_date(value)
        if not day:
            raise UsageError(f"“{value}”不是日期，请写成 2024-03-05、2024年3月 或 2024年。")
        return day
    return value


def _check_places(said: Mapping[str, str], cells: Mapping[str, str]) -> None:
    """Refuse places that the gazetteer does not know, or of which one does not lie in the other."""
    for level, name in enumerate(PLACES):
        value = cells.get(name, "")
        if value not in ("", NONE) and not any(_may_be(place, level) for place in gazetteer().named(value)):
            raise UsageError(f"不认识{name}名“{value}”，请写全国行政区划里的名称，如 四川省、达州市、通川区。")
    together = [value for name in PLACES if (value := said.get(name, "")) not in ("", NONE)]
    if any(name in cells for name in PLACES) and together and not gazetteer().named("".join(dict.fromkeys(together))):
        raise UsageError(f"“{'、'.join(together)}”不是同一个地方，请核对省、市、区县。")


def _may_be(place: Place, level: int) -> bool:
    """Whether a place may stand in a column; a municipality may be called a city too, and some cities are districts."""
    if level == 0:
        return not (place.city or place.district)
    return not place.district or place.district.endswith("市") if level == 1 else bool(place.city or place.district)


def _refuse_shared(library: Library, document_id: str, target: Target, folder: Path) -> None:
    """Refuse a row that would correct other texts too, such as a member of an archive with the name of the file."""
    row = Facts(folder, (Correction(1, target.name, "", ((TITLE, "-"),)),))
    if not row.about(target.name, target.title, target.number, target.file):
        raise CorrectionError(f"“{target.name}”这样的文件名不能写进资料信息，请先给文件改名，再索引和更正。")
    files: dict[str, Input] = {}
    for one in library.database.documents_called(target.name.rpartition("/")[2]):
        if one.id == document_id or not path_of(one.path).is_relative_to(folder):
            continue
        if one.path not in files:
            files[one.path] = _input(library, one.path, folder)
        file = files[one.path]
        if row.about(file.name_of_text(one.source), "", 0, file.name_in_folder):
            raise CorrectionError(f"“{one.source}”与它同名，会一起被更正，请先给其中一个文件改名，再索引和更正。")
