"""Uploaded datasets: what is kept and under which name, what is refused and leaves nothing, listing and deleting."""

import hashlib
import io
import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import uploads
from app.errors import Problem
from app.room import LEAST
from app.uploads import RECEIVING
from tests.app.conftest import MakeServer
from tests.app.sending import BARS, DATASETS, kept, pictures, send
from tests.app.server import Server
from tests.datafiles import own_pictures


def test_pictures_are_kept_listed_read_and_deleted(server: Server) -> None:
    answer = send(server, "bars.npz", BARS)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{DATASETS}/bars"
    one = answer.json()
    assert (one["name"], one["kind"], one["source"], one["usable"]) == ("bars", "images", "upload", True)
    assert (one["rows"], one["test_rows"], one["shape"], one["bytes"]) == (31, 8, [12, 16, 3], len(BARS))
    assert one["images"] == {"0": [11, 3], "1": [10, 3], "2": [10, 2]}
    assert (server.data / "datasets" / "bars.npz").read_bytes() == BARS

    listed = server.http.get(DATASETS).json()
    assert listed["next_cursor"] is None
    names = [each["name"] for each in listed["items"]]
    assert names[0] == "pima-indians-diabetes"
    assert names[-1] == "bars"
    assert server.http.get(f"{DATASETS}/bars").json() == one
    known = server.http.get(f"{DATASETS}/digits").json()
    assert (known["kind"], known["source"], known["rows"], known["bytes"]) == ("images", "bundled", 1437, None)

    assert server.http.delete(f"{DATASETS}/bars").status_code == 204
    assert kept(server) == []
    gone = server.http.get(f"{DATASETS}/bars")
    assert (gone.status_code, gone.json()["type"]) == (404, "/errors/unknown-dataset")


WINE = b"alcohol,acid,kind\n" + b"".join(
    b"%d,%d,%s\n" % (number, number * number % 7, b"red" if number % 2 else b"white") for number in range(40)
)


def test_a_table_is_kept_listed_read_and_deleted(server: Server) -> None:
    answer = send(server, "wine.csv", WINE)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{DATASETS}/wine"
    one = answer.json()
    assert (one["name"], one["kind"], one["source"], one["usable"]) == ("wine", "table", "upload", True)
    assert (one["rows"], one["shape"], one["classes"], one["bytes"]) == (40, [2], ["red", "white"], len(WINE))
    assert one["first"]["columns"] == ["alcohol", "acid", "kind"]
    assert one["first"]["rows"][1] == ["1", "1", "red"]
    assert (server.data / "datasets" / "wine.csv").read_bytes() == WINE

    listed = server.http.get(DATASETS).json()
    assert listed["next_cursor"] is None
    names = [each["name"] for each in listed["items"]]
    assert names[0] == "pima-indians-diabetes"
    assert names[-1] == "wine"
    assert server.http.get(f"{DATASETS}/wine").json() == one

    assert server.http.delete(f"{DATASETS}/wine").status_code == 204
    assert kept(server) == []
    gone = server.http.get(f"{DATASETS}/wine")
    assert (gone.status_code, gone.json()["type"]) == (404, "/errors/unknown-dataset")


def test_a_table_is_kept_though_its_class_stands_in_another_column(server: Server) -> None:
    content = b"kind,weight\n" + b"".join(b"%s,%d.5\n" % (b"red" if n % 2 else b"white", n) for n in range(80))
    one = send(server, "wine.csv", content).json()
    assert (one["usable"], one["rows"]) == (True, None)
    assert "Set target to the column that holds the class" in one["detail"]
    run = server.create(params={"dataset": "wine", "target": "kind"})
    assert (run["params"]["target"], run["params"]["header"]) == ("kind", "yes")
    page = server.http.get("/datasets/wine", headers={"Accept": "text/html"}).text
    assert "How is it read?" in page
    assert "<td>red</td>" in page
    assert 'href="/lessons/first-network?dataset=wine"' in page


@pytest.mark.parametrize("content", [b"just one line of text", b"1\n2\n3\n", b"a,b\n1,2,3\n", b'a,b\n"1,2\n'])
def test_a_text_that_is_no_table_is_not_kept(server: Server, content: bytes) -> None:
    answer = send(server, "notes.csv", content)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["detail"].startswith("notes.csv")
    assert kept(server) == []


def test_a_name_that_is_taken_is_never_overwritten(server: Server) -> None:
    send(server, "bars.npz", BARS)
    for name, content in (("bars.npz", pictures()), ("bars.csv", b"1,2,a\n3,4,b\n")):
        answer = send(server, name, content)
        assert (answer.status_code, answer.json()["type"]) == (409, "/errors/dataset-exists")
    assert (server.data / "datasets" / "bars.npz").read_bytes() == BARS
    assert kept(server) == ["bars.npz"]


def test_a_name_in_the_datasets_folder_is_taken_and_not_to_be_deleted(make_server: MakeServer, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "bars.npz").write_bytes(BARS)
    server = make_server(datasets_dir=tmp_path / "mine")
    assert send(server, "bars.npz", BARS).status_code == 409
    assert server.http.get(f"{DATASETS}/bars").json()["source"] == "folder"
    answer = server.http.delete(f"{DATASETS}/bars")
    assert (answer.status_code, answer.json()["type"]) == (409, "/errors/dataset-not-uploaded")
    assert server.http.delete(f"{DATASETS}/digits").json()["type"] == "/errors/dataset-not-uploaded"
    assert (tmp_path / "mine" / "bars.npz").exists()


def test_of_two_uploads_of_one_name_at_once_one_is_kept_whole(server: Server) -> None:
    contents = [pictures(train=30 + number) for number in range(6)]
    answers: list[int] = []
    start = threading.Barrier(len(contents))

    def upload(content: bytes) -> None:
        start.wait()
        try:
            server.board.uploads.add("bars.npz", io.BytesIO(content))
            answers.append(201)
        except Problem as problem:
            answers.append(problem.status)

    threads = [threading.Thread(target=upload, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [409] * 5
    assert kept(server) == ["bars.npz"]
    assert (server.data / "datasets" / "bars.npz").read_bytes() in contents


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("wine.csv", b"", "The file is empty"),
        ("bars.npz", b"\x89PNG\r\n\x1a\n\0\0", "bars.npz"),
        ("wine.csv", b"\0" * 1000, "wine.csv"),
        ("bars.npz", b"1,2,red\n", "bars.npz is not an .npz archive that can be read"),
        ("bars.npz", b"PK\x05\x06" + b"\0" * 18, "bars.npz holds nothing, but no array x_train"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_not_kept(
    server: Server, name: str, content: bytes, said: str
) -> None:
    answer = send(server, name, content)
    assert (answer.status_code, answer.json()["type"]) == (422, "/errors/invalid-input"), answer.text
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/file"
    assert said in error["detail"]
    assert str(server.data) not in answer.text
    assert kept(server) == []


def test_an_archive_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(server: Server) -> None:
    count = 2**31 // (256 * 256 * 3)
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 256, 256, 3), }}".encode()
    arrays = own_pictures(train=4, test=2, shape=(256, 256, 3), classes=2)
    file = io.BytesIO()
    np.savez_compressed(file, y_train=np.arange(count) % 2, x_test=arrays["x_test"], y_test=arrays["y_test"])
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x_train.npy", "w", force_zip64=True) as member,
    ):
        member.write(b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little") + header)
        zeros = bytes(1 << 24)
        left = count * 256 * 256 * 3
        while left:
            left -= member.write(zeros[:left])
    assert len(file.getvalue()) < 4_000_000
    answer = send(server, "bomb.npz", file.getvalue())
    assert answer.status_code == 422
    assert "at most 1074 million are read" in answer.json()["detail"]
    assert kept(server) == []


def test_the_largest_upload_is_a_setting(make_server: MakeServer) -> None:
    server = make_server(largest_upload=1)
    noise = np.random.default_rng(1).integers(0, 256, (1745, 12, 16, 3), "uint8")
    for count, status in ((1700, 201), (1745, 422)):
        file = io.BytesIO()
        labels = (np.arange(count) % 2).astype("uint8")
        np.savez(file, x_train=noise[:count], y_train=labels, x_test=noise[:2], y_test=labels[:2])
        answer = send(server, f"noise-{count}.npz", file.getvalue())
        assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["code"] == "too_large"
    assert "at most 1 million are kept" in answer.json()["detail"]
    assert kept(server) == ["noise-1700.npz"]


def test_a_body_larger_than_that_is_cut_off_even_if_its_length_is_not_announced(make_server: MakeServer) -> None:
    server = make_server(largest_upload=1)
    boundary = b"--x\r\nContent-Disposition: form-data; name=file; filename=bars.npz\r\n\r\n"
    sent = 0

    def chunks() -> Any:
        nonlocal sent
        yield boundary
        for _ in range(200):
            sent += 100_000
            yield b"1,2,red\n" * 12_500

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = server.http.post(DATASETS, content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "/errors/body-too-large")
    page = server.http.post("/datasets", content=chunks(), headers={**headers, "Accept": "text/html"})
    assert page.status_code == 413
    assert "<h1>The request body is too large</h1>" in page.text
    assert kept(server) == []


def test_a_full_disk_is_a_problem_and_leaves_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(server.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=LEAST + len(BARS) - 1))
    answer = send(server, "bars.npz", BARS)
    assert (answer.status_code, answer.json()["type"]) == (507, "/errors/storage-failed")
    assert "Free some space" in answer.json()["detail"]
    assert kept(server) == []


def test_what_a_crash_left_is_gone_after_the_next_start(make_server: MakeServer) -> None:
    first = make_server()
    folder = first.data / "datasets" / f"{RECEIVING}abc"
    folder.mkdir(parents=True)
    (folder / "bars.npz").write_bytes(BARS[:20])
    assert "bars" not in [one["name"] for one in first.http.get(DATASETS).json()["items"]]
    make_server()
    assert kept(first) == []


@pytest.mark.parametrize("how", ["queued", "paused", "running"])
def test_a_dataset_that_a_run_needs_is_not_deleted(server: Server, how: str) -> None:
    send(server, "bars.npz", BARS)
    run = server.create(lesson="mnist", params={"dataset": "bars", "epochs": 2, "batch_size": 4})["id"]
    if how == "paused":
        server.http.post(f"/api/v1/runs/{run}/pause")
    if how == "running":
        server.worker().claim()
    assert server.read(run)["status"] == how
    answer = server.http.delete(f"{DATASETS}/bars")
    assert (answer.status_code, answer.json()["type"]) == (409, "/errors/dataset-in-use")
    assert run in answer.json()["detail"]
    assert kept(server) == ["bars.npz"]
    page = server.http.post("/datasets/bars/delete", headers={"Accept": "text/html"})
    assert page.status_code == 409
    assert run in page.text
    if how != "running":
        server.http.post(f"/api/v1/runs/{run}/cancel")
        assert server.http.delete(f"{DATASETS}/bars").status_code == 204


def test_so_many_are_kept_and_no_more(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_UPLOADS", 2)
    for name in ("a", "b"):
        assert send(server, f"{name}.npz", BARS).status_code == 201
    answer = send(server, "c.csv", BARS)
    assert answer.status_code == 409
    assert "There are 2 uploaded datasets" in answer.json()["detail"]


def test_a_worker_gets_the_file_of_its_own_run_and_no_other(server: Server) -> None:
    send(server, "bars.npz", BARS)
    run = server.create(lesson="mnist", params={"dataset": "bars", "batch_size": 4})["id"]
    attempt = server.worker().claim()
    path = f"/api/worker/runs/{run}/attempts/1/dataset"
    bearer = {"Authorization": f"Bearer {attempt.assignment.token}"}
    answer = server.http.get(path, headers=bearer)
    digest = hashlib.sha256(BARS).hexdigest()
    assert (answer.content, answer.headers["etag"], answer.headers["x-dataset-ending"]) == (BARS, f'"{digest}"', ".npz")
    known = server.http.get(path, headers={**bearer, "If-None-Match": f'"{"0" * 64}", "{digest}"'})
    assert (known.status_code, known.content) == (304, b"")
    assert server.http.get(path).status_code == 401
    assert server.http.get(path, headers={"Authorization": "Bearer wrong"}).status_code in (401, 409)

    key = {"Authorization": f"Bearer {server.board.settings.worker_secret}"}
    assert server.http.get("/api/worker/datasets/bars", headers=key).content == BARS
    assert server.http.get("/api/worker/datasets/bars", headers=bearer).status_code == 401
    assert server.http.get("/api/worker/datasets/digits", headers=key).status_code == 404
    assert server.http.get("/api/worker/datasets/..%2Ffitboard.sqlite3", headers=key).status_code == 404
