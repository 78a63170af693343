"""Taking an answer, or a whole conversation, away: as Markdown or as a Word document, with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desk import docx, markdown
from desk.filenames import content_disposition, file_name
from desk.paper import Exported, Sourced, paper

__all__ = ["Exported", "Sourced", "content_disposition", "file_name", "to_docx", "to_markdown"]


def to_markdown(exported: Sequence[Exported], *, at: datetime, lang: str = "zh-CN", title: str = "") -> str:
    """Return answers as a Markdown text.

    Args:
        exported: the answers, in order.
        at: the time of the export, as it is told in the file.
        lang: `en`, or else Chinese.
        title: stands above all; empty for a general one.
    """
    return markdown.write(paper(exported, at, lang, title))


def to_docx(
    exported: Sequence[Exported], *, at: datetime, lang: str = "zh-CN", title: str = "", author: str = ""
) -> bytes:
    """Return answers as a Word document, in the look of an official paper.

    The arguments are those of `to_markdown`; `author` stands in the properties of the file, where nobody else does.
    """
    return docx.write(paper(exported, at, lang, title), at=at, author=author)
