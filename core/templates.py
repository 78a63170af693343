"""Sentences and prompts from the files in `prompts/`, read once by the entry points."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import SettingsError

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"


@dataclass(frozen=True, slots=True)
class Templates:
    """The sentences of one file, by section and name."""

    sentences: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, name: str, folder: Path = PROMPTS) -> Templates:
        """Read `folder/name`.

        Raises:
            SettingsError: the file is missing or damaged.
        """
        try:
            return cls(tomllib.loads((folder / name).read_text("utf-8")))
        except (OSError, tomllib.TOMLDecodeError) as exc:
            raise SettingsError(f"模板文件 prompts/{name} 缺失或格式有误，请从原始版本恢复。") from exc

    def fill(self, key: str, **values: object) -> str:
        """Return the sentence `section.name` with its values; a missing value raises `KeyError`."""
        section, _, name = key.partition(".")
        return self.sentences[section][name].format(**values)
