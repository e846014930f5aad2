"""Reading CSV files: what is good is counted, what isn't is named with file, line and remedy."""

import os
from pathlib import Path

import numpy as np
import pytest

from jobs.datasets import DatasetInvalid
from jobs.datasets.catalogue import IONOSPHERE, PIMA
from jobs.datasets.files import LARGEST_TABLE
from jobs.datasets.tables import read_table

GOOD = "6,148,72,35,0,33.6,0.627,50,1\n1,85,66,29,0,26.6,0.351,31,0\n"


def read(tmp_path: Path, content: bytes | str) -> str:
    """The complaint about a file with this content."""
    path = tmp_path / "pima-indians-diabetes.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DatasetInvalid) as caught:
        read_table(path, PIMA)
    assert str(tmp_path) not in caught.value.detail, "a client must not learn where files lie"
    assert caught.value.detail.startswith("pima-indians-diabetes.csv")
    return caught.value.detail


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,2,3", "line 3: 3 values where 9 are expected"),
        ("1,2,3,4,5,6,7,8,1,1", "line 3: 10 values where 9 are expected"),
        ("hello", "line 3: 1 value where 9 are expected"),
        ("   ", "line 3: 1 value where 9 are expected"),
        ("a,2,3,4,5,6,7,8,1", "line 3: value 1 is 'a', which is not a finite number"),
        ("1,,3,4,5,6,7,8,1", "line 3: value 2 is ''"),
        ("1,nan,3,4,5,6,7,8,1", "line 3: value 2 is 'nan'"),
        ("1,2,inf,4,5,6,7,8,1", "line 3: value 3 is 'inf'"),
        ("1,2,1e39,4,5,6,7,8,1", "line 3: value 3 is '1e39'"),
        ("1,2,1_0,4,5,6,7,8,1", "line 3: value 3 is '1_0'"),
        ('"1",2,3,4,5,6,7,8,1', "line 3: value 1 is '\"1\"'"),
        ("1,2,3,4,5,6,7,8,2", "line 3: the class in the last column is '2' where '0' or '1' is expected"),
        ("1,2,3,4,5,6,7,8,0.5", "line 3: the class in the last column is '0.5'"),
        ("1,2,3,4,5,6,7,8,yes", "line 3: value 9 is 'yes'"),
        ("x" * 500 + ",2,3,4,5,6,7,8,1", "xxx...'"),
    ],
)
def test_the_first_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    assert said in read(tmp_path, GOOD + line + "\n")


def test_a_header_is_named_as_what_it_is(tmp_path: Path) -> None:
    detail = read(tmp_path, "a,b,c,d,e,f,g,h,class\n" + GOOD)
    assert "line 1: value 1 is 'a'" in detail
    assert "without a header" in detail


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    assert "is empty. Each line holds 8 numbers and the class (0 or 1)" in read(tmp_path, content)


def test_a_file_of_one_class_is_refused(tmp_path: Path) -> None:
    assert "none of its 1 rows is of the class '0'" in read(tmp_path, GOOD.splitlines()[0])


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + GOOD.encode(), b"\xff\xfe1\x00", b"1,2,\xb2,4,5,6,7,8,1\n"])
def test_a_file_that_is_not_plain_text_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "is not plain text" in read(tmp_path, content)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    assert "at most 8.4 million are read" in read(tmp_path, b"1" * (LARGEST_TABLE + 1))


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pima-indians-diabetes.csv"
    path.mkdir()
    with pytest.raises(DatasetInvalid, match=r"pima-indians-diabetes\.csv is not a file"):
        read_table(path, PIMA)


def test_a_pipe_in_the_files_place_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "pima-indians-diabetes.csv"
    os.mkfifo(path)
    with pytest.raises(DatasetInvalid, match="is not a file"):
        read_table(path, PIMA)


def test_a_file_that_is_gone_is_told_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match=r"^pima-indians-diabetes\.csv cannot be read: No such file"):
        read_table(tmp_path / "pima-indians-diabetes.csv", PIMA)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_good_file_is_read_as_numpy_reads_it(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "pima-indians-diabetes.csv"
    text = GOOD + "\n" + "0.1,-2e-3, 7 ,1e30,0,0,3.0000001,+4,1.0"
    path.write_bytes(text.replace("\n", ending).encode())
    table = read_table(path, PIMA)
    expected = np.loadtxt(path, delimiter=",", dtype="float32")
    assert np.array_equal(np.array(table.rows, dtype="float32"), expected[:, :8])
    assert table.labels == expected[:, 8].tolist() == [1, 0, 1]


def test_letters_as_classes_become_their_numbers(datasets_folder: Path) -> None:
    table = read_table(datasets_folder / "ionosphere.csv", IONOSPHERE)
    expected = np.loadtxt(datasets_folder / "ionosphere.csv", delimiter=",", dtype=str)
    assert table.labels == (expected[:, 34] == "g").astype(int).tolist()
    assert np.array_equal(np.array(table.rows, dtype="float32"), expected[:, :34].astype("float32"))
