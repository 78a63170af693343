"""Runs a built-in model on ONNX Runtime: texts, or pairs of texts, to arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from core.schema import Vectors
from retriever.builtin.model import BuiltinModel

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer


class Runner:
    """A tokenizer and a session over one built-in model. Safe to share between threads.

    Each text runs by itself, and the texts of a batch in parallel: int8 scales are taken over a whole input, so that a
    text run together with others would get other numbers than alone; and one thread a text is faster than several
    threads on one.
    """

    def __init__(self, model: BuiltinModel, longest: int | None = None, tokenizer: Tokenizer | None = None) -> None:
        """Load the model, which takes some tenths of a second.

        Args:
            model: complete on disk.
            longest: tokens of an input; what is beyond is not read. Without it nothing is cut, and the caller sees
                to it that the model can take what it is given.
            tokenizer: that of the model, where it is loaded already.
        """
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model.onnx), options, ["CPUExecutionProvider"])
        self._threads = ThreadPoolExecutor(cores(), thread_name_prefix="model")
        self.tokenizer = tokenizer or tokenizer_of(model)
        if longest is not None:
            self.tokenizer.enable_truncation(longest)

    def run(self, inputs: Sequence[str] | Sequence[tuple[str, str]]) -> Vectors:
        """Return the output of the model for each text or pair, one after another."""
        return np.concatenate(list(self._threads.map(self._run, self.tokenizer.encode_batch_fast(list(inputs)))))

    def _run(self, encoding: Encoding) -> Vectors:
        output: Vectors = self._session.run(None, {"input_ids": np.array([encoding.ids], np.int64)})[0]
        return output


def tokenizer_of(model: BuiltinModel) -> Tokenizer:
    """Load the tokenizer of a model."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(model.tokenizer))


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
