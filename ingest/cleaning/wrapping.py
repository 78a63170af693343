"""Lines that were broken at the width of a page or around a picture, put together to paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from core.schema import Origin
from ingest.cleaning.blocks import Joined, Removed
from ingest.cleaning.places import DATE_LINE, LABEL, NAMES
from retriever.names import PERSON

# Lines without a word that are part of a sentence where a scraper or a fixed width broke it before and behind them.
FIGURE = re.compile(r"\d[\d.,]*")
META_LINE = re.compile(
    rf"(?:(?:发布|发表|更新|成文)?(?:时间|日期)\s*[:：]\s*)?(?:{DATE_LINE.pattern})\s*[|｜]?\s*"
    r"(?:信息|稿件|文章)?(?:来源|作者|编辑|记者|发布|浏览|阅读|点击|字号|字体)\S{0,4}\s*[:：].{1,80}"
)
"""The line under the title of a web page: the date, and where the text is from."""
TABLE_ROW = re.compile(r"[|│┃｜].+[|│┃｜]")
_CLOSING = re.compile(r"[。！？；：，、…”’」』）】》]+")
UNIT = re.compile(
    r"(?:余|多)?[万亿千百]?(?:名|人次?|位|个|家|项|件|元|次|场|篇|户|村|亩|公里|平方米|支|批|年|月|日|岁|期|条|所|座|套|册|[%％])"
    r"?[，。；、）,;）！]|(?:余|多)[万亿千百名人个家项件元次场户]"
)
"""How a sentence goes on behind a figure: 名，其中."""
_REST_OF_FIGURE = re.compile(r"\d[\d.,]*(?:余|多)?[万亿千百名人个家项件元次%％年月日]")
PROSE = re.compile(r"[，。；]")
CREDIT = re.compile(
    r"[(（【\[]?\s*(?:来源|信息来源|稿件来源|编辑|责任编辑|责编|编审|审核|校对|校对人|总编|总编辑|值班编辑|值班编委|值班主任|值班总编|执行主编|责任主编|主编|副总编|流程编辑|责任校对|美编|编委|监制|签发|审签|审核人|审稿|一审|二审|三审|初审|复审|终审|供稿|撰稿|"
    r"发布时间|发布日期|作者|记者|通讯员)\s*[:：丨|]\s*[^\s。！？!?][^。！？!?]{0,40}"
)
_ROLE = r"(?:(?:本报|本刊|本网|特约|见习|实习)*(?:记者|通讯员)|作者|文)"
_BEHIND_ROLE = rf"(?:(?:\s*[/:：]\s*|\s+){PERSON}(?:[\s、]+{PERSON})*)"
BYLINE = re.compile(
    rf"[□■◆●]\s*(?:{_ROLE}|{PERSON}|[\u4e00-\u9fff]{{3}})(?:[\s、/:：]+(?:{_ROLE}|{PERSON}))*|"
    rf"(?:{_ROLE}{_BEHIND_ROLE}|(?:本报|本刊|本网)(?:记者|通讯员){PERSON}(?:[\s、]+{PERSON})*)(?:[\s、]+{_ROLE}{_BEHIND_ROLE})*|"
    rf"{NAMES.pattern}"
)
INLINE_CAPTION = re.compile(r"(?<=[。！？!?”])\s*((?:图片|图为|图：|▲)[^。！？!?]{3,40})$")
_SENTENCE_END = re.compile(r"[。！？!?](?:[^\w\s]|[①-⑳])?$")
_OPEN_END = re.compile(r"[，,、（(“‘《]$")
MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_NUMBERED = (
    re.compile(r"(?:第[一二三四五六七八九十百]+[章节部分编]|[一二三四五六七八九十]{1,3}、)\s*\S"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]\s*\S"),
    re.compile(r"\d{1,2}\s*[.．、]\s*[^\d\s]"),
)
RULE = re.compile(r"[-=_*—─]{4,}")
LIST_ITEM = re.compile(r"(?:[-*+•·]|\d{1,2}[.．、)])\s+\S")
_NEXT_ITEM = re.compile(
    r"(?:\d{1,3}[.．、](?![\d、，]|\s\d)|[（(]\d{1,2}[)）]|\d{1,2}[)）]|[①-⑳⑴-⒇]|[（(][一二三四五六七八九十]{1,3}[)）]|"
    r"[一二三四五六七八九十]{1,3}、(?![一二三四五六七八九十]))\s*\S"
)
"""How an item of a list begins; under another item, it is not the rest of that one's sentence."""
_ENTRY = re.compile(rf"{PERSON}[，,]\s*[男女][，,]")
"""How an entry of a list of persons begins; it often ends without a full stop."""
_LIST_OPEN = re.compile(r"[第、]$")
SHORT = 40
"""Characters: an unterminated line up to this length is a title, heading or caption; a longer one was wrapped."""
TAIL_LENGTH = 64
"""Characters of a joined paragraph that tell whether it is complete."""
_LEAST_WRAPPED = 8
"""Lines that show whether a text is wrapped at a fixed width."""
_NARROWEST = 12
"""Characters of the shortest line of such a text."""
_PAGE_WIDTH = 100
"""Columns of the longest line of a text that is wrapped at the width of a page."""
_INDENT = 4
_RAGGED = 8
"""Columns that a full line may be shorter than the longest."""
_WAITING = 3
"""Captions that may stand inside a sentence."""
_SHOWN = 12
"""Characters on each side of a seam in the report."""


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A line on its way through the cleaning."""

    text: str
    number: int
    """Its place among the lines given."""
    origin: Origin
    gap: int
    """Blank lines before it."""
    indented: bool
    whole: bool = False
    level: int = 0
    row: bool = False
    """Whether it is a row of a table, or a label with its figure."""
    dated: bool = False
    """Whether it is the date of a page, by its title."""
    figures: bool = False
    """Whether it is a label with the figures under it."""
    broken: bool = False
    """Whether a page broke it at its figure: the next line goes on with the unit."""
    residue: str = ""
    """What kind of residue of a page it is, taken by itself."""


@dataclass(frozen=True, slots=True)
class Wrap:
    """From which size on a line without an end counts as broken by the width of a page."""

    characters: int
    columns: int = 0
    """Counts instead of the characters, where it is not 0."""
    widest: int = 0
    """Columns of the longest line where none is longer than a page is wide, else 0."""

    @property
    def is_found(self) -> bool:
        """Whether the lines themselves tell it; else a long title is as likely as a broken sentence."""
        return bool(self.columns or self.widest) or self.characters != SHORT + 1

    def is_reached(self, text: str) -> bool:
        """Whether a line is that long."""
        return _columns(text) >= self.columns if self.columns else len(text) >= self.characters


class Bin:
    """Gathers what is removed."""

    def __init__(self) -> None:
        self._removed: list[tuple[int, Removed]] = []

    def put(self, text: str, reason: str, line: WorkLine) -> None:
        """Take in a line or a part of one."""
        if text:
            self._removed.append((line.number, Removed(text, reason, line.origin)))

    def contents(self) -> tuple[Removed, ...]:
        """Return everything in the order of the text."""
        return tuple(removed for _, removed in sorted(self._removed, key=lambda entry: entry[0]))


class _Paragraph:
    """A line, and those that turn out to go on with its sentence."""

    def __init__(self, line: WorkLine) -> None:
        self.line = line
        self._pieces = [line.text]
        self._length = len(line.text)
        self._tail = line.text
        self._quoting = "“" in line.text

    def add(self, text: str) -> Joined:
        """Put the next line behind; return the seam."""
        upper, last = self._pieces[-1], self._tail[-1]
        glue = " " if _is_between_words(last, self._tail[-2:-1], text[0]) else ""
        self._pieces.append(glue + text)
        self._length += len(glue) + len(text)
        self._tail = (self._tail[-TAIL_LENGTH:] + glue + text)[-max(TAIL_LENGTH, len(text)) :]
        self._quoting = self._quoting or "“" in text
        return Joined(upper[-_SHOWN:].strip(), text[:_SHOWN], self.line.origin)

    def breaks_off(self, wrap: Wrap) -> bool:
        """Whether its sentence goes on."""
        if len(self._pieces) == 1:
            return breaks_off(self.line, wrap)
        if _ends(self._tail, self._quoting) or INLINE_CAPTION.search(self._tail):
            return False
        return bool(_OPEN_END.search(self._tail)) or self._length >= wrap.characters or bool(wrap.columns)

    @property
    def last(self) -> str:
        """Its last line so far."""
        return self._pieces[-1]

    def ends_open(self) -> bool:
        """Whether its last character asks for more, whatever the next line looks like."""
        return bool(_OPEN_END.search(self._tail) or _LIST_OPEN.search(self._tail))

    def whole(self) -> WorkLine:
        """Return it as one line."""
        return self.line if len(self._pieces) == 1 else replace(self.line, text="".join(self._pieces))


def is_fragment(line: WorkLine) -> bool:
    """Whether it is a figure or a closing sign alone, which a sentence may go on with."""
    if line.residue in ("页码", "目录") or line.row or line.level or (line.whole and not line.residue):
        return False
    return bool(FIGURE.fullmatch(line.text) or _CLOSING.fullmatch(line.text))


def join_wrapped(lines: list[WorkLine], waste: Bin) -> tuple[list[WorkLine], tuple[Joined, ...]]:
    """Join a line that breaks off in the middle of a sentence with its continuation; captions between them wait.

    A figure or a closing sign alone on its line goes on with a sentence that is open; elsewhere it is what it was told
    to be, a line or residue of a page.
    """
    wrap = find_wrap([line for line in lines if not is_fragment(line)])
    paragraphs: list[_Paragraph] = []
    seams: list[Joined] = []
    waiting: list[WorkLine] = []
    figures: list[WorkLine] = []

    def release(*more: WorkLine) -> None:
        paragraphs.extend(_Paragraph(line) for line in (*waiting, *more))
        waiting.clear()

    def put(fragment: WorkLine) -> None:
        if fragment.residue:
            waste.put(fragment.text, fragment.residue, fragment)
        else:
            release(fragment)

    def put_figures() -> None:
        for figure in figures:
            put(figure)
        figures.clear()

    for line in lines:
        previous = paragraphs[-1] if paragraphs else None
        fragment = is_fragment(line) and not line.dated
        if previous is None or not (
            previous.breaks_off(wrap)
            or _is_cut_at_figure(previous.line, previous.last, line)
            or _is_under_indent(previous, line, wrap)
        ):
            put_figures()
            if fragment:
                put(line)
            else:
                release(line)
        elif fragment and FIGURE.fullmatch(line.text):
            figures.append(line)
        elif fragment or _may_continue(line, previous, wrap):
            for piece in (*figures, line):
                seams.append(replace(previous.add(piece.text), origin=piece.origin))
            figures.clear()
            if not previous.breaks_off(wrap):
                release()
        elif _could_be_caption(line) and len(waiting) < _WAITING:
            waiting.append(line)
        else:
            put_figures()
            release(line)
    put_figures()
    release()
    return [paragraph.whole() for paragraph in paragraphs], tuple(seams)


def _is_cut_at_figure(upper: WorkLine, last: str, lower: WorkLine) -> bool:
    """Whether a paragraph, `last` its last line, and the next line are one sentence, broken in or behind a figure."""
    if upper.broken:
        return True
    if upper.whole or upper.row or upper.level or lower.whole or lower.row or lower.level or lower.indented:
        return False
    if not last[-1].isdigit() or not PROSE.search(last) or CREDIT.fullmatch(upper.text):
        return False
    return bool(UNIT.match(lower.text) or _REST_OF_FIGURE.match(lower.text)) and not DATE_LINE.fullmatch(lower.text)


def _is_under_indent(upper: _Paragraph, lower: WorkLine, wrap: Wrap) -> bool:
    """Whether a line goes on with a paragraph whose first line alone is indented and whose last one fills the page."""
    first, last = upper.line, upper.last
    if not first.indented or lower.indented or lower.gap or first.whole or first.row or first.level or lower.whole:
        return False
    if lower.row or lower.level or is_sentence(last) or _is_credit(last):
        return False
    indent = _INDENT if last == first.text else 0
    return bool(wrap.widest) and _columns(last) + indent >= wrap.widest - _RAGGED


def find_wrap(lines: list[WorkLine]) -> Wrap:
    """Return from which size on an unterminated line counts as wrapped.

    A text wrapped at a fixed width shows in most of its lines being equally long and ending anywhere. Long means as
    many characters, or as many columns where a Chinese character takes two and a digit one.
    """
    width = max((_columns(line.text) for line in lines), default=0)
    widest = width if 4 * _NARROWEST <= width <= _PAGE_WIDTH else 0
    open_lines = [line.text for line in lines if not is_sentence(line.text)]
    if len(lines) < _LEAST_WRAPPED or len(open_lines) <= 0.5 * len(lines):
        return Wrap(SHORT + 1, widest=widest)
    sizes = [len(text) for text in open_lines]
    size, _ = Counter(sizes).most_common(1)[0]
    if size >= _NARROWEST and sum(abs(other - size) <= 2 for other in sizes) > 0.6 * len(sizes):
        return Wrap(size - 2, widest=widest)
    columns = [_columns(text) for text in open_lines]
    size, _ = Counter(columns).most_common(1)[0]
    if size >= 2 * _NARROWEST and sum(abs(other - size) <= 2 for other in columns) > 0.6 * len(columns):
        return Wrap(SHORT + 1, size - 2, widest)
    return Wrap(SHORT + 1, widest=widest)


def _columns(text: str) -> int:
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def breaks_off(line: WorkLine, wrap: Wrap) -> bool:
    """Whether a line ends in the middle of a sentence."""
    if line.whole or line.row or line.level:
        return False
    text = line.text
    if is_sentence(text) or _is_credit(text) or RULE.fullmatch(text) or MARKDOWN_HEADING.match(text):
        return False
    if INLINE_CAPTION.search(text) or TABLE_ROW.fullmatch(text):
        return False
    if _OPEN_END.search(text):
        return True
    if not wrap.is_found and (not PROSE.search(text) or _ENTRY.match(text)):
        return False
    return wrap.is_reached(text.rpartition("\n")[2])


def _may_continue(line: WorkLine, previous: _Paragraph, wrap: Wrap) -> bool:
    if line.whole or line.level or line.indented:
        return False
    if NAMES.fullmatch(line.text):
        return previous.ends_open()
    if heading_level(line.text) or BYLINE.fullmatch(line.text) or _is_credit(line.text):
        return False
    if line.row or line.dated or TABLE_ROW.fullmatch(line.text):
        return False
    if LIST_ITEM.match(line.text) or RULE.fullmatch(line.text):
        return False
    if _NEXT_ITEM.match(line.text) and _NEXT_ITEM.match(previous.line.text) and not previous.ends_open():
        return False
    if _is_cut_at_figure(previous.line, previous.last, line) or _is_under_indent(previous, line, wrap):
        return True
    return is_sentence(line.text) or wrap.is_reached(line.text) or _is_prose(line.text)


def _is_credit(text: str) -> bool:
    return bool(
        CREDIT.fullmatch(text) or (LABEL.fullmatch(text) and not _OPEN_END.search(text)) or META_LINE.fullmatch(text)
    )


def _is_prose(text: str) -> bool:
    """Whether a line without an end is part of running text: no caption or heading holds these signs."""
    return "。" in text or text.count("，") > 1 or text.endswith(("，", "、"))


def _could_be_caption(line: WorkLine) -> bool:
    if line.row or line.level or line.dated or TABLE_ROW.fullmatch(line.text):
        return False
    return len(line.text) <= SHORT and not is_sentence(line.text) and not heading_level(line.text)


def _is_between_words(last: str, before_last: str, first: str) -> bool:
    """Whether a space belongs between two lines: both sides are words in Latin letters."""
    if not (first.isascii() and first.isalpha()):
        return False
    return last.isascii() and (last.isalpha() or (last in ",;" and before_last.isascii() and before_last.isalpha()))


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _ends(text, "“" in text)


def _ends(text: str, quoting: bool) -> bool:
    """Whether a text ends with a sentence; `quoting` tells whether a quotation begins in it."""
    inner = text.rstrip("”’」』）)】》")
    if inner and inner[-1] in "。！？!?；;：:…":
        return True
    if quoting:
        return False
    return bool(_SENTENCE_END.search(text[-2:]))


def heading_level(text: str) -> int:
    """Return the level of a heading, as its marks or its number tell it; 0 where it is none."""
    if match := MARKDOWN_HEADING.match(text):
        return len(match[1])
    if len(text) > SHORT or is_sentence(text):
        return 0
    for level, pattern in enumerate(_NUMBERED, start=1):
        if pattern.match(text):
            return level + 1
    return 0
