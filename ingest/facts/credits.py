"""Who wrote a text and where it was taken from, as bylines, first and last words of an article tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rjieba

from ingest.facts.official import closed_up_name
from retriever.names import PERSON

_COMPOUND = "欧阳|司马|上官|诸葛|尉迟|皇甫|东方|慕容|司徒|夏侯|令狐|宇文|长孙|端木|公孙|申屠|钟离"
_NAME = re.compile(rf"{PERSON}|(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{1,3}}[某×xX]{{1,2}}")
_AUTHOR_ROLE = (
    r"(?:本报|本刊|本网|全媒体|融媒体|见习|实习|特约|首席|驻站)*(?:记者|通讯员|实习生)|"
    r"作者(?!单位|简介|[系为是])|撰稿|撰文|采写|执笔|文字"
)
_OTHER_ROLE = (
    r"(?:流程|责任|值班|视频|新媒体|美术|图文)?编\s?辑|责编|美编|编审|主编|总编(?:辑)?|统筹|策划|审\s?核|校\s?对|监\s?制|制\s?作|"
    r"[一二三初复终]审|摄影(?:报道)?|供图|图片|版式|排版|签发|来源|稿源|转自|责任|图源|版权|视觉|编排|文图|文/图|图/文"
)
_ROLE = re.compile(
    rf"(?P<author>{_AUTHOR_ROLE}|(?<![\u4e00-\u9fff])文(?=\s?[/:：丨|]))|(?P<other>{_OTHER_ROLE}|图(?=\s?[/:：]))"
)
_BULLET = re.compile(r"^[□■◆●]\s*")
_SEPARATOR = re.compile(r"[\s、，,/:：;；丨|&＆]+")
_AFTER_ROLE = tuple(" \u3000/:：丨|")
"""What sets a name apart from the role before it, so that it may be an ordinary word as well: 记者：高洁."""
_SOURCE = re.compile(
    r"(?<![图据])(?:来源|稿源|发布单位|发文机关|供稿(?:单位)?)\s*[:：丨|]\s*(?P<named>[^，,。；;!！(（)）】\]\s丨|]{2,30}(?:[（(][^（()）]{2,16}[)）])?)"
    r"|转自\s*[:：丨|]\s*(?P<taken>[^，,。；;!！)）】\]\s丨|]{2,20})"
)
_NOT_OF_TEXT = re.compile(r"(?:图片|照片|数据|资料|视频|素材|经费|资金|生源|人才)$")
_MEDIA = (
    r"(?:日报|晚报|晨报|早报|时报|商报|快报|都市报|青年报|法治报|经济报|教育报|工人报|周报|周刊|月刊|导报|党建|党建网|新闻网|日报网|"
    r"[\u4e00-\u9fff]网|客户端|电视台|广播电视台|新闻|新华社|中新社|通讯社|杂志|报社|融媒体?中心|先锋网|在线|融媒|[\u4e00-\u9fff]报)"
)
_IS_MEDIA = re.compile(rf"[^、]*{_MEDIA}(?:[－—-][\u4e00-\u9fff]{{2,6}}|[\u4e00-\u9fff]{{1,3}}|[)）]|\w{{1,6}})?")
_MEDIA_AND_NAME = re.compile(rf"(.{{2,12}}{_MEDIA}){PERSON}")
_OF_HEAD = re.compile(
    rf"\s*[（(【\[]?\s*(?:来源|稿源)\s*[:：丨|]\s*([\u4e00-\u9fff]{{0,10}}?{_MEDIA}(?:[－—-][\u4e00-\u9fff]{{2,4}}频道)?)"
)
"""A source in front of a text that goes on without a space."""
_PORTAL = re.compile(
    r"网络|互联网|搜狐|网易|新浪|腾讯|凤凰|百度|头条|微信|微博|公众号|抖音|综合|整理|本网|本站|原创|未知|匿名"
)
_AGENCIES = "新华社|新华网|中新社|中新网|人民网|央广网|央视网|光明网|人民日报|光明日报|经济日报|中国新闻网|中国青年报"
_DATELINE = re.compile(
    rf"(?:(?P<paper>{_AGENCIES})|(?:^|(?<=[\s。！？!?]))(?P<local>(?!据)[\u4e00-\u9fff]{{2,4}}?(?:日报|晚报|晨报|早报|时报|商报|都市报|新闻网|网))"
    r"|本报|本网|本刊)(?:客户端)?(?P<place>[\u4e00-\u9fff]{0,12}?)(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:电|讯|消息)"
    r"(?=[\s（(：:，,]|记者|[\u4e00-\u9fff])"
)
_BRACKET = re.compile(r"[（(【\[]([^（()）】\]]{2,80})[)）】\]]")
_HEAD = 160
"""Characters of the first paragraph in which its reporters and its newspaper are looked for."""
_TAIL = 140
_NO_NAME = re.compile(r"全文|单位|待续|[上下]同|后略|[下后]转|高清|.{1,2}[台办馆局委部处厅室院所校队站]$")
"""What begins like a surname: the last words of a text, an office such as 文明办."""
_ORDINARY = ("n", "a", "ad", "an", "v", "vn", "d", "b", "c", "t")
"""Tags of words that are no names: 任务, 严格."""
_PHOTOGRAPHED = ("摄", "摄影", "供图", "/摄")


@dataclass(frozen=True, slots=True)
class Credits:
    """What the frame of an article tells of those who made it."""

    authors: tuple[str, ...] = ()
    origin: str = ""
    paper: str = ""
    """The newspaper or agency that the first words name."""
    dateline: str = ""
    """The place between that name and the date: 达州 in 本报达州3月5日电."""
    dateline_end: int = 0
    """Where the dateline ends in the first paragraph."""
    pressed: bool = False
    """Whether reporters, a newspaper or an agency are named."""


def read_credits(bylines: Iterable[str], lines: Iterable[str], first: str, last: str) -> Credits:
    """Return who made an article and where it was taken from.

    Args:
        bylines: lines that name its authors.
        lines: other lines around it, such as 来源：达州日报.
        first: its first paragraph.
        last: its last paragraph.
    """
    bylines, lines = list(bylines), list(lines)
    head, tail = first[:_HEAD], _last_words(last)
    dateline = _DATELINE.search(head)
    authors = [
        *(name for line in bylines for name in _of_byline(line)),
        *(name for line in lines for name, _ in _by_role(line)),
        *_of_head(head, dateline.end() if dateline else -1),
        *_of_tail(tail),
    ]
    origin = next((found for text in (*lines, *bylines) if (found := origin_in(text))), "")
    if not origin:
        of_head = _OF_HEAD.match(head)
        origin = of_head[1] if of_head else origin_in(tail)
    paper = (dateline["paper"] or dateline["local"] or "") if dateline else ""
    reported = any("记者" in text for text in (*bylines, *lines, tail)) or any(
        "记者" in bracket for bracket in _BRACKET.findall(head)
    )
    return Credits(
        tuple(dict.fromkeys(authors)), origin, paper, dateline["place"] if dateline else "",
        dateline.end() if dateline else 0,
        bool(dateline) or reported or is_media(origin),
    )  # fmt: skip


def origin_in(text: str) -> str:
    """Return what a line or some last words name as the source of a text."""
    for match in _SOURCE.finditer(text):
        if match["named"] and _NOT_OF_TEXT.search(text[: match.start()]):
            continue
        named = match["named"] or match["taken"]
        cut = _ROLE.search(named)
        if signed := _MEDIA_AND_NAME.fullmatch(named):
            return signed[1]
        named = (named[: cut.start()] if cut and cut.start() else named).strip("“”《》【[ ：:")
        if len(named) >= 2 and not named.startswith("于"):
            return named
    return ""


def is_media(name: str) -> bool:
    """Whether a name is that of a newspaper, an agency or the like, not of a portal that takes texts from others."""
    return bool(name) and bool(_IS_MEDIA.fullmatch(name)) and not _PORTAL.search(name)


def names_role(line: str) -> bool:
    """Whether a line says what somebody did for the text: 记者, 编辑."""
    return bool(_ROLE.search(line))


def _of_byline(line: str) -> Iterator[str]:
    if bullet := _BULLET.match(line):
        rest = line[bullet.end() :]
        if not names_role(rest):
            yield from (name for name in _SEPARATOR.split(closed_up_name(rest)) if name)
            return
        line = rest
    if not names_role(line):
        words = [word for word in _SEPARATOR.split(closed_up_name(line).strip("（()） ")) if word]
        if any(is_person(word) for word in words):
            yield from (word for word in words if not _NO_NAME.match(word))
        return
    yield from (name for name, _ in _by_role(line, whole=True))


def _of_head(head: str, after: int) -> Iterator[str]:
    """Yield the reporters in brackets at the beginning, or those right behind the name of the newspaper."""
    for match in _BRACKET.finditer(head):
        roles = [name for name, _ in _by_role(match[1])]
        yield from roles
        if not roles and 0 <= match.start() - after <= 2:
            yield from _names(match[1])
    if after >= 0 and (named := re.match(r"\s*记者[\s:：]+[^，,。（(]{2,30}", head[after:])):
        yield from (name for name, _ in _by_role(named[0]))


def _of_tail(tail: str) -> Iterator[str]:
    named = [name for name, _ in _by_role(tail)]
    yield from named
    if not named and (match := re.fullmatch(r"\s*[（(]([^（()）]{2,30})[)）]\s*", tail)):
        yield from _names(match[1])


def _by_role(text: str, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the names behind the roles of authors; those behind other roles are left out.

    In a line that is a byline as a `whole`, what stands behind a role is a name; elsewhere it has to look like one.
    """
    roles = list(_ROLE.finditer(text))
    for number, role in enumerate(roles):
        if not role["author"]:
            continue
        end = roles[number + 1].start() if number + 1 < len(roles) else len(text)
        segment = text[role.end() : end]
        if number + 1 < len(roles) and not segment.strip(" 、/:：丨|\u3000"):
            continue
        for name in _names(segment, plain=whole):
            yield name, role[0]


def _names(segment: str, *, plain: bool = False) -> list[str]:
    """Return the personal names that a stretch of text begins with; none where it is something else."""
    found: list[str] = []
    for word in _SEPARATOR.split(closed_up_name(segment.strip(" \u3000:：/丨|（()）【】[]"))):
        bare = re.match(r"[\u4e00-\u9fff×·]*", word)
        name = bare[0] if bare else ""
        is_name = bool(_NAME.fullmatch(name)) or (plain and 2 <= len(name) <= 4)
        is_name = is_name and not _NO_NAME.match(name) and (plain or segment[:1] in _AFTER_ROLE or is_person(name))
        if word in _PHOTOGRAPHED:
            return []
        if not is_name:
            break
        found.append(name)
        if len(name) != len(word):
            break
    return found


def is_person(name: str) -> bool:
    """Whether a word that begins like a personal name is one, not an office or an ordinary word."""
    if _NO_NAME.match(name):
        return False
    # Without its model of unknown words: with it, every name is a word.
    is_word = len(rjieba.cut(name, False)) == 1
    return not (is_word and rjieba.tag(name)[0][1] in _ORDINARY)


def _last_words(paragraph: str) -> str:
    """Return what stands behind the last sentence of a paragraph."""
    end = paragraph[-_TAIL:]
    cuts = [match.end() for match in re.finditer(r"[。！？!?…][”’」』）)]*|^", end)]
    for cut in reversed(cuts):
        if end[cut:].strip():
            return end[cut:]
    return ""
