"""What a person waits for, in headless Chromium: the first paint, the first chart, the next point of a curve.

The delay from commit to painted point is measured from the outside: this process plays the worker by real calls of
the worker API, notes the time before each epoch is sent (so that the commit itself is part of the delay), and the page
notes the first animation frame after Plotly has drawn that epoch's point. Both clocks are the machine's.
"""

import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.played import PlayedWorker
from benchmarks.report import Measured, median, percentile
from tests import chromium
from tests.running import Running

EPOCHS = 300
PER_SECOND = 10
COLD_LOADS = 9
REST = 1.0
"""Seconds after each cold load in which the browser ends the last profile's processes: they are not part of a load."""

WATCH_PAINTS = """() => {
  window.painted = {};
  const observe = () => {
    const chart = document.querySelector('.js-plotly-plot');
    if (!chart || !chart.on) { requestAnimationFrame(observe); return; }
    chart.on('plotly_afterplot', () => requestAnimationFrame(() => {
      const x = chart.data[0].x;
      const last = x[x.length - 1];
      window.painted[last] ??= performance.timeOrigin + performance.now();
    }));
    window.watching = true;
  };
  observe();
}"""

TIMES = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const resources = performance.getEntriesByType('resource');
  const page = performance.getEntriesByType('navigation')[0];
  return {
    paint: paint ? paint.startTime : null,
    bytes: page.transferSize + resources.reduce((sum, one) => sum + one.transferSize, 0),
    own: resources.filter((one) => one.name.endsWith('.js') && !one.name.includes('plotly'))
      .reduce((sum, one) => sum + one.encodedBodySize, 0),
  };
}"""

FIRST_CURVE = """() => new Promise((resolve) => {
  const look = () => document.querySelector('svg.first-curve path, .js-plotly-plot .main-svg .trace')
    ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look);
  look();
})"""

FIRST_CHART = """() => new Promise((resolve) => {
  const look = () => document.querySelector('.js-plotly-plot .main-svg .trace')
    ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
})"""


def measure(folder: Path) -> list[Measured]:
    """Measure in a browser of its own against a server without a worker."""
    executable = chromium.find()
    running = Running(folder / "browser")
    running.start_server()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
            try:
                run = running.run(epochs=EPOCHS)["id"]
                worker = PlayedWorker(running, run)
                for epoch in range(20):
                    worker.epoch(epoch)
                address = f"{running.url}/runs/{run}"
                cold = []
                for _ in range(COLD_LOADS):
                    cold.append(_cold(browser, address))
                    worker.stay()
                page = browser.new_page()
                page.goto(address)
                delays = _delays(page, worker)
            finally:
                browser.close()
    finally:
        running.stop()
    return [
        Measured(
            "epoch sent → point painted, p95",
            150,
            percentile(delays, 0.95),
            "ms",
            f"{EPOCHS - 20} epochs at {PER_SECOND}/s",
        ),
        Measured("epoch sent → point painted, median", 150, median(delays), "ms", "the same epochs"),
        Measured(
            "run page, cold: over the wire", 2000, median([one["bytes"] for one in cold]) / 1e3, "kB", "all responses"
        ),
        Measured("run page, cold: own JavaScript", 40, median([one["own"] for one in cold]) / 1e3, "kB", "compressed"),
        Measured(
            "run page, cold: first contentful paint",
            300,
            median([one["paint"] for one in cold]),
            "ms",
            f"median of {COLD_LOADS} fresh profiles",
        ),
        Measured(
            "run page, cold: chart seen",
            1000,
            median([one["curve"] for one in cold]),
            "ms",
            "drawn by the server",
        ),
        Measured(
            "run page, cold: chart answers to the mouse", 1000, median([one["chart"] for one in cold]), "ms", "Plotly's"
        ),
    ]


def _cold(browser: Any, address: str) -> dict[str, float]:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        curve = page.evaluate(FIRST_CURVE)
        chart = page.evaluate(FIRST_CHART)
        page.wait_for_load_state("load")
        times: dict[str, float] = page.evaluate(TIMES)
        # A frame's callback runs before the frame is seen, and nothing is seen before the first paint.
        return times | {"curve": max(curve, times["paint"]), "chart": chart}
    finally:
        context.close()
        time.sleep(REST)


def _delays(page: Page, worker: PlayedWorker) -> list[float]:
    page.wait_for_selector(".js-plotly-plot .main-svg .trace")
    page.evaluate(WATCH_PAINTS)
    page.wait_for_function("() => window.watching")
    sent: dict[int, float] = {}

    def send() -> None:
        begun = time.perf_counter()
        for epoch in range(20, EPOCHS):
            time.sleep(max(0.0, begun + (epoch - 20) / PER_SECOND - time.perf_counter()))
            if epoch % 50 == 0:
                worker.stay()
            sent[epoch] = time.time() * 1000
            worker.epoch(epoch)

    sender = threading.Thread(target=send)
    sender.start()
    page.wait_for_function(f"() => window.painted[{EPOCHS}]", timeout=60_000)  # the axis counts from 1
    sender.join()
    painted: dict[str, float] = page.evaluate("() => window.painted")
    times = {int(x) - 1: at for x, at in painted.items()}
    delays = []
    for epoch, start in sent.items():
        # an epoch that shared a frame with a later one was painted with that one
        at = min((when for drawn, when in times.items() if drawn >= epoch), default=None)
        assert at is not None, f"epoch {epoch} was never painted"
        delays.append(at - start)
    return delays
