"""Answers with their sources, for the tests of what is taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.schema import Answer, AnswerStatus, Article, Citation, CitationStatus, Document, Metadata
from desk.export import Exported, Sourced

AT = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
TEXT = "一、总体情况。\n通川区今年以来办了34次现场招聘会。\n二、平台。\n建成“人才公寓”2150套。"
DOCUMENT = Document("d1", "工作/人才.docx", "通川区人才工作", TEXT, "", {"origins": [[0, "第 1 页"], [28, "第 2 页"]]})
ARTICLE = Article(
    "a1",
    "d1",
    "人才工作先行区",
    (),
    0,
    len(TEXT),
    Metadata(district="通川区", date="2014-05", issuer="中共通川区委组织部"),
)
FAIRS, FLATS = "通川区今年以来办了34次现场招聘会。", "建成“人才公寓”2150套。"


def citation(quote: str = FAIRS, marker: int = 1, status: CitationStatus = CitationStatus.VERBATIM) -> Citation:
    start = TEXT.index(quote)
    return Citation(marker, "d1", DOCUMENT.source, ARTICLE.title, quote, start, start + len(quote), status)


def answered(
    text: str = f"**34次**。\n\n“{FAIRS}”[1]〔原文 · 通川区 · 2014年〕",
    citations: tuple[Citation, ...] = (citation(),),
    status: AnswerStatus = AnswerStatus.GROUNDED,
    notes: tuple[str, ...] = (),
    question: str = "通川区办了几次招聘会？",
) -> Answer:
    return Answer(question, status, text, citations, notes=notes)


REFUSED = Answer("今天天气怎样？", AnswerStatus.REFUSED, "资料中没有找到能回答这个问题的内容。")


def exported(answer: Answer, document: Document | None = DOCUMENT, asked: datetime | None = None) -> Exported:
    """An answer with its sources as the library holds them now: `document` is what is stored, or None."""
    article = ARTICLE if document else None
    return Exported(answer.question, answer, asked, [Sourced(c, document, article) for c in answer.citations])


def changed() -> Document:
    """The same file after somebody put a line before all."""
    return replace(DOCUMENT, text="更正。\n" + TEXT)
