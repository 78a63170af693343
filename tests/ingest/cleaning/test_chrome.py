from __future__ import annotations

import pytest

from core.schema import Origin
from ingest.cleaning.blocks import Block, Removed, Role
from ingest.cleaning.clean import clean
from ingest.formats.plain import lines_of
from ingest.lines import Line

FIRST = "江山市坚持党管人才原则，近三年引进高层次人才1286名，带动项目落地57个。"
SECOND = "该市同步建立联系服务专家制度，为每名专家配备1名联络员，按季度走访并形成台账。"

RESIDUE = {
    "分享栏": [
        "分享到：微信 微博 QQ空间",
        "分享到 朋友圈 复制链接",
        "微信扫一扫 分享",
        "分享让更多人看到",
        "分享、点赞、在看",
    ],
    "字号栏": ["【字体：大 中 小】", "字号 A- A A+", "A+ A A-", "大 | 中 | 小", "文字大小：[大][中][小]"],
    "按钮": ["【打印】 【关闭】 【收藏】", "点赞 评论 收藏", "我要纠错 | 打印本页", "展开全文", "点击查看更多 >>"],
    "导航": [
        "您当前的位置：首页 > 组工动态 > 人才工作",
        "当前位置：首页>>党建",
        "首页 > 新闻中心 > 正文",
        "首页 | 机构概况 | 新闻中心 | 政务公开",
        "上一篇：某区召开座谈会",
        "下一篇 没有了",
        "上一页 下一页",
        "返回列表",
        "设为首页 | 加入收藏 | 网站地图",
    ],
    "无障碍栏": ["无障碍浏览", "长者助手", "进入关怀版", "无障碍 | 长者模式 | 登录"],
    "计数": ["浏览次数：1,024次", "阅读 3.2万", "阅读 356 点赞 12 评论 3", "您是第 12345 位访问者"],
    "公众号框架": [
        "点击上方蓝字关注我们",
        "👇点击下方名片关注👇",
        "长按识别二维码关注我们",
        "扫码关注",
        "阅读原文",
        "点击文末“阅读原文”",
        "轻触阅读原文",
        "预览时标签不可点",
        "微信扫一扫关注该公众号",
        "收录于合集 #人才工作 12个",
        "继续滑动看下一个",
        "视频 小程序 赞 ，轻点两下取消赞 在看 ，轻点两下取消在看",
    ],
    "推广语": ["打开江山发布客户端 查看精彩图片", "点击下载客户端", "下载APP", "新闻报料热线：0570-1234567"],
    "广告": ["广告", "【广告】", "广告 精彩直播 真人互动 >>进入直播间 ×"],
    "版权声明": [
        "版权所有：中共江山市委组织部",
        "© 2024 江山市人民政府",
        "未经授权，不得转载。",
        "本文仅代表作者个人观点",
        "（图片来源于网络，如有侵权请联系删除）",
    ],
    "网站信息": [
        "浙ICP备12345678号-1",
        "浙公网安备 33088100000001号",
        "政府网站标识码：3308810001",
        "违法和不良信息举报电话：0570-1234567",
    ],
    "页码": ["— 3 —", "-3-", "－ 12 －", "· 7 ·", "第3页", "第 3 页 共 9 页", "第三页", "Page 3 of 9", "3/9页"],
    "脚本残留": [
        "var hits = document.getElementById('hits');",
        "document.write('分享');",
        "$('.share').show();",
        "initShare();",
        "function count() {",
        ".share { float: left; }",
        "font-size: 14px;",
        '"id": 12,',
        "<!-- 正文开始 -->",
        '");',
        "return false;",
    ],
    "网页代码": ["<div class='share'>", "<br/><br/>", "&nbsp;&nbsp;", "</p>&emsp;"],
    "相关阅读": ["相关阅读", "【延伸阅读】", "相关新闻：", "热门推荐", "大家都在看"],
}
CASES = [(reason, line) for reason, lines in RESIDUE.items() for line in lines]


def cleaned(*texts: str, whole: bool = False) -> tuple[tuple[Block, ...], tuple[Removed, ...]]:
    result = clean([Line(text, Origin(paragraph=i), whole=whole) for i, text in enumerate(texts, start=1)])
    return result.blocks, result.removed


@pytest.mark.parametrize("whole", [False, True], ids=["plain", "paragraphs"])
@pytest.mark.parametrize(("reason", "line"), CASES, ids=[line for _, line in CASES])
def test_residue_goes_and_is_listed_with_its_kind_and_place(reason: str, line: str, whole: bool) -> None:
    blocks, removed = cleaned(FIRST, SECOND, line, whole=whole)
    assert [block.text for block in blocks] == [FIRST, SECOND]
    assert "".join(part.text for part in removed) == " ".join(line.split())
    assert {part.reason for part in removed} <= {reason, "按钮"}
    assert removed[0].origin == Origin(paragraph=3)


@pytest.mark.parametrize("whole", [False, True], ids=["plain", "paragraphs"])
@pytest.mark.parametrize(
    "line",
    [
        "分享会",
        "分享经验",
        "聚焦成果分享",
        "关注民生",
        "下载APP 2万次",
        "点赞家乡人才",
        "打开家门口体验新生活",
        "下一篇章如何谱写",
        "返回上级党组织报到",
        "返回家乡创业",
        "大中小企业",
        "微信公众号服务升级",
        "无障碍服务",
        "版权所有人登记",
        "评论员文章",
        "公众号建设",
        "扫码入企",
        "目录",
        "联系电话：0570-1234567",
        "主办单位：中共江山市委组织部",
        "地址：江山市某路12号",
        "基层党建",
        "干部工作",
        "会上，市民可以点击阅读原文报名，也可以扫码关注。",
        "该平台累计浏览次数：1024次，较上年增长12%。",
        "全市推广“字体大小可调”的长者模式，方便老年人阅读。",
        "会议就版权所有和网站标识码等问题作了说明。",
        "第三页写下新的答卷",
        "张三 <zhangsan@jiangshan.example>",
        "#人才工作",
        "1. 首页改版",
    ],
)
def test_a_line_of_the_text_with_the_same_words_stays(line: str, whole: bool) -> None:
    blocks, removed = cleaned(FIRST, line, SECOND, whole=whole)
    assert [block.text for block in blocks] == [FIRST, line, SECOND]
    assert removed == ()


def test_a_single_word_that_may_be_a_heading_needs_residue_beside_it_where_paragraphs_are_known() -> None:
    for word in ("下载", "评论", "翻译", "1286"):
        blocks, _ = cleaned(FIRST, word, SECOND, whole=True)
        assert word in [block.text for block in blocks]
        blocks, _ = cleaned(FIRST, SECOND, word, "分享到：微信", whole=True)
        assert word not in [block.text for block in blocks]


@pytest.mark.parametrize("whole", [False, True], ids=["plain", "paragraphs"])
@pytest.mark.parametrize(
    "lines",
    [
        ["急需紧缺岗位", "教师", "翻译", "播放", "下载"],
        ["办理流程", "受理", "反馈", "评论"],
        ["新媒体宣传成效如下：", "阅读量：35.6万次", "点赞：1.2万次"],
        ["二、传播效果", "阅读量：35.6万次"],
        ["咨询电话", "0570-88881234"],
        ["欢迎来电咨询。", "0570-88881234"],
        ["2023-03-05", FIRST, "2023-06-20", SECOND],
        ["2021", FIRST, "2022", SECOND],
        ["中共江山市委组织部", "2023-03-05"],
    ],
    ids=lambda lines: lines[0],
)
def test_what_stands_in_a_list_or_under_a_heading_is_no_residue(lines: list[str], whole: bool) -> None:
    blocks, removed = cleaned("江山市人才工作情况通报", FIRST, *lines, whole=whole)
    assert [block.text for block in blocks] == ["江山市人才工作情况通报", FIRST, *lines]
    assert removed == ()


def test_a_table_with_each_cell_on_its_line_keeps_its_figures_in_rows() -> None:
    cells = ["单位", "引进硕士", "引进博士", "清河镇", "12", "3", "白塔镇", "8", "1"]
    blocks, removed = cleaned("各镇引才情况一览表", *cells)
    assert [block.text for block in blocks][-2:] == ["清河镇 12 3", "白塔镇 8 1"]
    assert removed == ()


def test_rows_and_headings_of_a_format_are_never_residue() -> None:
    rows = [Line("浏览次数：1024次", row=True), Line("下载", row=True), Line("— 3 —", row=True)]
    headings = [Line("相关阅读", level=2), Line("分享到：微信", level=3)]
    result = clean([*rows, *headings])
    assert [(block.text, block.role) for block in result.blocks] == [
        ("浏览次数：1024次", Role.TEXT),
        ("下载", Role.TEXT),
        ("— 3 —", Role.TEXT),
        ("相关阅读", Role.HEADING),
        ("分享到：微信", Role.HEADING),
    ]
    assert result.removed == ()


# --- lists of links ---------------------------------------------------------------------------------------------


def test_the_headlines_under_related_reading_at_the_end_of_a_page_go() -> None:
    links = ["某区召开人才座谈会", "谁来当村里的“引路人”？", "某县：一线锻炼年轻干部"]
    blocks, removed = cleaned(FIRST, SECOND, "责任编辑：王明远", "相关阅读", *links, "【打印】【关闭】")
    assert [block.text for block in blocks] == [FIRST, SECOND, "责任编辑：王明远"]
    assert [part.text for part in removed if part.reason == "相关链接"] == links


def test_dated_headlines_go_also_in_the_middle_of_a_page_and_titles_there_stay() -> None:
    dated = ["· 某区召开人才座谈会 2023-05-04", "某县培训村干部 [05-06]"]
    blocks, _ = cleaned(FIRST, "相关新闻", *dated, "衢江区：让人才留得住", SECOND, FIRST)
    assert [block.text for block in blocks] == [FIRST, "衢江区：让人才留得住", SECOND, FIRST]


def test_a_box_of_a_newspaper_keeps_its_heading_and_its_text() -> None:
    blocks, removed = cleaned(FIRST, "相关链接", SECOND)
    assert [block.text for block in blocks] == [FIRST, "相关链接", SECOND]
    assert removed == ()


def test_sentences_under_related_reading_stay() -> None:
    blocks, _ = cleaned(FIRST, "延伸阅读", SECOND, "该市还出台了配套办法。")
    assert [block.text for block in blocks] == [FIRST, "延伸阅读", SECOND, "该市还出台了配套办法。"]


# --- menus and the foot of a site -------------------------------------------------------------------------------


def test_a_menu_goes_and_the_same_words_as_headings_stay() -> None:
    menu = ["首页", "机构概况", "组工动态", "干部工作", "人才工作"]
    assert [block.text for block in cleaned(*menu, FIRST, SECOND)[0]] == [FIRST, SECOND]
    headings = [text for word in menu[2:] for text in (word, FIRST)]
    assert [block.text for block in cleaned(*headings)[0]] == headings


def test_the_foot_of_a_site_goes_and_the_contacts_of_a_notice_stay() -> None:
    foot = ["主办单位：江山市人民政府", "网站标识码：3308810001", "联系电话：0570-1234567", "邮编：324100"]
    contacts = ["联系电话：0570-7654321", "地址：江山市某路12号"]
    blocks, removed = cleaned(FIRST, SECOND, *contacts, *foot)
    assert [block.text for block in blocks] == [FIRST, SECOND, *contacts]
    assert [part.text for part in removed] == foot


# --- print ------------------------------------------------------------------------------------------------------

PROSE = (
    "近年来，江山市坚持党管人才原则，围绕主导产业链布局人才链，先后引进高层次人才，柔性引进专家，带动项目落地。"
    "组织部门会同人社部门建立联席会议制度，按季度调度重点任务，推动形成齐抓共管格局，并支持企业牵头组建创新联合体，"
    "累计投入资金四千余万元，惠及企业二百余家，形成一批可复制可推广的经验做法，得到省委组织部充分肯定。"
)
HEADER = "江山市人才工作报告"


def printed(numbers: list[str], header: str = HEADER) -> str:
    """PROSE three times over, in lines of 22 characters, every four lines of which are a page."""
    prose = PROSE * 3
    lines = [prose[i : i + 22] for i in range(0, len(prose), 22)]
    pages: list[str] = [header] if header else []
    for number, start in zip(numbers, range(0, len(lines), len(lines) // len(numbers) + 1), strict=False):
        pages += lines[start : start + len(lines) // len(numbers) + 1]
        pages += [number, header] if header else [number]
    return "\n".join(pages)


@pytest.mark.parametrize("form", ["— {} —", "-{}-", "第{}页", "第{}页 共4页"])
def test_page_numbers_and_running_headers_do_not_part_a_sentence(form: str) -> None:
    result = clean(lines_of(printed([form.format(n) for n in range(1, 5)])))
    assert "".join(block.text for block in result.blocks if block.role is Role.TEXT) == PROSE * 3
    assert [block.text for block in result.blocks if block.role is not Role.TEXT] == [HEADER]
    assert {part.reason for part in result.removed} == {"页码", "页眉页脚"}


def test_bare_numbers_that_count_the_pages_are_no_figures() -> None:
    prose = PROSE * 8
    lines = [prose[i : i + 22] for i in range(0, len(prose), 22)]
    for page in range(4, 0, -1):
        lines.insert(page * 10 + 1, str(page))
    result = clean(lines_of("\n".join(lines)))
    assert "".join(block.text for block in result.blocks) == prose
    assert [part.text for part in result.removed] == ["1", "2", "3", "4"]


def test_a_heading_that_comes_back_between_whole_sentences_is_none_of_a_page() -> None:
    texts = [text for _ in range(4) for text in ("主要做法", FIRST, SECOND, FIRST, SECOND)]
    blocks, removed = cleaned(*texts)
    assert [block.text for block in blocks] == texts
    assert removed == ()


def test_a_list_of_contents_with_page_numbers_goes_and_one_without_stays() -> None:
    entries = ["一、总体情况……………1", "二、主要做法……………3", "三、下步打算 12"]
    blocks, removed = cleaned("目　录", *entries, "一、总体情况", FIRST)
    assert [block.text for block in blocks] == ["一、总体情况", FIRST]
    assert {part.reason for part in removed} == {"目录"}
    blocks, removed = cleaned("目录", "一、总体情况", "二、主要做法", FIRST)
    assert len(blocks) == 4
    assert removed == ()


# --- at the ends of a line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tail",
    [
        "返回搜狐，查看更多",
        "返回搜狐，查看更多 责任编辑：",
        "举报/反馈",
        "分享让更多人看到",
        "更多精彩内容请进入国内新闻",
    ],
)
def test_what_a_page_puts_behind_the_last_sentence_goes(tail: str) -> None:
    blocks, removed = cleaned(FIRST, SECOND + tail)
    assert [block.text for block in blocks] == [FIRST, SECOND]
    assert sorted("".join(part.text for part in removed)) == sorted(tail.replace(" ", ""))


def test_an_editor_behind_the_last_sentence_is_a_credit() -> None:
    blocks, removed = cleaned(FIRST, f"{SECOND}【责任编辑：王明远】")
    assert [(block.role, block.text) for block in blocks] == [
        (Role.TEXT, FIRST),
        (Role.TEXT, SECOND),
        (Role.CREDIT, "【责任编辑：王明远】"),
    ]
    assert removed == ()


def test_markup_at_the_ends_of_a_line_goes_and_inside_a_sentence_nothing_is_touched() -> None:
    blocks, removed = cleaned(f"<p>&nbsp;&nbsp;{FIRST}</p>", f"他在<人才>一栏填了&nbsp;“有”。{SECOND}")
    assert [block.text for block in blocks] == [FIRST, f"他在<人才>一栏填了&nbsp;“有”。{SECOND}"]
    assert [part.text for part in removed] == ["<p>&nbsp;&nbsp;", "</p>"]
