"""A run's page while things happen: every event once and in order, whatever becomes of the connection."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from jobs.protocol import EventType
from tests.browser.conftest import Visit, Watched, drawn, wait_for_points
from tests.browser.player import Player
from tests.conftest import MakeFitboard
from tests.running import Running

ERROR = {"title": "The loss is not a number", "detail": "It became NaN in epoch 3. Use a smaller learning rate."}


def epochs_of(page: Page) -> list[int]:
    """The epochs of the drawn training loss."""
    return drawn(page, "loss", "Training")[0]


def test_everything_that_moves_is_text_too(visit: Visit, stage: Running) -> None:
    player = Player(stage, name="Texts", params={"epochs": 20}).take()
    page = visit(player.page)
    expect(page.locator("#no-curve")).to_be_visible()
    player.tell(EventType.STAGE, stage="prepare", state="started")
    player.tell(EventType.STAGE, stage="prepare", state="done", seconds=0.5, summary="569 rows here.")
    expect(page.locator(".stages .done")).to_contain_text("569 rows here.")
    player.epochs(0, 6)
    wait_for_points(page, 6)
    expect(page.locator("#epoch")).to_have_text("6")
    expect(page.locator("#eta")).to_have_text("42 s")
    expect(page.locator("#best-value")).to_have_text("0.5000")
    expect(page.locator("#best-epoch")).to_have_text("epoch 5")
    expect(page.locator("#progress")).to_have_js_property("value", 6)
    loss = page.locator("[data-metric=loss]")
    expect(loss.locator(".chart-legend")).to_contain_text("Training 0.1667")
    expect(loss.locator(".chart-summary")).to_contain_text("lowest 0.5000 at epoch 5")
    loss.get_by_text("Values as a table").click()
    expect(loss.locator("tbody tr")).to_have_count(6)
    expect(loss.locator("tbody tr").first).to_have_text("60.16670.6000")
    player.tell(EventType.LOG, level="info", message="A word from the worker")
    expect(page.locator("#log li").last).to_contain_text("A word from the worker")
    player.end()
    expect(page.locator("#status")).to_have_text("Completed")
    expect(page.locator("#time-label")).to_have_text("Took")


def test_streaming_values_stand_in_no_live_region(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 3}).take()
    player.epochs(0, 2)
    page = visit(player.page)
    inside = page.evaluate(
        """() => [...document.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log], output')]
          .filter((region) => region.querySelector('#epoch, #eta, #progress, #log, .chart'))
          .map((region) => region.outerHTML.slice(0, 80))"""
    )
    assert inside == []
    player.end()
    expect(page.locator("#polite")).to_have_text("The run is completed.")


def test_two_tabs_show_the_same(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 9}).take()
    first = visit(player.page)
    player.epochs(0, 4)
    wait_for_points(first, 4)
    second = visit(player.page)
    wait_for_points(second, 4)
    player.epochs(4, 9)
    for page in (first, second):
        wait_for_points(page, 9)
        assert epochs_of(page) == list(range(1, 10))
    assert drawn(first, "loss", "Training") == drawn(second, "loss", "Training")
    player.end()


def test_after_the_servers_death_missing_epochs_arrive_once(
    visit: Visit, make_fitboard: MakeFitboard, watched: Watched
) -> None:
    watched.allowed += ["WebSocket connection", "ERR_CONNECTION_REFUSED", "Failed to load resource"]
    running = make_fitboard(worker=False)
    player = Player(running, params={"epochs": 12}).take()
    player.epochs(0, 3)
    page = visit(player.page)
    wait_for_points(page, 3)
    expect(page.locator("#away")).to_be_hidden()
    assert running.server is not None
    running.kill(running.server)
    expect(page.locator("#away")).to_be_visible()
    expect(page.locator("#away")).to_contain_text("Connection lost")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    running.start_server()
    player.epochs(3, 8)
    # Not a real click: the page may have come back by itself meanwhile, and the button with the banner be gone.
    page.locator("#away-now").dispatch_event("click")
    expect(page.locator("#away")).to_be_hidden()
    wait_for_points(page, 8)
    player.epochs(8, 12)
    wait_for_points(page, 12)
    assert epochs_of(page) == list(range(1, 13))
    assert page.evaluate("[...document.querySelectorAll('#log [data-seq]')].map((line) => line.dataset.seq)") == (
        page.evaluate("[...new Set([...document.querySelectorAll('#log [data-seq]')].map((line) => line.dataset.seq))]")
    )


def test_a_frame_that_comes_twice_counts_once(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 6}).take()
    page = visit(
        player.page,
        before=lambda page: page.route_web_socket(
            "**/events*", lambda route: _pass_on(route, lambda text: [text, text])
        ),
    )
    player.epochs(0, 6)
    player.tell(EventType.LOG, level="info", message="Said once")
    wait_for_points(page, 6)
    expect(page.get_by_text("Said once")).to_have_count(1)
    assert epochs_of(page) == [1, 2, 3, 4, 5, 6]
    player.end()
    handed_over = page.evaluate(
        f"""async (path) => {{
          const {{ follow }} = await import("{_module(page, "socket.js")}");
          const seen = [];
          await new Promise((onDone) => follow({{ path, after: 2, onEvent: (event) => seen.push(event.seq), onDone }}));
          return seen;
        }}""",
        f"/api/v1/runs/{player.run}/events",
    )
    last = stage.read(player.run)
    assert last["status"] == "completed"
    assert handed_over == list(range(3, 3 + len(handed_over)))
    assert len(handed_over) >= 8


def test_a_frame_that_gets_lost_is_asked_for_again(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 6}).take()
    lost: list[str] = []

    def lose_one(text: str) -> list[str]:
        event = json.loads(text)
        if event["type"] == "epoch" and event["data"]["epoch"] == 2 and not lost:
            lost.append(text)
            return []
        return [text]

    page = visit(
        player.page, before=lambda page: page.route_web_socket("**/events*", lambda route: _pass_on(route, lose_one))
    )
    player.epochs(0, 6)
    wait_for_points(page, 6)
    assert lost
    assert epochs_of(page) == [1, 2, 3, 4, 5, 6]
    player.end()


def test_a_watcher_that_was_too_slow_comes_back_at_once(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 6}).take()
    opened: list[str] = []

    def close_first(route: WebSocketRoute) -> None:
        opened.append(route.url)
        if len(opened) == 1:
            route.close(code=4008, reason="too slow")
        else:
            _pass_on(route, lambda text: [text])

    page = visit(player.page, before=lambda page: page.route_web_socket("**/events*", close_first))
    player.epochs(0, 4)
    wait_for_points(page, 4)
    expect(page.locator("#away")).to_be_hidden()
    assert len(opened) == 2
    player.end()


def test_a_value_that_is_not_a_number_is_marked_and_the_failure_explained(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 9}).take()
    page = visit(player.page)
    player.epochs(0, 2)
    gone = {"loss": None, "val_loss": None, "accuracy": 0.5, "val_accuracy": 0.5}
    player.tell(EventType.EPOCH, epoch=2, metrics=gone, non_finite={"loss": "nan", "val_loss": "nan"}, seconds=0.1)
    player.end("failed", reason="diverged", error=ERROR)
    expect(page.locator("#status")).to_have_text("Failed")
    expect(page.locator(".notice.bad")).to_contain_text("Use a smaller learning rate.")
    loss = page.locator("[data-metric=loss]")
    expect(loss.locator(".chart-legend")).to_contain_text("not a number")
    expect(loss.locator(".annotation-text", has_text="not a number")).to_be_visible()
    assert drawn(page, "loss", "Training")[1][2] is None


def test_a_repeated_epoch_replaces_itself(visit: Visit, stage: Running) -> None:
    page = visit(f"{stage.url}/")
    answer = page.evaluate(
        f"""async () => {{
          const {{ History }} = await import("{_module(page, "history.js")}");
          const history = new History({{ loss: {{ epoch: [0, 1, 2], value: [3, 2, 1] }} }});
          history.add(1, {{ loss: 1.5 }});
          history.add(3, {{ loss: 0.5, extra: 7 }});
          history.add(2, {{ extra: 6 }});
          return [history.series.get('loss'), history.series.get('extra'), history.last, history.valueAt('extra', 9)];
        }}"""
    )
    assert answer == [{"epoch": [0, 1, 2, 3], "value": [3, 1.5, 1, 0.5]}, {"epoch": [2, 3], "value": [6, 7]}, 3, 7]


def test_a_long_run_is_drawn_with_a_thousand_points_and_every_peak(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 5000}).take()
    for first in range(0, 4000, 1000):
        player.epochs(first, first + 1000)
    spike = {**Player.epoch_data(4000), "metrics": {**Player.epoch_data(4000)["metrics"], "loss": 77.0}}
    player.tell(EventType.EPOCH, **spike)
    player.epochs(4001, 4500)
    page = visit(player.page)
    page.wait_for_function("() => document.querySelector('[data-metric=loss] .canvas')?.data")
    player.epochs(4500, 4800)
    expect(page.locator("#epoch")).to_have_text("4800")
    page.wait_for_function(
        "() => document.querySelector('[data-metric=loss] .canvas').data[0].x.at(-1) === 4800", timeout=20_000
    )
    epochs, values = drawn(page, "loss", "Training")
    assert len(epochs) <= 1000
    assert epochs == sorted(set(epochs))
    assert 77.0 in values, "the spike of one epoch is seen"
    player.end()


def test_the_tools_smooth_zoom_and_read(visit: Visit, stage: Running) -> None:
    player = Player(stage, params={"epochs": 30}).take()
    player.epochs(0, 30)
    player.end()
    page = visit(player.page)
    wait_for_points(page, 30)
    raw = drawn(page, "loss", "Training")[1]
    page.locator("#smoothing").press("ArrowRight")
    expect(page.locator("#smoothing-value")).to_have_text("0.05")
    page.wait_for_function("() => document.querySelector('[data-metric=loss] .canvas').data.length === 5")
    assert drawn(page, "loss", "Training")[1] != raw
    page.locator("#log-axis").check()
    page.wait_for_function("() => document.querySelector('[data-metric=loss] .canvas').layout.yaxis.type === 'log'")
    for _ in range(3):
        page.locator("#cursor").press("ArrowLeft")
    for metric in ("loss", "accuracy"):
        expect(page.locator(f"[data-metric={metric}] .chart-at")).to_have_text("Epoch 27")
        expect(page.locator(f"[data-metric={metric}] .hairline")).to_be_visible()
    box = _box(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shared = page.locator("[data-metric=loss] .chart-at").inner_text()
    assert shared != "Epoch 27"
    expect(page.locator("[data-metric=accuracy] .chart-at")).to_have_text(shared)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(page.locator("#zoom-out")).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('[data-metric=accuracy] .canvas').layout.xaxis.range[0] > 5", timeout=20_000
    )
    page.locator("#zoom-out").click()
    page.wait_for_function("() => document.querySelector('[data-metric=loss] .canvas').layout.xaxis.range[0] < 1")


def _box(page: Page) -> dict[str, float]:
    box = page.locator("[data-metric=loss] .nsewdrag").bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def _module(page: Page, name: str) -> str:
    found: str = page.evaluate("document.querySelector('script[type=module]').src")
    return found.rsplit("/", 1)[0] + "/" + name


Change = Callable[[str], list[str]]
"""What becomes of one frame on its way from the server to the page."""


def between(change: Change) -> Callable[[Page], None]:
    """Stand between page and server, and pass frames on changed."""
    return lambda page: page.route_web_socket("**/events*", lambda route: _pass_on(route, change))


def _pass_on(route: WebSocketRoute, change: Change) -> None:
    server = route.connect_to_server()

    def forward(message: str | bytes) -> None:
        for text in change(str(message)):
            route.send(text)

    server.on_message(forward)
