"""Answers, passages and documents as plain text for a language model, each with its source."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema import Answer, AnswerStatus, CitationStatus, Passage
from retriever.held import HeldState
from retriever.holdings import Held

_STATUS = {
    AnswerStatus.GROUNDED: "已核对，每句都有原文依据",
    AnswerStatus.PARTIAL: "只有一部分有原文依据",
    AnswerStatus.REFUSED: "资料库中没有依据，不要自行补充",
}


def answer_text(answer: Answer) -> str:
    """Return an answer with its status, its quotes and where each stands."""
    parts = [answer.text, f"核对结果：{_STATUS[answer.status]}"]
    if answer.citations:
        parts.append("引文：")
    for citation in answer.citations:
        doubt = "" if citation.status is CitationStatus.VERBATIM else "（未能在原文中核对到，请勿引用）"
        parts.append(
            f"[{citation.marker}] “{citation.quote}”{doubt} —— {citation.title}（{citation.source}，"
            f"文档编号 {citation.document_id}，第 {citation.start}—{citation.end} 字）"
        )
    parts += [f"说明：{note}" for note in answer.notes]
    parts += [f"可改问：{choice}" for choice in answer.choices]
    return "\n".join(parts)


def passages_text(passages: Sequence[Passage]) -> str:
    """Return passages one after the other, the best first."""
    if not passages:
        return "没有找到相关的资料。"
    return "\n\n".join(_passage_text(passage) for passage in passages)


def part_text(held: Held, text: str, offset: int, total: int) -> str:
    """Return a part of a document's text after what is known of it, and whether there is more."""
    facts = [
        held.place.name and "".join(dict.fromkeys((held.province, held.city, held.district))),
        held.date,
        held.kind,
    ]
    head = f"{held.title}（{'，'.join(filter(None, [held.source, *facts]))}，文档编号 {held.id}）"
    if held.state is HeldState.REMOVED:
        return f"{head}\n这份资料已移出资料库，没有正文。"
    end = offset + len(text)
    if not text:
        return f"{head}\n全文共 {total} 字，没有从第 {offset} 字起的内容。"
    more = f"，后面还有，请从 offset={end} 接着读" if end < total else "，到此为止"
    return f"{head}\n{text}\n（第 {offset}—{end} 字，全文共 {total} 字{more}）"


def _passage_text(passage: Passage) -> str:
    meta = passage.article.meta
    facts = "，".join(filter(None, [passage.source, meta.place, meta.date, meta.kind]))
    head = f"{passage.rank}. {passage.article.title}（{facts}，文档编号 {passage.article.document_id}）"
    return f"{head}\n{passage.chunk.text}"
