"""The page of the library over a small real library: a real engine, real children with a fake encoder, a real server."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from desk.database import DeskDatabase
from desk.jobs import Job, State
from desk.opening import Parts
from tests.desk.stand import Stand
from tests.office import Office
from ui.app import full_app
from ui.server import PageServer, take_port

NASTY = '<img src=x onerror="window.hacked=1">${window.hacked=1}'
_BATCHES = "".join(f"桐庐县第{n}批录用{n * 3}人，分到{n + 4}个行政村任职，新办合作社{n + 1}家。" for n in range(1, 16))
FILES: Mapping[str, str] = {
    "人才/桐庐青年.txt": "桐庐县实施“春茶计划”集聚乡村青年人才\n\n2022年5月6日\n\n一、主要做法\n\n桐庐县2022年启动“春茶计划”，面向返乡大学生"
    "招募乡村运营人才。当年共有1320人报名，最终录用86人。\n\n二、工作成效\n\n" + _BATCHES + "\n",
    "人才/盐都选派.txt": "盐都区选派年轻干部到村任职\n\n2023年3月1日\n\n盐都区从区级机关选派36名年轻干部，组成12个小组，到村任职一年。\n",
    "人才/转载/桐庐青年（转）.txt": "桐庐县实施“春茶计划”集聚乡村青年人才\n\n2022年5月6日\n\n一、主要做法\n\n桐庐县2022年启动“春茶计划”，面向返乡大学生"
    "招募乡村运营人才。当年共有1320人报名，最终录用86人。\n\n二、工作成效\n\n" + _BATCHES + "\n",
    "党建/<b>通知<script>.md": f"# 关于{NASTY}的通知\n\n九龙坡区委组织部2024年印发{NASTY}的通知，要求各支部在6月底前完成换届。\n",
    "党建/重庆总结.txt": "重庆市九龙坡区党建工作总结\n\n2021年12月30日\n\n" + "\n".join(
        f"第{number}项工作按计划推进，全区{number}个支部全部完成。" for number in range(1, 60)
    ),
    "坏文件.pdf": "not a pdf",
}  # fmt: skip


class Served:
    """The page under an address, and what is behind it."""

    def __init__(self, stand: Stand, parts: Parts, url: str) -> None:
        self.stand, self.parts, self.url = stand, parts, url

    def id_of(self, source: str) -> str:
        return self.stand.id_of(source)

    def jobs(self) -> list[Job]:
        return self.stand.engine.jobs.all()

    def wait_for_jobs(self) -> None:
        for job in self.jobs():
            assert self.stand.engine.jobs.wait(job.number, 60).state is State.DONE, job


@contextmanager
def serving(root: Path, files: Mapping[str, str] = FILES, port: int = 0) -> Iterator[Served]:
    office = Office(root)
    for name, text in files.items():
        office.write(name, text)
    if files:
        office.ingest()
    stand = Stand(office)
    parts = Parts.over(stand.engine, office.settings, DeskDatabase(office.settings.data))
    reachable = threading.Event()
    with take_port("127.0.0.1", port) as taken:
        server = PageServer(full_app(parts, poll_s=0.3), reachable.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        stand.engine.start()
        thread.start()
        assert reachable.wait(30)
        try:
            yield Served(stand, parts, f"http://127.0.0.1:{taken.getsockname()[1]}")
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)
            stand.engine.close()
            parts.shelf.close()


def main() -> None:
    """Serve the page, for trying it: `python -m tests.ui.library.stand [PORT]`."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 7870
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), port=port) as served:
        print(served.url, file=sys.stderr)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
