"""Which place and which year a sentence tells of."""

from __future__ import annotations

import pytest

from assistant.evidence import Sentence
from assistant.whereabouts import Locator, is_of_year
from core.schema import Article, Metadata
from retriever.places import gazetteer

TEXT = "全年兑现各类补贴1872.6万元。"


@pytest.mark.parametrize(
    ("before", "year"),
    [
        ("", "2023"),
        ("制定出台《人才发展三年行动计划（2024—2026年）》。", "2023"),
        ("2022年，修订人才办法。", "2022"),
        ("2022年，制定出台《人才发展三年行动计划（2024—2026年）》。", "2022"),
    ],
)
def test_the_year_before_a_sentence_counts_but_not_one_in_the_name_of_a_document(before: str, year: str) -> None:
    article = Article("a", "d", "湄潭县青年人才工作总结", (), 0, 100, Metadata(date="2023"))
    sentence = Sentence("d", "s.txt", article, (), len(before), len(before + TEXT), TEXT, before + TEXT, "", "", "", 1)
    assert [y for y in ("2022", "2023", "2024", "2026") if is_of_year(sentence, y)] == [year]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("今年兑现各类补贴1872.6万元。", ["2023"]),
        ("去年兑现补贴900万元，今年已有1200万元。", ["2022", "2023"]),
        ("2021年至2022年累计兑现补贴900万元。", []),
        ("目前年轻干部占三成。", ["2020"]),
        ("35岁以上年轻干部占三成。", ["2020"]),
    ],
)
def test_this_year_and_last_year_are_counted_from_the_year_of_the_text(text: str, years: list[str]) -> None:
    article = Article("a", "d", "题目", (), 0, 100, Metadata(date="2023-08-01"))
    before = "自2020年起，修订人才办法。"
    sentence = Sentence("d", "s.txt", article, (), len(before), len(before + text), text, before + text, "", "", "", 1)
    assert [y for y in ("2020", "2021", "2022", "2023") if is_of_year(sentence, y)] == years


def test_what_was_summed_up_over_years_answers_for_the_time_until_the_last() -> None:
    text = "2021年至2022年累计兑现补贴900万元。"
    sentence = Sentence("d", "s", Article("a", "d", "", (), 0, 9), (), 0, len(text), text, text, "", "", "", 1)
    assert is_of_year(sentence, "2022", until=True)


def told_of(opening: str, paragraph: str, asked: str, meta: Metadata, *, exact: bool = True, closing: str = "") -> bool:
    """Whether the last sentence of a paragraph is taken to tell of a place."""
    known = gazetteer()
    text = paragraph[paragraph.rfind("。", 0, -1) + 1 :]
    article = Article("a", "d", "题目", (), 0, 100, meta)
    at = len(opening) + len(paragraph)
    sentence = Sentence("d", "s.txt", article, (), at - len(text), at, text, paragraph, "", "", opening, 1, closing)
    [mention] = known.find_in_question(asked, [asked])
    return Locator(known).is_of(sentence, mention, exact=exact)


@pytest.mark.parametrize(
    ("opening", "paragraph"),
    [
        ("临淄区人社局推进服务。\n", "人社服务之家建成26处。"),
        ("", "临淄区人社局推进服务。山东一家企业参加了活动。人社服务之家建成26处。"),
        ("记者前往临淄区采访。\n", "人社服务之家建成26处。"),
        ("", "临淄区人社局被评为“山东省优秀单位”。人社服务之家建成26处。"),
    ],
)
def test_a_text_without_a_place_tells_of_the_last_one_named_before(opening: str, paragraph: str) -> None:
    assert told_of(opening, paragraph, "临淄区", Metadata())


@pytest.mark.parametrize(
    ("opening", "paragraph", "meta"),
    [
        ("临淄区人社局推进服务。桓台县也来学习。\n", "人社服务之家建成26处。", Metadata()),
        ("赴临淄区学习经验。\n", "人社服务之家建成26处。", Metadata("山东省", "淄博市", "桓台县")),
        ("", "临淄区推进服务。桓台县建成人社服务之家26处。", Metadata()),
        ("", "临淄区推进服务。全市建成人社服务之家260处。", Metadata("山东省", "淄博市", "临淄区")),
        ("", "临淄区推进服务。全国建成人社服务之家2600处。", Metadata("山东省", "淄博市", "临淄区")),
        ("", "临淄区推进服务。山东省建成人社服务之家900处。", Metadata("山东省", "淄博市", "临淄区")),
    ],
)
def test_a_place_named_in_passing_or_further_off_is_not_meant(opening: str, paragraph: str, meta: Metadata) -> None:
    assert not told_of(opening, paragraph, "临淄区", meta)


def test_the_only_place_that_a_text_names_may_stand_behind() -> None:
    behind = "\n塑造临淄区工作新优势。"
    assert told_of("", "局长到支部指导。", "临淄区", Metadata(), closing=behind)
    assert not told_of("", "局长到支部指导。", "临淄区", Metadata(), closing=behind + "桓台县也来学习。")


def test_the_place_of_a_text_is_not_named_in_passing() -> None:
    own = Metadata("山东省", "淄博市", "临淄区")
    assert told_of("", "来自临淄区人社局的7位选手参赛。", "临淄区", own)
    assert not told_of("", "来自临淄区人社局的7位选手参赛。", "临淄区", Metadata("山东省", "淄博市", "桓台县"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("引进人才20名。", "临淄区"),
        ("全市引进人才500名。", "淄博市"),
        ("桓台县引进人才20名。", "桓台县"),
        ("全区引进人才20名。", "临淄区"),
    ],
)
def test_a_sentence_is_labelled_with_its_own_place(text: str, place: str) -> None:
    article = Article("a", "d", "题目", (), 0, 100, Metadata("山东省", "淄博市", "临淄区"))
    sentence = Sentence("d", "s.txt", article, (), 0, len(text), text, text, "", "", "", 1)
    assert Locator(gazetteer()).place_of(sentence) == place
