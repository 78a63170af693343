"""Anyone's LangChain program over our library."""

from __future__ import annotations

import json

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from retriever.langchain_adapters import LangChainEmbeddings, LibraryRetriever
from retriever.search import Searcher
from tests.office import Office, report_text

QUESTION = "湄潭县“茶乡英才”走访企业多少家？"


@pytest.fixture
def stocked(office: Office) -> Office:
    office.write("湄潭.txt", report_text("湄潭县", "茶乡英才", 300))
    office.write("晋江.txt", report_text("晋江市", "晋才之家", 800))
    office.ingest()
    return office


def test_a_chain_gets_what_our_own_search_finds(stocked: Office) -> None:
    with stocked.reading() as library:
        searcher = Searcher(library, stocked.encoder)
        passages = searcher.search(QUESTION, 2)
        chain = LibraryRetriever(searcher=searcher, k=2) | RunnableLambda(lambda documents: documents)
        documents: list[Document] = chain.invoke(QUESTION)
        assert [document.id for document in documents] == [passage.chunk.id for passage in passages]
        for document, passage in zip(documents, passages, strict=True):
            stored = library.database.document(passage.article.document_id)
            assert stored is not None
            metadata = document.metadata
            assert stored.text[metadata["start"] : metadata["end"]] == document.page_content
            assert metadata["source"] == stored.source
            assert metadata["title"] == passage.article.title
            assert metadata["score"] == passage.score
            assert metadata["chunk_id"] == document.id
    assert "湄潭县" in documents[0].metadata["place"]
    assert documents[0].metadata["kind"] == passages[0].article.meta.kind


def test_metadata_can_be_stored_as_json(stocked: Office) -> None:
    with stocked.reading() as library:
        [document] = LibraryRetriever(searcher=Searcher(library, stocked.encoder), k=1).invoke(QUESTION)
    assert json.loads(json.dumps(document.metadata)) == document.metadata


def test_nothing_is_found_for_white_space(stocked: Office) -> None:
    with stocked.reading() as library:
        assert LibraryRetriever(searcher=Searcher(library, stocked.encoder)).invoke(" ") == []


def test_none_at_all_cannot_be_asked_for(stocked: Office) -> None:
    with stocked.reading() as library, pytest.raises(ValidationError):
        LibraryRetriever(searcher=Searcher(library, stocked.encoder), k=0)


def test_questions_and_documents_are_embedded_as_themselves(office: Office) -> None:
    embeddings = LangChainEmbeddings(office.encoder)
    assert len(embeddings.embed_documents(["甲", "乙"])) == 2
    assert len(embeddings.embed_query("甲")) == office.encoder.dimensions
    assert (office.encoder.embedded, office.encoder.asked) == (2, 1)
