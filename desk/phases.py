"""The phases that the web app goes through, as pages and programs see them."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.api import AnswerService


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come; `total` is 0 and `left_s`, the seconds left, None while it is not known."""

    stage: str
    done: int = 0
    total: int = 0
    left_s: float | None = None

    @property
    def share(self) -> float | None:
        """The part that is done, from 0 to 1, or None while it is not known."""
        return min(1.0, max(0.0, self.done / self.total)) if self.total > 0 else None


@dataclass(frozen=True, slots=True)
class Starting:
    """The models and the library are being opened. `waiting` says why that takes longer than usual."""

    waiting: str = ""


@dataclass(frozen=True, slots=True)
class Indexing:
    """Documents are being taken in, and there is nothing to ask about before."""

    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Questions can be asked.

    `failed_files` tells that some files could not be read, `outdated` why the library is as it was before this start.
    """

    service: AnswerService
    failed_files: bool = False
    outdated: str = ""
    indexing: Progress | None = None
    """How far an ingest has come that goes on meanwhile."""
    switching: bool = False
    """Whether its last step keeps questions waiting."""


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to ask about."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The program cannot answer, and the message says why and what to do."""

    message: str


Phase = Starting | Indexing | Ready | Empty | Failed
