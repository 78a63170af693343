"""Numbered structures are found whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.enumerations import enumerations

NUMERALS = "一二三四五六七八九十"


def items(text: str) -> list[list[str]]:
    return [[text[a:b] for a, b in one.items] for one in enumerations(text, 0, len(text))]


def test_items_inside_a_sentence_end_with_it() -> None:
    assert items("抓好三件事：一是建平台；二是强服务，送上门；三是严考核。此外还有别的。") == [
        ["一是建平台；", "二是强服务，送上门；", "三是严考核。"]
    ]


def test_headings_hold_what_stands_under_them() -> None:
    text = "题目\n一、建平台\n建了三个。\n二、强服务\n（一）送上门\n（二）送到手\n"
    assert items(text) == [["（一）送上门", "（二）送到手"], ["一、建平台\n建了三个。", "二、强服务"]]


def test_a_number_inside_a_word_opens_nothing() -> None:
    assert items("这是统一是非标准的第一步，其二是非常好。") == []


def test_a_gap_ends_a_structure() -> None:
    assert items("一是甲；三是乙；") == []


def test_numbers_of_another_structure_are_no_items() -> None:
    text = "做法：一是甲；二是乙；三是丙。\n成效方面，具体一是丁、二是戊；三是己；四是庚。"
    assert items(text) == [["一是甲；", "二是乙；", "三是丙。"]]


@given(st.lists(st.text("甲乙丙丁戊", min_size=1, max_size=8), min_size=2, max_size=10), st.sampled_from("；。\n"))
def test_none_is_dropped(things: list[str], end: str) -> None:
    text = "做法如下：" + "".join(f"{NUMERALS[i]}是{thing}{end}" for i, thing in enumerate(things))
    [found] = items(text)
    assert [item.rstrip(end) for item in found] == [f"{NUMERALS[i]}是{thing}" for i, thing in enumerate(things)]
