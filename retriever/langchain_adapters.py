"""Our parts as LangChain interfaces, so that anyone's LangChain program can use them."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from core.schema import Encoder


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
