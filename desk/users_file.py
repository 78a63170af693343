"""The form of the users file, and how it is read and written: JSON, as a whole, so that no half of it is ever seen."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal

from filelock import FileLock, Timeout
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.errors import SettingsError, StoreBusyError, StoreError, StoreFullError, UsageError
from desk.credentials import Hex, PasswordRecord, proper_name, proper_user
from desk.people import Role

_LOCK_WAIT_S = 10
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def _as_kept(make: Callable[[str], str]) -> AfterValidator:
    """Accept a name only in the form that `make` gives it: two spellings of one name would be two users."""

    def check(name: str) -> str:
        try:
            kept = make(name)
        except UsageError as exc:
            raise ValueError("unusable name") from exc
        if kept != name:
            raise ValueError("name not normalised")
        return name

    return AfterValidator(check)


_UserName = Annotated[str, _as_kept(proper_user)]
_Name = Annotated[str, _as_kept(proper_name)]


class _Part(BaseModel):
    # What stands in a damaged file is in no message: it may be a hash.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class AccountEntry(_Part):
    """One user as the file has them: tokens and password as hashes."""

    role: Role = Role.READER
    groups: list[_Name] = Field(default_factory=list)
    password: PasswordRecord
    tokens: list[Hex] = Field(default_factory=list)


class UsersFile(_Part):
    """All of the file: users by name, and the groups that may read a limited collection by its name."""

    version: Literal[1] = 1
    users: dict[_UserName, AccountEntry] = Field(default_factory=dict)
    limited: dict[_Name, list[_Name]] = Field(default_factory=dict)


def read_users(path: Path) -> UsersFile:
    """Read the file.

    Raises:
        SettingsError: it is missing, unreadable or broken.
    """
    try:
        return UsersFile.model_validate_json(path.read_bytes())
    except OSError as exc:
        raise unusable(path, exc) from exc
    except (ValidationError, RecursionError) as exc:
        raise unusable(path) from exc


def unusable(path: Path, cause: OSError | None = None) -> SettingsError:
    """Return the error of a file that cannot be read, by the cause; without one, of a file that is broken."""
    if isinstance(cause, FileNotFoundError):
        return SettingsError(f"还没有用户文件 {path}，请先运行 python -m desk add 用户名 --role 管理员。")
    why = cause.strerror if cause else "内容有误"
    return SettingsError(f"用户文件 {path} 无法使用（{why}），请恢复备份，或移走它后用 python -m desk add 重建。")


@contextmanager
def changing(path: Path) -> Iterator[UsersFile]:
    """Read the file, let it be changed, and write it with mode 0600; two commands at once wait for each other.

    Raises:
        SettingsError: there is a file, and it is broken.
        StoreError: it cannot be written; the old one stays.
    """
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=_LOCK_WAIT_S):
            file = read_users(target) if target.exists() else UsersFile()
            yield file
            _write(target, file.model_dump_json(indent=2) + "\n")
    except Timeout as exc:
        raise StoreBusyError("用户文件正被另一个命令修改，请稍后重试。") from exc
    except OSError as exc:
        if exc.errno in _NO_ROOM:
            raise StoreFullError("磁盘空间不足，用户文件没有改动，请清理空间后重试。") from exc
        raise StoreError(f"用户文件 {path} 无法写入（{exc.strerror or exc}），请检查权限。") from exc


def _write(target: Path, text: str) -> None:
    # Made with mode 0600, beside the file so that it can take its place in one step.
    handle, name = tempfile.mkstemp(prefix=".users-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(target)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
