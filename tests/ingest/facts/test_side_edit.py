"""Writing into a side file: what was set is read again, and what stood there of other texts is read as before."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CorrectionError
from core.schema import Article, Metadata
from ingest.facts.side_edit import Target, write_facts
from ingest.facts.side_file import Facts, load_facts

COLUMNS = ("标题", "体裁", "发文单位", "来源", "场合")
FILES = ("a.txt", "下级/b.docx", "新闻.jsonl#3", "包.zip/2023/c.txt")
CELL = st.text('甲乙 ,;\t"，；\n0无', max_size=6).filter(lambda cell: cell.strip() != "无")
ROW = st.tuples(st.sampled_from(FILES), st.sampled_from(["", "1", "第2篇"]), st.lists(CELL, min_size=5, max_size=5))
SET = st.dictionaries(st.sampled_from(COLUMNS), CELL.map(str.strip), min_size=1)


def article(number: int = 1) -> Article:
    return Article(f"d-{number}", "d", "总结", (), 0, 100, Metadata(kind="总结", issuer="达州日报"))


def file_of(name: str) -> str:
    return name.partition("#")[0].partition("/2023")[0]


def read(facts: Facts, name: str, number: int) -> Article:
    return facts.apply(article(number), name, number, file_of(name))


def save(folder: Path, rows: list[list[str]], kind: str) -> None:
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([cell or None for cell in row])
        book.save(folder / "资料信息.xlsx")
        return
    out = io.StringIO()
    csv.writer(out, delimiter="\t" if kind == "tabs" else ",").writerows(rows)
    (folder / "资料信息.csv").write_bytes(out.getvalue().encode("gb18030" if kind == "old" else "utf-8-sig"))


@given(
    st.lists(ROW, max_size=6),
    SET,
    st.sampled_from(FILES),
    st.integers(0, 2),
    st.sampled_from(["csv", "old", "tabs", "xlsx"]),
)
def test_what_was_set_is_read_again_and_all_else_as_before(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, list[str]]],
    cells: dict[str, str],
    name: str,
    number: int,
    kind: str,
) -> None:
    folder = tmp_path_factory.mktemp("f")
    save(folder, [["文件", "篇目", *COLUMNS], *([file, article, *said] for file, article, said in rows)], kind)
    before = load_facts(folder)
    write_facts(folder, Target(name, file_of(name), number, "", whole=not number), cells)
    after = load_facts(folder)
    others = [(file, n) for file in FILES for n in (1, 2, 3) if file != name or (number and n != number)]
    assert [read(after, *other) for other in others] == [read(before, *other) for other in others]
    meant = read(after, name, number or 3)
    for column, value in cells.items():
        if value:
            fields = {"标题": meant.title, "体裁": meant.meta.kind, "发文单位": meant.meta.issuer,
                      "来源": meant.meta.origin, "场合": meant.meta.occasion}  # fmt: skip
            assert fields[column] == value


@given(SET, st.integers(0, 2))
def test_taking_back_leaves_what_the_text_tells_itself(
    tmp_path_factory: pytest.TempPathFactory, cells: dict[str, str], number: int
) -> None:
    folder = tmp_path_factory.mktemp("f")
    target = Target("a.txt", "a.txt", number, "", whole=not number)
    write_facts(folder, target, cells)
    write_facts(folder, target, dict.fromkeys(cells, ""))
    assert load_facts(folder).corrections == ()


def test_a_wider_row_further_down_does_not_outdo_a_correction(tmp_path: Path) -> None:
    (tmp_path / "资料信息.csv").write_text("文件,体裁\n包.zip/2023/c.txt,讲话\n包.zip,简报\n", "utf-8")
    write_facts(tmp_path, Target("包.zip/2023/c.txt", "包.zip"), {"体裁": "通报"})
    facts = load_facts(tmp_path)
    assert read(facts, "包.zip/2023/c.txt", 1).meta.kind == "通报"
    assert read(facts, "包.zip/2023/d.txt", 1).meta.kind == "简报"


def test_a_name_that_cannot_stand_in_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorrectionError, match="请用 Excel 打开它直接填写"):
        write_facts(tmp_path, Target(" a.txt", " a.txt"), {"体裁": "通报"})
    assert list(tmp_path.iterdir()) == []
