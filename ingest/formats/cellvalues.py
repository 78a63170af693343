"""Values of spreadsheet cells as the sheet shows them: 45%, 2024年3月5日, 3 and not 3.0."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|\[\$([^\]\-]*)[^\]]*\]')
"""Text in quotes, a sign that is escaped (also by "!", in Chinese programs), or that of a currency."""
_NOT_SHOWN = re.compile(r"\[[^\]]*\]|_.|\*.")
_CONDITION = re.compile(r"\[[<>=]")
_PATTERN = re.compile(
    r"(?P<before>[^0#?%,.]*?)(?:(?P<general>General|G/通用格式)|(?=[#?0.])(?P<digits>[#?0,]*?)(?:\.(?P<decimals>[0#?]+))?"
    r"(?P<thousands>,*)) *(?P<percent>%?)(?P<after>[^0#?%,.]*)"
)
_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_PICTURE = re.compile(r"=?(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
"""What WPS writes for a picture in a cell."""
_QUOTED = re.compile(r'^="([^"]*)"$')
"""How a CSV file keeps the zeros of a number: ="001"."""
_PRECISION = 15
"""Significant digits of a spreadsheet; what a binary fraction has behind them is noise."""
_FIRST_MARK = 0xE000


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
    if text in _ERRORS or _PICTURE.match(text):
        return ""
    return _QUOTED.sub(r"\1", text)


def _number(value: int | float, number_format: str) -> str:
    try:
        exact = Decimal(f"{value:.{_PRECISION}g}") if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return ""
    if not exact.is_finite():
        return ""
    literals: dict[str, str] = {}

    def marked(match: re.Match[str]) -> str:
        mark = chr(_FIRST_MARK + len(literals))
        literals[mark] = match[1] or match[2] or match[3] or ""
        return mark

    plain = _LITERAL.sub(marked, number_format)
    if _CONDITION.search(plain):
        return _written(exact)
    above, below, *_ = [*_NOT_SHOWN.sub("", plain).split(";"), ""]
    # A sheet may tell by a word what is below zero: 下降3.2. Where it does so by brackets or a colour, a minus is kept.
    words = ["".join(literals.get(sign, "") for sign in section).strip(" ()-+") for section in (above, below)]
    has_word = exact < 0 and below and words[0] != words[1]
    text = _formatted(-exact, below, literals) if has_word else _formatted(exact, above, literals)
    return _written(exact) if text is None else text


def _formatted(exact: Decimal, section: str, literals: dict[str, str]) -> str | None:
    """Return a number by a format without alternatives; None where it is not sure what the sheet shows."""
    match = _PATTERN.fullmatch(section)
    if not match or re.search(r"[A-Za-z@/]", match["before"] + match["after"]):
        return None
    digits, decimals = match["digits"] or "", match["decimals"] or ""
    text = _written(exact)
    if not match["general"]:
        scaled = exact.scaleb((2 if match["percent"] else 0) - 3 * len(match["thousands"]))
        try:
            text = f"{scaled.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP):f}"
        except InvalidOperation:  # more digits than a decimal has
            return None
        least = len(decimals.rstrip("#?"))
        while "." in text and len(text.rpartition(".")[2]) > least and text.endswith("0"):
            text = text[:-1]
        text = text.removesuffix(".")
    if set(digits) == {"0"} and not text.startswith("-"):
        whole, point, fraction = text.partition(".")
        text = whole.zfill(len(digits)) + point + fraction
    before, after = match["before"].strip(" ()-+"), match["after"].strip(" ()-+")
    return "".join(literals.get(sign, sign) for sign in f"{before}{text}{match['percent']}{after}").strip()


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: datetime | date | time, number_format: str) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    names = _LITERAL.sub(lambda match: match[1] or match[2] or "", number_format)
    parts = _NOT_SHOWN.sub("", _LITERAL.sub("", number_format)).lower()
    if "年" in names:
        text = f"{value.year}年"
        if "月" in names:
            text += f"{value.month}月"
        if "日" in names:
            text += f"{value.day}日"
    elif "y" in parts and not re.search(r"[dhs]", parts):
        # A month of birth is stored with a day that nobody wrote.
        text = f"{value.year:04d}-{value.month:02d}" if "m" in parts else f"{value.year:04d}"
    else:
        text = f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        text += value.strftime(" %H:%M:%S" if value.second else " %H:%M")
    return text
