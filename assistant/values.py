"""Values in sentences: figures with their units, money, dates, persons and organisations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile

import rjieba

from retriever.figures import SAME_UNITS, UNITS, alike
from retriever.names import PERSON
from retriever.question import Ask, Measure
from retriever.text import is_row

_DIGITS = r"\d[\d,，.]*(?:\.\d+)?"
_QUALIFIER = (
    r"(?:不[得能应可]?(?:超过|少于|低于|高于|多于|超)|超过|超|将近|接近|近|大约|约|逾|达|累计|不足|不到|至少|"
    r"至多|最多|共)?"
)
_CLAUSE_END = re.compile(r"[，；;。：:！？]|,(?!\d)")
_ITEM_END = re.compile(r"[，；;。：:！？、]|,(?!\d)|和|及")
_CALENDAR = re.compile(r"(?:19|20)\d{2}年|\d{1,2}月")
_ONE = re.compile(r"一(?:个|名|位|次|种|批|条|支|家|项)")
_NUMERIC = re.compile(r"(?:约|近|超)?\d[\d,.]*(?:[%％万亿余]|[\u4e00-\u9fff]{1,2})?")
"""The value of a cell that counts something, with or without its unit."""
_REMARK = re.compile(r"[（(][^（()）]*[)）]")
_CHANGE = re.compile(r"降|增长|提高|上升|减少|增加了")
"""A figure in such a clause tells a difference, not an amount."""
_QUOTED_NAME = re.compile(r"“[^”，。；！？\d]{2,12}”")
_VALUES = frozenset({Ask.NUMBER, Ask.MONEY, Ask.PERSON, Ask.DATE, Ask.UNIT})
_LISTED = 2
"""A sentence with so many 、 lists things."""
_CLEAR = 0.25
_EMPTY_QUALIFIER = re.compile(r"^(?:达|累计|共)")
_SCALE = r"(?:[余多]?[万亿千百]+[余多]?|[余多]|\+)?"
_CHINESE_NUMBER = r"[一二两三四五六七八九十百千万亿]{1,12}[余多]?[万亿]?"
FIGURE = re.compile(
    rf"{_QUALIFIER}(?:{_DIGITS}{_SCALE}\s*(?:{UNITS})余?|{_DIGITS}[余多]?[万亿]余?|{_CHINESE_NUMBER}(?:{UNITS}))"
)
_MONEY = re.compile(
    rf"{_QUALIFIER}(?:{_DIGITS}{_SCALE}|(?![百千万亿]+元){_CHINESE_NUMBER})[余多]?\s*(?:[百千万亿]+)?[余多]?(?:美|港|欧)?元"
)
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|(?:19|20)\d{2}年|[去今前]年\d{1,2}月|\d{4}-\d{2}(?:-\d{2})?")
_OFFICE = (
    r"(?:书记|部长|主任|主席|局长|区长|市长|县长|镇长|院长|校长|教授|馆长|队长|组长|会长|经理|董事长|委员|调解员|成员)"
)
_PERSONS = re.compile(
    rf"{_OFFICE}({PERSON}?)(?=同志|[，,、。；;：:任为是在说等）)牵负带亲率介出兼]|$)|({PERSON}?)(?<![的等位名])同志"
)
_BETWEEN_NAMES = re.compile(
    r"[、，,。；;：:“”（）()\s]|分别|其中|由|有|于|在|和(?![平谐])|与|及|等|是|为|牵头|负责|承办|组织(?!部)|实施|设"
    r"|举行|举办|召开|主办|协办|联合(?!大学|会)|会同|印发|来自|走进|推荐|邀请"
)
_JOINED = "\u2060"
_SHORTEST_NAME = 4
"""Characters that have to be left of a name where something is cut off before it (陈嘉庚|学院)."""
_AND_INSIDE = re.compile(r"(?:发展|人力资源|住房|工业|文化|自然资源|卫生|农业|广播电视|教育|规划)和(?=[\u4e00-\u9fff])")
"""Names of offices that have a 和 inside: 国家发展和改革委员会."""
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff]{0,12}(?:委员会|政法委|纪委|[区县市省]委|工委|[教建团]委|[^全外内]部|局|厅|办公室|中心|学院|大学|学校|中学|小学|医院|公司|集团|银行|协会|联社|基金会|研究院|研究所)"
)


def figures(text: str) -> list[str]:
    """Return the figures of a text as they are written, with qualifier and unit: 4000余万元, 超2000余人."""
    return [match[0].strip() for match in FIGURE.finditer(text)]


def holds_figure(text: str) -> bool:
    """Whether a sentence holds any figure besides years."""
    return any(not re.fullmatch(r"(?:19|20)\d{2}年", figure) for figure in figures(text))


def answers_in_kind(texts: Iterable[str], asks: Collection[Ask], measures: Sequence[Measure] = ()) -> bool:
    """Whether some sentence holds a value of the kind that is asked for, where a figure or a sum is."""
    for kind in (Ask.MONEY, Ask.NUMBER):
        if kind in asks:
            return any(holds_value(text, kind, measures) for text in texts)
    return True


def lacks_kind(text: str, asks: Collection[Ask], measures: Sequence[Measure] = ()) -> bool:
    """Whether a sentence holds no value of any of the kinds that are asked for, where a value is asked for at all."""
    kinds = _VALUES.intersection(asks)
    return bool(kinds) and not any(holds_value(text, kind, measures) for kind in kinds)


def holds_value(text: str, ask: Ask, measures: Sequence[Measure] = ()) -> bool:
    """Whether a sentence holds a value of the kind that is asked for.

    Args:
        text: the sentence.
        ask: the kind.
        measures: what follows 多少 or 几 in the question; with it, a figure with that unit is wanted.
    """
    if is_row(text) and ask in (Ask.NUMBER, Ask.MONEY):
        return any(_NUMERIC.fullmatch(value) for _, value in _cells(text))
    match ask:
        case Ask.NUMBER:
            return any(_fitting_figures(text, measure) for measure in measures) if measures else holds_figure(text)
        case Ask.MONEY:
            return bool(_MONEY.search(text))
        case Ask.DATE:
            return bool(_DATE.search(text))
        case Ask.PERSON:
            return bool(persons(text))
        case Ask.UNIT:
            return bool(organisations(text))
        case Ask.LIST:
            return text.count("、") >= _LISTED
        case _:
            return False


def states(text: str, word: str) -> bool:
    """Whether a sentence says what `word` is: 主题为“…”, 办公室设在…, 有五个方面：…."""
    return bool(re.search(rf"{re.escape(word)}(?:名?为|是|叫|即|设[在于]|[：“《])", text))


def lead_values(text: str, asks: Iterable[Ask], measures: Sequence[Measure], question: str = "") -> list[str]:
    """Return the values to set in bold before an answer, in the order of the question; empty where unsure.

    Every value stands in `text` as it is written.
    """
    if is_row(text):
        return _row_values(text, asks, measures, question)
    found: list[str] = []
    for ask in sorted(asks, key=_ORDER.index):
        match ask:
            case Ask.MONEY:
                found += _only([m[0] for m in _MONEY.finditer(text)])
            case Ask.NUMBER if Ask.MONEY not in asks:
                found += [figure for measure in measures if (figure := _bound_figure(text, measure))]
            case Ask.DATE:
                found += _only([m[0] for m in _DATE.finditer(text)])
            case Ask.PERSON:
                found += _only(persons(text))
            case Ask.UNIT:
                found += organisations(text, question)
            case _:
                pass
    values: list[str] = []
    for value in found:
        if not any(value in kept for kept in values):
            values = [kept for kept in values if kept not in value] + [value]
    return values[:6]


def _row_values(text: str, asks: Iterable[Ask], measures: Sequence[Measure], question: str) -> list[str]:
    """Return the values of a row of a table whose headers name what is counted; no word of a header is a value.

    The question has to name what the row is about, as the next row is about something else in the same words.
    """
    cells = _cells(text)
    figures = [(header, value) for header, value in cells if _NUMERIC.fullmatch(value)]
    labels = [_REMARK.sub("", value) for _, value in cells if not _NUMERIC.fullmatch(value)]
    if not {Ask.NUMBER, Ask.MONEY} & set(asks) or not any(label and label in question for label in labels):
        return []
    found: list[str] = []
    for measure in measures:
        thing = _counted_thing(measure.text)
        wanted = [*([thing] if thing else []), *measure.context]
        scored = sorted(((sum(word in header for word in wanted), value) for header, value in figures), reverse=True)
        if scored and scored[0][0] and (len(scored) == 1 or scored[0][0] > scored[1][0]):
            found.append(scored[0][1])
    return list(dict.fromkeys(found))


def _cells(row: str) -> list[tuple[str, str]]:
    """Return the cells of a row with their headers."""
    parts = (cell.partition("：") for cell in row.rstrip("；").split("；"))
    return [(header, value) for header, colon, value in parts if colon]


def _only(values: Sequence[str]) -> Sequence[str]:
    """Return the value where there is just one: of several it is not clear which is meant."""
    return values if len(values) == 1 else ()


_ORDER = sorted(Ask, key=lambda ask: ask not in (Ask.DATE, Ask.PERSON, Ask.UNIT, Ask.MONEY))


def _fitting_figures(text: str, measure: Measure) -> list[re.Match[str]]:
    """Return the figures in a unit that the question asks for, where the sentence names the counted thing."""
    thing = _counted_thing(measure.text)
    if thing and not _names(text, thing):
        return []
    fitting = [m for m in FIGURE.finditer(text) if _counts(m, text) and _unit_fits(m[0], measure.text)]
    unit = _wanted_unit(measure.text)
    if fitting or not unit or unit in _MEASURE_WORDS:
        return fitting
    return list(re.finditer(rf"{_QUALIFIER}{_DIGITS}{_SCALE}\s*{re.escape(unit)}", text))


def _counts(figure: re.Match[str], text: str) -> bool:
    """Whether a figure counts something: no year, no 第三届, no 6个月, and no part of a name (“百人计划”)."""
    if any(name.start() < figure.start() < name.end() for name in _QUOTED_NAME.finditer(text)):
        return False
    if _CALENDAR.fullmatch(figure[0]) or _ONE.match(figure[0]) or text[: figure.start()].endswith(("第", "前", "后")):
        return False
    return not (figure[0].endswith("个") and text[figure.end() : figure.end() + 1] == "月")


def _bound_figure(text: str, measure: Measure) -> str:
    """Return the one figure that its own clause binds to what the question counts; empty where that is not clear.

    A figure that stands right beside the counted thing wins; else the one whose clause holds most of the words that
    stand around 多少 in the question. Two that do equally well prove nothing.
    """
    thing = _counted_thing(measure.text)
    figures = _fitting_figures(text, measure)
    scored = sorted(((_binding(text, m, thing, measure.context), m) for m in figures), key=lambda pair: -pair[0])
    if not scored or (thing and not _beside(text, scored[0][1], thing)):
        return ""
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _CLEAR:
        return ""
    if _CHANGE.search(_around(text, scored[0][1], _CLAUSE_END)) and not _CHANGE.search(measure.part):
        return ""
    return _EMPTY_QUALIFIER.sub("", scored[0][1][0].strip())


def _binding(text: str, figure: re.Match[str], thing: str, context: Sequence[str]) -> float:
    score = 2.0 * bool(thing and _beside(text, figure, thing))
    for boundary, weight in ((_CLAUSE_END, 1.0), (_ITEM_END, 1.0)):
        clause = _around(text, figure, boundary)
        score += weight * sum(word in clause for word in context) / max(1, len(context))
    return score


def _beside(text: str, figure: re.Match[str], thing: str) -> bool:
    """Whether the counted thing stands next to a figure, in the same clause and with no other figure between."""
    behind = _CLAUSE_END.split(text[figure.end() : figure.end() + len(thing) + 8])[0]
    ahead = _ITEM_END.split(text[max(0, figure.start() - len(thing) - 5) : figure.start()])[-1]
    behind = re.split(r"[\d、]", behind)[0]
    return any(_near(part, thing) for part in (behind, ahead))


def _near(part: str, thing: str) -> bool:
    """Whether a thing stands in a piece of text as itself, not as the beginning of another name (博士后工作站)."""
    at, length = part.find(thing), len(thing)
    if at < 0 and len(thing) > 2:
        at, length = part.find(thing[-2:]), 2
    if at < 0 or part[at + length : at + length + 1] == "后":
        return False
    following = rjieba.tag(part[at + length :])
    return not following or following[0][1][0] != "n"


def _around(text: str, figure: re.Match[str], boundary: re.Pattern[str]) -> str:
    start = max((m.end() for m in boundary.finditer(text, 0, figure.start())), default=0)
    end = next((m.start() for m in boundary.finditer(text, figure.end())), len(text))
    return text[start:end]


def _counted_thing(measure: str) -> str:
    """Return the noun behind a measure word, 名博士 → 博士; empty where none follows or it is only 人."""
    if measure.startswith("个人"):
        return ""
    rest = measure[1:] if _wanted_unit(measure) == measure[:1] else measure
    thing = _noun_run(rest)
    return thing if len(thing) > 1 else ""


def _names(text: str, thing: str) -> bool:
    """Whether a sentence names a thing: as a word, or for long words by half of their character pairs."""
    if thing in rjieba.cut(text):
        return True
    pairs = [thing[i : i + 2] for i in range(len(thing) - 1)]
    return len(pairs) > 1 and sum(pair in text for pair in pairs) * 2 >= len(pairs)


_MEASURE_WORDS = frozenset("".join(SAME_UNITS) + "篇批岁年门对株亩吨天月倍村本份张")
_PEOPLE = (
    "大学生",
    "干部",
    "青年",
    "专家",
    "党员",
    "团员",
    "教师",
    "学生",
    "人才",
    "群众",
    "人",
    "同志",
    "委员",
    "队员",
    "志愿者",
)


def _wanted_unit(measure: str) -> str:
    """Return the measure word that 多少 or 几 asks for; empty where a thing follows without one (多少岗位)."""
    if not measure:
        return ""
    if measure[0] == "钱":
        return "元"
    if _noun_run(measure.removeprefix("个")).endswith(_PEOPLE):
        return "人"
    first = rjieba.cut(measure)[0]
    return first[0] if len(first) == 1 or first in ("人次", "场次") else ""


def _noun_run(text: str) -> str:
    """Return the nouns, and what qualifies them, at the beginning of a text: 青年突击队, 年轻干部."""
    return "".join(word for word, _ in takewhile(lambda pair: pair[1][0] in "ntjba", rjieba.tag(text)))


def _unit_fits(figure: str, measure: str) -> bool:
    units = re.sub(r"[\d.,，+余多超近约逾达共累计不少于低高足到大接将最至过得能应可\s]", "", figure)
    wanted = _wanted_unit(measure)
    if wanted not in _MEASURE_WORDS:
        return bool(units)
    return any(unit in units for unit in alike(wanted))


def persons(text: str) -> list[str]:
    """Return the persons that a sentence names right behind an office or before 同志, and what the tagger adds."""
    names = [(match[1] or match[2]).removesuffix("的") for match in _PERSONS.finditer(text)]
    tagged = [word for word, tag in rjieba.tag(text) if tag == "nr" and re.fullmatch(PERSON, word)]
    return list(dict.fromkeys([*names, *(name for name in tagged if re.search(rf"{_OFFICE}、?{name}", text))]))


def organisations(text: str, question: str = "") -> list[str]:
    """Return the organisations that a sentence names and the question does not."""
    joined = _AND_INSIDE.sub(lambda match: match[0].replace("和", _JOINED), text)
    parts = (_name_only(part).replace(_JOINED, "和") for part in _BETWEEN_NAMES.split(joined) if len(part) >= 2)
    found = [part for part in parts if _ORGANISATION.fullmatch(part.replace("和", ""))]
    asked = [word for word in rjieba.cut(question) if len(word) > 2]
    return list(dict.fromkeys(part for part in found if part not in question and not any(w in part for w in asked)))


def _name_only(part: str) -> str:
    """Return a part of a sentence without what stands before the name in it: a person, a preposition, a pronoun."""
    tagged = rjieba.tag(part)
    for number, (word, tag) in enumerate(tagged):
        person = tag[:2] == "nr" and len(word) > 2 and not _ORGANISATION.fullmatch(word)
        rest = "".join(following for following, _ in tagged[number + 1 :])
        if not (tag[0] in "pr" or person) or len(rest) < _SHORTEST_NAME or not _ORGANISATION.fullmatch(rest):
            return "".join(following for following, _ in tagged[number:])
    return part
