"""``make screenshots``: the pictures in docs/images, taken of a real run in a real browser."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import chromium
from tests.running import Running

IMAGES = Path(__file__).resolve().parent / "images"


def main() -> None:
    """Train once, then photograph the run's page."""
    IMAGES.mkdir(exist_ok=True)
    executable = chromium.find()
    with tempfile.TemporaryDirectory(prefix="fitboard-screenshots-") as folder:
        running = Running(Path(folder))
        try:
            running.start_server()
            running.start_worker()
            run = running.finished(running.run(dataset="breast-cancer", epochs=60, batch_size=32)["id"])
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
                page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme="light")
                page.goto(running.url + run["links"]["page"], wait_until="networkidle")
                page.wait_for_selector(".js-plotly-plot .main-svg .trace")
                page.screenshot(path=IMAGES / "run.png")
                browser.close()
        finally:
            running.stop()


if __name__ == "__main__":
    main()
