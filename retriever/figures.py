"""Figures with their units, as texts write them."""

from __future__ import annotations

import re

UNITS = (
    "个百分点|人次|场次|平方米|公里|公顷|人|名|位|个|项|次|场|套|篇|家|支|条|种|批|件|岁|年|期|所|处|座|户|门|对|株|亩|吨|间|块|天|月|倍|"
    "分|类|元|千克|公斤|张|份|本|部|台|辆|只|头|枚|幅|封|轮|届|级|档|组|队|课|节|小时|分钟|周|米|度|村|%|％"
)
"""Measure words and units, as alternatives of a regular expression; the longer ones before those that begin them."""
SAME_UNITS = ("人名位", "次场期轮届", "个家项处座所支条种类件块", "套间户", "元")
"""Measure words that texts use for each other: 34次 answers 几场, 12家 answers 几个."""

_SCALED = rf"[余多]?(?P<scale>[万亿千百]*)[余多]?\s*(?P<unit>{UNITS})?"
_FIGURE = re.compile(rf"(?P<value>\d+(?:\.\d+)?){_SCALED}")


def alike(unit: str) -> str:
    """Return the measure words, one character each, that texts use for `unit`, itself among them."""
    return next((group for group in SAME_UNITS if unit in group), unit)


def stands_in(name: str, text: str) -> bool:
    """Whether a name or a figure stands in a text; a figure by itself and with its unit, where both tell one.

    34次 stands in 举办34余场 and in 场次：34, not in 34家, 134次 or 34万次.

    Args:
        name: a name, or digits without commas and what counts: 34次, 1200万元, 350.
        text: without commas inside figures; see `retriever.text.without_thousands`.
    """
    wanted = _FIGURE.fullmatch(name)
    if wanted is None:
        return name in text
    found = re.finditer(rf"(?<![\d.]){re.escape(wanted['value'])}(?![\d]|\.\d){_SCALED}", text)
    return any(one["scale"] == wanted["scale"] and _same(one["unit"], wanted["unit"]) for one in found)


def _same(one: str | None, other: str | None) -> bool:
    return not one or not other or one == other or (len(one) == len(other) == 1 and one in alike(other))
