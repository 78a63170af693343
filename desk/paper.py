"""Answers with their sources → what an exported file says, whatever its format.

The markers of several answers are numbered through, so that one list of sources at the end stands for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.schema import Answer, AnswerStatus, Article, Citation, CitationStatus, Document
from desk.answertext import Block, Item, Line, Listing, Paragraph, Run, Table, blocks, line
from desk.citing import ENGLISH, citation_text, cited, one_line
from desk.paperwords import Words, words_for


@dataclass(frozen=True, slots=True)
class Sourced:
    """A citation with its source as the library holds it now; both are None where it holds it no longer."""

    citation: Citation
    document: Document | None = None
    article: Article | None = None

    @property
    def changed(self) -> bool:
        """Whether the source is there, but the quote is not at its place in it."""
        c = self.citation
        return self.document is not None and (not c.quote or self.document.text[c.start : c.end] != c.quote)


@dataclass(frozen=True, slots=True)
class Exported:
    """One answer to be exported. A citation of the answer without a `Sourced` counts as one whose source is gone."""

    question: str
    answer: Answer
    asked: datetime | None = None
    sources: Sequence[Sourced] = ()
    unfinished: bool = False
    """Whether it was stopped before it was whole, and so before it was checked."""

    def sourced(self) -> list[Sourced]:
        """Return the citations of the answer in their order, each with its source."""
        found = {one.citation.marker: one for one in self.sources}
        return [found.get(c.marker) or Sourced(c) for c in self.answer.citations]


@dataclass(frozen=True, slots=True)
class Section:
    """What a file says of one answer."""

    heading: str
    facts: str
    blocks: tuple[Block, ...]
    notes: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """All that a file says. A marker `n` in it stands for `sources[n - 1]`."""

    title: str
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    sources_heading: str
    closing: str
    lang: str


def paper(exported: Sequence[Exported], at: datetime, lang: str = "zh-CN", title: str = "") -> Paper:
    """Return what a file says that is exported at the time `at`."""
    words = words_for(lang)
    texts = {_key(s): source_text(s, words) for one in exported for s in one.sourced()}
    numbers = {key: number for number, key in enumerate(texts, start=1)}
    sections = []
    for number, one in enumerate(exported, start=1):
        heading = one_line(one.question) or words.untitled
        if len(exported) > 1:
            heading = words.numbered.format(number=_counted(number, words), heading=heading)
        renumbered = {s.citation.marker: numbers[_key(s)] for s in one.sourced()}
        sections.append(_section(one, heading, renumbered, words))
    return Paper(
        title=one_line(title) or words.title,
        sections=tuple(sections),
        sources=tuple(texts.values()),
        sources_heading=words.sources,
        closing=words.closing.format(time=_time(at, words)),
        lang=words.lang,
    )


def _key(sourced: Sourced) -> tuple[object, ...]:
    c = sourced.citation
    return (c.document_id or c.source, c.start, c.end, c.quote, c.status)


def source_text(sourced: Sourced, words: Words) -> str:
    """Return a source as it is cited, with what is wrong with it."""
    c, document, article = sourced.citation, sourced.document, sourced.article
    failed = words.failed if c.status is CitationStatus.FAILED else ""
    if document is None:
        return cited(c.quote, c.title, c.source, lang=words.lang) + failed + words.gone
    if sourced.changed or article is None:
        # Where it stood is no longer known, and what is known of the piece may be that of another.
        told = cited(c.quote, c.title, c.source, lang=words.lang)
        return told + (failed or (words.changed if sourced.changed else ""))
    return citation_text(c.quote, document, article, at=c.start, lang=words.lang) + failed


def _section(one: Exported, heading: str, numbers: Mapping[int, int], words: Words) -> Section:
    facts = [words.status.format(status=_status(one, words))]
    if one.asked:
        facts.append(words.asked.format(time=_time(one.asked, words)))
    return Section(
        heading=heading,
        facts=words.between.join(facts),
        blocks=tuple(_renumbered(block, numbers) for block in blocks(one.answer.text, numbers)),
        notes=tuple(_line(line(words.note.format(note=note), numbers), numbers) for note in one.answer.notes),
    )


def _status(one: Exported, words: Words) -> str:
    found = one.sourced()
    failed = any(s.citation.status is CitationStatus.FAILED for s in found)
    gone = any(s.document is None for s in found)
    changed = any(s.changed and s.citation.status is not CitationStatus.FAILED for s in found)
    told = [
        text
        for is_so, text in (
            (one.answer.status is AnswerStatus.REFUSED, words.refused),
            (one.answer.status is AnswerStatus.PARTIAL, words.partial),
            (one.unfinished, words.unfinished),
            (failed, words.failed_some),
            (gone, words.gone_some),
            (changed, words.changed_some),
        )
        if is_so
    ]
    # What quotes nothing was not held against any text.
    return words.between.join(told) or (words.checked if found else words.answered)


def _time(at: datetime, words: Words) -> str:
    if words.lang == ENGLISH:
        return f"{at:%Y-%m-%d %H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def _counted(number: int, words: Words) -> str:
    return str(number) if words.lang == ENGLISH else chinese_number(number)


def _renumbered(block: Block, numbers: Mapping[int, int]) -> Block:
    if isinstance(block, Paragraph):
        return Paragraph(tuple(_line(one, numbers) for one in block.lines))
    if isinstance(block, Listing):
        return Listing(tuple(Item(_line(i.line, numbers), i.number, i.nested) for i in block.items))
    return Table(tuple(tuple(_line(cell, numbers) for cell in row) for row in block.rows))


def _line(runs: Line, numbers: Mapping[int, int]) -> Line:
    return tuple(_run(run, numbers) for run in runs)


def _run(run: Run, numbers: Mapping[int, int]) -> Run:
    if not run.marker:
        return run
    number = numbers[run.marker]
    return replace(run, text=f"[{number}]", marker=number)


_DIGITS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """Return a number as headings write it: 一, 十二, 一百零五; from 1000 on in digits."""
    if number >= 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")
