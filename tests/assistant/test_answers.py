"""What a person reads: answers, citations, refusals and follow-ups over a small library."""

from __future__ import annotations

from itertools import pairwise

import pytest

from assistant.service import Assistant
from core.errors import StoreError
from core.schema import Answer, AnswerStatus, Turn


def ask(assistant: Assistant, question: str, *history: tuple[str, str]) -> Answer:
    answer = assistant.answer(question, [Turn(role, content) for role, content in history])
    for citation in answer.citations:
        document, article = assistant.source(citation.document_id, citation.start)
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.status == "verbatim"
        assert article.title == citation.title
    return answer


def test_the_figure_that_is_asked_for_stands_in_front_in_bold(assistant: Assistant) -> None:
    answer = ask(assistant, "桐庐县“春茶计划”有多少人报名？")
    assert answer.status is AnswerStatus.GROUNDED
    assert answer.text.startswith("**1320人**")


def test_a_question_in_traditional_characters_is_answered_like_one_in_simplified(assistant: Assistant) -> None:
    answer = ask(assistant, "桐廬縣“春茶計劃”有多少人報名？")
    assert answer.status is AnswerStatus.GROUNDED
    assert answer.text == ask(assistant, "桐庐县“春茶计划”有多少人报名？").text


def test_two_figures_are_given_for_two_questions_in_one(assistant: Assistant) -> None:
    text = ask(assistant, "鸠江区江畔英才港建了多少套人才公寓，住了多少人？").text
    assert "2150套" in text.split("\n")[0]
    assert "1780人" in text.split("\n")[0]


def test_a_person_is_named_with_the_office(assistant: Assistant) -> None:
    answer = ask(assistant, "桐庐的春茶计划由谁牵头？")
    assert "何青山" in answer.text
    assert "组织部部长" in answer.text


def test_every_paragraph_of_an_answer_carries_a_marker_that_exists(assistant: Assistant) -> None:
    answer = ask(assistant, "鸠江区的“双导师”制度是什么意思？")
    markers = {citation.marker for citation in answer.citations}
    for paragraph in answer.text.split("\n\n"):
        assert any(f"[{marker}]" in paragraph for marker in markers)


def test_a_list_holds_all_items_of_the_text(assistant: Assistant) -> None:
    text = ask(assistant, "交流发言介绍了给年轻干部搭的哪三个台子？").text
    for item in ("项目台子", "信访台子", "村社台子"):
        assert item in text


def test_places_are_answered_one_by_one_under_their_own_names(assistant: Assistant) -> None:
    text = ask(assistant, "哪些地方给年轻人建了公寓，各有多少套？").text
    lines = [line for line in text.split("\n") if line.startswith("| ")]
    assert any("鸠江区" in line and "| 2150套 |" in line for line in lines)
    assert any("未注明地名" in line and "| 96套 |" in line for line in lines)
    assert not any("鸠江区" in line and "96套" in line for line in lines)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("桐庐县连续两次考核排在最后的人员会怎么样？", "解除聘用"),
        ("返乡的年轻人在桐庐县哪里可以免费办公和住？", "归雁驿站"),
        ("鸠江区租人才公寓比市面上便宜多少？", "六成"),
    ],
)
def test_a_question_in_other_words_is_answered(assistant: Assistant, question: str, told: str) -> None:
    assert told in ask(assistant, question).text


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        ("鸠江区的“春茶计划”有多少人报名？", "1320"),
        ("桐庐县的“晨光讲堂”办了多少期？", "46"),
        ("永嘉县的“归雁驿站”有几家？", "12家"),
    ],
)
def test_a_figure_of_one_place_is_never_given_for_another(assistant: Assistant, question: str, foreign: str) -> None:
    answer = ask(assistant, question)
    assert answer.status is AnswerStatus.REFUSED
    assert foreign not in answer.text
    assert not answer.citations


@pytest.mark.parametrize(
    "question",
    [
        "桐庐县2019年的“春茶计划”录用了多少人？",
        "鸠江区的GDP是多少？",
        "唐朝有多少位皇帝？",
        "今天桐庐县天气好吗？",
        "鸠江区“江畔英才港”的物业费是多少钱？",
        "鸠江区的实训营办了几期？",
    ],
)
def test_what_the_library_does_not_hold_is_refused_in_one_sentence(assistant: Assistant, question: str) -> None:
    answer = ask(assistant, question)
    assert answer.status is AnswerStatus.REFUSED
    assert answer.text.endswith("。")
    assert answer.text.count("。") == 1


def test_a_refusal_names_what_is_missing(assistant: Assistant) -> None:
    assert "永嘉县" in ask(assistant, "永嘉县的“归雁驿站”有几家？").text


def test_a_follow_up_takes_its_subject_from_the_turn_before(assistant: Assistant) -> None:
    answer = ask(
        assistant,
        "最终录用了多少人？",
        ("user", "桐庐县“春茶计划”有多少人报名？"),
        ("assistant", "1320人。[1]"),
    )
    assert "86人" in answer.text
    assert any("春茶计划" in note for note in answer.notes)


def test_a_follow_up_asks_the_same_of_another_place(assistant: Assistant) -> None:
    answer = ask(
        assistant,
        "那鸠江区呢？",
        ("user", "交流发言里那个区建了多少套公寓？"),
        ("assistant", "96套。[1]"),
    )
    assert "2150套" in answer.text


def test_a_question_that_stands_alone_is_not_bent_by_the_turn_before(assistant: Assistant) -> None:
    answer = ask(assistant, "哪些地方建了公寓？", ("user", "桐庐县“春茶计划”有多少人报名？"), ("assistant", "1320人。"))
    assert "鸠江区" in answer.text
    assert "1320" not in answer.text


def test_an_answer_grows_while_it_is_streamed_and_ends_whole(assistant: Assistant) -> None:
    question = "哪些地方给年轻人建了公寓，各有多少套？"
    drafts = list(assistant.stream(question))
    assert len(drafts) >= 3
    for before, after in pairwise(drafts):
        assert after.text.startswith(before.text)
    assert drafts[-1].text == assistant.answer(question).text


@pytest.mark.parametrize(
    "question", ["", " \n\t", "？" * 3, "问" * 2001, "\x00\x01", "' OR 1=1 --", "[1](javascript:alert(1))"]
)
def test_odd_questions_get_a_sentence(assistant: Assistant, question: str) -> None:
    answer = ask(assistant, question)
    assert answer.status is AnswerStatus.REFUSED
    assert answer.text


def test_examples_are_questions_that_are_answered(assistant: Assistant) -> None:
    examples = assistant.examples(3)
    assert len(examples) == 3
    assert all(assistant.answer(question).status is AnswerStatus.GROUNDED for question in examples)


def test_a_document_that_is_gone_is_told(assistant: Assistant) -> None:
    with pytest.raises(StoreError, match="不在资料库"):
        assistant.source("0000000000000000", 0)


def test_a_text_that_visits_another_place_keeps_its_own_figures(assistant: Assistant) -> None:
    assert "300套" not in ask(assistant, "鸠江区建成人才公寓多少套？").text
    assert "300套" in ask(assistant, "青田县建成人才公寓多少套？").text


def test_the_figure_of_another_year_is_not_given(assistant: Assistant) -> None:
    assert ask(assistant, "青田县2023年引进了多少名硕士？").status is AnswerStatus.REFUSED
    assert "500名" in ask(assistant, "青田县2022年引进了多少名硕士？").text


def test_a_figure_of_something_else_is_not_given(assistant: Assistant) -> None:
    assert ask(assistant, "青田县引进了多少名院士？").status is AnswerStatus.REFUSED


@pytest.mark.parametrize(("thing", "figure"), [("党员突击队", "126个"), ("青年突击队", "45支")])
def test_the_bold_figure_is_that_of_the_thing_whatever_the_measure_word(
    assistant: Assistant, thing: str, figure: str
) -> None:
    for question in (f"青田县{thing}有几支？", f"青田县有多少个{thing}？"):
        assert ask(assistant, question).text.startswith(f"**{figure}**")


def test_brackets_of_a_document_are_no_markers(assistant: Assistant) -> None:
    answer = ask(assistant, "青田县据研究引才成本有什么变化？")
    assert "[2]" not in answer.text or len(answer.citations) >= 2


def test_thanks_are_met_with_what_the_assistant_is_for(assistant: Assistant) -> None:
    answer = ask(assistant, "谢谢！", ("user", "桐庐县“春茶计划”有多少人报名？"), ("assistant", "1320人。"))
    assert answer.status is AnswerStatus.REFUSED
    assert "资料库" in answer.text


def test_stages_add_up_to_the_total(assistant: Assistant) -> None:
    timings = ask(assistant, "桐庐县“春茶计划”有多少人报名？").timings_ms
    assert sum(ms for stage, ms in timings.items() if stage != "total") == pytest.approx(timings["total"])


def test_of_two_programmes_the_one_without_evidence_is_named_as_lacking(assistant: Assistant) -> None:
    answer = ask(assistant, "“春茶计划”和“银杏计划”有什么不同？")
    assert answer.status is AnswerStatus.PARTIAL
    assert "“银杏计划”" in answer.text and "银杏" not in "".join(citation.quote for citation in answer.citations)
    assert any("春茶" in citation.quote for citation in answer.citations)


def test_a_change_of_year_keeps_the_place(assistant: Assistant) -> None:
    answer = ask(assistant, "换成1998年呢？", ("user", "桐庐县“春茶计划”有多少人报名？"))
    assert any("桐庐县1998年" in note for note in answer.notes)
    assert answer.status is AnswerStatus.REFUSED


def test_a_programme_that_another_text_tells_of_is_not_answered_from_this_one(assistant: Assistant) -> None:
    answer = ask(assistant, "遂昌县的人才社区经验报名了多少人？")
    assert answer.status is AnswerStatus.REFUSED
    assert not answer.citations


def test_a_question_that_several_places_answer_is_asked_back(assistant: Assistant) -> None:
    answer = ask(assistant, "建成人才公寓多少套？")
    assert answer.status is AnswerStatus.GROUNDED
    assert "2150套" in answer.text and "300套" in answer.text
    assert {"鸠江区建成人才公寓多少套？", "青田县建成人才公寓多少套？"} <= set(answer.choices)
    for choice in answer.choices:
        assert ask(assistant, choice).status is AnswerStatus.GROUNDED


def test_a_refusal_offers_the_question_that_can_be_answered(assistant: Assistant) -> None:
    answer = ask(assistant, "鸠江区的“春茶计划”有多少人报名？")
    assert answer.choices == ("桐庐县的“春茶计划”有多少人报名？",)
    assert ask(assistant, answer.choices[0]).text.startswith("**1320人**")


def test_a_list_with_a_number_is_given_whole(assistant: Assistant) -> None:
    text = ask(assistant, "交流发言里搭好的是哪三个台子？").text
    assert all(name in text for name in ("项目台子", "信访台子", "村社台子"))


def test_place_and_year_stand_behind_every_quote(assistant: Assistant) -> None:
    assert "〔原文 · 遂昌县 · 2023年〕" in ask(assistant, "遂昌县2023年建成青年驿站多少家？").text
    assert "〔原文 · 未注明地名 · 未注明年份〕" in ask(assistant, "交流发言那个区建成年轻干部周转公寓多少套？").text


def test_of_two_places_in_a_sentence_only_the_figure_of_the_asked_one_is_set_in_bold(assistant: Assistant) -> None:
    answer = ask(assistant, "龙泉市引进高层次人才多少名？")
    assert answer.text.startswith("**30名**")


def test_a_figure_with_a_comma_is_not_cut(assistant: Assistant) -> None:
    text = ask(assistant, "哪些地方投入了专项资金，各多少钱？").text
    assert "1,200万元" in text
    assert "**200万元" not in text and "| 200万元" not in text


def test_a_follow_up_after_a_wish_goes_on_with_the_question_before_it(assistant: Assistant) -> None:
    history = (
        ("user", "交流发言里那个区建了多少套公寓？"), ("assistant", "96套。"), ("user", "换成表格"), ("assistant", "……"),
    )  # fmt: skip
    answer = ask(assistant, "那鸠江区呢？", *history)
    assert "2150套" in answer.text


def test_a_summary_becomes_a_table_with_a_row_for_each_section(assistant: Assistant) -> None:
    question = "概括一下桐庐县的春茶计划"
    plain = ask(assistant, question)
    answer = ask(assistant, "换成表格", ("user", question), ("assistant", plain.text))
    assert (
        "| 一、建好平台 | “桐庐县投入680余万元" in answer.text.replace("｜", "|") and "| 二、用好考核 |" in answer.text
    )
    assert [c.quote for c in answer.citations] == [c.quote for c in plain.citations]


def test_two_years_of_one_place_are_told_apart_in_a_comparison(assistant: Assistant) -> None:
    text = ask(assistant, "青田县2022年和2021年分别引进硕士多少名？").text
    assert "| 2022年 |" in text and "| 2021年 |" in text


def test_a_place_inside_a_name_is_not_told_as_missing_besides(assistant: Assistant) -> None:
    answer = ask(assistant, "桐庐县的“鸠江英才奖”奖励多少钱？")
    assert answer.status is AnswerStatus.REFUSED
    assert "“鸠江英才奖”" in answer.text
    assert "鸠江" not in answer.text.replace("“鸠江英才奖”", "")
