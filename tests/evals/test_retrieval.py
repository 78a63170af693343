"""The retrieval metrics, by hand-made rankings and through real stores."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from core.errors import UsageError
from core.settings import Settings
from evals.retrieval import evaluate, metrics
from tests.fakes import FakeEncoder


def test_metrics_of_known_rankings() -> None:
    scores = metrics({"a": ["p1", "p2"], "b": ["p9", "p3"]}, {"a": {"p1"}, "b": {"p3"}})
    assert scores["recall@1"] == 0.5
    assert scores["recall@5"] == 1.0
    assert scores["mrr@10"] == 0.75
    assert scores["ndcg@10"] == pytest.approx((1 + 1 / math.log2(3)) / 2)


def test_questions_without_a_judgement_do_not_count() -> None:
    assert metrics({"a": ["p1"], "unjudged": []}, {"a": {"p1"}})["recall@1"] == 1.0
    with pytest.raises(UsageError):
        metrics({"a": ["p1"]}, {})


@pytest.mark.parametrize("name", ["passages.jsonl", "news.jsonl"])
def test_a_set_is_scored_through_the_stores(name: str, tmp_path: Path) -> None:
    passages = [
        {"id": "p1", "text": "桐庐县招募乡村运营人才，最终录用86人，分到34个行政村任职。"},
        {"id": "p2", "text": "鸠江区建成人才公寓2150套，已入住青年人才1780人。"},
    ]
    queries = [{"id": "q1", "query": "人才公寓建成多少套"}, {"id": "q2", "query": "录用的人分到多少个行政村"}]
    (tmp_path / name).write_text("\n".join(map(json.dumps, passages)), "utf-8")
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    (tmp_path / "qrels.tsv").write_text("q1\tp2\nq2\tp1\n", "utf-8")
    totals = evaluate(tmp_path, FakeEncoder(), Settings.load(data=tmp_path / "data"), passages=tmp_path / name)
    assert totals["passages"] == 2
    assert totals["fused"]["recall@1"] == 1.0
    assert set(totals) >= {"dense", "keyword", "fused"}
