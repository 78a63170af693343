"""Citations: numbered as they are used, and checked against the stored document."""

from __future__ import annotations

from collections.abc import Callable

from core.schema import Citation, CitationStatus, Document


def check(citation_quote: str, document: Document | None, start: int, end: int) -> CitationStatus:
    """Return whether the quote stands in the document at exactly its place."""
    if document is None or document.text[start:end] != citation_quote:
        return CitationStatus.FAILED
    return CitationStatus.VERBATIM


class CitationList:
    """Hands out markers; the same quote keeps its marker. A citation that fails its check is kept and says so."""

    def __init__(self, document: Callable[[str], Document | None]) -> None:
        """`document` returns a stored document by its id."""
        self._document = document
        self._citations: list[Citation] = []

    def cite(self, document_id: str, source: str, title: str, start: int, end: int, quote: str) -> int:
        """Return the marker for a quote."""
        for known in self._citations:
            if (known.document_id, known.start, known.end) == (document_id, start, end):
                return known.marker
        marker = len(self._citations) + 1
        status = check(quote, self._document(document_id), start, end)
        self._citations.append(Citation(marker, document_id, source, title, quote, start, end, status))
        return marker

    def all(self) -> tuple[Citation, ...]:
        """Return the citations in the order of their markers."""
        return tuple(self._citations)
