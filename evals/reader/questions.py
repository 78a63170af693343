"""Questions that rules make from a sentence, in several styles: full, short, in other words, for precedents.

They need not be beautiful: they teach the reader what in a sentence answers a question of this kind, in the language of
the field, where no human questions are to be had.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import rjieba

from core.schema import Metadata
from retriever.names import PERSON
from retriever.places import short_name
from retriever.text import fold

_FIGURE = re.compile(
    r"(?:超过|超|近|约|逾|达|累计|共)?\d[\d,.]*[余多]?[万亿千百]*[余多]?(?P<unit>平方米|公里|人次|场次|万元|亿元|元|[人名位个项次场套篇家支条种批件处座户亩吨间块天倍类张份辆期])"
)
_CLAUSE_END = re.compile(r"[，；。：！？,;]")
_DATE = re.compile(
    r"^(?:近日，)?(?P<date>(?:\d{4}年)?\d{1,2}月\d{1,2}日|今年以来|去年|\d{4}年(?:以来)?)，(?P<rest>.{8,40}?)[，。；]"
)
_SAYS = re.compile(
    rf"(?P<who>[\u4e00-\u9fff]{{2,14}}?{PERSON})(?P<verb>表示|介绍说?|说|指出|强调|坦言|告诉记者)[，：:]?(?P<what>.{{6,}})"
)
_NAMED = re.compile(r"“(?P<name>[^“”，。]{2,16})”")
_MEASURE = re.compile(
    r"(?P<verb>推行|建立|实施|开展|探索|打造|出台|设立|组建|启动|推出|制定|搭建|举办|创新)了?(?P<what>“[^”，]{2,14}”|[\u4e00-\u9fff]{0,14}?)"
    r"(?P<kind>机制|制度|模式|行动|工程|计划|活动|平台|办法|措施|队伍|体系|基金|培训班|专班|清单|政策|品牌|项目)"
)
_BEGINNING = re.compile(
    r"^(?:据悉|据介绍|据统计|截至目前|目前|近年来|同时|此外|其中|今年以来|近日|接下来|下一步|为此)[，,]?"
)
_LISTED = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]+[)）、.]|[一二三四五]是|其[一二三四])\s*")
_BY = re.compile(r"通过|采取|依托|借助|围绕|按照|利用|以.{2,12}(?:为|方式|形式|模式)")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_CREDITS = re.compile(r"来源|编辑|记者|通讯员|供图|转载|摄影|讯[（(]")
_VERBS = ("v", "vn", "vd")
_KEYWORDS = 0.06
_LONGEST = 48
_SHORTEST = 6

_SAYINGS = (
    ("引进", "招来"), ("培训", "上课学习"), ("补贴", "补助"), ("补助", "补贴"), ("举办", "办"), ("开展", "搞"),
    ("设立", "成立"), ("成立", "设立"), ("选派", "派出"), ("选拔", "挑选"), ("考核", "考评"), ("奖励", "奖金"),
    ("企业", "公司"), ("高校", "大学"), ("干部", "公务人员"), ("人才", "专业人员"), ("群众", "老百姓"),
    ("村民", "村里人"), ("帮助", "帮"), ("解决", "处理"), ("建设", "建"), ("建立", "设"), ("覆盖", "涵盖"),
    ("收入", "赚的钱"), ("住房", "房子"), ("子女", "孩子"), ("青年", "年轻人"), ("老年人", "老人"), ("资金", "钱"),
    ("投入", "花"), ("邀请", "请"), ("走访", "上门看"), ("招聘", "招人"), ("就业", "找工作"),
    ("毕业生", "刚毕业的学生"), ("参加", "参与"), ("负责", "管"), ("出台", "发布"), ("印发", "发布"),
    ("发放", "发"), ("创业", "办企业"), ("服务", "帮忙"), ("党员", "党内同志"), ("基层", "一线"), ("一线", "基层"),
    ("提升", "提高"), ("增加", "多了"), ("减少", "少了"), ("教师", "老师"), ("医生", "大夫"), ("农民", "种地的人"),
    ("会议", "会"), ("调研", "下去了解情况"), ("任命", "任用"), ("免职", "撤下"), ("处分", "处罚"),
    ("技术", "技能"), ("项目", "工程"), ("场地", "地方"), ("免费", "不要钱"), ("每月", "一个月"), ("每年", "一年"),
)  # fmt: skip


def questions_about(sentence: str, meta: Metadata, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield pairs of a question and the part of `sentence` that answers it."""
    if _CREDITS.search(sentence):
        return
    place = chance.choice(
        (meta.place, meta.district or meta.city or meta.province, short_name(meta.district or meta.city))
    )
    for question, answer in _plain(sentence, chance):
        if not _SHORTEST <= len(question) <= _LONGEST:
            continue
        if place and place not in question and chance.random() < 0.6:
            question = f"{place}{question}"
        if chance.random() < 0.5:
            question = in_other_words(question, chance)
        yield question, answer


def _plain(sentence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    sentence = _LISTED.sub("", sentence)
    yield from _how_many(sentence, chance)
    if match := _DATE.match(sentence):
        asking = chance.choice(
            ("{}是什么时候？", "什么时候{}？", "{}是哪一年的事？" if "年" in match["date"] else "{}是哪天？")
        )
        yield asking.format(match["rest"]), match["date"]
    if match := _SAYS.search(sentence):
        yield f"谁{match['verb']}{_clause(match['what'])}？", match["who"]
    for match in _NAMED.finditer(sentence):
        if re.match(r"[，、]?(?:是指|是|即|，就是|，指|旨在|通过|采取|以)", sentence[match.end() :]):
            asking = chance.choice(("“{}”是什么？", "什么是{}？", "{}是什么意思？", "“{}”怎么做的？"))
            yield asking.format(match["name"]), match[0]
    for match in _MEASURE.finditer(sentence):
        others = [c for c in map(_clean, _CLAUSE_END.split(sentence)) if 5 <= len(c) <= 24 and match[0] not in c]
        if others:
            asking = chance.choice(
                ("{1}{2}了什么{3}来{0}？", "为了{0}，{1}了哪些{3}？", "{0}方面有什么{3}？", "有没有{0}的{3}先例？")
            )
            yield asking.format(chance.choice(others), match["verb"], "", match["kind"]), match[0]
    yield from _how(sentence, chance)
    yield from _keywords(sentence, chance)


def _how(sentence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield questions for ways, ends and precedents, from the clauses of a sentence."""
    clauses = [_clean(clause) for clause in _CLAUSE_END.split(sentence)]
    deeds = [clause for clause in clauses if 6 <= len(clause) <= 26 and rjieba.tag(clause)[0][1] in _VERBS]
    if _BY.search(sentence) and deeds:
        asking = chance.choice(("怎样{}？", "如何{}？", "怎么{}？", "靠什么{}？", "{}用了什么办法？"))
        yield asking.format(deeds[-1]), sentence
    elif deeds and chance.random() < 0.4:
        asking = chance.choice(
            ("有没有地方{}？", "哪里{}？", "谁{}？", "有没有{}的先例？", "{}的是哪个地方？", "为什么{}？")
        )
        yield asking.format(chance.choice(deeds)), sentence


def _keywords(sentence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    if chance.random() > _KEYWORDS:
        return
    tagged = rjieba.tag(sentence)
    words = [word for word, tag in tagged if len(word) > 1 and tag[0] in "nvl" and _HAN.fullmatch(word)]
    words = list(dict.fromkeys(words))
    if len(words) >= 5:
        some = [words[i] for i in sorted(chance.sample(range(len(words)), chance.choice((3, 4, 5))))]
        yield chance.choice(("{}", "{}情况")).format(" ".join(some)), sentence


def _how_many(sentence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    for match in _FIGURE.finditer(sentence):
        if match.start() and re.match(r"[A-Za-z第“《年月日.\d\-—]", sentence[match.start() - 1]):
            continue
        start = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, match.start())), default=0)
        end = next((m.start() for m in _CLAUSE_END.finditer(sentence, match.end())), len(sentence))
        before, after = sentence[start : match.start()], sentence[match.end() : end]
        if len(before) + len(after) < 5 and start:
            earlier = max((m.end() for m in _CLAUSE_END.finditer(sentence, 0, start - 1)), default=0)
            before = sentence[earlier : start - 1] + before
        unit = match["unit"]
        asking = chance.choice(
            (f"多少{unit}", f"几{unit}" if len(unit) == 1 and unit not in "元亩吨倍" else f"多少{unit}")
        )
        if unit in ("万元", "亿元", "元"):
            asking = chance.choice(("多少钱", "多少资金", "多少元", f"多少{unit}"))
        yield f"{_clean(before)}{asking}{after}？", match[0]
        if before and chance.random() < 0.3:
            yield f"{_clean(before)}数量", match[0]


def _clean(clause: str) -> str:
    return _BEGINNING.sub("", clause.strip("“”‘’ 、"))


def _clause(text: str) -> str:
    return _CLAUSE_END.split(text.lstrip("，：“"), maxsplit=1)[0][:24]


def in_other_words(question: str, chance: random.Random) -> str:
    """Return a question with some of its words put otherwise, as people ask who have not read the text."""
    for word, saying in chance.sample(_SAYINGS, len(_SAYINGS)):
        if word in question and chance.random() < 0.7:
            question = question.replace(word, saying, 1)
    return question


# --- Traps: the same question of something else ----------------------------------------------------------------

_YEAR = re.compile(r"(?:19|20)\d{2}(?=年)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNIT_ASKED = re.compile(r"多少(?P<unit>人次|[人名位个项次场套家支元亩]|万元|亿元|钱)")
_DEED = re.compile(r"(?<![没未不])(?=引进|选派|建成|完成|发放|开展|设立|参加|获得|解决|出台|举办|入选|实施)")
_NAME_TAGS = ("nr", "ns", "nt", "nz", "nrt", "nrfg")


class Exchange:
    """Exchanges one thing in a question for another of its kind, so that what answered it answers it no longer."""

    def __init__(self, questions: list[str]) -> None:
        """`questions` are where the other things come from."""
        self._names: dict[str, list[str]] = {}
        for question in questions:
            for word, tag in rjieba.tag(question):
                if tag in _NAME_TAGS and len(word) > 1:
                    self._names.setdefault(tag, []).append(word)
            self._names.setdefault("quoted", []).extend(m["name"] for m in _NAMED.finditer(question))

    def trap(self, question: str, text: str, chance: random.Random) -> str:
        """Return `question` with one thing exchanged that `text` does not hold; empty where nothing can be."""
        made = [one for one in self._all(question, fold(text), chance) if one and one != question]
        return chance.choice(made) if made else ""

    def _all(self, question: str, text: str, chance: random.Random) -> Iterator[str]:
        for word, tag in rjieba.tag(question):
            if tag in _NAME_TAGS and len(word) > 1 and fold(word)[:2] in text:
                yield self._put(question, word, tag, text, chance)
        for match in _NAMED.finditer(question):
            yield self._put(question, match["name"], "quoted", text, chance)
        if year_named := _YEAR.search(question):
            year = str(int(year_named[0]) + chance.choice((-3, -2, -1, 1, 2)))
            yield "" if year in text else question.replace(year_named[0], year)
        elif (number_named := _NUMBER.search(question)) and number_named[0] in text:
            number = str(int(float(number_named[0]) * chance.choice((2, 3))) + chance.choice((1, 2, 5)))
            yield "" if number in text else question.replace(number_named[0], number, 1)
        if unit := _UNIT_ASKED.search(question):
            units = [
                other
                for other in ("万元", "套", "家", "场次", "亩", "人")
                if other not in text and other != unit["unit"]
            ]
            yield question.replace(unit[0], f"多少{chance.choice(units)}") if units else ""
        if (deed := _DEED.search(question)) and not re.search("没有|未|不", text):
            yield f"{question[: deed.start()]}没有{question[deed.start() :]}"

    def _put(self, question: str, word: str, tag: str, text: str, chance: random.Random) -> str:
        for other in chance.sample(self._names.get(tag, []), min(8, len(self._names.get(tag, [])))):
            if other != word and fold(other) not in text and fold(other)[:2] not in text:
                return question.replace(word, other)
        return ""
