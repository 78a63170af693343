"""Counts of the library → HTML of the overview, each bar a link that filters."""

from __future__ import annotations

from dataclasses import replace

from retriever.held import UNTOLD, HeldState
from retriever.tally import Breakdown, Totals
from ui.library.listing import SIGNS
from ui.library.query import Query, full_name
from ui.library.texts import LibraryTexts
from ui.markup import escape

_PLACES, _KINDS, _YEARS = 8, 6, 14
_MANY = 10_000

Bar = tuple[str, int, Query]
"""What a bar is called, its number, and where it leads."""


def overview(query: Query, totals: Totals, texts: LibraryTexts, *, recent: str = "") -> str:
    """Return the overview of what passes the filters; `recent` is the HTML of what was changed of late."""
    lower = query.place if query.place != UNTOLD else ""
    places = [(c.name, c.documents, query.but(place=full_name(c.place))) for c in totals.places.counts if c.place]
    kinds = [(c.name, c.documents, query.but(kind=c.name)) for c in totals.kinds.counts]
    untold = query.but(place=UNTOLD) if not lower else None
    return (
        f'<section class="ol-overview" aria-label="{escape(texts.overview)}">{_sums(totals, texts)}'
        f"{_states(query, totals, texts)}"
        f"{_chart(texts.by_place, places, _PLACES, untold, totals.places, texts)}"
        f"{_years(query, totals, texts)}"
        f"{_chart(texts.by_kind, kinds, _KINDS, query.but(kind=UNTOLD), totals.kinds, texts)}"
        f"{recent}</section>"
    )


def _sums(totals: Totals, texts: LibraryTexts) -> str:
    size = totals.characters / _MANY
    told = [
        (f"{totals.documents:,}", texts.documents),
        (f"{totals.articles:,}", texts.articles),
        (f"{size:,.0f}" if size >= 10 else f"{size:.1f}", texts.ten_thousand),
    ]
    sums = "".join(f"<div><strong>{number}</strong><span>{escape(name)}</span></div>" for number, name in told)
    copies = f"<p>{totals.reposts:,} {escape(texts.reposts)}</p>" if totals.reposts else ""
    return f'<div class="ol-sums">{sums}</div>{copies}'


def _states(query: Query, totals: Totals, texts: LibraryTexts) -> str:
    """Return what is not as it should be, where anything is."""
    links = "".join(
        f'<a class="ol-go ol-state ol-{state.value}" href="{escape(query.but(state=state.value).address)}">'
        f'<i aria-hidden="true">{SIGNS[state]}</i>{escape(texts.states[state])} {totals.states[state]:,}</a>'
        for state in (HeldState.FAILED, HeldState.PARTLY, HeldState.REMOVED, HeldState.REPOST)
        if totals.states.get(state) and query.state != state.value
    )
    return f'<p class="ol-states">{links}</p>' if links else ""


def _chart(name: str, bars: list[Bar], shown: int, untold: Query | None, counts: Breakdown, texts: LibraryTexts) -> str:
    """Return the first `shown` of the bars, and how many documents tell nothing; `untold` is where that leads."""
    if not bars:
        return ""
    most = max(number for _, number, _ in bars)
    rows = "".join(_bar(label, number, most, link) for label, number, link in bars[:shown])
    if counts.untold and untold is not None:
        rows += _bar(texts.untold, counts.untold, most, untold, "ol-untold")
    left = len(bars) - shown
    foot = f"<small>{escape(texts.more_values.format(count=left))}</small>" if left > 0 else ""
    return f'<div class="ol-chart"><h3>{escape(name)}</h3><ul>{rows}</ul>{foot}</div>'


def _bar(label: str, number: int, most: int, link: Query, style: str = "") -> str:
    width = min(100.0, 100 * number / most)
    return (
        f'<li class="{style}"><a class="ol-go" href="{escape(link.address)}"><span>{escape(label)}</span>'
        f'<i aria-hidden="true"><b style="width:{width:.1f}%"></b></i><em>{number:,}</em></a></li>'
    )


def _years(query: Query, totals: Totals, texts: LibraryTexts) -> str:
    """Return the years in order as columns, the latest ones where there are many."""
    counts = {count.name: count.documents for count in totals.years.counts}
    if not counts:
        return ""
    years = sorted(counts)[-_YEARS:]
    most = max(counts[year] for year in years)
    columns = "".join(
        f'<li><a class="ol-go" href="{escape(query.but(year=year).address)}" title="{year}：{counts[year]:,}">'
        f'<em>{counts[year]:,}</em><i aria-hidden="true" style="height:{max(3.0, 60 * counts[year] / most):.0f}px"></i>'
        f"<span>{escape(year)}</span></a></li>"
        for year in years
    )
    untold = ""
    if totals.years.untold:
        link = escape(replace(query, year=UNTOLD, page=1).address)
        untold = f'<small><a class="ol-go" href="{link}">{escape(texts.untold)} {totals.years.untold:,}</a></small>'
    return f'<div class="ol-chart ol-years"><h3>{escape(texts.by_year)}</h3><ol>{columns}</ol>{untold}</div>'
