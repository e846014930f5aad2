"""Pictures on a run's page that move while it trains: the plane, and the network with its table."""

import math
from typing import Any

from playwright.sync_api import expect

from jobs.protocol import EventType
from tests.browser.conftest import Visit
from tests.browser.player import Player
from tests.running import Running


def plane(epoch: int) -> dict[str, Any]:
    answers = [round(50 + 50 * math.tanh((column - 3 - epoch) / 2)) for _ in range(6) for column in range(8)]
    content = {"kind": "plane", "columns": 8, "answers": answers, "extent": [-1, 1, -1, 1], "points": [[0, 0, 1, True]]}
    return {"name": "plane", "title": "Decision boundary", "epoch": epoch, "content": content}


def network(epoch: int) -> dict[str, Any]:
    layer = {"title": "output (sigmoid)", "weights": [[1.0 + epoch], [-2.0]], "biases": [0.5]}
    content = {"kind": "network", "inputs": ["x", "y"], "layers": [layer]}
    return {"name": "network", "title": "The network", "epoch": epoch, "content": content}


def test_a_plane_moves_and_a_table_that_was_opened_stays_open(stage: Running, visit: Visit) -> None:
    params = {"epochs": 4, "epochs_per_second": 0}
    player = Player(stage, lesson="multilayer-perceptrons", params=params).take().stay()
    player.tell_all([(EventType.EXHIBIT, plane(0)), (EventType.EXHIBIT, network(0))])
    page = visit(player.page)
    boundary = page.locator(".plane .boundary")
    expect(page.locator("#exhibit-plane header")).to_contain_text("after epoch 1")
    before = boundary.get_attribute("d")
    page.locator(".network-table summary").click()
    expect(page.locator(".network-table tbody tr").first).to_contain_text("1.000")
    player.tell_all([(EventType.EXHIBIT, plane(2)), (EventType.EXHIBIT, network(2))])
    expect(page.locator("#exhibit-plane header")).to_contain_text("after epoch 3")
    assert boundary.get_attribute("d") not in (None, "", before)
    expect(page.locator(".network-table tbody tr").first).to_contain_text("3.000")
    expect(page.locator(".network-table table")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out on a phone"
    player.end()
    expect(page.locator("#status")).to_have_text("Completed")
