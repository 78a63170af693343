"""The phases of the start → HTML of the page around the chat: header, notice, state card and welcome."""

from __future__ import annotations

import re

from assistant.api import LibraryStatus
from desk.people import LOCAL, User
from desk.phases import Empty, Failed, Indexing, Phase, Progress, Ready, Starting
from ui.markup import escape, escape_lines
from ui.texts import Texts

_COMMAND = re.compile(r"`([^`]*)`")
_A_MINUTE = 60.0
CURRENT = ' aria-current="page"'


def header(
    status: LibraryStatus | None, texts: Texts, *, user: User = LOCAL, login: bool = False, here: str = "ask"
) -> str:
    """Return the line at the top of the page: its name, the ways to the other pages, the size of the library, the user.

    Args:
        status: the size, once it is known.
        texts: the words.
        user: who looks at it.
        login: whether that took a login, so that there is a way out.
        here: which page it stands on: `ask`, `library` or `admin`.
    """
    size = (
        texts.size.format(documents=f"{status.documents:,}", articles=f"{status.articles:,}")
        if status and not status.empty
        else ""
    )
    return (
        f'<div class="oa-header" lang="{texts.lang}">{_menu(texts) if here == "ask" else ""}'
        '<span class="oa-logo" aria-hidden="true"></span>'
        f'<h1>{escape(texts.name)}</h1><span class="oa-tagline">{escape(texts.tagline)}</span>'
        f'{_ways(texts, user, login=login, here=here)}<span class="oa-size">{escape(size)}</span>'
        f"{_user(user, texts) if login else ''}</div>"
    )


def _menu(texts: Texts) -> str:
    return f'<a class="oa-menu" href="#side" role="button" aria-label="{escape(texts.conversations)}">☰</a>'


def _ways(texts: Texts, user: User, *, login: bool, here: str) -> str:
    ways = [("ask", "/", texts.nav_ask), ("library", "/library", texts.nav_library)]
    if user.may_administer:
        ways.append(("admin", "/admin", texts.nav_admin))
    links = "".join(
        f'<a href="{path}"{CURRENT if name == here else ""}>{escape(label)}</a>' for name, path, label in ways
    )
    return f'<nav class="oa-ways" aria-label="{escape(texts.name)}">{links}</nav>'


def _user(user: User, texts: Texts) -> str:
    return (
        f'<form class="oa-user" method="post" action="/logout"><span>{escape(user.name)}（{escape(user.role)}）</span>'
        f'<button type="submit">{escape(texts.log_out)}</button></form>'
    )


def welcome(texts: Texts, *, examples: bool) -> str:
    """Return what stands above the example questions before the first question."""
    label = f'<div class="oa-examples-name">{escape(texts.examples)}</div>' if examples else ""
    return (
        f'<div class="oa-welcome-text"><h2>{escape(texts.welcome)}</h2><p>{escape(texts.welcome_more)}</p>{label}</div>'
    )


def notice(phase: Phase, texts: Texts) -> str:
    """Return the small line under the header, empty where there is nothing to say."""
    match phase:
        case Ready(switching=True):
            return f'<div class="oa-notice oa-notice-busy" role="status">{escape(texts.switching)}</div>'
        case Ready(indexing=Progress() as progress):
            share = f" {progress.share:.0%}" if progress.share is not None else ""
            text = f"{texts.busy_library}：{progress.stage}{share}"
            return f'<div class="oa-notice oa-notice-busy" role="status">{escape(text)}</div>'
        case Ready(outdated=reason) if reason:
            text = texts.outdated.format(reason=reason)
        case Ready(failed_files=True):
            link = f'<a href="/library?state=failed">{escape(texts.nav_library)}</a>'
            return f'<div class="oa-notice" role="status">{escape(texts.some_failed)} {link}</div>'
        case _:
            return ""
    return f'<div class="oa-notice" role="status">{escape(text)}</div>'


def state_card(phase: Phase, texts: Texts) -> str:
    """Return the card that stands in the place of the chat until questions can be asked."""
    match phase:
        case Starting(waiting=""):
            return _card("starting", texts.starting, _bar(None), _text(texts.starting_more))
        case Starting(waiting=waiting):
            return _card("starting", texts.waiting, _bar(None), _text(waiting))
        case Indexing(progress=progress):
            return _card("indexing", texts.indexing, _progress(progress, texts), _text(texts.indexing_more))
        case Empty():
            steps = "".join(f"<li>{_with_commands(step)}</li>" for step in texts.empty_steps)
            return _card("empty", texts.empty, f"<ol>{steps}</ol>")
        case Failed(message=message):
            told = f'<p class="oa-message">{escape_lines(message)}</p>'
            return _card("error", texts.error, told, _text(texts.error_more))
        case Ready():
            return ""


def _card(name: str, title: str, *parts: str) -> str:
    return f'<div class="oa-card oa-card-{name}" role="status"><h2>{escape(title)}</h2>{"".join(parts)}</div>'


def _text(text: str) -> str:
    return f"<p>{escape_lines(text)}</p>"


def _progress(progress: Progress | None, texts: Texts) -> str:
    if progress is None:
        return _bar(None)
    told = [f"{progress.share:.0%}"] if progress.share is not None else []
    if told and progress.left_s is not None:
        told.append(_time_left(progress.left_s, texts))
    return (
        f'{_bar(progress.share)}<div class="oa-progress-text"><span>{escape(progress.stage)}</span>'
        f"<span>{escape(' · '.join(told))}</span></div>"
    )


def _time_left(seconds: float, texts: Texts) -> str:
    if seconds < _A_MINUTE:
        return texts.seconds_left
    return texts.minutes_left.format(minutes=round(seconds / _A_MINUTE))


def _bar(share: float | None) -> str:
    if share is None:
        return '<div class="oa-bar oa-bar-unknown" role="progressbar"><i></i></div>'
    percent = round(share * 100)
    return (
        f'<div class="oa-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">'
        f'<i style="width:{percent}%"></i></div>'
    )


def _with_commands(text: str) -> str:
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(_COMMAND.split(text))
    )


def hint(text: str, *, warning: bool = False, action: tuple[str, str] | None = None) -> str:
    """Return the small line under the input, with a link where there is something to do: its name and its label."""
    link = f' <a class="oa-action" href="#{action[0]}" role="button">{escape(action[1])}</a>' if action else ""
    return f'<div class="oa-hint{" oa-hint-warning" if warning else ""}" role="status">{escape(text)}{link}</div>'
