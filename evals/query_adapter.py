"""Trains the query adapter: what is added to the embedding model so that questions come near what answers them.

Only questions go through the trained weights; the vectors of passages stay as the embedding model makes them, so that
all passages of a source, not only those of a batch, stand against the right one, and no library is embedded anew.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from core.schema import Encoder, Vectors
from evals.reader.sources import Asked, Source, plain_texts, reading_set, written_questions
from evals.reader.train import load_bert
from evals.retrieval import texts_judged
from retriever.builtin.model import PROMPTS
from retriever.builtin.weights import PAD

SHARE = 0.65
"""How much of what was learned is kept; see “Weights” in `docs/measurements.md`."""
_FROZEN_LAYERS = 2
_TEMPERATURE = 0.02
_RATE = 5e-5
_EPOCHS = 4
_BATCH = 32
_WARM = 20
_LONGEST = 64
"""Tokens of a question."""
_MADE, _GENERAL = 1000, 3000
"""Questions an epoch that rules make from the texts, and general ones, both in the words of their passages."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Questions, the vectors of all passages of their source, (m, d), and the rows of those that answer.

    Of the questions `an_epoch` are drawn for each epoch, all where it is none.
    """

    questions: Sequence[str]
    passages: Vectors
    right: Sequence[int]
    an_epoch: int | None = None


def adapter_of(
    drcd: Path, texts: Path, written: Iterable[Path], unseen: Iterable[Path], encoder: Encoder, workdir: Path,
    tell: Callable[[str], None] = print,
) -> dict[str, npt.NDArray[np.float32]]:  # fmt: skip
    """Return the differences of the weights that DRCD and the written questions yield, by their names in the network.

    Args:
        drcd: a reading-comprehension set.
        texts: plain texts of the field.
        written: questions about these; see `evals.reader.sources.written_questions`.
        unseen: retrieval sets whose texts are kept out.
        encoder: the built-in one.
        workdir: the weights are unpacked there.
        tell: told how the training goes.
    """
    general, field = reading_set(drcd), plain_texts(texts, 1, 2)
    kept_out = texts_judged(unseen)
    asked = [one for path in written for one in written_questions(path, field) if one.text_id not in kept_out]
    made = [one for one in field.asked if one.text_id not in kept_out]
    passages = encoder.encode_documents(field.chunks)
    sources = [
        _pairs(field, asked, passages),
        _pairs(field, made, passages, _MADE),
        _pairs(general, general.asked, encoder.encode_documents(general.chunks), _GENERAL),
    ]
    bert, tokenizer = load_bert(workdir)
    before = {name: parameter.detach().clone() for name, parameter in bert.named_parameters()}
    train(bert, question_tokens(tokenizer), sources, tell=tell)
    return {
        f"bert.{name}": (SHARE * (parameter - before[name])).detach().numpy()
        for name, parameter in bert.named_parameters()
        if parameter.requires_grad
    }


def _pairs(source: Source, asked: Sequence[Asked], passages: Vectors, an_epoch: int | None = None) -> Pairs:
    questions = [one.question for one in asked]
    return Pairs(questions, passages, [source.chunk_of[one.right[0]] for one in asked], an_epoch)


def question_tokens(tokenizer: Tokenizer) -> Callable[[Sequence[str]], torch.Tensor]:
    """Return what turns questions into token numbers, shape (questions, tokens), filled up with `PAD`."""
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding(pad_id=PAD, pad_token="<pad>")

    def tokens(questions: Sequence[str]) -> torch.Tensor:
        return torch.tensor([one.ids for one in tokenizer.encode_batch([PROMPTS["query"] + q for q in questions])])

    return tokens


def train(
    bert: BertModel,
    tokens: Callable[[Sequence[str]], torch.Tensor],
    sources: Sequence[Pairs],
    *,
    seed: int = 0,
    epochs: int = _EPOCHS,
    rate: float = _RATE,
    frozen: int = _FROZEN_LAYERS,
    tell: Callable[[str], None] = print,
) -> None:
    """Train all layers of `bert` but the first `frozen` ones.

    The loss is the cross-entropy of the right passage among all passages of its source, at a temperature of .02.
    """
    torch.manual_seed(seed)
    chance = random.Random(seed)
    bert.requires_grad_(False)
    for layer in bert.encoder.layer[frozen:]:
        layer.requires_grad_(True)
    trained = [parameter for parameter in bert.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01)
    plan = [_batches(sources, chance) for _ in range(epochs)]
    total, done, began = sum(map(len, plan)), 0, time.monotonic()
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / _WARM, max(0.02, (total - step) / max(1, total - _WARM)))
    )
    passages = [torch.tensor(source.passages) for source in sources]
    bert.train()
    for number, batches in enumerate(plan, start=1):
        losses = 0.0
        for which, some in batches:
            source = sources[which]
            vectors = vectors_of(bert, tokens([source.questions[i] for i in some]))
            right = torch.tensor([source.right[i] for i in some])
            loss = torch.nn.functional.cross_entropy(vectors @ passages[which].T / _TEMPERATURE, right)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            losses += loss.item()
            done += 1
        seconds = time.monotonic() - began
        tell(f"epoch {number}: {done}/{total} {seconds:.0f} s loss {losses / max(1, len(batches)):.3f}")
    bert.eval()  # type: ignore[no-untyped-call]


def vectors_of(bert: BertModel, ids: torch.Tensor) -> torch.Tensor:
    """Return one unit vector a question, the mean of its tokens, shape (questions, d)."""
    mask = ids != PAD
    hidden = bert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
    pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(pooled, dim=1)


def _batches(sources: Sequence[Pairs], chance: random.Random) -> list[tuple[int, list[int]]]:
    """Return batches of one source each, in a random order."""
    batches = []
    for which, source in enumerate(sources):
        count = len(source.questions)
        drawn = chance.sample(range(count), min(count, source.an_epoch or count))
        batches += [(which, drawn[at : at + _BATCH]) for at in range(0, len(drawn), _BATCH)]
    chance.shuffle(batches)
    return batches
