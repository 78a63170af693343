from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from core.errors import DamagedFileError, EmptyFileError, FileTooLargeError, UnsafeFileError
from ingest.formats.ofd import read
from ingest.lines import Limits, Problem, RawText
from tests.ingest.formats.known_text import TITLE, added_share, missing_cells, share_in_order
from tests.ingest.formats.makers_pages import OfdPaper, Paper, encoded, known_ofd, ofd, xml


def text_of(data: bytes, limits: Limits | None = None) -> RawText:
    (text,) = read(data, "简报.ofd", limits or Limits())
    assert isinstance(text, RawText)
    return text


def paragraphs(data: bytes) -> list[str]:
    return [line.text for line in text_of(data).lines]


def page(*lines: str) -> OfdPaper:
    paper = OfdPaper()
    for line in lines:
        paper.paragraph(line)
    return paper


def test_the_known_text_comes_back() -> None:
    text = text_of(known_ofd())
    got = "\n".join(line.text for line in text.lines)
    assert share_in_order(got) >= 0.995
    assert missing_cells(got) == []
    # Only the headers of the table are there more than once; header, footer and numbers of the pages are gone.
    assert "工作简报" not in got
    assert "—1—" not in got.replace(" ", "")
    assert added_share(got) < 0.03
    assert (text.lines[0].text, text.lines[0].level) == (TITLE, 1)
    assert {line.origin.page for line in text.lines} >= {1, 2}
    assert all(line.whole or line.row for line in text.lines)


def test_steps_in_short_form_are_read() -> None:
    paper = OfdPaper(packed=True)
    paper.paragraph("全县新建人才驿站四个，服务青年人才九百人次。")
    assert "g 21 4.6" in "".join(paper.pages[0])
    assert "全县新建人才驿站四个，服务青年人才九百人次。" in paragraphs(ofd(paper.document()))


def test_a_step_count_beyond_all_measure_is_harmless() -> None:
    paper = OfdPaper()
    paper.pages[0].append(
        '<ofd:TextObject ID="1" Boundary="28 60 100 6" Size="4"><ofd:TextCode X="0" Y="4" DeltaX="g 999999999 4">'
        "凤鸣县人才驿站</ofd:TextCode></ofd:TextObject>"
    )
    assert "凤鸣县人才驿站" in paragraphs(ofd(paper.document()))


@pytest.mark.parametrize("steps", ['DeltaX="5.6 5.6"', 'DeltaX="g 2 5.6"', 'DeltaX="0" DeltaY="5.6"'])
def test_the_last_step_holds_for_all_characters_that_follow(steps: str) -> None:
    paper = OfdPaper()
    paper.pages[0].append(
        f'<ofd:TextObject ID="1" Boundary="28 60 100 6" Size="5.6"><ofd:TextCode X="0" Y="5" {steps}>'
        "加强人人参与的人才队伍建设</ofd:TextCode></ofd:TextObject>"
    )
    assert "加强人人参与的人才队伍建设" in paragraphs(ofd(paper.document()))


def test_templates_are_read_and_watermarks_are_not() -> None:
    template, watermark = OfdPaper(), OfdPaper()
    template.text(28, 100, "登记机关（盖章）", 4.6)
    watermark.text(50, 120, "严禁外传", 9)
    made = page("凤鸣县人才工作站登记表。").document("".join(template.pages[0]), watermark="".join(watermark.pages[0]))
    got = "\n".join(paragraphs(ofd(made)))
    assert "登记机关（盖章）" in got
    assert "严禁外传" not in got


def test_text_drawn_twice_to_look_bold_is_read_once() -> None:
    paper = OfdPaper()
    for shift in (0.0, 0.05):
        paper.text(28 + shift, 60, "一、健全人才工作体系", 4.6)
    assert "".join(paragraphs(ofd(paper.document()))).count("健全") == 1


def test_the_same_character_in_another_size_and_place_is_kept() -> None:
    paper = OfdPaper()
    paper.text(60, 60, "三月三日", 3)
    paper.text(100, 100, "三月三日", 5)
    assert "".join(paragraphs(ofd(paper.document()))).count("三月三日") == 2


def test_invisible_text_is_left_out() -> None:
    paper = page("看得见的文字。")
    paper.text(28, 100, "看不见的文字。", 4.6, 'Visible="false"')
    assert "看不见" not in "".join(paragraphs(ofd(paper.document())))


def test_what_is_inside_an_invisible_block_is_left_out() -> None:
    paper = page("看得见的文字。")
    hidden = page("看不见的文字。").pages[0][-1]
    paper.pages[0].append(
        f'<ofd:PageBlock ID="5" Visible="false"><ofd:PageBlock>{hidden}</ofd:PageBlock></ofd:PageBlock>'
    )
    assert "看不见" not in "".join(paragraphs(ofd(paper.document())))


def test_each_of_several_documents_is_a_text() -> None:
    found = list(read(ofd(page("第一份文件。").document(), page("第二份文件。").document()), "合集.ofd", Limits()))
    assert [text.key for text in found if isinstance(text, RawText)] == ["1", "2"]
    assert len({text.source for text in found if isinstance(text, RawText)}) == 2


def test_a_broken_page_is_told_and_the_others_are_read() -> None:
    paper = page("第一页的文字。")
    paper._turn()
    paper.paragraph("第二页的文字。")
    members = paper.document()
    members["Pages/Page_0/Content.xml"] = b"<ofd:Page"
    text, problem = read(ofd(members), "简报.ofd", Limits())
    assert isinstance(text, RawText)
    assert "第二页的文字。" in [line.text for line in text.lines]
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("第 1 页")


def test_a_scanned_page_is_recognised() -> None:
    sheet = Paper()
    sheet.paragraph("全县新建人才驿站四个，服务青年人才九百人次。")
    paper = OfdPaper()
    paper.pages[0].clear()
    paper.picture(200, 0, 0, 210, 297)
    text = text_of(ofd(paper.document(media=[encoded(sheet.scans()[0], "PNG")])))
    assert [line.text for line in text.lines] == ["全县新建人才驿站四个，服务青年人才九百人次。"]
    assert text.notes[0].startswith("文字识别 1 页，平均可信度 0.")


def test_a_file_of_drawings_says_why_it_has_no_text() -> None:
    paper = OfdPaper()
    paper.pages[0].clear()
    paper.path(20, 20, "M 0 0 L 70 0 L 70 30 L 0 30 C")
    with pytest.raises(EmptyFileError, match="没有文字层"):
        text_of(ofd(paper.document()))


def test_a_page_of_drawn_characters_is_told_and_an_empty_form_is_not() -> None:
    paper = page("第一页的文字。")
    for steps in ("M 0 0 Q 3 1 6 4 B 6 5 4 6 2 4 C", "M 0 0 L 70 0 L 70 30 L 0 30 C"):
        paper._turn()
        paper.pages[-1].clear()
        paper.path(20, 20, steps)
    text, problem = read(ofd(paper.document()), "简报.ofd", Limits())
    assert isinstance(text, RawText)
    assert "第一页的文字。" in [line.text for line in text.lines]
    assert isinstance(problem, Problem)
    assert problem.reason.startswith("第 2 页")


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(FileTooLargeError, match="3 页"):
        text_of(
            ofd({"Document.xml": xml("Document", "<ofd:Pages>" + '<ofd:Page BaseLoc="p"/>' * 3 + "</ofd:Pages>")}),
            Limits(max_pages=2),
        )


@pytest.mark.parametrize(
    "members",
    [{}, {"OFD.xml": xml("OFD", "")}, {"OFD.xml": b"<"}, {"OFD.xml": xml("OFD", "<ofd:DocRoot>no</ofd:DocRoot>")}],
)
def test_an_incomplete_file_is_damaged(members: dict[str, bytes]) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(DamagedFileError):
        text_of(made.getvalue())


def test_an_encrypted_file_is_told() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("Encryptions.xml", xml("Encryptions", ""))
    with pytest.raises(DamagedFileError, match="加密"):
        text_of(made.getvalue())


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(UnsafeFileError):
        text_of(ofd({"Document.xml": bomb}))


@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_broken_bytes_end_in_an_error_for_people(damage: str) -> None:
    data = known_ofd()
    with pytest.raises(DamagedFileError):
        text_of(data[: len(data) // 2] if damage == "cut" else b"PK\x03\x04" + bytes(500))
