"""Example questions, drawn from what the library holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from core.schema import Article
from core.templates import Templates
from retriever.database import Database
from retriever.names import quoted_names

_NAME_ENDINGS = ("计划", "工程", "行动", "品牌", "智库", "活动", "制度", "平台", "人才汇", "大赛", "学院", "一体化")
_THEMES = ("人才公寓", "志愿服务", "挂职锻炼", "直播", "人才库", "专题培训", "招聘会", "考核", "网格", "驿站")
_SHORTEST_NAME, _LONGEST_NAME = 4, 12


def example_questions(database: Database, templates: Templates, count: int) -> Iterator[str]:
    """Yield questions over different texts: about the programmes that they name, about places, across places.

    Args:
        database: the library.
        templates: the forms of the questions.
        count: from how many articles to draw.
    """
    articles = database.sample_articles(count)
    texts = {article.id: [chunk.text for chunk in database.chunks_of(article.id)] for article in articles}
    kinds = (
        _about_programmes(articles, texts, templates),
        _across_places(texts, templates),
        _about_places(articles, templates),
    )
    seen: set[str] = set()
    for questions in zip_longest(*kinds):
        for question in questions:
            if question and question not in seen:
                seen.add(question)
                yield question


def _about_programmes(articles: Sequence[Article], texts: dict[str, list[str]], templates: Templates) -> Iterator[str]:
    for number, article in enumerate(articles):
        names = Counter(name for text in texts[article.id] for name in quoted_names(text) if _is_programme(name))
        if not names:
            continue
        name = names.most_common(1)[0][0]
        place = article.meta.district or article.meta.city
        form = "examples.programme" if place and number % 2 else "examples.definition"
        yield templates.fill(form, place=place, name=name)


def _across_places(texts: dict[str, list[str]], templates: Templates) -> Iterator[str]:
    spread = Counter(theme for some in texts.values() for theme in _THEMES if any(theme in text for text in some))
    for theme, articles in spread.most_common():
        if articles >= 2:
            yield templates.fill("examples.across", theme=theme)


def _about_places(articles: Sequence[Article], templates: Templates) -> Iterator[str]:
    for article in articles:
        if article.meta.district:
            yield templates.fill("examples.place", place=article.meta.district)


def _is_programme(name: str) -> bool:
    return _SHORTEST_NAME <= len(name) <= _LONGEST_NAME and name.endswith(_NAME_ENDINGS)
