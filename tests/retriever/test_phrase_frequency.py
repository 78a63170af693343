"""In how many sentences a phrase stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.schema import Metadata
from retriever.keyword_index import KeywordIndex
from retriever.rows import IndexEntry

VECTOR = np.zeros(4, dtype=np.float32)


def test_a_phrase_is_counted_by_sentences(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path)
    texts = ["劳动保障维权中心启动。劳动保障维权中心受理投诉。", "劳动者权益中心启动。", "维权中心在劳动路。"]
    entries = [
        IndexEntry(
            id=str(n),
            article_id=str(n),
            title="题目",
            text=text,
            embedding_text=f"题目\n{text}",
            meta=Metadata(),
            vector=VECTOR,
            collection="",
        )
        for n, text in enumerate(texts)
    ]
    index.apply([], [entries])
    assert index.phrase_frequency("劳动保障维权中心") == 2
    assert index.phrase_frequency("维权中心") == 3
    assert index.phrase_frequency("特设岗位") == 0
    assert index.phrase_frequency("") == 0
