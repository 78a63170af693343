"""How the text of an answer is read: as the page shows it."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from desk.answertext import Item, Line, Listing, Paragraph, Run, Table, blocks, bold_pieces
from ui.markup import answer_html

PIECES = st.sampled_from(
    [
        "甲",
        "34次",
        "**",
        "*",
        "[1]",
        "[2]",
        "[99]",
        "|",
        "---",
        "- ",
        "1. ",
        "  ",
        "\n",
        "\n\n",
        "| ",
        " |",
        "<b>",
        "：",
        "\t",
        "\x00",
    ]
)


def shown(line: Line) -> str:
    return "".join(run.text for run in line)


def test_an_answer_is_read_in_its_parts() -> None:
    text = "**34次**。\n“办了34次”[1]〔原文〕[7]\n\n- 甲\n  - 乙\n3. 丙\n\n| 地方 | 数量 |\n| --- | --- |\n| 通川 | **6**[1] |\n| 单 |"
    assert blocks(text, {1}) == [
        Paragraph(((Run("34次", bold=True), Run("。")), (Run("“办了34次”"), Run("[1]", marker=1), Run("〔原文〕[7]")))),
        Listing((Item((Run("甲"),)), Item((Run("乙"),), nested=True), Item((Run("丙"),), number="3"))),
        Table(
            (
                ((Run("地方"),), (Run("数量"),)),
                ((Run("通川"),), (Run("6", bold=True), Run("[1]", marker=1))),
                ((Run("单"),), ()),
            )
        ),
    ]


def test_what_is_bold_is_found_anywhere_without_its_markers() -> None:
    assert bold_pieces("**34次[1]**。\n\n- **盐都区**：甲\n\n| **a** |\n|--|\n| b |") == ["34次", "盐都区", "a"]


@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_same_characters_are_shown_as_on_the_page(text: str) -> None:
    lines: list[str] = []
    for block in blocks(text, {1, 2}):
        if isinstance(block, Paragraph):
            lines += map(shown, block.lines)
        elif isinstance(block, Listing):
            lines += (shown(item.line) for item in block.items)
        else:
            lines += (shown(cell) for row in block.rows for cell in row)
    page = answer_html(text.replace("\x00", ""), lambda marker: f"[{marker}]" if marker in (1, 2) else "")
    assert "".join("".join(lines).split()) == "".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
