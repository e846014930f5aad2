"""Predictions: an input is prepared as the training data was, and models are loaded by their digest only."""

import base64
import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from jobs.answering import pictures
from jobs.answering.memory import MODELS, KeptDatasets, Models
from jobs.answering.predictions import Predictions
from jobs.asking import Input, Unanswerable
from jobs.lessons.first_network.lesson import FirstNetworkParams
from jobs.lessons.multilayer_perceptrons import problems
from jobs.lessons.multilayer_perceptrons.lesson import PerceptronParams
from jobs.lessons.shared import image_asking, networks, tables
from jobs.protocol import CheckpointData
from jobs.questions import PredictQuestion, SamplesQuestion

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

DATASETS = KeptDatasets(None, Path("nowhere"))
PARAMS = FirstNetworkParams(dataset="breast-cancer", hidden_layers=(4,))


def saved(folder: Path, seed: int = 7) -> tuple[bytes, CheckpointData, Any]:
    """A network as a run saves it: the file, its entry, the network."""
    model = networks.dense_classifier(PARAMS.model_copy(update={"seed": seed}), 30)
    model.compile(loss="binary_crossentropy", optimizer="adam")
    model.save(folder / "model.keras")
    content = (folder / "model.keras").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return content, CheckpointData(kind="best", epoch=3, sha256=digest, bytes=len(content)), model


def question(checkpoint: CheckpointData, **given: Any) -> PredictQuestion:
    params = PARAMS.model_dump(mode="json")
    return PredictQuestion(run="r", lesson="first-network", params=params, checkpoint=checkpoint, **given)


def test_a_row_is_scaled_as_the_training_rows_were(tmp_path: Path) -> None:
    content, checkpoint, model = saved(tmp_path)
    made = Predictions(DATASETS, Models(lambda _run, _digest: content))
    data = DATASETS.load("breast-cancer", print)
    parts = tables.parted(data, PARAMS.validation_split, PARAMS.scale_features)
    assert parts.test is not None
    expected = float(model.predict(parts.test[0][:1], verbose=0)[0, 0])
    at = len(parts.train[0])
    answer = made.answer(question(checkpoint, row=tuple(data.x[at].tolist())))
    assert answer["probabilities"] == pytest.approx({"malignant": 1 - expected, "benign": expected}, abs=1e-6)
    assert answer["class"] == ("benign" if expected > 0.5 else "malignant")
    np.testing.assert_allclose(answer["saw"]["values"], parts.test[0][0], rtol=1e-5)
    assert answer["checkpoint"] == {"kind": "best", "epoch": 3, "sha256": checkpoint.sha256}
    first = made.samples(SamplesQuestion(lesson="first-network", params=PARAMS.model_dump(mode="json")))["samples"][0]
    assert (first["name"], first["truth"]) == (f"Row {at + 1}", data.class_names[int(data.y[at])])
    np.testing.assert_allclose(first["row"], data.x[at], rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"row": (1.0, 2.0)}, "row has 2 values. Send 30 numbers: mean radius, mean texture"),
        ({"row": (1e300,) * 30}, "mean radius is 1e.300, which is too large"),
        ({"image": "AA=="}, "takes a row, not an image"),
        ({"image": "?"}, "not in base64"),
    ],
)
def test_an_input_that_does_not_fit_is_told(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    content, checkpoint, _ = saved(tmp_path)
    made = Predictions(DATASETS, Models(lambda _run, _digest: content))
    with pytest.raises(Unanswerable, match=words):
        made.answer(question(checkpoint, **given))


def test_bytes_that_are_not_those_recorded_are_never_loaded(tmp_path: Path) -> None:
    content, checkpoint, _ = saved(tmp_path)
    with pytest.raises(ValueError, match=f"recorded is {checkpoint.sha256}"):
        Models(lambda _run, _digest: content + b"!").get("r", checkpoint)


def test_the_last_models_stay_and_older_ones_go(tmp_path: Path) -> None:
    files = {}
    entries = []
    for seed in range(MODELS + 1):
        content, checkpoint, _ = saved(tmp_path, seed)
        files[checkpoint.sha256] = content
        entries.append(checkpoint)
    fetched: list[str] = []
    models = Models(lambda _run, digest: fetched.append(digest) or files[digest])  # type: ignore[func-returns-value]
    for checkpoint in [*entries, entries[-1], entries[1], entries[0]]:
        models.get("r", checkpoint)
    assert fetched == [*files, entries[0].sha256]


def test_a_point_on_the_plane_is_answered_as_the_lesson_drew_its_points(tmp_path: Path) -> None:
    params = PerceptronParams(problem="circles", samples=100, hidden_layers=(4,), seed=3)
    model = networks.dense_classifier(params, 2)
    model.save(tmp_path / "model.keras")
    content = (tmp_path / "model.keras").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    checkpoint = CheckpointData(kind="best", epoch=3, sha256=digest, bytes=len(content))
    made = Predictions(DATASETS, Models(lambda _run, _digest: content))
    told = {"lesson": "multilayer-perceptrons", "params": params.model_dump(mode="json")}
    answer = made.answer(PredictQuestion(run="r", checkpoint=checkpoint, row=(0.25, -0.5), **told))
    expected = float(model.predict(np.array([[0.25, -0.5]], "float32"), verbose=0)[0, 0])
    assert answer["probabilities"] == pytest.approx({"class 0": 1 - expected, "class 1": expected}, abs=1e-6)
    assert answer["saw"] == {"columns": ["x", "y"], "values": [0.25, -0.5]}, "nothing is scaled"
    found = made.samples(SamplesQuestion(**told))["samples"]
    data = problems.points("circles", 100, params.noise, 3)
    assert [(one["name"], one["truth"]) for one in found[:2]] == [
        (f"Point {place}", f"class {int(data.y[place - 1])}") for place in (71, 72)
    ]
    np.testing.assert_allclose(found[0]["row"], data.x[70], rtol=1e-6)


def white_on_black(size: int) -> Any:
    image = np.zeros((size, size, 1), "uint8")
    image[size // 4 : -size // 4, size // 3 : -size // 3] = 255
    return image


class TestImages:
    """Pictures on their way into a network."""

    asked = image_asking.asking()
    params = SimpleNamespace(dataset="digits")

    def predict(self, image: Any) -> Any:
        seen: list[Any] = []

        def network(pixels: Any, training: bool) -> Any:
            assert not training
            seen.append(pixels)
            return np.full((1, 10), 0.1)

        answer = self.asked.predict(self.params, network, DATASETS, Input(image=base64.b64decode(pictures.png(image))))
        return answer, seen[0]

    def test_one_of_the_models_size_is_seen_as_it_is(self) -> None:
        digit = DATASETS.load_images("digits", print).x_test[0]
        answer, seen = self.predict(digit)
        np.testing.assert_allclose(seen[0] * 255, digit, atol=1e-4)
        assert answer.saw["shape"] == [28, 28, 1]
        assert (answer.classes, answer.notes) == (tuple("0123456789"), ())

    def test_a_larger_one_is_made_smaller_and_dark_on_light_is_inverted(self) -> None:
        light, seen = self.predict(white_on_black(280))
        assert seen.shape == (1, 28, 28, 1)
        assert "Brought from 280 by 280 to 28 by 28" in light.notes[0]
        dark, inverted = self.predict(255 - white_on_black(280))
        assert "inverted" in dark.notes[0]
        np.testing.assert_array_equal(inverted, seen)

    def test_one_that_is_not_square_keeps_its_proportions(self) -> None:
        _, seen = self.predict(np.full((100, 50, 1), 100, "uint8"))
        assert seen[0, :, 14].min() > 0.3
        assert seen[0, :, :5].max() == seen[0, :, -5:].max() == 0

    def test_samples_come_from_the_test_images(self) -> None:
        found = self.asked.samples(self.params, DATASETS)
        assert found.columns is None
        digits = DATASETS.load_images("digits", print)
        assert [one.truth for one in found.samples] == [str(label) for label in digits.y_test[:10]]

    def test_transparent_pixels_are_black_and_jpegs_are_read_too(self) -> None:
        import tensorflow as tf

        clear = np.full((4, 4, 4), 255, "uint8")
        clear[..., 3] = 0
        assert pictures.decoded(base64.b64decode(pictures.png(clear)), 3).max() == 0
        photo = tf.io.encode_jpeg(np.full((10, 20, 3), 77, "uint8")).numpy()
        assert pictures.dimensions(photo) == (20, 10)
        assert abs(int(pictures.decoded(photo, 1).mean()) - 77) < 3

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"GIF89a", "neither a PNG nor a JPEG"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2, "60000 by 60000 pixels"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (6).to_bytes(4, "big") * 2, "damaged"),
            (b"\xff\xd8\xff\xe0", "neither a PNG nor a JPEG"),
        ],
    )
    def test_what_is_no_picture_or_a_huge_one_is_never_opened(self, content: bytes, words: str) -> None:
        with pytest.raises(Unanswerable, match=words):
            pictures.decoded(content, 1)
