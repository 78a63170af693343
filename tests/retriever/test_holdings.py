"""What the library holds: lists and counts that agree, re-posts under their main copy, nothing of what is hidden."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, literal, select, text

from retriever.held import UNTOLD, Filters, HeldState, Order, collection_in, held
from retriever.holdings import Held, Holdings
from retriever.library import Library
from retriever.places import Place
from retriever.scope import collection_of
from retriever.tally import Breakdown
from tests.office import Office, report_text

TEA = report_text("湄潭县", "茶乡英才", 300)
PORT = report_text("晋江市", "晋才回流", 500)
TONGCHUAN = "关于做好人才公寓申请工作的通知\n\n现就人才公寓申请通知如下，请各单位认真组织。\n\n四川省达州市通川区人社局\n2022年3月1日"
DAZHOU = "达州市人才工作总结\n\n中共达州市委组织部\n2023年12月8日\n\n达州市引进青年人才560名，建成人才公寓900套。"
MAIN = "人才/2022/转载.txt"
UNTOLD_TEXT = "座谈会上的发言\n\n近年来，我区引进青年人才77名，建成人才公寓60套。"


@pytest.fixture
def office(office: Office) -> Office:
    office.write("人才/湄潭.txt", TEA)
    office.write("人才/2022/转载.txt", TEA)
    office.write("人才/再转载.txt", TEA)
    office.write("干部/转载.txt", TEA)
    office.write("人才/2022/通川.txt", TONGCHUAN)
    office.write("总结/达州100%_a.txt", DAZHOU)
    office.write("发言.txt", UNTOLD_TEXT)
    office.write("干部/晋江.jsonl", json.dumps({"id": "p", "text": PORT, "source": "人才/冒名"}) + "\n{broken")
    office.write("干部/空.txt", "打印")
    office.ingest()
    return office


@pytest.fixture
def look(office: Office) -> Iterator[Holdings]:
    with Library.looking(office.settings) as library:
        yield Holdings(library.database)


Sources = Callable[..., list[str]]


def sources(look: Holdings, order: Order = Order.SOURCE, **filters: object) -> list[str]:
    page = look.list(Filters(**filters), order=order)  # type: ignore[arg-type]
    assert page.total == len(page.rows)
    return [row.source for row in page.rows]


def named(look: Holdings, source: str, **filters: object) -> Held:
    return next(row for row in look.list(Filters(**filters)).rows if row.source == source)  # type: ignore[arg-type]


# --- lists ------------------------------------------------------------------------------------------------------


def test_every_piece_is_listed_once_with_what_is_known_of_it(look: Holdings) -> None:
    assert sources(look) == [
        "人才/2022/转载.txt", "人才/2022/通川.txt", "人才/冒名", "发言.txt", "干部/空.txt", "干部/转载.txt",
        "总结/达州100%_a.txt",
    ]  # fmt: skip
    row = named(look, "人才/2022/通川.txt")
    assert (row.collection, row.province, row.city, row.district) == ("人才", "四川省", "达州市", "通川区")
    assert (row.title, row.date, row.kind, row.articles) == ("关于做好人才公寓申请工作的通知", "2022-03-01", "通知", 1)
    assert row.chunks > 0 and 0 < row.characters <= len(TONGCHUAN)
    assert (row.state, row.reason, row.copies, row.main_id) == (HeldState.INDEXED, "", 0, "")
    empty = named(look, "干部/空.txt")
    assert (empty.id, empty.state, empty.articles) == ("", HeldState.FAILED, 0)
    assert "没有正文" in empty.reason
    partly = named(look, "人才/冒名")
    assert partly.state is HeldState.PARTLY
    assert "第 2 行" in partly.reason


def test_re_posts_stand_under_their_main_copy_and_are_found_by_their_own_names(look: Holdings) -> None:
    main = named(look, MAIN)
    assert main.copies == 2
    copies = look.copies_of(main.id)
    assert sorted(copy.source for copy in copies) == ["人才/再转载.txt", "人才/湄潭.txt"]
    assert {(copy.state, copy.main_id, copy.main_source) for copy in copies} == {(HeldState.REPOST, main.id, MAIN)}
    assert look.copies_of(copies[0].id)[0].id == main.id
    assert sources(look, text="湄潭.txt") == [MAIN]
    assert sources(look, state=HeldState.REPOST) == ["人才/再转载.txt", "人才/湄潭.txt"]
    assert sources(look, state=HeldState.REPOST, text="再") == ["人才/再转载.txt"]


def test_a_copy_in_another_collection_is_no_re_post(look: Holdings) -> None:
    other = named(look, "干部/转载.txt")
    assert (other.state, other.copies, other.main_id, look.copies_of(other.id)) == (HeldState.INDEXED, 0, "", ())


def test_a_record_that_names_another_collection_is_linked_to_neither(office: Office) -> None:
    """Else whoever may read only one of the two would miss a document, or hear of one that is hidden."""
    records = [
        {"id": "a", "text": PORT, "source": "干部/晋江.txt"},
        {"id": "b", "text": PORT, "source": "人才/晋江.txt"},
    ]
    office.write("总结/晋江.jsonl", "\n".join(json.dumps(record) for record in records))
    office.write("人才/晋江二.txt", PORT)
    office.ingest()
    with Library.looking(office.settings) as library:
        for hidden in ((), ("人才",), ("干部",), ("总结",)):
            rows = Holdings(library.database).list(Filters(hidden=hidden)).rows
            port = [row for row in rows if "晋江" in row.source]
            assert {row.copies for row in port} == {0}, hidden
    assert {row.source for row in port} == {"人才/晋江二.txt"}


def test_filters_keep_what_passes_all_of_them(look: Holdings) -> None:
    both = ["人才/2022/通川.txt", "总结/达州100%_a.txt"]
    assert sources(look, place=Place("四川省")) == both
    assert sources(look, place=Place("四川省", "达州市", "通川区")) == both[:1]
    assert sources(look, place=Place("四川省"), year="2023") == both[1:]
    assert sources(look, place=Place("")) == ["发言.txt"]
    assert sources(look, kind="通知") == both[:1]
    assert "发言.txt" in sources(look, year=UNTOLD)
    assert sources(look, collection="总结") == both[1:]
    assert sources(look, collection="") == ["发言.txt"]
    assert sources(look, state=HeldState.FAILED) == ["干部/空.txt"]
    assert sources(look, state=HeldState.PARTLY) == ["人才/冒名"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("100%_A", ["总结/达州100%_a.txt"]),
        ("1%a", []),
        ("达州_00", []),
        ("四川省达州市 通知", ["人才/2022/通川.txt"]),
        ("茶乡英才", ["人才/2022/转载.txt", "干部/转载.txt"]),
        ("空.txt", ["干部/空.txt"]),
        ("'; DROP TABLE documents", []),
    ],
)
def test_words_are_looked_for_as_they_stand(look: Holdings, words: str, found: list[str]) -> None:
    assert sources(look, text=words) == found


@given(st.lists(st.sampled_from(["人才", "A", "a", "通知", "2022", "空", "b", "达州", "市"]), max_size=40))
def test_each_word_counts_once_and_only_the_first_few(words: list[str]) -> None:
    counted = Filters(text=" ".join(words)).words
    first = list(dict.fromkeys(word.casefold() for word in words))
    assert [word.casefold() for word in counted] == first[:6]


def test_words_beyond_the_first_few_are_not_looked_for(look: Holdings) -> None:
    assert sources(look, text="通 通 川 川 t x 人 才 不在") == ["人才/2022/通川.txt"]
    assert sources(look, text="通 川 t x 人 不在") == []


def test_a_word_does_not_reach_from_the_title_into_the_name(look: Holdings) -> None:
    assert sources(look, text="通知人才/2022") == []


def test_pages_follow_each_other_in_every_order(look: Holdings) -> None:
    for order in Order:
        whole = look.list(order=order)
        paged = [look.list(offset=n, limit=2, order=order) for n in range(0, 8, 2)]
        assert [row for page in paged for row in page.rows] == list(whole.rows)
        assert {page.total for page in paged} == {whole.total}
    assert sources(look, Order.NEWEST)[:2] == ["总结/达州100%_a.txt", "人才/2022/通川.txt"]
    assert sources(look, Order.OLDEST)[:2] == ["人才/2022/通川.txt", "总结/达州100%_a.txt"]
    lengths = [row.characters for row in look.list(order=Order.LONGEST).rows]
    assert lengths == sorted(lengths, reverse=True)


# --- what is hidden, what was taken out ------------------------------------------------------------------------


def test_nothing_of_a_hidden_collection_is_shown_counted_or_named(look: Holdings) -> None:
    main = named(look, MAIN)
    assert sources(look, hidden=("人才",)) == ["发言.txt", "干部/空.txt", "干部/转载.txt", "总结/达州100%_a.txt"]
    shown = named(look, "干部/转载.txt", hidden=("人才",))
    assert (shown.state, shown.copies, shown.main_id, shown.main_source) == (HeldState.INDEXED, 0, "", "")
    assert look.document(shown.id, ("人才",)) == shown
    assert sources(look, hidden=("人才",), text="湄潭.txt") == []
    assert (look.document(main.id, ("人才",)), look.original(main.id, ("人才",))) == (None, None)
    assert (look.outline(main.id, ("人才",)), look.copies_of(main.id, ("人才",))) == ((), ())
    assert look.copies_of(shown.id, ("人才",)) == ()
    totals = look.totals(Filters(hidden=("人才",)))
    assert (totals.documents, totals.reposts) == (3, 0)
    assert "人才" not in str(totals) + str(look.choices(("人才",)))


def test_a_record_that_names_another_source_is_hidden_with_its_file(look: Holdings) -> None:
    record = named(look, "人才/冒名")
    assert "人才/冒名" not in sources(look, hidden=("干部",))
    assert look.document(record.id, ("干部",)) is None


def test_what_was_taken_out_is_listed_but_counts_nowhere_else(office: Office) -> None:
    with Library.looking(office.settings) as library:
        look = Holdings(library.database)
        before, document = look.totals(), named(look, "发言.txt")
    office.remove(document.id)
    with Library.looking(office.settings) as library:
        look = Holdings(library.database)
        row = named(look, "发言.txt", state=HeldState.REMOVED)
        assert (row.id, row.title, row.state) == (document.id, document.title, HeldState.REMOVED)
        assert row.removed_at
        assert look.document(document.id) == row
        assert look.original(document.id) == office.files / "发言.txt"
        totals = look.totals()
        assert totals.documents == before.documents - 1
        assert totals.states[HeldState.REMOVED] == 1


# --- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given_filters",
    [
        {},
        {"text": "人才"},
        {"hidden": ("干部",)},
        {"place": Place("四川省")},
        {"year": "2022"},
        {"state": HeldState.INDEXED},
    ],
)
def test_each_count_is_what_a_list_with_that_filter_has(look: Holdings, given_filters: dict[str, object]) -> None:
    totals = look.totals(Filters(**given_filters))  # type: ignore[arg-type]

    def listed(**more: object) -> int:
        return sum(bool(row.id) for row in look.list(Filters(**{**given_filters, **more})).rows)  # type: ignore[arg-type]

    assert totals.documents == sum(
        bool(row.id) and row.state is not HeldState.REMOVED
        for row in look.list(Filters(**given_filters)).rows  # type: ignore[arg-type]
    )
    for name, told in (("year", totals.years), ("kind", totals.kinds)):
        if name not in given_filters:
            assert told.untold == listed(**{name: UNTOLD})
            assert all(count.documents == listed(**{name: count.name}) for count in told.counts)
    assert all(count.documents == listed(place=count.place) for count in totals.places.counts)
    for state, number in totals.states.items():
        if "state" not in given_filters:
            assert number == look.list(Filters(**{**given_filters, "state": state})).total  # type: ignore[arg-type]


def test_the_places_of_a_place_are_counted(look: Holdings) -> None:
    def shown(counts: Breakdown) -> dict[str, int]:
        return {count.name: count.documents for count in counts.counts}

    totals = look.totals()
    assert (totals.documents, totals.reposts) == (6, 2)
    assert shown(totals.places) == {"四川省": 2, "福建省": 1, "贵州省": 2}
    assert totals.places.untold == 1
    assert shown(look.totals(Filters(place=Place("四川省"))).places) == {"达州市": 2}
    within = look.totals(Filters(place=Place("四川省", "达州市"))).places
    assert (shown(within), within.untold) == ({"通川区": 1}, 1)
    assert shown(totals.collections) == {"人才": 3, "干部": 1, "总结": 1}


def test_choices_are_what_occurs(look: Holdings) -> None:
    choices = look.choices()
    assert Place("四川省") in choices.places and Place("四川省", "达州市", "通川区") in choices.places
    assert choices.years[0] == "2023" and "通知" in choices.kinds
    assert choices.collections == ("人才", "干部", "总结")


# --- one document -----------------------------------------------------------------------------------------------


def test_the_outline_gives_each_heading_where_it_stands(office: Office) -> None:
    content = "\n".join(
        ["通川区人才工作方案", "", "一、总体要求", "坚持党管人才原则，服务发展大局，统筹推进各类人才队伍建设。",
         "二、主要任务", "（一）引进人才", "引进青年人才120名，建成人才公寓300套。", "（二）培育人才",
         "举办培训班12期，培训骨干人才600人次，覆盖全区各乡镇街道。", "三、保障措施", "落实专项经费，加强督促检查。"]
    )  # fmt: skip
    office.write("方案.txt", content)
    office.ingest()
    with Library.looking(office.settings) as library:
        look = Holdings(library.database)
        row = named(look, "方案.txt")
        document = library.database.document(row.id)
        [outlined] = look.outline(row.id)
    assert document is not None
    assert [(h.level, h.text) for h in outlined.headings] == [
        (1, "一、总体要求"), (1, "二、主要任务"), (2, "（一）引进人才"), (2, "（二）培育人才"), (1, "三、保障措施")
    ]  # fmt: skip
    for heading in outlined.headings:
        assert document.text.startswith(heading.text, heading.offset)


def test_the_file_of_a_document_is_given_while_it_is_there(office: Office, look: Holdings) -> None:
    row = named(look, "发言.txt")
    assert look.original(row.id) == office.files / "发言.txt"
    (office.files / "发言.txt").unlink()
    assert look.original(row.id) is None
    assert (look.document("x"), look.original("x"), look.outline("x"), look.copies_of("x")) == (None, None, (), ())


# --- collections ------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(["人才", "a.zip", "B.ZIP", "x.jsonl", "x.JSONL#3", "", "#", ".zip", "x.jsonl#", "c.docx"]),
        max_size=4,
    )
)
def test_the_database_tells_collections_apart_as_the_program_does(parts: list[str]) -> None:
    source = "/".join(parts)
    with create_engine("sqlite://").connect() as connection:
        assert connection.scalar(select(collection_in(literal(source)))) == collection_of(source)


@pytest.mark.parametrize("filters", [Filters(), Filters(text="人才"), Filters(hidden=("干部",))])
def test_a_list_reads_every_document_from_an_index_alone(office: Office, filters: Filters) -> None:
    """With 100,000 documents the texts, which lie in the same rows, are gigabytes."""
    with Library.looking(office.settings) as library, library.database.looking() as session:
        query = held(filters).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}".replace(":", r"\:")))]
    assert "SCAN documents USING COVERING INDEX documents_listed" in plan
    assert not any(step in ("SCAN documents", "SCAN articles") for step in plan)
