"""A small deterministic encoder, so that stores and search are tested without a model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from core.schema import Vectors


class FakeEncoder:
    """Counts hashed character pairs; texts that share pairs are near each other. Satisfies `core.schema.Encoder`.

    `embedded` counts the document texts, `asked` the questions. `fails_after` texts it raises, as a crash would.
    """

    def __init__(self, name: str = "fake-a", dimensions: int = 128, fails_after: int | None = None) -> None:
        self.name = name
        self.dimensions = dimensions
        self.embedded = 0
        self.asked = 0
        self._fails_after = fails_after

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if self._fails_after is not None and self.embedded + len(texts) > self._fails_after:
            raise RuntimeError("the power went out")
        self.embedded += len(texts)
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return self._encode(texts)

    def release(self) -> None:
        """There is nothing to give back."""

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            # The name takes part, so that two fake models disagree as two real ones do.
            row[zlib.crc32(self.name.encode()) % self.dimensions] = 0.1
            for i in range(len(text) - 1):
                row[zlib.crc32(text[i : i + 2].encode()) % self.dimensions] += 1
            row /= np.linalg.norm(row)
        return vectors
