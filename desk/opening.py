"""From settings to the parts of the desk, over one data folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.api import AnswerService
from core.errors import NotReadyError, OrgAskError
from core.schema import Answer, AnswerStatus, Article
from core.settings import Settings
from core.templates import Templates
from desk.audit import AuditLog
from desk.changes import Changes
from desk.conversations import Conversation, ConversationStore, Stage
from desk.database import DeskDatabase
from desk.desk import Desk
from desk.door import Door
from desk.engine import Engine
from desk.feedback import FeedbackStore
from desk.indexing import IndexRun
from desk.jobs import Job, Jobs, Work
from desk.kept_jobs import JobStore
from desk.people import AccessRules, User
from desk.runs import Runs
from desk.shelf import Shelf
from desk.suggestions import Suggestions
from desk.uploads import UPLOADS
from retriever.holdings import Choices
from retriever.library import Library

if TYPE_CHECKING:
    from assistant.service import Models

_OTHERS_ASK = "有人在提问，请稍后再试。"


@dataclass(frozen=True)
class Parts:
    """What the pages and the interfaces for programs work with."""

    desk: Desk
    conversations: ConversationStore
    feedback: FeedbackStore
    audit: AuditLog
    shelf: Shelf
    changes: Changes
    needs_login: bool = False
    runs: Runs = field(init=False)
    suggestions: Suggestions = field(init=False)
    _suggesting: threading.Lock = field(init=False, default_factory=threading.Lock, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "runs", Runs(self.desk, self.conversations))
        object.__setattr__(self, "suggestions", Suggestions(Templates.load("answers.toml")))

    @property
    def engine(self) -> Engine:
        """Keeps the assistant."""
        return self.desk.engine

    def choices(self, user: User) -> Choices:
        """Return what occurs in the part of the library that a user may read; nothing while there is none."""
        try:
            return self.shelf.holdings.choices(self.desk.hidden(user))
        except NotReadyError:
            return Choices((), (), (), ())

    def wants_suggestions(self, conversation: Conversation) -> bool:
        """Whether questions to go on with are still to be found for the last answer, and the machine is idle enough."""
        last = conversation.exchanges[-1] if conversation.exchanges else None
        if last is None or last.answer is None or last.stage is not Stage.DONE or last.suggestions:
            return False
        return last.answer.status is not AnswerStatus.REFUSED and not self.runs.busy

    def suggested(self, user: User, conversation: Conversation) -> tuple[str, ...]:
        """Return questions to go on with after the last answer of a conversation; none while others are being found.

        Those who ask come first: as soon as somebody does, no further ones are tried out.
        """
        if not self._suggesting.acquire(blocking=False):
            return ()
        try:
            return self._suggested(user, conversation)
        finally:
            self._suggesting.release()

    def _suggested(self, user: User, conversation: Conversation) -> tuple[str, ...]:
        answer = conversation.exchanges[-1].answer
        articles: dict[str, tuple[Article, str]] = {}
        for citation in answer.citations if answer else ():
            with suppress(OrgAskError):
                document, article = self.desk.source(user, citation.document_id, citation.start)
                articles.setdefault(article.id, (article, document.text[article.start : article.end]))
        return self.suggestions.after(conversation, list(articles.values()), partial(self._try_out, user))

    def _try_out(self, user: User, question: str) -> Answer:
        if self.runs.busy:
            raise NotReadyError(_OTHERS_ASK)
        return self.desk.try_out(user, question)

    @classmethod
    def over(cls, engine: Engine, settings: Settings, database: DeskDatabase, door: Door | None = None) -> Parts:
        """Return the parts over an engine, the data folder of `settings` and the database of what people keep."""
        audit, shelf = AuditLog(settings.data), Shelf(settings.data)
        rules = door.accounts.rules if door else AccessRules
        desk = Desk(engine, rules, audit, shelf.collections)
        changes = Changes(desk, settings, shelf.looking, audit.note)
        return cls(desk, ConversationStore(database), FeedbackStore(database), audit, shelf, changes, door is not None)


@contextmanager
def open_parts(settings: Settings, corpus: Path | None, door: Door | None = None) -> Iterator[Parts]:
    """Open all parts over the data folder of `settings`; the engine is not yet started, and closed at the end."""
    database = DeskDatabase(settings.data)
    engine = open_engine(settings, corpus, JobStore(database))
    parts = Parts.over(engine, settings, database, door)
    try:
        yield parts
    finally:
        engine.close()
        parts.shelf.close()
        database.close()


def open_engine(settings: Settings, corpus: Path | None, kept: JobStore | None = None) -> Engine:
    """Return the engine over the library of `settings`, not yet started; it begins by taking in `corpus`.

    `kept` holds the changes that people have asked for.
    """
    loaded: list[Models] = []

    def open_service() -> AnswerService:
        from assistant.service import Models, open_assistant

        # Before the models are unpacked for a folder that holds nothing.
        Library.check_readable(settings)
        if not loaded:
            loaded.append(Models.open(settings))
        return open_assistant(settings, loaded[0])

    def runner(job: Job) -> IndexRun:
        # The table of the first run is for the terminal.
        return IndexRun.of(settings.data, job.arguments, wants_report=job.work is not Work.START)

    jobs = Jobs(runner, kept)
    folders = [str(folder.resolve()) for folder in (corpus, settings.data / UPLOADS) if folder and folder.exists()]
    begin = partial(jobs.submit, Work.START, "", (), (*folders, "--prune"))
    return Engine(open_service, jobs, first=begin if folders else None, wanted=lambda: Library.is_wanted(settings))
