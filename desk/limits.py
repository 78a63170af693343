"""What somebody limits a question to, as it is written on the page or in a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import UsageError

_WRONG = "限定范围的写法不对，可用 place、from_year、to_year、kind、collection。"


@dataclass(frozen=True, slots=True)
class Limits:
    """Place, years, kind and collection; what is empty does not limit."""

    place: str = ""
    """Name of a division, full or short, with all that lies in it."""
    from_year: int | None = None
    to_year: int | None = None
    kind: str = ""
    collection: str = ""

    def __bool__(self) -> bool:
        return self != Limits()

    @property
    def label(self) -> str:
        """The limits in words, such as 四川省 · 2021—2023年 · 通知; empty where there are none."""
        first, last = self.from_year, self.to_year
        years = f"{first}年" if first and first == last else f"{first or ''}—{last or ''}年" if first or last else ""
        return " · ".join(part for part in (self.place, years, self.kind, self.collection) if part)

    def to_json(self) -> dict[str, Any]:
        """Return what limits, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, given: object) -> Limits:
        """Return the limits that `to_json` has written, or that a program has sent.

        Raises:
            UsageError: a name is unknown or a value is of the wrong kind.
        """
        if not isinstance(given, Mapping):
            raise UsageError(_WRONG)
        texts = {name: given[name] for name in ("place", "kind", "collection") if given.get(name)}
        years = {name: given[name] for name in ("from_year", "to_year") if given.get(name)}
        unknown = given.keys() - {"place", "kind", "collection", "from_year", "to_year"}
        if unknown or not all(isinstance(value, str) for value in texts.values()):
            raise UsageError(_WRONG)
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in years.values()):
            raise UsageError("年份应为数字，例如 2023。")
        return cls(**texts, **years)
