"""Questions with the windows that answer them, from reading-comprehension sets and from plain texts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.cli import read_jsonl
from evals.reader.questions import questions_about
from evals.retrieval import load_judgements
from evals.texts import prepared_texts
from retriever.rows import PreparedDocument
from retriever.text import bigrams, simplified, squeeze, statement_spans
from retriever.windows import lead_of, windows_of


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a text, and what stands in front of it when the reader is shown it."""

    lead: str
    text: str
    start: int
    """Where it begins in its document."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the sentence that answers it, and the windows of its text that hold the answer."""

    question: str
    text_id: str
    answers: tuple[str, ...]
    sentence: str
    right: tuple[int, ...]
    """Positions in `Source.windows`."""


@dataclass(slots=True)
class Source:
    """All windows of a set of texts, and what is asked about them."""

    chunks: list[str] = field(default_factory=list)
    """The texts of all chunks, as they are embedded."""
    windows: list[Window] = field(default_factory=list)
    chunk_of: list[int] = field(default_factory=list)
    """For each window the position of its chunk."""
    by_text: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    asked: list[Asked] = field(default_factory=list)

    def add(self, prepared: PreparedDocument) -> None:
        """Take in the windows of a document."""
        articles = {article.id: article for article in prepared.articles}
        first = len(self.windows)
        for chunk in prepared.chunks:
            lead = lead_of(articles[chunk.article_id], chunk.headings)
            windows = [Window(lead, chunk.text[a:b], chunk.start + a) for a, b in windows_of(chunk.text)]
            self.chunk_of += [len(self.chunks)] * len(windows)
            self.chunks.append(chunk.embedding_text)
            self.windows += windows
        self.by_text[_text_id(prepared)] += range(first, len(self.windows))

    def ask(self, question: str, text_id: str, answers: Sequence[str]) -> None:
        """Take in a question about a text, if its answer stands in one of the windows."""
        wanted = [squeeze(simplified(answer)) for answer in answers if answer.strip()]
        holding = [
            i for i in self.by_text[text_id] if any(w in squeeze(simplified(self.windows[i].text)) for w in wanted)
        ]
        if holding:
            pairs = set(bigrams(question))
            best = max(holding, key=lambda i: _overlap(pairs, self.windows[i].text))
            sentences = [
                s for s in sentences_in(self.windows[best].text) if any(w in squeeze(simplified(s)) for w in wanted)
            ]
            sentence = max(sentences, key=lambda s: _overlap(pairs, s), default=self.windows[best].text)
            right = (best, *(i for i in holding if i != best))
            self.asked.append(Asked(simplified(question), text_id, tuple(wanted), sentence, right))


def written_questions(path: Path, source: Source) -> list[Asked]:
    """Return questions that were written about plain texts in other words than theirs.

    Args:
        path: JSON lines with `question`, `text` (the id of the text) and `at`, where in the cleaned text the window
            begins that answers.
        source: holds the texts; a question about a text or a place that it does not hold is left out.
    """
    asked = []
    for record in read_jsonl(path):
        own = source.by_text.get(str(record["text"]), [])
        before = [i for i in own if source.windows[i].start <= record["at"]]
        if before:
            right = max(before, key=lambda i: source.windows[i].start)
            question = simplified(str(record["question"]))
            asked.append(Asked(question, str(record["text"]), (), source.windows[right].text, (right,)))
    return asked


def reading_set(folder: Path) -> Source:
    """Return a set of passages with human questions and answers: CMRC2018 or DRCD."""
    source = Source()
    for prepared in prepared_texts(folder / "passages.jsonl"):
        source.add(prepared)
    relevant = load_judgements(folder / "qrels.tsv")
    for record in read_jsonl(folder / "queries.jsonl"):
        for text_id in relevant.get(str(record["id"]), ()):
            source.ask(str(record["query"]), text_id, record.get("answers") or ())
    return source


def plain_texts(path: Path, seed: int, questions_a_text: int) -> Source:
    """Return plain texts with questions that rules make from their sentences; see `evals.reader.questions`."""
    source = Source()
    chance = random.Random(seed)
    for prepared in prepared_texts(path):
        source.add(prepared)
        article = prepared.articles[0]
        made = [
            (question, answer)
            for chunk in prepared.chunks
            for sentence in sentences_in(chunk.text)
            for question, answer in questions_about(sentence, article.meta, chance)
        ]
        for question, answer in chance.sample(made, min(questions_a_text, len(made))):
            source.ask(question, _text_id(prepared), [answer])
    return source


def sentences_in(text: str) -> list[str]:
    """Return the statements of a text."""
    return [text[start:end] for start, end in statement_spans(text)]


def _text_id(prepared: PreparedDocument) -> str:
    return prepared.document.source.partition("#")[2]


def _overlap(pairs: set[str], text: str) -> int:
    return len(pairs & set(bigrams(text)))
