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
    seen: set[str] = set()
    first_problem = ""
    # Not splitlines(): JSON allows U+2028 and the like inside its strings.
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _record(source, number, line)
        except ReadError as exc:
            problem = f"第 {number} 行：{exc}"
            first_problem = first_problem or problem
            yield Problem(problem)
            continue
        if record.key in seen:
            yield Problem(f"第 {number} 行：编号 {record.key} 与前面的记录重复，已跳过")
        else:
            seen.add(record.key)
            yield record
    if not seen:
        raise EmptyFileError(f"没有一条可用的记录（{first_problem or '文件为空'}）。")


def _record(source: str, number: int, line: str) -> RawText:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ReadError("不是有效的 JSON") from exc
    text = _HALF_CHARACTER.sub("", fields["text"]) if _has_text(fields) else ""
    if not text.strip():
        raise ReadError("缺少文字字段 text")
    key = _string(fields, "id") or str(number)
    name = _string(fields, "source") or f"{source}#{key}"
    return RawText(lines_of(text), name, key, _string(fields, "title"), _string(fields, "date"))


def _has_text(fields: Any) -> bool:
    return isinstance(fields, dict) and isinstance(fields.get("text"), str)


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return printable(_HALF_CHARACTER.sub("", str(value))).strip() if isinstance(value, str | int) else ""
