"""Fixtures that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from retriever.builtin_model import ensure_model

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder of the built-in model, made once for all runs; its hashes are checked in each."""
    folder = ROOT / ".cache" / "models"
    ensure_model(folder)
    return folder
