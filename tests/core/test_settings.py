from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SettingsError, UsageError
from core.settings import Settings


def test_defaults_work_without_any_environment() -> None:
    settings = Settings.load()
    assert settings.data == Path("data")
    assert settings.models == Path("data/models")
    assert settings.host == "127.0.0.1"


def test_environment_sets_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGASK_DATA", "/srv/zuzhi")
    monkeypatch.setenv("ORGASK_PORT", "8080")
    monkeypatch.setenv("ORGASK_MODEL_FOLDER", "/srv/models")
    settings = Settings.load()
    assert (settings.data, settings.port, settings.models) == (Path("/srv/zuzhi"), 8080, Path("/srv/models"))


def test_an_argument_wins_over_the_environment_and_none_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGASK_DATA", "/srv/zuzhi")
    assert Settings.load(data=Path("elsewhere")).data == Path("elsewhere")
    assert Settings.load(data=None).data == Path("/srv/zuzhi")


@pytest.mark.parametrize("name", ["ORGASK_DATEN", "orgask_prot"])
def test_an_unknown_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.load()
    assert "ORGASK_PORT" in str(caught.value), "the names that do exist are told"
    assert caught.value.exit_status == 2


def test_variables_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGANISER_DATA", "1")
    Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [("ORGASK_PORT", "eighty"), ("ORGASK_PORT", "70000"), ("ORGASK_MAX_FILE_MB", "0"), ("ORGASK_CHAT_TIMEOUT_S", "-1")],
)
def test_a_bad_value_is_refused_with_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        Settings.load()


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORGASK_DATA", "ORGASK_PORT", "ORGASK_MODEL_FOLDER"):
        monkeypatch.setenv(name, "")
    assert Settings.load() == Settings()
    assert Settings.load().data == Path("data")


def test_a_bad_argument_is_refused_like_a_bad_variable() -> None:
    with pytest.raises(UsageError, match="ORGASK_PORT"):
        Settings.load(port=0)


def test_the_key_of_a_chat_model_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGASK_CHAT_KEY", "sk-secret")
    assert "sk-secret" not in repr(Settings.load())
