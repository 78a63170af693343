"""What the cleaning of a file took away → HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.library.texts import LibraryTexts
from ui.markup import escape, escape_lines

_SHOWN = 200
_CHARACTERS = 200


def cleaning_report(report: Mapping[str, Any], texts: LibraryTexts, *, part: bool = False) -> str:
    """Return the report of `--show-cleaning`; `part` says that the file holds more than the document."""
    parts = report.get("texts", [])
    removed = [one for text in parts for one in text["removed"]]
    joined = [one for text in parts for one in text["joined"]]
    captions = [one for text in parts for one in text["captions"]]
    note = f'<p class="ol-none">{escape(texts.cleaning_part)}</p>' if part else ""
    if not (removed or joined or captions):
        return f'{note}<p class="ol-none">{escape(texts.cleaning_nothing)}</p>'
    kept = texts.cleaning_kept.format(share=f"{float(report.get('share_kept', 1.0)):.1%}")
    reasons = "".join(
        f"<span>{escape(str(reason))} {int(count)}</span>" for reason, count in report.get("reasons", {}).items()
    )
    return (
        f'{note}<p class="ol-told"><strong>{escape(kept)}</strong>{reasons}</p>'
        f"{_part(texts.cleaning_removed, removed, _removed, texts)}"
        f"{_part(texts.cleaning_joined, joined, _joined, texts)}"
        f"{_part(texts.cleaning_captions, captions, _caption, texts)}"
    )


def _part(name: str, lines: Sequence[Mapping[str, Any]], line: Any, texts: LibraryTexts) -> str:
    if not lines:
        return ""
    rows = "".join(line(one) for one in lines[:_SHOWN])
    left = len(lines) - _SHOWN
    more = f'<p class="ol-none">{escape(texts.cleaning_more.format(count=left))}</p>' if left > 0 else ""
    return f'<h3 class="ol-part">{escape(name.format(count=len(lines)))}</h3><ul class="ol-list">{rows}</ul>{more}'


def _removed(one: Mapping[str, Any]) -> str:
    where = " · ".join(filter(None, (str(one["place"]), str(one["reason"]))))
    return f"<li><small>{escape(where)}</small><span>{_cut(one['text'])}</span></li>"


def _joined(one: Mapping[str, Any]) -> str:
    seam = '<b class="ol-seam" aria-hidden="true">⏎</b>'
    return (
        f"<li><small>{escape(str(one['place']))}</small>"
        f"<span>…{_cut(one['before'])}{seam}{_cut(one['after'])}…</span></li>"
    )


def _caption(one: Mapping[str, Any]) -> str:
    return f"<li><small>{escape(str(one['place']))}</small><span>{_cut(one['text'])}</span></li>"


def _cut(text: Any) -> str:
    shown = str(text)
    return escape_lines(shown if len(shown) <= _CHARACTERS else f"{shown[: _CHARACTERS - 1]}…")
