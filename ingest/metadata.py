"""What a text tells about itself: place, date, kind, issuer and authors. What it does not tell stays empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from core.schema import Metadata
from retriever.places import Gazetteer, Place

_KINDS = (
    ("交流发言", r"交流发言|发言材料|典型发言"),
    ("讲话", r"讲话|致辞|寄语"),
    ("汇报", r"汇报"),
    ("总结", r"总结|述职报告"),
    ("政府工作报告", r"政府工作报告"),
    ("通知", r"通知|公告|公示|通报"),
    ("政策文件", r"意见$|办法$|条例$|规定$|方案$|细则$|措施$|规划$|要点$"),
    ("摘要", r"摘要$|简报$"),
)
_DAY = re.compile(r"((?:19|20)\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})(?!\d)")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*年\s*(\d{1,2})\s*月")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年(?![、,，至到\-—]|度?以[来前后内])")
_ISSUER = re.compile(r"[(（【\[]?\s*(?:来源|信息来源|稿件来源|发布单位|发文机关|供稿)\s*[:：|]\s*([^)）】\]\s]{2,20})")
_REPORTER = re.compile(r"(?:记者|通讯员|作者|撰稿|文[/:：])\s*[/:：]?\s*")
_LABEL = re.compile(r"^\s*[-*]?\s*(地区|地点|时间|日期|发布时间|发布日期|体裁|文种|来源说明|来源|作者)\s*[:：]\s*(.*)$")
_UNTOLD = re.compile(r"未注明|未提及|不详|未知")
_OPENING = 120
"""Characters of the first paragraph in which a year is taken for the year of the text."""


def read_metadata(
    title: str, paragraphs: Sequence[str], bylines: Iterable[str], credits: Iterable[str], known_date: str,
    gazetteer: Gazetteer,
) -> Metadata:  # fmt: skip
    """Return the metadata of one article.

    Args:
        title: its title, empty where it has none of its own.
        paragraphs: its body in order.
        bylines: lines that name its authors.
        credits: lines such as 来源:达州日报.
        known_date: a date from outside the text (a field of a record), empty where there is none.
        gazetteer: the place names.
    """
    credits = list(credits)
    labels = dict(_labels([*paragraphs[:8], *credits]))
    place = _place(title, paragraphs, labels, gazetteer)
    return Metadata(
        province=place.province,
        city=place.city,
        district=place.district,
        date=_iso(known_date) or _labelled_date(labels) or _dated_line(credits) or _date(title, paragraphs),
        kind=_kind(title, labels, credits),
        issuer=next((match[1] for line in credits if (match := _ISSUER.match(line))), ""),
        authors=tuple(dict.fromkeys(name for line in bylines for name in _authors(line))),
    )


def _labels(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        match = _LABEL.match(line)
        if match and not _UNTOLD.search(match[2]):
            yield match[1], match[2]


def _place(title: str, paragraphs: Sequence[str], labels: dict[str, str], gazetteer: Gazetteer) -> Place:
    """Return the place a text is of: the one its label or title names, else the one that it keeps speaking of."""
    body = "\n".join(paragraphs)
    everywhere = gazetteer.find(f"{title}\n{body}")
    context = [place for mention in everywhere for place in mention.places if len(mention.places) == 1]
    homes = [mention.name for mention in everywhere]
    for text in (labels.get("地区", labels.get("地点", "")), title):
        found = [gazetteer.resolve(m, context) for m in gazetteer.find(text, homes)]
        if found:
            return _smallest(found)
    counts = Counter(gazetteer.resolve(mention, context) for mention in everywhere)
    if not counts:
        return Place("")
    best, count = counts.most_common(1)[0]
    others = sum(n for place, n in counts.items() if not place.contains(best) and not best.contains(place))
    return best if count >= 3 and count > others else Place("")


def _smallest(places: Sequence[Place]) -> Place:
    """Return the first place, or a smaller one inside it where the text goes on to name just one."""
    inside = {p for p in places if places[0].contains(p) and p != places[0]}
    return inside.pop() if len(inside) == 1 else places[0]


def _labelled_date(labels: dict[str, str]) -> str:
    for name in ("发布时间", "发布日期", "日期", "时间"):
        if name in labels and (date := _iso(labels[name])):
            return date
    return ""


def _dated_line(credits: Iterable[str]) -> str:
    """Return the date of a line that is nothing but a date, as web pages have it under a title."""
    return next((_iso(line) for line in credits if _DAY.match(line)), "")


def _iso(text: str) -> str:
    for pattern in (_DAY, _MONTH, _YEAR):
        if match := pattern.search(text):
            return "-".join([match[1], *(part.zfill(2) for part in match.groups()[1:])])
    return ""


def _date(title: str, paragraphs: Sequence[str]) -> str:
    """Return the date of a text by its title or its opening; a year in “2021年以来” is not the year of a text."""
    opening = paragraphs[0][:_OPENING] if paragraphs else ""
    return _iso(title) or _iso(opening)


def _kind(title: str, labels: dict[str, str], credits: Sequence[str]) -> str:
    label = labels.get("体裁", labels.get("文种", ""))
    if label:
        return re.split(r"[，,。（(；;、]", label)[0]
    for kind, pattern in _KINDS:
        if re.search(pattern, title):
            return kind
    return "报道" if any(_ISSUER.match(line) or "记者" in line for line in credits) else ""


def _authors(line: str) -> Iterable[str]:
    names = _REPORTER.sub(" ", line.lstrip("□■◆●（( ").rstrip("）)"))
    return [name for name in re.split(r"[\s、/:：]+", names) if name and name not in ("本报", "本刊", "特约")]
