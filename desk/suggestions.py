"""Questions to go on with: about other things in the texts that an answer cites, each tried before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from core.errors import OrgAskError
from core.schema import Answer, AnswerStatus, Article
from core.templates import Templates
from desk.conversations import Conversation
from retriever.names import quoted_names

MOST = 3
_TRIED = 5
_SHORTEST, _LONGEST = 3, 14
_ENDINGS = (
    "计划",
    "工程",
    "行动",
    "品牌",
    "活动",
    "制度",
    "平台",
    "大赛",
    "学院",
    "一体化",
    "机制",
    "模式",
    "驿站",
    "公寓",
    "基地",
    "之家",
)
Try = Callable[[str], Answer]


class Suggestions:
    """Finds questions to go on with."""

    def __init__(self, templates: Templates) -> None:
        """`templates` is `answers.toml`."""
        self._templates = templates

    def after(self, conversation: Conversation, articles: Sequence[tuple[Article, str]], ask: Try) -> tuple[str, ...]:
        """Return up to `MOST` questions that can be answered.

        Args:
            conversation: its last answer is what they go on from.
            articles: those that it cites, with their texts.
            ask: answers a question by itself.
        """
        asked = "".join(exchange.question for exchange in conversation.exchanges)
        told = "".join(e.answer.text for e in conversation.exchanges if e.answer)
        found: list[str] = []
        for tried, question in enumerate(self._candidates(articles, asked, told)):
            if tried == _TRIED or len(found) == MOST:
                break
            try:
                answer = ask(question)
            except OrgAskError:
                break
            if answer.status is AnswerStatus.GROUNDED:
                found.append(question)
        return tuple(found)

    def _candidates(self, articles: Sequence[tuple[Article, str]], asked: str, told: str) -> Iterator[str]:
        seen: set[str] = set()
        for article, text in articles:
            place = article.meta.district or article.meta.city
            for name in dict.fromkeys(quoted_names(text)):
                fits = _SHORTEST <= len(name) <= _LONGEST and name.endswith(_ENDINGS)
                if fits and name not in asked and name not in seen:
                    seen.add(name)
                    form = "examples.definition" if name in told or not place else "examples.programme"
                    yield self._templates.fill(form, place=place, name=name)
            if place and place not in seen and "举措" not in asked:
                seen.add(place)
                yield self._templates.fill("examples.place", place=place)
