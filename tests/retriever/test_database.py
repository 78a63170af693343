"""What goes into the database comes out of it unchanged."""

from __future__ import annotations

import pytest

from retriever.names import PLACE, QUOTED
from retriever.text import squeeze
from tests.office import Office, report_text

PRESS = "湄潭县2022年以“茶人”兴茶业情况汇报\n\n记者 周明远 通讯员 何小茹\n\n{body}\n来源：贵州日报\n"


@pytest.fixture
def stocked(office: Office) -> Office:
    office.write("湄潭.txt", PRESS.format(body=report_text("湄潭县", "茶乡英才", 300).partition("\n\n")[2]))
    for number in range(6):
        office.write(f"{number}.txt", report_text("晋江市", f"晋才{number}号", number * 10, 2))
    office.ingest()
    return office


def test_a_document_its_articles_and_chunks_come_back_as_they_went_in(stocked: Office) -> None:
    document = stocked.document_of("湄潭县“茶乡英才”")
    assert document.source == "湄潭.txt"
    with stocked.reading() as library:
        [article] = library.database.articles(document.id)
        chunks = library.database.chunks_of(article.id)
    meta = article.meta
    assert (meta.place, meta.date, meta.kind) == ("贵州省遵义市湄潭县", "2022", "汇报")
    assert (meta.origin, meta.authors) == ("贵州日报", ("周明远", "何小茹"))
    assert article.title == document.title
    assert squeeze("".join(chunk.text for chunk in chunks)) in squeeze(document.text)
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)


def test_an_unknown_document_or_chunk_is_none_and_not_an_error(stocked: Office) -> None:
    with stocked.reading() as library:
        assert library.database.document("unknown") is None
        assert library.database.articles("unknown") == []
        assert library.database.chunks(["unknown"]) == {}


def test_the_names_of_the_library_follow_its_documents(stocked: Office) -> None:
    with stocked.reading() as library:
        assert library.database.names(QUOTED) >= {"茶人", "茶乡英才", "晋才0号"}
        assert library.database.names(PLACE) >= {"湄潭县", "晋江市"}
    (stocked.files / "湄潭.txt").unlink()
    stocked.ingest(prune=True)
    with stocked.reading() as library:
        assert "茶乡英才" not in library.database.names(QUOTED)
        assert "湄潭县" not in library.database.names(PLACE)
        assert {article.meta.district for article in library.database.sample_articles(50)} == {"晋江市"}


def test_samples_are_different_articles_and_no_more_than_asked_for(stocked: Office) -> None:
    with stocked.reading() as library:
        for count in (1, 3, 7, 50):
            sample = library.database.sample_articles(count)
            assert len({article.id for article in sample}) == len(sample) == min(count, 7)


def test_vectors_that_nobody_uses_any_more_are_not_kept(stocked: Office) -> None:
    stocked.write("湄潭.txt", report_text("繁昌区", "墩苗育才", 1))
    stocked.ingest()
    with stocked.reading() as library:
        assert library.database.drop_unused_vectors() == 0
        assert library.database.texts_without_vector(10) == {}
