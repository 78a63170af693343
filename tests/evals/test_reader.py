"""Questions, traps and groups that the evidence reader is trained on."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Metadata
from evals.reader.groups import Group, groups_of
from evals.reader.questions import Exchange, questions_about
from evals.reader.sources import plain_texts, reading_set, written_questions
from retriever.text import squeeze
from tests.fakes import FakeEncoder

PLACE = Metadata("四川省", "达州市", "通川区")
SENTENCES = [
    "截至目前，全区通过“以才引才”方式引进博士12名，发放安家补贴360万元。",
    "7月3日，区委组织部举办青年人才座谈会，邀请专家40人参加。",
    "区委组织部部长王建国表示，要把人才公寓建到园区里。",
    "为解决企业用工难，建立“周周招聘”工作机制，召开招聘会52场。",
]


@given(st.integers(), st.sampled_from(SENTENCES))
def test_what_is_asked_is_answered_by_the_sentence(seed: int, sentence: str) -> None:
    for question, answer in questions_about(sentence, PLACE, random.Random(seed)):
        assert squeeze(answer) in squeeze(sentence)
        assert 4 <= len(question) <= 70


def test_a_figure_is_asked_for_and_not_told() -> None:
    asked = [
        q for seed in range(20) for q, a in questions_about(SENTENCES[0], PLACE, random.Random(seed)) if a == "12名"
    ]
    assert asked and not any("12" in question for question in asked)


@given(st.integers())
def test_a_trap_asks_for_something_that_the_text_does_not_tell(seed: int) -> None:
    exchange = Exchange(["海口市有多少人？", "“熔炉计划”是谁提出的？"])
    text = "2022年，达州市实施“雁归计划”，新到人才35人。"
    trap = exchange.trap("达州市2022年“雁归计划”新到多少人？", text, random.Random(seed))
    year = re.search(r"\d{4}", trap)
    assert trap
    assert "海口市" in trap or "熔炉计划" in trap or "多少人" not in trap or (year is not None and year[0] not in text)


TEXTS = [
    (
        "桐庐县乡村运营",
        "桐庐县面向全国招募乡村运营人才，收到报名表一千余份，经过三轮面试，最终录用86人，分到各行政村任职。"
        "为让他们安心，县里把旧粮站改成青年公寓，水电和网络由镇上承担，食堂从早上六点开到晚上九点。"
        "一年下来，村集体的民宿和研学基地有了固定客源，三个村的账面收入翻了一番，外出的年轻人陆续回来。",
        "桐庐县录用了多少乡村运营人才？", "86人",
    ),
    (
        "鸠江区人才安居",
        "鸠江区把国有企业的闲置楼栋收拢起来，改造出人才公寓2150套，家具家电一次配齐，拎包即可入住。"
        "申请改在网上办理，从提交材料到拿钥匙平均用时四天，社区还派专人带新住户熟悉学校和医院的位置。"
        "租金分三年递减，满五年的住户可以按成本价购买，去年有四十户办完了手续，带动周边商铺重新开张。",
        "鸠江区的人才公寓有多少套？", "2150套",
    ),
    (
        "晋江市校地合作",
        "晋江市与十二所高校签订协议，教授每月到鞋服企业坐诊，解决布料染色不匀的老问题，节省成本九百万元。"
        "企业提出的难题写成榜单贴在网上，谁能做谁来揭，成果经第三方评定后当场兑现奖金，不看职称和年龄。"
        "学校则把车间当课堂，研究生在流水线旁完成论文，毕业后有三分之一留在本地就业，工会为其安排师傅。",
        "晋江市同几所高校签了协议？", "十二所",
    ),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    passages = [{"id": f"p{number}", "title": title, "text": text} for number, (title, text, *_) in enumerate(TEXTS)]
    queries = [{"id": f"q{n}", "query": query, "answers": [answer]} for n, (*_, query, answer) in enumerate(TEXTS)]
    judgements = [f"q{number}\tp{number}" for number in range(len(TEXTS))]
    (tmp_path / "passages.jsonl").write_text("\n".join(map(json.dumps, passages)), "utf-8")
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), "utf-8")
    (tmp_path / "qrels.tsv").write_text("\n".join(judgements), "utf-8")
    return tmp_path


def test_only_the_first_text_of_a_group_holds_the_answer(folder: Path) -> None:
    source = reading_set(folder)
    groups = list(groups_of(source, source.asked, random.Random(3), negatives=4))
    assert len(groups) == len(TEXTS)
    for group, asked in zip(groups, source.asked, strict=True):
        first, *others = (squeeze(text) for text in group.texts)
        assert others and all(answer in first for answer in asked.answers)
        assert not any(answer in other for answer in asked.answers for other in others)


def test_plain_texts_are_asked_about_by_rule(folder: Path) -> None:
    source = plain_texts(folder / "passages.jsonl", seed=1, questions_a_text=3)
    assert 3 <= len(source.asked) <= 9
    for asked in source.asked:
        assert any(asked.answers[0] in squeeze(source.windows[i].text) for i in asked.right)


def test_a_written_question_belongs_to_the_window_at_its_place(folder: Path) -> None:
    source = plain_texts(folder / "passages.jsonl", seed=1, questions_a_text=1)
    right = source.by_text["p1"][-1]
    records = [
        {"id": "w1", "text": "p1", "at": source.windows[right].start, "question": "住滿幾年能把房子買下來？"},
        {"id": "w2", "text": "已不在的文稿", "at": 0, "question": "答案在哪里？"},
    ]
    (folder / "written.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    [asked] = written_questions(folder / "written.jsonl", source)
    assert (asked.question, asked.right) == ("住满几年能把房子买下来？", (right,))
    [group] = groups_of(source, [asked], random.Random(0), negatives=3, single=0, encoder=FakeEncoder())
    assert source.windows[right].text[:20] in group.texts[0]
    assert len(group.texts) > 1 and not any("满五年" in text for text in group.texts[1:])


def test_training_puts_first_what_answers() -> None:
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel

    from evals.reader.train import first_of, train
    from retriever.builtin.network import Reader

    torch.manual_seed(0)
    signs = ["<s>", "<pad>", "</s>", "<unk>", *"甲乙丙丁戊己庚辛壬癸问答"]
    tokenizer = Tokenizer(WordLevel({sign: i for i, sign in enumerate(signs)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Split("", "isolated")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    small = BertConfig(
        vocab_size=len(signs), hidden_size=384, num_hidden_layers=2, num_attention_heads=12, intermediate_size=256
    )
    reader = Reader(BertModel(small, add_pooling_layer=False))
    chance = random.Random(0)
    groups = []
    for _ in range(480):
        asked, *others = chance.sample("甲乙丙丁戊己庚辛壬癸", 4)
        groups.append(Group(f"问{asked}", (f"答{asked}", *(f"答{other}" for other in others)), f"问{others[0]}"))
    before = first_of(reader, tokenizer, groups[:40])
    train(reader, tokenizer, groups, seed=1, rate=5e-4, tell=lambda _: None)
    assert first_of(reader, tokenizer, groups[:40]) > max(before, 0.9)
