"""The rules by which question files are scored, and how the shipped documents do under them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.service import assistant_for
from core.errors import UsageError
from core.schema import Answer, AnswerStatus, Article, Chunk, Citation, CitationStatus, Passage
from core.settings import Settings
from evals.answers import Case, load_cases, run, score, summary
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.encoder import open_encoder
from retriever.library import Library

ROOT = Path(__file__).resolve().parents[2]


def case(**fields: object) -> Case:
    return Case.from_record({"id": "x", "question": "多少人？", **fields})


def answer(text: str, status: AnswerStatus = AnswerStatus.GROUNDED, *citations: Citation) -> Answer:
    return Answer("多少人？", status, text, citations)


def test_white_space_does_not_matter_for_what_must_be_contained() -> None:
    assert score(case(must_contain=["86 人"]), answer("录用8 6\n人。")).passed


def test_some_of_a_list_is_enough_where_the_case_says_so() -> None:
    wanted = {"must_contain": ["甲", "乙", "丙"], "min_hits": 2}
    assert score(case(**wanted), answer("甲和乙")).passed
    assert not score(case(**wanted), answer("甲")).passed


def test_refusing_is_right_only_where_it_is_asked_for() -> None:
    refusal = answer("资料中没有。", AnswerStatus.REFUSED)
    assert score(case(refuse=True), refusal).passed
    assert not score(case(must_contain=["甲"]), refusal).passed
    assert not score(case(refuse=True), answer("86人")).passed


def test_a_forbidden_figure_fails_even_a_refusal() -> None:
    assert not score(case(refuse=True, must_not_contain=["86"]), answer("不是86人。", AnswerStatus.REFUSED)).passed


def test_a_failed_citation_fails_the_case() -> None:
    failed = Citation(1, "d", "s", "t", "q", 0, 1, CitationStatus.FAILED)
    assert not score(case(must_contain=["甲"]), answer("甲[1]", AnswerStatus.PARTIAL, failed)).passed


def test_all_gold_quotes_have_to_be_among_the_passages_whatever_the_line_breaks() -> None:
    article = Article("a", "d", "标题", (), 0, 40)
    texts = ["桐庐县录用86人。", "鸠江区建成人才公寓2150套。"]
    passages = tuple(
        Passage(Chunk(str(i), "a", 0, len(text), text, text), article, "甲.txt", 1.0, i)
        for i, text in enumerate(texts, start=1)
    )
    found = replace(answer("有。"), passages=passages)
    gold = [{"source": "seeds/甲.txt", "quote": "录用8\n6人"}, {"source": "seeds/甲.txt", "quote": "人才公寓2150套"}]
    assert score(case(gold=gold), found).all_gold is True
    assert score(case(gold=[*gold, {"source": "甲.txt", "quote": "另一句"}]), found).all_gold is False
    assert score(case(), found).all_gold is None
    assert summary([score(case(gold=gold), found), score(case(), found)])["all_gold_in_top_10"] == 1


def test_a_share_that_no_case_applies_to_is_no_zero() -> None:
    totals = summary([score(case(must_contain=["甲"]), answer("甲"))])
    assert totals["rightly_refused"] is None
    assert totals["gold_in_top_5"] is None
    assert totals["wrongly_refused"] == 0


def test_a_broken_question_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"question": "没有编号"}\n', "utf-8")
    with pytest.raises(UsageError, match="缺少字段"):
        load_cases(path)


def test_the_shipped_documents_answer_the_shipped_questions(tmp_path: Path, model_folder: Path) -> None:
    settings = Settings.load(data=tmp_path / "data", model_folder=model_folder)
    encoder = open_encoder(settings)
    with Library.writing(settings, encoder.name) as library:
        report = Ingest(library, encoder, InProcess()).run([ROOT / "corpus"])
    assert (report.documents, report.articles, report.failed) == (6, 6, 0)
    with assistant_for(settings) as assistant:
        totals = summary(run(assistant, load_cases(ROOT / "evals" / "sets" / "digests.jsonl")))
    assert totals["pass_rate"] >= 0.8
    assert totals["verbatim_quotes"] == 1
    assert totals["by_type"]["trap_region"]["passed"] == totals["by_type"]["trap_region"]["cases"]
