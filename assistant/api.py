"""What an answering service offers to the web app and to the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.schema import Answer, Article, Document, Turn


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """How much the library holds."""

    documents: int
    articles: int
    chunks: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to ask about."""
        return self.chunks == 0


class AnswerService(Protocol):
    """Answers questions over one library."""

    def status(self) -> LibraryStatus:
        """Return the size of the library."""

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Return the whole answer."""

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        """Yield the answer as it grows; the last one yielded is the whole, checked answer."""

    def source(self, document_id: str, at: int) -> tuple[Document, Article]:
        """Return a document and its article around the character offset `at`.

        Raises:
            core.errors.StoreError: the document is no longer in the library.
        """

    def examples(self, count: int) -> list[str]:
        """Return up to `count` questions that the library can answer, drawn from its own texts."""
