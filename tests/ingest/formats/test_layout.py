from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.formats.grids import Edge, Grid, aligned_grids, cell_text, ruled_cells, ruled_grids
from ingest.formats.layout import glue, lines_of
from ingest.formats.page import Page
from ingest.formats.runs import Run, is_wide, row_text, rows_of, runs_of, width_of
from tests.ingest.prose import articles

SIZE = 10.0
LEFT, TOP, WIDTH, HEIGHT = 80.0, 110.0, 600.0, 800.0
TEXT = "凤鸣县委组织部着力推动青年人才下沉到农村一线开展志愿服务，形成齐抓共管的工作合力。"


def run(text: str, x: float, y: float, size: float = SIZE) -> Run:
    return Run(text, x, y, x + width_of(text, size), y + size, size)


def wrapped(text: str, columns: int, indent: float = 2.0, hanging: bool = False) -> list[str]:
    """Break a text into lines as word processors do: numbers and words stay whole, no line begins with a closing sign.

    Where signs are `hanging`, those at the end of a line stand beyond its edge.
    """
    lines = [""]
    used = indent
    index = 0
    while index < len(text):
        end = index + 1
        if text[index].isascii() and text[index].isalnum():
            while end < len(text) and text[end].isascii() and (text[end].isalnum() or text[end] in ".%"):
                end += 1
        while end < len(text) and text[end] in "，。、；：！？”’）》":
            end += 1
        word = text[index:end]
        counted = word.rstrip("，。、；：！？”’）》") if hanging else word
        if used + width_of(counted, 1) > columns and lines[-1]:
            lines.append("")
            used = 0
        lines[-1] += word
        used += width_of(word, 1)
        index = end
    return lines


def laid(
    paragraphs: Sequence[str], columns: int = 30, per_page: int = 20, header: str = "", number: str = "",
    indent: float = 2.0, hanging: bool = False,
) -> list[Page]:  # fmt: skip
    """Set paragraphs on pages, the first line of each indented by so many characters."""
    broken = (wrapped(text, columns, indent, hanging) for text in paragraphs)
    lines = [(index == 0, line) for text in broken for index, line in enumerate(text)]
    pages = []
    for start in range(0, len(lines), per_page):
        page = start // per_page + 1
        runs = [
            run(line, LEFT + indent * SIZE * first, TOP + 18 * row)
            for row, (first, line) in enumerate(lines[start : start + per_page])
        ]
        if header:
            runs.insert(0, run(header, LEFT, 50, 8))
        if number:
            runs.append(run(number.format(page), 300, 760, 8))
        pages.append(Page(page, WIDTH, HEIGHT, tuple(runs)))
    return pages


def texts(pages: Sequence[Page]) -> list[str]:
    return [line.text for line in lines_of(pages)]


@settings(max_examples=60, deadline=None)
@given(articles, st.integers(18, 40), st.integers(8, 30))
def test_paragraphs_come_back_whole_from_any_page(paragraphs: list[str], columns: int, per_page: int) -> None:
    assert texts(laid(paragraphs, columns, per_page)) == paragraphs


@settings(max_examples=60, deadline=None)
@given(articles, st.integers(18, 40), st.integers(8, 30), st.sampled_from([0.0, 2.0]))
def test_no_sentence_is_broken_where_lines_end_unevenly(
    paragraphs: list[str], columns: int, per_page: int, indent: float
) -> None:
    lines = [line for text in paragraphs for line in wrapped(text, columns, indent, hanging=True)]
    # The same line at the top of two short pages would be a running title.
    assume(len(set(lines)) == len(lines))
    got = texts(laid(paragraphs, columns, per_page, indent=indent, hanging=True))
    assert "".join(got) == "".join(paragraphs)
    assert [text for text in got if not text.endswith("。")] == []


@settings(max_examples=30, deadline=None)
@given(
    articles.filter(lambda a: sum(map(len, a)) > 400),
    st.sampled_from(["— {} —", "- {} -", "第{}页 共9页", "{}", "{}/9", "·{}·"]),
)
def test_running_titles_and_page_numbers_are_left_out(paragraphs: list[str], number: str) -> None:
    pages = laid(paragraphs, 20, 8, "凤鸣县委组织部 2023年第3期", number)
    assert texts(pages) == paragraphs


@given(
    st.lists(
        st.tuples(st.text("凤鸣县委ab12，。 ", min_size=1, max_size=9), *[st.floats(2_000, 2_900)] * 2), max_size=30
    )
)
def test_no_character_is_lost_or_made(pieces: list[tuple[str, float, float]]) -> None:
    runs = [run(text, x, y) for text, x, y in pieces]
    page = Page(1, 5_000, 5_000, tuple(runs_of(runs)))
    got, wanted = "".join(texts([page])), "".join(text for text, _, _ in pieces)
    assert sorted("".join(got.split())) == sorted("".join(wanted.split()))


def test_a_title_on_two_lines_is_one() -> None:
    runs = [run("中共凤鸣县委组织部关于加强青年人才", 164, 110, 16), run("工作的通知", 260, 134, 16)]
    runs += [run(line, LEFT + 20 * (not i), 180 + 18 * i) for i, line in enumerate(wrapped(TEXT * 3, 44))]
    first, *_ = lines_of([Page(1, WIDTH, HEIGHT, tuple(runs))])
    assert (first.text, first.level) == ("中共凤鸣县委组织部关于加强青年人才工作的通知", 1)


def test_the_head_of_an_official_paper_is_not_its_title() -> None:
    runs = [
        run("凤鸣县教育局文件", 180, 100, 30),
        run("凤教发〔2023〕17号", 260, 160),
        run("关于表彰优秀教师的决定", 200, 200, 18),
    ]
    runs += [run(line, LEFT + 20 * (not i), 250 + 18 * i) for i, line in enumerate(wrapped(TEXT * 2, 44))]
    titles = [line.text for line in lines_of([Page(1, WIDTH, HEIGHT, tuple(runs))]) if line.level == 1]
    assert titles == ["关于表彰优秀教师的决定"]


def test_a_figure_alone_in_the_text_is_no_page_number() -> None:
    paragraphs = ["2023", TEXT]
    assert texts(laid(paragraphs)) == paragraphs


def test_the_first_line_of_each_page_stays_where_it_differs() -> None:
    paragraphs = [f"第{name}组发言人介绍了本组讨论的情况。" for name in "一二三四五六"]
    assert texts(laid(paragraphs, per_page=1)) == paragraphs


BODY = [run(line, LEFT, TOP + 60 + 18 * i) for i, line in enumerate(wrapped(TEXT * 4, 44, 0))]


def headed(*heads: Sequence[Run], body: Sequence[Run] = BODY) -> list[Page]:
    """Return pages of the same text, each below rows of its own."""
    return [Page(number, WIDTH, HEIGHT, (*runs, *body)) for number, runs in enumerate(heads, start=1)]


@pytest.mark.parametrize(
    "heads",
    [
        ("", "", "附件1", "附件2", "附件3", ""),
        ("2020年工作总结", "2021年工作总结", "2022年工作总结", "2023年工作总结"),
        ("编号：1037", "编号：1074", "编号：1102"),
        ("表1", "表2", "表3"),
    ],
)
def test_headings_that_differ_only_in_their_number_are_kept(heads: tuple[str, ...]) -> None:
    got = texts(headed(*([run(head, LEFT, 80)] if head else [] for head in heads)))
    assert [text for text in got if text in heads] == [head for head in heads if head]


@pytest.mark.parametrize("form", ["人才简报 第{}页", "人才简报 3 | {}", "{} 人才简报", "— {} —人才简报"])
@pytest.mark.parametrize("first", [1, 31])
def test_running_titles_may_hold_the_number_of_their_page(form: str, first: int) -> None:
    numbers = range(first, first + 5)
    heads = [[run(form.format(number), LEFT, 80), run(str(number), 300, 760)] for number in numbers]
    assert "".join(texts(headed(*heads))) == TEXT * 20


def test_a_running_title_and_a_number_beside_it_are_left_out() -> None:
    heads = [[run("人才简报", LEFT, 80), run(str(45 + i), 500, 80)] for i in range(4)]
    assert "".join(texts(headed(*heads))) == TEXT * 16


POINTS = [(1, "加强人才工作的组织领导。", 80.0), (9, "完善人才服务的各项措施。", 740.0)]


def test_the_number_of_a_point_at_the_edge_of_a_page_is_kept() -> None:
    rows = [[run(f"（{number}）", LEFT, y), run(text, LEFT + 50, y)] for number, text, y in POINTS]
    page = Page(1, WIDTH, HEIGHT, (*rows[0], *BODY, *rows[1]))
    got = "".join("".join(texts([page])).split())
    assert got == f"（1）{POINTS[0][1]}{TEXT * 4}（9）{POINTS[1][1]}"


def test_figures_at_the_foot_of_a_page_are_kept() -> None:
    total = [run("合计", LEFT, 760), run("36", LEFT + 100, 760), run("（12）", LEFT + 200, 760)]
    assert texts(headed([], body=[*BODY, *total]))[-1].split() == ["合计", "36", "（12）"]
    years = [run(str(year), LEFT, 742.0 + 18 * i) for i, year in enumerate((2021, 2022, 2023))]
    assert "".join(texts(headed([], body=[*BODY, *years]))).endswith("202120222023")


def test_numbered_points_begin_lines_of_their_own() -> None:
    runs = [
        run(text, LEFT, TOP + 18 * i)
        for i, text in enumerate(
            ("一、提高政治站位统一思想认识。", "二、压实工作责任形成工作合力。", "三、严格督导考核确保落实到位。")
        )
    ]
    assert len(texts([Page(1, WIDTH, HEIGHT, tuple(runs))])) == 3


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ("青年", "人才", "青年人才"),
        ("young", "cadres", "young cadres"),
        ("inter-", "national", "international"),
        ("co\u00ad", "operation", "cooperation"),
        ("COVID-", "19", "COVID-19"),
        ("引进12", "86名", "引进1286名"),
        ("使用Python", "编程", "使用Python编程"),
        ("done,", "and", "done, and"),
    ],
)
def test_lines_are_joined_as_their_script_wants(left: str, right: str, joined: str) -> None:
    assert glue(left, right) == joined


def test_characters_become_words_with_spaces_where_they_were() -> None:
    x, pieces = 0.0, []
    for character in "用 AI 办公":
        width = width_of(character, SIZE)
        if character != " ":
            pieces.append(Run(character, x, 0, x + width, SIZE, SIZE))
        x += width
    assert [piece.text for piece in runs_of(pieces)] == ["用AI办公"]
    spread = [run(character, 30.0 * i, 0) for i, character in enumerate("通知")]
    assert row_text(rows_of(runs_of(spread))[0]) == "通知"


def test_raised_figures_stay_in_their_line() -> None:
    pieces = [run("增长明显", 0, 0), Run("1", 40, -2, 43, 4, 6), run("。", 43, 0)]
    assert [piece.text for piece in runs_of(pieces)] == ["增长明显1。"]


def test_characters_below_each_other_are_one_run() -> None:
    pieces = [run(character, 0, 11.0 * i) for i, character in enumerate("组织人事科")]
    assert [piece.text for piece in runs_of(pieces)] == ["组织人事科"]


def lattice(xs: Sequence[float], ys: Sequence[float]) -> list[Edge]:
    return [Edge(xs[0], y, xs[-1], y) for y in ys] + [Edge(x, ys[0], x, ys[-1]) for x in xs]


def test_ruling_lines_make_a_table() -> None:
    cells = [["单位", "人数"], ["县委组织部", "12"]]
    pieces = [run(cell, 105 + 100 * c, 105 + 30 * r) for r, row in enumerate(cells) for c, cell in enumerate(row)]
    tables = ruled_cells(lattice((100, 200, 300), (100, 130, 160)), 2)
    (grid,), rest = ruled_grids(tables, [*pieces, run("表外的文字", 100, 300)])
    assert [list(row) for row in grid.rows] == cells
    assert [piece.text for piece in rest] == ["表外的文字"]


def test_a_line_recognised_across_walls_is_parted() -> None:
    pieces = [run("县委组织部12", 110, 105, 18), run("单位", 110, 135), run("人数", 210, 135)]
    tables = ruled_cells(lattice((100, 200, 300), (100, 130, 160)), 2)
    (grid,), _ = ruled_grids(tables, pieces)
    assert list(grid.rows[0]) == ["县委组织部", "12"]


def test_a_frame_around_a_text_is_no_table() -> None:
    pieces = [run("框里的文字", 110, 110)]
    grids, rest = ruled_grids(ruled_cells(lattice((100, 300), (100, 160)), 2), pieces)
    assert (grids, rest) == ([], pieces)


def table_over_two_pages(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return the rows of a table of which a page holds some and the next page the others."""
    pages = []
    for number, rows in enumerate((first, second), start=1):
        grid = Grid(tuple(tuple(row.split("|")) for row in rows), LEFT, 100, LEFT + 400, 700)
        pages.append(Page(number, WIDTH, HEIGHT, (), (grid,)))
    return texts(pages)


def test_a_row_that_goes_over_the_end_of_a_page_is_one() -> None:
    first = ["序号|措施|责任单位", "1|实施引才计划，每年引进博士100名，|县委组织部"]
    wanted = "序号：1；措施：实施引才计划，每年引进博士100名，支持企业建立工作站。责任单位：县委组织部"
    for second in (["|支持企业建立工作站。|", "2|建设人才驿站。|县住建局"], [first[0], "|支持企业建立工作站。|"]):
        assert table_over_two_pages(first, second)[0] == wanted


def test_rows_under_a_name_that_covers_several_stay_apart_over_pages() -> None:
    first = ["单位|姓名|职务", "县委组织部|张三|科长"]
    assert len(table_over_two_pages(first, ["|李四|副科长", "县教育局|王五|局长"])) == 3


def test_names_in_columns_are_no_table() -> None:
    names = [
        run(name, 100 + 100 * c, 20.0 * r)
        for r, row in enumerate(("张三 李四", "王五 赵六", "周七 吴八"))
        for c, name in enumerate(row.split())
    ]
    assert aligned_grids(names)[0] == []


def test_a_drawing_of_many_lines_is_not_searched_for_tables() -> None:
    assert ruled_cells([Edge(float(i), 0, float(i), 900) for i in range(5_000)], 2) == []


@given(st.text("凤鸣县委，。1.5ab", min_size=1, max_size=60), st.integers(3, 20))
def test_a_wrapped_cell_is_one_line(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    pieces = [run(line, 0, 14.0 * i) for i, line in enumerate(lines)]
    width = max(width_of(line, SIZE) for line in lines) + 0.5 * SIZE
    got = cell_text(pieces, width)
    assert "".join(got.split()) == "".join(text.split())


def test_wide_signs_are_known() -> None:
    assert all(map(is_wide, "县“”—，"))
    assert not any(map(is_wide, "aZ9."))
