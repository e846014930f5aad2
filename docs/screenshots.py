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
    """Train once, then photograph the run's page and the lesson's."""
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
                for name, path in (("run", run["links"]["page"]), ("lesson", "/lessons/first-network")):
                    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
                    page.goto(running.url + path, wait_until="networkidle")
                    page.screenshot(path=IMAGES / f"{name}.png")
                browser.close()
        finally:
            running.stop()


if __name__ == "__main__":
    main()
