"""An answer ⇄ JSON, so that it can be shown again just as it was, with its proof."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.schema import (
    Answer,
    AnswerStatus,
    Article,
    Chunk,
    Citation,
    CitationStatus,
    Evidence,
    Metadata,
    Passage,
)


def dump_answer(answer: Answer) -> str:
    """Return all of an answer but the texts that were embedded, which no page shows."""
    whole = asdict(answer)
    for passage in whole["passages"]:
        passage["chunk"]["embedding_text"] = ""
    return json.dumps(whole, ensure_ascii=False)


def load_answer(stored: str) -> Answer:
    """Return the answer that `dump_answer` has written."""
    whole = json.loads(stored)
    return Answer(
        whole["question"],
        AnswerStatus(whole["status"]),
        whole["text"],
        tuple(Citation(**{**one, "status": CitationStatus(one["status"])}) for one in whole["citations"]),
        tuple(_passage(one) for one in whole["passages"]),
        tuple(whole["notes"]),
        whole["timings_ms"],
        tuple(whole["choices"]),
    )


def _passage(one: Mapping[str, Any]) -> Passage:
    chunk = Chunk(**{**one["chunk"], "headings": tuple(one["chunk"]["headings"])})
    meta = Metadata(**{**one["article"]["meta"], "authors": tuple(one["article"]["meta"]["authors"])})
    article = Article(**{**one["article"], "heading_path": tuple(one["article"]["heading_path"]), "meta": meta})
    evidence = Evidence(**one["evidence"]) if one["evidence"] else None
    return Passage(
        chunk, article, one["source"], one["score"], one["rank"], tuple(one["copies"]), evidence, one["dense_rank"]
    )
