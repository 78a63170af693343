"""What cleaning makes of lines: blocks, and a list of what was removed and joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.schema import Origin


class Role(StrEnum):
    """What a block is in its article."""

    LINE = "line"
    """A short line without a full stop: a title, a heading or a part of a list."""
    HEADING = "heading"
    TEXT = "text"
    CAPTION = "caption"
    BYLINE = "byline"
    CREDIT = "credit"
    """Source, editor and the like, at the end or the beginning of an article."""
    RULE = "rule"
    """A separator between articles."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or line. `level` is that of a heading, 1 for the highest, also where it heads nothing and became
    text; 0 elsewhere.
    """

    text: str
    role: Role
    level: int = 0
    origin: Origin = field(default_factory=Origin)
    """Where its first line stands in the file."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A line, or the beginning or end of one, that is no part of what a text says."""

    text: str
    reason: str
    """What it is, in a short Chinese word such as 分享栏."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a sentence that had been broken was put together."""

    before: str
    """The end of the upper line."""
    after: str
    """The beginning of the lower one."""
    origin: Origin
    """Of the lower line."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without the remains of web pages and print, and what was done to it."""

    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...] = ()
    joined: tuple[Joined, ...] = ()
