"""Where datasets are found: the folder, the cache, what is bundled, a download from a real HTTP server."""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from jobs.datasets import DatasetInvalid, Datasets, DatasetUnavailable, Source
from jobs.datasets.catalogue import BREAST_CANCER, IONOSPHERE, PIMA, CsvFile
from jobs.datasets.download import Progress
from jobs.lessons.shared.parameters import TABLES as CANDIDATES


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def source(datasets_folder: Path) -> Iterator[str]:
    """The address of a server that hands out the data files."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(datasets_folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def from_source(url: str, folder: Path) -> CsvFile:
    content = (folder / PIMA.filename).read_bytes()
    return replace(
        PIMA, url=f"{url}/{PIMA.filename}", sha256=hashlib.sha256(content).hexdigest(), size=len(content), rows=120
    )


def offline(folder: Path | None, cache: Path) -> Datasets:
    return Datasets(folder, cache, downloads=False)


def test_a_file_in_the_folder_is_counted(datasets_folder: Path, tmp_path: Path) -> None:
    state = offline(datasets_folder, tmp_path).state("ionosphere")
    assert (state.source, state.rows, state.columns, state.classes) == (Source.FOLDER, 120, 34, ("bad", "good"))
    assert state.detail.startswith("120 rows (")
    assert str(datasets_folder) not in state.detail


def test_the_bundled_data_is_always_here(tmp_path: Path) -> None:
    state = offline(None, tmp_path).state("breast-cancer")
    assert (state.source, state.rows, state.columns) == (Source.BUNDLED, 569, 30)


def test_what_is_said_of_the_bundled_data_is_true(tmp_path: Path) -> None:
    from sklearn.datasets import load_breast_cancer

    published = load_breast_cancer()
    data = offline(None, tmp_path).load("breast-cancer", print)
    assert data.x.dtype == data.y.dtype == np.float32
    assert data.x.shape == (BREAST_CANCER.rows, len(BREAST_CANCER.features))
    assert data.class_names == tuple(published.target_names)
    assert len(data.feature_names) == len(published.feature_names)
    for ours, theirs in zip(data.feature_names, published.feature_names, strict=True):
        assert sorted(ours.replace(" of", "").split()) == sorted(theirs.split())


def test_auto_takes_the_courses_data_where_it_is_here(datasets_folder: Path, tmp_path: Path) -> None:
    assert offline(datasets_folder, tmp_path).resolve("auto", CANDIDATES).name == "pima-indians-diabetes"


def test_auto_takes_the_bundled_data_where_nothing_else_is_to_be_had(tmp_path: Path) -> None:
    assert offline(None, tmp_path).resolve("auto", CANDIDATES).name == "breast-cancer"


def test_data_asked_for_by_name_and_not_to_be_had_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnavailable) as caught:
        offline(None, tmp_path).resolve("pima-indians-diabetes", CANDIDATES)
    assert "Put pima-indians-diabetes.csv" in caught.value.detail
    assert "FITBOARD_DATASETS_DIR" in caught.value.detail
    assert "breast-cancer is bundled and works now" in caught.value.detail


@pytest.mark.parametrize("wanted", ["pima-indians-diabetes", "auto"])
def test_a_broken_file_is_told_and_not_passed_over(tmp_path: Path, wanted: str) -> None:
    (tmp_path / PIMA.filename).write_text("1,2\n")
    with pytest.raises(DatasetInvalid, match="line 1: 2 values where 9 are expected"):
        offline(tmp_path, tmp_path / "cache").resolve(wanted, CANDIDATES)


def test_a_file_is_read_again_only_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / PIMA.filename
    good = b"1,1,1,1,1,1,1,1,0\n1,1,1,1,1,1,1,1,1\n"
    path.write_bytes(good)
    os.utime(path, ns=(1, 1))
    datasets = offline(tmp_path, tmp_path / "cache")
    assert datasets.state(PIMA.name).rows == 2
    path.write_bytes(b"x" * len(good))
    os.utime(path, ns=(1, 1))
    assert datasets.state(PIMA.name).rows == 2, "same time, same size: not read again"
    os.utime(path, ns=(2, 2))
    for _ in range(2):
        with pytest.raises(DatasetInvalid):
            datasets.state(PIMA.name)


def test_rows_that_stand_in_blocks_are_mixed_always_alike(datasets_folder: Path, tmp_path: Path) -> None:
    datasets = offline(datasets_folder, tmp_path)
    first, second = (datasets.load(IONOSPHERE.name, print) for _ in range(2))
    assert np.array_equal(first.x, second.x)
    table = np.loadtxt(datasets_folder / IONOSPHERE.filename, delimiter=",", dtype=str)
    order = np.random.default_rng(0).permutation(len(table))
    assert np.array_equal(first.x, table[order][:, :34].astype("float32"))
    assert np.array_equal(first.y, table[order][:, 34] == "g")


def test_missing_data_is_downloaded_once_and_kept(source: str, datasets_folder: Path, tmp_path: Path) -> None:
    spec = from_source(source, datasets_folder)
    datasets = Datasets(None, tmp_path / "cache", downloads=True, catalogue=(spec, BREAST_CANCER))
    assert datasets.state(spec.name).source is Source.DOWNLOAD
    assert datasets.resolve("auto", (spec.name, "breast-cancer")).name == spec.name
    lines: list[str] = []
    data = datasets.load(spec.name, lines.append)
    assert data.x.shape == (120, 8)
    assert lines[0].startswith("Downloading pima-indians-diabetes.csv")
    assert lines[-1].endswith("checked its SHA-256.")
    assert datasets.state(spec.name).source is Source.CACHE
    again: list[str] = []
    datasets.load(spec.name, again.append)
    assert again == []


def test_a_download_that_is_not_the_pinned_file_is_not_kept(source: str, datasets_folder: Path, tmp_path: Path) -> None:
    spec = replace(from_source(source, datasets_folder), sha256="0" * 64)
    datasets = Datasets(None, tmp_path / "cache", downloads=True, catalogue=(spec, BREAST_CANCER))
    with pytest.raises(DatasetUnavailable, match="failed: SHA256 hash of downloaded file"):
        datasets.load(spec.name, print)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_file_in_the_cache_is_downloaded_again(source: str, datasets_folder: Path, tmp_path: Path) -> None:
    spec = from_source(source, datasets_folder)
    (tmp_path / spec.filename).write_text("damaged")
    datasets = Datasets(None, tmp_path, downloads=True, catalogue=(spec, BREAST_CANCER))
    assert datasets.state(spec.name).source is Source.DOWNLOAD
    assert len(datasets.load(spec.name, print).y) == 120
    assert datasets.state(spec.name).source is Source.CACHE


def test_a_file_the_server_does_not_have_cannot_be_downloaded(source: str, tmp_path: Path) -> None:
    spec = replace(PIMA, url=f"{source}/no-such-file.csv")
    datasets = Datasets(None, tmp_path, downloads=True, catalogue=(spec, BREAST_CANCER))
    assert datasets.state(spec.name).source is Source.ABSENT
    with pytest.raises(DatasetUnavailable, match="404"):
        datasets.load(spec.name, print)


def test_a_server_that_is_not_there_makes_a_download_fail_with_the_remedy(tmp_path: Path) -> None:
    spec = replace(PIMA, url="http://127.0.0.1:9/pima.csv")
    datasets = Datasets(None, tmp_path, downloads=True, catalogue=(spec, BREAST_CANCER))
    assert datasets.state(spec.name).source is Source.ABSENT
    with pytest.raises(DatasetUnavailable) as caught:
        datasets.load(spec.name, print)
    assert "Connection refused" in caught.value.detail
    assert "breast-cancer is bundled and works now" in caught.value.detail


def test_the_courses_own_files_are_as_the_catalogue_says() -> None:
    folder = Path(os.environ.get("FITBOARD_TEST_DATASETS", ""))
    if not (folder / PIMA.filename).is_file():
        pytest.skip("FITBOARD_TEST_DATASETS doesn't name a folder with the course's own files")
    for spec in (PIMA, IONOSPHERE):
        content = (folder / spec.filename).read_bytes()
        assert hashlib.sha256(content).hexdigest() == spec.sha256
        assert len(content) == spec.size
        assert offline(folder, folder).state(spec.name).rows == spec.rows


def test_a_long_download_is_told_of_once_a_second() -> None:
    lines: list[str] = []
    times = iter([0.0, 0.0, 0.5, 1.1, 1.1, 1.5, 2.2, 2.2])
    progress = Progress(lines.append, clock=lambda: next(times))
    progress.total = 8_000_000
    for _ in range(5):
        progress.update(1_000_000)
    assert lines == ["3.0 MB are here (38%).", "5.0 MB are here (62%)."]
