"""The parts of an article as they stand on the page, from which its facts are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retriever.text import simplified


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one article as they stand on the page."""

    title: str = ""
    """Empty where it has none of its own."""
    front: Sequence[str] = ()
    """Letterhead, number, subtitle, speaker and the like, above and below the title."""
    paragraphs: Sequence[str] = ()
    bylines: Sequence[str] = ()
    credits: Sequence[str] = ()
    """Lines such as 来源：达州日报 or 地区：重庆市, wherever they stand."""
    closing: Sequence[str] = ()
    """The lines of a signature."""

    def simplified(self) -> Parts:
        """Return the same parts in simplified characters, each in its place."""

        def each(lines: Sequence[str]) -> list[str]:
            return [simplified(line) for line in lines]

        return Parts(
            simplified(self.title),
            each(self.front),
            each(self.paragraphs),
            each(self.bylines),
            each(self.credits),
            each(self.closing),
        )

    @property
    def heading(self) -> str:
        """Title and what stands around it, in one line."""
        return " ".join([self.title, *self.front]).strip()
