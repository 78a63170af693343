from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.places import Gazetteer, Place, short_name

XUZHOU = Place("江苏省", "徐州市")


def names(gazetteer: Gazetteer, text: str, *at_home: str) -> list[str]:
    return [mention.name for mention in gazetteer.find(text, at_home)]


def place(gazetteer: Gazetteer, text: str, *context: Place) -> Place:
    [mention] = gazetteer.find(text)
    return gazetteer.resolve(mention, context)


# --- which words are places -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("贵州省", Place("贵州省")),
        ("贵州", Place("贵州省")),
        ("遵义", Place("贵州省", "遵义市")),
        ("湄潭县", Place("贵州省", "遵义市", "湄潭县")),
        ("新疆", Place("新疆维吾尔自治区")),
        ("内蒙古自治区", Place("内蒙古自治区")),
        ("海南", Place("海南省")),
        ("海南州", Place("青海省", "海南藏族自治州")),
        ("恩施州", Place("湖北省", "恩施土家族苗族自治州")),
        ("神农架林区", Place("湖北省", "", "神农架林区")),
        ("浦东新区", Place("上海市", "", "浦东新区")),
        ("景宁畲族自治县", Place("浙江省", "丽水市", "景宁畲族自治县")),
        ("景宁县", Place("浙江省", "丽水市", "景宁畲族自治县")),
        ("石柱县", Place("重庆市", "", "石柱土家族自治县")),
        ("九龙坡", Place("重庆市", "", "九龙坡区")),
    ],
)
def test_full_and_short_names_are_found_with_what_they_lie_in(gazetteer: Gazetteer, text: str, found: Place) -> None:
    assert place(gazetteer, f"近日，{text}召开人才工作会议。") == found


@pytest.mark.parametrize(
    "text",
    [
        "公安机关加强协作", "各位领导、各位来宾", "实现社会长治久安", "壮大朝阳产业", "与阿里巴巴合作", "吸引新乡贤返乡",
        "中心城区更新", "主城区与郊区", "祝大家身体安康", "天下大同", "东方红", "日照充足", "我区、该县、全市", "高新区和开发区",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_places(gazetteer: Gazetteer, text: str) -> None:
    assert names(gazetteer, text) == []


def test_a_name_inside_the_words_around_it_is_found_where_it_stands(gazetteer: Gazetteer) -> None:
    text = "团湄潭县委联合晋江市委组织部开展活动"
    found = gazetteer.find(text)
    assert [mention.name for mention in found] == ["湄潭县", "晋江市"]
    assert all(text[mention.start : mention.end] == mention.name for mention in found)


def test_a_large_name_is_not_taken_for_a_part_of_it(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "吉林省吉林市与吉林") == ["吉林省", "吉林市", "吉林"]


# --- short forms of districts -----------------------------------------------------------------------------------


def test_a_short_form_of_two_characters_counts_only_at_home(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "盐都的做法") == []
    assert names(gazetteer, "盐都的做法", "盐都区") == ["盐都"]
    assert names(gazetteer, "公安部门与公安县") == ["公安", "公安县"]


def test_a_text_that_has_the_full_form_is_home_to_the_short_one(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "湄潭县近日发文，湄潭提出三年目标") == ["湄潭县", "湄潭"]


def test_a_question_may_use_short_forms(gazetteer: Gazetteer) -> None:
    assert [m.name for m in gazetteer.find_in_question("湄潭县和盐都的人才政策有什么不同", [])] == ["湄潭县", "盐都"]
    assert [m.name for m in gazetteer.find_in_question("繁昌引进了多少人才", ["繁昌区"])] == ["繁昌"]


# --- names that several places bear -----------------------------------------------------------------------------


def test_a_name_of_four_districts_is_open_without_context_and_settled_by_it(gazetteer: Gazetteer) -> None:
    [mention] = gazetteer.find("鼓楼区")
    assert {p.city for p in mention.places} == {"南京市", "徐州市", "福州市", "开封市"}
    assert gazetteer.resolve(mention) == Place("", "", "鼓楼区")
    assert gazetteer.resolve(mention, [XUZHOU]) == Place("江苏省", "徐州市", "鼓楼区")
    assert gazetteer.resolve(mention, [Place("江苏省")]) == Place("", "", "鼓楼区"), "two lie in that province"
    assert gazetteer.resolve(mention, [Place("福建省")]) == Place("福建省", "福州市", "鼓楼区")


def test_a_name_of_a_province_and_of_its_city_is_the_province(gazetteer: Gazetteer) -> None:
    assert place(gazetteer, "吉林") == Place("吉林省")


def test_a_district_named_by_an_ordinary_word_counts_with_its_city(gazetteer: Gazetteer) -> None:
    assert place(gazetteer, "洛阳市老城区") == Place("河南省", "洛阳市", "老城区")


# --- containing -------------------------------------------------------------------------------------------------


def test_a_place_contains_itself_and_what_lies_in_it_and_nothing_else() -> None:
    district = Place("江苏省", "徐州市", "鼓楼区")
    assert Place("江苏省").contains(XUZHOU)
    assert Place("江苏省").contains(district)
    assert XUZHOU.contains(district)
    assert XUZHOU.contains(XUZHOU)
    assert not district.contains(XUZHOU)
    assert not XUZHOU.contains(Place("江苏省", "南京市", "鼓楼区"))
    assert not Place("福建省").contains(district)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("九龙坡区", "九龙坡"), ("晋江市", "晋江"), ("广西壮族自治区", "广西"), ("香港特别行政区", "香港"), ("沙县", "沙县"),
        ("恩施土家族苗族自治州", "恩施"), ("景宁畲族自治县", "景宁"), ("双江拉祜族佤族布朗族傣族自治县", "双江"), ("晋江", "晋江"),
    ],
)  # fmt: skip
def test_a_short_name_leaves_out_the_class(name: str, short: str) -> None:
    assert short_name(name) == short


def test_a_place_has_the_name_of_its_smallest_part() -> None:
    assert [Place("江苏省").name, XUZHOU.name, Place("江苏省", "徐州市", "鼓楼区").name] == [
        "江苏省",
        "徐州市",
        "鼓楼区",
    ]


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "湄潭县",
                "徐州市鼓楼区",
                "江苏",
                "景宁县",
                "重庆市江北区",
                "公安",
                "工作",
                "，",
                "的",
                "区",
                "市",
                "中山",
                "长治久安",
            ]
        ),
        max_size=12,
    )
)
def test_mentions_stand_in_order_at_their_own_characters(gazetteer: Gazetteer, pieces: list[str]) -> None:
    text = "".join(pieces)
    end = 0
    for mention in gazetteer.find(text):
        assert end <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.name
        assert mention.places
        end = mention.end
