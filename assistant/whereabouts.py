"""Which place and which year a sentence tells of: the nearest one that is named wins."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from assistant.evidence import Sentence
from core.schema import Metadata
from retriever.places import Gazetteer, Mention, Place, short_name

_SELF = re.compile(r"(?:我们?|本|全|该)(省|市|州|区|县|旗|镇|乡)")
"""How a text speaks of its own place."""
_LARGER = re.compile(
    r"(?:^|[，。；：、\s])(?:我|本|全)(国|省|市|州)"
    r"(?!首|先|优|劳|第|最|文明|重点|知名|五一|青年|人大|政协|两会|工商)"
)
"""A clause that begins so tells of more than the place of a district."""
_IN_PASSING = re.compile(r"(?:赴|到|去|向|往|学习|考察|借鉴|对标|来自|走进|邀请|引进)$")
"""A place behind these is visited or learned from; the sentence is about somebody else."""
_QUOTED_NAME = re.compile(r"“[^”，。；！？]{2,20}”")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|[—\-－~至到])")
_TITLE = re.compile(r"《[^》]*》")
"""The name of a document; a year in it (《三年行动计划（2023—2025年）》) is not that of what follows."""
_SHIFT = {"今年": 0, "本年度": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1}
_RELATIVE_YEAR = re.compile(
    r"(?<!如)今年|本年度|(?<![较比过失])去年(?!同期)|(?<![以较比])上年(?![轻龄度]|同期)|(?<![目当此以之])前年(?![轻龄均产度])|(?<!说)明年"
)
"""目前年轻干部 and 35岁以上年轻干部 name no year, 较去年同期增长 is of this year."""
_SUMMED = re.compile(r"累计|合计|总计|共计")


class Locator:
    """Tells the place of sentences.

    The nearest place wins: one named in the sentence itself, else the last one named before it in the paragraph, else
    the headings, else the last one named before the paragraph where the article is of no district, else the place of
    the article. 我区 and 全县 are the article's own place. A place in a quoted name (“山东省技术中心”) is none.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        """`gazetteer` knows the places."""
        self._gazetteer = gazetteer

    def is_of(self, sentence: Sentence, asked: Mention, *, exact: bool = False) -> bool:
        """Whether a sentence tells of the place that is asked for.

        Args:
            sentence: the sentence.
            asked: the place.
            exact: whether a district does not stand for the city or province around it, as with figures.
        """
        meta = sentence.article.meta
        told = self._told_of(sentence.text, [asked.name], _own(meta)) if exact else []
        if exact and not any(_same(asked, m, exact) for m in told) and _begins_larger(sentence.text, told, asked, meta):
            return False
        nearest = self._nearest(sentence, [asked.name], asked)
        if any(mention is not None and _same(asked, mention, exact) for mention in nearest):
            return True
        if any(mention is None for mention in nearest):
            return _is_place_of(asked, meta, exact)
        if any(mention is not None and _rivals(mention, meta) for mention in nearest):
            return False
        if exact and any(m is not None and _inside(asked, m) for m in nearest):
            return False
        lead = self._gazetteer.find(sentence.lead, [asked.name])
        if any(_same(asked, mention, exact) for mention in lead) or _is_place_of(asked, meta, exact):
            return True
        last = None if nearest else self._last_before(sentence, [asked.name])
        if last is not None:
            return _same(asked, last, exact)
        if _own(meta).district or nearest:
            return False
        # A text that names no other place may tell of one that it goes to, or names only behind.
        before = sentence.opening + sentence.paragraph
        whole = before + sentence.following + sentence.closing
        return short_name(asked.name) in before or self._is_the_only_one(asked, whole, exact=exact)

    def _is_the_only_one(self, asked: Mention, text: str, *, exact: bool) -> bool:
        """Whether a text names a place, and no other but those around it and, where it is not exactly meant, in it."""
        named = self._named_in(text, asked.name) if short_name(asked.name) in text else ()
        return bool(named) and all(_same(asked, one, exact) or _inside(one, asked) for one in named)

    @lru_cache(maxsize=64)  # noqa: B019  there is one locator in a process
    def _named_in(self, text: str, at_home: str) -> tuple[Mention, ...]:
        return tuple(self._gazetteer.find(text, [at_home]))

    def place_of(self, sentence: Sentence) -> str:
        """Return the name of the place that a sentence tells of; empty where nothing tells it."""
        own = _own(sentence.article.meta)
        at_home = [own.name] if own.name else []
        nearest = self._nearest(sentence, at_home)
        last = None if nearest else self._last_before(sentence, at_home)
        for mention in [*nearest, *([last] if last else [])]:
            if mention is None:
                return own.name
            inside = [place for place in mention.places if place.district and own.contains(place)]
            if inside:
                return inside[0].district
            if any(place.district for place in mention.places) and _rivals(mention, sentence.article.meta):
                return self._gazetteer.resolve(mention).name
        return _larger(sentence.text, own) or own.name

    def _nearest(
        self, sentence: Sentence, at_home: Collection[str], asked: Mention | None = None
    ) -> list[Mention | None]:
        """Return the places named nearest to a sentence; None stands for the article's own place.

        Before the sentence, a place around the one that is asked for takes nothing away from it.
        """
        own = _own(sentence.article.meta)
        for text, nearest in ((sentence.text, slice(None)), (_before(sentence), slice(-1, None))):
            found: list[tuple[int, Mention | None]] = [
                (mention.start, mention)
                for mention in self._told_of(text, at_home, own)
                if text is sentence.text or asked is None or not _inside(mention, asked)
            ]
            if own.name:
                found += [(m.start(), None) for m in _SELF.finditer(text) if own.name.endswith(m[1])]
            if found:
                return [mention for _, mention in sorted(found, key=lambda item: item[0])[nearest]]
        return []

    def _told_of(self, text: str, at_home: Collection[str], own: Place) -> list[Mention]:
        """Return the places that a text names, but those that are a part of a quoted name, and those in passing.

        Its own place is never named in passing: 来自青浦区人才服务中心的 in a text of 青浦区.
        """
        names = [match.span() for match in _QUOTED_NAME.finditer(text)]
        return [
            mention
            for mention in self._gazetteer.find(text, at_home)
            if (_is_own(mention, own) or not _IN_PASSING.search(text, 0, mention.start))
            and not any(start < mention.start < end for start, end in names)
        ]

    def _last_before(self, sentence: Sentence, at_home: Collection[str]) -> Mention | None:
        """Return the last place named before a paragraph that may be its place: one inside that of the article."""
        own = _own(sentence.article.meta)
        told = self._told_of(sentence.opening, at_home, own)
        return next((m for m in reversed(told) if any(_may_be(p, own, at_home) for p in m.places)), None)


def is_of_year(sentence: Sentence, year: str, *, until: bool = False) -> bool:
    """Whether a sentence tells of a year: the one it names, else the last before it, else that of the article.

    Args:
        sentence: the sentence; 今年 and 去年 in it are counted from the year of its article.
        year: four digits.
        until: whether the question asks what was summed up until then.
    """
    inside = _YEAR.findall(sentence.text)
    if inside:
        return year in inside and (until or len(set(inside)) == 1 or not _SUMMED.search(sentence.text))
    written = sentence.article.meta.year
    if written and (said := _RELATIVE_YEAR.findall(sentence.text)):
        return year in {str(int(written) + _SHIFT[word]) for word in said}
    before = _YEAR.findall(_TITLE.sub("", _before(sentence)))
    if before:
        return bool(before[-1] == year)
    return year in sentence.lead or sentence.article.meta.year == year


def _own(meta: Metadata) -> Place:
    return Place(meta.province, meta.city, meta.district)


def _before(sentence: Sentence) -> str:
    return sentence.paragraph[: len(sentence.paragraph) - len(sentence.text)]


def _same(asked: Mention, found: Mention, exact: bool) -> bool:
    if short_name(asked.name) == short_name(found.name):
        return True
    return not exact and _inside(asked, found)


def _is_own(mention: Mention, own: Place) -> bool:
    return bool(own.name) and short_name(mention.name) == short_name(own.name)


def _inside(asked: Mention, found: Mention) -> bool:
    return any(one.contains(other) and one != other for one in asked.places for other in found.places)


def _may_be(place: Place, own: Place, asked: Collection[str]) -> bool:
    """Whether a text of the place `own` may tell of `place`: one inside it, or the very one that is asked for."""
    if own.district:
        return place.name in asked and place.contains(own)
    return not own.name or own.contains(place)


def _larger(text: str, own: Place) -> str:
    """Return the larger place that a sentence begins with telling of: 全市, 全省, 全国; empty where it does not."""
    match = _LARGER.search(text)
    if match is None or own.name.endswith(match[1]):
        return ""
    if match[1] == "国":
        return match[0].strip("，。；：、 ")
    return next((name for name in (own.city, own.province) if name.endswith(match[1])), "")


def _begins_larger(text: str, told: Sequence[Mention], asked: Mention, meta: Metadata) -> bool:
    """Whether a clause of a sentence begins with a place around the one that is asked for."""
    if _larger(text, _own(meta)):
        return True
    around = [m for m in told if not _same(asked, m, True) and _inside(m, asked)]
    return any(not text[: m.start].strip() or text[m.start - 1] in "，。；：、" for m in around)


def _rivals(mention: Mention, meta: Metadata) -> bool:
    """Whether a place named in the text takes a sentence away from the place of the article.

    A district does. A whole province or city named in passing (引进北京的专家) does not, nor one that the article's own
    place lies in.
    """
    return all(place.district and not place.contains(_own(meta)) for place in mention.places)


def _is_place_of(asked: Mention, meta: Metadata, exact: bool) -> bool:
    own = _own(meta)
    if not own.name:
        return False
    if short_name(own.name) == short_name(asked.name):
        return True
    return bool(own.province) and not exact and any(place.contains(own) for place in asked.places)
