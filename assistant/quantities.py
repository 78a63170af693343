"""Figures as values with units, so that 4000余万元 and 4千余万元 are one, and 34次 and 34场 are two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from retriever.figures import UNITS
from retriever.text import fold, narrow, squeeze, without_thousands

_CHINESE = "零〇一二两三四五六七八九十百千万亿"
_DIGIT = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_OVER, _ABOUT, _NEAR, _UNDER = "超", "约", "近", "不足"
_BEFORE = {
    _OVER: ("超过", "超出", "超", "逾", "至少", "突破", "高于"),
    _ABOUT: ("大约", "大概", "约"),
    _NEAR: ("接近", "将近", "近"),
    _UNDER: ("不足", "不到", "低于", "少于", "至多", "最多", "封顶"),
}
_BEHIND = {_OVER: ("以上", "余", "多", "+", "出头"), _ABOUT: ("左右", "上下", "前后", "许"), _UNDER: ("以下", "以内")}
_NOT = ("不", "不得", "不能", "不应", "不可")
_BEFORE[_UNDER] += tuple(no + beyond for no in _NOT for beyond in ("超过", "高于", "多于", "超"))
_BEFORE[_OVER] += tuple(no + below for no in _NOT for below in ("低于", "少于"))
_HEDGE_BEFORE = "|".join(sorted((word for words in _BEFORE.values() for word in words), key=len, reverse=True))
_HEDGE_BEHIND = "|".join(re.escape(word) for words in _BEHIND.values() for word in words).replace(
    "许", "许(?=[，。；、元,;.]|被|在|到|开|$)"
)
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[.\-/](0?[1-9]|1[0-2])(?:[.\-/](\d{1,2}))?(?!\d)")
"""2021.08 and 2023-05-04, which are 2021年8月 and 2023年5月4日."""
_COUNTED = "起步桩笔回趟遍款栋幢层样路道"
"""Measure words beside those of `UNITS`."""
_UNIT = (
    rf"(?:美|港|欧|日)元|分钟|小时|个月|个人(?=[，。；、,;.参报进住来去在的都被获（(]|$)|平米|{UNITS}|[日号{_COUNTED}]"
)
_FRACTION = re.compile(rf"(?P<of>[{_CHINESE}]+|\d+)分之(?P<part>[{_CHINESE}]+|\d+)")
_FIGURE = re.compile(
    rf"(?P<before>{_HEDGE_BEFORE})?(?:达到?|占|为|有)?"
    rf"(?:百分之(?P<percent>\d+(?:\.\d+)?|[{_CHINESE}点]+)"
    rf"|(?<![\d.])(?P<digits>\d+(?:\.\d+)?)(?P<tail>[余多十百千万亿]*)(?:(?<=[万亿])(?P<rest>\d+)(?P<scale>[百千万]))?"
    rf"|(?P<chinese>[{_CHINESE}][{_CHINESE}余多]*)(?=第?(?:{UNITS}|[日号{_COUNTED}])))"
    rf"(?P<more>\+|余)?\s*(?P<unit>{_UNIT})?(?P<behind>{_HEDGE_BEHIND})?"
)
_AT_MOST = re.compile(r"以([^，。；以]{1,12}?)为(?:上限|限)")
_EACH = re.compile(r"一人(?=对应|负责|一)")
"""一人一岗 tells no figure."""
_AFTERNOON = re.compile(r"(?:下午|晚上|傍晚|晚间|夜间|当晚|晚)(\d{1,2}|[一二两三四五六七八九十]{1,2})[点时](?!间)")
_ON_THE_CLOCK = re.compile(r"(?<=\d)点(?=\d{1,2}分|[，。；、]|左右|许|前后)")
_YEARS_TO = re.compile(r"(?<!\d)((?:19|20)\d{2})年?[—\-－~至到]+((?:19|20)\d{2})年")
_ABOUT_AWAY = re.compile(r"(?:大约|大概)([\u4e00-\u9fff]{1,3}?)(?=[\d二两三四五六七八九十])")
"""大约投了40万元 is 约40万元."""
_PROJECTS = re.compile(r"(?<=[\d余多百千万])项目")
_CLOCK = re.compile(r"(?<![\d:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?![\d:：])")
"""19:30, which is 19时30分."""
_GREAT = re.compile(r"(?<![二十])([二两三四五六七八九十])大(?![型约队会家学量多师])")
"""四大主题 are 四个主题."""
_YEARS = range(1900, 2100)
_LARGE = 100
_NOON = 12
_LONGEST_SPAN = 10
_SAME = {"名": "人", "位": "人", "个人": "人", "平米": "平方米", "号": "日", "％": "%"}
_NO_FIGURE = re.compile(
    rf"一(?:[{_COUNTED}日号个批种项套类支名位次部年件份些门天度村家场座条处所期户对间块张本台辆只头届队课节周轮组封幅级]|$)|两[些级]|十分|百分|千家|万[户家]|一[一二三四五六七八九]"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: `value` without scale words (6.8万 is 68000), `unit` (empty where none stands), and its hedge.

    Persons are counted in one unit: 名, 位 and 人 are 人. `hedge` is 超, 约, 近, 不足 or empty; 余, 多 and 以上 are 超.
    """

    value: Decimal
    unit: str = ""
    hedge: str = ""

    def is_told_by(self, other: Quantity) -> bool:
        """Whether another figure says this one: the same value and hedge, and no other unit where both have one.

        A small number without a unit, such as that of a list, and a year tell nothing that has a unit.
        """
        if self.value != other.value or self.hedge != other.hedge:
            return False
        if self.unit == other.unit or not self.unit:
            return True
        is_year = other.value == int(other.value) and int(other.value) in _YEARS
        return not other.unit and (self.unit == "年" if is_year else other.value >= _LARGE)


def quantities(text: str) -> list[Quantity]:
    """Return the figures of a text in their order; 一个, 十分 and the like count nothing and are left out."""
    return list(_quantities(without_thousands(squeeze(fold(narrow(text).replace("，", "；"))))))


def years_between(text: str) -> list[Quantity]:
    """Return the years that lie between two of a text: 2021年 where it says 2020—2022年."""
    spans = ((int(match[1]), int(match[2])) for match in _YEARS_TO.finditer(squeeze(fold(narrow(text)))))
    return [
        Quantity(Decimal(year), "年")
        for first, last in spans
        if last - first <= _LONGEST_SPAN
        for year in range(first + 1, last)
    ]


def _quantities(text: str) -> Iterator[Quantity]:
    text = _AFTERNOON.sub(_of_24_hours, text.replace("块钱", "元").replace("个小时", "小时").replace("个钟头", "小时"))
    text = _ABOUT_AWAY.sub(r"\1约", _PROJECTS.sub("个项目", text))
    text = _ON_THE_CLOCK.sub("时", text)
    text = _CLOCK.sub(r"\1时\2分", text)
    text = _GREAT.sub(r"\1个", _EACH.sub("每人", _AT_MOST.sub(r"不超过\1", text)))
    text = _DATE.sub(lambda date: "".join(n + u for n, u in zip(date.groups(""), "年月日", strict=True) if n), text)
    for match in _FRACTION.finditer(text):
        of, part = _number(match["of"]), _number(match["part"])
        if match["of"] != "百" and of is not None and part is not None:
            yield Quantity(part, f"/{of}")
    text = _FRACTION.sub(lambda match: match[0] if match["of"] == "百" else "；", text)
    for match in _FIGURE.finditer(text):
        if match["chinese"] and _NO_FIGURE.match(match["chinese"] + (match["unit"] or "")):
            continue
        value = _value(match)
        if value is not None:
            unit = "%" if match["percent"] else match["unit"] or ""
            if unit == "起" and value in _YEARS:
                unit = "年"
            yield Quantity(value, _SAME.get(unit, unit), _hedge(match))


def _of_24_hours(match: re.Match[str]) -> str:
    """Return 晚上9点 as 21时."""
    hour = _number(match[1])
    return match[0] if hour is None else f"{hour + 12 if hour < _NOON else hour}时"


def _value(match: re.Match[str]) -> Decimal | None:
    if match["percent"]:
        return _number(match["percent"])
    if match["digits"]:
        value = Decimal(match["digits"])
        for character in match["tail"]:
            value *= _SCALE.get(character, 1)
        if match["rest"]:
            value += Decimal(match["rest"]) * _SCALE[match["scale"]]
        return value
    return _number(match["chinese"])


def _number(text: str) -> Decimal | None:
    """Return the value of digits or of a Chinese number, 三千二百 or 九十五点五; None where it is none."""
    if text[0].isdecimal():
        return Decimal(text)
    whole, _, rest = text.partition("点")
    total = section = digit = 0
    seen = False
    for character in whole:
        if character in _DIGIT:
            digit, seen = _DIGIT[character], True
        elif character in "万亿":
            if character == "亿":
                total = (total + section + digit or 1) * _SCALE[character]
            else:
                total += (section + digit or 1) * _SCALE[character]
            section = digit = 0
            seen = True
        elif character in _SCALE:
            section += (digit or 1) * _SCALE[character]
            digit, seen = 0, True
    if not seen:
        return None
    value = Decimal(total + section + digit)
    return value + Decimal("0." + "".join(str(_DIGIT.get(c, 0)) for c in rest)) if rest else value


def _hedge(match: re.Match[str]) -> str:
    for hedge, words in _BEFORE.items():
        if match["before"] in words:
            return hedge
    inside = (match["tail"] or "") + (match["chinese"] or "") + (match["more"] or "")
    if any(character in inside for character in "余多+"):
        return _OVER
    return next((hedge for hedge, words in _BEHIND.items() if match["behind"] in words), "")
