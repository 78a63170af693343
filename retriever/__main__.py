"""`python -m retriever "question"`: ranked passages, for one question or for a file of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from core.cli import command, print_json, read_jsonl, write_jsonl
from core.errors import UsageError
from core.schema import Passage
from core.settings import Settings

if TYPE_CHECKING:
    from retriever.scope import Scope
    from retriever.search import Searcher


class _Limits(TypedDict):
    """What the options say of the scope; see `Searcher.scope`."""

    places: list[str]
    from_year: int | None
    to_year: int | None
    kinds: list[str]
    sources: list[str]


def main(
    question: Annotated[str | None, typer.Argument(help="问题或关键词")] = None,
    data: Annotated[Path | None, typer.Option(help="数据目录")] = None,
    k: Annotated[int, typer.Option(min=1, max=1000, help="返回多少个片段")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
    place: Annotated[list[str] | None, typer.Option(help="只看这个地方（含其下辖的市、区县），可重复给出")] = None,
    from_year: Annotated[int | None, typer.Option(help="只看这一年及以后的")] = None,
    to_year: Annotated[int | None, typer.Option(help="只看这一年及以前的")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="只看这种文稿，如 通知、总结，可重复给出")] = None,
    source: Annotated[list[str] | None, typer.Option(help="只看这个文件或文件夹，可重复给出")] = None,
    queries: Annotated[Path | None, typer.Option(help="批量：每行一个 {id, query}")] = None,
    out: Annotated[Path | None, typer.Option(help="批量结果写到这里")] = None,
) -> None:
    """在资料库中检索相关片段。"""
    with command():
        if (question is None) == (queries is None) or (queries is None) != (out is None):
            raise UsageError("请给出一个问题，或用 --queries 与 --out 批量检索。")
        settings = Settings.load(data=data)
        limits: _Limits = {
            "places": place or [], "from_year": from_year, "to_year": to_year, "kinds": kind or [],
            "sources": source or [],
        }  # fmt: skip
        if question is not None:
            with open_searcher(settings) as searcher:
                passages = searcher.search(question, k, scope=searcher.scope(**limits))
            _show(question, passages, as_json)
        elif queries is not None and out is not None:
            records = read_jsonl(queries)
            with open_searcher(settings) as searcher:
                scope = searcher.scope(**limits)
                write_jsonl(out, (_batch_line(searcher, record, k, scope) for record in records))


@contextmanager
def open_searcher(settings: Settings) -> Iterator[Searcher]:
    """Open the library of `settings` for searching.

    Raises:
        core.errors.StoreError: the library is empty or cannot be opened; see `Library.reading`.
    """
    from retriever.encoder import open_encoder
    from retriever.library import Library
    from retriever.reader import open_reader
    from retriever.search import Searcher

    Library.check_readable(settings)
    encoder = open_encoder(settings)
    reader = open_reader(settings)
    with Library.reading(settings, encoder.name) as library:
        yield Searcher(library, encoder, reader)


def _batch_line(searcher: Searcher, record: dict[str, Any], k: int, scope: Scope) -> dict[str, Any]:
    if not isinstance(record.get("query"), str) or "id" not in record:
        raise UsageError("批量检索的每一行都要有 id 和 query。")
    return {"id": record["id"], "results": [_as_json(p) for p in searcher.search(record["query"], k, scope=scope)]}


def _as_json(passage: Passage) -> dict[str, Any]:
    return {
        "source": passage.source,
        "chunk_id": passage.chunk.id,
        "score": passage.score,
        "text": passage.chunk.text,
        **({"copies": list(passage.copies)} if passage.copies else {}),
    }


def _evidence(passage: Passage) -> dict[str, Any]:
    """Return what in a passage that was read answers best, where in its document, and how likely it does."""
    assert passage.evidence is not None
    start, end = passage.evidence.start, passage.evidence.end
    quote = passage.chunk.text[start - passage.chunk.start : end - passage.chunk.start]
    return {"quote": quote, "start": start, "end": end, "probability": round(passage.evidence.probability, 4)}


def _show(question: str, passages: list[Passage], as_json: bool) -> None:
    if as_json:
        results = [
            {
                **_as_json(p),
                "title": p.article.title,
                "rank": p.rank,
                **({"evidence": _evidence(p)} if p.evidence else {}),
            }
            for p in passages
        ]
        print_json({"query": question, "results": results})
        return
    for passage in passages:
        typer.echo(f"{passage.rank}. 《{passage.article.title}》 {passage.source}  {passage.score:.4f}")
        typer.echo(f"   {passage.chunk.text}\n")
        if passage.evidence:
            found = _evidence(passage)
            typer.echo(f"   证据（把握 {found['probability']:.0%}）：{found['quote']}\n")
        if passage.copies:
            typer.echo(f"   相同文稿：{'、'.join(passage.copies)}\n")


if __name__ == "__main__":
    typer.run(main)
