"""The kept conversations → HTML of the column at the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from desk.conversations import Summary
from ui.markup import escape, escape_lines
from ui.texts import Texts


@dataclass(frozen=True, slots=True)
class Deleted:
    """A conversation that was just deleted and can be taken back."""

    id: str
    title: str


def conversation_list(
    summaries: Sequence[Summary],
    texts: Texts,
    *,
    current: str = "",
    searched: bool = False,
    deleted: Deleted | None = None,
    today: date | None = None,
) -> str:
    """Return the list, with the one that is open marked and, after a deletion, the way to take it back."""
    gone = ""
    if deleted:
        told = texts.deleted.format(title=deleted.title)
        gone = (
            f'<div class="oa-gone" role="status"><span>{escape_lines(told)}</span>'
            f'<a href="#undelete-{escape(deleted.id)}" role="button">{escape(texts.undo)}</a></div>'
        )
    if not summaries:
        nothing = texts.none_match if searched else texts.no_conversations
        return f'{gone}<p class="oa-side-empty">{escape(nothing)}</p>'
    today = today or date.today()
    rows, before = [], ""
    for summary in summaries:
        label = _day(summary.updated.astimezone().date(), today, texts)
        if label != before:
            rows.append(f'<li class="oa-side-day">{escape(label)}</li>')
            before = label
        rows.append(_row(summary, texts, current=summary.id == current))
    return f'{gone}<ul class="oa-side-list" aria-label="{escape(texts.conversations)}">{"".join(rows)}</ul>'


def _row(summary: Summary, texts: Texts, *, current: bool) -> str:
    name, title = escape(summary.id), escape_lines(summary.title)
    style, here = ("oa-side-row oa-side-current", ' aria-current="page"') if current else ("oa-side-row", "")

    def action(target: str, label: str) -> str:
        return f'<a href="#{target}-{name}" role="button" aria-label="{escape(label)}：{title}">{escape(label)}</a>'

    export = (
        f'<a href="/conversations/{name}/export?form=docx" download aria-label="{escape(texts.export)}：{title}">'
        f"{escape(texts.export)}</a>"
    )
    return (
        f'<li class="{style}"><a class="oa-side-title" href="#open-{name}"{here} title="{title}">{title}</a>'
        f'<span class="oa-side-actions">{action("rename", texts.rename)}{export}{action("delete", texts.delete)}'
        "</span></li>"
    )


def _day(day: date, today: date, texts: Texts) -> str:
    english = texts.lang == "en"
    if day >= today:
        return "Today" if english else "今天"
    if day == today - timedelta(days=1):
        return "Yesterday" if english else "昨天"
    if day > today - timedelta(days=7):
        return "Last 7 days" if english else "近 7 天"
    return f"{day:%Y-%m}" if english else f"{day.year}年{day.month}月"
