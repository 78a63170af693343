"""Wishes about the answer before, and questions that only look like them."""

from __future__ import annotations

import pytest

from assistant.commands import Command, Wish, command_of, question_before, without_wishes
from core.schema import Turn


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("再详细点", Command(Wish.DETAIL)),
        ("能不能说得详细一些？", Command(Wish.DETAIL)),
        ("请展开说说", Command(Wish.DETAIL)),
        ("能再详细说说吗？", Command(Wish.DETAIL)),
        ("换成表格", Command(Wish.TABLE)),
        ("能换成表格吗", Command(Wish.TABLE)),
        ("把上面的内容换成表格", Command(Wish.TABLE)),
        ("列个表", Command(Wish.TABLE)),
        ("我只想看2023年的", Command(Wish.YEARS, 2023, 2023)),
        ("那就只看2023 年的", Command(Wish.YEARS, 2023, 2023)),
        ("这是哪一年的？", Command(Wish.DATES)),
        ("请整理成表格形式", Command(Wish.TABLE)),
        ("只看2023年的", Command(Wish.YEARS, 2023, 2023)),
        ("只看２０２３年的", Command(Wish.YEARS, 2023, 2023)),
        ("仅看2021-2023年的资料", Command(Wish.YEARS, 2021, 2023)),
        ("只看2023-2021年的", Command(Wish.YEARS, 2021, 2023)),
        ("只看2022年以后的", Command(Wish.YEARS, 2022, None)),
        ("只看2022年以前的", Command(Wish.YEARS, None, 2022)),
        ("来源是哪一年的？", Command(Wish.DATES)),
        ("这些数据是什么时候的", Command(Wish.DATES)),
    ],
)
def test_a_wish_is_understood(text: str, command: Command) -> None:
    assert command_of(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "具体有哪些措施？",
        "详细介绍一下通川区的人才工作",
        "人才公寓的资料是哪一年的？",
        "那盐都区呢？",
        "2023年有多少人报名？",
    ],
)
def test_a_question_of_its_own_is_no_wish(text: str) -> None:
    assert command_of(text) is None


def test_a_wish_is_about_the_last_question_that_was_none() -> None:
    history = [
        Turn("user", "盐都区有多少人才公寓？"),
        Turn("assistant", "3600多套。"),
        Turn("user", "再详细点"),
        Turn("assistant", "……"),
    ]
    assert question_before(history) == ("盐都区有多少人才公寓？", history[:0], None)
    assert question_before(history[2:]) == ("", (), None)
    assert without_wishes(history) == [history[0], history[1], history[3]]


def test_a_wish_for_years_holds_for_the_wishes_after_it() -> None:
    history = [Turn("user", "盐都区有多少人才公寓？"), Turn("user", "只看2023年的"), Turn("user", "再详细点")]
    assert question_before(history)[2] == Command(Wish.YEARS, 2023, 2023)
    assert question_before(history[:1])[2] is None
