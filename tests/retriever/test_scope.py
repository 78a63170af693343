"""A search within places, years, kinds and files sees nothing else, and all that lies inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.errors import UsageError
from core.schema import Passage
from retriever.places import gazetteer
from retriever.scope import collection_of
from retriever.search import Searcher
from tests.office import Office

PIECES = {
    "四川/通川.txt": "通川区2021年人才工作总结\n\n通川区引进青年人才120名，建成人才公寓300套。",
    "四川/达州.txt": "达州市人才工作总结\n\n中共达州市委组织部\n2022年12月8日\n\n达州市引进青年人才560名，建成人才公寓900套。",
    "重庆/九龙坡.txt": "关于做好人才公寓申请工作的通知\n\n九龙坡区引进青年人才240名，现就人才公寓申请通知如下。\n\n九龙坡区人社局\n2022年3月1日",
    "发言.txt": "座谈会上的发言\n\n近年来，我区引进青年人才77名，建成人才公寓60套。",
}
SearchIn = Callable[..., list[str]]


@pytest.fixture
def search_in(office: Office) -> SearchIn:
    for name, text in PIECES.items():
        office.write(name, text)
    records = [
        {"id": n, "text": f"江北区引进青年人才{n}名，人才公寓入住{n}人。", "date": f"202{n}-05-01"} for n in (1, 2)
    ]
    office.write("新闻.jsonl", "\n".join(json.dumps(record, ensure_ascii=False) for record in records))
    office.ingest()

    def search(**limits: object) -> list[str]:
        with office.reading() as library:
            searcher = Searcher(library, office.encoder)
            found: list[Passage] = searcher.search("引进青年人才多少名", scope=searcher.scope(**limits))  # type: ignore[arg-type]
        return sorted({passage.source for passage in found})

    return search


def test_without_limits_all_is_seen(search_in: SearchIn) -> None:
    assert len(search_in()) == 6


@pytest.mark.parametrize("name", ["四川省", "四川", "达州", "达州市", "四川省达州市"])
def test_a_place_includes_what_lies_in_it(search_in: SearchIn, name: str) -> None:
    assert search_in(places=[name]) == ["四川/达州.txt", "四川/通川.txt"]


@pytest.mark.parametrize("name", ["通川区", "通川", "通川區", "四川省达州市通川区"])
def test_a_district_is_seen_alone(search_in: SearchIn, name: str) -> None:
    assert search_in(places=[name]) == ["四川/通川.txt"]


def test_any_of_several_places_will_do(search_in: SearchIn) -> None:
    assert search_in(places=["通川区", "重庆市"]) == ["四川/通川.txt", "重庆/九龙坡.txt"]


def test_a_name_that_is_no_place_is_refused(search_in: SearchIn) -> None:
    for name in ("月亮区", "引进人才", "四川人才", "四川省江北区"):
        with pytest.raises(UsageError, match=name):
            search_in(places=[name])


def test_years_are_a_span_with_open_ends(search_in: SearchIn) -> None:
    assert search_in(from_year=2022) == ["四川/达州.txt", "新闻.jsonl#2", "重庆/九龙坡.txt"]
    assert search_in(to_year=2021) == ["四川/通川.txt", "新闻.jsonl#1"]
    assert search_in(from_year=2021, to_year=2021) == ["四川/通川.txt", "新闻.jsonl#1"]
    with pytest.raises(UsageError, match="2023"):
        search_in(from_year=2023, to_year=2022)


def test_a_kind_is_seen_alone(search_in: SearchIn) -> None:
    assert search_in(kinds=["通知"]) == ["重庆/九龙坡.txt"]
    assert search_in(kinds=["通知", "总结"]) == ["四川/达州.txt", "四川/通川.txt", "重庆/九龙坡.txt"]


def test_a_folder_a_file_or_a_record_is_seen_alone(search_in: SearchIn) -> None:
    assert search_in(sources=["四川"]) == search_in(sources=["四川/"]) == ["四川/达州.txt", "四川/通川.txt"]
    assert search_in(sources=["新闻.jsonl"]) == ["新闻.jsonl#1", "新闻.jsonl#2"]
    assert search_in(sources=["新闻.jsonl#2", "发言.txt"]) == ["发言.txt", "新闻.jsonl#2"]
    with pytest.raises(UsageError, match="四"):
        search_in(sources=["四"])


def test_limits_work_together(search_in: SearchIn) -> None:
    assert search_in(places=["四川"], from_year=2022, kinds=["总结"], sources=["四川"]) == ["四川/达州.txt"]
    assert search_in(places=["四川"], kinds=["通知"]) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("大庆", ["黑龙江省大庆市"]), ("吉林", ["吉林省"]), ("北京朝阳", ["北京市朝阳区"]), ("江苏省鼓楼区", ["江苏省南京市鼓楼区", "江苏省徐州市鼓楼区"]),
        ("重庆江北", ["重庆市江北区"]), ("四川省达州市通川区", ["四川省达州市通川区"]), ("四川达州", ["四川省达州市"]), ("鼓楼区", ["江苏省南京市鼓楼区", "江苏省徐州市鼓楼区", "福建省福州市鼓楼区", "河南省开封市鼓楼区"]),
    ],
)  # fmt: skip
def test_names_mean_the_divisions_that_bear_them(name: str, meant: list[str]) -> None:
    assert ["".join((p.province, p.city, p.district)) for p in gazetteer().named(name)] == meant


def test_a_text_that_leaves_open_which_of_several_it_is_of_is_seen_by_its_bare_name(office: Office) -> None:
    office.write("江北.txt", "江北区2021年人才工作总结\n\n江北区引进青年人才120名，建成人才公寓300套。")
    office.ingest()
    with office.reading() as library:
        searcher = Searcher(library, office.encoder)
        (found,) = searcher.search("引进青年人才", scope=searcher.scope(places=["江北区"]))
        assert (found.article.meta.province, found.article.meta.district) == ("", "江北区")
        assert searcher.search("引进青年人才", scope=searcher.scope(places=["重庆市江北区"])) == []


def test_a_folder_that_holds_a_repost_finds_the_piece(office: Office) -> None:
    for folder in ("丙处", "乙处", "甲处"):
        office.write(f"{folder}/报告.txt", PIECES["四川/通川.txt"])
    office.ingest()
    with office.reading() as library:
        searcher = Searcher(library, office.encoder)
        for folder in ("丙处", "乙处", "甲处"):
            (found,) = searcher.search("引进青年人才", scope=searcher.scope(sources=[folder]))
            assert f"{folder}/报告.txt" in (found.source, *found.copies)


def test_records_with_a_source_of_their_own_belong_to_their_file(office: Office) -> None:
    record = {"id": 1, "text": "江北区引进青年人才31名，人才公寓入住29人。", "source": "江北日报"}
    office.write("新闻.jsonl", json.dumps(record, ensure_ascii=False))
    office.write("别的.txt", PIECES["发言.txt"])
    office.ingest()
    with office.reading() as library:
        searcher = Searcher(library, office.encoder)
        for name in ("新闻.jsonl", "江北日报"):
            (found,) = searcher.search("引进青年人才", scope=searcher.scope(sources=[name]))
            assert found.source == "江北日报"


def test_very_many_texts_and_years_may_be_given(search_in: SearchIn, office: Office) -> None:
    with office.reading() as library:
        searcher = Searcher(library, office.encoder)
        scope = searcher.scope(to_year=99_999, sources=["四川/通川.txt"])
        many = replace(scope, articles=(*map(str, range(70_000)), *scope.articles))
        assert [passage.source for passage in searcher.search("引进青年人才", scope=many)] == ["四川/通川.txt"]


@pytest.mark.parametrize(
    ("source", "collection"),
    [
        ("人才/2023/a.docx", "人才"),
        ("a.docx", ""),
        ("a.zip/b.docx", ""),
        ("A.ZIP/b/c.docx", ""),
        ("人才/a.zip/b.docx", "人才"),
        ("x.jsonl#3", ""),
        ("x.jsonl#3/4", ""),
        ("人才/x.jsonl#3", "人才"),
        ("zip/x.txt", "zip"),
        ("", ""),
    ],
)
def test_the_collection_is_the_first_folder(source: str, collection: str) -> None:
    assert collection_of(source) == collection
