from __future__ import annotations

import json

import pytest

from core.schema import (
    Answer,
    AnswerStatus,
    Article,
    Chunk,
    Citation,
    CitationStatus,
    FileResult,
    FileState,
    IngestReport,
    Metadata,
    Passage,
)


@pytest.mark.parametrize(
    ("meta", "place"),
    [
        (Metadata("贵州省", "遵义市", "湄潭县"), "贵州省遵义市湄潭县"),
        (Metadata("重庆市", "重庆市", "璧山区"), "重庆市璧山区"),
        (Metadata("北京市", "", "延庆区"), "北京市延庆区"),
        (Metadata("安徽省"), "安徽省"),
        (Metadata(), ""),
    ],
)
def test_a_place_reads_from_large_to_small_without_repeats(meta: Metadata, place: str) -> None:
    assert meta.place == place


@pytest.mark.parametrize(("date", "year"), [("2023-06-01", "2023"), ("2023-06", "2023"), ("2023", "2023"), ("", "")])
def test_the_year_is_that_of_the_date(date: str, year: str) -> None:
    assert Metadata(date=date).year == year


def test_an_answer_has_the_json_form_of_the_contract() -> None:
    quote = "湄潭县选派茶叶专家42名。"
    article = Article("d-0", "d", "湄潭县茶产业人才工作", (), 0, 40)
    chunk = Chunk("c", "d-0", 12, 12 + len(quote), quote, "title\n" + quote)
    answer = Answer(
        "湄潭县选派了多少茶叶专家？",
        AnswerStatus.GROUNDED,
        "湄潭县选派茶叶专家42名[1]。",
        (Citation(1, "d", "湄潭.txt", "湄潭县茶产业人才工作", quote, 12, 26, CitationStatus.VERBATIM),),
        (Passage(chunk, article, "湄潭.txt", 0.5, 1),),
        ("只用了一份文件",),
        {"search": 12.345},
    )
    written = json.loads(json.dumps(answer.to_json(), ensure_ascii=False))
    assert written == {
        "question": "湄潭县选派了多少茶叶专家？",
        "status": "grounded",
        "text": "湄潭县选派茶叶专家42名[1]。",
        "citations": [
            {
                "marker": 1,
                "source": "湄潭.txt",
                "title": "湄潭县茶产业人才工作",
                "quote": quote,
                "start": 12,
                "end": 26,
                "status": "verbatim",
            }
        ],
        "passages": [{"source": "湄潭.txt", "title": "湄潭县茶产业人才工作", "text": quote, "score": 0.5}],
        "notes": ["只用了一份文件"],
        "timings_ms": {"search": 12.3},
    }


def test_a_failed_citation_is_kept_and_says_so() -> None:
    answer = Answer(
        "问", AnswerStatus.PARTIAL, "答[1]", (Citation(1, "d", "s", "t", "q", 0, 1, CitationStatus.FAILED),)
    )
    assert answer.to_json()["citations"][0]["status"] == "failed"


def test_a_refusal_has_the_same_keys_as_an_answer() -> None:
    refused = Answer("问", AnswerStatus.REFUSED, "资料中没有。").to_json()
    assert list(refused) == ["question", "status", "text", "citations", "passages", "notes", "timings_ms"]


def test_a_report_counts_its_own_lines() -> None:
    report = IngestReport(
        (
            FileResult("a.txt", FileState.ADDED, documents=1, articles=1, chunks=3),
            FileResult("b.txt", FileState.FAILED, "文件是空的。", cause="empty"),
            FileResult("c.txt", FileState.FAILED, "没有读取权限。"),
            FileResult("d.txt", FileState.SKIPPED),
        ),
        embedded=3, documents=2, articles=2, chunks=5,
    )  # fmt: skip
    assert (report.failed, report.count(FileState.ADDED), report.count(FileState.DELETED)) == (2, 1, 0)
    written = json.loads(json.dumps(report.to_json(), ensure_ascii=False))
    assert [written[key] for key in ("added", "updated", "deleted", "skipped", "failed")] == [1, 0, 0, 1, 2]
    assert written["library"] == {"documents": 2, "articles": 2, "chunks": 5}
    assert written["files"][1] == {
        "source": "b.txt", "state": "failed", "reason": "文件是空的。", "documents": 0, "articles": 0, "chunks": 0,
            "cause": "empty", "notes": [], "duplicate_of": "", "moved_from": "", "path": "",
        }  # fmt: skip
