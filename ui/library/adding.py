"""The window in which files are added → HTML; the script fills it and sends the files."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ui.library.texts import LibraryTexts
from ui.markup import escape

FIRST_COLLECTION = "资料"


def adding_window(collections: Sequence[str], texts: LibraryTexts) -> str:
    """Return the window, and what lies over the page while files are dragged; `collections` are proposed."""
    words = {
        name: getattr(texts, name)
        for name in ("take_off", "to_send", "sending", "sent", "storing", "known", "refused", "cancelled", "broken",
                     "no_name", "waiting", "close")
    } | {"cancel": texts.page.cancel}  # fmt: skip
    options = "".join(f'<option value="{escape(name)}"></option>' for name in collections)
    first = collections[0] if collections else FIRST_COLLECTION
    return (
        f'<div class="ol-dropping" aria-hidden="true"><p>{escape(texts.drop)}</p></div>'
        f'<dialog id="ol-adding" class="ol-window" aria-labelledby="ol-adding-title"'
        f' data-words="{escape(json.dumps(words, ensure_ascii=False))}" data-first="{escape(first)}">'
        f'<header><h2 id="ol-adding-title">{escape(texts.drop_title)}</h2>'
        f'<button type="button" class="oa-step" data-do="close" aria-label="{escape(texts.close)}">×</button></header>'
        f'<div class="ol-choose"><span>{escape(texts.drop_more)}</span>'
        f'<label class="ol-button"><input type="file" class="ol-pick" multiple>{escape(texts.choose_files)}</label>'
        f'<label class="ol-button"><input type="file" class="ol-pick" webkitdirectory multiple>'
        f"{escape(texts.choose_folder)}</label></div>"
        f'<label class="ol-field"><span>{escape(texts.into)}</span><input name="collection" list="ol-collections"'
        f' maxlength="60" autocomplete="off" placeholder="{escape(texts.into_hint)}"></label>'
        f'<datalist id="ol-collections">{options}</datalist>'
        f'<ul class="ol-sending" aria-label="{escape(texts.page.file)}"></ul>'
        '<p class="ol-form-error" role="alert" hidden></p>'
        '<div class="ol-foot"><span class="ol-told" role="status"></span>'
        f'<button type="button" class="ol-button" data-do="close">{escape(texts.page.cancel)}</button>'
        f'<button type="button" class="ol-button ol-main" data-do="send" disabled>{escape(texts.send)}</button>'
        "</div></dialog>"
    )


def empty_library(texts: LibraryTexts, *, may_edit: bool, indexing: bool) -> str:
    """Return what stands in the place of the list while there is nothing to list."""
    if indexing:
        return f'<div class="ol-nothing" role="status"><h2>{escape(texts.indexing)}</h2></div>'
    if not may_edit:
        told = f"<h2>{escape(texts.empty)}</h2><p>{escape(texts.empty_reader)}</p>"
        return f'<div class="ol-nothing" role="status">{told}</div>'
    steps = "".join(f"<li>{escape(step)}</li>" for step in texts.empty_steps)
    return (
        f'<div class="ol-nothing ol-empty" role="status"><h2>{escape(texts.empty)}</h2><ol>{steps}</ol>'
        f'<a class="ol-button ol-main" href="#add" role="button">{escape(texts.add)}</a></div>'
    )
