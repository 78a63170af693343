"""The query adapter: turns the vector of a question towards the passages that answer such questions.

The embedding model puts a question in everyday words near texts that are written like it, not near the official ones
that answer it. One square matrix on the vector of the question corrects that (see `QUERY_ADAPTER.md`). Vectors of
documents stay as they are, so that no library is embedded anew.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from core.errors import EncoderError
from core.schema import Vectors
from retriever.builtin.model import embedding_name
from retriever.builtin.weights import DIMENSIONS

ADAPTER = Path(__file__).with_name("query_adapter.npz")
_DAMAGED = "问题向量的适配文件缺失或已损坏，请重新下载本项目。"


def query_adapter(encoder_name: str, path: Path = ADAPTER) -> Callable[[Vectors], Vectors]:
    """Return what turns vectors of questions, (…, 384), into unit vectors to search with; of other models none.

    Args:
        encoder_name: the name of the encoder that embeds the questions.
        path: a file of the built-in model.

    Raises:
        EncoderError: the file cannot be read.
    """
    if encoder_name != embedding_name():
        return lambda vectors: vectors
    matrix = _load(path)

    def turned(vectors: Vectors) -> Vectors:
        result: Vectors = vectors @ matrix
        result /= np.linalg.norm(result, axis=-1, keepdims=True)
        return result

    return turned


def save(matrix: Vectors, path: Path) -> None:
    """Write a matrix, (384, 384), in half precision."""
    np.savez_compressed(path, matrix=matrix.astype(np.float16))


def _load(path: Path) -> Vectors:
    try:
        with np.load(path) as file:
            matrix: Vectors = file["matrix"].astype(np.float32)
    except (OSError, ValueError, KeyError, BadZipFile) as exc:
        raise EncoderError(_DAMAGED) from exc
    if matrix.shape != (DIMENSIONS, DIMENSIONS):
        raise EncoderError(_DAMAGED)
    return matrix
