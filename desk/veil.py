"""What of a kept conversation may still be shown: a collection may have been limited since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from core.errors import AccessError, NotReadyError, OrgAskError
from core.schema import Answer, CitationStatus
from desk.conversations import Conversation, ConversationStore, Summary
from desk.desk import Desk
from desk.people import User
from desk.stored_answers import dump_answer
from retriever.scope import collection_of


def veiled(conversation: Conversation, user: User, desk: Desk) -> tuple[Conversation, frozenset[int]]:
    """Return a conversation without what the user may not read, and the turns of which the whole answer is missing.

    An answer that quotes a document of a hidden collection is left out; passages that were found in one go alone.
    Where it cannot be looked up what a document belongs to, it counts as hidden from whom anything is hidden.
    """
    if not desk.hidden(user):
        return conversation, frozenset()
    exchanges, limited = [], set()
    for turn, exchange in enumerate(conversation.exchanges, start=1):
        answer = exchange.answer
        if answer is None:
            exchanges.append(exchange)
            continue
        kept = {proof.marker: proof.collection for proof in exchange.proofs}
        look = partial(_is_hidden, user=user, desk=desk)
        if any(look(c.source, c.document_id, kept=kept.get(c.marker)) for c in answer.citations):
            limited.add(turn)
            exchanges.append(replace(exchange, answer=None, proofs=(), suggestions=()))
        else:
            passages = tuple(p for p in answer.passages if not look(p.source, p.article.document_id))
            exchanges.append(replace(exchange, answer=replace(answer, passages=passages)))
    return replace(conversation, exchanges=tuple(exchanges)), frozenset(limited)


def findable(found: Sequence[Summary], text: str, user: User, desk: Desk, store: ConversationStore) -> list[Summary]:
    """Return of the conversations in which a text stands those in which the user may still read it.

    Otherwise a search would tell, word by word, what stands in an answer that is no longer shown.
    """
    if not desk.hidden(user):
        return list(found)
    return [one for one in found if _stands_in(text, one, user, desk, store)]


def _stands_in(text: str, summary: Summary, user: User, desk: Desk, store: ConversationStore) -> bool:
    conversation = store.get(user.name, summary.id)
    if conversation is None:
        return False
    seen, _ = veiled(conversation, user, desk)
    told = [
        seen.title,
        *(e.question for e in seen.exchanges),
        *(dump_answer(e.answer) for e in seen.exchanges if e.answer),
    ]
    return any(text.strip().lower() in one.lower() for one in told)


def changed_markers(answer: Answer, user: User, desk: Desk) -> frozenset[int]:
    """Return the markers of an answer whose quotes no longer stand at their places in the library."""
    changed = set()
    for citation in answer.citations:
        if citation.status is not CitationStatus.VERBATIM:
            continue
        try:
            document, _ = desk.source(user, citation.document_id, citation.start, wait_s=0)
        except NotReadyError:
            return frozenset()
        except OrgAskError:
            changed.add(citation.marker)
            continue
        if document.text[citation.start : citation.end] != citation.quote:
            changed.add(citation.marker)
    return frozenset(changed)


def _is_hidden(source: str, document_id: str, *, user: User, desk: Desk, kept: str | None = None) -> bool:
    """Whether a document may not be shown; `kept` is its collection as it was when it was cited."""
    if desk.hides(user, collection_of(source)) or desk.hides(user, kept or ""):
        return True
    try:
        desk.source(user, document_id, 0, wait_s=0)
    except (AccessError, NotReadyError):
        return True
    except OrgAskError:
        # It has gone; a record may have named another source than that of its file.
        return kept is None
    return False
