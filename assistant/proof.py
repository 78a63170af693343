"""The check of an answer made of quotations: each is held against the stored text, and so is what stands beside it.

Quotations have to stand in the document, character by character, where their citations point. Figures beside them (the
value in front, the cell of a table) have to be told by what is quoted, as values with units; places have to be named by
the article. As in `assistant.verify`, no model takes part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.compose import inert
from assistant.drafts import MARKERS
from assistant.quantities import quantities
from assistant.verify import Badge
from core.schema import Article, Citation, CitationStatus, Document
from retriever.places import Gazetteer, short_name
from retriever.text import fold, squeeze

_BOLD = "**"
_ROW_END = " |"
_MARKUP = re.compile(r"\*\*|^- |\|")
_WORD = re.compile(r"\w")
_MARKS = "“”"
_DATES = frozenset("年月日")


@dataclass(frozen=True, slots=True)
class _Cited:
    """A citation with what its article names: its text, title, place and date."""

    citation: Citation
    article: str


class Proof:
    """Holds the lines of an answer against what its markers stand for."""

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
        self._cited = {c.marker: _Cited(c, _named_by(*source(c.document_id, c.start))) for c in citations}
        self._gazetteer = gazetteer
        self._badge = re.compile(rf"{re.escape(badge)}[^〔〕]*〕")
        self._failed = failed

    def badge(self, line: str) -> Badge | None:
        """Return what a line is: it quotes, it tells in its own words what it quotes, or it is not supported.

        A line without a marker is none of these, unless it begins in bold with the values of the lines that follow.
        """
        markers = [int(number) for run in MARKERS.findall(line) for number in re.findall(r"\d+", run)]
        if not markers and not line.startswith(_BOLD):
            return None
        cited = [self._cited[number] for number in markers or self._cited if number in self._cited]
        if (
            not cited
            or len(set(markers)) > len(cited)
            or any(c.citation.status is CitationStatus.FAILED for c in cited)
        ):
            return Badge.UNSUPPORTED
        beside = self._badge.sub("", line)
        for one in cited if markers else ():
            quoted = inert(one.citation.quote)
            shown = next((text for text in (quoted, quoted.strip(_MARKS)) if text in beside), None)
            if shown is None:
                return Badge.UNSUPPORTED
            beside = beside.replace(shown, "", 1).replace(f"《{inert(one.citation.title)}》", "")
        beside = _MARKUP.sub(" ", MARKERS.sub("", beside))
        if not _WORD.search(beside):
            return Badge.VERBATIM
        if markers and _is_heading(beside, cited):
            return Badge.REPHRASED
        return Badge.REPHRASED if self._holds(beside, cited) else Badge.UNSUPPORTED

    def _holds(self, beside: str, cited: Sequence[_Cited]) -> bool:
        """Whether figures beside quotations are told by these, dates and places by their articles."""
        quoted = quantities("；".join(one.citation.quote for one in cited))
        named = [one for one in quantities("；".join(one.article for one in cited)) if one.unit in _DATES]
        told = all(any(figure.is_told_by(other) for other in (*quoted, *named)) for figure in quantities(beside))
        places = {short_name(mention.name) for mention in self._gazetteer.find(beside)}
        return told and all(any(place in one.article for one in cited) for place in places)

    def checked(self, lines: Iterable[str]) -> tuple[list[str], bool]:
        """Return the lines, and whether all of them hold: values that do not are left out, others are marked."""
        kept, holds = [], True
        for line in lines:
            if self.badge(line) is not Badge.UNSUPPORTED:
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


def _is_heading(beside: str, cited: Sequence[_Cited]) -> bool:
    """Whether what stands beside a quotation is a line of its article."""
    heading = squeeze(fold(beside)).strip(":“”")
    return any(squeeze(fold(line)) == heading for one in cited for line in one.article.split("\n"))


def _named_by(document: Document, article: Article) -> str:
    meta = article.meta
    text = document.text[article.start : article.end]
    return "\n".join((article.title, meta.province, meta.city, meta.district, f"；{meta.date}；", text))
