from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import errors


def tree(kind: type[errors.OrgAskError]) -> Iterator[type[errors.OrgAskError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def test_every_error_of_the_module_stands_in_one_tree() -> None:
    kinds = {value for value in vars(errors).values() if isinstance(value, type)}
    assert kinds == {kind for kind in tree(errors.OrgAskError) if kind.__module__ == errors.__name__}


@pytest.mark.parametrize("kind", list(tree(errors.OrgAskError)))
def test_every_error_ends_a_command_with_one_or_two(kind: type[errors.OrgAskError]) -> None:
    assert kind.exit_status in (1, 2)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.ReadError, 1),
        (errors.BinaryFileError, 1),
        (errors.StoreFullError, 1),
        (errors.StoreUnreachableError, 1),
        (errors.EmptyLibraryError, 1),
        (errors.UsageError, 2),
        (errors.SettingsError, 2),
        (errors.StoreBusyError, 2),
        (errors.StoreMismatchError, 2),
    ],
)
def test_what_the_user_must_change_first_ends_with_two(kind: type[errors.OrgAskError], status: int) -> None:
    assert kind("原因").exit_status == status
