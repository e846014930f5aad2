"""The home page and the list of runs: live, searched by the server, and careful before anything is lost."""

import re

import pytest
from playwright.sync_api import expect

from jobs.protocol import EventType
from tests.browser.conftest import Visit
from tests.browser.player import Player
from tests.running import Running


def test_home_follows_a_run_from_the_queue_to_its_end(visit: Visit, stage: Running) -> None:
    page = visit(f"{stage.url}/")
    player = Player(stage, name="Seen from home", params={"epochs": 4})
    item = page.locator(f'[data-run="{player.run}"]')
    expect(item).to_contain_text("Queued")
    player.take()
    expect(item).to_contain_text("Running")
    player.epochs(0, 3)
    expect(item).to_contain_text("Epoch 3 of 4")
    expect(item.locator("progress")).to_have_js_property("value", 3)
    player.end()
    expect(page.locator("[data-part=recent]").get_by_text("Seen from home")).to_be_visible()
    expect(page.locator("[data-part=active]").get_by_text("Seen from home")).to_have_count(0)


def test_the_list_moves_and_tells_of_new_runs(visit: Visit, stage: Running) -> None:
    player = Player(stage, name="Listed", params={"epochs": 4}).take()
    page = visit(f"{stage.url}/runs")
    row = page.locator(f'tr[data-run="{player.run}"]')
    player.epochs(0, 3)
    expect(row).to_contain_text("epoch 3 of 4")
    player.end()
    expect(row).to_contain_text("Completed")
    expect(row.locator(".spark path")).to_be_visible()
    expect(row).to_contain_text("val_loss")
    expect(page.locator("#fresh")).to_be_hidden()
    other = Player(stage, name="Just made")
    page.get_by_role("button", name="Show new runs").click()
    expect(page.get_by_role("link", name="Just made")).to_be_visible()
    stage.http.post(f"/api/v1/runs/{other.run}/cancel")


@pytest.mark.parametrize("java_script", [True, False])
def test_the_list_is_searched_by_an_address(visit: Visit, stage: Running, java_script: bool) -> None:
    wanted = Player(stage, name=f"Needle {java_script}", tags=["sharp"])
    other = Player(stage, name="Hay")
    for player in (wanted, other):
        stage.http.post(f"/api/v1/runs/{player.run}/cancel")
    page = visit(f"{stage.url}/runs", java_script_enabled=java_script)
    page.get_by_role("searchbox").fill(f"needle {java_script}")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"/runs\?.*q=needle"))
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.get_by_role("link", name="Canceled").click()
    expect(page).to_have_url(re.compile(r"status=canceled.*q=needle"))
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.get_by_role("link", name="Failed").click()
    expect(page.get_by_text("No run matches.")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(f'tr[data-run="{other.run}"]')).to_be_visible()


def test_a_run_is_deleted_only_after_a_question(visit: Visit, stage: Running) -> None:
    kept, gone = Player(stage, name="Kept"), Player(stage, name="Gone")
    for player in (kept, gone):
        stage.http.post(f"/api/v1/runs/{player.run}/cancel")
    page = visit(f"{stage.url}/runs")
    page.get_by_role("button", name="Delete Gone").click()
    expect(page.get_by_role("dialog")).to_contain_text("Gone")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete Gone")).to_be_focused()
    assert stage.http.get(f"/api/v1/runs/{gone.run}").status_code == 200
    page.get_by_role("button", name="Delete Gone").click()
    page.get_by_role("button", name="Delete the run").click()
    expect(page.locator(f'tr[data-run="{gone.run}"]')).to_have_count(0)
    assert stage.http.get(f"/api/v1/runs/{gone.run}").status_code == 404
    expect(page.locator(f'tr[data-run="{kept.run}"]')).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body"), "the focus is not lost"


def test_without_javascript_a_run_is_whole(visit: Visit, stage: Running) -> None:
    player = Player(stage, name="Plain", params={"epochs": 5}).take()
    player.epochs(0, 5)
    player.tell(EventType.LOG, level="info", message="Said to all")
    page = visit(player.page, java_script_enabled=False)
    expect(page.locator("#status")).to_have_text("Running")
    expect(page.locator("#epoch")).to_have_text("5")
    expect(page.locator(".first-curve").first).to_be_visible()
    expect(page.locator(".history-table tbody tr")).to_have_count(5)
    expect(page.locator(".history-table tbody tr").first).to_contain_text("0.2000")
    expect(page.get_by_text("Said to all")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    player.end()
    page.reload()
    expect(page.locator("#status")).to_have_text("Completed")
    lesson = visit(f"{stage.url}/lessons/first-network?epochs=9", java_script_enabled=False)
    expect(lesson.get_by_text("EPOCHS = 9")).to_be_visible()
    expect(lesson.get_by_text("needs JavaScript")).to_be_visible()
    expect(lesson.get_by_role("button", name="Train")).to_have_count(0)
    lesson.get_by_role("link", name="Too big a learning rate").click()
    expect(lesson.locator("[data-preset=too-fast]")).to_have_attribute("aria-current", "true")
    expect(lesson.locator("#param-learning_rate")).not_to_have_value("0.001")
