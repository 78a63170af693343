"""Finds a browser for the tests of the page, and installs one: `python -m tests.browser`."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
DEBIAN_FONTS = "fonts-wqy-zenhei"


def find_browser() -> str | None:
    """Return the path of a Chromium or a relative of it, or None."""
    on_path = next(filter(None, map(shutil.which, ON_PATH)), None)
    return on_path or next((path for path in ELSEWHERE if Path(path).is_file()), None) or _playwright_browser()


def has_chinese_font() -> bool:
    """Return whether Chinese can be drawn; where that cannot be told, it is taken for granted."""
    if not shutil.which("fc-list"):
        return platform.system() != "Linux"
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def install() -> list[str]:
    """Install what is missing and return what is missing still, in words."""
    if not find_browser():
        if _is_debian_root():
            _apt("chromium", DEBIAN_FONTS)
        if not find_browser():
            _run([sys.executable, "-m", "playwright", "install", "chromium"])
    if not has_chinese_font() and _is_debian_root():
        _apt(DEBIAN_FONTS)
    missing = [] if find_browser() else ["a browser (Chromium or Chrome)"]
    return missing if has_chinese_font() else [*missing, "a Chinese font"]


def _playwright_browser() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    # The path is that of the release which this Playwright wants; it need not have been downloaded.
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).is_file() else None


def _is_debian_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(*packages: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], quiet)
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], quiet)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    # What failed shows in what is missing afterwards.
    subprocess.run(command, env=environment, stdout=sys.stderr, check=False)


def main() -> int:
    """Install what is missing; under CI it must succeed, elsewhere the tests of the page are skipped without it."""
    missing = install()
    if not missing:
        return 0
    print(f"!!! NOT INSTALLED: {' and '.join(missing)}; the browser tests cannot run !!!", file=sys.stderr)  # noqa: T201
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
