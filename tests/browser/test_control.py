"""Pausing, resuming and training further, with the mouse; a worker is played."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Watched, drawn, wait_for_points
from tests.browser.player import Player
from tests.running import Running


def marks(page: Page) -> list[str]:
    """The words at the lines of the loss chart."""
    found: list[str] = page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-metric="loss"] .canvas');
          return (canvas?.layout?.annotations ?? []).map((one) => one.text);
        }"""
    )
    return found


def test_a_run_pauses_resumes_and_shows_the_seam(visit: Visit, stage: Running) -> None:
    player = Player(stage, name="Paused by hand", params={"epochs": 12}).take().stay()
    player.epochs(0, 5)
    page = visit(player.page)
    wait_for_points(page, 5)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#status")).to_have_text("Pausing")
    expect(page.locator("#pause")).to_be_disabled()
    player.keep(5)
    player.end("paused", reason="paused")
    expect(page.locator("#status")).to_have_text("Paused")
    expect(page.locator("#eta")).to_have_text("—")
    expect(page.locator("[data-part=trouble]")).to_contain_text("Resume goes on from epoch 6")

    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#status")).to_have_text("Queued")
    player.take().stay()
    expect(page.locator("#status")).to_have_text("Running")
    player.epochs(4, 8)
    wait_for_points(page, 8)
    assert drawn(page, "loss", "Training")[0] == list(range(1, 9))
    assert "resumed at epoch 6" in marks(page)
    expect(page.locator('[data-metric="loss"] .chart-summary')).to_contain_text("The training was resumed at epoch 6.")
    player.keep(8)
    player.end("canceled")
    expect(page.locator("#status")).to_have_text("Canceled")

    page.get_by_role("button", name="Continue from epoch 9").click()
    expect(page.locator("#status")).to_have_text("Queued")
    expect(page.get_by_role("button", name="Continue")).to_have_count(0)
    player.take().stay()
    player.epochs(8, 12)
    player.end()
    expect(page.locator("#status")).to_have_text("Completed")
    wait_for_points(page, 12)
    assert drawn(page, "loss", "Training")[0] == list(range(1, 13))
    assert "resumed at epoch 9" in marks(page)
    expect(page.locator(".run-when")).to_contain_text("attempt 3")


def test_more_epochs_are_asked_for_and_what_is_wrong_is_said_beside_the_field(
    visit: Visit, stage: Running, watched: Watched
) -> None:
    watched.allowed.append("422")
    player = Player(stage, params={"epochs": 4}).take()
    player.epochs(0, 4)
    player.keep(4)
    player.end()
    page = visit(player.page)
    page.get_by_label("Epochs in all").fill("3")
    page.get_by_role("button", name="Train further").click()
    expect(page.locator("#further-error")).to_have_text(re.compile("has 4 already. Use 5 or more"))
    expect(page.get_by_label("Epochs in all")).to_be_focused()
    page.get_by_label("Epochs in all").fill("6")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Queued")
    expect(page.locator("#epochs")).to_have_text("6")
    player.take()
    player.epochs(4, 6)
    player.end()
    expect(page.locator("#status")).to_have_text("Completed")


def test_the_status_stands_beside_a_title_however_many_buttons_there_are(visit: Visit, stage: Running) -> None:
    player = Player(stage, name="Two hidden layers, resumed twice", params={"epochs": 9}).take().stay()
    player.epochs(0, 5)
    player.best(4)
    page = visit(player.page)
    expect(page.locator(".run-actions .button")).to_have_count(5)
    title, chip = (page.locator(place).bounding_box() for place in ("h1", "#status"))
    assert title is not None
    assert chip is not None
    assert title["y"] < chip["y"] + chip["height"] / 2 < title["y"] + title["height"]
    assert chip["x"] > title["x"] + title["width"]
    player.end()


def test_on_a_phone_the_words_at_a_seam_stay_within_the_chart(visit: Visit, stage: Running) -> None:
    player = Player(stage, name="Resumed", params={"epochs": 9}).take().stay()
    player.epochs(0, 5)
    player.keep(5)
    player.end("released", reason="worker-stopped")
    player.take().stay()
    player.epochs(5, 9)
    player.end()
    page = visit(player.page, viewport={"width": 360, "height": 800})
    wait_for_points(page, 9)
    words = page.locator('[data-metric="loss"] .annotation', has_text="resumed at epoch 6").bounding_box()
    chart = page.locator('[data-metric="loss"] .main-svg').first.bounding_box()
    assert words is not None
    assert chart is not None
    assert chart["x"] <= words["x"]
    assert words["x"] + words["width"] <= chart["x"] + chart["width"]
