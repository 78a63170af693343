"""`python -m ingest` and `python -m retriever` as scripts call them, with the built-in model.

Each call costs seconds: one story in few calls.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.office import report_text

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two documents in `files`, and room for the data."""
    root = tmp_path_factory.mktemp("commands")
    (root / "files").mkdir()
    (root / "files" / "湄潭.txt").write_text(report_text("湄潭县", "茶乡英才", 300), "gb18030")
    (root / "files" / "晋江.md").write_text("# " + report_text("晋江市", "晋才回流", 500), "utf-8")
    return root


@pytest.fixture(scope="module")
def run(place: Path, model_folder: Path) -> Run:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("ORGASK_")}

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            env={**kept, "ORGASK_MODEL_FOLDER": str(model_folder), "ORGASK_DATA": str(place / "data"), **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def indexed(place: Path, run: Run) -> subprocess.CompletedProcess[str]:
    """The run that indexes both documents and is also given a file that does not exist."""
    return run("ingest", place / "files", place / "missing.txt", "--json")


def test_ingest_reports_in_json_and_ends_with_one_where_an_input_failed(
    indexed: subprocess.CompletedProcess[str],
) -> None:
    assert indexed.returncode == 1, indexed.stderr
    report = json.loads(indexed.stdout)
    assert (report["added"], report["failed"], report["library"]["documents"]) == (2, 1, 2)
    states = {line["source"]: (line["state"], line["reason"]) for line in report["files"]}
    assert states["湄潭.txt"] == states["晋江.md"] == ("added", "")
    assert "找不到" in states["missing.txt"][1]
    assert "Traceback" not in indexed.stderr


def test_a_second_ingest_ends_with_zero_and_says_its_sums_on_standard_error(
    place: Path, run: Run, indexed: subprocess.CompletedProcess[str]
) -> None:
    again = run("ingest", place / "files")
    assert (again.returncode, again.stdout) == (0, "")
    assert "未变 2" in again.stderr
    assert "计算向量 0 个" in again.stderr
    assert not (place / "data" / "progress.json").exists()


def test_a_question_brings_ranked_passages_in_json(run: Run, indexed: subprocess.CompletedProcess[str]) -> None:
    asked = run("retriever", "晋江市“晋才回流”走访了多少企业？", "--k", "2", "--json")
    assert asked.returncode == 0, asked.stderr
    found = json.loads(asked.stdout)
    assert found["query"] == "晋江市“晋才回流”走访了多少企业？"
    assert [result["rank"] for result in found["results"]] == [1, 2]
    assert found["results"][0]["source"] == "晋江.md"
    assert {"source", "chunk_id", "score", "text", "title"} <= found["results"][0].keys()
    evidence = found["results"][0]["evidence"]
    assert evidence["quote"] in found["results"][0]["text"] and 0 <= evidence["probability"] <= 1


def test_a_question_is_asked_within_a_place(run: Run, indexed: subprocess.CompletedProcess[str]) -> None:
    asked = run("retriever", "湄潭县茶乡英才", "--place", "福建", "--json")
    assert {result["source"] for result in json.loads(asked.stdout)["results"]} == {"晋江.md"}
    unknown = run("retriever", "湄潭县茶乡英才", "--place", "月亮区")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "月亮区" in unknown.stderr


def test_a_batch_answers_every_line_in_order(place: Path, run: Run, indexed: subprocess.CompletedProcess[str]) -> None:
    queries, out = place / "in.jsonl", place / "out.jsonl"
    lines = [
        {"id": 7, "query": "湄潭县茶乡英才新入库多少人"},
        {"id": "b", "query": "晋才回流"},
        {"id": "空", "query": " "},
    ]
    queries.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    done = run("retriever", "--queries", queries, "--out", out, "--k", "2")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    answers = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == [7, "b", "空"]
    assert [answer["results"][0]["source"] for answer in answers[:2]] == ["湄潭.txt", "晋江.md"]
    assert [len(answer["results"]) for answer in answers] == [2, 2, 0]
    assert answers[0]["results"][0].keys() == {"source", "chunk_id", "score", "text"}


def test_a_mistyped_data_folder_is_neither_made_nor_filled(place: Path, run: Run) -> None:
    asked = run("retriever", "晋才回流", "--data", place / "dtaa", ORGASK_MODEL_FOLDER="")
    assert (asked.returncode, asked.stdout) == (1, "")
    [line] = asked.stderr.splitlines()
    assert line == f"错误：资料库 {place / 'dtaa'} 是空的，请先运行 python -m ingest 文件夹 建立索引。"
    assert not (place / "dtaa").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="make")
@pytest.mark.parametrize(
    ("given", "environment", "passed"),
    [
        ([], {}, '--corpus "corpus"'),
        ([], {"ORGASK_DATA": "elsewhere", "ORGASK_PORT": "9001"}, '--corpus "corpus"'),
        (["CORPUS=my files", "PORT=7900"], {}, '--corpus "my files" --port "7900"'),
        ([], {"DATA": "my data"}, '--corpus "corpus" --data "my data"'),
    ],
)
def test_make_passes_on_only_what_it_was_given(given: list[str], environment: dict[str, str], passed: str) -> None:
    inherited = {"PATH": os.environ["PATH"], **environment}
    command = ["make", "--dry-run", "run", *given]
    done = subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, encoding="utf-8", check=True)
    assert " ".join(done.stdout.splitlines()[-1].split()) == f"exec .venv/bin/python app.py {passed}"


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (["retriever"], {}, "--queries"),
        (["ingest", "."], {"ORGASK_DATEN": "x"}, "ORGASK_DATEN"),
        (["ingest", "--show-cleaning", "."], {}, "文件夹"),
    ],
    ids=["no question", "unknown setting", "cleaning of a folder"],
)
def test_a_usage_error_ends_with_two_and_one_line_on_standard_error(
    run: Run, arguments: list[str], environment: dict[str, str], message: str
) -> None:
    failed = run(*arguments, **environment)
    assert (failed.returncode, failed.stdout) == (2, "")
    [line] = failed.stderr.splitlines()
    assert message in line
