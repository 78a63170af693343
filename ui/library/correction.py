"""The form that corrects what is known of a document, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import UsageError
from core.schema import Article
from ui.library.texts import LibraryTexts
from ui.markup import escape, escape_lines

TITLE, NONE = "标题", "无"
COLUMNS: Mapping[str, str] = {
    "title": TITLE,
    "province": "省",
    "city": "市",
    "district": "区县",
    "date": "日期",
    "kind": "体裁",
    "issuer": "发文单位",
}
"""By the name of a field, the column of the side file."""
_LONGEST = {"title": 300}


def correction_form(document_id: str, articles: Sequence[Article], kinds: Sequence[str], texts: LibraryTexts) -> str:
    """Return the form, filled with what is known of the first article; the script fills in that of another."""
    page = texts.page
    labels = {
        "title": texts.title, "province": texts.province, "city": texts.city, "district": texts.district,
        "date": page.date, "kind": page.kind, "issuer": page.issuer,
    }  # fmt: skip
    # What is not the same in all articles is left empty for all of them.
    values = values_of(articles)
    fields = "".join(
        f'<label class="ol-field ol-field-{name}"><span>{escape(label)}</span>'
        f'<input name="{name}" maxlength="{_LONGEST.get(name, 60)}" autocomplete="off" value="{escape(values[name])}"'
        f' data-was="{escape(values[name])}"{_hints(name, texts)}></label>'
        for name, label in labels.items()
    )
    options = "".join(f'<option value="{escape(kind)}"></option>' for kind in kinds)
    return (
        f'<form class="ol-form" id="ol-correct" data-document="{escape(document_id)}"><h3 class="ol-part">'
        f"{escape(texts.correct)}</h3><p>{escape(texts.correct_hint)}</p>{_choice(articles, texts)}"
        f'<div class="ol-form-fields">{fields}</div><datalist id="ol-kinds">{options}</datalist>'
        f'<p class="ol-form-error" role="alert" hidden></p>'
        f'<div class="ol-form-buttons"><button type="submit" class="ol-button ol-main">{escape(texts.save)}</button>'
        f'<a class="oa-action" href="#uncorrect-{escape(document_id)}" role="button">{escape(texts.correct_undo)}</a>'
        "</div></form>"
    )


def values_of(articles: Sequence[Article]) -> dict[str, str]:
    """Return what all of some articles tell alike, by field."""
    told = [
        {
            "title": a.title, "province": a.meta.province, "city": a.meta.city, "district": a.meta.district,
            "date": a.meta.date, "kind": a.meta.kind, "issuer": a.meta.issuer,
        }
        for a in articles
    ]  # fmt: skip
    return {name: told[0][name] if len({one[name] for one in told}) == 1 else "" for name in COLUMNS}


def _hints(name: str, texts: LibraryTexts) -> str:
    if name == "kind":
        return ' list="ol-kinds"'
    if name == "date":
        return ' placeholder="2024-03-05"'
    return f' placeholder="{escape(texts.untold)}"' if name != "title" else ""


def _choice(articles: Sequence[Article], texts: LibraryTexts) -> str:
    """Return the menu of the articles, where there are several."""
    if len(articles) < 2:
        return ""
    options = [f'<option value="">{escape(texts.correct_all)}</option>']
    for number, article in enumerate(articles, start=1):
        values = "".join(f' data-{name}="{escape(value)}"' for name, value in values_of([article]).items())
        label = f"{texts.article_of.format(number=number)} {article.title}"
        options.append(f'<option value="{number}"{values}>{escape_lines(label)}</option>')
    return (
        f'<label class="ol-field"><span>{escape(texts.correct_article)}</span>'
        f'<select name="article">{"".join(options)}</select></label>'
    )


def cells_of(told: Any, articles: Sequence[Article], texts: LibraryTexts) -> tuple[int | None, dict[str, str]]:
    """Return the article that a filled form is about, None for all, and the columns that it changes.

    Args:
        told: the fields by name, as the page sends them; `article` is its number.
        articles: those of the document now.
        texts: the words of refusals.

    Raises:
        UsageError: nothing was changed, the title is empty, or the form is not one of this page.
    """
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise UsageError(texts.page.failed)
    chosen = told.get("article", "")
    number = int(chosen) if chosen.isascii() and chosen.isdecimal() else None
    if number is not None and not 0 < number <= len(articles):
        raise UsageError(texts.gone)
    before = values_of(articles if number is None else [articles[number - 1]])
    cells: dict[str, str] = {}
    for name, column in COLUMNS.items():
        value = " ".join(told.get(name, before[name]).split())[:300]
        if value != before[name]:
            cells[column] = value or NONE
    if cells.get(TITLE) == NONE:
        raise UsageError(texts.no_title)
    if not cells:
        raise UsageError(texts.unchanged)
    return number, cells
