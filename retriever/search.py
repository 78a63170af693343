"""Hybrid search: dense vectors and keywords on two grains, fused by rank."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from core.errors import UsageError
from core.schema import Encoder, EvidenceReader, Passage, Vectors
from retriever.fusion import reciprocal_rank_fusion
from retriever.library import Library
from retriever.names import PLACE, QUOTED
from retriever.parts import in_turn, many_texts_first, parts_of
from retriever.places import gazetteer
from retriever.question import Question, QuestionReader, Vocabulary
from retriever.reading import read_passages
from retriever.rows import StoredChunk
from retriever.scope import Scope, collection_of, places_named, years_between
from retriever.text import bigrams, simplified

CANDIDATES = 60
"""How many chunks each search hands to the fusion."""
WEIGHTS = {"dense": 3.0, "keyword": 1.0, "sentence": 1.0}
"""What a rank in each search counts in the fusion; see “Weights” in `docs/measurements.md`."""
_ONE_OF_THEM = re.compile(r"(?<!有没有)哪一?个")
"""Asks for one of many places, not for several."""
_SHARED = 0.7
"""Of the figures and pairs of characters in a passage, the share that makes it the same passage of another copy."""


class Searcher:
    """Searches a library that is open for reading."""

    def __init__(self, library: Library, encoder: Encoder, reader: EvidenceReader | None = None) -> None:
        """Search `library`.

        Args:
            library: open for reading.
            encoder: the one that the library was made with.
            reader: reads what is found, which is then ranked anew; without one, the order is that of the fusion.
        """
        self._library = library
        self._encoder = encoder
        self._reader = reader

    def scope(
        self,
        *,
        places: Iterable[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        kinds: Iterable[str] = (),
        sources: Iterable[str] = (),
        collections: Iterable[str] = (),
    ) -> Scope:
        """Return a scope by what people call things.

        Args:
            places: names of divisions, full or short; each with all that lies in it.
            from_year: the first year.
            to_year: the last year.
            kinds: kinds of text, such as 通知.
            sources: names of files, of folders, or of single records. Where one holds a re-post, its main copy counts.
            collections: names of collections.

        Raises:
            UsageError: a name of a place or a source is unknown, or the years are none.
        """
        return Scope(
            tuple(places_named(places, gazetteer())),
            years_between(from_year, to_year),
            tuple(kinds),
            tuple(one for name in sources for one in self._articles(name)),
            tuple(collections),
        )

    def _articles(self, source: str) -> list[str]:
        found = self._library.database.articles_of_source(source)
        if not found:
            raise UsageError(f"资料库中没有文件“{source}”，请按检索结果里的写法给出文件名或文件夹名。")
        return found

    @cached_property
    def questions(self) -> QuestionReader:
        """Takes questions apart, with the names and places that the library holds."""
        names = self._library.database.names
        return QuestionReader(Vocabulary.load(), gazetteer(), names(QUOTED), names(PLACE))

    def search(
        self, query: str, k: int = 10, *, vector: Vectors | None = None, scope: Scope | None = None
    ) -> list[Passage]:
        """Return the `k` best chunks for `query`, best first; for a comparison, those of each of its parts in turn.

        Args:
            query: a question or keywords; white space alone finds nothing.
            k: how many.
            vector: the embedded query, where the caller has it already; not used for the parts of a comparison.
            scope: what the search is limited to.
        """
        if not query.strip():
            return []
        question = self.questions.read(query)
        parts = parts_of(question, self.questions)
        if len(parts) == 1:
            return self.find(question, k, vector=vector, scope=scope)
        return in_turn([self.find(part, k, scope=scope) for part in parts], k)

    def find(
        self, question: Question, k: int = 10, *, vector: Vectors | None = None, scope: Scope | None = None
    ) -> list[Passage]:
        """Return the `k` best chunks for a question that is one, best first.

        Where the answer is to be gathered from many texts, further chunks of one text count for less.

        Args:
            question: taken apart by `questions`.
            k: how many.
            vector: the embedded question, where the caller has it already.
            scope: what the search is limited to.
        """
        if k < 1:
            return []
        many = question.spread and not _ONE_OF_THEM.search(question.text)
        depth = max(CANDIDATES, k)
        rankings = self._rankings(question.text, depth, vector, scope)
        fused = self._fuse(rankings)
        found = self._passages(fused, depth if many or self._reader else k, rankings["dense"])
        if self._reader:
            found = read_passages(self._reader, question, found)
        return (many_texts_first(found) if many else found)[:k]

    def _passages(self, fused: Sequence[tuple[str, float]], k: int, dense: Sequence[str]) -> list[Passage]:
        found = self._each_once([chunk_id for chunk_id, _ in fused], k)
        copies = self._library.database.copies({one.main for one in found})
        scores, near = dict(fused), {chunk_id: rank for rank, chunk_id in enumerate(dense, start=1)}
        return [
            Passage(
                one.chunk, one.article, one.source, scores[one.chunk.id], rank,
                tuple(source for source in copies.get(one.main, []) if source != one.source),
                dense_rank=near.get(one.chunk.id),
            )
            for rank, one in enumerate(found, start=1)
        ]  # fmt: skip

    def _each_once(self, ranking: Sequence[str], k: int) -> list[StoredChunk]:
        """Return the `k` best chunks; of one passage in several copies of a piece, only the best."""
        kept: list[StoredChunk] = []
        for start in range(0, len(ranking), k):
            some = ranking[start : start + k]
            stored = self._library.database.chunks(some)
            for one in (stored[chunk_id] for chunk_id in some if chunk_id in stored):
                if not any(_same_passage(one, other) for other in kept):
                    kept.append(one)
                if len(kept) == k:
                    return kept
        return kept

    def compare(self, query: str, k: int, unadapted: Encoder) -> dict[str, list[str]]:
        """Return the sources of the `k` best chunks by each search alone, fused, and read, from one query.

        `dense` is what `unadapted` finds, the embedding model as it is, `adapted` what the encoder of this search does;
        `plain` is what is commonly done: `dense` and `keyword` fused with equal weights.
        """
        depth = max(CANDIDATES, k)
        rankings = self._rankings(query, depth, None)
        fused = self._fuse(rankings)
        rankings["adapted"] = rankings["dense"]
        vector = unadapted.encode_queries([simplified(query)])[0]
        rankings["dense"] = [chunk_id for chunk_id, _ in self._library.vectors.search(vector, depth)]
        plain = reciprocal_rank_fusion([rankings["dense"], rankings["keyword"]], [1.0, 1.0])
        rankings |= {name: [chunk_id for chunk_id, _ in some] for name, some in (("plain", plain), ("fused", fused))}
        if self._reader:
            rankings["read"] = [passage.chunk.id for passage in self.find(self.questions.read(query), k)]
        ids = {chunk_id for ranking in rankings.values() for chunk_id in ranking[:k]}
        stored = self._library.database.chunks(sorted(ids))
        return {name: [stored[i].source for i in ranking[:k] if i in stored] for name, ranking in rankings.items()}

    def _rankings(
        self, query: str, depth: int, vector: Vectors | None, scope: Scope | None = None
    ) -> dict[str, list[str]]:
        if vector is None:
            vector = self._encoder.encode_queries([simplified(query)])[0]
        return {
            "dense": [chunk_id for chunk_id, _ in self._library.vectors.search(vector, depth, scope)],
            "keyword": self._library.keywords.search(query, depth, scope),
            "sentence": self._library.keywords.search_sentences(query, depth, scope),
        }

    @staticmethod
    def _fuse(rankings: dict[str, list[str]]) -> list[tuple[str, float]]:
        return reciprocal_rank_fusion(list(rankings.values()), [WEIGHTS[name] for name in rankings])


def _same_passage(one: StoredChunk, other: StoredChunk) -> bool:
    """Whether two chunks are the same passage in two copies of a piece: most of the shorter stands in the longer, and
    all of its figures. Copies in two collections are not linked, but bear the same title.
    """
    linked = one.main == other.main
    elsewhere = one.article.title == other.article.title and collection_of(one.source) != collection_of(other.source)
    if not (linked or elsewhere) or one.article.id == other.article.id:
        return False
    shorter, longer = sorted((set(bigrams(chunk.chunk.text)) for chunk in (one, other)), key=len)
    figures = {pair for pair in shorter if pair[0].isdecimal()}
    return figures <= longer and sum(pair in longer for pair in shorter) >= _SHARED * len(shorter)
