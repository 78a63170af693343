"""`/ask` and `/search`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from core.schema import Passage
from desk.http.asking import Asking
from desk.http.guard import user_of
from desk.http.requests import AskForm, SearchForm, SearchQuery, turns_of
from desk.http.shown import answer_json, passage_json
from desk.http.streaming import AnswerStream
from desk.people import User


def question_routes(asking: Asking) -> APIRouter:
    """Return the routes over `asking`."""
    routes = APIRouter()

    @routes.post("/ask", summary="提问：每句回答都带可核对的出处", response_model=None)
    async def ask(request: Request, form: AskForm) -> Response:
        user = user_of(request)
        if form.stream:
            return AnswerStream(asking, user, form)
        with asking.turn(user):
            answer = await asking.answer(user, form.question, turns_of(form.history), form.limits.limits)
            return JSONResponse(answer_json(answer))

    @routes.post("/search", summary="检索：按相关程度排列的原文片段")
    async def search(request: Request, form: SearchForm) -> dict[str, Any]:
        user = user_of(request)
        return _found(asking, user, await asking.search(user, form.query, form.k, form.limits.limits))

    @routes.get("/search", summary="检索：条件写在地址里")
    async def search_by_address(request: Request, form: Annotated[SearchQuery, Query()]) -> dict[str, Any]:
        user = user_of(request)
        return _found(asking, user, await asking.search(user, form.query, form.k, form.limits))

    return routes


def _found(asking: Asking, user: User, passages: list[Passage]) -> dict[str, Any]:
    may_read = asking.may_read(user)
    return {"passages": [passage_json(passage, may_read) for passage in passages]}
