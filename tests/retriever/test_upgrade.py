"""A library that an older version left behind is upgraded by the next ingest and loses nothing."""

from __future__ import annotations

import sqlite3

import pytest

from core.errors import StoreError, StoreMismatchError
from core.schema import FileState
from retriever import tables
from tests.office import Office, report_text, states

TO_VERSION_2 = """
    DROP TABLE removed; DROP INDEX documents_listed; DROP INDEX articles_listed;
    ALTER TABLE articles DROP COLUMN province; ALTER TABLE articles DROP COLUMN city;
    ALTER TABLE articles DROP COLUMN district; ALTER TABLE articles DROP COLUMN date;
    ALTER TABLE articles DROP COLUMN kind;
    UPDATE state SET value = '2' WHERE name = 'schema_version';
"""
TO_VERSION_1 = (
    TO_VERSION_2
    + """
    DROP TABLE bands;
    DROP INDEX ix_files_id; DROP INDEX ix_files_content; DROP INDEX ix_articles_copy_of; DROP INDEX ix_articles_linked;
    DROP INDEX ix_chunks_searched;
    ALTER TABLE files DROP COLUMN id; ALTER TABLE files DROP COLUMN source; ALTER TABLE files DROP COLUMN size;
    ALTER TABLE files DROP COLUMN mtime_ns; ALTER TABLE files DROP COLUMN content; ALTER TABLE files DROP COLUMN cause;
    ALTER TABLE files DROP COLUMN reason; ALTER TABLE files DROP COLUMN notes;
    ALTER TABLE articles DROP COLUMN copy_of; ALTER TABLE articles DROP COLUMN linked;
    ALTER TABLE chunks DROP COLUMN searched;
    UPDATE state SET value = '1' WHERE name = 'schema_version';
    DELETE FROM state WHERE name = 'seal';
"""
)


@pytest.fixture
def old(office: Office) -> Office:
    """A library in the form of the first version, with two files of which one is gone."""
    office.write("湄潭.txt", report_text("湄潭县", "茶乡英才", 300))
    gone = office.write("晋江.txt", report_text("晋江市", "晋才回流", 500))
    office.ingest()
    gone.unlink()
    with sqlite3.connect(office.settings.data / "orgask.sqlite3") as connection:
        connection.executescript(TO_VERSION_1)
    connection.close()
    return office


def test_reading_an_old_library_says_what_to_do_and_leaves_it_alone(old: Office) -> None:
    for _ in range(2):
        with pytest.raises(StoreMismatchError, match=r"较早的版本.*自动升级"):
            old.search("茶乡英才")


def test_the_next_ingest_upgrades_it_and_embeds_nothing_again(old: Office) -> None:
    report = old.ingest()
    assert states(report) == {"湄潭.txt": FileState.UPDATED}
    assert (report.documents, report.embedded) == (2, 0)
    old.chunk_ids()
    assert old.search("湄潭县“茶乡英才”")[0].source == "湄潭.txt"
    assert old.search("晋江市“晋才回流”")[0].source == "晋江.txt"
    assert states(old.ingest(prune=True)) == {"湄潭.txt": FileState.SKIPPED, "晋江.txt": FileState.DELETED}


def test_a_library_of_version_2_keeps_its_texts_and_reads_none_again(office: Office) -> None:
    office.write("湄潭.txt", report_text("湄潭县", "茶乡英才", 300))
    office.ingest()
    before = office.chunk_ids()
    with sqlite3.connect(office.settings.data / "orgask.sqlite3") as connection:
        connection.executescript(TO_VERSION_2)
    connection.close()
    assert states(office.ingest()) == {"湄潭.txt": FileState.SKIPPED}
    assert office.chunk_ids() == before
    with sqlite3.connect(office.settings.data / "orgask.sqlite3") as connection:
        assert connection.execute("SELECT district FROM articles").fetchall() == [("湄潭县",)]
    connection.close()


@pytest.mark.parametrize("steps", [1, 5, 12, 17])
def test_an_upgrade_that_broke_off_is_made_by_the_next_run(
    old: Office, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(tables._UPGRADES, 1, (*tables._UPGRADES[1][:steps], "the power went out"))
        with pytest.raises(StoreError):
            old.ingest()
    assert old.ingest().documents == 2
    old.chunk_ids()


def test_indexes_of_an_older_form_are_made_anew_without_embedding(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write("湄潭.txt", report_text("湄潭县", "茶乡英才", 300))
    with monkeypatch.context() as patch:
        patch.setattr("retriever.library._INDEX_FORMAT", "1")
        office.ingest()
    with pytest.raises(StoreError, match="重新运行一次索引"):
        office.search("茶乡英才")
    assert office.ingest().embedded == 0
    assert office.search("茶乡英才")[0].source == "湄潭.txt"


def test_a_library_of_a_newer_version_is_refused(office: Office) -> None:
    office.write("湄潭.txt", report_text("湄潭县", "茶乡英才", 300))
    office.ingest()
    with sqlite3.connect(office.settings.data / "orgask.sqlite3") as connection:
        connection.execute("UPDATE state SET value = '99' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(StoreMismatchError, match="不兼容"):
        office.ingest()
