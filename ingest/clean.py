"""Raw text of a scraped or hard-wrapped file to clean blocks: titles, headings, paragraphs, captions, credits.

Only white space is changed inside a line; characters are never replaced, so that every quote is found in the file
again once white space is ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from retriever.names import PERSON


class Role(StrEnum):
    """What a block is in its article."""

    LINE = "line"
    """A short line without a full stop: a title, a heading or a part of a list."""
    HEADING = "heading"
    TEXT = "text"
    CAPTION = "caption"
    BYLINE = "byline"
    CREDIT = "credit"
    """Source, editor and the like, at the end or the beginning of an article."""
    RULE = "rule"
    """A separator between articles."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or line. `level` is that of a heading, 1 for the highest, also where it heads nothing and became
    text; 0 elsewhere.
    """

    text: str
    role: Role
    level: int = 0


_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ufffe]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a\u3000]+")

# Lines that web pages put around an article. Each must match the whole line.
_CHROME = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"打开\S{2,10}\s*(?:查看|阅读|观看|体验)\S{0,12}(?:\s\S{0,12})?",
        r"(?:网友\s*)?分享\s*(?:到|至|时间)?\s*[:：]?\s*(?:[\d\-: |/、]|微信|微博|QQ|朋友圈|空间|复制链接)*",
        r"点[个下]?(?:在看|赞|右下角)\S{0,8}[↓\s]*",
        r"(?:长按|扫描?|识别)\S{0,12}二维码\S{0,12}",
        r"[\W_]*(?:字号|字体)\s*[:：]?\s*[【\[]?\s*[大中小特\s|+\-A]*[】\]]?",
        r"(?:上一[篇页]|下一[篇页])\s*[:：]?.{0,40}",
        r"[【\[]?\s*(?:打印|关闭|收藏|返回顶部|打印本页|关闭窗口|我要纠错|分享|举报|评论|点赞)\s*[】\]]?"
        r"(?:\s*[|/]?\s*[【\[]?\s*(?:打印|关闭|收藏|返回顶部|打印本页|关闭窗口|我要纠错|分享|举报|评论|点赞)\s*[】\]]?)*",
        r"(?:当前位置|您(?:现在)?的位置|首页)\s*[:：>＞].*",
        r"(?:浏览|阅读|点击)(?:次数|量|数)?\s*[:：]?\s*\d+\s*次?",
        r"(?:相关|推荐|延伸|热门|猜你喜欢)\s*(?:阅读|推荐|新闻|报道|文章|链接)?\s*[:：]?",
        r"返回(?:搜狐|首页|列表)\S*",
        r"(?:微信|微博|QQ|朋友圈|空间|复制链接|\s|[|/、])+",
        r"特别声明[:：].*|免责声明[:：].*|.*版权所有(?![人者权]).*|.*ICP备(?:\d|案[序编]?号?\s*[:：]).*",
        r"下载|全屏|加大|减小|还原|放大|缩小|播放|暂停|目录|朗读|翻译",
        r"(?:展开全文|查看原文|阅读全文|收起|更多精彩\S{0,10})[>＞》↓\s]*",
    )
]
# Remains of scripts and counters: no letter at all, or only digits.
_NO_WORDS = re.compile(r"[^\w□■◆●]*|[\d\s.,:/\-]+")
# Such lines that are part of a sentence where a scraper or a fixed width broke it before and behind them.
_FIGURE = re.compile(r"\d[\d.,]*")
_LABEL_OF_FIGURE = re.compile(r"[^\W\d_][^\s，,。]{0,10}(?:[^\W\d_]|[）)：:])")
"""What stands over a figure of its own: 引进人数, 其中：."""
_MEASURE = re.compile(r"[数量额率比计次：:]$")
_COUNTER = re.compile(r"(?:浏览|阅读|点击|访问|点赞|评论|转发|收藏|分享|在看|热度|人气|字数|页码)(?:次数|量|数)?[:：]?")
_DATE_LINE = re.compile(
    r"(?:19|20)\d{2}\s?[-年./]\s?\d{1,2}\s?[-月./]\s?\d{1,2}\s?日?(?:\s?(?:星期|周).)?(?:\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_TABLE_ROW = re.compile(r"\|.+\|")
_CLOSING = re.compile(r"[。！？；：，、…”’」』）】》]+")
_SCRIPT = re.compile(r"(?:var|function|document\.|window\.|\$\()\W?.*[;{)}]\s*|</?[a-z][^>]*>", re.IGNORECASE)
_TAIL = re.compile(r"返回搜狐，查看更多\s*|责任编辑：\S{0,6}\s*$|举报/反馈\s*$")
_HEAD = re.compile(r"^(?:[\d\-:/ ]{0,20}，正文：)?\s*(?:原标题[:：]\s*)?")

_CREDIT = re.compile(
    r"[(（【\[]?\s*(?:来源|信息来源|稿件来源|编辑|责任编辑|责编|编审|审核|校对|校对人|总编|总编辑|值班编辑|监制|初审|复审|终审|供稿|撰稿|"
    r"发布时间|发布日期|时间|日期|作者|记者|通讯员)\s*[:：丨|]\s*\S.{0,40}"
)
_LABEL = re.compile(r"(?:地区|地点|时间|日期|体裁|文种|来源说明)\s*[:：]\s*\S.{0,80}")
_PICTURE_CREDIT = re.compile(
    r"[(（]?(?:本?[图文]片?|图文|照片|摄影)\S{0,4}(?:由.{2,24}提供|[/:：]\s?.{2,20}|来源.{2,20})[)）]?"
)
_BYLINE = re.compile(
    rf"[□■◆●]\s*.{{2,30}}|(?:本报|本刊)?(?:记者|通讯员|特约记者|作者|文)\s*[/:：]?\s*{PERSON}(?:[\s、]+(?:通讯员\s*)?{PERSON})*|"
    rf"{PERSON}(?:[\s、]+{PERSON})+"
)
_CAPTION_LINE = re.compile(
    r"(?:图为|图[一二三四五六七八九十\d①-⑩]+|[▲△▼◎]|[（(]图).*|.{4,30}(?:[（(【]?\S{2,8}\s*摄[)）】]?|现场图?|全景图?|外景图?|合影|截图|资料图|效果图)"
)
_INLINE_CAPTION = re.compile(r"(?<=[。！？!?”])\s*((?:图片|图为|图：|▲)[^。！？!?]{3,40})$")
_TERMINAL = re.compile(r"[。！？!?；;：:…][”’」』）)】》]*$|^[^“]*[。！？!?](?:[^\w\s]|[①-⑳])?$")
_OPEN_END = re.compile(r"[，,、（(“‘《]$")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_NUMBERED = (
    re.compile(r"(?:第[一二三四五六七八九十百]+[章节部分编]|[一二三四五六七八九十]{1,3}、)\s*\S"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]\s*\S"),
    re.compile(r"\d{1,2}\s*[.．、]\s*[^\d\s]"),
)
_RULE = re.compile(r"[-=_*—─]{4,}")
_LIST_ITEM = re.compile(r"(?:[-*+•·]|\d{1,2}[.．、)])\s+\S")

_SHORT = 40
"""Characters: an unterminated line up to this length is a title, heading or caption; a longer one was wrapped."""
_TOP_LINES = 8
"""Lines from the top among which the date of a page is looked for."""
_LONGEST_CHROME = 120
"""Characters: a longer line is text, whatever words it has in common with a page's frame."""
_IMAGE_GAP = 2
"""Blank lines more than usual before a line: a picture stood there."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    gap: int
    """Blank lines before it."""
    indented: bool
    row: bool = False
    """Whether it is a label with its figure."""
    dated: bool = False
    """Whether it is the date of a page, by its title."""


def clean(raw: str) -> list[Block]:
    """Return the blocks of a text, without the remains of web pages and with hard-wrapped lines joined again."""
    lines = [line for line in _with_figures(_with_date(_lines(raw))) if line.dated or _is_kept(line.text)]
    blocks: list[Block] = []
    for line in _join_wrapped(lines):
        blocks.extend(_blocks(line, usual_gap=_usual_gap(lines)))
    return blocks


def _lines(raw: str) -> list[_Line]:
    lines: list[_Line] = []
    gap = 0
    for raw_line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        visible = _INVISIBLE.sub("", raw_line)
        text = _TAIL.sub("", _HEAD.sub("", _SPACES.sub(" ", visible).strip())).strip()
        if text:
            lines.append(_Line(text, gap if lines else 0, visible.startswith(("\u3000\u3000", "    "))))
            gap = 0
        else:
            gap += 1
    return lines


def _with_date(lines: list[_Line]) -> list[_Line]:
    """Mark the line that is only a date and stands above the first sentence, as web pages have it by their title."""
    for index, line in enumerate(lines[:_TOP_LINES]):
        if len(line.text) > _SHORT or _TERMINAL.search(line.text):
            break
        if _DATE_LINE.fullmatch(line.text):
            days = sum("年" in other.text and bool(_DATE_LINE.fullmatch(other.text)) for other in lines)
            # Days that are the headings of a chronicle are many.
            if days < 2 or "年" not in line.text:
                return [*lines[:index], replace(line, dated=True), *lines[index + 1 :]]
    return lines


def _with_figures(lines: list[_Line]) -> list[_Line]:
    """Join a figure alone on its line to the label right over it; all others are left for `_join_wrapped`."""
    width = _wrap_width([line for line in lines if _is_kept(line.text) and not _is_fragment(line.text)])
    made: list[_Line] = []
    for line in lines:
        if made and not line.dated and _FIGURE.fullmatch(line.text) and _is_label_of_figure(made, width):
            label = made.pop()
            if not _COUNTER.fullmatch(label.text):
                made.append(_Line(f"{label.text} {line.text}", label.gap, label.indented, row=True))
        else:
            made.append(line)
    return made


def _is_label_of_figure(lines: list[_Line], width: int) -> bool:
    """Whether the last of `lines` is a label; a number under the title is the counter of a page."""
    label = lines[-1].text
    if not _LABEL_OF_FIGURE.fullmatch(label) or (not _is_kept(label) and not _COUNTER.fullmatch(label)):
        return False
    if len(lines) == 1 or lines[-2].dated:
        return bool(_MEASURE.search(label))
    return not _breaks_off(lines[-2].text, width) and not _breaks_off(label, width)


def _is_kept(text: str) -> bool:
    return not _is_chrome(text) or _is_fragment(text)


def _is_chrome(text: str) -> bool:
    if _RULE.fullmatch(text):
        return False
    return len(text) <= _LONGEST_CHROME and any(p.fullmatch(text) for p in (*_CHROME, _NO_WORDS, _SCRIPT))


def _is_fragment(text: str) -> bool:
    return bool(_FIGURE.fullmatch(text) or _CLOSING.fullmatch(text))


def _usual_gap(lines: list[_Line]) -> int:
    gaps = Counter(line.gap for line in lines[1:])
    return gaps.most_common(1)[0][0] if gaps else 0


def _join_wrapped(lines: list[_Line]) -> list[_Line]:
    """Join a line that breaks off in the middle of a sentence with its continuation; captions between them wait.

    A figure or a closing sign alone on its line counts where it goes on with a sentence and is page residue elsewhere.
    """
    width = _wrap_width([line for line in lines if not _is_fragment(line.text)])
    joined: list[_Line] = []
    waiting: list[_Line] = []
    figure = ""
    for line in lines:
        previous = joined[-1] if joined else None
        if previous is None or not _breaks_off(previous.text, width):
            figure = ""
            if line.dated or not _is_fragment(line.text):
                joined.append(line)
        elif _FIGURE.fullmatch(line.text) and not line.dated:
            figure += line.text
        elif _CLOSING.fullmatch(line.text) or _may_continue(line, width):
            text = _glue(previous.text, figure + line.text)
            joined[-1], figure = _Line(text, previous.gap, previous.indented), ""
            if not _breaks_off(joined[-1].text, width):
                joined.extend(waiting)
                waiting = []
        elif _could_be_caption(line) and len(waiting) < 3:
            waiting.append(line)
        else:
            joined.extend([*waiting, line])
            waiting, figure = [], ""
    return joined + waiting


def _wrap_width(lines: list[_Line]) -> int:
    """Return from which length on an unterminated line counts as wrapped.

    A text wrapped at a fixed width shows in most of its lines being equally long and ending anywhere.
    """
    open_lines = [len(line.text) for line in lines if not _TERMINAL.search(line.text)]
    if len(lines) >= 8 and len(open_lines) > 0.5 * len(lines):
        width, _ = Counter(open_lines).most_common(1)[0]
        near = sum(abs(length - width) <= 2 for length in open_lines)
        if width >= 12 and near > 0.6 * len(open_lines):
            return width - 2
    return _SHORT + 1


def _breaks_off(text: str, width: int) -> bool:
    if _TERMINAL.search(text) or _CREDIT.fullmatch(text) or _RULE.fullmatch(text) or _MARKDOWN_HEADING.match(text):
        return False
    if _INLINE_CAPTION.search(text) or _TABLE_ROW.fullmatch(text):
        return False
    return bool(_OPEN_END.search(text)) or len(text.rpartition("\n")[2]) >= width


def _may_continue(line: _Line, width: int) -> bool:
    if line.indented or _heading_level(line.text) or _BYLINE.fullmatch(line.text) or _CREDIT.fullmatch(line.text):
        return False
    if line.row or line.dated or _TABLE_ROW.fullmatch(line.text):
        return False
    if _LIST_ITEM.match(line.text) or _RULE.fullmatch(line.text):
        return False
    return bool(_TERMINAL.search(line.text)) or len(line.text) >= width


def _could_be_caption(line: _Line) -> bool:
    if line.row or line.dated or _TABLE_ROW.fullmatch(line.text):
        return False
    return len(line.text) <= _SHORT and not _TERMINAL.search(line.text) and not _heading_level(line.text)


def _glue(left: str, right: str) -> str:
    latin = left[-1].isascii() and left[-1].isalpha() and right[0].isascii() and right[0].isalpha()
    return f"{left} {right}" if latin else left + right


def _heading_level(text: str) -> int:
    if match := _MARKDOWN_HEADING.match(text):
        return len(match[1])
    if len(text) > _SHORT or _TERMINAL.search(text):
        return 0
    for level, pattern in enumerate(_NUMBERED, start=1):
        if pattern.match(text):
            return level + 1
    return 0


def _blocks(line: _Line, usual_gap: int) -> list[Block]:
    text = line.text
    if _RULE.fullmatch(text):
        return [Block(text, Role.RULE)]
    if match := _MARKDOWN_HEADING.match(text):
        return [Block(match[2], Role.HEADING, len(match[1]))]
    if line.row or _TABLE_ROW.fullmatch(text):
        return [Block(text, Role.TEXT)]
    if (
        line.dated
        or _PICTURE_CREDIT.fullmatch(text)
        or _LABEL.fullmatch(text)
        or (_CREDIT.fullmatch(text) and len(text) <= _SHORT)
    ):
        return [Block(text, Role.CREDIT)]
    if _BYLINE.fullmatch(text):
        return [Block(text, Role.BYLINE)]
    if level := _heading_level(text):
        return [Block(text, Role.HEADING, level)]
    if match := _INLINE_CAPTION.search(text):
        return [Block(text[: match.start()], Role.TEXT), Block(match[1], Role.CAPTION)]
    if len(text) <= _SHORT and not _TERMINAL.search(text) and not _LIST_ITEM.match(text):
        is_caption = line.gap >= usual_gap + _IMAGE_GAP or _CAPTION_LINE.fullmatch(text)
        return [Block(text, Role.CAPTION if is_caption else Role.LINE)]
    return [Block(text, Role.TEXT)]
