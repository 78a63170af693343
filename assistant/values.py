"""Values in sentences: figures with their units, money, dates, persons and organisations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import rjieba

from assistant.question import Ask
from retriever.names import PERSON

_DIGITS = r"\d[\d,，.]*(?:\.\d+)?"
_QUALIFIER = r"(?:超过|超|近|约|逾|达|累计|不少于|至少|共)?"
_EMPTY_QUALIFIER = re.compile(r"^(?:达|累计|共)")
_SCALE = r"(?:[余多]?[万亿千百]+[余多]?|[余多]|\+)?"
_CHINESE_NUMBER = r"[一二两三四五六七八九十百千万亿]{1,12}[余多]?[万亿]?"
_UNITS = (
    "个百分点|人次|场次|平方米|公里|公顷|人|名|位|个|项|次|场|套|篇|家|支|条|种|批|件|岁|年|期|所|处|座|户|门|对|株|亩|吨|间|块|天|月|倍|"
    "分|类|元|千克|公斤|张|份|本|部|台|辆|只|头|枚|幅|封|轮|届|级|档|组|队|课|节|小时|分钟|周|米|度|村|%|％"
)
FIGURE = re.compile(
    rf"{_QUALIFIER}(?:{_DIGITS}{_SCALE}\s*(?:{_UNITS})余?|{_DIGITS}[余多]?[万亿]余?|{_CHINESE_NUMBER}(?:{_UNITS}))"
)
_MONEY = re.compile(
    rf"{_QUALIFIER}(?:{_DIGITS}{_SCALE}|{_CHINESE_NUMBER})[余多]?\s*(?:[百千万亿]+)?[余多]?(?:美|港|欧)?元"
)
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|(?:19|20)\d{2}年|[去今前]年\d{1,2}月|\d{4}-\d{2}(?:-\d{2})?")
_OFFICE = (
    r"(?:书记|部长|主任|主席|局长|区长|市长|县长|镇长|院长|校长|教授|馆长|队长|组长|会长|经理|董事长|委员|调解员|成员)"
)
_PERSONS = re.compile(rf"{_OFFICE}({PERSON}?)(?=同志|[，,、。；;：:任为是在说等）)牵负带亲率介出]|$)|({PERSON}?)同志")
_BETWEEN_NAMES = re.compile(r"[、，,。；;：:“”（）()\s]|分别|由|在|和|与|及|等|是|为|牵头|负责|承办|组织|实施|设")
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff]{0,12}(?:委员会|政法委|纪委|[区县市省]委|工委|[教建团]委|[^全外内]部|局|厅|办公室|中心|学院|大学|公司|银行|协会|联社)"
)


def figures(text: str) -> list[str]:
    """Return the figures of a text as they are written, with qualifier and unit: 4000余万元, 超2000余人."""
    return [match[0].strip() for match in FIGURE.finditer(text)]


def holds_figure(text: str) -> bool:
    """Whether a sentence holds any figure besides years."""
    return any(not re.fullmatch(r"(?:19|20)\d{2}年", figure) for figure in figures(text))


def answers_in_kind(texts: Iterable[str], asks: Collection[Ask], measures: Sequence[str] = ()) -> bool:
    """Whether some sentence holds a value of the kind that is asked for, where a figure or a sum is."""
    for kind in (Ask.MONEY, Ask.NUMBER):
        if kind in asks:
            return any(holds_value(text, kind, measures) for text in texts)
    return True


def holds_value(text: str, ask: Ask, measures: Sequence[str] = ()) -> bool:
    """Whether a sentence holds a value of the kind that is asked for.

    Args:
        text: the sentence.
        ask: the kind.
        measures: what follows 多少 or 几 in the question; with it, a figure with that unit is wanted.
    """
    match ask:
        case Ask.NUMBER:
            return bool(_asked_figures(text, measures)) if measures else holds_figure(text)
        case Ask.MONEY:
            return bool(_MONEY.search(text))
        case Ask.DATE:
            return bool(_DATE.search(text))
        case Ask.PERSON:
            return bool(persons(text))
        case Ask.UNIT:
            return bool(organisations(text))
        case _:
            return False


def states(text: str, word: str) -> bool:
    """Whether a sentence says what `word` is: 主题为“…”, 办公室设在…, 有五个方面：…."""
    return bool(re.search(rf"{re.escape(word)}(?:名?为|是|叫|即|设[在于]|[：“《])", text))


def lead_values(text: str, asks: Iterable[Ask], measures: Sequence[str], question: str = "") -> list[str]:
    """Return the values to set in bold before an answer, in the order of the question; empty where unsure.

    Every value stands in `text` as it is written.
    """
    found: list[str] = []
    for ask in sorted(asks, key=_ORDER.index):
        match ask:
            case Ask.MONEY:
                found += [m[0] for m in _MONEY.finditer(text)]
            case Ask.NUMBER:
                found += _asked_figures(text, measures)
            case Ask.DATE:
                found += [m[0] for m in _DATE.finditer(text)][:1]
            case Ask.PERSON:
                found += persons(text)[:3]
            case Ask.UNIT:
                found += organisations(text, question)
            case _:
                pass
    values: list[str] = []
    for value in found:
        if not any(value in kept for kept in values):
            values = [kept for kept in values if kept not in value] + [value]
    return values[:6]


_ORDER = sorted(Ask, key=lambda ask: ask not in (Ask.DATE, Ask.PERSON, Ask.UNIT, Ask.MONEY))


def _asked_figures(text: str, measures: Sequence[str]) -> list[str]:
    """Return the figures whose unit, and where possible whose counted thing, is that of a measure of the question."""
    found: list[str] = []
    for measure in measures:
        unit_hits = [m for m in FIGURE.finditer(text) if _unit_fits(m[0], measure)]
        near = [m for m in unit_hits if _counted_fits(text[max(0, m.start() - 6) : m.end() + 8], measure)]
        found += [_EMPTY_QUALIFIER.sub("", m[0].strip()) for m in (near or unit_hits)[:2]]
    return found


_SAME_UNITS = ("人名位", "次场期轮届", "个家项处座所支条种类件块", "套间户", "元")
"""Measure words that texts use for each other: 34次 answers 几场, 12家 answers 几个."""
_MEASURE_WORDS = frozenset("".join(_SAME_UNITS) + "篇批岁年门对株亩吨天月倍村本份张")
_PEOPLE_COUNTED = re.compile(
    r"^个?(?:年轻|优秀|青年|基层)?(?:大学生|干部|青年|专家|党员|团员|教师|学生|人才|群众|人|同志|委员)"
)


def _wanted_unit(measure: str) -> str:
    """Return the measure word that 多少 or 几 asks for; empty where a thing follows without one (多少岗位)."""
    if measure[0] == "钱":
        return "元"
    if _PEOPLE_COUNTED.match(measure):
        return "人"
    first = rjieba.cut(measure)[0]
    return first[0] if len(first) == 1 or first in ("人次", "场次") else ""


def _unit_fits(figure: str, measure: str) -> bool:
    units = re.sub(r"[\d.,，+余多超近约逾达共累计不少于至过\s]", "", figure)
    wanted = _wanted_unit(measure)
    if wanted not in _MEASURE_WORDS:
        return bool(units)
    alike = next((group for group in _SAME_UNITS if wanted in group), wanted)
    return any(unit in units for unit in alike)


def _counted_fits(window: str, measure: str) -> bool:
    noun = measure[1:] if _wanted_unit(measure) == measure[0] else measure
    return len(noun) >= 2 and noun[:2] in window


def persons(text: str) -> list[str]:
    """Return the persons that a sentence names right behind an office or before 同志, and what the tagger adds."""
    names = [match[1] or match[2] for match in _PERSONS.finditer(text)]
    tagged = [word for word, tag in rjieba.tag(text) if tag == "nr" and re.fullmatch(PERSON, word)]
    return list(dict.fromkeys([*names, *(name for name in tagged if re.search(rf"{_OFFICE}、?{name}", text))]))


def organisations(text: str, question: str = "") -> list[str]:
    """Return the organisations that a sentence names and the question does not."""
    parts = [part for part in _BETWEEN_NAMES.split(text) if len(part) >= 2 and part not in question]
    return list(dict.fromkeys(part for part in parts if _ORGANISATION.fullmatch(part)))
