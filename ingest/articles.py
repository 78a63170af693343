"""Blocks to a Document and its Articles: where articles begin and end, titles, sections under their headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import rjieba

from core.schema import Article, Document, Origin
from ingest.cleaning.blocks import Block, Role
from ingest.facts.dates import whole_date
from ingest.facts.kinds import is_greeting, kind_of_title
from ingest.facts.metadata import read_metadata
from ingest.facts.official import (
    is_addressee,
    is_copies,
    is_head,
    is_office,
    is_subtitle,
    letterhead,
    looks_dated,
    number_organ,
    office_of_dated,
)  # fmt: skip
from ingest.facts.parts import Parts
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
_NUMBERED = re.compile(
    r"\s*(?:第[一二三四五六七八九十百]+[章节部分编篇]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}\s*[.．、])"
)
_NUMBERS = [
    re.compile(pattern)
    for pattern in (
        r"第[一二三四五六七八九十百]+[章节部分编篇]",
        r"[一二三四五六七八九十]{1,3}、",
        r"[（(][一二三四五六七八九十]{1,3}[)）]",
        r"\d{1,2}\s*[.．、](?!\d)",
    )
]
_LETTER = ("通知", "通报", "决定", "意见", "函", "请示", "批复", "报告", "公告", "公示", "方案", "计划")
_HEAD_LINES = 8
"""Blocks from the top among which the head of an official document is looked for."""
_SIGNING_OFFICES = 4
_TIME_OF_DAY = re.compile(r"\d[:：]\d\d")
_CONTACT = re.compile(r"[（(]?(?:联系人|联系电话|联系方式|电话|咨询电话)[^：:]{0,8}[:：]")
_CONTENTS = re.compile(r"(?:本期)?(?:要目|目录|导读|内容提要)\s*[:：]?")
_BULLET = re.compile(r"^[◆●■□★☆▲·•*\-]\s*")
_DAY_OF_YEAR = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|\d{1,2}日)?")
_ENCLOSED = re.compile(r"附\s?件\s?[\d一二三四五六七八九十]{0,3}")
_SHORT_ROLES = (Role.LINE, Role.CAPTION)
_LONG_PARAGRAPH = 400
"""Characters from which on a paragraph is cut into several chunks, of which only the first has its theme."""
_THEME = re.compile(
    r"(?=.{6,30}?。)[^。，,；;：:！？!?\d%％“”]*(?:“[^”]{1,10}”[^。，,；;：:！？!?\d%％“”]*)?(?:[，,][^。，,；;：:！？!?\d%％]{4,16})?。"
)


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

    def parts(self, *, titled: bool) -> Parts:
        """Return what tells about the article; `titled` is whether its title is its own."""
        return Parts(
            self.title if titled else "",
            _texts(self.front),
            self.paragraphs,
            _texts(self.bylines),
            _texts([*self.labels, *self.credits]),
            self._signature_lines(),
        )

    def _signature_lines(self) -> list[str]:
        """Return where office and date of the article stand, not those of what it encloses."""
        under_title = [text for text in _texts([*self.front, *self.labels]) if office_of_dated(text)]
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
    drafts = [_draft(part) for part in _split(blocks)]
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
        if draft.title and not draft.derived:
            page.put(draft.title, draft.origin)
        for block in (*draft.front, *draft.labels):
            page.put(block.text, block.origin)
        laid = tuple(_lay_sections(draft.body, page.put))
        for block in (*draft.closing, *draft.bylines, *draft.credits):
            page.put(block.text, block.origin)
        for block in draft.captions:
            page.put(_CAPTION_MARK + block.text, block.origin)
        parts = draft.parts(titled=bool(title) or not draft.derived)
        meta = read_metadata(parts, date, gazetteer, file_name=file_name)
        article_id = f"{document_id}-{number}"
        articles.append(Article(article_id, document_id, draft.title or source, (), start, page.length - 1, meta))
        sections.append(laid)
    known = {"date": date} if date else {}
    origins = {"origins": page.origins} if page.origins else {}
    document = Document(document_id, source, articles[0].title, page.text, sha256, {**known, **origins})
    return Structured(document, tuple(articles), tuple(sections))


def _split(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a page into its articles: a new one begins with a title behind the end of the one before."""
    current: list[Block] = []
    length = paragraphs = 0
    left = sum(_text_length(block) for block in blocks)
    for block in blocks:
        is_long = paragraphs > _LEAD_PARAGRAPHS and min(length, left) >= _NEW_ARTICLE
        if paragraphs and (_is_title(block) or (is_long and _follows_an_end(block, current))):
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
    return current[-1].role in _ENDINGS or _is_signed(current)


def _is_title(block: Block) -> bool:
    """Whether a block is a title by what its format says; a numbered heading of the first level is none."""
    return block.role is Role.HEADING and block.level == 1 and not _NUMBERED.match(block.text)


def _is_signed(blocks: Sequence[Block]) -> bool:
    """Whether blocks end with an office and a date below it, or with the copies of a letter."""
    if office_of_dated(blocks[-1].text):
        return True
    if is_copies(blocks[-1].text):
        return len(blocks) > 1 and bool(whole_date(blocks[-2].text) or is_copies(blocks[-2].text))
    return len(blocks) > 1 and bool(whole_date(blocks[-1].text)) and is_office(blocks[-2].text)


def _text_length(block: Block) -> int:
    return len(block.text) if block.role is Role.TEXT else 0


def _draft(blocks: Sequence[Block]) -> _Draft:
    draft = _Draft()
    blocks = [block for block in blocks if block.role is not Role.RULE]
    closing_at = set(_closing_positions(blocks))
    draft.closing = [block for i, block in enumerate(blocks) if i in closing_at]
    blocks = [block for i, block in enumerate(blocks) if i not in closing_at]
    blocks, draft.signed = _with_signature(blocks)
    head_at = _head_positions(blocks)
    head = [blocks[i] for i in head_at]
    blocks = [block for i, block in enumerate(blocks) if i not in head_at]
    title_at = _title_positions(blocks)
    title_lines = [blocks[i] for i in title_at]
    taken = _enough_title(_texts(title_lines))
    draft.title = " ".join(_texts(title_lines[:taken]))
    draft.origin = title_lines[0].origin if title_lines else draft.origin
    if len(title_at) > _TITLE_LINES:
        title_at = title_at[:taken]
    draft.front = [*head, *title_lines[taken : len(title_at)]]
    in_title = set(title_at)
    is_letter = any(letterhead(b.text) or number_organ(b.text) for b in head) or kind_of_title(draft.title) in _LETTER
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
    draft.body = list(_settled(draft.body))
    if not draft.title:
        draft.title, draft.derived = _derived_title(draft.paragraphs), True
    return draft


def _closing_positions(blocks: Sequence[Block]) -> list[int]:
    """Return where signature, date and copies at the end stand; a list of offices is none.

    Whom to ask stands there as well, and stays a part of the text.
    """
    found: list[int] = []
    offices = dates = 0
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block.role in (Role.BYLINE, Role.CREDIT) and not found:
            continue
        if block.role is Role.HEADING or block.level:
            break
        if _CONTACT.match(block.text):
            continue
        if looks_dated(block.text) and not offices and not _TIME_OF_DAY.search(block.text):
            dates += 1
        elif is_office(block.text):
            offices += 1
        elif not is_copies(block.text):
            if not office_of_dated(block.text):
                break
            offices, dates = offices + 1, dates + 1
        found.append(index)
    before = found[-1] - 1 if found else -1
    if before < 0 or not any(block.role is Role.TEXT for block in blocks[: before + 1]):
        return []
    alone = offices == 1 and blocks[before].role is Role.TEXT and _is_public(blocks[found[-1]].text)
    return found[::-1] if (dates == 1 and offices <= _SIGNING_OFFICES) or alone or not (offices or dates) else []


def _is_public(office: str) -> bool:
    """Whether an office signs for a place or a party, so that its name alone below a text is a signature."""
    return bool(re.search(r"中共|中国共产党|[省市区县旗州乡镇]", office))


def _with_signature(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Make the signature of a letter above what it encloses text that heads nothing; return it by itself too."""
    told = False
    for index, block in enumerate(blocks):
        told = told or block.role is Role.TEXT
        if not told or block.role not in _SHORT_ROLES:
            continue
        end = index
        while end < len(blocks) and end - index < _SIGNING_OFFICES and _is_line_of(blocks[end], is_office):
            end += 1
        if end > index and end < len(blocks) and _is_line_of(blocks[end], whole_date):
            end += 1
        elif office_of_dated(block.text):
            end = index + 1
        else:
            continue
        below = end
        while below < len(blocks) and (is_copies(blocks[below].text) or _CONTACT.match(blocks[below].text)):
            below += 1
        if below == len(blocks) or (
            blocks[below].role not in (*_SHORT_ROLES, Role.HEADING) and not blocks[below].text.startswith("附件")
        ):
            continue
        signed = [replace(one, role=Role.TEXT, level=_LINE_LEVEL) for one in blocks[index:end]]
        beside = [replace(one, role=Role.TEXT) for one in blocks[end:below]]
        return [*blocks[:index], *signed, *beside, *blocks[below:]], signed
    return list(blocks), []


def _is_line_of(block: Block, is_of: Callable[[str], object]) -> bool:
    return block.role in _SHORT_ROLES and bool(is_of(block.text))


def _head_positions(blocks: Sequence[Block]) -> list[int]:
    """Return where letterhead, number, issue and date of an official document stand, above its text."""
    dated = [block for block in blocks if block.role is Role.LINE and whole_date(block.text)]
    found: list[int] = []
    for index, block in enumerate(blocks[:_HEAD_LINES]):
        if block.role is Role.TEXT:
            break
        below = blocks[index + 1].text if index + 1 < len(blocks) else ""
        is_day = block in dated and len(dated) > 1
        if block.role in (Role.LINE, Role.CAPTION) and is_head(block.text, below) and not is_day:
            found.append(index)
    found += _contents_positions(blocks)
    # What is nothing but such lines has no other title.
    others = any(block.role in (Role.LINE, Role.HEADING) for i, block in enumerate(blocks) if i not in found)
    return found if others else []


def _contents_positions(blocks: Sequence[Block]) -> list[int]:
    """Return where the contents of a bulletin stand above its text: titles that come back below."""
    start = next((i for i, block in enumerate(blocks[:_HEAD_LINES]) if _CONTENTS.fullmatch(block.text)), -1)
    if start < 0:
        return []
    lines = Counter(block.text for block in blocks[start:] if block.role in (*_SHORT_ROLES, Role.HEADING))
    end = start + 1
    while end < len(blocks) and blocks[end].role in (*_SHORT_ROLES, Role.BYLINE):
        bare = _BULLET.sub("", blocks[end].text)
        if lines[bare] < (2 if bare == blocks[end].text else 1):
            break
        lines[bare] -= 1
        end += 1
    return list(range(start, end)) if end > start + 1 else []


def _title_positions(blocks: Sequence[Block]) -> list[int]:
    """Return where the lines of the title stand: at the top, or over a byline that follows a short lead."""
    head: list[int] = []
    texts = 0
    days = sum(block.role is Role.LINE and _is_day(block.text) for block in blocks)
    for index, block in enumerate(blocks):
        if _is_title(block) and not texts:
            return [index, *_below(blocks, index)]
        if block.role is Role.LINE and head and days > 1 and _is_day(block.text):
            # The first day of a chronicle.
            return head if not texts else []
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


def _is_day(line: str) -> bool:
    return bool(whole_date(line) or _DAY_OF_YEAR.fullmatch(line))


def _below(blocks: Sequence[Block], title: int) -> list[int]:
    """Return where the lines that go on with a title of the format stand: its second half, a subtitle."""
    below: list[int] = []
    for index in range(title + 1, len(blocks)):
        if not (_is_title(blocks[index]) or (blocks[index].role is Role.LINE and is_subtitle(blocks[index].text))):
            break
        below.append(index)
    return below


def _enough_title(lines: Sequence[str]) -> int:
    """Return how many of the lines at the top are the title; a short one is read together with the next."""
    length = 0
    for count, line in enumerate(lines, start=1):
        length += len(line)
        goes_on = count < len(lines) and not _is_no_title(lines[count])
        if length >= _MIN_TITLE or not goes_on or kind_of_title("".join(lines[:count])):
            return count
    return len(lines)


def _is_no_title(line: str) -> bool:
    """Whether a line below a title does not go on with it: a subtitle, who and when, a remark in brackets."""
    return is_subtitle(line) or is_office(line) or line[0] in "（(" or bool(office_of_dated(line))


def _derived_title(paragraphs: Sequence[str]) -> str:
    """Return the first clause that says what a text without a title is about."""
    for paragraph in [p for p in paragraphs if not is_greeting(p)][:3]:
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
        heads = following is not None and _heads(first, following)
        if heads and len(unit) <= _HEADING_LINES:
            yield from unit
            continue
        if first.role is Role.HEADING:
            is_heading = heads or bool(lines)
        else:
            is_heading = heads or (number > 0 and len(unit) > _HEADING_LINES)
        yield first if is_heading else replace(first, role=Role.TEXT)
        for line in lines:
            yield replace(line, role=Role.TEXT, level=0)


def _heads(upper: Block, lower: Block) -> bool:
    """Whether `upper` is a heading of what follows; neither of a signature nor of the next item of a list."""
    if lower.role is not Role.TEXT:
        return _level(lower) > _level(upper)
    number = _kind_of_number(upper.text)
    return not lower.level and (number < 0 or number != _kind_of_number(lower.text))


def _kind_of_number(text: str) -> int:
    """Return which way of numbering a line begins with; -1 where it has no number."""
    return next((kind for kind, pattern in enumerate(_NUMBERS) if pattern.match(text)), -1)


def _units(body: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut a body into paragraphs and headings, each heading together with the lines right under it."""
    unit: list[Block] = []
    for block in body:
        under = unit and unit[0].role is not Role.TEXT and _level(unit[0]) >= _LINE_LEVEL
        under = under and not _ENCLOSED.fullmatch(block.text)
        if unit and not (under and block.role is Role.LINE):
            yield unit
            unit = []
        unit.append(block)
    if unit:
        yield unit


def _level(block: Block) -> int:
    return block.level or _LINE_LEVEL


def _lay_sections(body: Sequence[Block], put: Callable[[str, Origin], tuple[int, int]]) -> Iterator[Section]:
    themes = _themes(body)
    path: list[tuple[int, str]] = []
    start = end = -1
    after_heading = False

    def finished() -> Iterator[Section]:
        nonlocal start
        if start >= 0:
            yield Section(tuple(text for _, text in path), start, end)
            start = -1

    for index, block in enumerate(body):
        if block.role in (Role.HEADING, Role.LINE):
            yield from finished()
            path = _next_path(path, block, joined=after_heading)
            put(block.text, block.origin)
            after_heading = True
            continue
        after_heading = False
        if block.level and path and path[-1][0] >= block.level:
            yield from finished()
            path = [entry for entry in path if entry[0] < block.level]
        if index in themes:
            yield from finished()
            begin, end = put(block.text, block.origin)
            yield Section((*(text for _, text in path), themes[index]), begin, end)
            continue
        begin, end = put(block.text, block.origin)
        start = begin if start < 0 else start
    yield from finished()


def _themes(body: Sequence[Block]) -> dict[int, str]:
    """Return the themes of the long paragraphs that begin with one; a single one may be any short sentence.

    畅通四种渠道选出“好苗子”。 heads its paragraph where others beside it are made in the same way.
    """
    found: dict[int, str] = {}
    for index, block in enumerate(body):
        match = _THEME.match(block.text) if block.role is Role.TEXT and len(block.text) > _LONG_PARAGRAPH else None
        if match and (theme := match[0].rstrip("。")):
            found[index] = theme
    alike = sum(rjieba.tag(theme)[0][1].startswith(("v", "a")) for theme in found.values())
    return found if alike > 1 else {}


def _next_path(path: list[tuple[int, str]], block: Block, *, joined: bool) -> list[tuple[int, str]]:
    """Return the headings over what follows `block`. A line without a number right under another is one with it."""
    level = _level(block)
    if joined and not block.level and path and path[-1][0] >= level:
        return [*path[:-1], (path[-1][0], f"{path[-1][1]} {block.text}")]
    return [*(entry for entry in path if entry[0] < level), (level, block.text)]
