"""Entry of the web app: settings → AnswerService → Gradio app; nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from core.cli import command
from core.errors import UsageError
from core.settings import Settings

_GRADIO_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SHARE": "False",
    # It would keep the last ten thousand events and sum them up anew after each of them.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),
}


def main(
    corpus: Annotated[Path | None, typer.Option(help="启动前先把这个文件夹收进资料库")] = None,
    data: Annotated[Path | None, typer.Option(help="资料库所在的文件夹")] = None,
    port: Annotated[int | None, typer.Option(help="网页的端口")] = None,
    host: Annotated[str | None, typer.Option(help="网页的地址")] = None,
) -> None:
    """组工智答：在浏览器里就组织工作文献提问，每句回答都能核对原文。"""
    with command():
        serve(Settings.load(data=data, port=port, host=host), corpus)


def serve(settings: Settings, corpus: Path | None = None) -> None:
    """Serve the page until the program is told to stop."""
    if corpus is not None and not corpus.exists():
        raise UsageError(f"找不到文件夹 {corpus}，请检查 CORPUS 或 --corpus。")
    # Gradio reads these when it is imported.
    os.environ.update(_GRADIO_ENVIRONMENT)
    from desk.door import open_door
    from desk.opening import open_parts
    from ui.app import full_app
    from ui.server import PageServer, take_port

    with (
        take_port(settings.host, settings.port) as taken,
        _stop_in_order(),
        # By the address itself: a name may stand for any.
        open_door(settings, taken.getsockname()[0]) as door,
        open_parts(settings, corpus, door) as parts,
    ):
        server = PageServer(
            full_app(parts, settings.host, door),
            on_ready=lambda: _announce(settings, indexing=bool(corpus)),
        )
        parts.engine.start()
        server.run(sockets=[taken])


def _announce(settings: Settings, *, indexing: bool) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    state = "正在建立资料库，可先打开网页查看进度" if indexing else "已就绪"
    typer.echo(f"组工智答{state}：http://{host}:{settings.port}")


@contextlib.contextmanager
def _stop_in_order() -> Iterator[None]:
    """Turn SIGTERM into an ordinary exit, so that the child is ended too; Ctrl-C ends quietly."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    typer.run(main)
