"""What one user can get at of another: conversations by their ids, and what Gradio tells of the sessions of pages."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from tests.attacks.site import OWNER, THIEF, Site, conversation_of, site_over
from tests.ui.fakes import CADRES, HEADCOUNT, TALENT, ScriptedService

QUESTION = "桐庐县的“春茶计划”到底录用了多少人？"
TELLING = ("86人", "到底录用")


def test_the_conversation_of_another_is_as_one_that_never_was(site: Site) -> None:
    with site.visitor(OWNER) as owner, site.visitor(THIEF) as thief:
        told = owner.ask(QUESTION)
        mine = conversation_of(told)
        assert mine and "86人" in told
        before = site.parts.conversations.get(OWNER, mine)

        heard = [
            thief.look(mine), thief.click(f"open-{mine}"), thief.follow(mine), thief.show("cite-1-1", mine),
            thief.show("passage-1-1", mine), thief.find("春茶"), thief.click(f"rename-{mine}", value="偷来的"),
            thief.click(f"delete-{mine}", mine), thief.click(f"undelete-{mine}"), thief.click("say-1-useful", mine),
            thief.click("retry", mine), thief.click("edit", mine), thief.stop(mine),
        ]  # fmt: skip
        exports = [thief.http.get(f"/conversations/{mine}/export", params={"form": one}) for one in ("docx", "md")]
        thief.ask("青年驿站有多少家？", mine)
        thief.ask("青年驿站有多少家？", mine, editing=f"{mine}-1")

        assert not [word for word in TELLING for one in heard if word in one]
        assert [one.status_code for one in exports] == [404, 404]
        assert site.parts.conversations.get(OWNER, mine) == before
        assert site.parts.feedback.of(mine, THIEF) == []
        assert mine in owner.look(mine)


def test_an_answer_under_way_is_neither_followed_nor_stopped_by_another(tmp_path: Path) -> None:
    hold = threading.Event()
    service = ScriptedService(step_s=0.001, hold=hold)
    with site_over(tmp_path, service) as site, site.visitor(OWNER) as owner, site.visitor(THIEF) as thief:
        mine = conversation_of(owner.fire(owner.step("submit", "oa-question"), TALENT.question, "", "{}", ""))
        assert "326名" not in thief.follow(mine) + thief.look(mine)
        thief.stop(mine)
        run = site.parts.runs.of(mine)
        assert run is not None and not run.ended
        hold.set()
        assert "326名" in owner.follow(mine)


def test_who_has_the_session_of_a_page_that_is_anothers_hears_and_changes_nothing(site: Site) -> None:
    with site.visitor(OWNER) as owner, site.visitor(THIEF) as thief:
        ask = owner.step("submit", "oa-question")
        event = owner.post(ask, [QUESTION, "", "{}", ""]).json()["event_id"]
        # The one who listens first would take the messages away from the page.
        assert not [word for word in TELLING if word in thief.hear(owner.session)]
        cancel = {"session_hash": owner.session, "fn_index": ask.id, "event_id": "0" * 32}
        assert thief.http.post("/gradio_api/cancel", json=cancel).status_code == 200
        stolen = type(thief)(thief.http, thief.page, owner.session)
        assert "桐庐" not in stolen.find("")
        told = owner.hear()
        assert "到底录用" in told and event in told
        assert "青年驿站有多少家" not in told
        with thief.http.stream("GET", f"/gradio_api/heartbeat/{owner.session}") as beat:
            assert beat.status_code == 200
        assert "86人" in owner.ask(QUESTION)


def test_more_pages_than_are_remembered_all_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.server._SESSIONS", 3)
    with site_over(tmp_path, ScriptedService(step_s=0)) as site, site.visitor(OWNER) as owner:
        pages = [type(owner)(owner.http, owner.page) for _ in range(8)]
        opened = [(page, conversation_of(page.ask(TALENT.question))) for page in pages]
        for page, current in opened:
            assert HEADCOUNT in page.show("cite-1-1", current)
            assert CADRES.question in page.ask(CADRES.question, current)
        assert {len(site.parts.conversations.get(OWNER, one).exchanges) for _, one in opened} == {2}


def test_a_session_that_ends_in_the_middle_of_a_page_is_over_for_its_queue_too(site: Site) -> None:
    with site.visitor(OWNER) as owner:
        cookie = dict(owner.http.cookies)
        assert owner.http.post("/logout").status_code == 303
        with httpx.Client(base_url=site.url, cookies=cookie, headers={"origin": site.url}) as old:
            where = {"session_hash": owner.session}
            assert old.get("/gradio_api/queue/data", params=where).status_code == 401
            assert old.post("/gradio_api/queue/join", json={"data": [], "fn_index": 0, **where}).status_code == 401
