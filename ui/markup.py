"""Text of answers and documents → HTML that can only be text.

An answer is handed to the chat as one line of HTML. A markdown renderer passes such a block through untouched,
so nothing in a document can turn into a link, a picture or a heading: what is live is written here and nowhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from itertools import groupby

from desk.answertext import Block, Item, Line, Listing, Paragraph, Table, blocks, line
from ui.texts import Texts

MarkerLink = Callable[[int], str]
"""Returns the HTML of a citation marker, or an empty string where there is no such citation."""

_ANY = range(10_000)
"""Which markers there are is known to the link."""

# Harmless in HTML, but the template and markdown layers between here and the browser give them a meaning.
_TEMPLATE_CHARACTERS = str.maketrans({char: f"&#{ord(char)};" for char in "`*_~$\\{}[]|"})
# What stands in it is escaped already, so that no tag can begin or end there.
_BADGE = re.compile(r"〔(?P<kind>原文|转述|无依据|未通过核对[^〔〕<>]{0,20})(?P<where> · [^〔〕<>]{1,60})?〕")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def escape(text: str) -> str:
    """Return text as HTML that is inert in element content and in quoted attributes."""
    clean = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return html.escape(clean).translate(_TEMPLATE_CHARACTERS)


def escape_lines(text: str) -> str:
    """Like `escape`, on one line, with line breaks kept as `<br>`."""
    return escape(text).replace("\n", "<br>")


def answer_html(text: str, link: MarkerLink, texts: Texts | None = None) -> str:
    """Return an answer's text as one line of HTML: paragraphs, lists, tables, bold and citation markers.

    With `texts`, a badge such as 〔原文 · 通川区〕 says what it means when pointed at.
    """
    html_text = "".join(_block(block, link) for block in blocks(text, _ANY))
    return _BADGE.sub(lambda match: _badge(match, texts), html_text) if texts else html_text


def _badge(match: re.Match[str], texts: Texts) -> str:
    kind, told = {
        "原": ("verbatim", texts.badge_verbatim),
        "转": ("rephrased", texts.badge_rephrased),
    }.get(match["kind"][0], ("unsupported", texts.badge_unsupported))
    name = f'<b title="{escape(told)}">{match["kind"]}</b>'
    return f'<span class="oa-badge oa-badge-{kind}" title="{escape(told)}">{name}{match["where"] or ""}</span>'


def line_html(text: str, link: MarkerLink) -> str:
    """Return one line of text, such as a note, as HTML with bold and citation markers."""
    return _line(line(text, _ANY), link)


def _block(block: Block, link: MarkerLink) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{'<br>'.join(_line(one, link) for one in block.lines)}</p>"
    if isinstance(block, Listing):
        return "".join(_list(list(items), link) for _, items in groupby(block.items, lambda item: bool(item.number)))
    return _table(block, link)


def _list(items: Sequence[Item], link: MarkerLink) -> str:
    tag = "ol" if items[0].number else "ul"
    return f"<{tag}>{''.join(_item(item, link) for item in items)}</{tag}>"


def _item(item: Item, link: MarkerLink) -> str:
    number = f' value="{int(item.number)}"' if item.number else ""
    nested = ' class="oa-nested"' if item.nested else ""
    return f"<li{number}{nested}>{_line(item.line, link)}</li>"


def _table(table: Table, link: MarkerLink) -> str:
    head, *body = table.rows
    rows = "".join(f"<tr>{''.join(f'<td>{_line(cell, link)}</td>' for cell in row)}</tr>" for row in body)
    heads = "".join(f"<th>{_line(cell, link)}</th>" for cell in head)
    return f'<div class="oa-table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _line(runs: Line, link: MarkerLink) -> str:
    parts: list[str] = []
    for bold, some in groupby(runs, lambda run: run.bold):
        text = "".join((run.marker and link(run.marker)) or escape(run.text) for run in some)
        parts.append(f"<strong>{text}</strong>" if bold else text)
    return "".join(parts)
