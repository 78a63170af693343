"""How answers, passages, documents and jobs look as JSON. No path of this machine is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from core.schema import Answer, Metadata, Passage
from desk.changes import Added
from desk.joblines import lines_of, message_of
from desk.jobs import Job, State
from desk.people import User
from desk.phases import Progress
from retriever.holdings import Held
from retriever.outline import Outlined

_LINE = ("source", "state", "reason", "documents", "articles", "notes", "duplicate_of", "moved_from")
"""What is told of a file of a job."""


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer, with the ids of the documents that it cites and found."""
    shown = answer.to_json()
    for one, citation in zip(shown["citations"], answer.citations, strict=True):
        one["document_id"] = citation.document_id
    for one, passage in zip(shown["passages"], answer.passages, strict=True):
        one["document_id"] = passage.article.document_id
    return {**shown, "choices": list(answer.choices)}


def passage_json(passage: Passage, may_read: Callable[[str], bool]) -> dict[str, Any]:
    """Return a passage; offsets are in characters of the document's text."""
    evidence = passage.evidence
    return {
        "rank": passage.rank,
        "document_id": passage.article.document_id,
        "source": passage.source,
        "title": passage.article.title,
        "place": passage.article.meta.place,
        "date": passage.article.meta.date,
        "kind": passage.article.meta.kind,
        "text": passage.chunk.text,
        "score": passage.score,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
        "evidence": None
        if evidence is None
        else {"start": evidence.start, "end": evidence.end, "probability": round(evidence.probability, 4)},
        "copies": [source for source in passage.copies if may_read(source)],
    }


def held_json(held: Held) -> dict[str, Any]:
    """Return what is known about a document, or about a file that gave none (its id is empty)."""
    return {
        "id": held.id,
        "source": held.source,
        "title": held.title,
        "collection": held.collection,
        "province": held.province,
        "city": held.city,
        "district": held.district,
        "date": held.date,
        "kind": held.kind,
        "articles": held.articles,
        "characters": held.characters,
        "state": str(held.state),
        "reason": held.reason,
        "notes": list(held.notes),
        "copies": held.copies,
        "main_id": held.main_id,
        "removed_at": held.removed_at,
    }


def outline_json(outlined: Iterable[Outlined]) -> list[dict[str, Any]]:
    """Return the articles of a document, numbered as corrections number them, with what each tells of itself."""
    return [
        {
            "number": number,
            "title": one.article.title,
            "start": one.article.start,
            "end": one.article.end,
            **metadata_json(one.article.meta),
            "headings": [{"level": h.level, "text": h.text, "offset": h.offset} for h in one.headings],
        }
        for number, one in enumerate(outlined, start=1)
    ]


def metadata_json(meta: Metadata) -> dict[str, Any]:
    """Return what a text tells about itself; what it does not tell is empty."""
    return {
        "province": meta.province,
        "city": meta.city,
        "district": meta.district,
        "date": meta.date,
        "kind": meta.kind,
        "issuer": meta.issuer,
        "authors": list(meta.authors),
        "origin": meta.origin,
        "speaker": meta.speaker,
        "occasion": meta.occasion,
    }


def added_json(added: Added, user: User, may_read: Callable[[str], bool]) -> dict[str, Any]:
    """Return what became of files that were sent, for whoever sent them."""
    return {
        "job": job_json(added.job, user, may_read) if added.job else None,
        "files": [
            {"name": one.name, "state": str(one.state), "reason": one.reason, "source": one.source}
            for one in added.files
        ],
    }


def job_json(job: Job, user: User, may_read: Callable[[str], bool], progress: Progress | None = None) -> dict[str, Any]:
    """Return a job, with a line for each file that it changed, as far as the user may read it."""
    return {
        "number": job.number,
        "work": job.work.name.lower(),
        "what": list(job.what),
        "user": job.user,
        "asked": job.asked.isoformat(timespec="seconds"),
        "state": str(job.state),
        "message": message_of(job, user),
        "some_failed": job.some_failed,
        "progress": None
        if progress is None or job.state is not State.RUNNING
        else {"stage": progress.stage, "done": progress.done, "total": progress.total, "left_s": progress.left_s},
        "files": [{name: line.get(name) for name in _LINE} for line in lines_of(job, may_read)],
    }
