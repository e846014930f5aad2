"""Dropout and learning-rate schedules, for real: what a run shows, and that its listing repeats it to the digit."""

from pathlib import Path
from typing import Any

import pytest

from jobs.lessons.dropout.lesson import DropoutParams
from jobs.lessons.dropout.lesson import band as dropout_band
from jobs.lessons.learning_rate import schedules
from jobs.lessons.learning_rate.lesson import LearningRateParams
from jobs.lessons.learning_rate.lesson import band as rate_band
from tests.lessons.repeating import history_of
from tests.running import Running

SMALL = {"dataset": "breast-cancer", "epochs": 6, "batch_size": 64}

RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "dropout": ("dropout", {"dropout": "both", "hidden_layers": [16, 8]}),
    "cosine": ("learning-rate", {"schedule": "cosine", "warmup_epochs": 2}),
}


@pytest.mark.parametrize("case", RUNS)
def test_a_run_shows_what_it_did_and_its_listing_repeats_it(fitboard: Running, tmp_path: Path, case: str) -> None:
    lesson, params = RUNS[case]
    answer = fitboard.http.post("/api/v1/runs", json={"lesson": lesson, "params": {**SMALL, **params}})
    assert answer.status_code == 201, answer.text
    run = answer.json()["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    recorded = fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, _ = history_of(listing, tmp_path / "listing", tmp_path)
    assert repeated == recorded
    shown = {one["name"]: one["content"] for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    if lesson == "dropout":
        gaps = [val - train for val, train in zip(recorded["val_loss"], recorded["loss"], strict=True)]
        assert shown["gap"]["lines"][0]["values"] == gaps
        assert done["result"]["gap"] == gaps[-1]
        assert [row[0] for row in shown["measured"]["rows"]] == [
            "training rows, while training",
            "training rows, with all neurons",
            "held-out rows, with all neurons",
        ]
    else:
        rates = recorded["learning_rate"]
        assert len(rates) == 6
        assert done["result"]["learning_rate"] == {"first": rates[0], "last": rates[-1]}
        assert [row[1] for row in shown["schedule"]["rows"]][-1] == rates[-1]


def test_what_the_form_starts_with_closes_the_gap_that_opens_without_dropout(fitboard: Running) -> None:
    body = {"lesson": "dropout", "params": {"dataset": "breast-cancer"}, "grid": {"dropout": ["none", "both"]}}
    answer = fitboard.http.post("/api/v1/sweeps", json=body)
    assert answer.status_code == 201, answer.text
    without, start = (fitboard.finished(run["id"]) for run in answer.json()["runs"])
    assert start["params"] == DropoutParams(dataset="breast-cancer").model_dump(mode="json")
    assert start["result"]["gap"] < 0.75 * without["result"]["gap"]
    assert start["last"]["val_loss"] < without["last"]["val_loss"]
    assert start["last"]["loss"] > without["last"]["loss"]


def expected(params: LearningRateParams, steps: int) -> list[float]:
    """The rate of each epoch's last step, by the formulas of the course and of Keras's documentation."""
    import math

    rates = []
    for epoch in range(params.epochs):
        step = (epoch + 1) * steps - 1
        if params.schedule == "time-based":
            rates.append(
                params.learning_rate / (1 + params.decay * (step if params.decay_every == "update" else epoch))
            )
        elif params.schedule == "drop":
            rates.append(params.learning_rate * params.drop ** (epoch // params.epochs_drop))
        elif params.schedule == "exponential":
            rates.append(params.learning_rate * params.decay_rate ** (step / steps))
        else:
            warm = params.warmup_epochs * steps
            rest = params.epochs * steps - warm
            part = step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / rest))
            rates.append(params.learning_rate * part)
    return rates


@pytest.mark.parametrize(
    "values",
    [
        {"schedule": "time-based"},
        {"schedule": "time-based", "decay": 0.1, "decay_every": "epoch"},
        {"schedule": "drop", "epochs_drop": 3},
        {"schedule": "exponential"},
        {"schedule": "cosine", "warmup_epochs": 2},
    ],
    ids=lambda values: "-".join(map(str, values.values())),
)
def test_each_schedule_follows_its_formula(values: dict[str, Any]) -> None:
    import numpy as np

    params = LearningRateParams.model_validate({"epochs": 8, **values})
    steps = 5
    rate = schedules.optimizer(params, steps)._learning_rate
    found = [
        float(rate((epoch + 1) * steps - 1)) if schedules.by_step(params) else schedules.rate_of_epoch(params, epoch)
        for epoch in range(params.epochs)
    ]
    np.testing.assert_allclose(found, expected(params, steps), rtol=1e-5, atol=1e-9)


def test_bands_are_stated_for_sound_values_alone() -> None:
    assert rate_band(LearningRateParams(dataset="ionosphere")) is not None
    assert rate_band(LearningRateParams(dataset="ionosphere", learning_rate=5.0)) is None
    assert dropout_band(DropoutParams(dataset="breast-cancer")) is not None
    assert dropout_band(DropoutParams(dataset="breast-cancer", dropout_rate=0.9)) is None
    assert dropout_band(DropoutParams()) is None, "auto isn't resolved yet"
