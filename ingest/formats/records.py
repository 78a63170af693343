"""JSON lines: one record with `text`, and where it has them `id`, `title`, `date` and `source`, is one text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from core.errors import EmptyFileError, ReadError
from ingest.formats.decode import decode
from ingest.formats.plain import lines_of
from ingest.lines import Limits, Problem, RawText, printable

_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""A surrogate without its other half, as left by a scraper that cut a text inside an emoji; no store takes it."""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the texts of the records; see `ingest.lines.Reader`."""
    given: set[str] = set()
    taken: set[str] = set()
    first_problem = ""
    # Not splitlines(): JSON allows U+2028 and the like inside its strings.
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = _fields(line)
        except ReadError as exc:
            problem = f"第 {number} 行：{exc}"
            first_problem = first_problem or problem
            yield Problem(problem)
            continue
        key = _string(fields, "id")
        if key in given:
            yield Problem(f"第 {number} 行：编号 {key} 与前面的记录重复，已跳过")
            continue
        if key:
            given.add(key)
        key = key or str(number)
        # The number of a line may be the id of another record.
        while key in taken:
            key += "~"
        taken.add(key)
        yield _record(fields, source, key)
    if not taken:
        raise EmptyFileError(f"没有一条可用的记录（{first_problem or '文件为空'}）。")


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ReadError("不是有效的 JSON") from exc
    if not (_has_text(fields) and _HALF_CHARACTER.sub("", fields["text"]).strip()):
        raise ReadError("缺少文字字段 text")
    return dict(fields)


def _record(fields: dict[str, Any], source: str, key: str) -> RawText:
    lines = lines_of(_HALF_CHARACTER.sub("", fields["text"]))
    name = _string(fields, "source") or f"{source}#{key}"
    return RawText(lines, name, key, _string(fields, "title"), _string(fields, "date"))


def _has_text(fields: Any) -> bool:
    return isinstance(fields, dict) and isinstance(fields.get("text"), str)


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return printable(_HALF_CHARACTER.sub("", str(value))).strip() if isinstance(value, str | int) else ""
