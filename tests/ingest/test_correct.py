"""A correction goes into the side file of the folder, counts at once, and harms nothing else that stands there."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from core.errors import CorrectionError, UsageError
from core.schema import FileState
from retriever.search import Searcher
from tests.office import Office, ordinary_user, report_text, states

TEA = report_text("湄潭县", "茶乡英才", 300)
PORT = report_text("晋江市", "晋才回流", 500)
UNTOLD = report_text("我区", "银杏英才", 900)


@pytest.fixture
def stocked(office: Office) -> Office:
    office.write("a.txt", TEA)
    office.write("下级/c.txt", UNTOLD)
    office.ingest()
    return office


def found_in(office: Office, place: str) -> set[str]:
    with office.reading() as library:
        searcher = Searcher(library, office.encoder)
        return {p.source for p in searcher.search("青年人才", 20, scope=searcher.scope(places=[place]))}


def text_of(office: Office, name: str = "资料信息.csv") -> str:
    return (office.files / name).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


# --- what it does -----------------------------------------------------------------------------------------------


def test_a_corrected_place_and_title_are_found_and_shown_at_once(stocked: Office) -> None:
    document = stocked.document_of("我区“银杏英才”")
    assert found_in(stocked, "四川省") == set()
    report = stocked.correct(
        document.id, "省=四川", "市=达州", "区县=通川", "标题=通川区银杏英才汇报", "日期=2023年5月"
    )
    assert states(report) == {"下级/c.txt": FileState.UPDATED}
    assert found_in(stocked, "四川省") == {"下级/c.txt"}
    best = stocked.search("我区“银杏英才”")[0]
    assert (best.article.title, best.article.meta.place) == ("通川区银杏英才汇报", "四川省达州市通川区")
    assert (best.article.meta.date, best.article.meta.date_from) == ("2023-05", "补充信息")
    assert best.article.document_id == document.id
    assert (stocked.files / "下级/资料信息.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert text_of(stocked, "下级/资料信息.csv").startswith("文件,省,市,区县,标题,日期\nc.txt,四川,达州,通川,")
    assert set(states(stocked.ingest()).values()) == {FileState.SKIPPED}, "the next run finds nothing left to do"


def test_a_correction_is_changed_said_to_be_none_and_taken_back(stocked: Office) -> None:
    document = stocked.document_of("湄潭县“茶乡英才”").id
    told = stocked.search("湄潭县“茶乡英才”")[0].article.meta

    def facts() -> tuple[str, str]:
        found = stocked.search("湄潭县“茶乡英才”")[0].article.meta
        return found.date, found.kind

    stocked.correct(document, "日期=2021-3-5", "体裁=简报")
    stocked.correct(document, "日期=无")
    assert facts() == ("", "简报")
    stocked.correct(document, "日期=2022")
    assert text_of(stocked) == "文件,日期,体裁\na.txt,2022,简报\n"
    stocked.correct(document, "日期=", "体裁=")
    assert facts() == (told.date, told.kind)
    assert text_of(stocked) == "文件,日期,体裁\n"
    stocked.correct(document, "日期=")
    assert text_of(stocked) == "文件,日期,体裁\n"


def test_the_side_file_above_that_counts_already_is_used(stocked: Office) -> None:
    stocked.write("资料信息.csv", "体裁;文件\n讲话;a.txt\n;\n通知;下级/c.txt\n")
    stocked.ingest()
    stocked.correct(stocked.document_of("我区“银杏英才”").id, "日期=2023")
    assert not (stocked.files / "下级/资料信息.csv").exists()
    assert text_of(stocked) == "体裁;文件;日期\n讲话;a.txt\n\n通知;下级/c.txt;2023\n"


def test_a_workbook_is_corrected_as_well(stocked: Office) -> None:
    book = openpyxl.Workbook()
    for row in (["文件", "日期"], ["a.txt", 2022]):
        book.active.append(row)
    book.active["A2"].font = openpyxl.styles.Font(bold=True)
    book.save(stocked.files / "资料信息.xlsx")
    stocked.ingest()
    stocked.correct(stocked.document_of("我区“银杏英才”").id, "区县=盐都区", "日期=2020-01-02")
    sheet = openpyxl.load_workbook(stocked.files / "资料信息.xlsx").active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows == [["文件", "日期", "区县"], ["a.txt", 2022, None], ["下级/c.txt", "2020-01-02", "盐都区"]]
    assert sheet["A2"].font.bold
    assert found_in(stocked, "江苏省") == {"下级/c.txt"}


def with_parts(path: Path, parts: dict[str, bytes], change: tuple[bytes, bytes] = (b"", b"")) -> bytes:
    """Add parts to a workbook, and put something into its first sheet."""
    with zipfile.ZipFile(path) as archive:
        all_parts = {name: archive.read(name) for name in archive.namelist()} | parts
    sheet = "xl/worksheets/sheet1.xml"
    all_parts[sheet] = all_parts[sheet].replace(*change) if change[0] else all_parts[sheet]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in all_parts.items():
            archive.writestr(name, data)
    return path.read_bytes()


LIST_FROM_ANOTHER_SHEET = (
    b'<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    b'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1"/></ext></extLst></worksheet>'
)


@pytest.mark.parametrize(
    ("parts", "change"),
    [
        ({}, (b"</worksheet>", LIST_FROM_ANOTHER_SHEET)),
        ({"xl/drawings/drawing1.xml": b"<a/>"}, (b"", b"")),
        ({"customXml/item1.xml": b"<a/>"}, (b"", b"")),
        ({"xl/media/image1.png": b"x"}, (b"", b"")),
        ({"xl/drawings/vmlDrawing1.vml": b'<x:ClientData ObjectType="Drop"/>'}, (b"", b"")),
    ],
    ids=["drop-down list", "text box", "customXml", "picture", "control"],
)
def test_a_workbook_with_what_would_be_lost_is_left_alone(
    stocked: Office, parts: dict[str, bytes], change: tuple[bytes, bytes]
) -> None:
    path = stocked.files / "资料信息.xlsx"
    book = openpyxl.Workbook()
    for row in (["文件", "日期"], ["a.txt", 2022]):
        book.active.append(row)
    book.save(path)
    before = with_parts(path, parts, change)
    stocked.ingest()
    document = stocked.document_of("我区“银杏英才”").id
    with pytest.raises(CorrectionError, match=r"用 Excel 打开它直接填写。$"):
        stocked.correct(document, "区县=盐都区")
    assert path.read_bytes() == before


def test_notes_lists_and_formatted_words_in_a_workbook_stay(stocked: Office) -> None:
    path = stocked.files / "资料信息.xlsx"
    bold = TextBlock(InlineFont(b=True), "湄潭")
    book = openpyxl.Workbook()
    for row in (["文件", "日期", "标题"], ["a.txt", 2022, CellRichText(bold, "情况汇报")]):
        book.active.append(row)
    book.active["B2"].comment = Comment("待核对", "王")
    choice = DataValidation("list", formula1='"讲话,通知"')
    book.active.add_data_validation(choice)
    choice.add("D2:D9")
    book.save(path)
    with_parts(path, {"xl/calcChain.xml": b"<a/>", "xl/printerSettings/printerSettings1.bin": b"x"})
    stocked.ingest()
    stocked.correct(stocked.document_of("我区“银杏英才”").id, "区县=盐都区")
    sheet = openpyxl.load_workbook(path, rich_text=True).active
    assert sheet["B2"].comment.text == "待核对"
    assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == ["D2:D9"]
    assert str(sheet["C2"].value) == "湄潭情况汇报" and sheet["C2"].value[0].font.b
    assert found_in(stocked, "江苏省") == {"下级/c.txt"}


def test_a_workbook_that_would_lose_what_formulas_say_is_left_alone(stocked: Office) -> None:
    path = stocked.files / "资料信息.xlsx"
    book = openpyxl.Workbook()
    for row in (["文件", "体裁"], ["a.txt", '="讲"&"话"']):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for empty in (b"</f><v />", b"</f><v/>", b"</f><v></v>"):
        parts[sheet] = parts[sheet].replace(empty, "</f><v>讲话</v>".encode())
    parts[sheet] = parts[sheet].replace(b'r="B2"', b'r="B2" t="str"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    stocked.ingest()
    assert stocked.search("湄潭县“茶乡英才”")[0].article.meta.kind == "讲话"
    before = path.read_bytes()
    with pytest.raises(CorrectionError, match="请用 Excel 打开它直接填写"):
        stocked.correct(stocked.document_of("我区“银杏英才”").id, "日期=2020")
    assert path.read_bytes() == before


def test_a_record_and_a_member_of_an_archive_are_corrected_alone(office: Office) -> None:
    records = [{"id": "t", "text": TEA}, {"id": "p", "text": PORT, "source": "闽南内参"}]
    office.write("r.jsonl", "\n".join(json.dumps(record) for record in records))
    with zipfile.ZipFile(office.files / "包.zip", "w") as archive:
        archive.writestr("2023/c.txt", UNTOLD)
    office.ingest()
    for query, kind in (("湄潭县“茶乡英才”", "简报"), ("晋江市“晋才回流”", "讲话"), ("我区“银杏英才”", "通报")):
        assert office.correct(office.document_of(query).id, f"体裁={kind}").failed == 0
        assert office.search(query)[0].article.meta.kind == kind
    assert text_of(office) == "文件,体裁\nr.jsonl#t,简报\n闽南内参,讲话\n包.zip/2023/c.txt,通报\n"


def test_a_single_article_is_corrected_by_its_number(stocked: Office) -> None:
    document = stocked.document_of("湄潭县“茶乡英才”").id
    stocked.correct(document, "体裁=简报", article=1)
    assert text_of(stocked) == "文件,篇目,体裁\na.txt,1,简报\n"
    stocked.correct(document, "体裁=讲话")
    assert stocked.search("湄潭县“茶乡英才”")[0].article.meta.kind == "讲话"
    with pytest.raises(UsageError, match="有 1 篇，没有第 2 篇"):
        stocked.correct(document, "体裁=简报", article=2)


def test_files_of_an_indexed_subfolder_are_named_as_the_side_file_above_knows_them(office: Office) -> None:
    office.write("下级/c.txt", UNTOLD)
    office.write("资料信息.csv", "文件\n")
    office.ingest(office.files / "下级")
    office.correct(office.document_of("我区“银杏英才”").id, "体裁=简报")
    assert office.search("我区“银杏英才”")[0].article.meta.kind == "简报"
    assert text_of(office) == "文件,体裁\n下级/c.txt,简报\n"


# --- what it refuses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["区县=月亮区"], "不认识区县名“月亮区”"),
        (["省=达州"], "不认识省名“达州”"),
        (["省=江苏", "区县=通川区"], "不是同一个地方"),
        (["日期=去年"], "不是日期"),
        (["日期=2024年2月30日"], "不是日期"),
        (["标题=无"], "不能是“无”"),
        (["标题==1+1"], "开头"),
        (["标题=＝1"], "开头"),
        (["发文单位=@SUM(A1)"], "开头"),
        (["作者=-2"], "开头"),
        (["标题=甲\n乙"], "控制字符"),
        (["单位=x"], "可用的列有 标题、省"),
        (["标题"], "列=值"),
        (["体裁=a", "体裁=b"], "给了两次"),
        ([], "--set"),
    ],
)
def test_a_value_that_does_not_work_is_refused_and_nothing_is_written(
    stocked: Office, values: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        stocked.correct(stocked.document_of("湄潭县“茶乡英才”").id, *values)
    assert str(caught.value).endswith("。")
    assert not (stocked.files / "资料信息.csv").exists()


def test_what_would_correct_another_text_too_is_refused(office: Office) -> None:
    office.write("c.txt", TEA)
    with zipfile.ZipFile(office.files / "包.zip", "w") as archive:
        archive.writestr("c.txt", UNTOLD)
    records = [{"text": PORT, "source": "内参"}, {"text": report_text("繁昌区", "墩苗", 9), "source": "内参"}]
    office.write("r.jsonl", "\n".join(json.dumps(record) for record in records))
    office.ingest()
    with pytest.raises(CorrectionError, match=r"包.zip/c.txt.*改名"):
        office.correct(office.document_of("湄潭县“茶乡英才”").id, "体裁=简报")
    with pytest.raises(CorrectionError, match="内参"):
        office.correct(office.document_of("晋江市“晋才回流”").id, "体裁=简报")
    assert not (office.files / "资料信息.csv").exists()
    assert office.correct(office.document_of("我区“银杏英才”").id, "体裁=简报").failed == 0


def test_a_name_that_excel_takes_for_a_formula_is_written_harmless(office: Office) -> None:
    office.write("=1+1.txt", TEA)
    office.ingest()
    document = office.document_of("湄潭县“茶乡英才”").id
    for kind in ("简报", "讲话"):
        office.correct(document, f"体裁={kind}")
        assert office.search("湄潭县“茶乡英才”")[0].article.meta.kind == kind
    assert text_of(office) == "文件,体裁\n./=1+1.txt,讲话\n"


def test_a_folder_that_cannot_be_written_says_so_and_keeps_what_it_has(stocked: Office) -> None:
    document = stocked.document_of("湄潭县“茶乡英才”").id
    stocked.correct(document, "体裁=简报")
    before = text_of(stocked)
    stocked.files.chmod(0o555)
    try:
        with ordinary_user(), pytest.raises(CorrectionError, match="请检查权限"):
            stocked.correct(document, "体裁=讲话")
    finally:
        stocked.files.chmod(0o755)
    assert text_of(stocked) == before
    (stocked.files / "~$资料信息.csv").touch()
    with pytest.raises(CorrectionError, match="请先关闭"):
        stocked.correct(document, "体裁=讲话")
    assert {path.name for path in stocked.files.iterdir()} == {"a.txt", "~$资料信息.csv", "下级", "资料信息.csv"}


@pytest.mark.parametrize("text", ["文件,单位\na.txt,x\n", "文件,日期\na.txt,去年\n"])
def test_a_side_file_that_is_no_good_is_not_overwritten(stocked: Office, text: str) -> None:
    stocked.write("资料信息.csv", text)
    with pytest.raises(CorrectionError):
        stocked.correct(stocked.document_of("湄潭县“茶乡英才”").id, "体裁=简报")
    assert (stocked.files / "资料信息.csv").read_text("utf-8") == text


def test_what_is_not_in_the_library_cannot_be_corrected(stocked: Office) -> None:
    document = stocked.document_of("湄潭县“茶乡英才”").id
    with pytest.raises(UsageError, match="编号为“x”"):
        stocked.correct("x", "体裁=简报")
    stocked.remove(document)
    with pytest.raises(UsageError, match="请先恢复"):
        stocked.correct(document, "体裁=简报")
    stocked.restore(document)
    (stocked.files / "a.txt").unlink()
    with pytest.raises(UsageError, match="原文件已不存在"):
        stocked.correct(document, "体裁=简报")
