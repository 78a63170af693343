"""Re-posts are found whatever a site did to them; other pieces of one template are not taken for them."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.reposts import is_repost, new_sentences, signature, similarity
from tests.ingest import prose

ARTICLE = """湄潭县建强茶产业人才队伍
今年以来，湄潭县委组织部围绕茶产业链布局人才链，从育才、引才、用才三个方面发力，走出了一条以才兴茶的路子。
在育才方面，该县依托职业技术学校开设制茶班，请老茶师进课堂传授揉捻和提香的手艺，全年培训茶农1260人次，评定乡土人才84名。
在引才方面，组织部门到高校摆摊招贤，向毕业生讲清住房补贴和安家费怎样领取，引进茶学硕士17名、电商运营骨干35名。
在用才方面，由科技特派员和村干部结成对子，驻点解决病虫害防治、清洁生产等难题，先后办结事项213件，带动村集体增收580万元。
县委组织部有关负责同志说，接下来要把人才驿站建到茶园边上，让专家下得来、留得住、干得好。
目前，全县已有茶叶专业合作社96家，其中由返乡青年领办的占到四成，夜校里学直播的年轻人越来越多。
"""
SENTENCES = ARTICLE.splitlines(keepends=True)
OTHER = "".join(
    f"{place}召开干部大会，{doing}，与会同志结合各自岗位谈了体会和打算，会议还安排了后一阶段的重点事项。"
    for place in prose.PLACES[:5]
    for doing in prose.DOINGS[:2]
)
NOISE = st.lists(
    st.tuples(st.integers(0, 5000), st.sampled_from([" ", "\u3000", "\n", "，", "。", "“", "——", "\r\n"])), max_size=30
)


def with_noise(text: str, noise: list[tuple[int, str]]) -> str:
    """Put marks and white space anywhere but inside a figure."""
    noisy = text
    for position, mark in sorted(((position % (len(text) + 1), mark) for position, mark in noise), reverse=True):
        around = text[max(0, position - 1) : position + 1]
        in_figure = len(around) == 2 and all(sign.isdigit() or sign in ".%" for sign in around)
        if mark.isspace() or not in_figure:
            noisy = noisy[:position] + mark + noisy[position:]
    return noisy


def letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def share_a_band(a: str, b: str) -> bool:
    return bool({*signature(a).bands()} & {*signature(b).bands()})


def found(a: str, b: str) -> bool:
    return share_a_band(a, b) and is_repost(a, b)


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(f"来源：遵义日报  编辑：王敏\n{ARTICLE}", id="source line"),
        pytest.param(f"2023-08-16 19:05\n{ARTICLE}（责任编辑：张文）", id="date and editor"),
        pytest.param("".join(["茶园边上建驿站，好山好水聚英才\n", *SENTENCES[1:]]), id="other headline"),
        pytest.param("".join([*SENTENCES[:4], *SENTENCES[5:]]), id="sentence dropped"),
        pytest.param("".join([*SENTENCES[:3], "这一做法受到当地干部群众的一致好评。\n", *SENTENCES[3:]]), id="sentence added"),
        pytest.param(ARTICLE.replace("引进茶学硕士17名、电商运营骨干35名", "引进茶学硕士19名、电商运营骨干41名"), id="one sentence corrected"),
        pytest.param(ARTICLE[: len(ARTICLE) * 7 // 10], id="cut at the end"),
        pytest.param(ARTICLE[: len(ARTICLE) * 55 // 100], id="cut to little more than half"),
        pytest.param(f"{ARTICLE}相关链接：{OTHER[:180]}", id="paragraph added"),
        pytest.param(ARTICLE.replace("\n", "").replace("，", ",").replace("1", "１"), id="one line, other widths"),
        pytest.param("\n".join(re.findall(".{1,23}", ARTICLE.replace("\n", ""))), id="hard-wrapped"),
    ],
)  # fmt: skip
def test_a_copy_with_small_edits_is_a_repost(copy: str) -> None:
    assert found(ARTICLE, copy)


def other_figures(text: str) -> str:
    return re.sub(r"\d+", lambda match: str(int(match[0]) * 2 + 1), text)


def test_last_years_report_with_other_figures_is_another_piece() -> None:
    assert not is_repost(ARTICLE, other_figures(ARTICLE))


def test_the_same_notice_of_another_district_is_another_piece() -> None:
    notice = (
        "璧山区委组织部近日印发通知，部署开展年轻干部墩苗锻炼。璧山区将从机关选派优秀年轻干部到镇街任职，由璧山区委党校负责岗前培训。"
        "挂职期间由璧山区人社局落实待遇，所在镇街党委承担日常管理责任。璧山区各单位应于月底前报送人选，逾期视为放弃。"
        "经考察表现突出的，优先列入璧山区后备干部名单；不能胜任的，由璧山区委组织部及时召回。"
    )
    assert is_repost(notice, notice.replace("应于月底前", "须在月底前"))
    assert not is_repost(notice, notice.replace("璧山区", "晋江市"))


def test_an_appointment_notice_with_other_names_is_another_piece() -> None:
    notice = "经市委研究决定：{}同志任市委组织部副部长，试用期一年；{}同志任市人才工作局局长；免去{}同志市委党校副校长职务，另有任用；{}同志不再担任团市委书记。以上同志的任职时间从决定之日起计算，特此通知。"
    assert not is_repost(notice.format("王志强", "李雪梅", "陈国庆", "赵永康"), notice.format("周文静", "黄晓东", "吴海燕", "孙立新"))  # fmt: skip


def of_district(place: str, wards: int, instructors: int) -> str:
    return (
        f"{place}召开党建引领基层治理推进会\n"
        "会议要求把力量、资源、服务一并下沉到小区楼栋，健全街道统筹、社区落实、小区响应的链条，把组织优势变成治理成效。\n"
        "要做实网格党组织，推动机关党员到居住地报到，关心关爱快递员、网约车司机等新就业群体，让他们从治理对象变成治理力量。\n"
        f"据了解，今年以来，{place}新建小区党支部{wards}个，选派党建指导员{instructors}名，小区议事会实现全覆盖。\n"
        "会议还就压实责任、减轻基层负担、完善考核办法作了部署，各镇街交流了物业服务、老旧小区改造等方面的做法。\n"
    )


def test_a_template_with_the_name_and_figures_of_another_district_in_one_sentence_is_another_piece() -> None:
    assert not is_repost(of_district("盐都区", 36, 128), of_district("亭湖区", 51, 97))
    assert is_repost(of_district("盐都区", 36, 128), of_district("盐都区", 36, 128).replace("作了部署", "作出安排"))


def test_the_day_of_posting_may_be_another_wherever_it_stands() -> None:
    text = of_district("盐都区", 36, 128).replace("据了解", "据2023年8月5日的通报")
    assert is_repost(text, text.replace("2023年8月5日", "2024年1月17日"))


def test_a_notice_about_another_person_is_another_piece() -> None:
    notice = (
        "干部任前公示\n为扩大选人用人民主，接受社会监督，现将拟任职人选的有关情况公示如下。\n{}\n"
        "公示期间，可以通过来信、来电、来访等方式反映公示对象的情况，反映问题要实事求是、客观公正。\n"
        "以单位名义反映的请加盖公章，以个人名义反映的请署真实姓名并留下联系方式，便于核实和反馈。公示期为五个工作日。\n"
    )
    one = "王志强，男，汉族，1979年6月生，大学学历，现任滨湖街道党工委副书记，拟任区直单位党组书记。"
    other = "周文静，女，回族，1985年11月生，研究生学历，现任区教育局副局长，拟任镇党委书记。"
    assert not is_repost(notice.format(one), notice.format(other))


def test_other_pieces_are_no_candidates() -> None:
    assert not share_a_band(ARTICLE, OTHER)
    assert not is_repost(ARTICLE, OTHER)


def test_an_extract_is_another_piece() -> None:
    assert not is_repost(ARTICLE, ARTICLE[: len(ARTICLE) // 3])


def test_short_texts_must_be_equal() -> None:
    assert is_repost("关于召开全市人才工作会议的通知。", "关于召开全市人才工作会议的通知 ")
    assert not is_repost("关于召开全市人才工作会议的通知", "关于召开全市人才工作会议的通知一")


def test_figures_that_differ_only_by_a_point_are_different() -> None:
    assert not is_repost("全年完成投资3.5亿元", "全年完成投资35亿元")
    assert new_sentences("全年完成投资3.5亿元。", "全年完成投资35亿元。") == [(0, 12)]


@pytest.mark.parametrize(
    ("copy", "main"),
    [
        ("对引进的人才每人补贴3—5万元。", "对引进的人才每人补贴3.5万元。"),
        ("对引进的人才每人补贴3.5万元。", "对引进的人才每人补贴3~5万元。"),
        ("全市人才总量同比增长-5.2%。", "全市人才总量同比增长5.2%。"),
        ("全市人才总量同比增长5.2%。", "全市人才总量同比增长－5.2%。"),
        ("全市人才总量同比增长5.2。", "全市人才总量同比增长5.2%。"),
        ("5万人参加全市人才培训活动。", "全年3.5万人参加全市人才培训活动。"),
        ("5万人参加全市人才培训活动。", "全年3—5万人参加全市人才培训活动。"),
    ],
)
def test_a_sign_that_makes_another_figure_makes_a_new_sentence(copy: str, main: str) -> None:
    assert new_sentences(copy, main) == [(0, len(copy))]


@pytest.mark.parametrize(
    ("copy", "main"),
    [
        ("培训班于2023-5-1在通川区开班。", "培训班于2023.5.1在通川区开班。"),
        ("培训班于2023/05/01 10:30在通川区开班。", "培训班于2023-05-01 10.30在通川区开班。"),
        ("培训班从2023.5.1—2023.6.1分三期举办。", "培训班从2023-5-1～2023-6-1分三期举办。"),
        ("截至2023-5全区有党员318名。", "截至2023.5全区有党员318名。"),
        ("对引进的人才每人补贴3－5万元。", "对引进的人才每人补贴3~5万元。"),
        ("活动在1月-5月分三期举办，已办两期。", "活动在1月—5月分三期举办，已办两期。"),
        ("如下：\n- 3个乡镇建成人才驿站并投入使用。", "如下：\n3个乡镇建成人才驿站并投入使用。"),
        ("培训干部35；\n2023年另培训党员412名。", "培训干部35。2023年另培训党员412名。"),
    ],
)
def test_another_sign_in_a_date_a_span_or_between_two_figures_makes_no_new_sentence(copy: str, main: str) -> None:
    assert new_sentences(copy, main) == []


def test_a_day_may_be_written_in_any_form() -> None:
    days = ["2023.5.1", "2023-5-1", "2023年5月1日"]
    texts = [ARTICLE.replace("今年以来", f"从{day}以来") for day in days]
    assert all(found(a, b) for a in texts for b in texts)


def test_a_scan_with_misread_characters_is_a_repost() -> None:
    misread = "".join("囗" if i % 60 == 59 and not c.isdigit() else c for i, c in enumerate(ARTICLE))
    assert misread != ARTICLE
    assert found(ARTICLE, misread)


@given(prose.paragraphs)
def test_equal_texts_link(text: str) -> None:
    assert signature(text) == signature(text)
    assert found(text, text)
    assert similarity(signature(text), signature(text)) == 1


def test_signatures_are_the_same_in_every_process() -> None:
    code = (
        "from ingest.reposts import signature; s = signature('党管人才' * 9 + 'abc 12'); print(s.data.hex(), s.bands())"
    )
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    own = signature("党管人才" * 9 + "abc 12")
    assert runs == {f"{own.data.hex()} {own.bands()}\n".encode()}


def test_a_signature_is_compact_and_its_bands_fit_a_database() -> None:
    own = signature(ARTICLE)
    assert len(own.data) == 4 * 126
    assert len({*own.bands()}) == 42
    assert all(-(2**63) <= band < 2**63 for band in own.bands())


@pytest.mark.parametrize("text", ["", " \n", "。！……", "\ud800"])
def test_a_text_without_letters_has_no_bands(text: str) -> None:
    assert signature(text).bands() == ()
    assert similarity(signature(text), signature("")) == 1
    assert similarity(signature(text), signature(ARTICLE)) == 0


@given(prose.articles, prose.articles, NOISE)
def test_white_space_and_punctuation_change_nothing(
    one: list[str], other: list[str], noise: list[tuple[int, str]]
) -> None:
    a, b = "\n".join(one), "\n".join(other)
    noisy = with_noise(a, noise)
    assert signature(noisy) == signature(a)
    assert is_repost(noisy, a)
    assert is_repost(noisy, b) == is_repost(a, b)


@given(st.lists(prose.sentences, min_size=3, max_size=12), st.randoms())
def test_being_a_repost_is_mutual(sentences: list[str], rng: random.Random) -> None:
    copy = [s if rng.random() < 0.8 else other_figures(s) for s in sentences if rng.random() < 0.9]
    a, b = "".join(sentences), "".join(copy)
    assert is_repost(a, b) == is_repost(b, a)
    assert similarity(signature(a), signature(b)) == similarity(signature(b), signature(a))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_compared(a: str, b: str) -> None:
    assert is_repost(a, b) == is_repost(b, a)
    assert 0 <= similarity(signature(a), signature(b)) <= 1
    assert all(0 <= start < end <= len(a) for start, end in new_sentences(a, b))


@given(prose.articles)
def test_a_copy_without_changes_has_no_new_sentences(paragraphs: list[str]) -> None:
    text = "\n".join(paragraphs)
    assert new_sentences(text, text) == []
    assert new_sentences(text, text.replace("\n", "")) == []


@given(st.lists(prose.sentences, min_size=1, max_size=8), prose.sentences, st.integers(0, 8))
def test_an_inserted_sentence_is_new(sentences: list[str], inserted: str, position: int) -> None:
    main = "".join(sentences)
    # What is a part of another sentence, whatever its punctuation, says nothing new.
    assume(letters(inserted) not in letters(main))
    before = "".join(sentences[:position])
    copy = before + inserted + "".join(sentences[position:])
    assert [copy[start:end] for start, end in new_sentences(copy, main)] == [inserted]


def test_a_figure_cut_out_of_a_longer_one_does_not_stand_in_the_text() -> None:
    assert new_sentences("今年全市引进高层次人才35", "今年全市引进高层次人才356名。") == [(0, 13)]
    assert new_sentences("一是。今年全市引进高层次人才356名", "其中一是，今年全市引进高层次人才356名。") == [(0, 3)]


@pytest.mark.parametrize(
    "text", ["天津" * 50_000, "1 a。" * 25_000, "一\n" * 50_000], ids=["one phrase", "marks", "lines"]
)
def test_very_long_texts_are_compared_too(text: str) -> None:
    longer = f"{text}{ARTICLE}"
    assert is_repost(text, longer)
    assert new_sentences(text, longer) == []
