"""A sweep from the form to its curves, with a real worker; and runs compared from the list."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit, Watched
from tests.running import Running

TRACES = """() => (document.querySelector("#overlay .canvas")?.data ?? []).map((one) => [one.meta, one.y.length])"""

ACROSS = """() => document.querySelector("#overlay .canvas").data.map((one) => one.x)"""


def wait_for_traces(page: Page, count: int, points: int) -> None:
    page.wait_for_function(
        """([count, points]) => {
          const traces = document.querySelector("#overlay .canvas")?.data ?? [];
          return traces.length === count && traces.every((one) => one.y.length === points);
        }""",
        arg=[count, points],
        timeout=20_000,
    )


def test_what_the_server_has_refused_stays_said_when_the_code_comes_late(
    visit: Visit, fitboard: Running, watched: Watched
) -> None:
    watched.allowed.append("422")
    page = visit(f"{fitboard.url}/lessons/first-network?dataset=breast-cancer")
    held: list[Route] = []
    page.route("**/script", lambda route: held.append(route))
    page.get_by_role("button", name="Try several values of Learning rate").click()
    with page.expect_request("**/script"):
        page.fill("#param-learning_rate", "0.01; 99")
    page.click("#train-button")
    error = page.locator("#param-learning_rate-error")
    expect(error).to_contain_text("must be 10 or less")
    with page.expect_response("**/script"):
        held[-1].continue_()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(error).to_contain_text("must be 10 or less")


def test_a_person_tries_two_values_and_compares_them(visit: Visit, fitboard: Running, watched: Watched) -> None:
    watched.allowed.append("422")
    page = visit(f"{fitboard.url}/lessons/first-network?dataset=breast-cancer&epochs=4&batch_size=64")
    page.get_by_role("button", name="Try several values of Learning rate").click()
    expect(page.locator("#param-learning_rate")).to_be_focused()
    page.fill("#param-learning_rate", "0.01; 99")
    expect(page.locator("#several-learning_rate")).to_contain_text("2 values")
    expect(page.locator("#train-button")).to_have_text("Train 2 runs")
    page.click("#train-button")
    expect(page.locator("#param-learning_rate-error")).to_contain_text("must be 10 or less")
    expect(page.locator("#param-learning_rate")).to_be_focused()

    page.fill("#param-learning_rate", "0.01; 0.001")
    page.get_by_role("tab", name="Command").click()
    expect(page.locator("#code-command")).to_contain_text("fitboard sweep first-network")
    expect(page.locator("#code-command")).to_contain_text("--try learning_rate=0.01,0.001")
    page.get_by_role("tab", name="curl").click()
    expect(page.locator("#code-curl")).to_contain_text('"grid": {"learning_rate": [0.01, 0.001]}')
    expect(page).to_have_url(re.compile(r"try\.learning_rate=0\.01%3B0\.001"))
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#param-learning_rate")).to_have_value("0.01; 0.001")
    page.get_by_role("button", name="Try several values of Scale the features").click()
    expect(page.locator("#train-button")).to_have_text("Train 4 runs")
    page.get_by_label("Off").uncheck()
    expect(page.locator("#train-button")).to_have_text("Train 2 runs")
    page.click("#train-button")
    page.wait_for_url(re.compile(r"/sweeps/\w+$"))

    chips = page.locator("#compared .chip")
    expect(chips).to_have_text(["Completed", "Completed"], timeout=90_000)
    wait_for_traces(page, 4, 4)
    sweep = fitboard.http.get(f"/api/v1/sweeps/{page.url.rsplit('/', 1)[-1]}").json()
    ids = [run["id"] for run in sweep["runs"]]
    assert page.evaluate(TRACES) == [[run, 4] for run in ids for _ in range(2)]
    expect(page.locator("[data-part=progress]")).to_have_text("2 runs, all ended")
    last = sweep["runs"][0]["last"]
    gap = page.locator(f'tr[data-run="{ids[0]}"] [data-cell=gap]')
    assert abs(float(gap.inner_text()) - (last["loss"] - last["val_loss"])) < 1e-4
    page.select_option("#metric", "accuracy")
    expect(page.locator("#overlay-summary")).to_contain_text("Highest accuracy")
    expect(gap).to_have_text(re.compile(r"^-?\d"))
    assert abs(float(gap.inner_text()) - (last["accuracy"] - last["val_accuracy"])) < 1e-4
    expect(page.locator("[data-line]")).to_have_count(2)
    assert page.evaluate(ACROSS) == [[1, 2, 3, 4]] * 4
    page.select_option("#by", "time")
    expect(page.locator("#by-time")).to_be_visible()
    page.wait_for_function("() => document.querySelector('#overlay .canvas').layout.xaxis.ticksuffix === ' s'")
    expect(page).to_have_url(re.compile(r"metric=accuracy&by=time"))
    for across in page.evaluate(ACROSS):
        assert across == sorted(across)
        assert 0 < across[-1] < 60, "seconds since the first epoch began"
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#by")).to_have_value("time")
    wait_for_traces(page, 4, 4)
    expect(page.locator(".threads .result")).to_have_text("Best accuracy")
    page.mouse.move(0, 0)  # a pointer that rests on the row already enters nothing, and lights nothing
    page.locator(f'tr[data-run="{ids[1]}"]').hover()
    expect(page.locator(f'[data-line="{ids[1]}"]')).to_have_class(re.compile(r"\blit\b"))
    page.uncheck("#show-validation")
    wait_for_traces(page, 2, 4)
    with page.expect_download() as download:
        page.click("#csv")
    assert download.value.path().read_text().count("\n") == 3

    page.goto(f"{fitboard.url}/runs?sweep={sweep['id']}")
    page.wait_for_selector("html[data-ready]")
    for run in ids:
        page.locator(f'.pick input[value="{run}"]').check()
    page.get_by_role("button", name="Compare the ticked runs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 runs compared")
    wait_for_traces(page, 4, 4)


def test_a_preset_tries_several_at_one_press(visit: Visit, fitboard: Running) -> None:
    page = visit(f"{fitboard.url}/lessons/dropout?dataset=breast-cancer")
    compare, start = (page.locator(f"[data-preset={slug}]") for slug in ("compare", "start"))
    train = page.locator("#train-button")
    expect(compare).to_contain_text("4\N{NO-BREAK SPACE}runs")
    compare.click()
    expect(train).to_have_text("Train 4 runs")
    expect(compare).to_have_attribute("aria-current", "true")
    expect(start).not_to_have_attribute("aria-current", "true")
    expect(page.get_by_role("group", name="Dropout on").locator("input:checked")).to_have_count(4)
    start.click()
    expect(train).to_have_text("Train")
    expect(start).to_have_attribute("aria-current", "true")
    page.goto(f"{fitboard.url}/lessons/dropout{compare.get_attribute('href')}")
    page.wait_for_selector("html[data-ready]")
    expect(train).to_have_text("Train 4 runs")
    expect(compare).to_have_attribute("aria-current", "true")
