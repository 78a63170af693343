"""How fast search is and what it takes as a library grows, beside a plain LangChain retriever over the same vectors.

`python -m evals.search_bench DATA MODELS QUESTIONS [FP32]` measures one library in a process of its own.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from core.cli import read_jsonl
from core.schema import Chunk, Encoder, Vectors
from core.settings import Settings
from evals.texts import prepared_texts
from retriever.builtin.model import unpack_fp32
from retriever.encoder import open_encoder
from retriever.library import Library
from retriever.reader import open_reader
from retriever.rows import IndexEntry, PreparedDocument
from retriever.search import CANDIDATES, Searcher

_PROJECT = Path(__file__).resolve().parents[1]
_FIGURE = re.compile(r"\d")
_SAMPLE = 200
_USERS = 8
_EXACT = 10
_LANGCHAIN_BATCH = 5000


def measure(texts: Path, questions: Path, sizes: Sequence[int], *, baseline: bool = True) -> dict[str, Any]:
    """Build libraries of about so many chunks and ask them the questions.

    The texts are repeated with all digits changed. A copy takes the vector of its original, turned as far as those of a
    sample are turned when their digits are changed: to embed 100,000 chunks takes most of an hour.

    Args:
        texts: JSON lines with `text`.
        questions: JSON lines with `query`.
        sizes: how many chunks.
        baseline: whether to ask LangChain too.
    """
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        models = Settings.load().models
        encoder = open_encoder(Settings.load(model_folder=models))
        open_reader(Settings.load(model_folder=models))
        originals = list(prepared_texts(texts))
        vectors = encoder.encode_documents([chunk.embedding_text for one in originals for chunk in one.chunks])
        turn = _turn(originals, vectors, encoder)
        result["cosine_of_a_changed_copy"] = round(turn, 4)
        if baseline:
            unpack_fp32(folder / "fp32")
        for size in sizes:
            settings = Settings.load(data=folder / str(size), model_folder=models)
            began = time.perf_counter()
            build(settings, encoder.name, originals, vectors, turn, size)
            built = time.perf_counter() - began
            found = _asked(settings, models, questions, folder / "fp32" if baseline else None)
            result[str(size)] = {"build_s": round(built, 1), **found}
    return result


def _turn(originals: Sequence[PreparedDocument], vectors: Vectors, encoder: Encoder) -> float:
    """Return the mean cosine between a chunk and the same with all digits changed, over chunks that hold some."""
    texts = [chunk.embedding_text for one in originals for chunk in one.chunks]
    some = [i for i, text in enumerate(texts) if _FIGURE.search(text)][:: max(1, len(texts) // _SAMPLE)]
    changed = encoder.encode_documents([_changed(texts[i], 1) for i in some])
    return float((changed * vectors[some]).sum(axis=1).mean())


def _changed(text: str, round_number: int) -> str:
    """Return `text` with all digits changed, each round another way; its length stays."""
    return _FIGURE.sub(lambda digit: str((int(digit[0]) + round_number) % 10), text)


def build(
    settings: Settings,
    encoder_name: str,
    originals: Sequence[PreparedDocument],
    vectors: Vectors,
    turn: float,
    size: int,
) -> None:
    """Make a library of at least `size` chunks: the originals, and copies whose vectors have cosine `turn` to them."""
    rng, kept, number = np.random.default_rng(size), 0, 0
    with Library.writing(settings, encoder_name) as library:
        while kept < size:
            batch: list[PreparedDocument] = []
            at = 0
            for one in originals:
                if kept < size:
                    copy = _copy(one, number) if number else one
                    own = vectors[at : at + len(one.chunks)]
                    library.database.add_vectors(
                        dict(zip(copy.vector_keys, _turned(own, turn, rng, number), strict=True))
                    )
                    batch.append(copy)
                    kept += len(one.chunks)
                at += len(one.chunks)
            library.database.save(batch)
            with library.database.links() as links:
                for article in (article for one in batch for article in one.articles):
                    links.make_main(article.id, ())
            number += 1
        library.bring_up_indexes()


def _turned(vectors: Vectors, turn: float, rng: np.random.Generator, number: int) -> Vectors:
    if not number:
        return vectors
    noise = rng.normal(size=vectors.shape).astype(np.float32)
    noise -= (noise * vectors).sum(axis=1, keepdims=True) * vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    turned: Vectors = turn * vectors + math.sqrt(1 - turn * turn) * noise
    return turned.astype(np.float32)


def _copy(one: PreparedDocument, number: int) -> PreparedDocument:
    document = replace(one.document, id=_id(one.document.id, number), text=_changed(one.document.text, number))
    names = {article.id: _id(article.id, number) for article in one.articles}
    articles = [
        replace(a, id=names[a.id], document_id=document.id, title=_changed(a.title, number)) for a in one.articles
    ]
    chunks = [_chunk(chunk, names, number) for chunk in one.chunks]
    keys = [sha256(f"{number}|{key}".encode()).hexdigest()[:32] for key in one.vector_keys]
    return PreparedDocument(one.path, document, articles, chunks, keys)


def _chunk(chunk: Chunk, names: dict[str, str], number: int) -> Chunk:
    text, shown = _changed(chunk.text, number), _changed(chunk.embedding_text, number)
    return replace(chunk, id=_id(chunk.id, number), article_id=names[chunk.article_id], text=text, embedding_text=shown)


def _id(old: str, number: int) -> str:
    return sha256(f"{number}|{old}".encode()).hexdigest()[: len(old)]


def _asked(settings: Settings, models: Path, questions: Path, fp32: Path | None) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "evals.search_bench",
        str(settings.data),
        str(models),
        str(questions),
        str(fp32 or ""),
    ]
    run = subprocess.run(command, cwd=_PROJECT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    environment = ["env", f"ORGASK_MODEL_FOLDER={models}", sys.executable, "-m"]
    question = str(read_jsonl(questions)[0]["query"])
    for name in ("retriever", "assistant"):
        began = time.perf_counter()
        command = [*environment, name, question, "--data", str(settings.data), "--json"]
        subprocess.run(command, cwd=_PROJECT, capture_output=True, check=True)
        found[f"{name}_cold_s"] = round(time.perf_counter() - began, 2)
    return found


def main(data: Path, models: Path, questions: Path, fp32: Path | None) -> None:
    """Measure one library and print the figures as one line of JSON."""
    settings = Settings.load(data=data, model_folder=models)
    encoder, reader = open_encoder(settings), open_reader(settings)
    asked = [str(record["query"]) for record in read_jsonl(questions)][:_SAMPLE]
    with Library.reading(settings, encoder.name) as library:
        plain, reading = Searcher(library, encoder), Searcher(library, encoder, reader)
        reading.search(asked[0])
        vectors = [encoder.encode_queries([question])[0] for question in asked]
        found: dict[str, Any] = {"chunks": library.vectors.count()}
        found["ms"] = {
            "embed": _times(lambda i: encoder.encode_queries([asked[i]]), asked),
            "dense": _times(lambda i: library.vectors.search(vectors[i], CANDIDATES), asked),
            "keyword": _times(lambda i: library.keywords.search(asked[i], CANDIDATES), asked),
            "sentence": _times(lambda i: library.keywords.search_sentences(asked[i], CANDIDATES), asked),
            "whole": _times(lambda i: plain.search(asked[i]), asked),
            "whole_with_reader": _times(lambda i: reading.search(asked[i]), asked),
        }
        began = time.perf_counter()
        with ThreadPoolExecutor(_USERS) as users:
            waits = list(users.map(lambda i: _timed(lambda: reading.search(asked[i])), range(len(asked))))
        rate = len(asked) / (time.perf_counter() - began)
        found["users"] = {"users": _USERS, **_percentiles(waits), "questions_per_s": round(rate, 1)}
        found["peak_mb"] = round(_peak_mb())
        entries = [entry for batch in library.database.index_entries() for entry in batch]
        found["ann_recall@10"] = _recall(library, vectors, entries)
    if fp32:
        found["langchain"] = _langchain(entries, asked, fp32)
    sys.stdout.write(json.dumps(found) + "\n")


def _peak_mb() -> float:
    """Return the most memory that this process has taken, as Linux tells it."""
    # Not `ru_maxrss`: that begins with what the parent had taken.
    told = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(told[1]) * 1024 / 1e6 if told else math.nan


def _recall(library: Library, vectors: Sequence[Vectors], entries: Sequence[IndexEntry]) -> float:
    matrix = np.stack([entry.vector for entry in entries])
    hits = 0
    for vector in vectors:
        near = set(np.argpartition(-(matrix @ vector), _EXACT)[:_EXACT])
        ids = {entries[i].id for i in near}
        hits += sum(chunk_id in ids for chunk_id, _ in library.vectors.search(vector, _EXACT))
    return round(hits / (_EXACT * len(vectors)), 4)


def _langchain(entries: Sequence[IndexEntry], asked: Sequence[str], fp32: Path) -> dict[str, Any]:
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(model_name=str(fp32), encode_kwargs={"normalize_embeddings": True})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        store = Chroma("plain", embeddings, persist_directory=folder)
        for start in range(0, len(entries), _LANGCHAIN_BATCH):
            some = entries[start : start + _LANGCHAIN_BATCH]
            store._collection.add(
                ids=[one.id for one in some], documents=[one.text for one in some],
                embeddings=[one.vector.tolist() for one in some],
            )  # fmt: skip
        retriever = store.as_retriever(search_kwargs={"k": _EXACT})
        retriever.invoke(asked[0])
        return _times(lambda i: retriever.invoke(asked[i]), asked)


def _times(ask: Callable[[int], object], asked: Sequence[str]) -> dict[str, float]:
    return _percentiles([_timed(lambda i=i: ask(i)) for i in range(len(asked))])  # type: ignore[misc]


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def _percentiles(waits: Sequence[float]) -> dict[str, float]:
    return {"p50": round(float(np.percentile(waits, 50)), 1), "p95": round(float(np.percentile(waits, 95)), 1)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]) if sys.argv[4] else None)
