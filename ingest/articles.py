"""Blocks to a Document and its Articles: where articles begin and end, titles, sections under their headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import PurePosixPath

from core.schema import Article, Document, Origin
from ingest.bulletins import item_positions, without_bullet
from ingest.cleaning.blocks import Block, Role
from ingest.facts.kinds import kind_of_title
from ingest.facts.metadata import read_metadata
from ingest.facts.official import is_addressee, letterhead, number_organ, office_of_dated
from ingest.facts.parts import Parts
from ingest.frame import (
    LEAD_PARAGRAPHS,
    closing_positions,
    derived_title,
    enough_title,
    head_positions,
    is_signed,
    is_title,
    title_positions,
    with_signature,
)
from ingest.sections import Section, lay_sections, settled
from retriever.places import Gazetteer

_ENDINGS = (Role.BYLINE, Role.CREDIT, Role.RULE)
_NEW_ARTICLE = 250
"""Characters of running text that must follow a title for it to begin another article."""
_TITLE_LINES = 4
"""More short lines than these above the text are a list, not a title with what belongs to it."""
_CAPTION_MARK = "〔图〕"
_LETTER = ("通知", "通报", "决定", "意见", "函", "请示", "批复", "报告", "公告", "公示", "方案", "计划")


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
    origin: Origin = field(default_factory=Origin)
    """Where the title stands."""
    front: list[Block] = field(default_factory=list)
    labels: list[Block] = field(default_factory=list)
    """Lines such as 时间：2014年 between title and text."""
    body: list[Block] = field(default_factory=list)
    captions: list[Block] = field(default_factory=list)
    bylines: list[Block] = field(default_factory=list)
    credits: list[Block] = field(default_factory=list)
    closing: list[Block] = field(default_factory=list)
    """Signature, date and copies of an official document."""
    signed: list[Block] = field(default_factory=list)
    """The signature where attachments follow; it stays in the body."""

    @property
    def paragraphs(self) -> list[str]:
        return [block.text for block in self.body if block.role is Role.TEXT]

    @property
    def is_official(self) -> bool:
        """Whether it has the letterhead or the number of an official document."""
        return any(letterhead(block.text) or number_organ(block.text) for block in self.front)

    def parts(self, *, titled: bool, masthead: Sequence[Block] = ()) -> Parts:
        """Return what tells about the article.

        Args:
            titled: whether its title is its own.
            masthead: what stands over all articles of a bulletin.
        """
        return Parts(
            self.title if titled else "",
            _texts([*masthead, *self.front]),
            self.paragraphs,
            _texts(self.bylines),
            _texts([*self.labels, *self.credits]),
            self._signature_lines(masthead),
        )

    def _signature_lines(self, masthead: Sequence[Block]) -> list[str]:
        """Return where office and date of the article stand, not those of what it encloses."""
        under_title = [text for text in _texts([*masthead, *self.front, *self.labels]) if office_of_dated(text)]
        return _texts(self.signed) or _texts(self.closing) or under_title


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]


class _Page:
    """The text of a document as it is laid out, and where its lines come from."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0
        self.origins: list[list[int | str]] = []

    def put(self, text: str, origin: Origin) -> tuple[int, int]:
        """Add a line and return where it stands."""
        start = self.length
        label = origin.label
        if label and (not self.origins or self.origins[-1][1] != label):
            self.origins.append([start, label])
        self._pieces.append(text)
        self.length += len(text) + 1
        return start, start + len(text)

    @property
    def text(self) -> str:
        return "\n".join(self._pieces)


def structure(
    blocks: Sequence[Block], *, document_id: str, source: str, sha256: str, gazetteer: Gazetteer,
    title: str = "", date: str = "", file_name: str = "",
) -> Structured:  # fmt: skip
    """Lay the blocks out as the final text of a document and find its articles and sections.

    Captions are taken out of the flow of sentences and stand at the end of their article, each marked 〔图〕. Where the
    format knows pages or rows, `document.meta["origins"]` has a pair of offset and name for each at which one begins.

    Args:
        blocks: what `ingest.cleaning.clean.clean` returned.
        document_id: id of the document.
        source: name of the document for people.
        sha256: hash of the raw input.
        gazetteer: place names.
        title: a title known from outside (a field of a record); wins over the one found.
        date: a date known from outside, in any common form.
        file_name: name of the file; a date in it counts where the text tells none.
    """
    items = item_positions(blocks, gazetteer)
    masthead = list(blocks[: items[0]]) if items else []
    drafts = [_draft(part) for part in (_cut(blocks, items) if items else _split(blocks))]
    if title and len(drafts) == 1:
        found = drafts[0]
        if found.title and not found.derived and found.title != title:
            found.front.insert(0, Block(found.title, Role.LINE, origin=found.origin))
        found.title, found.derived = title, found.title != title
    page = _Page()
    articles: list[Article] = []
    sections: list[tuple[Section, ...]] = []
    for number, draft in enumerate(drafts):
        start = page.length
        for block in masthead if not number else ():
            page.put(block.text, block.origin)
        if draft.title and not draft.derived:
            page.put(draft.title, draft.origin)
        head = [page.put(block.text, block.origin) for block in (*draft.front, *draft.labels)]
        laid = list(lay_sections(draft.body, page.put))
        foot = [page.put(block.text, block.origin) for block in draft.closing]
        # Number, signature and copies of a document are asked for as well.
        laid = [*_section_of(head if draft.is_official else []), *laid, *_section_of(foot)]
        for block in (*draft.bylines, *draft.credits):
            page.put(block.text, block.origin)
        for block in draft.captions:
            page.put(_CAPTION_MARK + block.text, block.origin)
        parts = draft.parts(titled=bool(title) or not draft.derived, masthead=masthead)
        meta = read_metadata(parts, date, gazetteer, file_name=file_name)
        article_id = f"{document_id}-{number}"
        name = without_bullet(draft.title) if items else draft.title
        articles.append(Article(article_id, document_id, name or _file_title(source), (), start, page.length - 1, meta))
        sections.append(tuple(laid))
    known = {"date": date} if date else {}
    origins = {"origins": page.origins} if page.origins else {}
    name = masthead[0].text if masthead else articles[0].title
    document = Document(document_id, source, name, page.text, sha256, {**known, **origins})
    return Structured(document, tuple(articles), tuple(sections))


def _file_title(source: str) -> str:
    """Return the name of a file without its folder and its ending; that of a record as it is."""
    path = PurePosixPath(source)
    return source if "#" in path.name else path.stem or source


def _section_of(places: Sequence[tuple[int, int]]) -> list[Section]:
    return [Section((), places[0][0], places[-1][1])] if places else []


def _cut(blocks: Sequence[Block], starts: Sequence[int]) -> Iterator[Sequence[Block]]:
    """Yield the blocks of each piece of a bulletin."""
    yield from (blocks[start:end] for start, end in pairwise([*starts, len(blocks)]))


def _split(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a page into its articles: a new one begins with a title behind the end of the one before."""
    current: list[Block] = []
    length = paragraphs = 0
    left = sum(_text_length(block) for block in blocks)
    for block in blocks:
        is_long = paragraphs > LEAD_PARAGRAPHS and min(length, left) >= _NEW_ARTICLE
        if paragraphs and (is_title(block) or (is_long and _follows_an_end(block, current))):
            yield current
            current = []
            length = paragraphs = 0
        current.append(block)
        length += _text_length(block)
        left -= _text_length(block)
        paragraphs += block.role is Role.TEXT
    yield current


def _follows_an_end(block: Block, current: Sequence[Block]) -> bool:
    """Whether a line stands right behind the credits or the signature of an article."""
    if block.role is not Role.LINE or block.text.startswith("附件"):
        return False
    return current[-1].role in _ENDINGS or is_signed(current)


def _text_length(block: Block) -> int:
    return len(block.text) if block.role is Role.TEXT else 0


def _draft(blocks: Sequence[Block]) -> _Draft:
    draft = _Draft()
    blocks = [block for block in blocks if block.role is not Role.RULE]
    closing_at = set(closing_positions(blocks))
    draft.closing = [block for i, block in enumerate(blocks) if i in closing_at]
    blocks = [block for i, block in enumerate(blocks) if i not in closing_at]
    blocks, draft.signed = with_signature(blocks)
    head_at = head_positions(blocks)
    head = [blocks[i] for i in head_at]
    blocks = [block for i, block in enumerate(blocks) if i not in head_at]
    title_at = title_positions(blocks)
    title_lines = [blocks[i] for i in title_at]
    taken = enough_title(_texts(title_lines))
    draft.title = " ".join(_texts(title_lines[:taken]))
    draft.origin = title_lines[0].origin if title_lines else draft.origin
    if len(title_at) > _TITLE_LINES:
        title_at = title_at[:taken]
    draft.front = [*head, *title_lines[taken : len(title_at)]]
    in_title = set(title_at)
    is_letter = draft.is_official or kind_of_title(draft.title) in _LETTER
    for index, block in enumerate(blocks):
        if index in in_title:
            continue
        match block.role:
            case Role.CAPTION:
                draft.captions.append(block)
            case Role.BYLINE:
                draft.bylines.append(block)
            case Role.CREDIT:
                (draft.credits if draft.body else draft.labels).append(block)
            case Role.TEXT if is_letter and not draft.body and is_addressee(block.text):
                draft.labels.append(block)
            case _:
                draft.body.append(block)
    if not draft.body:
        # A note of one line is no title without a text: it is what the file says.
        draft.body = [replace(block, role=Role.TEXT) for block in (*title_lines[:taken], *draft.front)]
        draft.title, draft.front = "", []
    draft.body = list(settled(draft.body))
    if not draft.title:
        draft.title, draft.derived = derived_title(draft.paragraphs), True
    return draft
