"""The bundled images: digits enlarged as bilinear interpolation has it, shapes with the outlines that they claim."""

import numpy as np
import pytest
from sklearn import datasets

from jobs.datasets import digits, shapes


def test_digits_are_enlarged_bilinearly_with_a_half_pixel_of_edge() -> None:
    small = datasets.load_digits().images[:50]
    place = (np.arange(28) + 0.5) * 8 / 28 - 0.5
    wide = np.array([[np.interp(place, range(8), row) for row in image] for image in small])
    large = np.array([[np.interp(place, range(8), column) for column in image.T] for image in wide])
    exact = large.transpose(0, 2, 1) * 255 / 16
    ours = digits.enlarge(small.astype("int64"))
    assert ours.shape == (50, 28, 28)
    assert np.abs(ours - exact).max() <= 0.5 + 1e-9
    assert np.array_equal(digits.enlarge(np.full((1, 8, 8), 16)), np.full((1, 28, 28), 255))


def test_the_last_digits_are_for_the_test() -> None:
    _, y_train, x_test, y_test = digits.load_digits()
    published = datasets.load_digits()
    assert np.array_equal(np.concatenate([y_train, y_test]), published.target)
    assert np.array_equal(x_test[..., 0], digits.enlarge(published.images[-360:].astype("int64")))


INSIDE_AND_OUTSIDE = {
    "circle": ((0.6, 0.6), (0.7, 0.7)),
    "square": ((0.75, 0.75), (0.0, 0.9)),
    "triangle": ((0.0, 0.9), (0.7, 0.5)),
    "hexagon": ((0.9, 0.1), (0.8, 0.8)),
    "star": ((0.0, -0.4), (0.0, -0.7)),
    "cross": ((0.0, 0.9), (0.5, 0.5)),
    "ring": ((0.0, 0.74), (0.0, 0.0)),
    "crescent": ((-0.6, 0.0), (0.5, 0.0)),
    "heart": ((0.5, 0.8), (0.0, 0.9)),
    "arrow": ((0.6, 0.2), (0.6, -0.5)),
}


@pytest.mark.parametrize("name", shapes.CLASSES)
def test_an_outline_has_its_inside_and_its_outside(name: str) -> None:
    inside, outside = INSIDE_AND_OUTSIDE[name]
    distance = shapes._OUTLINES[shapes.CLASSES.index(name)](*np.array([inside, outside], "float32").T)
    assert distance.dtype == np.float32
    assert distance[0] < 0 < distance[1]


def test_shapes_are_many_of_each_class_in_any_order() -> None:
    _, y_train, _, y_test = shapes.draw_shapes()
    assert set(np.bincount(y_train)) == {shapes.TRAIN // 10}
    assert set(np.bincount(y_test)) == {shapes.TEST // 10}
    assert len(set(y_train[:30])) > 5, "the first rows alone must do for a small subset"
