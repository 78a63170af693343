"""Scores retrieval on a set of passages, queries and relevance judgements, through the project's own stores."""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from core.cli import read_jsonl
from core.errors import UsageError
from core.schema import Encoder, EvidenceReader, IngestReport
from core.settings import Settings

if TYPE_CHECKING:
    from retriever.library import Library

DEPTHS = (1, 5, 10)


def load_judgements(path: Path) -> dict[str, set[str]]:
    """Read lines of `query id <tab> passage id`.

    Raises:
        UsageError: the file cannot be read or has lines of another form.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as exc:
        raise UsageError(f"无法读取 {path}，请检查路径。") from exc
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        fields = line.split("\t")
        if len(fields) < 2:
            raise UsageError(f"{path} 的每一行应是：问题编号<制表符>段落编号。")
        relevant[fields[0]].add(fields[1])
    return relevant


def texts_judged(folders: Iterable[Path]) -> set[str]:
    """Return the ids of all texts that the judgements of some sets name."""
    judged = (load_judgements(folder / "qrels.tsv") for folder in folders)
    return {text for one in judged for some in one.values() for text in some}


def evaluate(
    folder: Path,
    encoder: Encoder,
    settings: Settings,
    progress: Callable[[str, int, int], None] | None = None,
    passages: Path | None = None,
    reader: EvidenceReader | None = None,
    unadapted: Encoder | None = None,
) -> dict[str, Any]:
    """Index the passages of a set in a temporary library and score all questions of its `queries.jsonl`.

    `passages` stands where the set comes without its own `passages.jsonl`; `unadapted` is the same encoder without the
    query adapter, for comparison.

    Returns metrics of the fused search and, from the same run, of dense and keyword search alone, and of what `reader`
    makes of the fused one.
    """
    from retriever.search import Searcher

    queries = [(str(q["id"]), str(q["query"])) for q in read_jsonl(folder / "queries.jsonl")]
    relevant = load_judgements(folder / "qrels.tsv")
    with temporary_library(passages or folder / "passages.jsonl", encoder, settings, progress) as (library, report):
        searcher = Searcher(library, encoder, reader)
        rankings: dict[str, dict[str, list[str]]] = defaultdict(dict)
        for number, (query_id, query) in enumerate(queries):
            if progress is not None:
                progress("正在检索", number, len(queries))
            for name, found in searcher.compare(query, 3 * max(DEPTHS), unadapted or encoder).items():
                rankings[name][query_id] = text_ids(found)
    results: dict[str, Any] = {name: metrics(some, relevant) for name, some in rankings.items()}
    return {"passages": report.documents, "chunks": report.chunks, "queries": len(queries), **results}


@contextmanager
def temporary_library(
    texts: Path, encoder: Encoder, settings: Settings, progress: Callable[[str, int, int], None] | None = None
) -> Iterator[tuple[Library, IngestReport]]:
    """Index a file of records in a library that is thrown away; yields it with the report."""
    from ingest.lines import Limits
    from ingest.pipeline import Ingest
    from ingest.worker import InProcess
    from retriever.library import Library

    with tempfile.TemporaryDirectory() as data:
        inside = settings.model_copy(update={"data": Path(data), "model_folder": settings.models})
        with Library.writing(inside, encoder.name) as library:
            ingest = Ingest(library, encoder, InProcess(), limits=Limits(max_bytes=math.inf), progress=progress)
            yield library, ingest.run([texts])


def text_ids(sources: Iterable[str]) -> list[str]:
    """Return the ids of the texts behind the sources of chunks, each once."""
    return list(dict.fromkeys(source.partition("#")[2] for source in sources))


def metrics(rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, set[str]]) -> dict[str, float]:
    """Return recall, hits, MRR@10 and nDCG@10, averaged over the queries that have judgements.

    Recall is the share of the relevant passages among the first 1, 5 or 10; a hit is any of them. Where re-posts are
    relevant beside their main copy, a search that shows a piece once has hits and little recall.
    """
    judged = [(rankings[query], relevant[query]) for query in rankings if relevant.get(query)]
    if not judged:
        raise UsageError("没有一个问题有相关性标注，请检查 qrels.tsv 的编号。")
    scores = {
        f"recall@{depth}": mean(len(set(ranking[:depth]) & right) / len(right) for ranking, right in judged)
        for depth in DEPTHS
    }
    for depth in DEPTHS:
        scores[f"hit@{depth}"] = mean(bool(set(ranking[:depth]) & right) for ranking, right in judged)
    scores["mrr@10"] = mean(_reciprocal_rank(ranking[:10], right) for ranking, right in judged)
    scores["ndcg@10"] = mean(_ndcg(ranking[:10], right) for ranking, right in judged)
    return scores


def _reciprocal_rank(ranking: Sequence[str], right: set[str]) -> float:
    return next((1 / rank for rank, passage in enumerate(ranking, start=1) if passage in right), 0.0)


def _ndcg(ranking: Sequence[str], right: set[str]) -> float:
    gain = sum(1 / math.log2(rank + 1) for rank, passage in enumerate(ranking, start=1) if passage in right)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(right), len(ranking) or 1) + 1))
    return gain / ideal
