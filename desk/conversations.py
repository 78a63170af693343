"""Conversations: what was asked and what came of it, kept for each user."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, case, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.schema import Answer, Turn
from desk.database import Base, DeskDatabase
from desk.limits import Limits
from desk.proofs import Proof, dump_proofs, load_proofs
from desk.stored_answers import dump_answer, load_answer

TITLE_LENGTH = 60
_KEPT_AFTER_DELETING = timedelta(days=30)


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
    limits: Limits = field(default_factory=Limits)
    asked: datetime | None = None
    suggestions: tuple[str, ...] = ()
    """Questions to go on with."""
    proofs: tuple[Proof, ...] = ()
    """What the sources said when the answer was made."""

    @property
    def open(self) -> bool:
        """Whether the answer is still being made."""
        return self.stage in (Stage.WAITING, Stage.GROWING)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The exchanges of one conversation. An exchange is named by its turn, counted from 1; `id` is empty before the
    first question.
    """

    exchanges: tuple[Exchange, ...] = ()
    id: str = ""
    title: str = ""

    @property
    def busy(self) -> bool:
        """Whether an answer is still being made."""
        return bool(self.exchanges) and self.exchanges[-1].open

    def ask(self, question: str, limits: Limits | None = None) -> Conversation:
        """Return the conversation with one more question."""
        asked = Exchange(question, limits=limits or Limits(), asked=datetime.now(UTC))
        return replace(self, exchanges=(*self.exchanges, asked))

    def grow(self, answer: Answer) -> Conversation:
        """Return the conversation with a further state of the last answer."""
        return self._last(replace(self.exchanges[-1], answer=answer, stage=Stage.GROWING))

    def close(self, stage: Stage, message: str = "") -> Conversation:
        """Return the conversation with the last answer ended; an ended one stays as it is."""
        return self._last(replace(self.exchanges[-1], stage=stage, message=message)) if self.busy else self

    def with_last(self, exchange: Exchange) -> Conversation:
        """Return the conversation with another last exchange."""
        return self._last(exchange)

    def without_last(self) -> Conversation:
        """Return the conversation as it was before the last question."""
        return replace(self, exchanges=self.exchanges[:-1])

    def exchange(self, turn: int) -> Exchange | None:
        """Return the exchange of a turn, if there is one."""
        return self.exchanges[turn - 1] if 0 < turn <= len(self.exchanges) else None

    def answer(self, turn: int) -> Answer | None:
        """Return the answer of a turn, if there is one."""
        exchange = self.exchange(turn)
        return exchange.answer if exchange else None

    def history(self) -> tuple[Turn, ...]:
        """Return the finished exchanges as messages for the answering service."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.answer is not None and not exchange.open:
                turns += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
        return tuple(turns)

    def _last(self, exchange: Exchange) -> Conversation:
        return replace(self, exchanges=(*self.exchanges[:-1], exchange))


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list."""

    id: str
    title: str
    updated: datetime
    turns: int


class ConversationRow(Base):
    """A conversation. One that was deleted stays for a while, so that it can be taken back."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    updated: Mapped[str] = mapped_column(index=True)
    deleted: Mapped[str] = mapped_column(default="")


class ExchangeRow(Base):
    """A question and its answer."""

    __tablename__ = "exchanges"
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    asked: Mapped[str]
    stage: Mapped[str]
    message: Mapped[str]
    limits: Mapped[str]
    answer: Mapped[str]
    suggestions: Mapped[str]
    proofs: Mapped[str]


class ConversationStore:
    """The conversations of all users; each call names the user, who gets at no other's."""

    def __init__(self, database: DeskDatabase, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Use `database`; `now` is the clock."""
        self._database = database
        self._now = now

    def save(self, user: str, conversation: Conversation) -> Conversation:
        """Keep a conversation as it is now; one without id is new. Returns it with its id."""
        if not conversation.exchanges:
            return conversation
        title = conversation.title or _title(conversation.exchanges[0].question)
        kept = replace(conversation, id=conversation.id or uuid.uuid4().hex, title=title)
        now = self._now().isoformat()
        with self._database.session() as session:
            row = session.get(ConversationRow, kept.id)
            if row is None:
                session.add(ConversationRow(id=kept.id, user=user, title=title, updated=now, deleted=""))
                session.flush()
            elif row.user == user:
                row.updated = now
            else:
                return conversation
            session.execute(
                delete(ExchangeRow).where(ExchangeRow.conversation == kept.id, ExchangeRow.turn > len(kept.exchanges))
            )
            for turn, exchange in enumerate(kept.exchanges, start=1):
                # Only the last one may change.
                if turn == len(kept.exchanges) or session.get(ExchangeRow, (kept.id, turn)) is None:
                    session.merge(_row(kept.id, turn, exchange))
        return kept

    def get(self, user: str, conversation_id: str) -> Conversation | None:
        """Return a conversation of this user; None where there is none of this id, or it is another's."""
        with self._database.session() as session:
            row = session.get(ConversationRow, conversation_id)
            if row is None or row.user != user or row.deleted:
                return None
            found = select(ExchangeRow).where(ExchangeRow.conversation == conversation_id).order_by(ExchangeRow.turn)
            return Conversation(tuple(_exchange(one) for one in session.scalars(found)), row.id, row.title)

    def summaries(self, user: str, text: str = "", limit: int = 200) -> list[Summary]:
        """Return the conversations of a user, the last used first; with `text`, those in which it stands."""
        turns = func.count(ExchangeRow.turn)
        query = (
            select(ConversationRow.id, ConversationRow.title, ConversationRow.updated, turns)
            .join(ExchangeRow, ExchangeRow.conversation == ConversationRow.id)
            .where(ConversationRow.user == user, ConversationRow.deleted == "")
            .group_by(ConversationRow.id)
            .order_by(ConversationRow.updated.desc())
            .limit(limit)
        )
        if text.strip():
            pattern = f"%{_like(text.strip())}%"
            asked = select(ExchangeRow.conversation).where(ExchangeRow.question.like(pattern, escape="\\"))
            told = case((ExchangeRow.answer == "", ""), else_=func.json_extract(ExchangeRow.answer, "$.text"))
            answered = select(ExchangeRow.conversation).where(told.like(pattern, escape="\\"))
            query = query.where(
                or_(
                    ConversationRow.title.like(pattern, escape="\\"),
                    ConversationRow.id.in_(asked),
                    ConversationRow.id.in_(answered),
                )
            )
        with self._database.session() as session:
            return [Summary(i, title, datetime.fromisoformat(at), n) for i, title, at, n in session.execute(query)]

    def rename(self, user: str, conversation_id: str, title: str) -> bool:
        """Give a conversation another title; False where there is none, or the title is empty."""
        title = _title(title)
        return bool(title) and self._change(user, conversation_id, title=title)

    def delete(self, user: str, conversation_id: str) -> bool:
        """Delete a conversation; it can be taken back for a while."""
        done = self._change(user, conversation_id, deleted=self._now().isoformat())
        self._clear_away()
        return done

    def undelete(self, user: str, conversation_id: str) -> bool:
        """Take a deleted conversation back."""
        return self._change(user, conversation_id, deleted="")

    def detach(self, user: str) -> int:
        """Part the conversations of a user from the name, which another person may be given later; returns how many."""
        former = f"{user}\0{self._now().isoformat()}"
        with self._database.session() as session:
            result = session.execute(update(ConversationRow).where(ConversationRow.user == user).values(user=former))
            return int(getattr(result, "rowcount", 0))

    def _change(self, user: str, conversation_id: str, **values: str) -> bool:
        mine = (ConversationRow.id == conversation_id, ConversationRow.user == user)
        with self._database.session() as session:
            result = session.execute(update(ConversationRow).where(*mine).values(**values))
            return bool(getattr(result, "rowcount", 0))

    def _clear_away(self) -> None:
        before = (self._now() - _KEPT_AFTER_DELETING).isoformat()
        with self._database.session() as session:
            session.execute(
                delete(ConversationRow).where(ConversationRow.deleted != "", ConversationRow.deleted < before)
            )


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= TITLE_LENGTH else words[: TITLE_LENGTH - 1] + "…"


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _row(conversation_id: str, turn: int, exchange: Exchange) -> ExchangeRow:
    return ExchangeRow(
        conversation=conversation_id,
        turn=turn,
        question=exchange.question,
        asked=exchange.asked.isoformat() if exchange.asked else "",
        stage=str(exchange.stage),
        message=exchange.message,
        limits=json.dumps(exchange.limits.to_json(), ensure_ascii=False),
        answer=dump_answer(exchange.answer) if exchange.answer else "",
        suggestions=_dump(exchange.suggestions),
        proofs=dump_proofs(exchange.proofs),
    )


def _exchange(row: ExchangeRow) -> Exchange:
    return Exchange(
        row.question,
        load_answer(row.answer) if row.answer else None,
        Stage(row.stage),
        row.message,
        Limits.from_json(json.loads(row.limits)),
        datetime.fromisoformat(row.asked) if row.asked else None,
        tuple(json.loads(row.suggestions)),
        load_proofs(row.proofs),
    )


def _dump(strings: Iterable[str]) -> str:
    return json.dumps(list(strings), ensure_ascii=False)
