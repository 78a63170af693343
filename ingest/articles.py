"""Blocks to a Document and its Articles: where articles begin and end, titles, sections under their headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from core.schema import Article, Document
from ingest.clean import Block, Role
from ingest.metadata import read_metadata
from retriever.places import Gazetteer
from retriever.text import sentence_spans

_ENDINGS = (Role.BYLINE, Role.CREDIT, Role.RULE)
_NEW_ARTICLE = 250
"""Characters of running text that must follow a title for it to begin another article."""
_MIN_TITLE = 12
"""Characters: a shorter first title line is read together with the next."""
_TITLE_LINES = 4
"""More short lines than these above the text are a list, not a title with what belongs to it."""
_LINE_LEVEL = 2
"""The level of headings without a number."""
_HEADING_LINES = 2
_LEAD_PARAGRAPHS = 2
"""Up to so many paragraphs may stand before the title of an article, as a summary."""
_DERIVED_TITLE = 36
_TIME_OPENING = re.compile(r"^(?:近年来|近日|日前|近期|今年以来|去年以来|当前|目前|连日来)[，,、]?")
_CAPTION_MARK = "〔图〕"


@dataclass(frozen=True, slots=True)
class Section:
    """A run of paragraphs under one path of headings, `document.text[start:end]`."""

    headings: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Structured:
    """A document with its articles and, for each article, its sections."""

    document: Document
    articles: tuple[Article, ...]
    sections: tuple[tuple[Section, ...], ...]


@dataclass(slots=True)
class _Draft:
    title: str = ""
    derived: bool = False
    front: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """Lines such as 时间：2014年 between title and text."""
    body: list[Block] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        return [block.text for block in self.body if block.role is Role.TEXT]


def structure(
    blocks: Sequence[Block], *, document_id: str, source: str, sha256: str, gazetteer: Gazetteer,
    title: str = "", date: str = "",
) -> Structured:  # fmt: skip
    """Lay the blocks out as the final text of a document and find its articles and sections.

    Captions are taken out of the flow of sentences and stand at the end of their article, each marked 〔图〕.

    Args:
        blocks: what `ingest.clean.clean` returned.
        document_id: id of the document.
        source: name of the document for people.
        sha256: hash of the raw input.
        gazetteer: place names.
        title: a title known from outside (a field of a record); wins over the one found.
        date: a date known from outside, in any common form.
    """
    drafts = [_draft(part) for part in _split(blocks)]
    if title and len(drafts) == 1:
        found = drafts[0]
        if found.title and not found.derived and found.title != title:
            found.front.insert(0, found.title)
        found.title, found.derived = title, found.title != title
    pieces: list[str] = []
    length = 0
    articles: list[Article] = []
    sections: list[tuple[Section, ...]] = []

    def put(text: str) -> tuple[int, int]:
        nonlocal length
        start = length
        pieces.append(text)
        length += len(text) + 1
        return start, start + len(text)

    for number, draft in enumerate(drafts):
        article_start = length
        if draft.title and not draft.derived:
            put(draft.title)
        for line in (*draft.front, *draft.labels):
            put(line)
        laid = tuple(_lay_sections(draft.body, put))
        for line in (*draft.bylines, *draft.credits):
            put(line)
        for caption in draft.captions:
            put(_CAPTION_MARK + caption)
        meta = read_metadata(
            "" if draft.derived and not title else " ".join([draft.title, *draft.front]), draft.paragraphs,
            draft.bylines, [*draft.labels, *draft.credits], date, gazetteer,
        )  # fmt: skip
        article_id = f"{document_id}-{number}"
        article_title = draft.title or source
        articles.append(Article(article_id, document_id, article_title, (), article_start, length - 1, meta))
        sections.append(laid)
    text = "\n".join(pieces)
    document = Document(document_id, source, articles[0].title, text, sha256, {"date": date} if date else {})
    return Structured(document, tuple(articles), tuple(sections))


def _split(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a page into its articles: a new one begins with a title behind the end of the one before."""
    current: list[Block] = []
    for index, block in enumerate(blocks):
        if current and _begins_article(blocks, index, current):
            yield current
            current = []
        current.append(block)
    yield current


def _begins_article(blocks: Sequence[Block], index: int, current: Sequence[Block]) -> bool:
    block = blocks[index]
    if block.role is Role.HEADING and block.level == 1:
        return any(b.role is Role.TEXT for b in current)
    if block.role is not Role.LINE or current[-1].role not in _ENDINGS:
        return False
    if _text_length(current) < _NEW_ARTICLE or sum(b.role is Role.TEXT for b in current) <= _LEAD_PARAGRAPHS:
        return False
    return _text_length(blocks[index:]) >= _NEW_ARTICLE


def _text_length(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks if block.role is Role.TEXT)


def _draft(blocks: Sequence[Block]) -> _Draft:
    draft = _Draft()
    blocks = [block for block in blocks if block.role is not Role.RULE]
    title_at = _title_positions(blocks)
    title_lines = [blocks[i].text for i in title_at]
    taken = _enough_title(title_lines)
    draft.title = " ".join(title_lines[:taken])
    if len(title_at) > _TITLE_LINES:
        title_at = title_at[:taken]
    draft.front = title_lines[taken : len(title_at)]
    for index, block in enumerate(blocks):
        if index in title_at:
            continue
        match block.role:
            case Role.CAPTION:
                draft.captions.append(block.text)
            case Role.BYLINE:
                draft.bylines.append(block.text)
            case Role.CREDIT:
                (draft.credits if draft.body else draft.labels).append(block.text)
            case _:
                draft.body.append(block)
    draft.body = list(_settled(draft.body))
    if not draft.title:
        draft.title, draft.derived = _derived_title(draft.paragraphs), True
    return draft


def _title_positions(blocks: Sequence[Block]) -> list[int]:
    """Return where the lines of the title stand: at the top, or over a byline that follows a short lead."""
    head: list[int] = []
    texts = 0
    for index, block in enumerate(blocks):
        if block.role is Role.HEADING and block.level == 1 and not texts and not head:
            return [index]
        if block.role is Role.LINE:
            head.append(index)
        elif block.role is Role.BYLINE and head:
            return head
        elif block.role is Role.TEXT:
            if head and not texts:
                return head
            texts += 1
            if texts > _LEAD_PARAGRAPHS or head:
                return []
        elif block.role is Role.HEADING and head:
            return head if not texts else []
    if texts or (head and blocks[head[0]].text[-1].isdigit()):
        return []
    return head[:1]


def _enough_title(lines: Sequence[str]) -> int:
    length = 0
    for count, line in enumerate(lines, start=1):
        length += len(line)
        if length >= _MIN_TITLE:
            return count
    return len(lines)


def _derived_title(paragraphs: Sequence[str]) -> str:
    """Return the first clause that says what a text without a title is about."""
    for paragraph in paragraphs[:3]:
        for start, end in sentence_spans(paragraph):
            sentence = _TIME_OPENING.sub("", paragraph[start:end])
            clause = re.split(r"[，,；;。！？!?]", sentence)[0].strip("“”\"' ")
            if 8 <= len(clause) <= _DERIVED_TITLE:
                return clause
            if len(clause) > _DERIVED_TITLE:
                return clause[: _DERIVED_TITLE - 1] + "…"
    return paragraphs[0].strip("| ")[:_DERIVED_TITLE] if paragraphs else ""


def _settled(body: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks of a body with those headings and lines turned to text that head nothing.

    What is followed by text or by a deeper heading is a heading; everything else, such as the lines of a list, is
    itself what the article says.
    """
    units = list(_units(body))
    for number, unit in enumerate(units):
        first, *lines = unit
        if first.role is Role.TEXT:
            yield first
            continue
        following = units[number + 1][0] if number + 1 < len(units) else None
        heads = following is not None and (following.role is Role.TEXT or _level(following) > _level(first))
        if heads and len(unit) <= _HEADING_LINES:
            yield from unit
            continue
        if first.role is Role.HEADING:
            is_heading = heads or bool(lines)
        else:
            is_heading = heads or (number > 0 and len(unit) > _HEADING_LINES)
        yield first if is_heading else Block(first.text, Role.TEXT, first.level)
        for line in lines:
            yield Block(line.text, Role.TEXT)


def _units(body: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a body into paragraphs and headings, each heading together with the lines right under it."""
    unit: list[Block] = []
    for block in body:
        under = unit and unit[0].role is not Role.TEXT and _level(unit[0]) >= _LINE_LEVEL
        if unit and not (under and block.role is Role.LINE):
            yield unit
            unit = []
        unit.append(block)
    if unit:
        yield unit


def _level(block: Block) -> int:
    return block.level or _LINE_LEVEL


def _lay_sections(body: Sequence[Block], put: Callable[[str], tuple[int, int]]) -> Iterator[Section]:
    path: list[tuple[int, str]] = []
    start = end = -1
    after_heading = False
    for block in body:
        if block.role in (Role.HEADING, Role.LINE):
            if start >= 0:
                yield Section(tuple(text for _, text in path), start, end)
                start = -1
            path = _next_path(path, block, joined=after_heading)
            put(block.text)
            after_heading = True
            continue
        if block.level and path and path[-1][0] >= block.level:
            if start >= 0:
                yield Section(tuple(text for _, text in path), start, end)
                start = -1
            path = [entry for entry in path if entry[0] < block.level]
        begin, end = put(block.text)
        start = begin if start < 0 else start
        after_heading = False
    if start >= 0:
        yield Section(tuple(text for _, text in path), start, end)


def _next_path(path: list[tuple[int, str]], block: Block, *, joined: bool) -> list[tuple[int, str]]:
    """Return the headings over what follows `block`. A line without a number right under another is one with it."""
    level = _level(block)
    if joined and not block.level and path and path[-1][0] >= level:
        return [*path[:-1], (path[-1][0], f"{path[-1][1]} {block.text}")]
    return [*(entry for entry in path if entry[0] < level), (level, block.text)]
