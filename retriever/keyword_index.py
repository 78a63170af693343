"""BM25 over words and character bigrams together, in one tantivy index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from core.errors import StoreError, StoreFullError
from retriever.database import IndexEntry
from retriever.text import bigrams, words

_FIELDS = {"words": words, "bigrams": bigrams}
_WRITER_MEMORY = 64_000_000


class KeywordIndex:
    """Finds chunks by the terms of their embedding text (title, headings and body)."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, making it where there is none.

        Raises:
            StoreError: the folder holds something that is no index, or a damaged one.
        """
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for name in _FIELDS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except ValueError as exc:
            raise StoreError("关键词索引无法打开，请用 --rebuild 重建。") from exc
        self._searcher = self._index.searcher()

    def count(self) -> int:
        """Return how many chunks the index holds."""
        return int(self._searcher.num_docs)

    def apply(self, remove: Sequence[str], batches: Iterable[Sequence[IndexEntry]]) -> None:
        """Remove the chunks `remove` and add those of `batches`, in one atomic commit.

        Raises:
            StoreFullError: there was no room for it; the index is as it was before.
        """
        writer = self._index.writer(_WRITER_MEMORY, num_threads=1)
        try:
            for chunk_id in remove:
                writer.delete_documents("id", chunk_id)
            for entries in batches:
                for entry in entries:
                    writer.add_document(self._document(entry))
            writer.commit()
            writer.wait_merging_threads()
        except (OSError, ValueError) as exc:
            raise StoreFullError("关键词索引没有写完，多半是磁盘空间不足；请清理空间后重新运行。") from exc
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, question: str, k: int) -> list[tuple[str, float]]:
        """Return up to `k` chunks that share terms with `question` as (id, BM25 score), best first."""
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, name, term))
            for name, cut in _FIELDS.items()
            for term in cut(question)
        ]
        if not terms or k < 1:
            return []
        hits = self._searcher.search(tantivy.Query.boolean_query(terms), limit=k, count=False).hits
        return [(self._searcher.doc(address)["id"][0], float(score or 0.0)) for score, address in hits]

    def document_frequency(self, word: str) -> int:
        """Return in how many chunks a word (as `retriever.text.words` cuts it) stands."""
        return int(self._searcher.doc_freq("words", word))

    @staticmethod
    def _document(entry: IndexEntry) -> tantivy.Document:
        document = tantivy.Document()
        document.add_text("id", entry.id)
        for name, cut in _FIELDS.items():
            document.add_text(name, " ".join(cut(entry.embedding_text)))
        return document
