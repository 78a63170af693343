"""Which lines of a report belong to a job, for whoever asked for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from desk.joblines import lines_of
from desk.jobs import Job, Work

ROOT = "/data/uploads"


def line(source: str, state: str = "added", **more: Any) -> dict[str, Any]:
    return {"source": source, "path": f"{ROOT}/{source}", "state": state, "duplicate_of": "", "moved_from": "", **more}


FILES = [
    line("人才/2023/a.txt"),
    line("人才/2023/b.txt", "failed", reason="文件已损坏。"),
    line("人才/2023/资料信息.csv", "failed", reason="第 2 行"),
    line("人才/资料信息.xlsx", "failed", reason="第 3 行"),
    line("人才/别处/资料信息.csv", "failed", reason="第 4 行"),
    line("资料信息.csv", "failed", reason="第 5 行“机密/处分.docx”"),
    line("人才/2023/c.txt", "skipped"),
    {"source": "人才/x.exe", "path": "", "state": "passed_over", "reason": "暂不支持的格式 .exe"},
]


def job(work: Work, *sources: str, files: list[dict[str, Any]] = FILES) -> Job:
    paths = tuple(f"{ROOT}/{source}" for source in sources)
    return Job(1, work, "王编辑", (), (), datetime.now(UTC), paths, report={"files": files})


def shown(one: Job) -> list[str]:
    return [told["source"] for told in lines_of(one, lambda source: not source.startswith("机密"))]


@pytest.mark.parametrize("work", [Work.ADD, Work.CORRECT])
def test_a_job_tells_of_its_own_files_and_of_the_side_files_that_count_for_them(work: Work) -> None:
    assert shown(job(work, "人才/2023/a.txt", "人才/2023/c.txt")) == [
        "人才/2023/a.txt", "人才/2023/资料信息.csv", "人才/资料信息.xlsx"
    ]  # fmt: skip


def test_other_jobs_tell_of_all_that_has_changed() -> None:
    assert len(shown(job(Work.START))) == len(FILES) - 1


def test_what_may_not_be_read_is_neither_told_nor_named() -> None:
    files = [line("机密/a.txt"), line("人才/b.txt", duplicate_of="机密/a.txt", moved_from="机密/b.txt")]
    [told] = lines_of(job(Work.START, files=files), lambda source: not source.startswith("机密"))
    assert (told["source"], told["duplicate_of"], told["moved_from"]) == ("人才/b.txt", "", "")
