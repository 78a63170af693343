"""Values of spreadsheet cells as the sheet shows them: 45%, 2024年3月5日, 3 and not 3.0."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_LITERAL = re.compile(r'"([^"]*)"')
_NOT_SHOWN = re.compile(r"\[[^\]]*\]|_.|\*.|\\")
_PATTERN = re.compile(
    r"(?P<before>[^0#?%]*)(?P<digits>[#?0,]*)(?:\.(?P<decimals>[0#?]+))?(?P<percent>%?)(?P<after>[^0#?%]*)"
)
_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_PRECISION = 15
"""Significant digits of a spreadsheet; what a binary fraction has behind them is noise."""
_MARK = "\ue000"


def shown(value: object, number_format: str = "General") -> str:
    """Return the value of a cell as text; empty for an empty cell and for one that shows an error."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    text = str(value).replace("_x000D_", "\n").replace("\r\n", "\n").replace("\r", "\n").strip()
    return "" if text in _ERRORS else text


def _number(value: int | float, number_format: str) -> str:
    try:
        exact = Decimal(f"{value:.{_PRECISION}g}") if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return ""
    if not exact.is_finite():
        return ""
    section = number_format.split(";")[0]
    literals = _LITERAL.findall(section)
    plain = _NOT_SHOWN.sub("", _LITERAL.sub(_MARK, section))
    match = _PATTERN.fullmatch(plain)
    digits = match["digits"] if match else ""
    # A comma at the end, or an escaped point, shows thousands or ten thousands: then the value itself is safer.
    if not match or digits.endswith(",") or not digits or "!" in plain or re.search(r"[A-Za-z@/]", plain):
        return _written(exact)
    if match["percent"]:
        exact *= 100
    decimals = match["decimals"] or ""
    rounded = exact.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    least = len(decimals.rstrip("#?"))
    text = f"{rounded:f}"
    while "." in text and len(text.rpartition(".")[2]) > least and text.endswith("0"):
        text = text[:-1]
    text = text.removesuffix(".")
    if set(digits) == {"0"} and not text.startswith("-"):
        whole, point, fraction = text.partition(".")
        text = whole.zfill(len(digits)) + point + fraction
    before = _with_literals(match["before"], literals)
    after = _with_literals(match["after"], literals[match["before"].count(_MARK) :])
    return f"{before}{text}{match['percent']}{after}"


def _with_literals(text: str, literals: list[str]) -> str:
    for literal in literals[: text.count(_MARK)]:
        text = text.replace(_MARK, literal, 1)
    return text.strip(" ()-+")


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: datetime | date | time, number_format: str) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    names = _LITERAL.sub(lambda match: match[1], number_format)
    if "年" in names:
        text = f"{value.year}年"
        if "月" in names:
            text += f"{value.month}月"
        if "日" in names:
            text += f"{value.day}日"
    else:
        text = f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        text += value.strftime(" %H:%M:%S" if value.second else " %H:%M")
    return text
