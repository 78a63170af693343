"""Kills an ingest at random moments, or damages its vector index, and looks whether the next run makes all well."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.cli import read_jsonl, say
from core.errors import UsageError
from core.schema import Encoder, Vectors
from core.settings import Settings
from retriever.encoder import open_encoder
from retriever.library import Library
from retriever.probe import probe
from retriever.search import Searcher

_PROJECT = Path(__file__).resolve().parents[1]
_LOOKED_FOR = 60
"""Characters from the middle of a text by which it is searched."""


def crash(texts: Path, *, documents: int, times: int, characters: int | None = None, seed: int = 0) -> dict[str, Any]:
    """Return how many of `times` killed ingests, and of as many damaged indexes, are whole after the next run.

    Whole is: every document once, every chunk at its place in its text, the indexes equal to the database, and every
    document or its main copy found by words from its middle.

    Args:
        texts: JSON lines with `text`; the first `documents` become files.
        documents: how many.
        times: how often to kill, and how often to damage.
        characters: of each text, that only its beginning is taken; None takes all.
        seed: of the moments and the damage.
    """
    settings = Settings.load()
    encoder = open_encoder(settings)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        files = _write(Path(scratch) / "files", texts, documents, characters)
        settings = settings.model_copy(
            update={"data": Path(scratch) / "data", "model_folder": settings.models.resolve()}
        )
        queries = _queries(files, encoder)
        began = time.monotonic()
        _ingest(files, settings)
        whole_run = time.monotonic() - began
        problems = _problems(settings, encoder, queries)
        if problems:
            raise UsageError(f"未受打扰的索引就不完整：{problems[0]}")
        killed = [
            _kill(files, settings, encoder, queries, lambda: chance.uniform(0.0, whole_run)) for _ in range(times)
        ]
        damaged = [_damage(files, settings, encoder, queries, chance) for _ in range(times)]
    return {
        "documents": documents,
        "characters_each": characters,
        "undisturbed_s": round(whole_run, 1),
        "killed": times,
        "whole_after_kill": sum(not told for told in killed),
        "damaged": times,
        "whole_after_damage": sum(not told for told in damaged),
        "problems": [told for told in (*killed, *damaged) if told],
    }


def _write(folder: Path, texts: Path, count: int, characters: int | None) -> Path:
    records = read_jsonl(texts)[:count]
    if len(records) < count:
        raise UsageError(f"{texts} 只有 {len(records)} 篇文本。")
    folder.mkdir()
    for number, record in enumerate(records):
        (folder / f"{number:05}.txt").write_text(str(record["text"])[:characters], "utf-8")
    return folder


def _ingest(files: Path, settings: Settings, kill_after: float | None = None) -> bool:
    """Run an ingest as a user would; returns whether it was killed before its end."""
    command = [
        "env", f"ORGASK_MODEL_FOLDER={settings.models}", sys.executable, "-m", "ingest", str(files),
        "--data", str(settings.data),
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=_PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            status = process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
    if status:
        raise UsageError(f"索引以状态 {status} 结束。")
    return False


def _kill(
    files: Path, settings: Settings, encoder: Encoder, queries: Sequence[_Query], moment: Callable[[], float]
) -> list[str]:
    """Kill an ingest into an empty folder in its middle and finish it; one that ends before that is begun anew."""
    killed = False
    while not killed:
        shutil.rmtree(settings.data)
        after = moment()
        killed = _ingest(files, settings, kill_after=after)
    _ingest(files, settings)
    told = _problems(settings, encoder, queries)
    say(f"杀于 {after:.1f} 秒：{'完整' if not told else told[0]}")
    return told


def _damage(
    files: Path, settings: Settings, encoder: Encoder, queries: Sequence[_Query], chance: random.Random
) -> list[str]:
    paths = sorted(path for path in settings.data.glob("index-*/chroma/**/*") if path.is_file())
    harm = chance.choice([_truncate, _scribble, _remove])
    victims = chance.sample(paths, chance.randint(1, len(paths)))
    for path in victims:
        harm(path, chance)
    _ingest(files, settings)
    told = _problems(settings, encoder, queries)
    names = "、".join(path.name for path in victims)
    say(f"{harm.__name__.strip('_')} {names}：{'完整' if not told else told[0]}")
    return told


def _truncate(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content) + 1)])


def _scribble(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    if content:
        start = chance.randrange(len(content))
        noise = chance.randbytes(min(4096, len(content) - start))
        content[start : start + len(noise)] = noise
    path.write_bytes(content)


def _remove(path: Path, _chance: random.Random) -> None:
    path.unlink()


def _problems(settings: Settings, encoder: Encoder, queries: Sequence[_Query]) -> list[str]:
    """Return what is not as it should be, in words."""
    with Library.reading(settings, encoder.name) as library:
        expected = [query.name for query in queries]
        sources = sorted(source for path in library.database.files() for source in library.database.sources(path))
        documents = library.database.counts()[0]
        is_whole = sources == expected and documents == len(expected)
        told = [] if is_whole else [f"{documents} 份文档，应为 {len(expected)} 份"]
        if broken := library.database.broken_documents():
            told.append(f"{len(broken)} 份文档与片段不一致")
        if pending := library.database.pending():
            told.append(f"{len(pending)} 个片段没有进入索引")
        told += [f"{part} 与数据库不一致" for part, agrees in probe(settings).items() if not agrees]
        searcher = Searcher(library, encoder)
        return told + [f"搜不到 {query.name}" for query in queries if not _is_found(query, searcher)]


@dataclass(frozen=True, slots=True)
class _Query:
    """The words by which a file is looked for, embedded once for all rounds."""

    name: str
    text: str
    vector: Vectors


def _queries(files: Path, encoder: Encoder) -> list[_Query]:
    names = sorted(path.name for path in files.iterdir())
    texts = [_middle((files / name).read_text("utf-8")) for name in names]
    return [_Query(*one) for one in zip(names, texts, encoder.encode_queries(texts), strict=True)]


def _middle(text: str) -> str:
    words = " ".join(text.split())
    start = max(0, len(words) // 2 - _LOOKED_FOR // 2)
    return words[start : start + _LOOKED_FOR]


def _is_found(query: _Query, searcher: Searcher) -> bool:
    found = searcher.search(query.text, 10, vector=query.vector)
    return any(query.name in (passage.source, *passage.copies) for passage in found)
