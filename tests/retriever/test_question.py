"""How questions are read: what they name, and what they ask for."""

from __future__ import annotations

import pytest

from retriever.places import Gazetteer
from retriever.question import Ask, QuestionReader, Vocabulary


@pytest.fixture(scope="module")
def reader(gazetteer: Gazetteer) -> QuestionReader:
    return QuestionReader(Vocabulary.load(), gazetteer, ["春茶计划", "晨光讲堂", "人才"], ["桐庐县", "鸠江区"])


@pytest.mark.parametrize(
    ("question", "ask"),
    [
        ("录用了多少人？", Ask.NUMBER),
        ("一共有几家？", Ask.NUMBER),
        ("花了多少钱？", Ask.MONEY),
        ("由谁牵头？", Ask.PERSON),
        ("什么时候启动的？", Ask.DATE),
        ("哪个单位牵头？", Ask.UNIT),
        ("有哪些措施？", Ask.LIST),
        ("“春茶计划”是什么意思？", Ask.DEFINITION),
        ("两地的做法有什么不同？", Ask.COMPARE),
        ("有没有先例？", Ask.PRECEDENT),
        ("介绍一下。", Ask.OTHER),
        ("与谁签约？", Ask.UNIT),
        ("区委书记叫什么？", Ask.PERSON),
    ],
)
def test_what_is_asked_for_is_recognised(reader: QuestionReader, question: str, ask: Ask) -> None:
    assert ask in reader.read(question).asks


@pytest.mark.parametrize("question", ["桐庐县这次活动的主题是什么？", "“春茶计划”是什么时候启动的？", "为什么是先进？"])
def test_not_every_what_asks_for_a_definition(reader: QuestionReader, question: str) -> None:
    assert Ask.DEFINITION not in reader.read(question).asks


def test_places_names_and_years_are_found(reader: QuestionReader) -> None:
    question = reader.read("桐庐2022年的春茶计划和鸠江区的“双导师”制度，各有多少人参加？")
    assert [place.name for place in question.places] == ["桐庐", "鸠江区"]
    assert set(question.names) == {"双导师", "春茶计划"}
    assert question.years == ("2022",)


def test_a_name_by_its_form_is_found_without_quotation_marks(reader: QuestionReader) -> None:
    assert reader.read("鸠江区的青松计划有多少人？").names == ("青松计划",)


def test_the_place_in_the_name_of_a_university_is_no_place_of_the_question(reader: QuestionReader) -> None:
    assert [place.name for place in reader.read("鸠江区和北京师范大学合作了什么？").places] == ["鸠江区"]


@pytest.mark.parametrize("question", ["老沙湾镇的水是谁修的？", "村支书杨光明做了什么？", "高新北区有多少家企业？"])
def test_a_part_of_another_name_is_no_place(reader: QuestionReader, question: str) -> None:
    assert reader.read(question).places == ()


@pytest.mark.parametrize("question", ["沙湾的水是谁修的？", "光明区做了什么？", "桐庐镇长是谁？"])
def test_a_place_by_itself_is_one(reader: QuestionReader, question: str) -> None:
    assert len(reader.read(question).places) == 1


def test_persons_are_told_from_other_names(reader: QuestionReader) -> None:
    assert reader.read("桐庐县的王建国和春茶计划有什么关系？").persons == ("王建国",)


def test_a_question_that_somebody_quoted_is_no_name(gazetteer: Gazetteer) -> None:
    reader = QuestionReader(Vocabulary.load(), gazetteer, ["做了什么事情", "春茶计划"], [])
    assert reader.read("春茶计划做了什么事情？").names == ("春茶计划",)


def test_the_year_in_front_is_no_part_of_a_name(reader: QuestionReader) -> None:
    question = reader.read("2023年青松计划有多少人？")
    assert (question.names, question.years) == (("青松计划",), ("2023",))


@pytest.mark.parametrize("question", ["鸠江区人社局电话多少？", "服务热线是多少？"])
def test_a_telephone_number_is_no_figure(reader: QuestionReader, question: str) -> None:
    assert Ask.NUMBER not in reader.read(question).asks


def test_an_ordinary_word_that_somebody_quoted_is_no_name(reader: QuestionReader) -> None:
    assert "人才" not in reader.read("鸠江区引进了多少人才？").names


def test_a_place_written_from_large_to_small_is_one_place(reader: QuestionReader) -> None:
    question = reader.read("浙江省杭州市桐庐县和安徽省的鸠江区各有多少人？")
    assert [question.text[place.start : place.end] for place in question.places] == [
        "浙江省杭州市桐庐县",
        "安徽省的鸠江区",
    ]
    assert [place.name for place in question.places] == ["桐庐县", "鸠江区"]


def test_a_name_of_several_places_means_the_one_in_the_place_named_before(reader: QuestionReader) -> None:
    *_, second = reader.read("江苏省徐州市的泉山区和鼓楼区各有多少人？").places
    assert [place.city for place in second.places] == ["徐州市"]


@pytest.mark.parametrize(
    ("question", "years", "numbers"),
    [
        ("２０２２年桐庐县引进多少人？", ("2022",), ()),
        ("二〇二二年桐庐县引进多少人？", ("2022",), ()),
        ("哪个区引进2000名人才？", (), ("2000名",)),
        ("哪里投入1,200万元？", (), ("1200万元",)),
        ("哪里办了34余场招聘会？", (), ("34余场",)),
        ("哪里占到350？", (), ("350",)),
        ("哪里投入超过50万的项目？", (), ("50万",)),
        ("哪里引进300多名博士？", (), ("300多名",)),
        ("会议8:30开始吗？", (), ()),
        ("2021年以来哪里培养了350名选调生？", ("2021",), ("350名",)),
    ],
)
def test_years_and_figures_are_told_apart(
    reader: QuestionReader, question: str, years: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    found = reader.read(question)
    assert (found.years, found.numbers) == (years, numbers)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("写综述要用：桐庐县有多少人报名？", "桐庐县有多少人报名？"),
        ("桐庐县：2022年有多少人报名？", "桐庐县：2022年有多少人报名？"),
        ("写桐庐县的材料用：有多少人报名？", "写桐庐县的材料用：有多少人报名？"),
        ("人才公寓：有哪些支持政策？", "人才公寓：有哪些支持政策？"),
    ],
)
def test_a_remark_in_front_is_left_out_and_a_subject_is_not(reader: QuestionReader, question: str, kept: str) -> None:
    assert reader.read(question).text == kept


def test_places_that_are_named_to_leave_them_out_are_not_asked_about(reader: QuestionReader) -> None:
    question = reader.read("除了桐庐县和鸠江区，还有哪些地方建了人才公寓？")
    assert question.places == () and question.spread


@pytest.mark.parametrize(
    "question",
    [
        "谢谢！",
        "谢谢你的帮助",
        "你好",
        "你是谁？",
        "帮我写一首诗",
        "写一段排序的代码",
        "讲个笑话吧",
        "12*35等于多少？",
        "1+1=?",
    ],
)
def test_words_to_a_person_are_small_talk(reader: QuestionReader, question: str) -> None:
    assert reader.read(question).small_talk


@pytest.mark.parametrize(
    "question",
    [
        "好的做法有哪些？",
        "感谢信有哪些？",
        "再见习期是多久？",
        "你好，桐庐县有多少人报名？",
        "“今日头条”报道了什么？",
        "写诗的干部叫什么？",
        "“6+3+2+1”是什么？",
        "给我讲讲春茶计划",
        "来桐庐唱歌的是谁？",
        "来桐庐的人画了多少幅画？",
    ],
)
def test_real_questions_are_not_taken_for_small_talk_or_the_moment(reader: QuestionReader, question: str) -> None:
    found = reader.read(question)
    assert not found.small_talk and not found.moments


def test_agreement_is_the_share_of_the_named_things_that_stand_in_a_text(reader: QuestionReader) -> None:
    question = reader.read("桐庐县2022年的“春茶计划”引进的15名硕士在哪？")
    assert question.agreement("2022年，桐庐实施春茶计划，引进硕士15名。") == 1.0
    assert question.agreement("2022年，桐庐县引进硕士。") == 0.5
    assert question.agreement("2015年引进硕士。") == 0.0
    assert reader.read("有哪些措施？").agreement("任何文字") == 1.0
