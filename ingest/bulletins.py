"""Files of several short pieces: bulletins with an item from each district, pages collected one below another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.cleaning.blocks import Block, Role
from ingest.facts.dates import dates_in
from retriever.places import Gazetteer, Mention, Place

_OPENING = re.compile(r"^[◆●■□★☆▲·•*\-\s【\[〔（(]*")
_BEHIND_PLACE = re.compile(r"[：:】\]〕）)\s]")
_LONGEST_HEAD = 60
_SOURCE = re.compile(r"来源|稿源|供稿|报送")


def item_positions(blocks: Sequence[Block], gazetteer: Gazetteer) -> list[int]:
    """Return where the pieces of a file begin, each with its title; none where the file is one piece.

    Pieces are told by titles that name places which have nothing to do with each other (利州区：… and 昭化区：…), by
    a rule before each, or by the line of date and source under each. What stands before the first is their masthead.
    """
    for found in (_by_place(blocks, gazetteer), _by_rule(blocks), _by_source(blocks)):
        if len(found) > 1 and all(_has_text(blocks[a:b]) for a, b in pairwise([*found, len(blocks)])):
            return found if not _has_text(blocks[: found[0]]) else []
    return []


def without_bullet(title: str) -> str:
    """Return the title of a piece without the sign before it."""
    return title.lstrip("◆●■□★☆▲·•* ")


def _by_place(blocks: Sequence[Block], gazetteer: Gazetteer) -> list[int]:
    places = [_place_of(block, gazetteer) for block in blocks]
    found = [index for index, place in enumerate(places) if place]
    named = {place for place in places if place}
    apart = not any(a != b and a.contains(b) for a in named for b in named)
    return found if len(named) == len(found) and apart else []


def _place_of(block: Block, gazetteer: Gazetteer) -> Place | None:
    """Return the place that a title begins with, set apart from what is told of it; None for other blocks."""
    if block.role not in (Role.LINE, Role.CAPTION) or len(block.text) > _LONGEST_HEAD:
        return None
    start = _OPENING.match(block.text)
    bare = block.text[start.end() if start else 0 :]
    run: list[Mention] = []
    for mention in gazetteer.find(bare):
        if mention.start != (run[-1].end if run else 0):
            break
        run.append(mention)
    if not run or not _BEHIND_PLACE.match(bare, run[-1].end):
        return None
    return gazetteer.resolve_all(run)[-1]


def _by_rule(blocks: Sequence[Block]) -> list[int]:
    """Return the first line and those behind rules, where each of these is a title."""
    behind = [i + 1 for i, block in enumerate(blocks[:-1]) if block.role is Role.RULE]
    starts = [i for i in (0, *behind) if i < len(blocks) and blocks[i].role is Role.LINE]
    return starts if len(starts) == len(behind) + 1 else []


def _by_source(blocks: Sequence[Block]) -> list[int]:
    """Return the titles over a line of date or source, where the file begins with such a pair."""
    found = [
        index
        for index, (title, below) in enumerate(pairwise(blocks))
        if title.role is Role.LINE and below.role is Role.CREDIT and _tells_source(below.text)
    ]
    return found if found[:1] == [0] else []


def _tells_source(line: str) -> bool:
    return bool(_SOURCE.search(line)) or any(True for _ in dates_in(line))


def _has_text(blocks: Sequence[Block]) -> bool:
    return any(block.role is Role.TEXT for block in blocks)
