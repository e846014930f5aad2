"""A person's own CSV: what it says of itself is understood, what cannot be used is named with line and remedy."""

import os
from pathlib import Path

import numpy as np
import pytest

from jobs.datasets import DatasetInvalid, Source
from jobs.datasets.files import LARGEST_TABLE
from jobs.datasets.own import MOST_CLASSES, MOST_COLUMNS, OwnTable, own_files, read_own_table

FLOWERS = "length,width,species\n5.1,3.5,setosa\n4.9,3,setosa\n7,3.2,versicolor\n"


def table(tmp_path: Path, content: bytes | str, target: str = "", header: bool | None = None) -> OwnTable:
    path = tmp_path / "flowers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_own_table(path, target, header)


def complaint(tmp_path: Path, content: bytes | str, target: str = "", header: bool | None = None) -> str:
    with pytest.raises(DatasetInvalid) as caught:
        table(tmp_path, content, target, header)
    assert caught.value.name == "flowers"
    assert str(tmp_path) not in caught.value.detail, "a client must not learn where files lie"
    assert caught.value.detail.startswith("flowers.csv")
    return caught.value.detail


def test_a_header_is_found_and_words_become_classes(tmp_path: Path) -> None:
    found = table(tmp_path, FLOWERS)
    assert (found.header, found.features, found.target) == (True, ("length", "width"), "species")
    assert (found.classes, found.labels) == (("setosa", "versicolor"), [0, 0, 1])
    assert found.rows == [[5.1, 3.5], [4.9, 3.0], [7.0, 3.2]]


def test_a_file_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    found = table(tmp_path, "1,2,0\n3,4,1\n")
    assert (found.header, found.features, found.target) == (False, ("column 1", "column 2"), "column 3")
    assert found.rows == [[1.0, 2.0], [3.0, 4.0]]


def test_whether_there_is_a_header_can_be_said(tmp_path: Path) -> None:
    years = "2019,2020,kind\n1,2,a\n3,4,b\n"
    assert table(tmp_path, years).features == ("column 1", "column 2")
    assert table(tmp_path, years, header=True).features == ("2019", "2020")
    assert "line 1: 'column 1' is 'length'" in complaint(tmp_path, FLOWERS, header=False)


@pytest.mark.parametrize("target", ["kind", "1", " kind "])
def test_the_class_stands_in_any_column_by_name_or_number(tmp_path: Path, target: str) -> None:
    found = table(tmp_path, "kind,length,width\nb,1,2\na,3,4\n", target)
    assert (found.target, found.features, found.labels) == ("kind", ("length", "width"), [1, 0])
    assert found.rows == [[1.0, 2.0], [3.0, 4.0]]


def test_numbers_as_classes_are_ordered_by_size_and_written_alike(tmp_path: Path) -> None:
    found = table(tmp_path, "1,10\n1,9\n1,9.0\n1,0.5\n")
    assert (found.classes, found.labels) == (("0.5", "9", "10"), [2, 1, 1, 0])


def test_rows_with_a_gap_are_left_out_and_counted(tmp_path: Path) -> None:
    content = "a,b,kind\n1,2,x\n,2,x\n1,NA,y\n1,?,y\n3,4,\n5,6,y\n7,8,x\n9,9,y\n1,1,x\n"
    found = table(tmp_path, content)
    assert (found.left_out, len(found.rows), found.labels) == (4, 5, [0, 1, 0, 1, 0])
    state = found.state("flowers.csv")
    assert (state.name, state.source, state.rows, state.columns, state.shape) == (
        "flowers",
        Source.FOLDER,
        5,
        2,
        (2,),
    )
    assert state.detail == (
        "5 rows (3 x, 2 y) with 2 features from flowers.csv in the datasets folder, with a header, "
        "the class in 'kind'; 4 more left out, because a value is missing."
    )


def test_a_file_with_more_gaps_than_rows_is_refused(tmp_path: Path) -> None:
    detail = complaint(tmp_path, "a,b,kind\n1,,x\n2,,x\n3,?,y\n,1,x\n3,4,y\n")
    assert "4 of 5 rows lack a value, most often in 'b'. Fill the gaps, or remove that column." in detail


def test_quotes_commas_in_them_a_byte_order_mark_and_umlauts_are_read(tmp_path: Path) -> None:
    content = '\ufeff"Länge, cm",kind\r\n"1.5","süß"\r\n\r\n2, "groß,\u2028alt"\r\n'
    found = table(tmp_path, content)
    assert (found.features, found.classes) == (("Länge, cm",), ("groß,\u2028alt", "süß"))
    assert found.rows == [[1.5], [2.0]]


def test_the_arrays_are_what_lessons_train_on(tmp_path: Path) -> None:
    data = table(tmp_path, FLOWERS).data()
    assert data.x.dtype == data.y.dtype == np.float32
    assert (data.x.shape, data.y.tolist()) == ((3, 2), [0.0, 0.0, 1.0])
    assert (data.feature_names, data.class_names) == (("length", "width"), ("setosa", "versicolor"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty. Put one row in each line"),
        (" \n\n", "is empty"),
        ("a,b\n", ": the class column 'b' holds nothing. Rows of two classes"),
        ("1;2;x\n", "line 1: it separates its values by semicolons. Separate the values by commas"),
        ("1\t2\tx\n", "line 1: it separates its values by tabs"),
        ("1\n2\n", "line 1: it holds one value"),
        (FLOWERS + "5,3\n", "line 5: 2 values where the first line has 3"),
        (FLOWERS + "\n\n5,3,4,setosa\n", "line 7: 4 values where the first line has 3"),
        (FLOWERS + "red,3,setosa\n", "line 5: 'length' is 'red', which is not a finite number. Features are numbers"),
        (FLOWERS + "inf,3,setosa\n", "line 5: 'length' is 'inf'"),
        (FLOWERS + "1_0,3,setosa\n", "line 5: 'length' is '1_0'"),
        (FLOWERS + '"1,5",3,setosa\n', "line 5: 'length' is '1,5'"),
        (FLOWERS + '5,3,"se\ntosa"\n1,x,setosa\n', "line 7: 'width' is 'x'"),
        (FLOWERS + '5,3,"setosa\n', "line 5: unexpected end of data. Check the quotation marks."),
        (FLOWERS + '5,3,"setosa"s\n', "line 5: ',' expected after '\"'. Check the quotation marks."),
        ("1,2,x\n1,2,x\n", ": the class column 'column 3' holds only 'x'. Rows of two classes at least"),
        ("".join(f"1,{n}.5\n" for n in range(MOST_CLASSES + 1)), "holds 21 different values; at most 20 are classes"),
        ("1," * MOST_COLUMNS + "x\n", "line 1: it has 1001 columns; at most 1000 are read"),
        ("x" * 200_000 + ",1\n", "line 1: field larger than field limit"),
        ("1," + "y" * 61 + "\n", "line 1: the class 'yyy"),
        (b"1,\xe9\n", "holds the byte 0xe9 at position 2, which is not UTF-8 text. Save it as a CSV in UTF-8."),
        ("1,2\n".encode("utf-16"), "is not UTF-8 text"),
        (b"1,\0\n", "holds zero bytes"),
        (b"1" * (LARGEST_TABLE + 1), "at most 8.4 million are read"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(tmp_path: Path, content: bytes | str, said: str) -> None:
    assert said in complaint(tmp_path, content)


@pytest.mark.parametrize("target", ["colour", "0", "4", "-1", "²", "9" * 5000])
def test_a_class_column_that_is_not_there_is_named_beside_those_that_are(tmp_path: Path, target: str) -> None:
    detail = complaint(tmp_path, FLOWERS, target)
    assert "no column can be found for the class" in detail
    assert "The first line holds 'length', 'width', 'species'. Name one of its columns, or give a number" in detail


def test_a_name_that_two_columns_have_is_no_class(tmp_path: Path) -> None:
    assert "'a' is there 2 times" in complaint(tmp_path, "a,a,b\n1,2,3\n", "a")


def test_a_pipe_in_the_files_place_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "flowers.csv")
    with pytest.raises(DatasetInvalid, match="is not a file"):
        read_own_table(tmp_path / "flowers.csv")


def test_the_own_files_of_a_folder_are_those_with_plain_names_of_their_own(tmp_path: Path) -> None:
    names = ["b.csv", "a-1.csv", "ionosphere.csv", "auto.csv", "two words.csv", ".hidden.csv", "c.txt", "é.csv"]
    for name in [*names, "x" * 65 + ".csv"]:
        (tmp_path / name).write_text("")
    assert list(own_files(tmp_path, ["ionosphere"])) == ["a-1", "b"]
    assert own_files(tmp_path / "gone", []) == own_files(None, []) == {}


def test_the_courses_own_file_read_as_ones_own_is_the_same_table(datasets_folder: Path) -> None:
    found = read_own_table(datasets_folder / "ionosphere.csv")
    expected = np.loadtxt(datasets_folder / "ionosphere.csv", delimiter=",", dtype=str)
    assert (found.classes, found.header) == (("b", "g"), False)
    assert np.array_equal(found.data().x, expected[:, :34].astype("float32"))
    assert np.array_equal(found.data().y, expected[:, 34] == "g")
