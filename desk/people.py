"""Who somebody is to the program: name, role, groups; and which collections of the library they may read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    READER = "读者"
    """Asks, searches, reads, keeps conversations."""
    EDITOR = "编辑"
    """Adds, corrects, removes and restores documents."""
    ADMIN = "管理员"
    """Reads every collection, the audit log and the feedback of all."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who is known to the program. `name` is unique."""

    name: str
    role: Role = Role.READER
    groups: frozenset[str] = frozenset()

    @property
    def may_edit(self) -> bool:
        """Whether the documents of the library may be changed."""
        return self.role in (Role.EDITOR, Role.ADMIN)

    @property
    def may_administer(self) -> bool:
        """Whether what concerns all users may be seen and changed."""
        return self.role is Role.ADMIN


LOCAL = User("本机", Role.ADMIN)
"""Whoever sits at the machine itself, where the app listens on loopback alone and asks for no login."""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Which collections are limited: by the name of the collection, the groups whose members may read it."""

    limited: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def hidden_from(self, user: User) -> tuple[str, ...]:
        """Return the collections that `user` may not read, sorted; nothing is hidden from an administrator."""
        if user.may_administer:
            return ()
        return tuple(sorted(name for name, groups in self.limited.items() if not groups & user.groups))


def collection_key(name: str) -> str:
    """Return what the names of one collection share however they are typed: width and case do not part them."""
    return unicodedata.normalize("NFKC", name).casefold().strip()
