"""What six articles of five real files tell about themselves, and imitations of their shapes that need no file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from core.schema import Article, Metadata
from ingest.articles import Structured, structure
from ingest.cleaning.clean import clean
from ingest.formats.plain import lines_of, read
from ingest.lines import Limits, RawText
from retriever.places import Gazetteer

SEEDS = Path(__file__).parents[4] / "shared/corpus/seeds"


@dataclass(frozen=True)
class Told:
    title: str
    meta: Metadata


FACTS = {
    "000": [
        Told(
            "九龙坡区“四力”推进青年人才汇活动",
            Metadata(province="重庆市", district="九龙坡区", date="2014", date_from="正文"),
        )
    ],
    # A speech that names no place: whose district 我区 is stays open, and so do its day and its speaker.
    "001": [
        Told(
            "在全市组织系统推进年轻干部成长工作座谈会上的交流发言",
            Metadata(kind="交流发言", occasion="全市组织系统推进年轻干部成长工作座谈会"),
        )
    ],
    # Two unrelated articles. 去年3月 and 2022年 are told, but not when the texts were written.
    "002": [
        Told(
            "重庆共青团 坚持“选育管用”一体化 锻造高质量团干部队伍",
            Metadata(province="重庆市", kind="报道", authors=("陈钰桦", "鹿佳琦")),
        ),
        Told(
            "江北 打造金融人才集聚首选地 构建产才融合发展新模式",
            Metadata(province="重庆市", district="江北区", authors=("赖显睿", "应光圣")),
        ),
    ],
    "003": [
        Told(
            "破题解难 创新施为 盐都区以组织工作高质量发展服务发展高质量",
            Metadata(province="江苏省", city="盐城市", district="盐都区", authors=("都组轩",)),
        )
    ],
    # It has no title of its own. Its editors are no authors; 2024年工作要点 is a document that it names.
    "004": [
        Told(
            "通川区积极融入全省“1+3+N”人才发展雁阵格局",
            Metadata(
                province="四川省", city="达州市", district="通川区", kind="报道", issuer="达州日报", origin="达州日报"
            ),
        )
    ],
}


def made_of(raw: RawText, gazetteer: Gazetteer) -> Structured:
    return structure(
        clean(raw.lines).blocks,
        document_id="d",
        source=raw.source,
        sha256="",
        gazetteer=gazetteer,
        file_name=raw.source,
    )


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the folder with the real files is not there")
@pytest.mark.parametrize("number", FACTS)
def test_real_files_tell_these_facts_and_no_others(gazetteer: Gazetteer, number: str) -> None:
    [path] = SEEDS.glob(f"{number}_*.txt")
    [raw] = read(path.read_bytes(), path.name, Limits())
    assert isinstance(raw, RawText)
    articles = made_of(raw, gazetteer).articles
    assert [Told(article.title, article.meta) for article in articles] == FACTS[number]


# --- the same shapes, with invented content -----------------------------------------------------------------------

WORK = (
    "坚持问题导向、目标导向，围绕县委重点、盘活各方力量，推动各项任务落地见效，累计选派服务队42支，走访群众3160人次，"
    "解决急难愁盼问题286件，群众满意度保持在98%以上，形成了一批可看可学的经验。"
)


def only(raw: str, gazetteer: Gazetteer) -> Article:
    [article] = made_of(RawText(lines_of(raw), "来件.txt"), gazetteer).articles
    return article


def test_a_report_of_a_district_about_itself(gazetteer: Gazetteer) -> None:
    raw = f"""
 繁昌区“五色”工作法激活基层治理

2019年繁昌区“五色”工作法是在往年基础上的拓展，我区力图打造基层治理的样板。经过8个月的实施，10月9日，现场会在区文化馆举行。

一、建强组织，凝聚“红色”力量

我区由组织部部长周某某同志牵头，组建了工作专班。{WORK}

二、广搭平台，激发“橙色”活力

全区分设6个片区。{WORK}

下一步，我们打算把做法写成手册。
"""
    assert only(raw, gazetteer).meta == Metadata("安徽省", "芜湖市", "繁昌区", "2019", "正文")


def test_a_speech_that_says_our_district_and_names_none(gazetteer: Gazetteer) -> None:
    raw = f"""在全市基层党建重点任务推进会上的交流发言

网友 分享 时间:

尊敬的各位领导,同志们:

近年来,我区始终坚持大抓基层的鲜明导向。现在把今年的做法向大家作个汇报:

擦亮三张名片建强“主阵地”。我区{WORK * 4}

用好两支队伍激活“主力军”。2021年以来,我区选派干部赴上海、深圳等地跟班学习。{WORK * 4}

汇报完毕,谢谢大家!

36 1820045
");
"""
    meta = Metadata(kind="交流发言", occasion="全市基层党建重点任务推进会")
    assert only(raw, gazetteer).meta == meta


def test_a_page_of_a_newspaper_with_two_articles(gazetteer: Gazetteer) -> None:
    raw = f"""
贵州共青团 坚持“引育留用”一体化 建设青年人才队伍

青春建功 新贵州 县域共青团改革系列报道

建强团的干部队伍是基层团建的头一件事，贵州共青团坚持党管干部原则。{WORK}

今年6月，团湄潭县委选派大学生到基层挂职。{WORK}

去年3月，团仁怀市委选派西部计划志愿者。{WORK}

周明远 何小茹

晋江 打造青年友好城市 构建产才融合发展新格局

晋江市制造业总产值超7000亿元，这背后是强有力的人才支撑。{WORK}

如何广聚英才？晋江市以“晋才回流”为着力点。{WORK}

2022年、2023年晋江市累计举办招聘会64场。{WORK}

陈晓峰 林海燕
图片由晋江市委宣传部提供"""
    made = made_of(RawText(lines_of(raw), "来件.txt"), gazetteer)
    assert [(article.title, article.meta) for article in made.articles] == [
        (
            "贵州共青团 坚持“引育留用”一体化 建设青年人才队伍",
            Metadata(province="贵州省", kind="报道", authors=("周明远", "何小茹")),
        ),
        (
            "晋江 打造青年友好城市 构建产才融合发展新格局",
            Metadata(province="福建省", city="泉州市", district="晋江市", authors=("陈晓峰", "林海燕")),
        ),
    ]


def test_a_special_page_with_its_title_below_the_lead_and_a_collective_name(gazetteer: Gazetteer) -> None:
    raw = f"""
实施“青苗育林”计划;建立“双导师”制度;打造“茶乡英才”品牌……湄潭县组织系统坚持目标导向,有力扛起组织部门使命担当。

蓄势聚力 茶乡争先

湄潭县以组织工作新作为服务茶产业新发展

□ 湄组平

精准发力 全域提质

筑牢茶产业发展的基层堡垒

湄潭县组织系统把力量压到村和社区。{WORK}



党员下茶园助力春采

湄潭县委组织部立足新发展阶段,为湄潭高质量发展贡献组织力量。{WORK}
"""
    article = only(raw, gazetteer)
    assert article.title == "蓄势聚力 茶乡争先 湄潭县以组织工作新作为服务茶产业新发展"
    assert article.meta == Metadata("贵州省", "遵义市", "湄潭县", authors=("湄组平",))


def test_a_page_of_a_portal_without_a_title_and_with_its_editors(gazetteer: Gazetteer) -> None:
    raw = f"""打开网易新闻 查看精彩图片

济济多士,乃成大业。近年来,石柱县深度融入全市“一区两群”人才协作格局,以创建人才示范县为统揽。{WORK}

党管人才 构建工作格局

石柱县始终坚持党管人才,印发《2024年人才工作要点》。{WORK}

精准招引 打造聚集高地

9月6日,石柱县与重庆师范大学签约。落实2023年度安家补助179万元。{WORK}

来源:重庆日报

编辑:陈 晨

编审:赵大海

打开网易新闻 查看精彩图片
"""
    meta = only(raw, gazetteer).meta
    assert meta == Metadata(
        province="重庆市", district="石柱土家族自治县", kind="报道", issuer="重庆日报", origin="重庆日报"
    )
