"""Lesson 1: an expression is read, its graph simplified, derived and called, and the listing says the same."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobs.lessons.theano.lesson import TheanoParams
from tests.lessons.repeating import output_of
from tests.lessons.symbolic import NEURON, carried_out, labels, told
from tests.running import Running


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"expression": "a +"}, "expression"),
        ({"expression": 3}, "expression"),
        ({"a": []}, "a"),
        ({"a": [True]}, "a"),
        ({"a": [float("nan")]}, "a"),
        ({"a": [1.0] * 9}, "a"),
        ({"a": [1, 2], "b": [1, 2, 3]}, "b"),
        ({"expression": "a + c", "a": [1, 2], "c": [1, 2, 3]}, "c"),
        ({"with_respect_to": "x"}, "with_respect_to"),
        ({"longest": 1_000_001}, "longest"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_its_own_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TheanoParams.model_validate(values)
    assert {error["loc"][0] for error in caught.value.errors()} == {field}


@pytest.mark.parametrize(
    "values", [{"a": [1, 2], "c": [1, 2, 3]}, {"a": [1, 2], "b": [3, 4]}, {"a": [1, 2]}, {"b": [1, 2]}]
)
def test_vectors_of_one_length_scalars_and_what_is_not_used_go_together(values: dict[str, Any]) -> None:
    TheanoParams.model_validate(values)


def test_a_run_shows_graphs_gradient_and_times_and_the_listing_repeats_it(
    fitboard: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, shown = carried_out(fitboard, "theano", **NEURON)
    result = run["result"]
    assert list(shown) == ["graph-before", "graph-after", "graph-gradient", "result", "gradient", "code", "time"]
    assert run["device"] == "CPU"
    assert fitboard.http.get(f"/api/v1/runs/{run['id']}/history").json() == {"epoch": [], "history": {}}

    before, after = labels(shown["graph-before"]), labels(shown["graph-after"])
    assert "power" in before
    assert "square" in after
    assert "power" not in after, "x ** 2 becomes a square"
    assert len(after) < len(before), "times 1 is gone"
    for _, number, slope, tried in shown["gradient"]["content"]["rows"]:
        assert slope == pytest.approx(tried, rel=1e-6), number
    assert [row[0] for row in shown["time"]["content"]["rows"]] == [1, 10]

    # The same by hand: the derivative of a sigmoid is s (1 - s), and there are three numbers in the sum.
    import numpy as np

    a, b = np.array(NEURON["a"]), np.array(NEURON["b"])
    s = 1 / (1 + np.exp(-(a @ b + 0.3)))
    assert result["value"] == pytest.approx((s + a**2).tolist(), rel=1e-12)
    assert result["gradient"]["b"] == pytest.approx((3 * s * (1 - s) * a).tolist(), rel=1e-12)
    assert result["gradient"]["c"] == pytest.approx(3 * s * (1 - s), rel=1e-12)

    listing = fitboard.http.get(f"/api/v1/runs/{run['id']}/script.py").text
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    printed = told(output_of(listing, tmp_path / "clean", tmp_path / "home", clean=True))
    assert printed["result"] == result["value"]
    assert printed["numpy"] == result["numpy"]
    assert {name: printed[f"gradient {name}"] for name in "abc"} == result["gradient"]
    assert list(home.iterdir()) == [], "what is compiled lies beside the listing"


def test_what_is_not_finite_is_null_and_said_in_words(fitboard: Running) -> None:
    run, shown = carried_out(fitboard, "theano", expression="log(a) / c", a=[-1.5], longest=10, with_respect_to="b")
    assert run["result"]["value"] is None
    assert run["result"]["answer"] == "not a number"
    assert "the root or logarithm of a negative number" in run["result"]["words"]
    assert "graph-gradient" not in shown, "b is not in the expression"
