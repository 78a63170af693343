"""What editors do on the page of the library."""

from __future__ import annotations

import json

from core.errors import UsageError
from desk.changes import Changes
from ui.library.correction import COLUMNS, TITLE, cells_of
from ui.library.following import ids_of
from ui.library.showing import Looker, Showing

MOST = 500


class Acting:
    """Hands what is asked for to `desk.changes`, which checks who asks and makes a job of it."""

    def __init__(self, changes: Changes, showing: Showing) -> None:
        """Change the library through `changes`; `showing` tells what is known of a document."""
        self._changes = changes
        self._showing = showing

    def do(self, looker: Looker, name: str, about: str, value: str) -> None:
        """Do one thing.

        Args:
            looker: who asks.
            name: what to do: `remove`, `reindex`, `restore`, `undo`, `correct` or `uncorrect`.
            about: the document, or the number of the job that is undone; `chosen` for those of `value`.
            value: ids of documents, or the fields of a form, as JSON.

        Raises:
            core.errors.OrgAskError: it may not or cannot be done; the message says why.
            ValueError: `value` is no JSON.
        """
        user, changes = looker.user, self._changes
        changes.check_editor(user)
        match name:
            case "remove":
                changes.remove(user, self._chosen(looker, about, value))
            case "reindex":
                changes.reindex(user, self._chosen(looker, about, value))
            case "restore":
                changes.restore(user, self._chosen(looker, about, value))
            case "undo":
                changes.restore(user, ids_of(changes.job(user, int(about))))
            case "correct":
                articles = [one.article for one in self._showing.reading(looker, about).outline]
                if not articles:
                    raise UsageError(looker.texts.gone)
                number, cells = cells_of(json.loads(value), articles, looker.texts)
                changes.correct(user, about, number, cells)
            case "uncorrect":
                changes.correct(user, about, None, dict.fromkeys((*COLUMNS.values(), TITLE), ""))
            case _:
                raise ValueError(name)

    def _chosen(self, looker: Looker, about: str, value: str) -> list[str]:
        if about != "chosen":
            return [about]
        ids = json.loads(value)
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise ValueError(value[:20])
        if len(ids) > MOST:
            raise UsageError(looker.texts.too_many)
        return ids
