"""Questions and searches over HTTP: what comes back, to whom, and what is refused."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from core.errors import EncoderError, NotReadyError, StoreError
from core.schema import Answer
from tests.desk.stand import ADMIN, EDITOR, INSIDER, OPEN, READER, Stand, as_user, served, standing
from tests.ui.fakes import TALENT, ScriptedService

API = "/api/v1"
QUESTION = "桐庐县的“春茶计划”录用了多少人？"
SECRET_QUESTION = "青田县“暗渡计划”拟调整多少领导干部？"


def ask(client: TestClient, question: str, **more: Any) -> Any:
    response = client.post(f"{API}/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":") and ": " in line)
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_an_answer_cites_documents_that_can_be_fetched(stand: Stand) -> None:
    client = stand.client(READER)
    answer = ask(client, QUESTION)
    assert answer["status"] == "grounded" and "86" in answer["text"]
    citation = answer["citations"][0]
    text = client.get(f"{API}/documents/{citation['document_id']}").json()["text"]
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_search_gives_passages_with_their_places_in_the_text(stand: Stand) -> None:
    client = stand.client(READER)
    by_body = client.post(f"{API}/search", json={"query": "春茶计划", "k": 3}).json()
    by_address = client.get(f"{API}/search", params={"query": "春茶计划", "k": 3}).json()
    assert by_body == by_address
    best = by_body["passages"][0]
    assert best["source"] == "人才/桐庐.txt" and best["place"].endswith("桐庐县") and best["rank"] == 1
    document = client.get(f"{API}/documents/{best['document_id']}").json()
    assert document["text"][best["start"] : best["end"]] == best["text"]


def test_limits_hold(stand: Stand) -> None:
    client = stand.client(INSIDER)
    found = client.post(f"{API}/search", json={"query": "计划", "limits": {"place": "青田县"}}).json()["passages"]
    assert {passage["source"] for passage in found} == {"机密/青田.txt"}
    found = client.get(f"{API}/search", params={"query": "计划", "collection": "人才"}).json()["passages"]
    assert found and all(passage["source"].startswith("人才/") for passage in found)
    assert "桐庐县" in "".join(ask(client, QUESTION, limits={"place": "桐庐县"})["notes"])


@pytest.mark.parametrize("user", [READER, EDITOR])
def test_nothing_of_a_hidden_collection_is_found_by_any_way(stand: Stand, user: Any) -> None:
    client = stand.client(user)
    answer = ask(client, SECRET_QUESTION)
    stream = client.post(f"{API}/ask", json={"question": SECRET_QUESTION, "stream": True}).text
    found = client.post(f"{API}/search", json={"query": "暗渡计划 青田县 干部 调整", "k": 50}).text
    asked_for = client.get(f"{API}/search", params={"query": "暗渡计划", "collection": "机密"}).json()
    listed = client.get(f"{API}/documents", params={"text": "青田"}).json()
    for told in (json.dumps(answer, ensure_ascii=False), stream, found):
        assert "97人" not in told and "机密/" not in told
    assert answer["status"] == "refused" and asked_for == {"passages": []} and listed["total"] == 0
    assert "97人" in json.dumps(ask(stand.client(INSIDER), SECRET_QUESTION), ensure_ascii=False)


def test_a_hidden_document_is_as_one_that_never_was(stand: Stand) -> None:
    secret = stand.id_of("机密/青田.txt")
    client, insider = stand.client(EDITOR), stand.client(INSIDER)
    for path in ("", "/original"):
        hidden, absent = (client.get(f"{API}/documents/{one}{path}") for one in (secret, "0" * 16))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json() == absent.json()
        assert insider.get(f"{API}/documents/{secret}{path}").status_code == 200
    for method, path in (("DELETE", ""), ("POST", "/restore"), ("POST", "/reindex")):
        hidden, absent = (client.request(method, f"{API}/documents/{one}{path}") for one in (secret, "0" * 16))
        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json()) == (404, hidden.json())
    patched = [client.patch(f"{API}/documents/{one}", json={"set": {"市": "丽水"}}) for one in (secret, "0" * 16)]
    assert patched[0].status_code == 404 and patched[0].json() == patched[1].json()


def test_a_stream_is_whole_states_and_one_end(tmp_path: Path) -> None:
    with standing(tmp_path, ScriptedService()) as stand:
        response = stand.client(READER).post(f"{API}/ask", json={"question": TALENT.question, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    assert [name for name, _ in told][-1] == "done" and {name for name, _ in told[:-1]} == {"state"}
    assert len(told) > 3
    assert all(TALENT.text.startswith(data["text"]) for _, data in told)
    assert told[-1][1]["text"] == TALENT.text
    assert [c["document_id"] for c in told[-1][1]["citations"]] == ["report", "report", "report"]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotReadyError("资料库还没有准备好。"), 503, "资料库还没有准备好。"),
        (StoreError("数据目录 /secret/place 无法写入。"), 500, "程序出错"),
        (EncoderError("模型 /secret/model 坏了。"), 500, "程序出错"),
        (RuntimeError("password=1"), 500, "程序出错"),
    ],
)
def test_an_error_is_one_sentence_with_its_status(tmp_path: Path, error: Exception, status: int, words: str) -> None:
    with standing(tmp_path, ScriptedService(error=error)) as stand:
        client = stand.client(READER)
        whole = client.post(f"{API}/ask", json={"question": "问"})
        stream = events(client.post(f"{API}/ask", json={"question": "问", "stream": True}).text)
    assert whole.status_code == status
    assert whole.json().keys() == {"error"} and whole.json()["error"].startswith(words)
    assert ("retry-after" in whole.headers) == (status == 503)
    assert stream == [("error", {"error": whole.json()["error"], "status": status})]
    assert "secret" not in whole.text and "password" not in whole.text


class Patient(ScriptedService):
    """Tells when an answer has begun, and whether it was ended early."""

    def __init__(self) -> None:
        super().__init__(step_s=0.0)
        self.go_on = threading.Event()
        self.began = threading.Semaphore(0)
        self.closed_early = threading.Event()

    def stream(self, question: str, history: Any = (), scope: Any = None) -> Any:
        self.began.release()
        try:
            deadline = time.monotonic() + 15
            while not self.go_on.wait(0.02) and time.monotonic() < deadline:
                yield Answer(question, TALENT.status, "……")
        except GeneratorExit:
            self.closed_early.set()
            raise
        yield TALENT


def test_one_user_has_only_a_few_answers_under_way(tmp_path: Path) -> None:
    service = Patient()
    with standing(tmp_path, service) as stand, stand.client(READER) as client:
        statuses: list[int] = []

        def once() -> None:
            statuses.append(client.post(f"{API}/ask", json={"question": "问"}).status_code)

        threads = [threading.Thread(target=once) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert service.began.acquire(timeout=10)
        for stream in (False, True):
            refused = client.post(f"{API}/ask", json={"question": "问", "stream": stream})
            assert refused.status_code == 429 and "retry-after" in refused.headers and refused.json()["error"]
        assert client.get(f"{API}/search", params={"query": "问"}).status_code == 429
        other = stand.client(ADMIN).get(f"{API}/search", params={"query": "问"})
        service.go_on.set()
        for thread in threads:
            thread.join(10)
        assert statuses == [200, 200, 200] and other.status_code == 200
        assert client.get(f"{API}/search", params={"query": "问"}).status_code == 200


def test_a_client_that_goes_away_ends_its_answer(tmp_path: Path) -> None:
    service = Patient()
    body = {"question": "问", "stream": True}
    with standing(tmp_path, service) as stand, served(stand.app) as address:
        with httpx.stream("POST", f"{address}{API}/ask", json=body, headers=as_user(READER)) as response:
            assert next(response.iter_lines()) == "event: state"
        assert service.closed_early.wait(10)
        # Its place is free again.
        service.go_on.set()
        for _ in range(4):
            assert httpx.post(f"{address}{API}/ask", json=body, headers=as_user(READER)).status_code == 200


def test_the_page_goes_on_while_answers_are_slow(tmp_path: Path) -> None:
    service = Patient()
    with standing(tmp_path, service) as stand, served(stand.app) as address:
        slow = threading.Thread(
            target=httpx.post,
            args=(f"{address}{API}/ask",),
            kwargs={"json": {"question": "问"}, "headers": as_user(READER)},
        )
        slow.start()
        assert service.began.acquire(timeout=10)
        assert httpx.get(f"{address}/page", headers=as_user(READER), timeout=2).json() == "the page"
        service.go_on.set()
        slow.join(10)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path", [f"{API}/ask", f"{API}/documents", f"{API}/openapi.json", f"{API}/nothing", "/mcp", "/mcp/"]
)
def test_nobody_is_assumed(stand: Stand, method: str, path: str) -> None:
    response = stand.client(None).request(method, path)
    assert response.status_code == 401 and response.json()["error"]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({}, "question"),
        ({"question": " "}, "question"),
        ({"question": "问" * 2001}, "question"),
        ({"question": "\ud800"}, "question"),
        ({"question": "问", "\ud800x": 1}, "请求"),
        ({"question": "问", "history": [{"role": "system", "content": "x"}]}, "role"),
        ({"question": "问", "limit": {"place": "四川"}}, "limit"),
        ({"question": "问", "limits": {"places": "四川"}}, "places"),
        ({"question": "问", "limits": {"from_year": "很久"}}, "from_year"),
    ],
)
def test_a_question_of_the_wrong_form_is_refused_and_its_part_named(stand: Stand, body: Any, part: str) -> None:
    typed = {"content-type": "application/json"}
    response = stand.client(READER).post(f"{API}/ask", content=json.dumps(body), headers=typed)
    assert response.status_code == 400 and part in response.json()["error"]


def test_an_unknown_place_and_an_empty_span_are_refused(stand: Stand) -> None:
    client = stand.client(READER)
    for limits in ({"place": "无此地"}, {"from_year": 2023, "to_year": 2020}):
        response = client.post(f"{API}/search", json={"query": "计划", "limits": limits})
        assert response.status_code == 400 and "请" in response.json()["error"]


def test_a_body_is_refused_by_its_size_and_kind_before_it_is_read(stand: Stand) -> None:
    client = stand.client(READER)
    large = json.dumps({"question": "问", "history": [{"role": "user", "content": "字" * 400_000}]}).encode()
    typed = {"content-type": "application/json"}
    assert client.post(f"{API}/ask", content=large, headers=typed).status_code == 413
    # Without a length told before.
    unknown = client.post(f"{API}/ask", content=iter([large[:600_000], large[600_000:]]), headers=typed)
    assert unknown.status_code == 413 and unknown.json()["error"]
    assert client.post(f"{API}/ask", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post(f"{API}/ask", content=b"{", headers=typed).status_code == 400
    lying = client.post(f"{API}/ask", content=b"{}", headers={**typed, "content-length": "-1"})
    assert lying.status_code == 400


def test_the_description_is_there_and_no_page_that_loads_scripts_from_elsewhere(stand: Stand) -> None:
    client = stand.client(READER)
    described = client.get(f"{API}/openapi.json").json()
    assert {"/ask", "/search", "/documents", "/documents/{document_id}", "/jobs"} <= described["paths"].keys()
    for path in ("/docs", "/redoc"):
        response = client.get(f"{API}{path}")
        assert response.status_code == 404 and response.json()["error"]
    assert client.put(f"{API}/ask").status_code == 405
    assert client.get("/elsewhere").json() == "the page"


def test_no_answer_is_kept_on_the_way(stand: Stand) -> None:
    client, document = stand.client(READER), stand.id_of("人才/桐庐.txt")
    for path in ("/documents", f"/documents/{document}", f"/documents/{document}/original", "/jobs", "/jobs/99"):
        assert "no-store" in client.get(f"{API}{path}").headers["cache-control"]


def test_documents_are_listed_by_filters_and_pages(stand: Stand) -> None:
    client = stand.client(READER)
    every = client.get(f"{API}/documents").json()
    assert every["total"] == 2 and {one["collection"] for one in every["documents"]} == {"人才"}
    assert "path" not in every["documents"][0]
    second = client.get(f"{API}/documents", params={"limit": 1, "offset": 1}).json()
    assert second["documents"] == every["documents"][1:] and second["total"] == 2
    assert client.get(f"{API}/documents", params={"place": "桐庐县", "text": "春茶"}).json()["total"] == 1
    for wrong in ({"limit": 201}, {"offset": -1}, {"state": "lost"}, {"place": "无此地"}, {"order": "x"}):
        assert client.get(f"{API}/documents", params=wrong).status_code == 400


def test_a_document_has_text_articles_and_facts(stand: Stand) -> None:
    document = stand.client(READER).get(f"{API}/documents/{stand.id_of('人才/桐庐.txt')}").json()
    assert document["text"].startswith("桐庐县实施") and document["state"] == "indexed"
    [article] = document["outline"]
    assert article["number"] == 1 and article["district"] == "桐庐县" and article["end"] == len(document["text"])


def test_the_original_is_downloaded_as_it_is_and_never_shown(stand: Stand) -> None:
    response = stand.client(READER).get(f"{API}/documents/{stand.id_of('人才/桐庐.txt')}/original")
    assert response.content == OPEN.encode()
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"] == "attachment; filename*=utf-8''%E6%A1%90%E5%BA%90.txt"


@pytest.mark.parametrize(
    "given", ["..%2F..%2Fetc%2Fpasswd", "../../../etc/passwd", "%2Fetc%2Fpasswd", "..", "a%00b", "%FF"]
)
def test_an_id_is_never_a_path(stand: Stand, given: str) -> None:
    for path in ("", "/original"):
        response = stand.client(ADMIN).get(f"{API}/documents/{given}{path}")
        assert "root:" not in response.text and response.status_code in (200, 404)
        if response.status_code == 200:
            assert response.json() == "the page" or "documents" in response.json()
