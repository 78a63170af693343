"""What the cleaning of a file took away, put together and moved, for a user who wants to see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from core.schema import Origin
from ingest.cleaning.blocks import Block, Joined, Removed, Role
from ingest.cleaning.clean import clean
from ingest.formats import read
from ingest.lines import Limits, Problem, RawText
from retriever.text import squeeze

_BY_LINE = frozenset({".txt", ".text", ".md", ".markdown", ".jsonl", ".csv", ".tsv"})
"""Formats whose smallest places are lines; those of the others are paragraphs."""
_SHOWN_SEAMS = 10
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class TextCleaning:
    """What was done to one text of a file. Characters are counted without white space."""

    source: str
    characters: int
    kept: int
    removed: tuple[Removed, ...] = ()
    joined: tuple[Joined, ...] = ()
    captions: tuple[Block, ...] = ()
    """Lines that stand at the end of their article, behind its running text."""
    unit: str = "段"

    @property
    def reasons(self) -> dict[str, int]:
        """How many parts were removed for each reason, the most frequent first."""
        return dict(Counter(part.reason for part in self.removed).most_common())

    @property
    def share_kept(self) -> float:
        """Share of the characters that stayed; 1 for a text without any."""
        return self.kept / self.characters if self.characters else 1.0

    def place(self, origin: Origin) -> str:
        """Return where something stands, in words."""
        return origin.label or (f"第 {origin.paragraph} {self.unit}" if origin.paragraph else "")

    def to_json(self) -> dict[str, Any]:
        """Return everything in a form that `json.dumps` takes."""
        return {
            "source": self.source,
            "characters": self.characters,
            "kept": self.kept,
            "share_kept": round(self.share_kept, 4),
            "reasons": self.reasons,
            "removed": [
                {"text": part.text, "reason": part.reason, "place": self.place(part.origin)} for part in self.removed
            ],
            "joined": [
                {"before": seam.before, "after": seam.after, "place": self.place(seam.origin)} for seam in self.joined
            ],
            "captions": [{"text": block.text, "place": self.place(block.origin)} for block in self.captions],
        }


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """What was done to the texts of a file, and what of it could not be read."""

    source: str
    texts: tuple[TextCleaning, ...]
    problems: tuple[str, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many parts were removed for each reason in all texts, the most frequent first."""
        counts: Counter[str] = Counter()
        for text in self.texts:
            counts.update(text.reasons)
        return dict(counts.most_common())

    @property
    def share_kept(self) -> float:
        """Share of the characters of the file that stayed."""
        characters = sum(text.characters for text in self.texts)
        return sum(text.kept for text in self.texts) / characters if characters else 1.0

    def to_json(self) -> dict[str, Any]:
        """Return everything in a form that `json.dumps` takes."""
        return {
            "source": self.source,
            "share_kept": round(self.share_kept, 4),
            "reasons": self.reasons,
            "texts": [text.to_json() for text in self.texts],
            "problems": list(self.problems),
        }

    def render(self) -> str:
        """Return the report in Chinese for a terminal; texts that stayed as they were are only counted."""
        reasons = "，".join(f"{reason} {count}" for reason, count in self.reasons.items())
        counts = f"（{reasons}）" if reasons else ""
        joined = sum(len(text.joined) for text in self.texts)
        captions = sum(len(text.captions) for text in self.texts)
        lines = [
            f"{_shown(self.source)}：{len(self.texts)} 篇文字，保留 {self.share_kept:.1%} 的字符；"
            f"去掉 {sum(self.reasons.values())} 处{counts}，接合断行 {joined} 处，移到文末的图注 {captions} 条。"
        ]
        unchanged = 0
        for text in self.texts:
            changes = list(_changes(text))
            if not changes:
                unchanged += 1
                continue
            if len(self.texts) > 1:
                lines += ["", f"《{_shown(text.source)}》保留 {text.share_kept:.1%}"]
            lines += changes
        if unchanged:
            lines += ["", f"{unchanged} 篇文字没有改动。"]
        lines += [f"未能读取：{_shown(problem)}" for problem in self.problems]
        return "\n".join(lines)


def show_cleaning(data: bytes, source: str, limits: Limits) -> CleaningReport:
    """Read and clean a file without taking it in, and return what that changed.

    Args:
        data: the file.
        source: its name for people, whose end tells the format.
        limits: what it may ask for.

    Raises:
        ReadError: it cannot be read.
    """
    unit = "行" if PurePath(source).suffix.lower() in _BY_LINE else "段"
    texts: list[TextCleaning] = []
    problems: list[str] = []
    for part in read(data, source, limits):
        if isinstance(part, Problem):
            problems.append(part.reason)
        else:
            texts.append(_cleaning(part, unit))
    return CleaningReport(source, tuple(texts), tuple(problems))


def _cleaning(raw: RawText, unit: str) -> TextCleaning:
    cleaned = clean(raw.lines)
    removed = (*raw.removed, *cleaned.removed)
    kept = _size([block.text for block in cleaned.blocks])
    gone = _size([part.text for part in removed])
    captions = tuple(block for block in cleaned.blocks if block.role is Role.CAPTION)
    return TextCleaning(raw.source, kept + gone, kept, removed, cleaned.joined, captions, unit)


def _size(texts: Sequence[str]) -> int:
    return sum(len(squeeze(text)) for text in texts)


def _changes(text: TextCleaning) -> list[str]:
    lines: list[str] = []
    if text.removed:
        lines.append("去掉的内容：")
        places = [text.place(part.origin) for part in text.removed]
        lines += [
            f"  {place}　[{part.reason}]　{_shown(part.text)}" if place else f"  [{part.reason}]　{_shown(part.text)}"
            for place, part in zip(places, text.removed, strict=True)
        ]
    if text.joined:
        lines.append(f"接合的断行（共 {len(text.joined)} 处）：")
        lines += [
            f"  {text.place(seam.origin)}　…{_shown(seam.before)} ⏎ {_shown(seam.after)}…"
            for seam in text.joined[:_SHOWN_SEAMS]
        ]
        if len(text.joined) > _SHOWN_SEAMS:
            lines.append(f"  其余 {len(text.joined) - _SHOWN_SEAMS} 处从略，可用 --json 查看全部。")
    if text.captions:
        lines.append("移到文末的图注：")
        lines += [f"  {text.place(block.origin)}　{_shown(block.text)}" for block in text.captions]
    return lines


def _shown(text: str) -> str:
    """Return a text for one line of a terminal: short, and without signs that steer it."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    return visible if len(visible) <= _SHOWN_CHARACTERS else f"{visible[: _SHOWN_CHARACTERS - 1]}…"
