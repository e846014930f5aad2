"""Images in .npz files: counted from their headers without NumPy, checked, and read as Keras publishes them."""

import os
import pickle
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.datasets import DatasetInvalid, Datasets, DatasetUnavailable, Images, Source
from jobs.datasets.catalogue import CATALOGUE, CIFAR10, DIGITS, MNIST, SHAPES
from jobs.datasets.images import LARGEST, count_images, read_images
from tests.repository import ROOT

Arrays = dict[str, Any]


def digits(train: int = 6, test: int = 3) -> Arrays:
    """Arrays as in mnist.npz, but few."""
    rng = np.random.default_rng(1)
    return {
        "x_train": rng.integers(0, 256, (train, 28, 28), "uint8"),
        "y_train": (np.arange(train) % 10).astype("uint8"),
        "x_test": rng.integers(0, 256, (test, 28, 28), "uint8"),
        "y_test": (np.arange(test) % 10).astype("uint8"),
    }


def write(folder: Path, arrays: Arrays, name: str = "mnist.npz") -> Path:
    np.savez_compressed(folder / name, **arrays)
    return folder / name


def offline(folder: Path | None, cache: Path) -> Datasets:
    return Datasets(folder, cache, downloads=False)


def complaint(path: Path) -> str:
    """What is said of a file, by the look at its headers and by the reading for training alike."""
    with pytest.raises(DatasetInvalid) as caught:
        count_images(path, MNIST)
    with pytest.raises(DatasetInvalid) as again:
        read_images(path, MNIST)
    assert caught.value.detail == again.value.detail
    assert str(path.parent) not in caught.value.detail, "a client must not learn where files lie"
    assert caught.value.detail.startswith("mnist.npz")
    return caught.value.detail


def test_the_state_of_a_file_tells_how_many_images_it_holds(tmp_path: Path) -> None:
    write(tmp_path, digits())
    state = offline(tmp_path, tmp_path / "cache").state("mnist")
    assert (state.source, state.rows, state.test_rows) == (Source.FOLDER, 6, 3)
    assert (state.shape, state.columns, state.unit) == ((28, 28, 1), 784, "image")
    assert state.detail == (
        "6 training and 3 test images of 28 by 28 pixels in grey, from mnist.npz in the datasets folder "
        "(the published data has 60,000 and 10,000)."
    )


def test_a_server_learns_it_without_numpy(tmp_path: Path) -> None:
    write(tmp_path, digits())
    program = (
        "import sys; from pathlib import Path; from jobs.datasets import Datasets; "
        "datasets = Datasets(Path(sys.argv[1]), Path('cache'), False); "
        "print(datasets.state('mnist').rows, *(datasets.state(name).rows for name in ('digits', 'shapes'))); "
        "print('numpy' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.split() == ["6", "1437", "4000", "False"], result.stderr


def test_grey_images_get_a_channel_and_labels_become_numbers(tmp_path: Path) -> None:
    arrays = digits()
    images = read_images(write(tmp_path, arrays), MNIST)
    assert images.x_train.dtype == images.x_test.dtype == np.uint8
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    assert (images.x_train.shape, images.x_test.shape) == ((6, 28, 28, 1), (3, 28, 28, 1))
    assert np.array_equal(images.x_train[..., 0], arrays["x_train"])
    assert np.array_equal(images.y_test, arrays["y_test"])
    assert (images.shape, images.class_names[9]) == ((28, 28, 1), "9")


def test_colour_images_have_labels_in_a_column_as_keras_has_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 256, (4, 32, 32, 3), "uint8"), np.array([[3], [9], [0], [1]], "uint8")
    write(tmp_path, {"x_train": x, "y_train": y, "x_test": x[:2], "y_test": y[:2]}, "cifar10.npz")
    images = offline(tmp_path, tmp_path / "cache").load_images("cifar10", print)
    assert np.array_equal(images.x_train, x)
    assert images.y_train.tolist() == [3, 9, 0, 1]
    assert images.class_names[3] == "cat"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x_train": np.zeros((6, 28, 29), "uint8")}, "x_train has the shape (6, 28, 29). Expected are x_train and"),
        ({"x_test": np.zeros((3, 28, 28, 3), "uint8")}, "x_test has the shape (3, 28, 28, 3)"),
        ({"x_train": np.zeros((28, 28), "uint8")}, "x_train has the shape (28, 28)"),
        ({"x_train": np.uint8(1)}, "x_train has the shape ()"),
        ({"x_train": np.zeros((6, 28, 28), "float32")}, "x_train is of the type '<f4' where uint8"),
        ({"y_train": np.zeros(6, "int64")}, "y_train is of the type '<i8' where uint8 ('|u1') is expected"),
        ({"y_train": np.zeros((6, 10), "uint8")}, "y_train has the shape (6, 10)"),
        ({"y_train": np.zeros(5, "uint8")}, "x_train has 6 images, but y_train 5 labels"),
        ({"x_test": np.zeros((0, 28, 28), "uint8"), "y_test": np.zeros(0, "uint8")}, "x_test holds no image"),
        ({"y_test": None}, "holds x_test, x_train, y_train, but no array y_test"),
        ({"y_train": np.array([{}] * 6)}, "y_train is of the type '|O' where uint8"),
        ({"y_train": np.zeros(6, [("a", "u1")])}, "the header of the array y_train cannot be understood"),
    ],
)
def test_what_is_not_expected_is_named(tmp_path: Path, change: Arrays, said: str) -> None:
    arrays = {key: value for key, value in {**digits(), **change}.items() if value is not None}
    assert said in complaint(write(tmp_path, arrays))


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Bomb:
    """Writes a file where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self.path, "w")


def npy(header: str, numbers: bytes = b"", version: int = 1) -> bytes:
    text = header.encode()
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text + numbers


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "something that is not a NumPy array"),
        (b"x_train", "something that is not a NumPy array"),
        (npy("{'descr': '|u1', 'fortran_order': False, 'shape': (6, 28, 28)}", b"1"), "but holds 1 bytes"),
        (npy("{'descr': '|u1', 'shape': (-6, 28, 28)}"), "header of the array x_train cannot be understood"),
        (npy("{'descr': '|u1', 'shape': (True, 28, 28)}"), "header of the array x_train cannot be understood"),
        (npy("{'descr': '|u1'}"), "header of the array x_train cannot be understood"),
        (npy("__import__('os').abort()"), "header of the array x_train cannot be understood"),
        (npy("(" * 4000), "header of the array x_train cannot be understood"),
        (npy("1" * 5000, version=2), "has a header of 5000 bytes; at most 4096 are read"),
        (npy("{'descr': '|u1'", version=4), "something that is not a NumPy array"),
    ],
)
def test_a_header_is_read_as_a_literal_and_never_run(tmp_path: Path, content: bytes, said: str) -> None:
    path = write(tmp_path, digits())
    others = members(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in {**others, "x_train.npy": content}.items():
            archive.writestr(name, held)
    assert said in complaint(path)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    path, trace = write(tmp_path, digits()), tmp_path / "trace"
    others = members(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in {**others, "x_train.npy": pickle.dumps(Bomb(str(trace)))}.items():
            archive.writestr(name, held)
    assert "something that is not a NumPy array" in complaint(path)
    assert not trace.exists()


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path, digits())
    others = members(path)
    count = LARGEST // 784 + 1
    header = npy(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 28, 28)}}")
    labels = npy(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count},)}}", bytes(count))
    with zipfile.ZipFile(path, "w") as archive:
        for name, held in {**others, "x_train.npy": header, "y_train.npy": labels}.items():
            archive.writestr(name, held)
    # The size of the array is only claimed, in the archive's list of contents, as a bomb would claim it.
    content = path.read_bytes()
    entry = content.rindex(b"x_train.npy") - 46
    claimed = (len(header) + count * 784).to_bytes(4, "little")
    path.write_bytes(content[: entry + 24] + claimed + content[entry + 28 :])
    assert "at most 1074 million are read. Use a file with fewer images." in complaint(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mnist.npz").write_bytes(content)
    assert "is not an .npz archive that can be read" in complaint(tmp_path / "mnist.npz")


def test_an_archive_cut_short_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, digits())
    path.write_bytes(path.read_bytes()[:-100])
    assert "is not an .npz archive that can be read" in complaint(path)


def test_a_pipe_or_a_folder_in_the_files_place_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mnist.npz")
    assert "is not a file" in complaint(tmp_path / "mnist.npz")
    (tmp_path / "sub" / "mnist.npz").mkdir(parents=True)
    assert "is not a file" in complaint(tmp_path / "sub" / "mnist.npz")
    assert "cannot be read: No such file" in complaint(tmp_path / "gone" / "mnist.npz")


def test_a_label_that_is_no_class_is_named_when_the_images_are_read(tmp_path: Path) -> None:
    arrays = digits()
    arrays["y_train"][4] = 10
    path = write(tmp_path, arrays)
    assert count_images(path, MNIST) == (6, 3)
    with pytest.raises(DatasetInvalid, match=r"y_train holds the label 10 for image 4 .* Labels go from 0 to 9"):
        read_images(path, MNIST)


def test_damaged_pixels_are_noticed_when_the_images_are_read(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, **digits())
    content = bytearray(path.read_bytes())
    content[3000] ^= 1
    path.write_bytes(content)
    assert count_images(path, MNIST) == (6, 3)
    with pytest.raises(DatasetInvalid, match=r"mnist\.npz is damaged: Bad CRC-32"):
        read_images(path, MNIST)


def test_a_missing_file_says_what_to_put_where_and_what_works_now(tmp_path: Path) -> None:
    datasets = offline(None, tmp_path)
    with pytest.raises(DatasetUnavailable, match=r"Put mnist\.npz .* digits is bundled and works now"):
        datasets.resolve("mnist", ("mnist", "digits"))
    detail = datasets.state("cifar10").detail
    assert "Fitboard does not download it" in detail
    assert "numpy.savez_compressed('cifar10.npz', x_train=a, y_train=b, x_test=c, y_test=d)" in detail
    assert "shapes is bundled and works now" in detail
    assert datasets.resolve("auto", ("cifar10", "shapes")).name == "shapes"
    with pytest.raises(DatasetUnavailable, match="Fitboard does not download it"):
        Datasets(None, tmp_path, downloads=True).load_images("cifar10", print)


def test_mnist_would_come_from_where_keras_takes_it_and_with_its_hash(tmp_path: Path) -> None:
    state = Datasets(None, tmp_path, downloads=True, reach=lambda url: True).state("mnist")
    assert state.source is Source.DOWNLOAD
    assert "will be downloaded (11.5 MB)" in state.detail
    keras = find_spec("keras")
    assert keras is not None
    assert keras.origin is not None
    theirs = (Path(keras.origin).parent / "src/datasets/mnist.py").read_text()
    assert MNIST.url is not None
    assert MNIST.url.removesuffix("mnist.npz") in theirs
    assert str(MNIST.sha256) in theirs


def test_a_file_in_the_cache_counts_where_it_is_the_published_one_and_is_hashed_once(tmp_path: Path) -> None:
    path = write(tmp_path, digits())
    good = path.read_bytes()
    spec = replace(MNIST, sha256=sha256(good).hexdigest())
    datasets = Datasets(None, tmp_path, downloads=False, catalogue=(spec,))
    os.utime(path, ns=(1, 1))
    assert datasets.state("mnist").source is Source.CACHE
    path.write_bytes(b"x" * len(good))
    os.utime(path, ns=(1, 1))
    assert datasets.state("mnist").source is Source.CACHE, "same time, same size: not read again"
    os.utime(path, ns=(2, 2))
    assert datasets.state("mnist").source is Source.ABSENT
    assert offline(None, tmp_path).state("mnist").source is Source.ABSENT, "another hash than the published"


def test_images_are_not_read_as_a_table_nor_a_table_as_images(tmp_path: Path) -> None:
    datasets = offline(None, tmp_path)
    with pytest.raises(TypeError, match="digits is Images, where Tabular is wanted"):
        datasets.load("digits", print)
    with pytest.raises(TypeError, match="breast-cancer is Tabular, where Images is wanted"):
        datasets.load_images("breast-cancer", print)


@pytest.fixture(scope="module")
def real() -> Path:
    folder = Path(os.environ.get("FITBOARD_TEST_DATASETS", ""))
    if not (folder / "mnist.npz").is_file() or not (folder / "cifar10.npz").is_file():
        pytest.skip("FITBOARD_TEST_DATASETS doesn't name a folder with the course's own images")
    return folder


@pytest.mark.parametrize("spec", [MNIST, CIFAR10], ids=lambda spec: spec.name)
def test_the_courses_own_images_are_read(real: Path, tmp_path: Path, spec: Any) -> None:
    datasets = offline(real, tmp_path)
    state, images = datasets.state(spec.name), datasets.load_images(spec.name, print)
    assert (len(images.x_train), len(images.x_test)) == (state.rows, state.test_rows)
    assert images.x_train.shape[1:] == images.x_test.shape[1:] == state.shape == spec.shape
    assert set(images.y_train) == set(images.y_test) == set(range(10))
    with np.load(real / spec.filename) as published:
        assert np.array_equal(images.x_test.ravel(), published["x_test"].ravel())
        assert np.array_equal(images.y_train, published["y_train"].ravel())


@pytest.mark.parametrize("spec", [DIGITS, SHAPES], ids=lambda spec: spec.name)
def test_a_stand_in_is_what_its_state_says_and_says_what_it_is(tmp_path: Path, spec: Any) -> None:
    datasets = offline(None, tmp_path)
    state, images = datasets.state(spec.name), datasets.load_images(spec.name, print)
    assert (state.source, state.rows, state.test_rows) == (Source.BUNDLED, len(images.x_train), len(images.x_test))
    assert images.x_train.shape[1:] == images.x_test.shape[1:] == state.shape
    assert images.x_train.dtype == images.x_test.dtype == np.uint8
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    assert set(images.y_train) == set(images.y_test) == set(range(len(state.classes)))
    original = "MNIST" if spec is DIGITS else "CIFAR-10"
    assert f"in place of {original}" in state.title
    assert "stand in for" in state.detail
    assert original in state.detail
    again = datasets.load_images(spec.name, print)
    assert all(np.array_equal(getattr(images, key), getattr(again, key)) for key in vars_of(images))


def vars_of(images: Images) -> list[str]:
    return [key for key in vars(images) if key != "class_names"]


def test_every_stand_in_named_in_a_remedy_is_bundled() -> None:
    from jobs.datasets.kinds import Bundled, DataFile

    bundled = {each.name for each in CATALOGUE if isinstance(each, Bundled)}
    assert {each.stand_in for each in CATALOGUE if isinstance(each, DataFile)} == bundled
