from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EmptyFileError, ReadError
from ingest.formats.html import read
from ingest.lines import Limits, RawText
from tests.ingest.formats.known_text import TITLE, added_share, missing_cells, share_in_order
from tests.ingest.formats.makers_office import CHROME, CMS_PAGE, joined, known_html, only_text
from tests.ingest.prose import articles

FIRST = "近日，璧山区在人才服务中心举办青年人才沙龙，来自电子信息、生物医药等领域的56名青年人才参加活动。"
SECOND = (
    "活动现场，参会人员围绕“成果转化、住房保障、子女入学”等话题深入交流，提出意见建议32条，均已明确责任单位和办理时限。"
)
THIRD = "下一步，璧山区将把沙龙办成品牌，每季度至少举办1期，持续优化青年人才发展环境。"
CMS_NAV = (
    "<ul class=nav><li><a href=/>首页</a></li><li><a href=/zw>政务公开</a></li><li><a href=/rc>人才工作</a></li></ul>"
)
BODY = f"<p>　　{FIRST}</p><p>　　{SECOND}</p><p>　　{THIRD}</p>"


def page(html: str | bytes) -> RawText:
    return only_text(read(html if isinstance(html, bytes) else html.encode(), "网页.html", Limits()))


def texts(html: str | bytes) -> list[str]:
    return [line.text for line in page(html).lines]


def test_the_known_text_comes_back_without_what_the_site_puts_around_it() -> None:
    text = joined(page(known_html()))
    assert share_in_order(text) >= 0.995
    assert added_share(text) < 0.04
    assert missing_cells(text) == []
    assert [word for word in CHROME if word in text] == []


def test_what_the_site_puts_around_an_article_is_listed() -> None:
    removed = " ".join(part.text for part in page(known_html()).removed)
    visible = [word for word in CHROME if not word.isascii()]
    assert [word for word in visible if word not in removed] == []
    assert TITLE not in removed


def test_reporters_behind_the_last_sentence_stay_there() -> None:
    last = "下一步，璧山区将推动党建联盟扩面提质，力争年底前入盟单位达到80个。（记者 赵晓阳 通讯员 何平）"
    html = f"<html><body><h1>璧山区党建联盟成立</h1><div id='zoom'><p>{FIRST}</p><p>{last}</p></div></body></html>"
    assert texts(html)[-1] == last


def test_a_note_of_the_editor_beside_the_article_is_no_frame() -> None:
    note = "编者按：为营造尊重人才的浓厚氛围，本刊选登部分镇街的经验做法，全区共开班86个，惠及1.2万人次。"
    html = (
        f"<html><body><h1>璧山区举办青年人才沙龙</h1><div><div class='side-note'>{note}</div>{BODY}</div></body></html>"
    )
    assert note in texts(html)


def test_title_date_and_source_come_before_the_article() -> None:
    lines = page(known_html()).lines
    assert (lines[0].text, lines[0].level) == (TITLE, 1)
    assert [line.text for line in lines[1:4]] == ["发布时间：2024-01-15 09:30", "来源：凤鸣县委组织部", "作者：罗明远"]
    assert joined(page(known_html())).count(TITLE) == 1


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "gb18030"), ("gb2312", "utf-8"), ("gb2312", "gb18030"), ("iso-8859-1", "utf-8"), ("utf-8", "utf-16")],
)
def test_the_declared_encoding_may_lie(declared: str, encoding: str) -> None:
    html = known_html().replace('charset="utf-8"', f'charset="{declared}"')
    assert share_in_order(joined(page(html.encode(encoding)))) >= 0.995


def test_a_page_in_big5_is_read() -> None:
    first = "為落實人才強國戰略，新北市於本年度持續推動青年創業輔導計畫，協助青年取得資金、場地與業師資源。"
    second = "計畫辦公室表示，今年已輔導創業團隊八十六組，較去年成長兩成，並將於下半年擴大辦理成果展。"
    html = (
        '<html><head><meta charset="big5"><title>新北市推動青年創業輔導計畫</title></head><body>'
        f"<h1>新北市推動青年創業輔導計畫</h1><div id='zoom'><p>{first}</p><p>{second}</p></div></body></html>"
    )
    assert texts(html.encode("big5")) == ["新北市推動青年創業輔導計畫", first, second]


def test_an_xhtml_declaration_does_no_harm() -> None:
    html = f'<?xml version="1.0" encoding="gb2312"?><html><head><title>沙龙</title></head><body>{BODY}</body></html>'
    assert texts(html)[-3:] == [FIRST, SECOND, THIRD]


def test_an_article_with_bare_line_breaks_and_no_paragraphs() -> None:
    html = (
        "<html><head><title>璧山区举办青年人才沙龙-组工在线</title></head><body><table width=960><tr><td>"
        "<a href=1>首页</a> <a href=2>组工动态</a> <a href=3>下载中心</a></td></tr></table>"
        "<table><tr><td class=title>璧山区举办青年人才沙龙</td></tr>"
        "<tr><td>来源：璧山区委组织部 时间：2023-06-12 点击：385次</td></tr>"
        f"<tr><td id=con>&nbsp;&nbsp;&nbsp;&nbsp;{FIRST}<br><br>&nbsp;&nbsp;&nbsp;&nbsp;{SECOND}<br>"
        f"&nbsp;&nbsp;&nbsp;&nbsp;{THIRD}<br></td></tr></table>"
        "<table><tr><td>版权所有：某区委组织部</td></tr></table></body></html>"
    )
    found = texts(html)
    assert found[0] == "璧山区举办青年人才沙龙"
    assert found[1:3] == ["来源：璧山区委组织部", "时间：2023-06-12"]
    assert found[3:6] == [FIRST, SECOND, THIRD]
    assert not any("首页" in line or "点击" in line for line in found)


def test_a_page_of_styled_spans_as_word_makes_them() -> None:
    def spans(text: str) -> str:
        return "<p class=MsoNormal><span lang=EN-US><o:p></o:p></span>" + "".join(
            f'<span style="font-family:仿宋">{text[i : i + 7]}</span>' for i in range(0, len(text), 7)
        )

    html = (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><title>沙龙</title></head><body>"
        f'<div id="UCAP-CONTENT">{spans(FIRST)}</p>\n{spans(SECOND)}</p>\n{spans(THIRD)}</p></div></body></html>'
    )
    assert texts(html)[-3:] == [FIRST, SECOND, THIRD]


def test_line_feeds_in_the_source_of_a_page_are_no_spaces_between_characters() -> None:
    html = BODY.replace("青年人才", "青年\r\n      人才").replace("，", "，\n")
    assert texts(f"<html><body><div class='article-content'>{html}</div></body></html>") == [FIRST, SECOND, THIRD]


def test_a_second_part_outside_the_editor_is_not_lost() -> None:
    html = CMS_PAGE.format(title="璧山区举办青年人才沙龙", body=f"<p>{FIRST}</p>").replace(
        '<div class="bdshare', f'</div><div class="part2"><p>{SECOND}</p><p>{THIRD}</p></div><div><div class="bdshare'
    )
    text = joined(page(html))
    assert all(part in text for part in (FIRST, SECOND, THIRD))


def test_headings_keep_their_levels() -> None:
    html = f"<body><article><h1>青年人才工作综述</h1><h2>一、主要做法</h2><p>{FIRST}</p><h3>（一）活动情况</h3><p>{SECOND}</p></article></body>"
    assert [(line.text, line.level) for line in page(html).lines] == [
        ("青年人才工作综述", 1), ("一、主要做法", 2), (FIRST, 0), ("（一）活动情况", 3), (SECOND, 0),
    ]  # fmt: skip


def test_a_title_broken_in_two_lines_is_one() -> None:
    html = f"<head><title>关于举办青年人才沙龙活动的通知</title></head><body><h1>关于举办青年人才<br/>沙龙活动的通知</h1><div id=zoom>{BODY}</div></body>"
    assert texts(html) == ["关于举办青年人才沙龙活动的通知", FIRST, SECOND, THIRD]


def test_the_name_of_the_site_is_no_part_of_a_title() -> None:
    html = f"<head><title>璧山区举办青年人才沙龙 - 组工动态 - 璧山区人民政府网</title></head><body><div id=zoom>{BODY}</div></body>"
    assert texts(html)[0] == "璧山区举办青年人才沙龙"


def test_a_declared_title_and_date_serve_where_the_page_shows_none() -> None:
    html = (
        '<head><meta name="ArticleTitle" content="璧山区举办青年人才沙龙"><meta name="PubDate" content="2023-06-12 08:00">'
        f"</head><body><div id=zoom>{BODY}</div></body>"
    )
    assert texts(html)[0] == "璧山区举办青年人才沙龙"
    assert page(html).date == "2023-06-12"


def test_the_table_of_an_official_document_gives_its_number_and_office() -> None:
    html = (
        "<head><title>关于举办青年人才沙龙活动的通知</title></head><body><h1>关于举办青年人才沙龙活动的通知</h1>"
        "<table><tr><td>索引号：</td><td>1150/2023-0012</td><td>发文字号：</td><td>璧人社〔2023〕12号</td></tr>"
        "<tr><td>发布机构：</td><td>璧山区人力社保局</td><td>成文日期：</td><td>2023-06-01</td></tr></table>"
        f"<div id=zoom>{BODY}<p>附件：<a href='/f/1.docx'>1.活动报名表.docx</a></p></div></body>"
    )
    text = joined(page(html))
    assert "索引号：1150/2023-0012；发文字号：璧人社〔2023〕12号" in text
    assert "发布机构：璧山区人力社保局；成文日期：2023-06-01" in text
    assert "1.活动报名表.docx" in text
    assert SECOND in text


def test_merged_cells_of_a_table_go_with_their_rows_and_headers() -> None:
    html = (
        f"<body><div id=zoom>{BODY}<table><tr><th rowspan=2>单位</th><th colspan=2>引进人数</th></tr><tr><th>博士</th><th>硕士</th></tr>"
        "<tr><td rowspan=2>区教委</td><td>3</td><td>12</td></tr><tr><td>4</td><td>15</td></tr></table></div></body>"
    )
    rows = [line.text for line in page(html).lines if line.row]
    assert rows == [
        "单位：区教委；引进人数·博士：3；引进人数·硕士：12",
        "单位：区教委；引进人数·博士：4；引进人数·硕士：15",
    ]


def test_captions_of_pictures_are_lines_of_their_own() -> None:
    html = f"<body><div id=zoom><p>{FIRST}</p><figure><img src=1.jpg><figcaption>青年人才沙龙现场。李晓摄</figcaption></figure><p>{SECOND}</p></div></body>"
    assert texts(html) == [FIRST, "青年人才沙龙现场。李晓摄", SECOND]


def test_teasers_of_other_articles_beside_the_text_are_left_out() -> None:
    teasers = "".join(
        f"<div class=item><h4><a href={n}>某县召开第{n}次人才工作会议</a></h4><p>某县日前召开第{n}次会议，研究部署下一阶段重点工作任务。</p></div>"
        for n in range(6)
    )
    html = f"<head><title>青年人才沙龙举办_某网</title></head><body><div><h2>青年人才沙龙举办</h2>{BODY}</div><div>{teasers}</div></body>"
    assert texts(html) == ["青年人才沙龙举办", FIRST, SECOND, THIRD]


def test_a_page_laid_out_with_nested_tables() -> None:
    html = (
        "<head><title>组工简报</title></head><body><table width=1000><tr><td width=200><table><tr><td><a href=1>组织建设</a></td></tr>"
        "<tr><td><a href=2>干部工作</a></td></tr><tr><td><a href=3>人才工作</a></td></tr></table></td><td><table>"
        "<tr><td align=center><font size=5><b>璧山区举办青年人才沙龙</b></font></td></tr>"
        "<tr><td>发布日期：2023-6-12　信息来源：区委组织部　阅读次数：385　【字体：大 中 小】</td></tr>"
        f"<tr><td><p>{FIRST}</p><table border=1><tr><td>领域</td><td>人数</td><td>占比</td></tr>"
        f"<tr><td>电子信息</td><td>30</td><td>53.6%</td></tr></table><p>{SECOND}</p></td></tr></table></td></tr></table></body>"
    )
    assert texts(html) == [
        "璧山区举办青年人才沙龙", "发布日期：2023-6-12", "信息来源：区委组织部",
        FIRST, "领域：电子信息；人数：30；占比：53.6%", SECOND,
    ]  # fmt: skip


def test_an_article_of_a_messenger_account_that_a_script_makes_visible() -> None:
    html = (
        "<head><meta property='og:title' content='青年人才沙龙｜璧山在行动'><title></title></head><body><div id=img-content>"
        "<h1 id=activity-name>青年人才沙龙｜璧山在行动</h1><div id=meta_content><span>李晓</span> <span>璧山组工</span> "
        "<em id=publish_time>2023-06-12 08:00</em></div><div class=rich_media_content id=js_content style='visibility:hidden'>"
        f"<section><section><p><span>{FIRST}</span></p></section></section><p>{THIRD}</p></div></div></body>"
    )
    assert texts(html) == ["青年人才沙龙｜璧山在行动", "李晓 璧山组工", "2023-06-12 08:00", FIRST, THIRD]


def test_a_part_of_the_article_with_the_name_of_a_frame_is_kept() -> None:
    html = (
        f"<head><title>青年人才沙龙举办</title></head><body><div class=top>今天是星期一，欢迎访问本网站。</div><h1>青年人才沙龙举办</h1>"
        f"<div class=article-content><div class=tips>编者按：青年兴则国家兴。</div><p>{FIRST}</p><p>{SECOND}</p></div></body>"
    )
    assert texts(html) == ["青年人才沙龙举办", "编者按：青年兴则国家兴。", FIRST, SECOND]


def test_attachments_named_under_an_article_are_kept() -> None:
    html = (
        f"<head><title>关于举办沙龙的通知</title></head><body><h1>关于举办沙龙的通知</h1><div class=box><p>{FIRST}</p><ul>"
        "<li><a href=a.doc>附件1：报名表</a></li><li><a href=b.xls>附件2：名单</a></li><li><a href=c.pdf>附件3：议程</a></li></ul></div></body>"
    )
    assert texts(html)[2:] == ["附件1：报名表", "附件2：名单", "附件3：议程"]


@pytest.mark.parametrize(
    "line",
    [
        "分享会上，7名驻村干部代表结合自身经历，讲述了带领乡亲增收的故事。",
        "分享带队体会",
        "位置：璧山区双星大道12号，距轻轨站500米。",
        "相关报道在市级媒体刊发后，多地前来学习。",
        "上一条意见已由区住房城乡建委办理完毕。",
        "字体设计比赛共收到作品86件。",
        "扫一扫二维码，即可查看岗位和补贴标准。",
    ],
)
def test_a_sentence_that_begins_with_the_name_of_a_button_is_text(line: str) -> None:
    html = f"<body><h1>璧山区举办青年人才沙龙</h1><div class=content><p>{FIRST}</p><p>{line}</p><p>{SECOND}</p></div></body>"
    assert texts(html)[1:] == [FIRST, line, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        "您的位置：组工动态", "位置：首页 &gt; 组工动态", "分享到：微信 微博", "分享到QQ空间", "字体：[大 中 小]", "【打印】【关闭】", "扫一扫在手机打开当前页",
        "上一篇：没有了", "下一篇没有了", "上一篇<a href=1>璧山区召开春季招聘会筹备会议</a>", "相关链接",
    ],
)  # fmt: skip
def test_buttons_amid_an_article_are_left_out(line: str) -> None:
    html = f"<body><h1>璧山区举办青年人才沙龙</h1><div class=content><p>{FIRST}</p><p>{line}</p><p>{SECOND}</p></div></body>"
    assert texts(html)[1:] == [FIRST, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        "申报程序 单位推荐 初审 复审 终审 公布",
        "传播情况：阅读量：8.6万 点击量：2万 转发：500",
        "编辑：李晓 审核：何平 打印",
    ],
)
def test_a_line_amid_the_text_loses_no_part_of_it(line: str) -> None:
    html = f"<body><h1>璧山区举办青年人才沙龙</h1><p>发布时间：2023-06-12 点击：385次</p><div id=zoom><p>{FIRST}</p><p>{line}</p><p>{SECOND}</p></div></body>"
    assert texts(html)[1:] == ["发布时间：2023-06-12", FIRST, line, SECOND]


@pytest.mark.parametrize("line", ["各镇街党（工）委：", "璧人才〔2024〕6号"])
@pytest.mark.parametrize("site", ["璧山区人民政府", "璧山区人民政府门户网站"])
def test_a_title_is_found_over_whom_a_document_addresses_and_its_number(line: str, site: str) -> None:
    html = (
        f"<head><title>{site}</title></head><body>{CMS_NAV}<div>关于公布2024年度青年英才名单的通知</div>"
        f"<div>发布时间：2024-05-06</div><div class=TRS_Editor><p>{line}</p>{BODY}</div></body>"
    )
    assert texts(html)[:4] == ["关于公布2024年度青年英才名单的通知", "发布时间：2024-05-06", line, FIRST]


@pytest.mark.parametrize("part", ["WordSection1", "Section0"])
def test_a_short_notice_that_word_saved_as_a_web_page_is_read(part: str) -> None:
    lines = ["停水通知", "各科室、各中心：", "因检修管道，周六停水", "区人才服务中心", "五月六日"]
    paragraphs = "".join(f"<p class=MsoNormal>{line}</p>" for line in lines)
    assert texts(f"<html><body lang=ZH-CN><div class={part}>{paragraphs}</div></body></html>") == lines


@pytest.mark.parametrize("tag", ["th", "td"])
def test_a_row_of_a_table_keeps_its_headers_however_long_a_cell_is(tag: str) -> None:
    task = SECOND * 9
    names = "".join(f"<{tag}>{name}</{tag}>" for name in ("序号", "重点任务", "责任单位", "完成时限"))
    html = (
        f"<body><div id=zoom>{BODY}<table><tr>{names}</tr><tr><td>1</td><td>{task}</td><td>区委组织部</td><td>6月底</td></tr>"
        "<tr><td>2</td><td>开展年度考核</td><td>区人力社保局</td><td>12月底</td></tr></table></div></body>"
    )
    assert [line.text for line in page(html).lines if line.row] == [
        f"序号：1；重点任务：{task}责任单位：区委组织部；完成时限：6月底",
        "序号：2；重点任务：开展年度考核；责任单位：区人力社保局；完成时限：12月底",
    ]


def test_an_article_between_two_columns_of_a_page_is_no_cell_of_a_table() -> None:
    article = "".join(f"<p>{part}</p>" for part in (FIRST, SECOND, THIRD) * 4)
    html = (
        "<body><table><tr><td>组工动态</td><td>人才工作</td><td>下载中心</td></tr>"
        f"<tr><td><a href=1>组织建设</a></td><td>{article}</td><td><a href=2>干部工作</a></td></tr></table></body>"
    )
    assert [line for line in page(html).lines if line.row] == []
    assert texts(html)[-3:] == [FIRST, SECOND, THIRD]


def test_items_of_a_text_that_link_what_they_cite_are_kept() -> None:
    items = [f"符合条件的青年人才按照《璧山区青年人才第{n}类补助办法》申请，最高给予{n}万元补助。" for n in range(1, 5)]
    cited = "".join(f"<li>{item.replace('《', '<a href=1>《').replace('》', '》</a>')}</li>" for item in items)
    html = f"<body><h1>璧山区青年人才政策</h1><div class=content><p>{FIRST}</p><ul>{cited}</ul><p>{SECOND}</p></div></body>"
    assert texts(html)[1:] == [FIRST, *items, SECOND]


@pytest.mark.parametrize(
    "item",
    [
        "<a href={n}>{title}</a>：{words}",
        "[人才] <a href={n}>{title}</a> {words}",
        "06-0{n} <a href={n}>{title}</a> {words}",
    ],
)
def test_teasers_of_one_line_each_are_left_out(item: str) -> None:
    words = "会议研究部署下一阶段的重点任务，要求各单位抓好落实。"
    items = "".join(f"<li>{item.format(n=n, title=f'璧山区召开第{n}次例会', words=words)}</li>" for n in range(1, 5))
    html = f"<body><h1>璧山区举办青年人才沙龙</h1><div class=content>{BODY}</div><ul>{items}</ul></body>"
    assert texts(html)[1:] == [FIRST, SECOND, THIRD]


@pytest.mark.parametrize(
    "form", ["<p>附件：{0}<br>{1}<br>{2}</p>", "<p>附件：</p><ul><li>{0}</li><li>{1}</li><li>{2}</li></ul>"]
)
def test_attachments_are_kept_whatever_their_links_look_like(form: str) -> None:
    names = [f"{n}.璧山区青年人才{kind}" for n, kind in enumerate(("申报表", "汇总表", "承诺书"), start=1)]
    links = [f'<a href="/download?id={number}">{name}</a>' for number, name in enumerate(names)]
    html = f"<body><h1>关于申报青年人才的通知</h1><div class=content><p>{FIRST}</p>{form.format(*links)}</div></body>"
    text = joined(page(html))
    assert [name for name in names if name not in text] == []


def test_links_to_other_articles_below_an_attachment_are_left_out() -> None:
    others = "".join(f"<li><a href={n}.html>璧山区召开第{n}次人才工作例会</a></li>" for n in range(1, 5))
    html = f"<body><h1>关于申报青年人才的通知</h1><div class=content>{BODY}<p>附件：1.申报表</p><ul>{others}</ul></div></body>"
    assert texts(html)[1:] == [FIRST, SECOND, THIRD, "附件：1.申报表"]


@pytest.mark.parametrize("name", ["footnote", "side-by-side", "tool-list", "recommendation"])
def test_prose_of_an_article_in_a_part_with_the_name_of_a_frame_is_kept(name: str) -> None:
    note = "注：本文数据截至2024年6月底，由区人才服务中心统计。"
    footer = "<div class=footer><p>主办：璧山区委组织部，技术支持：区大数据中心。</p></div>"
    html = (
        f"<body><h1>璧山区举办青年人才沙龙</h1><div class=content>{BODY}<div class={name}><p>{note}</p></div>"
        f"<div class={name}><p>更多内容，请看<a href=1>区人才服务网</a>的青年人才专栏。</p></div></div>{footer}</body>"
    )
    assert texts(html)[1:] == [FIRST, SECOND, THIRD, note]


def test_the_footer_of_a_page_without_an_article_of_its_own_name_is_left_out() -> None:
    footer = "<div class=footer><p>主办：璧山区委组织部，技术支持：区大数据中心。</p></div>"
    assert texts(f"<body><h1>璧山区举办青年人才沙龙</h1>{BODY}{footer}</body>")[1:] == [FIRST, SECOND, THIRD]


def test_who_signs_the_date_and_the_attachments_below_the_editor_are_kept() -> None:
    html = (
        f"<body>{CMS_NAV}<div class=article><h1>关于申报青年人才的通知</h1><div class=TRS_Editor>{BODY * 4}</div>"
        "<div class=inscribe><p>璧山区委组织部</p><p>璧山区人力社保局</p><p>2024年5月6日</p></div>"
        "<div class=fj><p>附件：</p><p><a href='/download?id=1'>1.申报表</a></p><p>2.汇总表.docx</p></div>"
        "<div class=c2><p>本通知自印发之日起施行。</p><p>热门服务</p></div>"
        "<div class=next>下一篇：<a href=2>璧山区召开春季招聘会</a></div><div class=other><a href=3>璧山区出台青年人才政策</a>"
        "<p>璧山区日前出台青年人才政策，共二十条。</p></div></div></body>"
    )
    assert texts(html)[12:] == [
        THIRD, "璧山区委组织部", "璧山区人力社保局", "2024年5月6日", "附件：", "1.申报表", "2.汇总表.docx", "本通知自印发之日起施行。",
    ]  # fmt: skip


def test_what_a_site_puts_below_an_article_within_the_same_part_is_left_out() -> None:
    html = known_html().replace('<div class="left">', '<div class="article">')
    text = joined(page(html))
    assert share_in_order(text) >= 0.995
    assert [word for word in CHROME if word in text] == []


def test_a_later_section_of_a_document_that_word_saved_is_kept() -> None:
    html = f"<html><body><div class=WordSection1>{BODY}</div><div class=WordSection2><p>附件1</p><p>参会名单</p></div></body></html>"
    assert texts(html) == [FIRST, SECOND, THIRD, "附件1", "参会名单"]


def test_comments_scripts_and_hidden_parts_never_come_back() -> None:
    html = f"<body><div id=zoom><!-- 内部意见：暂不公开 --><script>var 标题='x';</script><style>p{{}}</style>{BODY}<span style='display:none'>隐藏推广</span></div></body>"
    assert texts(html) == [FIRST, SECOND, THIRD]


def test_a_short_notice_is_an_article() -> None:
    html = "<head><title>停办公告</title></head><body><div id=zoom><p>本周六窗口停办。</p></div></body>"
    assert "本周六窗口停办。" in texts(html)


def test_a_list_of_links_says_that_it_holds_no_article() -> None:
    items = "".join(
        f'<li><a href="{n}.html">璧山区召开第{n}次人才工作例会</a><span>2023-06-{n:02d}</span></li>'
        for n in range(1, 21)
    )
    html = f"<head><title>组工动态</title></head><body><ul class=nav><li><a href=/>首页</a></li></ul><div class=list><ul>{items}</ul></div></body>"
    with pytest.raises(EmptyFileError, match="链接列表"):
        list(read(html.encode(), "列表.html", Limits()))


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<html><frameset cols='20%,80%'><frame src=a.html><frame src=b.html></frameset></html>", "框架"),
        ("<html><body><div id=app></div><script>" + "render({text:'正文'});" * 50 + "</script></body></html>", "脚本"),
        ("<html><body></body></html>", "脚本"),
    ],
)
def test_a_page_without_text_of_its_own_says_why(html: str, what: str) -> None:
    with pytest.raises(EmptyFileError, match=what):
        list(read(html.encode(), "网页.html", Limits()))


def test_an_entity_bomb_in_a_page_unfolds_nothing() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    html = f'<!DOCTYPE html [<!ENTITY a0 "哈哈哈哈">{entities}]><html><body><div id=zoom>{BODY}<p>&a11;</p></div></body></html>'
    assert len(joined(page(html))) < 5000


@settings(max_examples=25, deadline=None)
@given(articles)
def test_no_character_of_an_article_is_lost(article: list[str]) -> None:
    html = CMS_PAGE.format(title="关于青年人才工作的报告", body="\n".join(f"<p>\u3000\u3000{p}</p>" for p in article))
    text = joined(page(html))
    assert [paragraph for paragraph in article if paragraph not in text] == []


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from('<>/="abdiv tlerhnpsoz&;#0x一正文。，'), max_size=200))
def test_broken_markup_never_ends_in_anything_but_a_reason(markup: str) -> None:
    try:
        list(read(f"<html><body><p>{FIRST}{markup}".encode(), "网页.html", Limits()))
    except ReadError as exc:
        assert str(exc).endswith("。")
