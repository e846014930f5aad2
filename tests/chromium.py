"""Which browser the browser tests drive, and how one is installed where there is none.

``python -m tests.chromium`` (a step of ``make test``) finds or installs it; :func:`find` tells the tests where it is.
A browser counts when it starts and shows a page: some systems ship a ``chromium`` that only says how to install it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
"""What every browser of the tests is started with: containers have no sandbox and little shared memory."""

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is Chromium without the window that nobody sees: it takes a third less processor time."""

PACKAGES = ("chromium-headless-shell", "chromium")
"""What distributions call it: Debian has both."""

PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
REMEDY = (
    "The browser tests need Chromium or Chrome, and none was found that starts. Install one and run make test again:\n"
    "  Debian:  sudo apt install chromium-headless-shell\n"
    "  macOS:   brew install --cask google-chrome\n"
    "  or name one:  FITBOARD_TEST_CHROMIUM=/path/to/chrome make test"
)


def candidates() -> Iterator[str | None]:
    """Browsers in the order in which they are tried; None is Playwright's own download."""
    named = os.environ.get("FITBOARD_TEST_CHROMIUM")
    if named:
        yield named
        return
    for name in NAMES:
        path = shutil.which(name)
        if path:
            yield path
    yield from (place for place in PLACES if Path(place).exists())
    yield None


def starts(browser: str | None) -> bool:
    """Whether this browser opens a page."""
    try:
        with sync_playwright() as playwright:
            if browser is None and not Path(playwright.chromium.executable_path).exists():
                return False
            opened = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS, timeout=60_000)
            page = opened.new_page()
            page.set_content("<title>it works</title>")
            works = page.title() == "it works"
            opened.close()
            return works
    except Error as problem:
        print(f"{browser or 'The downloaded browser'} does not start: {str(problem).splitlines()[0]}", file=sys.stderr)
        return False


def find() -> str | None:
    """The path for ``launch(executable_path=…)``; None means Playwright's own download.

    Raises:
        LookupError: there is none; the message says how to install one.
    """
    for browser in candidates():
        if starts(browser):
            return browser
    raise LookupError(REMEDY)


def install() -> None:
    """Playwright's own download; where that can't run (libraries missing, no such platform), the system's package."""
    print("No Chromium or Chrome here: downloading Playwright's (about 180 MB, once).", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if starts(None) or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("It doesn't start here: installing the system's.", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    for package in PACKAGES:
        if subprocess.run(["apt-get", "install", "-qq", "-y", package], env=environment, check=False).returncode == 0:
            return


def main() -> int:
    """Make sure that there is a browser; say how to get one where it can't be done."""
    try:
        find()
    except LookupError as problem:
        if not os.environ.get("FITBOARD_TEST_CHROMIUM"):
            install()
        try:
            find()
        except LookupError:
            print(problem, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
