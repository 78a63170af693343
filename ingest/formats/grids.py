"""Tables on a page, found by their ruling lines or, where they have none, by how their cells are aligned."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from ingest.formats.cells import Cell, Merged
from ingest.formats.runs import Run, row_text, rows_of, runs_of, width_of

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

MOST_EDGES = 3_000
"""Ruling lines on a page: more are a map or a drawing, and looking for tables in them takes forever."""
_MOST_POINTS = 4_000
_FIGURE = re.compile(r"[\d.,，%％+\-—–/]*\d[\d.,，%％+\-—–/]*[万亿]?[人名个项家元户件次]?")
_LONGEST_CELL = 20
"""Characters: what is longer is text in columns, not a table without lines."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table at its place on a page."""

    rows: tuple[tuple[Cell, ...], ...]
    x0: float
    top: float
    x1: float
    bottom: float
    last_row_top: float = 0.0
    """Where its last row begins."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A horizontal or vertical ruling line."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def is_horizontal(self) -> bool:
        """Whether it lies rather than stands."""
        return self.x1 - self.x0 >= self.bottom - self.top


def ruled_cells(edges: Sequence[Edge], tolerance: float) -> list[list[Box]]:
    """Return the cells of each table that ruling lines make.

    Args:
        edges: the lines of a page; none is returned where they are too many for a page of text.
        tolerance: how far from each other lines may end that meet.
    """
    if not 4 <= len(edges) <= MOST_EDGES:
        return []
    objects: list[dict[str, Any]] = []
    for edge in edges:
        x, y = (edge.x0 + edge.x1) / 2, (edge.top + edge.bottom) / 2
        if edge.is_horizontal:
            objects.append(_object(edge.x0, y, edge.x1, y, "h"))
        else:
            objects.append(_object(x, edge.top, x, edge.bottom, "v"))
    merged = merge_edges(objects, tolerance, tolerance, tolerance, tolerance)
    points = edges_to_intersections(merged, tolerance, tolerance)
    if len(points) > _MOST_POINTS:
        return []
    return [list(table) for table in cells_to_tables(intersections_to_cells(points))]


def ruled_grids(tables: Iterable[Sequence[Box]], pieces: Sequence[Run]) -> tuple[list[Grid], list[Run]]:
    """Return the tables of a page with their texts, and the pieces of text that are in none.

    Args:
        tables: the cells of each.
        pieces: all text of the page; where one is in is told by its middle.
    """
    grids: list[Grid] = []
    left = list(pieces)
    for cells in tables:
        grid, rest = _grid(cells, left)
        if grid is not None:
            grids.append(grid)
            left = rest
    return grids, left


def aligned_grids(runs: Sequence[Run]) -> tuple[list[Grid], list[Run]]:
    """Return the tables without ruling lines, and the runs that are in none.

    Only what is clearly one: three or more rows with the same columns, with figures under a header that is none.
    """
    rows = rows_of(runs)
    grids: list[Grid] = []
    used: set[int] = set()
    index = 0
    while index < len(rows):
        end = index + 1
        while len(rows[index]) > 1 and end < len(rows) and _has_columns(rows[index], rows[end]):
            end += 1
        table = rows[index:end]
        if len(table) >= 3 and _is_data(table):
            grids.append(_aligned_grid(table))
            used.update(id(run) for row in table for run in row)
            index = end
        else:
            index += 1
    return grids, [run for run in runs if id(run) not in used]


def cell_text(pieces: Sequence[Run], width: float) -> str:
    """Return the text in a cell of a certain width, its wrapped lines joined, others on lines of their own."""
    text = ""
    last_width = 0.0
    for row in rows_of(runs_of(pieces)):
        line, size = row_text(row), row[0].size
        if text:
            fits = last_width + width_of(_first_word(line), size) + size < width
            text += "\n" if fits else " " if text[-1].isascii() and line[0].isascii() else ""
        text += line
        last_width = row[-1].x1 - row[0].x0
    return text


def _object(x0: float, top: float, x1: float, bottom: float, orientation: str) -> dict[str, Any]:
    return {"x0": x0, "top": top, "x1": x1, "bottom": bottom, "orientation": orientation} | {
        "width": x1 - x0,
        "height": bottom - top,
        "doctop": top,
        "object_type": "line",
    }


def _grid(cells: Sequence[Box], pieces: list[Run]) -> tuple[Grid | None, list[Run]]:
    xs = sorted({x for cell in cells for x in (cell[0], cell[2])})
    ys = sorted({y for cell in cells for y in (cell[1], cell[3])})
    if len(xs) < 3 and len(ys) < 3:
        return None, pieces
    places: dict[tuple[int, int], Box] = {}
    for cell in cells:
        for row in range(bisect_right(ys, cell[1]), bisect_right(ys, cell[3])):
            for column in range(bisect_right(xs, cell[0]), bisect_right(xs, cell[2])):
                places[row, column] = cell
    held: dict[Box, list[Run]] = {}
    rest: list[Run] = []
    for piece in pieces:
        if piece.bottom < ys[0] or piece.top > ys[-1] or piece.x1 < xs[0] or piece.x0 > xs[-1]:
            rest.append(piece)
            continue
        for part in _split(piece, cells):
            x, y = part.middle
            found = places.get((bisect_right(ys, y), bisect_right(xs, x)))
            if found is None:
                rest.append(part)
            else:
                held.setdefault(found, []).append(part)
    filled = [cell for cell, texts in held.items() if any(piece.text.strip() for piece in texts)]
    # A frame around a text, or the boxes of a drawing.
    if len(xs) < 3 or len(ys) < 3 or len(filled) < 2:
        return None, pieces
    columns, lines = {x: i for i, x in enumerate(xs)}, {y: i for i, y in enumerate(ys)}
    rows: list[list[Cell]] = [[""] * (len(xs) - 1) for _ in ys[1:]]
    for cell in cells:
        first_row, first_column = lines[cell[1]], columns[cell[0]]
        for row in range(first_row, lines[cell[3]]):
            for column in range(first_column, columns[cell[2]]):
                rows[row][column] = Merged.LEFT if column > first_column else Merged.UP
        rows[first_row][first_column] = cell_text(held.get(cell, []), cell[2] - cell[0])
    return Grid(tuple(map(tuple, rows)), xs[0], ys[0], xs[-1], ys[-1], ys[-2]), rest


def _split(piece: Run, cells: Sequence[Box]) -> list[Run]:
    """Part a piece of several characters at the walls of cells that it runs through; recognition joins such cells."""
    if len(piece.text) < 2 or piece.x1 - piece.x0 < 2 * piece.size:
        return [piece]
    y = piece.middle[1]
    slack = 0.7 * piece.size
    walls = sorted(
        {cell[0] for cell in cells if cell[1] <= y <= cell[3] and piece.x0 + slack < cell[0] < piece.x1 - slack}
    )
    if not walls:
        return [piece]
    share = (piece.x1 - piece.x0) / max(width_of(piece.text, 1.0), 1e-6)
    parts: list[Run] = []
    start, x = 0, piece.x0
    begin = x
    for index, character in enumerate(piece.text):
        width = width_of(character, share)
        if walls and x + width / 2 > walls[0]:
            walls.pop(0)
            if index > start:
                parts.append(Run(piece.text[start:index].strip(), begin, piece.top, x, piece.bottom, piece.size))
            start, begin = index, x
        x += width
    parts.append(Run(piece.text[start:].strip(), begin, piece.top, piece.x1, piece.bottom, piece.size))
    return [part for part in parts if part.text]


def _has_columns(header: list[Run], row: list[Run]) -> bool:
    """Whether the runs of a row stand each under one of the header, and none is left out."""
    return len(row) == len(header) and all(
        run.x0 < head.x1 and head.x0 < run.x1 for run, head in zip(row, header, strict=True)
    )


def _is_data(table: list[list[Run]]) -> bool:
    if any(len(run.text) > _LONGEST_CELL for row in table for run in row):
        return False
    header, *body = table
    return any(
        not _FIGURE.fullmatch(head.text)
        and sum(bool(_FIGURE.fullmatch(row[column].text)) for row in body) > 0.6 * len(body)
        for column, head in enumerate(header)
    )


def _aligned_grid(table: list[list[Run]]) -> Grid:
    flat = [run for row in table for run in row]
    return Grid(
        tuple(tuple(run.text for run in row) for row in table),
        min(run.x0 for run in flat),
        min(run.top for run in flat),
        max(run.x1 for run in flat),
        max(run.bottom for run in flat),
        min(run.top for run in table[-1]),
    )


def _first_word(text: str) -> str:
    """Return what a line breaks before, at the least: a character, or a word or number that is not parted."""
    match = re.match(r"[A-Za-z0-9.,%+\-/@_]+|.", text)
    closing = re.match(r"[，。、；：！？”’）》】]*", text[match.end() :]) if match else None
    return (match[0] if match else "") + (closing[0] if closing else "")
