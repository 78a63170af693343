"""A web page as blocks in the order of reading, each with where it stands: paragraphs, headings, rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from lxml import etree, html

from core.schema import Origin
from ingest.formats.cells import Cell, Merged, could_be_header, is_heading, texts_of
from ingest.formats.tables import is_layout, row_lines
from ingest.lines import Line

_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd"}
    | {
        "label",
        "mark",
        "nobr",
        "o:p",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
    }
    | {"u", "var", "wbr", "ruby", "rb", "st1:chsdate", "img"}
)
_DROPPED = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "audio", "video"),
    *("select", "button", "textarea", "input", "link", "meta", "head", "map", "rt", "rp"),
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_EDGES = " \t\r\n\u00a0\u3000"
_CJK = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”‘’…—]"
_WRAPPED = re.compile(rf"(?<={_CJK})[ \t]*[\r\n][ \t\r\n]*(?={_CJK})")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ARTICLE = re.compile(r"content|article|zoom|body", re.IGNORECASE)
"""In the name of a part that a script makes visible once the page is loaded."""
_HAS_NUMBER = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}(?:[、)）]|[.．](?!\d))")
_SENTENCE_END = re.compile(r"[。！？!?；;：:…][”’」』）)】》]*$")
_IN_BRACKETS = re.compile(r"[\[【（(][^\[【（(]{1,8}[\]】）)]")
_NO_WORDS = re.compile(r"[\W\d年月日]*")
_LONGEST_HIDDEN = 200
"""Characters: more hidden text than that is the article, which a script would show."""
_LONGEST_HEADING = 100
_MOST_COVERED = 100_000
"""Places that merged cells of one table may cover; no honest table comes near."""
_CELL_OF_PAGE = 400
"""Characters: a cell with more than that holds a page or an article, not a value, unless columns are named over it."""
_FEWEST_NAMED = 3
"""Columns: a page in two or three parts has as many cells in a row, but no names over them."""


@dataclass(slots=True)
class Block:
    """One line of a page as it is seen."""

    text: str
    element: etree._Element
    """The innermost element of block form that holds it."""
    level: int = 0
    indented: bool = False
    whole: bool = True
    row: bool = False
    link_length: int = 0
    """Characters of it that are links."""
    link_first: bool = False
    """Whether nothing but signs, figures and names in brackets stands before its first link."""
    gap: int = 0
    ancestors: frozenset[etree._Element] = field(default_factory=frozenset)


def blocks_of(body: etree._Element) -> list[Block]:
    """Return the blocks of a page, of which nothing is left out but what is never seen: scripts, styles, forms."""
    walker = _Walker()
    walker.walk(body)
    walker.flush()
    for block in walker.blocks:
        block.ancestors = frozenset([block.element, *block.element.iterancestors()])
    return walker.blocks


def without_unseen(tree: etree._Element) -> None:
    """Remove scripts, styles, comments and hidden parts from a page."""
    etree.strip_elements(tree, *_DROPPED, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    hidden = [
        element
        for element in tree.iter()
        if (_HIDDEN.search(element.get("style", "")) or element.get("hidden") is not None)
        and not _ARTICLE.search(f"{element.get('id', '')} {element.get('class', '')}")
        and sum(map(len, element.itertext())) <= _LONGEST_HIDDEN
    ]
    for element in hidden:
        if element.getparent() is not None:
            html_element: html.HtmlElement = element
            html_element.drop_tree()


class _Walker:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[tuple[str, bool]] = []
        self._owner: etree._Element | None = None
        self._level = 0
        self._keeps_lines = False
        self._breaks = 0

    def walk(self, element: etree._Element, in_link: bool = False) -> None:
        """Add the blocks under an element."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag == "br":
            self.flush(broken=True)
        elif tag == "table" and self._add_table(element):
            pass
        elif tag in _INLINE:
            self._add(element, element.text, in_link or tag == "a")
            self._children(element, in_link or tag == "a", element)
        elif tag:
            self._walk_block(element, tag, in_link)

    def walk_inside(self, element: etree._Element) -> None:
        """Add the blocks of what an element holds, whatever it is itself."""
        self._add(element, element.text, False)
        self._children(element, False, element)
        self.flush()

    def _walk_block(self, element: etree._Element, tag: str, in_link: bool) -> None:
        self.flush()
        level, keeps_lines = self._level, self._keeps_lines
        self._level = _HEADINGS.get(tag, self._level)
        self._keeps_lines = keeps_lines or tag == "pre"
        if tag == "li" and (number := _number(element)):
            self._pieces.append((number, False))
        self._add(element, element.text, in_link)
        self._children(element, in_link, element)
        self.flush()
        self._level, self._keeps_lines = level, keeps_lines

    def _children(self, element: etree._Element, in_link: bool, owner: etree._Element) -> None:
        for child in element.iterchildren():
            self.walk(child, in_link)
            self._add(owner, child.tail, in_link)

    def _add(self, owner: etree._Element, text: str | None, in_link: bool) -> None:
        if not text:
            return
        if self._owner is None:
            self._owner = owner
        if self._keeps_lines:
            for index, line in enumerate(text.split("\n")):
                if index:
                    self.flush(broken=True)
                    self._owner = owner
                self._pieces.append((line, in_link))
        else:
            self._pieces.append((text, in_link))

    def flush(self, broken: bool = False) -> None:
        """End the block that is being collected; it is `broken` where only a <br> ends it."""
        raw = "".join(text for text, _ in self._pieces)
        collapsed = _SPACE.sub(" ", _WRAPPED.sub("", raw))
        text = collapsed.strip(_EDGES)
        owner, self._owner = self._owner, None
        links = sum(len("".join(piece.split())) for piece, in_link in self._pieces if in_link)
        before = "".join(piece for piece, _ in takewhile(lambda piece: not piece[1], self._pieces))
        link_first = links > 0 and bool(_NO_WORDS.fullmatch(_IN_BRACKETS.sub("", before)))
        self._pieces = []
        if not text or owner is None:
            self._breaks += broken
            return
        level = self._level if len(text) <= _LONGEST_HEADING else 0
        while owner.tag in _INLINE and owner.getparent() is not None:
            owner = owner.getparent()
        previous = self.blocks[-1] if self.blocks else None
        if level and previous is not None and previous.level == level and previous.element is owner:
            # A title on two lines is one title.
            previous.text += text
            return
        indented = collapsed.lstrip(" ").startswith(("\u3000\u3000", "\u00a0\u00a0"))
        whole = not broken or bool(_SENTENCE_END.search(text))
        gap = 1 if self._breaks else 0
        if gap and previous is not None:
            previous.whole = True
        self._breaks = 0
        self.blocks.append(
            Block(text, owner, level, indented, whole, link_length=links, link_first=link_first, gap=gap)
        )

    def _add_table(self, table: etree._Element) -> bool:
        """Add a table row by row; False where it only puts the parts of a page in their places."""
        if table.get("role") == "presentation" or any(inner is not table for inner in table.iter("table")):
            return False
        if any(True for _ in table.iter("h1", "h2", "ul", "ol", "article")):
            return False
        rows, header_rows = _grid(table)
        if is_layout(rows) or _holds_page(rows, header_rows):
            return False
        self.flush()
        for caption in table.iterchildren("caption"):
            if text := _text(caption):
                self.blocks.append(Block(text, table))
        links = sum(len("".join(_text(link).split())) for link in table.iter("a"))
        characters = sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        for line in row_lines(rows, lambda _: Origin(), header_rows):
            length = round(len(line.text) * links / max(1, characters))
            self.blocks.append(Block(line.text, table, row=line.row, link_length=length))
        return True


def lines_of(blocks: list[Block]) -> Iterator[Line]:
    """Yield the lines of blocks, their numbers counted from 1."""
    for number, block in enumerate(blocks, start=1):
        yield Line(
            block.text,
            Origin(paragraph=number),
            gap=block.gap,
            indented=block.indented,
            whole=block.whole,
            level=block.level,
            row=block.row,
        )


def _grid(table: etree._Element) -> tuple[list[list[Cell]], int]:
    """Return the cells of a table with merged ones marked, and how many rows at its top are headers."""
    rows: list[list[Cell]] = []
    header_rows = 0
    covered: dict[tuple[int, int], Merged] = {}
    for row in table.iter("tr"):
        index = len(rows)
        cells: list[Cell] = []
        elements = list(row.iterchildren("td", "th"))
        in_head = row.getparent() is not None and row.getparent().tag == "thead"
        if elements and header_rows == index and (in_head or all(cell.tag == "th" for cell in elements)):
            header_rows += 1
        for element in elements:
            while (index, len(cells)) in covered:
                cells.append(covered[index, len(cells)])
            column = len(cells)
            width, height = _span(element, "colspan"), _span(element, "rowspan")
            cells.append(_text(element))
            cells.extend([Merged.LEFT] * (width - 1))
            if len(covered) < _MOST_COVERED:
                places = ((index + down, column + right) for down in range(1, height) for right in range(width))
                covered.update(dict.fromkeys(places, Merged.UP))
        while (index, len(cells)) in covered:
            cells.append(covered[index, len(cells)])
        rows.append(cells)
    return rows, header_rows


def _holds_page(rows: list[list[Cell]], header_rows: int) -> bool:
    """Whether a cell is so long that it holds a page or an article, and no row above it names the columns."""
    for index, row in enumerate(rows):
        texts = texts_of(row)
        are_names = index < header_rows or sum(map(is_heading, texts)) * 2 > len(texts)
        if are_names and len(texts) >= _FEWEST_NAMED and all(map(could_be_header, texts)):
            return False
        if any(len(text) > _CELL_OF_PAGE for text in texts):
            return True
    return False


def _span(cell: etree._Element, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), 100) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _text(element: etree._Element) -> str:
    """Return the text of a small element, a line for each of its blocks."""
    walker = _Walker()
    walker.walk_inside(element)
    return "\n".join(block.text for block in walker.blocks)


def _number(item: etree._Element) -> str:
    """Return the number of an item of an ordered list, where the page shows one."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or parent.get("type", "1") != "1":
        return ""
    if "none" in parent.get("style", "") or _HAS_NUMBER.match("".join(item.itertext()).strip()):
        return ""
    start = parent.get("start", "1")
    before = sum(1 for _ in item.itersiblings("li", preceding=True))
    return f"{(int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1) + before}. "
