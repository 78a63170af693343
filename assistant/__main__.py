"""`python -m assistant "question"`: one answer, or answers to a file of questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli import command, print_json, read_jsonl, say, write_jsonl
from core.errors import UsageError
from core.schema import Answer, Turn
from core.settings import Settings

if TYPE_CHECKING:
    from assistant.api import AnswerService


def main(
    question: Annotated[str | None, typer.Argument(help="问题")] = None,
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    cases: Annotated[Path | None, typer.Option(help="批量：每行一个 {id, question, history?}")] = None,
    out: Annotated[Path | None, typer.Option(help="批量回答写到这里")] = None,
) -> None:
    """回答一个问题，每句话都注明出处。"""
    with command():
        if (question is None) == (cases is None) or (cases is None) != (out is None):
            raise UsageError("请给出一个问题，或用 --cases 与 --out 批量回答。")
        settings = Settings.load(data=data)
        records = read_jsonl(cases) if cases is not None else []
        turns = [history_of(record) for record in records]
        from assistant.service import assistant_for

        with assistant_for(settings) as assistant:
            if question is not None:
                _show(assistant.answer(question), as_json)
            elif out is not None:
                write_jsonl(out, _answers(assistant, records, turns))


def history_of(record: dict[str, Any]) -> list[Turn]:
    """Return the earlier turns of a question record.

    Raises:
        UsageError: the record lacks its id or question, or its history is not a list of messages.
    """
    history = record.get("history") or []
    if "id" not in record or not isinstance(record.get("question"), str):
        raise UsageError("批量回答的每一行都要有 id 和 question。")
    try:
        return [Turn(str(turn["role"]), str(turn["content"])) for turn in history]
    except (TypeError, KeyError) as exc:
        raise UsageError(f"{record['id']} 的 history 应是由 role 和 content 组成的列表。") from exc


def _answers(
    assistant: AnswerService, records: list[dict[str, Any]], turns: list[list[Turn]]
) -> Iterator[dict[str, Any]]:
    for record, history in zip(records, turns, strict=True):
        yield {"id": record["id"], **assistant.answer(record["question"], history).to_json()}


def _show(answer: Answer, as_json: bool) -> None:
    if as_json:
        print_json(answer.to_json())
        return
    typer.echo(answer.text)
    for citation in answer.citations:
        typer.echo(f"[{citation.marker}] 《{citation.title}》 {citation.source} 第 {citation.start}–{citation.end} 字")
    for note in answer.notes:
        say(note)
    for question in answer.choices:
        say(f"可以问：{question}")


if __name__ == "__main__":
    typer.run(main)
