"""What a person asks of a trained network and of the lab, with a real worker that answers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Watched
from tests.running import Running


@pytest.fixture(autouse=True)
def patient(watched: Watched) -> None:
    """The first question starts the process that answers; one asked meanwhile may have to be asked again."""
    watched.allowed.append("503")


def pictures(page: Page, place: str) -> list[str]:
    """The images of one of the lab's grids."""
    found: list[str] = page.locator(f"#{place} img").evaluate_all("(all) => all.map((one) => one.src)")
    return found


def wait_for_change(page: Page, before: list[str]) -> list[str]:
    """Wait until the augmented images are others, and are those that were asked for last."""
    page.wait_for_function(
        """(before) => {
          const grid = document.querySelector("#after");
          const now = [...grid.querySelectorAll("img")].map((one) => one.src);
          return !grid.classList.contains("stale") && now.length && JSON.stringify(now) !== JSON.stringify(before);
        }""",
        arg=before,
        timeout=60_000,
    )
    return pictures(page, "after")


def test_the_lab_follows_its_sliders_rolls_again_and_leads_to_training(visit: Visit, fitboard: Running) -> None:
    page = visit(f"{fitboard.url}/lab?dataset=digits")
    plain = wait_for_change(page, [])
    original = pictures(page, "before")
    assert plain == original, "nothing is set yet"
    assert len(plain) == 9

    slider = page.locator("#rotation_range")
    slider.fill("40")
    expect(page.locator("output[for=rotation_range]")).to_have_text("40°")
    turned = wait_for_change(page, plain)
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"rotation_range=41"))
    further = wait_for_change(page, turned)
    assert len({*turned, *further, *plain}) == 27, "each image is another each time"
    assert pictures(page, "before") == original

    page.get_by_role("button", name="Roll again").click()
    expect(page).to_have_url(re.compile(r"seed=\d+"))
    rolled = wait_for_change(page, further)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert wait_for_change(page, []) == rolled, "the address brings the same images back"
    page.select_option("#size", "2")
    expect(page.locator("#after img")).to_have_count(4)

    seed = page.input_value("#seed")
    page.get_by_role("link", name="Train with this").click()
    page.wait_for_url(re.compile(r"/lessons/augmentation\?"))
    expect(page.locator("#param-rotation_range")).to_have_value("41")
    expect(page.locator("#param-dataset")).to_have_value("digits")
    expect(page.locator("#param-seed")).to_have_value(seed)


def percents(page: Page) -> list[float]:
    """The probabilities that stand in the answer."""
    texts = page.locator("#bars .numbers").all_inner_texts()
    return [float(text.removesuffix(" %")) for text in texts]


def test_a_row_is_asked_about_and_asked_again_as_it_changes(visit: Visit, fitboard: Running) -> None:
    run = fitboard.finished(fitboard.run(dataset="breast-cancer", epochs=5, batch_size=64)["id"])["id"]
    page = visit(f"{fitboard.url}/runs/{run}")
    page.get_by_role("link", name="Try it").click()
    expect(page.locator("#class")).to_have_text(re.compile("malignant|benign"), timeout=60_000)
    expect(page.locator("#row input")).to_have_count(30)
    expect(page.locator("#truth")).to_contain_text("in the data")
    assert sum(percents(page)) == pytest.approx(100, abs=0.2)
    before = page.locator("#saw td").all_inner_texts()
    page.locator("#column-0").fill("0.5")
    expect(page.locator("#truth")).to_have_text("", timeout=20_000)
    after = page.locator("#saw td").all_inner_texts()
    assert [a == b for a, b in zip(after, before, strict=True)] == [False] + [True] * 29
    page.locator("#column-0").fill("many")
    expect(page.locator("#column-0")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("group").get_by_role("button").nth(1).click()
    expect(page.locator("#column-0")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#truth")).to_contain_text("in the data")


def test_a_point_on_the_plane_is_pointed_at(visit: Visit, fitboard: Running) -> None:
    params = {"problem": "linear", "samples": 60, "epochs": 40, "epochs_per_second": 0}
    run = fitboard.finished(fitboard.run("multilayer-perceptrons", **params)["id"])["id"]
    page = visit(f"{fitboard.url}/runs/{run}/try")
    expect(page.locator("#class")).to_have_text(re.compile("class [01]"), timeout=60_000)
    plane = page.locator("svg.plane")
    box = plane.bounding_box()
    assert box is not None
    said = []
    for share, corner in ((0.98, 0.02), (0.02, 0.98)):  # where class 1 is, and where class 0 is
        plane.click(position={"x": box["width"] * share, "y": box["height"] * corner})
        expect(page.locator("#truth")).to_have_text("")
        typed = [float(page.input_value(f"#column-{place}")) for place in (0, 1)]
        expect(page.locator("#saw td")).to_have_text([f"{value:.3f}" for value in typed])
        said.append((page.locator("#class").inner_text(), typed[0] > 0, typed[1] > 0))
    assert said == [("class 1", True, True), ("class 0", False, False)]
    expect(plane.locator(".mark")).to_have_count(1)


def test_a_drawn_digit_is_recognised_as_something(visit: Visit, fitboard: Running) -> None:
    params = {"dataset": "digits", "samples": 500, "epochs": 2}
    run = fitboard.finished(fitboard.run("mnist", **params)["id"])["id"]
    page = visit(f"{fitboard.url}/runs/{run}/try")
    expect(page.locator("#samples img")).to_have_count(10, timeout=60_000)
    expect(page.locator("#answer")).to_be_hidden()
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()
    expect(page.locator("#class")).to_have_text(re.compile(r"^\d$"), timeout=30_000)
    assert len(percents(page)) == 10
    assert sum(percents(page)) == pytest.approx(100, abs=0.6)
    expect(page.get_by_alt_text("The picture as the model saw it, 28 by 28 pixels")).to_be_visible()
    expect(page.locator("#notes")).to_contain_text("Brought from 280 by 280 to 28 by 28 pixels.")
    page.locator("#samples button").first.click()
    expect(page.locator("#truth")).to_contain_text("in the data")
    expect(page.locator("#notes")).not_to_contain_text("Brought")
