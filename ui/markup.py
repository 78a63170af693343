"""Text of answers and documents → HTML that can only be text.

An answer is handed to the chat as one line of HTML. A markdown renderer passes such a block through untouched,
so nothing in a document can turn into a link, a picture or a heading: what is live is written here and nowhere else.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

MarkerLink = Callable[[int], str]
"""Returns the HTML of a citation marker, or an empty string where there is no such citation."""

# Harmless in HTML, but the template and markdown layers between here and the browser give them a meaning.
_TEMPLATE_CHARACTERS = str.maketrans({char: f"&#{ord(char)};" for char in "`*_~$\\{}[]|"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

_INLINE = re.compile(r"\*\*(?=\S)(?P<bold>[^\n]{0,500}?\S)\*\*|\[(?P<marker>[0-9]{1,4})\]")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:(?P<bullet>[-*•])|(?P<number>[0-9]{1,3})\.)[ \t]+(?P<body>\S.*)")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?")


def escape(text: str) -> str:
    """Return text as HTML that is inert in element content and in quoted attributes."""
    clean = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return html.escape(clean).translate(_TEMPLATE_CHARACTERS)


def escape_lines(text: str) -> str:
    """Like `escape`, on one line, with line breaks kept as `<br>`."""
    return escape(text).replace("\n", "<br>")


def answer_html(text: str, link: MarkerLink) -> str:
    """Return an answer's text as one line of HTML: paragraphs, lists, tables, bold and citation markers."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(_blocks(lines, link))


def line_html(text: str, link: MarkerLink) -> str:
    """Return one line of text, such as a note, as HTML with bold and citation markers."""
    return _inline(_CONTROL.sub(" ", text.replace("\n", " ")), link)


def _blocks(lines: list[str], link: MarkerLink) -> Iterator[str]:
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        kind = _kind(lines, at)
        end = at + 1
        while end < len(lines) and lines[end].strip() and (kind == "table" or _kind(lines, end) == kind):
            if kind == "table" and "|" not in lines[end]:
                break
            end += 1
        yield _RENDER[kind](lines[at:end], link)
        at = end


def _kind(lines: list[str], at: int) -> str:
    item = _ITEM.fullmatch(lines[at])
    if item:
        return "bullets" if item["bullet"] else "numbers"
    following = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if "|" in lines[at] and "|" in following and _TABLE_RULE.fullmatch(following):
        return "table"
    return "paragraph"


def _paragraph(lines: list[str], link: MarkerLink) -> str:
    return f"<p>{'<br>'.join(_inline(line.strip(), link) for line in lines)}</p>"


def _bullets(lines: list[str], link: MarkerLink) -> str:
    return f"<ul>{''.join(_item(line, link) for line in lines)}</ul>"


def _numbers(lines: list[str], link: MarkerLink) -> str:
    return f"<ol>{''.join(_item(line, link) for line in lines)}</ol>"


def _item(line: str, link: MarkerLink) -> str:
    item = _ITEM.fullmatch(line)
    assert item is not None
    number = f' value="{int(item["number"])}"' if item["number"] else ""
    nested = ' class="oa-nested"' if len(item["indent"].expandtabs(4)) >= 2 else ""
    return f"<li{number}{nested}>{_inline(item['body'], link)}</li>"


def _table(lines: list[str], link: MarkerLink) -> str:
    head, _, *body = [_cells(line) for line in lines]
    rows = "".join(f"<tr>{''.join(f'<td>{_inline(cell, link)}</td>' for cell in row)}</tr>" for row in body)
    heads = "".join(f"<th>{_inline(cell, link)}</th>" for cell in head)
    return f'<div class="oa-table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _inline(text: str, link: MarkerLink) -> str:
    parts: list[str] = []
    at = 0
    for match in _INLINE.finditer(text):
        parts.append(escape(text[at : match.start()]))
        if match["bold"] is not None:
            parts.append(f"<strong>{_inline(match['bold'], link)}</strong>")
        else:
            parts.append(link(int(match["marker"])) or escape(match[0]))
        at = match.end()
    return "".join(parts) + escape(text[at:])


_RENDER: dict[str, Callable[[list[str], MarkerLink], str]] = {
    "paragraph": _paragraph,
    "bullets": _bullets,
    "numbers": _numbers,
    "table": _table,
}
