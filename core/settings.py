"""Settings from the environment (`ORGASK_…`), read once by the entry points and handed on from there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import SettingsError

PREFIX = "ORGASK_"
BUILTIN_MODEL = "builtin"
NO_MODEL = "none"


class Settings(BaseSettings):
    """All that can be set. An unknown `ORGASK_…` variable is refused, so that a typo shows at once.

    An empty one counts as not set.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    data: Path = Field(Path("data"), description="folder of the database, the indexes and the unpacked model")
    embedding_model: str = Field(BUILTIN_MODEL, description="`builtin`, a model name, or a local folder")
    reader: str = Field(BUILTIN_MODEL, description="reads what is found: `builtin`, `none`, a name, or a local folder")
    model_folder: Path | None = Field(None, description="where the built-in model is unpacked; default: in `data`")
    chroma_url: str = Field("", description="a Chroma server instead of the embedded one")
    host: str = Field("127.0.0.1", description="address of the web app")
    port: int = Field(7860, ge=1, le=65535, description="port of the web app")
    login: Literal["auto", "always"] = Field("auto", description="`auto`: everywhere but on loopback; `always`")
    users: Path | None = Field(None, description="file of the users; default: `users.json` in `data`")
    session_hours: float = Field(12.0, gt=0, le=720, description="hours after which a login ends in any case")
    max_file_mb: float = Field(100.0, gt=0, description="largest file that is taken in, in megabytes")
    max_file_pages: int = Field(2000, gt=0, description="most pages of a file that is taken in")
    max_file_seconds: float = Field(300.0, gt=0, description="seconds for reading one file, beyond 20 for each page")
    max_file_memory_mb: float = Field(3000.0, gt=0, description="memory that reading one file may take, in megabytes")
    chat_url: str = Field("", description="base URL of an OpenAI-compatible model; empty: no model")
    chat_model: str = Field("", description="name of that model")
    chat_key: str = Field("", description="its key, where it wants one", repr=False)
    chat_timeout_s: float = Field(60.0, gt=0, description="seconds before the answer falls back to quoting")

    @property
    def models(self) -> Path:
        """The folder in which the built-in model is unpacked."""
        return self.model_folder or self.data / "models"

    @property
    def users_file(self) -> Path:
        """The file of the users."""
        return self.users or self.data / "users.json"

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """Read the environment; `overrides` that are not None win.

        Raises:
            SettingsError: a variable is unknown or its value does not work.
        """
        _refuse_unknown(os.environ)
        given = {name: value for name, value in overrides.items() if value is not None}
        try:
            return cls(**given)
        except ValidationError as exc:
            first = exc.errors()[0]
            name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
            raise SettingsError(f"设置 {name} 的值不可用（{first['msg']}），请改正后重试。") from exc


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in environment:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsError(f"不认识的设置 {name}，可用的有：{'、'.join(sorted(known))}。")
