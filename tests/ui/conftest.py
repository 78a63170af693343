"""A real browser and a real server for the tests of the page."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.api import AnswerService
from desk.engine import Engine
from desk.jobs import Runner
from tests.browser import find_browser
from tests.ui.fakes import engine_over, parts_over
from ui.app import full_app
from ui.server import PageServer, take_port

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

Serve = Callable[..., str]


@contextmanager
def served(engine: Engine, data: Path, port: int = 0) -> Iterator[str]:
    reachable = threading.Event()
    with take_port("127.0.0.1", port) as taken:
        parts = parts_over(engine, data)
        server = PageServer(full_app(parts, poll_s=0.2), on_ready=reachable.set)
        # A server outside the main thread leaves signals alone.
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        engine.start()
        thread.start()
        assert reachable.wait(20)
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = True
            thread.join(10)
            engine.close()


@pytest.fixture
def desk_data(tmp_path: Path) -> Path:
    """The data folder of the pages that are served."""
    return tmp_path / "desk"


@pytest.fixture
def serve(desk_data: Path) -> Iterator[Serve]:
    """Return a function that serves the page over a service and gives its address."""
    with ExitStack() as stack:

        def start(open_service: Callable[[], AnswerService], indexer: Runner | None = None) -> str:
            return stack.enter_context(served(engine_over(open_service, indexer), desk_data))

        yield start


# Not for the whole session: while Playwright is open, no other test of this process could use `asyncio.run`.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; without one the tests are skipped, but under CI they fail."""
    path = find_browser()
    if path is None:
        message = "NO BROWSER: the tests of the page cannot run; `python -m tests.browser` installs one"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    # A busy machine is slow, not wrong.
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a Chinese browser on a common small screen."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
