"""An interrupted run's page: why it waits, what can be done, and where its curves were resumed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.charts import curves, resumed
from app.models import Status
from app.runs import lifecycle
from app.runs.history import Series
from tests.app.server import RUNS, Attempt, Server

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def attempt(server: Server) -> Iterator[Attempt]:
    """A run of 9 epochs of which 3 are trained. What else waits at the pages' common server is held back meanwhile."""
    waiting = [run["id"] for run in server.http.get(RUNS, params={"status": "queued"}).json()["items"]]
    for run in waiting:
        server.http.post(f"{RUNS}/{run}/pause")
    found = server.running(name="Interrupted", params={"epochs": 9})
    for epoch in range(3):
        found.epoch(epoch, loss=1 / (epoch + 1))
    found.save(b"a state", "generation", 3)
    yield found
    server.http.post(f"{RUNS}/{found.run}/cancel")
    if server.read(found.run)["status"] == "running":
        found.end("canceled")
    server.http.delete(f"{RUNS}/{found.run}")
    for run in waiting:
        server.http.post(f"{RUNS}/{run}/resume")


def page(server: Server, run: str) -> str:
    answer = server.http.get(f"/runs/{run}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("killed", "The training process was killed, most likely because the memory ran out. It"),
        ("hung", "The training made no more progress and was ended. It"),
        ("lost-contact", "The worker was not heard of any more. The training"),
        ("worker-died", "The worker died. The training"),
        ("worker-stopped", "The worker was stopped. The training"),
    ],
)
def test_a_run_that_waits_again_says_why_and_from_where_it_goes_on(
    server: Server, attempt: Attempt, reason: str, sentence: str
) -> None:
    attempt.end("died" if reason in ("killed", "hung") else "released", reason=reason)
    text = page(server, attempt.run)
    assert f"{sentence} goes on from epoch 4." in text
    assert "This is the next run." in text


def test_a_run_whose_backend_has_no_worker_says_what_it_waits_for(server: Server, attempt: Attempt) -> None:
    attempt.tell("environment", backend="jax", device="CPU", route="compiled", jit_compile=True, versions={})
    attempt.end("released", reason="worker-stopped")
    text = page(server, attempt.run)
    assert "It waits for a worker on jax; none is here." in text
    assert "<code>KERAS_BACKEND=jax fitboard worker</code>" in text
    assert "This is the next run" not in text
    assert server.read(attempt.run)["waits_for"] == "a worker on jax"
    jax = server.worker("on-jax")
    jax.sync(free=0, backend="jax")
    text = page(server, attempt.run)
    assert "This is the next run" in text
    assert 'id="waits"' not in text
    assert server.read(attempt.run)["waits_for"] is None


def test_what_a_run_took_is_without_its_pauses(server: Server) -> None:
    run = server.create(name="Paused for an hour")["id"]
    steps = [
        (Status.RUNNING, 0),
        (Status.PAUSED, 10),
        (Status.QUEUED, 3600),
        (Status.RUNNING, 3605),
        (Status.COMPLETED, 3612),
    ]
    for status, seconds in steps:
        at = START + timedelta(seconds=seconds)
        server.board.database.write(
            lambda session, status=status, at=at: lifecycle.change_status(  # type: ignore[misc]
                session, lifecycle.find(session, run), status, at
            )
        )
    assert '<dt id="time-label">Took</dt><dd id="eta">17 s</dd>' in page(server, run)
    server.http.delete(f"{RUNS}/{run}")


def test_a_running_one_can_pause_and_stop(server: Server, attempt: Attempt) -> None:
    text = page(server, attempt.run)
    assert 'id="pause"' in text
    assert 'id="stop"' in text
    assert 'id="resume"' not in text
    server.http.post(f"{RUNS}/{attempt.run}/pause")
    text = page(server, attempt.run)
    assert "The training pauses as soon as its state is saved." in text
    assert ">Pausing</span>" in text
    assert "<span>Pausing…</span>" in text


def test_a_paused_one_can_resume(server: Server, attempt: Attempt) -> None:
    attempt.end("paused", reason="paused")
    text = page(server, attempt.run)
    assert 'id="resume"' in text
    assert 'id="pause"' not in text
    assert "The training is paused. Resume goes on from epoch 4; nothing is lost meanwhile." in text
    listed = server.http.get("/runs?status=paused", headers={"Accept": "text/html"}).text
    assert attempt.run in listed
    assert ">Paused</span>" in listed


def test_the_stage_it_was_in_is_neither_under_way_nor_cut_short(server: Server, attempt: Attempt) -> None:
    attempt.tell("stage", stage="fit", state="started")
    attempt.end("paused", reason="paused")
    assert '<li class="held" >' in page(server, attempt.run)


def test_one_that_waits_for_room_says_so(server: Server, attempt: Attempt) -> None:
    attempt.end("paused", reason="disk-full", error={"title": "The disk is full", "detail": "2 MB were not written."})
    text = page(server, attempt.run)
    assert "2 MB were not written." in text
    assert "As soon as there is room, the training goes on by itself, from epoch 4." in text


@pytest.mark.parametrize("outcome", ["canceled", "failed"])
def test_one_that_ended_early_can_be_continued(server: Server, attempt: Attempt, outcome: str) -> None:
    attempt.end(outcome)
    text = page(server, attempt.run)
    assert "Continue from epoch 4</button>" in text
    assert 'min="9" step="1" value="9" data-known="9"' in text


def test_a_completed_one_can_train_further(server: Server, attempt: Attempt) -> None:
    attempt.end()
    text = page(server, attempt.run)
    assert "Train further</button>" in text
    assert 'min="10" step="1" value="18" data-known="9"' in text


def test_a_diverged_one_is_not_offered_more(server: Server, attempt: Attempt) -> None:
    attempt.end("failed", reason="diverged", error={"title": "The loss is not a number", "detail": "In epoch 4."})
    assert 'id="further"' not in page(server, attempt.run)


def test_its_curve_shows_where_it_was_resumed(server: Server, attempt: Attempt) -> None:
    attempt.end("released")
    again = server.worker().claim()
    again.epoch(3, loss=0.2)
    text = page(server, attempt.run)
    again.end("canceled")
    assert "The training was resumed at epoch 4." in text
    assert ">resumed at epoch 4</text>" in text
    assert "attempt 2" in text


def test_numbers_that_differ_are_an_alert(server: Server, attempt: Attempt) -> None:
    attempt.epoch(1, loss=0.75)
    text = page(server, attempt.run)
    assert "Not reproducible" in text
    assert "Epoch 2 was trained again after an interruption, and its loss came out as 0.7500, not 0.5000" in text


def test_numbers_that_differ_in_their_last_digits_are_told_in_full(server: Server, attempt: Attempt) -> None:
    attempt.epoch(1, loss=0.5000000000000001)
    assert "came out as 0.5000000000000001, not 0.5 as before" in page(server, attempt.run)


def test_seams_stand_where_their_epochs_are_and_the_newest_has_words() -> None:
    history = {"loss": Series(list(range(101)), [1.0] * 101)}
    (curve,) = curves(history, [10, 60, 90, 200])
    assert [round(seam.at) for seam in curve.seams] == [110, 398, 570]
    assert [(seam.label, seam.anchor) for seam in curve.seams] == [("", ""), ("", ""), ("resumed at epoch 91", "end")]
    (curve,) = curves(history, [10])
    assert [(seam.label, seam.anchor) for seam in curve.seams] == [("resumed at epoch 11", "start")]


@pytest.mark.parametrize(
    ("seams", "sentence"),
    [
        ([], ""),
        ([3], "The training was resumed at epoch 4."),
        ([3, 9], "The training was resumed at epoch 4 and 10."),
        ([1, 2, 3], "The training was resumed at epoch 2, 3 and 4."),
        (list(range(1, 8)), "The training was resumed 7 times, the latest at epoch 4, 5, 6, 7 and 8."),
    ],
)
def test_seams_are_told_in_a_sentence(seams: list[int], sentence: str) -> None:
    assert resumed(seams) == sentence
