"""The evidence reader: how likely is it that a piece of text answers a question?

The built-in one is a small cross-encoder (see `retriever/builtin/READER.md`). A larger one can be set; it goes through
the `CrossEncoder` of sentence-transformers.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.errors import EncoderError
from core.schema import EvidenceReader, Vectors
from core.settings import BUILTIN_MODEL, NO_MODEL, Settings
from retriever.builtin.model import BuiltinModel, Progress, ensure_reader
from retriever.builtin.runner import Runner
from retriever.encoder import local_folder
from retriever.text import encodable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_LONGEST = 320
"""Tokens of question and text together; what is beyond is not read."""
_LONGEST_QUESTION = 200
"""Characters."""


def open_reader(settings: Settings, progress: Progress | None = None) -> EvidenceReader | None:
    """Return the reader that the settings name; None where they name none.

    Args:
        settings: `reader` is `builtin`, `none`, a local folder, or the name of a cross-encoder in the local Hugging
            Face cache; nothing is ever fetched.
        progress: told about the stages of making the built-in reader on first use.

    Raises:
        EncoderError: the model is missing or damaged.
        StoreFullError: there is no room to make the built-in reader.
    """
    if settings.reader == NO_MODEL:
        return None
    if settings.reader == BUILTIN_MODEL:
        return OnnxReader(ensure_reader(settings.models, progress))
    return SetReader(_cross_encoder(settings.reader))


class OnnxReader:
    """The built-in reader. Safe to share between threads; loaded when it first reads."""

    def __init__(self, model: BuiltinModel) -> None:
        """`model` is complete on disk."""
        self._model = model
        self._loaded: Runner | None = None
        self._lock = threading.Lock()

    def read(self, question: str, texts: Sequence[str]) -> Vectors:
        """Return the log-odds that each text answers the question, shape (len(texts),), float32."""
        if not texts:
            return np.zeros(0, np.float32)
        asked = encodable(question)[:_LONGEST_QUESTION]
        return self._runner().run([(asked, encodable(text)) for text in texts]).reshape(len(texts))

    def _runner(self) -> Runner:
        with self._lock:
            if self._loaded is None:
                self._loaded = Runner(self._model, _LONGEST)
            return self._loaded


class SetReader:
    """Any cross-encoder of sentence-transformers."""

    def __init__(self, model: CrossEncoder) -> None:
        """Take a model whose one output is the higher, the better a text fits a question."""
        self._model = model

    def read(self, question: str, texts: Sequence[str]) -> Vectors:
        """Return the log-odds that each text answers the question, shape (len(texts),), float32."""
        from torch.nn import Identity

        pairs = [(encodable(question), encodable(text)) for text in texts]
        if not pairs:
            return np.zeros(0, np.float32)
        scores = self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return np.asarray(scores, np.float32)


def _cross_encoder(wanted: str) -> CrossEncoder:
    folder = local_folder(wanted, "ORGASK_READER")
    try:
        from sentence_transformers import CrossEncoder

        model: CrossEncoder = CrossEncoder(str(folder), local_files_only=True, num_labels=1)
    except Exception as exc:  # each kind of model has its own ways to fail
        raise EncoderError(f"证据阅读模型 {wanted} 无法加载，请确认它是完整的 cross-encoder 模型。") from exc
    return model
