"""Counts that no text tells but that it or the sentence lists: 三家单位：甲、乙、丙; 8月10日到12日，共三天."""

from __future__ import annotations

import re

from assistant.quantities import Quantity, quantities
from assistant.sources import CLAUSE_END, HAN, WORD, Source, bare, quotations
from retriever.figures import UNITS
from retriever.text import bigrams, fold, squeeze

_LIST_BEGINS = (re.compile(r"[：:]"), re.compile(r"[：:]|是|即|有(?![序效力关])|为|针对|涉及|包括"))
"""What stands before the things that a sentence lists."""
_LISTED_BEFORE = re.compile(rf"([^，。；：]+?)(?<![共计达有等超约近])([二两三四五六七八九十])(?:{UNITS})")
"""甲、乙、丙三个街道."""
_AND = re.compile(r"和|以及|及|与")
_SAID_OF_A_LIST = 0.15
"""Share of the pairs of a sentence that stand in a statement whose items it counts."""
_SUMS_UP = re.compile(r"(?:一?共|总共|合计|分为|分成|归纳为|概括为)(?:有|是|为)?$")
"""What stands before the count of things that the source lists."""
_KINDS = frozenset({"个", "项", "类", "种", "条", "家", "所", "件"})
_SPELLED = re.compile(r"个?字")
_ITEM_END = 2
"""So many characters at the end of an item have to stand in the source, where a sentence counts what it lists."""
_ITEMS_BEFORE = re.compile(r"、|和|以及|及|与|”“")
_SUMMED_UP = re.compile(
    rf"([^，。；：]*、[^，。；：]+)[，,](?:一?共|总共|就是这)(?:有|是)?([二两三四五六七八九十]|\d{{1,2}})(?:{UNITS})"
)
"""甲、乙、丙，共三项."""
_DAYS = re.compile(r"(\d{1,2})[日号]?[^，。；\d]{0,3}?[到至—\-－]+(\d{1,2})[日号]")
"""8月10日到12日 are three days."""
_BETWEEN_ITEMS = (
    re.compile(r"、"),
    re.compile(r"[；;]"),
    re.compile(r"[、，,；;]"),
    re.compile(r"、|以及"),
    re.compile(r"、|和"),
    re.compile(r"[、，,；;]|和|以及|及|与|还有"),
)
_ENUMERATED = re.compile(r"[一二三四五六七八九十]是")
_MOST_LISTED = 12
_MEASURED = frozenset({"", "元", "美元", "%", "年", "月", "日", "岁", "亩", "吨", "倍", "天"})


def is_listed_there(sentence: str, count: Quantity, source: Source) -> bool:
    """Whether a sentence lists as many things as a figure says, quotes so many characters, or tells so many days."""
    if count.unit == "天" and count.value in _days_told(sentence):
        return True
    if any(len(HAN.findall(one)) == count.value for one in _spelled(sentence, count)):
        return True
    if not _is_count(count):
        return False
    if len(_ENUMERATED.findall(sentence)) == count.value:
        return True
    if any(
        sum(bool(WORD.search(item)) for item in between.split(run)) == count.value
        for begins in _LIST_BEGINS
        for after in begins.split(sentence)[1:]
        for run in (after, re.split(r"[，,]", after)[0])
        for between in _BETWEEN_ITEMS
    ):
        return True
    return count.unit != "人" and any(
        _counts_its_items(match, count, source)
        for pattern in (_LISTED_BEFORE, _SUMMED_UP)
        for match in pattern.finditer(sentence)
    )


def _counts_its_items(match: re.Match[str], count: Quantity, source: Source) -> bool:
    """Whether a list, and the count right behind it, are a list of the source: 甲、乙、丙三个街道."""
    items = [item for item in _ITEMS_BEFORE.split(match[1]) if WORD.search(item)]
    if len(items) != count.value or not any(count.value in statement.lists for statement in source.statements):
        return False
    told = quantities(match[0][len(match[1]) :])
    ends = (bare(item)[-_ITEM_END:] for item in items)
    return any(one.value == count.value for one in told) and all(end in source.bare for end in ends)


def _spelled(sentence: str, count: Quantity) -> list[str]:
    """Return what a sentence says to have so many characters: 三个字：“…”."""
    found = []
    for match in _SPELLED.finditer(sentence):
        before = quantities(sentence[max(0, match.start() - 3) : match.start()] + "个")
        if any(one.value == count.value for one in before):
            found += [*quotations(sentence), sentence[match.end() :]]
    return found


def _days_told(sentence: str) -> set[int]:
    """Return how many days a sentence tells by its dates, from the first to the last or one after another."""
    folded = squeeze(fold(sentence))
    spans = {int(match[2]) - int(match[1]) + 1 for match in _DAYS.finditer(folded)}
    return {*spans, len(re.findall(r"\d[日号](?=、|和|及|$|[。，])", folded))}


def _is_count(figure: Quantity) -> bool:
    return not figure.hedge and figure.unit not in _MEASURED and 2 <= figure.value <= _MOST_LISTED


def is_listed_in(count: Quantity, source: Source, sentence: str) -> bool:
    """Whether a sentence sums up (共三项) what a source lists, in a statement that it tells of or by 一是, 二是.

    Where the source tells the same figure of something else, or a total, it does not count.
    """
    if not _is_count(count) or count.unit not in _KINDS or any(o.value == count.value for o in source.quantities):
        return False
    if not any(_sums_up(clause, count) for clause in CLAUSE_END.split(sentence)):
        return False
    if len(_ENUMERATED.findall(source.folded)) == count.value:
        return True
    pairs = set(bigrams(sentence))
    return any(
        count.value in statement.lists and len(pairs & statement.pairs) >= _SAID_OF_A_LIST * len(pairs)
        for statement in source.statements
    )


def _sums_up(clause: str, count: Quantity) -> bool:
    """Whether a clause says 共, 分为 or the like right before a count."""
    for match in re.finditer(r"[二两三四五六七八九十]|\d+", clause):
        told = quantities(clause[match.start() :])
        if _SUMS_UP.search(clause[: match.start()]) and any(one.value == count.value for one in told):
            return True
    return False


def lengths_of_lists(text: str) -> frozenset[int]:
    """Return how many things the clauses of a text list: 甲、乙和丙 are three, or two where 乙和丙 is one."""
    found: set[int] = set()
    for clause in re.split(r"[，,；;：:。]", text):
        for items in (clause.split("、"), clause.split("”“")):
            found |= {len(items), len(items) + bool(_AND.search(items[-1]))}
    return frozenset(found - {1})
