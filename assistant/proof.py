"""The check of an answer that is written, whoever wrote it: its lines against the texts that they cite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from assistant.citations import CitationList
from assistant.drafts import MARKERS
from assistant.excerpts import Excerpt
from assistant.verify import Badge, Checker, Verified
from core.schema import Article, Citation, Document
from retriever.places import Gazetteer

_BOLD = "**"
_ROW_END = " |"


class Proof:
    """Holds the lines of an answer against what its markers stand for, as it is stored."""

    def __init__(
        self,
        citations: Sequence[Citation],
        source: Callable[[str, int], tuple[Document, Article]],
        gazetteer: Gazetteer,
        badge: str,
        failed: str,
    ) -> None:
        """Prepare.

        Args:
            citations: what the markers stand for.
            source: returns the stored document and the article of it at an offset.
            gazetteer: knows the places.
            badge: how the badge of a quotation begins, 〔原文.
            failed: the badge of a line that fails.
        """
        self._checker = Checker([_excerpt(c, *source(c.document_id, c.start)) for c in citations], gazetteer)
        self._markers = "".join(f"[{citation.marker}]" for citation in citations)
        self._badge = re.compile(rf"{re.escape(badge)}[^〔〕]*〕")
        self._failed = failed

    def sentences(self, line: str) -> tuple[Verified, ...]:
        """Return what the sentences of a line are; none of a line that only leads to others.

        A line in bold tells the values of the lines that follow, with their citations.
        """
        if MARKERS.search(line):
            said = self._badge.sub("", line)
        elif line.startswith(_BOLD):
            said = line.strip("*。") + self._markers
        else:
            return ()
        return self._checker.check(said, CitationList(lambda _: None)).sentences

    def checked(self, lines: Iterable[str]) -> tuple[list[str], bool]:
        """Return the lines, and whether all of them hold: values that do not are left out, others are marked."""
        kept, holds = [], True
        for line in lines:
            if all(one.badge is not Badge.UNSUPPORTED for one in self.sentences(line)):
                kept.append(line)
            elif MARKERS.search(line):
                holds = False
                kept.append(self._marked(line))
        return kept, holds

    def _marked(self, line: str) -> str:
        if self._badge.search(line):
            return self._badge.sub(self._failed, line)
        body = line.removesuffix(_ROW_END)
        return f"{body}{self._failed}{line[len(body) :]}"


def _excerpt(citation: Citation, document: Document, article: Article) -> Excerpt:
    """Return the paragraphs around what a citation points at, under its marker."""
    start = document.text.rfind("\n", 0, citation.start) + 1
    stop = document.text.find("\n", citation.end)
    text = document.text[start : stop if stop >= 0 else len(document.text)]
    label = f"{article.title} {article.meta.place} {article.meta.date}"
    return Excerpt(citation.marker, label, text, document.id, citation.source, citation.title, start)
