"""What is said under an answer: what else is near, sources that disagree, sources that are old."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.citations import CitationList
from assistant.compose import inert
from assistant.evidence import Sentence
from assistant.finder import Found
from assistant.quantities import quantities
from assistant.values import lead_values
from core.templates import Templates
from retriever.places import Mention, gazetteer
from retriever.question import Ask

OLD_YEARS = 5
"""A text from so many years ago or more is said to be old."""
_FIGURES = frozenset({Ask.NUMBER, Ask.MONEY})
_MOST_NEAR = 2
_SAME_THING = 0.9
"""A sentence of another text that holds so much of what the best one does is about the same."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """Writes the notes under an answer."""

    templates: Templates
    place_of: Callable[[Sentence], str]
    today: Callable[[], date] = date.today

    def near(self, found: Sequence[Found]) -> Iterator[str]:
        """Yield for each part without an answer what other places have of the kind, under their own names."""
        for one in found:
            if one.supported or not one.question.places:
                continue
            asked = one.question.places[0]
            seen: dict[str, str] = {}
            for sentence in one.elsewhere:
                place = self.place_of(sentence)
                if place and place != asked.name:
                    name = next((name for name in one.question.names if name in sentence.around), "")
                    thing = f"“{name}”" if name else f"《{inert(sentence.article.title)}》"
                    seen.setdefault(place, f"{place}{thing}")
            for key, inside in (("notes.near_inside", True), ("notes.near", False)):
                if things := [thing for place, thing in seen.items() if _lies_in(place, asked) is inside]:
                    yield self.templates.fill(key, asked=asked.name, things="；".join(things[:_MOST_NEAR]))

    def disagreement(self, found: Sequence[Found], citations: CitationList) -> Iterator[str]:
        """Yield where another text about the same place tells another figure, with both sources, the newer named."""
        for one in found:
            if not one.supported or one.question.spread or not one.question.asks & _FIGURES:
                continue
            best = one.supported[0]
            own = self._values(one, best)
            for sentence in one.supported[1:]:
                if sentence.article.id == best.article.id or self.place_of(sentence) != self.place_of(best):
                    continue
                other = self._values(one, sentence)
                if len(own) != 1 or len(other) != 1 or sentence.coverage < _SAME_THING * best.coverage:
                    continue
                told, told_there = quantities(own[0]), quantities(other[0])
                if told and told_there and {q.value for q in told}.isdisjoint(q.value for q in told_there):
                    yield self._told_otherwise(best, own, sentence, other, citations)
                    break

    def _values(self, found: Found, sentence: Sentence) -> list[str]:
        question = found.question
        return lead_values(sentence.text, question.asks & _FIGURES, question.measures, question.text)

    def _told_otherwise(
        self, best: Sentence, own: list[str], other: Sentence, values: list[str], citations: CitationList
    ) -> str:
        def told(sentence: Sentence, figures: list[str]) -> dict[str, object]:
            title, s = sentence.article.title, sentence
            marker = citations.cite(s.document_id, s.source, title, s.start, s.end, s.text)
            return {"year": self._year(s), "values": "、".join(figures), "marker": marker}

        one, two = told(best, own), told(other, values)
        years = (best.article.meta.year, other.article.meta.year)
        key = "notes.newer" if all(years) and years[0] != years[1] else "notes.disagree"
        newer, older = (two, one) if years[1] > years[0] else (one, two)
        return self.templates.fill(
            key, **{f"{name}_a": value for name, value in newer.items()}, **{f"{n}_b": v for n, v in older.items()}
        )

    def _year(self, sentence: Sentence) -> str:
        year = sentence.article.meta.year
        return self.templates.fill("where.year", year=year) if year else self.templates.fill("where.no_date")

    def age(self, cited: Sequence[tuple[int, str]]) -> Iterator[str]:
        """Yield which of the cited texts are old.

        Args:
            cited: markers with the year of their text, empty where untold.
        """
        limit = self.today().year - OLD_YEARS
        old: dict[str, list[int]] = {}
        for marker, year in cited:
            if year and int(year) <= limit:
                old.setdefault(year, []).append(marker)
        for year, markers in sorted(old.items()):
            shown = "".join(f"[{marker}]" for marker in markers)
            yield self.templates.fill("notes.old", markers=shown, year=year, limit=OLD_YEARS)


def _lies_in(place: str, asked: Mention) -> bool:
    """Whether a place lies in the one that is asked for."""
    named = gazetteer().named(place)
    return any(one.contains(other) for one in asked.places for other in named)
