"""Kinds of texts in organisation work, as titles, openings and endings tell them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST_TITLE = 300
_TAIL = re.compile(r"\s*[（(【\[][^（()）】\]]*[)）】\]]\s*$")
_NAMED = re.compile(r"《[^《》]*》")

# One after the other is looked for in a title without the titles that it quotes and without brackets at its end.
_OF_TITLE = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        # What a title ends in comes first: 关于报送工作总结的通知 is no 总结.
        ("通知", r"通知$|通知书$"),
        ("公示", r"公示$"),
        ("公告", r"公告$|通告$|启事$"),
        ("通报", r"通报$"),
        ("请示", r"请示$"),
        ("批复", r"批复$"),
        ("函", r"(?:的|复|公|便)函$"),
        ("纪要", r"纪要$"),
        ("决定", r"决定$|决议$"),
        ("意见", r"意见$"),
        ("方案", r"方案$|预案$"),
        ("交流发言", r"(?:交流|典型|表态|经验|大会)发言|发言(?:材料|稿|提纲|摘要)?$"),
        (
            "讲话",
            r"(?:讲话|致辞|寄语|主持词|开场白|贺词)(?:稿|提纲|要点|摘要|全文|实录)?$|(?:会|会议|仪式|班|论坛)上的.{0,6}讲话",
        ),
        ("政府工作报告", r"政府工作报告"),
        ("调研报告", r"(?:调研|调查|考察)报告|调研与思考$"),
        ("总结", r"总结(?:报告|材料)?$|工作总结|述职(?:述廉)?报告|述职述廉$"),
        ("汇报", r"汇报(?:材料|提纲|稿)?$|情况的?汇报"),
        ("经验材料", r"(?:经验|典型|先进|交流|事迹)材料$|先进事迹$"),
        ("简报", r"简报$|简报第|工作(?:动态|专报|快报)$|信息专报$"),
        ("计划", r"计划$|要点$|(?:工作|活动)安排$|规划$|纲要$"),
        ("政策文件", r"(?:办法|条例|规定|细则|措施|制度|准则|规则|规程|若干政策|政策)$"),
        ("报告", r"(?:的|情况|工作)报告$"),
        ("摘要", r"摘要$"),
        ("报道", r"系列报道|专题报道|深度报道|通讯$"),
    )
)
OF_OFFICES = ("通知", "决定", "意见", "通报", "公告", "公示", "请示", "批复", "函", "报告", "方案")
"""Kinds whose titles begin with the office that issues them."""
_GREETING = re.compile(
    r"(?:尊敬的|敬爱的|亲爱的)?.{0,24}(?:各位(?:领导|同志|代表|委员|来宾|嘉宾|同事|老师|学员|部长|书记)|同志们|领导和?同志).{0,24}[:：,，!！。]"
)
_REPORTED = re.compile(r"汇报完毕|发言完毕|以上(?:是|为).{0,20}汇报|请批评指正|敬请(?:各位领导)?批评指正")


def kind_of_title(title: str) -> str:
    """Return the kind that a title tells; empty where it tells none."""
    title = title.strip()[-_LONGEST_TITLE:]
    plain = title.strip("《》") if _NAMED.fullmatch(title) else _NAMED.sub("", title)
    for _ in range(3):
        plain = _TAIL.sub("", plain)
    return next((kind for kind, pattern in _OF_TITLE if pattern.search(plain.strip())), "")


def is_greeting(paragraph: str) -> bool:
    """Whether a paragraph does nothing but greet those present: 各位领导、同志们：."""
    return len(paragraph) <= 60 and bool(_GREETING.fullmatch(paragraph))


def kind_of_speech(paragraphs: Sequence[str]) -> str:
    """Return 讲话 or 交流发言 for a text that greets those present, by what it says at its end; else nothing."""
    if not paragraphs or not any(_GREETING.match(paragraph[:60]) for paragraph in paragraphs[:2]):
        return ""
    return "交流发言" if any(_REPORTED.search(paragraph[-40:]) for paragraph in paragraphs[-3:]) else "讲话"
