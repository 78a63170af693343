"""Completes a turn that leaves things out from the turns before it: 那盐都区呢？ 它的组委会在哪？."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.schema import Turn
from retriever.question import Ask, Question, QuestionReader

_WHAT_ABOUT = re.compile(r"^(?:那么?|换成|如果是)?\s*(.{1,24}?)\s*(?:又?呢|的?情况呢)\s*[？?。]*$")
_PRONOUN = re.compile(
    r"^(?:那么?)?(?P<it>它们?|他们|她们|其|这[项个](?:活动|计划|工程|制度|平台|品牌|政策|工作)?|该(?:活动|计划|工程|制度|平台|品牌|政策|项目|区))(?P<rest>.*)$"
)
_REFERENCE = re.compile(r"[^，,。？?]{0,12}?(?:那个|这个|该)(?:区|县|市|地方|单位)")
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
    for turn in (*earlier[-_MOST_TURNS:], question):
        understood = _completed(turn, understood, reader) if understood else turn
    return understood


def _completed(question: str, before: str, reader: QuestionReader) -> str:
    """Return a question as it has to be understood after the one before it."""
    previous, current = reader.read(before), reader.read(question)
    if (match := _WHAT_ABOUT.match(question.strip())) and not _PRONOUN.match(question.strip()):
        return _exchanged(previous, current, match[1])
    topic = _topic(previous)
    if not topic:
        return question
    if match := _PRONOUN.match(question.strip()):
        rest = match["rest"]
        return f"{topic}{rest}" if rest.startswith("的") else f"{topic}的{rest.lstrip('，, ')}"
    if len(question.strip()) <= _SHORT and _leaves_out(current):
        return f"{topic}{question.strip()}"
    return question


def _leaves_out(question: Question) -> bool:
    """Whether a question lacks what it is about: 负责人是谁, 最终录用了多少人; not 什么是党建, 有哪些人才公寓."""
    if question.places or question.names or question.spread or Ask.DEFINITION in question.asks:
        return False
    if question.asks & _VALUES:
        return len(question.terms) <= _FEW_TERMS + 1
    return len(question.terms) <= _FEW_TERMS and not _HAS_OBJECT.search(question.text)


def _exchanged(previous: Question, current: Question, what: str) -> str:
    """Return the previous question, asked of something else."""
    text = previous.text
    if current.places:
        if previous.places:
            first, *others = previous.places
            for mention in reversed(others):
                text = text[: mention.start].rstrip("、和与及") + text[mention.end :]
            return text[: first.start] + what + text[first.end :]
        return what + _REFERENCE.sub("", text, count=1)
    for name in previous.names:
        if name in text:
            return text.replace(name, what.strip("“”"), 1)
    return f"{_topic(previous)}{what}"


def _topic(question: Question) -> str:
    """Return what a question is about: its place and the first thing that it names, or its first words of weight."""
    place = question.places[0].name if question.places else ""
    name = question.names[0] if question.names else "".join(list(question.terms)[:2])
    return f"{place}的{name}" if place and name else place or name
