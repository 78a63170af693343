"""Completes a turn that leaves things out from the turns before it: 那盐都区呢？ 它的组委会在哪？."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.question import Question, QuestionReader
from core.schema import Turn

_WHAT_ABOUT = re.compile(r"^(?:那么?|换成|如果是)?\s*(.{1,24}?)\s*(?:又?呢|怎么样|的?情况呢)\s*[？?。]*$")
_PRONOUN = re.compile(
    r"^(?:那么?)?(?P<it>它们?|他们|她们|其|这[项个](?:活动|计划|工程|制度|平台|品牌|政策|工作)?|该(?:活动|计划|工程|制度|平台|品牌|政策|项目|区))(?P<rest>.*)$"
)
_REFERENCE = re.compile(r"[^，,。？?]{0,12}?(?:那个|这个|该)(?:区|县|市|地方|单位)")
_FEW_TERMS = 2
_SHORT = 14
"""Characters: a question this short that names nothing speaks of what was spoken of before."""


def complete(question: str, history: Sequence[Turn], reader: QuestionReader) -> str:
    """Return the question as it has to be understood; the question itself where it needs nothing."""
    earlier = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not earlier:
        return question
    before = complete(earlier[-1], history[: _position(history, earlier[-1])], reader)
    previous, current = reader.read(before), reader.read(question)
    if (match := _WHAT_ABOUT.match(question.strip())) and not _PRONOUN.match(question.strip()):
        return _exchanged(previous, current, match[1])
    topic = _topic(previous)
    if not topic:
        return question
    if match := _PRONOUN.match(question.strip()):
        rest = match["rest"]
        return f"{topic}{rest}" if rest.startswith("的") else f"{topic}的{rest.lstrip('，, ')}"
    bare = not current.places and not current.names and not current.spread and len(current.terms) <= _FEW_TERMS
    if bare and len(question.strip()) <= _SHORT:
        return f"{topic}{question.strip()}"
    return question


def _position(history: Sequence[Turn], content: str) -> int:
    return max(i for i, turn in enumerate(history) if turn.role == "user" and turn.content == content)


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
