"""BM25 over words and character bigrams together, on two grains: chunks and single sentences.

A sentence that answers is often lost in a chunk that speaks of much else; a chunk is found where the words of the
question are spread over several sentences. On CMRC2018 both together find more than either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from core.errors import StoreError, StoreFullError
from retriever.places import Place
from retriever.rows import IndexEntry
from retriever.scope import Scope
from retriever.text import bigrams, statement_spans, without_asking, words

_FIELDS = {"words": words, "bigrams": bigrams}
_FACTS = ("place", "year", "kind", "article", "collection")
_WRITER_MEMORY = 64_000_000
Facts = Mapping[str, Sequence[str]]
"""Values by the names of `_FACTS`."""
_MOST_COUNTED = 100
_SENTENCES_A_CHUNK = 3
"""So many sentence hits are read for each chunk that is wanted, as several may lie in one chunk."""


class KeywordIndex:
    """Finds chunks by the terms of their title, headings and body, and by those of their single sentences."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, making it where there is none.

        Raises:
            StoreError: the folder holds something that is no index, or a damaged one.
        """
        self._chunks = _Grain(folder / "chunks")
        self._sentences = _Grain(folder / "sentences")

    def count(self) -> int:
        """Return how many chunks the index holds."""
        return self._chunks.count()

    def ids(self) -> set[str]:
        """Return the ids of all chunks in the index."""
        return self._chunks.ids()

    def apply(self, remove: Sequence[str], batches: Iterable[Sequence[IndexEntry]]) -> None:
        """Remove the chunks `remove` and add those of `batches`, in one commit for each grain.

        Raises:
            StoreFullError: there was no room for it; the index is to be made anew.
        """
        with self._chunks.writing(remove) as add_chunk, self._sentences.writing(remove) as add_sentence:
            for entries in batches:
                for entry in entries:
                    facts = _facts(entry)
                    add_chunk(entry.id, entry.embedding_text, facts)
                    for sentence in _sentences(entry):
                        add_sentence(entry.id, sentence, facts)

    def search(self, question: str, k: int, scope: Scope | None = None) -> list[str]:
        """Return up to `k` chunks, of those in `scope`, that share terms with `question`, best first."""
        return self._chunks.search(without_asking(question), k, scope)

    def search_sentences(self, question: str, k: int, scope: Scope | None = None) -> list[str]:
        """Return up to `k` chunks, of those in `scope`, by their best single sentence, best first."""
        hits = self._sentences.search(without_asking(question), _SENTENCES_A_CHUNK * k, scope)
        return list(dict.fromkeys(hits))[:k]

    def document_frequency(self, word: str) -> int:
        """Return in how many chunks a word (as `retriever.text.words` cuts it) stands."""
        return self._chunks.document_frequency(word)

    def phrase_frequency(self, phrase: str) -> int:
        """Return in how many sentences, a hundred at most, all pairs of characters of a phrase stand.

        These are nearly as many as hold it.
        """
        return self._sentences.holding(bigrams(phrase), _MOST_COUNTED)


def _facts(entry: IndexEntry) -> Facts:
    """Return by what a chunk is limited; its place stands with all that contain it."""
    meta = entry.meta
    levels = (Place(meta.province), Place(meta.province, meta.city), Place(meta.province, meta.city, meta.district))
    places = [_place_key(place) for place in dict.fromkeys(levels) if place.name]
    return {
        "place": places, "year": [meta.year], "kind": [meta.kind], "article": [entry.article_id],
        "collection": [entry.collection],
    }  # fmt: skip


def _place_key(place: Place) -> str:
    return f"{place.province}/{place.city}/{place.district}"


def _sentences(entry: IndexEntry) -> Iterator[str]:
    """Yield each sentence of a chunk under the title of its article."""
    for start, end in statement_spans(entry.text):
        yield f"{entry.title}\n{entry.text[start:end]}"


@contextmanager
def _write_errors() -> Iterator[None]:
    """Turn what tantivy raises while it writes, a ValueError for a full disk too, into an error of ours."""
    try:
        yield
    except (OSError, ValueError) as exc:
        raise StoreFullError("关键词索引没有写完，多半是磁盘空间不足；请清理空间后重新运行。") from exc


class _Grain:
    """One tantivy index of texts, each under the id of a chunk."""

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for name in _FIELDS:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        for name in _FACTS:
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        self._schema = builder.build()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except ValueError as exc:
            raise StoreError("关键词索引无法打开，请用 --rebuild 重建。") from exc
        self._searcher = self._index.searcher()

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def ids(self) -> set[str]:
        hits = self._searcher.search(tantivy.Query.all_query(), limit=max(1, self.count()), count=False).hits
        return {self._searcher.doc(address)["id"][0] for _, address in hits}

    @contextmanager
    def writing(self, remove: Sequence[str]) -> Iterator[Callable[[str, str, Facts], None]]:
        with _write_errors():
            writer = self._index.writer(_WRITER_MEMORY, num_threads=1)
            for chunk_id in remove:
                writer.delete_documents_by_term("id", chunk_id)
        yield lambda chunk_id, text, facts: self._add(writer, chunk_id, text, facts)
        with _write_errors():
            writer.commit()
            writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    @staticmethod
    def _add(writer: tantivy.IndexWriter, chunk_id: str, text: str, facts: Facts) -> None:
        document = tantivy.Document()
        document.add_text("id", chunk_id)
        for name, values in facts.items():
            for value in filter(None, values):
                document.add_text(name, value)
        for name, cut in _FIELDS.items():
            document.add_text(name, " ".join(cut(text)))
        with _write_errors():
            writer.add_document(document)

    def search(self, query: str, k: int, scope: Scope | None) -> list[str]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, name, term))
            for name, cut in _FIELDS.items()
            for term in cut(query)
        ]
        if not terms or k < 1:
            return []
        wanted = tantivy.Query.boolean_query(terms)
        if scope:
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), *self._limits(scope)])
        hits = self._searcher.search(wanted, limit=k, count=False).hits
        return [self._searcher.doc(address)["id"][0] for _, address in hits]

    def _limits(self, scope: Scope) -> Iterator[tuple[tantivy.Occur, tantivy.Query]]:
        places = [_place_key(place) for place in scope.places]
        wanted = {
            "place": places, "year": scope.years, "kind": scope.kinds, "article": scope.articles,
            "collection": scope.collections,
        }  # fmt: skip
        for name, values in wanted.items():
            if values:
                any_of = tantivy.Query.term_set_query(self._schema, name, list(values))
                # Does not count in the order of the hits.
                yield tantivy.Occur.Must, tantivy.Query.const_score_query(any_of, 0.0)
        if scope.hidden:
            any_of = tantivy.Query.term_set_query(self._schema, "collection", list(scope.hidden))
            yield tantivy.Occur.MustNot, any_of

    def holding(self, pairs: Sequence[str], most: int) -> int:
        terms = [(tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "bigrams", pair)) for pair in set(pairs)]
        hits = self._searcher.search(tantivy.Query.boolean_query(terms), limit=most, count=False).hits if terms else []
        return len(hits)

    def document_frequency(self, word: str) -> int:
        return int(self._searcher.doc_freq("words", word))
