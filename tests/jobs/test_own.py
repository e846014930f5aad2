"""A person's own files: which of them are datasets, what they are called, and what is said of those that aren't."""

import os
from pathlib import Path

import pytest

from jobs.datasets import DatasetInvalid, Datasets, DatasetUnavailable, Kind, Source
from jobs.datasets.names import usable
from jobs.datasets.registry import MOST_OFFERED
from jobs.lessons.shared.parameters import DIGITS, TABLES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A datasets folder of a person's own."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def machine(folder: Path | None, tmp_path: Path) -> Datasets:
    """A machine with this datasets folder and with ``uploads`` beside it."""
    return Datasets(folder, tmp_path / "cache", downloads=False, uploads=tmp_path / "uploads")


def test_tables_and_images_of_the_folder_and_of_the_uploads_are_found_by_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    for path in ("folder/wine.csv", "folder/flowers.npz", "uploads/wine.csv", "uploads/my heart.csv"):
        (tmp_path / path).write_text("")
    datasets = machine(folder, tmp_path)
    assert [(file.name, file.kind, file.source) for file in datasets.own()] == [
        ("flowers", Kind.IMAGES, Source.FOLDER),
        ("wine", Kind.TABLE, Source.FOLDER),
        ("my heart", Kind.TABLE, Source.UPLOAD),
    ]
    assert [file.name for file in datasets.own(Kind.TABLE)] == ["wine", "my heart"]
    assert datasets.offered(TABLES) == (*TABLES, "wine", "my heart")
    assert datasets.offered(DIGITS) == (*DIGITS, "flowers")
    assert datasets.offered(()) == ()


def test_an_ending_may_be_in_capitals(folder: Path, tmp_path: Path) -> None:
    for name in ("WINE.CSV", "flowers.Npz"):
        (folder / name).write_text("")
    files = machine(folder, tmp_path).own()
    assert [(file.name, file.filename, file.ending, file.kind) for file in files] == [
        ("WINE", "WINE.CSV", ".csv", Kind.TABLE),
        ("flowers", "flowers.Npz", ".npz", Kind.IMAGES),
    ]


def test_one_that_is_not_there_is_told_with_those_that_are(folder: Path, tmp_path: Path) -> None:
    (folder / "wine.csv").write_text("")
    with pytest.raises(DatasetUnavailable, match=r"There is no dataset 'win'\. There are: .*, wine\."):
        machine(folder, tmp_path).state("win")


def test_no_file_takes_the_name_of_a_dataset_that_fitboard_knows(folder: Path, tmp_path: Path) -> None:
    for name in ("ionosphere.csv", "mnist.npz", "mnist.csv", "breast-cancer.npz", "auto.csv"):
        (folder / name).write_text("")
    assert machine(folder, tmp_path).own() == ()


@pytest.mark.parametrize("name", [".hidden.csv", "wine.CSV.txt", "wine", "a\nb.csv", " wine.csv", "x" * 81 + ".csv"])
def test_other_files_are_no_datasets(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).write_text("")
    assert machine(folder, tmp_path).own() == ()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\x00b", "a\x1b[2J", "a\u202eb", "auto", "a.csv\n"])
def test_such_a_name_cannot_be_used(name: str) -> None:
    assert not usable(name)


@pytest.mark.parametrize("name", ["w", "wine.2026", "my heart", "Größe", "x" * 80, "-", "2"])
def test_such_a_name_can_be_used(name: str) -> None:
    assert usable(name)


def test_a_folder_that_is_gone_has_no_datasets(tmp_path: Path) -> None:
    assert machine(tmp_path / "nowhere", tmp_path).own() == ()
    assert machine(None, tmp_path).own() == ()


def test_auto_never_takes_an_own_dataset(folder: Path, tmp_path: Path) -> None:
    (folder / "aaa.csv").write_text("")
    assert machine(folder, tmp_path).resolve("auto", TABLES).name == "breast-cancer"


@pytest.mark.parametrize(("name", "why"), [("iris", "is not here"), ("flowers", "is not one that this lesson")])
def test_a_name_that_a_lesson_cannot_take_is_told_with_those_it_can(
    folder: Path, tmp_path: Path, name: str, why: str
) -> None:
    for own in ("wine.csv", "flowers.npz"):
        (folder / own).write_text("")
    with pytest.raises(DatasetUnavailable) as caught:
        machine(folder, tmp_path).resolve(name, TABLES)
    assert caught.value.detail == (
        f"The dataset '{name}' {why}{' can learn from' if name == 'flowers' else ''}. There are: "
        "pima-indians-diabetes, ionosphere, breast-cancer, wine. To add one of your own, put a .csv into the datasets "
        "folder."
    )


def test_data_that_fitboard_knows_but_the_lesson_does_not_learn_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnavailable, match=r"The dataset 'mnist' is not one that this lesson can learn from"):
        machine(None, tmp_path).resolve("mnist", TABLES)
    with pytest.raises(DatasetUnavailable, match=r"put an \.npz into a folder that FITBOARD_DATASETS_DIR names"):
        machine(None, tmp_path).resolve("cifar10", DIGITS)


@pytest.mark.parametrize("ending", [".csv", ".npz"])
def test_a_link_to_itself_is_told_like_a_file_that_cannot_be_read(folder: Path, ending: str) -> None:
    os.symlink(f"round{ending}", folder / f"round{ending}")
    with pytest.raises(DatasetInvalid, match=rf"^round\{ending} cannot be read: Too many levels of symbolic links"):
        Datasets(folder, folder / "cache", downloads=False).state("round")


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    os.symlink(tmp_path / "secret.csv", folder / "wine.csv")
    datasets = machine(folder, tmp_path)
    with pytest.raises(DatasetInvalid, match=r"^wine\.csv is a link that leads out of its folder") as caught:
        datasets.state("wine")
    assert str(tmp_path) not in caught.value.detail
    with pytest.raises(DatasetInvalid, match="is a link that leads out of its folder"):
        datasets.load("wine", print)


def test_only_so_many_are_offered_and_the_rest_can_be_named(folder: Path, tmp_path: Path) -> None:
    for number in range(MOST_OFFERED + 1):
        (folder / f"table-{number:03}.csv").write_text("")
    datasets = machine(folder, tmp_path)
    assert len(datasets.own()) == MOST_OFFERED
    last = datasets.own_file(f"table-{MOST_OFFERED:03}")
    assert last is not None
    assert last.filename == "table-100.csv"
