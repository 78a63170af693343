"""Conversations and states → HTML for the chat column. Pure functions; every text from outside is escaped."""

from __future__ import annotations

from core.schema import Answer, AnswerStatus, Citation, CitationStatus, Passage
from ui.conversation import Conversation, Exchange, Stage
from ui.markup import MarkerLink, answer_html, escape, escape_lines, line_html
from ui.texts import Texts

PASSAGE_PREVIEW = 120

Message = dict[str, str]


def messages(conversation: Conversation, texts: Texts) -> list[Message]:
    """Return a conversation as chat messages, each one line of HTML."""
    rows: list[Message] = []
    for turn, exchange in enumerate(conversation.exchanges, start=1):
        rows.append({"role": "user", "content": f'<div class="oa-question">{escape_lines(exchange.question)}</div>'})
        rows.append({"role": "assistant", "content": _reply(exchange, turn, texts)})
    return rows


def cite_target(turn: int, marker: int) -> str:
    """Return the name under which the page asks for a citation of one answer."""
    return f"cite-{turn}-{marker}"


def passage_target(turn: int, rank: int) -> str:
    """Return the name under which the page asks for a passage found for one answer."""
    return f"passage-{turn}-{rank}"


def answer_body(answer: Answer, turn: int, texts: Texts) -> str:
    """Return the text of an answer with its markers clickable; a marker without a citation stays text."""
    return answer_html(answer.text, _links(answer, turn, texts))


def _links(answer: Answer, turn: int, texts: Texts) -> MarkerLink:
    citations = {citation.marker: citation for citation in answer.citations}

    def link(marker: int) -> str:
        citation = citations.get(marker)
        return _marker(citation, turn, texts) if citation else ""

    return link


def _reply(exchange: Exchange, turn: int, texts: Texts) -> str:
    if exchange.answer is None and exchange.open:
        return (
            f'<div class="oa-answer oa-waiting">{escape(texts.searching)}<span class="oa-dots" aria-hidden="true">'
            "<i></i><i></i><i></i></span></div>"
        )
    body = answer_body(exchange.answer, turn, texts) if exchange.answer else ""
    if exchange.open:
        return f'<div class="oa-answer oa-growing"><div class="oa-text">{body}</div></div>'
    if exchange.stage is Stage.FAILED:
        message = f'<p class="oa-failure">{escape_lines(exchange.message or texts.failed)}</p>'
        return f'<div class="oa-answer"><div class="oa-text">{body}{message}</div></div>'
    label = _label(exchange, texts)
    text = f'<div class="oa-text">{body}</div>' if body else ""
    foot = _foot(exchange.answer, turn, texts) if exchange.answer else ""
    return f'<div class="oa-answer">{label}{text}{foot}</div>'


def _label(exchange: Exchange, texts: Texts) -> str:
    if exchange.stage is Stage.STOPPED:
        return f'<div class="oa-label oa-stopped">{escape(texts.stopped)}</div>'
    status = exchange.answer.status if exchange.answer else None
    if status is AnswerStatus.REFUSED:
        return f'<div class="oa-label oa-refused">{escape(texts.refused)}</div>'
    if status is AnswerStatus.PARTIAL:
        return f'<div class="oa-label oa-partial">{escape(texts.partial)}</div>'
    return ""


def _marker(citation: Citation, turn: int, texts: Texts) -> str:
    failed = citation.status is CitationStatus.FAILED
    style = "oa-cite oa-unverified" if failed else "oa-cite"
    warning = f" {escape(texts.unverified)}" if failed else ""
    return (
        f'<a class="{style}" href="#{cite_target(turn, citation.marker)}" title="{escape_lines(citation.title)}">'
        f"&#91;{citation.marker}&#93;{warning}</a>"
    )


def _foot(answer: Answer, turn: int, texts: Texts) -> str:
    link = _links(answer, turn, texts)
    notes = "".join(f'<p class="oa-note">{line_html(note, link)}</p>' for note in answer.notes)
    choices = "".join(
        f'<a class="oa-choice" href="#ask" role="button">{escape_lines(question)}</a>' for question in answer.choices
    )
    notes += f'<div class="oa-choices">{choices}</div>' if choices else ""
    folds = _citation_fold(answer, turn, texts) + _passage_fold(answer, turn, texts)
    copy = f'<a class="oa-copy" href="#copy-answer" role="button">{escape(texts.copy)}</a>' if answer.text else ""
    return f'{notes}<div class="oa-foot">{folds}{copy}</div>'


def _citation_fold(answer: Answer, turn: int, texts: Texts) -> str:
    rows = "".join(
        f'<li>{_marker(citation, turn, texts)}<span class="oa-what">{escape_lines(citation.title)}</span>'
        f'<span class="oa-file">{escape_lines(citation.source)}</span></li>'
        for citation in answer.citations
    )
    return _fold(f"{texts.cited} {len(answer.citations)}", rows)


def _passage_fold(answer: Answer, turn: int, texts: Texts) -> str:
    rows = "".join(_passage(passage, turn, rank, texts) for rank, passage in enumerate(answer.passages, start=1))
    return _fold(f"{texts.passages} {len(answer.passages)}", rows)


def _copies(passage: Passage, texts: Texts) -> str:
    return escape(texts.and_copies.format(count=len(passage.copies))) if passage.copies else ""


def _passage(passage: Passage, turn: int, rank: int, texts: Texts) -> str:
    text = passage.chunk.text.strip()
    preview = text[:PASSAGE_PREVIEW] + ("…" if len(text) > PASSAGE_PREVIEW else "")
    return (
        f'<li><a class="oa-what" href="#{passage_target(turn, rank)}">{escape_lines(passage.article.title)}</a>'
        f'<span class="oa-file">{escape_lines(passage.source)}{_copies(passage, texts)}</span>'
        f'<span class="oa-preview">{escape_lines(preview)}</span></li>'
    )


def _fold(title: str, rows: str) -> str:
    if not rows:
        return ""
    return f'<details class="oa-fold"><summary>{escape(title)}</summary><ul>{rows}</ul></details>'
