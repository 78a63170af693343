"""The automatic numbers of a Word document: 一、 （一） 1. as its list levels make them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{W}val"
_PLACE = re.compile(r"%(\d)")
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_TENS = "十百千"
_LEGAL_TENS = "拾佰仟"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_UNITS = ((9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LARGEST = 9999


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    suffix: str
    style: str
    is_legal: bool


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    style_link: str = ""
    counters: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a document, in its order."""

    def __init__(self, root: etree._Element | None) -> None:
        """`root` is that of the numbering part; None where the document has no lists."""
        self._lists: dict[str, _List] = {}
        self._list_of: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._own: dict[str, dict[int, _Level]] = {}
        """Levels that a list has otherwise than the definition it shares with others."""
        self._begun: set[tuple[str, int]] = set()
        if root is None:
            return
        for abstract in root.findall(f"{W}abstractNum"):
            link = abstract.find(f"{W}numStyleLink")
            levels = {_integer(level.get(f"{W}ilvl")): _level(level) for level in abstract.findall(f"{W}lvl")}
            name = abstract.get(f"{W}abstractNumId", "")
            self._lists[name] = _List(levels, link.get(_VAL, "") if link is not None else "")
        for num in root.findall(f"{W}num"):
            number = num.get(f"{W}numId", "")
            self._list_of[number] = _value(num, "abstractNumId")
            self._starts[number] = {
                _integer(override.get(f"{W}ilvl")): _integer(_value(override, "startOverride"), 1)
                for override in num.findall(f"{W}lvlOverride")
                if override.find(f"{W}startOverride") is not None
            }
            self._own[number] = {
                _integer(override.get(f"{W}ilvl")): _level(level)
                for override in num.findall(f"{W}lvlOverride")
                if (level := override.find(f"{W}lvl")) is not None
            }

    def link_styles(self, number_of_style: dict[str, str]) -> None:
        """Let lists that take their levels from a list style find them, by the list that each style names."""
        for abstract in self._lists.values():
            source = self._lists.get(self._list_of.get(number_of_style.get(abstract.style_link, ""), ""))
            if not abstract.levels and source is not None:
                abstract.levels = source.levels

    def level_of_style(self, number: str, style: str) -> int:
        """Return the level of a list that belongs to a paragraph style; 0 where none does."""
        found = self._lists.get(self._list_of.get(number, ""))
        levels = found.levels.items() if found else ()
        return next((depth for depth, level in levels if level.style == style), 0)

    def label(self, number: str, depth: int) -> str:
        """Count one paragraph and return what stands before it, with the space that follows.

        Args:
            number: the list instance that the paragraph names.
            depth: its level in the list, from 0.
        """
        name = self._list_of.get(number, "")
        found = self._lists.get(name)
        if found is None:
            return ""
        levels = found.levels | self._own.get(number, {})
        if depth not in levels:
            return ""
        counters = found.counters
        restart = self._starts.get(number, {})
        if depth in restart and (number, depth) not in self._begun:
            counters[depth] = restart[depth]
        else:
            counters[depth] = counters.get(depth, levels[depth].start - 1) + 1
        self._begun.add((number, depth))
        for deeper in [other for other in counters if other > depth]:
            del counters[deeper]
        return _text(levels, counters, depth)


def _text(levels: dict[int, _Level], counters: dict[int, int], depth: int) -> str:
    level = levels[depth]
    numbers: list[str] = []

    def put(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        source = levels.get(place)
        if source is None:
            return ""
        form = "decimal" if level.is_legal else source.form
        numbers.append(formatted(counters.get(place, source.start), form))
        return numbers[-1]

    text = _PLACE.sub(put, level.text)
    if level.form == "bullet" or not numbers or not all(numbers):
        return ""
    if level.suffix == "nothing" or text.endswith(tuple("、．）】》：。，")):
        return text
    return text + " "


def formatted(number: int, form: str) -> str:
    """Return a number in a form of the file format (`decimal`, `chineseCounting`); empty for an unknown form."""
    if not 0 <= number <= _LARGEST:
        return ""
    if form in ("decimal", "numberInDash"):
        return str(number)
    if form == "decimalZero":
        return f"{number:02d}"
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return str(number).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    if form in ("chineseCounting", "chineseCountingThousand", "taiwaneseCountingThousand", "japaneseCounting"):
        return _counted(number, _DIGITS, _TENS)
    if form in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(digit)] for digit in str(number))
    if form == "taiwaneseCounting":
        return _counted(number, _DIGITS, _TENS)
    if form == "chineseLegalSimplified":
        return _counted(number, _LEGAL, _LEGAL_TENS)
    if form in ("upperLetter", "lowerLetter") and number:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman") and number:
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    return _enclosed(number, form)


def _enclosed(number: int, form: str) -> str:
    """Return a number that is one character of a row in Unicode."""
    rows = {
        "decimalEnclosedCircle": (0x2460, 20), "decimalEnclosedCircleChinese": (0x2460, 20),
        "decimalEnclosedParen": (0x2474, 20), "decimalEnclosedFullstop": (0x2488, 20),
        "ideographEnclosedCircle": (0x3280, 10), "ideographParenthesized": (0x3220, 10),
    }  # fmt: skip
    if form in rows and 1 <= number <= rows[form][1]:
        return chr(rows[form][0] + number - 1)
    signs = {"ideographTraditional": _STEMS, "ideographZodiac": _BRANCHES}.get(form, "")
    return signs[number - 1] if 1 <= number <= len(signs) else ""


def _counted(number: int, digits: str, tens: str) -> str:
    """Return a number as it is spoken: 10 十, 21 二十一, 105 一百〇五."""
    if number == 0:
        return digits[0]
    text = ""
    written = str(number)
    for place, digit in enumerate(int(figure) for figure in written):
        power = len(written) - place - 1
        if digit:
            text += digits[digit] + (tens[power - 1] if power else "")
        elif text and not text.endswith(digits[0]) and any(figure != "0" for figure in written[place:]):
            text += digits[0]
    return text[1:] if text.startswith("一十") else text


def _roman(number: int) -> str:
    text = ""
    for value, sign in (*_ROMAN, *_ROMAN_UNITS):
        while number >= value:
            text, number = text + sign, number - value
    return text


def _level(element: etree._Element) -> _Level:
    return _Level(
        start=_integer(_value(element, "start"), 1),
        form=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText"),
        suffix=_value(element, "suff"),
        style=_value(element, "pStyle"),
        is_legal=element.find(f"{W}isLgl") is not None,
    )


def _value(element: etree._Element, name: str) -> str:
    child = element.find(f"{W}{name}")
    return "" if child is None else str(child.get(_VAL, ""))


def _integer(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default
