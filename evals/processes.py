"""What the program that serves a port takes of memory, as Linux tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_LISTENS = "0A"
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
_PARENT = re.compile(r"^PPid:\s+(\d+)$", re.MULTILINE)


def serving(port: int) -> int | None:
    """Return the process that listens on a TCP port of this machine; None where that cannot be told."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for fd in _PROC.glob("[0-9]*/fd/*") if sockets else ():
        try:
            if str(fd.readlink()) in sockets:
                return int(fd.parts[2])
        except OSError:
            # It has ended meanwhile, or belongs to somebody else.
            continue
    return None


def memory_mb(process: int) -> float:
    """Return the megabytes that a process and all that it has started hold in memory; 0 where it is gone.

    What they share counts once for each.
    """
    told = dict(_statuses())
    family, before = {process}, 0
    while len(family) > before:
        before = len(family)
        family |= {pid for pid, status in told.items() if _number(_PARENT, status) in family}
    return sum(_number(_RESIDENT, told.get(pid, "")) for pid in family) * 1024 / 1e6


def _listening(port: int) -> Iterator[str]:
    for table in (_PROC / "net/tcp", _PROC / "net/tcp6"):
        if table.exists():
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def _statuses() -> Iterator[tuple[int, str]]:
    for status in _PROC.glob("[0-9]*/status"):
        try:
            yield int(status.parts[2]), status.read_text()
        except OSError:
            continue


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else 0
