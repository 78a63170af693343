from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.fusion import reciprocal_rank_fusion

rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8), max_size=4)


def order(*lists: str, weights: list[float] | None = None) -> str:
    return "".join(key for key, _ in reciprocal_rank_fusion(lists, weights))


def test_one_ranking_stays_as_it_is() -> None:
    assert order("abc") == "abc"


def test_what_both_find_comes_before_what_one_finds_first() -> None:
    assert order("axb", "cxd")[0] == "x"


def test_equals_stand_in_the_order_in_which_they_were_given() -> None:
    assert order("a", "b") == "ab"


def test_a_weight_lets_one_ranking_win() -> None:
    assert order("ab", "ba", weights=[1.0, 2.0]) == "ba"
    assert order("ab", "ba", weights=[2.0, 1.0]) == "ab"


def test_nothing_fuses_to_nothing() -> None:
    assert reciprocal_rank_fusion([]) == reciprocal_rank_fusion([[], []]) == []


def test_a_weight_for_each_ranking_is_demanded() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        reciprocal_rank_fusion(["ab", "ba"], [1.0])


@given(rankings)
def test_every_key_comes_once_best_first(lists: list[list[str]]) -> None:
    fused = reciprocal_rank_fusion(lists)
    assert sorted(key for key, _ in fused) == sorted({key for ranking in lists for key in ranking})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1), rankings)
def test_a_key_that_leads_everywhere_leads_at_the_end(first: list[str], lists: list[list[str]]) -> None:
    led = [["z", *ranking] for ranking in (first, *lists)]
    assert reciprocal_rank_fusion(led)[0][0] == "z"
