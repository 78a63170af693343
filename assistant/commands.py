"""What a person may ask of the answer before: 再详细点, 只看2023年的, 换成表格, 来源是哪一年的."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.schema import Turn
from retriever.text import narrow, squeeze

_POLITE = r"(?:请|麻烦|能不能|能否|可不可以|可以|帮我|那么?|再|都|能|就|我|想|还)*"
_END = r"(?:吗|吧|呢|么|一下|好吗|谢谢|[\s。？?！!,，])*$"
_DETAIL = re.compile(
    rf"^{_POLITE}(?:说|讲|写|回答|介绍)?得?(?:再|更)?(?:详细|具体|详尽|展开)(?:地?(?:说|讲|写|介绍)+)?(?:一?[点些下])?(?:的|说明)?{_END}"
    rf"|^{_POLITE}多(?:说|讲|写)一?[点些]{_END}"
)
_TABLE = re.compile(
    rf"^{_POLITE}(?:把(?:它|这些?|上面的?|以上的?)(?:内容|结果|回答)?)?(?:换成?|改成?|变成|做成?|整理成|列成?|转成|用|以)(?:一?[个张])?表格?(?:的?形式)?"
    rf"(?:来?(?:列|展示|表示|显示|说|写|给)(?:出来?|我)?)?{_END}"
)
_YEAR = re.compile(
    rf"^{_POLITE}(?:只|仅|就)(?:想|要)?(?:看|要|查|找|说|保留|限)(?:于|定)?(?P<first>(?:19|20)\d{{2}})年?"
    rf"(?:(?:[—\-－~～至到])(?P<last>(?:19|20)\d{{2}})年?|(?P<open>以[后来]|之后|起)|(?P<until>以前|之前))?"
    rf"(?:的|内|度)?(?:资料|材料|数据|文件|内容|情况)?{_END}"
)
_DATES = re.compile(
    rf"^{_POLITE}(?:这[些个条份]?|上面|以上|它们?)?的?(?:(?:来源|出处|资料|材料|数据|数字|文件)(?:都|分别)?是?|(?<=这)是)(?:哪一?[年天月]|什么时候|何时)的?{_END}"
)


class Wish(StrEnum):
    """What is wanted of the answer before."""

    DETAIL = "detail"
    TABLE = "table"
    YEARS = "years"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class Command:
    """A wish; `from_year` and `to_year` bound what is looked at, None where that is open."""

    wish: Wish
    from_year: int | None = None
    to_year: int | None = None


def command_of(text: str) -> Command | None:
    """Return the wish that a turn says, None where it is a question of its own."""
    plain = squeeze(narrow(text))
    if match := _YEAR.match(plain):
        first = int(match["first"])
        if match["until"]:
            return Command(Wish.YEARS, None, first)
        if match["open"]:
            return Command(Wish.YEARS, first, None)
        return Command(Wish.YEARS, *sorted((first, int(match["last"] or first))))
    for wish, pattern in ((Wish.DETAIL, _DETAIL), (Wish.TABLE, _TABLE), (Wish.DATES, _DATES)):
        if pattern.match(plain):
            return Command(wish)
    return None


def question_before(history: Sequence[Turn]) -> tuple[str, Sequence[Turn], Command | None]:
    """Return the last question of a conversation that is no wish, the turns before it, and the years wished since."""
    years: Command | None = None
    for at in range(len(history) - 1, -1, -1):
        turn = history[at]
        if turn.role == "user" and turn.content.strip():
            command = command_of(turn.content)
            if command is None:
                return turn.content.strip(), history[:at], years
            if command.wish is Wish.YEARS and years is None:
                years = command
    return "", (), None


def without_wishes(history: Sequence[Turn]) -> list[Turn]:
    """Return the turns of a conversation but the wishes, which are no subject that a later turn could go on with."""
    return [turn for turn in history if turn.role != "user" or command_of(turn.content) is None]
