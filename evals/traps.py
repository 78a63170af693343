"""Traps: true questions with their place or their programme exchanged, so that no text answers them any longer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from retriever.library import Library
from retriever.places import Gazetteer, Mention, Place, short_name
from retriever.text import bigrams, fold, squeeze, without_asking

_TRIES = 40
_SHARED = 0.55
"""A text about the new place that holds more of the question's pairs of characters than this might answer it."""
_SUFFIX = re.compile(r"(?:自治[州县旗]|[省市州区县旗])$")
_LIKE_LENGTH = 2


def traps_of(
    cases: Sequence[Mapping[str, Any]], library: Library, gazetteer: Gazetteer, seed: int
) -> list[dict[str, Any]]:
    """Return the traps that can be made of some questions over a library; see `Exchanger`."""
    exchanger, chance = Exchanger(library.database.all_texts(), gazetteer, cases), random.Random(seed)
    return [trap for case in cases for trap in exchanger.traps(case, chance)]


class Exchanger:
    """Exchanges what a question names for something of its kind that stands in the same texts.

    A trap is known to be false: no text names the new place and the old programme, or the old place and the new
    programme, together; where a question names no programme, no text about the new place shares much with it.
    """

    def __init__(self, texts: Sequence[str], gazetteer: Gazetteer, cases: Sequence[Mapping[str, Any]]) -> None:
        """Prepare.

        Args:
            texts: all texts of the library.
            gazetteer: knows the places.
            cases: question records with `place` and `programme`, each empty where the question names none.
        """
        self._texts = [squeeze(fold(text)) for text in texts]
        self._gazetteer = gazetteer
        self._places = sorted({mention.name for text in texts for mention in gazetteer.find(text)})
        self._programmes = sorted({case["programme"] for case in cases if case.get("programme")})

    def traps(self, case: Mapping[str, Any], chance: random.Random) -> Iterator[dict[str, Any]]:
        """Yield question records that must be refused: the place exchanged, and the programme, where it names one."""
        place, programme, asked = case.get("place", ""), case.get("programme", ""), str(case["question"])
        named = [m for m in self._gazetteer.find_in_question(asked, [place]) if m.name in place]
        if place and named and (new := self._other_place(case, named[-1], chance)):
            yield _trap(case, "place", asked.replace(place, new))
        if place and programme and (new := self._other_programme(place, programme, chance)):
            yield _trap(case, "programme", asked.replace(programme, new))

    def _other_place(self, case: Mapping[str, Any], old: Mention, chance: random.Random) -> str:
        place, programme = str(case["place"]), str(case.get("programme", ""))
        suffix = _SUFFIX.search(place)
        rest = str(case["question"]).replace(place, "")
        pairs = set(bigrams(without_asking(fold(rest))))
        for name in chance.sample(self._places, min(_TRIES, len(self._places))):
            meant = self._gazetteer.named(name)
            if not meant or _same_kind(name) != _same_kind(old.name) or _related(meant, old.places):
                continue
            about = self._holding(short_name(name))
            if programme and any(squeeze(fold(programme)) in text for text in about):
                continue
            if all(sum(pair in text for pair in pairs) <= _SHARED * len(pairs) for text in about):
                return name if suffix else short_name(name)
        return ""

    def _other_programme(self, place: str, programme: str, chance: random.Random) -> str:
        here = self._holding(short_name(place))
        for name in chance.sample(self._programmes, min(_TRIES, len(self._programmes))):
            alike = abs(len(name) - len(programme)) <= _LIKE_LENGTH and name not in programme and programme not in name
            if alike and not self._gazetteer.find(name) and not any(squeeze(fold(name)) in text for text in here):
                return str(name)
        return ""

    @cache  # noqa: B019  it lives as long as its texts
    def _holding(self, name: str) -> list[str]:
        return [text for text in self._texts if name in text]


def _same_kind(name: str) -> str:
    suffix = _SUFFIX.search(name)
    return suffix[0][-1] if suffix else ""


def _related(some: Sequence[Place], others: Sequence[Place]) -> bool:
    return any(one.contains(other) or other.contains(one) for one in some for other in others)


def _trap(case: Mapping[str, Any], kind: str, question: str) -> dict[str, Any]:
    return {
        "id": f"{case['id']}-{kind}",
        "type": f"trap_{kind}",
        "question": question,
        "gold": [],
        "must_contain": [],
        "must_not_contain": [value for value in case["must_contain"] if value not in question],
        "refuse": True,
    }
