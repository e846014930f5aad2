"""``fitboard sweep``: several values of some parameters, typed as flags."""

import pytest

from app.settings import SettingsError
from app.terminal import grids
from jobs.lessons import registry
from tests.cli.terminal import fitboard
from tests.conftest import MakeFitboard

LESSON = registry.get("first-network")


def test_values_are_parted_at_commas_and_lists_at_semicolons() -> None:
    tries = ["learning-rate=0.1, 1e-3", "hidden_layers=12,8;4", "scale_features=true,false", "optimizer=adam;sgd"]
    assert grids.parse(LESSON, tries) == {
        "learning_rate": [0.1, 0.001],
        "hidden_layers": [[12, 8], [4]],
        "scale_features": [True, False],
        "optimizer": ["adam", "sgd"],
    }
    assert grids.parse(LESSON, ["hidden_layers=12,8", "epochs="]) == {"hidden_layers": [[12, 8]], "epochs": []}


@pytest.mark.parametrize(
    ("tries", "words"),
    [
        (["epochs"], "has no “=”"),
        (["momentum=0.9"], "no parameter 'momentum'"),
        (["epochs=1", "epochs=2"], "comes twice"),
    ],
)
def test_what_is_no_grid_is_said_before_anything_is_sent(tries: list[str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        grids.parse(LESSON, tries)


def test_a_sweep_is_queued_and_what_is_refused_is_said_beside_its_flag(make_fitboard: MakeFitboard) -> None:
    queueing = make_fitboard(worker=False)
    command = ["sweep", "first-network", "--server", queueing.url, "--epochs", "3", "--name", "steps", "--tag", "try"]
    refused = fitboard(*command, "--try", "batch_size=10,4096")
    assert refused.returncode == 2
    assert "  --try batch_size: Batch size 4096 is larger than" in refused.stderr
    assert queueing.http.get("/api/v1/runs").json()["items"] == []
    made = fitboard(*command, "--preset", "course", "--dataset", "breast-cancer", "--try", "batch_size=10,40")
    assert made.returncode == 0, made.stderr
    (sweep,) = queueing.http.get("/api/v1/sweeps").json()["items"]
    assert made.stdout.startswith(f"{queueing.url}/sweeps/{sweep['id']}\n")
    assert (sweep["grid"], sweep["name"], sweep["params"]["epochs"]) == ({"batch_size": [10, 40]}, "steps", 3)
    assert sweep["params"]["kernel_initializer"] == "random_uniform"
    for run in queueing.http.get(sweep["links"]["runs"]).json()["items"]:
        assert f"{run['id']}  {run['name']}\n" in made.stdout
        assert run["tags"] == ["try"]


def test_a_preset_brings_what_it_tries_and_more_can_be_tried_with_it(make_fitboard: MakeFitboard) -> None:
    queueing = make_fitboard(worker=False)
    command = ["sweep", "dropout", "--server", queueing.url, "--dataset", "breast-cancer"]
    nothing = fitboard(*command, "--preset", "course")
    assert nothing.returncode == 2
    assert (
        "There is nothing to try. Write --try NAME=VALUE,VALUE, or take a preset that tries several." in nothing.stderr
    )
    assert fitboard(*command, "--preset", "compare", "--try", "seed=1,2").returncode == 0
    (sweep,) = queueing.http.get("/api/v1/sweeps").json()["items"]
    assert sweep["grid"] == {"dropout": ["none", "visible", "hidden", "both"], "seed": [1, 2]}
    told = fitboard("lessons", "dropout").stdout
    assert "--try dropout=none,visible,hidden,both" in " ".join(told.split())
