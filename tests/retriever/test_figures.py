"""Figures in questions against figures in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.figures import SAME_UNITS, stands_in


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("34次", "全年举办招聘会34场。"),
        ("34场", "共办34余次"),
        ("350名", "引进博士350余人"),
        ("1200万元", "投入1200余万元"),
        ("1200万元", "投入（万元）：1200万"),
        ("34次", "场次：34；岗位：460"),
        ("34", "共34家"),
        ("50万", "投入50余万元"),
        ("300多名", "引进博士300余人"),
        ("12.5%", "增长12.5%"),
    ],
)
def test_a_figure_stands_where_it_is_written_with_its_unit_or_without_one(figure: str, text: str) -> None:
    assert stands_in(figure, text)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("34次", "服务企业34家"),
        ("34次", "共134次、340次、3.34次"),
        ("34次", "服务34万次"),
        ("1200万元", "培训1200人"),
        ("12%", "增长12.5%"),
        ("350名", "没有数字"),
    ],
)
def test_a_figure_does_not_stand_in_another_figure_or_under_another_unit(figure: str, text: str) -> None:
    assert not stands_in(figure, text)


@given(st.integers(10, 99999), st.sampled_from([unit for group in SAME_UNITS for unit in group]))
def test_every_stands_in_itself(value: int, unit: str) -> None:
    assert stands_in(f"{value}{unit}", f"其中{value}{unit}，另有{value + 1}{unit}")
