"""Every word that an exported file says of its own, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass

from desk.citing import ENGLISH as ENGLISH_LANG


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. Fields in braces are filled with `str.format`."""

    lang: str
    title: str
    untitled: str
    numbered: str
    status: str
    asked: str
    checked: str
    answered: str
    unfinished: str
    partial: str
    refused: str
    failed_some: str
    gone_some: str
    changed_some: str
    note: str
    sources: str
    failed: str
    gone: str
    changed: str
    closing: str
    between: str
    """Between two things told of an answer."""


CHINESE = Words(
    lang="zh-CN",
    title="组工智答问答记录",
    untitled="（未写明问题）",
    numbered="{number}、{heading}",
    status="答复情况：{status}",
    asked="提问时间：{time}",
    checked="已核对",
    answered="已回答",
    unfinished="回答中途停止，内容不完整，未经核对",
    partial="部分回答",
    refused="未回答",
    failed_some="有引文未核实，请勿直接引用",
    gone_some="有出处已不在资料库中",
    changed_some="有出处的原文已更新，请重新核对",
    note="说明：{note}",
    sources="资料来源",
    failed="〔未核实〕",
    gone="〔已不在资料库中〕",
    changed="〔原文已更新〕",
    closing="本文件于{time}由组工智答导出，所引数字和文字使用前请对照原文核对。",
    between="；",
)

ENGLISH = Words(
    lang=ENGLISH_LANG,
    title="OrgAsk: questions and answers",
    untitled="(no question given)",
    numbered="{number}. {heading}",
    status="Status: {status}",
    asked="Asked: {time}",
    checked="checked",
    answered="answered",
    unfinished="stopped midway, incomplete and unchecked",
    partial="partly answered",
    refused="not answered",
    failed_some="some quotes are unverified, do not pass them on",
    gone_some="some sources are no longer in the library",
    changed_some="the text of some sources has changed, check them again",
    note="Note: {note}",
    sources="Sources",
    failed=" [unverified]",
    gone=" [no longer in the library]",
    changed=" [source has changed]",
    closing="Exported by OrgAsk on {time}. Check figures and quotes against the source before using them.",
    between="; ",
)


def words_for(lang: str) -> Words:
    """Return English for `en` and Chinese for everything else."""
    return ENGLISH if lang == ENGLISH_LANG else CHINESE
