"""Conversations → HTML for the chat column. Pure functions; every text from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.schema import Answer, AnswerStatus, Citation, CitationStatus, Passage
from desk.conversations import Conversation, Exchange, Stage
from desk.feedback import Feedback, Verdict
from ui.markup import MarkerLink, answer_html, escape, escape_lines, line_html
from ui.texts import Texts

PASSAGE_PREVIEW = 120

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Looks:
    """What is known of the answers of a conversation besides the answers themselves, by their turns."""

    changed: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Markers whose quotes no longer stand at their places in the library."""
    limited: frozenset[int] = frozenset()
    """Answers that quote what the user may no longer read."""
    feedback: Mapping[int, Feedback] = field(default_factory=dict)
    """What the user has said of them."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer stands in the page."""

    conversation: str
    turn: int
    last: bool
    changed: frozenset[int] = frozenset()
    feedback: Feedback | None = None


def messages(conversation: Conversation, texts: Texts, looks: Looks | None = None) -> list[Message]:
    """Return a conversation as chat messages, each one line of HTML."""
    looks = looks or Looks()
    rows: list[Message] = []
    for turn, exchange in enumerate(conversation.exchanges, start=1):
        last = turn == len(conversation.exchanges)
        place = _Place(conversation.id, turn, last, looks.changed.get(turn, frozenset()), looks.feedback.get(turn))
        rows.append({"role": "user", "content": _question(exchange, place, texts)})
        reply = _limited(texts) if turn in looks.limited else _reply(exchange, place, texts)
        rows.append({"role": "assistant", "content": reply})
    return rows


def cite_target(turn: int, marker: int) -> str:
    """Return the name under which the page asks for a citation of one answer."""
    return f"cite-{turn}-{marker}"


def passage_target(turn: int, rank: int) -> str:
    """Return the name under which the page asks for a passage found for one answer."""
    return f"passage-{turn}-{rank}"


def answer_body(answer: Answer, turn: int, texts: Texts, changed: frozenset[int] = frozenset()) -> str:
    """Return the text of an answer with its markers clickable; a marker without a citation stays text."""
    return answer_html(answer.text, _links(answer, turn, texts, changed), texts)


def _links(answer: Answer, turn: int, texts: Texts, changed: frozenset[int] = frozenset()) -> MarkerLink:
    citations = {citation.marker: citation for citation in answer.citations}

    def link(marker: int) -> str:
        citation = citations.get(marker)
        return _marker(citation, turn, texts, changed=marker in changed) if citation else ""

    return link


def _question(exchange: Exchange, place: _Place, texts: Texts) -> str:
    limits = (
        f'<div class="oa-within">{escape_lines(texts.asked_within.format(limits=exchange.limits.label))}</div>'
        if exchange.limits
        else ""
    )
    edit = _action(f"edit-{place.turn}", texts.edit) if place.last and not exchange.open else ""
    return (
        f'<div class="oa-question"><span class="oa-asked">{escape_lines(exchange.question)}</span>{limits}{edit}</div>'
    )


def _limited(texts: Texts) -> str:
    return f'<div class="oa-answer"><p class="oa-failure">{escape(texts.source_limited)}</p></div>'


def _reply(exchange: Exchange, place: _Place, texts: Texts) -> str:
    if exchange.answer is None and exchange.open:
        return (
            f'<div class="oa-answer oa-waiting">{escape(texts.searching)}<span class="oa-dots" aria-hidden="true">'
            "<i></i><i></i><i></i></span></div>"
        )
    body = answer_body(exchange.answer, place.turn, texts, place.changed) if exchange.answer else ""
    if exchange.open:
        return f'<div class="oa-answer oa-growing"><div class="oa-text">{body}</div></div>'
    if exchange.stage is Stage.FAILED:
        message = f'<p class="oa-failure">{escape_lines(exchange.message or texts.failed)}</p>'
        retry = f'<div class="oa-foot">{_action(f"retry-{place.turn}", texts.retry)}</div>' if place.last else ""
        return f'<div class="oa-answer"><div class="oa-text">{body}{message}</div>{retry}</div>'
    label = _label(exchange, texts)
    text = f'<div class="oa-text">{body}</div>' if body else ""
    foot = _foot(exchange, place, texts)
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


def _marker(citation: Citation, turn: int, texts: Texts, *, changed: bool = False) -> str:
    failed = citation.status is CitationStatus.FAILED
    style = "oa-cite oa-unverified" if failed or changed else "oa-cite"
    warning = f" {escape(texts.unverified if failed else texts.source_changed)}" if failed or changed else ""
    return (
        f'<a class="{style}" href="#{cite_target(turn, citation.marker)}" title="{escape_lines(citation.title)}">'
        f"&#91;{citation.marker}&#93;{warning}</a>"
    )


def _action(name: str, label: str) -> str:
    return f'<a class="oa-action" href="#{name}" role="button">{escape(label)}</a>'


def _foot(exchange: Exchange, place: _Place, texts: Texts) -> str:
    answer = exchange.answer
    retry = _action(f"retry-{place.turn}", texts.retry) if place.last else ""
    if answer is None:
        return f'<div class="oa-foot">{retry}</div>' if retry else ""
    link = _links(answer, place.turn, texts, place.changed)
    notes = "".join(f'<p class="oa-note">{line_html(note, link)}</p>' for note in answer.notes)
    folds = _citation_fold(answer, place, texts) + _passage_fold(answer, place.turn, texts)
    copy = f'<a class="oa-copy oa-action" href="#copy-answer" role="button">{escape(texts.copy)}</a>'
    actions = f'<span class="oa-actions">{copy if answer.text else ""}{_exports(place, texts)}{retry}</span>'
    return (
        f'{notes}{_choices(answer.choices)}<div class="oa-foot">{folds}{actions}</div>'
        f"{_feedback(place, texts)}{_suggestions(exchange, place, texts)}"
    )


def _exports(place: _Place, texts: Texts) -> str:
    if not place.conversation:
        return ""
    path = f"/conversations/{place.conversation}/export?turn={place.turn}"
    return "".join(
        f'<a class="oa-action" href="{path}&amp;form={form}" download>{escape(label)}</a>'
        for form, label in (("docx", texts.word), ("md", texts.markdown))
    )


def _feedback(place: _Place, texts: Texts) -> str:
    if not place.conversation:
        return ""
    labels = {
        Verdict.USEFUL: texts.useful,
        Verdict.WRONG_FIGURE: texts.wrong_figure,
        Verdict.WRONG_SOURCE: texts.wrong_source,
        Verdict.MISSING: texts.missing,
    }
    given = place.feedback.verdict if place.feedback else None
    links = "".join(
        f'<a class="oa-verdict{" oa-given-verdict" if verdict is given else ""}" role="button"'
        f' href="#say-{place.turn}-{verdict}">{"✓ " if verdict is given else ""}{escape(label)}</a>'
        for verdict, label in labels.items()
    )
    remark = _remark(place.turn, place.feedback, texts) if place.feedback else ""
    return f'<div class="oa-feedback"><span>{escape(texts.feedback)}</span>{links}{remark}</div>'


def _remark(turn: int, given: Feedback, texts: Texts) -> str:
    """Return what was remarked beside a verdict, and the way to remark something."""
    told = f'<span class="oa-remark">“{escape_lines(given.comment)}”</span>' if given.comment else ""
    link = _action(f"remark-{turn}-{given.verdict}", texts.comment)
    return f'<span class="oa-thanks" role="status">{escape(texts.thanks)}</span>{told}{link}'


def _suggestions(exchange: Exchange, place: _Place, texts: Texts) -> str:
    if not place.last or not exchange.suggestions:
        return ""
    return f'<div class="oa-next"><span>{escape(texts.next_questions)}</span>{_choices(exchange.suggestions)}</div>'


def _choices(questions: tuple[str, ...]) -> str:
    choices = "".join(
        f'<a class="oa-choice" href="#ask" role="button">{escape_lines(question)}</a>' for question in questions
    )
    return f'<div class="oa-choices">{choices}</div>' if choices else ""


def _citation_fold(answer: Answer, place: _Place, texts: Texts) -> str:
    rows = "".join(
        f"<li>{_marker(citation, place.turn, texts, changed=citation.marker in place.changed)}"
        f'<span class="oa-what">{escape_lines(citation.title)}</span>'
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
