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
        "name": "best",
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


NAMES = ("weights-improvement-03-0.70.keras", "weights-improvement-12-0.76.keras")


def improve(attempt: Attempt, name: str, content: bytes, epoch: int) -> Any:
    assert attempt.upload(content, "improvement").status_code == 204
    told = {"name": name, "epoch": epoch, "monitor": "val_accuracy", "value": 0.5 + epoch / 100}
    return attempt.post(
        attempt.entry("checkpoint", kind="improvement", **told, sha256=digest(content), bytes=len(content))
    )


@pytest.fixture
def improved(attempt: Attempt) -> Attempt:
    """The same with two improvements."""
    for name, epoch in zip(NAMES, (2, 11), strict=True):
        assert improve(attempt, name, name.encode(), epoch).status_code == 200
    return attempt


def test_improvements_stay_and_are_downloaded_by_their_names(improved: Attempt) -> None:
    http = improved.worker.server.http
    items = http.get(f"{RUNS}/{improved.run}/checkpoints").json()["items"]
    assert [(one["kind"], one["name"], one["epoch"]) for one in items] == [
        ("best", "best", 3), ("last", "last", 7), ("improvement", NAMES[0], 2), ("improvement", NAMES[1], 11),
    ]  # fmt: skip
    for name, item in zip(NAMES, items[2:], strict=True):
        answer = http.get(item["href"])
        assert answer.content == name.encode()
        stem = name.removesuffix(".keras")
        assert f'filename="first-network-{improved.run}-{stem}.keras"' in answer.headers["content-disposition"]
    missing = "weights-improvement-99-0.99.keras"
    assert missing in problem(get(improved, missing), 404, "no-checkpoint")["detail"]
    for hidden in ("generation", "generation-1"):
        problem(get(improved, hidden), 422, "invalid-input")
    page = http.get(f"/runs/{improved.run}", headers={"Accept": "text/html"}).text
    assert all(f"checkpoints/{name}" in page for name in NAMES)


def test_an_improvement_that_is_trained_again_is_not_listed_twice(improved: Attempt) -> None:
    server = improved.worker.server
    improved.end("released")
    again = server.worker("another").claim()
    for name, content in ((NAMES[0], NAMES[0].encode()), (NAMES[1], b"another file")):
        assert improve(again, name, content, 5).status_code == 200
    assert [get(again, name).content for name in NAMES] == [name.encode() for name in NAMES], "the first stays"
    again.end()
    told = [event["data"]["name"] for event in server.events(again.run) if event["data"].get("kind") == "improvement"]
    assert told == [*NAMES]
    folder = server.settings.data_dir / "runs" / again.run / "checkpoints"
    assert digest(b"another file") not in {path.stem for path in folder.iterdir()}


def test_a_later_attempt_gets_what_an_earlier_one_has_saved(improved: Attempt) -> None:
    server = improved.worker.server
    improved.end("released")
    again = server.worker("another").claim()
    headers = {"Authorization": f"Bearer {again.assignment.token}"}
    answer = server.http.get(f"{again.path}/checkpoints/{NAMES[0]}", headers=headers)
    assert answer.content == NAMES[0].encode()
    assert answer.headers["etag"] == f'"{digest(NAMES[0].encode())}"'
    problem(server.http.get(f"{again.path}/checkpoints/none.keras", headers=headers), 404, "no-checkpoint")
    stale = {"Authorization": f"Bearer {improved.assignment.token}"}
    problem(server.http.get(f"{improved.path}/checkpoints/{NAMES[0]}", headers=stale), 409, "stale-attempt")
    problem(server.http.get(f"{again.path}/checkpoints/{NAMES[0]}", headers=stale), 401, "unauthorized")


@pytest.mark.parametrize("name", [None, "best", "../x.keras", "a/b.keras", "generation", ".keras"])
def test_an_improvement_needs_a_name_that_is_a_files(attempt: Attempt, name: str | None) -> None:
    problem(improve(attempt, name, b"x", 1), 422, "invalid-input")  # type: ignore[arg-type]


def test_a_run_keeps_at_most_a_hundred_improvements(attempt: Attempt) -> None:
    assert attempt.upload(b"the same", "improvement").status_code == 204
    told = {"kind": "improvement", "sha256": digest(b"the same"), "bytes": 8}
    entries = [attempt.entry("checkpoint", **told, name=f"{one}.keras", epoch=one) for one in range(100)]
    assert attempt.post(*entries).status_code == 200
    answer = attempt.post(attempt.entry("checkpoint", **told, name="100.keras", epoch=100))
    assert "100.keras" in problem(answer, 422, "invalid-input")["detail"]
