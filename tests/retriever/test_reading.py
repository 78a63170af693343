"""Reading what search finds: what answers comes first, the evidence stands verbatim in the document, nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Passage, Vectors
from retriever.reading import READ_PASSAGES, read_sentences
from retriever.search import Searcher
from retriever.windows import LONGEST_WINDOW, windows_of
from tests.office import Office, report_text

QUESTION = "青年人才多少名"


class Pointing:
    """Finds that a text answers where it holds `sign`; notes what it was shown."""

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.shown: list[str] = []

    def read(self, question: str, texts: Sequence[str]) -> Vectors:
        self.shown += texts
        return np.array([6.0 if self.sign in text else -6.0 for text in texts], np.float32)


@pytest.fixture
def stocked(office: Office) -> Office:
    for number, place in enumerate(("湄潭县", "晋江市", "繁昌区", "桐庐县", "鸠江区")):
        office.write(f"{place}.txt", report_text(place, f"{place[:2]}英才", 300 + 40 * number, sentences=24))
    office.ingest()
    return office


def read(office: Office, sign: str, k: int = 8) -> list[Passage]:
    with office.reading() as library:
        return Searcher(library, office.encoder, Pointing(sign)).search(QUESTION, k)


def test_the_passage_that_answers_comes_first_with_the_window_that_does(stocked: Office) -> None:
    plain = stocked.search(QUESTION, READ_PASSAGES)
    last = plain[-1]
    sign = last.chunk.text[:20]
    best = read(stocked, sign)[0]
    assert (best.chunk.id, best.rank) == (last.chunk.id, 1)
    assert best.evidence is not None and best.evidence.probability > 0.99
    with stocked.reading() as library:
        document = library.database.document(best.article.document_id)
    assert document is not None and sign in document.text[best.evidence.start : best.evidence.end]


def test_reading_loses_and_doubles_no_passage(stocked: Office) -> None:
    plain = [passage.chunk.id for passage in stocked.search(QUESTION, 40)]
    found = read(stocked, "不在任何文稿中", 40)
    assert sorted(passage.chunk.id for passage in found) == sorted(plain)
    assert [passage.rank for passage in found] == list(range(1, len(found) + 1))
    assert [passage.chunk.id for passage in found][READ_PASSAGES:] == plain[READ_PASSAGES:]
    assert [passage.score for passage in found] == sorted((p.score for p in found), reverse=True)


def test_a_window_is_shown_behind_its_place_and_title_and_quoted_without_them(stocked: Office) -> None:
    pointing = Pointing("")
    with stocked.reading() as library:
        best = Searcher(library, stocked.encoder, pointing).search(QUESTION, 1)[0]
        document = library.database.document(best.article.document_id)
    assert document is not None and best.evidence is not None
    quote = document.text[best.evidence.start : best.evidence.end]
    [text] = [text for text in pointing.shown if text.endswith(quote)]
    assert best.article.title in text.split("\n")[0] and best.article.title not in quote


def test_single_sentences_are_told_apart_inside_the_window(stocked: Office) -> None:
    with stocked.reading() as library:
        searcher = Searcher(library, stocked.encoder, Pointing(""))
        passages = searcher.search(QUESTION, 3)
        sign = passages[0].chunk.text.split("。")[1]
        found = read_sentences(Pointing(sign), searcher.questions.read(QUESTION), passages)
        passage, evidence = found[0]
        document = library.database.document(passage.article.document_id)
    assert document is not None
    sentence = document.text[evidence.start : evidence.end]
    assert sign in sentence and sentence.count("。") == 1


def test_an_empty_library_and_a_blank_question_are_read_without_harm(office: Office) -> None:
    office.write("空.txt", "县委组织部召开会议，部署人才工作。")
    office.ingest()
    with office.reading() as library:
        searcher = Searcher(library, office.encoder, Pointing(""))
        assert searcher.search("  ", 3) == []
        assert len(searcher.search("人才", 3)) == 1


@given(st.lists(st.text("人才工作会议，；。！\n ", max_size=90), max_size=8).map("".join))
def test_windows_hold_every_sentence_once_and_are_no_longer_than_need_be(text: str) -> None:
    spans = list(windows_of(text))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    for start, end in spans:
        assert text[start:end].strip() == text[start:end] != ""
        assert end - start <= LONGEST_WINDOW or list(windows_of(text[start:end])) == [(0, end - start)]
