"""Example questions, drawn from what the library holds."""

from __future__ import annotations

from collections.abc import Iterator

from core.templates import Templates
from retriever.database import Database
from retriever.names import quoted_names

_NAME_ENDINGS = ("计划", "工程", "行动", "品牌", "智库", "活动", "制度", "平台", "人才汇", "公寓", "一体化")


def example_questions(database: Database, templates: Templates, count: int) -> list[str]:
    """Return up to `count` questions over different texts: about names that they quote, and about places."""
    questions: list[str] = []
    forms = ("examples.number", "examples.definition", "examples.measures")
    for number, article in enumerate(database.sample_articles(count * 3)):
        place = article.meta.district or article.meta.city or article.meta.province
        names = list(_programmes(text for chunk in database.chunks_of(article.id) for text in [chunk.text]))
        form = forms[number % len(forms)]
        if form == "examples.measures" and place:
            questions.append(templates.fill(form, place=place))
        elif names and (place or form == "examples.definition"):
            questions.append(templates.fill(form, place=place, name=names[0]))
        if len(questions) == count:
            break
    return list(dict.fromkeys(questions))


def _programmes(texts: Iterator[str]) -> Iterator[str]:
    for text in texts:
        for name in quoted_names(text):
            if 4 <= len(name) <= 14 and name.endswith(_NAME_ENDINGS):
                yield name
