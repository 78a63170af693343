"""How fast an ingest is and what memory it takes, side by side with the plain LangChain way on the same weights."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.cli import read_jsonl
from core.errors import UsageError
from retriever.builtin.model import ensure_model, unpack_fp32

_PROJECT = Path(__file__).resolve().parents[1]
_LOOK_S = 0.2
_FIGURE = re.compile(r"\d+")
_RECORDS_A_FILE = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest: how many documents, in how many seconds, with what memory of all its processes at most, in MB."""

    documents: int
    seconds: float
    documents_per_s: float
    peak_mb: float


def compare(texts: Path, *, baseline: bool = True) -> dict[str, Any]:
    """Index a file of records with this program and, where wanted, with plain LangChain, in one run.

    Plain LangChain is: load, `RecursiveCharacterTextSplitter` 500/50, `HuggingFaceEmbeddings` in fp32 on the same
    weights, `Chroma.from_documents`. Unpacking the models is not timed.

    Args:
        texts: JSON lines with `text`.
        baseline: whether to run LangChain too.
    """
    count = len(read_jsonl(texts))
    if not count:
        raise UsageError(f"{texts} 中没有文本。")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ensure_model(folder / "models")
        ours = _run(_ingest(texts, folder / "data", folder / "models"), count)
        again = _run(_ingest(texts, folder / "data", folder / "models"), count)
        result: dict[str, Any] = {"ours": asdict(ours), "ours_again": asdict(again)}
        if baseline:
            unpack_fp32(folder / "fp32")
            plain = _run(
                [sys.executable, "-m", "evals.langchain_baseline", str(texts), str(folder / "fp32"), scratch], count
            )
            result |= {"langchain": asdict(plain), "times": round(ours.documents_per_s / plain.documents_per_s, 2)}
    return result


def growth(texts: Path, counts: Sequence[int], characters: int | None = None) -> dict[str, Any]:
    """Index libraries of growing size, made of the same texts with changed figures, each as files of 500 records.

    Args:
        texts: JSON lines with `text`.
        counts: how many texts in each library.
        characters: of each text, that only its beginning is taken; None takes all.
    """
    records = [str(record["text"])[:characters] for record in read_jsonl(texts)]
    runs: dict[str, Any] = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            ensure_model(folder / "models")
            _write(folder / "files", _repeated(records, count))
            run = _run(_ingest(folder / "files", folder / "data", folder / "models"), count)
            again = _run(_ingest(folder / "files", folder / "data", folder / "models"), count)
            runs[str(count)] = {**asdict(run), "again_s": again.seconds}
    return runs


def _repeated(records: Sequence[str], count: int) -> Iterator[str]:
    """Yield `count` texts; after the first round each with all its figures changed, another way in each round."""
    for number in range(count):
        turn, index = divmod(number, len(records))
        yield _changed(records[index], 37 * turn) if turn else records[index]


def _changed(text: str, by: int) -> str:
    return _FIGURE.sub(lambda figure: str(int(figure[0]) + by), text)


def _write(folder: Path, texts: Iterator[str]) -> None:
    folder.mkdir()
    batch: list[str] = []
    number = 0
    for text in texts:
        batch.append(json.dumps({"text": text}, ensure_ascii=False))
        if len(batch) == _RECORDS_A_FILE:
            (folder / f"{number:04}.jsonl").write_text("\n".join(batch), "utf-8")
            batch, number = [], number + 1
    if batch:
        (folder / f"{number:04}.jsonl").write_text("\n".join(batch), "utf-8")


def _ingest(path: Path, data: Path, models: Path) -> list[str]:
    environment = ["env", f"ORGASK_MODEL_FOLDER={models}"]
    return [*environment, sys.executable, "-m", "ingest", str(path.resolve()), "--data", str(data)]


def _run(command: Sequence[str], documents: int) -> Run:
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=_PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(_memory_mb(pid) for pid in _family(process.pid)))
        time.sleep(_LOOK_S)
    seconds = time.perf_counter() - began
    if process.returncode not in (0, 1):
        told = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
        raise UsageError(f"测速的进程没有成功：{told[-300:]}")
    return Run(documents, round(seconds, 2), round(documents / seconds, 2), round(peak))


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all its children, as Linux tells them."""
    yield pid
    # A child belongs to the thread that began it, and any thread may end meanwhile.
    for told in (Path("/proc") / str(pid) / "task").glob("*/children"):
        with suppress(OSError):
            for child in told.read_text().split():
                yield from _family(int(child))


def _memory_mb(pid: int) -> float:
    """Return the memory that a process alone takes, and its share of what it has in common with others."""
    try:
        status = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0.0
    match = re.search(r"^Pss:\s+(\d+) kB", status, re.MULTILINE)
    return int(match[1]) / 1000 if match else 0.0
