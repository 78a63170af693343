"""The built-in models on disk: made on first use, checked by hash, made anew where they are damaged.

From the weights (see `retriever.builtin.weights`) come three ONNX graphs with int8 matrix products, 77 MB each: the
embedding model, from the token numbers of one text to the mean of its token vectors, the query encoder, which does the
same with questions, and the evidence reader, from the token numbers of a question and a text to one number. The word
table keeps its 4-bit blocks in them, so nothing is lost there.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from core.errors import EncoderError, OrgAskError, StoreFullError
from retriever.builtin.adapter import QUERY_ADAPTER, READER_ADAPTER, fingerprint_of, load_adapter
from retriever.builtin.weights import (
    BOS,
    DIMENSIONS,
    EOS,
    MAX_TOKENS,
    SOURCE_SHA256,
    Weights,
    installed_source,
    tokenizer_of,
)

if TYPE_CHECKING:
    import torch

Progress = Callable[[str, float], None]
"""Called with what is being done, in Chinese, and the share of the whole that is done, 0 to 1."""

PROMPTS = {"query": "query: ", "document": "passage: "}

_ONNX, _TOKENIZER, _MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
_BUILD_BYTES = 400_000_000
_FP32_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BuiltinModel:
    """A complete, verified model on disk.

    `name` is model and weights in one word; it changes with the source weights and with the way they are converted.
    """

    name: str
    onnx: Path
    tokenizer: Path


def embedding_name() -> str:
    """Return the identity of the embedding model, which is known before it is made."""
    return _EMBEDDING.name()


def ensure_model(models: Path, progress: Progress | None = None, source: Path | None = None) -> BuiltinModel:
    """Return the embedding model in the folder `models`; make it if it is missing, damaged or out of date.

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
    return _ensure(_EMBEDDING, models, progress, source)


def ensure_query_encoder(
    models: Path, progress: Progress | None = None, source: Path | None = None, adapter: Path = QUERY_ADAPTER
) -> BuiltinModel:
    """Return the query encoder in the folder `models`, made like the embedding model; see `ensure_model`.

    `adapter` is what is added to the weights; see `retriever.builtin.adapter`. Its vectors stand for questions among
    those of the embedding model.
    """

    def network(weights: Weights) -> torch.nn.Module:
        from retriever.builtin.network import adapted_encoder

        return adapted_encoder(weights, load_adapter(adapter))

    recipe = _Recipe("query-encoder-int8", f"1/{fingerprint_of(adapter)}", network)
    return _ensure(recipe, models, progress, source)


def ensure_reader(
    models: Path, progress: Progress | None = None, source: Path | None = None, adapter: Path = READER_ADAPTER
) -> BuiltinModel:
    """Return the evidence reader in the folder `models`, made like the embedding model; see `ensure_model`.

    `adapter` is what is added to the weights; see `retriever.builtin.adapter`.
    """

    def network(weights: Weights) -> torch.nn.Module:
        from retriever.builtin.network import adapted_reader

        return adapted_reader(weights, load_adapter(adapter))

    recipe = _Recipe("evidence-reader-int8", f"1/{fingerprint_of(adapter)}", network)
    return _ensure(recipe, models, progress, source)


def unpack_fp32(target: Path, source: Path | None = None) -> None:
    """Write the same weights as a plain fp32 sentence-transformers folder, 490 MB (twice that while it is written).

    Raises:
        EncoderError: the weights are missing or damaged.
        StoreFullError: the disk is full.
    """
    weights = Weights.read(source or installed_source())
    with _user_errors(target):
        target.mkdir(parents=True, exist_ok=True)
        _require_space(target, _FP32_BYTES)
        _save_sentence_transformer(weights, target)


# --- What each model is made of --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How a model is made: its folder, what its files depend on besides the weights, and its network."""

    folder: str
    version: str
    network: Callable[[Weights], torch.nn.Module]

    def name(self) -> str:
        return f"{self.folder}@{hashlib.sha256(f'{SOURCE_SHA256}/{self.version}'.encode()).hexdigest()[:8]}"


def _embedding_network(weights: Weights) -> torch.nn.Module:
    from retriever.builtin.network import MeanPooled

    return MeanPooled(weights)


_EMBEDDING = _Recipe("multilingual-e5-small-int8", "1", _embedding_network)


# --- The cache: build, manifest, verification ------------------------------------------------------------------


def _ensure(recipe: _Recipe, models: Path, progress: Progress | None, source: Path | None) -> BuiltinModel:
    target, name = models / recipe.folder, recipe.name()
    if not _is_intact(target, name):
        with _user_errors(models):
            models.mkdir(parents=True, exist_ok=True)
            with FileLock(models / f"{recipe.folder}.lock"):
                if not _is_intact(target, name):
                    with _reporter(progress) as report:
                        _build(recipe, target, source or installed_source(), report)
    return BuiltinModel(name, target / _ONNX, target / _TOKENIZER)


def _build(recipe: _Recipe, target: Path, source: Path, report: Progress) -> None:
    parent = target.parent
    for leftover in parent.glob(f"{recipe.folder}.tmp-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _require_space(parent, _BUILD_BYTES)
    with tempfile.TemporaryDirectory(prefix=f"{recipe.folder}.tmp-", dir=parent) as temporary:
        made, old, work = (Path(temporary, name) for name in ("made", "old", "work"))
        made.mkdir()
        work.mkdir()
        report("正在读取模型权重", 0.0)
        weights = Weights.read(source)
        report("正在生成分词器", 0.1)
        tokenizer_of(weights).save(str(made / _TOKENIZER), pretty=False)
        report("正在加载深度学习框架", 0.2)
        _export(recipe.network(weights), work / "fp32.onnx", made / _ONNX, report)
        report("正在校验模型", 0.95)
        _write_manifest(made, recipe.name())
        if target.exists():
            target.rename(old)
        made.rename(target)
        report("内置模型已就绪", 1.0)


def _write_manifest(folder: Path, name: str) -> None:
    files = {
        part: {"bytes": (folder / part).stat().st_size, "sha256": _sha256(folder / part)}
        for part in (_ONNX, _TOKENIZER)
    }
    manifest = {"name": name, "files": files}
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _is_intact(folder: Path, name: str) -> bool:
    """Hash every file each time: 90 MB take less than 0.1 s, and a changed model must never pass unseen."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return manifest["name"] == name and all(
            (folder / part).stat().st_size == manifest["files"][part]["bytes"]
            and _sha256(folder / part) == manifest["files"][part]["sha256"]
            for part in (_ONNX, _TOKENIZER)
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


# --- Export to ONNX, and the fp32 folder ----------------------------------------------------------------------


def _export(model: torch.nn.Module, intermediate: Path, target: Path, report: Progress) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    sample = torch.tensor([[BOS, 5, 6, 7, EOS]])
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
            output_names=["output"],
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
    if expected.size == 1:
        same = abs(actual.item() - expected.item()) < 1.0
    else:
        same = float((actual * expected).sum() / np.linalg.norm(actual) / np.linalg.norm(expected)) > 0.98
    if not same:
        raise EncoderError("内置模型转换后的结果与原模型不一致，请按 requirements.txt 重新安装依赖后重试。")


def _save_sentence_transformer(weights: Weights, target: Path) -> None:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast
    from transformers.models.bert.modeling_bert import BertPooler
    from transformers.utils import logging as transformers_logging

    from retriever.builtin.network import bert_of

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]

    table = weights.matrix("emb.word", (-1, DIMENSIONS))
    bert = bert_of(weights, vocabulary=len(table))
    bert.embeddings.word_embeddings.weight = torch.nn.Parameter(torch.from_numpy(table), requires_grad=False)
    # Not used, but where it is missing transformers fills it with random numbers and warns.
    bert.pooler = BertPooler(bert.config).requires_grad_(False)  # type: ignore[no-untyped-call]
    bert.pooler.dense.weight.zero_()
    bert.pooler.dense.bias.zero_()
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer_of(weights),
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
