"""The Chroma collection: dense search over the chunks' vectors. The only module that knows chromadb.

Chroma is a cache of the database: a kill in the middle of a write can destroy its index, so that it is never trusted
with anything that cannot be rebuilt. Embedded, it lives in a folder of its own; with a server URL, on that server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, NotFoundError, QuotaError, RateLimitError

from core.errors import OrgAskError, SettingsError, StoreError, StoreFullError, StoreUnreachableError
from core.schema import Vectors
from retriever.places import Place
from retriever.rows import IndexEntry, batches
from retriever.scope import Scope

_BATCH = 2000
_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 512}
"""Of 100,000 vectors, most of them near copies of others, these find all of the nearest ten in 2 ms; those of Chroma
(100, 16) with `ef_search` 128 find .87 of them in 1.3 ms and take 15 s instead of 25 s to build."""
_MOST_VALUES = 20_000
"""Chroma refuses conditions of more than some 32,000 values."""
_REFUSED = (AuthorizationError, ChromaAuthError, QuotaError, RateLimitError)
_FULL = "磁盘空间不足，向量索引没有写完；请清理空间后重新运行，已写入的内容不会丢失。"


class VectorIndex:
    """One collection of unit vectors under cosine distance."""

    def __init__(self, client: ClientAPI, name: str, url: str = "") -> None:
        """Open the collection `name`, making it where it does not exist; `url` is that of a server."""
        self._client = client
        self._url = url
        self._name = name
        try:
            self._collection = client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": _HNSW}
            )
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, folder: Path, name: str, url: str = "") -> VectorIndex:
        """Open the collection `name` in `folder`, or on the Chroma server at `url` where one is given.

        Raises:
            StoreError: Chroma cannot open the folder.
            StoreUnreachableError: the server does not answer.
        """
        settings = ChromaSettings(anonymized_telemetry=False)
        with _errors(url):
            if url:
                return cls(_http_client(url, settings), name, url)
            return cls(chromadb.PersistentClient(path=str(folder), settings=settings), name)

    def close(self) -> None:
        """Give the files or the connection back."""
        self._client.close()  # type: ignore[attr-defined]

    def count(self) -> int:
        """Return how many vectors the collection holds."""
        with _errors(self._url):
            return self._collection.count()

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of chunks as the index holds them; ids that are not there are left out."""
        found: dict[str, Vectors] = {}
        with _errors(self._url):
            for some in batches(ids, _BATCH):
                got = self._collection.get(ids=list(some), include=["embeddings"])
                found.update(zip(got["ids"], np.asarray(got["embeddings"], np.float32), strict=True))
        return found

    def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace chunks."""
        with _errors(self._url):
            for some in batches(entries, _BATCH):
                self._collection.upsert(
                    ids=[entry.id for entry in some],
                    embeddings=[entry.vector.tolist() for entry in some],
                    metadatas=[_flat(entry) for entry in some],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove chunks; ids that are not there are ignored."""
        with _errors(self._url):
            for some in batches(ids, _BATCH):
                self._collection.delete(ids=list(some))

    def search(self, vector: Vectors, k: int, scope: Scope | None = None) -> list[tuple[str, float]]:
        """Return the `k` nearest chunks, of those in `scope`, as (id, cosine similarity), nearest first."""
        if k < 1:
            return []
        with _errors(self._url):
            count = self._collection.count()
            if not count:
                return []
            conditions = [_where(part) for part in _parts(scope)] if scope else [None]
            found = [pair for where in conditions for pair in self._nearest(vector, min(k, count), where)]
        return sorted(found, key=lambda pair: -pair[1])[:k]

    def _nearest(self, vector: Vectors, k: int, where: dict[str, Any] | None) -> list[tuple[str, float]]:
        found = self._collection.query(
            query_embeddings=[vector.tolist()], n_results=k, include=["distances"], where=where
        )
        distances = found["distances"] or [[]]
        return [(i, 1.0 - d) for i, d in zip(found["ids"][0], distances[0], strict=True)]

    def drop(self) -> None:
        """Delete the whole collection, as far as it exists."""
        with _errors(self._url), suppress(NotFoundError):
            self._client.delete_collection(self._name)


@contextmanager
def _errors(url: str) -> Iterator[None]:
    """Turn what Chroma raises into errors of ours: no room, a server that does not answer, a damaged index."""
    try:
        yield
    except OrgAskError:
        raise
    except Exception as exc:
        # Of a server, chromadb raises httpx errors, a ValueError at opening, and bare Exceptions for odd responses.
        if isinstance(exc, httpx.HTTPError) or (
            url and (not isinstance(exc, ChromaError) or isinstance(exc, _REFUSED))
        ):
            raise StoreUnreachableError(
                f"Chroma 服务 {url} 没有正常应答，请检查 ORGASK_CHROMA_URL 和该服务，恢复后再试。"
            ) from exc
        if not isinstance(exc, ChromaError | ValueError):
            raise
        if _no_room(exc):
            raise StoreFullError(_FULL) from exc
        raise StoreError(
            "向量索引无法读写，请检查磁盘后重新运行一次索引（make run 或 python -m ingest），程序会自动重建。"
        ) from exc


def _no_room(exc: Exception) -> bool:
    """Whether Chroma failed for want of room; a file size limit or quota shows as a disk I/O error of its SQLite."""
    return any(words in str(exc) for words in ("full", "space", "disk I/O error"))


def _http_client(url: str, settings: ChromaSettings) -> ClientAPI:
    scheme, _, rest = url.rstrip("/").partition("://")
    host, _, port = rest.partition(":")
    if scheme not in ("http", "https") or not host or not (port or "8000").isdigit():
        raise SettingsError(f"ORGASK_CHROMA_URL 的值 {url} 不是地址，应写成 http://主机:端口。")
    return chromadb.HttpClient(host=host, port=int(port or 8000), ssl=scheme == "https", settings=settings)


def _flat(entry: IndexEntry) -> dict[str, Any]:
    meta = entry.meta
    return {
        "province": meta.province, "city": meta.city, "district": meta.district, "year": meta.year, "kind": meta.kind,
        "article": entry.article_id, "collection": entry.collection,
    }  # fmt: skip


def _parts(scope: Scope) -> list[Scope]:
    """Return scopes that make up one, each of no more articles than Chroma takes."""
    return [replace(scope, articles=tuple(some)) for some in batches(scope.articles, _MOST_VALUES)] or [scope]


def _where(scope: Scope) -> dict[str, Any]:
    parts = [_any([_inside(place) for place in scope.places])] if scope.places else []
    parts += [
        {name: {"$in": list(values)}}
        for name, values in (
            ("year", scope.years), ("kind", scope.kinds), ("article", scope.articles),
            ("collection", scope.collections),
        )
        if values
    ]  # fmt: skip
    parts += [{"collection": {"$nin": list(scope.hidden)}}] if scope.hidden else []
    return _all(parts)


def _inside(place: Place) -> dict[str, Any]:
    return _all([{name: value} for name, value in asdict(place).items() if value])


def _all(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    # Chroma refuses to combine fewer than two.
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def _any(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    return conditions[0] if len(conditions) == 1 else {"$or": conditions}
