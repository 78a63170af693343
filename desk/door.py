"""The door: puts accounts, sessions, the slowing of guesses and the audit log together, without knowing of HTTP."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import SettingsError, UsageError
from core.settings import Settings
from desk.accounts import Accounts
from desk.audit import AuditLog
from desk.credentials import proper_user
from desk.database import DeskDatabase
from desk.guessing import Guessing
from desk.people import User
from desk.sessions import Sessions

LOGIN, LOGIN_FAILED, LOCKED, LOGOUT = "login", "login_failed", "locked", "logout"


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a login: a token of a new session; or a wait in seconds; or neither, where it was wrong."""

    token: str = ""
    wait_s: float = 0.0


class Door:
    """Lets in whom the accounts know.

    Every method raises `SettingsError` while the users file is broken and `StoreError` where something cannot be
    written; nobody is let in then.
    """

    def __init__(
        self, accounts: Accounts, sessions: Sessions, audit: AuditLog, guessing: Guessing | None = None
    ) -> None:
        self.accounts = accounts
        self._sessions = sessions
        self._audit = audit
        self._guessing = Guessing() if guessing is None else guessing

    def login(self, name: str, password: str, address: str, *, before: str = "") -> Entry:
        """Try a name and a password. `before` is the token of the session that the new one takes the place of."""
        try:
            name = proper_user(name)
        except UsageError:
            name = ""
        claim = self._guessing.claim(name, address)
        if claim.wait_s > 0:
            return Entry(wait_s=claim.wait_s)
        # Before the password is compared: where it is set in between, the session has the old stamp and is over.
        account = self.accounts.account(name)
        user = self.accounts.verify(name, password)
        if user is None or account is None:
            # An unknown name may be a password in the wrong field, and is not written down.
            self._audit.note(LOGIN_FAILED, name if account else "", address=address)
            if claim.locks:
                self._audit.note(LOCKED, name if account else "", address=address)
            return Entry()
        self._guessing.succeeded(name, address)
        self._audit.note(LOGIN, user, address=address)
        if before:
            self._sessions.end(before)
        return Entry(self._sessions.begin(user.name, account.stamp))

    def of_session(self, token: str) -> User | None:
        """Return whose session it is; None where it is over, the user is gone, or the password was set since."""
        found = self._sessions.find(token)
        account = self.accounts.account(found.user) if found else None
        if found is None or account is None or account.stamp != found.stamp:
            return None
        return account.user

    def of_bearer(self, token: str) -> User | None:
        """Return the user of an API token."""
        return self.accounts.by_token(token)

    def logout(self, token: str, address: str) -> None:
        """End a session."""
        user = self.of_session(token)
        self._sessions.end(token)
        if user is not None:
            self._audit.note(LOGOUT, user, address=address)


def is_loopback(address: str) -> bool:
    """Tell whether only this machine itself reaches an address; a name that is not `localhost` is taken for open."""
    try:
        return ipaddress.ip_address(address.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return address.lower() == "localhost"


@contextmanager
def open_door(settings: Settings, address: str) -> Iterator[Door | None]:
    """Yield the door of an app that listens at `address`; None where no login is asked for.

    Raises:
        SettingsError: a login is asked for and there are no users yet, or their file is broken.
        StoreError: the data folder cannot be used.
    """
    if settings.login == "auto" and is_loopback(address):
        yield None
        return
    accounts = Accounts(settings.users_file)
    if accounts.is_empty():
        raise SettingsError(
            f"在 {settings.host} 上提供服务需要登录，而现在还没有用户，"
            f"请先运行 python -m desk add 用户名 --role 管理员 --data {settings.data}。"
        )
    database = DeskDatabase(settings.data)
    try:
        yield Door(accounts, Sessions(database, settings.session_hours), AuditLog(settings.data))
    finally:
        database.close()
