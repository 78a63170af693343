"""Completes a turn that leaves things out from the turns before it: 那盐都区呢？ 它的组委会在哪？ 换成2022年呢？."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.schema import Turn
from retriever.question import Ask, Question, QuestionReader

_WHAT_ABOUT = re.compile(
    r"^(?:那么?|换成|如果是|要是)?\s*(.{1,24}?)\s*(?:的?(?:情况)?又?呢|的?情况(?:怎么?样|如何)?)\s*[？?。]*$"
)
_ASKS = re.compile(r"多少|几|哪|谁|什么|啥|怎|如何|是否|有没有|吗")
_ONLY_A_YEAR = re.compile(r"^(?:(?:19|20)\d{2}年?度?[、和与]?)+$")
_YEAR = re.compile(r"(?:19|20)\d{2}年")
_PLACE_PRONOUN = re.compile(r"^(?:那么?)?(?:[这那]个|该|他们|这)(?:区县|区|县|市|地方)(?P<rest>.*)$")
_PRONOUN = re.compile(
    r"^(?:那么?)?(?:它们?|他们|她们|其(?![中他它余实次])|[这该](?:[项个])?(?:活动|计划|工程|制度|平台|品牌|政策|工作|项目))(?P<rest>.*)$"
)
_AMONG_THEM = re.compile(r"^其中[，,]?\s*(?P<rest>.*)$")
_REFERENCE = re.compile(r"[^，,。？?]{0,12}?(?:那个|这个|该)(?:区|县|市|地方|单位)")
_ALL = re.compile(r"它们|他们|两地|各地|分别|各(?!种|项|级|类)")
_NO_NOUN = tuple("的和跟与同由在有是呢，,会能要将还也都又被把用从对为")
"""What begins so is no noun that 的 could stand before."""
_MOST_TURNS = 8
_FEW_TERMS = 1
_HAS_OBJECT = re.compile(r"(?:有|是)?(?:哪些|什么)[\u4e00-\u9fff]{3,}")
"""有哪些人才公寓 says itself what it is about; 有哪些举措 does not."""
_VALUES = frozenset({Ask.NUMBER, Ask.MONEY, Ask.PERSON, Ask.DATE, Ask.UNIT})
_SHORT = 14
"""Characters: a question this short that names nothing speaks of what was spoken of before."""


def complete(question: str, history: Sequence[Turn], reader: QuestionReader) -> str:
    """Return the question as it has to be understood; the question itself where it needs nothing."""
    understood = ""
    earlier = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    earlier = [turn for turn in earlier if not reader.read(turn).small_talk]
    for turn in (*earlier[-_MOST_TURNS:], question):
        understood = _completed(turn, understood, reader) if understood else turn
    return understood


def _completed(question: str, before: str, reader: QuestionReader) -> str:
    """Return a question as it has to be understood after the one before it."""
    previous, current = reader.read(before), reader.read(question)
    text = question.strip()
    if match := _PLACE_PRONOUN.match(text):
        return f"{_place(previous, text)}{match['rest']}" if previous.places else question
    if match := _AMONG_THEM.match(text):
        topic = _topic(previous, current)
        return f"{topic}，其中{match['rest']}" if topic else question
    if match := _PRONOUN.match(text):
        return _joined(_topic(previous, current), match["rest"]) or question
    if (match := _WHAT_ABOUT.match(text)) and not _ASKS.search(match[1]):
        return _exchanged(previous, reader.read(match[1]))
    if len(text) <= _SHORT and _leaves_out(current):
        return f"{_topic(previous, current)}{text}"
    return question


def _leaves_out(question: Question) -> bool:
    """Whether a question lacks what it is about: 负责人是谁, 最终录用了多少人; not 什么是党建, 有哪些人才公寓."""
    if question.places or question.names or question.spread or Ask.DEFINITION in question.asks:
        return False
    if question.asks & _VALUES:
        return len(question.terms) <= _FEW_TERMS + 1
    return len(question.terms) <= _FEW_TERMS and not _HAS_OBJECT.search(question.text)


def _exchanged(previous: Question, what: Question) -> str:
    """Return the previous question, asked of `what` instead: of another year, place or programme; else about that."""
    text = previous.text
    if _ONLY_A_YEAR.match(what.text):
        return _of_year(previous, what)
    if what.places:
        wanted = what.text
        if what.names and previous.names and previous.names[0] in text:
            text = text.replace(previous.names[0], what.names[0], 1)
            wanted = what.text[: what.places[0].end]
        if not previous.places:
            return wanted + _REFERENCE.sub("", text, count=1)
        first, *others = previous.places
        for mention in reversed(others):
            text = text[: mention.start].rstrip("、，,和与及") + text[mention.end :]
        return text[: first.start] + wanted + text[first.end :]
    bare = what.text.strip("“”《》")
    if what.names and any(bare == name for name in what.names):
        for name in previous.names:
            if name in text:
                return text.replace(name, bare, 1)
    return _joined(_topic(previous, what), what.text)


def _of_year(previous: Question, what: Question) -> str:
    year = what.text if what.text.endswith(("年", "年度")) else f"{what.text}年"
    if match := _YEAR.search(previous.text):
        return previous.text[: match.start()] + year + previous.text[match.end() :]
    at = previous.places[0].end if previous.places else 0
    return previous.text[:at] + year + previous.text[at:]


def _place(question: Question, asked: str) -> str:
    """Return the place of a question as it stands there; all of several where all are asked about."""
    places = [question.text[mention.start : mention.end] for mention in question.places]
    return "和".join(dict.fromkeys(places)) if _ALL.search(asked) else "".join(places[:1])


def _topic(previous: Question, current: Question) -> str:
    """Return what a question is about: its place and year, and the first thing that it names or its first nouns."""
    place = _place(previous, current.text)
    year = f"{previous.years[0]}年" if previous.years and not current.years else ""
    nouns = [term for term, weight in previous.terms.items() if weight >= 1 and not term.isdecimal()]
    others = [term for term in previous.terms if not term[:4].isdecimal()]
    name = previous.names[0] if previous.names else "".join((nouns or others)[:2])
    return "的".join(filter(None, (f"{place}{year}", name)))


def _joined(topic: str, rest: str) -> str:
    """Return `rest` said of a topic; empty where there is none."""
    return topic and f"{topic}{'' if rest.startswith(_NO_NOUN) or not rest else '的'}{rest}"
