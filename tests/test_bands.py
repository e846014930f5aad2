"""What ``python -m benchmarks bands`` writes of the runs that it has measured."""

import pytest

from benchmarks import bands
from jobs.lessons import registry

PIMA = bands.Row(registry.get("history"), "good", "pima-indians-diabetes", {"epochs": 80})


def test_a_row_says_where_results_fall_and_how_many_are_inside_the_band() -> None:
    band = PIMA.band()
    assert band is not None
    low, high = band.low - 0.02, band.high - 0.01
    runs = [bands.Measured(high, 0.25), bands.Measured(low, 0.5), bands.Measured(high, 0.125)]
    assert PIMA.written(runs) == (
        "| history | good | pima-indians-diabetes | epochs 80 | 3 "
        f"| {low:.3f} | {high:.3f} | {high:.3f} | {band.low:g} to {band.high:g} | 2 of 3 | 0.250 |"
    )


def test_without_a_band_or_held_out_rows_their_columns_stay_empty() -> None:
    row = bands.Row(registry.get("history"), "underfit", "ionosphere", {})
    assert row.written([bands.Measured(0.5, None)]).endswith("| 0.500 | 0.500 | 0.500 |  |  |  |")


def test_values_that_are_tried_take_the_place_of_the_presets() -> None:
    row = bands.Row(registry.get("history"), "overfit", "ionosphere", {"epochs": 40})
    assert row.params == {"hidden_layers": [128, 128], "epochs": 40, "batch_size": 16, "dataset": "ionosphere"}


def test_nobody_waits_for_a_pace_that_changes_no_number() -> None:
    assert bands.Row(registry.get("multilayer-perceptrons"), "spirals", "", {}).params["epochs_per_second"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["theano"], "theano is no lesson that trains; those are keras,"),
        (["dropout", "--preset", "nope"], "there is no preset nope; the presets are baseline,"),
        (["dropout", "--try", "seed=1,2"], "every row has the seeds from 1; --seeds says how many"),
        (["dropout", "--try", "nope=1"], "dropout has no parameter 'nope'"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_starts(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        bands.main(arguments)
    assert said in capsys.readouterr().err
