"""Trains two evidence readers: one that has never seen CMRC2018, to judge by, and from it the one that ships."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.schema import Encoder
from evals.reader.groups import Group, groups_of
from evals.reader.sources import Asked, Source, plain_texts, reading_set, written_questions
from evals.retrieval import texts_judged

QUESTIONS_A_TEXT = 4
GROUPS_A_SOURCE = 5000
GROUPS_BY_RULE = 2500
WRITTEN_TURNS = 2
"""How often each written question is shown, each time among other windows."""
REHEARSED = 1500
"""Groups of the first round that are shown again in the second."""
SECOND_RATE = 6e-5
TESTED = 300
_HELD_OUT = 10
_SEED = 20


@dataclass(frozen=True, slots=True)
class Groups:
    """What is trained on, and what is tested on: groups of windows with ten hard negatives."""

    first: list[Group]
    second: list[Group]
    cmrc: list[Group]
    field: list[Group]


def is_held_out(text_id: str) -> bool:
    """Whether a passage of CMRC2018 is in the tenth that takes no part in any training."""
    return int(sha256(text_id.encode()).hexdigest(), 16) % _HELD_OUT == 0


def make_groups(
    cmrc: Path, drcd: Path, texts: Path, unseen: Sequence[Path] = (), limit: int = GROUPS_A_SOURCE, *,
    written: Path | None = None, encoder: Encoder | None = None,
) -> Groups:  # fmt: skip
    """Make all groups.

    Args:
        cmrc: CMRC2018; a tenth of its passages is kept out and tested on.
        drcd: DRCD.
        texts: plain texts of the field, from which rules make questions.
        unseen: retrieval sets whose texts are kept out of training.
        limit: so many groups of each source at most.
        written: questions that were written about the plain texts; see `evals.reader.sources.written_questions`.
        encoder: finds what is near to these in meaning.
    """
    chance = random.Random(_SEED)
    kept_out = texts_judged(unseen)
    field, general, human = plain_texts(texts, _SEED, QUESTIONS_A_TEXT), reading_set(drcd), reading_set(cmrc)
    first = _made(general, general.asked, chance, limit)
    ruled = [one for one in field.asked if one.text_id not in kept_out]
    first += _made(field, ruled, chance, min(limit, GROUPS_BY_RULE) if written else limit)
    if written:
        asked = [one for one in written_questions(written, field) if one.text_id not in kept_out]
        for _ in range(WRITTEN_TURNS):
            first += _made(field, asked, chance, limit, negatives=3, single=0, encoder=encoder)
    second = _made(human, [one for one in human.asked if not is_held_out(one.text_id)], chance, limit)
    tested = [one for one in human.asked if is_held_out(one.text_id)]
    own = [one for one in field.asked if one.text_id in kept_out]
    return Groups(
        first,
        second + chance.sample(first, min(REHEARSED, len(first))),
        _made(human, tested, random.Random(0), limit, negatives=10, single=0),
        _made(field, own, random.Random(0), min(limit, TESTED), negatives=10, single=0),
    )


def run(groups: Groups, out: Path, tell: Callable[[str], None] = print, *, bf16: bool = False) -> None:
    """Train both readers and write their adapters, `without_cmrc.npz` and `reader.npz`, into the folder `out`."""
    from evals.reader.train import load, save, train

    out.mkdir(parents=True, exist_ok=True)
    reader, tokenizer = load(out)
    train(reader, tokenizer, groups.first, seed=1, tell=tell, bf16=bf16)
    save(reader, out / "without_cmrc.npz")
    train(reader, tokenizer, groups.second, seed=2, rate=SECOND_RATE, tell=tell, bf16=bf16)
    save(reader, out / "reader.npz")


def _made(source: Source, asked: Sequence[Asked], chance: random.Random, limit: int, **how: Any) -> list[Group]:
    some = list(asked) if limit >= len(asked) else chance.sample(list(asked), limit)
    return list(groups_of(source, some, chance, **how))
