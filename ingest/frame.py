"""Where head, title and signature of an article stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ingest.cleaning.blocks import Block, Role
from ingest.facts.dates import whole_date
from ingest.facts.kinds import is_greeting, kind_of_title
from ingest.facts.official import (
    is_copies,
    is_head,
    is_masthead,
    is_office,
    is_person_with_post,
    is_subtitle,
    looks_dated,
    office_of_dated,
)
from retriever.text import is_row, sentence_spans

_MIN_TITLE = 12
"""Characters: a shorter first title line is read together with the next."""
LINE_LEVEL = 2
"""The level of headings without a number."""
LEAD_PARAGRAPHS = 2
"""Up to so many paragraphs may stand before the title of an article, as a summary."""
_DERIVED_TITLE = 36
_TIME_OPENING = re.compile(r"^(?:近年来|近日|日前|近期|今年以来|去年以来|当前|目前|连日来)[，,、]?")
_NUMBERED = re.compile(
    r"\s*(?:第[一二三四五六七八九十百]+[章节部分编篇]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}\s*[.．、])"
)
_FIGURE_AT_END = re.compile(r"[\d.,%％]+$")
_HEAD_LINES = 8
"""Blocks from the top among which the head of an official document is looked for."""
_SIGNING_OFFICES = 4
_TIME_OF_DAY = re.compile(r"\d[:：]\d\d")
_CONTACT = re.compile(r"[（(]?(?:联系人|联系电话|联系方式|电话|咨询电话)[^：:]{0,8}[:：]")
_CONTENTS = re.compile(r"(?:本期)?(?:要目|目录|导读|内容提要)\s*[:：]?")
_BULLET = re.compile(r"^[◆●■□★☆▲·•*\-]\s*")
_DAY_OF_YEAR = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|\d{1,2}日)?")
_SHORT_ROLES = (Role.LINE, Role.CAPTION)


def is_title(block: Block) -> bool:
    """Whether a block is a title by what its format says; a numbered heading of the first level is none."""
    return block.role is Role.HEADING and block.level == 1 and not _NUMBERED.match(block.text)


def is_signed(blocks: Sequence[Block]) -> bool:
    """Whether blocks end with an office and a date below it, or with the copies of a letter."""
    if office_of_dated(blocks[-1].text):
        return True
    if is_copies(blocks[-1].text):
        return len(blocks) > 1 and bool(whole_date(blocks[-2].text) or is_copies(blocks[-2].text))
    return len(blocks) > 1 and bool(whole_date(blocks[-1].text)) and is_office(blocks[-2].text)


def closing_positions(blocks: Sequence[Block]) -> list[int]:
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


def with_signature(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
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
        signed = [replace(one, role=Role.TEXT, level=LINE_LEVEL) for one in blocks[index:end]]
        beside = [replace(one, role=Role.TEXT) for one in blocks[end:below]]
        return [*blocks[:index], *signed, *beside, *blocks[below:]], signed
    return list(blocks), []


def _is_line_of(block: Block, is_of: Callable[[str], object]) -> bool:
    return block.role in _SHORT_ROLES and bool(is_of(block.text))


def head_positions(blocks: Sequence[Block]) -> list[int]:
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
    others = [block for i, block in enumerate(blocks) if i not in found and block.role in (Role.LINE, Role.HEADING)]
    # What is nothing but such lines has no other title; nor has a bulletin of numbered items.
    if any(block.role is Role.LINE or not _NUMBERED.match(block.text) for block in others):
        return found
    return [i for i in found if not is_masthead(blocks[i].text)] if others else []


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


def title_positions(blocks: Sequence[Block]) -> list[int]:
    """Return where the lines of the title stand: at the top, or over a byline that follows a short lead."""
    head: list[int] = []
    texts = 0
    days = sum(block.role is Role.LINE and _is_day(block.text) for block in blocks)
    for index, block in enumerate(blocks):
        if is_title(block) and not texts:
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
            if texts > LEAD_PARAGRAPHS or head:
                return []
        elif block.role is Role.HEADING and head:
            return head if not texts else []
    if texts or (head and blocks[head[0]].text[-1].isdigit()):
        return []
    return head[:1]


def _is_day(line: str) -> bool:
    return bool(whole_date(line) or _DAY_OF_YEAR.fullmatch(line))


def _below(blocks: Sequence[Block], title: int) -> list[int]:
    """Return where the lines below a title of the format stand: its second half, a subtitle, who spoke and when."""
    below: list[int] = []
    for index in range(title + 1, len(blocks)):
        block = blocks[index]
        is_beside = block.role is Role.LINE and (
            _is_no_title(block.text) or bool(whole_date(block.text)) or is_person_with_post(block.text)
        )
        if not (is_title(block) or is_beside):
            break
        below.append(index)
    return below


def enough_title(lines: Sequence[str]) -> int:
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


def derived_title(paragraphs: Sequence[str]) -> str:
    """Return the first clause that says what a text without a title is about."""
    for paragraph in [p for p in paragraphs if not is_greeting(p) and not is_row(p)][:3]:
        for start, end in sentence_spans(paragraph):
            sentence = _TIME_OPENING.sub("", paragraph[start:end])
            clause = re.split(r"[，,；;。！？!?]", sentence)[0].strip("“”\"' ")
            if 8 <= len(clause) <= _DERIVED_TITLE:
                return clause
            if len(clause) > _DERIVED_TITLE:
                # Never half a figure.
                return _FIGURE_AT_END.sub("", clause[: _DERIVED_TITLE - 1]) + "…"
    if not paragraphs or is_row(paragraphs[0]):
        return ""
    first = paragraphs[0].strip("| ")
    return first if len(first) <= _DERIVED_TITLE else _FIGURE_AT_END.sub("", first[: _DERIVED_TITLE - 1]) + "…"
