"""The parts of the page of the library without a browser."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotReadyError, OrgAskError, UsageError
from core.schema import Article, Document, Metadata
from desk.cleaned import cleaning_of
from desk.jobs import Job, State, Work
from desk.shelf import Shelf
from retriever.held import UNTOLD, Filters, HeldState, Order
from retriever.holdings import Choices, Held, Page
from retriever.library import DATABASE
from retriever.outline import Heading, Outlined
from retriever.places import Place
from tests.office import Office
from ui.library.cleaning import cleaning_report
from ui.library.correction import cells_of, correction_form
from ui.library.counted import Counted
from ui.library.filterbar import filter_bar
from ui.library.following import can_be_undone, ids_of, pending_work, shown_jobs
from ui.library.listing import listing
from ui.library.query import NO_COLLECTION, Query, full_name, place_named
from ui.library.reader import Reading, reader
from ui.library.texts import LIBRARY_CHINESE, LIBRARY_ENGLISH
from ui.library.works import work_bar

words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cf", "Co", "Cn")), max_size=30)
hostile = st.text(max_size=30) | st.sampled_from(
    ["<script>x</script>", '"><img src=x onerror=y>', "${a}", "{{b}}", "'"]
)
queries = st.builds(
    Query, text=words, place=words, year=words, kind=words, state=st.sampled_from(["", *HeldState]).map(str),
    collection=words, order=st.sampled_from(["", *Order]).map(str), page=st.integers(1, 99_999), unfolded=words,
    document=words, at=st.integers(-1, 99_999_999), wide=st.booleans(),
)  # fmt: skip
TAG = re.compile(r"</?([a-zA-Z][\w-]*)")
LIVE = {"script", "img", "iframe", "object", "embed", "style", "link", "meta", "base"}


def held(text: str = "x", **facts: object) -> Held:
    values = {
        "id": "0" * 16, "path": text, "source": text, "title": text, "collection": text, "province": text, "city": text,
        "district": text, "date": text, "kind": text, "articles": 2, "chunks": 1, "characters": 9,
        "state": HeldState.PARTLY, "reason": text, "notes": (text,), "copies": 2,
    }  # fmt: skip
    return Held(**{**values, **facts})  # type: ignore[arg-type]


def job(number: int, work: Work, *ids: str, state: State = State.DONE, age: timedelta = timedelta()) -> Job:
    arguments = (f"--{work.name.lower()}", "--", *ids)
    return Job(number, work, "甲", ids, arguments, datetime.now(UTC) - age, state=state)


# --- addresses -----------------------------------------------------------------------------------------------------


@given(queries)
def test_an_address_says_all_of_what_a_page_shows(query: Query) -> None:
    assert Query.read(query.told) == query
    assert Query.read(query.address.partition("?")[2]) == query
    assert query.address.isascii()


@given(st.text(max_size=200))
def test_an_address_that_makes_no_sense_does_no_harm(address: str) -> None:
    query = Query.read(address)
    assert Query.read(query.told) == query


def test_another_filter_begins_with_its_first_page() -> None:
    query = Query(place="重庆市", page=7, unfolded="x", document="d")
    assert query.but(year="2021") == Query(place="重庆市", year="2021", document="d")
    assert query.but(document="e").page == 7
    assert query.but(page=8).page == 8


def test_a_place_is_first_one_of_the_library() -> None:
    here = Place("江苏省", "南京市", "鼓楼区")
    choices = Choices((Place("江苏省"), here), (), (), ())
    assert place_named("鼓楼区", choices) == here
    assert place_named(full_name(here), choices) == here
    assert place_named("达州", choices) == Place("四川省", "达州市")
    assert place_named(UNTOLD, choices) == Place("")
    with pytest.raises(UsageError, match="请写全名"):
        place_named("鼓楼区", Choices((), (), (), ()))
    with pytest.raises(UsageError, match="不认识地名"):
        place_named("没有的地方", choices)
    assert Query(collection=NO_COLLECTION).filters(choices, ("密",)) == Filters(collection="", hidden=("密",))


# --- what documents say stays text -----------------------------------------------------------------------------------


@given(hostile)
def test_nothing_of_a_document_becomes_markup(text: str) -> None:
    one = held(text)
    meta = Metadata(text, text, text, text, text, text, text, (text,), text, text, text)
    article = Article("a", one.id, text, (), 0, len(text), meta)
    document = Document(one.id, text, text, text, "", {"notes": [text]})
    outline = (Outlined(article, (Heading(1, text, 0),)), Outlined(article, ()))
    query = Query(text=text, place=text, unfolded=one.id)
    line = {"source": text, "state": "failed", "reason": text, "notes": [text], "duplicate_of": text, "path": text}
    done = Job(1, Work.ADD, text, (text,), (), datetime.now(UTC), (text,), State.DONE, text, report={"files": [line]})
    report = {"texts": [{
        "removed": [{"text": text, "reason": text, "place": text}],
        "joined": [{"before": text, "after": text, "place": text}], "captions": [{"text": text, "place": text}],
    }], "reasons": {text: 1}}  # fmt: skip
    for words in (LIBRARY_CHINESE, LIBRARY_ENGLISH):
        shown = "".join((
            listing(query, Page((one, held(text, id="")), 120), words, copies=[one], may_edit=True),
            reader(query, Reading(one, document, outline, (one,), None, True), words, [text]),
            correction_form(one.id, [article, article], [text], words),
            filter_bar(query, Choices((Place(text),), (text,), (text,), (text,)), words, may_edit=True),
            work_bar([done], None, None, lambda _: True, words),  # type: ignore[arg-type]
            cleaning_report(report, words),
        ))  # fmt: skip
        assert not LIVE & {tag.lower() for tag in TAG.findall(shown)}
        assert "${" not in shown
        assert "onerror=" not in re.sub(r'"[^"]*"|>[^<]*<', "", shown)


# --- corrections ---------------------------------------------------------------------------------------------------


def test_only_what_was_changed_in_the_form_is_corrected() -> None:
    article = Article("a", "d", "标题", (), 0, 1, Metadata("四川省", "达州市", "", "2023-05", kind="总结"))
    form = {"title": "标题", "province": "四川省", "city": "", "district": "通川区", "date": "2023-05", "kind": "总结"}
    assert cells_of(form, [article], LIBRARY_CHINESE) == (None, {"市": "无", "区县": "通川区"})
    other = Article("b", "d", "另一篇", (), 1, 2, Metadata("重庆市"))
    assert cells_of({"article": "2", "province": "四川省"}, [article, other], LIBRARY_CHINESE) == (2, {"省": "四川省"})
    for wrong in ({"title": " "}, {"title": "标题"}, {"article": "9", "city": "x"}, [], {"city": 1}):
        with pytest.raises(UsageError):
            cells_of(wrong, [article], LIBRARY_CHINESE)


# --- jobs ----------------------------------------------------------------------------------------------------------


def test_a_removal_can_be_undone_until_something_of_it_is_restored() -> None:
    removed = job(1, Work.REMOVE, "a", "b")
    assert ids_of(removed) == ("a", "b")
    assert can_be_undone(removed, [removed])
    assert not can_be_undone(removed, [job(2, Work.RESTORE, "b", state=State.WAITING), removed])
    assert can_be_undone(removed, [job(2, Work.RESTORE, "b", state=State.FAILED), job(3, Work.RESTORE, "c"), removed])
    assert not can_be_undone(job(1, Work.REMOVE, "a", state=State.FAILED), [])


def test_what_is_under_way_is_told_with_the_last_that_has_ended() -> None:
    jobs = [
        job(5, Work.REMOVE, "a", state=State.WAITING), job(4, Work.CORRECT, "b", state=State.RUNNING),
        job(3, Work.START), job(2, Work.ADD), job(1, Work.ADD),
    ]  # fmt: skip
    assert [one.number for one in shown_jobs(jobs)] == [5, 4, 2]
    assert pending_work(jobs) == ({"a": Work.REMOVE, "b": Work.CORRECT}, {})
    assert shown_jobs([job(1, Work.ADD, age=timedelta(days=1))]) == []


# --- a library that is just being made ---------------------------------------------------------------------------------


def test_a_library_is_not_opened_before_it_is_made(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    path = tmp_path / DATABASE
    path.touch()
    making = sqlite3.connect(path, timeout=0)
    with pytest.raises(NotReadyError):
        _ = shelf.holdings
    # Who makes it is in nobody's way.
    assert making.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    making.execute("BEGIN EXCLUSIVE")
    making.execute("CREATE TABLE other (x)")
    with pytest.raises(NotReadyError):
        _ = shelf.holdings
    making.commit()
    with pytest.raises(NotReadyError):
        _ = shelf.holdings
    assert [row[0] for row in making.execute("SELECT name FROM sqlite_master")] == ["other"]
    making.close()


# --- counts and cleaning -------------------------------------------------------------------------------------------


def test_counts_follow_each_state_of_the_library(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.write("甲/a.txt", "达州市人才工作总结\n\n达州市引进人才36名。\n")
    office.ingest()
    shelf = Shelf(office.settings.data)
    counted = Counted(shelf)
    assert counted.totals(Filters()).documents == 1
    assert counted.totals(Filters()) is counted.totals(Filters())
    assert counted.totals(Filters(hidden=("甲",))).documents == 0
    office.write("甲/b.txt", "盐都区党建工作总结\n\n盐都区成立支部12个。\n")
    office.ingest()
    assert counted.totals(Filters()).documents == 2
    assert counted.choices(()).collections == ("甲",)
    shelf.close()


def test_what_was_cleaned_away_is_read_by_a_child_with_a_limit(tmp_path: Path) -> None:
    page = tmp_path / "网页.html"
    body = "".join(f"<p>达州市第{n}次会议讨论了人才工作，会议由市委组织部主持召开。</p>" for n in range(9))
    page.write_text(f"<html><body><nav><a href='/'>网站首页</a></nav><h1>达州会议</h1>{body}</body></html>", "utf-8")
    shown = html.unescape(cleaning_report(cleaning_of(page), LIBRARY_CHINESE))
    assert "网站首页" in shown
    with pytest.raises(OrgAskError, match="用时太长"):
        cleaning_of(page, 0.2, ["python3", "-c", "import time; time.sleep(9)"])
    with pytest.raises(OrgAskError) as refused:
        cleaning_of(tmp_path / "没有.txt")
    assert str(tmp_path) not in str(refused.value)
    assert json.dumps(str(refused.value), ensure_ascii=False)
