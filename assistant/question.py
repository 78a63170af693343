"""What a question names and what it asks for, by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import rjieba

from retriever.names import quoted_names
from retriever.places import Gazetteer, Mention
from retriever.text import fold


class Ask(StrEnum):
    """What kind of answer a question wants."""

    NUMBER = "number"
    MONEY = "money"
    PERSON = "person"
    DATE = "date"
    UNIT = "unit"
    LIST = "list"
    COMPARE = "compare"
    DEFINITION = "definition"
    PRECEDENT = "precedent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart.

    `names` are things that must stand in the evidence as they are written: programmes, documents, quoted terms.
    `terms` are the other words that carry meaning. `measures` are the measure words after 多少 and 几.
    """

    text: str
    asks: frozenset[Ask]
    places: tuple[Mention, ...]
    names: tuple[str, ...]
    years: tuple[str, ...]
    terms: tuple[str, ...]
    measures: tuple[str, ...]
    spread: bool
    """Whether the answer is to be gathered from several places: 哪些地方, 各有多少."""


_ASKS: tuple[tuple[Ask, str], ...] = (
    (Ask.COMPARE, r"不同|区别|差别|差异|异同|比较|对比|相比|分别[^由]{0,6}(?:是?多少|有哪些|是什么)|各[有是为]?多少|哪些(?:地方|地区|区县?|城市|地市)"),
    (Ask.DEFINITION, r"什么意思|含义|指的?是?什么|(?:是|叫)什么(?:意思|活动|计划|工程|制度|平台|政策|概念|$|[？?])|是做什么|何谓|什么叫|什么是|怎么理解|如何理解"),
    (Ask.LIST, r"哪些|哪[一二两三四五六七八九十几\d]+[个种项条类支大方点步位家]|有什么|包括什么|哪几|分别由|什么(?:做法|措施|举措|经验|渠道|方式)"),
    (Ask.PRECEDENT, r"有没有|有无|先例|案例|例子|经验可循|是否有|借鉴"),
    (Ask.MONEY, r"多少钱|多少资金|多少经费|多少[万亿]?元|金额|花了多少|拨付了?多少|补贴了?多少"),
    (Ask.NUMBER, r"多少|几[个名人项次场套篇家支种位批岁年届所条间处座期门对万百千]|多高|多大|多长|比例|占比|数量|人数|率是"),
    (Ask.PERSON, r"谁|哪位|什么人|哪个人|叫什么名字"),
    (Ask.DATE, r"什么时候|何时|哪[一]?[年月天日]|几月|时间是|多久|什么时间"),
    (Ask.UNIT, r"哪个(?:单位|部门|机构|组织|学校|高校|企业|公司)|哪些(?:单位|部门|机构|学校|高校)|什么(?:单位|部门|机构)|设在哪|在哪里?"),
)  # fmt: skip
_MEASURE = re.compile(r"(?:多少|几)(?!乎)([\u4e00-\u9fff]{1,6})")
_SPREAD = re.compile(r"哪些(?:地方|地区|区县?|城市|地市)|哪[个几](?:区|县|市|地方)|各有?多少|有没有(?:哪|地方|单位)")
_PART_OF_NAME = re.compile(r"(?:[\u4e00-\u9fff]{0,4}(?:大学|学院|银行|集团|公司|日报|晚报))")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|$|\D)")
_NAMED = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9+]{2,10}?(?:计划|工程|行动|制度|品牌|智库|大赛|论坛|学院|书院|驿站|讲堂|夜校|专项|条例|办法)"
)
_STOP = frozenset(
    ["的", "了", "是", "在", "和", "与", "及", "或", "有", "里", "中", "上", "下", "为", "对", "把", "被", "将", "从", "到", "由", "向", "给", "让", "帮", "用", "以", "于", "按", "就", "都", "也", "还", "又", "很", "更", "最", "吗", "呢", "吧", "啊", "呀", "么", "这", "那", "哪", "哪些", "哪个", "哪位", "哪里", "哪种", "谁", "什么", "怎么", "怎样", "怎么样", "如何", "多少", "几个", "几", "几项", "几支", "几名", "几种", "为什么", "是否", "有没有", "可以", "能", "能否", "会", "要", "想", "请", "请问", "告诉", "介绍", "一下", "一共", "总共", "共", "共有", "分别", "各", "各自", "其中", "以及", "等", "个", "名", "人", "位", "项", "次", "场", "套", "篇", "家", "支", "条", "种", "些", "一", "一个", "这个", "那个", "该", "该区", "我", "我们", "你", "您", "他", "她", "它", "它们", "他们", "其", "之", "时候", "时间", "情况", "方面", "地方", "问题", "相关", "有关", "关于", "提到", "进行", "开展", "做", "办", "搞", "弄", "去", "来", "里面", "目前", "现在", "今年", "去年", "建了", "签了", "没有", "先例", "例子", "案例", "做法", "具体", "主要", "内容", "意思", "指", "含义", "区别", "不同", "比较", "对比", "同志", "名字", "担任", "职务", "结果", "后果", "需要", "规定", "称", "称为", "叫", "叫做", "三地", "两地", "多高", "多大", "使用", "哪些地方"]
)  # fmt: skip


class QuestionReader:
    """Reads questions with the knowledge of which names and places the library holds."""

    def __init__(self, gazetteer: Gazetteer, quoted: Iterable[str], places: Iterable[str]) -> None:
        """Prepare.

        Args:
            gazetteer: place names.
            quoted: names that stand in quotation marks somewhere in the library.
            places: place names that stand somewhere in the library.
        """
        self._gazetteer = gazetteer
        self._quoted = frozenset(name for name in map(fold, quoted) if _is_distinctive(name))
        self._places = frozenset(places)

    def read(self, text: str) -> Question:
        """Take a question apart."""
        plain = text.strip()
        mentions = self._gazetteer.find_in_question(plain, self._places)
        places = tuple(m for m in mentions if not _PART_OF_NAME.match(plain, m.end))
        asks = frozenset(ask for ask, pattern in _ASKS if re.search(pattern, plain)) or frozenset({Ask.OTHER})
        names = tuple(self._names(plain, places))
        return Question(
            text=plain,
            asks=asks,
            places=places,
            names=names,
            years=tuple(dict.fromkeys(_YEAR.findall(plain))),
            terms=tuple(_terms(plain, places)),
            measures=tuple(dict.fromkeys(m for m in _MEASURE.findall(plain))),
            spread=bool(_SPREAD.search(plain)),
        )

    def _names(self, text: str, places: tuple[Mention, ...]) -> Iterable[str]:
        found = dict.fromkeys(quoted_names(text))
        folded = fold(text)
        found.update(dict.fromkeys(sorted((n for n in self._quoted if n in folded), key=len, reverse=True)))
        bare = _without(text, places)
        for match in _NAMED.finditer(bare):
            words = [word for word in rjieba.cut(match[0]) if word not in _STOP]
            name = "".join(words[-3:])
            if len(name) >= 4 and name in bare and _is_distinctive(name):
                found.setdefault(name)
        kept: list[str] = []
        for name in found:
            if not any(fold(name) in fold(other) for other in kept):
                kept.append(name)
        return kept


def _is_distinctive(name: str) -> bool:
    """Whether a name is more than one ordinary word, so that it must be meant as a name where it stands."""
    if len(name) < 3:
        return False
    tagged = rjieba.tag(name)
    return len(tagged) > 1 and not all(tag in ("v", "vn", "uj", "d", "p", "c") for _, tag in tagged)


def _without(text: str, places: Iterable[Mention]) -> str:
    for mention in reversed(list(places)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return text


def _terms(text: str, places: Iterable[Mention]) -> Iterable[str]:
    for word in dict.fromkeys(rjieba.cut(fold(_without(text, places)))):
        if word in _STOP or not re.search(r"\w", word):
            continue
        if len(word) > 1 or word.isdigit() or word.isascii():
            yield word
