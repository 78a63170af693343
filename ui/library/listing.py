"""A page of documents → HTML of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desk.citing import readable_date
from desk.jobs import Work
from retriever.held import HeldState, Order
from retriever.holdings import Held, Page
from ui.library.query import ROWS, Query, full_name
from ui.library.texts import LibraryTexts
from ui.markup import escape, escape_lines

_AROUND = 2
SIGNS: Mapping[HeldState, str] = {
    HeldState.INDEXED: "✓",
    HeldState.PARTLY: "◐",
    HeldState.FAILED: "!",
    HeldState.REMOVED: "–",
    HeldState.REPOST: "＝",
}
"""Beside the words, so that no state is told by its colour alone."""


def listing(
    query: Query,
    page: Page,
    texts: LibraryTexts,
    *,
    copies: Sequence[Held] = (),
    pending: Mapping[str, Work] | None = None,
    may_edit: bool = False,
) -> str:
    """Return the list.

    Args:
        query: what is listed.
        page: the documents.
        texts: the words.
        copies: the re-posts of the document that is unfolded.
        pending: by id of a document, what is about to be done with it.
        may_edit: whether rows can be selected.
    """
    if not page.rows:
        return _nothing(texts)
    pending = pending or {}
    rows = []
    for held in page.rows:
        rows.append(_row(query, held, texts, pending, may_edit=may_edit))
        if held.id and held.id == query.unfolded:
            rows += [_row(query, copy, texts, pending, may_edit=may_edit, nested=True) for copy in copies]
    every = (
        f'<th class="ol-check"><input type="checkbox" class="ol-every" aria-label="{escape(texts.select_all)}"></th>'
        if may_edit
        else ""
    )
    heads = (
        f"{every}{_head(query, texts.title, Order.TITLE, 'ol-name')}<th>{escape(texts.place)}</th>"
        f"{_head(query, texts.date, Order.OLDEST if query.order == Order.NEWEST else Order.NEWEST)}"
        f"<th>{escape(texts.kind)}</th><th>{escape(texts.state)}</th>"
        f"{_head(query, texts.size, Order.LONGEST, 'ol-number')}"
    )
    return (
        f'<div class="ol-top">{_chosen(query, texts) if may_edit else ""}<div class="ol-count" role="status">'
        f"<strong>{escape(texts.total.format(total=f'{page.total:,}'))}</strong>{_range(query, page, texts)}"
        "</div></div>"
        f'<table class="ol-table"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        f"{_pages(query, page.total, texts)}"
    )


def _nothing(texts: LibraryTexts) -> str:
    return (
        f'<div class="ol-nothing" role="status"><h2>{escape(texts.nothing)}</h2><p>{escape(texts.nothing_more)}</p>'
        f'<a class="ol-button" href="#clear" role="button">{escape(texts.clear)}</a></div>'
    )


def _chosen(query: Query, texts: LibraryTexts) -> str:
    """Return the bar of what can be done with the selected rows; the script of the page fills in their number."""
    actions = [("restore", texts.restore)]
    if query.state != HeldState.REMOVED:
        actions = [("remove", texts.remove), ("reindex", texts.reindex)]
    buttons = "".join(
        f'<a class="ol-button" href="#{name}-chosen" role="button">{escape(label)}</a>' for name, label in actions
    )
    return (
        f'<div class="ol-chosen" role="group" data-told="{escape(texts.selected)}" hidden>'
        f'<strong role="status"></strong>'
        f'{buttons}<a class="oa-action" href="#unselect" role="button">{escape(texts.unselect)}</a></div>'
    )


def _head(query: Query, label: str, order: Order, style: str = "") -> str:
    by_this = query.sorted_by is order or (query.sorted_by, order) == (Order.NEWEST, Order.OLDEST)
    now = query.sorted_by
    sort = {Order.NEWEST: "descending", Order.LONGEST: "descending"}.get(now, "ascending") if by_this else "none"
    if order in (Order.NEWEST, Order.OLDEST) and now is Order.OLDEST:
        sort = "ascending"
    link = escape(query.but(order=order.value).address)
    return f'<th class="{style}" aria-sort="{sort}"><a class="ol-go" href="{link}">{escape(label)}</a></th>'


def _row(
    query: Query,
    held: Held,
    texts: LibraryTexts,
    pending: Mapping[str, Work],
    *,
    may_edit: bool,
    nested: bool = False,
) -> str:
    named = held.title not in ("", held.source)
    title = held.title if named else _file(held)
    style = "ol-row ol-nested" if nested else "ol-row"
    work = pending.get(held.id) if held.id else None
    if work is not None:
        style += " ol-pending"
    shown = escape_lines(title)
    if held.id:
        link = escape(query.but(document=held.id, at=-1).address)
        name = f'<a class="ol-go ol-title" href="{link}" title="{escape(title)}">{shown}</a>'
    else:
        name = f'<span class="ol-title" title="{escape(title)}">{shown}</span>'
    reason = f'<span class="ol-reason">{escape_lines(held.reason)}</span>' if held.reason else ""
    # What could not be read is called by its file already.
    file = f'<span class="ol-file" title="{escape(held.source)}">{escape_lines(_file(held))}</span>' if named else ""
    collection = f'<span class="ol-collection">{escape(held.collection)}</span>' if held.collection else ""
    fold = "" if nested else _fold(query, held, texts)
    return (
        f'<tr class="{style}" data-id="{escape(held.id)}">{_check(held, title, texts) if may_edit else ""}'
        f'<td class="ol-name">{name}<div class="ol-under">{collection}{file}{fold}</div>{reason}</td>'
        f"<td>{escape(_place(held))}</td>"
        f'<td class="ol-date">{escape(readable_date(held.date, texts.page.lang))}</td>'
        f"<td>{escape(held.kind)}</td>"
        f"<td>{state_mark(held.state, texts, texts.pending[work] if work else '')}</td>"
        f'<td class="ol-number">{f"{held.characters:,}" if held.characters else ""}</td>'
        "</tr>"
    )


def _check(held: Held, title: str, texts: LibraryTexts) -> str:
    if not held.id:
        return '<td class="ol-check"></td>'
    label = escape(texts.select.format(title=title))
    return f'<td class="ol-check"><input type="checkbox" value="{escape(held.id)}" aria-label="{label}"></td>'


def state_mark(state: HeldState, texts: LibraryTexts, pending: str = "") -> str:
    """Return the words for a state with its sign; what is about to be done comes before it."""
    if pending:
        return f'<span class="ol-state ol-working"><i aria-hidden="true"></i>{escape(pending)}</span>'
    sign = f'<i aria-hidden="true">{SIGNS[state]}</i>'
    return f'<span class="ol-state ol-{state.value}">{sign}{escape(texts.states[state])}</span>'


def _fold(query: Query, held: Held, texts: LibraryTexts) -> str:
    if not held.id or not held.copies or held.main_id:
        return ""
    is_open = query.unfolded == held.id
    link = escape(query.but(unfolded="" if is_open else held.id).address)
    label = escape(texts.copies.format(count=held.copies))
    return f'<a class="ol-go ol-copies" href="{link}" role="button" aria-expanded="{str(is_open).lower()}">{label}</a>'


def _file(held: Held) -> str:
    """Return the source without its collection, which stands beside it."""
    return held.source.removeprefix(f"{held.collection}/") if held.collection else held.source


def _place(held: Held) -> str:
    """Return the smallest two parts of the place, which tell it well enough in a narrow column."""
    parts = list(dict.fromkeys(part for part in (held.province, held.city, held.district) if part))
    return "".join(parts[-2:]) if held.place.name else ""


def place_told(held: Held) -> str:
    """Return the whole place; empty where it is not told."""
    return full_name(held.place) if held.place.name else ""


def _range(query: Query, page: Page, texts: LibraryTexts) -> str:
    if page.total <= ROWS:
        return ""
    first = (query.page - 1) * ROWS + 1
    told = texts.range.format(first=f"{first:,}", last=f"{first + len(page.rows) - 1:,}")
    return f"<span>{escape(told)}</span>"


def _pages(query: Query, total: int, texts: LibraryTexts) -> str:
    last = (total + ROWS - 1) // ROWS
    if last < 2:
        return ""
    near = range(query.page - _AROUND, query.page + _AROUND + 1)
    numbers = sorted({1, last} | {number for number in near if 0 < number <= last})
    shown, before = [], 0
    for number in numbers:
        if number > before + 1:
            shown.append('<span aria-hidden="true">…</span>')
        here = ' aria-current="page"' if number == query.page else ""
        link = escape(query.but(page=number).address)
        shown.append(f'<a class="ol-go" href="{link}"{here}>{number:,}</a>')
        before = number
    return f'<nav class="ol-pages" aria-label="{escape(texts.pages)}">{"".join(shown)}</nav>'
