"""Our parts as LangChain interfaces, so that anyone's LangChain program can use them."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from core.schema import Encoder, Passage
from retriever.search import Searcher


class LangChainEmbeddings(Embeddings):
    """Any `Encoder` as LangChain `Embeddings`; questions and documents keep their own prompts."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one unit vector a text."""
        vectors: list[list[float]] = self.encoder.encode_documents(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question."""
        vector: list[float] = self.encoder.encode_queries([text])[0].tolist()
        return vector


class LibraryRetriever(BaseRetriever):
    """A `Searcher` as a LangChain retriever: `LibraryRetriever(searcher=…, k=5).invoke("…")`, best first.

    The text of a document is verbatim; `metadata["start"]` and `["end"]` are its place in the text of the source.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    k: int = Field(10, ge=1)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(passage) for passage in self.searcher.search(query, self.k)]


def _document(passage: Passage) -> Document:
    chunk, article = passage.chunk, passage.article
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "source": passage.source,
            "title": article.title,
            "place": article.meta.place,
            "date": article.meta.date,
            "kind": article.meta.kind,
            "start": chunk.start,
            "end": chunk.end,
            "chunk_id": chunk.id,
            "score": passage.score,
            "copies": list(passage.copies),
        },
    )
