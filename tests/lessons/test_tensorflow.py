"""Lesson 2: one expression with a session and with ``tf.function``, and the listing says the same."""

from pathlib import Path

import pytest

from tests.lessons.repeating import output_of
from tests.lessons.symbolic import NEURON, carried_out, labels, told
from tests.running import Running


def test_a_run_shows_both_ways_and_the_listing_repeats_it(fitboard: Running, tmp_path: Path) -> None:
    run, shown = carried_out(fitboard, "tensorflow", **NEURON)
    result = run["result"]
    assert list(shown) == ["graph-before", "graph-after", "graph-gradient", "result", "gradient", "code", "time"]
    assert result["value"] == result["function"]
    for name, slope in result["gradient"].items():
        assert slope == pytest.approx(result["tape"][name], rel=1e-12)
    assert result["device"].startswith(("CPU", "GPU"))
    assert result["value"] == pytest.approx(result["numpy"], rel=1e-12)

    before, after = labels(shown["graph-before"]), labels(shown["graph-after"])
    assert {"a", "b", "c", "power", "sum", "sigmoid", "result"} <= set(before)
    assert "square" in after
    assert "power" not in after
    for _, number, slope, tried in shown["gradient"]["content"]["rows"]:
        assert slope == pytest.approx(tried, rel=1e-6), number
    assert shown["time"]["content"]["columns"][1:4] == ["NumPy", "session", "tf.function"]

    listing = fitboard.http.get(f"/api/v1/runs/{run['id']}/script.py").text
    (tmp_path / "none").mkdir()
    printed = told(output_of(listing, tmp_path / "clean", tmp_path / "none"))
    assert printed["session"] == result["value"]
    assert printed["function"] == result["function"]
    assert printed["numpy"] == result["numpy"]
    assert {name: printed[f"gradient {name}"] for name in "abc"} == result["tape"], "the function's come last"


def test_division_by_zero_is_infinite_and_said_in_words(fitboard: Running) -> None:
    run, _ = carried_out(fitboard, "tensorflow", expression="a / b", b=[0.0], longest=10)
    assert (run["result"]["value"], run["result"]["answer"]) == (None, "infinity")
    assert "divided by zero" in run["result"]["words"]
