"""How long a run will take: by the epochs of earlier ones, by image where a lesson takes a part of them."""

import pytest

from app.pages import pace

ROWS = {"cifar10": 50_000, "shapes": 4000, "auto": 4000}


def test_without_samples_it_is_the_median_epoch() -> None:
    known = pace.of([(1.0, {"epochs": 5}), (9.0, {}), (2.0, {})], {})
    assert known.of_epoch({"epochs": 50}) == 2.0


@pytest.mark.parametrize(
    ("params", "seconds"),
    [
        ({"dataset": "shapes", "samples": 1000, "network": "deep"}, 10.0),
        ({"dataset": "auto", "samples": 0, "network": "deep"}, 40.0),
        ({"dataset": "shapes", "samples": 9000, "network": "deep"}, 40.0),
        ({"dataset": "cifar10", "samples": 0, "network": "deep"}, 500.0),
        ({"dataset": "shapes", "samples": 1000, "network": "simple"}, 3.0),
        ({"dataset": "shapes", "samples": 1000, "network": "new"}, 10.0),
    ],
)
def test_with_samples_it_goes_by_the_images_and_the_network(params: dict[str, object], seconds: float) -> None:
    deep = [(20.0, {"dataset": "shapes", "samples": 2000, "network": "deep"})] * 2
    known = pace.of([*deep, (12.0, {"dataset": "shapes", "samples": 0, "network": "simple"})], ROWS)
    assert known.of_epoch(params) == pytest.approx(seconds)


def test_nothing_is_made_up() -> None:
    assert pace.of([], ROWS).of_epoch({"dataset": "shapes", "samples": 10}) is None
    assert (
        pace.of([(3.0, {"dataset": "gone", "samples": 0})], ROWS).of_epoch({"dataset": "shapes", "samples": 9}) is None
    )
