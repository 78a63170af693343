"""Guessing of passwords is slowed down, then locked: by name and address together, by each of them more generously.

A try counts as failed from the moment it is claimed, so that a hundred tries at once are no more than one after the
other; the right password takes it back.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from desk.credentials import NAME_LIMIT

LOCK_S = 15 * 60.0
_LONGEST_PAUSE_S = 60.0
_CAPACITY = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failed tries each waits twice as long as the one before; the `lock_at`th locks.

    One failed try is forgotten in every `fades_s` seconds: the slips of a whole office add up to nothing.
    """

    free: int
    lock_at: int
    fades_s: float

    def pause_s(self, failures: int) -> float:
        """Return how long to wait after so many failed tries, in seconds."""
        if failures >= self.lock_at:
            return LOCK_S
        return 0.0 if failures < self.free else min(2.0 ** (failures - self.free), _LONGEST_PAUSE_S)


TOGETHER = Limit(3, 10, 900)
NAME = Limit(20, 50, 300)
ADDRESS = Limit(30, 100, 120)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether a try may be made: at once where `wait_s` is 0, else not before so many seconds."""

    wait_s: float
    locks: bool = False
    """Whether this try, if it fails, was the last one for now."""


@dataclass(slots=True)
class _Count:
    failures: int
    fading_since: float
    until: float


class _Counts:
    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.counts: OrderedDict[str, _Count] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        count = self.counts.get(key)
        return max(0.0, count.until - now) if count else 0.0

    def add(self, key: str, now: float) -> bool:
        count = self.counts.get(key)
        # `add` is called when the wait is over: a lock that has ended begins anew.
        if count is None or count.failures >= self.limit.lock_at:
            count = self.counts[key] = _Count(0, now, now)
        faded = int((now - count.fading_since) / self.limit.fades_s)
        count.fading_since += faded * self.limit.fades_s
        count.failures = max(0, count.failures - faded) + 1
        count.until = now + self.limit.pause_s(count.failures)
        self.counts.move_to_end(key)
        if len(self.counts) > _CAPACITY:
            self.counts.popitem(last=False)
        return count.failures >= self.limit.lock_at

    def take_back(self, key: str, now: float) -> None:
        count = self.counts.get(key)
        if count is not None:
            count.failures -= 1
            count.until = min(count.until, now + self.limit.pause_s(count.failures))
            if count.failures <= 0:
                del self.counts[key]

    def forget(self, key: str) -> None:
        self.counts.pop(key, None)


class Guessing:
    """The failed tries of late, in memory of bounded size, from any thread. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._together, self._name, self._address = _Counts(TOGETHER), _Counts(NAME), _Counts(ADDRESS)

    def claim(self, name: str, address: str) -> Claim:
        """Enter a try, unless one has to wait; a try that is told to wait does not count."""
        with self._lock:
            now = self._clock()
            kept = self._keys(name, address)
            wait_s = max(counts.wait_s(key, now) for counts, key in kept)
            if wait_s > 0:
                return Claim(wait_s)
            # Each of them has to count, so the sum must not end at the first that locks.
            return Claim(0.0, sum(counts.add(key, now) for counts, key in kept) > 0)

    def succeeded(self, name: str, address: str) -> None:
        """Take the try back. Whoever logs in themselves has not made other guesses undone."""
        with self._lock:
            now = self._clock()
            (together, key), *others = self._keys(name, address)
            together.forget(key)
            for counts, other in others:
                counts.take_back(other, now)

    def __len__(self) -> int:
        with self._lock:
            return sum(len(counts.counts) for counts in (self._together, self._name, self._address))

    def _keys(self, name: str, address: str) -> tuple[tuple[_Counts, str], ...]:
        name, address = name[:NAME_LIMIT], _network(address)
        return (self._together, f"{address} {name}"), (self._name, name), (self._address, address)


def _network(address: str) -> str:
    """Return what one household holds: an IPv4 address, or the 64 bits in front of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:NAME_LIMIT]
    if found.version == 6:
        return str(ipaddress.IPv6Network((int(found), 64), strict=False).network_address)
    return str(found)
