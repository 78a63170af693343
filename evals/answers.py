"""Scores a question file: does the answer hold what it must, refuse what it must, and quote verbatim?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from assistant.api import AnswerService
from core.cli import read_jsonl
from core.errors import UsageError
from core.schema import Answer, AnswerStatus, CitationStatus, Passage, Turn
from retriever.text import squeeze

GOLD_DEPTH = 5
"""Passages among which a single gold quote is looked for."""
ALL_GOLD_DEPTH = 10
"""Passages among which all gold quotes of a question are looked for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what its answer must and must not hold."""

    id: str
    type: str
    question: str
    history: tuple[Turn, ...]
    gold: tuple[tuple[str, str], ...]
    must_contain: tuple[str, ...]
    must_not_contain: tuple[str, ...]
    min_hits: int
    refuse: bool

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Case:
        """Read one line of a question file.

        Raises:
            UsageError: a field is missing or of the wrong kind.
        """
        try:
            must = tuple(record.get("must_contain") or ())
            return cls(
                id=str(record["id"]),
                type=str(record.get("type", "")),
                question=str(record["question"]),
                history=tuple(Turn(turn["role"], turn["content"]) for turn in record.get("history") or ()),
                gold=tuple((gold["source"], gold["quote"]) for gold in record.get("gold") or ()),
                must_contain=must,
                must_not_contain=tuple(record.get("must_not_contain") or ()),
                min_hits=int(record.get("min_hits") or len(must)),
                refuse=bool(record.get("refuse", False)),
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise UsageError(f"问题文件中的记录 {record.get('id', '?')} 缺少字段或格式不对。") from exc


@dataclass(frozen=True, slots=True)
class Score:
    """How one answer did. `gold_rank` counts from 1; 0 where the quote is not among the passages, None without gold.

    `all_gold` tells whether every gold quote is among the passages, None without gold.
    """

    case: Case
    answer: Answer
    problems: tuple[str, ...]
    gold_rank: int | None
    all_gold: bool | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong with the answer."""
        return not self.problems


def load_cases(path: Path) -> list[Case]:
    """Read a question file."""
    return [Case.from_record(record) for record in read_jsonl(path)]


def score(case: Case, answer: Answer) -> Score:
    """Hold an answer against its case."""
    text = squeeze(answer.text)
    problems: list[str] = []
    refused = answer.status is AnswerStatus.REFUSED
    if refused != case.refuse:
        problems.append("refused" if refused else "not refused")
    hits = sum(squeeze(needle) in text for needle in case.must_contain)
    if not case.refuse and hits < case.min_hits:
        missing = [needle for needle in case.must_contain if squeeze(needle) not in text]
        problems.append(f"lacks {'、'.join(missing)}")
    problems += [f"holds {needle}" for needle in case.must_not_contain if squeeze(needle) in text]
    problems += [f"[{c.marker}] not verbatim" for c in answer.citations if c.status is CitationStatus.FAILED]
    return Score(case, answer, tuple(problems), _gold_rank(case, answer), _all_gold(case, answer))


def _gold_rank(case: Case, answer: Answer) -> int | None:
    if case.refuse or len(case.gold) != 1:
        return None
    return _rank_of(case.gold[0], answer.passages[:GOLD_DEPTH])


def _all_gold(case: Case, answer: Answer) -> bool | None:
    if case.refuse or not case.gold:
        return None
    return all(_rank_of(gold, answer.passages[:ALL_GOLD_DEPTH]) for gold in case.gold)


def _rank_of(gold: tuple[str, str], passages: Sequence[Passage]) -> int:
    """Return the rank of the passage that holds a gold quote; 0 where none does."""
    source, quote = gold
    for passage in passages:
        if Path(passage.source).name == Path(source).name and squeeze(quote) in squeeze(passage.chunk.text):
            return passage.rank
    return 0


def run(service: AnswerService, cases: Iterable[Case]) -> list[Score]:
    """Answer and score all cases."""
    return [score(case, service.answer(case.question, case.history)) for case in cases]


def summary(scores: Sequence[Score]) -> dict[str, Any]:
    """Return counts and shares over all cases and by type. A share that no case applies to is None."""
    by_type: dict[str, list[Score]] = defaultdict(list)
    for one in scores:
        by_type[one.case.type].append(one)
    quotes = [citation.status is CitationStatus.VERBATIM for one in scores for citation in one.answer.citations]
    with_gold = [one.gold_rank for one in scores if one.gold_rank is not None]
    answerable = [one for one in scores if not one.case.refuse]
    refusable = [one for one in scores if one.case.refuse]
    return {
        "cases": len(scores),
        "passed": sum(one.passed for one in scores),
        "pass_rate": _share([one.passed for one in scores]),
        "gold_in_top_5": _share([rank > 0 for rank in with_gold]),
        "gold_cases": len(with_gold),
        "all_gold_in_top_10": _share([one.all_gold for one in scores if one.all_gold is not None]),
        "verbatim_quotes": _share(quotes),
        "quotes": len(quotes),
        "wrongly_refused": _share([one.answer.status is AnswerStatus.REFUSED for one in answerable]),
        "rightly_refused": _share([one.answer.status is AnswerStatus.REFUSED for one in refusable]),
        "mean_answer_characters": mean(len(one.answer.text) for one in scores) if scores else None,
        "mean_ms": mean(one.answer.timings_ms.get("total", 0.0) for one in scores) if scores else None,
        "by_type": {
            kind: {
                "cases": len(some),
                "passed": sum(one.passed for one in some),
                "all_gold_in_top_10": _share([one.all_gold for one in some if one.all_gold is not None]),
            }
            for kind, some in by_type.items()
        },
    }


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
