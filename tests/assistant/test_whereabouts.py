"""Which year a sentence tells of."""

from __future__ import annotations

import pytest

from assistant.evidence import Sentence
from assistant.whereabouts import is_of_year
from core.schema import Article, Metadata

TEXT = "全年兑现各类补贴1872.6万元。"


@pytest.mark.parametrize(
    ("before", "year"),
    [
        ("", "2023"),
        ("制定出台《人才发展三年行动计划（2024—2026年）》。", "2023"),
        ("2022年，修订人才办法。", "2022"),
        ("2022年，制定出台《人才发展三年行动计划（2024—2026年）》。", "2022"),
    ],
)
def test_the_year_before_a_sentence_counts_but_not_one_in_the_name_of_a_document(before: str, year: str) -> None:
    article = Article("a", "d", "湄潭县青年人才工作总结", (), 0, 100, Metadata(date="2023"))
    sentence = Sentence("d", "s.txt", article, (), len(before), len(before + TEXT), TEXT, before + TEXT, "", "", "", 1)
    assert [y for y in ("2022", "2023", "2024", "2026") if is_of_year(sentence, y)] == [year]
