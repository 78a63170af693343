"""Names, passwords and tokens: what is allowed as one, and what is kept of a secret (never itself)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.errors import UsageError
from desk.people import LOCAL

NAME_LIMIT = 64
PASSWORD_AT_LEAST = 8
PASSWORD_LIMIT = 256
COMMAND_LINE = "命令行"
"""Who changes the accounts at a terminal, in the audit log."""

_RESERVED = {LOCAL.name, COMMAND_LINE}
_TOKEN_PREFIX = "oa_"
# About a tenth of a second and 32 MB a password.
_COST, _BLOCK, _LANES, _LENGTH = 2**15, 8, 1, 32

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{32,128}$")]


class PasswordRecord(BaseModel):
    """What is kept of a password: the parameters of scrypt, the salt, the hash."""

    # The hash of a damaged record stands in no message.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    n: int = Field(default=_COST, ge=2**14, le=2**17)
    r: int = Field(default=_BLOCK, ge=8, le=16)
    p: int = Field(default=_LANES, ge=1, le=4)
    salt: Hex
    hash: Hex

    @classmethod
    def of(cls, password: str) -> PasswordRecord:
        """Return the record of a new password, with a salt of its own.

        Raises:
            UsageError: the password is too short or too long, or holds control characters.
        """
        password = unicodedata.normalize("NFC", password)
        if not PASSWORD_AT_LEAST <= len(password) <= PASSWORD_LIMIT:
            raise UsageError(f"密码要有 {PASSWORD_AT_LEAST} 到 {PASSWORD_LIMIT} 个字符，请换一个。")
        if _has_control(password):
            raise UsageError("密码中有不可见的控制字符，请换一个。")
        blank = cls(salt=secrets.token_hex(16), hash="0" * 64)
        return blank.model_copy(update={"hash": blank.hash_of(password)})

    def hash_of(self, password: str) -> str:
        """Return the hash of a password under the parameters and the salt of this record, in hexadecimal."""
        # Half a character cannot be in any password, but must not end the login.
        given = unicodedata.normalize("NFC", password).encode("utf-8", "backslashreplace")
        memory = 128 * self.r * (self.n + self.p + 2)
        salt = bytes.fromhex(self.salt)
        return hashlib.scrypt(
            given, salt=salt, n=self.n, r=self.r, p=self.p, maxmem=memory, dklen=len(self.hash) // 2
        ).hex()

    def matches(self, password: str) -> bool:
        """Tell whether this is the password; takes the same time either way."""
        return hmac.compare_digest(self.hash_of(password[: PASSWORD_LIMIT * 4]), self.hash)

    @property
    def stamp(self) -> str:
        """A sign of this very record, which tells nothing of the password: it changes whenever the password is set."""
        return digest(f"{self.salt}:{self.hash}")


STAND_IN = PasswordRecord(salt=secrets.token_hex(16), hash=secrets.token_hex(_LENGTH))
"""The record that is compared for a name that does not exist; no password matches it."""


def proper_name(text: str, what: str = "用户名") -> str:
    """Return a name (of a user, a group, a collection) as it is kept: NFKC, without spaces around it.

    Raises:
        UsageError: it is empty or too long, or holds control, invisible or line-breaking characters.
    """
    # Cut before normalising, which makes long strings longer; what is cut is refused by its length below.
    name = unicodedata.normalize("NFKC", text[: NAME_LIMIT * 4]).strip()
    if not 0 < len(name) <= NAME_LIMIT or len(text) > NAME_LIMIT * 4:
        raise UsageError(f"{what}要有 1 到 {NAME_LIMIT} 个字符，请换一个。")
    if _has_control(name):
        raise UsageError(f"{what}中有不可见的字符，请去掉后重试。")
    return name


def proper_user(text: str) -> str:
    """Return the name of a user as it is kept.

    Raises:
        UsageError: see `proper_name`; or the name is one that the program itself goes by.
    """
    name = proper_name(text)
    if name in _RESERVED:
        raise UsageError(f"“{name}”由程序自己使用，请换一个用户名。")
    return name


def new_token() -> str:
    """Return a token that nobody can guess (256 bits)."""
    return _TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is kept of a token, in hexadecimal. Tokens are long and random, so one round is enough."""
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp") for char in text)
