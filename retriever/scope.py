"""What a search is limited to: places, years, kinds of text, documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from core.errors import UsageError
from retriever.places import Gazetteer, Place

_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Scope:
    """The texts that count. An empty part does not limit; of several values in one part, any will do.

    A text that does not tell its place, year or kind is outside a scope that names one.
    """

    places: tuple[Place, ...] = ()
    """With all that lies in them."""
    years: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    """Their ids."""

    def __bool__(self) -> bool:
        return bool(self.places or self.years or self.kinds or self.documents)


def places_named(names: Iterable[str], gazetteer: Gazetteer) -> Iterator[Place]:
    """Yield the divisions that bear the given names, full or short; of 鼓楼区 all four.

    Raises:
        UsageError: a name is none.
    """
    for name in names:
        mentions = gazetteer.find(name, [name])
        places = gazetteer.resolve_all(mentions)
        if not mentions or mentions[0].start or mentions[-1].end != len(name):
            raise UsageError(f"不认识地名“{name}”，请写省、市、区县的名称，如 四川省、达州、通川区。")
        yield from [places[-1]] if places[-1].province else mentions[-1].places


def years_between(first: int | None, last: int | None) -> tuple[str, ...]:
    """Return the years of a span, both ends included; an open end reaches to the oldest texts or to next year.

    Raises:
        UsageError: the span is empty.
    """
    if first is None and last is None:
        return ()
    first = _FIRST_YEAR if first is None else max(first, _FIRST_YEAR)
    last = date.today().year + 1 if last is None else last
    if first > last:
        raise UsageError(f"起始年份 {first} 晚于截止年份 {last}，请检查。")
    return tuple(map(str, range(first, last + 1)))
