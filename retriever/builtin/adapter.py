"""What makes the evidence reader and the query encoder of the embedding model: differences of its weights, and a head.

The files ship with the project; `READER.md` and `QUERY_ADAPTER.md` beside them tell how they were made. Matrices are
kept as blocks of 32 values of 4 bits under one scale, like the weights themselves; everything else in 16 bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from core.errors import EncoderError
from retriever.builtin.weights import BLOCK, unpacked

READER_ADAPTER = Path(__file__).with_name("reader_adapter.npz")
QUERY_ADAPTER = Path(__file__).with_name("query_adapter.npz")
_DAMAGED = "内置模型的适配文件（{name}）缺失或已损坏，请重新下载本项目。"
_SCALES, _NIBBLES, _SHAPE = "#scales", "#nibbles", "#shape"

Arrays = Mapping[str, npt.NDArray[np.float32]]


def save_adapter(path: Path, differences: Arrays, head: Arrays | None = None) -> None:
    """Write the differences of the trained layers, and a head as it is, by their names in the network."""
    kept: dict[str, npt.NDArray[np.generic]] = {name: array.astype("<f2") for name, array in (head or {}).items()}
    for name, array in differences.items():
        if array.ndim == 2:
            blocks = array.reshape(-1, BLOCK)
            scales = np.maximum(np.abs(blocks).max(axis=1) / 7, 1e-8).astype("<f2")
            levels = np.clip(np.rint(blocks / scales.astype(np.float32)[:, None]) + 8, 0, 15).astype(np.uint8)
            kept[name + _SCALES] = scales
            kept[name + _NIBBLES] = levels[:, : BLOCK // 2] | (levels[:, BLOCK // 2 :] << 4)
            kept[name + _SHAPE] = np.array(array.shape, "<i4")
        else:
            kept[name] = array.astype("<f2")
    np.savez_compressed(path, allow_pickle=False, **kept)


def fingerprint_of(path: Path) -> str:
    """Return a hash of an adapter.

    Raises:
        EncoderError: the file is missing.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise EncoderError(_DAMAGED.format(name=path.name)) from exc


def load_adapter(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Return the differences and the head by their names in the network.

    Raises:
        EncoderError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = dict(kept)
        found = {name: array.astype(np.float32) for name, array in arrays.items() if "#" not in name}
        for name in [key.removesuffix(_SHAPE) for key in arrays if key.endswith(_SHAPE)]:
            values = unpacked(arrays[name + _SCALES], arrays[name + _NIBBLES])
            found[name] = values.reshape(arrays[name + _SHAPE])
    except (OSError, EOFError, BadZipFile, ValueError, KeyError) as exc:
        raise EncoderError(_DAMAGED.format(name=path.name)) from exc
    return found
