"""Names without quotation marks."""

from __future__ import annotations

import pytest

from assistant.phrases import noun_phrases


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("贵州职教中心党委请来讲课的是谁？", "职教中心党委"),
        ("大理市特设岗位有多少个？", "特设岗位"),
        ("台湾延边大学的人说了什么？", "延边大学"),
    ],
)
def test_a_run_of_nouns_may_be_a_name(question: str, name: str) -> None:
    assert name in set(noun_phrases(question))


@pytest.mark.parametrize("question", ["", "？？？", "谁来了？", "2023年有多少人？", "他们怎么样？"])
def test_what_holds_no_two_nouns_holds_no_name(question: str) -> None:
    assert list(noun_phrases(question)) == []
