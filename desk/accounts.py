"""The users: who may log in, as what, with which groups and tokens; and which collections are limited."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import UsageError
from desk.credentials import STAND_IN, PasswordRecord, digest, new_token, proper_name, proper_user
from desk.people import AccessRules, Role, User
from desk.users_file import AccountEntry, UsersFile, changing, read_users, unusable

_TAKEN = "已有用户“{name}”，请换一个用户名，或用 password、change 修改。"


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what the commands show beside."""

    user: User
    tokens: int
    stamp: str
    """Changes whenever the password is set; see `PasswordRecord.stamp`."""


@dataclass(frozen=True, slots=True)
class _Known:
    accounts: Mapping[str, Account]
    passwords: Mapping[str, PasswordRecord]
    by_token: Mapping[str, str]
    rules: AccessRules


_NOBODY = _Known({}, {}, {}, AccessRules())


class Accounts:
    """The users of a file, from any thread. Each call looks whether the file has changed.

    Every method raises `SettingsError` while the file is missing or broken: nobody is known then, and nobody let in.
    The methods that change it make it where it does not exist, and raise `StoreError` where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._state: tuple[int, ...] = ()
        self._known = _NOBODY

    def verify(self, name: str, password: str) -> User | None:
        """Return the user whose name and password these are. An unknown name takes as long as a known one."""
        known = self._current()
        try:
            name = proper_user(name)
        except UsageError:
            name = ""
        right = known.passwords.get(name, STAND_IN).matches(password)
        account = known.accounts.get(name)
        return account.user if account and right else None

    def by_token(self, token: str) -> User | None:
        """Return the user of an API token."""
        known = self._current()
        name = known.by_token.get(digest(token))
        return known.accounts[name].user if name is not None else None

    def account(self, name: str) -> Account | None:
        """Return the account of a name."""
        return self._current().accounts.get(name)

    def user(self, name: str) -> User | None:
        """Return the user of a name."""
        account = self.account(name)
        return account.user if account else None

    def all(self) -> tuple[Account, ...]:
        """Return every account, by name."""
        return tuple(account for _, account in sorted(self._current().accounts.items()))

    def is_empty(self) -> bool:
        """Tell whether there are no users yet, or not even the file."""
        try:
            self.path.stat()
        except FileNotFoundError:
            return True
        except OSError as exc:
            raise unusable(self.path, exc) from exc
        return not self._current().accounts

    def rules(self) -> AccessRules:
        """Return which collections are limited to whom."""
        return self._current().rules

    def check_new(self, name: str) -> None:
        """Raise `UsageError` where no user of that name can be added: before anybody is asked for a password."""
        name = proper_user(name)
        if not self.is_empty() and name in self._current().accounts:
            raise UsageError(_TAKEN.format(name=name))

    def check_known(self, name: str) -> None:
        """Raise `UsageError` where there is no such user."""
        _entry(read_users(self.path), name)

    def add(self, name: str, password: str, role: Role = Role.READER, groups: Iterable[str] = ()) -> User:
        """Add a user."""
        name, kept = proper_user(name), _groups(groups)
        record = PasswordRecord.of(password)
        with changing(self.path) as file:
            if name in file.users:
                raise UsageError(_TAKEN.format(name=name))
            file.users[name] = AccountEntry(role=role, groups=kept, password=record)
        return User(name, role, frozenset(kept))

    def change(self, name: str, role: Role | None, groups: Iterable[str] | None) -> None:
        """Give a user another role, or other groups; None leaves what is."""
        kept = None if groups is None else _groups(groups)
        with changing(self.path) as file:
            account = _entry(file, name)
            account.role = role or account.role
            account.groups = account.groups if kept is None else kept

    def set_password(self, name: str, password: str) -> None:
        """Set a password; every session of the user ends."""
        record = PasswordRecord.of(password)
        with changing(self.path) as file:
            _entry(file, name).password = record

    def remove(self, name: str) -> None:
        """Remove a user with all tokens; every session of the user ends."""
        with changing(self.path) as file:
            _entry(file, name)
            del file.users[proper_user(name)]

    def add_token(self, name: str) -> str:
        """Return a new API token of a user; only its hash is kept, so it cannot be shown again."""
        token = new_token()
        with changing(self.path) as file:
            _entry(file, name).tokens.append(digest(token))
        return token

    def revoke_tokens(self, name: str) -> None:
        """Make all API tokens of a user worthless."""
        with changing(self.path) as file:
            _entry(file, name).tokens.clear()

    def limit(self, collection: str, groups: Iterable[str]) -> None:
        """Let only members of these groups, and administrators, read a collection."""
        collection, kept = proper_name(collection, "资料集名"), _groups(groups)
        with changing(self.path) as file:
            file.limited[collection] = kept

    def unlimit(self, collection: str) -> None:
        """Let everybody read a collection again."""
        collection = proper_name(collection, "资料集名")
        with changing(self.path) as file:
            if collection not in file.limited:
                raise UsageError(f"资料集“{collection}”没有限制，请用 list 查看已有的限制。")
            del file.limited[collection]

    def _current(self) -> _Known:
        with self._lock:
            try:
                found = self.path.stat()
            except OSError as exc:
                raise unusable(self.path, exc) from exc
            state = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
            if state != self._state:
                # Forgotten first: where the new file is broken, the old one lets nobody in.
                self._state, self._known = (), _NOBODY
                self._known = _known(read_users(self.path))
                self._state = state
            return self._known


def _known(file: UsersFile) -> _Known:
    return _Known(
        {
            name: Account(User(name, entry.role, frozenset(entry.groups)), len(entry.tokens), entry.password.stamp)
            for name, entry in file.users.items()
        },
        {name: entry.password for name, entry in file.users.items()},
        {token: name for name, entry in file.users.items() for token in entry.tokens},
        AccessRules({name: frozenset(groups) for name, groups in file.limited.items()}),
    )


def _entry(file: UsersFile, name: str) -> AccountEntry:
    name = proper_user(name)
    if name not in file.users:
        raise UsageError(f"没有用户“{name}”，请用 list 查看已有的用户。")
    return file.users[name]


def _groups(groups: Iterable[str]) -> list[str]:
    return sorted({proper_name(group, "组名") for group in groups})
