"""The libraries that are grown to time search are whole: each chunk once, at its place, with a vector of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.settings import Settings
from evals.search_bench import build
from evals.texts import prepared_texts
from retriever.library import Library
from tests.fakes import FakeEncoder
from tests.office import report_text


def test_a_library_grows_by_copies_with_other_figures(tmp_path: Path) -> None:
    texts = [report_text(place, "英才计划", 300) for place in ("湄潭县", "晋江市", "繁昌区")]
    (tmp_path / "texts.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts), "utf-8")
    originals, encoder = list(prepared_texts(tmp_path / "texts.jsonl")), FakeEncoder()
    vectors = encoder.encode_documents([chunk.embedding_text for one in originals for chunk in one.chunks])
    settings = Settings(data=tmp_path / "data")
    build(settings, encoder.name, originals, vectors, 0.99, 4 * len(vectors))
    with Library.reading(settings, encoder.name) as library:
        entries = [entry for batch in library.database.index_entries() for entry in batch]
        assert len({entry.id for entry in entries}) == len(entries) >= 4 * len(vectors)
        assert len({entry.text for entry in entries}) == len(entries) == library.vectors.count()
        assert library.database.broken_documents() == []
    cosines = np.stack([entry.vector for entry in entries]) @ vectors.T
    assert np.allclose(np.linalg.norm([entry.vector for entry in entries], axis=1), 1, atol=1e-4)
    assert (cosines.max(axis=1) > 0.98).all()
