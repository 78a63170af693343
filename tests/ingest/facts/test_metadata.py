"""What articles tell about themselves: place, date, kind, issuer, authors, source, speech. Nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Metadata
from ingest.articles import Structured, structure
from ingest.cleaning.clean import clean
from ingest.facts.dates import date_of_name, dates_in, first_date, parse_date, whole_date
from ingest.facts.kinds import kind_of_title
from ingest.facts.metadata import read_metadata
from ingest.facts.parts import Parts
from ingest.formats.plain import lines_of
from retriever.places import Gazetteer

TEXT = (
    "近年来，各级党组织坚持党管人才原则，持续完善引才育才用才机制，推动人才工作与产业发展同频共振，累计选派专家服务团42个，"
    "解决技术难题316项，取得了明显成效，群众满意度逐年提高。"
)


@pytest.fixture
def read(gazetteer: Gazetteer):
    def read(*parts: str, **known: str) -> Structured:
        blocks = clean(lines_of("\n\n".join(parts) + "\n")).blocks
        return structure(blocks, document_id="d", source="来件.txt", sha256="", gazetteer=gazetteer, **known)

    return read


@pytest.fixture
def tell(read):
    def tell(*parts: str, **known: str) -> Metadata:
        return read(*parts, **known).articles[0].meta

    return tell


NOTICE = (
    "中共达州市通川区委组织部文件",
    "通川组〔2024〕3号",
    "关于做好年度人才项目申报工作的通知",
    "各乡镇党委，各街道党工委，区级各部门党组：",
    TEXT,
    "一、申报范围",
    TEXT,
    "二、工作要求",
    TEXT,
    "附件：1.人才项目申报表",
    "中共达州市通川区委组织部",
    "2024年3月5日",
    "抄送：市委组织部。",
)


# --- place ------------------------------------------------------------------------------------------------------


def test_the_place_of_a_letter_is_that_of_its_signature(tell) -> None:
    assert tell(*NOTICE).place == "四川省达州市通川区"
    assert tell("关于赴浙江省学习考察的报告", TEXT, "中共湄潭县委组织部", "2024年3月5日").place == "贵州省遵义市湄潭县"


def test_a_signature_is_narrowed_by_the_title(tell) -> None:
    meta = tell("关于同意湄潭县设立茶业人才基地的批复", TEXT, "中共遵义市委组织部", "2024年3月5日")
    assert meta.place == "贵州省遵义市湄潭县"


def test_the_number_of_a_document_of_a_province_tells_the_province_only(tell) -> None:
    assert tell("渝委组〔2024〕3号", "关于加强年轻干部培养的意见", TEXT).place == "重庆市"
    assert tell("吉组〔2024〕3号", "关于加强年轻干部培养的意见", TEXT).place == "", "吉县 as well as 吉林省"


def test_the_newspaper_settles_a_shared_name_but_is_no_place_of_the_text(tell) -> None:
    assert tell("江北区推进金融人才集聚", TEXT, "来源：宁波日报").place == "浙江省宁波市江北区"
    assert tell("江北区推进金融人才集聚", TEXT).place == "江北区"
    assert tell("推进金融人才集聚的做法", TEXT, "来源：宁波日报").place == ""


def test_an_office_as_source_tells_the_place_where_the_text_speaks_of_it(tell) -> None:
    assert tell("把好苗子选出来", "通川区近日印发办法。" + TEXT, "来源：通川区委组织部").place == "四川省达州市通川区"
    assert tell("把好苗子选出来", TEXT, "来源：通川区委组织部").place == ""


def test_the_dateline_tells_the_place_where_the_text_goes_on_with_it(tell) -> None:
    assert tell("人才公寓建成", "本报达州3月5日电（记者 王明）达州建成人才公寓。" + TEXT).place == "四川省达州市"
    assert tell("全国人才工作会议召开", "新华社北京3月5日电（记者 王明）" + TEXT).place == ""


@pytest.mark.parametrize(
    "body",
    [
        "上半年，我们走访了湄潭县、晋江市、繁昌区三个县市区。湄潭县、晋江市、繁昌区的做法值得学习。",
        "我区组织干部赴晋江市考察，学习晋江市经验，与来自晋江市的企业座谈。",
        "湄潭县建成基地6个，晋江市建成驿站12家，盐都区建成智库1个；湄潭县、晋江市、盐都区各有特色。",
        "四川文理学院、四川大学、四川师范大学、四川日报都派人参加。",
    ],
)
def test_places_that_are_only_mentioned_are_not_that_of_the_text(tell, body: str) -> None:
    assert tell("在人才工作座谈会上的讲话", "同志们：", body + TEXT, TEXT).place == ""


@pytest.mark.parametrize(
    "title",
    [
        "关于赴杭州市余杭区学习考察人才工作情况的报告",
        "关于赴江苏省苏州市、浙江省宁波市学习考察的报告",
        "关于传达学习在重庆考察时重要讲话精神的通知",
        "大力弘扬延安精神 奋力谱写组织工作新篇章",
        "学习浙江“千村示范”经验 推进抓党建促振兴",
        "关于推广福建晋江经验的意见",
        "到余杭区挂职锻炼的体会",
        "对口支援新疆和田地区工作总结",
    ],
)
def test_a_title_that_names_a_place_of_others_leaves_the_place_open(tell, title: str) -> None:
    assert tell(title, "近日，我县深入推进有关工作。" + TEXT).place == ""


def test_the_body_may_tell_the_place_that_a_title_about_others_does_not(tell) -> None:
    body = (
        "湄潭县组织考察组赴余杭区学习。余杭区建成基地9个，余杭区引进专家20名，余杭区办理事项60件，余杭区设立站点6个。"
    )
    own = "湄潭县将建设基地，湄潭县将引进专家，湄潭县将设立站点。"
    assert tell("关于赴杭州市余杭区学习考察的报告", body + own + TEXT).place == "贵州省遵义市湄潭县"
    assert tell("大力弘扬延安精神", "延安精神是延安精神，学习延安精神。" + own + TEXT).place == "贵州省遵义市湄潭县"


@pytest.mark.parametrize(
    "title",
    [
        "湄潭县党政代表团赴杭州市余杭区考察",
        "湄潭县传达学习在浙江考察时重要讲话精神",
        "湄潭县人才工作经验材料",
        "湄潭县精神文明建设工作总结",
        "在湄潭县人才工作会议上的讲话",
        "省委组织部赴湄潭县调研人才工作",
        "关于选派干部到湄潭县任职的通知",
        "湄潭县援藏干部工作汇报",
    ],
)
def test_a_title_that_names_its_own_place_tells_it(tell, title: str) -> None:
    assert tell(title, TEXT).place == "贵州省遵义市湄潭县"


def test_the_hall_of_a_meeting_is_not_the_place_of_its_notice(tell) -> None:
    notice = ("关于召开人才工作会议的通知", TEXT, "地点：杭州市余杭区未来宾馆三楼会议室", TEXT)
    assert tell(*notice, "中共湄潭县委组织部", "2024年3月5日").place == "贵州省遵义市湄潭县"
    assert tell("人才工作会议", "地点：重庆市璧山区", TEXT).place == "重庆市璧山区"


def test_the_name_of_a_school_is_no_place_of_its_letter(tell) -> None:
    assert tell("关于做好人才推荐工作的通知", TEXT, "中共四川文理学院委员会组织部", "2024年3月5日").place == ""


def test_our_city_is_not_one_of_its_districts(tell) -> None:
    body = "我市在通川区建成基地，通川区引进专家12名，通川区办理事项300件。"
    assert tell("以产聚才的做法", body + TEXT).place == "四川省达州市"
    assert tell("以产聚才的做法", body.replace("我市", "我区") + TEXT).place == "四川省达州市通川区"


def test_a_title_of_two_districts_of_a_city_is_of_the_city(tell) -> None:
    assert tell("盐都区与亭湖区共建人才驿站", TEXT).place == "江苏省盐城市"
    assert tell("湄潭县与晋江市共建人才驿站", TEXT).place == ""


def test_a_life_story_does_not_make_a_place(tell) -> None:
    body = "王某，重庆市璧山区人，曾任璧山区教师，后任璧山区局长，原璧山区副区长。"
    assert tell("任职简历", body + TEXT).place == ""


# --- date -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "known", "told", "how"),
    [
        (("湄潭县2021年人才工作总结", "发布时间：2022-08-09 10:30", TEXT), {"date": "2020-3-1"}, "2020-03-01", "字段"),
        (("湄潭县2021年人才工作总结", "发布时间：2022-08-09 10:30", TEXT), {}, "2022-08-09", "标注"),
        (("湄潭县2021年人才工作总结", "（2022年1月8日）", TEXT), {}, "2022-01-08", "标注"),
        (("湄潭县举办人才沙龙", "2022-01-08 07:30　来源：遵义日报　点击：88", TEXT), {}, "2022-01-08", "标注"),
        (("湄潭县举办人才沙龙", "来源：遵义日报 | 2022年01月08日 07:30", TEXT), {}, "2022-01-08", "标注"),
        (("湄潭县2021年人才工作总结", TEXT, "中共湄潭县委组织部", "2022年1月8日"), {}, "2022-01-08", "落款"),
        (("湄潭县人才工作总结", TEXT, "中共湄潭县委组织部", "二〇二二年一月八日"), {}, "2022-01-08", "落款"),
        (("湄潭县2021年人才工作总结", TEXT), {"file_name": "20220108.docx"}, "2021", "标题"),
        (("湄潭县人才工作总结", TEXT), {"file_name": "总结_20220108.docx"}, "2022-01-08", "文件名"),
        (("湄潭县人才工作总结", TEXT), {"file_name": "2022年总结.docx"}, "2022", "文件名"),
        (("湄潭县召开会议", "2023年5月4日，湄潭县召开会议。" + TEXT), {}, "2023-05-04", "正文"),
        (("湄潭县召开会议", "2014年湄潭县人才活动是往年的拓展。" + TEXT), {}, "2014", "正文"),
        (("湄潭县召开会议", "新华社贵阳2023年5月4日电 " + TEXT), {}, "2023-05-04", "正文"),
        (("湄潭县召开会议", TEXT + "《贵州日报》（2023年08月02日 06版）"), {}, "2023-08-02", "标注"),
    ],
)
def test_a_date_says_how_it_is_known(tell, parts: tuple[str, ...], known: dict[str, str], told: str, how: str) -> None:
    meta = tell(*parts, **known)
    assert (meta.date, meta.date_from) == (told, how)


@pytest.mark.parametrize(
    ("parts", "told", "how"),
    [
        (("关于做好2025年度选调生招录工作的通知", TEXT), "2025", "标题"),
        (("关于做好2025年度选调生招录工作的通知", TEXT, "中共湄潭县委组织部", "2024年10月8日"), "2024-10-08", "落款"),
        (("湄组通〔2024〕45号", "关于做好2025年度选调生招录工作的通知", TEXT), "2024", "标注"),
        (("关于做好2025年度选调生招录工作的通知", TEXT + "请于2024年10月20日前报名。"), "", ""),
        (("在纪念1919年五四运动105周年大会上的讲话", "同志们：", TEXT), "", ""),
        (("自2023年起施行的人才新政解读", TEXT), "", ""),
        (("人才工作大事记", "2023-01-12", "组织部长会议召开。" + TEXT, "2023-03-05", "座谈会召开。" + TEXT), "", ""),
    ],
)
def test_the_year_that_a_title_speaks_of_is_not_always_that_of_the_text(
    tell, parts: tuple[str, ...], told: str, how: str
) -> None:
    meta = tell(*parts)
    assert (meta.date, meta.date_from) == (told, how)


def test_the_day_of_a_meeting_is_not_that_of_its_notice(tell) -> None:
    notice = ("关于召开全县人才工作会议的通知", TEXT)
    meeting = ("时间：2024年3月15日（星期五）上午9:00", "地点：县委党校报告厅", "请准时参加，不得请假。")
    signed = tell(*notice, *meeting, "中共湄潭县委组织部", "2024年3月10日")
    assert (signed.date, signed.date_from) == ("2024-03-10", "落款")
    assert tell(*notice, *meeting).date == ""
    assert tell(*notice, "时间：2024年3月15日", TEXT).date == ""
    assert tell("湄潭县召开会议", "时间：2024-03-15 10:30", TEXT).date == "2024-03-15", "the label of a page"


@pytest.mark.parametrize(
    "line", ["（湄潭县委组织部　2024年1月）", "湄潭县委组织部 2024年1月", "湄潭县委组织部　二〇二四年一月"]
)
def test_an_office_and_its_date_on_one_line_tell_both(tell, line: str) -> None:
    for parts in (("湄潭县2023年度人才工作总结", line, TEXT), ("湄潭县2023年度人才工作总结", TEXT, TEXT, line)):
        meta = tell(*parts)
        assert (meta.issuer, meta.date, meta.district) == ("湄潭县委组织部", "2024-01", "湄潭县")


def test_the_line_of_the_printer_tells_the_date_only_where_no_signature_does(tell) -> None:
    printed = "中共湄潭县委组织部办公室　2024年3月8日印发"
    assert tell("关于做好申报工作的通知", TEXT, "中共湄潭县委组织部", "2024年3月5日", printed).date == "2024-03-05"
    meta = tell("关于做好申报工作的通知", TEXT, TEXT, printed)
    assert (meta.date, meta.district, meta.issuer) == ("2024-03-08", "湄潭县", "")


@pytest.mark.parametrize(
    "opening",
    [
        "会议指出，2019年湄潭县引进专家。",
        "2021年以来，湄潭县持续引才。",
        "2021年5月起，湄潭县持续引才。",
        "2016年的那次改革是一次探索。",
        "2022年度先进名单日前公布。",
        "2022年末，全县有专家300名。",
        "2016年，湄潭县首次引才；2023年，又有新进展。",
    ],
)
def test_a_date_that_a_text_only_speaks_of_is_not_its_own(tell, opening: str) -> None:
    meta = tell("湄潭县人才工作", opening + TEXT, "2020年9月，首批专家到岗。" + TEXT)
    assert (meta.date, meta.date_from) == ("", "")


@pytest.mark.parametrize("line", ["2024年2月30日", "2024年13月1日", "二〇二四年十三月一日"])
def test_a_day_that_does_not_exist_is_no_date(tell, line: str) -> None:
    assert tell("关于做好人才申报工作的通知", TEXT, "中共湄潭县委组织部", line).date == ""
    assert (first_date(line), whole_date(line), parse_date(line)) == ("", "", "")


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    digits = "〇一二三四五六七八九"

    def spoken(number: int) -> str:
        tens, units = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[units] if units else "")

    year = "".join(digits[int(sign)] for sign in str(day.year))
    for written in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}-{day.month:02}-{day.day:02}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{year}年{spoken(day.month)}月{spoken(day.day)}日",
        f"{year.replace('〇', '○')}年{spoken(day.month)}月{spoken(day.day)}日",
    ):
        assert first_date(f"于{written}印发") == whole_date(written) == parse_date(written) == day.isoformat(), written
    assert date_of_name(f"通知_{day:%Y%m%d}（定稿）.docx") == parse_date(f"{day:%Y%m%d}") == day.isoformat()


@given(st.text("0123456789年月日-/.〇一二三十 至以来", max_size=30))
def test_only_real_days_in_order_are_ever_found(text: str) -> None:
    end = 0
    for found in dates_in(text):
        assert end <= found.start < found.end <= len(text)
        assert parse_date(found.iso) == found.iso
        end = found.end


@pytest.mark.parametrize(
    "name",
    ["000_a85dcc70d3db20b6.txt", "2021-2025年规划.docx", "文件20241301.txt", "a20240305b.txt", "13800002024.txt"],
)
def test_digits_in_a_file_name_are_not_always_a_date(name: str) -> None:
    assert date_of_name(name) == ""


# --- kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("在全市组织部长会议上的讲话", "讲话"),
        ("在培训班开班式上的致辞", "讲话"),
        ("在青年人才座谈会上的交流发言（摘要）", "交流发言"),
        ("座谈会发言材料", "交流发言"),
        ("人才工作情况汇报", "汇报"),
        ("2022年工作总结和2023年工作打算", "总结"),
        ("抓党建促振兴经验材料", "经验材料"),
        ("关于年轻干部队伍建设的调研报告", "调研报告"),
        ("2023年政府工作报告", "政府工作报告"),
        ("关于印发《人才引进办法》的通知", "通知"),
        ("关于拟提拔任用干部的公示", "公示"),
        ("公开招聘公告", "公告"),
        ("关于三起典型案例的通报", "通报"),
        ("人才工作简报", "简报"),
        ("关于申请设立工作站的请示", "请示"),
        ("关于同意设立工作站的批复", "批复"),
        ("关于商请支持人才工作的函", "函"),
        ("常委会会议纪要", "纪要"),
        ("关于表彰先进的决定", "决定"),
        ("关于加强年轻干部培养的实施意见（试行）", "意见"),
        ("人才公寓建设实施方案（征求意见稿）", "方案"),
        ("关于报送2023年度工作总结的通知", "通知"),
        ("关于召开党组织书记述职报告会的通知", "通知"),
        ("关于征集交流发言材料的通知", "通知"),
        ("关于做好人才工作情况汇报的通知", "通知"),
        ("关于做好调研报告报送工作的通知", "通知"),
        ("关于政府工作报告任务分工的通知", "通知"),
        ("关于2023年度工作总结报送情况的通报", "通报"),
        ("关于商请提供经验交流发言材料的函", "函"),
        ("关于表彰优秀调研报告的决定", "决定"),
        ("关于改进述职报告工作的意见", "意见"),
        ("2023年人才工作总结报告", "总结"),
        ("在学习贯彻全会决定会议上的讲话", "讲话"),
        ("2024年组织工作要点", "计划"),
        ("年度培训计划", "计划"),
        ("干部考核办法（试行）", "政策文件"),
        ("《通川区人才激励办法》", "政策文件"),
        ("湄潭县召开人才工作会议", ""),
        ("通川区出台意见建议办理机制", ""),
        ("把办法送到企业门口", ""),
        ("《干部考核办法》解读", ""),
    ],
)
def test_the_end_of_a_title_tells_the_kind(title: str, kind: str) -> None:
    assert kind_of_title(title) == kind


@pytest.mark.parametrize(("end", "kind"), [("汇报完毕，谢谢大家！", "交流发言"), ("同志们，让我们一起努力！", "讲话")])
def test_a_greeting_and_the_last_words_tell_a_speech(tell, end: str, kind: str) -> None:
    assert tell("年轻干部培养工作", "尊敬的各位领导，同志们：", TEXT, TEXT, end).kind == kind


@pytest.mark.parametrize(
    "parts",
    [
        ("达州建成人才公寓", "本报讯（记者 王明）" + TEXT),
        ("达州建成人才公寓", TEXT + "（记者 王明 通讯员 李晓红）"),
        ("达州建成人才公寓", TEXT, "来源：达州日报"),
        ("达州建成人才公寓", "系列报道", TEXT),
    ],
)
def test_reporters_and_newspapers_tell_a_report(tell, parts: tuple[str, ...]) -> None:
    assert tell(*parts).kind == "报道"


def test_a_text_that_does_not_tell_its_kind_has_none(tell) -> None:
    assert tell("达州建成人才公寓", TEXT, "来源：通川区委组织部").kind == ""


def test_the_label_of_the_kind_wins(tell) -> None:
    assert tell("人才工作情况汇报", "体裁：经验材料", TEXT).kind == "经验材料"


# --- issuer, source, authors ------------------------------------------------------------------------------------


def test_the_issuer_of_a_letter_is_who_signs_it(tell) -> None:
    assert tell(*NOTICE).issuer == "中共达州市通川区委组织部"
    assert tell(*NOTICE[:-3]).issuer == "中共达州市通川区委组织部", "the letterhead says it too"


def test_two_offices_may_sign(tell) -> None:
    meta = tell("关于做好申报工作的通知", TEXT, "中共湄潭县委组织部", "湄潭县人力资源和社会保障局", "2024年3月5日")
    assert meta.issuer == "中共湄潭县委组织部、湄潭县人力资源和社会保障局"


@pytest.mark.parametrize(
    ("line", "issuer"),
    [
        ("中共湄潭县委组织部　湄潭县人力资源和社会保障局", "中共湄潭县委组织部、湄潭县人力资源和社会保障局"),
        ("中共湄潭县委  湄潭县人民政府", "中共湄潭县委、湄潭县人民政府"),
        ("县委组织部 县人社局 县教育局", "县委组织部、县人社局、县教育局"),
        ("中共湄潭县委 组织部", "中共湄潭县委组织部"),
        ("中 共 湄 潭 县 委 组 织 部", "中共湄潭县委组织部"),
    ],
)
def test_two_offices_on_one_line_are_kept_apart(tell, line: str, issuer: str) -> None:
    assert tell("关于做好申报工作的通知", TEXT, line, "2024年3月5日").issuer == issuer


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("共青团湄潭县委关于开展志愿服务的通知", "共青团湄潭县委"),
        ("湄潭县委组织部关于做好申报工作的通知", "湄潭县委组织部"),
        ("达州市通川区委组织部关于报送2023年度工作总结的通知", "达州市通川区委组织部"),
        ("湄潭县关于做好申报工作的通知", ""),
        ("湄潭县委组织部关于引才的故事", ""),
    ],
)
def test_the_title_of_an_official_document_tells_its_issuer(tell, title: str, issuer: str) -> None:
    assert tell(title, TEXT).issuer == issuer


@pytest.mark.parametrize(
    ("line", "origin", "issuer"),
    [
        ("来源：达州日报", "达州日报", "达州日报"),
        ("（来源：通川区委组织部）", "通川区委组织部", "通川区委组织部"),
        ("来源：网络", "网络", ""),
        ("来源：搜狐新闻", "搜狐新闻", ""),
        ("图片来源：达州日报", "", ""),
    ],
)
def test_the_source_is_who_issued_where_it_is_a_newspaper_or_an_office(
    tell, line: str, origin: str, issuer: str
) -> None:
    meta = tell("把好苗子选出来", TEXT, line)
    assert (meta.origin, meta.issuer) == (origin, issuer)


def test_a_source_inside_the_last_words_is_found_too(tell) -> None:
    assert tell("把好苗子选出来", TEXT + "来源：达州日报 记者 王明编辑 陈晨").origin == "达州日报"


def test_a_dateline_names_the_newspaper(tell) -> None:
    assert tell("把好苗子选出来", "四川日报讯（记者 王明）" + TEXT).issuer == "四川日报"
    assert tell("把好苗子选出来", "新华社北京3月5日电（记者 王明）" + TEXT).issuer == "新华社"
    assert tell("把好苗子选出来", "本报讯（记者 王明）" + TEXT).issuer == "", "which newspaper is not said"


@pytest.mark.parametrize(
    ("parts", "authors"),
    [
        (("标题就在这里写着了", "记者 王明 通讯员 李晓红", TEXT), ("王明", "李晓红")),
        (("标题就在这里写着了", "□ 都轩组", TEXT), ("都轩组",)),
        (("标题就在这里写着了", TEXT, "文/王明"), ("王明",)),
        (("标题就在这里写着了", "本报讯（记者 王明、通讯员李晓红）" + TEXT), ("王明", "李晓红")),
        (("标题就在这里写着了", "中新网达州3月5日电（王明 李晓红）" + TEXT), ("王明", "李晓红")),
        (("标题就在这里写着了", TEXT + "（王明）"), ("王明",)),
        (("标题就在这里写着了", TEXT + "通讯员：李晓红编辑 陈晨二审 赵大海"), ("李晓红",)),
        (("标题就在这里写着了", TEXT + "（欧阳明 赵大海）"), ("欧阳明", "赵大海")),
        (("标题就在这里写着了", TEXT, "编辑：陈 晨", "审核：赵大海", "摄影：王明"), ()),
        (("标题就在这里写着了", TEXT + "（王明 摄）"), ()),
        (("标题就在这里写着了", "记者从通川区委组织部获悉，人才公寓已经建成。" + TEXT), ()),
        (("标题就在这里写着了", TEXT + "（全文完）"), ()),
        (("标题就在这里写着了", TEXT + "（作者系通川区委组织部部长）"), ()),
        (("标题就在这里写着了", TEXT + "（作者单位：通川区委组织部）"), ()),
        (("标题就在这里写着了", TEXT + "（方案）"), ()),
        (("标题就在这里写着了", "记者：高洁", TEXT), ("高洁",)),
        (("标题就在这里写着了", "严格 高效", TEXT), ()),
        (("把好苗子选出来的几点思考", "通川区委组织部　王明", TEXT), ("王明",)),
        (("把好苗子选出来的几点思考", "作者：王明　单位：通川区委组织部", TEXT), ("王明",)),
        (("标题就在这里写着了", "文明办 文史馆", TEXT), ()),
        (("关于表彰先进个人的决定", TEXT, "王明 李晓红", TEXT, "中共湄潭县委组织部", "2024年3月5日"), ()),
    ],
)
def test_authors_are_those_who_wrote_not_those_who_edited_or_photographed(
    tell, parts: tuple[str, ...], authors: tuple[str, ...]
) -> None:
    assert tell(*parts).authors == authors


# --- speeches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "speaker", "occasion"),
    [
        (
            ("在全区组织部长会议上的讲话", "区委常委、组织部部长 张明远", "（2024年3月5日）"),
            "区委常委、组织部部长 张明远",
            "全区组织部长会议",
        ),
        (("在全区组织部长会议上的讲话", "（2024年3月5日）", "张明远"), "张明远", "全区组织部长会议"),
        (("张明远同志在全区组织部长会议上的讲话",), "张明远", "全区组织部长会议"),
        (("在全省基层治理现场推进会上的交流发言",), "", "全省基层治理现场推进会"),
        (("青年人才座谈会发言材料",), "", "青年人才座谈会"),
        (("年轻干部培养情况汇报",), "", ""),
    ],
)
def test_speaker_and_occasion_are_told_by_the_lines_at_the_top(
    tell, parts: tuple[str, ...], speaker: str, occasion: str
) -> None:
    meta = tell(*parts, "同志们：", TEXT, TEXT)
    assert (meta.speaker, meta.occasion) == (speaker, occasion)


def test_the_opening_may_tell_the_occasion(tell) -> None:
    meta = tell("致全体党员", "同志们：", "在庆祝建党一百周年大会召开之际，我讲几点意见。" + TEXT, TEXT)
    assert (meta.kind, meta.occasion) == ("讲话", "庆祝建党一百周年大会")


def test_only_a_speech_has_a_speaker(tell) -> None:
    meta = tell("在全区组织部长会议上的决定", "张明远", TEXT)
    assert (meta.speaker, meta.occasion) == ("", "")


# --- Traditional characters ---------------------------------------------------------------------------------------


def test_a_text_in_traditional_characters_is_not_of_the_place_it_learns_from(tell) -> None:
    body = "我區組織幹部學習杭州市經驗，對標杭州市做法，到杭州市考察，把杭州市經驗用於人才工作，取得了明顯成效。"
    meta = tell("學習借鑑杭州市經驗 推進人才工作", body)
    assert (meta.province, meta.city, meta.district) == ("", "", "")


@pytest.mark.parametrize(
    ("title", "kind"),
    [("在全區組織工作會議上的講話", "讲话"), ("2023年人才工作總結", "总结"), ("關於做好申報的通知", "通知")],
)
def test_a_title_in_traditional_characters_tells_the_kind(tell, title: str, kind: str) -> None:
    assert tell(title, TEXT).kind == kind


def test_the_facts_of_a_text_in_traditional_characters_are_told_in_simplified_ones(tell, gazetteer: Gazetteer) -> None:
    line = "發布時間：2024-03-05 來源：达州日報"
    meta = read_metadata(Parts("湄潭縣強化人才服務", paragraphs=[TEXT], credits=[line]), "", gazetteer)
    assert (meta.origin, meta.date, meta.district) == ("达州日报", "2024-03-05", "湄潭县")
    meta = tell("關於做好申報工作的通知", TEXT, "中共達州市通川區委組織部", "2024年3月5日")
    assert (meta.issuer, meta.date_from) == ("中共达州市通川区委组织部", "落款")


# --- all ---------------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(
            [
                *NOTICE,
                "各位领导：",
                "来源：达州日报",
                "（记者 王明）",
                "附件",
                "2024年",
                "我区",
                "——以湄潭为例",
                "第12期",
            ]
        ),
        max_size=9,
    )
)
def test_whatever_the_lines_the_facts_stand_in_the_text(gazetteer: Gazetteer, parts: list[str]) -> None:
    blocks = clean(lines_of("\n\n".join([*parts, TEXT]))).blocks
    made = structure(blocks, document_id="d", source="s", sha256="", gazetteer=gazetteer)
    for article in made.articles:
        meta = article.meta
        for told in (meta.issuer, meta.origin, meta.speaker, meta.occasion, *meta.authors):
            assert all(part in made.document.text for part in told.split("、"))
        assert bool(meta.date) == bool(meta.date_from)


def test_a_text_is_of_the_place_it_begins_with_where_it_speaks_of_no_other(tell) -> None:
    assert (
        tell(
            "“小院微治”打通末梢", "近年来，湄潭县设置党员中心户1407户，议定小院事务3208件，群众满意度明显提升。"
        ).district
        == "湄潭县"
    )
    assert (
        tell("“小院微治”打通末梢", "湄潭县和余庆县分别设置党员中心户1407户、806户，议定小院事务3208件。").district == ""
    )
    assert (
        tell("“小院微治”打通末梢", "调研组先到湄潭县，看了党员中心户，又问了小院议事的办法，收获很大。").district == ""
    )


@pytest.mark.parametrize("mark", ["", "# "])
def test_a_speaker_with_a_spread_name_under_the_title_is_told(tell, mark: str) -> None:
    meta = tell(
        f"{mark}在全区年轻干部工作座谈会上的发言", "湄潭县委组织部副部长  徐  敏", "（2023年8月30日）",
        "各位领导、同志们：", TEXT, "以上发言，不妥之处请批评指正。",
    )  # fmt: skip
    assert (meta.speaker, meta.date, meta.district) == ("湄潭县委组织部副部长 徐敏", "2023-08-30", "湄潭县")
