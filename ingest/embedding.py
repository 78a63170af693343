"""Embeds texts in a thread of its own, so that the next files are read, stored and linked meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from core.schema import Encoder, Vectors

_SLICE = 64
"""Texts after which a run that is being ended is noticed."""


class BackgroundEmbedder:
    """Embeds batches one after another, in the order in which they are handed over."""

    def __init__(self, encoder: Encoder) -> None:
        """`encoder` is used by this thread alone until `close`."""
        self._encoder = encoder
        self._ended = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="embedder")

    def submit(self, texts: Mapping[str, str]) -> Future[dict[str, Vectors]]:
        """Begin to embed texts; the result are their vectors by the same keys."""
        return self._thread.submit(self._vectors, dict(texts))

    def close(self) -> None:
        """End the thread; what it has not finished is dropped."""
        self._ended.set()
        self._thread.shutdown(cancel_futures=True)

    def _vectors(self, texts: Mapping[str, str]) -> dict[str, Vectors]:
        keys = list(texts)
        vectors: dict[str, Vectors] = {}
        for start in range(0, len(keys), _SLICE):
            some = keys[start : start + _SLICE]
            if self._ended.is_set():
                break
            vectors |= zip(some, self._encoder.encode_documents([texts[key] for key in some]), strict=True)
        return vectors
