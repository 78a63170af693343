"""Web pages: the article with its title, date and source, without what the site puts around it."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence

import trafilatura
from lxml import etree, html

from core.errors import EmptyFileError
from core.schema import Origin
from ingest.cleaning.blocks import Removed
from ingest.formats.containers import damage_named
from ingest.formats.decode import decode
from ingest.formats.pageblocks import Block, blocks_of, lines_of, without_unseen
from ingest.formats.sniff import Content, content_of
from ingest.lines import Limits, Line, Problem, RawText

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTENT = re.compile(
    r"(?:trs_(?:editor|uepreview|view)\S*|zoom|ucap-content|pages_content|view|rich_media_content|js_content|artibody|"
    r"(?:article|news|detail|info|doc|page|main|text|wen|wz|xl|con|arc|art|post|entry|nr|zw)[-_]?(?:content|text|txt|body|con|cont|main|nr|box)|"
    r"content[-_]?(?:text|txt|body|main|box)?|article|neirong|nr|zw|zhengwen|bt_content|entry)",
    re.IGNORECASE,
)
_CHROME_NAME = re.compile(
    r"(?:^|[-_ ])(?:nav\w*|menu\w*|bread\w*|crumbs?|dqwz|share\w*|bdshare\w*|fenxiang|social\w*|related?\w*|xgxw|xgyd|"
    r"xglj|relnews|recommend\w*|tuijian|ranking|foot\w*|copyright|side(?![-_]?note)\w*|aside|comments?|pinglun|tool\w*|print|dayin|"
    r"qr\w*|ewm|erweima|pag(?:er|ination|es?nav)|search\w*|login|topbar|logo|advert\w*|zihao|fontsize)(?:$|[-_ ]|\d)",
    re.IGNORECASE,
)
_VAGUE_NAME = re.compile(
    r"(?:^|[-_ ])(?:location|position|wz|hot|prev|next|top|header|banner|links?|friend\w*|ads?|gg|tips|back\w*|crm|"
    r"statement|shengming|guide)(?:$|[-_ ]|\d)",
    re.IGNORECASE,
)
"""Names that a frame has, but also a part of an article: they count outside it only."""
_WORD_PAGE = re.compile(r"(?:Word)?Section\d+")
"""The class that Word and WPS give to each section of a document that they save as a web page."""
_PARTS_OF_TEXT = frozenset(
    {"p", "li", "ul", "ol", "pre", "blockquote", "center", "table", "tbody", "tr"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "menu"})
_BUTTON = (
    r"(?:打印|关闭|收藏|纠错|我要纠错|返回顶部|打印本页|关闭窗口|打印此页|关闭本页|分享|分享到|推荐|举报|评论|点赞|"
    r"大|中|小|默认|超大)"
)
_NETWORK = "(?:微信|微博|新浪微博|QQ空间|QQ|朋友圈|复制链接)"
_NEIGHBOUR = "(?:上一[篇条页]|下一[篇条页]|责任编辑电话|相关(?:新闻|阅读|链接|文章|报道|稿件|推荐))"
_CHROME_LINE = re.compile(
    r"(?=您|当前|现在|.*(?:首页|[>＞]))您?(?:当前|现在)?的?(?:所在)?位置\s*[:：>＞].*|首页\s*[:：>＞].*|"
    rf"[\[【（(]?\s*{_BUTTON}(?:[\s|/\]\[】【（）()]*{_BUTTON})*\s*[\]】）)]?|"
    rf"(?:分享(?:到|至)?|字号|字体)(?:大小)?(?:[\s:：\[【（(][^。]{{0,60}}|(?:{_BUTTON}|{_NETWORK})*)|扫一扫[^。]{{0,60}}|"
    rf"{_NEIGHBOUR}+(?:[\s:：>＞|].{{0,60}}|(?:没有|已经?是).{{0,10}})?|"
    rf"(?:{_NETWORK}|[\s|/、])+",
)
"""A line of the frame by its words: behind the name of a tool comes a sign or nothing, not the rest of a sentence."""
_LINKED_NEIGHBOUR = re.compile(rf"{_NEIGHBOUR}.*")
_COUNTER = re.compile(
    r"(?:浏览|阅读|点击|访问|人气)(?:次数|量|数)?|字体(?:大小)?|字号|打印|关闭|分享(?:到|至)?|收藏|纠错|保护视力色|背景色|朗读|视力保护色|扫一扫"
)
_LABEL = re.compile(
    r"(?P<label>发布(?:时间|日期|机构|单位|者|人)|发文(?:日期|机关|字号|单位)|成文日期|索引号|主题分类|公开日期|有效性|文\s*号|更新(?:时间|日期)|"
    r"(?:信息|稿件|文章|新闻|内容)?来\s*源|(?:时间|日期|作者|记者|编辑|责任编辑|责编|审核|校对|撰稿|供稿|通讯员|信息员|初审|复审|终审)|"
    r"浏览(?:次数|量|数)?|阅读(?:次数|量|数)?|点击(?:次数|量|数)?|访问(?:次数|量)?|人气|字体(?:大小)?|字号|分享(?:到|至)?|"
    r"打印(?:本页)?|关闭(?:窗口)?|收藏|纠错|保护视力色|背景色|朗读|扫一扫)\s*(?:[:：]|(?=[\s\[【|]|$))"
)
_DATE = re.compile(
    r"(?:19|20)\d{2}\s?[-年./]\s?\d{1,2}\s?[-月./]\s?\d{1,2}\s?日?(?:\s*(?:星期|周).)?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_SUBTITLE = re.compile(r"——|—|--|[（(](?:19|20)\d{2}年")
_SUBTITLE_NAME = re.compile(r"sub|futi|fbt|yinti|ybt|jianjie|daodu|zhaiyao|abstract|summary|lead", re.IGNORECASE)
_NO_TITLE = re.compile(r"[。；：，:;,]$|版权所有|ICP|^\W|[|｜]")
_UNDER_TITLE = re.compile(r"[：:]$|^\S{0,15}[〔\[［【（(](?:19|20)\d{2}[〕\]］】）)]\s*(?:第\s*)?\d+\s*号$")
"""A line that may stand between a title and the first sentence: whom a document addresses, its number."""
_SURE_TITLE = 10
"""Characters: a shorter title that a page declares but does not show is often the name of the site."""
_SITE_TITLE = re.compile(r"(?:人民政府|网站|门户)$")
_SITE = re.compile(r"\s*(?:[-_|–—―·丨>＞]|::)+\s*")
_SITE_WORD = re.compile(
    r"网|政府|门户|频道|日报|晚报|新闻|中心|在线|首页|动态|要闻|平台|之窗|人民|新华|资讯|公告|党建|工作|局$|委$|部$|厅$|办$"
)
_TITLE_METAS = ("ArticleTitle", "og:title", "twitter:title", "title")
_DATE_METAS = ("PubDate", "publishdate", "article:published_time", "og:release_date", "firstpublishedtime", "PubDate1")
_ISO_DATE = re.compile(r"((?:19|20)\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_ATTACHMENT = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|txt|jpe?g|png)(?:$|[?#])", re.IGNORECASE)
_OF_ATTACHMENTS = re.compile(r"附\s*件")
_OVER_ATTACHMENTS = re.compile(r"(?:相关)?附\s*件(?:下载|列表|清单)?\s*[:：]?")
_SENTENCE = re.compile(r"[，。；：、！？]")
_SENTENCE_END = re.compile(r"[。！？][”’」』）)】》]*$")
_DATE_IN_WORDS = re.compile(r"[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日")
_EDGES = " |\u3000\u00a0"
_LONGEST_UNLABELLED = 60
_LONGEST_INFO = 300
_LONGEST_TITLE = 120
_LONGEST_SIGNATURE = 30
_FEWEST_TEASERS = 3
_BEGINNING = 20
_LONGEST_TEASER = 250
_MOST_NAMED = 50
_FEW = 25
"""Characters: a page with less text than that besides its links holds no article."""


def read(data: bytes, source: str, limits: Limits) -> Iterator[RawText | Problem]:
    """Yield the one text of a page; see `ingest.lines.Reader`."""
    if content_of(data) not in (Content.HTML, Content.OTHER):
        # Imported here, as it sends files on to this module in its turn.
        from ingest.formats.legacy import read_as_it_is

        yield from read_as_it_is(data, source, limits, Content.HTML)
        return
    yield page_text(decode(data), source)


def page_text(text: str, source: str) -> RawText:
    """Return the article of a page whose bytes are decoded already.

    Raises:
        EmptyFileError: the page holds none; the message tells what it is instead.
        DamagedFileError: it cannot be parsed.
    """
    markup = _XML_DECLARATION.sub("", text).replace("\x00", "")
    if not markup.strip():
        raise EmptyFileError("文件是空的，没有可索引的文字。")
    with damage_named():
        tree = html.document_fromstring(markup, parser=html.HTMLParser(no_network=True, huge_tree=False))
        page = _Page(tree, markup)
        lines = page.lines()
    if not lines:
        raise EmptyFileError(_why_empty(tree, page))
    date = "" if page.has_date else page.declared_date
    return RawText(tuple(lines), source, date=date, removed=tuple(page.removed))


class _Page:
    def __init__(self, tree: etree._Element, markup: str) -> None:
        self._metas = _metas(tree)
        self._titles = [self._metas[name] for name in map(str.lower, _TITLE_METAS) if self._metas.get(name)]
        self._titles.extend("".join(title.itertext()).strip() for title in tree.iter("title"))
        self.is_frameset = any(True for _ in tree.iter("frameset", "frame", "iframe"))
        self.has_date = False
        self.removed: list[Removed] = []
        """What `lines` has left out."""
        body = tree.find("body")
        without_unseen(tree)
        self.blocks = blocks_of(body if body is not None else tree)
        self._kept = _trafilatura_text(markup)
        self._vague: set[etree._Element] = set()
        self._written: set[etree._Element] = set()
        self._chrome = self._find_chrome()

    @property
    def declared_date(self) -> str:
        """The date that the page declares of itself; empty without one."""
        for name in _DATE_METAS:
            if match := _ISO_DATE.search(self._metas.get(name.lower(), "")):
                year, month, day = match.groups()
                return f"{year}-{int(month):02d}-{int(day):02d}"
        return ""

    def lines(self) -> list[Line]:
        """Return the title, the lines of date and source, and the article; nothing where there is no article."""
        weights = [self._weight(block) for block in self.blocks]
        taken = [block for block, weight in zip(self.blocks, weights, strict=True) if weight]
        has_text = sum(len(block.text) for block in taken) >= _FEW or any(block.row for block in taken)
        if not has_text and not self._short_article():
            return []
        content = self._content(weights)
        inside = [index for index, block in enumerate(self.blocks) if self._is_in(block, content)]
        first = next((index for index in inside if weights[index]), inside[0] if inside else 0)
        title_index, title = self._title(first)
        tail = self._tail(content, inside)
        blocks: list[Block] = []
        if title:
            element = self.blocks[0].element
            blocks.append(Block(title, element, level=1))
        for index, block in enumerate(self.blocks):
            if index == title_index:
                continue
            is_head = title_index is not None and title_index < index < first
            is_body = (
                self._is_in(block, content) or index in tail or self._is_lead(block, index, title_index, first, weights)
            )
            info = _info_lines(block, is_body or first - 15 < index < first, is_head)
            if info and index > first and weights[first] and _rest(block.text, info):
                # Behind the first sentence a count or a word of a tool is a part of the text.
                info = []
            if info:
                self.has_date |= any(_DATE.search(line) for line in info)
                blocks.extend(Block(line, block.element) for line in info)
                self._leave_out(_rest(block.text, info), "计数和按钮")
            elif _is_chrome_line(block) or (self._is_chrome(block) and not self._is_inner(block, content)):
                self._leave_out(block.text, "网页框架")
            elif not is_body:
                self._leave_out(block.text, "正文以外")
            elif _without_space(block.text) == _without_space(title):
                self._leave_out(block.text, "重复的标题")
            else:
                if block.level == 1 and title:
                    block.level = 2
                blocks.append(block)
        return list(lines_of(blocks))

    def _leave_out(self, text: str, reason: str) -> None:
        if text:
            self.removed.append(Removed(text, reason, Origin()))

    def _find_chrome(self) -> frozenset[etree._Element]:
        """Return the parts of the page that are a frame by their name or their many links."""
        text: dict[etree._Element, int] = {}
        links: dict[etree._Element, int] = {}
        linked: set[etree._Element] = set()
        total = 0
        for block in self.blocks:
            size = len(block.text) if _is_prose(block) else 0
            total += size
            for ancestor in block.ancestors:
                text[ancestor] = text.get(ancestor, 0) + size
                links[ancestor] = links.get(ancestor, 0) + block.link_length
            if block.link_first or block.link_length * 2 > len(block.text):
                linked.update(block.ancestors)
        chrome: set[etree._Element] = set()
        for element, size in text.items():
            if _is_list_of_teasers(element, linked):
                chrome.add(element)
            if size * 3 > total:
                continue
            names = f"{element.get('id', '')} {element.get('class', '')}"
            if element.tag in _CHROME_TAGS or self._is_list_of_links(element, links):
                chrome.add(element)
            elif _CHROME_NAME.search(names):
                chrome.add(element)
                if size * 2 >= _size(element) and next(element.iter("a"), None) is None:
                    self._written.add(element)
            elif _VAGUE_NAME.search(names):
                chrome.add(element)
                self._vague.add(element)
        return frozenset(chrome)

    def _is_list_of_links(self, element: etree._Element, links: dict[etree._Element, int]) -> bool:
        if element.tag not in ("ul", "ol", "dl", "div", "section", "td", "table", "p"):
            return False
        anchors = list(element.iter("a"))
        if len(anchors) < 3 or any(_ATTACHMENT.search(anchor.get("href", "")) for anchor in anchors):
            return False
        if _is_list_of_attachments(element):
            return False
        return links.get(element, 0) > 0.6 * _size(element)

    def _is_chrome(self, block: Block) -> bool:
        return not self._chrome.isdisjoint(block.ancestors)

    def _is_inner(self, block: Block, content: Sequence[etree._Element]) -> bool:
        """Whether a block seems to be of the frame only by its name, but is a part of the article.

        A vague name is enough within the article; a sure one is if the part holds prose without links, as a footnote
        does, and what holds the article is named as such, so that it is not the whole page with its footer.
        """
        frames = self._chrome & block.ancestors
        named = [one for one in content if _is_content_name(one)]
        return frames <= self._vague | self._written and any(
            _is_inside(frame, one) for frame in frames for one in (named if frame in self._written else content)
        )

    def _is_in(self, block: Block, content: Sequence[etree._Element]) -> bool:
        return any(element in block.ancestors for element in content)

    def _weight(self, block: Block) -> float:
        """Return how much a block counts in the search for the article: what trafilatura takes counts in full."""
        if self._is_chrome(block) or not (_is_prose(block) or block.row) or _is_chrome_line(block):
            return 0.0
        if _info_lines(block, is_near=True, is_head=True):
            return 0.0
        size = float(len(block.text))
        if block.row:
            return size / 2
        return size if not self._kept or _without_space(block.text)[:40] in self._kept else size / 3

    def _short_article(self) -> bool:
        """Whether a part of the page that is text by its name has some of its own, however short."""
        return any(
            (_is_content_name(element) or _is_word_page(element))
            and not self._is_chrome(block)
            and block.link_length * 2 < len(block.text)
            for block in self.blocks
            if len(block.text) > 5
            for element in block.ancestors
        )

    def _content(self, weights: list[float]) -> list[etree._Element]:
        """Return the parts of the page that together hold the article."""
        held: dict[etree._Element, float] = {}
        for block, weight in zip(self.blocks, weights, strict=True):
            for ancestor in block.ancestors:
                held[ancestor] = held.get(ancestor, 0.0) + (weight or 0.01)
        total = sum(weights)
        named = [element for element, weight in held.items() if weight >= 1 and _is_content_name(element)]
        named = sorted(named, key=held.__getitem__, reverse=True)[:_MOST_NAMED]
        inner = [one for one in named if not any(held[o] > 0.9 * held[one] and _is_inside(o, one) for o in named)]
        outer = [one for one in inner if not any(_is_inside(one, other) for other in inner)]
        if outer and sum(held[element] for element in outer) >= 0.85 * total:
            return outer
        whole = max(held.values(), default=0.0)
        wide = [element for element, weight in held.items() if weight >= 0.92 * (total or whole)]
        if not wide:
            return []
        found = max(wide, key=_depth)
        # An article of one paragraph is more than that: its list of attachments, its signature. A document that Word
        # saved has a part for each of its sections.
        while (found.tag in _PARTS_OF_TEXT or _is_word_page(found)) and found.getparent() is not None:
            found = found.getparent()
        return [found]

    def _is_lead(self, block: Block, index: int, title_index: int | None, first: int, weights: list[float]) -> bool:
        """Whether a block outside the article belongs to it: a subtitle, a summary, or a part that stands elsewhere."""
        if self._kept and weights[index] >= 40 and _without_space(block.text)[:40] in self._kept:
            return True
        if title_index is None or not title_index < index < first:
            return False
        names = f"{block.element.get('id', '')} {block.element.get('class', '')}"
        return bool(_SUBTITLE.match(block.text) or block.level or _SUBTITLE_NAME.search(names))

    def _tail(self, content: Sequence[etree._Element], inside: Sequence[int]) -> set[int]:
        """Return the blocks behind the article that belong to it: sentences, who signs, the date, attachments."""
        tail: set[int] = set()
        is_under_name = False
        for index in reversed(self._behind(content, inside)):
            block = self.blocks[index]
            is_date = bool(_DATE.fullmatch(block.text) or _DATE_IN_WORDS.fullmatch(block.text))
            is_name = is_under_name and len(block.text) <= _LONGEST_SIGNATURE and not _SENTENCE.search(block.text)
            if is_date or is_name or _is_attachment(block) or _SENTENCE_END.search(block.text):
                tail.add(index)
            is_under_name = is_date or is_name
        return tail

    def _behind(self, content: Sequence[etree._Element], inside: Sequence[int]) -> list[int]:
        """Return the blocks behind the article up to the first link to another one.

        They stand in the smallest part of the page that is an article by its name and goes on there.
        """
        if not inside:
            return []
        last = inside[-1]
        article = next(element for element in content if element in self.blocks[last].ancestors)
        more = self.blocks[last + 1] if last + 1 < len(self.blocks) else None
        around = [one for one in article.iterancestors() if more and one in more.ancestors and _is_content_name(one)]
        found: list[int] = []
        for index in range(last + 1, len(self.blocks) if around else 0):
            block = self.blocks[index]
            if around[0] not in block.ancestors:
                break
            if _is_chrome_line(block):
                continue
            if block.link_length * 2 > len(block.text) and not _is_attachment(block):
                break
            if not self._is_chrome(block):
                found.append(index)
        return found

    def _title(self, first: int) -> tuple[int | None, str]:
        """Return the index of the block that is the title of the page, if one is, and the title."""
        declared = [_without_space(title) for title in self._titles]
        candidates: list[tuple[int, int, Block]] = []
        for index, block in enumerate(self.blocks[: first + 1]):
            text = _without_space(block.text)
            if not 4 <= len(text) <= _LONGEST_TITLE or block.link_length * 2 > len(text):
                continue
            if any(title.startswith(text) for title in declared):
                candidates.append((3 if block.level else 2, index, block))
            elif block.level == 1 and not self._is_chrome(block):
                candidates.append((1, index, block))
        if candidates:
            _, index, block = max(candidates, key=lambda c: (c[0], len(c[2].text), c[1]))
            return index, block.text
        title = next((title for title in map(_without_site, self._titles) if len(title) >= 4), "")
        is_sure = len(title) >= _SURE_TITLE and not _SITE_TITLE.search(title)
        if not is_sure and (place := self._unmarked_title(first)) is not None:
            return place, self.blocks[place].text
        return None, title

    def _unmarked_title(self, first: int) -> int | None:
        """Return the index of the line right over date and source, or over the article where there are none."""
        for index in range(first - 1, max(-1, first - 15), -1):
            block = self.blocks[index]
            if self._is_chrome(block) or _info_lines(block, True) or _is_chrome_line(block):
                continue
            if _UNDER_TITLE.search(block.text):
                continue
            is_title = 6 <= len(block.text) <= 60 and not block.row and not block.link_length
            return index if is_title and not _NO_TITLE.search(block.text) else None
        return None


def _is_list_of_attachments(element: etree._Element) -> bool:
    """Whether an element, or the line over it, says that attachments follow."""
    over = element.getprevious()
    if over is not None and _OVER_ATTACHMENTS.fullmatch(_beginning(over)):
        return True
    return bool(_OF_ATTACHMENTS.match(_beginning(element)))


def _is_attachment(block: Block) -> bool:
    """Whether a line names an attachment or links to one."""
    if _OF_ATTACHMENTS.match(block.text) or _ATTACHMENT.search(block.text):
        return True
    if any(_ATTACHMENT.search(anchor.get("href", "")) for anchor in block.element.iter("a")):
        return True
    return block.link_length > 0 and any(map(_is_list_of_attachments, block.ancestors))


def _beginning(element: etree._Element) -> str:
    """Return the first words of an element."""
    text = ""
    for piece in element.itertext():
        text += piece.strip()
        if len(text) > _BEGINNING:
            break
    return text


def _is_list_of_teasers(element: etree._Element, linked: Container[etree._Element]) -> bool:
    """Whether an element lists other articles, each with a linked title and a few words of it.

    Args:
        element: the part of the page that may be one.
        linked: the parts that hold a line which begins with a link or is one for the most part.
    """
    children = [child for child in element.iterchildren() if isinstance(child.tag, str)]
    if len(children) < _FEWEST_TEASERS or element.tag in ("p", "tr", "span"):
        return False
    kinds = Counter((child.tag, child.get("class", "")) for child in children)
    (kind, count), *_ = kinds.most_common(1)
    if count < _FEWEST_TEASERS or kind[0] not in ("div", "li", "dl", "dd", "article", "section"):
        return False
    items = [child for child in children if child in linked and (child.tag, child.get("class", "")) == kind]
    return sum(map(_is_teaser, items)) * 5 >= count * 4 and not _is_list_of_attachments(element)


def _is_teaser(element: etree._Element) -> bool:
    text = _without_space("".join(element.itertext()))
    links = [link for link in element.iter("a") if not _ATTACHMENT.search(link.get("href", ""))]
    titles = [_without_space("".join(link.itertext())) for link in links]
    return len(text) <= _LONGEST_TEASER and any(len(title) >= 6 for title in titles)


def _is_chrome_line(block: Block) -> bool:
    """Whether a line is of the frame wherever it stands: a button, the way to the page, a link to the next article."""
    if _CHROME_LINE.fullmatch(block.text):
        return True
    return block.link_length * 2 > len(block.text) and bool(_LINKED_NEIGHBOUR.fullmatch(block.text))


def _is_prose(block: Block) -> bool:
    """Whether a block reads like a part of an article, not like a label or a link."""
    length = len(block.text)
    return block.link_length * 3 <= length and (length >= 20 or (length >= 8 and bool(_SENTENCE.search(block.text))))


def _is_content_name(element: etree._Element) -> bool:
    names = [element.get("id", ""), *element.get("class", "").split()]
    return element.tag == "article" or any(_CONTENT.fullmatch(name) for name in names)


def _is_word_page(element: etree._Element) -> bool:
    return _WORD_PAGE.fullmatch(element.get("class", "")) is not None


def _size(element: etree._Element) -> int:
    """Return how many characters an element holds, without white space."""
    return sum(len("".join(text.split())) for text in element.itertext())


def _is_inside(element: etree._Element, other: etree._Element) -> bool:
    return any(ancestor is other for ancestor in element.iterancestors())


def _depth(element: etree._Element) -> int:
    return sum(1 for _ in element.iterancestors())


def _trafilatura_text(markup: str) -> str:
    """Return what trafilatura takes for the article, without white space; empty where it finds none."""
    found = trafilatura.extract(
        markup, include_comments=False, include_tables=True, include_links=False, favor_recall=True, output_format="txt"
    )
    return _without_space(found or "")


def _info_lines(block: Block, is_near: bool, is_head: bool = False) -> list[str]:
    """Return date, source and the like from a line under the title, one for each; empty where it is no such line."""
    text = block.text
    if not is_near or len(text) > _LONGEST_INFO or block.row or block.level:
        return []
    labels = list(_LABEL.finditer(text))
    if not labels:
        date = _DATE.search(text) if len(text) <= _LONGEST_UNLABELLED else None
        if date is None or (not _DATE.fullmatch(text) and (not is_head or _SENTENCE.search(text))):
            return []
        return [
            part for part in (text[: date.start()].strip(_EDGES), date[0], text[date.end() :].strip(_EDGES)) if part
        ]
    before = text[: labels[0].start()].strip(_EDGES)
    if before and not _DATE.fullmatch(before) and (len(labels) < 2 or "。" in before):
        return []
    if len(text) > 80 and len(labels) < 3:
        return []
    lines = [before] if before else []
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        part = text[label.start() : following.start() if following else len(text)].strip(_EDGES + "[]【】/")
        if _COUNTER.match(label["label"]) or not part[len(label[0]) :].strip():
            continue
        lines.append(part)
    return lines


def _rest(text: str, parts: Sequence[str]) -> str:
    """Return what is left of a line without some parts of it."""
    for part in parts:
        text = text.replace(part, " ", 1)
    return " ".join(text.split()).strip(_EDGES + "[]【】/")


def _without_site(title: str) -> str:
    """Return a declared title without the name of the site and of its sections behind it."""
    parts = [part for part in _SITE.split(title.strip()) if part]
    while len(parts) > 1 and (_SITE_WORD.search(parts[-1]) or len(parts[-1]) <= 6):
        parts.pop()
    kept = parts[-1] if parts else ""
    end = title.rfind(kept) + len(kept)
    return title[:end].strip()


def _metas(tree: etree._Element) -> dict[str, str]:
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        if name and meta.get("content", "").strip():
            metas.setdefault(name, meta.get("content").strip())
    return metas


def _without_space(text: str) -> str:
    return "".join(text.split())


def _why_empty(tree: etree._Element, page: _Page) -> str:
    characters = sum(len(_without_space(block.text)) for block in page.blocks)
    if characters < _FEW:
        what = "框架" if page.is_frameset else "脚本"
        return f"网页文件里没有正文（内容由{what}另外载入）；请在浏览器里打开正文后另存网页再试。"
    return "网页里没有正文，只有栏目或链接列表；请改用文章本身的页面。"
