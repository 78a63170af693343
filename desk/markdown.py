"""A paper → Markdown in which only its own headings, lists, tables and bold are live.

All text is escaped, whatever it is from, so that nothing in it can turn into a link, a picture or HTML, also with the
renderers that make links of bare addresses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

from desk.answertext import Block, Item, Line, Listing, Paragraph, Run
from desk.paper import Paper, Section

_SPECIAL = re.compile(
    r"[\\`*_{}\[\]<>#|~$&^]"  # what has a meaning anywhere
    r"|(?<=[A-Za-z]):(?=\S)"  # http: and mailto:
    r"|/(?=/)|(?<=/)/"  # //host
    r"|\.(?=[^\W\d_])"  # www.host, host.com
)
_NUMBERED = re.compile(r"[0-9]+(?=[.)])")


def write(paper: Paper) -> str:
    """Return a paper as the text of a Markdown file."""
    parts = [f"# {_start(paper.title)}"]
    for section in paper.sections:
        parts += _section(section)
    if paper.sources:
        parts.append(f"## {escape(paper.sources_heading)}")
        parts.append("\n".join(f"{number}. {_start(text)}" for number, text in enumerate(paper.sources, start=1)))
    parts += ["---", _start(paper.closing)]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return one line of text as Markdown that shows it and does nothing else, anywhere but at the start of a line.

    An @ becomes the wide one: some renderers make an e-mail link also of an escaped one.
    """
    return _SPECIAL.sub(r"\\\g<0>", text).replace("@", "＠")


def _start(text: str) -> str:
    """Like `escape`, for text that begins a line: it begins no list, quote, rule or block of code."""
    return _begun(escape(text))


def _begun(escaped: str) -> str:
    escaped = escaped.lstrip()
    if number := _NUMBERED.match(escaped):
        return f"{number[0]}\\{escaped[number.end() :]}"
    return "\\" + escaped if escaped.startswith(("-", "+", "=", ":")) else escaped


def _section(section: Section) -> list[str]:
    parts = [f"## {_start(section.heading)}", _start(section.facts)]
    parts += [_block(block) for block in section.blocks]
    parts += [_begun(_line(note)) for note in section.notes]
    return [part for part in parts if part]


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        # Two spaces at the end of a line keep the break.
        return "  \n".join(filter(None, (_begun(_line(line)) for line in block.lines)))
    if isinstance(block, Listing):
        # Without an item before it, one that is set in would be a block of code.
        return "\n".join(_item(item, nested=item.nested and at > 0) for at, item in enumerate(block.items))
    head, *body = block.rows
    rows = [head, [(Run("---"),)] * len(head), *body]
    return "\n".join(_row(row, rule=at == 1) for at, row in enumerate(rows))


def _item(item: Item, *, nested: bool) -> str:
    sign = f"{int(item.number)}. " if item.number else "- "
    return f"{'    ' if nested else ''}{sign}{_begun(_line(item.line))}"


def _row(cells: Sequence[Line], *, rule: bool) -> str:
    texts = ["---" if rule else _line(cell) for cell in cells]
    return f"| {' | '.join(texts)} |"


def _line(runs: Line) -> str:
    pieces = [(bold, "".join(escape(run.text) for run in some)) for bold, some in groupby(runs, lambda run: run.bold)]
    text = ""
    for at, (bold, piece) in enumerate(pieces):
        following = pieces[at + 1][1][:1] if at + 1 < len(pieces) else ""
        text += f"**{piece}**" if bold and _shows_bold(text[-1:], piece, following) else piece
    return text


def _shows_bold(before: str, piece: str, after: str) -> bool:
    """Whether asterisks around a piece make it bold: not where its end is a mark and the next character is none."""
    opens = not piece[0].isspace() and (not _is_mark(piece[0]) or _is_edge(before))
    closes = not piece[-1].isspace() and (not _is_mark(piece[-1]) or _is_edge(after))
    return opens and closes


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _is_edge(char: str) -> bool:
    return not char or char.isspace() or _is_mark(char)
