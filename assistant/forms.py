"""Which form an answer takes: a fact, a list, a table, a definition, precedents, by what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from assistant.commands import Wish
from assistant.compose import Composer
from assistant.evidence import Sentence
from assistant.finder import Found
from assistant.values import lead_values
from retriever.question import Ask

_LISTS = frozenset({Ask.NUMBER, Ask.UNIT, Ask.PERSON})
"""A question for one of these is no list, even with 哪些 in it."""


_VALUES = frozenset({Ask.NUMBER, Ask.MONEY, Ask.PERSON, Ask.DATE, Ask.UNIT})
_GATHERED = frozenset({Ask.LIST, Ask.COMPARE, Ask.PRECEDENT, Ask.DEFINITION, Ask.SUMMARY})
_SURE = 1.0
"""Log-odds of the support that a reading needs."""
_CLOSE = 1.0
"""Without the rank of its passage, a reading scores no more than this below the best."""
_SAME_THING = 0.9
_MOST_READINGS, _MOST_NEAR = 5, 2


def readings(found: Sequence[Found], place_of: Callable[[Sentence], str]) -> dict[str, Sentence]:
    """Return the best sentence for each place that a question may mean, where it names none and the values differ.

    Empty where the question has one reading only, or asks for many things anyway.
    """
    question, supported = found[0].question, found[0].supported
    if len(found) > 1 or question.places or question.spread or question.asks & _GATHERED or not question.asks & _VALUES:
        return {}
    best: dict[str, Sentence] = {}
    values: set[tuple[str, ...]] = set()
    for sentence in supported:
        place = place_of(sentence)
        close = sentence.merit >= supported[0].merit - _CLOSE and sentence.support >= _SURE
        same = sentence.coverage >= _SAME_THING * supported[0].coverage
        value = tuple(lead_values(sentence.text, question.asks, question.measures, question.text))
        if place and close and same and value and place not in best:
            best[place] = sentence
            values.add(value)
    return dict(list(best.items())[:_MOST_READINGS]) if len(values) > 1 else {}


def choices_of(found: Sequence[Found], place_of: Callable[[Sentence], str]) -> tuple[str, ...]:
    """Return the questions that may be meant, or those of other places that the library can answer instead."""
    meant = readings(found, place_of)
    if meant:
        return tuple(f"{place}{found[0].question.text}" for place in meant)
    near: dict[str, None] = {}
    for one in found:
        if not one.supported and len(one.question.places) == 1:
            text, asked = one.question.text, one.question.places[0]
            for place in filter(None, map(place_of, one.elsewhere)):
                near.setdefault(f"{text[: asked.start]}{place}{text[asked.end :]}")
    return tuple(near)[:_MOST_NEAR]


def lines_of(found: Sequence[Found], composer: Composer, wish: Wish | None = None) -> Iterable[str]:
    """Yield the lines of an answer; none where nothing supports any part of the question.

    Args:
        found: what was found, for each part of the question.
        composer: writes.
        wish: a form that the person asks for.
    """
    if not any(one.supported for one in found):
        return
    if len(found) > 1:
        yield from composer.comparison([(one.question, one.supported, one.weights) for one in found])
        return
    question, supported, weights = found[0].question, found[0].supported, found[0].weights
    asks = question.asks
    meant = readings(found, composer.place_of)
    if meant and not wish:
        yield from composer.readings(question, list(meant.values()), weights)
    elif wish is Wish.TABLE and Ask.SUMMARY in asks:
        yield from composer.summary_table(supported)
    elif wish is Wish.TABLE:
        yield from composer.table(question, supported, weights)
    elif Ask.SUMMARY in asks:
        yield from composer.summary(supported)
    elif question.spread or Ask.PRECEDENT in asks:
        yield from composer.spread(question, supported, weights)
    elif Ask.DEFINITION in asks:
        yield from composer.definition(question, supported, weights)
    elif Ask.LIST in asks and not asks & _LISTS:
        yield from composer.listing(question, supported, weights)
    else:
        yield from composer.facts(question, supported, weights)
    if wish is Wish.DETAIL:
        yield from composer.more(question, supported, weights)
