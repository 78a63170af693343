"""A collection that is limited is nowhere, by whatever way; also where its answers were kept before it was."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from docx import Document as Docx

from tests.attacks.site import INSIDER, OWNER, Site, Visitor, conversation_of, site_over
from tests.ui.fakes import CADRES, TALENT, ScriptedService

QUESTION = "青田县“暗渡计划”拟调整多少领导干部？"
FIGURES = ("97人", "41人", "56人")
NAMES = ("暗渡", "青田", "机密")


def tells(told: str, words: tuple[str, ...] = FIGURES) -> list[str]:
    return [word for word in words if word in told]


def tool(visitor: Visitor, name: str, **arguments: Any) -> str:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    answer = visitor.http.post("/mcp", json=call, headers={"accept": "application/json, text/event-stream"})
    assert answer.status_code == 200
    return json.dumps(answer.json(), ensure_ascii=False)


def exported(visitor: Visitor, conversation: str) -> str:
    where = f"/conversations/{conversation}/export"
    told = visitor.http.get(where, params={"form": "md"}).text
    word = visitor.http.get(where)
    if word.status_code == 200:
        told += "\n".join(p.text for p in Docx(io.BytesIO(word.content)).paragraphs)
    return told


def test_what_was_kept_before_it_was_limited_is_not_told_again(own_site: Site) -> None:
    site = own_site
    with site.visitor(OWNER) as owner, site.visitor(INSIDER) as insider:
        told = owner.ask(QUESTION)
        kept = conversation_of(told)
        secret = site.stand.id_of("机密/青田.txt")
        assert tells(told) and tells(owner.show("cite-1-1", kept)) and tells(exported(owner, kept))

        site.accounts.limit("机密", ["干部处"])
        heard = {
            "page": owner.look(kept),
            "open": owner.click(f"open-{kept}"),
            "follow": owner.follow(kept),
            "proof": owner.show("cite-1-1", kept),
            "passage": owner.show("passage-1-1", kept),
            "export": exported(owner, kept),
            "verdict": owner.click("say-1-useful", kept),
            "again": owner.click("retry", kept) + owner.follow(kept),
            "onward": owner.ask("再详细点", kept),
            "asked": owner.ask(QUESTION),
            "limited": owner.ask("计划拟调整多少领导干部？", limits=json.dumps({"collection": "机密"})),
            "renamed": owner.click(f"rename-{kept}", value="新题目"),
            "api": owner.http.post("/api/v1/ask", json={"question": QUESTION}).text,
            "found": owner.http.post("/api/v1/search", json={"query": "暗渡计划 干部", "k": 50}).text,
            "text": owner.http.get(f"/api/v1/documents/{secret}").text,
            "file": owner.http.get(f"/api/v1/documents/{secret}/original").text,
            "tool ask": tool(owner, "ask", question=QUESTION),
            "tool search": tool(owner, "search", query="暗渡计划 干部 调整", k=50),
            "tool read": tool(owner, "get_document", document_id=secret),
        }
        assert {way: tells(told) for way, told in heard.items() if tells(told)} == {}
        assert "机密/" not in "".join(heard.values())
        assert tells(insider.ask(QUESTION))


def test_a_language_model_is_not_told_of_it_as_what_was_said_before(tmp_path: Path) -> None:
    secret = replace(ScriptedService().documents["report"], source="机密/青田.md")
    citations = tuple(replace(one, source=secret.source) for one in TALENT.citations)
    service = ScriptedService((replace(TALENT, citations=citations), CADRES), step_s=0.001)
    service.documents["report"] = secret
    with site_over(tmp_path, service) as site, site.visitor(OWNER) as owner:
        kept = conversation_of(owner.ask(TALENT.question))
        owner.ask(CADRES.question, kept)
        assert "326名" in str(service.asked[-1])
        site.accounts.limit("机密", ["干部处"])
        owner.ask(CADRES.question, kept)
        assert "326名" not in str(service.asked[-1])


def test_its_name_stands_in_no_menu_no_example_and_no_list(own_site: Site) -> None:
    own_site.accounts.limit("机密", ["干部处"])
    with own_site.visitor(OWNER) as owner, own_site.visitor(INSIDER) as insider:
        assert tells(insider.look(), NAMES)
        onward = owner.ask("桐庐县的“春茶计划”录用了多少人？")
        listed = owner.http.get("/api/v1/documents").text
        shown = owner.look() + onward + listed + owner.http.get("/library").text
        assert tells(shown, NAMES) == []


def test_a_search_in_kept_conversations_does_not_tell_what_stands_in_limited_answers(own_site: Site) -> None:
    with own_site.visitor(OWNER) as owner:
        kept = conversation_of(owner.ask("青田县拟调整多少领导干部？"))
        assert kept in owner.find("另有56人转任") + owner.find("97人")
        own_site.accounts.limit("机密", ["干部处"])
        assert kept not in owner.find("另有56人转任") + owner.find("97人")
        assert kept in owner.find("拟调整多少领导")
