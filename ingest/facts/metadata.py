"""What a text tells about itself: place, date, kind, issuer, authors, source. What it does not tell stays empty."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.schema import Metadata
from ingest.facts.credits import Credits, is_media, is_person, names_role, read_credits
from ingest.facts.dates import date_of_name, dates_in, first_date, later_years, parse_date, whole_date
from ingest.facts.kinds import kind_of_speech, kind_of_title
from ingest.facts.official import (
    is_copies,
    is_office,
    letterhead,
    number_organ,
    number_year,
    office_and_date,
    office_of_dated,
    offices_of,
)
from retriever.names import PERSON
from retriever.places import Gazetteer, Mention, Place

_LABEL = re.compile(
    r"^\s*[-*]?\s*[（(【\[]?(地区|地点|时间|日期|发布时间|发布日期|成文日期|发文日期|印发日期|体裁|文种|来源说明|来源|作者|发文机关|发文单位|发布单位|发布机构)"
    r"\s*[:：]\s*(.*?)[)）】\]]?$"
)
_UNTOLD = re.compile(r"未注明|未提及|不详|未知")
_DATE_LABELS = ("发布时间", "发布日期", "成文日期", "发文日期", "印发日期")
_WITH_DAY = len("2024-03-05")
_BARE_LABELS = ("日期", "时间")
_BARE_LABEL = re.compile(rf"\s*[（(【\[]?(?:{'|'.join(_BARE_LABELS)})\s*[:：]")
"""Labels that may as well tell when a meeting takes place."""
_CHRONICLE = re.compile(r"大事记|日志|日程|时间表")
"""A text of entries with their days; the first of these is not its own."""
_HOUR = re.compile(r"\s*[（(]?(?:(?:星期|周).[)）]?)?\s*(?:[上下中]午|晚|起|开始|前|[至到—–~-]|\d{1,2}[:：时点])")
"""What stands behind the day of a meeting; a page adds the time of day to digits only: 2024-03-05 10:30."""
_REMEMBERED = re.compile(r"(?:纪念|庆祝|重温|缅怀|铭记|追忆|自从?|从|始于|建于|成立于)[“‘《]?$")
_SINCE = re.compile(r"\s*(?:起|开始|以前|之前|前|后|至|版)")
_YEAR_OF_WORK = re.compile(r"\s*度")
"""What makes of the year of a title the one that a work is for: 2025年度选调生招录."""
_ISSUER_LABELS = ("发文机关", "发文单位", "发布单位", "发布机构")
_PRINTED = re.compile(r"《\s*[\u4e00-\u9fff ]{2,14}报\s*》\s*[（(]")
"""A newspaper before the day and the page on which it printed a text."""
_PUT_BEFORE = re.compile(r"^[^。]{0,60}，正文：")
"""What some collections put before the first word: source and time."""
_OPENING = re.compile(r"^[\s“”\"‘（(【]*$")
_AFTER_DATE = re.compile(r"\s*(?:以来|以后|之前|以前|前|起|至|到|[年度]*的|度|[年月]?[初中末底])")

_OF_OFFICES = ("通知", "决定", "意见", "通报", "公告", "公示", "请示", "批复", "函", "报告", "方案")
"""Kinds whose titles begin with the office that issues them."""
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
_POST = (
    r"[\u4e00-\u9fff、（）()]{2,30}?(?:书记|部长|主任|县长|市长|区长|省长|州长|局长|厅长|主席|院长|校长|主委|处长|科长|会长|"
    r"秘书长|负责人|同志)"
)
_SPEAKER = re.compile(rf"(?:{_POST}\s*)?{PERSON}|{_POST}\s+[\u4e00-\u9fff]{{1,3}}(?:某某?|[×xX]{{1,2}})?")
_SPOKE = re.compile(rf"^(?:{_POST})?\s*(?P<name>{PERSON})(?:同志)?$")

_LONGEST_SHORT_NAME = 4
_MANY = 3
"""Mentions from which on a text without a place in its title is taken to be of the place that it keeps naming."""
_NAMED_AFTER = re.compile(
    r"[^\W\d_与和及、在的是了委区县市省]{0,5}(?:日报|晚报|晨报|早报|时报|商报|都市报|法治报|经济报|新闻网|电视台|卫视|大学(?!生)|学院|师范|银行|分行|支行|分公司)"
)
"""What makes a place name a part of another name: 四川文理学院, 达州日报."""
_GUEST = re.compile(r"(?:赴|前往|借鉴|对标|学习|考察|来自|走访|援助?|支援|帮扶|协作|籍贯|生于|任|任中共|原)$")
"""What stands before the name of a place that somebody goes to, comes from or has served in."""
_LEARNS = re.compile(r"(?:借鉴|对标|学习|推广|运用|来自|走访|援助?|支援|帮扶|协作)$")
_GOES = re.compile(r"(?:赴|前往)$")
_STAYS = re.compile(r"[到在]$")
_TO_LEARN = re.compile(r"[^，。；：\s]{0,10}?(?:学习|考察|参观|取经|挂职|跟岗|跟班|招才|引才|招聘|招商|交流|培训)")
_TO_VISIT = re.compile(r"[^，。；：\s]{0,6}?(?:考察|视察)")
_TO_DIRECT = re.compile(r"[^，。；：\s]{0,10}?(?:调研|督导|指导|慰问|检查|宣讲|看望|视察)")
"""Why somebody comes to a place whose text it is: 省委组织部赴湄潭县调研."""
_SPIRIT = re.compile(
    r"(?:考察|视察|调研|座谈|工作|发展|期间|时|作?的|系列|发表|重要|、)*(?:讲话|指示|批示|回信|会议)+精神|"
    r"的?(?:重要)?讲话|精神(?!文明|病|卫生|障碍|状态|面貌|家园)|经验(?![材做交])|模式"
)
"""What makes of a place the name of something that others learn: 延安精神, 在重庆考察时重要讲话精神."""
_LONGEST_GUEST = 4
_AND = re.compile(r"[、和与及]")
_NATIVE = re.compile(r"人[，,。；;）)]|籍")
_OUR_CITY = re.compile(r"我市|该市")
_OUR_DISTRICT = re.compile(r"[我全该][区县旗]")
_PROVINCES = {
    "京": "北京市", "津": "天津市", "冀": "河北省", "晋": "山西省", "辽": "辽宁省", "沪": "上海市", "浙": "浙江省",
    "皖": "安徽省", "闽": "福建省", "赣": "江西省", "鲁": "山东省", "豫": "河南省", "鄂": "湖北省", "湘": "湖南省",
    "粤": "广东省", "桂": "广西壮族自治区", "琼": "海南省", "渝": "重庆市", "川": "四川省", "黔": "贵州省",
    "滇": "云南省", "陕": "陕西省",
}  # fmt: skip
_OF_PROVINCE = re.compile(rf"([{''.join(_PROVINCES)}])[委府政]")
"""The beginning of the document numbers of a province: 渝委组. Those of a county are longer: 通川组."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one article as they stand on the page."""

    title: str = ""
    """Empty where it has none of its own."""
    front: Sequence[str] = ()
    """Letterhead, number, subtitle, speaker and the like, above and below the title."""
    paragraphs: Sequence[str] = ()
    bylines: Sequence[str] = ()
    credits: Sequence[str] = ()
    """Lines such as 来源：达州日报 or 地区：重庆市, wherever they stand."""
    closing: Sequence[str] = ()
    """The lines of a signature."""

    @property
    def heading(self) -> str:
        """Title and what stands around it, in one line."""
        return " ".join([self.title, *self.front]).strip()


def read_metadata(parts: Parts, known_date: str, gazetteer: Gazetteer, *, file_name: str = "") -> Metadata:
    """Return the metadata of one article.

    Args:
        parts: the article.
        known_date: a date from outside the text (a field of a record), empty where there is none.
        gazetteer: the place names.
        file_name: name of the file; a date in it counts where the text tells none.
    """
    paragraphs = parts.paragraphs
    labels = dict(_labels([*paragraphs[:8], *parts.credits, *parts.front]))
    last = paragraphs[-1] if paragraphs else ""
    signed = any(is_office(line) or office_of_dated(line) for line in parts.closing)
    # An official document has no authors: names alone on a line are those whom it commends or appoints.
    official = signed and kind_of_title(parts.title) in _OF_OFFICES
    bylines = [line for line in parts.bylines if not official or names_role(line)]
    credits = read_credits(bylines, parts.credits, paragraphs[0] if paragraphs else "", last)
    place = _place(parts, labels, credits, gazetteer)
    date, date_from = _date(parts, known_date, labels, file_name)
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


# --- place ------------------------------------------------------------------------------------------------------


def _place(parts: Parts, labels: Mapping[str, str], credits: Credits, gazetteer: Gazetteer) -> Place:
    """Return the place a text is of: the one its label, signature or title names, else the one it keeps speaking of."""
    heading, body = parts.heading, "\n".join(parts.paragraphs)
    offices = "\n".join(_offices(parts))
    text = f"{offices}\n{heading}\n{body}"
    every = gazetteer.find(text)
    outside = [p for line in (credits.origin, credits.paper, credits.dateline) for p in _certain(line, gazetteer)]
    outside += _by_number(parts)
    places = gazetteer.resolve_all(every, outside)
    named = list(zip(every, places, strict=True))
    if (label := _place_label(labels)) and (mentions := gazetteer.find(label, [m.name for m in every])):
        return _smallest(gazetteer.resolve_all(mentions, [p for p in places if p.province]))
    start, behind = len(offices) + 1, len(offices) + 1 + len(heading)
    away, unsure = _others_in_title(text, [(m, p) for m, p in named if start <= m.start < behind])
    in_names = {m for m in every if _NAMED_AFTER.match(text, m.end)}
    signed = [p for m, p in named if m.start < start and m not in in_names]
    titled = [p for m, p in named if start <= m.start < behind and m not in in_names | unsure]
    if signed:
        return _smallest([*signed, *(p for p in titled if signed[0].contains(p))])
    silent = in_names | _guests(text, [m for m in every if m.start > behind])
    spoken = [
        (m, p)
        for m, p in named
        if m.start > behind
        and not _SPIRIT.match(text, m.end)
        and not any(other.contains(p) or p.contains(other) for other in away)
    ]
    counts = Counter(p for m, p in spoken if m not in silent and not _NATIVE.match(text, m.end))
    if titled:
        return _of_title(titled, counts)
    if numbered := _by_number(parts):
        return numbered[0]
    place = _by_counts(counts, Counter(p for _, p in spoken), body)
    if not place.name:
        told = [p for m, p in spoken if m not in in_names and m.start >= behind + 1 + credits.dateline_end]
        place = _of_frame(credits, told, gazetteer)
    return place


def _place_label(labels: Mapping[str, str]) -> str:
    """Return what a label tells as the place of a text; the hall in which a meeting takes place is none."""
    spot = labels.get("地点", "")
    return labels.get("地区", "" if _is_spot(spot) else spot)


def _is_spot(place: str) -> bool:
    return len(place) > _LONGEST_SHORT_NAME and place[-1] not in "省市区县旗州盟"


def _runs(mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Yield the mentions in runs that stand side by side: 四川省达州市通川区."""
    run: list[Mention] = []
    for mention in mentions:
        if run and run[-1].end != mention.start:
            yield run
            run = []
        run.append(mention)
    if run:
        yield run


def _guests(text: str, mentions: Sequence[Mention]) -> set[Mention]:
    """Return the mentions of places that a text only goes to, comes from or learns from."""
    found: set[Mention] = set()
    for run in _runs(mentions):
        learns = _LEARNS.search(_before(text, run[0]))
        found.update(m for m in run if learns or _GUEST.search(_before(text, m)))
    return found


def _before(text: str, mention: Mention) -> str:
    return text[max(0, mention.start - _LONGEST_GUEST) : mention.start]


def _others_in_title(text: str, titled: Sequence[tuple[Mention, Place]]) -> tuple[list[Place], set[Mention]]:
    """Return the places that a title tells to be those of others, and all mentions in it that tell no place."""
    places = dict(titled)
    away: set[Mention] = set()
    unsure: set[Mention] = set()
    last: Mention | None = None
    for run in _runs([m for m, _ in titled]):
        before, end = _before(text, run[0]), run[-1].end
        goes_on = last is not None and _AND.fullmatch(text[last.end : run[0].start])
        goes, stays = _GOES.search(before), _STAYS.search(before)
        learns = _TO_LEARN.match(text, end)
        if (
            (goes_on and last in away)
            or _LEARNS.search(before)
            or (goes and learns)
            or (stays and learns and not _TO_VISIT.match(text, end))
        ):
            away.update(run)
        elif (
            (goes_on and last in unsure)
            or _SPIRIT.match(text, end)
            or (goes and not _TO_DIRECT.match(text, end))
            or (stays and _TO_VISIT.match(text, end))
        ):
            unsure.update(run)
        last = run[-1]
    return [places[m] for m in away], away | unsure


def _offices(parts: Parts) -> Iterator[str]:
    yield from (line for line in parts.closing if is_office(line))
    yield from (office for line in parts.closing if (office := office_of_dated(line)))
    around = (*parts.front, *parts.credits)
    yield from (office for line in around if (office := letterhead(line) or office_of_dated(line)))


def _by_number(parts: Parts) -> list[Place]:
    organs = (number_organ(line) for line in (*parts.front, *parts.credits))
    matches = (_OF_PROVINCE.match(organ) for organ in organs)
    return [Place(_PROVINCES[match[1]]) for match in matches if match]


def _certain(text: str, gazetteer: Gazetteer) -> list[Place]:
    mentions: list[Mention] = gazetteer.find(text) if text else []
    return [mention.places[0] for mention in mentions if len(mention.places) == 1]


def _smallest(places: Sequence[Place]) -> Place:
    """Return the first place, or a smaller one inside it where the text goes on to name just one."""
    inside = {p for p in places if places[0].contains(p) and p != places[0]}
    lowest = [p for p in inside if not any(p != q and p.contains(q) for q in inside)]
    return lowest[0] if len(lowest) == 1 else places[0]


def _of_title(places: Sequence[Place], counts: Counter[Place]) -> Place:
    """Return the place of a title; of several that have nothing to do with each other the one the text is about."""
    roots = [p for p in dict.fromkeys(places) if not any(q != p and q.contains(p) for q in places)]
    if len(roots) == 1:
        return _smallest([roots[0], *places])
    shares = {root: sum(n for p, n in counts.items() if root.contains(p)) for root in roots}
    best = max(roots, key=lambda root: shares[root])
    if shares[best] > sum(shares.values()) - shares[best]:
        return _smallest([best, *places])
    # Two districts of one city: the text is of the city.
    same = {(p.province, p.city) for p in roots}
    province, city = next(iter(same))
    return Place(province, city) if len(same) == 1 and province else Place("")


def _by_counts(counts: Counter[Place], every: Counter[Place], body: str) -> Place:
    """Return the smallest place to which most of the mentions belong, from province to city to district.

    Args:
        counts: the mentions that may tell it.
        every: all mentions, also of guests and in other names, which speak for no place but against all others.
        body: the text.
    """
    place = Place("")
    strict = len(_OUR_DISTRICT.findall(body)) + len(_OUR_CITY.findall(body)) >= 2
    while True:
        below = Counter(
            {
                step: _share(counts, step)
                for step in {_step(place, one) for one in counts if not place.name or place.contains(one)}
            }
        )
        del below[place]
        if not below:
            break
        best, count = below.most_common(1)[0]
        beside = (one for one in every if not place.name or place.contains(one))
        others = sum(every[one] for one in beside if not best.contains(one) and not one.contains(best))
        # A text that says 我区 may name other districts more often than its own: it must name next to no others.
        if count < _MANY or count <= (3 if strict else 2) * others or 2 * count < counts[place]:
            break
        place = best
    is_part = place.district and not place.district.endswith("市")
    if is_part and _OUR_CITY.search(body) and not _OUR_DISTRICT.search(body):
        return Place(place.province, place.city)
    return place


def _share(counts: Counter[Place], place: Place) -> int:
    return sum(count for one, count in counts.items() if place.contains(one))


def _step(place: Place, below: Place) -> Place:
    """Return the next division on the way from `place` down to `below`."""
    if below == place:
        return place
    if not place.province:
        return Place(below.province) if below.province else below
    if not place.city and not place.district:
        return Place(below.province, below.city) if below.city else below
    return below


def _of_frame(credits: Credits, spoken: Sequence[Place], gazetteer: Gazetteer) -> Place:
    """Return the place of a dateline or of the office that a text comes from, where the text speaks of it alone."""
    lines = [credits.dateline, "" if is_media(credits.origin) else credits.origin]
    for place in (p for line in lines for p in _certain(line, gazetteer)):
        if spoken and all(place.contains(p) or p.contains(place) for p in spoken):
            return place
    return Place("")


# --- date -------------------------------------------------------------------------------------------------------


def _date(parts: Parts, known: str, labels: Mapping[str, str], file_name: str) -> tuple[str, str]:
    """Return the date of a text and how it is known."""
    first = parts.paragraphs[0] if parts.paragraphs else ""
    last = parts.paragraphs[-1] if parts.paragraphs else ""
    sources: tuple[tuple[str, Callable[[], str]], ...] = (
        ("字段", lambda: parse_date(known) or first_date(known)),
        ("标注", lambda: _noted(parts, labels, first, last)),
        ("落款", lambda: _signed_date(parts)),
        ("标注", lambda: _bare_label(labels, parts.title)),
        ("标注", lambda: next((y for line in (*parts.front, *parts.credits) if (y := number_year(line))), "")),
        ("标题", lambda: _date_of_title(parts.heading, parts.paragraphs)),
        ("文件名", lambda: date_of_name(file_name)),
        ("正文", lambda: _opening_date(first, parts.paragraphs)),
    )
    for name, read in sources:
        if date := read():
            return date, name
    return "", ""


def _noted(parts: Parts, labels: Mapping[str, str], first: str, last: str) -> str:
    """Return the date that stands by a text: in a label, alone on a line near the title, or in a newspaper's note."""
    for name in _DATE_LABELS:
        if name in labels and (date := parse_date(labels[name]) or first_date(labels[name])):
            return date
    beside = [line for line in (*parts.credits, *parts.front) if not is_copies(line)]
    for line in beside if not _CHRONICLE.search(parts.title) else ():
        bare = re.sub(rf"\s*{PERSON}\s*$|^{PERSON}\s*", "", line)
        if date := whole_date(line) or (whole_date(bare) if len(line) < 30 else ""):
            return date
    for line in parts.credits:
        # What pages have under a title in one line: 2024-05-06 07:30 来源：达州日报.
        days = {found.iso for found in dates_in(line) if len(found.iso) == _WITH_DAY}
        if len(days) == 1 and not is_copies(line) and not _BARE_LABEL.match(line):
            return days.pop()
    if (match := _PUT_BEFORE.match(first)) and (date := first_date(match[0])):
        return date
    end = last[-80:]
    return first_date(end[printed.end() :]) if (printed := _PRINTED.search(end)) else ""


def _signed_date(parts: Parts) -> str:
    """Return the date of the signature; that of the printer's line below it counts where there is no other."""
    signature = [line for line in parts.closing if not is_copies(line)]
    printed = [line for line in (*parts.closing, *parts.credits) if is_copies(line)]
    for line in (*reversed(signature), *printed):
        if day := whole_date(line) or office_and_date(line)[1]:
            return day
    return ""


def _bare_label(labels: Mapping[str, str], title: str) -> str:
    """Return the date behind 时间： or 日期：, unless it is the day on which a meeting takes place."""
    if _is_spot(labels.get("地点", "")):
        return ""
    invites = kind_of_title(title) in _OF_OFFICES
    for name in _BARE_LABELS:
        value = labels.get(name, "")
        found = next(dates_in(value), None)
        of_meeting = found and "年" in value[: found.end] and (invites or _HOUR.match(value, found.end))
        if not of_meeting and (date := parse_date(value) or (found.iso if found else "")):
            return date
    return ""


def _date_of_title(heading: str, paragraphs: Sequence[str]) -> str:
    """Return the date in a title; none that is remembered in it, and no year of work in a text of another year."""
    for found in dates_in(heading):
        if _REMEMBERED.search(heading[: found.start]) or _SINCE.match(heading, found.end):
            continue
        if _YEAR_OF_WORK.match(heading, found.end):
            days = {day.iso[:4] for p in paragraphs for day in dates_in(p) if "-" in day.iso}
            if days and found.iso not in days:
                continue
        return found.iso
    return ""


def _opening_date(first: str, paragraphs: Sequence[str]) -> str:
    """Return the date with which a text begins, or that of its dateline; no date of which it only speaks."""
    found = next(dates_in(first[:80]), None)
    if found is None or _AFTER_DATE.match(first, found.end):
        return ""
    before = first[: found.start]
    starts = bool(_OPENING.match(before)) or bool(re.match(r"\s*(?:电|讯|消息)", first[found.end :]))
    dated = starts or bool(re.search(r"(?:讯|电|消息)\s*(?:[（(][^（()）]*[)）])?\s*$", before))
    return found.iso if dated and not any(later_years(p, found.iso[:4]) for p in paragraphs) else ""


# --- kind, issuer, speech ---------------------------------------------------------------------------------------


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
    official = before.startswith(("中共", "中国共产党", "共青团")) or kind_of_title(parts.title) in _OF_OFFICES
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
        if _SPEAKER.fullmatch(bare):
            return re.sub(r"\s+", " ", bare).removesuffix("同志")
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
