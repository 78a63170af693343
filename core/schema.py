"""The data that flows through the program: Document → Article → Chunk → Passage → Citation → Answer.

All offsets are in characters of `Document.text`, which is normalised once, on load, and never changes
afterwards. The invariant behind every citation is `document.text[start:end] == quote`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors; the only thing that the rest of the program knows of a model."""

    @property
    def name(self) -> str:
        """Identity of the model and its weights; vectors of two names are never mixed."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (len(texts), dimensions)."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question, shape (len(texts), dimensions)."""

    def release(self) -> None:
        """Give back the memory of the model; the next text that is embedded loads it again."""


class EvidenceReader(Protocol):
    """Reads a question beside pieces of text."""

    def read(self, question: str, texts: Sequence[str]) -> Vectors:
        """Return the log-odds that each text answers the question, shape (len(texts),)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something stands in its file, counted from 1; what does not apply is 0 or empty."""

    page: int = 0
    sheet: str = ""
    row: int = 0
    paragraph: int = 0

    @property
    def label(self) -> str:
        """The place in words, such as 第 3 页 or 工作表“名单”第 5 行; empty for text without pages or rows."""
        sheet = f"工作表“{self.sheet}”" if self.sheet else ""
        return sheet + (f"第 {self.page} 页" if self.page else f"第 {self.row} 行" if self.row else "")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a text tells about itself. Empty means that the text does not tell it; nothing is guessed."""

    province: str = ""
    city: str = ""
    district: str = ""
    date: str = ""
    """ISO date, or only `YYYY-MM` or `YYYY` where the text tells no more."""
    date_from: str = ""
    """How the date is known: 字段 (of a record), 标注, 标题, 落款, 正文, 文件名, 补充信息 (a side file)."""
    kind: str = ""
    issuer: str = ""
    """Who made or issued the text: the office, or the newspaper that wrote the piece."""
    authors: tuple[str, ...] = ()
    origin: str = ""
    """Where the text was taken from, as it says itself (来源：达州日报)."""
    speaker: str = ""
    occasion: str = ""
    """Where a speech was held, as its title or opening tells it."""

    @property
    def year(self) -> str:
        """The year of `date`, or an empty string."""
        return self.date[:4]

    @property
    def place(self) -> str:
        """The place from large to small in one string, such as 重庆市九龙坡区; empty where unknown."""
        return "".join(dict.fromkeys(part for part in (self.province, self.city, self.district) if part))


@dataclass(frozen=True, slots=True)
class Document:
    """One file, or one record of a `.jsonl` file, cleaned once.

    `source` is the name shown to people; `sha256` is of the raw input and tells whether it has changed.
    """

    id: str
    source: str
    title: str
    text: str
    sha256: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    """What else is known of it, each only where there is something to say.

    `origins`: where in the file the text comes from, as [offset, label] in order; `recognised`: whether any of it was
    read by text recognition; `notes`: remarks of the reader, such as its mean confidence; `date`: that of a record.
    """

    collection: str = ""
    """The one that its file lies in, as the library tells it; whoever may not read that may not see the document."""

    def origin_at(self, offset: int) -> str:
        """Return the page, or the sheet and row, in which the character at `offset` stands; empty where untold."""
        label = ""
        for start, name in self.meta.get("origins", ()):
            if start > offset:
                break
            label = name
        return label


@dataclass(frozen=True, slots=True)
class Article:
    """One piece inside a document, `document.text[start:end]`; a scraped page may hold several."""

    id: str
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    meta: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences, `document.text[start:end] == text`.

    `embedding_text` (title, headings, text, in simplified characters) is what is embedded and searched; `text` is what
    is quoted.
    """

    id: str
    article_id: str
    start: int
    end: int
    text: str
    embedding_text: str
    headings: tuple[str, ...] = ()


def probability(log_odds: float) -> float:
    """Return the probability, 0 to 1, that log-odds stand for."""
    return 1.0 / (1.0 + math.exp(-max(-500.0, log_odds)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in a passage answers best, `document.text[start:end]`, and the log-odds that it does."""

    start: int
    end: int
    log_odds: float

    @property
    def probability(self) -> float:
        """How likely it answers, 0 to 1."""
        return probability(self.log_odds)


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as search found it; `rank` counts from 1, a higher `score` is better."""

    chunk: Chunk
    article: Article
    source: str
    score: float
    rank: int
    copies: tuple[str, ...] = ()
    """Sources of other copies of the same article."""
    evidence: Evidence | None = None
    """None where it was not read."""
    dense_rank: int | None = None
    """The rank in the search by meaning alone, from 1; None where that did not find it."""


class CitationStatus(StrEnum):
    """Whether the quote was found at its place in the source."""

    VERBATIM = "verbatim"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Citation:
    """What a marker [n] in an answer stands for. A citation that fails its check is kept and says so."""

    marker: int
    document_id: str
    source: str
    title: str
    quote: str
    start: int
    end: int
    status: CitationStatus = CitationStatus.VERBATIM


class AnswerStatus(StrEnum):
    """How much of the question the corpus supports."""

    GROUNDED = "grounded"
    PARTIAL = "partial"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation; `role` is `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its proof. `timings_ms` names the stages, in milliseconds."""

    question: str
    status: AnswerStatus
    text: str
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    """Questions that may be meant, or that the library can answer instead; each can be asked as it stands."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer in the form of the command-line contract."""
        citations = [asdict(citation) for citation in self.citations]
        for citation in citations:
            del citation["document_id"]
        return {
            "question": self.question,
            "status": str(self.status),
            "text": self.text,
            "citations": citations,
            "passages": [
                {"source": p.source, "title": p.article.title, "text": p.chunk.text, "score": p.score}
                for p in self.passages
            ],
            "notes": list(self.notes),
            "timings_ms": {stage: round(ms, 1) for stage, ms in self.timings_ms.items()},
        }


class FileState(StrEnum):
    """What an ingest did with one input."""

    ADDED = "added"
    UPDATED = "updated"
    DELETED = "deleted"
    MOVED = "moved"
    """Found again under another path."""
    SKIPPED = "skipped"
    """Unchanged since the last run."""
    PASSED_OVER = "passed_over"
    """Of a format that is not supported."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """One line of an ingest report.

    `reason` is for people and `cause` for programs (empty, damaged, timeout …); both are empty where all went well.
    """

    source: str
    state: FileState
    reason: str = ""
    documents: int = 0
    articles: int = 0
    chunks: int = 0
    cause: str = ""
    notes: tuple[str, ...] = ()
    """Remarks such as 文字识别 2 页，平均可信度 0.97."""
    duplicate_of: str = ""
    """Source of the main copy, where all of the file is a re-post."""
    moved_from: str = ""
    """Its source before, of a file that was found again under another path."""
    path: str = ""
    """Where the file lies: two folders may each have one of the same source."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, input by input, how many texts it had to embed, and what the library holds now."""

    files: tuple[FileResult, ...]
    embedded: int = 0
    documents: int = 0
    articles: int = 0
    chunks: int = 0

    def count(self, state: FileState) -> int:
        """Return how many inputs ended in `state`."""
        return sum(result.state is state for result in self.files)

    @property
    def failed(self) -> int:
        """How many inputs could not be taken in."""
        return self.count(FileState.FAILED)

    def to_json(self) -> dict[str, Any]:
        """Return counts and lines in a form that `json.dumps` takes."""
        return {
            **{str(state): self.count(state) for state in FileState},
            "embedded": self.embedded,
            "library": {"documents": self.documents, "articles": self.articles, "chunks": self.chunks},
            "files": [asdict(result) for result in self.files],
        }
