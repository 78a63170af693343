"""What is set in bold before the quotations that prove it."""

from __future__ import annotations

from assistant.citations import CitationList
from assistant.compose import Composer
from assistant.evidence import Sentence
from core.schema import Article, Document
from core.templates import Templates
from retriever.places import Gazetteer
from retriever.question import QuestionReader, Vocabulary

COUNTED = "48名青年金融人才入选“塔基计划”，人才库中金融人才数量增至241人。"
REACHED = "学习阵地已覆盖金融机构，惠及人才3000余人。"
NO_FIGURE = "江北区重视金融人才。"


def bold(gazetteer: Gazetteer, *texts: str) -> str:
    """The first line of an answer that quotes some sentences of one text, the best first."""
    whole = "".join(texts)
    article, document = Article("d:0", "d", "简报", (), 0, len(whole)), Document("d", "d.txt", "简报", whole, "")
    sentences = []
    for number, text in enumerate(texts):
        at = whole.index(text)
        sentences.append(
            Sentence(
                "d", "d.txt", article, (), at, at + len(text), text, text, "", "", "", 1, value=True, score=-number
            )
        )
    composer = Composer(
        Templates.load("answers.toml"),
        CitationList(lambda _: document),
        lambda _: "江北区",
        lambda _: whole,
        lambda _: [],
    )
    question = QuestionReader(Vocabulary.load(), gazetteer, [], ["江北区"]).read("江北区金融人才有多少人？")
    return next(iter(composer.facts(question, sentences, {"金融": 1.0, "人才": 1.0})))


def test_where_the_best_sentence_leaves_open_which_figure_is_meant_none_of_another_is_told(
    gazetteer: Gazetteer,
) -> None:
    assert not bold(gazetteer, COUNTED, REACHED).startswith("**")


def test_where_the_best_sentence_has_no_figure_that_of_the_next_is_told(gazetteer: Gazetteer) -> None:
    assert bold(gazetteer, NO_FIGURE, REACHED) == "**3000余人**。"


def test_the_sign_of_a_list_item_is_not_quoted(gazetteer: Gazetteer) -> None:
    assert bold(gazetteer, "- 江北区金融人才很受重视。").startswith("“江北区金融人才")
