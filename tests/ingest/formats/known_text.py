"""One invented text that every format must give back: what it holds, and how much of it came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

TITLE = "凤鸣县2023年度青年人才工作总结"

HEADINGS = {
    "一、坚持高位推动，健全人才工作体系": 2,
    "（一）压实党管人才责任": 3,
    "（二）完善政策供给": 3,
    "二、突出实践锻炼，促进青年干部成长": 2,
    "（一）推行“墩苗”计划": 3,
    "1.选派环节": 4,
    "2.培养环节": 4,
    "（二）深化校地合作": 3,
    "（三）搭建展示平台": 3,
    "三、优化服务保障，营造拴心留人环境": 2,
    "四、存在的问题和下一步打算": 2,
}
"""The headings among `PARAGRAPHS`, with their levels; the title has level 1."""

PARAGRAPHS = [
    "2023年，在县委坚强领导下，全县组织部门深入贯彻落实中央和省委、市委人才工作会议精神，紧扣“产业强县、生态立县”发展定位，"
    "聚焦青年人才“引、育、用、留”四个环节持续用力，全年引进各类青年人才1286名，同比增长23.4%，其中博士17名、硕士245名，"
    "人才总量达到3.82万人。现将有关情况总结如下。",
    "一、坚持高位推动，健全人才工作体系",
    "（一）压实党管人才责任",
    "调整充实县委人才工作领导小组，成员单位由18家增加到26家，县委书记、县长担任“双组长”。建立“月调度、季通报、年考核”机制，"
    "全年召开领导小组会议4次、专题推进会11次，研究解决青年人才住房、子女入学、创业贷款等问题63个。把人才工作纳入乡镇（街道）和县直部门"
    "党（工）委书记抓基层党建述职评议，考核权重由3%提高到5%，对排名末三位的单位主要负责人进行约谈，有效破解了“上热中温下冷”问题。",
    "（二）完善政策供给",
    "制定出台《凤鸣县青年人才发展三年行动计划（2023—2025年）》，配套印发安家补助、技能提升、创新创业等7个实施细则，形成“1+7”政策"
    "体系。对全日制博士、硕士、本科毕业生来凤就业的，分别给予每月3000元、1500元、800元生活补贴，连续发放36个月；对入选省级以上"
    "人才项目的，按照1∶1比例配套支持，最高不超过100万元。全年兑现各类补贴1872.6万元，惠及青年人才2314人次，政策知晓率达96.5%。",
    "二、突出实践锻炼，促进青年干部成长",
    "（一）推行“墩苗”计划",
    "坚持把基层一线作为培养青年干部的主阵地，按照“缺什么补什么、干什么学什么”的原则，分层分类实施“墩苗”计划，让年轻干部在急难险重"
    "任务中经风雨、见世面、壮筋骨、长才干。",
    "1.选派环节",
    "采取个人自荐、单位推荐、组织审核“三步走”的办法，从县直部门遴选35周岁以下、任职满2年的年轻干部120名，建立“一人一档”。其中"
    "78名选派到信访维稳、招商引资、项目建设一线，42名到村（社区）担任第一书记或者书记助理，锻炼期限一般不少于1年。",
    "2.培养环节",
    "落实“双导师”制，由1名县级领导和1名乡镇（街道）党（工）委书记结对帮带，每季度至少开展1次谈心谈话。举办“青年夜校”24期，开设公文"
    "写作、应急处突、Python数据分析、AI办公应用等课程，累计培训3560人次。有位参训干部说：“夜校里学的东西，第二天上班就能用上。”",
    "（二）深化校地合作",
    "与西南山地大学、江城理工学院等9所高校签订合作协议，共建研究生实践基地5个、专家工作站3个。依托“候鸟专家”工程，柔性引进农学、"
    "中医药、新材料等领域专家41名，开展技术攻关28项，突破高山茶叶低温萎凋等关键技术6项，带动企业新增产值约1.2亿元。组织开展"
    "“百名学子家乡行”活动，327名凤鸣籍大学生返乡实习，期满后有89人签订就业意向书。具体引才情况见下表。",
    "（三）搭建展示平台",
    "举办首届“凤鸣杯”青年创新创业大赛，吸引来自12个省（区、市）的136个团队报名，经过初赛、复赛、决赛三轮角逐，“山野菌菇深加工”“智慧"
    "茶园IoT管理系统”等9个项目获奖，其中5个项目在我县落地，到位资金2680万元。开展“最美青年人才”评选，20名来自教育、卫生、农业、工业"
    "一线的青年受到表扬，县融媒体中心开设专栏报道其先进事迹18期，全网阅读量达240余万次，营造了尊重知识、尊重人才的浓厚氛围。",
    "注重在项目中发现人才、在赛场上选拔人才。全县实施“揭榜挂帅”项目15个，发榜金额3200万元，由青年人才领衔的有11个，占73.3%。凤鸣县"
    "绿源茶业有限公司技术员田亚楠带领7人小组，历时14个月攻克夏秋茶苦涩味重难题，每亩增收约2100元，带动周边4个村860户茶农受益。",
    "三、优化服务保障，营造拴心留人环境",
    "坚持把服务青年人才作为“一号服务工程”，在县政务服务中心设立青年人才服务专窗，推行“一窗受理、限时办结”，将23个事项办理时限由平均"
    "7个工作日压减到2个工作日。建成“凤栖”青年人才驿站4个、床位160张，来凤求职的高校毕业生可凭毕业证免费入住7天；筹集人才公寓"
    "412套，实行“拎包入住”，租金为市场价的60%。",
    "开通“凤鸣人才”微信小程序（Mini Program），实现政策查询、补贴申领、岗位对接“掌上办”，上线以来访问量突破15万次。组建青年人才联谊会，"
    "举办“周五有约”交友、读书、徒步等活动36场，帮助217名单身青年扩大交友圈，促成牵手23对，青年人才的归属感、获得感不断增强。",
    "强化联系服务。县领导每人直接联系3至5名青年人才，县直部门和乡镇（街道）党组织书记每人联系2名，全年走访慰问1146人次，收集意见建议"
    "289条，办结276条，办结率95.5%。在县人民医院开通青年人才就医“绿色通道”，为引进的博士、硕士免费体检362人次；协调解决子女入学"
    "58人、配偶就业19人。设立“人才服务日”，每月10日由组织、人社、教育、医保等部门现场办公，让青年人才“话有处说、事有人办”。",
    "四、存在的问题和下一步打算",
    "一年来，我县青年人才工作虽然取得了一定成绩，但与高质量发展要求相比还有差距：一是高层次人才总量偏少，博士仅占人才总量的0.3%；"
    "二是人才分布不够均衡，乡镇专业技术人才占比不足两成；三是用人主体作用发挥不充分，部分企业“重引进、轻培养”。",
    "下一步，我们将重点抓好三项工作。一是聚焦主导产业，编制紧缺人才目录，力争2024年引进青年人才1500名以上，其中硕士以上300名。"
    "二是聚焦乡村振兴，实施“归雁”工程，推动教育、卫生、农技人才向基层流动，每个乡镇至少建成1个人才工作站。三是聚焦企业主体，"
    "开展“人才贷”“人才险”试点，授信额度不低于5000万元，让更多青年人才在凤鸣县安心、安身、安业，为加快建设现代化凤鸣贡献青春力量。",
    "联系人：组织部人才科 罗明远，电话：0823-5550126，E-mail：rencai@fengming.example。",
]
"""All paragraphs in order, headings among them."""

TABLE = [
    ["引才渠道", "牵头单位", "引进人数（名）", "主要去向"],
    ["公开招聘", "县人力资源社会保障局", "612", "教育、卫生系统"],
    ["校园引才", "县委组织部", "245", "县直事业单位"],
    ["企业自主引进", "县工业和信息化局", "318", "新材料、装备制造企业"],
    ["柔性引才", "县科学技术局", "41", "专家工作站"],
    ["归雁工程", "县农业农村局", "70", "乡镇农技站、合作社"],
]
"""Rows of cells; the first holds the headers."""

TABLE_AFTER = 14
"""The table stands behind this paragraph, counted from 0."""

Part = tuple[Literal["title", "heading", "text"], str]


def parts() -> Iterator[Part | None]:
    """Yield title, headings and paragraphs in order, each with its kind, and None where the table stands."""
    yield "title", TITLE
    for index, paragraph in enumerate(PARAGRAPHS):
        yield ("heading" if paragraph in HEADINGS else "text"), paragraph
        if index == TABLE_AFTER:
            yield None


def all_text() -> str:
    """Return everything in order, white space left out; each cell of the table comes right after its header."""
    headers, *rows = TABLE
    table = "".join(header + cell for row in rows for header, cell in zip(headers, row, strict=True))
    return without_space("".join(table if part is None else part[1] for part in parts()))


def without_space(text: str) -> str:
    """Return a text without any white space."""
    return "".join(text.split())


def share_in_order(got: str, expected: str | None = None) -> float:
    """Return which share of the characters of `expected` stands in `got` in the same order, white space ignored."""
    wanted = without_space(all_text() if expected is None else expected)
    return _common(wanted, without_space(got)) / max(1, len(wanted))


def added_share(got: str, expected: str | None = None) -> float:
    """Return how many characters `got` has besides those of `expected`, as a share of `expected`."""
    wanted, found = without_space(all_text() if expected is None else expected), without_space(got)
    return (len(found) - _common(wanted, found)) / max(1, len(wanted))


def missing_cells(got: str) -> list[str]:
    """Return the cells of the table that do not stand right after their header in `got`."""
    text = without_space(got)
    headers, *rows = TABLE
    pairs = [f"{header}：{cell}" for row in rows for header, cell in zip(headers, row, strict=True)]
    return [pair for pair in pairs if without_space(pair) not in text]


def _common(a: str, b: str) -> int:
    """Return the length of the longest common subsequence, by the bit-parallel method of Hyyrö."""
    places: dict[str, int] = {}
    for index, character in enumerate(a):
        places[character] = places.get(character, 0) | 1 << index
    state = all_ones = (1 << len(a)) - 1
    for character in b:
        matches = state & places.get(character, 0)
        state = ((state + matches) | (state - matches)) & all_ones
    return len(a) - state.bit_count()
