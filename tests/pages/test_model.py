"""Keras's summary of a model, read from what Keras itself prints."""

from typing import Any

import pytest

from app.pages.model import summary

keras = pytest.importorskip("keras")


def printed(model: Any) -> str:
    lines: list[str] = []
    model.summary(print_fn=lambda line, **_: lines.append(line), line_length=64)
    return "\n".join(lines)


def test_each_layer_is_a_row_with_its_shape_and_parameters() -> None:
    layers = [keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 3), keras.layers.MaxPooling2D(), keras.layers.Flatten()]
    found = summary(printed(keras.Sequential([*layers, keras.layers.Dense(10, name="answer")])))
    assert found is not None
    assert found.titles == ("Layer (type)", "Output Shape", "Param #")
    assert [(row[1], row[2]) for row in found.rows] == [
        ("(None, 26, 26, 8)", "80"), ("(None, 13, 13, 8)", "0"), ("(None, 1352)", "0"), ("(None, 10)", "13,530")
    ]  # fmt: skip
    assert found.rows[1][0].endswith("(MaxPooling2D)"), "a cell of two lines is one"
    assert found.rows[3][0] == "answer (Dense)"
    assert found.totals[0].startswith("Total params: 13,610")


def test_a_model_with_branches_says_what_is_connected_to_what() -> None:
    one = keras.Input((4,), name="one")
    left, right = keras.layers.Dense(2, name="left")(one), keras.layers.Dense(2, name="right")(one)
    found = summary(printed(keras.Model(one, keras.layers.Add(name="sum")([left, right]))))
    assert found is not None
    assert len(found.titles) == 4
    assert "left" in found.rows[3][3]
    assert "right" in found.rows[3][3]


@pytest.mark.parametrize("text", ["", 'Model: "sequential"', "┃ a ┃", "┃ a ┃ b ┃\n│ c │\n└───┘", "│ a │\n└"])
def test_what_is_not_drawn_like_that_is_left_as_it_is(text: str) -> None:
    assert summary(text) is None
