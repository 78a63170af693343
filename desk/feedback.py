"""What people say of answers: useful, or what is wrong with it; and the question file that is made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.errors import UsageError
from core.schema import AnswerStatus, CitationStatus, Turn
from desk.answertext import bold_pieces
from desk.citing import writable
from desk.database import Base, DeskDatabase

LONGEST_COMMENT = 1000
"""Characters."""


class Verdict(StrEnum):
    """What somebody says of an answer."""

    USEFUL = "useful"
    WRONG_FIGURE = "wrong_figure"
    WRONG_SOURCE = "wrong_source"
    MISSING = "missing"
    """What was asked for is in the library, or part of it, and was not told."""

    @property
    def label(self) -> str:
        """The verdict as it is shown."""
        return _LABELS[self]


_LABELS = {
    Verdict.USEFUL: "有用",
    Verdict.WRONG_FIGURE: "数字有误",
    Verdict.WRONG_SOURCE: "出处有误",
    Verdict.MISSING: "内容缺漏",
}


@dataclass(frozen=True, slots=True)
class Feedback:
    """What `user` says of one answer; `turn` counts from 1 in its conversation.

    `answer` is the answer as `Answer.to_json` tells it, so that it can be looked at after the library has changed.
    `history` is what was said before the question.
    """

    user: str
    conversation_id: str
    turn: int
    verdict: Verdict
    at: datetime
    question: str
    answer: Mapping[str, Any]
    history: tuple[Turn, ...] = ()
    comment: str = ""


class FeedbackRow(Base):
    """One user has one say on one answer. `at` is an ISO time in UTC, `answer` and `history` are JSON."""

    __tablename__ = "feedback"
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    comment: Mapped[str]
    at: Mapped[str] = mapped_column(index=True)
    question: Mapped[str]
    history: Mapped[str]
    answer: Mapped[str]


_KEY = ("conversation_id", "turn", "user")


class FeedbackStore:
    """Keeps what people say of answers."""

    def __init__(self, database: DeskDatabase) -> None:
        self._database = database

    def give(self, feedback: Feedback) -> None:
        """Keep it, in the place of what the same user said of the same answer before.

        Raises:
            UsageError: the comment is too long, or no answer can have that turn.
            core.errors.StoreError: it cannot be written.
        """
        comment = writable(feedback.comment).strip()
        if len(comment) > LONGEST_COMMENT:
            raise UsageError(f"意见有 {len(comment)} 字，请缩短到 {LONGEST_COMMENT} 字以内再提交。")
        if feedback.turn < 1:
            raise UsageError("没有找到要评价的回答，请刷新页面后再试。")
        row = {
            "conversation_id": feedback.conversation_id,
            "turn": feedback.turn,
            "user": feedback.user,
            "verdict": str(feedback.verdict),
            "comment": comment,
            "at": feedback.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "question": writable(feedback.question),
            "history": json.dumps([[turn.role, turn.content] for turn in feedback.history]),
            "answer": json.dumps(dict(feedback.answer)),
        }
        # In one statement, so that a double click is no conflict.
        kept = insert(FeedbackRow).values(row)
        kept = kept.on_conflict_do_update(
            index_elements=_KEY, set_={name: row[name] for name in row if name not in _KEY}
        )
        with self._database.session() as session:
            session.execute(kept)

    def withdraw(self, conversation_id: str, turn: int, user: str) -> bool:
        """Forget what a user said of an answer, and return whether there was anything."""
        row = delete(FeedbackRow).where(
            FeedbackRow.conversation_id == conversation_id, FeedbackRow.turn == turn, FeedbackRow.user == user
        )
        with self._database.session() as session:
            return session.execute(row.returning(FeedbackRow.turn)).first() is not None

    def of(self, conversation_id: str, user: str) -> list[Feedback]:
        """Return what a user said of the answers of a conversation, in their order."""
        rows = select(FeedbackRow).where(FeedbackRow.conversation_id == conversation_id, FeedbackRow.user == user)
        with self._database.session() as session:
            return [_feedback(row) for row in session.scalars(rows.order_by(FeedbackRow.turn))]

    def all(self) -> list[Feedback]:
        """Return what everybody said, the newest first."""
        rows = select(FeedbackRow).order_by(FeedbackRow.at.desc(), FeedbackRow.conversation_id, FeedbackRow.turn)
        with self._database.session() as session:
            return [_feedback(row) for row in session.scalars(rows)]


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(
        user=row.user,
        conversation_id=row.conversation_id,
        turn=row.turn,
        verdict=Verdict(row.verdict),
        at=datetime.fromisoformat(row.at),
        question=row.question,
        answer=json.loads(row.answer),
        history=tuple(Turn(role, content) for role, content in json.loads(row.history)),
        comment=row.comment,
    )


def cases(feedback: Iterable[Feedback]) -> list[dict[str, Any]]:
    """Return the lines of a question file for `python -m evals answers`, in the order of their ids.

    A useful answer says what must be found again. What somebody found wrong is of the type `review`: such a line holds
    the question and, in a field that the scoring ignores, what was said of which answer; a person has to complete it.
    Who said it is not told.
    """
    return sorted((_case(one) for one in feedback), key=lambda record: str(record["id"]))


def _case(one: Feedback) -> dict[str, Any]:
    useful = one.verdict is Verdict.USEFUL
    record: dict[str, Any] = {"id": _id(one), "type": "feedback" if useful else "review", "question": one.question}
    if one.history:
        record["history"] = [{"role": turn.role, "content": turn.content} for turn in one.history]
    return record | (_expected(one.answer) if useful else {"review": _review(one)})


def _id(one: Feedback) -> str:
    """Return an id that stays the same when somebody changes their mind, and tells nobody's name."""
    told = json.dumps([one.conversation_id, one.turn, one.user])
    return f"feedback-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _expected(answer: Mapping[str, Any]) -> dict[str, Any]:
    if answer["status"] == AnswerStatus.REFUSED:
        return {"refuse": True}
    cited = {
        (citation["source"], citation["quote"]): None
        for citation in answer["citations"]
        if citation["status"] == CitationStatus.VERBATIM
    }
    values = [value for piece in bold_pieces(answer["text"]) for value in piece.split("、") if value.strip()]
    return {
        "gold": [{"source": source, "quote": quote} for source, quote in cited],
        "must_contain": list(dict.fromkeys(values)),
    }


def _review(one: Feedback) -> dict[str, Any]:
    return {
        "verdict": str(one.verdict),
        "label": one.verdict.label,
        "comment": one.comment,
        "at": one.at.astimezone(UTC).isoformat(timespec="seconds"),
        "status": one.answer["status"],
        "answer": one.answer["text"],
        "citations": [{"source": c["source"], "quote": c["quote"]} for c in one.answer["citations"]],
    }
