"""Raw text of a scraped or hard-wrapped file to clean blocks: titles, headings, paragraphs, captions, credits.

Only white space is changed inside a line; characters are never replaced, so that every quote is found in the file
again once white space is ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import cast

from ingest.cleaning.blocks import Block, Cleaned, Role
from ingest.cleaning.chrome import residues, running_lines, without_frame
from ingest.cleaning.places import DATE_LINE, LABEL, STAMPED, placed
from ingest.cleaning.wrapping import (
    BYLINE,
    CREDIT,
    FIGURE,
    INLINE_CAPTION,
    LIST_ITEM,
    MARKDOWN_HEADING,
    META_LINE,
    PROSE,
    RULE,
    SHORT,
    TABLE_ROW,
    TAIL_LENGTH,
    UNIT,
    Bin,
    WorkLine,
    Wrap,
    breaks_off,
    find_wrap,
    heading_level,
    is_fragment,
    is_sentence,
    join_wrapped,
)
from ingest.lines import Line
from retriever.names import PERSON

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ufffe]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a\u3000]+")
_LABEL_OF_FIGURE = re.compile(r"[^\W\d_][^\s，,。]{0,10}(?:[^\W\d_]|[）)：:])")
"""What stands over a figure of its own: 引进人数, 其中：."""
_MEASURE = re.compile(r"[数量额率比计次：:]$")
_CELL_GAP = re.compile(r" {2,}|\u3000{2,}|\s*\t\s*|\s*[|│┃｜]\s*")
"""What stands between the cells of a table drawn with white space or bars."""
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
_CAPTION_LINE = re.compile(
    r"(?:图为|图[一二三四五六七八九十\d①-⑩]+|[▲△▼◎]|[（(]图).*|.{4,30}(?:[（(【]?\S{2,8}\s*摄[)）】]?|现场图?|全景图?|外景图?|合影|截图|资料图|效果图)"
)
_INLINE_CREDIT = re.compile(
    r"(?<=[。！？”）)])\s*([(（【\[]?\s*(?:责任编辑|责编|编辑)[:：]\s?[^\s。，；\])】）]{2,8}(?:\s[A-Z]{2}\d+)?\s*[)）】\]]?)$"
)
_TOP_LINES = 8
"""Lines from the top among which the date of a page is looked for."""
_LEAST_CELLS = 3
"""Cells of a row, in a table that is only drawn."""
_LONGEST_ROW = 300
_LONGEST_CELL = 16
_IMAGE_GAP = 2
"""Blank lines more than usual before a line: a picture stood there."""


def clean(lines: Sequence[Line]) -> Cleaned:
    """Return the blocks of a text, without the remains of web pages and with hard-wrapped lines joined again.

    Lines that are `whole` paragraphs are never joined; a heading and a row of a table stay what the format says. What
    is removed is listed, so that blocks and removed parts together hold every visible character.
    """
    waste = Bin()
    kept: list[WorkLine] = []
    for line in _with_figures(_with_date(_judged(_lines(lines, waste)))):
        if _is_kept(line):
            kept.append(line)
        else:
            waste.put(line.text, line.residue, line)
    usual_gap = _usual_gap(kept)
    paragraphs, joined = join_wrapped(kept, waste)
    pictured = _behind_pictures(paragraphs, usual_gap)
    blocks = [
        block for number, line in enumerate(paragraphs) for block in _blocks(line, waste, is_caption=number in pictured)
    ]
    return Cleaned(tuple(placed(blocks)), waste.contents(), joined)


def _lines(given: Sequence[Line], waste: Bin) -> list[WorkLine]:
    """Return the lines that are not blank, without invisible characters and the frame at their ends."""
    visible = [_INVISIBLE.sub("", line.text) for line in given]
    drawn = _drawn_rows(given, visible)
    lines: list[WorkLine] = []
    gap = 0
    for number, line in enumerate(given):
        gap += line.gap
        text = visible[number]
        indented = line.indented or text.startswith(("\u3000\u3000", "    "))
        text = text.strip() if line.row else _SPACES.sub(" ", text).strip()
        row = line.row or number in drawn
        made = WorkLine(text, number, line.origin, gap if lines else 0, indented, line.whole, line.level, row)
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
    short = all(len(cell) <= _LONGEST_CELL and not PROSE.search(cell) for cell in cells)
    return len(cells) if len(cells) > _LEAST_CELLS and short else 0


def _cells(text: str) -> int:
    if len(text) > _LONGEST_ROW or (
        "\t" not in text and "  " not in text and not re.search(r"\u3000\u3000|[|│┃｜]", text)
    ):
        return 0
    cells = [cell for cell in _CELL_GAP.split(text.strip().strip("|│┃｜")) if cell.strip()]
    return 0 if any(PROSE.search(cell) and len(cell) > SHORT for cell in cells) else len(cells)


def _judged(lines: list[WorkLine]) -> list[WorkLine]:
    """Return the lines, each with what kind of residue it is."""
    kinds = residues(lines)
    wrap = find_wrap([line for line, kind in zip(lines, kinds, strict=True) if not kind])
    for index in running_lines(lines, kinds, lambda line: breaks_off(cast(WorkLine, line), wrap)):
        kinds[index] = "页眉页脚"
    return [
        replace(line, residue=kind) if kind and not RULE.fullmatch(line.text) else line
        for line, kind in zip(lines, kinds, strict=True)
    ]


def _with_date(lines: list[WorkLine]) -> list[WorkLine]:
    """Mark the line that is only a date and stands above the first sentence, as web pages have it by their title."""
    for index, line in enumerate(lines[:_TOP_LINES]):
        if len(line.text) > SHORT or is_sentence(line.text):
            break
        if DATE_LINE.fullmatch(line.text):
            if (
                _is_day(line, lines[index + 1 : index + 2])
                and sum(_is_day(upper, [lower]) for upper, lower in pairwise(lines)) > 1
            ):
                return lines
            return [*lines[:index], replace(line, dated=True), *lines[index + 1 :]]
    return lines


def _is_day(line: WorkLine, below: Sequence[WorkLine]) -> bool:
    """Whether a date without a time of day stands over running text, as those of a chronicle do, which are many."""
    if not below or ":" in line.text or "：" in line.text or not DATE_LINE.fullmatch(line.text):
        return False
    return is_sentence(below[0].text) or bool(PROSE.search(below[0].text))


def _with_figures(lines: list[WorkLine]) -> list[WorkLine]:
    """Join figures alone on their lines to the label right over them; all others are left for `join_wrapped`.

    Where the line under it goes on with a unit (名，其中), the three are a sentence that a page broke at its figure.
    """
    wrap = find_wrap([line for line in lines if _is_kept(line) and not is_fragment(line)])
    made: list[WorkLine] = []
    for index, line in enumerate(lines):
        is_figure = made and not line.dated and line.residue != "页码" and FIGURE.fullmatch(line.text)
        below = lines[index + 1] if index + 1 < len(lines) else None
        in_sentence = below is not None and not below.whole and bool(UNIT.match(below.text))
        if not is_figure or not _is_label_of_figure(made, line, wrap, in_sentence=in_sentence):
            made.append(line)
            continue
        label = made.pop()
        if in_sentence and not label.figures:
            made.append(replace(label, text=f"{label.text}{line.text}", broken=True))
        else:
            made.append(replace(label, text=f"{label.text} {line.text}", row=True, figures=True))
    return made


def _is_label_of_figure(lines: list[WorkLine], figure: WorkLine, wrap: Wrap, *, in_sentence: bool) -> bool:
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
    return not breaks_off(lines[-2], wrap) and not breaks_off(label, wrap)


def _is_kept(line: WorkLine) -> bool:
    return not line.residue or line.dated or is_fragment(line)


def _usual_gap(lines: list[WorkLine]) -> int:
    gaps = Counter(line.gap for line in lines[1:])
    return gaps.most_common(1)[0][0] if gaps else 0


def _behind_pictures(lines: Sequence[WorkLine], usual_gap: int) -> set[int]:
    """Return which short lines stand so far below the line before that a picture was there.

    Right over running text such a line is a heading all the same, unless more headings stand at the usual distance.
    """
    far: set[int] = set()
    over_text: set[int] = set()
    for number, line in enumerate(lines):
        if len(line.text) > SHORT or is_sentence(line.text) or _CAPTION_LINE.fullmatch(line.text):
            continue
        below = lines[number + 1].text if number + 1 < len(lines) else ""
        if line.gap >= usual_gap + _IMAGE_GAP:
            far.add(number)
        if number and (len(below) > SHORT or is_sentence(below)):
            over_text.add(number)
    return far if len(over_text - far) > len(over_text & far) else far - over_text


def _blocks(line: WorkLine, waste: Bin, *, is_caption: bool) -> list[Block]:
    text, origin = line.text, line.origin
    if line.row or TABLE_ROW.fullmatch(text):
        return [Block(text, Role.TEXT, 0, origin)]
    if line.level:
        return [Block(text, Role.HEADING, line.level, origin)]
    if RULE.fullmatch(text):
        return [Block(text, Role.RULE, 0, origin)]
    if match := MARKDOWN_HEADING.match(text):
        waste.put(match[1], "标题标记", line)
        waste.put(text[match.end(2) :].strip(), "标题标记", line)
        return [Block(match[2], Role.HEADING, len(match[1]), origin)]
    if (
        line.dated
        or _PICTURE_CREDIT.fullmatch(text)
        or LABEL.fullmatch(text)
        or META_LINE.fullmatch(text)
        or (line.number < _TOP_LINES and STAMPED.fullmatch(text))
        or (CREDIT.fullmatch(text) and len(text) <= SHORT)
    ):
        return [Block(text, Role.CREDIT, 0, origin)]
    if BYLINE.fullmatch(text):
        return [Block(text, Role.BYLINE, 0, origin)]
    if level := heading_level(text):
        return [Block(text, Role.HEADING, level, origin)]
    if match := _INLINE_CREDIT.search(text[-TAIL_LENGTH:]):
        at = len(text) - len(text[-TAIL_LENGTH:]) + match.start()
        return [Block(text[:at], Role.TEXT, 0, origin), Block(text[at:].strip(), Role.CREDIT, 0, origin)]
    if match := INLINE_CAPTION.search(text):
        return [Block(text[: match.start()], Role.TEXT, 0, origin), Block(match[1], Role.CAPTION, 0, origin)]
    if len(text) <= SHORT and not (is_sentence(text) or LIST_ITEM.match(text) or _FORM_LABEL.fullmatch(text)):
        is_caption = is_caption or bool(_CAPTION_LINE.fullmatch(text))
        return [Block(text, Role.CAPTION if is_caption else Role.LINE, 0, origin)]
    return [Block(text, Role.TEXT, 0, origin)]
