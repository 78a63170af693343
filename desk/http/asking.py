"""Answers and searches for programs: in threads, some at once, and each user only a few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from functools import partial

from anyio import CapacityLimiter, from_thread, to_thread

from core.schema import Answer, Passage, Turn
from desk.desk import Desk
from desk.http.turns import Turns
from desk.limits import Limits
from desk.people import User
from desk.phases import Failed

ANSWERS_AT_ONCE = 8
ANSWERS_OF_ONE = 3


class Asking:
    """Asks the desk without keeping the event loop waiting."""

    def __init__(self, desk: Desk, at_once: int = ANSWERS_AT_ONCE, of_one: int = ANSWERS_OF_ONE) -> None:
        """Prepare.

        Args:
            desk: answers.
            at_once: how many answers and searches are worked on; the others wait.
            of_one: how many of them one user may have under way.
        """
        self._desk = desk
        self._limiter = CapacityLimiter(at_once)
        self._turns = Turns(of_one, f"您已有 {of_one} 个问题正在处理，请等其中一个完成后再问。")

    @property
    def failed(self) -> bool:
        """Whether the library could not be opened."""
        return isinstance(self._desk.engine.phase, Failed)

    def turn(self, user: User) -> AbstractContextManager[None]:
        """Take one of the places of a user for as long as the block lasts.

        Raises:
            core.errors.TooManyError: they are all taken.
        """
        return self._turns.turn(user)

    async def answer(
        self,
        user: User,
        question: str,
        history: Sequence[Turn],
        limits: Limits,
        tell: Callable[[Answer], None] = lambda _: None,
    ) -> Answer:
        """Return the whole answer; `tell` is called in the event loop with each of its states, the last one too.

        A task that is cancelled meanwhile ends when the next state has come. `turn` is for the caller.

        Raises:
            core.errors.OrgAskError: see `Desk.ask`.
        """
        return await to_thread.run_sync(self._work, user, question, history, limits, tell, limiter=self._limiter)

    async def search(self, user: User, query: str, k: int, limits: Limits) -> list[Passage]:
        """Return the best passages.

        Raises:
            core.errors.TooManyError: the user has too much under way.
            core.errors.OrgAskError: see `Desk.search`.
        """
        with self.turn(user):
            return await to_thread.run_sync(self._desk.search, user, query, k, limits, limiter=self._limiter)

    def may_read(self, user: User) -> Callable[[str], bool]:
        """Return whether the user may read a text, by its source."""
        return partial(self._desk.may_read, user)

    def _work(
        self, user: User, question: str, history: Sequence[Turn], limits: Limits, tell: Callable[[Answer], None]
    ) -> Answer:
        answer: Answer | None = None
        # Begun, gone on with and closed in one thread, as fast as it goes: a reader who is slow keeps nothing open.
        with closing(self._desk.ask(user, question, history, limits)) as states:
            for answer in states:
                from_thread.check_cancelled()
                from_thread.run_sync(tell, answer)
        assert answer is not None
        return answer
