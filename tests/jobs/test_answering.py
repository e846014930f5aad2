"""Answers of a real worker: previews, predictions, and what becomes of the process that makes them."""

import time
from collections.abc import Iterator

import psutil
import pytest

from tests.running import Running, wait_until

PREVIEW = "/api/v1/previews/augmentation"


def answering(running: Running) -> list[psutil.Process]:
    """The processes under the fork server while no run trains: the one that answers."""
    assert running.worker is not None
    servers = psutil.Process(running.worker.pid).children()
    found = [process for server in servers for process in server.children()]
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def running(fitboard: Running) -> Iterator[Running]:
    """The shared server with a warm worker; the process that answers is gone afterwards, as other tests expect."""
    wait_until(lambda: sum(one["free"] for one in fitboard.http.get("/health").json()["workers"]) == 1, 120)
    yield fitboard
    for process in answering(fitboard):
        process.kill()
    wait_until(lambda: not answering(fitboard), what="the end of the process that answers")


def test_a_real_worker_answers_previews_and_predictions(running: Running) -> None:
    http = running.http
    body = {"dataset": "digits", "params": {"rotation_range": 30, "horizontal_flip": True}, "rows": 2, "columns": 4}
    first = http.post(PREVIEW, json=body)
    assert first.status_code == 200, first.text
    assert (len(first.json()["original"]), len(first.json()["images"])) == (8, 8)
    seconds = []
    for seed in range(8):
        began = time.monotonic()
        assert http.post(PREVIEW, json={**body, "seed": seed}).status_code == 200
        seconds.append(time.monotonic() - began)
    assert sorted(seconds)[3] < 0.5, "0.03 s on a machine of its own; here others are at work too"
    picture = http.post(PREVIEW, json=body, headers={"Accept": "image/png"})
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")

    run = running.finished(running.run(dataset="breast-cancer", epochs=2, batch_size=64)["id"])
    samples = http.get(f"/api/v1/runs/{run['id']}/samples").json()
    row = samples["samples"][0]["row"]
    said = http.post(f"/api/v1/runs/{run['id']}/predict", json={"row": row, "checkpoint": "last"})
    assert said.status_code == 200, said.text
    told = run["result"]["predictions"]["rows"][0]  # the run asked the same model about the same row
    assert said.json()["probabilities"]["benign"] == pytest.approx(told[1], abs=1e-3)
    assert said.json()["class"] == told[2]
    short = http.post(f"/api/v1/runs/{run['id']}/predict", json={"row": [1, 2]})
    assert short.status_code == 422
    assert "Send 30 numbers: mean radius" in short.json()["errors"][0]["detail"]

    [process] = answering(running)
    process.kill()
    assert http.post(PREVIEW, json=body).json()["images"] == first.json()["images"], "another one answers the same"
