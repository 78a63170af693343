from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.places import _ORDINARY_NAMES, Gazetteer, Place, _divisions, short_name

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
        "重大理论问题", "伟大理想", "创新县域经济", "提高县级机关效能", "召开县委常委会", "到达县城", "东区与西区", "建设新城区", "在通化解矛盾上",
        "各自贡献力量", "任县委书记", "三明确一落实", "江北区域协同", "文山会海", "巩固原有成果", "全市中区县一级", "经开区、经济技术开发区",
        "统筹乡村振兴和县域经济", "提高服务水平和县域治理", "推动科技创新和县域产业", "依靠人民和县委", "统筹公共和县级财政",
        "实施创新兴县战略", "报省公安县局备案", "创建平安区县", "缔结友好区县", "完成安县任务", "人才安居区别对待", "引江东区改造",
        "沿海城市", "湄潭县级医院", "交通县乡公路", "江津市场监管局", "番禺市桥街道", "回顾解放区建设",
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("九龙坡区", Place("重庆市", "", "九龙坡区")),
        ("盐都区", Place("江苏省", "盐城市", "盐都区")),
        ("通川区", Place("四川省", "达州市", "通川区")),
        ("石柱土家族自治县", Place("重庆市", "", "石柱土家族自治县")),
        ("璧山区", Place("重庆市", "", "璧山区")),
        ("两江新区", Place("重庆市", "", "两江新区")),
        ("临平区", Place("浙江省", "杭州市", "临平区")),
        ("钱塘区", Place("浙江省", "杭州市", "钱塘区")),
        ("偃师区", Place("河南省", "洛阳市", "偃师区")),
        ("孟津区", Place("河南省", "洛阳市", "孟津区")),
        ("曹妃甸区", Place("河北省", "唐山市", "曹妃甸区")),
        ("潞州区", Place("山西省", "长治市", "潞州区")),
        ("沙县区", Place("福建省", "三明市", "沙县区")),
        ("雄安新区", Place("河北省", "雄安新区")),
        ("昆玉市", Place("新疆维吾尔自治区", "", "昆玉市")),
        ("胡杨河市", Place("新疆维吾尔自治区", "", "胡杨河市")),
        ("新星市", Place("新疆维吾尔自治区", "", "新星市")),
        ("白杨市", Place("新疆维吾尔自治区", "", "白杨市")),
        ("和康县", Place("新疆维吾尔自治区", "和田地区", "和康县")),
        ("三沙市", Place("海南省", "三沙市")),
        ("屯昌县", Place("海南省", "", "屯昌县")),
        ("横州市", Place("广西壮族自治区", "南宁市", "横州市")),
        ("水富市", Place("云南省", "昭通市", "水富市")),
        ("东莞市", Place("广东省", "东莞市")),
        ("珠海市", Place("广东省", "珠海市")),
        ("香港", Place("香港特别行政区")),
        ("澳门", Place("澳门特别行政区")),
        ("台湾", Place("台湾省")),
    ],
)
def test_new_merged_and_special_divisions_are_known(gazetteer: Gazetteer, text: str, found: Place) -> None:
    assert place(gazetteer, f"近日，{text}召开人才工作会议。") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("璧山县", Place("重庆市", "", "璧山县")),
        ("渝北区", Place("重庆市", "", "渝北区")),
        ("万盛区", Place("重庆市", "", "万盛区")),
        ("江干区", Place("浙江省", "杭州市", "江干区")),
        ("偃师市", Place("河南省", "洛阳市", "偃师市")),
        ("潞城市", Place("山西省", "长治市", "潞城市")),
        ("襄樊市", Place("湖北省", "襄樊市")),
        ("莱芜市", Place("山东省", "莱芜市")),
        ("毕节地区", Place("贵州省", "毕节地区")),
        ("江津市", Place("重庆市", "", "江津市")),
        ("萧山市", Place("浙江省", "杭州市", "萧山市")),
        ("鄞县", Place("浙江省", "宁波市", "鄞县")),
        ("盐都县", Place("江苏省", "盐城市", "盐都县")),
        ("番禺市", Place("广东省", "广州市", "番禺市")),
        ("通县", Place("北京市", "", "通县")),
        ("思茅地区", Place("云南省", "思茅地区")),
    ],
)
def test_divisions_of_earlier_years_are_known_by_their_full_name(gazetteer: Gazetteer, text: str, found: Place) -> None:
    assert place(gazetteer, f"2010年，{text}召开人才工作会议。") == found
    assert names(gazetteer, "上甘岭精神") == [], "as a short form it is something else"


def test_nearly_all_divisions_of_today_are_there(gazetteer: Gazetteer) -> None:
    """The state counts 34 provinces, 333 cities and about 2,845 counties and districts."""
    today = set(_divisions())
    assert sum(not p.city and not p.district for p in today) == 34
    assert 333 <= sum(bool(p.city) and not p.district for p in today) <= 340
    assert (
        sum(bool(p.district) for p in today) + sum(p.name in ("东莞市", "中山市", "儋州市", "嘉峪关市") for p in today)
        >= 2840
    )
    assert all(p.name in {m.name for m in gazetteer.find(p.name)} for p in today if p.name not in _ORDINARY_NAMES)


def test_a_zone_is_no_division_and_stays_with_its_city(gazetteer: Gazetteer) -> None:
    assert place(gazetteer, "达州高新区") == Place("四川省", "达州市")
    assert place(gazetteer, "成都经济技术开发区") == Place("四川省", "成都市")


@pytest.mark.parametrize("text", ["忠县", "在和县开展", "团忠县县委", "参与沛县发展", "新县发布", "安徽省和县"])
def test_a_county_of_two_characters_is_found_where_no_word_is_in_the_way(gazetteer: Gazetteer, text: str) -> None:
    assert any(name.endswith("县") for name in names(gazetteer, text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("在兴和县召开会议", "兴和县"),
        ("推动平和县发展", "平和县"),
        ("暨南山区人才大会", "南山区"),
        ("一行赴任城区考察", "任城区"),
        ("第十四师昆玉市", "昆玉市"),
        ("团盐都区委", "盐都区"),
        ("中共公安县委组织部", "公安县"),
        ("中共盐都区委", "盐都区"),
        ("中共共和县委", "共和县"),
        ("外交部驻香港特别行政区特派员公署", "香港特别行政区"),
    ],
)
def test_a_name_that_begins_where_a_word_does_is_found(gazetteer: Gazetteer, text: str, found: str) -> None:
    assert names(gazetteer, text) == [found]


@pytest.mark.parametrize("county", ["和县", "滑县", "单县", "开县", "夏县", "成县"])
def test_behind_the_party_or_a_province_a_county_of_two_characters_begins(gazetteer: Gazetteer, county: str) -> None:
    for party in ("中共", "中国共产党", "共青团"):
        assert names(gazetteer, f"{party}{county}县委组织部") == [county]
        assert names(gazetteer, f"{party}{county}委组织部") == [county]
    assert county not in names(gazetteer, f"任{county}委书记")


def test_a_county_of_two_characters_right_behind_its_province_is_found(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "安徽和县召开会议") == ["安徽", "和县"]
    assert names(gazetteer, "山东和县域经济") == ["山东"]


def test_a_district_right_behind_its_city_is_found_whatever_follows(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "达州市通川区级各部门") == ["达州市", "通川区"]


# --- short forms of districts -----------------------------------------------------------------------------------


def test_a_short_form_of_two_characters_counts_only_at_home(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "盐都的做法") == []
    assert names(gazetteer, "盐都的做法", "盐都区") == ["盐都"]
    assert names(gazetteer, "公安部门与公安县") == ["公安", "公安县"]


def test_a_text_that_has_the_full_form_is_home_to_the_short_one(gazetteer: Gazetteer) -> None:
    assert names(gazetteer, "湄潭县近日发文，湄潭提出三年目标") == ["湄潭县", "湄潭"]


def test_a_short_form_means_the_division_whose_full_form_stands_beside_it(gazetteer: Gazetteer) -> None:
    def meant(text: str, *at_home: str) -> list[str]:
        return [gazetteer.resolve(mention).district for mention in gazetteer.find(text, at_home)]

    assert meant("盐都县近日发文，盐都提出三年目标") == ["盐都县", "盐都县"]
    assert meant("盐都区近日发文，盐都提出三年目标") == ["盐都区", "盐都区"]
    assert meant("栖霞区与山东栖霞、栖霞") == ["栖霞区", "", "栖霞市", "栖霞区"], (
        "what stands right before it counts first"
    )
    assert meant("盐都提出三年目标", "盐都") == ["盐都区"], "the one of today"


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


def test_what_stands_right_before_a_name_counts_first_then_the_context_then_the_text(gazetteer: Gazetteer) -> None:
    def resolved(text: str, *context: Place) -> list[str]:
        return [p.city for p in gazetteer.resolve_all(gazetteer.find(text), context)]

    assert resolved("徐州市鼓楼区与福州市鼓楼区") == ["徐州市", "徐州市", "福州市", "福州市"]
    assert resolved("鼓楼区与南京市、徐州市", XUZHOU) == ["徐州市", "南京市", "徐州市"]
    assert resolved("鼓楼区与南京市、徐州市") == ["", "南京市", "徐州市"], "the text leaves it open"
    assert resolved("鼓楼区是徐州市的中心") == ["徐州市", "徐州市"]


@pytest.mark.parametrize("name", ["鼓楼区", "朝阳区", "江北区", "城关区", "市中区", "普陀区", "通州区"])
def test_a_shared_name_alone_keeps_its_province_open(gazetteer: Gazetteer, name: str) -> None:
    assert place(gazetteer, f"，{name}，") == Place("", "", name)


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
