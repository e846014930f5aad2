"""One Chromium for all browser tests; pages that watch themselves; a server without a worker to play one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.chromium import ARGUMENTS
from tests.running import Running

expect.set_options(timeout=20_000)

WATCH = """
  window.violations = [];
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    violations.push(`${violatedDirective} ${blockedURI}`);
  });
"""


@dataclass
class Watched:
    """What went wrong on pages of one test. ``allowed`` are parts of console messages that the test provokes."""

    problems: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def watch(self, page: Page, origin: str) -> None:
        """Note errors, blocked resources and requests to anywhere but the server."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._request(request, origin))
        page.on("websocket", lambda socket: self._address(socket.url.replace("ws", "http", 1), origin))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.allowed):
            self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request, origin: str) -> None:
        self._address(request.url, origin)

    def _address(self, url: str, origin: str) -> None:
        if not url.startswith((f"{origin}/", "data:", "blob:", "about:")):
            self.problems.append(f"a request to {url}")


Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(chromium_path: str | None) -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Collects what goes wrong; whatever it is fails the test at its end."""
    found = Watched()
    yield found
    assert found.problems == []


@pytest.fixture
def visit(browser: Browser, watched: Watched) -> Iterator[Visit]:
    """Opens an address in a profile of its own.

    ``before`` gets the page before it goes there; other keywords go to the browser context.
    """
    contexts = []
    pages: list[Page] = []

    def open_page(address: str, before: Callable[[Page], object] = lambda _page: None, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH)
        watched.watch(page, address[: address.index("/", 8)])
        before(page)
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")  # its scripts come after the first paint
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        if not page.is_closed():
            watched.problems.extend(page.evaluate("window.violations ?? []"))
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real server without a worker: tests play one."""
    running = Running(tmp_path_factory.mktemp("stage"))
    try:
        running.start_server()
        yield running
    finally:
        running.stop()


def drawn(page: Page, metric: str, name: str) -> tuple[list[int], list[float | None]]:
    """The points of a curve as Plotly has them: epochs from 1, and values."""
    found: list[Any] = page.evaluate(
        """([metric, name]) => {
          const canvas = document.querySelector(`[data-metric="${metric}"] .canvas`);
          const trace = canvas?.data?.findLast((one) => one.name === name);
          return trace ? [trace.x, trace.y] : [[], []];
        }""",
        [metric, name],
    )
    return found[0], found[1]


def wait_for_points(page: Page, count: int, metric: str = "loss") -> None:
    """Wait until a training curve has so many points. It is scrolled to: what nobody sees is not drawn."""
    page.locator(f'[data-metric="{metric}"]').scroll_into_view_if_needed()
    page.wait_for_function(
        """([metric, count]) => {
          const canvas = document.querySelector(`[data-metric="${metric}"] .canvas`);
          return canvas?.data?.find((one) => one.name === 'Training')?.x.length === count;
        }""",
        arg=[metric, count],
        timeout=20_000,
    )
