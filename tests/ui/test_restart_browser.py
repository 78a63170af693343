"""A restart of the program under an open page loses nothing, and a page that is still open goes on."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.ui.conftest import served
from tests.ui.fakes import CADRES, TALENT, ScriptedService, engine_over
from tests.ui.test_page_browser import ask, box


def test_a_page_that_stays_open_over_a_restart_goes_on_with_its_conversation(page: Page, tmp_path: Path) -> None:
    service = ScriptedService(step_s=0.002)
    with served(engine_over(lambda: service), tmp_path) as address:
        port = int(address.rpartition(":")[2])
        page.goto(address)
        ask(page, TALENT.question)
        expect(page.locator("#oa-question .submit-button")).to_be_visible()
    again = ScriptedService(step_s=0.002)
    with served(engine_over(lambda: again), tmp_path, port=port):
        page.reload()
        expect(page.locator(".oa-asked")).to_have_text([TALENT.question])
        expect(page.locator(".oa-foot")).to_have_count(1)
        ask(page, CADRES.question)
        expect(page.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question])
    last = ScriptedService(step_s=0.002)
    with served(engine_over(lambda: last), tmp_path, port=port):
        # Not loaded anew by hand this time; the page may do so itself, and keeps what was typed.
        box(page).fill(TALENT.question)
        end = time.monotonic() + 30
        while not last.asked:
            assert time.monotonic() < end
            expect(box(page)).to_have_value(TALENT.question)
            box(page).press("Enter")
            page.wait_for_timeout(1000)
        expect(page.locator(".oa-asked")).to_have_text([TALENT.question, CADRES.question, TALENT.question])
        expect(page.locator(".oa-foot")).to_have_count(3)
        [(_, history)] = last.asked
        assert [turn.content for turn in history if turn.role == "user"] == [TALENT.question, CADRES.question]
