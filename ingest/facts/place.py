"""The place that a text is of: the one its label, signature or title names, else the one it keeps speaking of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from ingest.facts.credits import Credits, is_media
from ingest.facts.official import is_office, letterhead, number_organ, office_of_dated
from ingest.facts.parts import Parts
from retriever.places import Gazetteer, Mention, Place

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
_TIME_BEFORE = re.compile(
    r"(?:[\s“（(，,]|近年来|近日|日前|近期|[今去]年(?:以来)?|截至目前|(?:19|20)\d{2}年(?:以来)?|\d{1,2}月(?:\d{1,2}日)?)*"
)
"""What may stand before the place with which a text begins."""
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


def place_of(parts: Parts, labels: Mapping[str, str], credits: Credits, gazetteer: Gazetteer) -> Place:
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
        place = _of_frame(credits, told, gazetteer) if credits.dateline or credits.origin else Place("")
    return place if place.name else _of_opening(text[behind + 1 :], behind + 1, spoken, silent)


def _of_opening(body: str, start: int, spoken: Sequence[tuple[Mention, Place]], silent: Container[Mention]) -> Place:
    """Return the place with which a text begins, where it speaks of no other."""
    first, place = next(iter(spoken), (None, Place("")))
    if first is None or first in silent or not _TIME_BEFORE.fullmatch(body[: first.start - start]):
        return Place("")
    alone = all(p.contains(place) or place.contains(p) for _, p in spoken)
    return _smallest([p for _, p in spoken]) if alone and place.province else Place("")


def _place_label(labels: Mapping[str, str]) -> str:
    """Return what a label tells as the place of a text; the hall in which a meeting takes place is none."""
    spot = labels.get("地点", "")
    return labels.get("地区", "" if is_spot(spot) else spot)


def is_spot(place: str) -> bool:
    """Whether the value of a label 地点 is a hall or a street, no division."""
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
