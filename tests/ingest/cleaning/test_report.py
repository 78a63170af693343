from __future__ import annotations

import json

import pytest

from core.errors import BinaryFileError, UnsupportedFormatError
from ingest.cleaning.report import CleaningReport, show_cleaning
from ingest.lines import Limits
from retriever.text import squeeze

HEAD = "宜都市围绕磷化工、生物医药等主导产业柔性引进院士专家团队，近三年累计支持科研经费1"
TAIL = "2860万元，促成产学研合作项目57个。"
PAGE = f"""当前位置：首页 > 组工动态
宜都市打造人才集聚地

{HEAD}

图为院士专家团队在车间指导

{TAIL}
责任编辑：周明远
分享到：微信 微博
浏览次数：1024次
"""


def report_of(text: str, source: str = "宜都.txt") -> CleaningReport:
    return show_cleaning(text.encode(), source, Limits())


def test_everything_that_was_done_to_a_page_is_listed_with_its_place() -> None:
    told = report_of(PAGE).to_json()
    assert json.loads(json.dumps(told, ensure_ascii=False)) == told
    (text,) = told["texts"]
    assert text["removed"] == [
        {"text": "当前位置：首页 > 组工动态", "reason": "导航", "place": "第 1 行"},
        {"text": "分享到：微信 微博", "reason": "分享栏", "place": "第 10 行"},
        {"text": "浏览次数：1024次", "reason": "计数", "place": "第 11 行"},
    ]
    assert text["joined"] == [{"before": HEAD[-12:], "after": TAIL[:12], "place": "第 8 行"}]
    assert text["captions"] == [{"text": "图为院士专家团队在车间指导", "place": "第 6 行"}]
    assert text["reasons"] == told["reasons"] == {"导航": 1, "分享栏": 1, "计数": 1}


def test_the_share_kept_counts_all_visible_characters() -> None:
    report = report_of(PAGE)
    gone = "当前位置：首页>组工动态分享到：微信微博浏览次数：1024次"
    assert report.texts[0].characters == len(squeeze(PAGE))
    assert report.share_kept == pytest.approx(1 - len(gone) / len(squeeze(PAGE)))


def test_the_terminal_shows_reasons_places_and_seams() -> None:
    shown = report_of(PAGE).render()
    assert "去掉 3 处（导航 1，分享栏 1，计数 1）" in shown
    assert "第 10 行　[分享栏]　分享到：微信 微博" in shown
    assert f"…{HEAD[-12:]} ⏎ {TAIL[:12]}…" in shown
    assert "第 6 行　图为院士专家团队在车间指导" in shown


def test_a_text_that_needs_no_cleaning_says_so() -> None:
    report = report_of(f"{HEAD}{TAIL}\n")
    assert report.share_kept == 1
    assert report.reasons == {}
    assert "1 篇文字没有改动" in report.render()


def test_records_are_reported_one_by_one_with_those_that_cannot_be_read() -> None:
    lines = [
        json.dumps({"id": "甲", "text": PAGE}, ensure_ascii=False),
        "{",
        json.dumps({"id": "乙", "text": HEAD + TAIL}, ensure_ascii=False),
    ]
    report = report_of("\n".join(lines), "记录.jsonl")
    assert [text.source for text in report.texts] == ["记录.jsonl#甲", "记录.jsonl#乙"]
    assert len(report.problems) == 1
    shown = report.render()
    assert "《记录.jsonl#甲》" in shown
    assert "《记录.jsonl#乙》" not in shown
    assert "1 篇文字没有改动" in shown
    assert "未能读取：第 2 行" in shown


def test_many_seams_are_counted_and_some_shown() -> None:
    prose = (HEAD + TAIL) * 12
    wrapped = "\n".join(prose[i : i + 30] for i in range(0, len(prose), 30))
    report = report_of(wrapped)
    assert len(report.texts[0].joined) > 10
    assert "处从略" in report.render()
    assert report.render().count("⏎") == 10


def test_signs_that_steer_a_terminal_are_not_passed_on() -> None:
    shown = report_of("分享到：\u009b31m微信\n" + HEAD + TAIL, "a\x1b[2J.txt").render()
    assert "\x1b" not in shown
    assert "\u009b" not in shown


def test_what_cannot_be_read_is_an_error_for_people() -> None:
    with pytest.raises(UnsupportedFormatError):
        report_of("文字", "宜都.xyz")
    with pytest.raises(BinaryFileError):
        show_cleaning(bytes(1000), "宜都.txt", Limits())
