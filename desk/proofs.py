"""What a cited place looked like when it was cited, kept with the answer: a document may change or go afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from core.errors import OrgAskError
from core.schema import Article, Citation, CitationStatus, Document, Metadata

_AROUND = 400
"""Characters kept on either side of a quote."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A quote with the text around it and what was known of its article."""

    marker: int
    title: str
    meta: Metadata
    before: str
    quote: str
    after: str
    at: str
    """The page, or the sheet and row; empty where the file has none."""
    collection: str = ""
    """The one that its file lay in."""


Source = Callable[[str, int], tuple[Document, Article]]
"""Returns a document by its id, and its article around a character offset."""


def proofs_of(citations: Sequence[Citation], source: Source) -> tuple[Proof, ...]:
    """Return what the cited places look like now; a citation that failed, or whose document has gone, has no proof."""
    found = []
    for citation in citations:
        if citation.status is not CitationStatus.VERBATIM:
            continue
        try:
            document, article = source(citation.document_id, citation.start)
        except OrgAskError:
            continue
        text, start, end = document.text, citation.start, citation.end
        if text[start:end] == citation.quote:
            before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
            at = document.origin_at(start)
            found.append(
                Proof(
                    citation.marker, article.title, article.meta, before, citation.quote, after, at, document.collection
                )
            )
    return tuple(found)


def dump_proofs(proofs: Sequence[Proof]) -> str:
    """Return proofs as JSON."""
    return json.dumps([asdict(proof) for proof in proofs], ensure_ascii=False)


def load_proofs(stored: str) -> tuple[Proof, ...]:
    """Return the proofs that `dump_proofs` has written."""
    return tuple(
        Proof(**{**one, "meta": Metadata(**{**one["meta"], "authors": tuple(one["meta"]["authors"])})})
        for one in json.loads(stored)
    )
