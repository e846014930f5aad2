"""From the home page to a downloaded model, with a real worker: the main job."""

import io
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Watched, drawn, wait_for_points
from tests.running import Running


def start(page: Page, **values: str) -> str:
    """Fill the lesson's form, press Train, and return the run's id."""
    for name, value in values.items():
        page.fill(f"#param-{name}", value)
    page.click("#train-button")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    return page.url.rsplit("/", 1)[-1]


def test_a_person_trains_watches_and_downloads(visit: Visit, fitboard: Running, tmp_path: Path) -> None:
    page = visit(f"{fitboard.url}/")
    page.get_by_role("link", name="Train your first network").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your first neural network")
    page.select_option("#param-dataset", "breast-cancer")
    page.fill("#run-name", "By hand")
    page.fill("#run-tags", "browser, try")
    run = start(page, epochs="12", batch_size="40")

    expect(page.locator("#status")).to_have_text("Completed", timeout=90_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("By hand")
    expect(page.locator("#epoch")).to_have_text("12")
    expect(page.locator(".stages .done")).to_have_count(6)
    expect(page.get_by_role("heading", name="Outcome")).to_be_visible()
    expect(page.locator(".predictions tbody tr")).to_have_count(8)
    expect(page.locator("[data-part=model]")).to_contain_text("dense")
    expect(page.locator("#log")).to_contain_text("breast-cancer")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.locator(".tag")).to_have_text(["browser", "try"])

    history = fitboard.http.get(f"/api/v1/runs/{run}/history").json()
    wait_for_points(page, 12)
    for metric, name, key in (
        ("loss", "Training", "loss"),
        ("loss", "Validation", "val_loss"),
        ("accuracy", "Training", "accuracy"),
        ("accuracy", "Validation", "val_accuracy"),
    ):
        epochs, values = drawn(page, metric, name)
        assert epochs == list(range(1, 13))
        assert all(abs((a or 0) - b) < 1e-6 for a, b in zip(values, history["history"][key], strict=True))

    for kind, label in (("best", "Download the best model"), ("last", "Download the last model")):
        with page.expect_download() as download:
            page.get_by_role("link", name=label).click()
        assert download.value.suggested_filename == f"first-network-{run}-{kind}.keras"
        download.value.save_as(tmp_path / f"{kind}.keras")
        content = (tmp_path / f"{kind}.keras").read_bytes()
        assert "model.weights.h5" in zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert content == fitboard.http.get(f"/api/v1/runs/{run}/checkpoints/{kind}").content

    for summary in page.locator(".chart-summary").all():
        expect(summary).to_contain_text("(epoch 12)")
    parts = page.locator(".run-head, .figures, .stages, .chart-legend, .chart-summary, .run-body")
    before = parts.all_inner_texts()
    page.reload()
    wait_for_points(page, 12)
    wait_for_points(page, 12, "accuracy")
    assert parts.all_inner_texts() == before, "a reload shows the same"


def test_a_page_opened_in_the_middle_comes_to_the_same_end(visit: Visit, fitboard: Running) -> None:
    run = fitboard.run(dataset="breast-cancer", epochs=60, batch_size=32)["id"]
    early = visit(f"{fitboard.url}/runs/{run}")
    expect(early.locator("#epoch")).not_to_have_text("0", timeout=60_000)
    middle = visit(f"{fitboard.url}/runs/{run}")
    for page in (early, middle):
        expect(page.locator("#status")).to_have_text("Completed", timeout=90_000)
        wait_for_points(page, 60)
    for metric in ("loss", "accuracy"):
        assert drawn(early, metric, "Training") == drawn(middle, metric, "Training")
        assert drawn(early, metric, "Training")[0] == list(range(1, 61)), "each epoch once"


def test_a_page_refreshed_in_the_middle_keeps_its_curves_and_goes_on(visit: Visit, fitboard: Running) -> None:
    params = {"problem": "linear", "samples": 60, "epochs": 90, "epochs_per_second": 15}
    run = fitboard.run("multilayer-perceptrons", **params)["id"]
    page = visit(f"{fitboard.url}/runs/{run}")
    some = """(least) => {
      const canvas = document.querySelector('[data-metric="loss"] .canvas');
      const training = canvas?.data?.find((one) => one.name === 'Training');
      return training?.x.length > least;
    }"""
    page.locator('[data-metric="loss"]').scroll_into_view_if_needed(timeout=60_000)
    page.wait_for_function(some, arg=10, timeout=60_000)
    epochs, values = drawn(page, "loss", "Training")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#status")).to_have_text("Running")
    page.locator('[data-metric="loss"]').scroll_into_view_if_needed()
    page.wait_for_function(some, arg=0, timeout=20_000)
    again, same = drawn(page, "loss", "Training")
    assert again[: len(epochs)] == epochs == list(range(1, len(epochs) + 1))
    assert same[: len(values)] == values, "what was there is there again at once"
    page.wait_for_function(some, arg=len(again), timeout=20_000)
    expect(page.locator("#status")).to_have_text("Completed", timeout=60_000)
    wait_for_points(page, 90)
    assert drawn(page, "loss", "Training")[0] == list(range(1, 91)), "each epoch once"


def test_a_running_run_can_be_stopped(visit: Visit, fitboard: Running) -> None:
    page = visit(f"{fitboard.url}/lessons/first-network")
    run = start(page, epochs="10000", batch_size="4")
    expect(page.locator("#epoch")).not_to_have_text("0", timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Keep training").click()
    assert fitboard.read(run)["reason"] is None, "nothing is stopped before it is confirmed"
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop the run").click()
    expect(page.locator("#status")).to_have_text("Canceled", timeout=30_000)
    assert fitboard.read(run)["status"] == "canceled"
    expect(page.get_by_role("link", name="Again, with these values")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_training_again_starts_from_the_same_values(visit: Visit, fitboard: Running) -> None:
    run = fitboard.run(dataset="breast-cancer", epochs=2, hidden_layers=[5, 4], scale_features=False)["id"]
    fitboard.finished(run)
    page = visit(f"{fitboard.url}/runs/{run}")
    page.get_by_role("link", name="Again, with these values").click()
    expect(page.locator("#param-epochs")).to_have_value("2")
    expect(page.locator("#param-hidden_layers")).to_have_value("5,4")
    expect(page.locator("#param-dataset")).to_have_value("breast-cancer")
    expect(page.locator("#param-scale_features")).not_to_be_checked()


def test_a_value_that_cannot_be_used_is_explained_beside_its_field(
    visit: Visit, fitboard: Running, watched: Watched
) -> None:
    watched.allowed.append("422")
    before = len(fitboard.http.get("/api/v1/runs").json()["items"])
    answer = fitboard.http.post("/api/v1/runs", json={"lesson": "first-network", "params": {"batch_size": 99999}})
    sentence = answer.json()["errors"][0]["detail"]
    page = visit(f"{fitboard.url}/lessons/first-network")
    page.fill("#param-batch_size", "99999")
    page.click("#train-button")
    expect(page.locator("#param-batch_size-error")).to_have_text(sentence)
    expect(page.locator("#param-batch_size")).to_be_focused()
    expect(page.locator("#param-batch_size")).to_have_value("99999")
    expect(page.locator("#param-batch_size")).to_have_attribute("aria-invalid", "true")
    assert len(fitboard.http.get("/api/v1/runs").json()["items"]) == before, "nothing was queued"
    page.fill("#param-batch_size", "10")
    expect(page.locator("#param-batch_size-error")).to_be_hidden()


def test_the_code_follows_the_form(visit: Visit, fitboard: Running) -> None:
    page = visit(f"{fitboard.url}/lessons/first-network")
    page.fill("#param-epochs", "33")
    expect(page.locator("#code-keras")).to_contain_text("EPOCHS = 33")
    asked = fitboard.http.post("/api/v1/lessons/first-network/script", json={"epochs": 33}).json()["script"]
    assert page.locator("#code-keras").text_content() == asked
    page.get_by_role("tab", name="curl").click()
    expect(page.locator("#code-curl")).to_contain_text('{"lesson": "first-network", "params": {"epochs": 33}}')
    page.get_by_role("tab", name="Command").click()
    expect(page.locator("#code-command")).to_contain_text("--epochs 33")
    page.click("[data-preset=course]")
    expect(page.locator("#param-kernel_initializer")).to_have_value("random_uniform")
    expect(page.locator("[data-preset=course]")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile("kernel_initializer=random_uniform"))
    page.reload()
    expect(page.locator("#param-kernel_initializer")).to_have_value("random_uniform")


def test_the_server_away_keeps_what_was_typed(visit: Visit, fitboard: Running, watched: Watched) -> None:
    watched.allowed.append("ERR_")
    page = visit(f"{fitboard.url}/lessons/first-network")
    page.fill("#param-epochs", "44")
    page.context.set_offline(True)
    page.click("#train-button")
    expect(page.locator("#form-error")).to_contain_text("The server does not answer")
    expect(page.locator("#form-error")).to_be_focused()
    expect(page.locator("#param-epochs")).to_have_value("44")
    expect(page.locator("#train-button")).to_have_text("Train")
