"""`--check` finds what differs between the stores and mends it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreError
from ingest.check import CheckReport, check
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.library import Library
from tests.office import Office, report_text


@pytest.fixture
def stocked(office: Office) -> Office:
    text = report_text("湄潭县", "茶乡英才", 300, 40)
    office.write("湄潭.txt", text)
    office.write("转载.txt", text)
    office.write("晋江.txt", report_text("晋江市", "晋才回流", 500, 40))
    office.ingest()
    return office


def checked(office: Office) -> CheckReport:
    with Library.writing(office.settings, office.encoder.name) as library:
        ingest = Ingest(library, office.encoder, InProcess())
        return check(library, office.settings, office.encoder, ingest)


def sql(statement: str) -> Callable[[Path], None]:
    def harm(data: Path) -> None:
        with closing(sqlite3.connect(data / "orgask.sqlite3")) as connection, connection:
            connection.execute("PRAGMA foreign_keys=ON")
            assert connection.execute(statement).rowcount > 0

    return harm


def damaged(pattern: str) -> Callable[[Path], None]:
    def harm(data: Path) -> None:
        [path] = data.glob(pattern)
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 40] = bytes(40 * [0x5A])
        path.write_bytes(content)

    return harm


def without_chroma(data: Path) -> None:
    [folder] = data.glob("index-*/chroma")
    shutil.rmtree(folder)


def test_a_sound_library_has_no_findings_and_stays_as_it_is(stocked: Office) -> None:
    before = stocked.chunk_ids()
    report = checked(stocked)
    assert (report.findings, report.sound, report.documents) == ((), True, 3)
    assert stocked.chunk_ids() == before


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (sql("UPDATE chunks SET text = '别的文字' WHERE rowid = 1"), "片段"),
        (sql("DELETE FROM articles WHERE copy_of = ''"), "片段"),
        (sql("DELETE FROM documents WHERE source = '晋江.txt'"), "缺失"),
        (sql("INSERT INTO documents VALUES ('x', '/nowhere/x.txt', 'x.txt', '', '', '', '{}')"), "登记"),
        (sql("DELETE FROM vectors WHERE rowid % 2"), "向量"),
        (sql("UPDATE vectors SET vector = x'00' WHERE rowid = 1"), "向量"),
        (sql("INSERT INTO vectors VALUES ('nobody', zeroblob(512))"), "向量"),
        (sql("UPDATE articles SET copy_of = 'nobody' WHERE copy_of != ''"), "转载"),
        (damaged("index-*/keywords/chunks/*.idx"), "索引"),
        (without_chroma, "索引"),
    ],
)
def test_what_differs_is_named_and_mended(stocked: Office, harm: Callable[[Path], None], word: str) -> None:
    before = stocked.chunk_ids()
    harm(stocked.settings.data)
    report = checked(stocked)
    assert report.sound
    assert any(word in finding.what for finding in report.findings)
    assert stocked.chunk_ids() == before
    assert checked(stocked).findings == ()
    assert stocked.search("湄潭县“茶乡英才”走访企业")[0].article.meta.district == "湄潭县"


def test_a_damaged_graph_of_the_vector_index_is_made_anew(office: Office) -> None:
    for number in range(120):
        office.write(f"{number}.txt", report_text(f"晋江市第{number}镇", f"晋才{number}号", number * 50, 80))
    office.ingest()
    before = office.chunk_ids()
    damaged("index-*/chroma/*/data_level0.bin")(office.settings.data)
    with pytest.raises(StoreError, match="没有完成"):
        office.search("晋才7号")
    assert any("索引" in finding.what for finding in checked(office).findings)
    assert office.chunk_ids() == before


def test_a_document_whose_file_is_gone_is_given_up_and_told(stocked: Office) -> None:
    sql("UPDATE chunks SET text = '别的文字' WHERE article_id IN (SELECT id FROM articles WHERE title LIKE '%晋江%')")(
        stocked.settings.data
    )
    (stocked.files / "晋江.txt").unlink()
    report = checked(stocked)
    assert not report.sound
    assert "原文件" in report.findings[0].advice
    assert report.documents == 2


def test_a_damaged_database_is_told(stocked: Office) -> None:
    path = stocked.settings.data / "orgask.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 * 3 :: 4096] = b"\xff" * len(content[4096 * 3 :: 4096])
    path.write_bytes(content)
    with pytest.raises(StoreError, match="损坏"):
        checked(stocked)
