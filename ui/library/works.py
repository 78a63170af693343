"""Jobs → HTML of the bar that tells what is under way and what came of the last one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from desk.jobs import Job, State, Work
from desk.phases import Progress
from desk.shelf import Shelf
from ui.library.following import Line, can_be_undone, counts_of, lines_of, shown_jobs
from ui.library.query import Query
from ui.library.texts import LibraryTexts
from ui.markup import escape, escape_lines

_LINES = 200
_NAME = 40
_SIGNS: Mapping[str, str] = {
    "waiting": "…", "reading": "…", "read": "…", "done": "✓", "added": "✓", "updated": "✓", "deleted": "✓",
    "moved": "✓", "skipped": "＝", "passed_over": "!", "failed": "!",
}  # fmt: skip
_OF_FILES = {Work.ADD, Work.REINDEX}

Running = tuple[Job, Progress | None]
MayRead = Callable[[str], bool]


def work_bar(jobs: Sequence[Job], running: Running | None, shelf: Shelf, may_read: MayRead, texts: LibraryTexts) -> str:
    """Return the bar over the jobs that somebody may see, the newest first; empty where there is nothing to tell."""
    shown = shown_jobs(jobs)
    if not shown:
        return ""
    parts = [
        _job(job, jobs, running[1] if running and running[0].number == job.number else None, shelf, may_read, texts)
        for job in shown
    ]
    return f'<div class="ol-jobs" role="region" aria-label="{escape(texts.jobs)}">{"".join(parts)}</div>'


def last_jobs(jobs: Sequence[Job], may_read: MayRead, texts: LibraryTexts, count: int = 5) -> str:
    """Return the list of the last jobs that have ended, with the way back of removals."""
    ended = [job for job in jobs if job.ended and job.work not in (Work.START, Work.REPAIR)][:count]
    if not ended:
        return ""
    rows = "".join(
        f'<li><time datetime="{job.asked.isoformat(timespec="seconds")}">{job.asked.astimezone():%H:%M}</time>'
        f"<span>{escape_lines(title_of(job, texts))} <small>{escape(outcome_of(job, may_read, texts))}</small></span>"
        f"{_undo(job, jobs, texts)}</li>"
        for job in ended
    )
    return f'<div class="ol-chart ol-recent"><h3>{escape(texts.recent)}</h3><ul>{rows}</ul></div>'


def title_of(job: Job, texts: LibraryTexts) -> str:
    """Return what a job does, such as 移出 3 份资料."""
    if len(job.what) == 1:
        name = job.what[0].rpartition("/")[2]
        what = f"“{name if len(name) <= _NAME else name[: _NAME - 1] + '…'}”"
    else:
        count = texts.files_count if job.work is Work.ADD else texts.documents_count
        what = count.format(count=len(job.what))
    return texts.works[job.work].format(what=what)


def outcome_of(job: Job, may_read: MayRead, texts: LibraryTexts) -> str:
    """Return in a few words what came of a job."""
    if job.state is State.FAILED:
        return texts.failed_job
    if job.work is Work.CORRECT and not job.some_failed:
        return texts.outcome["done"]
    counts = counts_of(job, may_read)
    if job.work in (Work.REMOVE, Work.RESTORE) and set(counts) <= {"deleted", "added", "updated", "moved"}:
        return texts.outcome["done"]
    told = [texts.outcome[state].format(count=counts[state]) for state in texts.outcome if counts.get(state)]
    return "，".join(told) if told else texts.outcome["done"]


def _job(
    job: Job, jobs: Sequence[Job], progress: Progress | None, shelf: Shelf, may_read: MayRead, texts: LibraryTexts
) -> str:
    lines = lines_of(job, shelf, may_read)
    failed = job.state is State.FAILED or any(line.state == "failed" for line in lines)
    style = "failed" if failed and job.ended else str(job.state)
    sign = {"done": "✓", "failed": "!"}.get(style, "")
    key = f"{job.number}-{job.asked:%Y%m%d%H%M%S}"
    close = (
        f'<a class="oa-step" href="#dismiss" role="button" aria-label="{escape(texts.dismiss)}">×</a>'
        if job.ended
        else ""
    )
    # While a job goes on, each step would be read aloud.
    live = ' role="status"' if job.ended else ""
    message = f'<p class="ol-reason">{escape_lines(job.message)}</p>' if job.message else ""
    return (
        f'<div class="ol-job ol-job-{style}" data-job="{key}"><div class="ol-job-line"{live}>'
        f'<i class="ol-job-sign" aria-hidden="true">{sign}</i><strong>{escape_lines(title_of(job, texts))}</strong>'
        f"<span>{escape(_state(job, progress, lines, may_read, texts))}</span>{_undo(job, jobs, texts)}{close}</div>"
        f"{_bar(job, progress)}{message}{_files(job, lines, texts)}</div>"
    )


def _state(job: Job, progress: Progress | None, lines: Sequence[Line], may_read: MayRead, texts: LibraryTexts) -> str:
    if job.ended:
        return outcome_of(job, may_read, texts)
    if job.state is State.WAITING:
        return texts.waiting
    if progress is None:
        return texts.running
    share = f" {progress.share:.0%}" if progress.share is not None else ""
    done = sum(line.state in ("done", "failed") for line in lines)
    files = f" · {done}/{len(lines)}" if lines else ""
    return f"{progress.stage}{share}{files}"


def _bar(job: Job, progress: Progress | None) -> str:
    if job.state is not State.RUNNING:
        return ""
    if progress is None or progress.share is None:
        return '<div class="oa-bar oa-bar-unknown" role="progressbar"><i></i></div>'
    percent = round(progress.share * 100)
    return (
        f'<div class="oa-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}">'
        f'<i style="width:{percent}%"></i></div>'
    )


def _undo(job: Job, jobs: Sequence[Job], texts: LibraryTexts) -> str:
    if not can_be_undone(job, jobs):
        return ""
    return f'<a class="oa-action ol-undo" href="#undo-{job.number}" role="button">{escape(texts.undo)}</a>'


def _files(job: Job, lines: Sequence[Line], texts: LibraryTexts) -> str:
    telling = any(line.reason or line.same_as for line in lines)
    if job.work not in _OF_FILES and not (telling and job.some_failed):
        return ""
    # What failed stands first, as that is what somebody has to see to.
    ordered = sorted(lines, key=lambda line: line.state != "failed")
    rows = "".join(_line(line, texts) for line in ordered[:_LINES])
    left = len(lines) - _LINES
    more = f"<li><small>{escape(texts.more_files.format(count=left))}</small></li>" if left > 0 else ""
    if not rows:
        return ""
    is_open = " open" if any(line.state == "failed" for line in lines) or not job.ended else ""
    return (
        f'<details{is_open}><summary>{escape(texts.details)}</summary><ul class="ol-files">{rows}{more}</ul></details>'
    )


def _line(line: Line, texts: LibraryTexts) -> str:
    told = [texts.same_as.format(source=line.same_as)] if line.same_as else []
    more = "；".join([*filter(None, [line.reason]), *told, *line.notes])
    state = texts.file_states.get(line.state, line.state)
    name = escape_lines(line.name)
    if line.state in ("added", "updated", "done", "skipped"):
        link = escape(Query(text=line.name.rpartition("/")[2]).address)
        name = f'<a href="{link}">{name}</a>'
    told_more = f"<small>{escape_lines(more)}</small>" if more else ""
    return (
        f'<li class="ol-file-{escape(line.state)}"><i aria-hidden="true">{_SIGNS.get(line.state, "")}</i>'
        f"<span>{name}</span><em>{escape(state)}</em>{told_more}</li>"
    )
