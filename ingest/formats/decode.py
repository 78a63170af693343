"""Bytes to text, for the encodings that Chinese office files come in.

An encoding that a file declares or that its first bytes suggest is only a hint. Bytes that fit GB18030 nearly always
fit Big5 too, and UTF-16; what tells them apart is that only the right reading consists of common characters.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

from charset_normalizer import from_bytes

from core.errors import BinaryFileError

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ("gb18030", "big5")
"""GB18030 contains GBK and GB2312; Big5 is read with the additions of Hong Kong and the signs of Windows."""
_BIG5_SIGNS = frozenset("～⊕⊙﹨￥￠￡")
"""Signs that Windows writes with bytes for which the standard of Hong Kong has a look-alike."""
_WIDE = ("utf-16-le", "utf-16-be")
_DECLARABLE = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "hz"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950"), "big5"),
}
"""Encodings of Chinese by the names that Python gives them, and as which of those above they are read."""
_CONTROLS = bytes({*range(9), *range(14, 27), *range(28, 32)})
_HAN = re.compile(r"[\u3400-\u9fff]")
_ODD = re.compile(
    r"[^\s\x20-\x7e\u00a0-\u00ff\u0370-\u04ff\u2000-\u26ff\u3000-\u30ff\u3200-\u33ff\u3400-\u9fff\uff00-\uffef]"
)
_PROBE = 200_000
"""Bytes or characters that are looked at in a long file."""
_SAMPLE = 20_000
"""Characters that are weighed in each reading."""
_LONGEST_CHARACTER = 4
"""Bytes of one character, in UTF-8 and in GB18030."""
_DAMAGED = 0.001
"""Share of the bytes that may be broken for a file to count as damaged text; above it, it is none."""

_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十之进着等部度家里如高自二理起小实现加都两体制当使点从业本去把性好应开它合还因由其些然前外天政日那社义事平形相全表"
    "间与关各重新内数正心明看或但第向道此变条只没结解问意建月公无系情者最立代想已通并提直题党程五果员位入常文总次品设及管特件"
    "长求基资级少统接知将组见计期根论指几区强给保治规领东增认共收改更单场务具每目至达报完类名科信话今集传书市称准选标持非省村"
    "县展农青干届镇街委推服创人才培养引建设，。、；：“”（）《》"
    "這為個國時來們於對會發動過說產種後學經進著實現兩體當使點從業應開還間與關數變條沒結解問無係題黨程員總設長資級統將組見"
    "計論幾區強給規領東增認單場務達報類話傳書稱選標縣農幹屆鎮並創養「」『』"
)
"""The most frequent characters and signs of both scripts: about every second character of a Chinese text."""
_WEIGHTS = {"frequent": 3.0, "usual": 1.0, "rare": -2.0, "odd": -4.0}
_SURE = 0.9
"""Weight for each character that a reading of other bytes does not reach."""
_DECLARED = 0.2
"""Weight that a declaration adds."""


def decode(data: bytes, declared: str = "") -> str:
    """Return the text in `data`.

    Tried in this order: a byte-order mark, UTF-8, then whichever of GB18030, Big5, UTF-16 without a mark and what was
    declared gives the most common characters, and at last what charset-normalizer finds. Nothing is ever replaced or
    dropped: a file with a few broken bytes is refused, as a figure among them would be quoted wrongly; the message
    tells where they are.

    Args:
        data: the file.
        declared: the encoding that it names itself, which may be wrong.

    Raises:
        BinaryFileError: it is no text in any of them, or damaged.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _marked(data[len(bom) :], name)
    controls = _control_share(data)
    if controls > 0 and (text := _best(data, (*_WIDE,), "")) is not None:
        return text
    if controls > _DAMAGED:
        raise BinaryFileError("不是文本文件（含大量控制字符），已跳过；请确认文件没有改错扩展名。")
    text = _try(data, "utf-8")
    if text is not None:
        return _seven_bit(data, text) if text.isascii() else _other_than_utf8(data, text)
    wide = _WIDE if len(data) % 2 == 0 else ()
    text = _best(data, (*_LEGACY, *wide), declared)
    if text is not None:
        return text
    _refuse_damaged(data)
    best = from_bytes(data[:_PROBE]).best()
    if best is not None:
        text = _try(data, best.encoding)
        if text is not None and _plausible(text):
            return text
    raise BinaryFileError("无法识别文件的文字编码，已跳过；请另存为 UTF-8 或 GB18030 文本后再试。")


def _marked(body: bytes, name: str) -> str:
    """Return the text behind a byte-order mark; one of UTF-8 also stands before text in a legacy encoding."""
    text = _try(body, name)
    if text is None and name == "utf-8":
        text = _best(body, _LEGACY, "")
    if text is None:
        raise BinaryFileError("文件的文字编码已损坏，已跳过；请重新导出为 UTF-8 文本后再试。")
    return text.removeprefix("\ufeff")


def _seven_bit(data: bytes, text: str) -> str:
    """Return ASCII, or what it stands for in HZ, which writes GB2312 with seven bits."""
    if b"~{" in data and b"~}" in data:
        read = _try(data, "hz")
        if read is not None and _HAN.search(read) and _weight(read) >= _SURE:
            return read
    return text


def _other_than_utf8(data: bytes, text: str) -> str:
    """Return `text`, unless it is a few GBK characters that happen to be valid UTF-8, such as 联通."""
    foreign = [character for character in text[:_SAMPLE] if not character.isascii()]
    if max(foreign, default="") > "\u07ff" or 2 * len(foreign) < len("".join(text[:_SAMPLE].split())):
        return text
    read = _try(data, "gb18030")
    return read if read is not None and _weight(read) >= _SURE else text


def _best(data: bytes, names: tuple[str, ...], declared: str) -> str | None:
    """Return the reading with the most common characters, of those that may be right at all."""
    wanted = _DECLARABLE.get(_codec_name(declared), "")
    readings: list[tuple[float, str]] = []
    for name in dict.fromkeys((*names, wanted)):
        text = _try(data, name) if name else None
        if text is None:
            continue
        weight = _weight(text, wide=name in _WIDE)
        if weight >= _SURE or _plausible(text):
            readings.append((weight + (_DECLARED if name == wanted else 0), text))
    return max(readings, key=lambda reading: reading[0])[1] if readings else None


def _codec_name(declared: str) -> str:
    try:
        return codecs.lookup(declared.strip().strip("\"'")).name if declared else ""
    except LookupError:
        return ""


def _try(data: bytes, name: str) -> str | None:
    try:
        return _big5(data) if name == "big5" else data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _big5(data: bytes) -> str:
    text = data.decode("big5hkscs")
    try:
        windows = data.decode("cp950")
    except UnicodeDecodeError:
        return text
    if windows == text or len(windows) != len(text):
        return text
    return "".join(w if w in _BIG5_SIGNS else t for t, w in zip(text, windows, strict=True))


def _refuse_damaged(data: bytes) -> None:
    """Raise where all is Chinese text but a few bytes, and tell where they are."""
    for name in ("utf-8", "gb18030", "big5hkscs"):
        first = _first_damage(data, name)
        text = data.decode(name, "replace")
        damaged = text.count("\ufffd")
        if not _HAN.search(text) or not _plausible(text.replace("\ufffd", "")):
            continue
        if damaged == 1 and first >= len(data) - _LONGEST_CHARACTER:
            raise BinaryFileError(
                "文件末尾不完整（可能在传输中被截断或损坏），已跳过；请重新复制或下载完整的文件后再试。"
            )
        if damaged <= max(1, _DAMAGED * len(data)):
            line = data.count(b"\n", 0, first) + 1
            raise BinaryFileError(
                f"文件中有 {damaged} 处损坏的文字（第一处在第 {line} 行），为免引用出错已跳过；请重新复制或导出后再试。"
            )


def _first_damage(data: bytes, name: str) -> int:
    try:
        data.decode(name)
    except UnicodeDecodeError as exc:
        return exc.start
    return len(data)


def _control_share(data: bytes) -> float:
    probe = data[:_PROBE]
    return (len(probe) - len(probe.translate(None, _CONTROLS))) / max(1, len(probe))


def _plausible(text: str) -> bool:
    """Whether the characters are those of Chinese or Western prose, not of a wrong reading of other bytes."""
    probe = text[:_PROBE]
    if len(_ODD.findall(probe)) > 0.01 * len(probe):
        return False
    counts = Counter(_HAN.findall(probe))
    usual = sum(count for character, count in counts.items() if _is_usual(character))
    return usual >= 0.6 * counts.total()


def _weight(text: str, *, wide: bool = False) -> float:
    """Return how common the characters of a text are; those of ASCII tell something only of a `wide` reading."""
    total = weight = 0.0
    for character, count in Counter(text[:_SAMPLE]).items():
        if character.isascii():
            if wide and (character.isprintable() or character.isspace()):
                total += count
                weight += count
            continue
        total += count
        weight += count * _WEIGHTS[_class(character)]
    return weight / total if total else 0.0


def _class(character: str) -> str:
    if character in _COMMON:
        return "frequent"
    if _HAN.match(character):
        return "usual" if _is_usual(character) else "rare"
    if (
        "\u2010" <= character <= "\u2026"
        or "\u3000" <= character <= "\u3015"
        or character in "·\u00a0‧"
        or "\uff01" <= character <= "\uff5e"
    ):
        return "usual"
    return "odd" if _ODD.match(character) or "\u3040" <= character <= "\u30ff" else "rare"


def _is_usual(character: str) -> bool:
    """Whether a character is on the first level of GB2312 or Big5, which hold the most frequent ones."""
    try:
        if 0xB0 <= character.encode("gb2312")[0] <= 0xD7:
            return True
    except UnicodeEncodeError:
        pass
    try:
        return 0xA4 <= character.encode("big5")[0] <= 0xC6
    except UnicodeEncodeError:
        return False
