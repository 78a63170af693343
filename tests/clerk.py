"""Another process at work on a data folder: `python -m tests.clerk COMMAND …`, as the tests of locks and crashes need.

hold DATA                                   read lines `reading`, `writing`, `release` and answer each with what came of it
ingest DATA FOLDER [--rebuild] [--kill STAGE STEP] [--full STAGE BYTES] [--remove ID] [--restore ID]
    index a folder, or take a document out or back in; die by SIGKILL, or have no more room on the disk than BYTES a file, when STAGE is told of
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from core.errors import OrgAskError
from core.settings import Settings
from ingest.changes import remove, restore
from ingest.pipeline import Ingest
from ingest.worker import InProcess
from retriever.library import Library
from tests.fakes import FakeEncoder


def hold(data: Path) -> None:
    with ExitStack() as held:
        for line in sys.stdin:
            mode = line.strip()
            held.close()
            try:
                if mode != "release":
                    held.enter_context(getattr(Library, mode)(Settings(data=data), FakeEncoder().name))
                answer = "ok"
            except OrgAskError as exc:
                answer = type(exc).__name__
            print(answer, flush=True)  # noqa: T201


def index(options: argparse.Namespace) -> None:
    told: dict[str, int] = {}

    def progress(stage: str, _done: int, _total: int) -> None:
        told[stage] = told.get(stage, 0) + 1
        if options.kill and [stage, str(told[stage])] == options.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if options.full and stage == options.full[0]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(options.full[1]), resource.RLIM_INFINITY))

    encoder = FakeEncoder()
    try:
        with Library.writing(Settings(data=options.data), encoder.name, rebuild=options.rebuild) as library:
            ingest = Ingest(library, encoder, InProcess(), progress=progress)
            if options.remove:
                remove(library, ingest, [options.remove])
            elif options.restore:
                restore(library, ingest, [options.restore])
            else:
                ingest.run([options.folder], rebuild=options.rebuild)
    except OrgAskError as exc:
        sys.exit(f"{type(exc).__name__}: {exc}")


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    holding = commands.add_parser("hold")
    holding.add_argument("data", type=Path)
    ingesting = commands.add_parser("ingest")
    ingesting.add_argument("data", type=Path)
    ingesting.add_argument("folder", type=Path)
    ingesting.add_argument("--rebuild", action="store_true")
    ingesting.add_argument("--kill", nargs=2)
    ingesting.add_argument("--full", nargs=2)
    ingesting.add_argument("--remove")
    ingesting.add_argument("--restore")
    options = parser.parse_args()
    if options.command == "hold":
        hold(options.data)
    else:
        index(options)


if __name__ == "__main__":
    main()
