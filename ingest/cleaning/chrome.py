"""Which lines of a text are what a web page or print put around it, and which ends of lines.

A pattern for a line must match the whole line: a sentence of the text that holds the same words stays. Where the words
alone do not tell (联系电话 stands in a notice and in the foot of a site), the lines beside it decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import mean
from typing import Protocol

from ingest.cleaning.chrome_kinds import BARE_NUMBER, COUNTED, KINDS, Need

_LONGEST = 120
"""Characters: a longer line is text, whatever words it has in common with a page's frame."""
_LONGEST_NOTICE = 400
"""Characters of a notice about copyright."""
_LONGEST_LINK = 45
"""Characters of a headline in a list of links."""
_RUNNING = 3
"""So often at least the same line must stand on the pages of a print."""
_LONGEST_RUNNING = 40
_PAGE = 8
"""Lines at least from the number of one page to that of the next, where only its value tells what it is."""
_PAGE_LINES = 4
"""Lines at least from the head of one page to that of the next."""
_MEAN_OF_PAGE = 12
"""Characters of a line of running text, on the average."""
_MENU = 3
"""Words of a menu, each on its own line, that make one."""
_END_LINES = 12
"""Lines behind a list of links in which nothing but residue may stand."""


class PageLine(Protocol):
    """What has to be known of a line to judge it."""

    @property
    def text(self) -> str:
        """Its characters, white space at its ends taken off."""

    @property
    def whole(self) -> bool:
        """Whether it is a paragraph of a format that knows its paragraphs."""

    @property
    def row(self) -> bool:
        """Whether it is a row of a table."""

    @property
    def level(self) -> int:
        """That of a heading where the format tells it, else 0."""


_TAG = (
    r"</?(?:p|br|div|span|strong|em|b|i|u|font|a|img|h[1-6]|section|article|table|tbody|thead|tr|td|th|ul|ol|li|center|"
    r"o:p|script|style|iframe|input|button|label|form|hr|blockquote|pre|sup|sub|body|html|head|header|footer|nav|main)"
    r"(?=[\s/>])[^<>]{0,300}>"
)
_SPACE_ENTITY = r"&(?:nbsp|ensp|emsp|#160|#12288|#xa0|#x3000);"
_COUNTER = re.compile(rf"(?:{COUNTED}|关注|在读|页码)(?:次数|人数|量|数)?[:：]?")
"""What stands over a figure of its own where a page counts: 阅读, 点赞数."""
# At the ends of a line: what page and scraper put before its first word and behind its last one.
_HEADS = [
    ("采集前缀", re.compile(r"[\d\-:/ ]{0,20}，正文：\s*")),
    ("采集前缀", re.compile(r"原标题[:：]\s*")),
]
_TAILS = [
    (
        "版权声明",
        re.compile(
            r"如遇[^。]{0,20}版权[^。]{4,40}联系。[^。]{0,8}电话：[\d\-]{7,16}\s*$|"
            r"声明：[^。]{0,6}版权归[^。]{10,60}联系[^。]{0,20}处理。[^。]{0,4}邮箱[^。]{0,4}：\S{5,40}\s*$"
        ),
    ),
    ("导航", re.compile(r"返回搜狐，查看更多\s*")),
    ("编辑署名", re.compile(r"责任编辑[:：]\s*$")),
    ("按钮", re.compile(r"举报/反馈\s*$")),
    ("分享栏", re.compile(r"分享让更多人看到\s*$")),
    ("推广语", re.compile(r"更多精彩内容请进入\S{2,8}\s*$")),
    ("推广语", re.compile(r"新闻线索报料通道：应用市场下载“.{2,8}”APP，或搜索微信小程序“.{2,8}”，.{4,30}报料！\s*$")),
    ("广告", re.compile(r"(?<=[。！？”])广告 [^。！？×]{2,60}>>[^。！？×]{2,30}×\s*")),
]
_MARKUP_HEAD = re.compile(rf"(?>\s*+(?:{_TAG}|{_SPACE_ENTITY}))++\s*+", re.IGNORECASE)
_MARKUP = re.compile(rf"{_TAG}|{_SPACE_ENTITY}", re.IGNORECASE)
_LONGEST_TAG = 320
_HINT = re.compile(r"正文：|原标题|×|返回搜狐|责任编辑|举报/反馈|人看到|请进入|报料！|版权")
"""A cheap sign that one of the patterns above may hold."""
_DATED = re.compile(r"[\[(（]?(?:(?:19|20)\d\d[-/.年])?\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d{2})?[\])）]?")
_BULLET = re.compile(r"[·•●▪>＞»※☆★]|\[[图视专]")
_SENTENCE_SIGN = re.compile(r"[。；;]")
_OPEN = re.compile(r"[，,、：:（(“《]$")
_CREDIT = re.compile(
    r".{0,8}(?:来源|编辑|编审|审核|校对|责编|总编|记者|作者|摄影|监制|终审|时间|日期)\s*[:：丨|].{1,40}"
)
_BOX = re.compile(r"[【\[]?\s*(?:(?:相关|延伸|拓展)\s*链接|(?:延伸|拓展)\s*阅读)\s*[】\]]?\s*[:：]?")
"""What also heads a box with text of its own, in a newspaper."""
_ENTRY = re.compile(r"\S.{0,60}?[.·…．。\s]+\d{1,4}")
_CONTENTS = re.compile(r"目\s{0,8}[录次]")
_NUMBER = re.compile(r"\d{1,4}")
_FIGURE = ("计数", Need.PLACE)
_RUNNING_TEXT = re.compile(r"[，。；！？!?;]|[\u4e00-\u9fff],")
_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年].{1,30}")


def residues(lines: Sequence[PageLine]) -> list[str]:
    """Return for each line what kind of residue of a page it is; an empty string for text.

    Rows of tables and headings of a format are never residue.
    """
    found = [("", Need.NOTHING) if line.row or line.level else _kind(line.text) for line in lines]
    for index, line in enumerate(lines[:-1]):
        if found[index + 1] == _FIGURE and not (line.row or line.level) and _COUNTER.fullmatch(line.text):
            found[index] = _FIGURE
    kinds = _confirmed(lines, found)
    _mark_links(lines, kinds)
    _mark_contents(lines, kinds)
    _mark_page_numbers(lines, kinds)
    return kinds


def running_lines(lines: Sequence[PageLine], kinds: Sequence[str], is_cut: Callable[[PageLine], bool]) -> list[int]:
    """Return where the head or foot of a page of print stands: the same line again and again, inside sentences.

    Args:
        lines: those of the text.
        kinds: what `residues` returned for them.
        is_cut: whether a line ends in the middle of a sentence.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if len(line.text) <= _LONGEST_RUNNING and not (kinds[index] or line.whole or line.row or line.level):
            places[line.text].append(index)
    found: list[int] = []
    for indexes in places.values():
        if len(indexes) < _RUNNING:
            continue
        inside = [index for index in indexes if _stands_inside(lines, kinds, index, is_cut)]
        apart = all(lower - upper >= _PAGE_LINES for upper, lower in pairwise(indexes))
        if apart and len(inside) >= _RUNNING - 1 and 2 * len(inside) >= len(indexes):
            # The first may be the title that the pages repeat.
            found.extend(index for index in indexes if index >= _PAGE or index in inside)
    return sorted(found)


def without_frame(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a line without what a page or a scraper put at its ends, and the removed parts with their kinds."""
    removed: list[tuple[str, str]] = []
    if "<" in text or "&" in text:
        text = _without_markup(text, removed)
    if not _HINT.search(text):
        return text, removed
    for reason, pattern in _HEADS:
        if match := pattern.match(text):
            removed.append((match[0].strip(), reason))
            text = text[match.end() :]
    tails: list[tuple[str, str]] = []
    for reason, pattern in _TAILS:
        if parts := [match[0].strip() for match in pattern.finditer(text)]:
            tails.extend((part, reason) for part in parts)
            text = pattern.sub("", text).rstrip()
    return text.strip(), removed + tails[::-1]


def _without_markup(text: str, removed: list[tuple[str, str]]) -> str:
    """Take tags and entities for spaces off the ends of a line; inside it they stay, as it is quoted as it stands."""
    start = 0
    if match := _MARKUP_HEAD.match(text):
        start = match.end()
        removed.append((match[0].strip(), "网页代码"))
    end = len(text)
    while end > start and text[end - 1] in ">;":
        begin = text.rfind("<" if text[end - 1] == ">" else "&", max(start, end - _LONGEST_TAG), end)
        if begin < 0 or not _MARKUP.fullmatch(text, begin, end):
            break
        end = begin
        while end > start and text[end - 1].isspace():
            end -= 1
    if end < len(text):
        removed.append((text[end:].strip(), "网页代码"))
    return text[start:end].strip()


def _kind(text: str) -> tuple[str, Need]:
    """Return what a line may be and what must stand beside it; the pattern that needs least wins."""
    found = ("", Need.NOTHING)
    if len(text) > _LONGEST_NOTICE:
        return found
    for reason, need, pattern in KINDS:
        if (found[0] and need) or (len(text) > _LONGEST and reason != "版权声明"):
            continue
        if pattern.fullmatch(text):
            if not need:
                return reason, need
            found = (reason, need)
    return found


def _confirmed(lines: Sequence[PageLine], found: Sequence[tuple[str, Need]]) -> list[str]:
    """Return the kinds of those lines whose pattern holds, by what stands beside them."""
    kinds = [
        reason if need is Need.NOTHING or (need is Need.RESIDUE and not line.whole) else ""
        for line, (reason, need) in zip(lines, found, strict=True)
    ]
    running = [index for index, line in enumerate(lines) if not kinds[index] and _is_running(line)]
    for start, end, need in _runs(found, kinds):
        around = [kinds[index] for index in (start - 1, end) if 0 <= index < len(kinds)]
        match need:
            case Need.RESIDUE | Need.BESIDE:
                # The days of a chronicle have what happened on them right behind.
                is_day = found[end - 1][0] == "日期" and end < len(lines) and _is_running(lines[end])
                holds = any(around) and not is_day
            case Need.MENU:
                holds = (end - start >= _MENU or "导航" in around) and _has_home(lines, start, end)
            case Need.PLACE:
                holds = _counts_readers(lines, kinds, start, end, running)
            case _:
                holds = False
        if holds:
            for index in range(start, end):
                kinds[index] = found[index][0]
    foot = ("网站信息", "版权声明")
    for index, (reason, need) in enumerate(found):
        if need in (Need.FOOT, Need.ABOVE) and index and kinds[index - 1] in foot:
            kinds[index] = reason
    for index in range(len(found) - 2, -1, -1):
        if found[index][1] is Need.FOOT and kinds[index + 1] in foot:
            kinds[index] = found[index][0]
    return kinds


def _runs(found: Sequence[tuple[str, Need]], kinds: Sequence[str]) -> list[tuple[int, int, Need]]:
    """Return the runs of lines whose patterns need the same beside them."""
    runs: list[tuple[int, int, Need]] = []
    for index, (reason, need) in enumerate(found):
        if not reason or kinds[index]:
            continue
        if runs and runs[-1][1] == index and runs[-1][2] is need:
            runs[-1] = (runs[-1][0], index + 1, need)
        else:
            runs.append((index, index + 1, need))
    return runs


def _counts_readers(
    lines: Sequence[PageLine], kinds: Sequence[str], start: int, end: int, running: Sequence[int]
) -> bool:
    """Whether figures in `lines[start:end]` stand where a page has those of its readers, and none of the text.

    That is between title and text, behind the last words, or between two paragraphs; what stands under a label, a
    heading or a colon is said by the text.
    """
    above = next((i for i in range(start - 1, -1, -1) if not kinds[i]), -1)
    below = next((i for i in range(end, len(lines)) if not kinds[i]), len(lines))
    beside = above < start - 1 or end < below
    if not running or (above >= 0 and _OPEN.search(lines[above].text)):
        return False
    behind_text = above >= 0 and _is_frame(lines[above])
    before_text = below < len(lines) and _is_frame(lines[below])
    known = any(line.whole for line in lines[start:end])
    bare = all(BARE_NUMBER.fullmatch(line.text) for line in lines[start:end])
    if known and bare:
        return beside and behind_text
    if start < running[0]:
        return before_text
    if end > running[-1]:
        return behind_text
    return behind_text and (beside or (not known and end - start == 1 and (bare or before_text)))


def _is_running(line: PageLine) -> bool:
    """Whether a line is running text, or a part of it."""
    return (
        not line.row and not line.level and (len(line.text) > _LONGEST_RUNNING or bool(_RUNNING_TEXT.search(line.text)))
    )


def _is_frame(line: PageLine) -> bool:
    """Whether a line is running text or what stands around it, such as an editor or a date; no label, no heading."""
    return _is_running(line) or bool(_CREDIT.fullmatch(line.text) or _DAY.fullmatch(line.text))


def _has_home(lines: Sequence[PageLine], start: int, end: int) -> bool:
    """Whether a menu has a word that no list of headings has."""
    return any("首页" in lines[index].text for index in range(max(0, start - 1), min(len(lines), end + 1)))


def _mark_links(lines: Sequence[PageLine], kinds: list[str]) -> None:
    """Mark the headlines under 相关阅读 and the like: those with a date or a bullet, and any at the end of a page."""
    end = 0
    at_end = False
    for index in range(len(kinds)):
        if kinds[index] != "相关阅读":
            continue
        if index >= end:
            end = index + 1
            while end < len(lines) and (kinds[end] or _is_headline(lines[end])):
                end += 1
            behind = range(end, min(len(lines), end + _END_LINES))
            at_end = len(lines) - end < _END_LINES and all(kinds[i] or _CREDIT.fullmatch(lines[i].text) for i in behind)
        first = index + 1
        while first < end and kinds[first] != "相关阅读" and (kinds[first] or at_end or _is_entry(lines[first].text)):
            kinds[first] = kinds[first] or "相关链接"
            first += 1
        if first == index + 1 < len(lines) and _BOX.fullmatch(lines[index].text) and not kinds[first]:
            kinds[index] = ""


def _is_headline(line: PageLine) -> bool:
    text = line.text
    if line.row or line.level or len(text) > _LONGEST_LINK or _CREDIT.fullmatch(text):
        return False
    return not _SENTENCE_SIGN.search(text) and not _OPEN.search(text)


def _is_entry(text: str) -> bool:
    return bool(_BULLET.match(text) or _DATED.match(text) or _DATED.search(text[-20:]))


def _mark_contents(lines: Sequence[PageLine], kinds: list[str]) -> None:
    """Mark a list of contents with page numbers: each of its entries comes back as a heading."""
    for index, line in enumerate(lines):
        if line.row or line.level or not _CONTENTS.fullmatch(line.text):
            continue
        end = index + 1
        while end < len(lines) and (_ENTRY.fullmatch(lines[end].text) or kinds[end] == "页码"):
            end += 1
        if end - index > _MENU - 1:
            for i in range(index, end):
                kinds[i] = "目录"


def _mark_page_numbers(lines: Sequence[PageLine], kinds: list[str]) -> None:
    """Mark numbers alone on their lines that count upwards, each at least a page behind the one before."""
    run: list[int] = []
    numbers = [
        i for i, line in enumerate(lines) if not (line.whole or line.row or line.level) and _NUMBER.fullmatch(line.text)
    ]
    for index in [*numbers, -1]:
        follows = (
            index >= 0 and run and int(lines[index].text) == int(lines[run[-1]].text) + 1 and index - run[-1] >= _PAGE
        )
        if follows:
            run.append(index)
            continue
        if len(run) >= _RUNNING and _is_running_text(lines[run[0] : run[-1]]):
            for i in run:
                kinds[i] = "页码"
        run = [index]


def _is_running_text(lines: Sequence[PageLine]) -> bool:
    """Whether lines are long enough for running text; a table that was copied cell by cell has its numbers too."""
    return mean(len(line.text) for line in lines) >= _MEAN_OF_PAGE


def _stands_inside(
    lines: Sequence[PageLine], kinds: Sequence[str], index: int, is_cut: Callable[[PageLine], bool]
) -> bool:
    """Whether a line stands in the middle of a sentence or beside the number of a page."""
    before = index - 1
    while before >= 0 and kinds[before]:
        if kinds[before] == "页码":
            return True
        before -= 1
    if index + 1 < len(lines) and kinds[index + 1] == "页码":
        return True
    return before >= 0 and is_cut(lines[before]) and not is_cut(lines[index])
