"""Pages for everybody: both themes, every width from 320 pixels, keyboard, contrast, names, targets, motion."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from jobs.protocol import EventType
from tests.browser.conftest import Visit, Watched, wait_for_points
from tests.browser.player import Player
from tests.datafiles import own_pictures
from tests.running import Running, wait_until

CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => top.slice(0, 3).map((part, i) => part * top[3] + under[i] * (1 - top[3])).concat(1);
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ground = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) layers.push(rgba(getComputedStyle(node).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest('script, .unseen, .skip, option, [disabled], [aria-disabled=true]')) continue;
    const style = getComputedStyle(element);
    const inSvg = element instanceof SVGElement;
    const under = ground(inSvg ? element.closest('svg').parentElement : element);
    const ink = over(rgba(inSvg ? style.fill : style.color), under);
    const [high, low] = [light(ink), light(under)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} ${text} ${element.outerHTML.slice(0, 60)}`);
  }
  return poor;
}"""

NAMELESS = """() => {
  const named = 'a[href], button, input, select, textarea, [role=tab], progress, svg[role=img]';
  const words = (id) => document.getElementById(id)?.textContent;
  return [...document.querySelectorAll(named)]
    .filter((element) => element.checkVisibility() && element.type !== 'hidden')
    .filter((element) => {
      const by = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(words);
      const labels = [...(element.labels ?? [])].map((label) => label.textContent);
      const own = element.matches('a, button, [role=tab]') ? element.textContent : '';
      return ![element.getAttribute('aria-label'), ...by, ...labels, own].some((text) => text?.trim());
    })
    .map((element) => element.outerHTML.slice(0, 120));
}"""

# Links within a line of text are as high as the line; everything else can be met by a finger.
SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [role=tab]')]
  .filter((element) => element.checkVisibility() && element.type !== 'hidden' && !element.closest('.unseen, .skip'))
  .filter((element) => !(element.matches('a') && getComputedStyle(element).display === 'inline'))
  .map((element) => [element, (element.closest('label') ?? element).getBoundingClientRect()])
  .filter(([element, box]) => box.width < 23.9 || box.height < 23.9)
  .map(([element, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 100)}`)"""

# Only animations that end: a pulse goes on for ever.
AT_REST = """Promise.all(document.getAnimations()
  .filter((one) => one.effect.getTiming().iterations === 1).map((one) => one.finished)).then(() => true)"""

TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 90))"""

FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return [document.activeElement.id, style.outlineStyle, parseFloat(style.outlineWidth)];
}"""

PAGES = [
    "/",
    "/lessons/first-network?try.optimizer=adam;sgd&try.seed=1;2",
    "/lessons/mnist",
    "/runs",
    "/errors",
    "/docs",
    "/glossary",
    "/datasets",
    "/datasets/bars",
]
PAGES += ["completed", "failed", "running", "compare"]
THEMES = ["light", "dark"]


@pytest.fixture(scope="module")
def addresses(stage: Running) -> Iterator[dict[str, str]]:
    """The address of every page, runs in several states among them."""
    made: dict[str, Player] = {}
    for name, rate in (("completed", 0.1), ("failed", 0.01), ("running", 0.001)):
        params = {"epochs": 30, "learning_rate": rate}
        player = made[name] = Player(stage, name=f"A {name} run", tags=["shown"], params=params).take().stay()
        player.tell(EventType.STAGE, stage="prepare", state="started")
        player.tell(EventType.STAGE, stage="prepare", state="done", seconds=0.5, summary="569 rows.")
        player.tell(EventType.STAGE, stage="fit", state="started")
        player.tell(EventType.MODEL, summary='Model: "sequential"' + "\n" + "━" * 80, parameters=221)
        player.tell(EventType.LOG, level="warning", message="All held-out rows are of one class.")
        player.epochs(0, 12)
    result = {
        "train": {"accuracy": 0.84, "loss": 0.36},
        "test": {"accuracy": 0.76, "loss": 0.53},
        "headline": {"metric": "test accuracy", "value": 0.76},
        "band": {"metric": "test accuracy", "low": 0.7, "high": 0.82, "why": "Guessing gets 0.65."},
        "predictions": {"columns": ["row", "probability", "right"], "rows": [[1, 0.9, True], [2, 0.1, False]]},
    }
    made["completed"].tell(EventType.RESULT, **result)
    made["completed"].end()
    error = {"title": "The loss is not a number", "detail": "Use a smaller learning rate."}
    made["failed"].end("failed", reason="diverged", error=error)
    pictures = io.BytesIO()
    np.savez_compressed(pictures, **own_pictures())
    stage.http.post("/api/v1/datasets", files={"file": ("bars.npz", pictures.getvalue())}).raise_for_status()
    compared = f"{stage.url}/compare?runs={','.join(player.run for player in made.values())}"
    yield {
        name: made[name].page if name in made else compared if name == "compare" else f"{stage.url}{name}"
        for name in PAGES
    }
    made["running"].end()
    stage.http.delete("/api/v1/datasets/bars").raise_for_status()


def settled(page: Page) -> Page:
    """A page whose charts, where it has any, are drawn and whose colours have come to rest."""
    if "/compare" in page.url:
        expect(page.locator("[data-line]")).to_have_count(3)
    if "/runs/" in page.url:
        wait_for_points(page, 12)
        wait_for_points(page, 12, "accuracy")
        page.evaluate("scrollTo(0, 0)")
    page.evaluate(AT_REST)
    return page


@pytest.mark.parametrize("name", PAGES)
def test_words_stand_out_and_controls_have_names_and_size(visit: Visit, addresses: dict[str, str], name: str) -> None:
    page = settled(visit(addresses[name], color_scheme="light"))
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SMALL_TARGETS) == []
    page.emulate_media(color_scheme="dark")
    page.evaluate(AT_REST)
    wait_until(lambda: page.evaluate(CONTRAST) == [], 5, "every text to stand out once charts have taken the colours")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(visit: Visit, addresses: dict[str, str], name: str) -> None:
    page = settled(visit(addresses[name]))
    for width in (1440, 1024, 768, 640, 320):
        page.set_viewport_size({"width": width, "height": 700})
        page.wait_for_function("(width) => innerWidth === width", arg=width)
        settled(page)
        assert page.evaluate(TOO_WIDE) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize("system", THEMES)
def test_a_chosen_theme_stays_and_does_not_flash(visit: Visit, stage: Running, system: str) -> None:
    other = "light" if system == "dark" else "dark"
    page = visit(f"{stage.url}/runs", color_scheme=system)
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    before = page.evaluate(paper)
    page.get_by_role("button", name="Switch between light and dark").click()
    after = page.evaluate(paper)
    assert before != after
    page.add_init_script(
        """new MutationObserver((_, observer) => {
          if (!document.body) return;
          window.firstTheme = document.documentElement.dataset.theme; observer.disconnect();
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.goto(f"{stage.url}/")
    assert page.evaluate("window.firstTheme") == other, "set before there is anything to paint"
    assert page.evaluate(paper) == after


def test_charts_are_as_wide_as_their_place(visit: Visit, addresses: dict[str, str]) -> None:
    page = settled(visit(addresses["completed"]))
    fits = """() => { const plot = document.querySelector('[data-metric=loss] .plot');
      return Math.abs(plot.querySelector('.main-svg').clientWidth - plot.clientWidth) <= 1; }"""
    page.wait_for_function(fits)
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_function("innerWidth === 500")
    page.locator("[data-metric=loss]").scroll_into_view_if_needed()
    page.wait_for_function(fits)


def test_charts_take_the_colours_of_the_theme(visit: Visit, addresses: dict[str, str]) -> None:
    page = settled(visit(addresses["completed"], color_scheme="light"))
    line = "() => document.querySelector('[data-metric=loss] .scatterlayer .js-line').style.stroke"
    before = page.evaluate(line)
    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_function(f"(before) => ({line})() !== before", arg=before)


def test_the_keyboard_alone_trains(visit: Visit, stage: Running, watched: Watched) -> None:
    page = visit(f"{stage.url}/lessons/first-network")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, line, width = page.evaluate(FOCUS)
        assert line != "none", f"the focus on {name} can be seen"
        assert width >= 2, f"the focus on {name} can be seen"
        reached.append(name)
        if name == "param-epochs":
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type("3")
        if name == "train-button":
            break
    assert reached.index("param-dataset") < reached.index("param-epochs") < reached.index("train-button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*")
    run = page.url.rsplit("/", 1)[-1]
    assert stage.read(run)["params"]["epochs"] == 3
    stage.http.post(f"/api/v1/runs/{run}/cancel")


def test_tabs_turn_with_the_arrow_keys(visit: Visit, stage: Running) -> None:
    page = visit(f"{stage.url}/lessons/first-network")
    page.get_by_role("tab", name="Keras").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="curl")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="curl")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Keras")).to_be_hidden()
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Command")).to_be_focused()


def test_nothing_moves_for_who_wants_no_motion(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit(addresses["running"], reduced_motion="reduce")
    wait_for_points(page, 12)
    page.wait_for_function("() => document.getAnimations().length === 0")


def test_text_at_twice_the_size_still_fits(visit: Visit, addresses: dict[str, str]) -> None:
    page = settled(visit(addresses["completed"], viewport={"width": 640, "height": 700}))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_click_on_copy_copies(visit: Visit, addresses: dict[str, str]) -> None:
    page = visit(addresses["/lessons/mnist"], permissions=["clipboard-read", "clipboard-write"])
    page.locator("#panel-keras [data-copy]").click()
    expect(page.locator("#panel-keras [data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code-keras").text_content()
