"""What the evidence reader is shown of a passage: runs of whole sentences, with what tells where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.schema import Article
from retriever.text import simplified, statement_spans

LONGEST_WINDOW = 150
"""Characters of a window, unless one sentence alone is longer."""
_LONGEST_LEAD = 45


def windows_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield `(start, end)` of runs of whole sentences that together are `text`, each as long as a window may be."""
    begun: tuple[int, int] | None = None
    for start, end in statement_spans(text):
        if begun and end - begun[0] <= LONGEST_WINDOW:
            begun = (begun[0], end)
            continue
        if begun:
            yield begun
        begun = (start, end)
    if begun:
        yield begun


def lead_of(article: Article, headings: Sequence[str]) -> str:
    """Return what stands in front of a window: the place of its text, its title and its headings."""
    place = article.meta.place
    parts = [place if place and place not in article.title else "", article.title, *headings]
    return " ".join(filter(None, parts))[:_LONGEST_LEAD]


def shown(lead: str, window: str) -> str:
    """Return a window as it is read: on one line, behind its lead, in simplified characters."""
    return simplified(f"{lead}\n{' '.join(window.split())}" if lead else " ".join(window.split()))
