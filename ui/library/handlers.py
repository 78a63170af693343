"""What happens on the page of the library. Each handler takes values and returns what the page shows next."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from typing import Any

import gradio as gr

from core.errors import OrgAskError
from desk.joblines import message_of
from desk.jobs import Job
from desk.opening import Parts
from desk.phases import Ready
from ui import cards
from ui.access import user_of
from ui.library.acting import Acting
from ui.library.adding import adding_window
from ui.library.components import LibraryComponents
from ui.library.filterbar import filter_bar
from ui.library.following import pending_work
from ui.library.query import Query
from ui.library.showing import Looker, Showing, said
from ui.library.telling import Telling, told_before
from ui.library.texts import library_texts
from ui.library.works import last_jobs, work_bar

log = logging.getLogger(__name__)

_CALM = 5
"""A page that has nothing to wait for asks so much less often."""
_BUSY_S = 3.0
"""Seconds between two looks at the list while an ingest writes all the time."""
_LONGEST = 50_000
"""Characters that a page may send with a click."""

Updates = dict[Any, Any]


class LibraryHandlers:
    """The events of the page. What a page shows is handed in and out; this holds nothing of it."""

    def __init__(self, parts: Parts, components: LibraryComponents, poll_s: float) -> None:
        self._parts = parts
        self._c = components
        self._poll_s = poll_s
        self._showing = Showing(parts)
        self._acting = Acting(parts.changes, self._showing)

    def load(self, request: gr.Request) -> Updates:
        """Show what the address of the page says."""
        looker, jobs = self._looking(request)
        query = Query.of({name: str(value) for name, value in request.query_params.items()})
        told = self._told(looker, jobs, query, "")
        collections = self._showing.choices(looker.user).collections
        adding = adding_window(collections, looker.texts) if looker.may_edit else ""
        return {self._c.adding: adding, self._c.address: query.told, **told}

    def poll(self, seen: str, address: str, request: gr.Request) -> Updates:
        """Show what has changed since the page was last told."""
        if not seen:
            # It has not yet been told what its address says.
            return {self._c.seen: gr.skip()}
        looker, jobs = self._looking(request)
        return self._told(looker, jobs, Query.read(address), seen)

    def go(self, seen: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Show what a new address says."""
        looker, jobs = self._looking(request)
        query = Query.read(_value(event))
        return {self._c.said: "", self._c.address: query.told, **self._told(looker, jobs, query, seen)}

    def do(self, seen: str, address: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Do what a clicked link or a filled form says: its name, after a dash what it is about, and a value."""
        looker, _ = self._looking(request)
        c, query = self._c, Query.read(address)
        name, _, about = str(event.target_name).partition("-")
        try:
            if name == "cleaning":
                return {c.side: self._showing.cleaned(looker, query, about), c.said: ""}
            self._acting.do(looker, name, about, _value(event))
        except OrgAskError as exc:
            return {c.said: said(str(exc), name)}
        except ValueError:
            log.warning("a click that says nothing", exc_info=True)
            return {c.said: ""}
        looker, jobs = self._looking(request)
        return {c.said: "", **self._told(looker, jobs, query, seen)}

    def _looking(self, request: gr.Request) -> tuple[Looker, list[Job]]:
        """Return who looks at the page, and the jobs that they may see, the newest first."""
        user, texts = user_of(request), library_texts(request.headers.get("accept-language"))
        if not user.may_edit:
            return Looker(user, texts), []
        # Why one failed may name files and folders of others.
        jobs = [replace(job, message=message_of(job, user)) for job in self._parts.changes.jobs(user)]
        by_id, by_path = pending_work(jobs)
        return Looker(user, texts, True, by_id, by_path), jobs

    def _told(self, looker: Looker, jobs: list[Job], query: Query, seen: str) -> Updates:
        """Return what a page that was told `seen` has to be told now."""
        c, texts, user, known = self._c, looker.texts, looker.user, told_before(seen)
        telling = Telling(known)
        parts, phase = self._parts, self._parts.engine.phase
        running = parts.engine.jobs.running()
        size = phase.service.status() if isinstance(phase, Ready) and not phase.switching else None
        if size is not None or "head" not in known:
            login = parts.needs_login
            telling.tell("head", c.header, str(size),
                         lambda: cards.header(size, texts.page, user=user, login=login, here="library"))  # fmt: skip
        notice = "" if jobs and running else cards.notice(phase, texts.page)
        telling.tell("notice", c.notice, notice, lambda: notice, hides=True)

        def may_read(source: str) -> bool:
            return parts.desk.may_read(user, source)

        own = running if running and any(job.number == running[0].number for job in jobs) else None
        work = work_bar(jobs, own, parts.shelf, may_read, texts)
        telling.tell("work", c.work, work, lambda: work, hides=True)

        # While texts are written without a pause, the list follows at a calmer step than the bar.
        at = time.time()
        if running is None or "state" not in known or str(int(at / _BUSY_S)) != known.get("looked"):
            telling.now["state"] = f"{parts.shelf.revision} {phase.__class__.__name__} {running is None}"
            telling.now["looked"] = str(int(at / _BUSY_S))
        state = f"{telling.now['state']} {sorted({**looker.by_id, **looker.by_path}.items())}"
        choices = self._showing.choices(user) if telling.now["state"] != known.get("state") else None
        if choices is not None:
            telling.tell("filters", c.filters, repr(choices),
                         lambda: filter_bar(query, choices, texts, may_edit=looker.may_edit))  # fmt: skip
        listed = query.listed
        telling.tell("list", c.listing, f"{listed.told} {state}", lambda: self._showing.listing(looker, listed))
        recent = last_jobs(jobs, may_read, texts)
        telling.tell("side", c.side, f"{query.told} {state} {recent}",
                     lambda: self._showing.side(looker, query, recent))  # fmt: skip
        busy = running is not None or any(not job.ended for job in jobs) or not isinstance(phase, Ready)
        if telling.now.get("pace") != str(busy):
            telling.now["pace"] = str(busy)
            telling.updates[c.timer] = gr.Timer(self._poll_s if busy else self._poll_s * _CALM)
        return {c.seen: json.dumps(telling.now) if telling.now != known else gr.skip(), **telling.updates}


def _value(event: gr.EventData) -> str:
    """Return what a page has sent with a click."""
    return str(event._data.get("value", ""))[:_LONGEST]
