"""What is taken away from a run's page: charts as pictures, and a report that shows itself without a network."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from jobs.protocol import EventType
from tests.browser.conftest import Visit, wait_for_points
from tests.browser.player import Player
from tests.running import Running


def test_charts_and_a_report_are_taken_away(stage: Running, visit: Visit, browser: Browser, tmp_path: Path) -> None:
    player = Player(stage, params={"epochs": 3}).take()
    player.tell_all(
        [
            (EventType.EPOCH, {"epoch": epoch, "metrics": {"loss": 1 / (1 + epoch), "val_loss": 0.9}, "seconds": 0.1})
            for epoch in range(3)
        ]
    )
    player.end()
    page = visit(player.page)
    wait_for_points(page, 3)
    for name, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"{name} of Loss").click()
        assert download.value.suggested_filename == f"{player.run}-loss.{name.lower()}"
        content = download.value.path().read_bytes()
        assert content.startswith(begins)
    assert b"Validation" in content, "the legend is part of the picture"
    menu = page.locator("#downloads")
    menu.locator("summary").click()
    with page.expect_download() as download:
        menu.get_by_role("link", name="Report").click()
    expect(menu).not_to_have_attribute("open", "")
    report = tmp_path / "report.html"
    download.value.save_as(report)
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")

    context = browser.new_context(offline=True)
    try:
        alone = context.new_page()
        problems: list[str] = []
        asked: list[str] = []
        alone.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        alone.on("pageerror", lambda error: problems.append(str(error)))
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(report.as_uri())
        expect(alone.locator(".js-plotly-plot .main-svg .scatterlayer .trace")).to_have_count(2)
        assert problems == []
        assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [report.as_uri()]
    finally:
        context.close()
