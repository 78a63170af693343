"""Trains the evidence reader: a cross-encoder on the built-in weights, with a head of two layers on its first token."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel

from evals.reader.groups import Group
from retriever.builtin.adapter import save_adapter
from retriever.builtin.model import unpack_fp32
from retriever.builtin.network import Reader, bert_of
from retriever.builtin.weights import PAD, Weights, installed_source

FROZEN_LAYERS = 3
RATE = 1e-4
HEAD_RATE = 5e-4
GROUPS_A_STEP = 12
LONGEST = 224
"""Tokens of question and window together."""


def load_bert(workdir: Path) -> tuple[BertModel, Tokenizer]:
    """Return the embedding model and its tokenizer; the weights are unpacked in `workdir` on first use."""
    folder = workdir / "fp32"
    if not (folder / "modules.json").exists():
        unpack_fp32(folder)
    tokenizer = Tokenizer.from_file(str(next(folder.rglob("tokenizer.json"))))
    bert = BertModel.from_pretrained(str(next(folder.rglob("model.safetensors")).parent), add_pooling_layer=False)
    return bert, tokenizer


def load(workdir: Path) -> tuple[Reader, Tokenizer]:
    """Return the untrained reader and its tokenizer; see `load_bert`."""
    bert, tokenizer = load_bert(workdir)
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.enable_padding(pad_id=PAD, pad_token="<pad>")
    reader = Reader(bert)
    reader.frozen = FROZEN_LAYERS
    reader.bert.embeddings.requires_grad_(False)
    for layer in reader.bert.encoder.layer[:FROZEN_LAYERS]:
        layer.requires_grad_(False)
    return reader, tokenizer


def train(
    reader: Reader, tokenizer: Tokenizer, groups: Sequence[Group], *, seed: int, rate: float = RATE,
    tell: Callable[[str], None] = print, bf16: bool = False,
) -> None:  # fmt: skip
    """Train on each group once; with `bf16` in that precision, which is faster where the processor has AMX.

    The loss of a group is the cross-entropy of its right window among all of its windows, and the binary cross-entropy
    of each window and of the trap, so that the number orders windows and tells by itself whether one answers.
    """
    torch.manual_seed(seed)
    order = list(range(len(groups)))
    random.Random(seed).shuffle(order)
    # Steps of groups of like length waste little on padding.
    order = [
        i
        for start in range(0, len(order), 40 * GROUPS_A_STEP)
        for i in sorted(order[start : start + 40 * GROUPS_A_STEP], key=lambda i: max(map(len, groups[i].texts)))
    ]
    steps = [order[i : i + GROUPS_A_STEP] for i in range(0, len(order), GROUPS_A_STEP)]
    random.Random(seed + 1).shuffle(steps)
    trained = [p for p in reader.bert.parameters() if p.requires_grad]
    head = [*reader.hidden.parameters(), *reader.out.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": trained, "lr": rate}, {"params": head, "lr": HEAD_RATE}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _slope(step, len(steps)))
    began, told = time.monotonic(), [0.0, 0.0, 0.0]
    for number, step in enumerate(steps, start=1):
        some = [groups[i] for i in step]
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            ranking, judging, right = _loss(reader, tokenizer, some)
        optimizer.zero_grad(set_to_none=True)
        (ranking + judging).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained + head, 1.0)
        optimizer.step()
        schedule.step()
        told = [0.95 * a + 0.05 * b for a, b in zip(told, (ranking.item(), judging.item(), right), strict=True)]
        if number % 50 == 0:
            ranked, judged, share = (value / (1 - 0.95**number) for value in told)
            tell(
                f"{number}/{len(steps)} {time.monotonic() - began:.0f} s"
                f" ranking {ranked:.3f} judging {judged:.3f} right {share:.3f}"
            )


def _slope(step: int, steps: int) -> float:
    warm = max(1, steps // 20)
    return min((step + 1) / warm, max(0.02, (steps - step) / max(1, steps - warm)))


def _loss(reader: Reader, tokenizer: Tokenizer, groups: Sequence[Group]) -> tuple[torch.Tensor, torch.Tensor, float]:
    pairs = [(group.question, text) for group in groups for text in group.texts]
    trapped = [(group.trap, group.texts[0]) for group in groups if group.trap]
    scores = scores_of(reader, tokenizer, pairs + trapped)
    ranking, right, at = [], 0, 0
    targets = torch.zeros(len(scores))
    weights = torch.ones(len(scores))
    for group in groups:
        own = scores[at : at + len(group.texts)]
        ranking.append(torch.logsumexp(own, 0) - own[0])
        right += int(own.argmax() == 0)
        targets[at], weights[at] = 1.0, 2.0
        at += len(group.texts)
    weights[at:] = 1.5
    judging = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets, weights)
    return torch.stack(ranking).mean(), judging, right / len(groups)


def scores_of(reader: Reader, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
    """Return one number a pair of question and text, shape (len(pairs),)."""
    encoded = tokenizer.encode_batch(list(pairs))
    ids = torch.tensor([one.ids for one in encoded])
    shut = torch.zeros(ids.shape).masked_fill(ids == PAD, torch.finfo(torch.float32).min)[:, None, None, :]
    scores: torch.Tensor = reader(ids, shut)
    return scores.float()


def first_of(reader: Reader, tokenizer: Tokenizer, groups: Sequence[Group]) -> float:
    """Return the share of groups, at least one, whose right window is put first."""
    first = 0
    with torch.inference_mode():
        for group in groups:
            scores = scores_of(reader, tokenizer, [(group.question, text) for text in group.texts])
            first += int(scores.argmax() == 0)
    return first / len(groups)


def save(reader: Reader, path: Path) -> None:
    """Write what training has changed of the built-in weights, and the head, as an adapter."""
    before = dict(bert_of(Weights.read(installed_source()), vocabulary=1).named_parameters(prefix="bert"))
    trained = {
        name: (parameter - before[name]).detach().numpy()
        for name, parameter in reader.named_parameters()
        if name.startswith("bert.") and parameter.requires_grad
    }
    head = {name: p.detach().numpy() for name, p in reader.named_parameters() if not name.startswith("bert.")}
    save_adapter(path, trained, head)
