"""How many requests of one kind each user may have under way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import TooManyError
from desk.people import User


class Turns:
    """Gives each user a few places. Safe to use from many threads."""

    def __init__(self, of_one: int, sentence: str) -> None:
        """`of_one` is how many a user has, `sentence` what is said where they are all taken."""
        self._of_one = of_one
        self._sentence = sentence
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, user: User) -> Iterator[None]:
        """Take one of the places of a user for as long as the block lasts.

        Raises:
            TooManyError: they are all taken.
        """
        with self._lock:
            if self._under_way[user.name] >= self._of_one:
                raise TooManyError(self._sentence)
            self._under_way[user.name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[user.name] -= 1
                self._under_way += Counter()
