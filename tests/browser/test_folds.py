"""A cross-validation on its run's page: the curves of its folds, their mean and how far they lie apart, live."""

from typing import Any

from playwright.sync_api import expect

from jobs.protocol import EventType
from tests.browser.conftest import Visit, drawn, wait_for_points
from tests.browser.player import Player
from tests.running import Running


def row(fold: int, epoch: int) -> dict[str, Any]:
    loss = (2.0 + fold) / 2**epoch
    best = {"fold": fold, "epoch": epoch, "monitor": "loss", "value": loss}
    place = {"fold": fold, "folds": 3, "epoch": epoch, "epochs": 4}
    return {**place, "metrics": {"loss": loss}, "seconds": 0.1, "eta_seconds": 9.0, "best": best}


def test_folds_arrive_as_thin_curves_and_move_the_mean(stage: Running, visit: Visit) -> None:
    player = Player(stage, params={"epochs": 4}).take().stay()
    player.tell_all([(EventType.EPOCH, row(0, epoch)) for epoch in range(4)])
    page = visit(player.page)
    wait_for_points(page, 4)
    assert drawn(page, "loss", "Training")[1] == [2.0, 1.0, 0.5, 0.25]
    assert drawn(page, "loss", "Folds") == ([], []), "of one alone the mean is all there is to see"
    player.tell_all([(EventType.EPOCH, row(1, epoch)) for epoch in range(3)])
    expect(page.locator("#fold")).to_have_text("fold 2 of 3")
    expect(page.locator("#epoch")).to_have_text("3")
    expect(page.locator("#best-epoch")).to_have_text("fold 2, epoch 3")
    expect(page.locator("#progress")).to_have_js_property("value", 1.75)
    page.wait_for_function("() => document.querySelector('.canvas').data.some((one) => one.name === 'Folds')")
    assert drawn(page, "loss", "Training")[1] == [2.5, 1.25, 0.625, 0.25]
    epochs, values = drawn(page, "loss", "Folds")
    assert epochs == [1, 2, 3, 4, None, 1, 2, 3, None]
    assert values[5:] == [3.0, 1.5, 0.75, None]
    assert drawn(page, "loss", "Standard deviation")[1][0] == 2.0
    expect(page.locator(".chart-summary")).to_contain_text("Training loss, the mean of 1 to 2 folds, went from 2.500")
    page.reload()
    wait_for_points(page, 4)
    assert drawn(page, "loss", "Training")[1] == [2.5, 1.25, 0.625, 0.25], "the server's means are the page's own"
    page.locator(".chart-table summary").click()
    expect(page.locator(".chart-table tbody tr").nth(3)).to_contain_text("2.500")
    player.end()
    expect(page.locator("#status")).to_have_text("Completed")


def test_the_estimate_counts_folds_and_combinations_as_the_form_changes(stage: Running, visit: Visit) -> None:
    player = Player(stage, lesson="scikit-learn", params={"dataset": "breast-cancer"}).take()
    player.tell(EventType.EPOCH, **row(0, 0))  # an epoch takes 0.1 s
    player.end()
    page = visit(f"{stage.url}/lessons/scikit-learn?n_splits=5&epochs=20")
    estimate = page.locator("#estimate strong")
    expect(estimate).to_have_text("10 s")
    page.fill("#param-n_splits", "10")
    expect(estimate).to_have_text("20 s")
    several = page.get_by_role("button", name="Try several values of Folds")
    several.click()
    page.fill("#param-n_splits", "2; 4")
    expect(estimate).to_have_text("12 s")
    several.click()
    page.select_option("#param-method", "GridSearchCV")
    page.fill("#param-grid_epochs", "10, 30")
    expect(estimate).to_have_text("2 min 24 s")  # 2 optimizers, 3 initializers, 3 sizes of batches, 40 epochs, 2 folds
    page.wait_for_url("**grid_epochs=10%2C30**")
    page.reload()
    expect(estimate).to_have_text("2 min 24 s")
