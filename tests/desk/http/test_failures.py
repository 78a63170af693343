"""Why something failed, to administrators; to others, that it did, and no path of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk.jobs import State
from desk.phases import Failed
from tests.desk.http.test_api import events
from tests.desk.http.test_tools import call
from tests.desk.stand import ADMIN, EDITOR, READER, Stand, served

API = "/api/v1"
SECRET = "数据目录 /secret/place 无法写入（Permission denied），请检查权限。"


def test_why_a_job_failed_is_told_whole_to_administrators_only(own_stand: Stand) -> None:
    editor, document = own_stand.client(EDITOR), own_stand.id_of("人才/桐庐.txt")
    (own_stand.office.files / "人才" / "~$资料信息.csv").touch()
    number = editor.patch(f"{API}/documents/{document}", json={"set": {"市": "杭州"}}).json()["job"]["number"]
    job = own_stand.engine.jobs.wait(number, 60)
    assert job.state is State.FAILED and "正在 Excel" in job.message
    told = editor.get(f"{API}/jobs/{number}").json()
    assert told["state"] == "failed" and "管理员的日志" in told["message"] and "Excel" not in told["message"]
    assert editor.get(f"{API}/jobs").json()["jobs"] == [told]
    assert own_stand.client(ADMIN).get(f"{API}/jobs/{number}").json()["message"] == job.message


@pytest.fixture
def closed_stand(own_stand: Stand) -> Iterator[Stand]:
    ready = own_stand.engine.phase
    own_stand.engine._enter(Failed(SECRET))
    yield own_stand
    own_stand.engine._enter(ready)


@pytest.mark.parametrize(
    ("user", "words"), [(READER, "管理员的日志"), (EDITOR, "管理员的日志"), (ADMIN, "/secret/place")]
)
def test_why_the_library_cannot_be_opened_is_told_to_administrators_only(
    closed_stand: Stand, user: Any, words: str
) -> None:
    document = closed_stand.id_of("人才/桐庐.txt")
    client = closed_stand.client(user)
    answers = [
        client.post(f"{API}/ask", json={"question": "问"}),
        client.get(f"{API}/search", params={"query": "问"}),
        client.get(f"{API}/documents/{document}"),
    ]
    assert [one.status_code for one in answers] == [503] * 3
    [(_, event)] = events(client.post(f"{API}/ask", json={"question": "问", "stream": True}).text)
    with served(closed_stand.app) as address:
        tool, _ = call(address, user, "ask", question="问")
    told = [*(one.json()["error"] for one in answers), event["error"], tool]
    assert all(words in one and ("/secret" in one) == (user is ADMIN) for one in told)
