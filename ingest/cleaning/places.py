"""Which lines stand where an article has its authors and its labels: under its title, or behind its last words.

The same lines inside the text belong to it: names under a prize, time and place of a meeting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from ingest.cleaning.blocks import Block, Role
from retriever.names import PERSON

DATE_LINE = re.compile(
    r"(?:19|20)\d{2}\s?[-年./]\s?\d{1,2}\s?[-月./]\s?\d{1,2}\s?日?(?:\s?(?:星期|周).)?(?:\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
STAMPED = re.compile(rf"(?:原创\s+)?[^\s:：][^:：]{{1,30}}\s(?:{DATE_LINE.pattern})\s*(?:(?:发表于)?\s*\S{{2,4}})?")
"""Who and when in one line: a signature, or what WeChat has under a title: 江山组工 2024-01-05 18:00 浙江."""
NAMES = re.compile(rf"{PERSON}(?:[\s、]+{PERSON})+|(?:记者|通讯员|作者){PERSON}(?:[\s、]+{PERSON})*")
"""Names alone, or right behind a word for what they do: authors in some places, anybody elsewhere."""
LABEL = re.compile(r"[（(【\[]?\s*(?:地区|地点|时间|日期|体裁|文种|来源说明)\s*[:：丨|]\s*\S.{0,80}")
"""What is told of a text under its title, and of a meeting in a notice of it."""
_OF_EVENT = re.compile(r"[（(【\[]?\s*(?:时间|日期|地点)")
_WORK = re.compile(
    r"(?:编\s?辑|审核|审核人|审稿|校对|校对人|主编|编委|监制|签发|审签|一审|二审|三审|初审|复审|终审|美编|作者|记者|通讯员)\s*[:：]\s*(?P<who>.*)"
)
"""Credits whose words also name steps of a procedure and speakers of an interview."""
_WHO = re.compile(
    r"[\u4e00-\u9fff]{1,4}(?:[\s、/]+[\u4e00-\u9fff]{1,4}){0,5}(?:\s+[\u4e00-\u9fff]{2,4}[:：]\s*\S.{0,40})?[)）】]?"
)
_ANNOUNCES = re.compile(r"如下|以下|下列|名单|人员|成员|个人|同志|代表|[奖组队班：:、]$")
"""Words before names that are those of a list."""
_ENDS = re.compile(r"[。！？!?…][”’」』）)]*$")
_CALL = re.compile(r"[^。！？!?]{4,38}[！？!?]")
"""A title that calls or asks, as those of WeChat do."""
_FRAME = (Role.CREDIT, Role.BYLINE, Role.CAPTION)
_TITLE_LINES = 4
_LEAST_TITLE = 12
"""Characters of a title under a heading of which names may still stand, and of one that follows an article."""
_LEAST_ARTICLE = 250
"""Characters of running text before and behind the end of an article in a file of several."""
_BYLINE_LINES = 2
_HEAD_LINES = 8
"""Blocks between which a title and its byline, or the last sentence and what follows the article, are looked for."""
_LAST_WORDS = 40


def placed(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with those bylines and credits turned to text that stand where text stands."""
    if not blocks:
        return []
    beside = zip([None, *blocks[:-1]], blocks, [*blocks[1:], None], strict=True)
    blocks = [_titled(block, above, below) for above, block, below in beside]
    made: list[Block] = []
    lengths = [0, *accumulate(len(block.text) * (block.role is Role.TEXT) for block in blocks)]
    top = 0
    """Where the article begins."""
    for index, block in enumerate(blocks):
        if _begins(block, made, lengths[index] > lengths[top]):
            top = index
        in_head = lengths[index] == lengths[top]
        made.append(_placed(blocks, index, top, lengths, in_head=in_head))
    return made


def _titled(block: Block, above: Block | None, below: Block | None) -> Block:
    """Return a block as the title where it calls or asks, first of all, over the credits of a page."""
    is_first = above is None or above.role is Role.RULE
    if not (
        is_first and below and below.role is Role.CREDIT and block.role is Role.TEXT and _CALL.fullmatch(block.text)
    ):
        return block
    return replace(block, role=Role.LINE)


def _begins(block: Block, above: Sequence[Block], has_text: bool) -> bool:
    """Whether an article begins behind a rule, with a title of the format, or below the credits of another one."""
    if block.role is Role.RULE or (block.role is Role.HEADING and block.level == 1):
        return True
    return has_text and block.role is Role.LINE and bool(above) and above[-1].role in (Role.CREDIT, Role.BYLINE)


def _placed(blocks: Sequence[Block], index: int, top: int, lengths: Sequence[int], *, in_head: bool) -> Block:
    block = blocks[index]
    below = blocks[index + 1] if index + 1 < len(blocks) else None
    if block.role is Role.LINE and DATE_LINE.fullmatch(block.text) and ":" in block.text:
        # No signature has a time of day.
        ends = below is None or below.role in (*_FRAME, Role.RULE) or (below.role, below.level) == (Role.HEADING, 1)
        return replace(block, role=Role.CREDIT) if ends else block
    if block.role is Role.BYLINE and NAMES.fullmatch(block.text):
        is_byline = _stands_under_title(blocks, index, top) if in_head else _stands_at_end(blocks, index, top, lengths)
        return block if is_byline else replace(block, role=Role.TEXT)
    if block.role is not Role.CREDIT:
        return block
    if STAMPED.fullmatch(block.text):
        return block if in_head else replace(block, role=Role.LINE)
    if LABEL.fullmatch(block.text):
        is_credit = in_head and not (_OF_EVENT.match(block.text) and _is_of_event(blocks, index))
    elif work := _WORK.fullmatch(block.text):
        is_credit = bool(_WHO.fullmatch(work["who"])) or lengths[-1] == lengths[index]
    else:
        return block
    return block if is_credit else replace(block, role=Role.TEXT)


def _stands_under_title(blocks: Sequence[Block], index: int, top: int) -> bool:
    """Whether names stand alone between a title and its text; those of a list stand under what they are."""
    if index - top > _HEAD_LINES:
        return False
    above = blocks[top:index]
    titles = [block for block in above if block.role not in (*_FRAME, Role.RULE)]
    names = any(block.role is Role.BYLINE and NAMES.fullmatch(block.text) for block in above)
    if names or len(titles) > _TITLE_LINES or (titles and _ANNOUNCES.search(titles[-1].text)):
        return False
    behind = [block.role for block in blocks[index + 1 : index + 1 + _TITLE_LINES] if block.role not in _FRAME]
    if behind[:1] == [Role.TEXT]:
        return True
    # Over a title, or between one and the first heading.
    return Role.TEXT in behind and (not titles or len(titles[-1].text) >= _LEAST_TITLE)


def _stands_at_end(blocks: Sequence[Block], index: int, top: int, lengths: Sequence[int]) -> bool:
    """Whether names follow the last sentence of an article."""
    above = next((i for i in range(index - 1, max(top, index - _HEAD_LINES) - 1, -1) if not _is_frame(blocks[i])), top)
    below = next(
        (i for i in range(index + 1, min(len(blocks), index + _HEAD_LINES)) if not _is_frame(blocks[i])), len(blocks)
    )
    last = blocks[above]
    names = sum(block.role is Role.BYLINE for block in blocks[above + 1 : below][:_HEAD_LINES])
    if names > _BYLINE_LINES or last.role is not Role.TEXT or not _ENDS.search(last.text):
        return False
    if _ANNOUNCES.search(last.text[-_LAST_WORDS:].rstrip("。！？")):
        return False
    if below == len(blocks) or blocks[below].role is Role.RULE:
        return True
    title = blocks[below]
    if title.role is Role.HEADING:
        return title.level == 1
    long = min(lengths[index] - lengths[top], lengths[-1] - lengths[index]) >= _LEAST_ARTICLE
    return title.role is Role.LINE and len(title.text) >= _LEAST_TITLE and long


def _is_frame(block: Block) -> bool:
    return block.role in _FRAME


def _is_of_event(blocks: Sequence[Block], index: int) -> bool:
    """Whether one of the labels beside a label tells where something takes place."""
    first = last = index
    while first > 0 and blocks[first - 1].role is Role.CREDIT and index - first < _TITLE_LINES:
        first -= 1
    while last < len(blocks) and blocks[last].role is Role.CREDIT and last - index < _TITLE_LINES:
        last += 1
    labels = [block.text for block in blocks[first:last]]
    return any(text.lstrip("（(【[ ").startswith("地点") for text in labels) and not any(
        text.startswith("地区") for text in labels
    )
