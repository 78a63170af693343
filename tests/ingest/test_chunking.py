"""Sections to chunks: runs of whole sentences that can be cited at their exact characters."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.schema import Article, Chunk
from ingest.articles import Structured, structure
from ingest.chunking import LIMIT, chunk_article
from ingest.cleaning.clean import clean
from ingest.formats.plain import lines_of
from ingest.sections import Section
from retriever.places import Gazetteer
from retriever.text import sentence_spans, squeeze
from tests.ingest.prose import DOINGS, PLACES, RESULTS, articles, sentences

headings = st.sampled_from(["一、主要做法", "（一）建强队伍", "拓宽渠道选苗", "二、下一步打算", "## 工作成效"])
endless = st.lists(st.sampled_from([*PLACES, *DOINGS, *RESULTS]), min_size=30, max_size=90).map("，".join)
"""Clauses without a full stop, as in some speeches: longer than any chunk may be."""
pages = st.lists(
    st.one_of(st.builds("\n\n".join, articles), headings, endless.map("{}。".format), sentences), min_size=1, max_size=8
).map("\n\n".join)


def chunked(raw: str, gazetteer: Gazetteer) -> tuple[Structured, list[tuple[Section, ...]], list[list[Chunk]]]:
    made = structure(clean(lines_of(raw)).blocks, document_id="d", source="s.txt", sha256="", gazetteer=gazetteer)
    chunks = [
        chunk_article(made.document.text, article, sections)
        for article, sections in zip(made.articles, made.sections, strict=True)
    ]
    return made, list(made.sections), chunks


@given(page=pages)
def test_every_chunk_is_its_own_place_in_the_document(gazetteer: Gazetteer, page: str) -> None:
    made, _, chunks = chunked(page, gazetteer)
    for article, own in zip(made.articles, chunks, strict=True):
        for chunk in own:
            assert made.document.text[chunk.start : chunk.end] == chunk.text
            assert article.start <= chunk.start < chunk.end <= article.end
            assert chunk.article_id == article.id
            assert chunk.text.strip() == chunk.text


@given(page=pages)
def test_chunks_stand_in_order_do_not_overlap_and_have_ids_of_their_own(gazetteer: Gazetteer, page: str) -> None:
    every = [chunk for own in chunked(page, gazetteer)[2] for chunk in own]
    assert all(a.end <= b.start for a, b in pairwise(every))
    assert len({chunk.id for chunk in every}) == len(every)


@given(page=pages)
def test_no_character_of_a_section_is_left_out(gazetteer: Gazetteer, page: str) -> None:
    made, sections, chunks = chunked(page, gazetteer)
    for own_sections, own in zip(sections, chunks, strict=True):
        body = "".join(made.document.text[section.start : section.end] for section in own_sections)
        assert squeeze("".join(chunk.text for chunk in own)) == squeeze(body)


@given(page=pages)
def test_no_chunk_is_longer_than_the_limit(gazetteer: Gazetteer, page: str) -> None:
    assert all(len(chunk.text) <= LIMIT for own in chunked(page, gazetteer)[2] for chunk in own)


@given(page=st.builds("\n\n".join, articles))
def test_sentences_shorter_than_the_limit_are_never_cut(gazetteer: Gazetteer, page: str) -> None:
    made, sections, chunks = chunked(page, gazetteer)
    text = made.document.text
    edges = {
        (section.start + start, section.start + end)
        for own in sections
        for section in own
        for start, end in sentence_spans(text[section.start : section.end])
    }
    for chunk in (chunk for own in chunks for chunk in own):
        assert chunk.start in {start for start, _ in edges}
        assert chunk.end in {end for _, end in edges}
        assert chunk.text.endswith("。")


@given(text=endless)
def test_a_sentence_longer_than_a_chunk_is_cut_behind_a_clause(text: str) -> None:
    article = Article("d-0", "d", "题目", (), 0, len(text))
    chunks = chunk_article(text, article, [Section((), 0, len(text))])
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(chunk.text[-1] in "，、；" for chunk in chunks[:-1])


def test_a_sentence_without_any_clause_is_cut_at_the_limit() -> None:
    text = "好" * (2 * LIMIT + 5)
    article = Article("d-0", "d", "题目", (), 0, len(text))
    chunks = chunk_article(text, article, [Section((), 0, len(text))])
    assert "".join(chunk.text for chunk in chunks) == text
    assert max(len(chunk.text) for chunk in chunks) <= LIMIT


def test_title_and_headings_are_searched_with_a_chunk_but_not_quoted(gazetteer: Gazetteer) -> None:
    page = (
        "湄潭县茶叶人才工作情况汇报\n\n一、主要做法\n\n（一）抓培养\n\n湄潭县培训茶农1.2万人次，培育制茶工匠316名。\n"
    )
    _, _, [[chunk]] = chunked(page, gazetteer)
    assert chunk.text == "湄潭县培训茶农1.2万人次，培育制茶工匠316名。"
    assert chunk.headings == ("一、主要做法", "（一）抓培养")
    for part in ("湄潭县茶叶人才工作情况汇报", *chunk.headings, chunk.text):
        assert part in chunk.embedding_text


def test_a_chunk_never_reaches_across_a_heading(gazetteer: Gazetteer) -> None:
    page = "湄潭县茶叶人才工作情况汇报\n\n一、做法\n\n湄潭县培训茶农1.2万人次。\n\n二、打算\n\n湄潭县将再建站2个。\n"
    _, _, [chunks] = chunked(page, gazetteer)
    assert [(chunk.headings, chunk.text) for chunk in chunks] == [
        (("一、做法",), "湄潭县培训茶农1.2万人次。"),
        (("二、打算",), "湄潭县将再建站2个。"),
    ]


def test_the_same_text_makes_the_same_chunks_again(gazetteer: Gazetteer) -> None:
    page = "湄潭县茶叶人才工作\n\n" + "湄潭县建成专家工作站9个，服务茶企57家。" * 40
    assert chunked(page, gazetteer)[2] == chunked(page, gazetteer)[2]
