"""When a text was written, and how that is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from ingest.facts.dates import date_of_name, dates_in, first_date, later_years, parse_date, whole_date
from ingest.facts.kinds import OF_OFFICES, kind_of_title
from ingest.facts.official import is_copies, number_year, office_and_date
from ingest.facts.parts import Parts
from ingest.facts.place import is_spot
from retriever.names import PERSON

_DATE_LABELS = ("发布时间", "发布日期", "成文日期", "发文日期", "印发日期")
_WITH_DAY = len("2024-03-05")
_BARE_LABELS = ("日期", "时间")
_BARE_LABEL = re.compile(rf"\s*[（(【\[]?(?:{'|'.join(_BARE_LABELS)})\s*[:：]")
"""Labels that may as well tell when a meeting takes place."""
_CHRONICLE = re.compile(r"大事记|日志|日程|时间表")
"""A text of entries with their days; the first of these is not its own."""
_HOUR = re.compile(r"\s*[（(]?(?:(?:星期|周).[)）]?)?\s*(?:[上下中]午|晚|起|开始|前|[至到—–~-]|\d{1,2}[:：时点])")
"""What stands behind the day of a meeting; a page adds the time of day to digits only: 2024-03-05 10:30."""
_REMEMBERED = re.compile(r"(?:纪念|庆祝|重温|缅怀|铭记|追忆|自从?|从|始于|建于|成立于)[“‘《]?$")
_SINCE = re.compile(r"\s*(?:起|开始|以前|之前|前|后|至|版)")
_YEAR_OF_WORK = re.compile(r"\s*度")
"""What makes of the year of a title the one that a work is for: 2025年度选调生招录."""
_PRINTED = re.compile(r"《\s*[\u4e00-\u9fff ]{2,14}报\s*》\s*[（(]")
"""A newspaper before the day and the page on which it printed a text."""
_PUT_BEFORE = re.compile(r"^[^。]{0,60}，正文：")
"""What some collections put before the first word: source and time."""
_OPENING = re.compile(r"^[\s“”\"‘（(【]*$")
_AFTER_DATE = re.compile(r"\s*(?:以来|以后|之前|以前|前|起|至|到|[年度]*的|度|[年月]?[初中末底])")


def date_of_writing(parts: Parts, known: str, labels: Mapping[str, str], file_name: str) -> tuple[str, str]:
    """Return the date of a text and how it is known."""
    first = parts.paragraphs[0] if parts.paragraphs else ""
    last = parts.paragraphs[-1] if parts.paragraphs else ""
    sources: tuple[tuple[str, Callable[[], str]], ...] = (
        ("字段", lambda: parse_date(known) or first_date(known)),
        ("标注", lambda: _noted(parts, labels, first, last)),
        ("落款", lambda: _signed_date(parts)),
        ("标注", lambda: _bare_label(labels, parts.title)),
        ("标注", lambda: next((y for line in (*parts.front, *parts.credits) if (y := number_year(line))), "")),
        ("标题", lambda: _date_of_title(parts.heading, parts.paragraphs)),
        ("文件名", lambda: date_of_name(file_name)),
        ("正文", lambda: _opening_date(first, parts.paragraphs)),
    )
    for name, read in sources:
        if date := read():
            return date, name
    return "", ""


def _noted(parts: Parts, labels: Mapping[str, str], first: str, last: str) -> str:
    """Return the date that stands by a text: in a label, alone on a line near the title, or in a newspaper's note."""
    for name in _DATE_LABELS:
        if name in labels and (date := parse_date(labels[name]) or first_date(labels[name])):
            return date
    beside = [line for line in (*parts.credits, *parts.front) if not is_copies(line)]
    for line in beside if not _CHRONICLE.search(parts.title) else ():
        bare = re.sub(rf"\s*{PERSON}\s*$|^{PERSON}\s*", "", line)
        if date := whole_date(line) or (whole_date(bare) if len(line) < 30 else ""):
            return date
    for line in parts.credits:
        # What pages have under a title in one line: 2024-05-06 07:30 来源：达州日报.
        days = {found.iso for found in dates_in(line) if len(found.iso) == _WITH_DAY}
        if len(days) == 1 and not is_copies(line) and not _BARE_LABEL.match(line):
            return days.pop()
    if (match := _PUT_BEFORE.match(first)) and (date := first_date(match[0])):
        return date
    end = last[-80:]
    return first_date(end[printed.end() :]) if (printed := _PRINTED.search(end)) else ""


def _signed_date(parts: Parts) -> str:
    """Return the date of the signature; that of the printer's line below it counts where there is no other."""
    signature = [line for line in parts.closing if not is_copies(line)]
    printed = [line for line in (*parts.closing, *parts.credits) if is_copies(line)]
    for line in (*reversed(signature), *printed):
        if day := whole_date(line) or office_and_date(line)[1]:
            return day
    return ""


def _bare_label(labels: Mapping[str, str], title: str) -> str:
    """Return the date behind 时间： or 日期：, unless it is the day on which a meeting takes place."""
    if is_spot(labels.get("地点", "")):
        return ""
    invites = kind_of_title(title) in OF_OFFICES
    for name in _BARE_LABELS:
        value = labels.get(name, "")
        found = next(dates_in(value), None)
        of_meeting = found and "年" in value[: found.end] and (invites or _HOUR.match(value, found.end))
        if not of_meeting and (date := parse_date(value) or (found.iso if found else "")):
            return date
    return ""


def _date_of_title(heading: str, paragraphs: Sequence[str]) -> str:
    """Return the date in a title; none that is remembered in it, and no year of work in a text of another year."""
    for found in dates_in(heading):
        if _REMEMBERED.search(heading[: found.start]) or _SINCE.match(heading, found.end):
            continue
        if _YEAR_OF_WORK.match(heading, found.end):
            days = {day.iso[:4] for p in paragraphs for day in dates_in(p) if "-" in day.iso}
            if days and found.iso not in days:
                continue
        return found.iso
    return ""


def _opening_date(first: str, paragraphs: Sequence[str]) -> str:
    """Return the date with which a text begins, or that of its dateline; no date of which it only speaks."""
    found = next(dates_in(first[:80]), None)
    if found is None or _AFTER_DATE.match(first, found.end):
        return ""
    before = first[: found.start]
    starts = bool(_OPENING.match(before)) or bool(re.match(r"\s*(?:电|讯|消息)", first[found.end :]))
    dated = starts or bool(re.search(r"(?:讯|电|消息)\s*(?:[（(][^（()）]*[)）])?\s*$", before))
    return found.iso if dated and not any(later_years(p, found.iso[:4]) for p in paragraphs) else ""
