"""The Chroma collection: dense search over the chunks' vectors. The only module that knows chromadb.

Chroma is a cache of the database: a kill in the middle of a write can destroy its index, so that it is never trusted
with anything that cannot be rebuilt. Embedded, it lives in a folder of its own; with a server URL, on that server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromadb
import httpx
from chromadb.api import ClientAPI
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from core.errors import SettingsError, StoreError, StoreFullError
from core.schema import Metadata, Vectors
from retriever.database import IndexEntry

_BATCH = 2000
_FULL = "磁盘空间不足，向量索引没有写完；请清理空间后重新运行，已写入的内容不会丢失。"


class VectorIndex:
    """One collection of unit vectors under cosine distance."""

    def __init__(self, client: ClientAPI, name: str) -> None:
        """Open the collection `name`, making it where it does not exist."""
        self._client = client
        self._name = name
        try:
            self._collection = client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 128}}
            )
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, folder: Path, name: str, url: str = "") -> VectorIndex:
        """Open the collection `name` in `folder`, or on the Chroma server at `url` where one is given.

        Raises:
            StoreError: Chroma cannot open the folder, or the server does not answer.
        """
        settings = ChromaSettings(anonymized_telemetry=False)
        try:
            if url:
                return cls(_http_client(url, settings), name)
            return cls(chromadb.PersistentClient(path=str(folder), settings=settings), name)
        except (ChromaError, ValueError) as exc:
            if _no_room(exc):
                raise StoreFullError(_FULL) from exc
            where = f"Chroma 服务 {url}" if url else "向量索引"
            raise StoreError(f"无法打开{where}；请检查其状态，或用 --rebuild 重建。") from exc

    def close(self) -> None:
        """Give the files or the connection back."""
        self._client.close()  # type: ignore[attr-defined]

    def count(self) -> int:
        """Return how many vectors the collection holds."""
        with _read_errors():
            return self._collection.count()

    def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace chunks."""
        with _write_errors():
            for some in _batches(entries):
                self._collection.upsert(
                    ids=[entry.id for entry in some],
                    embeddings=[entry.vector.tolist() for entry in some],
                    metadatas=[_flat(entry.meta) for entry in some],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove chunks; ids that are not there are ignored."""
        with _write_errors():
            for some in _batches(ids):
                self._collection.delete(ids=list(some))

    def search(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """Return the `k` nearest chunks as (id, cosine similarity), nearest first."""
        if k < 1:
            return []
        with _read_errors():
            count = self._collection.count()
            if not count:
                return []
            found = self._collection.query(
                query_embeddings=[vector.tolist()], n_results=min(k, count), include=["distances"]
            )
        distances = found["distances"] or [[]]
        return [(i, 1.0 - d) for i, d in zip(found["ids"][0], distances[0], strict=True)]

    def drop(self) -> None:
        """Delete the whole collection, as far as it exists."""
        try:
            self._client.delete_collection(self._name)
        except NotFoundError:
            return


@contextmanager
def _read_errors() -> Iterator[None]:
    try:
        yield
    except (ChromaError, httpx.HTTPError) as exc:
        raise StoreError("向量索引暂时无法读取；请检查 Chroma 服务或磁盘，必要时用 --rebuild 重建。") from exc


@contextmanager
def _write_errors() -> Iterator[None]:
    try:
        yield
    except ChromaError as exc:
        if _no_room(exc):
            raise StoreFullError(_FULL) from exc
        raise StoreError("向量索引写入失败，请检查磁盘后重新运行，程序会自动重建索引。") from exc


def _no_room(exc: Exception) -> bool:
    """Whether Chroma failed for want of room; a file size limit or quota shows as a disk I/O error of its SQLite."""
    return any(words in str(exc) for words in ("full", "space", "disk I/O error"))


def _http_client(url: str, settings: ChromaSettings) -> ClientAPI:
    scheme, _, rest = url.rstrip("/").partition("://")
    host, _, port = rest.partition(":")
    if scheme not in ("http", "https") or not host or not (port or "8000").isdigit():
        raise SettingsError(f"ORGASK_CHROMA_URL 的值 {url} 不是地址，应写成 http://主机:端口。")
    return chromadb.HttpClient(host=host, port=int(port or 8000), ssl=scheme == "https", settings=settings)


def _flat(meta: Metadata) -> dict[str, Any]:
    return {
        "province": meta.province, "city": meta.city, "district": meta.district, "year": meta.year, "kind": meta.kind
    }  # fmt: skip


def _batches(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
