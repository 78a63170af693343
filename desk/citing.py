"""How a quotation is cited in an office: “……”（发文单位：《标题》，2023年5月4日，文件 第3页）."""

from __future__ import annotations

import re

from core.schema import Article, Document

ENGLISH = "en"
"""The one `lang` that is not written in Chinese."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_BREAK = re.compile(r"[ \t]*[\n\r\v\f\x1c-\x1f\x85\u2028\u2029]\s*")
# Not allowed in XML, or invisible: what turns the direction of writing would show a figure backwards.
_UNWRITABLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    r"\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_QUOTED = re.compile(r"“([^“”]*)”")
_STRAIGHT = re.compile(r'"([^"\n]*)"')
_SINGLE = re.compile(r"‘([^‘’]*)’")
_TITLED = re.compile(r"《([^《》]*)》")
_SPACED_PLACE = re.compile(r"第 ([0-9]+) (页|行)")
_PAGE, _SHEET_ROW = re.compile(r"第 ([0-9]+) 页"), re.compile(r"工作表“(.*)”(?:第 ([0-9]+) 行)?")


def writable(text: str) -> str:
    """Return text without the characters that no file of text or XML may hold, and those that only hide."""
    return _UNWRITABLE.sub("", text)


def one_line(text: str) -> str:
    """Return text as one line that can be written anywhere."""
    return writable(_BREAK.sub(" ", text).replace("\t", " ")).strip()


def readable_date(date: str, lang: str = "zh-CN") -> str:
    """Return an ISO date, or the part of one that is known, as people write it; what is no date stays as it is."""
    match = _DATE.fullmatch(date)
    if not match or lang == ENGLISH:
        return date
    year, month, day = match.groups()
    return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")


def quoted(text: str) -> str:
    """Return text in quotation marks, those inside it one level further in: “…‘…’…”."""
    nested = _QUOTED.sub(_one_level_in, _STRAIGHT.sub(r"“\1”", one_line(text)))
    return f"“{nested.replace('“', '‘').replace('”', '’') if not _balanced(nested) else nested}”"


def _one_level_in(match: re.Match[str]) -> str:
    return "‘" + _SINGLE.sub(r"“\1”", match[1]) + "’"


def _balanced(text: str) -> bool:
    """Whether every double mark left stands inside single ones, where it belongs."""
    outside = re.sub(r"‘[^‘’]*’", "", text)
    return "“" not in outside and "”" not in outside


def titled(title: str) -> str:
    """Return a title in its marks, 《…〈…〉…》; one that has them already keeps them."""
    title = one_line(title)
    if _TITLED.fullmatch(title):
        return title
    return f"《{title.replace('《', '〈').replace('》', '〉')}》" if title else ""


def citation_text(
    quote: str, document: Document, article: Article, *, at: int | None = None, lang: str = "zh-CN"
) -> str:
    """Return a quotation with what it is from, in one line; what is not known is left out.

    `at` is the offset of the quote in the document's text. Without it the quote is looked for in its article, and the
    page is left out where it does not stand there.
    """
    if at is None:
        at = document.text.find(quote, article.start, article.end) if quote else -1
    place = document.origin_at(at) if at >= 0 else ""
    meta = article.meta
    return cited(
        quote, article.title or document.title, document.source, place=place, issuer=meta.issuer, date=meta.date,
        lang=lang,
    )  # fmt: skip


def cited(
    quote: str, title: str, source: str, *, place: str = "", issuer: str = "", date: str = "", lang: str = "zh-CN"
) -> str:
    """Like `citation_text`, from what is known of a source; `place` is the label of an `Origin`, `date` in ISO."""
    title, issuer = one_line(title), one_line(issuer)
    if issuer and title.lstrip("《“").startswith(issuer):
        issuer = ""
    english = lang == ENGLISH
    colon, comma, left, right = (": ", ", ", " (", ")") if english else ("：", "，", "（", "）")
    named = colon.join(filter(None, (issuer, titled(title))))
    told = (named, readable_date(one_line(date), lang), _file(one_line(source), one_line(place), english))
    about = comma.join(filter(None, told))
    return quoted(quote) + (f"{left}{about}{right}" if about else "")


def _file(source: str, place: str, english: bool) -> str:
    if english:
        place = _PAGE.sub(r"p. \1", _SHEET_ROW.sub(_english_sheet, place))
        return ", ".join(filter(None, (source, place)))
    return " ".join(filter(None, (source, _SPACED_PLACE.sub(r"第\1\2", place))))


def _english_sheet(match: re.Match[str]) -> str:
    return f"sheet “{match[1]}”" + (f", row {match[2]}" if match[2] else "")
