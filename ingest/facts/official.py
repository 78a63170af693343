"""The parts of an official document around its text: letterhead, number, addressee, signature, date, copies."""

from __future__ import annotations

import re

from ingest.facts.dates import dates_in, whole_date
from retriever.names import PERSON

_HAN = r"[\u4e00-\u9fff]"
_BODY = (
    r"(?:委员会|委|党组|工委|党工委|纪委监委|人民政府|政府|办公室|办公厅|组织部|宣传部|统战部|政法委|编办|教育办|老干部局|人才办|"
    r"人力资源和社会保障局|(?<![干全内外各])部|(?<!客)厅|(?<![格布全大结新开破])局|(?<![入出住])院|党校|中心|支部|总支|学校|大学|学院|医院|集团|公司|协会|联合会|妇联|总工会|共青团|领导小组|管委会)"
)
_OFFICE = re.compile(rf"(?:中共|中国共产党|共青团|中华人民共和国)?[\u4e00-\u9fff（）()、“”·\s]{{2,60}}{_BODY}")
_LETTERHEAD = re.compile(rf"(?P<office>(?:中共|中国共产党|共青团)?[\u4e00-\u9fff\s]{{2,60}}{_BODY})(?:\s*文件)")
_NUMBER = re.compile(
    rf"(?P<organ>{_HAN}{{1,14}})[〔\[（(【［]\s*(?P<year>(?:19|20)\d{{2}})\s*[〕\]）)】］]\s*第?\s*\d{{1,5}}\s*号(?:\s*签发人.*)?"
)
_ISSUE = re.compile(
    r"(?:第\s*[\d一二三四五六七八九十]{1,4}\s*期|总第\s*\d{1,5}\s*期|[（(]总?第?\s*\d{1,5}\s*期[)）]|\s|[（(）)、，])+"
)
_MARK = re.compile(
    r"(?:签发人?|密级|紧急程度|份号)\s*[:：].*|(?:机密|秘密|绝密|内部资料)?\s*[★☆].*|机密|秘密|绝密|特急|加急|平急|内部资料.{0,12}"
)
_COPIES = re.compile(
    r"(?:抄送|抄报|主送|分送|发送|报送?|送|发|主题词|联系人|联系电话|审稿|签发)\s*[:：].*|"
    rf"[\u4e00-\u9fff\s]{{2,40}}{_BODY}\s*(?:19|20)\d{{2}}\s*年.{{3,8}}印发|[（(]?(?:共印|印)\s*\d+\s*份[)）]?|[（(]此件.{{2,20}}[)）]"
)
_ATTACHED = re.compile(r"附件?\s*[\d一二三四五六七八九十]{0,3}\s*[:：]\s*\S.*")
_ADDRESSEE = re.compile(r"[^。！？]{2,200}[:：]")
_WITH_MONTH = len("2024-01")
_PUBLISHES = re.compile(r"\s*(?:编印?|主办)$")
"""What the head of a bulletin has behind its office."""
_SEAT = re.compile(r"中共|中国共产党|共青团|[省市区县旗州盟镇乡团校院司]")
"""What an office has of its own where another stands before it on the line; 组织部 alone belongs to that one."""
_SPREAD_NAME = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])[ \u3000]+([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
POST = (
    r"[\u4e00-\u9fff、（）()]{2,30}?(?:书记|部长|主任|县长|市长|区长|省长|州长|局长|厅长|主席|院长|校长|主委|处长|科长|会长|"
    r"秘书长|负责人|同志)"
)
_PERSON_WITH_POST = re.compile(rf"(?:{POST}\s*)?{PERSON}|{POST}\s+[\u4e00-\u9fff]{{1,3}}(?:某某?|[×xX]{{1,2}})?")
_MASTHEAD = re.compile(r"\S{2,16}(?:简报|专报|快报|动态|信息|通讯|参阅|参考)")
_DAY = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
_SUBTITLE = re.compile(r"[—─－-]{1,3}\s*\S.*")


def is_office(line: str) -> bool:
    """Whether a line is nothing but the name of an office, such as 中共达州市通川区委组织部."""
    return len(line) <= 60 and bool(_OFFICE.fullmatch(line)) and not re.search(r"关于|[的了是]", line)


def letterhead(line: str) -> str:
    """Return the office of a letterhead such as 中共通川区委组织部文件; empty where the line is none."""
    match = _LETTERHEAD.fullmatch(line)
    return re.sub(r"\s+", "", match["office"]) if match and not line.startswith("关于") else ""


def number_organ(line: str) -> str:
    """Return what stands before the year of a document number: 渝委组 of 渝委组〔2024〕3号; empty where it is none."""
    match = _NUMBER.fullmatch(line)
    return match["organ"] if match else ""


def office_and_date(line: str) -> tuple[str, str]:
    """Return the office and the date of a line that has just these, such as （清河县委组织部　2024年1月）."""
    bare = line.strip(" \t\u3000()（）")
    found = next(dates_in(bare), None)
    if found is None or len(found.iso) < _WITH_MONTH:
        return "", ""
    office = _PUBLISHES.sub("", bare[: found.start].strip(" \t\u3000，,、"))
    date = whole_date(bare[found.start :])
    return (office, date) if date and is_office(office) else ("", "")


def office_of_dated(line: str) -> str:
    """Return the office of a line that has it together with a date; empty where it is none."""
    return office_and_date(line)[0]


def offices_of(line: str) -> str:
    """Return the office that a line names, or the several that stand beside each other on it, joined by 、."""
    offices: list[str] = []
    for word in line.split():
        alone = is_office(word) and (_SEAT.search(word) or not offices[-1:] or not offices[-1].endswith("委"))
        if offices and not (alone and is_office(offices[-1])):
            offices[-1] += word
        else:
            offices.append(word)
    return "、".join(offices)


def number_year(line: str) -> str:
    """Return the year of a document number: 2024 of 渝委组〔2024〕3号; empty where it is none."""
    match = _NUMBER.fullmatch(line)
    return match["year"] if match else ""


def is_masthead(line: str) -> bool:
    """Whether a line has the form of the name of a bulletin, such as 组工简报."""
    return bool(_MASTHEAD.fullmatch(line))


def is_person_with_post(line: str) -> bool:
    """Whether a line names a person alone or behind a post: 区委组织部部长 张 明."""
    return bool(_PERSON_WITH_POST.fullmatch(closed_up_name(line)))


def closed_up_name(line: str) -> str:
    """Return a line with the space taken out that sets a name of two characters as wide as one of three: 张 明."""
    return _SPREAD_NAME.sub(r"\1\2", line)


def is_issue(line: str) -> bool:
    """Whether a line is the number of an issue, such as 第12期."""
    return bool(_ISSUE.fullmatch(line))


def is_head(line: str, below: str = "") -> bool:
    """Whether a line above a title belongs to the head of a document, not to the title; `below` is the next line."""
    if is_masthead(line):
        return is_issue(below)
    return bool(
        letterhead(line)
        or number_organ(line)
        or _MARK.fullmatch(line)
        or is_issue(line)
        or whole_date(line)
        or office_of_dated(line)
    )


def looks_dated(line: str) -> bool:
    """Whether a line has the form of a date, also of a day that does not exist, or of one with its office."""
    return bool(whole_date(line) or _DAY.fullmatch(line) or (office_of_dated(line) and not is_copies(line)))


def is_subtitle(line: str) -> bool:
    """Whether a line goes on with the title above it: ——以通川区为例."""
    return len(line) > 3 and line[0] in "—─" and bool(_SUBTITLE.fullmatch(line))


def is_addressee(line: str) -> bool:
    """Whether a line names those to whom a letter goes: 各乡镇党委，区级各部门党组：."""
    return (
        bool(_ADDRESSEE.fullmatch(line))
        and bool(re.search(rf"各.{{1,12}}|{_BODY}", line))
        and not re.search(r"如下", line)
    )


def is_copies(line: str) -> bool:
    """Whether a line at the end tells who gets copies, who printed it, or what is attached."""
    return bool(_COPIES.fullmatch(line) or _ATTACHED.fullmatch(line))
