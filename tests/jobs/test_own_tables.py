"""Own tables: what is read of them, what is left out, and what is said of one that can't be used."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from jobs.datasets import DatasetInvalid, Datasets, DatasetState, Reading, Source, Tabular
from jobs.datasets.files import LARGEST_TABLE
from jobs.datasets.own import OwnFile
from jobs.datasets.own_tables import first
from jobs.datasets.problems import UnfitReading

PLAIN = "height,width,kind\n1.5,2,small\n3,4,large\n5,6.25,small\n7,8,large\n"


class Own:
    """A datasets folder with one table."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mine.csv"
        self.datasets = Datasets(folder, folder / "cache", downloads=False)

    def write(self, content: str | bytes) -> "Own":
        """Put this content into the file."""
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def state(self, **reading: str) -> DatasetState:
        """What the server says of it."""
        return self.datasets.state("mine", Reading(**reading))  # type: ignore[arg-type]

    def load(self, **reading: str) -> Tabular:
        """What a training gets of it."""
        return self.datasets.load("mine", print, Reading(**reading))  # type: ignore[arg-type]

    def file(self) -> OwnFile:
        """It as the listing of its folder has it."""
        file = self.datasets.own_file("mine")
        assert file is not None
        return file

    def rows(self, **reading: str) -> list[tuple[object, ...]]:
        """Every row with the name of its class, sorted, as floats have it."""
        data = self.load(**reading)
        rows = [(*row, data.class_names[int(label)]) for row, label in zip(data.x.tolist(), data.y, strict=True)]
        return sorted(rows, key=str)

    def refused(self, **reading: str) -> str:
        """What is said of it; the server and the training say the same, and neither says where it lies."""
        with pytest.raises(DatasetInvalid) as caught:
            self.state(**reading)
        with pytest.raises(DatasetInvalid) as again:
            self.load(**reading)
        assert again.value.detail == caught.value.detail
        assert str(self.path.parent) not in caught.value.detail
        assert caught.value.detail.startswith("mine.csv")
        assert caught.value.detail.endswith(".")
        return caught.value.detail

    def unfit(self, **reading: str) -> tuple[str, str]:
        """The field whose value may help, and what is said."""
        with pytest.raises(UnfitReading) as caught:
            self.state(**reading)
        return caught.value.field, caught.value.detail


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """A folder for one table."""
    return Own(tmp_path)


def test_a_table_is_read_as_its_header_says(own: Own) -> None:
    state = own.write(PLAIN).state()
    assert (state.source, state.rows, state.columns, state.shape) == (Source.FOLDER, 4, 2, (2,))
    assert (state.classes, state.counts) == (("large", "small"), (2, 2))
    assert state.reading == Reading("kind", "yes", ",")
    assert state.detail == "4 rows (2 large and 2 small) with 2 features from mine.csv in the datasets folder."
    data = own.load()
    assert data.x.dtype == data.y.dtype == np.float32
    assert data.feature_names == ("height", "width")
    order = np.random.default_rng(0).permutation(4)
    assert data.x.tolist() == np.array([[1.5, 2], [3, 4], [5, 6.25], [7, 8]])[order].tolist()
    assert data.y.tolist() == np.array([1, 0, 1, 0])[order].tolist()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN,
        PLAIN.rstrip("\n"),
        "\n\n" + PLAIN + "\n , ,\n,,\n",
        PLAIN.replace(",", " , "),
        PLAIN.replace("small", '"small"').replace("height", '"height"').replace("1.5", '"1.5"'),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "\t").replace(".", ","),
    ],
)
def test_the_same_table_written_in_other_ways(own: Own, content: str) -> None:
    plain = own.write(PLAIN).rows()
    assert own.write(content).rows() == plain
    assert own.load().feature_names == ("height", "width")


def test_quoted_cells_hold_separators_quotes_and_line_ends(own: Own) -> None:
    content = 'a,"b, or ""c""",kind\n1,2,"x, y"\n3,4,"say ""z"""\n5,6,"x, y"\n'
    data = own.write(content).load()
    assert (data.feature_names, data.class_names) == (("a", 'b, or "c"'), ('say "z"', "x, y"))
    note = own.write('note,a,kind\n"two\nlines",1,x\n"one",2,y\n"two\nlines",3,y\n').state()
    assert "1 column: note (text: 'two\\nlines' in line 2)" in note.detail
    assert note.rows == 3


def test_a_table_without_a_header_is_read_by_number(own: Own) -> None:
    state = own.write(PLAIN.split("\n", 1)[1]).state()
    assert state.reading == Reading("3", "no", ",")
    assert own.load().feature_names == ("column 1", "column 2")
    assert own.state(target="3").reading == state.reading
    assert own.write("2,a,1\n3,b,1\n2,a,1\n").load(target="2").feature_names == ("column 1", "column 3")


def test_the_target_is_found_by_name_or_by_number(own: Own) -> None:
    own.write("kind,a,2\nx,1,7\ny,3,8\nx,5,7\n")
    assert own.state(target="kind", header="yes").reading == Reading("kind", "yes", ",")
    assert own.state(target=" 1 ", header="yes").classes == ("x", "y")
    assert own.state(target="2", header="yes").classes == ("7", "8"), "a name comes before a number"
    assert own.state(target="3", header="yes").reading == Reading("2", "yes", ",")


@pytest.mark.parametrize("target", ["Kind", "0", "4", "-1", "9" * 5000, "\u0663", "height,width"])
def test_a_target_that_is_no_column_is_told_with_those_there_are(own: Own, target: str) -> None:
    field, detail = own.write(PLAIN).unfit(target=target)
    assert field == "target"
    assert detail.startswith("mine.csv has no column '")
    assert "a name of its header (height, width and kind) or a number from 1 to 3" in detail
    assert len(detail) < 250


def test_rows_with_a_gap_and_columns_of_text_are_left_out_and_said(own: Own) -> None:
    gaps = ["", "?", "NA", "nan", "NULL", "-", "N/A"]
    lines = [f"{name},7,{gap},x" for name, gap in zip("abcdefg", gaps, strict=True)]
    content = "who,a,b,kind\n" + "\n".join([*lines, "h,1,2,x", "i,3,4,y", "j,5,6,", "k,1,1,null"]) + "\n"
    state = own.write(content).state()
    assert (state.rows, state.columns, state.classes) == (2, 2, ("x", "y"))
    assert state.detail.endswith("Left out: 9 rows in which a value is missing; 1 column: who (text: 'a' in line 2).")
    assert own.rows() == [(1.0, 2.0, "x"), (3.0, 4.0, "y")]


def test_a_column_without_a_name_or_without_a_value_is_left_out(own: Own) -> None:
    """As pandas writes the number of each row: it would tell a sorted table's classes."""
    state = own.write(",a,empty,kind\n0,1,,x\n1,2,?,y\n2,1,,x\n").state()
    assert state.columns == 1
    assert state.detail.endswith("Left out: 2 columns: column 1 (it has no name) and empty (it is empty).")


@pytest.mark.parametrize("cell", ["1_000", "inf", "1,5", "12 kg", "0x10", "1e", "\u0661", "1.2.3", "--1", "."])
def test_what_is_no_number_makes_its_column_text(own: Own, cell: str) -> None:
    state = own.write(f'a,b,kind\n1,"{cell}",x\n2,3,y\n4,5,y\n').state(header="yes")
    assert state.columns == 1
    assert f"b (text: {cell!r} in line 2)" in state.detail


@pytest.mark.parametrize("cell", ["1.", ".5", "+1e-3", "-7", "1E5", "007"])
def test_what_is_a_number_is_read_as_python_reads_it(own: Own, cell: str) -> None:
    assert (float(np.float32(cell)), "x") in own.write(f"a,kind\n{cell},x\n2,y\n").rows(header="yes")


def test_a_column_called_like_a_gap_keeps_its_name(own: Own) -> None:
    state = own.write("RI,Na,-,kind\n1,2,3,a\n4,5,6,b\n").state()
    assert state.columns == 3
    assert own.load().feature_names == ("RI", "Na", "-")
    assert first(own.file(), state.reading or Reading(), 1) == (["RI", "Na", "-", "kind"], [["1", "2", "3", "a"]])


def test_a_long_cell_that_is_nearly_a_number_holds_nobody_up(own: Own) -> None:
    nearly = "1" * 100_000 + "x"
    for separator in ",", ";":
        begun = time.process_time()
        assert own.write(f"a{separator}kind\n{nearly}{separator}x\n1{separator}y\n").refused().count("Left out") == 1
        assert time.process_time() - begun < 5  # where there are two ways to match it takes half an hour


def test_a_number_that_does_not_fit_is_told_by_line(own: Own) -> None:
    assert own.write("a,kind\n1,x\n1e39,y\n").refused() == (
        "mine.csv, line 3: a is '1e39', which is too large. Numbers go up to 3.4e38."
    )
    assert "line 3" in own.write("a,kind\n1,x\n" + "9" * 40 + ",y\n").refused()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", " is empty. Each line holds the numbers of one row and its class."),
        ("\n \n,,\n", " is empty."),
        ("a,b,kind\n", " holds a header and no row below it."),
        ("a,kind\n1,x\n2\n3,y\n", ", line 3: 1 cell where line 1 has 2. Give every line the same number of cells"),
        ("a,kind\n1,x\n2,y,z\n", ", line 3: 3 cells where line 1 has 2."),
        ('a,kind\n1,x\n2,"y\n3,z\n', ", line 3: a quote isn't closed."),
        ("a,kind\n1," + "x" * 200_000 + "\n", ", line 2: a cell is longer than 131,072 characters."),
        (b"a,kind\n1,x\0\n", " holds a zero byte at position 10: it is no CSV."),
        (b"a,kind\n1,caf\xe9\n2,t\xe9\n", ", line 2: the byte 0xe9 is not UTF-8. Save it as CSV (UTF-8)."),
        ("a,kind\n1,x\n2,y\n".encode("utf-16"), " holds a zero byte at position 3: it is no CSV."),
        ("a,a,kind\n1,2,x\n3,4,y\n", ": columns 1 and 2 are both called 'a'. Give each a name of its own."),
        ("a" * 81 + ",kind\n1,x\n2,y\n", ": column 1 is called 'aaa"),
        ('"a\nb",kind\n1,x\n2,y\n', ": column 1 is called 'a\\nb'. Give it a name on one line"),
        ("who,kind\nann,x\nbob,y\n", ": beside kind, which holds the class, no column holds numbers alone. Left out "),
        ("a,b,kind\n1,,x\n,2,y\n3,,z\n", ": a value is missing in each of its 3 rows, most often (2 times) in b."),
        ("a,kind\n1,x\x1b[2J\n2,y\n", ": the class 'x\\x1b[2J' is no word to be shown."),
        ("a,kind\n1," + "x" * 81 + "\n2,y\n", ": the class 'xxx"),
        (",".join(f"c{n}" for n in range(1001)) + "\n" + ",".join("1" * 1001), " has 1001 columns; at most 1,000"),
        ("a,kind\n" + "1,x\n2,y\n" * 50_001, " has 100,003 rows; at most 100,000 are read."),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(own: Own, content: str | bytes, said: str) -> None:
    detail = own.write(content).refused(header="yes")
    assert detail.startswith(f"mine.csv{said}"), detail
    assert len(detail) < 400


def test_a_column_of_one_class_or_of_a_quantity_is_no_target(own: Own) -> None:
    field, detail = own.write("a,kind\n1,x\n2,x\n3,x\n").unfit()
    assert (field, detail.split(". ")[0]) == ("target", "mine.csv: all its 3 rows are of the class 'x'")
    prices = "size,price\n" + "".join(f"{n},{n}.5\n" for n in range(10_000))
    field, detail = own.write(prices).unfit()
    assert field == "target"
    assert "price has 10,000 different values, such as '0.5' and '1.5'. That is a quantity, not a class" in detail
    field, detail = own.write("a,kind\n" + "".join(f"{n},x{n}\n" for n in range(51))).unfit()
    assert "kind has 51 different values, such as 'x0' and 'x1'. That is too many: 2 to 50" in detail
    assert len(own.write("a,kind\n" + "".join(f"{n},x{n}\n" for n in range(50))).state().classes) == 50


def test_a_class_that_is_written_like_a_gap_is_told(own: Own) -> None:
    field, detail = own.write("a,b,kind\n1,2,+\n3,4,-\n5,6,-\n7,8,+\n").unfit()
    assert field == "target"
    assert (
        ": all its 2 rows are of the class '+'. Left out are 2 rows with a gap in it: - and ? are no classes." in detail
    )
    assert "Left out is a row with a gap" in own.write("a,kind\n1,+\n3,?\n").unfit()[1]
    assert "Left out" not in own.write("a,kind\n1,+\n3,+\n").unfit()[1]


def test_the_first_rows_have_their_header_though_the_target_is_not_clear(own: Own) -> None:
    rows = "".join(f"{kind},{number}.5\n" for number in range(60) for kind in "ab")
    own.write(f"kind,size\n{rows}").unfit()
    assert first(own.file(), Reading(), 1) == (["kind", "size"], [["a", "0.5"]])
    assert first(own.write("kind,size\na,1\nb\n").file(), Reading(), 1) == (["kind", "size"], [["a", "1"]])
    assert first(own.write("2019,2020\n1,2\n3,4\n").file(), Reading(), 1)[1] == [["2019", "2020"]]


def test_one_column_is_no_table(own: Own) -> None:
    field, detail = own.write("kind\nx\ny\n").unfit()
    assert (field, "none of comma, semicolon and tab parts it" in detail) == ("separator", True)
    field, detail = own.write(PLAIN).unfit(separator=";")
    assert (field, "it has no semicolon" in detail) == ("separator", True)


def test_a_header_of_numbers_must_be_said(own: Own) -> None:
    own.write("2019,2020,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    field, detail = own.unfit()
    assert field == "header"
    assert detail == (
        "mine.csv: whether its first line ('2019', '2020' and 'kind') is a header cannot be told. Set header to yes or "
        "to no."
    )
    assert own.state(header="yes").classes == ("x", "y")
    assert own.state(header="no").classes == ("kind", "x", "y")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("1,2,x\n3,4,y\n5,6,x\n", "no"),
        ("ann,1,x\nbob,2,y\ncid,3,x\n", "no"),
        ("a,b,c\n1,2,0\n3,4,1\n", "yes"),
        (",a,b\n0,1,x\n1,2,y\n", "yes"),
        ("who,a,kind\nann,1,x\nbob,,y\ncid,3,x\ndan,4,y\n", "yes"),
        ("1,2,0\n3,4,1\n5,6,0\n", "no"),
    ],
)
def test_a_header_is_told_from_a_row(own: Own, content: str, header: str) -> None:
    reading = own.write(content).state().reading
    assert reading is not None
    assert reading.header == header


def test_a_file_too_large_a_folder_and_a_pipe_are_refused(own: Own) -> None:
    assert "at most 8.4 million are read" in own.write(b"1" * (LARGEST_TABLE + 1)).refused()
    own.path.unlink()
    own.path.mkdir()
    assert "is not a file" in own.refused()
    own.path.rmdir()
    os.mkfifo(own.path)
    assert "is not a file" in own.refused()


def test_each_reading_is_remembered_until_the_file_changes(own: Own) -> None:
    own.write("kind,a,other\nx,1,p\ny,2,q\nx,3,p\n")
    os.utime(own.path, ns=(1, 1))
    assert own.state(target="kind") is own.state(target="kind")
    assert own.state(target="kind").classes == ("x", "y")
    assert own.state(target="other").classes == ("p", "q")
    for _ in range(2):
        assert own.unfit(target="nothing")[0] == "target"
    own.path.write_text("kind,a,other\nv,1,p\nw,2,q\nv,3,p\n")
    assert own.state(target="kind").classes == ("v", "w")


def test_a_file_that_has_changed_since_it_was_looked_at_is_read_as_it_was_then(own: Own) -> None:
    reading = own.write(PLAIN).state().reading
    assert reading is not None
    own.write("width,height,kind\n2,1,tiny\n4,3,large\n")
    assert own.datasets.load("mine", print, reading).class_names == ("large", "tiny")
    own.write("height,width,sort\n1,2,small\n3,4,large\n")
    with pytest.raises(UnfitReading, match=r"mine\.csv has no column 'kind'"):
        own.datasets.load("mine", print, reading)
    own.path.unlink()
    with pytest.raises(Exception, match=r"The dataset mine is not here any more\. Put its file back"):
        own.datasets.load("mine", print, reading)


def test_the_server_looks_at_a_table_without_numpy(own: Own) -> None:
    own.write(PLAIN)
    code = (
        "import sys; from pathlib import Path; from jobs.datasets import Datasets; "
        "print(Datasets(Path(sys.argv[1]), Path('cache'), False).state('mine').rows, 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(own.path.parent)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["4", "False"]
