"""A page of positioned text, in any unit of length."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.formats.grids import Grid
from ingest.formats.runs import Run


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its text, tables apart, in any unit, the origin at the top left."""

    number: int
    width: float
    height: float
    runs: tuple[Run, ...]
    grids: tuple[Grid, ...] = ()
    scanned: bool = False
    """Whether the text was recognised in a picture: sizes and edges are then less exact."""
    watermark: str = ""
    """Slanting text, which is no part of what the page says."""
