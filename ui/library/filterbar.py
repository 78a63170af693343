"""The row above the list: search, filters, order, and the button that adds files."""

from __future__ import annotations

from collections.abc import Iterable

from retriever.held import UNTOLD, HeldState
from retriever.holdings import Choices
from ui.library.query import NO_COLLECTION, Query, full_name
from ui.library.texts import LibraryTexts
from ui.markup import escape

Option = tuple[str, str]
"""The value and what is shown for it."""


def filter_bar(query: Query, choices: Choices, texts: LibraryTexts, *, may_edit: bool) -> str:
    """Return the row; the script of the page keeps it in step with the address."""
    places = (full_name(place) for place in choices.places)
    years = [*((year, year) for year in choices.years), (UNTOLD, texts.untold)]
    kinds = [*((kind, kind) for kind in choices.kinds), (UNTOLD, texts.untold)]
    states = [(state.value, texts.states[state]) for state in HeldState]
    orders = [(order.value, label) for order, label in texts.orders.items()]
    fields = [
        _place(query.place, places, texts),
        _select("year", texts.year, query.year, years, texts.any),
        _select("kind", texts.kind, query.kind, kinds, texts.any),
        _select("state", texts.state, query.state, states, texts.any),
    ]
    if choices.collections:
        collections = [*((name, name) for name in choices.collections), (NO_COLLECTION, texts.no_collection)]
        fields.append(_select("collection", texts.collection, query.collection, collections, texts.any))
    fields.append(_select("order", texts.order, query.sorted_by.value, orders, ""))
    add = f'<a class="ol-button ol-main" href="#add" role="button">{escape(texts.add)}</a>' if may_edit else ""
    return (
        '<form class="ol-bar" role="search"><div class="ol-bar-top">'
        f'<input type="search" name="q" class="ol-search" maxlength="200" autocomplete="off"'
        f' value="{escape(query.text)}"'
        f' aria-label="{escape(texts.search)}" placeholder="{escape(texts.search)}">'
        f'<a class="ol-button ol-fold-filters" href="#filters" role="button" aria-expanded="false">'
        f"{escape(texts.filters)}</a>{add}</div>"
        f'<div class="ol-fields" role="group" aria-label="{escape(texts.filters)}">{"".join(fields)}'
        f'<a class="oa-action ol-clear" href="#clear" role="button" hidden>{escape(texts.clear)}</a></div></form>'
    )


def _place(chosen: str, places: Iterable[str], texts: LibraryTexts) -> str:
    names = [*dict.fromkeys(places), UNTOLD]
    options = "".join(f'<option value="{escape(name)}"></option>' for name in names)
    return (
        f'<label class="oa-limit"><span>{escape(texts.place)}</span>'
        f'<input name="place" list="ol-places" autocomplete="off" size="7" maxlength="60" value="{escape(chosen)}"'
        f' placeholder="{escape(texts.any)}"></label><datalist id="ol-places">{options}</datalist>'
    )


def _select(name: str, label: str, chosen: str, options: Iterable[Option], none: str) -> str:
    listed = ([("", none)] if none else []) + list(options)
    if chosen not in [value for value, _ in listed]:
        listed.append((chosen, chosen))
    shown = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(told)}</option>'
        for value, told in listed
    )
    menu = f'<select name="{name}">{shown}</select>'
    return f'<label class="oa-limit ol-by-{name}"><span>{escape(label)}</span>{menu}</label>'
