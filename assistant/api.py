"""What an answering service offers to the web app and to the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.schema import Answer, Article, Document, Passage, Turn
from retriever.scope import Scope


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

    def answer(self, question: str, history: Sequence[Turn] = (), scope: Scope | None = None) -> Answer:
        """Return the whole answer."""

    def stream(self, question: str, history: Sequence[Turn] = (), scope: Scope | None = None) -> Iterator[Answer]:
        """Yield the answer as it grows, from the texts in `scope`; the last one is the whole, checked answer."""

    def quoted(self, question: str, scope: Scope | None = None) -> Answer:
        """Return the whole answer to a question by itself, without the language model."""

    def search(self, query: str, k: int = 10, scope: Scope | None = None) -> list[Passage]:
        """Return the `k` best passages in `scope`, ranked and read; for a comparison, those of each of its parts."""

    def scope(
        self,
        *,
        places: Iterable[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        kinds: Iterable[str] = (),
        collections: Iterable[str] = (),
    ) -> Scope:
        """Return a scope by what people call things.

        Raises:
            core.errors.UsageError: a place is unknown, or the years are none.
        """

    def source(self, document_id: str, at: int) -> tuple[Document, Article]:
        """Return a document and its article around the character offset `at`.

        Raises:
            core.errors.StoreError: the document is no longer in the library.
        """

    def examples(self, count: int, scope: Scope | None = None) -> list[str]:
        """Return up to `count` questions that the texts in `scope` answer, drawn from the library's own texts."""

    def close(self) -> None:
        """Give the library back; nothing can be asked afterwards."""
