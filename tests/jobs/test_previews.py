"""Previews: what training does to the same rows, as pictures that anybody can open."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jobs.answering import previews
from jobs.answering.memory import KeptDatasets
from jobs.answering.previews import Previews
from jobs.asking import NotYet, Unanswerable
from jobs.augmentation import Augmenter
from jobs.augmenting import AugmentationParams
from jobs.datasets import DatasetUnavailable
from jobs.questions import PreviewQuestion

DATASETS = KeptDatasets(None, Path("nowhere"))


@pytest.fixture(scope="module")
def made() -> Previews:
    return Previews(DATASETS)


def ask(made: Previews, dataset: str = "digits", **fields: Any) -> dict[str, Any]:
    params = AugmentationParams(**fields.pop("params", {}))
    return made.answer(
        PreviewQuestion(**{"seed": 7, "rows": 2, "columns": 3, **fields}, dataset=dataset, params=params)
    )


def pixels(picture: str) -> NDArray[np.uint8]:
    import tensorflow as tf

    return np.asarray(tf.io.decode_png(base64.b64decode(picture)))


def test_without_any_transform_the_images_are_those_of_the_data(made: Previews) -> None:
    answer = ask(made)
    digits = DATASETS.load_images("digits", print).x_train
    for index, (before, after) in enumerate(zip(answer["original"], answer["images"], strict=True)):
        np.testing.assert_array_equal(pixels(before), digits[index])
        np.testing.assert_array_equal(pixels(after), digits[index])
    assert answer["notes"] == []


def test_the_first_rows_look_as_in_the_first_epoch_of_a_training(made: Previews) -> None:
    params = {"rotation_range": 40, "zoom_range": (0.7, 1.3), "brightness_range": (0.5, 1.5)}
    digits = DATASETS.load_images("digits", print).x_train
    trained = Augmenter(AugmentationParams(**params).augmentation(), digits, 7)
    batch = np.asarray(trained.apply(digits[:6], trained.draw(0, len(digits))[:6]))
    found = np.stack([pixels(image) for image in ask(made, params=params)["images"]])
    np.testing.assert_allclose(found, batch, atol=0.5001)


def test_one_image_is_changed_as_often_as_the_grid_has_places(made: Previews) -> None:
    answer = ask(made, params={"rotation_range": 90}, index=11)
    [original] = answer["original"]
    np.testing.assert_array_equal(pixels(original), DATASETS.load_images("digits", print).x_train[11])
    assert len(set(answer["images"])) == 6


def test_a_grid_is_one_picture_row_by_row(made: Previews) -> None:
    single = ask(made)["images"]
    sheet = pixels(ask(made, grid=True)["grid"])
    assert sheet.shape == (2 * 28 + 2, 3 * 28 + 2 * 2, 1)
    np.testing.assert_array_equal(sheet[30:, :28], pixels(single[3]))


def test_standardised_images_are_stretched_to_what_can_be_seen_and_say_so(made: Previews) -> None:
    answer = ask(made, params={"featurewise_std_normalization": True})
    shown = np.stack([pixels(image) for image in answer["images"]])
    assert (shown.min(), shown.max()) == (0, 255)
    assert "The values go from -0." in answer["notes"][0]


def test_whitening_tells_what_it_enlarges_and_what_it_was_measured_on(
    made: Previews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "MEASURED", 300)
    notes = " ".join(ask(Previews(DATASETS), params={"zca_whitening": True})["notes"])
    assert "up to a thousandfold" in notes
    assert "measured on the first 300 of 1," in notes


def test_whitening_that_takes_long_goes_on_while_others_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Previews(DATASETS)
    monkeypatch.setattr(previews, "PATIENCE", 0.0)
    with pytest.raises(NotYet, match="with 784 numbers per image"):
        ask(made, params={"zca_whitening": True})
    assert ask(made)["images"]
    monkeypatch.setattr(previews, "PATIENCE", 60.0)
    assert ask(made, params={"zca_whitening": True})["images"]


def test_what_was_measured_is_not_measured_again(made: Previews, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(made, params={"featurewise_center": True})
    monkeypatch.setattr("jobs.augmentation.augmenter.Standard", lambda *_, **__: pytest.fail("measured twice"))
    ask(made, params={"featurewise_center": True, "rotation_range": 5})


def test_what_cannot_be_shown_is_told(made: Previews) -> None:
    with pytest.raises(Unanswerable, match=r"index is 99999\. digits has the images 0 to 1"):
        ask(made, index=99_999)
    with pytest.raises(DatasetUnavailable, match="breast-cancer is a table"):
        ask(made, dataset="breast-cancer")
    with pytest.raises(DatasetUnavailable, match=r"mnist\.npz is not here"):
        ask(made, dataset="mnist")
    with pytest.raises(DatasetUnavailable, match="There is no dataset 'letters'"):
        ask(made, dataset="letters")


def test_the_typed_parameters_are_those_of_the_one_definition() -> None:
    from dataclasses import asdict
    from typing import get_args

    from jobs.augmentation import Augmentation, FillMode

    assert asdict(AugmentationParams().augmentation()) == asdict(Augmentation())
    options = AugmentationParams.model_json_schema()["properties"]["fill_mode"]["enum"]
    assert tuple(options) == get_args(FillMode)
