"""What editors change in the library: each change is checked here and then done by a job of the engine."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.errors import AccessError, NotFoundError, TooLargeError, UsageError
from core.settings import Settings
from desk.desk import Desk
from desk.file_names import last_part
from desk.jobs import Job, Work
from desk.people import User
from desk.room import check_request
from desk.uploads import UPLOADS, Received, Uploaded, Uploads, UploadState
from ingest.correct import pairs_of
from ingest.inputs import Input
from retriever.holdings import Held, Holdings

MOST_DOCUMENTS = 500
"""Documents of one request."""
LONGEST_COMMAND = 20_000
"""Characters of the documents or files in one command: Windows takes 32,767 of all. More of them are several jobs."""
_AROUND = 3
"""Characters that stand around an argument: a space, and quotation marks."""
NOT_THERE = "资料库中没有这份资料，可能已被移除或更新。"

_T = TypeVar("_T")
OpenHoldings = Callable[[], AbstractContextManager[Holdings]]
"""Opens what the library holds for a look; see `desk.shelf.Shelf.looking`."""


class Note(Protocol):
    """Writes down what somebody is about to do; what it raises keeps it from being done."""

    def __call__(self, action: str, user: User, /, *, address: str = "", **facts: str | int) -> None:
        """Note an action with short facts."""


def _note_nothing(_action: str, _user: User, /, *, address: str = "", **_facts: str | int) -> None:
    """Stand in where nothing is noted."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of files that were sent, and the job that takes them in; None where none was taken."""

    files: tuple[Uploaded, ...]
    job: Job | None


class Changes:
    """Changes the library for those who may, in documents that they may read.

    A change of very many documents takes several jobs, one after the other; the last one is returned.
    """

    def __init__(self, desk: Desk, settings: Settings, holdings: OpenHoldings, note: Note = _note_nothing) -> None:
        """Prepare.

        Args:
            desk: knows who may read what, and the engine that does the jobs.
            settings: where the data lie and how large a file may be.
            holdings: opens what the library holds.
            note: keeps the audit log.
        """
        self._desk = desk
        self._jobs = desk.engine.jobs
        self._holdings = holdings
        self._note = note
        self._data = settings.data
        self._uploads = Uploads(settings.data / UPLOADS, settings.max_file_mb * 1e6)

    def may_add(self, user: User, collection: str) -> str:
        """Return the folder that files for a collection go to.

        Raises:
            AccessError: the user may not change the library, or not this collection.
            UsageError: no collection can be called so.
        """
        self.check_editor(user)
        name = self._uploads.collection(collection)
        if _plain(name) in map(_plain, self._desk.hidden(user)):
            raise AccessError("您不能向这个资料集添加文件，请换一个资料集，或请管理员开通。")
        return name

    def check_room(self, size: int) -> None:
        """Refuse a request with files of so many bytes that the disks have no room for.

        Raises:
            core.errors.StoreFullError: there is no room for it.
        """
        check_request(self._data, size)

    def add(self, user: User, collection: str, received: Sequence[Received], *, replace: bool = False) -> Added:
        """Store files and take them into the library. A file that is refused costs only itself.

        To `replace`, a file takes the place of another of its name in the collection; see `Uploads.store`.

        Raises:
            AccessError: see `may_add`.
            UsageError: there are no files, too many, or no collection can be called so.
            core.errors.StoreFullError: the disk has no room for any of them.
        """
        name = self.may_add(user, collection)
        if not received:
            raise UsageError("没有收到文件，请选择要添加的文件。")
        for one in received:
            self._note("replace" if replace else "add", user, collection=name, file=last_part(one.name))
        files = self._uploads.store(name, received, replace=replace)
        kept = [one for one in files if one.state is not UploadState.REFUSED and one.path]
        if not kept:
            return Added(tuple(files), None)
        # The whole folder is given, so that each file is called by its collection; what has not changed is skipped.
        root = self._uploads.folder.resolve()
        paths = [Input(root / one.source, one.source).key for one in kept]
        job = self._jobs.submit(Work.ADD, user.name, [one.source for one in kept], ["--", str(root)], paths)
        return Added(tuple(files), job)

    def remove(self, user: User, document_ids: Sequence[str]) -> Job:
        """Take documents out of the library; their files stay, and `restore` brings them back.

        Raises:
            AccessError: the user may not change the library.
            NotFoundError: one of them is not there for the user.
        """
        return self._submit(Work.REMOVE, user, document_ids, ["--remove"])

    def restore(self, user: User, document_ids: Sequence[str]) -> Job:
        """Bring documents back that were taken out.

        Raises:
            AccessError: the user may not change the library.
            NotFoundError: one of them is not there for the user.
        """
        return self._submit(Work.RESTORE, user, document_ids, ["--restore"])

    def correct(self, user: User, document_id: str, article_number: int | None, cells: Mapping[str, str]) -> Job:
        """Correct what is known about a document, or about one article of it, counted from 1.

        Args:
            user: who asks.
            document_id: the document.
            article_number: None for all of its articles.
            cells: columns of the side file (标题, 省, 市, 区县, 日期, 体裁 …) and what they are to say; `无` means that
                there is none, and an empty value takes a correction back.

        Raises:
            AccessError: the user may not change the library.
            NotFoundError: the document is not there for the user.
            UsageError: a column is unknown or a value does not work.
        """
        self.check_editor(user)
        checked = pairs_of([f"{name}={value}" for name, value in cells.items()])
        if article_number is not None and article_number < 1:
            raise UsageError("篇目从 1 数起，请核对。")
        article = [] if article_number is None else ["--article", str(article_number)]
        sets = [part for name, value in checked.items() for part in ("--set", f"{name}={value}")]
        documents = self._documents(user, [document_id])
        options = ["--correct", *article, *sets]
        return self._do(Work.CORRECT, user, documents, options, lambda one: one.id, columns="、".join(checked))

    def reindex(self, user: User, document_ids: Sequence[str]) -> Job:
        """Read the files of documents again; those that have not changed since are skipped.

        Raises:
            AccessError: the user may not change the library.
            NotFoundError: one of them is not there for the user.
            UsageError: the file of one is gone.
        """
        documents = self._documents(user, document_ids)
        with self._holdings() as holdings:
            files = {one.path: holdings.original(one.id, self._desk.hidden(user)) for one in documents}
        if gone := next((one for one in documents if files[one.path] is None), None):
            raise UsageError(f"“{gone.source}”的原文件已不存在，请把它放回原处后再试。")
        return self._do(Work.REINDEX, user, documents, [], lambda one: str(files[one.path]))

    def jobs(self, user: User) -> list[Job]:
        """Return the last jobs that the user may see, the newest first: one's own, for an administrator all."""
        return [job for job in self._jobs.all() if user.may_administer or job.user == user.name]

    def job(self, user: User, number: int) -> Job:
        """Return one job.

        Raises:
            NotFoundError: there is none for the user.
        """
        found = next((job for job in self.jobs(user) if job.number == number), None)
        if found is None:
            raise NotFoundError("没有这项任务，可能已是很久以前的了。")
        return found

    def check_editor(self, user: User) -> None:
        """Refuse whoever may not change the library.

        Raises:
            AccessError: the user may not.
        """
        if not user.may_edit:
            raise AccessError("您的账号只能查阅，不能更改资料库；如有需要，请联系管理员。")

    def _submit(self, work: Work, user: User, document_ids: Sequence[str], options: Sequence[str]) -> Job:
        return self._do(work, user, self._documents(user, document_ids), options, lambda one: one.id)

    def _do(
        self, work: Work, user: User, documents: Sequence[Held], options: Sequence[str],
        named: Callable[[Held], str], **facts: str,
    ) -> Job:  # fmt: skip
        """Ask for a change of documents, each `named` by an argument, and return the last job that it takes."""
        for one in documents:
            self._note(work.name.lower(), user, document=one.id, source=one.source, **facts)
        jobs = []
        for some in runs_of(documents, lambda one: len(named(one)) + _AROUND, LONGEST_COMMAND):
            names = [one.title or one.source for one in some]
            arguments = [*options, "--", *dict.fromkeys(map(named, some))]
            paths = list(dict.fromkeys(one.path for one in some))
            jobs.append(self._jobs.submit(work, user.name, names, arguments, paths))
        return jobs[-1]

    def _documents(self, user: User, document_ids: Sequence[str]) -> list[Held]:
        """Return documents that the user may change, each once."""
        self.check_editor(user)
        ids = list(dict.fromkeys(document_ids))
        if not ids:
            raise UsageError("没有选中文档，请先选择。")
        if len(ids) > MOST_DOCUMENTS:
            raise TooLargeError(f"一次最多更改 {MOST_DOCUMENTS} 份文档，请分几次进行。")
        with self._holdings() as holdings:
            found = [holdings.document(one, self._desk.hidden(user)) for one in ids]
        documents = [one for one in found if one is not None]
        if len(documents) < len(ids):
            raise NotFoundError(NOT_THERE)
        return documents


def runs_of(items: Sequence[_T], length: Callable[[_T], int], longest: int) -> Iterator[Sequence[_T]]:
    """Yield the items in runs, in order, each at most `longest` long together unless it is a single item."""
    start, total = 0, 0
    for number, item in enumerate(items):
        if number > start and total + length(item) > longest:
            yield items[start:number]
            start, total = number, 0
        total += length(item)
    if items:
        yield items[start:]


def _plain(name: str) -> str:
    """Return a collection's name as a disk that ignores case may take it."""
    return unicodedata.normalize("NFC", name).casefold()
