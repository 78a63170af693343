"""A scripted answering service and its small library, for tests and for trying the page without a model."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.api import AnswerService, LibraryStatus
from core.errors import StoreError
from core.schema import (
    Answer,
    AnswerStatus,
    Article,
    Chunk,
    Citation,
    CitationStatus,
    Document,
    Metadata,
    Passage,
    Turn,
)
from core.settings import Settings
from desk.database import DeskDatabase
from desk.door import Door
from desk.engine import Engine
from desk.indexing import Outcome
from desk.jobs import Jobs, Runner, Work
from desk.opening import Parts
from desk.phases import Progress
from retriever.places import gazetteer
from retriever.scope import Scope, collection_of, places_named, years_between

REPORT_TEXT = """九龙坡区青年人才工作总结

一、总体情况
2014年，九龙坡区共引进各类青年人才326名，其中博士18名、硕士109名。
全区建成人才公寓3处，安排资金1,200万元，惠及青年人才500余名。

二、主要做法
（一）搭建平台
依托高新区建成青年人才创业园，吸引47家初创企业入驻。
（二）优化服务
设立“一站式”服务窗口，平均办理时限由15个工作日压缩到5个工作日。
""" + "\n".join(f"第{number}项工作按计划推进，责任到人，按月调度。" for number in range(1, 60))

NEWS_TEXT = """盐都区探索“组团式”选派年轻干部

盐都区从区级机关选派36名年轻干部，组成12个小组，到村（社区）任职一年。
<img src="http://evil.example/x.png" onerror="window.hacked=1"><script>window.hacked=1</script>
[点我](javascript:window.hacked=1) ![图](http://evil.example/y.png) $\\href{x}$ ${window.hacked=1} {{window}}
### 这不是标题
选派工作由区委组织部统一管理，每季度考核一次。
"""

_REPORT = Document("report", "九龙坡区青年人才工作总结.md", "九龙坡区青年人才工作总结", REPORT_TEXT, "a" * 64)
_NEWS = Document("news", "盐都区年轻干部<b>选派</b>.txt", "盐都区探索“组团式”选派年轻干部", NEWS_TEXT, "b" * 64)

_ARTICLES = {
    "report": Article(
        "report-1",
        "report",
        "九龙坡区青年人才工作总结",
        ("一、总体情况",),
        0,
        len(REPORT_TEXT),
        Metadata("重庆市", "", "九龙坡区", "2014-12", "落款", "总结", "九龙坡区委组织部"),
    ),
    "news": Article("news-1", "news", _NEWS.title, (), 0, len(NEWS_TEXT), Metadata("江苏省", "盐城市", "盐都区")),
}


def cite(document: Document, marker: int, quote: str, status: CitationStatus = CitationStatus.VERBATIM) -> Citation:
    """Return a citation of a quote that stands in a document, or of nothing where it has failed."""
    start = max(0, document.text.find(quote))
    return Citation(marker, document.id, document.source, document.title, quote, start, start + len(quote), status)


def passage(document: Document, quote: str, rank: int) -> Passage:
    """Return a found passage."""
    start = document.text.index(quote)
    chunk = Chunk(f"{document.id}-{rank}", _ARTICLES[document.id].id, start, start + len(quote), quote, quote)
    return Passage(chunk, _ARTICLES[document.id], document.source, 1.0 / rank, rank)


HEADCOUNT = "2014年，九龙坡区共引进各类青年人才326名，其中博士18名、硕士109名。"
HOUSING = "全区建成人才公寓3处，安排资金1,200万元，惠及青年人才500余名。"
DEEP = "第40项工作按计划推进，责任到人，按月调度。"
SECONDED = "盐都区从区级机关选派36名年轻干部，组成12个小组，到村（社区）任职一年。"
HOSTILE = '<img src="http://evil.example/x.png" onerror="window.hacked=1"><script>window.hacked=1</script>'
HOSTILE_MARKDOWN = NEWS_TEXT.splitlines()[4]

TALENT = Answer(
    "九龙坡区引进了多少青年人才？",
    AnswerStatus.GROUNDED,
    "**九龙坡区（2014年）**\n\n"
    "- 2014年，全区共引进各类青年人才326名，其中博士18名、硕士109名。[1]\n"
    "- 建成人才公寓3处，安排资金1,200万元，惠及青年人才500余名。[2]\n"
    "- 其余工作按月调度，责任到人。[3]\n\n"
    "| 项目 | 数量 |\n|---|---|\n| 引进青年人才 | 326名[1] |\n| 人才公寓 | 3处[2] |",
    (cite(_REPORT, 1, HEADCOUNT), cite(_REPORT, 2, HOUSING), cite(_REPORT, 3, DEEP)),
    (passage(_REPORT, HEADCOUNT, 1), passage(_NEWS, SECONDED, 2)),
)
CADRES = Answer(
    "盐都区怎样选派年轻干部？",
    AnswerStatus.PARTIAL,
    f"{SECONDED}[1]任职期满后有七成留任。[2]文中没有说明经费来源。[9]",
    (cite(_NEWS, 1, SECONDED), cite(_NEWS, 2, "任职期满后有七成留任。", CitationStatus.FAILED)),
    notes=("未找到与“经费”有关的内容。", "另有资料与[1]不一致。"),
)
HOSTILE_ANSWER = Answer(
    "有没有危险的内容？",
    AnswerStatus.GROUNDED,
    f"{HOSTILE}[1]\n\n{HOSTILE_MARKDOWN}[2]\n\n### 不是标题\n\n<a href='http://evil.example'>链接</a>",
    (cite(_NEWS, 1, HOSTILE), cite(_NEWS, 2, HOSTILE_MARKDOWN)),
    (passage(_NEWS, HOSTILE, 1),),
    ("<img src=http://evil.example/note.png>",),
)
REFUSED = Answer(
    "火星上有多少干部？",
    AnswerStatus.REFUSED,
    "资料库中没有能回答这个问题的内容。",
    notes=("可以换一个地区或年份再问。",),
    choices=(CADRES.question, HOSTILE),
)
SCRIPT = (TALENT, CADRES, HOSTILE_ANSWER, REFUSED)
FULL = LibraryStatus(6, 1927, 5210)
EXAMPLE_QUESTIONS = [
    TALENT.question,
    CADRES.question,
    "江北区金融从业人员有多少？",
    "共青团团干部怎样选拔？",
    "人才公寓建了几处，投入多少资金，惠及多少人？",
    "通川区人才工作先行区有哪些做法？",
]


@dataclass
class ScriptedService:
    """Answers by the script, a few characters at a time, and keeps what it was asked."""

    script: Sequence[Answer] = SCRIPT
    size: LibraryStatus = FULL
    step_s: float = 0.02
    error: Exception | None = None
    documents: dict[str, Document] = field(default_factory=lambda: {"report": _REPORT, "news": _NEWS})
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    scopes: list[Scope | None] = field(default_factory=list)
    hold: threading.Event | None = None
    closed: bool = False

    def status(self) -> LibraryStatus:
        return self.size

    def answer(self, question: str, history: Sequence[Turn] = (), scope: Scope | None = None) -> Answer:
        return list(self.stream(question, history, scope))[-1]

    def quoted(self, question: str, scope: Scope | None = None) -> Answer:
        return next((answer for answer in self.script if answer.question == question), self.script[-1])

    def search(self, query: str, k: int = 10, scope: Scope | None = None) -> list[Passage]:
        self.scopes.append(scope)
        found = [p for answer in self.script for p in answer.passages]
        hidden = scope.hidden if scope else ()
        return [p for p in found if collection_of(p.source) not in hidden][:k]

    def scope(
        self,
        *,
        places: Iterable[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        kinds: Iterable[str] = (),
        collections: Iterable[str] = (),
    ) -> Scope:
        return Scope(
            tuple(places_named(places, gazetteer())),
            years_between(from_year, to_year),
            tuple(kinds),
            collections=tuple(collections),
        )

    def stream(self, question: str, history: Sequence[Turn] = (), scope: Scope | None = None) -> Iterator[Answer]:
        self.asked.append((question, tuple(history)))
        self.scopes.append(scope)
        if self.error:
            raise self.error
        whole = next((answer for answer in self.script if answer.question == question), self.script[-1])
        for end in range(10, len(whole.text), 10):
            self._pause()
            yield replace(whole, text=whole.text[:end], notes=(), passages=())
        if self.hold:
            self.hold.wait(20)
        yield replace(whole, question=question)

    def source(self, document_id: str, at: int) -> tuple[Document, Article]:
        if document_id not in self.documents:
            raise StoreError("这份文件已不在资料库中。")
        return self.documents[document_id], _ARTICLES[document_id]

    def examples(self, count: int, scope: Scope | None = None) -> list[str]:
        return EXAMPLE_QUESTIONS[:count]

    def close(self) -> None:
        self.closed = True

    def _pause(self) -> None:
        threading.Event().wait(self.step_s)


class ScriptedIndexer:
    """Waits to be let go, with the progress that it was given; a `desk.jobs.Runner`."""

    def __init__(self, failed_files: bool = False, error: Exception | None = None) -> None:
        self.failed_files = failed_files
        self.error = error
        self.now: Progress | None = None
        self.done = threading.Event()
        self.began = threading.Event()

    def run(self) -> Outcome:
        self.began.set()
        self.done.wait(30)
        if self.error:
            raise self.error
        return Outcome(self.failed_files)

    def progress(self) -> Progress | None:
        return self.now

    def stop(self) -> None:
        self.done.set()


def engine_over(
    open_service: Callable[[], AnswerService], indexer: Runner | None = None, *, busy_retry_s: float = 0.1
) -> Engine:
    """Return an engine whose changes of the library are done by `indexer`; with one, it begins with a change."""
    jobs = Jobs(lambda job: indexer or ScriptedIndexer())
    first = (lambda: jobs.submit(Work.START, "", (), ())) if indexer else None
    return Engine(open_service, jobs, first=first, busy_retry_s=busy_retry_s)


def parts_over(engine: Engine, data: Path | None = None, door: Door | None = None) -> Parts:
    """Return the parts of a desk over an engine, in a folder of their own unless one is given."""
    folder = data or Path(tempfile.mkdtemp())
    return Parts.over(engine, Settings(data=folder), DeskDatabase(folder), door)


def main() -> None:
    """Serve the page over the script, for trying it: `python -m tests.ui.fakes [PORT]`."""
    from ui.app import full_app
    from ui.server import PageServer, take_port

    port = int(sys.argv[1]) if len(sys.argv) > 1 else 7860
    engine = engine_over(ScriptedService)
    engine.start()
    print(f"http://127.0.0.1:{port}", file=sys.stderr)  # noqa: T201
    parts = parts_over(engine)
    PageServer(full_app(parts)).run(sockets=[take_port("127.0.0.1", port)])


if __name__ == "__main__":
    main()
