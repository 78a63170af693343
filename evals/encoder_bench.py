"""What the built-in encoder gains over plain sentence-transformers on the same weights, and what it loses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from core.errors import UsageError
from core.schema import Vectors
from core.settings import BUILTIN_MODEL, Settings
from retriever.builtin.model import unpack_fp32
from retriever.encoder import open_encoder

QUESTION = "2022年全市引进了多少名高层次人才？"
QUERY_RUNS = 50
TURNS = 5
BATCH = 8


def compare_encoders(texts: Sequence[str], workdir: Path) -> dict[str, Any]:
    """Measure both encoders in one run, warmed up and in turns, so that other load hits both alike.

    Plain sentence-transformers runs torch fp32 with its own defaults and normalised vectors.

    Args:
        texts: passages; those longer than 512 tokens are timed but left out of the cosines, because the plain
            model cuts them.
        workdir: folder for both models, about 600 MB; it may be deleted afterwards.

    Returns:
        `texts`; for `ours` and `sentence_transformers_fp32` the passages a second (median of five turns) and
        milliseconds a query (median of 50); `speedup` in passages; `cosine`: mean, min and the number of texts
        compared.

    Raises:
        UsageError: there are no texts.
    """
    from sentence_transformers import SentenceTransformer

    if not texts:
        raise UsageError("没有可用于测速的文本，请先运行 python -m ingest 建立资料库。")
    ours = open_encoder(Settings.load(embedding_model=BUILTIN_MODEL, model_folder=workdir))
    folder = workdir / "multilingual-e5-small-fp32"
    unpack_fp32(folder)
    plain = SentenceTransformer(str(folder), local_files_only=True)

    def plain_documents(batch: Sequence[str]) -> Vectors:
        return np.asarray(plain.encode_document(list(batch), normalize_embeddings=True, show_progress_bar=False))

    def plain_query(question: str) -> Vectors:
        return np.asarray(plain.encode_query(question, normalize_embeddings=True, show_progress_bar=False))

    ours_documents = ours.encode_documents
    ours_documents(texts[:BATCH])
    plain_documents(texts[:BATCH])
    turns: list[tuple[float, float]] = []
    cosines: list[float] = []
    for turn in range(min(TURNS, len(texts))):
        part = texts[turn::TURNS]
        ours_rate, ours_vectors = _passages(ours_documents, part)
        plain_rate, plain_vectors = _passages(plain_documents, part)
        turns.append((ours_rate, plain_rate))
        agreement = (ours_vectors * plain_vectors).sum(axis=1)
        cosines += [float(cosine) for cosine, text in zip(agreement, part, strict=True) if ours.fits(text)]
    ours_rate, plain_rate = (round(float(rate), 1) for rate in np.median(turns, axis=0))
    return {
        "texts": len(texts),
        "ours": {"passages_per_s": ours_rate, "query_ms": _query_ms(lambda: ours.encode_queries([QUESTION]))},
        "sentence_transformers_fp32": {
            "passages_per_s": plain_rate,
            "query_ms": _query_ms(lambda: plain_query(QUESTION)),
        },
        "speedup": round(ours_rate / plain_rate, 2),
        "cosine": {
            "mean": round(fmean(cosines), 5) if cosines else None,
            "min": round(min(cosines), 5) if cosines else None,
            "texts": len(cosines),
        },
    }


def _passages(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> tuple[float, Vectors]:
    start = time.perf_counter()
    vectors = encode(texts)
    return len(texts) / (time.perf_counter() - start), vectors


def _query_ms(encode: Callable[[], Vectors]) -> float:
    encode()
    times = []
    for _ in range(QUERY_RUNS):
        start = time.perf_counter()
        encode()
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1000, 2)
