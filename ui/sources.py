"""A name such as `cite-2-1` or `passage-2-3` → what the side panel shows for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.errors import AccessError, StoreError
from core.schema import Answer, Article, CitationStatus, Document
from desk.conversations import Conversation, Exchange
from ui.panel import View
from ui.render import cite_target, passage_target
from ui.texts import Texts

Source = Callable[[str, int], tuple[Document, Article]]
"""Returns a document by its id, and its article around a character offset."""
_TARGET = re.compile(r"(cite|passage)-([0-9]{1,6})-([0-9]{1,6})")


def find_view(target: str, conversation: Conversation, source: Source, texts: Texts) -> View | None:
    """Return the place that `target` names in this conversation, or None where it names nothing.

    Raises:
        core.errors.StoreError: the document is no longer in the library.
    """
    match = _TARGET.fullmatch(target)
    if not match:
        return None
    kind, turn, number = match[1], int(match[2]), int(match[3])
    exchange = conversation.exchange(turn)
    if exchange is None or exchange.answer is None:
        return None
    find = _citation_view if kind == "cite" else _passage_view
    return find(exchange, exchange.answer, turn, number, source, texts)


def _citation_view(
    exchange: Exchange, answer: Answer, turn: int, marker: int, source: Source, texts: Texts
) -> View | None:
    markers = [citation.marker for citation in answer.citations]
    if marker not in markers:
        return None
    at = markers.index(marker)
    citation = answer.citations[at]
    proof = next((one for one in exchange.proofs if one.marker == marker), None)
    try:
        document, article = source(citation.document_id, citation.start)
    except AccessError:
        raise
    except StoreError:
        if proof is None:
            raise
        # It has gone, but what it said is kept.
        document = Document("", citation.source, citation.title, "", "")
        article = Article("", "", proof.title, (), 0, 0, proof.meta)
    return View(
        document=document,
        article=article,
        title=citation.title,
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        position=texts.position.format(marker=marker, total=len(markers)),
        copies=_copies(answer, citation.document_id),
        verified=citation.status is CitationStatus.VERBATIM,
        previous=cite_target(turn, markers[at - 1]) if at > 0 else "",
        next=cite_target(turn, markers[at + 1]) if at + 1 < len(markers) else "",
        proof=proof,
    )


def _copies(answer: Answer, document_id: str) -> tuple[str, ...]:
    """Return the other copies of the piece that a citation is from, as the passages of its answer tell them."""
    return next((p.copies for p in answer.passages if p.article.document_id == document_id), ())


def _passage_view(
    exchange: Exchange, answer: Answer, turn: int, rank: int, source: Source, texts: Texts
) -> View | None:
    total = len(answer.passages)
    if not 0 < rank <= total:
        return None
    passage = answer.passages[rank - 1]
    document, article = source(passage.article.document_id, passage.chunk.start)
    return View(
        document=document,
        article=article,
        title=passage.article.title,
        quote=passage.chunk.text,
        start=passage.chunk.start,
        end=passage.chunk.end,
        position=texts.passage_position.format(marker=rank, total=total),
        copies=passage.copies,
        previous=passage_target(turn, rank - 1) if rank > 1 else "",
        next=passage_target(turn, rank + 1) if rank < total else "",
    )
