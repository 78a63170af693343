"""Names that a text gives to things: what it puts in quotation marks or title marks, and places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from retriever.places import Gazetteer

QUOTED = "quoted"
PLACE = "place"

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕"
    "郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯"
    "管卢莫房裘缪解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠曲封储靳糜松井段富巫乌焦巴弓牧谷车侯全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶司郜黎白鹿赖应申冉闫向谭文尚"
)
PERSON = rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
"""Pattern of a Chinese personal name: one of the common surnames and one or two characters."""
_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"，。；！？,;!?\n]{2,24})[”」』\"]|《([^《》\n]{2,60})》")


def quoted_names(text: str) -> Iterator[str]:
    """Yield what stands in quotation marks or title marks, in order, repeats included."""
    for match in _QUOTED.finditer(text):
        yield match[1] or match[2]


def names_in(texts: Iterable[str], gazetteer: Gazetteer) -> set[tuple[str, str]]:
    """Return the names in some texts as pairs of kind (`QUOTED` or `PLACE`) and name."""
    found: set[tuple[str, str]] = set()
    for text in texts:
        found.update((QUOTED, name) for name in quoted_names(text))
        found.update((PLACE, mention.name) for mention in gazetteer.find(text))
    return found
