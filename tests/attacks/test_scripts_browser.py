"""Scripts in whatever the program is given, shown in a real browser to whoever looks at them: they stay text."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docx import Document as Docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from playwright.sync_api import Browser, expect

from tests.attacks.site import ADMIN, PASSWORD, THIEF, Visitor, outcomes, site_over
from tests.desk import stand
from tests.ui.conftest import browser  # noqa: F401

RUN = "window.hacked=1"
SVG = f'<svg onload="{RUN}"><a xlink:href="javascript:{RUN}">点</a></svg>'
IMAGE = f'<img src="http://evil.example/x.png" onerror="{RUN}">'
LINK = f"[点我](javascript:{RUN}) ![图](http://evil.example/y.png)"
TEXT = f"# 松阳县“归雁计划”{IMAGE}\n\n松阳县2023年启动“归雁计划”，招募返乡青年73人。{SVG}{LINK}\n"
QUESTION = "松阳县的“归雁计划”招募返乡青年多少人？"


def word_file() -> bytes:
    """Return a Word file with fields that would fetch, link and run."""
    made = Docx()
    made.core_properties.title = f"<script>{RUN}</script>"
    for field in (
        'INCLUDEPICTURE "http://evil.example/z.png" \\d',
        f'HYPERLINK "javascript:{RUN}"',
        "DDEAUTO cmd calc",
    ):
        paragraph = made.add_paragraph(f"遂昌县“引凤计划”引进博士19人。<script>{RUN}</script>")
        element = OxmlElement("w:fldSimple")
        element.set(qn("w:instr"), field)
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = "域的结果"
        run.append(text)
        element.append(run)
        paragraph._p.append(element)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def add(visitor: Visitor, name: str, data: bytes) -> int:
    files = [("files", (name, data, "application/octet-stream"))]
    answer = visitor.http.post("/api/v1/documents", data={"collection": "人才"}, files=files)
    assert answer.status_code == 202, answer.text
    return int(answer.json()["job"]["number"])


def test_scripts_stay_text_wherever_they_are_shown(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(stand.FILES, "人才/'\"><svg onload=window.hacked=1>.md", TEXT)
    asked: list[str] = []
    with site_over(tmp_path) as site, site.visitor(THIEF) as editor:
        site.stand.ended(add(editor, f"引凤{IMAGE}.docx", word_file()))
        context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.goto(f"{site.url}/login?next=javascript:{RUN}")
        page.get_by_label("用户名").fill(ADMIN)
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        box = page.locator("#oa-question textarea")
        for question, figure in ((QUESTION, "73人"), ("遂昌县的“引凤计划”引进博士多少人？", "19人")):
            expect(box).to_be_enabled()
            box.fill(question)
            box.press("Enter")
            expect(page.locator(".oa-answer").last.locator(".oa-text")).to_contain_text(figure)
            page.locator(".oa-answer").last.locator(".oa-text a.oa-cite").first.click()
            expect(page.locator("#oa-mark")).to_be_visible()
            for fold in page.locator(".oa-answer").last.locator("summary").all():
                fold.click()

        row = page.locator(".oa-side-row").first
        row.hover()
        row.locator('a[href^="#rename"]').click()
        page.locator("input.oa-write").fill(SVG)
        page.locator("input.oa-write").press("Enter")
        expect(page.locator(".oa-side-title").first).to_contain_text(SVG[:50])
        place = page.locator(".oa-limits input[name=place]")
        place.fill(f'"><script>{RUN}</script>{IMAGE}')
        place.press("Enter")
        expect(page.locator(".oa-limit-set")).to_have_count(1)
        box.fill(QUESTION + IMAGE + LINK)
        box.press("Enter")
        expect(page.locator(".oa-failure")).to_contain_text("不认识地名")

        inside = "#oa-chat .md, #oa-panel .oa-panel, #oa-conversations, #oa-limits"
        for tag in ("img", "svg", "script", "iframe", 'a:not([href^="#"], [href^="/"])'):
            assert page.locator(f":is({inside}) {tag}").count() == 0, tag
        address = page.url
        page.reload()
        expect(page.locator(".oa-asked")).to_have_count(3)
        assert page.evaluate("window.hacked") is None

        mine = urlsplit(address).query.removeprefix("c=")
        with site.visitor(ADMIN) as admin:
            told = admin.click("say-1-wrong_figure", mine, value=f"<script>{RUN}</script>{IMAGE}")
            assert [one["success"] for one in outcomes(told)] == [True]
        page.goto(f"{site.url}/admin")
        expect(page.locator("body")).to_contain_text(f"<script>{RUN}</script>")
        assert page.evaluate("window.hacked") is None and page.locator("script, svg").count() == 0

        for listed in json.loads(editor.http.get("/api/v1/documents").text)["documents"]:
            original = editor.http.get(f"/api/v1/documents/{listed['id']}/original")
            assert original.headers["content-type"] == "application/octet-stream"
            assert original.headers["content-disposition"].startswith("attachment")
        context.close()
    assert {urlsplit(one).hostname for one in asked if not one.startswith(("data:", "blob:"))} == {"127.0.0.1"}
