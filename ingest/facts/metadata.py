"""What a text tells about itself: place, date, kind, issuer, authors, source. What it does not tell stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from core.schema import Metadata
from ingest.facts.credits import Credits, is_media, is_person, names_role, read_credits
from ingest.facts.kinds import OF_OFFICES, kind_of_speech, kind_of_title
from ingest.facts.official import (
    POST,
    closed_up_name,
    is_copies,
    is_office,
    is_person_with_post,
    letterhead,
    number_organ,
    office_of_dated,
    offices_of,
)
from ingest.facts.parts import Parts
from ingest.facts.place import place_of
from ingest.facts.writing import date_of_writing
from retriever.names import PERSON
from retriever.places import Gazetteer
from retriever.text import simplified

_LABEL = re.compile(
    r"^\s*[-*]?\s*[（(【\[]?(地区|地点|时间|日期|发布时间|发布日期|成文日期|发文日期|印发日期|体裁|文种|来源说明|来源|作者|发文机关|发文单位|发布单位|发布机构)"
    r"\s*[:：]\s*(.*?)[)）】\]]?$"
)
_UNTOLD = re.compile(r"未注明|未提及|不详|未知")
_ISSUER_LABELS = ("发文机关", "发文单位", "发布单位", "发布机构")
_SPEECH = ("讲话", "交流发言", "汇报")
_MEETING = r"[^，。；：]{2,50}?(?:会|会议|仪式|论坛|培训班|研讨班|典礼|活动|大会|调研时|座谈时)"
_SPOKEN_AT = re.compile(
    rf"^(?P<who>.{{0,30}}?)在(?P<where>{_MEETING}|[^，。；：]{{2,40}}?)(?:上|时|中|期间)的?(?:.{{0,12}}?)(?:讲话|发言|致辞|汇报|寄语|主持词)"
)
_OPENED_AT = re.compile(r"在(?P<where>[^，。；：]{4,50}?)(?:胜利|隆重|即将)?(?:召开|开幕|举行)之际")
_SPOKEN_FOR = re.compile(
    r"^(?P<where>.{4,40}?(?:会|会议|论坛|仪式|大会))(?:上的?)?(?:讲话|交流|发言|汇报|主持词|致辞|表态)"
)
_WRITTEN = re.compile(rf"(?P<office>\S+)\s+(?P<name>{PERSON})")
"""A line under the title with the author's office and name."""
_SPOKE = re.compile(rf"^(?:{POST})?\s*(?P<name>{PERSON})(?:同志)?$")


def read_metadata(parts: Parts, known_date: str, gazetteer: Gazetteer, *, file_name: str = "") -> Metadata:
    """Return the metadata of one article, in simplified characters.

    Args:
        parts: the article.
        known_date: a date from outside the text (a field of a record), empty where there is none.
        gazetteer: the place names.
        file_name: name of the file; a date in it counts where the text tells none.
    """
    parts = parts.simplified()
    paragraphs = parts.paragraphs
    labels = dict(_labels([*paragraphs[:8], *parts.credits, *parts.front]))
    last = paragraphs[-1] if paragraphs else ""
    signed = any(is_office(line) or office_of_dated(line) for line in parts.closing)
    # An official document has no authors: names alone on a line are those whom it commends or appoints.
    official = signed and kind_of_title(parts.title) in OF_OFFICES
    bylines = [line for line in parts.bylines if not official or names_role(line)]
    credits = read_credits(bylines, parts.credits, paragraphs[0] if paragraphs else "", last)
    place = place_of(parts, labels, credits, gazetteer)
    date, date_from = date_of_writing(parts, known_date, labels, simplified(file_name))
    kind = _kind(parts, labels, credits)
    is_speech = kind in _SPEECH or bool(kind_of_speech(paragraphs))
    return Metadata(
        province=place.province,
        city=place.city,
        district=place.district,
        date=date,
        date_from=date_from,
        kind=kind,
        issuer=_issuer(parts, labels, credits),
        authors=credits.authors or (() if is_speech else _written_by(parts)),
        origin=credits.origin,
        speaker=_speaker(parts) if is_speech else "",
        occasion=_occasion(parts) if is_speech else "",
    )


def _labels(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _LABEL.match(line)
        if match and not _UNTOLD.search(match[2]):
            yield match[1], match[2]


def _kind(parts: Parts, labels: Mapping[str, str], credits: Credits) -> str:
    if label := labels.get("体裁", labels.get("文种", "")):
        return re.split(r"[，,。（(；;、]", label)[0]
    for line in (parts.title, *(front for front in parts.front if not number_organ(front))):
        if kind := kind_of_title(line):
            return kind
    if speech := kind_of_speech(parts.paragraphs):
        return speech
    if credits.pressed:
        return "报道"
    return "政策文件" if any(number_organ(line) for line in (*parts.front, *parts.credits)) else ""


def _issuer(parts: Parts, labels: Mapping[str, str], credits: Credits) -> str:
    """Return who issued a text: by a label, the signature, the letterhead or the title, else where it was printed."""
    if named := next((labels[name] for name in _ISSUER_LABELS if labels.get(name)), ""):
        return named
    closing = [line for line in parts.closing if not is_copies(line)]
    if signed := [office for line in closing if (office := line if is_office(line) else office_of_dated(line))]:
        return "、".join(offices_of(line) for line in signed)
    around = [line for line in (*parts.front, *parts.credits) if not is_copies(line)]
    heads = [letterhead(line) or office_of_dated(line) for line in around]
    heads += [line.strip("（()）") for line in parts.front]
    heads += [parts.title] if not re.search(r"[\s（(]", parts.title) else []
    if head := next((line for line in heads if line and is_office(line)), ""):
        return offices_of(head)
    before, about, _ = parts.title.partition("关于")
    before = before.strip()
    official = before.startswith(("中共", "中国共产党", "共青团")) or kind_of_title(parts.title) in OF_OFFICES
    if about and official and is_office(before):
        return offices_of(before)
    if is_media(credits.origin) or is_office(credits.origin):
        return credits.origin
    return credits.paper


def _written_by(parts: Parts) -> tuple[str, ...]:
    """Return the author whom a line under the title names behind an office."""
    lines = (match for line in parts.front if (match := _WRITTEN.fullmatch(line)))
    return tuple(match["name"] for match in lines if is_office(match["office"]) and is_person(match["name"]))


def _speaker(parts: Parts) -> str:
    """Return who spoke, by a line under the title or the beginning of the title."""
    if (match := _SPOKEN_AT.match(parts.title)) and (named := _SPOKE.match(match["who"])):
        return named[0].removesuffix("同志")
    for line in (*parts.front, *parts.bylines):
        bare = re.sub(r"[（(][^（()）]*\d{4}[^（()）]*[)）]|\d{4}年\d{1,2}月(?:\d{1,2}日)?", "", line).strip()
        if is_person_with_post(bare):
            return re.sub(r"\s+", " ", closed_up_name(bare)).removesuffix("同志")
    return ""


def _occasion(parts: Parts) -> str:
    """Return the meeting at which a text was spoken, by its title or its opening."""
    for line in (parts.title, *parts.front):
        for pattern in (_SPOKEN_AT, _SPOKEN_FOR):
            if match := pattern.match(line.strip("（()） ")):
                return _unquoted(match["where"])
    match = _OPENED_AT.search("\n".join(parts.paragraphs[:2])[:160])
    return _unquoted(match["where"]) if match else ""


def _unquoted(name: str) -> str:
    return name[1:-1] if name.startswith("“") and name.find("”") == len(name) - 1 else name
