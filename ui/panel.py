"""A place in a document → HTML of the side panel: where it stands, and the whole text with the quote marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.schema import Article, Document, Metadata
from desk.citing import citation_text, cited, readable_date
from desk.proofs import Proof
from ui.markup import escape, escape_lines
from ui.texts import Texts

MARK_ID = "oa-mark"
WINDOW = 60_000
"""Characters shown on either side of the quote; a browser cannot lay out a file of many megabytes at once."""

_LINE = re.compile(r"[^\n]+")
_HEADING = re.compile(
    r"第[一二三四五六七八九十百]+[章节部分条][\s　].*"
    r"|[一二三四五六七八九十]{1,3}、.*"
    r"|[（(][一二三四五六七八九十]{1,3}[)）].*"
)
# A line of its own without a number reads as a heading when it is short and no sentence.
_BARE_HEADING = re.compile(r"[^\d\s。！？；：，,.!?;:<>\[\]{}|][^。！？；：，,.!?;:<>\[\]{}|]{1,23}")
_SENTENCE_END = ("。", "！", "？", "；", "：", "，", ".", "!", "?", ";")
_HEADING_LENGTH = 45


@dataclass(frozen=True, slots=True)
class View:
    """What the panel shows. `target` names it to the page; the neighbours are empty at either end."""

    document: Document
    article: Article
    title: str
    quote: str
    start: int
    end: int
    position: str
    verified: bool = True
    previous: str = ""
    next: str = ""
    copies: tuple[str, ...] = ()
    """Files that hold the same piece."""
    proof: Proof | None = None
    """What stood there when it was cited."""

    @property
    def found(self) -> bool:
        """Whether the quote stands at its place in the document as it is now."""
        return self.verified and bool(self.quote) and self.document.text[self.start : self.end] == self.quote


def empty_panel(texts: Texts) -> str:
    """Return the panel as it is before the first click."""
    return (
        f'<div class="oa-panel oa-panel-empty"><div class="oa-panel-name">{escape(texts.panel)}</div>'
        f'<div class="oa-blank"><div class="oa-blank-icon" aria-hidden="true"></div>'
        f"<p>{escape(texts.panel_empty)}</p><small>{escape(texts.panel_help)}</small></div></div>"
    )


def message_panel(message: str, texts: Texts) -> str:
    """Return the panel with a sentence in the place of a document."""
    return (
        f'<div class="oa-panel oa-panel-empty"><div class="oa-panel-name">{escape(texts.panel)}</div>'
        f'<div class="oa-blank"><p class="oa-warning">{escape_lines(message)}</p></div></div>'
    )


def source_panel(view: View, texts: Texts) -> str:
    """Return the panel for one citation or passage."""
    return (
        f'<div class="oa-panel"><div class="oa-panel-head">{_navigation(view, texts)}'
        f'<h2 class="oa-panel-title">{escape_lines(view.title or view.document.title)}</h2>'
        f"{_facts(view, texts)}{_warning(view, texts)}</div>"
        f'<div class="oa-scroll" tabindex="0">{text_html(view, texts)}</div></div>'
    )


def _navigation(view: View, texts: Texts) -> str:
    def button(target: str, label: str) -> str:
        if not target:
            return f'<span class="oa-step oa-off" role="link" aria-disabled="true">{escape(label)}</span>'
        return f'<a class="oa-step" href="#{escape(target)}">{escape(label)}</a>'

    # The words to copy stand in the page as text; the script only reads them.
    if view.found:
        words = citation_text(view.quote, view.document, view.article, at=view.start, lang=texts.lang)
    else:
        words = cited(view.quote, view.title or view.document.title, view.document.source, lang=texts.lang)
    return (
        f'<div class="oa-panel-name">{escape(texts.panel)}<span class="oa-position">{escape(view.position)}</span>'
        f'<span class="oa-steps">{button(view.previous, texts.previous)}{button(view.next, texts.next)}'
        f'<a class="oa-step oa-copy-quote" href="#copy-quote" role="button">{escape(texts.copy_quote)}</a>'
        f'<a class="oa-step oa-close" href="#close-panel" role="button" aria-label="{escape(texts.close)}">×</a>'
        "</span></div>"
        f'<span class="oa-copy-words" hidden>{escape_lines(words)}</span>'
    )


def _facts(view: View, texts: Texts) -> str:
    meta = view.article.meta
    at = view.document.origin_at(view.start)
    always = (
        (texts.place, meta.place),
        (texts.date, date_told(meta, texts)),
        (texts.kind, meta.kind),
    )
    where_told = (
        (texts.issuer, meta.issuer),
        (texts.authors, "、".join(meta.authors)),
        (texts.speaker, meta.speaker),
        (texts.occasion, meta.occasion),
        (texts.taken_from, meta.origin if meta.origin != meta.issuer else ""),
        (texts.heading, " › ".join(view.article.heading_path)),
        (texts.file, texts.at.format(file=view.document.source, at=at) if at else view.document.source),
        (texts.copies, "、".join(view.copies)),
        (texts.notes, "；".join(view.document.meta.get("notes", ()))),
    )
    if view.proof is not None and not view.found:
        meta = view.proof.meta
    rows = [_fact("oa-fact" if value else "oa-unstated", name, value or texts.unstated) for name, value in always]
    rows += [_fact("oa-long", name, value) for name, value in where_told if value]
    return f'<dl class="oa-facts">{"".join(rows)}</dl>{_ways(view, texts)}'


def _ways(view: View, texts: Texts) -> str:
    """Return the links to the document in the library and to its file."""
    name = view.document.id
    if not name:
        return ""
    there = f"/library?d={escape(name)}&amp;at={view.start}"
    return (
        f'<p class="oa-panel-ways"><a href="{there}">{escape(texts.open_in_library)}</a>'
        f'<a href="/api/v1/documents/{escape(name)}/original" download>{escape(texts.original)}</a></p>'
    )


def _fact(style: str, name: str, value: str) -> str:
    return f'<div class="{style}"><dt>{escape(name)}</dt><dd>{escape_lines(value)}</dd></div>'


def date_told(meta: Metadata, texts: Texts) -> str:
    """Return the date with how it is known; the ways have Chinese names only."""
    date = readable_date(meta.date, texts.lang)
    known = date and meta.date_from and texts.lang != "en"
    return texts.date_from.format(date=date, known=meta.date_from) if known else date


def _warning(view: View, texts: Texts) -> str:
    if view.found:
        return ""
    message = texts.quote_moved if view.verified else texts.quote_failed
    if view.verified and view.proof is not None:
        return f'<p class="oa-warning">{escape(message)}</p>{_then(view.proof, texts)}'
    label = f"<small>{escape(texts.quote_given)}</small>"
    quote = f'<div class="oa-given">{label}{escape_lines(view.quote)}</div>'
    return f'<p class="oa-warning">{escape(message)}</p>{quote}'


def _then(proof: Proof, texts: Texts) -> str:
    """Return what stood around the quote when it was cited."""
    mark = f'<mark class="oa-quote">{escape_lines(proof.quote)}</mark>'
    at = f"<small>{escape(proof.at)}</small>" if proof.at else ""
    return (
        f'<div class="oa-given"><small>{escape(texts.then_text)}</small>{at}'
        f"{escape_lines(proof.before)}{mark}{escape_lines(proof.after)}</div>"
    )


def window(view: View) -> tuple[int, int]:
    """Return which part of the text is shown, in whole lines around the quote."""
    text = view.document.text
    first = _line_start(text, max(0, view.start - WINDOW))
    return first, _line_end(text, min(len(text), max(view.end, view.start) + WINDOW))


def text_html(view: View, texts: Texts, *, places: bool = False) -> str:
    """Return the text around the quote, with that marked; with `places` each paragraph tells its offset."""
    text = view.document.text
    first, last = window(view)
    body = "".join(_paragraphs(view, first, last, places=places))
    return f"{_omission(first, texts)}{body}{_omission(len(text) - last, texts)}"


def _omission(count: int, texts: Texts) -> str:
    return f'<p class="oa-omitted">{escape(texts.omitted.format(count=count))}</p>' if count > 0 else ""


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1 if at else 0


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _paragraphs(view: View, first: int, last: int, *, places: bool) -> Iterator[str]:
    text, article = view.document.text, view.article
    marked = False
    for line in _LINE.finditer(text, first, last):
        shown = line[0].strip()
        if not shown:
            continue
        start = text.index(shown, line.start())
        end = start + len(shown)
        heading = _is_heading(shown) or shown in (article.title, view.document.title)
        style = "oa-heading" if heading else "oa-paragraph"
        if not article.start <= start < article.end:
            style += " oa-outside"
        pieces, has_mark = _marked(view, start, end, first_mark=not marked)
        marked = marked or has_mark
        at = f' data-at="{start}"' if places else ""
        yield f'<p class="{style}"{at}>{pieces}</p>'


def _is_heading(line: str) -> bool:
    if len(line) > _HEADING_LENGTH or line.endswith(_SENTENCE_END):
        return False
    return bool(_HEADING.fullmatch(line) or _BARE_HEADING.fullmatch(line))


def _marked(view: View, start: int, end: int, *, first_mark: bool) -> tuple[str, bool]:
    """Return one line of the document, `text[start:end]`, with its share of the quote marked."""
    text = view.document.text
    low, high = max(start, view.start), min(end, view.end)
    if not view.found or low >= high:
        return escape(text[start:end]), False
    name = f' id="{MARK_ID}"' if first_mark else ""
    mark = f'<mark{name} class="oa-quote">{escape(text[low:high])}</mark>'
    return f"{escape(text[start:low])}{mark}{escape(text[high:end])}", True
