"""Images in a folder: the same training as on the same images in memory, without ever holding them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.augmentation import Augmentation, Augmenter
from tests.engine.test_augmenting import model
from tests.engine.training import values
from tests.repository import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def write(path: Path, image: Any) -> None:
    """An image of bytes (height, width, channels) as a PNG or, by its name, a JPEG."""
    import tensorflow as tf

    path.parent.mkdir(parents=True, exist_ok=True)
    encode = tf.io.encode_png if path.suffix.lower() == ".png" else tf.io.encode_jpeg
    path.write_bytes(encode(image).numpy())


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any]:
    """Some digits as PNGs, a folder for each; the same in memory, in the order of their names."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images, labels = (found.images[:90, :, :, np.newaxis] * 15).astype("uint8"), found.target[:90]
    root = tmp_path_factory.mktemp("digits")
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        write(root / f"digit {label}" / f"{number:03}.png", image)
    order = np.argsort(labels, kind="stable")
    return root, images[order].astype("float32") / np.float32(255), labels[order]


def test_the_rows_are_the_images_in_the_order_of_their_names(digits: Any) -> None:
    from jobs.engine import image_folder
    from jobs.engine.plain import in_turn

    root, x, y = digits
    rows, classes = image_folder(root, height=8, width=8, channels=1)
    assert classes == tuple(f"digit {number}" for number in range(10))
    assert len(rows) == 90
    batches = list(in_turn(rows, 32).as_numpy_iterator())
    assert [len(labels) for _, labels in batches] == [32, 32, 26]
    np.testing.assert_array_equal(np.concatenate([images for images, _ in batches]), x, strict=True)
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in batches]), y)
    [(images, _)] = in_turn(rows.take(np.array([7, 3])), 2).as_numpy_iterator()
    np.testing.assert_array_equal(images, x[[7, 3]])


@pytest.mark.parametrize("augmented", [False, True])
def test_training_and_testing_give_the_numbers_of_the_same_images_in_memory(digits: Any, augmented: bool) -> None:
    from jobs.engine import Engine, Plan, Rows, choose, image_folder, shuffled

    root, x, y = digits
    augment = Augmenter(Augmentation(rotation_range=20), x, 3) if augmented else None
    results = []
    for rows in (image_folder(root, height=8, width=8, channels=1)[0], Rows.of(x, y)):
        training, validation = rows.take(slice(0, None, 2)), rows.take(slice(1, None, 2))
        trained = model()
        engine = Engine(trained, choose(trained, from_files=rows.read is not None))
        order = shuffled(len(training), 5)
        plan = Plan(
            epochs=3, batch_size=8, order=order, validation=validation, validation_batch_size=16, augment=augment
        )
        history = engine.fit(training, plan).history
        results.append((history, values(trained), engine.evaluate(validation)))
    (history, weights, scores), (expected_history, expected_weights, expected_scores) = results
    assert history == expected_history
    assert scores == expected_scores
    for one, other in zip(weights, expected_weights, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def test_images_of_other_sizes_colours_and_formats_are_brought_to_one(tmp_path: Path) -> None:
    from jobs.engine import image_folder
    from jobs.engine.plain import in_turn

    write(tmp_path / "b" / "grey.PNG", np.full((4, 9, 1), 51, "uint8"))
    write(tmp_path / "a" / "photo.jpeg", np.full((64, 32, 3), 204, "uint8"))
    (tmp_path / "a" / "notes.txt").write_text("no image")
    (tmp_path / "a" / ".photo.png").write_text("what another system left behind")
    (tmp_path / ".hidden").mkdir()
    rows, classes = image_folder(tmp_path, height=6, width=5)
    assert classes == ("a", "b")
    [(images, labels)] = in_turn(rows, 8).as_numpy_iterator()
    assert images.shape == (2, 6, 5, 3)
    np.testing.assert_allclose(images, np.array([0.8, 0.2]).reshape(2, 1, 1, 1) * np.ones((2, 6, 5, 3)), atol=1e-6)
    assert labels.tolist() == [0, 1]


def test_a_folder_without_images_is_refused_by_name(tmp_path: Path) -> None:
    from jobs.engine import image_folder

    (tmp_path / "cats").mkdir()
    with pytest.raises(ValueError, match="holds no images"):
        image_folder(tmp_path, height=8, width=8)


def test_images_in_a_folder_train_plainly_and_it_is_said() -> None:
    from jobs.engine import choose
    from tests.engine.training import dense

    choice = choose(dense(), from_files=True)
    assert (choice.route, choice.jit_compile) == ("plain", False)
    assert "images are read from a folder as they are needed" in choice.why


def test_a_training_that_was_chosen_without_knowing_of_the_folder_is_refused(digits: Any) -> None:
    from jobs.engine import Choice, Engine, Plan, Rows, image_folder, shuffled

    rows, _ = image_folder(digits[0], height=8, width=8, channels=1)
    memory = Rows.of(digits[1], digits[2])
    order = shuffled(90, 1)
    for training, plan in (
        (rows, Plan(epochs=1, batch_size=8, order=order)),
        (memory, Plan(epochs=1, batch_size=8, order=order, validation=rows)),
    ):
        with pytest.raises(ValueError, match="train plainly"):
            Engine(model(), Choice("compiled", True, "")).fit(training, plan)


GROWTH = """
import resource, sys
from pathlib import Path
import keras
from jobs.engine import Engine, Plan, choose, image_folder, shuffled

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in kB on Linux

rows, _ = image_folder(Path(sys.argv[1]), height=256, width=256)
layers = [keras.layers.AveragePooling2D(32), keras.layers.Flatten(), keras.layers.Dense(1)]
model = keras.Sequential([keras.Input((256, 256, 3)), *layers])
model.compile(loss="mse")
engine = Engine(model, choose(model, from_files=True))
peaks = []
for some in (rows.take(slice(0, 32)), rows):
    plan = Plan(epochs=1, batch_size=8, order=shuffled(len(some), 1), validation=some, validation_batch_size=8)
    engine.fit(some, plan)
    peaks.append(peak())
print(peaks[1] - peaks[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the peak is Linux's")
def test_a_folder_larger_than_the_memory_would_train_as_well(tmp_path: Path) -> None:
    """After 32 images 512 more, 400 MB as float32, to train on and to validate with: they take hardly any memory."""
    write(tmp_path / "one" / "000.png", np.full((256, 256, 3), 100, "uint8"))
    for number in range(1, 544):
        place = tmp_path / ("one", "two")[number % 2] / f"{number:03}.png"
        place.parent.mkdir(exist_ok=True)
        place.hardlink_to(tmp_path / "one" / "000.png")
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < 100_000
