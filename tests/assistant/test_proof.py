"""The check of a written answer: lines that hold are kept, others are marked, values that do not hold are dropped."""

from __future__ import annotations

import pytest

from assistant.proof import Proof
from core.schema import Article, Citation, Document, Metadata
from retriever.places import Gazetteer

TEXT = "平湖市建成“青年之家”12个，服务青年3400余人次。\n南湖区总量不超过50人。"
FAILED = "〔未通过核对〕"


@pytest.fixture
def proof(gazetteer: Gazetteer) -> Proof:
    document = Document("d", "简报.txt", "青年工作简报", TEXT, "")
    article = Article("d:0", "d", "青年工作简报", (), 0, len(TEXT), Metadata(date="2023-05"))
    first, second = TEXT.split("\n")
    citations = [
        Citation(1, "d", "简报.txt", "青年工作简报", first, 0, len(first)),
        Citation(2, "d", "简报.txt", "青年工作简报", second, len(first) + 1, len(TEXT)),
    ]
    return Proof(citations, lambda *_: (document, article), gazetteer, "〔原文", FAILED)


@pytest.mark.parametrize(
    "line",
    [
        "**12个**。",
        "“平湖市建成“青年之家”12个，服务青年3400余人次。”[1]〔原文 · 平湖市 · 2023年〕",
        "- **平湖市，2023年**：“服务青年3400余人次”[1]",
        "| 平湖市 | 12个 | “平湖市建成“青年之家”12个”[1] |",
        "- 《青年工作简报》：2023-05（落款）[1]",
    ],
)
def test_what_stands_in_its_source_is_kept_as_it_is(proof: Proof, line: str) -> None:
    assert proof.checked([line]) == ([line], True)


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("“平湖市建成“青年之家”21个”[1]〔原文 · 平湖市〕", f"“平湖市建成“青年之家”21个”[1]{FAILED}"),
        ("“平湖市建成“青年之屋”12个”[1]〔原文 · 平湖市〕", f"“平湖市建成“青年之屋”12个”[1]{FAILED}"),
        ("- **海盐县**：“服务青年3400余人次”[1]", f"- **海盐县**：“服务青年3400余人次”[1]{FAILED}"),
        ("| 海盐县 | 12个 | “12个”[1] |", f"| 海盐县 | 12个 | “12个”[1]{FAILED} |"),
    ],
)
def test_what_does_not_is_kept_and_marked(proof: Proof, line: str, marked: str) -> None:
    assert proof.checked([line]) == ([marked], False)


@pytest.mark.parametrize("values", ["**13个**。", "**超过50人**。", "**12个、13个**。"])
def test_values_that_no_source_tells_are_left_out(proof: Proof, values: str) -> None:
    line = "“平湖市建成“青年之家”12个，服务青年3400余人次。”[1]〔原文 · 平湖市 · 2023年〕"
    assert proof.checked([values, line]) == ([line], True)


def test_lines_without_markers_are_the_assistants_own(proof: Proof) -> None:
    lines = ["以下3处提到：", "| 地方 | 数量 |", "《简报》提到：〔原文 · 未注明地名〕"]
    assert proof.checked(lines) == (lines, True)
