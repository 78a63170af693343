"""The side file with corrections: how it may be written, which texts its rows are about, and what they change."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FileTooLargeError, ReadError
from core.schema import Article, Metadata
from ingest.facts.side_file import Facts, load_facts

META = Metadata(
    "四川省", "达州市", "通川区", "2023", "标题", "总结", "达州日报", ("王明",), "达州日报", "张明远", "人才工作会议"
)


def article(title: str = "通川区人才工作总结", meta: Metadata = META) -> Article:
    return Article("d-0", "d", title, (), 0, 100, meta)


def write(folder: Path, text: str, name: str = "资料信息.csv", encoding: str = "utf-8-sig") -> Facts:
    (folder / name).write_bytes(text.encode(encoding))
    return load_facts(folder)


def sheet(folder: Path, *rows: list[object]) -> Facts:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "资料信息.xlsx")
    return load_facts(folder)


# --- how it may be written --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_excel_may_save_it_in_any_encoding_and_with_any_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = "\r\n".join(
        [delimiter.join(["文件", "体裁", "日期"]), delimiter.join(["总结.docx", "经验材料", "2024/3/5"])]
    )
    corrected = write(tmp_path, text, encoding=encoding).apply(article(), "总结.docx", 1)
    assert (corrected.meta.kind, corrected.meta.date, corrected.meta.date_from) == (
        "经验材料",
        "2024-03-05",
        "补充信息",
    )


def test_a_workbook_does_as_well_with_real_dates_and_numbers(tmp_path: Path) -> None:
    facts = sheet(tmp_path, ["日期", "篇目", "文件"], [date(2024, 3, 5), 2, "总结.docx"], [2022, 1, "总结.docx"])
    assert facts.apply(article(), "总结.docx", 2).meta.date == "2024-03-05"
    assert facts.apply(article(), "总结.docx", 1).meta.date == "2022"


def test_a_workbook_that_claims_a_million_rows_is_refused_at_once(tmp_path: Path) -> None:
    sheet(tmp_path, ["文件", "日期"], ["a.txt", "2024-01-01"])
    path = tmp_path / "资料信息.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    far = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, data in parts.items():
            book.writestr(part, data)
    with pytest.raises(FileTooLargeError, match="200000 行"):
        load_facts(tmp_path)


def test_a_folder_without_one_corrects_nothing(tmp_path: Path) -> None:
    facts = load_facts(tmp_path)
    assert facts.apply(article(), "a.txt", 1) == article()
    assert (facts.fingerprint_of("a.txt"), facts.unused(["a.txt"])) == ("", [])


def test_every_column_changes_its_field(tmp_path: Path) -> None:
    facts = write(
        tmp_path,
        "文件,标题,省,市,区县,日期,体裁,发文单位,作者,来源,讲话人,场合\n"
        "a.txt,新标题,重庆市,,九龙坡区,2021年,讲话,区委组织部,李晓红、赵大海,内部资料,陈晨,座谈会\n",
    )
    corrected = facts.apply(article(), "a.txt", 1)
    assert corrected.title == "新标题"
    assert corrected.meta == Metadata(
        "重庆市",
        "",
        "九龙坡区",
        "2021",
        "补充信息",
        "讲话",
        "区委组织部",
        ("李晓红", "赵大海"),
        "内部资料",
        "陈晨",
        "座谈会",
    )


def test_an_empty_cell_corrects_nothing_and_none_makes_empty(tmp_path: Path) -> None:
    facts = write(tmp_path, "文件,体裁,日期,作者,发文单位\na.txt,,无,无,无\n")
    meta = facts.apply(article(), "a.txt", 1).meta
    assert (meta.kind, meta.date, meta.date_from, meta.authors, meta.issuer) == ("总结", "", "", (), "")


def test_empty_rows_and_columns_without_a_name_at_the_end_do_no_harm(tmp_path: Path) -> None:
    facts = write(tmp_path, "文件,体裁,,\n,,,\na.txt,讲话,,\n\n")
    assert facts.apply(article(), "a.txt", 1).meta.kind == "讲话"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("文件,体裁,单位\na.txt,讲话,x\n", "第 1 行：不认识的列“单位”"),
        ("体裁,日期\n讲话,2024\n", "第 1 行：缺少“文件”列"),
        ("文件,体裁,体裁\na.txt,讲话,通知\n", "“体裁”列出现了两次"),
        ("文件,日期\na.txt,2024\nb.txt,2024年2月30日\n", "第 3 行：“2024年2月30日”不是日期"),
        ("文件,日期\na.txt,去年\n", "第 2 行：“去年”不是日期"),
        ("文件,体裁\n,讲话\n", "第 2 行：没有填写“文件”"),
        ("文件,标题\na.txt,无\n", "第 2 行：“标题”不能是“无”"),
    ],
)
def test_a_mistake_is_named_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        write(tmp_path, text)


def test_two_side_files_in_a_folder_are_one_too_many(tmp_path: Path) -> None:
    sheet(tmp_path, ["文件"])
    with pytest.raises(ReadError, match="请合并成一份"):
        write(tmp_path, "文件\n")


def test_a_damaged_workbook_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "资料信息.xlsx").write_bytes("不是工作簿".encode())
    with pytest.raises(ReadError, match="已损坏或不是 Excel 工作簿"):
        load_facts(tmp_path)


# --- which texts a row is about ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "source", "fits"),
    [
        ("a.txt", "a.txt", True),
        ("a.txt", "ba.txt", False),
        ("a.txt", "通川/a.txt", True),
        ("a.txt", "别处/a.txt", False),
        ("a.txt", "通川/下级/a.txt", False),
        ("下级/a.txt", "通川/下级/a.txt", True),
        (r"下级\a.txt", "通川/下级/a.txt", True),
        ("./a.txt", "a.txt", True),
        ("总结.docx", "包.zip/2023/总结.docx", True),
        ("包.zip/2023/总结.docx", "通川/包.zip/2023/总结.docx", True),
        ("包.zip", "包.zip/2023/总结.docx", True),
        ("#12", "新闻.jsonl#12", True),
        ("#12", "新闻.jsonl#112", False),
        ("新闻.jsonl#12", "通川/新闻.jsonl#12", True),
        ("新闻.jsonl", "新闻.jsonl#12", True),
    ],
)
def test_a_row_names_its_text_by_the_path_in_the_folder(tmp_path: Path, file: str, source: str, fits: bool) -> None:
    folder = tmp_path / "通川"
    folder.mkdir()
    facts = write(folder, f"文件,体裁\n{file},讲话\n")
    assert (facts.apply(article(), source, 1).meta.kind == "讲话") is fits
    assert bool(facts.fingerprint_of(source)) is fits
    assert bool(facts.unused([source])) is not fits


@pytest.mark.parametrize("wanted", ["通川区 人才工作总结", "2", "第2篇", ""])
def test_a_row_may_be_about_one_article_by_title_or_number(tmp_path: Path, wanted: str) -> None:
    facts = write(tmp_path, f"文件,篇目,体裁\na.txt,{wanted},经验材料\n")
    assert facts.apply(article(), "a.txt", 2).meta.kind == "经验材料"
    other = facts.apply(article("别的一篇"), "a.txt", 1)
    assert other.meta.kind == ("总结" if wanted else "经验材料")


def test_what_is_said_of_one_article_counts_before_what_is_said_of_the_file(tmp_path: Path) -> None:
    facts = write(tmp_path, "文件,篇目,体裁\na.txt,2,讲话\na.txt,,通知\n")
    assert [facts.apply(article(), "a.txt", number).meta.kind for number in (1, 2)] == ["通知", "讲话"]


def test_a_row_that_fits_nothing_is_listed(tmp_path: Path) -> None:
    facts = write(tmp_path, "文件,体裁\na.txt,讲话\n3月简抱.docx,简报\n")
    assert facts.unused(["a.txt", "3月简报.docx"]) == ["第 3 行“3月简抱.docx”"]


def test_the_fingerprint_of_a_text_changes_with_its_own_rows_only(tmp_path: Path) -> None:
    before = write(tmp_path, "文件,体裁\na.txt,讲话\nb.txt,通知\n")
    after = write(tmp_path, "文件,体裁\na.txt,讲话\nb.txt,通报\n")
    assert before.fingerprint_of("a.txt") == after.fingerprint_of("a.txt")
    assert before.fingerprint_of("b.txt") != after.fingerprint_of("b.txt")


def test_the_fingerprint_of_an_archive_changes_with_the_rows_of_its_members(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    before = write(tmp_path, "文件,体裁\n总结.docx,讲话\na.txt,讲话\n")
    member = write(tmp_path, "文件,体裁\n总结.docx,通知\na.txt,讲话\n")
    other = write(tmp_path, "文件,体裁\n总结.docx,讲话\na.txt,通知\n")
    assert before.fingerprint_of("包.zip") not in ("", member.fingerprint_of("包.zip"))
    assert before.fingerprint_of("包.zip") == other.fingerprint_of("包.zip")


# --- places -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "cells", "place"),
    [
        ("区县", "九龙坡区", ("重庆市", "", "九龙坡区")),
        ("区县", "达川区", ("四川省", "达州市", "达川区")),
        ("区县", "鼓楼区", ("", "", "鼓楼区")),
        ("区县", "高新区", ("四川省", "达州市", "高新区")),
        ("市,区县", "盐城市,盐都区", ("江苏省", "盐城市", "盐都区")),
        ("市", "遵义市", ("贵州省", "遵义市", "")),
        ("省", "重庆市", ("重庆市", "", "")),
        ("区县", "无", ("四川省", "达州市", "")),
        ("省,市,区县", "无,无,无", ("", "", "")),
        ("省", "四川省", ("四川省", "达州市", "通川区")),
    ],
)
def test_a_corrected_place_never_mixes_two_places(
    tmp_path: Path, columns: str, cells: str, place: tuple[str, str, str]
) -> None:
    meta = write(tmp_path, f"文件,{columns}\na.txt,{cells}\n").apply(article(), "a.txt", 1).meta
    assert (meta.province, meta.city, meta.district) == place


# --- invariants -------------------------------------------------------------------------------------------------


@given(st.text('文件篇目标题日期体裁,\t;\n"#/.a1无2024年月\x00', max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("f")
    try:
        facts = write(folder, "文件," + text, encoding="utf-8")
    except ReadError as exc:
        assert str(exc).endswith("。")
    else:
        assert facts.apply(article(), "a.txt", 1).id == "d-0"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("四川,达州,通川", ("四川省", "达州市", "通川区")),
        (",,通川", ("四川省", "达州市", "通川区")),
        ("重庆市,重庆市,九龙坡区", ("重庆市", "", "九龙坡区")),
        ("江苏,南京市,鼓楼", ("江苏省", "南京市", "鼓楼区")),
        (",,鼓楼区", ("", "", "鼓楼区")),
        ("月亮省,太阳市,", ("月亮省", "太阳市", "")),
    ],
)
def test_a_place_may_be_written_short_or_doubled(tmp_path: Path, row: str, place: tuple[str, str, str]) -> None:
    facts = write(tmp_path, f"文件,省,市,区县\n总结.docx,{row}\n")
    meta = facts.apply(article(meta=Metadata()), "总结.docx", 1).meta
    assert (meta.province, meta.city, meta.district) == place
