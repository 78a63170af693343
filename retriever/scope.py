"""What a search is limited to: places, years, kinds of text, collections, single articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from core.errors import UsageError
from retriever.places import Gazetteer, Place

_FIRST_YEAR = 1900
_NO_FOLDER = re.compile(r"\.zip\Z|\.jsonl(?:#|\Z)", re.IGNORECASE | re.ASCII)
"""What a part of a source looks like that is an archive or a file of records, or one of its records."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The texts that count. An empty part does not limit; of several values in one part, any will do.

    A text that does not tell its place, year or kind is outside a scope that names one.
    """

    places: tuple[Place, ...] = ()
    """With all that lies in them."""
    years: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    """Their ids."""
    collections: tuple[str, ...] = ()
    """Their names; see `collection_of`."""
    hidden: tuple[str, ...] = ()
    """Collections of which nothing may be found, whatever else is asked for."""

    def __bool__(self) -> bool:
        limits = (self.places, self.years, self.kinds, self.articles, self.collections, self.hidden)
        return any(limits)


def places_named(names: Iterable[str], gazetteer: Gazetteer) -> Iterator[Place]:
    """Yield the divisions that bear the given names, full or short.

    Of a name that several bear, such as 鼓楼区, these are all, and the one of which a text does not tell which it is.

    Raises:
        UsageError: a name is none.
    """
    for name in names:
        places = gazetteer.named(name)
        if not places:
            raise UsageError(f"不认识地名“{name}”，请写省、市、区县的名称，如 四川省、达州、通川区。")
        yield from places
        bare = [place for place in dict.fromkeys(Place("", "", place.district) for place in places) if place.district]
        yield from bare if len(places) > 1 else ()


def years_between(first: int | None, last: int | None) -> tuple[str, ...]:
    """Return the years of a span, both ends included; an open end reaches to the oldest texts or to next year.

    Raises:
        UsageError: the span is empty.
    """
    if first is None and last is None:
        return ()
    first = _FIRST_YEAR if first is None else max(first, _FIRST_YEAR)
    next_year = date.today().year + 1
    last = next_year if last is None else min(last, next_year)
    if first > last:
        raise UsageError(f"起始年份 {first} 晚于截止年份 {last}，请检查。")
    return tuple(map(str, range(first, last + 1)))


def collection_of(source: str) -> str:
    """Return the collection of a text, or of a file: the first folder of its source, empty where it lies in none.

    人才/2023/a.docx is in 人才; an archive or a file of records is no folder.
    """
    first, slash, _ = source.partition("/")
    return first if slash and not _NO_FOLDER.search(first) else ""
