"""One document → HTML of the reader: what is known of it, its outline, its text, what was cleaned away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from core.schema import Article, Document
from desk.citing import readable_date
from desk.jobs import Work
from retriever.held import HeldState
from retriever.holdings import Held
from retriever.outline import Outlined
from ui.library.correction import correction_form
from ui.library.listing import place_told, state_mark
from ui.library.query import Query
from ui.library.texts import LibraryTexts
from ui.markup import escape, escape_lines
from ui.panel import WINDOW, View, date_told, text_html, window

TABS = ("text", "outline", "facts", "cleaning")
_SENTENCE = re.compile(r"[^\n。！？；]*[。！？；]?")
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as the reader shows it; `document` is None for one that was taken out."""

    held: Held
    document: Document | None
    outline: tuple[Outlined, ...] = ()
    copies: tuple[Held, ...] = ()
    pending: Work | None = None
    may_edit: bool = False
    cleaning: str = ""
    """What was cleaned away, as HTML; empty until it is asked for."""
    tab: str = "text"


def reader(query: Query, reading: Reading, texts: LibraryTexts, kinds: Sequence[str] = ()) -> str:
    """Return the reader of a document; `kinds` are proposed where its kind is corrected."""
    held = reading.held
    style = " ol-wide" if query.wide else ""
    if reading.document is None:
        body = f'<p class="ol-note" role="status">{escape(texts.removed_text)}</p>'
    else:
        body = f"{_tabs(reading, texts)}{_panes(query, reading, reading.document, texts, kinds)}"
    return (
        f'<article class="ol-reader{style}" data-document="{escape(held.id)}" data-at="{query.at}"'
        f' data-tab="{reading.tab}" aria-label="{escape(texts.reader)}">'
        f"{_head(query, reading, texts)}{body}</article>"
    )


def no_reader(query: Query, message: str, texts: LibraryTexts) -> str:
    """Return the reader with a sentence in the place of a document."""
    return (
        f'<article class="ol-reader" data-document="" data-at="-1"><header class="ol-head"><div class="ol-tools">'
        f"{_close(query, texts)}</div></header>"
        f'<p class="ol-note" role="status">{escape_lines(message)}</p></article>'
    )


def _head(query: Query, reading: Reading, texts: LibraryTexts) -> str:
    held = reading.held
    wide = escape(query.but(wide=not query.wide).address)
    tools = (
        f'<a class="oa-step" href="#previous" role="button">{escape(texts.previous)}</a>'
        f'<a class="oa-step" href="#next" role="button">{escape(texts.next)}</a>'
        f'<a class="oa-step ol-widen" href="{wide}">{escape(texts.narrow if query.wide else texts.wide)}</a>'
        f"{_close(query, texts)}"
    )
    pending = texts.pending[reading.pending] if reading.pending else ""
    facts = [place_told(held), readable_date(held.date, texts.page.lang), held.kind]
    if held.articles > 1:
        facts.append(texts.articles_in.format(count=held.articles))
    if held.characters:
        facts.append(texts.characters.format(count=f"{held.characters:,}"))
    told = "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)
    return (
        f'<header class="ol-head"><div class="ol-tools">{state_mark(held.state, texts, pending)}'
        f"<nav>{tools}</nav></div>"
        f'<h2 tabindex="-1">{escape_lines(held.title or held.source)}</h2><p class="ol-told">{told}</p>'
        f"{_actions(reading, texts)}{_warnings(reading, texts)}</header>"
    )


def _close(query: Query, texts: LibraryTexts) -> str:
    label = escape(texts.close)
    return f'<a class="oa-step ol-close" href="{escape(query.listed.address)}" aria-label="{label}">×</a>'


def _actions(reading: Reading, texts: LibraryTexts) -> str:
    held, name = reading.held, escape(reading.held.id)
    original = f'<a href="/api/v1/documents/{name}/original" download>{escape(texts.page.original)}</a>'

    def button(action: str, label: str) -> str:
        return f'<a href="#{action}-{name}" role="button">{escape(label)}</a>'

    if reading.document is None:
        links = [button("restore", texts.restore)] if reading.may_edit and reading.pending is None else []
        return f'<p class="ol-actions">{"".join([*links, original])}</p>'
    question = texts.question.format(title=(held.title or held.source)[:_LONGEST_TITLE])
    links = [f'<a href="/?{escape(urlencode({"q": question}))}">{escape(texts.ask)}</a>', original]
    if reading.may_edit and reading.pending is None:
        links += [f'<a href="#correct" role="button">{escape(texts.correct)}</a>']
        links += [button("reindex", texts.reindex), button("remove", texts.remove)]
    return f'<p class="ol-actions">{"".join(links)}</p>'


def _warnings(reading: Reading, texts: LibraryTexts) -> str:
    held = reading.held
    told = []
    if held.state is HeldState.FAILED and reading.document is not None:
        told.append(texts.failed_text)
    if held.reason:
        told.append(held.reason)
    return "".join(f'<p class="ol-warning">{escape_lines(one)}</p>' for one in told)


def _tabs(reading: Reading, texts: LibraryTexts) -> str:
    labels = (texts.text, texts.outline, texts.facts, texts.cleaning)
    tabs = "".join(
        f'<a role="tab" href="#tab-{name}" id="ol-tab-{name}" aria-controls="ol-pane-{name}"'
        f' aria-selected="{str(name == reading.tab).lower()}">{escape(label)}</a>'
        for name, label in zip(TABS, labels, strict=True)
    )
    return f'<div class="ol-tabs" role="tablist">{tabs}</div>'


def _panes(query: Query, reading: Reading, document: Document, texts: LibraryTexts, kinds: Sequence[str]) -> str:
    contents = (
        _text(query, document, texts),
        _outline(query, reading.outline, texts),
        f"{_facts(query, reading, document, texts)}{_form(reading, texts, kinds)}",
        reading.cleaning or _cleaning_offer(reading.held, texts),
    )
    return "".join(
        f'<div class="ol-pane oa-scroll ol-pane-{name}" id="ol-pane-{name}" role="tabpanel" tabindex="0"'
        f' aria-labelledby="ol-tab-{name}"{"" if name == reading.tab else " hidden"}>{content}</div>'
        for name, content in zip(TABS, contents, strict=True)
    )


def _text(query: Query, document: Document, texts: LibraryTexts) -> str:
    """Return the text around the place that is asked for, with the sentence there marked."""
    text = document.text
    at = min(query.at, len(text)) if query.at >= 0 else -1
    match = _SENTENCE.match(text, at) if at >= 0 else None
    quote = match[0].rstrip() if match else ""
    whole = Article("", document.id, document.title, (), 0, len(text))
    start = max(0, at)
    view = View(document, whole, document.title, quote, start, start + len(quote), "")
    first, last = window(view)
    earlier, later = "", ""
    if first > 0:
        link = escape(query.but(at=max(0, first - WINDOW)).address)
        earlier = f'<p class="oa-omitted"><a href="{link}">{escape(texts.earlier)}</a></p>'
    if last < len(text):
        link = escape(query.but(at=min(len(text), last + 1)).address)
        later = f'<p class="oa-omitted"><a href="{link}">{escape(texts.later)}</a></p>'
    return f"{earlier}{text_html(view, texts.page, places=True)}{later}"


def _outline(query: Query, outline: Sequence[Outlined], texts: LibraryTexts) -> str:
    lines = []
    for number, one in enumerate(outline, start=1):
        if len(outline) > 1:
            meta = one.article.meta
            told = " · ".join(filter(None, (meta.place, readable_date(meta.date, texts.page.lang), meta.kind)))
            label = one.article.title or texts.article_of.format(number=number)
            lines.append(_place_in(query, one.article.start, label, 0, told))
        lines += [_place_in(query, heading.offset, heading.text, heading.level) for heading in one.headings]
    if not lines:
        return f'<p class="ol-none">{escape(texts.no_outline)}</p>'
    return f'<ul class="ol-outline">{"".join(lines)}</ul>'


def _place_in(query: Query, offset: int, label: str, level: int, told: str = "") -> str:
    link = escape(query.but(at=offset).address)
    more = f"<small>{escape(told)}</small>" if told else ""
    return (
        f'<li class="ol-level-{min(level, 4)}"><a href="{link}" data-to="{offset}">{escape_lines(label)}</a>{more}</li>'
    )


def _facts(query: Query, reading: Reading, document: Document, texts: LibraryTexts) -> str:
    held, page = reading.held, texts.page
    articles = [one.article for one in reading.outline]
    article = next((a for a in articles if a.start <= max(0, query.at) < a.end), articles[0] if articles else None)
    several = len(articles) > 1
    facts: list[tuple[str, str]] = []
    if article is not None:
        meta = article.meta
        if several:
            number = articles.index(article) + 1
            facts.append((texts.article_of.format(number=number), article.title))
        facts += [
            (page.place, meta.place or page.unstated), (page.date, date_told(meta, page) or page.unstated),
            (page.kind, meta.kind or page.unstated), (page.issuer, meta.issuer),
            (page.authors, "、".join(meta.authors)), (page.speaker, meta.speaker), (page.occasion, meta.occasion),
            (page.taken_from, meta.origin if meta.origin != meta.issuer else ""),
        ]  # fmt: skip
    facts += [
        (texts.collection, held.collection or texts.no_collection), (page.file, held.source),
        (texts.size, f"{held.characters:,}"), (texts.read_state, texts.states[held.state]),
        (page.notes, "；".join(dict.fromkeys((*held.notes, *document.meta.get("notes", ()))))),
    ]  # fmt: skip
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape_lines(value)}</dd></div>" for name, value in facts if value
    )
    return f'<dl class="ol-facts">{rows}</dl>{_copies(query, reading.copies, texts)}'


def _copies(query: Query, copies: Sequence[Held], texts: LibraryTexts) -> str:
    if not copies:
        return ""
    rows = "".join(
        f'<li><a href="{escape(query.but(document=copy.id, at=-1).address)}">{escape_lines(copy.source)}</a>'
        f"{'' if copy.main_id else f' <small>{escape(texts.main_copy)}</small>'}</li>"
        for copy in copies
    )
    return f'<h3 class="ol-part">{escape(texts.page.copies)}</h3><ul class="ol-list">{rows}</ul>'


def _form(reading: Reading, texts: LibraryTexts, kinds: Sequence[str]) -> str:
    if not reading.may_edit or reading.pending is not None or not reading.outline:
        return ""
    return correction_form(reading.held.id, [one.article for one in reading.outline], kinds, texts)


def _cleaning_offer(held: Held, texts: LibraryTexts) -> str:
    return (
        f'<div class="ol-offer"><p>{escape(texts.cleaning_hint)}</p>'
        f'<a class="ol-button" href="#cleaning-{escape(held.id)}" role="button"'
        f' data-wait="{escape(texts.cleaning_wait)}">{escape(texts.cleaning_show)}</a></div>'
    )
