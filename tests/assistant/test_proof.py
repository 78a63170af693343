"""The check of a quoting answer: lines that hold are kept, others are marked, values that do not hold are dropped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.citations import CitationList
from assistant.proof import Proof
from assistant.verify import Badge
from core.schema import Article, Document, Metadata
from retriever.places import Gazetteer

HEADING = "三、建成“青年之家”12个"
TEXT = f"2023年平湖市工作情况\n{HEADING}\n建成“青年之家”12个，服务青年3400余人次。\n南湖区总量不超过50人，占95%。\n详见www.example.com"
FAILED = "〔未通过核对〕"

Prove = Callable[..., Proof]


@pytest.fixture
def prove(gazetteer: Gazetteer) -> Prove:
    """Makes the proof of an answer that cites some quotes, as they were when it was written."""

    def made(*quotes: str) -> Proof:
        document = Document("d", "简报.txt", "青年工作简报", TEXT, "")
        article = Article("d:0", "d", "青年工作简报", (), 0, len(TEXT), Metadata("浙江省", "嘉兴市", date="2023-05"))
        citations = CitationList(lambda _: document)
        title = "7月26日18时的简报"
        for quote in quotes:
            start = max(0, TEXT.find(quote))
            citations.cite("d", "简报.txt", title, start, start + len(quote), quote)
        return Proof(citations.all(), lambda *_: (document, article), gazetteer, "〔原文", FAILED)

    return made


@pytest.mark.parametrize(
    ("quote", "line"),
    [
        ("建成“青年之家”12个，服务青年3400余人次。", "“{}”[1]〔原文 · 平湖市 · 2023年〕"),
        ("“青年之家”12个", "“青年之家”12个[1]〔原文 · 平湖市 · 2023年〕"),
        ("服务青年3400余人次", "- “{}”[1]"),
        ("详见www.example.com", "“{}”[1]〔原文 · 未注明地名 · 2023年〕"),
    ],
)
def test_what_only_quotes_is_verbatim(prove: Prove, quote: str, line: str) -> None:
    line = line.format(quote)
    assert prove(quote).badge(line) is Badge.VERBATIM
    assert prove(quote).checked([line]) == ([line], True)


@pytest.mark.parametrize(
    ("quote", "line"),
    [
        ("服务青年3400余人次", "- **平湖市，2023年**：“{}”[1]"),
        ("建成“青年之家”12个", "| 平湖市 | 12个 | “{}”[1] |"),
        ("服务青年3400余人次", "- **《7月26日18时的简报》（未注明地名）**：“{}”[1]"),
        ("服务青年3400余人次", f"- **{HEADING}**：“{{}}”[1]"),
        ("服务青年3400余人次", "**“青年之家”**：“{}”[1]〔原文 · 嘉兴市 · 2023年〕"),
        ("南湖区总量不超过50人，占95%。", "**95%**。"),
        ("南湖区总量不超过50人，占95%。", "**不超过50人**。"),
    ],
)
def test_what_stands_beside_may_be_told_by_quotation_or_article(prove: Prove, quote: str, line: str) -> None:
    line = line.format(quote)
    assert prove(quote).badge(line) is Badge.REPHRASED
    assert prove(quote).checked([line]) == ([line], True)


@pytest.mark.parametrize(
    ("quote", "line", "marked"),
    [
        ("建成“青年之家”21个", "“{}”[1]〔原文 · 平湖市〕", "“{}”[1]" + FAILED),
        ("建成“青年之屋”12个", "- “{}”[1]", "- “{}”[1]" + FAILED),
        ("服务青年3400余人次", "- **海盐县**：“{}”[1]", "- **海盐县**：“{}”[1]" + FAILED),
        ("建成“青年之家”12个", "| 平湖市 | 13个 | “{}”[1] |", "| 平湖市 | 13个 | “{}”[1]" + FAILED + " |"),
        ("服务青年3400余人次", "“服务青年3400人次”[1]", "“服务青年3400人次”[1]" + FAILED),
    ],
)
def test_what_does_not_hold_is_kept_and_marked(prove: Prove, quote: str, line: str, marked: str) -> None:
    assert prove(quote).checked([line.format(quote)]) == ([marked.format(quote)], False)


@pytest.mark.parametrize("values", ["**13个**。", "**超过50人**。", "**12个、13个**。", "**12家**。"])
def test_values_that_no_quotation_tells_are_left_out(prove: Prove, values: str) -> None:
    quotes = "建成“青年之家”12个，服务青年3400余人次。", "南湖区总量不超过50人，占95%。"
    lines = [f"“{quote}”[{number}]" for number, quote in enumerate(quotes, start=1)]
    assert prove(*quotes).checked([values, *lines]) == (lines, True)


def test_lines_without_markers_are_the_assistants_own(prove: Prove) -> None:
    lines = ["以下3处提到：", "| 地方 | 数量 |", "《简报》提到：〔原文 · 未注明地名〕"]
    assert prove().checked(lines) == (lines, True)


def test_a_marker_that_stands_for_nothing_does_not_hold(prove: Prove) -> None:
    assert prove("服务青年3400余人次").badge("“服务青年3400余人次”[1][2]") is Badge.UNSUPPORTED
