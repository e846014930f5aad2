"""What an uploaded file's dataset is called, and names in addresses: looked up, never a path."""

import io
from urllib.parse import quote

import pytest

from app.errors import Problem
from app.uploads import dataset_name
from tests.app.sending import BARS, DATASETS, kept, send
from tests.app.server import Server


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("wine.csv", "wine"),
        ("WINE.CSV", "WINE"),
        ("../../etc/wine.csv", "wine"),
        ("C:\\data\\wine.csv", "wine"),
        ("mein Wein (1).csv", "mein Wein (1)"),
        ("wine.2024.csv", "wine.2024"),
        ("Weinkühler.csv", "Weinkühler"),
        ("Weinku\u0308hler.csv", "Weinkühler"),
        ("葡萄酒.csv", "葡萄酒"),
    ],
)
def test_a_files_name_is_reduced_to_a_datasets(sent: str, name: str) -> None:
    assert dataset_name(sent) == (name, ".csv")


@pytest.mark.parametrize(
    "sent",
    [
        ".csv",
        ".npz",
        "..csv",
        " .csv",
        "../.csv",
        "wine",
        "wine.txt",
        "wine.csv.gz",
        "wine.csv/",
        "wi\0ne.csv",
        "wi\nne.csv",
        "wi\u202ene.csv",
        'wi"ne.csv',
        "w" * 300 + ".csv",
        "酒" * 80 + "葡.csv",
        "🍷" * 70 + ".csv",
        "auto.csv",
        "mnist.csv",
        "mnist.npz",
        "digits.csv",
        "pima-indians-diabetes.csv",
        "\ud800.csv",
    ],
)
def test_a_name_that_cannot_be_a_datasets_is_refused_with_what_was_sent(server: Server, sent: str) -> None:
    with pytest.raises(Problem) as caught:
        server.board.uploads.add(sent, io.BytesIO(BARS))
    [error] = caught.value.errors
    assert (caught.value.kind, error.pointer) == ("invalid-input", "/file")
    assert error.code in ("unusable_name", "unknown_ending")
    assert kept(server) == []


def test_names_go_through_http_as_they_are(server: Server) -> None:
    for name in ("mein Wein (1)", "Weinkühler", "100%", "a#b?c", "葡萄酒"):
        answer = send(server, f"{name}.npz", BARS)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"{DATASETS}/{quote(name, safe='')}"
        assert server.http.get(answer.headers["location"]).json()["name"] == name
        assert server.http.get(f"/datasets/{quote(name, safe='')}").status_code == 200
        assert server.http.delete(answer.headers["location"]).status_code == 204


@pytest.mark.parametrize("path", ["..%2F..%2Fetc", "%2e%2e", "wine%00", "fitboard.sqlite3", "%2Fetc%2Fpasswd"])
def test_a_name_in_an_address_is_looked_up_and_never_a_path(server: Server, path: str) -> None:
    for method in ("GET", "DELETE"):
        assert server.http.request(method, f"{DATASETS}/{path}").status_code == 404
    assert (server.data / "fitboard.sqlite3").exists()
