"""Search over real stores, with a fake encoder that can be told to look elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from core.schema import Encoder, Vectors
from retriever.langchain_adapters import LangChainEmbeddings
from retriever.search import Searcher
from tests.fakes import FakeEncoder
from tests.office import Office, report_text

TEXTS = {
    "湄潭.txt": report_text("湄潭县", "茶乡英才", 300),
    "晋江.txt": report_text("晋江市", "晋才回流", 500),
    "繁昌.txt": report_text("繁昌区", "墩苗育才", 700),
}


class Misled(FakeEncoder):
    """Embeds every question as if it were `instead`."""

    instead = ""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return super().encode_queries([self.instead] * len(texts))


@pytest.fixture
def stocked(office: Office) -> Office:
    office.encoder = Misled()
    for name, text in TEXTS.items():
        office.write(name, text)
    office.ingest()
    return office


def sources(office: Office, query: str, k: int = 3) -> list[str]:
    return list(dict.fromkeys(passage.source for passage in office.search(query, k)))


def test_the_fake_is_an_encoder() -> None:
    encoder: Encoder = FakeEncoder()
    assert encoder.encode_documents(["湄潭县", "晋江市"]).shape == (2, encoder.dimensions)
    assert encoder.encode_documents([]).shape == (0, encoder.dimensions)


def test_an_exact_word_is_found_where_the_vectors_point_elsewhere(stocked: Office) -> None:
    stocked.encoder.instead = TEXTS["繁昌.txt"]
    assert sources(stocked, "茶乡英才", k=1) == ["湄潭.txt"]
    with stocked.reading() as library:
        compared = Searcher(library, stocked.encoder).compare("茶乡英才", 1, stocked.encoder)
    assert (compared["dense"], compared["keyword"]) == (["繁昌.txt"], ["湄潭.txt"])


def test_the_vectors_find_what_shares_no_word_with_the_question(stocked: Office) -> None:
    stocked.encoder.instead = TEXTS["晋江.txt"]
    assert sources(stocked, "talent returning home", k=1) == ["晋江.txt"]


def test_what_both_find_comes_first(stocked: Office) -> None:
    stocked.encoder.instead = "湄潭县“茶乡英才”新入库青年人才"
    assert sources(stocked, "湄潭县“茶乡英才”新入库青年人才", k=1) == ["湄潭.txt"]


@pytest.mark.parametrize("query", ["", "  ", "\n\t\u3000"])
def test_a_question_of_white_space_finds_nothing_and_embeds_nothing(stocked: Office, query: str) -> None:
    assert stocked.search(query) == []
    assert stocked.encoder.asked == 0


@pytest.mark.parametrize("query", ["？！", "“”《》", "+ - && || (", "湄潭\u2028茶", "🍵", "半个字\ud83c", "a" * 3000])
def test_no_question_is_too_odd_to_search_for(stocked: Office, query: str) -> None:
    stocked.search(query)


def test_passages_are_ranked_without_repeats_and_carry_their_source(stocked: Office) -> None:
    stocked.encoder.instead = "青年人才"
    found = stocked.search("调度新入库青年人才", 50)
    assert [passage.rank for passage in found] == list(range(1, len(found) + 1))
    assert all(a.score >= b.score for a, b in pairwise(found))
    assert len({passage.chunk.id for passage in found}) == len(found)
    assert {passage.source for passage in found} == set(TEXTS)
    assert all(passage.article.meta.district in passage.chunk.text for passage in found)


def test_no_more_is_returned_than_was_asked_for_or_is_there(stocked: Office) -> None:
    stocked.encoder.instead = "青年人才"
    assert len(stocked.search("青年人才", 1)) == 1
    with stocked.reading() as library:
        total = library.database.counts()[2]
    assert len(stocked.search("青年人才", 1000)) == total


def test_width_and_case_of_a_question_make_no_difference(office: Office) -> None:
    office.encoder = Misled()
    office.write(
        "a.txt", "湄潭县推广“Ｂ２Ｂ”茶叶直销\n\n湄潭县建成Ｂ２Ｂ茶叶直销平台，上线茶企57家，年交易额9.6亿元。\n"
    )
    for name, text in TEXTS.items():
        office.write(name, text)
    office.ingest()
    office.encoder.instead = TEXTS["繁昌.txt"]
    assert "a.txt" in sources(office, "b2b", k=3)


def test_a_vector_made_before_is_used_as_it_is(stocked: Office) -> None:
    vector = stocked.encoder.encode_documents(["晋江市“晋才回流”"])[0]
    with stocked.reading() as library:
        found = Searcher(library, stocked.encoder).search("talent", 1, vector=vector)
    assert found[0].source == "晋江.txt"
    assert stocked.encoder.asked == 0


def test_any_langchain_program_can_use_the_encoder() -> None:
    encoder = FakeEncoder()
    embeddings = LangChainEmbeddings(encoder)
    [document] = embeddings.embed_documents(["湄潭县茶叶人才"])
    assert document == pytest.approx(embeddings.embed_query("湄潭县茶叶人才"))
    assert (encoder.embedded, encoder.asked) == (1, 1)


def test_either_script_finds_the_other(office: Office) -> None:
    traditional = "九龍坡區青年人才匯\n\n九龍坡區評選團幹部示範崗36個，選拔後備幹部152名。"
    office.write("繁体.txt", traditional)
    office.write("简体.txt", TEXTS["湄潭.txt"])
    office.ingest()
    (first, *_) = office.search("团干部示范岗评选了多少个")
    assert first.source == "繁体.txt"
    assert first.chunk.text in traditional
    assert first.article.meta.place == "重庆市九龙坡区"
    assert sources(office, "湄潭縣的茶鄉英才計劃", k=1) == ["简体.txt"]
