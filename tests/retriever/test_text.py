from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.text import bigrams, fold, sentence_spans, simplified, squeeze, statement_spans, words
from tests.ingest.prose import articles

marked = st.text(st.sampled_from("甲乙丙丁ab1。！？!?…；，”’」）》“（ \n\u3000"), max_size=60)
"""Much punctuation: every end and every closing mark meets every other."""


def sentences_of(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("spans", [sentence_spans, statement_spans])
@given(text=st.one_of(st.text(max_size=80), marked, articles.map("\n".join)))
def test_spans_stand_in_order_and_cover_every_visible_character(spans, text: str) -> None:
    found = list(spans(text))
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    parts = [text[start:end] for start, end in found]
    assert all(part == part.strip() for part in parts)
    assert squeeze("".join(parts)) == squeeze(text)


def test_a_sentence_ends_with_its_closing_marks() -> None:
    text = "书记说：“要选好苗子。”随后座谈（约两小时。）结束！！下一步？还要抓……落实"
    assert sentences_of(text) == [
        "书记说：“要选好苗子。”",
        "随后座谈（约两小时。）",
        "结束！！",
        "下一步？",
        "还要抓……",
        "落实",
    ]


def test_a_figure_with_a_point_and_a_clause_do_not_end_a_sentence() -> None:
    assert sentences_of("占比62.5%，同比提高1.2个百分点；其中女性占3成。") == [
        "占比62.5%，同比提高1.2个百分点；其中女性占3成。"
    ]


def test_a_line_is_a_sentence_of_its_own() -> None:
    assert sentences_of("一、做法\n湄潭县建站9个。\n\n二、打算") == ["一、做法", "湄潭县建站9个。", "二、打算"]


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = unicodedata.normalize("NFC", fold(text))
    assert fold(once) == fold(once.casefold())


@pytest.mark.parametrize(
    ("one", "other"), [("Ｂ２Ｂ", "b2b"), ("“１＋６＋Ｎ”", "“1+6+n”"), ("ＡＰＰ", "App"), ("㎡", "m2"), ("①", "1")]
)
def test_width_and_case_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(st.sampled_from("湄潭县茶乡英才，。、 \n1a"), max_size=40))
def test_every_pair_of_neighbouring_characters_is_a_bigram_and_nothing_else_is(text: str) -> None:
    han = [a + b for a, b in pairwise(text) if not set(a + b) & set("，。、 \n1a")]
    assert [term for term in bigrams(text) if len(term) == 2 and not term.isascii()] == han


def test_bigrams_keep_figures_and_single_characters_whole_and_stop_at_punctuation() -> None:
    assert bigrams("茶乡英才，县APP有3.5万") == ["茶乡", "乡英", "英才", "县", "app", "有", "3.5", "万"]


def test_words_leave_punctuation_out_and_keep_every_word() -> None:
    text = "湄潭县“茶乡英才”计划：引进专家42名。"
    assert squeeze("".join(words(text))) == "湄潭县茶乡英才计划引进专家42名"


def test_a_compound_name_is_a_word() -> None:
    assert "1+6+n" in words("构建“1+6+N”工作格局")


def test_nothing_comes_of_nothing() -> None:
    assert words("") == bigrams("") == list(sentence_spans(" \n\u3000")) == words("，。") == bigrams("，。") == []


def test_signs_of_pdfs_and_web_pages_do_not_hide_a_word() -> None:
    assert words("青\u200b年人才") == words("青年人才")
    assert bigrams("⻓寿区⺠政局") == bigrams("长寿区民政局")


def test_a_circled_number_makes_no_other_number_of_a_figure() -> None:
    assert "101" not in words("引进博士10①名")
    assert "10" in words("引进博士10①名")


def test_a_row_of_a_table_is_never_quoted_in_part() -> None:
    row = "；".join(
        f"{head}：{cell}"
        for head, cell in zip(
            ("村", "第一书记", "派出单位", "驻村时间", "联系电话", "驻点情况·户数", "引进资金（万元）", "备注"),
            (
                "石垭村",
                "周明远",
                "县农业农村局",
                "2023年5月",
                "0852-1234567",
                "312",
                "128.5",
                "2024年6月轮换，已报县委组织部备案",
            ),
            strict=True,
        )
    )
    text = f"名册如下。\n{row}\n{row}"
    assert [text[a:b] for a, b in statement_spans(text)] == ["名册如下。", row, row]


def test_a_list_of_measures_is_still_cut_at_its_semicolons() -> None:
    text = "一是建立“一人一档”跟踪培养机制，选派干部120名到一线历练，全程记实；二是推行“双导师”制度，结对帮带青年干部86名；三是开展“揭榜挂帅”，发布课题32个，完成率达到百分之九十五以上。"
    assert len(list(statement_spans(text))) == 3


@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=60) | st.text(max_size=60))
def test_simplified_characters_keep_their_places(text: str) -> None:
    assert len(simplified(text)) == len(text)
    assert simplified(simplified(text)) == simplified(text)


def test_traditional_and_simplified_are_the_same_to_search() -> None:
    traditional, ordinary = "幹部選拔任用與團隊後備人才", "干部选拔任用与团队后备人才"
    assert simplified(traditional) == ordinary
    assert words(traditional) == words(ordinary)
    assert bigrams(traditional) == bigrams(ordinary)
    assert simplified("乾县著名专家瞭望") == "乾县著名专家瞭望"
