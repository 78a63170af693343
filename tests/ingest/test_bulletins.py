"""Files of several short pieces: each becomes an article of its own place, under the masthead of all."""

from __future__ import annotations

import pytest

from ingest.articles import Structured, structure
from ingest.cleaning.clean import clean
from ingest.formats.plain import lines_of
from retriever.places import Gazetteer

ITEMS = {
    "凤冈县": "凤冈县摸排流动党员2316名，建立流动党支部18个，开展线上主题党日94次。",
    "余庆县": "余庆县设置党员中心户1407户，议定小院事务3208件，化解邻里矛盾215起。",
    "绥阳县": "绥阳县将每年十月的第三周设为人才周，发布人才政策15条，设立奖励资金600万元。",
}
MASTHEAD = ["组工信息每日要情", "第45期", "遵义市委组织部办公室  2024年6月3日"]


def read(lines: list[str], gazetteer: Gazetteer) -> Structured:
    blocks = clean(lines_of("\n\n".join(lines) + "\n")).blocks
    return structure(blocks, document_id="d", source="要情.txt", sha256="", gazetteer=gazetteer)


def told(made: Structured) -> list[tuple[str, str]]:
    """The district of each article, and its text as it is searched."""
    return [
        (article.meta.district, " ".join(made.document.text[s.start : s.end] for s in sections))
        for article, sections in zip(made.articles, made.sections, strict=True)
    ]


@pytest.mark.parametrize("form", ["◆{place}：工作走在前列", "【{place}】工作走在前列", "{place} 工作走在前列"])
def test_items_that_name_their_districts_are_articles_with_the_masthead_of_all(form: str, gazetteer: Gazetteer) -> None:
    items = [line for place, text in ITEMS.items() for line in (form.format(place=place), text)]
    made = read([*MASTHEAD, *items], gazetteer)
    assert told(made) == list(ITEMS.items())
    assert made.document.title == MASTHEAD[0]
    assert made.articles[1].title == form.format(place="余庆县").lstrip("◆")
    assert {(a.meta.issuer, a.meta.date, a.meta.date_from) for a in made.articles} == {
        ("遵义市委组织部办公室", "2024-06-03", "落款")
    }
    assert made.document.text.startswith("组工信息每日要情\n第45期\n")


def test_pieces_behind_rules_are_articles(gazetteer: Gazetteer) -> None:
    lines = [line for place, text in ITEMS.items() for line in ("--------", f"{place}工作走在前列", text)]
    made = read(lines[1:], gazetteer)
    assert told(made) == list(ITEMS.items())
    assert made.articles[0].title == "凤冈县工作走在前列"


def test_pieces_with_their_date_and_source_are_articles(gazetteer: Gazetteer) -> None:
    lines = []
    for day, (place, text) in enumerate(ITEMS.items(), start=10):
        lines += [f"{place}工作走在前列", f"2024年6月{day}日 来源：遵义日报", text]
    made = read(lines, gazetteer)
    assert told(made) == list(ITEMS.items())
    assert [article.meta.date for article in made.articles] == ["2024-06-10", "2024-06-11", "2024-06-12"]


def test_parts_of_one_report_that_name_districts_stay_together(gazetteer: Gazetteer) -> None:
    opening = "今年以来，遵义市委组织部统筹推进基层治理，各县结合实际探索，形成了一批可看可学的经验。"
    items = [line for place, text in ITEMS.items() for line in (f"{place}：工作走在前列", text)]
    made = read(["遵义市基层治理工作综述", opening, *items], gazetteer)
    assert len(made.articles) == 1
    assert [s.headings for s in made.sections[0]] == [(), *((f"{place}：工作走在前列",) for place in ITEMS)]


def test_numbered_items_of_a_bulletin_are_its_sections_and_none_names_it(gazetteer: Gazetteer) -> None:
    numbers = "一二三"
    items = [
        line
        for n, (place, text) in zip(numbers, ITEMS.items(), strict=True)
        for line in (f"{n}、{place}走在前列", text)
    ]
    made = read(["遵义市人才工作动态", "第8期", *items], gazetteer)
    assert [a.title for a in made.articles] == ["遵义市人才工作动态"]
    assert (made.articles[0].meta.city, made.articles[0].meta.district) == ("遵义市", "")
