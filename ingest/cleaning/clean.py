"""Raw text of a scraped or hard-wrapped file to clean blocks: titles, headings, paragraphs, captions, credits.

Only white space is changed inside a line; characters are never replaced, so that every quote is found in the file
again once white space is ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

from core.schema import Origin
from ingest.cleaning.blocks import Block, Cleaned, Joined, Removed, Role
from ingest.cleaning.chrome import residues, running_lines, without_frame
from ingest.cleaning.places import DATE_LINE, LABEL, NAMES, STAMPED, placed
from ingest.lines import Line
from retriever.names import PERSON

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ufffe]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a\u3000]+")

# Lines without a word that are part of a sentence where a scraper or a fixed width broke it before and behind them.
_FIGURE = re.compile(r"\d[\d.,]*")
_LABEL_OF_FIGURE = re.compile(r"[^\W\d_][^\s，,。]{0,10}(?:[^\W\d_]|[）)：:])")
"""What stands over a figure of its own: 引进人数, 其中：."""
_MEASURE = re.compile(r"[数量额率比计次：:]$")
_META_LINE = re.compile(
    rf"(?:(?:发布|发表|更新|成文)?(?:时间|日期)\s*[:：]\s*)?(?:{DATE_LINE.pattern})\s*[|｜]?\s*"
    r"(?:信息|稿件|文章)?(?:来源|作者|编辑|记者|发布|浏览|阅读|点击|字号|字体)\S{0,4}\s*[:：].{1,80}"
)
"""The line under the title of a web page: the date, and where the text is from."""
_TABLE_ROW = re.compile(r"[|│┃｜].+[|│┃｜]")
_CELL_GAP = re.compile(r" {2,}|\u3000{2,}|\s*\t\s*|\s*[|│┃｜]\s*")
"""What stands between the cells of a table drawn with white space or bars."""
_CLOSING = re.compile(r"[。！？；：，、…”’」』）】》]+")
_UNIT = re.compile(
    r"(?:余|多)?[万亿千百]?(?:名|人次?|位|个|家|项|件|元|次|场|篇|户|村|亩|公里|平方米|支|批|年|月|日|岁|期|条|所|座|套|册|[%％])"
    r"?[，。；、）,;）！]|(?:余|多)[万亿千百名人个家项件元次场户]"
)
"""How a sentence goes on behind a figure: 名，其中."""
_REST_OF_FIGURE = re.compile(r"\d[\d.,]*(?:余|多)?[万亿千百名人个家项件元次%％年月日]")
_PROSE = re.compile(r"[，。；]")
_CREDIT = re.compile(
    r"[(（【\[]?\s*(?:来源|信息来源|稿件来源|编辑|责任编辑|责编|编审|审核|校对|校对人|总编|总编辑|值班编辑|值班编委|值班主任|值班总编|执行主编|责任主编|主编|副总编|流程编辑|责任校对|美编|编委|监制|签发|审签|审核人|审稿|一审|二审|三审|初审|复审|终审|供稿|撰稿|"
    r"发布时间|发布日期|作者|记者|通讯员)\s*[:：丨|]\s*[^\s。！？!?][^。！？!?]{0,40}"
)
_FORM_LABEL = re.compile(
    r"[（(]?(?:(?:主\s?持|出\s?席|列\s?席|缺\s?席|请\s?假|参加|参会|与会|记\s?录|整理|联\s?系|报名|报送|咨询|报到|填报|责任|牵头|配合|完成)"
    r"(?:人员|\s?人|单位|电话|方式|时间|地点|范围|对象|领导|部门|邮箱|时限)?|电\s?话|传\s?真|地\s?址|邮\s?箱|电子邮箱|邮\s?编|附\s?件|"
    r"(?:副?组长|副?主任|组\s?员|成\s?员)(?:单位)?)\s*[:：]\s*\S.*|"
    rf"[\w\s]{{2,10}}[:：]\s*{PERSON}(?:[\s、]+{PERSON})+"
)
"""A label with its value, as notices and minutes have them; it heads nothing."""
_PICTURE_CREDIT = re.compile(
    r"[(（]?(?:本?[图文]片?|图文|照片|摄影)\S{0,4}(?:由.{2,24}提供|[/:：]\s?.{2,20}|来源.{2,20})[)）]?"
)
_ROLE = r"(?:(?:本报|本刊|本网|特约|见习|实习)*(?:记者|通讯员)|作者|文)"
_BEHIND_ROLE = rf"(?:(?:\s*[/:：]\s*|\s+){PERSON}(?:[\s、]+{PERSON})*)"
_BYLINE = re.compile(
    rf"[□■◆●]\s*(?:{_ROLE}|{PERSON}|[\u4e00-\u9fff]{{3}})(?:[\s、/:：]+(?:{_ROLE}|{PERSON}))*|"
    rf"(?:{_ROLE}{_BEHIND_ROLE}|(?:本报|本刊|本网)(?:记者|通讯员){PERSON}(?:[\s、]+{PERSON})*)(?:[\s、]+{_ROLE}{_BEHIND_ROLE})*|"
    rf"{NAMES.pattern}"
)
_CAPTION_LINE = re.compile(
    r"(?:图为|图[一二三四五六七八九十\d①-⑩]+|[▲△▼◎]|[（(]图).*|.{4,30}(?:[（(【]?\S{2,8}\s*摄[)）】]?|现场图?|全景图?|外景图?|合影|截图|资料图|效果图)"
)
_INLINE_CAPTION = re.compile(r"(?<=[。！？!?”])\s*((?:图片|图为|图：|▲)[^。！？!?]{3,40})$")
_SENTENCE_END = re.compile(r"[。！？!?](?:[^\w\s]|[①-⑳])?$")
_OPEN_END = re.compile(r"[，,、（(“‘《]$")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_NUMBERED = (
    re.compile(r"(?:第[一二三四五六七八九十百]+[章节部分编]|[一二三四五六七八九十]{1,3}、)\s*\S"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]\s*\S"),
    re.compile(r"\d{1,2}\s*[.．、]\s*[^\d\s]"),
)
_RULE = re.compile(r"[-=_*—─]{4,}")
_LIST_ITEM = re.compile(r"(?:[-*+•·]|\d{1,2}[.．、)])\s+\S")
_NEXT_ITEM = re.compile(
    r"(?:\d{1,3}[.．、](?![\d、，]|\s\d)|[（(]\d{1,2}[)）]|\d{1,2}[)）]|[①-⑳⑴-⒇]|[（(][一二三四五六七八九十]{1,3}[)）]|"
    r"[一二三四五六七八九十]{1,3}、(?![一二三四五六七八九十]))\s*\S"
)
"""How an item of a list begins; under another item, it is not the rest of that one's sentence."""
_LIST_OPEN = re.compile(r"[第、]$")
_INLINE_CREDIT = re.compile(
    r"(?<=[。！？”）)])\s*([(（【\[]?\s*(?:责任编辑|责编|编辑)[:：]\s?[^\s。，；\])】）]{2,8}(?:\s[A-Z]{2}\d+)?\s*[)）】\]]?)$"
)

_SHORT = 40
"""Characters: an unterminated line up to this length is a title, heading or caption; a longer one was wrapped."""
_TOP_LINES = 8
"""Lines from the top among which the date of a page is looked for."""
_TAIL_LENGTH = 64
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
_LEAST_CELLS = 3
"""Cells of a row, in a table that is only drawn."""
_LONGEST_ROW = 300
_LONGEST_CELL = 16
_SHOWN = 12
"""Characters on each side of a seam in the report."""
_IMAGE_GAP = 2
"""Blank lines more than usual before a line: a picture stood there."""


@dataclass(frozen=True, slots=True)
class _Line:
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
class _Wrap:
    """From which size on a line without an end counts as broken by the width of a page."""

    characters: int
    columns: int = 0
    """Counts instead of the characters, where it is not 0."""
    widest: int = 0
    """Columns of the longest line where none is longer than a page is wide, else 0."""

    def is_reached(self, text: str) -> bool:
        """Whether a line is that long."""
        return _columns(text) >= self.columns if self.columns else len(text) >= self.characters


class _Bin:
    """Gathers what is removed."""

    def __init__(self) -> None:
        self._removed: list[tuple[int, Removed]] = []

    def put(self, text: str, reason: str, line: _Line) -> None:
        """Take in a line or a part of one."""
        if text:
            self._removed.append((line.number, Removed(text, reason, line.origin)))

    def contents(self) -> tuple[Removed, ...]:
        """Return everything in the order of the text."""
        return tuple(removed for _, removed in sorted(self._removed, key=lambda entry: entry[0]))


class _Paragraph:
    """A line, and those that turn out to go on with its sentence."""

    def __init__(self, line: _Line) -> None:
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
        self._tail = (self._tail[-_TAIL_LENGTH:] + glue + text)[-max(_TAIL_LENGTH, len(text)) :]
        self._quoting = self._quoting or "“" in text
        return Joined(upper[-_SHOWN:].strip(), text[:_SHOWN], self.line.origin)

    def breaks_off(self, wrap: _Wrap) -> bool:
        """Whether its sentence goes on."""
        if len(self._pieces) == 1:
            return _breaks_off(self.line, wrap)
        if _ends(self._tail, self._quoting) or _INLINE_CAPTION.search(self._tail):
            return False
        return bool(_OPEN_END.search(self._tail)) or self._length >= wrap.characters or bool(wrap.columns)

    @property
    def last(self) -> str:
        """Its last line so far."""
        return self._pieces[-1]

    def ends_open(self) -> bool:
        """Whether its last character asks for more, whatever the next line looks like."""
        return bool(_OPEN_END.search(self._tail) or _LIST_OPEN.search(self._tail))

    def whole(self) -> _Line:
        """Return it as one line."""
        return self.line if len(self._pieces) == 1 else replace(self.line, text="".join(self._pieces))


def clean(lines: Sequence[Line]) -> Cleaned:
    """Return the blocks of a text, without the remains of web pages and with hard-wrapped lines joined again.

    Lines that are `whole` paragraphs are never joined; a heading and a row of a table stay what the format says. What
    is removed is listed, so that blocks and removed parts together hold every visible character.
    """
    waste = _Bin()
    kept: list[_Line] = []
    for line in _with_figures(_with_date(_judged(_lines(lines, waste)))):
        if _is_kept(line):
            kept.append(line)
        else:
            waste.put(line.text, line.residue, line)
    usual_gap = _usual_gap(kept)
    paragraphs, joined = _join_wrapped(kept, waste)
    pictured = _behind_pictures(paragraphs, usual_gap)
    blocks = [
        block for number, line in enumerate(paragraphs) for block in _blocks(line, waste, is_caption=number in pictured)
    ]
    return Cleaned(tuple(placed(blocks)), waste.contents(), joined)


def _lines(given: Sequence[Line], waste: _Bin) -> list[_Line]:
    """Return the lines that are not blank, without invisible characters and the frame at their ends."""
    visible = [_INVISIBLE.sub("", line.text) for line in given]
    drawn = _drawn_rows(given, visible)
    lines: list[_Line] = []
    gap = 0
    for number, line in enumerate(given):
        gap += line.gap
        text = visible[number]
        indented = line.indented or text.startswith(("\u3000\u3000", "    "))
        text = text.strip() if line.row else _SPACES.sub(" ", text).strip()
        row = line.row or number in drawn
        made = _Line(text, number, line.origin, gap if lines else 0, indented, line.whole, line.level, row)
        if not row:
            text, removed = without_frame(text)
            for part, reason in removed:
                waste.put(part, reason, made)
            # Entities for spaces at the beginning of a line are how a page indents.
            indented = indented or bool(removed and removed[0][0].startswith("&"))
            made = replace(made, text=text, indented=indented)
        if text:
            lines.append(made)
            gap = 0
        else:
            gap += 1
    return lines


def _drawn_rows(given: Sequence[Line], visible: Sequence[str]) -> set[int]:
    """Return which lines are rows of a table drawn with tabs, bars or runs of spaces: as many cells each, in a row."""
    rows: set[int] = set()
    before = 0
    for number, (line, text) in enumerate(zip(given, visible, strict=True)):
        cells = _cells(text) if not (line.whole or line.row or line.level) else 0
        if cells >= _LEAST_CELLS and cells == before:
            rows.update((number - 1, number))
        before = cells
    run: list[int] = []
    for number, text in [*enumerate(visible), (len(visible), "")]:
        words = _words(text) if number < len(given) and not (given[number].row or given[number].level) else 0
        if words and run and words == _words(visible[run[-1]]):
            run.append(number)
            continue
        if len(run) >= _LEAST_CELLS:
            rows.update(run)
        run = [number] if words else []
    return rows


def _words(text: str) -> int:
    """Return how many cells a row has between which a single space stands, such as that of a roster; 0 for text."""
    cells = text.split() if len(text) <= _LONGEST_ROW else []
    short = all(len(cell) <= _LONGEST_CELL and not _PROSE.search(cell) for cell in cells)
    return len(cells) if len(cells) > _LEAST_CELLS and short else 0


def _cells(text: str) -> int:
    if len(text) > _LONGEST_ROW or (
        "\t" not in text and "  " not in text and not re.search(r"\u3000\u3000|[|│┃｜]", text)
    ):
        return 0
    cells = [cell for cell in _CELL_GAP.split(text.strip().strip("|│┃｜")) if cell.strip()]
    return 0 if any(_PROSE.search(cell) and len(cell) > _SHORT for cell in cells) else len(cells)


def _judged(lines: list[_Line]) -> list[_Line]:
    """Return the lines, each with what kind of residue it is."""
    kinds = residues(lines)
    wrap = _find_wrap([line for line, kind in zip(lines, kinds, strict=True) if not kind])
    for index in running_lines(lines, kinds, lambda line: _breaks_off(cast(_Line, line), wrap)):
        kinds[index] = "页眉页脚"
    return [
        replace(line, residue=kind) if kind and not _RULE.fullmatch(line.text) else line
        for line, kind in zip(lines, kinds, strict=True)
    ]


def _with_date(lines: list[_Line]) -> list[_Line]:
    """Mark the line that is only a date and stands above the first sentence, as web pages have it by their title."""
    for index, line in enumerate(lines[:_TOP_LINES]):
        if len(line.text) > _SHORT or _is_sentence(line.text):
            break
        if DATE_LINE.fullmatch(line.text):
            if (
                _is_day(line, lines[index + 1 : index + 2])
                and sum(_is_day(upper, [lower]) for upper, lower in pairwise(lines)) > 1
            ):
                return lines
            return [*lines[:index], replace(line, dated=True), *lines[index + 1 :]]
    return lines


def _is_day(line: _Line, below: Sequence[_Line]) -> bool:
    """Whether a date without a time of day stands over running text, as those of a chronicle do, which are many."""
    if not below or ":" in line.text or "：" in line.text or not DATE_LINE.fullmatch(line.text):
        return False
    return _is_sentence(below[0].text) or bool(_PROSE.search(below[0].text))


def _with_figures(lines: list[_Line]) -> list[_Line]:
    """Join figures alone on their lines to the label right over them; all others are left for `_join_wrapped`.

    Where the line under it goes on with a unit (名，其中), the three are a sentence that a page broke at its figure.
    """
    wrap = _find_wrap([line for line in lines if _is_kept(line) and not _is_fragment(line)])
    made: list[_Line] = []
    for index, line in enumerate(lines):
        is_figure = made and not line.dated and line.residue != "页码" and _FIGURE.fullmatch(line.text)
        below = lines[index + 1] if index + 1 < len(lines) else None
        in_sentence = below is not None and not below.whole and bool(_UNIT.match(below.text))
        if not is_figure or not _is_label_of_figure(made, line, wrap, in_sentence=in_sentence):
            made.append(line)
            continue
        label = made.pop()
        if in_sentence and not label.figures:
            made.append(replace(label, text=f"{label.text}{line.text}", broken=True))
        else:
            made.append(replace(label, text=f"{label.text} {line.text}", row=True, figures=True))
    return made


def _is_label_of_figure(lines: list[_Line], figure: _Line, wrap: _Wrap, *, in_sentence: bool) -> bool:
    """Whether the last of `lines` is the label of `figure`; a number under the title is the counter of a page."""
    label = lines[-1]
    if label.figures:
        # A row of a table, each cell of which stands on a line of its own.
        return not (figure.residue or figure.whole or figure.row or figure.level) and len(label.text) < _LONGEST_ROW
    if label.row or label.level or figure.row or figure.level or not _LABEL_OF_FIGURE.fullmatch(label.text):
        return False
    if label.whole or figure.whole or not _is_kept(label):
        return False
    if len(lines) == 1 or lines[-2].dated:
        return in_sentence or bool(_MEASURE.search(label.text))
    return not _breaks_off(lines[-2], wrap) and not _breaks_off(label, wrap)


def _is_kept(line: _Line) -> bool:
    return not line.residue or line.dated or _is_fragment(line)


def _is_fragment(line: _Line) -> bool:
    """Whether it is a figure or a closing sign alone, which a sentence may go on with."""
    if line.residue in ("页码", "目录") or line.row or line.level or (line.whole and not line.residue):
        return False
    return bool(_FIGURE.fullmatch(line.text) or _CLOSING.fullmatch(line.text))


def _usual_gap(lines: list[_Line]) -> int:
    gaps = Counter(line.gap for line in lines[1:])
    return gaps.most_common(1)[0][0] if gaps else 0


def _join_wrapped(lines: list[_Line], waste: _Bin) -> tuple[list[_Line], tuple[Joined, ...]]:
    """Join a line that breaks off in the middle of a sentence with its continuation; captions between them wait.

    A figure or a closing sign alone on its line goes on with a sentence that is open; elsewhere it is what it was told
    to be, a line or residue of a page.
    """
    wrap = _find_wrap([line for line in lines if not _is_fragment(line)])
    paragraphs: list[_Paragraph] = []
    seams: list[Joined] = []
    waiting: list[_Line] = []
    figures: list[_Line] = []

    def release(*more: _Line) -> None:
        paragraphs.extend(_Paragraph(line) for line in (*waiting, *more))
        waiting.clear()

    def put(fragment: _Line) -> None:
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
        fragment = _is_fragment(line) and not line.dated
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
        elif fragment and _FIGURE.fullmatch(line.text):
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


def _is_cut_at_figure(upper: _Line, last: str, lower: _Line) -> bool:
    """Whether a paragraph, `last` its last line, and the next line are one sentence, broken in or behind a figure."""
    if upper.broken:
        return True
    if upper.whole or upper.row or upper.level or lower.whole or lower.row or lower.level or lower.indented:
        return False
    if not last[-1].isdigit() or not _PROSE.search(last) or _CREDIT.fullmatch(upper.text):
        return False
    return bool(_UNIT.match(lower.text) or _REST_OF_FIGURE.match(lower.text)) and not DATE_LINE.fullmatch(lower.text)


def _is_under_indent(upper: _Paragraph, lower: _Line, wrap: _Wrap) -> bool:
    """Whether a line goes on with a paragraph whose first line alone is indented and whose last one fills the page."""
    first, last = upper.line, upper.last
    if not first.indented or lower.indented or lower.gap or first.whole or first.row or first.level or lower.whole:
        return False
    if lower.row or lower.level or _is_sentence(last) or _is_credit(last):
        return False
    indent = _INDENT if last == first.text else 0
    return bool(wrap.widest) and _columns(last) + indent >= wrap.widest - _RAGGED


def _find_wrap(lines: list[_Line]) -> _Wrap:
    """Return from which size on an unterminated line counts as wrapped.

    A text wrapped at a fixed width shows in most of its lines being equally long and ending anywhere. Long means as
    many characters, or as many columns where a Chinese character takes two and a digit one.
    """
    width = max((_columns(line.text) for line in lines), default=0)
    widest = width if 4 * _NARROWEST <= width <= _PAGE_WIDTH else 0
    open_lines = [line.text for line in lines if not _is_sentence(line.text)]
    if len(lines) < _LEAST_WRAPPED or len(open_lines) <= 0.5 * len(lines):
        return _Wrap(_SHORT + 1, widest=widest)
    sizes = [len(text) for text in open_lines]
    size, _ = Counter(sizes).most_common(1)[0]
    if size >= _NARROWEST and sum(abs(other - size) <= 2 for other in sizes) > 0.6 * len(sizes):
        return _Wrap(size - 2, widest=widest)
    columns = [_columns(text) for text in open_lines]
    size, _ = Counter(columns).most_common(1)[0]
    if size >= 2 * _NARROWEST and sum(abs(other - size) <= 2 for other in columns) > 0.6 * len(columns):
        return _Wrap(_SHORT + 1, size - 2, widest)
    return _Wrap(_SHORT + 1, widest=widest)


def _columns(text: str) -> int:
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def _breaks_off(line: _Line, wrap: _Wrap) -> bool:
    if line.whole or line.row or line.level:
        return False
    text = line.text
    if _is_sentence(text) or _is_credit(text) or _RULE.fullmatch(text) or _MARKDOWN_HEADING.match(text):
        return False
    if _INLINE_CAPTION.search(text) or _TABLE_ROW.fullmatch(text):
        return False
    return bool(_OPEN_END.search(text)) or wrap.is_reached(text.rpartition("\n")[2])


def _may_continue(line: _Line, previous: _Paragraph, wrap: _Wrap) -> bool:
    if line.whole or line.level or line.indented:
        return False
    if NAMES.fullmatch(line.text):
        return previous.ends_open()
    if _heading_level(line.text) or _BYLINE.fullmatch(line.text) or _is_credit(line.text):
        return False
    if line.row or line.dated or _TABLE_ROW.fullmatch(line.text):
        return False
    if _LIST_ITEM.match(line.text) or _RULE.fullmatch(line.text):
        return False
    if _NEXT_ITEM.match(line.text) and _NEXT_ITEM.match(previous.line.text) and not previous.ends_open():
        return False
    if _is_cut_at_figure(previous.line, previous.last, line) or _is_under_indent(previous, line, wrap):
        return True
    return _is_sentence(line.text) or wrap.is_reached(line.text) or _is_prose(line.text)


def _is_credit(text: str) -> bool:
    return bool(
        _CREDIT.fullmatch(text) or (LABEL.fullmatch(text) and not _OPEN_END.search(text)) or _META_LINE.fullmatch(text)
    )


def _is_prose(text: str) -> bool:
    """Whether a line without an end is part of running text: no caption or heading holds these signs."""
    return "。" in text or text.count("，") > 1 or text.endswith(("，", "、"))


def _could_be_caption(line: _Line) -> bool:
    if line.row or line.level or line.dated or _TABLE_ROW.fullmatch(line.text):
        return False
    return len(line.text) <= _SHORT and not _is_sentence(line.text) and not _heading_level(line.text)


def _is_between_words(last: str, before_last: str, first: str) -> bool:
    """Whether a space belongs between two lines: both sides are words in Latin letters."""
    if not (first.isascii() and first.isalpha()):
        return False
    return last.isascii() and (last.isalpha() or (last in ",;" and before_last.isascii() and before_last.isalpha()))


def _is_sentence(text: str) -> bool:
    return _ends(text, "“" in text)


def _ends(text: str, quoting: bool) -> bool:
    """Whether a text ends with a sentence; `quoting` tells whether a quotation begins in it."""
    inner = text.rstrip("”’」』）)】》")
    if inner and inner[-1] in "。！？!?；;：:…":
        return True
    if quoting:
        return False
    return bool(_SENTENCE_END.search(text[-2:]))


def _heading_level(text: str) -> int:
    if match := _MARKDOWN_HEADING.match(text):
        return len(match[1])
    if len(text) > _SHORT or _is_sentence(text):
        return 0
    for level, pattern in enumerate(_NUMBERED, start=1):
        if pattern.match(text):
            return level + 1
    return 0


def _behind_pictures(lines: Sequence[_Line], usual_gap: int) -> set[int]:
    """Return which short lines stand so far below the line before that a picture was there.

    Right over running text such a line is a heading all the same, unless more headings stand at the usual distance.
    """
    far: set[int] = set()
    over_text: set[int] = set()
    for number, line in enumerate(lines):
        if len(line.text) > _SHORT or _is_sentence(line.text) or _CAPTION_LINE.fullmatch(line.text):
            continue
        below = lines[number + 1].text if number + 1 < len(lines) else ""
        if line.gap >= usual_gap + _IMAGE_GAP:
            far.add(number)
        if number and (len(below) > _SHORT or _is_sentence(below)):
            over_text.add(number)
    return far if len(over_text - far) > len(over_text & far) else far - over_text


def _blocks(line: _Line, waste: _Bin, *, is_caption: bool) -> list[Block]:
    text, origin = line.text, line.origin
    if line.row or _TABLE_ROW.fullmatch(text):
        return [Block(text, Role.TEXT, 0, origin)]
    if line.level:
        return [Block(text, Role.HEADING, line.level, origin)]
    if _RULE.fullmatch(text):
        return [Block(text, Role.RULE, 0, origin)]
    if match := _MARKDOWN_HEADING.match(text):
        waste.put(match[1], "标题标记", line)
        waste.put(text[match.end(2) :].strip(), "标题标记", line)
        return [Block(match[2], Role.HEADING, len(match[1]), origin)]
    if (
        line.dated
        or _PICTURE_CREDIT.fullmatch(text)
        or LABEL.fullmatch(text)
        or _META_LINE.fullmatch(text)
        or (line.number < _TOP_LINES and STAMPED.fullmatch(text))
        or (_CREDIT.fullmatch(text) and len(text) <= _SHORT)
    ):
        return [Block(text, Role.CREDIT, 0, origin)]
    if _BYLINE.fullmatch(text):
        return [Block(text, Role.BYLINE, 0, origin)]
    if level := _heading_level(text):
        return [Block(text, Role.HEADING, level, origin)]
    if match := _INLINE_CREDIT.search(text[-_TAIL_LENGTH:]):
        at = len(text) - len(text[-_TAIL_LENGTH:]) + match.start()
        return [Block(text[:at], Role.TEXT, 0, origin), Block(text[at:].strip(), Role.CREDIT, 0, origin)]
    if match := _INLINE_CAPTION.search(text):
        return [Block(text[: match.start()], Role.TEXT, 0, origin), Block(match[1], Role.CAPTION, 0, origin)]
    if len(text) <= _SHORT and not (_is_sentence(text) or _LIST_ITEM.match(text) or _FORM_LABEL.fullmatch(text)):
        is_caption = is_caption or bool(_CAPTION_LINE.fullmatch(text))
        return [Block(text, Role.CAPTION if is_caption else Role.LINE, 0, origin)]
    return [Block(text, Role.TEXT, 0, origin)]
