"""Names that stand in a question without quotation marks: runs of words that begin and end with a noun."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from retriever.text import fold

_SHORTEST, _LONGEST = 4, 14
_MOST_WORDS = 6
_NOUNS = frozenset("nj")
_WITHIN = frozenset("nvajlib")
"""First letters of the word classes that names are made of; times, numbers, pronouns and particles end them."""
NAME_END = re.compile(
    r"(?:计划|工程|行动|活动|大赛|比赛|论坛|大会|联盟|中心|学院|基地|[讲课学]堂|驿站|品牌|平台|工作法|机制|模式|制度|协会|公司|集团|"
    r"医院|大学|学校|[中小]学|局|委|会|办公室|研究院|[站馆园区村镇]|街道|银行|党支部|党委|服务队|突击队|夜校|书院|智库|公寓|社|队伍|岗位|津贴|奖|基金|专班|清单|热线|节|团)$"
)
"""How the names of programmes, institutions and places end."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def is_common(name: str) -> bool:
    """Whether a name is an ordinary phrase that somebody put in quotation marks: 三个平台, 一肩挑."""
    return not NAME_END.search(name) and any(tag[0] in "mqvil" for _, tag in rjieba.tag(fold(name)))


def noun_phrases(text: str) -> Iterator[str]:
    """Yield the runs of two words or more that may be a name: 劳动保障|维权|中心, 延边|大学."""
    tagged = rjieba.tag(fold(text))
    for first, (word, tag) in enumerate(tagged):
        if tag[0] not in _NOUNS or not _HAN.fullmatch(word):
            continue
        run = word
        for following, kind in tagged[first + 1 : first + _MOST_WORDS]:
            if kind[0] not in _WITHIN or not _HAN.fullmatch(following):
                break
            run += following
            if kind[0] in _NOUNS and _SHORTEST <= len(run) <= _LONGEST:
                yield run
