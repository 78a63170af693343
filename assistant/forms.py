"""Which form an answer takes: a fact, a list, a table, a definition, precedents, by what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.commands import Wish
from assistant.compose import Composer
from assistant.finder import Found
from retriever.question import Ask

_LISTS = frozenset({Ask.NUMBER, Ask.UNIT, Ask.PERSON})
"""A question for one of these is no list, even with 哪些 in it."""


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
    if wish is Wish.TABLE:
        yield from composer.table(question, supported, weights)
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
