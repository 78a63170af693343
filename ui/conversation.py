"""One conversation: what was asked and what came of it. Values only; each change is a new conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from core.schema import Answer, Turn


class Stage(StrEnum):
    """How far one question has come."""

    WAITING = "waiting"
    GROWING = "growing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer as far as it has come, or the message that stands in its place."""

    question: str
    answer: Answer | None = None
    stage: Stage = Stage.WAITING
    message: str = ""

    @property
    def open(self) -> bool:
        """Whether the answer is still being made."""
        return self.stage in (Stage.WAITING, Stage.GROWING)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The exchanges of one page. An exchange is named by its turn, counted from 1, for as long as it lives."""

    exchanges: tuple[Exchange, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether an answer is still being made."""
        return bool(self.exchanges) and self.exchanges[-1].open

    def ask(self, question: str) -> Conversation:
        """Return the conversation with one more question."""
        return Conversation((*self.exchanges, Exchange(question)))

    def grow(self, answer: Answer) -> Conversation:
        """Return the conversation with a further state of the last answer."""
        return self._last(answer=answer, stage=Stage.GROWING)

    def close(self, stage: Stage, message: str = "") -> Conversation:
        """Return the conversation with the last answer ended; an ended one stays as it is."""
        return self._last(stage=stage, message=message) if self.busy else self

    def answer(self, turn: int) -> Answer | None:
        """Return the answer of a turn, if there is one."""
        return self.exchanges[turn - 1].answer if 0 < turn <= len(self.exchanges) else None

    def history(self) -> tuple[Turn, ...]:
        """Return the finished exchanges as messages for the answering service."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.answer is not None and not exchange.open:
                turns += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
        return tuple(turns)

    def _last(
        self, *, answer: Answer | None = None, stage: Stage | None = None, message: str | None = None
    ) -> Conversation:
        last = self.exchanges[-1]
        changed = replace(
            last,
            answer=last.answer if answer is None else answer,
            stage=last.stage if stage is None else stage,
            message=last.message if message is None else message,
        )
        return Conversation((*self.exchanges[:-1], changed))
