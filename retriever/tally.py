"""Counts of what the library holds, by place, year, kind, collection and state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from retriever.held import HeldState
from retriever.places import Place

_LEVELS = ("province", "city", "district")


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents, and articles in them, have a value in common."""

    name: str
    documents: int
    articles: int
    place: Place | None = None
    """What to filter by, in a count of places."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts by value, the most frequent first. A document with several values counts for each of them."""

    counts: tuple[Count, ...]
    untold: int
    """Documents that tell no value, or not in all of their articles."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is of what passes the filters. What is not listed by itself, a re-post, is not counted either.

    `places` are provinces; with a place among the filters, what lies right in it.
    """

    documents: int
    articles: int
    characters: int
    reposts: int
    """Documents that are not counted, as all they say stands in another; 0 where a single state was asked for."""
    places: Breakdown
    years: Breakdown
    kinds: Breakdown
    collections: Breakdown
    states: Mapping[HeldState, int]
    """Also of files that gave no document and of what was taken out, which count nowhere else."""


def breakdown(values: Iterable[tuple[str, str | Place]]) -> Breakdown:
    """Count documents by value.

    Args:
        values: the value of each article, with the id of its document. An empty one is not told.
    """
    documents: dict[str | Place, set[str]] = {}
    articles: Counter[str | Place] = Counter()
    for document_id, value in values:
        documents.setdefault(value, set()).add(document_id)
        articles[value] += 1
    untold = documents.pop("", set())
    counts = [_count(value, len(ids), articles[value]) for value, ids in documents.items()]
    return Breakdown(tuple(sorted(counts, key=lambda count: (-count.documents, count.name))), len(untold))


def _count(value: str | Place, documents: int, articles: int) -> Count:
    if isinstance(value, Place):
        return Count(value.name, documents, articles, value)
    return Count(value, documents, articles)


def by_place(values: Iterable[tuple[str, Place]], above: Place | None) -> Breakdown:
    """Count documents by the division right below `above` that they are about; those outside it count nowhere.

    Without `above` these are provinces, and districts of which the province is not told.
    """
    known = above or Place("")
    below = ((document_id, _below(place, known)) for document_id, place in values)
    return breakdown((i, "" if place == known else place) for i, place in below if place is not None)


def _below(place: Place, above: Place) -> Place | None:
    """Return the division right below `above` in which a place lies; `above` where it tells no more, None outside."""
    for level in _LEVELS:
        if getattr(above, level) not in ("", getattr(place, level)):
            return None
    if above.name and not above.province and place.province:
        return None
    lowest = max((n for n, level in enumerate(_LEVELS) if getattr(above, level)), default=-1)
    told = next((level for level in _LEVELS[lowest + 1 :] if getattr(place, level)), "")
    return replace(above, **{told: getattr(place, told)}) if told else above
