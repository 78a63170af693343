"""The row above the input in which a question is limited: place, years, kind, collection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desk.limits import Limits
from retriever.holdings import Choices
from retriever.places import Place
from ui.markup import escape
from ui.texts import Texts


def limits_bar(limits: Limits, choices: Choices, texts: Texts) -> str:
    """Return the row; the script of the page tells of each change."""
    first, last = str(limits.from_year or ""), str(limits.to_year or "")
    years = sorted({*choices.years, *filter(None, (first, last))}, reverse=True)
    fields = [
        _place(limits.place, choices.places, texts),
        _years(first, last, years, texts),
        _select("kind", texts.limit_kind, limits.kind, choices.kinds, texts),
    ]
    if choices.collections:
        fields.append(_select("collection", texts.limit_collection, limits.collection, choices.collections, texts))
    clear = (
        f'<a class="oa-action" href="#clear-limits" role="button">{escape(texts.clear_limits)}</a>' if limits else ""
    )
    return (
        f'<div class="oa-limits" role="group" aria-label="{escape(texts.limits)}">'
        f'<span class="oa-limits-name">{escape(texts.limits)}</span>{"".join(fields)}{clear}</div>'
    )


def _place(chosen: str, places: Sequence[Place], texts: Texts) -> str:
    names = dict.fromkeys(place.name for place in places)
    options = "".join(f'<option value="{escape(name)}"></option>' for name in names)
    return (
        f'<label class="oa-limit{" oa-limit-set" if chosen else ""}"><span>{escape(texts.limit_place)}</span>'
        f'<input name="place" list="oa-places" autocomplete="off" size="8" value="{escape(chosen)}"'
        f' placeholder="{escape(texts.no_limit)}"><datalist id="oa-places">{options}</datalist></label>'
    )


def _years(first: str, last: str, years: Sequence[str], texts: Texts) -> str:
    def field(name: str, label: str, chosen: str) -> str:
        options = _options(chosen, years, texts)
        return f'<select name="{name}" aria-label="{escape(label)}">{options}</select>'

    return (
        f'<span class="oa-limit{" oa-limit-set" if first or last else ""}"><span>{escape(texts.limit_years)}</span>'
        f"{field('from_year', texts.limit_from, first)}<span>—</span>{field('to_year', texts.limit_to, last)}</span>"
    )


def _select(name: str, label: str, chosen: str, values: Sequence[str], texts: Texts) -> str:
    options = _options(chosen, dict.fromkeys([*values, *([chosen] if chosen else [])]), texts)
    return (
        f'<label class="oa-limit{" oa-limit-set" if chosen else ""}"><span>{escape(label)}</span>'
        f'<select name="{name}">{options}</select></label>'
    )


def _options(chosen: str, values: Iterable[str], texts: Texts) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(value)}</option>'
        for value in values
    )
    return f'<option value="">{escape(texts.no_limit)}</option>{options}'
