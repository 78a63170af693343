"""Texts to unit vectors: by the built-in model, or by any other through sentence-transformers.

The built-in model is loaded when the first text is embedded; its name and dimensions are known before.
"""

from __future__ import annotations

import ctypes
import gc
import hashlib
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from core.errors import EncoderError
from core.schema import Vectors
from core.settings import BUILTIN_MODEL, Settings
from retriever.builtin.model import PROMPTS, BuiltinModel, Progress, ensure_model, ensure_query_encoder
from retriever.builtin.runner import Runner, tokenizer_of
from retriever.builtin.weights import DIMENSIONS, MAX_TOKENS
from retriever.text import encodable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

BATCH = 8
_E5_NAME = re.compile(r"(^|[-_])e5(?!.*instruct)([-_]|$)", re.IGNORECASE)
_MODEL_FILES = {".json", ".safetensors", ".bin", ".model", ".txt"}


def open_encoder(settings: Settings, progress: Progress | None = None, *, adapted: bool = True) -> SentenceEncoder:
    """Return the encoder that the settings name.

    The built-in one has two models: one for documents, and one for questions that is trained to find the official texts
    that answer questions in everyday words (see `builtin/QUERY_ADAPTER.md`).

    Args:
        settings: `embedding_model` is `builtin`, a local folder, or a model name in the local Hugging Face cache;
            nothing is ever fetched.
        progress: told about the stages of making the built-in model on first use.
        adapted: whether the built-in model for questions is used, for comparison; without it that for documents is.

    Raises:
        EncoderError: the model is missing, damaged or not of a supported kind.
        StoreFullError: there is no room to make the built-in model.
    """
    if settings.embedding_model == BUILTIN_MODEL:
        documents = ensure_model(settings.models, progress)
        queries = ensure_query_encoder(settings.models, progress) if adapted else documents
        return SentenceEncoder(documents.name, DIMENSIONS, lambda: _Builtin(documents, queries))
    return _open_folder(settings.embedding_model)


class TextModel(Protocol):
    """What a `SentenceEncoder` needs of a model."""

    @property
    def limit(self) -> int | None:
        """Tokens that the model takes at once."""

    @property
    def reserved(self) -> int:
        """How many of these are special ones."""

    @property
    def prompts(self) -> Mapping[str, str]:
        """What stands before a `query` and before a `document`."""

    def token_starts(self, text: str) -> list[int]:
        """Return where each token starts, in characters, without special tokens and without a limit."""

    def embed(self, texts: Sequence[str], task: str) -> Vectors:
        """Return one vector a text, of any length but zero, shape (len(texts), dimensions)."""


class SentenceEncoder:
    """An `Encoder` around a model that never cuts a text silently.

    A text longer than the model takes is split at token boundaries into windows; its vector is the mean of the
    windows' vectors, weighted by their tokens. Safe to share between threads.

    Args:
        name: identity of model and weights.
        dimensions: length of a vector.
        load: called once, when the model is first needed.
    """

    def __init__(self, name: str, dimensions: int, load: Callable[[], TextModel]) -> None:
        self._name = name
        self._dimensions = dimensions
        self._load = load
        self._loaded: TextModel | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Identity of the model and its weights."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

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
        return len(_windows(self._model(), text, "document")) == 1

    def _model(self) -> TextModel:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _encode(self, texts: Sequence[str], task: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        model = self._model()
        split = [_windows(model, encodable(text), task) for text in texts]
        long = sum(len(windows) > 1 for windows in split)
        if long:
            logger.info("%d 条文本超过模型一次能处理的长度，已分段求向量", long)
        owners = np.repeat(np.arange(len(split)), [len(windows) for windows in split])
        tokens = np.array([count for windows in split for _, count in windows], np.float32)
        vectors = _unit(model.embed([window for windows in split for window, _ in windows], task))
        sums = np.zeros((len(split), self.dimensions), np.float32)
        np.add.at(sums, owners, vectors * tokens[:, None])
        return _unit(sums)


def _windows(model: TextModel, text: str, task: str) -> list[tuple[str, int]]:
    """Split a text into the fewest windows of equal size that fit, each with its number of tokens (at least 1)."""
    prompt = model.prompts.get(task, "")
    starts = model.token_starts(prompt + text)
    body = [start - len(prompt) for start in starts if start >= len(prompt)]
    reserved = model.reserved + len(starts) - len(body)
    if model.limit is None or reserved + len(body) <= model.limit:
        return [(text, max(1, len(body)))]
    parts = ceil(len(body) / (model.limit - reserved))
    cuts = sorted({body[len(body) * part // parts] for part in range(1, parts)} - {0})
    if not cuts:
        return [(text, len(body))]
    pieces = (text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))
    # A piece may have a few tokens more by itself than inside the text: look again.
    return [window for piece in pieces for window in _windows(model, piece, task)]


def _token_starts(tokenizer: Any, text: str) -> list[int]:
    from tokenizers import Tokenizer

    if isinstance(tokenizer, Tokenizer):
        offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    else:
        offsets = tokenizer(
            text, add_special_tokens=False, truncation=False, verbose=False, return_offsets_mapping=True
        )["offset_mapping"]
    return [start for start, _ in offsets]


def _unit(vectors: Vectors) -> Vectors:
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


# --- The built-in model ----------------------------------------------------------------------------------------


class _Builtin:
    """The built-in models, straight on ONNX Runtime: sentence-transformers would take 3 to 5 s to import and 300 MB.

    Each is loaded when it is first needed: an ingest has no questions, a search no documents to embed.
    """

    limit: int | None = MAX_TOKENS
    prompts: Mapping[str, str] = PROMPTS

    def __init__(self, documents: BuiltinModel, queries: BuiltinModel) -> None:
        self._models = {"document": documents, "query": queries}
        self._runners: dict[Path, Runner] = {}
        self._lock = threading.Lock()
        self._tokenizer = tokenizer_of(documents)
        self.reserved = self._tokenizer.num_special_tokens_to_add(False)

    def token_starts(self, text: str) -> list[int]:
        return _token_starts(self._tokenizer, text)

    def embed(self, texts: Sequence[str], task: str) -> Vectors:
        return self._runner(self._models[task]).run([self.prompts[task] + text for text in texts])

    def _runner(self, model: BuiltinModel) -> Runner:
        with self._lock:
            if model.onnx not in self._runners:
                self._runners[model.onnx] = Runner(model, tokenizer=self._tokenizer)
            return self._runners[model.onnx]


# --- Any other model -------------------------------------------------------------------------------------------


class _Transformer:
    """A model of sentence-transformers."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self.prompts: Mapping[str, str] = {task: prompt or "" for task, prompt in model.prompts.items()}
        self.limit: int | None = model.max_seq_length
        self.reserved: int = model.tokenizer.num_special_tokens_to_add(False)

    def token_starts(self, text: str) -> list[int]:
        return _token_starts(self._model.tokenizer, text)

    def embed(self, texts: Sequence[str], task: str) -> Vectors:
        encode = self._model.encode_query if task == "query" else self._model.encode_document
        batch = BATCH if self._model.device.type == "cpu" else 8 * BATCH
        return np.asarray(encode(list(texts), batch_size=batch, show_progress_bar=False), np.float32)


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
    return SentenceEncoder(name, dimensions, lambda: _Transformer(model))


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
