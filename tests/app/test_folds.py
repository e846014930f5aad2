"""A cross-validation's history: stored fold by fold, each epoch once, and read as their mean."""

import json
import math
import random
import statistics
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.runs import columns, folds
from app.runs.history import Series
from jobs.protocol import CheckpointData, EpochData
from tests.app.server import RUNS, Attempt, Server, problem

FOLDS = 3


def rows(attempt: Attempt, told: Sequence[tuple[int, int, float | None]]) -> None:
    """Report epochs of folds in one batch."""
    batch = [
        attempt.entry("epoch", epoch=epoch, metrics={"loss": loss}, seconds=0.1, fold=fold, folds=FOLDS, epochs=4)
        for fold, epoch, loss in told
    ]
    answer = attempt.post(*batch)
    assert answer.status_code == 200, answer.text


def history(server: Server, run: str, query: str = "") -> dict[str, list[float | None]]:
    """Epochs and losses as the API answers them."""
    found = server.http.get(f"{RUNS}/{run}/history{query}").json()
    return {"epoch": found["epoch"], "loss": found["history"].get("loss", [])}


def test_a_runs_history_is_the_mean_over_the_folds_that_have_the_epoch(server: Server) -> None:
    attempt = server.running()
    rows(attempt, [(0, 0, 1.0), (0, 1, 0.5), (0, 2, 0.25), (1, 0, 2.0), (1, 1, 0.75)])
    assert history(server, attempt.run) == {"epoch": [0, 1, 2], "loss": [1.5, 0.625, 0.25]}
    assert history(server, attempt.run, "?fold=0") == {"epoch": [0, 1, 2], "loss": [1.0, 0.5, 0.25]}
    assert history(server, attempt.run, "?fold=1") == {"epoch": [0, 1], "loss": [2.0, 0.75]}
    assert history(server, attempt.run, "?fold=2") == {"epoch": [], "loss": []}, "it is still to come"
    rows(attempt, [(2, 0, None)])
    attempt.end()
    assert history(server, attempt.run)["loss"] == [None, 0.625, 0.25]
    sampled = server.http.get(f"{RUNS}/{attempt.run}/history?max_points=2&fold=0").json()["series"]
    assert sampled == {"loss": {"epoch": [0, 2], "value": [1.0, 0.25]}}
    text = server.http.get(f"{RUNS}/{attempt.run}/history.csv?fold=1")
    assert text.content == b"epoch,loss,val_loss\r\n0,2.0,NA\r\n1,0.75,NA\r\n"
    assert text.headers["content-disposition"].endswith(f'-{attempt.run}-fold-1.csv"')
    assert server.http.get(f"{RUNS}/{attempt.run}/history.csv").text.splitlines()[2] == "1,0.625,NA"


def test_a_fold_that_is_not_there_is_refused_with_those_that_are(server: Server) -> None:
    attempt = server.running()
    rows(attempt, [(0, 0, 1.0)])
    for path in ("history", "history.csv"):
        body = problem(server.http.get(f"{RUNS}/{attempt.run}/{path}?fold=3"), 404, "unknown-fold")
        assert body["detail"].startswith(f"Run {attempt.run} has no fold 3. Its folds are 0 to 2;")
    problem(server.http.get(f"{RUNS}/{attempt.run}/history?fold=-1"), 422, "invalid-input")
    attempt.end()
    other = server.running()
    other.epoch(0, loss=1.0)
    body = problem(server.http.get(f"{RUNS}/{other.run}/history?fold=0"), 404, "unknown-fold")
    assert body["detail"] == f"Run {other.run} has no folds. Leave fold out to get its history."


def test_the_run_says_which_fold_and_epoch_it_is_at(server: Server) -> None:
    attempt = server.running(params={"epochs": 9})
    assert (server.read(attempt.run)["fold"], server.read(attempt.run)["folds"]) == (None, None)
    rows(attempt, [(0, 0, 1.0), (0, 1, 0.5), (1, 0, 2.0)])
    best = {"fold": 0, "epoch": 1, "monitor": "loss", "value": 0.5}
    attempt.tell("epoch", epoch=1, metrics={"loss": 0.6}, seconds=1, fold=1, folds=3, epochs=4, best=best)
    run = server.read(attempt.run)
    assert (run["fold"], run["folds"], run["epoch"], run["epochs"]) == (1, 3, 1, 4)
    assert run["last"] == {"loss": 0.6}
    assert run["best"] == best
    attempt.save(b"a model", epoch=1)
    assert "fold" not in server.http.get(f"{RUNS}/{attempt.run}/checkpoints").json()["items"][0]


@pytest.mark.parametrize("stretch", [3, 1024])
def test_epochs_trained_again_are_compared_fold_by_fold(
    server: Server, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    monkeypatch.setattr(columns, "STRETCH", stretch)
    attempt = server.running()
    rows(attempt, [(0, 0, 1.0), (0, 1, 0.5), (1, 0, 2.0), (1, 1, 0.75), (1, 2, 0.5)])
    seq = server.read(attempt.run)
    rows(attempt, [(1, 0, 2.0), (1, 1, 0.75), (0, 1, 0.5)])
    assert history(server, attempt.run, "?fold=1")["loss"] == [2.0, 0.75, 0.5]
    assert server.read(attempt.run)["irreproducible"] is None
    assert server.read(attempt.run)["epoch"] == seq["epoch"]
    rows(attempt, [(1, 1, 0.5), (1, 3, 0.25), (2, 0, 3.0)])
    expected = {"epoch": 1, "metric": "loss", "stored": 0.75, "replayed": 0.5, "fold": 1}
    assert server.read(attempt.run)["irreproducible"] == expected
    attempt.end()
    assert history(server, attempt.run, "?fold=1")["loss"] == [2.0, 0.75, 0.5, 0.25]
    assert [one["data"]["fold"] for one in server.events(attempt.run) if one["type"] == "epoch"] == [
        0,
        0,
        1,
        1,
        1,
        1,
        2,
    ]
    log = [one["data"]["message"] for one in server.events(attempt.run) if one["type"] == "log"]
    assert any("epoch 2 of fold 2 was trained again" in line for line in log)


def test_however_it_is_told_and_packed_each_fold_is_what_was_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "STRETCH", 5)
    attempt, chance = server.running(), random.Random(3)
    told = [(fold, epoch, chance.random()) for fold in range(FOLDS) for epoch in range(chance.randint(3, 17))]
    while told:
        size = chance.randint(1, 9)
        some, told = told[:size], told[size:]
        rows(attempt, some)
        for fold, epoch, loss in some:
            assert history(server, attempt.run, f"?fold={fold}")["loss"][epoch] == loss


def test_a_generation_in_a_later_fold_goes_further(server: Server) -> None:
    attempt = server.running()
    rows(attempt, [(0, 0, 1.0), (0, 1, 0.5), (1, 0, 2.0)])
    for content, fold, epoch in ((b"one", 0, 2), (b"two", 1, 1)):
        assert attempt.upload(content, "generation").status_code == 204
        sha256 = __import__("hashlib").sha256(content).hexdigest()
        data = CheckpointData(kind="generation", epoch=epoch, fold=fold, sha256=sha256, bytes=len(content))
        attempt.tell("checkpoint", **data.model_dump())
    attempt.end("released")
    again = server.worker().claim()
    assert [(one.fold, one.epoch) for one in again.assignment.generations] == [(1, 1), (0, 2)]
    assert server.read(attempt.run)["seams"] == [], "its curves are means, which have no seam"
    again.end("canceled")
    text = server.http.get(f"/runs/{attempt.run}", headers={"Accept": "text/html"}).text
    assert "Continue from epoch 2 of fold 2</button>" in text
    assert 'id="further-epochs"' not in text
    body = problem(server.http.post(f"{RUNS}/{attempt.run}/resume", json={"epochs": 500}), 409, "wrong-status")
    assert "its finished folds cannot train further" in body["detail"]


def test_a_completed_one_cannot_train_further(server: Server) -> None:
    attempt = server.running()
    rows(attempt, [(0, 0, 1.0)])
    attempt.end()
    body = problem(server.http.post(f"{RUNS}/{attempt.run}/resume", json={}), 409, "wrong-status")
    assert "completed cross-validation" in body["detail"]


@pytest.mark.parametrize("wrong", [{"fold": 3, "folds": 3}, {"fold": 1}, {"folds": 3}])
def test_a_fold_that_cannot_be_is_refused(server: Server, wrong: dict[str, int]) -> None:
    attempt = server.running()
    body = problem(attempt.post(attempt.entry("epoch", epoch=0, metrics={}, seconds=1, **wrong)), 422, "invalid-input")
    assert body["errors"][0]["pointer"] == "/entries/0/data/fold"


def test_without_folds_nothing_is_said_of_them() -> None:
    told = json.loads(EpochData(epoch=0, metrics={}, seconds=1).model_dump_json())
    assert not {"fold", "folds", "epochs"} & set(told)


values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6)


@given(parts=st.lists(values, min_size=1, max_size=5), shift=st.booleans())
@settings(deadline=None, derandomize=True, database=None)
def test_mean_and_deviation_are_those_of_the_statistics_module(parts: list[list[float]], shift: bool) -> None:
    made = [
        Series([epoch + (index if shift else 0) for epoch in range(len(part))], [*part])
        for index, part in enumerate(parts)
    ]
    for found in folds.spread(made):
        here = [one.value[one.epoch.index(found.epoch)] or 0.0 for one in made if found.epoch in one.epoch]
        assert found.count == len(here)
        assert math.isclose(found.mean or 0.0, statistics.fmean(here), rel_tol=1e-12, abs_tol=1e-9)
        assert math.isclose(found.deviation, statistics.pstdev(here), rel_tol=1e-6, abs_tol=1e-6)


def test_of_numbers_too_large_to_add_there_is_no_mean() -> None:
    huge = Series([0], [1.7e308])
    (found,) = folds.mean([huge, huge])[1]
    assert math.isnan(found)
