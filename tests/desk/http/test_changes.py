"""What editors change over HTTP, done by a real child on a real library."""

from __future__ import annotations

import errno
import io
import itertools
import shutil
import socket
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from core.errors import AccessError, NotFoundError
from desk import room
from desk.changes import MOST_DOCUMENTS, runs_of
from desk.http import guard
from tests.desk.stand import ADMIN, EDITOR, INSIDER, READER, Stand, as_user, served

API = "/api/v1"
NEW = "松阳县“归雁计划”\n\n松阳县2024年实施“归雁计划”，引进返乡青年214人，建成归雁公寓96套。\n"


def send(client: TestClient, *files: tuple[str, bytes], collection: str = "人才", **more: Any) -> Any:
    return client.post(
        f"{API}/documents",
        data={"collection": collection, **more},
        files=[("files", (name, data, "application/octet-stream")) for name, data in files],
    )


def found(client: TestClient, query: str) -> set[str]:
    passages = client.get(f"{API}/search", params={"query": query, "k": 50}).json()["passages"]
    return {passage["source"] for passage in passages}


def test_a_file_is_added_found_taken_out_and_brought_back(own_stand: Stand) -> None:
    client, reader = own_stand.client(EDITOR), own_stand.client(READER)
    response = send(client, ("归雁<i>.txt", NEW.encode()), ("坏.docx", b"#!/bin/sh\n"), paths=["松阳/归雁<i>.txt", ""])
    assert response.status_code == 202, response.text
    added = response.json()
    assert [(one["name"], one["state"]) for one in added["files"]] == [
        ("归雁<i>.txt", "stored"),
        ("坏.docx", "refused"),
    ]
    job = own_stand.ended(added["job"]["number"])
    assert job.user == EDITOR.name and job.what == ("人才/松阳/归雁＜i＞.txt",)
    shown = client.get(f"{API}/jobs/{job.number}").json()
    assert shown["state"] == "done" and shown["work"] == "add"
    assert [(line["source"], line["state"]) for line in shown["files"]] == [("人才/松阳/归雁＜i＞.txt", "added")]
    assert str(own_stand.office.settings.data) not in client.get(f"{API}/jobs").text
    source = "人才/松阳/归雁＜i＞.txt"
    assert source in found(reader, "归雁计划")
    document = own_stand.id_of(source)
    assert reader.get(f"{API}/documents/{document}").json()["collection"] == "人才"

    own_stand.ended(client.delete(f"{API}/documents/{document}").json()["job"]["number"])
    assert source not in found(reader, "归雁计划")
    gone = client.get(f"{API}/documents/{document}").json()
    assert gone["state"] == "removed" and gone["text"] == ""
    listed = [
        client.get(f"{API}/documents", params=limits).json()["documents"] for limits in ({}, {"state": "removed"})
    ]
    assert all(document in {one["id"] for one in documents} for documents in listed)
    assert client.get(f"{API}/documents/{document}/original").status_code == 200
    for path in ("", "/original"):
        missing = [reader.get(f"{API}/documents/{one}{path}") for one in (document, "0" * 16)]
        assert [one.status_code for one in missing] == [404, 404] and missing[0].json() == missing[1].json()
    for limits in ({}, {"state": "removed"}, {"text": "归雁"}):
        told = reader.get(f"{API}/documents", params=limits).json()
        assert document not in {one["id"] for one in told["documents"]} and len(told["documents"]) == told["total"]
    own_stand.ended(client.post(f"{API}/documents/{document}/restore").json()["job"]["number"])
    assert source in found(reader, "归雁计划")
    assert own_stand.noted == [(action, EDITOR.name) for action in ("add", "add", "remove", "restore")]


def test_a_correction_is_found_by_its_place_and_a_wrong_one_changes_nothing(own_stand: Stand) -> None:
    client = own_stand.client(EDITOR)
    document = own_stand.id_of("人才/桐庐.txt")
    for wrong in ({"色": "红"}, {"日期": "不久前"}, {"标题": "=1+1"}, {"标题": "a\nb"}, {}):
        assert client.patch(f"{API}/documents/{document}", json={"set": wrong}).status_code == 400
    assert client.patch(f"{API}/documents/{document}", json={"set": {"标题": "x"}, "article": 0}).status_code == 400
    assert own_stand.engine.jobs.all() == []
    changed = {"article": 1, "set": {"标题": "-- 不是选项".replace("-", "—"), "日期": "2021年5月"}}
    response = client.patch(f"{API}/documents/{document}", json=changed)
    assert response.status_code == 202
    own_stand.ended(response.json()["job"]["number"])
    [article] = client.get(f"{API}/documents/{document}").json()["outline"]
    assert article["date"] == "2021-05" and article["title"] == "—— 不是选项"


def test_a_changed_file_is_read_again_and_a_lost_one_is_told(own_stand: Stand) -> None:
    client = own_stand.client(EDITOR)
    document = own_stand.id_of("人才/桐庐.txt")
    own_stand.office.write("人才/桐庐.txt", NEW)
    response = client.post(f"{API}/documents/{document}/reindex")
    own_stand.ended(response.json()["job"]["number"])
    assert found(client, "归雁计划") >= {"人才/桐庐.txt"}
    shutil.rmtree(own_stand.office.files)
    lost = client.post(f"{API}/documents/{document}/reindex")
    assert lost.status_code == 400 and "原文件已不存在" in lost.json()["error"]
    assert client.get(f"{API}/documents/{document}/original").status_code == 404


def test_readers_change_nothing(stand: Stand) -> None:
    client, document = stand.client(READER), stand.id_of("人才/桐庐.txt")
    answers = [
        send(client, ("a.txt", NEW.encode())),
        client.delete(f"{API}/documents/{document}"),
        client.post(f"{API}/documents/{document}/restore"),
        client.post(f"{API}/documents/{document}/reindex"),
        client.patch(f"{API}/documents/{document}", json={"set": {"市": "达州"}}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert all("管理员" in answer.json()["error"] for answer in answers)
    assert stand.engine.jobs.all() == [] and not (stand.office.settings.data / "uploads").exists()


@pytest.mark.parametrize("name", ["机密", " 机密", "机密.", "../机密", ".机密"])
def test_nobody_adds_to_a_collection_that_is_hidden_from_them(stand: Stand, name: str) -> None:
    response = send(stand.client(EDITOR), ("a.txt", NEW.encode()), collection=name)
    assert response.status_code == (400 if "/" in name else 403)
    assert not (stand.office.settings.data / "uploads" / "机密").exists()


def test_an_insider_may_add_there_and_others_do_not_hear_of_it(own_stand: Stand) -> None:
    # The one that cannot be read is tried again whenever the folder is read.
    response = send(own_stand.client(INSIDER), ("青田二.txt", NEW.encode()), ("坏.pdf", b"%PDF-1.7"), collection="机密")
    job = own_stand.ended(response.json()["job"]["number"])
    assert "机密/青田二.txt" in found(own_stand.client(INSIDER), "归雁计划")
    other = own_stand.client(EDITOR)
    assert "机密/青田二.txt" not in found(other, "归雁计划")
    assert other.get(f"{API}/jobs").json() == {"jobs": []}
    hidden, absent = other.get(f"{API}/jobs/{job.number}"), other.get(f"{API}/jobs/99")
    assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json()) and hidden.status_code == 404
    assert len(own_stand.client(ADMIN).get(f"{API}/jobs").json()["jobs"]) == 1
    # A later job reads the whole folder; its lines tell nothing of the hidden file.
    later = send(other, ("b.txt", NEW.encode())).json()["job"]["number"]
    own_stand.ended(later)
    assert "机密" not in other.get(f"{API}/jobs/{later}").text


def test_the_lines_of_a_job_name_nothing_of_a_hidden_collection(own_stand: Stand) -> None:
    insider, other = own_stand.client(INSIDER), own_stand.client(EDITOR)
    own_stand.ended(send(insider, ("青田二.txt", NEW.encode()), collection="机密").json()["job"]["number"])
    hidden = own_stand.office.settings.data / "uploads" / "机密"
    (hidden / "青田二.txt").unlink()
    (hidden / "青田三.txt").write_text(NEW.replace("松阳", "龙泉"), "utf-8")
    (hidden / "资料信息.csv").write_text("文件,日期\n青田三.txt,2023-02-31\n", "utf-8")
    number = send(other, ("归雁.txt", NEW.encode())).json()["job"]["number"]
    job = own_stand.ended(number)
    assert {line["moved_from"] for line in job.report["files"]} == {"机密/青田二.txt", ""}
    assert any("青田三" in line["source"] for line in job.report["files"])
    shown = other.get(f"{API}/jobs/{number}")
    [line] = shown.json()["files"]
    assert (line["source"], line["state"], line["moved_from"]) == ("人才/归雁.txt", "moved", "")
    assert not any(word in shown.text for word in ("机密", "青田", "2023-02-31"))
    [told] = own_stand.client(ADMIN).get(f"{API}/jobs/{number}").json()["files"]
    assert told["moved_from"] == "机密/青田二.txt"


def test_a_document_that_was_taken_out_stays_hidden(own_stand: Stand) -> None:
    secret = own_stand.id_of("机密/青田.txt")
    own_stand.ended(own_stand.client(INSIDER).delete(f"{API}/documents/{secret}").json()["job"]["number"])
    assert own_stand.client(INSIDER).get(f"{API}/documents/{secret}").json()["state"] == "removed"
    for path in ("", "/original"):
        assert own_stand.client(EDITOR).get(f"{API}/documents/{secret}{path}").status_code == 404
    assert own_stand.client(EDITOR).post(f"{API}/documents/{secret}/restore").status_code == 404


def test_a_corrected_file_takes_the_place_of_the_first_one(own_stand: Stand) -> None:
    client, source = own_stand.client(EDITOR), "人才/归雁.txt"
    own_stand.ended(send(client, ("归雁.txt", NEW.encode())).json()["job"]["number"])
    document = own_stand.id_of(source)
    right = NEW.replace("214人", "241人")
    assert send(client, ("归雁.txt", right.encode()), replace="maybe").status_code == 400
    answer = send(client, ("归雁.txt", right.encode()), replace="true")
    assert answer.status_code == 202 and [one["state"] for one in answer.json()["files"]] == ["replaced"]
    own_stand.ended(answer.json()["job"]["number"])
    assert own_stand.id_of(source) == document
    assert "241人" in client.get(f"{API}/documents/{document}").json()["text"]
    texts = {
        one["text"] for one in client.get(f"{API}/search", params={"query": "归雁计划", "k": 50}).json()["passages"]
    }
    assert not any("214人" in text for text in texts)
    assert own_stand.noted == [("add", EDITOR.name), ("replace", EDITOR.name)]


def test_a_large_file_is_stored_whole(own_stand: Stand) -> None:
    text = NEW + "松阳县按月调度，责任到人。\n" * 60_000
    response = send(own_stand.client(EDITOR), ("大.txt", text.encode()))
    assert response.status_code == 202
    stored = own_stand.office.settings.data / "uploads" / "人才" / "大.txt"
    assert len(text.encode()) > guard.MOST_JSON_BYTES and stored.read_text("utf-8") == text


def test_only_refused_files_are_no_job(stand: Stand) -> None:
    response = send(stand.client(EDITOR), ("a.exe", b"MZ\x00"), ("b.docx", b"x"))
    assert response.status_code == 400 and response.json()["job"] is None
    assert [one["state"] for one in response.json()["files"]] == ["refused", "refused"]


def test_a_request_with_too_many_files_or_bytes_is_refused_before_anything_is_stored(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = stand.client(EDITOR)
    many = send(client, *((f"{n}.txt", b"x") for n in range(501)))
    assert many.status_code == 413 and "500" in many.json()["error"]
    monkeypatch.setattr(guard, "MOST_UPLOAD_BYTES", 1000)
    large = send(client, ("a.txt", b"x" * 2000))
    assert large.status_code == 413
    assert not (stand.office.settings.data / "uploads" / "人才").exists()


@pytest.mark.parametrize(
    ("data", "files"),
    [
        ({}, [("files", ("a.txt", b"x"))]),
        ({"collection": "人才"}, []),
        ({"collection": "人才", "paths": ["a", "b"]}, [("files", ("a.txt", b"x"))]),
        ({"collection": "人才", "other": "x"}, [("files", ("a.txt", b"x"))]),
        ({"collection": "人才"}, [("collection", ("a.txt", b"x"))]),
        ({"collection": ["人才", "人才"]}, [("files", ("a.txt", b"x"))]),
        ({"collection": "人" * 5000}, [("files", ("a.txt", b"x"))]),
        ({"collection": ""}, [("files", ("a.txt", b"x"))]),
    ],
)
def test_a_form_of_the_wrong_kind_is_refused(stand: Stand, data: Any, files: Any) -> None:
    files = files or [("paths", (None, "x"))]
    response = stand.client(EDITOR).post(f"{API}/documents", data=data, files=files)
    assert response.status_code == 400 and response.json()["error"].endswith("。")


def test_files_are_sent_as_a_form(stand: Stand) -> None:
    client = stand.client(EDITOR)
    assert client.post(f"{API}/documents", json={"collection": "人才"}).status_code == 415
    broken = client.post(f"{API}/documents", content=b"x", headers={"content-type": "multipart/form-data"})
    assert broken.status_code == 400


def test_room_on_the_disks_is_looked_at_before_a_form_is_kept(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[Path, int] = {}
    monkeypatch.setattr(room, "check_free", lambda folder, size: asked.update({folder: size}))
    client = stand.client(EDITOR)
    send(client, ("a.exe", b"x"))
    assert asked.keys() == {Path(tempfile.gettempdir()), stand.office.settings.data} and min(asked.values()) > 0
    monkeypatch.undo()
    monkeypatch.setattr(room, "SPARE_BYTES", 1 << 62)
    monkeypatch.setattr("starlette.requests.Request.form", None)
    assert send(client, ("a.txt", b"x")).status_code == 507


def test_a_request_that_does_not_tell_its_length_is_not_taken_in(stand: Stand) -> None:
    form = {"content-type": "multipart/form-data; boundary=x"}
    response = stand.client(EDITOR).post(f"{API}/documents", content=iter([b"--x--"]), headers=form)
    assert response.status_code == 411 and "Content-Length" in response.json()["error"]


def test_a_disk_that_is_full_while_a_request_comes_in_is_told(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def __init__(self, **_options: int) -> None:
            super().__init__()

        def write(self, _data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", Full)
    response = send(stand.client(EDITOR), ("a.txt", NEW.encode()))
    assert response.status_code == 507 and "清理空间" in response.json()["error"]


def test_who_sends_slowly_keeps_a_place_and_others_are_told_to_wait(own_stand: Stand) -> None:
    head = (
        f"POST {API}/documents HTTP/1.1\r\nhost: x\r\nx-user: {as_user(EDITOR)['x-user']}\r\n"
        "content-type: multipart/form-data; boundary=x\r\ncontent-length: 5000\r\n\r\n--x\r\n"
    )
    file = {"files": ("归雁.txt", NEW.encode())}
    with served(own_stand.app) as address, ExitStack() as slow:
        for _ in range(2):
            sender = slow.enter_context(socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))))
            sender.sendall(head.encode())

        def status() -> int:
            given = {"data": {"collection": "人才"}, "headers": as_user(INSIDER), "timeout": 20.0}
            return httpx.post(f"{address}{API}/documents", files=file, **given).status_code  # type: ignore[arg-type]

        end = time.monotonic() + 15
        while (told := status()) != 429:
            assert told == 202 and time.monotonic() < end
        slow.close()
        while (told := status()) != 202:
            assert told == 429 and time.monotonic() < end


def test_changes_of_many_documents_are_one_job_or_none(own_stand: Stand) -> None:
    changes, ids = own_stand.changes, [own_stand.id_of("人才/桐庐.txt"), own_stand.id_of("人才/桐庐<b>二</b>.md")]
    secret = own_stand.id_of("机密/青田.txt")
    with pytest.raises(NotFoundError):
        changes.remove(EDITOR, [*ids, secret])
    with pytest.raises(AccessError):
        changes.remove(READER, ids)
    with pytest.raises(NotFoundError):
        changes.remove(ADMIN, ["--rebuild"])
    with pytest.raises(Exception, match=str(MOST_DOCUMENTS)):
        changes.remove(ADMIN, [str(n) for n in range(MOST_DOCUMENTS + 1)])
    assert own_stand.engine.jobs.all() == []
    own_stand.ended(changes.remove(EDITOR, [*ids, ids[0]]).number)
    assert found(own_stand.client(ADMIN), "桐庐县") <= {"机密/青田.txt"}


def test_a_command_that_would_be_too_long_becomes_several_jobs(
    own_stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, sources = own_stand.changes, ["人才/桐庐.txt", "人才/桐庐<b>二</b>.md", "机密/青田.txt"]
    ids = [own_stand.id_of(source) for source in sources]
    monkeypatch.setattr("desk.changes.LONGEST_COMMAND", 2 * (len(ids[0]) + 3))
    paths = [str(own_stand.office.files / source) for source in sources]
    own_stand.ended(changes.reindex(ADMIN, ids).number)
    assert [job.arguments for job in changes.jobs(ADMIN)] == [("--", path) for path in reversed(paths)]
    monkeypatch.setattr("desk.changes.LONGEST_COMMAND", 1)
    last = own_stand.ended(changes.remove(ADMIN, ids[:2]).number)
    jobs = changes.jobs(ADMIN)[:2]
    assert [job.arguments for job in jobs] == [("--remove", "--", one) for one in (ids[1], ids[0])] and jobs[0] == last
    assert found(own_stand.client(ADMIN), "桐庐县") <= {"机密/青田.txt"}


@given(st.lists(st.integers(1, 30), max_size=40), st.integers(1, 60))
def test_runs_keep_all_in_order_and_are_as_long_as_they_may_be(lengths: list[int], longest: int) -> None:
    runs = list(runs_of(lengths, lambda length: length, longest))
    assert [length for run in runs for length in run] == lengths
    assert all(run and (sum(run) <= longest or len(run) == 1) for run in runs)
    assert all(sum(run) + later[0] > longest for run, later in itertools.pairwise(runs))


def test_what_is_not_noted_is_not_done(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AccessError("审计日志无法写入。")

    monkeypatch.setattr(stand.changes, "_note", refuse)
    with pytest.raises(AccessError):
        stand.changes.remove(EDITOR, [stand.id_of("人才/桐庐.txt")])
    assert stand.engine.jobs.all() == []
