"""The evidence as a language model is shown it: the paragraphs around the best sentences, numbered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.evidence import Sentence
from core.schema import Article
from core.templates import Templates
from retriever.text import statement_spans

MOST_EXCERPTS = 12
_LONGEST_EXCERPT = 500
_LONGEST_EVIDENCE = 4000
"""Characters: with the rules and the answer it fits the 4,096 tokens that local servers often allow."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a document as the model is shown it, `document.text[start:start + len(text)] == text`.

    `label` tells its title, headings, place and date.
    """

    number: int
    label: str
    text: str
    document_id: str
    source: str
    title: str
    start: int

    @property
    def shown(self) -> str:
        """All that a sentence may take from it."""
        return f"{self.label}\n{self.text}"


def excerpts_of(sentences: Iterable[Sentence], templates: Templates) -> list[Excerpt]:
    """Return the paragraphs around the best sentences, numbered from 1, as many as a small model can read.

    Args:
        sentences: supported sentences, best first.
        templates: `model_answer.toml`.
    """
    found: list[Excerpt] = []
    room = _LONGEST_EVIDENCE
    for sentence in sentences:
        if any(
            one.document_id == sentence.document_id and one.start <= sentence.start < one.start + len(one.text)
            for one in found
        ):
            continue
        start, text = _window(sentence)
        room -= len(text)
        if (found and room < 0) or len(found) == MOST_EXCERPTS:
            break
        article, label = sentence.article, _label(sentence, templates)
        found.append(Excerpt(len(found) + 1, label, text, sentence.document_id, sentence.source, article.title, start))
    return found


def _window(sentence: Sentence) -> tuple[int, str]:
    """Return the paragraph of a sentence and where it starts; of a long one the statements around the sentence."""
    paragraph = sentence.paragraph + sentence.following
    begin = sentence.end - len(sentence.paragraph)
    low, high = sentence.start - begin, sentence.end - begin
    spans = list(statement_spans(paragraph))
    after = [end for start, end in spans if start >= high]
    before = [start for start, end in reversed(spans) if end <= low]
    while after or before:
        fits = False
        if after and after[0] - low <= _LONGEST_EXCERPT:
            high, fits = after.pop(0), True
        if before and high - before[0] <= _LONGEST_EXCERPT:
            low, fits = before.pop(0), True
        if not fits:
            break
    return begin + low, paragraph[low:high]


def _label(sentence: Sentence, templates: Templates) -> str:
    article = sentence.article
    values = {
        "title": article.title,
        "place": article.meta.place or templates.fill("evidence.no_place"),
        "date": _date(article, templates),
    }
    if sentence.headings:
        return templates.fill("evidence.headings", headings=" › ".join(sentence.headings), **values)
    return templates.fill("evidence.label", **values)


def _date(article: Article, templates: Templates) -> str:
    parts = dict(zip(("year", "month", "day"), article.meta.date.split("-"), strict=False))
    if not parts["year"]:
        return templates.fill("evidence.no_date")
    return templates.fill(f"evidence.{list(parts)[-1]}", **{name: part.lstrip("0") for name, part in parts.items()})
