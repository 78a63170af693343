"""How well re-posts are found: copies with small edits must link to their piece, other pieces of one template not."""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import rjieba

from core.cli import read_jsonl
from core.errors import UsageError
from ingest.reposts import Signature, is_repost, signature, similarity
from retriever.names import PERSON
from retriever.places import Gazetteer
from retriever.text import sentence_spans

Edit = Callable[[str, random.Random], str]
COPIES = 2

_SOURCES = ("达州日报", "盐都区人民政府网", "九龙坡发布", "中国组织人事报", "团县委", "人才工作局")
_EDITORS = ("张敏", "刘洋", "陈思远", "赵文静", "吴国强")
_ADDED = (
    "据了解，这项工作将于年底前全面完成。",
    "有关负责人表示，下一步将继续完善制度、压实责任。",
    "更多详情可关注官方微信公众号。",
    "这一做法受到干部群众的一致好评。",
)
_REWORDED = (
    ("进一步", "不断"),
    ("开展", "组织开展"),
    ("工作", "各项工作"),
    ("通过", "依托"),
    ("是", "就是"),
    ("，", "，同时，"),
    ("。", "，令人欣慰。"),
)
_SOURCE_LINE = re.compile(r"[(（]\s*(?:来源|责任编辑)[:：][^)）]{1,30}[)）]|(?:来源|责任编辑|编辑)[:：]\S{1,20}$")
_DATE = re.compile(r"(?:19|20)\d{2}-\d{1,2}-\d{1,2}|(?:(?:19|20)\d{2}年)?\d{1,2}月\d{1,2}日")
_NUMBER = re.compile(r"[0-9]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SURNAMES, _GIVEN = "王李张刘陈杨黄吴赵周徐孙马朱胡郭何高林罗", "志强建国文静海燕思远明亮晓东雪梅立新永康佳宁"


@dataclass(frozen=True, slots=True)
class Linked:
    """A piece that became a copy of another piece of the file."""

    id: str
    main: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Of some pairs of texts, the shares that have a band in common and that are linked in the end."""

    pairs: int
    candidates: float
    linked: float


@dataclass(frozen=True, slots=True)
class Result:
    """What `measure` found; shares are from 0 to 1."""

    texts: int
    copies: int
    copies_linked: float
    """Copies that have the same main copy as the piece that they were made of."""
    different_linked: float
    """Pieces linked to another piece of the file. It may hold true re-posts: look at `linked`."""
    candidates_each: float
    """Texts that a text is compared with."""
    signatures_per_s: float
    comparisons_per_s: float
    edits: Mapping[str, Rate]
    """A piece beside itself with edits of one kind; all should link."""
    other_facts: Mapping[str, Rate]
    """A piece beside itself with all facts of one kind changed; none should link where these stand in half of the
    sentences or more (`most sentences`). Where they stand in fewer (`few sentences`), the two differ as copies do.
    """
    linked: Sequence[Linked]


def measure(path: Path, seed: int = 0) -> dict[str, Any]:
    """Post every text of a file three times, twice with small edits, and link the posts in random order.

    Args:
        path: JSON lines with the fields `id` and `text`.
        seed: of all random choices.

    Returns:
        The fields of `Result`.

    Raises:
        UsageError: the file cannot be read or has no texts.
    """
    records = enumerate(read_jsonl(path), start=1)
    texts = {str(record.get("id", number)): str(record.get("text", "")) for number, record in records}
    texts = {key: text for key, text in texts.items() if text.strip()}
    if not texts:
        raise UsageError(f"{path} 里没有可用的文本（字段 text），请换一个文件。")
    rng = random.Random(seed)
    start = time.perf_counter()
    signatures = {key: signature(text) for key, text in texts.items()}
    rate = len(texts) / (time.perf_counter() - start)
    posts = [(key, 0, text) for key, text in texts.items()]
    posts += [(key, n, all_three(text, rng)) for key, text in texts.items() for n in range(1, COPIES + 1)]
    rng.shuffle(posts)
    linking = _Linking()
    mains = {(key, number): linking.add(key, text) for key, number, text in posts}
    foreign = {key: mains[key, 0] for key in texts if mains[key, 0] != key}
    result = Result(
        texts=len(texts),
        copies=COPIES * len(texts),
        copies_linked=mean(mains[key, n] == mains[key, 0] for key in texts for n in range(1, COPIES + 1)),
        different_linked=len(foreign) / len(texts),
        candidates_each=linking.compared / len(posts),
        signatures_per_s=round(rate, 1),
        comparisons_per_s=round(linking.compared / max(linking.seconds, 1e-9), 1),
        edits={name: _rate([(text, edit(text, rng)) for text in texts.values()]) for name, edit in EDITS.items()},
        other_facts=_other_facts(list(texts.values()), rng),
        linked=[
            Linked(key, main, round(similarity(signatures[key], signatures[main]), 3))
            for key, main in sorted(foreign.items())
        ],
    )
    return asdict(result)


class _Linking:
    """Texts posted one after another; the first of a piece is its main copy."""

    def __init__(self) -> None:
        self.compared = 0
        self.seconds = 0.0
        self._mains: list[tuple[str, str, Signature]] = []
        self._by_band: dict[int, list[int]] = defaultdict(list)

    def add(self, key: str, text: str) -> str:
        """Return the key of the main copy of `text`: its own, or that of the most similar one that it re-posts."""
        own = signature(text)
        bands = own.bands()
        found = {index for band in bands for index in self._by_band.get(band, ())}
        for index in sorted(found, key=lambda index: (-similarity(own, self._mains[index][2]), index)):
            main, main_text, _ = self._mains[index]
            start = time.perf_counter()
            repost = is_repost(text, main_text)
            self.seconds += time.perf_counter() - start
            self.compared += 1
            if repost:
                return main
        for band in bands:
            self._by_band[band].append(len(self._mains))
        self._mains.append((key, text, own))
        return key


def _rate(pairs: Sequence[tuple[str, str]]) -> Rate:
    if not pairs:
        return Rate(0, 0.0, 0.0)
    candidates = [bool({*signature(a).bands()} & {*signature(b).bands()}) for a, b in pairs]
    linked = [candidate and is_repost(a, b) for candidate, (a, b) in zip(candidates, pairs, strict=True)]
    return Rate(len(pairs), round(mean(candidates), 5), round(mean(linked), 5))


def source_line(text: str, rng: random.Random) -> str:
    """Take out the source lines of a text and put another one before or behind it."""
    line = f"来源：{rng.choice(_SOURCES)}  编辑：{rng.choice(_EDITORS)}"
    text = _SOURCE_LINE.sub("", text)
    return f"{line}\n{text}" if rng.random() < 0.5 else f"{text}\n（{line}）"


def date(text: str, rng: random.Random) -> str:
    """Change the first date of a text; one without a date gets one."""
    year, month, day = rng.randint(2018, 2024), rng.randint(1, 12), rng.randint(1, 28)
    match = _DATE.search(text)
    if match is None:
        return f"{year}年{month}月{day}日\n{text}"
    other = f"{year}-{month:02}-{day:02}" if "-" in match[0] else f"{month}月{day}日"
    if "年" in match[0]:
        other = f"{year}年{other}"
    return text[: match.start()] + other + text[match.end() :]


def one_sentence(text: str, rng: random.Random) -> str:
    """Add, drop, replace or reword one sentence."""
    start, end = rng.choice(list(sentence_spans(text)))
    way = rng.choice(("add", "drop", "replace", "reword"))
    if way == "add":
        return text[:end] + rng.choice(_ADDED) + text[end:]
    if way == "drop":
        return text[:start] + text[end:]
    if way == "replace":
        return text[:start] + rng.choice(_ADDED) + text[end:]
    sentence = text[start:end]
    for old, new in _REWORDED:
        sentence = sentence.replace(old, new)
    return text[:start] + sentence + text[end:]


def all_three(text: str, rng: random.Random) -> str:
    """Change a sentence, the date and the source line."""
    return source_line(date(one_sentence(text, rng), rng), rng)


def paragraph_appended(text: str, rng: random.Random) -> str:
    """Append a paragraph of a third to two thirds of the text's length."""
    wanted = int(len(text) * rng.uniform(0.33, 0.66))
    added = ""
    while len(added) < wanted:
        added += f"{rng.choice(_SOURCES)}第{rng.randint(2, 999)}期报道：{rng.choice(_ADDED)}"
    return f"{text}\n{added[:wanted]}"


def misread(text: str, rng: random.Random) -> str:
    """Change one Chinese character in a hundred, as recognition of a scan does."""
    return _HAN.sub(lambda match: chr(rng.randint(0x4E00, 0x9FA5)) if rng.random() < 0.01 else match[0], text)


EDITS: Mapping[str, Edit] = {
    "source line": source_line,
    "date": date,
    "one sentence": one_sentence,
    "all three": all_three,
    "headline": lambda text, rng: f"{rng.choice(_SOURCES)}：{rng.choice(_ADDED)}\n{text}",
    "cut to 70 %": lambda text, _rng: text[: len(text) * 7 // 10],
    "cut to 70 %, all three": lambda text, rng: all_three(text[: len(text) * 7 // 10], rng),
    "cut to 55 %": lambda text, _rng: text[: len(text) * 55 // 100],
    "paragraph appended": paragraph_appended,
    "1 % misread": misread,
}
"""What sites do to a piece, by name."""


def _other_facts(texts: Sequence[str], rng: random.Random) -> dict[str, Rate]:
    places = _OtherPlaces(texts)
    changes: dict[str, Edit] = {
        "figures": other_figures,
        "places": places.edit,
        "places and persons": lambda text, rng: other_persons(places.edit(text, rng), rng),
        "figures, places and persons": lambda text, rng: other_figures(other_persons(places.edit(text, rng), rng), rng),
    }
    rates: dict[str, Rate] = {}
    for name, change in changes.items():
        pairs = [(text, other) for text in texts if (other := change(text, rng)) != text]
        most = [pair for pair in pairs if _share_of_sentences_changed(*pair) >= 0.5]
        few = [pair for pair in pairs if _share_of_sentences_changed(*pair) < 0.5]
        rates |= {f"{name}, most sentences": _rate(most), f"{name}, few sentences": _rate(few)}
    return rates


def other_figures(text: str, rng: random.Random) -> str:
    """Change every figure into another of as many digits."""

    def other(match: re.Match[str]) -> str:
        first = rng.choice([digit for digit in "123456789" if digit != match[0][0]])
        return first + "".join(rng.choice("0123456789") for _ in match[0][1:])

    return _NUMBER.sub(other, text)


def other_persons(text: str, rng: random.Random) -> str:
    """Give every person another surname and another given name, the same one throughout the text."""
    names: dict[str, str] = {}

    def other(word: str, tag: str) -> str:
        if tag != "nr" or not re.fullmatch(PERSON, word):
            return word
        surname = rng.choice([surname for surname in _SURNAMES if surname != word[0]])
        return names.setdefault(word, surname + "".join(rng.sample(_GIVEN, len(word) - 1)))

    return "".join(other(word, tag) for word, tag in rjieba.tag(text))


class _OtherPlaces:
    """Puts other places, of those in the texts and with names as long, in the place of all."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._gazetteer = Gazetteer()
        names = {mention.name for text in texts for mention in self._gazetteer.find(text)}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for name in sorted(names):
            self._by_length[len(name)].append(name)

    def edit(self, text: str, rng: random.Random) -> str:
        names: dict[str, str] = {}
        pieces, last = [], 0
        for mention in self._gazetteer.find(text):
            others = [name for name in self._by_length[len(mention.name)] if name != mention.name] or [mention.name]
            pieces += [text[last : mention.start], names.setdefault(mention.name, rng.choice(others))]
            last = mention.end
        return "".join([*pieces, text[last:]])


def _share_of_sentences_changed(text: str, other: str) -> float:
    kept = {other[start:end] for start, end in sentence_spans(other)}
    return mean(text[start:end] not in kept for start, end in sentence_spans(text))
