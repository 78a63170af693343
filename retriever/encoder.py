"""Texts to unit vectors, always through sentence-transformers.

sentence-transformers takes seconds to import, so the built-in model is loaded when the first text is embedded;
its name and dimensions are known before.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import EncoderError
from core.schema import Vectors
from core.settings import BUILTIN_MODEL, Settings
from retriever.builtin.model import PROMPTS, BuiltinModel, Progress, ensure_model
from retriever.builtin.weights import DIMENSIONS, MAX_TOKENS
from retriever.text import encodable

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

BATCH = 8
_E5_NAME = re.compile(r"(^|[-_])e5(?!.*instruct)([-_]|$)", re.IGNORECASE)
_MODEL_FILES = {".json", ".safetensors", ".bin", ".model", ".txt"}


def open_encoder(settings: Settings, progress: Progress | None = None) -> SentenceEncoder:
    """Return the encoder that the settings name.

    Args:
        settings: `embedding_model` is `builtin`, a local folder, or a model name in the local Hugging Face cache;
            nothing is ever fetched.
        progress: told about the stages of making the built-in model on first use.

    Raises:
        EncoderError: the model is missing, damaged or not of a supported kind.
        StoreFullError: there is no room to make the built-in model.
    """
    if settings.embedding_model == BUILTIN_MODEL:
        model = ensure_model(settings.models, progress)
        return SentenceEncoder(model.name, DIMENSIONS, lambda: _load_builtin(model), BATCH * 4 * cores())
    return _open_folder(settings.embedding_model)


class SentenceEncoder:
    """An `Encoder` around a `SentenceTransformer` that never cuts a text silently.

    A text longer than the model takes is split at token boundaries into windows; its vector is the mean of the
    windows' vectors, weighted by their tokens. Safe to share between threads.

    Args:
        name: identity of model and weights.
        dimensions: length of a vector.
        load: called once, when the model is first needed.
        batch_size: texts that the model gets at once.
    """

    def __init__(self, name: str, dimensions: int, load: Callable[[], SentenceTransformer], batch_size: int) -> None:
        self._name = name
        self._dimensions = dimensions
        self._load = load
        self._batch_size = batch_size
        self._loaded: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Identity of the model and its weights."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def model(self) -> SentenceTransformer:
        """The model itself; loaded on first use, which takes seconds."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions), float32."""
        return self._encode(texts, "document")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question, shape (len(texts), dimensions), float32."""
        return self._encode(texts, "query")

    def release(self) -> None:
        """Give back the memory of a model that was loaded here (300 MB of the built-in one); it is loaded again when
        the next text is embedded.
        """
        with self._lock:
            if self._loaded is None:
                return
            self._loaded = None
        gc.collect()
        # Without this, glibc keeps what many small blocks took: measured 832 of 903 MB instead of 528.
        if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
            trim(0)

    def fits(self, text: str) -> bool:
        """Tell whether a document is embedded in one piece."""
        return len(self._windows(text, self._prompt("document"))) == 1

    def _encode(self, texts: Sequence[str], task: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        prompt = self._prompt(task)
        split = [self._windows(encodable(text), prompt) for text in texts]
        long = sum(len(windows) > 1 for windows in split)
        if long:
            logger.info("%d 条文本超过模型一次能处理的长度，已分段求向量", long)
        owners = np.repeat(np.arange(len(split)), [len(windows) for windows in split])
        tokens = np.array([count for windows in split for _, count in windows], np.float32)
        vectors = self._embed([window for windows in split for window, _ in windows], task)
        sums = np.zeros((len(split), self.dimensions), np.float32)
        np.add.at(sums, owners, vectors * tokens[:, None])
        normalised: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return normalised

    def _embed(self, texts: list[str], task: str) -> Vectors:
        encode = self.model.encode_query if task == "query" else self.model.encode_document
        vectors = encode(texts, batch_size=self._batch_size, show_progress_bar=False, normalize_embeddings=True)
        return np.asarray(vectors, np.float32)

    def _prompt(self, task: str) -> str:
        return self.model.prompts.get(task) or ""

    def _windows(self, text: str, prompt: str) -> list[tuple[str, int]]:
        """Split a text into the fewest windows of equal size that fit, each with its number of tokens (at least 1)."""
        limit = self.model.max_seq_length
        starts = _token_starts(self.model.tokenizer, prompt + text)
        body = [start - len(prompt) for start in starts if start >= len(prompt)]
        reserved = self.model.tokenizer.num_special_tokens_to_add(False) + len(starts) - len(body)
        if limit is None or reserved + len(body) <= limit:
            return [(text, max(1, len(body)))]
        parts = ceil(len(body) / (limit - reserved))
        cuts = sorted({body[len(body) * part // parts] for part in range(1, parts)} - {0})
        if not cuts:
            return [(text, len(body))]
        pieces = (text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))
        # A piece may have a few tokens more by itself than inside the text: look again.
        return [window for piece in pieces for window in self._windows(piece, prompt)]


def _token_starts(tokenizer: Any, text: str) -> list[int]:
    """Return where each token starts, in characters, without special tokens and without a limit."""
    from tokenizers import Tokenizer

    if isinstance(tokenizer, Tokenizer):
        offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    else:
        offsets = tokenizer(
            text, add_special_tokens=False, truncation=False, verbose=False, return_offsets_mapping=True
        )["offset_mapping"]
    return [start for start, _ in offsets]


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# --- The built-in model ----------------------------------------------------------------------------------------


def _load_builtin(model: BuiltinModel) -> SentenceTransformer:
    import onnxruntime  # type: ignore[import-untyped]
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import InputModule
    from tokenizers import Tokenizer

    class OnnxEncoder(InputModule):
        """Token numbers to sentence vectors, each text by itself and the texts of a batch in parallel.

        int8 scales are taken over the whole input, so that a text embedded together with others would get
        another vector than alone; and one thread a text is faster than several threads on one.
        """

        max_seq_length = MAX_TOKENS

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            self.session = onnxruntime.InferenceSession(str(model.onnx), options, ["CPUExecutionProvider"])
            self.tokenizer = Tokenizer.from_file(str(model.tokenizer))
            self.threads = ThreadPoolExecutor(cores(), thread_name_prefix="encoder")

        def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
            encodings = self.tokenizer.encode_batch_fast([(prompt or "") + text for text in inputs])
            return {"token_ids": [np.array([encoding.ids], np.int64) for encoding in encodings]}

        def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, torch.Tensor]:
            vectors = list(self.threads.map(self._run, features["token_ids"]))
            return {"sentence_embedding": torch.from_numpy(np.concatenate(vectors))}

        def _run(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
            vector: npt.NDArray[np.float32] = self.session.run(None, {"input_ids": ids})[0]
            return vector

        def get_embedding_dimension(self) -> int:
            return DIMENSIONS

        def save(self, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError("the built-in model is made from its package, never saved")

    return SentenceTransformer(modules=[OnnxEncoder()], device="cpu", prompts=PROMPTS)


# --- Any other model -------------------------------------------------------------------------------------------


def _open_folder(wanted: str) -> SentenceEncoder:
    folder = local_folder(wanted, "ORGASK_EMBEDDING_MODEL")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(folder), local_files_only=True)
        if _E5_NAME.search(Path(wanted).name) and not any(model.prompts.values()):
            model.prompts.update(PROMPTS)
        dimensions = len(model.encode_query("试", show_progress_bar=False))
        name = f"{Path(wanted).name if Path(wanted).is_dir() else wanted}@{_fingerprint(folder)}"
        fast = hasattr(model.tokenizer, "num_special_tokens_to_add") and getattr(model.tokenizer, "is_fast", True)
    except Exception as exc:  # each kind of model has its own ways to fail
        raise EncoderError(f"向量模型 {wanted} 无法加载，请确认它是完整的 sentence-transformers 模型。") from exc
    if not fast:
        raise EncoderError(f"向量模型 {wanted} 没有快速分词器（tokenizer.json），请换用其他模型。")
    return SentenceEncoder(name, dimensions, lambda: model, BATCH if model.device.type == "cpu" else 8 * BATCH)


def local_folder(wanted: str, setting: str) -> Path:
    """Return the folder of a model given as a folder or as a name in the local Hugging Face cache.

    Raises:
        EncoderError: there is none; `setting` is named as what to mend.
    """
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download

    try:
        repository = wanted if "/" in wanted else f"sentence-transformers/{wanted}"
        return Path(snapshot_download(repository, local_files_only=True))
    except (OSError, ValueError) as exc:
        raise EncoderError(f"找不到模型 {wanted}，请把 {setting} 设为 builtin 或本机上的模型文件夹。") from exc


def _fingerprint(folder: Path) -> str:
    """Hash weights and configuration, all that changes the vectors."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _MODEL_FILES):
        with path.open("rb") as file:
            total.update(path.relative_to(folder).as_posix().encode() + b"\0")
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:8]
