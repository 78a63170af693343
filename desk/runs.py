"""Answers under way. Each is made in a thread of its own, whoever looks on: a page that is closed or loaded anew in the
middle finds it again, and it is kept when it is done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

from core.errors import OrgAskError
from desk.conversations import Conversation, ConversationStore, Stage
from desk.desk import Desk
from desk.limits import Limits
from desk.people import User
from desk.proofs import Source, proofs_of
from desk.veil import veiled

log = logging.getLogger(__name__)
ANSWERS_AT_ONCE = 4
_KEEP_EVERY_S = 2.0
_FAILED = "出错了，这个问题没有答成。请再试一次；如仍出错，请联系管理员查看日志。"
INTERRUPTED = "程序中途重新启动，这个回答没有完成，请重试。"


class Run:
    """The making of the last answer of one conversation. Any number of pages may follow."""

    def __init__(self, conversation: Conversation) -> None:
        """`conversation` has the question that waits as its last exchange."""
        self._changed = threading.Condition()
        self._state = conversation
        self._version = 0
        self._stopped = False

    @property
    def state(self) -> Conversation:
        """The conversation as far as the answer has come."""
        with self._changed:
            return self._state

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return not self.state.busy

    def look(self) -> tuple[int, Conversation]:
        """Return the number of the state and the state."""
        with self._changed:
            return self._version, self._state

    def follow(self) -> Iterator[Conversation]:
        """Yield the conversation whenever the answer has grown, until it has ended. May skip states, never the last."""
        seen = -1
        while True:
            with self._changed:
                while self._version == seen:
                    self._changed.wait()
                seen, state = self._version, self._state
            yield state
            if not state.busy:
                return

    def advance(self, state: Conversation) -> bool:
        """Take in a further state; False where the run has ended already, by a stop."""
        with self._changed:
            if not self._state.busy:
                return False
            self._state = state
            self._version += 1
            self._changed.notify_all()
            return True


class Runs:
    """The answers that are under way, and the way to a new one."""

    def __init__(self, desk: Desk, store: ConversationStore, *, at_once: int = ANSWERS_AT_ONCE) -> None:
        """Prepare.

        Args:
            desk: answers.
            store: keeps what was answered.
            at_once: so many answers are made at the same time; others wait.
        """
        self._desk = desk
        self._store = store
        self._slots = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def ask(self, user: User, conversation: Conversation, question: str, limits: Limits | None = None) -> Run | None:
        """Begin to answer a question in a conversation; None where its last answer is still being made.

        Raises:
            core.errors.StoreError: it could not be kept, and is not asked.
        """
        with self._lock:
            if conversation.id in self._runs:
                return None
            kept = self._store.save(user.name, conversation.ask(question, limits))
            run = self._runs[kept.id] = Run(kept)
        threading.Thread(target=self._make, args=(user, run), name="answer", daemon=True).start()
        return run

    def of(self, conversation_id: str) -> Run | None:
        """Return the run of a conversation, if its answer is being made."""
        with self._lock:
            return self._runs.get(conversation_id)

    @property
    def busy(self) -> bool:
        """Whether any answer is under way."""
        with self._lock:
            return bool(self._runs)

    def open(self, user: User, conversation_id: str) -> Conversation | None:
        """Return a conversation of a user as it is now; an answer that a restart has cut off is closed."""
        with self._lock:
            kept = self._store.get(user.name, conversation_id)
            run = self._runs.get(conversation_id)
            if kept is None or run is not None:
                return run.state if kept and run else None
            if kept.busy:
                kept = self._store.save(user.name, kept.close(Stage.FAILED, INTERRUPTED))
            return kept

    def suggest(self, user: User, before: Conversation, suggestions: tuple[str, ...]) -> Conversation | None:
        """Keep questions to go on with after the last answer; None where the conversation has changed meanwhile."""
        with self._lock:
            if before.id in self._runs or self._store.get(user.name, before.id) != before:
                return None
            last = replace(before.exchanges[-1], suggestions=suggestions)
            return self._store.save(user.name, before.with_last(last))

    def stop(self, user: User, conversation_id: str) -> None:
        """End the answer that is being made in a conversation of this user, however long its next state would take."""
        run = self.of(conversation_id)
        if run is not None and self._store.get(user.name, conversation_id) is not None:
            self._end(user, run, run.state.close(Stage.STOPPED))

    def _make(self, user: User, run: Run) -> None:
        with self._slots:
            ended = self._answer(user, run)
        self._end(user, run, ended)

    def _answer(self, user: User, run: Run) -> Conversation:
        """Return the conversation with the answer ended, letting those who follow see it grow."""
        asked = run.state.exchanges[-1]
        kept = time.monotonic()
        try:
            if run.ended:
                return run.state
            before, _ = veiled(run.state.without_last(), user, self._desk)
            with self._desk.sitting(user) as sitting:
                for answer in sitting.ask(asked.question, before.history(), asked.limits):
                    if not run.advance(run.state.grow(answer)):
                        break
                    if time.monotonic() - kept > _KEEP_EVERY_S:
                        kept = time.monotonic()
                        self._keep(user, run)
                return _proved(run.state, sitting.source).close(Stage.DONE)
        except OrgAskError as exc:
            log.warning("%s", exc)
            return run.state.close(Stage.FAILED, str(exc))
        except Exception:
            log.exception("a question could not be answered")
            return run.state.close(Stage.FAILED, _FAILED)

    def _end(self, user: User, run: Run, state: Conversation) -> None:
        """Keep the answer as it ends, and only then show that it has; of a stop and the end, the first counts."""
        with self._lock:
            if run.ended:
                return
            self._save(user, state)
            self._runs.pop(state.id, None)
            run.advance(state)

    def _keep(self, user: User, run: Run) -> None:
        with self._lock:
            if not run.ended:
                self._save(user, run.state)

    def _save(self, user: User, state: Conversation) -> None:
        try:
            self._store.save(user.name, state)
        except OrgAskError as exc:
            # The answer is shown all the same, and the log says why it will not be there again.
            log.error("an answer could not be kept: %s", exc)


def _proved(state: Conversation, source: Source) -> Conversation:
    """Return a conversation with what the places look like that its last answer cites."""
    last = state.exchanges[-1]
    if last.answer is None:
        return state
    return state.with_last(replace(last, proofs=proofs_of(last.answer.citations, source)))
