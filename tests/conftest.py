"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from core.settings import PREFIX
from retriever.builtin.model import ensure_model, ensure_query_encoder, ensure_reader
from retriever.places import Gazetteer
from tests.office import Office

ROOT = Path(__file__).resolve().parents[1]

# A slow machine is no failure. CI tries the same examples in every run; at a desk each run tries others.
settings.register_profile("orgask", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("orgask")


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder of the built-in models, made once for all runs; their hashes are checked in each."""
    folder = ROOT / ".cache" / "models"
    ensure_model(folder)
    ensure_query_encoder(folder)
    ensure_reader(folder)
    return folder


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody has set in their shell changes no test."""
    for name in os.environ:
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """The place names, read once."""
    return Gazetteer()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A folder for files, a data folder and a fake encoder."""
    return Office(tmp_path)
