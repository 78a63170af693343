"""Measures the check of answers: true answers with their evidence, and the same answers spoiled in one thing."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from assistant.citations import CitationList
from assistant.drafts import sentences_in
from assistant.evidence import Sentence, sentences_of
from assistant.excerpts import Excerpt, excerpts_of
from assistant.quantities import quantities
from assistant.verify import Badge, Checker
from core.schema import Passage
from core.templates import Templates
from retriever.library import Library
from retriever.places import Gazetteer, short_name
from retriever.rows import StoredChunk
from retriever.text import fold, squeeze

_DIGITS = re.compile(r"\d+")
_COUNTED = re.compile(r"(?<=\d)(?P<scale>[余多万亿千]*)(?P<unit>[名人位个项次场套篇家支元件岁年月日期亩吨])")
_OTHER_UNIT = {
    "名": "家", "人": "家", "位": "个", "个": "家", "项": "场", "次": "场", "场": "次", "套": "间", "篇": "份",
    "家": "人", "支": "个", "元": "美元", "件": "项", "岁": "年", "年": "个月", "月": "年", "日": "月", "期": "次",
    "亩": "公顷", "吨": "公斤",
}  # fmt: skip
_QUOTED = re.compile(r"“([^”]{4,})”")
_NOT = re.compile(r"(?:不得|不能|没有|未|不)(?=[\u4e00-\u9fff]{2})(?![仅断同少但管论过足])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_OTHERS = 8


@dataclass(frozen=True, slots=True)
class Made:
    """An answer with markers, the excerpts that it cites, and how it was spoiled; `true` where it was not."""

    id: str
    kind: str
    text: str
    excerpts: tuple[Excerpt, ...]


def made_answers(
    cases: Sequence[Mapping[str, Any]], library: Library, templates: Templates, gazetteer: Gazetteer, seed: int = 0
) -> Iterator[Made]:
    """Yield each true answer and what can be spoiled in it.

    Args:
        cases: question records with `gold` (`source` and `quote`), `place` and `answer`, a true one in other words.
        library: holds the sources. The excerpts are those that an attached model would be shown.
        templates: `model_answer.toml`.
        gazetteer: knows the places.
        seed: of what is drawn.
    """
    chance = random.Random(seed)
    places = sorted({str(case["place"]) for case in cases if case.get("place")})
    for case in cases:
        golds = [s for gold in case["gold"] for s in _sentences(library, gold["source"], gold["quote"])]
        held = squeeze("".join(one.text for one in excerpts_of(golds, templates)))
        quoted = (match[1] for match in _QUOTED.finditer(str(case["answer"])))
        further = (q for q in quoted if squeeze(q) not in held)
        golds += [s for q in further for gold in case["gold"][:1] for s in _sentences(library, gold["source"], q)[:1]]
        own = {sentence.document_id for sentence in golds}
        others = [s for s in _near(library, str(case["question"])) if s.document_id not in own]
        others = [s for s in others if not _tells_too(excerpts_of([s], templates)[0], case)]
        if not golds or not others:
            continue
        shown = excerpts_of(golds, templates)
        other = excerpts_of(others[:1], templates)[0]
        excerpts = (*shown, Excerpt(len(shown) + 1, other.label, *_rest(other)))
        evidence = "".join(one.shown for one in excerpts)
        right, wrong = "".join(f"[{one.number}]" for one in shown), f"[{len(shown) + 1}]"
        answer = str(case["answer"])
        yield Made(case["id"], "true", _marked(answer, right), excerpts)
        yield Made(case["id"], "citation", _marked(answer, wrong), excerpts)
        for kind, text in spoiled(answer, str(case.get("place", "")), evidence, places, gazetteer, chance):
            yield Made(case["id"], kind, _marked(text, right), excerpts)


def drawn(made: Sequence[Made], count: int, seed: int = 0) -> list[Made]:
    """Return `count` of the answers, half of them true, the others spoiled in each way in turn while there are any."""
    chance = random.Random(seed)
    kinds: dict[str, list[Made]] = defaultdict(list)
    for one in chance.sample(list(made), len(made)):
        kinds[one.kind].append(one)
    true = kinds.pop("true", [])[: count // 2]
    rounds = zip_longest(*(kinds[kind] for kind in sorted(kinds)))
    return [*true, *islice((one for some in rounds for one in some if one), count - count // 2)]


def measure(made: Sequence[Made], gazetteer: Gazetteer) -> dict[str, Any]:
    """Return for each kind how many answers there are, and of which share a sentence is found to be unsupported."""
    found: dict[str, list[bool]] = defaultdict(list)
    faults: dict[str, list[str]] = defaultdict(list)
    for one in made:
        checked = Checker(one.excerpts, gazetteer).check(one.text, CitationList(lambda _: None))
        wrong = [s for s in checked.sentences if s.badge is Badge.UNSUPPORTED]
        found[one.kind].append(bool(wrong))
        if bool(wrong) == (one.kind == "true"):
            faults[one.kind].append(f"{one.id} {'、'.join(str(s.fault) for s in wrong)}")
    spoiled = [flag for kind, flags in found.items() if kind != "true" for flag in flags]
    return {
        "true": len(found["true"]),
        "true_flagged": sum(found["true"]) / max(1, len(found["true"])),
        "spoiled": len(spoiled),
        "spoiled_found": sum(spoiled) / max(1, len(spoiled)),
        "by_kind": {kind: {"answers": len(f), "flagged": sum(f) / len(f)} for kind, f in sorted(found.items())},
        "wrong": dict(faults),
    }


def spoiled(
    answer: str, place: str, evidence: str, places: Sequence[str], gazetteer: Gazetteer, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield kinds of damage with the answer that has it; nothing that the evidence tells as well."""
    plain = squeeze(fold(evidence))
    told = set(quantities(evidence))
    if figures := list(_DIGITS.finditer(answer)):
        match = chance.choice(figures)
        new = str(int(match[0]) + chance.choice((1, 2, 3, 10)))
        changed = answer[: match.start()] + new + answer[match.end() :]
        if not set(quantities(changed)) <= told and new not in plain:
            yield "figure", changed
    if units := list(_COUNTED.finditer(answer)):
        match = chance.choice(units)
        changed = answer[: match.start("unit")] + _OTHER_UNIT[match["unit"]] + answer[match.end() :]
        if not set(quantities(changed)) <= told:
            yield "unit", changed
    if place and place in answer:
        for new in chance.sample(places, len(places)):
            if short_name(new) not in plain and gazetteer.find(new) and len(new) <= len(place) + 2:
                yield "place", answer.replace(place, new)
                break
    if quotes := [m for m in _QUOTED.finditer(answer) if squeeze(fold(m[1])) in plain]:
        match = chance.choice(quotes)
        at = chance.choice([m.start() for m in _HAN.finditer(answer, match.start(1), match.end(1))] or [match.start(1)])
        yield "quote", answer[:at] + ("乙" if answer[at] != "乙" else "丙") + answer[at + 1 :]
    if nots := list(_NOT.finditer(answer)):
        match = chance.choice(nots)
        yield "negation", answer[: match.start()] + answer[match.end() :]


def _tells_too(excerpt: Excerpt, case: Mapping[str, Any]) -> bool:
    """Whether another text, a re-post or a report of the same event, holds what answers."""
    plain = squeeze(excerpt.text)
    return any(squeeze(value) in plain for value in case["must_contain"])


def _marked(answer: str, markers: str) -> str:
    return "".join(f"{sentence}{markers}" for sentence in sentences_in(answer))


def _rest(excerpt: Excerpt) -> tuple[str, str, str, str, int]:
    return excerpt.text, excerpt.document_id, excerpt.source, excerpt.title, excerpt.start


def _sentences(library: Library, source: str, quote: str) -> list[Sentence]:
    """Return the sentences of a source that share most with a quote, as they stand in the passages of search."""
    wanted = squeeze(quote)
    for article_id in library.database.articles_of_source(source):
        chunks = library.database.chunks_of(article_id)
        stored = library.database.chunks([chunk.id for chunk in chunks])
        found = [s for s in _as_sentences(library, stored.values()) if _overlap(squeeze(s.text), wanted)]
        if found:
            return found
    return []


def _overlap(text: str, quote: str) -> bool:
    return quote in text or text in quote or quote[:12] in text


def _near(library: Library, question: str) -> list[Sentence]:
    ids = library.keywords.search(question, _OTHERS)
    stored = library.database.chunks(ids)
    return _as_sentences(library, (stored[i] for i in ids if i in stored))


def _as_sentences(library: Library, stored: Iterable[StoredChunk]) -> list[Sentence]:
    passages = [Passage(s.chunk, s.article, s.source, 0.0, rank) for rank, s in enumerate(stored, start=1)]
    texts = library.database.texts({passage.article.document_id for passage in passages})
    return sentences_of(passages, texts)
