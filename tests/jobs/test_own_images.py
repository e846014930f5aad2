"""A person's own images in an .npz: what the server learns of them without NumPy, what is refused, and the data."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.datasets import DatasetInvalid, Images, Kind, Source
from jobs.datasets import own_images as own
from jobs.datasets.npz import MOST_AT_ONCE
from jobs.datasets.own import OwnFile
from tests.datafiles import own_pictures
from tests.repository import ROOT

Arrays = dict[str, Any]


def write(folder: Path, arrays: Arrays, name: str = "faces") -> OwnFile:
    path = folder / f"{name}.npz"
    np.savez_compressed(path, **arrays)
    return OwnFile(name, Kind.IMAGES, Source.FOLDER, path)


def complaint(file: OwnFile) -> str:
    """What is said of a file, by the look at it and by the reading for training alike."""
    with pytest.raises(DatasetInvalid) as caught:
        own.examine(file)
    with pytest.raises(DatasetInvalid) as again:
        own.load(file)
    assert caught.value.detail == again.value.detail
    assert str(file.path.parent) not in caught.value.detail, "a client must not learn where files lie"
    assert caught.value.detail.startswith("faces.npz")
    return caught.value.detail


def test_a_file_tells_its_own_size_colour_and_classes(tmp_path: Path) -> None:
    state = own.examine(write(tmp_path, own_pictures(train=20, test=6, shape=(12, 16, 3), classes=3)))
    assert (state.name, state.source, state.rows, state.test_rows) == ("faces", Source.FOLDER, 20, 6)
    assert (state.shape, state.columns, state.unit, state.classes) == ((12, 16, 3), 576, "image", ("0", "1", "2"))
    assert state.detail == (
        "20 training and 6 test images of 12 by 16 pixels in colour in 3 classes, from faces.npz in the datasets "
        "folder."
    )


def test_grey_images_get_a_channel(tmp_path: Path) -> None:
    arrays = own_pictures(train=9, test=4, shape=(8, 9), classes=2)
    file = write(tmp_path, arrays)
    assert own.examine(file).shape == (8, 9, 1)
    images = own.load(file)
    assert isinstance(images, Images)
    assert (images.x_train.shape, images.x_test.shape, images.class_names) == ((9, 8, 9, 1), (4, 8, 9, 1), ("0", "1"))
    assert np.array_equal(images.x_train[..., 0], arrays["x_train"])
    assert (str(images.x_train.dtype), str(images.y_train.dtype)) == ("uint8", "int64")


@pytest.mark.parametrize("dtype", ["u1", "i1", "<u2", ">u2", "<i4", ">i4", "<i8", ">i8", "<u8"])
def test_labels_are_read_alike_with_and_without_numpy(tmp_path: Path, dtype: str) -> None:
    arrays = own_pictures(train=40, test=10, shape=(8, 8), classes=5)
    arrays["y_train"] = arrays["y_train"].astype(dtype).reshape(-1, 1)
    arrays["y_test"] = arrays["y_test"].astype(dtype)
    file = write(tmp_path, arrays)
    found, images = own.look(file), own.load(file)
    assert found.train == tuple(np.bincount(images.y_train, minlength=5))
    assert found.test == tuple(np.bincount(images.y_test, minlength=5))
    assert images.y_train.tolist() == arrays["y_train"].reshape(-1).tolist()


def test_the_first_images_come_with_their_labels(tmp_path: Path) -> None:
    arrays = own_pictures(train=5, test=2, shape=(8, 10, 3), classes=2)
    file = write(tmp_path, arrays)
    first = own.first(file, 3)
    assert first.shape == (8, 10, 3)
    assert [label for _, label in first.images] == arrays["y_train"][:3].tolist()
    assert [pixels for pixels, _ in first.images] == [image.tobytes() for image in arrays["x_train"][:3]]
    assert len(own.first(file, 50).images) == 5


def test_images_in_fortrans_order_are_learnt_from_though_not_shown(tmp_path: Path) -> None:
    arrays = own_pictures(train=5, test=2, shape=(8, 10), classes=2)
    arrays["x_train"] = np.asfortranarray(arrays["x_train"])
    file = write(tmp_path, arrays)
    assert own.first(file, 3).images == ()
    assert np.array_equal(own.load(file).x_train[..., 0], arrays["x_train"])


def test_a_server_learns_all_of_it_without_numpy(tmp_path: Path) -> None:
    file = write(tmp_path, own_pictures(train=20, test=6, shape=(12, 16, 3), classes=3))
    program = (
        "import sys; from pathlib import Path; from jobs.datasets import Kind, Source, own_images; "
        "from jobs.datasets.own import OwnFile; "
        "file = OwnFile('faces', Kind.IMAGES, Source.FOLDER, Path(sys.argv[1])); "
        "print(own_images.examine(file).rows, len(own_images.first(file, 4).images)); own_images.whole(file); "
        "print('numpy' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(file.path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.split() == ["20", "4", "False"], result.stderr


GOOD = own_pictures(train=6, test=4, shape=(8, 8), classes=2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x_train": np.zeros((6, 7, 8), "uint8")}, "x_train has the shape (6, 7, 8). Expected are x_train and x_test"),
        ({"x_train": np.zeros((6, 8, 257), "uint8")}, "x_train has the shape (6, 8, 257)"),
        ({"x_train": np.zeros((6, 8, 8, 4), "uint8")}, "x_train has the shape (6, 8, 8, 4)"),
        ({"x_train": np.zeros((6, 64), "uint8")}, "x_train has the shape (6, 64)"),
        ({"x_test": np.zeros((4, 8, 9), "uint8")}, "x_train has images of shape (8, 8, 1), x_test of shape (8, 9, 1)"),
        ({"x_train": np.zeros((6, 8, 8), "float32")}, "x_train is of the type '<f4' where uint8"),
        ({"x_train": np.zeros((0, 8, 8), "uint8"), "y_train": np.zeros(0, "uint8")}, "x_train holds 0 images"),
        ({"y_train": np.zeros(6, "float64")}, "y_train is of the type '<f8' where whole numbers"),
        ({"y_train": np.zeros(6, "bool")}, "y_train is of the type '|b1' where whole numbers"),
        ({"y_train": np.array(list("ababab"))}, "y_train is of the type '<U1' where whole numbers"),
        ({"y_train": np.zeros((6, 2), "uint8")}, "y_train has the shape (6, 2), where one number per image"),
        ({"y_train": np.zeros(5, "uint8")}, "x_train has 6 images, but y_train 5 labels"),
        ({"y_train": np.array([0, 1, -1, 0, 1, 0])}, "there is the label -1. Number the classes from 0"),
        ({"y_train": np.array([0, 1, 50, 0, 1, 0])}, "there is the label 50. Number the classes from 0; at most 50"),
        (
            {"y_train": np.array([0, 2, 2, 0, 2, 0])},
            "no training image has the label 1, though there are labels up to 2",
        ),
        ({"y_test": np.array([0, 1, 2, 0])}, "no training image has the label 2"),
        ({"y_train": np.zeros(6, "int64"), "y_test": np.zeros(4, "int64")}, "every training image has the label 0"),
        ({"y_train": np.array([0, 2**63 + 5, 0, 0, 0, 0], "uint64")}, "there is the label 9223372036854775813"),
        ({"y_test": None}, "holds x_test, x_train, y_train, but no array y_test"),
    ],
)
def test_what_is_not_expected_is_named(tmp_path: Path, change: Arrays, said: str) -> None:
    arrays = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    assert said in complaint(write(tmp_path, arrays))


def test_an_archive_with_a_giant_list_of_contents_is_not_read(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    with zipfile.ZipFile(file.path, "a") as archive:
        for number in range(MOST_AT_ONCE // 200):  # each has its name twice, and 46 bytes in the list
            archive.writestr(f"{number:0200}", b"")
    assert "at most 1048576 are read at once" in complaint(file)


def test_pixels_that_are_damaged_are_found_when_the_whole_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faces.npz"
    np.savez(path, **own_pictures(train=600, test=4, shape=(8, 8), classes=2))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        content[archive.getinfo("x_train.npy").header_offset + 30_000] ^= 1
    path.write_bytes(content)
    file = OwnFile("faces", Kind.IMAGES, Source.FOLDER, path)
    own.examine(file)  # the look at the headers doesn't see it
    for read in (own.whole, own.load):
        with pytest.raises(DatasetInvalid, match=r"CRC|damaged"):
            read(file)


def test_a_link_to_nowhere_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.npz")
    (tmp_path / "folder.npz").mkdir()
    for name in ("pipe", "folder", "missing"):
        with pytest.raises(DatasetInvalid, match=r"is not a file|cannot be read"):
            own.examine(OwnFile(name, Kind.IMAGES, Source.FOLDER, tmp_path / f"{name}.npz"))
