"""Answers and conversations as files, for their user."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from core.errors import AccessError, OrgAskError
from core.schema import Citation
from desk.conversations import Conversation, Exchange, Stage
from desk.export import Exported, Sourced, content_disposition, file_name, to_docx, to_markdown
from desk.opening import Parts
from desk.people import User
from desk.veil import veiled
from ui.access import user_of
from ui.texts import texts_for

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def serve_downloads(app: FastAPI, parts: Parts) -> None:
    """Add the addresses under which files of the page are fetched."""
    router = APIRouter()

    @router.get("/conversations/{conversation_id}/export", response_model=None)
    def export(request: Request, conversation_id: str, form: str = "docx", turn: int = 0) -> Response:
        """Return a whole conversation, or the answer of one turn, as `docx` or `md`."""
        try:
            user = user_of(request)
        except AccessError as exc:
            return JSONResponse({"error": str(exc)}, 401)
        lang = texts_for(request.headers.get("accept-language")).lang
        conversation = parts.runs.open(user, conversation_id)
        if conversation is None or form not in ("docx", "md"):
            return JSONResponse({"error": "没有这个对话。"}, 404)
        conversation, _ = veiled(conversation, user, parts.desk)
        exported = _exported(conversation, turn, user, parts)
        if not exported:
            return JSONResponse({"error": "没有可以导出的回答。"}, 404)
        parts.audit.note("export", user, conversation=conversation_id, turn=turn, form=form)
        title = exported[0].question if turn else conversation.title
        now = datetime.now().astimezone()
        if form == "md":
            body, kind = to_markdown(exported, at=now, lang=lang).encode("utf-8"), "text/markdown; charset=utf-8"
        else:
            author = user.name if parts.needs_login else ""
            body, kind = to_docx(exported, at=now, lang=lang, author=author), _DOCX
        headers = {
            "content-disposition": content_disposition(file_name(title, form)),
            "cache-control": "no-store",
        }
        return Response(body, media_type=kind, headers=headers)

    app.include_router(router)


def _exported(conversation: Conversation, turn: int, user: User, parts: Parts) -> list[Exported]:
    chosen = [conversation.exchange(turn)] if turn else list(conversation.exchanges)
    return [_one(e, user, parts) for e in chosen if e is not None and e.answer is not None and not e.open]


def _one(exchange: Exchange, user: User, parts: Parts) -> Exported:
    assert exchange.answer is not None
    sources = [_sourced(citation, user, parts) for citation in exchange.answer.citations]
    asked = exchange.asked.astimezone() if exchange.asked else None
    return Exported(exchange.question, exchange.answer, asked, sources, exchange.stage is not Stage.DONE)


def _sourced(citation: Citation, user: User, parts: Parts) -> Sourced:
    try:
        return Sourced(citation, *parts.desk.source(user, citation.document_id, citation.start))
    except OrgAskError:
        return Sourced(citation)
