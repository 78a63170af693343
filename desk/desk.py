"""What somebody may ask and see. Pages, the HTTP interface and MCP all go this way, so that one rule holds in all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from assistant.api import AnswerService
from core.errors import NotFoundError
from core.schema import Answer, Article, Document, Passage, Turn
from core.templates import Templates
from desk.audit import AuditLog
from desk.engine import USE_WAIT_S, Engine
from desk.limits import Limits
from desk.people import AccessRules, User, collection_key
from retriever.scope import Scope, collection_of

_NOT_THERE = "资料库中没有这份资料，可能已被移除或更新。"


class Desk:
    """Answers and shows, to each user what that user may read."""

    def __init__(
        self,
        engine: Engine,
        rules: Callable[[], AccessRules] = AccessRules,
        audit: AuditLog | None = None,
        collections: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Prepare.

        Args:
            engine: keeps the assistant.
            rules: tells which collections are limited at this moment.
            audit: where every question and search is noted before it is answered.
            collections: tells those that there are in the library, as they are written there.
        """
        self.engine = engine
        self._rules = rules
        self._audit = audit
        self._collections = collections
        self.templates = Templates.load("answers.toml")

    def ask(
        self, user: User, question: str, history: Sequence[Turn] = (), limits: Limits | None = None
    ) -> Generator[Answer, None, None]:
        """Yield the answer as it grows; the last one is the whole, checked answer.

        Raises:
            core.errors.NotReadyError: nothing can be answered now.
            core.errors.UsageError: a limit names what does not exist.
        """
        with self.sitting(user) as sitting:
            yield from sitting.ask(question, history, limits)

    @contextmanager
    def sitting(self, user: User) -> Iterator[Sitting]:
        """Have one library for an answer and the sources that it cites, whatever is taken in meanwhile.

        Raises:
            core.errors.NotReadyError: nothing can be answered now.
        """
        with self.engine.use() as service:
            yield Sitting(self, service, user)

    def search(self, user: User, query: str, k: int = 10, limits: Limits | None = None) -> list[Passage]:
        """Return the `k` best passages, ranked and read.

        Raises:
            core.errors.NotReadyError: nothing can be searched now.
            core.errors.UsageError: a limit names what does not exist.
        """
        self.note("search", user, query, limits)
        with self.engine.use() as service:
            return service.search(query, k, self.scope(service, user, limits))

    def try_out(self, user: User, question: str) -> Answer:
        """Return the answer to a question that nobody has asked, such as one that is to be suggested."""
        with self.engine.use() as service:
            return service.quoted(question, self.scope(service, user, None))

    def source(
        self, user: User, document_id: str, at: int = 0, *, wait_s: float = USE_WAIT_S
    ) -> tuple[Document, Article]:
        """Return a document and its article around the character offset `at`.

        Raises:
            NotFoundError: the user may not read it.
            core.errors.NotReadyError: the library was not to be had within `wait_s` seconds.
            core.errors.StoreError: it is no longer in the library.
        """
        with self.engine.use(wait_s) as service:
            return Sitting(self, service, user).source(document_id, at)

    def examples(self, user: User, count: int) -> list[str]:
        """Return questions that can be answered from what the user may read."""
        with self.engine.use() as service:
            return service.examples(count, self.scope(service, user, None))

    def may_read(self, user: User, source: str) -> bool:
        """Whether a file of this source may be named to the user. Of a text, `source` asks: records name their own."""
        return not self.hides(user, collection_of(source))

    def hides(self, user: User, collection: str) -> bool:
        """Whether the user may not read a collection, however its name is typed."""
        return collection_key(collection) in {collection_key(name) for name in self._rules().hidden_from(user)}

    def hidden(self, user: User) -> tuple[str, ...]:
        """Return the collections that the user may not read, as they are written in the library and in the rules."""
        names = self._rules().hidden_from(user)
        if not names:
            return ()
        keys = {collection_key(name) for name in names}
        return tuple(sorted({*names, *(one for one in self._collections() if collection_key(one) in keys)}))

    def note(self, action: str, user: User, question: str, limits: Limits | None) -> None:
        """Write down what somebody asks, where that is kept."""
        if self._audit is not None:
            self._audit.note(action, user, question=question, limits=limits.label if limits else "")

    def scope(self, service: AnswerService, user: User, limits: Limits | None) -> Scope | None:
        """Return what the user may read of what the limits let through; None for all.

        Raises:
            core.errors.UsageError: a limit names what does not exist.
        """
        limits = limits or Limits()
        scope = service.scope(
            places=[limits.place] if limits.place else (),
            from_year=limits.from_year,
            to_year=limits.to_year,
            kinds=[limits.kind] if limits.kind else (),
            collections=[limits.collection] if limits.collection else (),
        )
        return replace(scope, hidden=self.hidden(user)) or None


@dataclass(frozen=True, slots=True)
class Sitting:
    """One user at one library for a while; see `Desk.sitting`."""

    desk: Desk
    service: AnswerService
    user: User

    def ask(
        self, question: str, history: Sequence[Turn] = (), limits: Limits | None = None
    ) -> Generator[Answer, None, None]:
        """Yield the answer as it grows; see `Desk.ask`."""
        self.desk.note("ask", self.user, question, limits)
        scope = self.desk.scope(self.service, self.user, limits)
        note = (self.desk.templates.fill("notes.limits", limits=limits.label),) if limits else ()
        for answer in self.service.stream(question, history, scope):
            yield replace(answer, notes=(*note, *answer.notes))

    def source(self, document_id: str, at: int = 0) -> tuple[Document, Article]:
        """Return a document and an article of it; see `Desk.source`."""
        document, article = self.service.source(document_id, at)
        if self.desk.hides(self.user, document.collection):
            raise NotFoundError(_NOT_THERE)
        return document, article
