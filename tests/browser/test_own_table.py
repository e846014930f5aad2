"""A lesson's form with a table of one's own: how it is read stands there where it matters, and nowhere else."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit, Watched
from tests.running import Running


def test_a_form_asks_how_an_own_table_is_read_and_forgets_it_for_others(
    visit: Visit, fitboard: Running, watched: Watched
) -> None:
    watched.allowed.append("422")
    page = visit(f"{fitboard.url}/lessons/first-network")
    place = page.locator("[data-own]")
    expect(place).to_be_hidden()
    page.select_option("#param-dataset", "plants")
    expect(place).to_be_visible()
    expect(page.locator("#dataset-detail")).to_contain_text("73 rows (24 setosa, 24 versicolor and 25 virginica)")
    expect(page.locator("#code-keras")).to_contain_text('target = header.index("species")')
    page.fill("#param-target", "flower")
    expect(page.locator("#param-target-error")).to_contain_text("plants.csv has no column 'flower'.")
    page.fill("#param-target", "6")
    expect(page.locator("#param-target-error")).to_be_hidden()
    page.get_by_role("tab", name="Command").click()
    expect(page.locator("#code-command")).to_contain_text("--dataset plants")
    expect(page.locator("#code-command")).to_contain_text("--target 6")

    page.select_option("#param-dataset", "breast-cancer")
    expect(place).to_be_hidden()
    expect(page.locator("#param-target")).to_have_value("")
    page.get_by_role("tab", name="Keras").click()
    expect(page.locator("#code-keras")).to_contain_text("load_breast_cancer")
    expect(page.locator("#code-state")).to_have_text("")


def test_a_preset_keeps_the_own_table_and_how_it_is_read(visit: Visit, fitboard: Running) -> None:
    page = visit(f"{fitboard.url}/lessons/first-network?dataset=plants&target=6")
    page.click("[data-preset=overfit]")
    expect(page.locator("#param-dataset")).to_have_value("plants")
    expect(page.locator("#param-target")).to_have_value("6")
    expect(page.locator("[data-preset=overfit]")).to_have_attribute("aria-current", "true")
    page.click("[data-preset=course]")
    expect(page.locator("#param-dataset")).to_have_value("pima-indians-diabetes")
    expect(page.locator("#param-target")).to_have_value("")
