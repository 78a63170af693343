"""Dates as Chinese texts write them: 2024年3月5日, 2024-03-05, 二〇二四年三月五日. None but real days count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as calendar_day

_ZERO = "〇○零ОOo0"
_NUMERALS = {**dict.fromkeys(_ZERO, 0), **{sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}}
_YEAR = rf"(?:19|20)\d{{2}}|[一二][九{_ZERO}][{_ZERO}一二三四五六七八九]{{2}}"
_NUMBER = r"\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_DATE = re.compile(
    rf"(?<![\d\-—–~～至到])(?P<year>{_YEAR})\s*(?:(?P<word>年)|[-./](?=\s?\d))"
    rf"(?:\s*(?P<month>{_NUMBER})(?![\d一二三四五六七八九十])\s*(?:月|[-./](?=\s?\d))"
    rf"(?:\s*(?P<day>{_NUMBER})(?![\d一二三四五六七八九十])\s*[日号]?)?)?"
)
_COMPACT = re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d{2})(\d{2})(\d{2})(?![0-9A-Za-z])")
_WHOLE = re.compile(r"((?:19|20)\d{2})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?|年)?")
_SPAN = re.compile(r"\s*(?:度?以[来前后内]|[、,，]\s*(?:19|20)\d{2}|[至到\-—–~～])")
"""What makes a year or a day the beginning of a time, or one of several."""
_FULL_WIDTH = str.maketrans("０１２３４５６７８９／－．", "0123456789/-.")
_OTHER_YEAR = re.compile(r"(?<![\d第])((?:19|20)\d{2})\s*年")


@dataclass(frozen=True, slots=True)
class Found:
    """A date at `text[start:end]`, as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`."""

    iso: str
    start: int
    end: int


def dates_in(text: str) -> Iterator[Found]:
    """Yield the dates in a text, in order; the years of a span of time (2021至2023年, 2021年以来) are none."""
    folded = text.translate(_FULL_WIDTH)
    for match in _DATE.finditer(folded):
        year, month, day = match["year"], match["month"], match["day"]
        if month is None and (not match["word"] or folded[match.end() : match.end() + 1] in tuple("、,，")):
            continue
        if month is not None and day is None and not match[0].endswith("月"):
            continue
        if _SPAN.match(folded, match.end()):
            continue
        if iso := _iso(_digits(year), month, day):
            yield Found(iso, match.start(), match.end())


def first_date(text: str) -> str:
    """Return the first date in a text; empty where there is none."""
    return next((found.iso for found in dates_in(text)), "")


def whole_date(text: str) -> str:
    """Return the date that a line consists of, up to brackets, weekday and time of day; empty where it is more."""
    bare = text.strip(" \t\u3000()（）[]【】")
    found = next(dates_in(bare), None)
    if found is None or found.start > 0:
        return ""
    rest = re.sub(
        r"(?:星期|周)[一二三四五六日天]|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?|印发|发布|\s|[()（）]", "", bare[found.end :]
    )
    return "" if rest else found.iso


def date_of_name(name: str) -> str:
    """Return the date in the name of a file, also one such as 20240305; empty where there is none."""
    for match in _COMPACT.finditer(name):
        if iso := _iso(match[1], match[2], match[3]):
            return iso
    return first_date(name)


def parse_date(text: str) -> str:
    """Return a date that a person or a program has written by itself, also only 2024 or 2024-5; empty where it is none.

    A time of day behind it is left out.
    """
    bare = text.translate(_FULL_WIDTH).strip()
    if match := _COMPACT.fullmatch(bare):
        return _iso(match[1], match[2], match[3])
    bare = re.sub(r"[T\s]\d{1,2}[:：].*$", "", bare).replace(" ", "")
    if match := _WHOLE.fullmatch(bare):
        return _iso(match[1], match[2], match[3])
    return whole_date(bare)


def later_years(text: str, year: str) -> bool:
    """Whether a text speaks of a year after `year`, so that it was hardly written in it."""
    return any(match[1] > year for match in _OTHER_YEAR.finditer(text.translate(_FULL_WIDTH)))


def _digits(year: str) -> str:
    return year if year.isdigit() else "".join(str(_NUMERALS[sign]) for sign in year)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, units = text.rpartition("十")
    return (_NUMERALS[tens] if tens else 1 if ten else 0) * 10 + (_NUMERALS[units] if units else 0)


def _iso(year: str, month: str | None, day: str | None) -> str:
    parts = [int(year), *(_number(part) for part in (month, day) if part is not None)]
    try:
        calendar_day(*[*parts, 1, 1][:3])
    except ValueError:
        return ""
    return "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])
