"""Checkpoints: to list, to download whole or in parts, and not to download twice."""

from typing import Any

import pytest

from tests.app.server import RUNS, Attempt, Server, beside, digest, problem

CONTENT = bytes(range(256)) * 64


@pytest.fixture
def attempt(server: Server) -> Attempt:
    """A running attempt that has saved its best and its last model."""
    attempt = server.running()
    assert attempt.upload(CONTENT).status_code == 204
    attempt.tell(
        "checkpoint", kind="best", epoch=3, monitor="val_loss", value=0.25, sha256=digest(CONTENT), bytes=len(CONTENT)
    )
    attempt.save(b"the last one", "last", epoch=7)
    return attempt


def get(attempt: Attempt, kind: str = "best", **headers: str) -> Any:
    return attempt.worker.server.http.get(
        f"{RUNS}/{attempt.run}/checkpoints/{kind}",
        headers={name.replace("_", "-"): one for name, one in headers.items()},
    )


def test_the_list_says_what_there_is(attempt: Attempt) -> None:
    listed = attempt.worker.server.http.get(f"{RUNS}/{attempt.run}/checkpoints").json()
    best, last = listed["items"]
    assert best.pop("created_at").endswith("Z")
    assert best == {
        "kind": "best",
        "epoch": 3,
        "monitor": "val_loss",
        "value": 0.25,
        "sha256": digest(CONTENT),
        "bytes": len(CONTENT),
        "href": f"{RUNS}/{attempt.run}/checkpoints/best",
    }
    assert (last["kind"], last["epoch"], last["monitor"]) == ("last", 7, None)
    assert listed["next_cursor"] is None


def test_a_download_is_the_file_with_its_hash_as_a_strong_etag(attempt: Attempt) -> None:
    answer = get(attempt)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["etag"] == f'"{digest(CONTENT)}"'
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-disposition"] == f'attachment; filename="first-network-{attempt.run}-best.keras"'
    assert get(attempt, "last").content == b"the last one"


@pytest.mark.parametrize("known", ['"{}"', '"other", "{}"', "*", 'W/"{}"'])
def test_who_has_it_already_gets_304(attempt: Attempt, known: str) -> None:
    answer = get(attempt, if_none_match=known.format(digest(CONTENT)))
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == f'"{digest(CONTENT)}"'


@pytest.mark.parametrize("known", ['"other"', "{}", ""])
def test_who_has_another_gets_the_file(attempt: Attempt, known: str) -> None:
    assert get(attempt, if_none_match=known.format(digest(CONTENT))).content == CONTENT


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=100-199", 100, 200), ("bytes=-10", -10, None), ("bytes=16000-", 16000, None)],
)
def test_a_range_is_that_part_of_the_file(attempt: Attempt, asked: str, start: int, stop: int | None) -> None:
    answer = get(attempt, range=asked)
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:stop]
    first = start % len(CONTENT)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(CONTENT)}"
    assert answer.headers["etag"] == f'"{digest(CONTENT)}"'


def test_several_ranges_come_as_parts(attempt: Attempt) -> None:
    answer = get(attempt, range="bytes=0-3,100-103")
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert CONTENT[100:104] in answer.content


def test_if_range_gives_the_part_only_of_the_same_file(attempt: Attempt) -> None:
    same, other = f'"{digest(CONTENT)}"', '"another"'
    assert get(attempt, range="bytes=0-9", if_range=same).status_code == 206
    assert get(attempt, range="bytes=0-9", if_range=other).content == CONTENT


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=9-5", "bytes=x", "lines=1-2", "bytes", "bytes=-"])
def test_a_range_that_is_not_there_is_a_problem_that_says_how_long_the_file_is(attempt: Attempt, asked: str) -> None:
    answer = get(attempt, range=asked)
    body = problem(answer, 416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"
    assert f"{len(CONTENT)} bytes" in body["detail"]


def test_before_the_first_there_is_none(server: Server) -> None:
    attempt = server.running()
    for kind in ("best", "last"):
        assert "running" in problem(get(attempt, kind), 404, "no-checkpoint")["detail"]
    assert server.http.get(f"{RUNS}/{attempt.run}/checkpoints").json()["items"] == []
    problem(get(attempt, "worst"), 422, "invalid-input")


def test_a_file_that_is_being_read_outlives_its_replacement(attempt: Attempt) -> None:
    """What a download does: it holds the file, and only then opens it."""
    files = attempt.worker.server.board.files
    path = files.hold(attempt.run, digest(CONTENT))
    assert path is not None
    attempt.save(b"newer", epoch=9)
    assert path.read_bytes() == CONTENT
    assert get(attempt).content == b"newer"
    files.release(path)
    assert not path.exists()


def test_downloads_while_new_ones_arrive_are_always_whole(attempt: Attempt) -> None:
    contents = [bytes([number]) * 100_000 for number in range(12)]
    attempt.save(contents[0], epoch=10)

    def download() -> list[Any]:
        return [get(attempt) for _ in range(25)]

    readers = [beside(download) for _ in range(3)]
    for number, content in enumerate(contents):
        attempt.save(content, epoch=11 + number)
    for answer in (answer for reader in readers for answer in reader()):
        assert answer.status_code == 200
        assert answer.headers["etag"] == f'"{digest(answer.content)}"'
    folder = attempt.worker.server.settings.data_dir / "runs" / attempt.run / "checkpoints"
    assert {path.stem for path in folder.iterdir()} == {digest(contents[-1]), digest(b"the last one")}
