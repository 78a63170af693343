"""Chinese text as search sees it: one form for equal characters, words, character bigrams, sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from importlib import resources

import rjieba

_WORD = re.compile(r"\w", re.UNICODE)
_RUN = re.compile(r"[0-9a-z]+(?:\.[0-9]+)?|[\u3400-\u9fff]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_NOTE_MARK = re.compile(r"(?<=\d)[\u2460-\u24ff\u2776-\u2793]")
_COMPOUND = re.compile(r"[0-9a-z]+(?:\+[0-9a-z]+)+")
_ASKING = re.compile(
    r"多少|几(?=[个名人项次场套篇家支种位批岁年届所条间处])|哪[些个](?:地方|地区|区县|单位|部门|城市|[区县市])?|哪[位里种支几]?|"
    r"什么(?:时候|意思|样)?|"
    r"怎么样?|怎样|如何|是谁|谁|有没有|是否|请问|吗|呢|分别|各有|先例|[？?]"
)
_PART = re.compile(r"[^；;]+[；;]?[”’」』）)】》]*")
LONG_SENTENCE = 80
"""Characters: a longer sentence that holds semicolons is several statements."""
_ROW = re.compile(r"[^：；。\n]{1,40}：[^；\n]+(?:；[^：；。\n]{1,40}：[^；\n]+)+；?")
"""A row of a table as the readers write it: each cell behind its header."""
_SENTENCE_END = re.compile(r"(?:[。！？!?]+|…{2,}|\n)[”’」』）)】》]*")


RADICALS = str.maketrans(
    "⺁⺊⺒⺓⺝⺟⺠⺫⺶⺼⺽⻁⻄⻅⻆⻉⻋⻐⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻯⻰⻳",
    "厂卜巳幺月母民目羊肉臼虎西见角贝车钅长长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿竜龙龟",
)
"""Signs of the block CJK Radicals Supplement that stand for whole characters in PDFs; NFKC leaves them alone."""


_STAYS = frozenset("乾甯")
"""Traditional characters that stand in simplified names too, such as 乾县."""


def _simplified_characters() -> dict[int, str]:
    table = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split()[:2] for line in table.splitlines())
    return {ord(old): new for old, new in pairs if old != new and len(old) == len(new) == 1 and old not in _STAYS}


_SIMPLIFIED = _simplified_characters()
_ONE_FORM = RADICALS | _SIMPLIFIED


def simplified(text: str) -> str:
    """Return `text` with its Traditional characters made simplified ones, one by one, so that all keep their places.

    The table is that of OpenCC. Words that differ besides their characters (軟體 for 软件) are left as they are.
    """
    return text.translate(_SIMPLIFIED)


_NARROW = {0xFF01 + i: 0x21 + i for i in range(94) if chr(0x21 + i).isalnum() or chr(0x21 + i) in "%+.-/"}
_CHINESE_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}(?=年)")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def encodable(text: str) -> str:
    """Return a text in a form that tokenizers take: half a character, as of a broken command line, becomes a mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def narrow(text: str) -> str:
    """Return `text` with full-width letters and digits half-width and 二〇二二年 as 2022年; all keep their places."""
    return _CHINESE_YEAR.sub(lambda year: year[0].translate(_DIGITS), text.translate(_NARROW))


def without_thousands(text: str) -> str:
    """Return `text` with the commas inside figures left out: 1,200 and 1200 are one."""
    return _THOUSANDS.sub("", text)


def fold(text: str) -> str:
    """Return `text` as search compares it: Traditional characters made simplified, full-width, half-width and case
    variants made equal (NFKC, case-folded), radicals from PDFs made characters, invisible signs and halves of
    characters dropped.

    A circled number right behind a figure, the mark of a note, is dropped, as it would make another figure of it.
    """
    seen = _UNSEEN.sub("", _SURROGATES.sub("", text)).translate(_ONE_FORM)
    return unicodedata.normalize("NFKC", _NOTE_MARK.sub("", seen)).casefold()


def squeeze(text: str) -> str:
    """Return `text` without any white space."""
    return "".join(text.split())


def words(text: str) -> list[str]:
    """Cut `text` into folded words; punctuation is left out. A name such as 6+3+2+1 is a word besides its parts."""
    folded = fold(text)
    return [word for word in rjieba.cut(folded) if _WORD.search(word)] + _COMPOUND.findall(folded)


def bigrams(text: str) -> list[str]:
    """Return the overlapping pairs of Chinese characters of `text`; other words and single characters stay whole.

    Pairs never reach across punctuation: on CMRC2018 those that do cost recall.
    """
    terms: list[str] = []
    for run in _RUN.findall(fold(text)):
        if len(run) < 2 or run[0].isascii():
            terms.append(run)
        else:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
    return terms


def without_asking(question: str) -> str:
    """Return a question without the words that only ask (多少, 哪些, 有没有), which no answer holds."""
    return _ASKING.sub(" ", question)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield `(start, end)` of each sentence of `text`, without surrounding white space.

    A closing quotation mark or bracket belongs to the sentence that it closes.
    """
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def is_row(text: str) -> bool:
    """Whether a text is a row of a table as the readers write it: each cell behind its header."""
    return bool(_ROW.fullmatch(text))


def statement_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield `(start, end)` of what can be quoted alone: sentences, and of long ones the parts between semicolons.

    A row of a table stays whole: a cell says nothing without the one that tells whose it is.
    """
    for start, end in sentence_spans(text):
        if end - start <= LONG_SENTENCE or _ROW.fullmatch(text, start, end):
            yield start, end
            continue
        for match in _PART.finditer(text, start, end):
            yield from _trimmed(text, match.start(), match.end())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
