"""A person's own data in the browser: uploaded, looked at, learnt from, deleted; with JavaScript and without."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Watched
from tests.datafiles import own_pictures
from tests.running import Running


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """Pictures in a file, under a name that needs care in an address."""
    np.savez_compressed(tmp_path / "50% bars.npz", **own_pictures())
    return tmp_path / "50% bars.npz"


def expect_the_page_of_bars(page: Page) -> None:
    page.wait_for_url(re.compile(r"/datasets/50%25%20bars$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("50% bars")
    expect(page.locator(".own-pictures img")).to_have_count(24)
    expect(page.locator(".lead")).to_contain_text("12 by 16 pixels in colour in 3 classes")


def test_a_file_is_uploaded_looked_at_and_deleted(visit: Visit, stage: Running, bars: Path) -> None:
    page = visit(f"{stage.url}/datasets")
    page.set_input_files("#file", bars)
    page.get_by_role("button", name="Upload").click()
    expect_the_page_of_bars(page)
    wide = page.evaluate("[...document.querySelectorAll('.own-pictures img')].map((one) => one.naturalWidth)")
    assert wide == [16] * 24

    page.get_by_role("link", name="Handwritten digits").click()
    expect(page.locator("#param-dataset")).to_have_value("50% bars")
    expect(page.locator("#dataset-detail")).to_contain_text("60 training and 20 test images")
    expect(page.locator("#code-keras")).to_contain_text('np.load("50% bars.npz")')
    page.go_back()

    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Delete 50% bars?")
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_be_hidden()
    assert stage.http.get("/api/v1/datasets/50%25%20bars").status_code == 200
    page.get_by_role("button", name="Delete").click()
    question.get_by_role("button", name="Delete the file").click()
    page.wait_for_url(f"{stage.url}/datasets")
    assert stage.http.get("/api/v1/datasets/50%25%20bars").status_code == 404


def test_what_cannot_be_used_is_said_beside_the_field(
    visit: Visit, watched: Watched, stage: Running, tmp_path: Path
) -> None:
    watched.allowed = ["422 (Unprocessable"]
    for name in ("notes.txt", "broken.npz"):
        (tmp_path / name).write_text("hello")
    page = visit(f"{stage.url}/datasets")
    error = page.locator("#file-error")
    page.set_input_files("#file", tmp_path / "notes.txt")
    expect(error).to_have_text("The file is called notes.txt. Choose a table in a .csv or pictures in an .npz.")
    page.set_input_files("#file", tmp_path / "broken.npz")
    expect(error).to_be_hidden()
    page.get_by_role("button", name="Upload").click()
    expect(error).to_contain_text("broken.npz is not an .npz archive that can be read")
    expect(error).to_be_focused()
    expect(page.get_by_role("button", name="Upload")).to_be_enabled()


def test_a_dropped_file_is_uploaded(visit: Visit, stage: Running) -> None:
    file = io.BytesIO()
    np.savez_compressed(file, **own_pictures(train=8, test=4, shape=(8, 8), classes=2))
    page = visit(f"{stage.url}/datasets")
    dropped = page.evaluate_handle(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], 'dropped.npz'));
          return data;
        }""",
        list(file.getvalue()),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    page.wait_for_url(f"{stage.url}/datasets/dropped")
    assert stage.http.delete("/api/v1/datasets/dropped").status_code == 204


def test_a_dataset_that_a_run_needs_stays_and_the_dialog_says_why(
    visit: Visit, watched: Watched, stage: Running, bars: Path
) -> None:
    watched.allowed = ["409 (Conflict)"]
    with open(bars, "rb") as content:
        assert stage.http.post("/api/v1/datasets", files={"file": ("needed.npz", content)}).status_code == 201
    run = stage.run("mnist", dataset="needed", batch_size=10)["id"]
    page = visit(f"{stage.url}/datasets/needed")
    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog")
    question.get_by_role("button", name="Delete the file").click()
    expect(question.locator(".error")).to_contain_text(f"Run {run}")
    assert stage.http.post(f"/api/v1/runs/{run}/cancel").status_code == 202
    question.get_by_role("button", name="Delete the file").click()
    page.wait_for_url(f"{stage.url}/datasets")


def test_all_of_it_works_without_javascript(visit: Visit, stage: Running, bars: Path) -> None:
    page = visit(f"{stage.url}/datasets", java_script_enabled=False)
    page.set_input_files("#file", bars)
    page.get_by_role("button", name="Upload").click()
    expect_the_page_of_bars(page)
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete 50% bars").click()
    page.wait_for_url(f"{stage.url}/datasets")
    expect(page.locator("main")).not_to_contain_text("50% bars")


def test_a_table_is_uploaded_learnt_from_and_its_result_is_shown(
    visit: Visit, fitboard: Running, tmp_path: Path
) -> None:
    rows = [f"{n % 13},{n * 7 % 11},{'ripe' if n % 13 > 6 else 'green'},{n % 3}" for n in range(120)]
    (tmp_path / "pears.csv").write_text("weight,colour,state,tree\n" + "\n".join(rows) + "\n")
    page = visit(f"{fitboard.url}/datasets")
    page.set_input_files("#file", tmp_path / "pears.csv")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(f"{fitboard.url}/datasets/pears")
    expect(page.locator(".data thead th").first).to_have_text("weight")
    expect(page.locator(".data tbody tr")).to_have_count(10)

    page.get_by_role("link", name="Your first neural network").click()
    expect(page.locator("#param-dataset")).to_have_value("pears")
    page.fill("#param-target", "state")
    page.fill("#param-epochs", "5")
    page.fill("#param-batch_size", "10")
    page.click("#train-button")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    expect(page.locator("#status")).to_have_text("Completed", timeout=90_000)
    expect(page.locator("#log")).to_contain_text("pears")
    expect(page.locator(".predictions")).to_contain_text("ripe")
    assert fitboard.http.delete("/api/v1/datasets/pears").status_code == 204
