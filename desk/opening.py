"""From settings to the parts of the desk: the engine with its jobs, over one data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.api import AnswerService
from core.settings import Settings
from desk.engine import Engine
from desk.indexing import IndexRun
from desk.jobs import Job, Jobs, Work
from retriever.holdings import Holdings
from retriever.library import Library

UPLOADS = "uploads"
"""Folder in the data folder for what was added on the page; its folders are collections."""


def open_engine(settings: Settings, corpus: Path | None) -> Engine:
    """Return the engine over the library of `settings`, not yet started; it begins by taking in `corpus`."""
    models: list[object] = []

    def open_service() -> AnswerService:
        from assistant.service import Models, open_assistant

        # Before the models are unpacked for a folder that holds nothing.
        Library.check_readable(settings)
        if not models:
            models.append(Models.open(settings))
        [loaded] = models
        assert isinstance(loaded, Models)
        return open_assistant(settings, loaded)

    def runner(job: Job) -> IndexRun:
        # The table of the first run is for the terminal.
        return IndexRun.of(settings.data, job.arguments, wants_report=job.work is not Work.START)

    jobs = Jobs(runner)
    folders = [str(folder.resolve()) for folder in (corpus, settings.data / UPLOADS) if folder and folder.exists()]

    def begin() -> None:
        jobs.submit(Work.START, "", (), (*folders, "--prune"))

    return Engine(open_service, jobs, first=begin if folders else None, wanted=lambda: Library.is_wanted(settings))


@contextmanager
def open_holdings(settings: Settings) -> Iterator[Holdings]:
    """Open what the library of `settings` holds for a look; that goes on while an ingest is at work.

    Raises:
        core.errors.EmptyLibraryError: nothing has been indexed.
        core.errors.StoreError: the database cannot be read.
    """
    Library.check_readable(settings)
    with Library.unlocked(settings) as library:
        yield Holdings(library.database)
