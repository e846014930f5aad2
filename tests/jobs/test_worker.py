"""A real worker under a real server: it trains, stops when told, and whatever dies is noticed within two seconds."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import MakeFitboard
from tests.running import Running, wait_until

LONG: dict[str, Any] = {"dataset": "breast-cancer", "epochs": 10_000}
QUICK = "tensorflow"
"""A lesson that trains nothing, and so is over in a moment, where it is all one what is executed."""

PROMPT = 4.0
"""Seconds within which the end of an attempt must be seen: two on a machine of its own; here others are at work too."""


@pytest.fixture(scope="module")
def running(fitboard: Running) -> Running:
    """The shared server, with a worker that has imported everything."""
    fitboard.wait_for_a_free_worker()
    return fitboard


def cancel(running: Running, run: str) -> None:
    answer = running.http.post(f"/api/v1/runs/{run}/cancel", headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text


def ended(running: Running, run: str, timeout: float = 30.0) -> tuple[dict[str, Any], float]:
    """The run at its end, and how long that took to see."""
    began = time.monotonic()
    over = ("completed", "failed", "canceled")
    found = wait_until(
        lambda: (read := running.read(run))["status"] in over and read, timeout, f"the end of {run}", interval=0.02
    )
    assert isinstance(found, dict)
    return found, time.monotonic() - began


def reached(running: Running, run: str, **state: Any) -> None:
    """Wait until the run is where the test wants it."""
    wait_until(lambda: state.items() <= running.read(run).items(), 60, f"{run} to reach {state}", interval=0.01)


def at_epoch(running: Running, run: str, epoch: int) -> None:
    wait_until(lambda: (running.read(run)["epoch"] or 0) >= epoch, 120, f"epoch {epoch} of {run}")


def children(running: Running) -> list[psutil.Process]:
    """The processes of attempts: the fork server's children."""
    assert running.worker is not None
    return [
        child
        for server in psutil.Process(running.worker.pid).children()
        for child in server.children()
        if child.status() != psutil.STATUS_ZOMBIE
    ]


def test_a_run_is_trained_to_its_end(running: Running) -> None:
    run = running.run(dataset="breast-cancer", epochs=4)["id"]
    done, _ = ended(running, run)
    assert done["status"] == "completed"
    assert done["stage"] == "predict"
    assert done["result"]["headline"]["metric"] == "test accuracy"
    history = running.http.get(f"/api/v1/runs/{run}/history").json()
    assert history["epoch"] == [0, 1, 2, 3]
    kinds = {item["kind"]: item for item in running.http.get(f"/api/v1/runs/{run}/checkpoints").json()["items"]}
    assert set(kinds) == {"best", "last"}
    assert kinds["last"]["epoch"] == 3


def test_a_warm_worker_begins_at_once(running: Running) -> None:
    running.wait_for_a_free_worker()
    began = time.monotonic()
    run = running.run(**LONG)["id"]
    wait_until(lambda: running.read(run)["stage"] is not None, 60, "the first stage", interval=0.02)
    seconds = time.monotonic() - began
    cancel(running, run)
    ended(running, run)
    assert seconds < 5, "0.1 s on a machine of its own, where importing Keras takes ten; here others are at work too"


@pytest.mark.parametrize("stage", [None, "prepare", "define", "fit"])
def test_a_run_is_canceled_in_every_phase(running: Running, stage: str | None) -> None:
    run = running.run(**LONG)["id"]
    reached(running, run, status="running")
    if stage is not None:
        wait_until(lambda: running.read(run)["stage"] in {stage, "fit"}, 60, f"{stage}", interval=0.002)
    cancel(running, run)
    done, seconds = ended(running, run)
    assert (done["status"], done["reason"]) == ("canceled", "canceled")
    assert seconds < PROMPT
    wait_until(lambda: not children(running), PROMPT, "the child's end")


def test_a_canceled_run_keeps_what_it_has_learnt(running: Running) -> None:
    run = running.run(**LONG)["id"]
    at_epoch(running, run, 2)
    cancel(running, run)
    done, seconds = ended(running, run)
    assert seconds < PROMPT
    items = running.http.get(f"/api/v1/runs/{run}/checkpoints").json()["items"]
    assert {item["kind"]: item["epoch"] for item in items}["last"] == done["epoch"]


def test_a_child_that_hangs_is_killed(running: Running) -> None:
    run = running.run(**LONG)["id"]
    at_epoch(running, run, 1)
    [child] = children(running)
    child.suspend()  # hears neither the flag nor SIGTERM
    cancel(running, run)
    done, seconds = ended(running, run)
    assert done["status"] == "canceled"
    assert seconds < PROMPT
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, what="its end")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_run_goes_on_when_its_process_has_died(running: Running, number: int) -> None:
    run = running.run(**LONG)["id"]
    at_epoch(running, run, 1)
    [child] = children(running)
    child.send_signal(number)
    wait_until(lambda: running.read(run)["attempt"] == 2, PROMPT, "another attempt", interval=0.02)
    epoch = running.read(run)["epoch"]
    at_epoch(running, run, epoch + 1)
    cancel(running, run)
    ended(running, run)


def test_a_run_whose_process_dies_three_times_without_getting_on_fails_with_the_reason(running: Running) -> None:
    run = running.run(**LONG)["id"]
    for attempt in (1, 2, 3):
        wait_until(lambda attempt=attempt: running.read(run)["attempt"] == attempt, interval=0.01)  # type: ignore[misc]
        child = wait_until(lambda: children(running), interval=0.01)[0]
        child.kill()
    done, seconds = ended(running, run)
    assert seconds < PROMPT
    assert (done["status"], done["reason"]) == ("failed", "killed")
    assert done["error"]["title"] == "The training process died"
    assert "was killed by signal 9, likely because the machine is out of memory" in done["error"]["detail"]
    again, _ = ended(running, running.run(QUICK)["id"])
    assert again["status"] == "completed"


def test_a_paused_run_frees_its_place_and_goes_on_when_it_is_resumed(running: Running) -> None:
    run = running.run(dataset="breast-cancer", epochs=1500)["id"]
    at_epoch(running, run, 1)
    answer = running.http.post(f"/api/v1/runs/{run}/pause", headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text
    reached(running, run, status="paused", reason="paused")
    epoch = running.read(run)["epoch"]
    other, _ = ended(running, running.run(QUICK)["id"])
    assert other["status"] == "completed"
    answer = running.http.post(f"/api/v1/runs/{run}/resume", headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text
    done = running.finished(run)
    assert (done["status"], done["attempt"]) == ("completed", 2)
    assert done["seams"] == [epoch + 1], "it went on with the epoch after the last one"
    assert running.http.get(f"/api/v1/runs/{run}/history").json()["epoch"] == list(range(1500))


def test_runs_are_trained_in_the_order_of_their_arrival(running: Running) -> None:
    runs = [running.run(QUICK)["id"] for _ in range(3)]
    started = [ended(running, run)[0]["started_at"] for run in runs]
    assert started == sorted(started)


def test_neither_a_finished_attempt_nor_a_killed_one_leaves_anything_behind(running: Running) -> None:
    run = running.run(**LONG)["id"]
    at_epoch(running, run, 1)
    children(running)[0].kill()
    at_epoch(running, run, running.read(run)["epoch"] + 1)
    cancel(running, run)
    ended(running, run)
    ended(running, running.run("theano")["id"])  # PyTensor leaves a file for each function that it compiles
    wait_until(lambda: not list(running.data.rglob("assignment.json")), PROMPT, "an empty work folder")
    assert running.left_behind() == []


def test_a_worker_with_the_wrong_key_says_so_and_keeps_trying(make_fitboard: MakeFitboard) -> None:
    running = make_fitboard(worker=False)
    running.env = {**running.env, "FITBOARD_WORKER_KEY": "not-the-key-of-this-server"}
    running.start_worker(wait=False)
    wait_until(lambda: "refuses this worker's key" in running.log("worker"), what="the complaint")
    assert running.worker is not None
    assert running.worker.poll() is None


def test_without_a_key_a_worker_does_not_start(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FITBOARD_")}
    command = [sys.executable, "-m", "jobs.worker", "--server", "http://127.0.0.1:9", "--work-dir", str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert "FITBOARD_WORKER_KEY is not set" in done.stderr


def test_two_slots_train_two_runs_and_what_is_left_is_handed_back_when_the_worker_stops(
    make_fitboard: MakeFitboard,
) -> None:
    running = make_fitboard(FITBOARD_SLOTS="2")
    first, second = (running.run(**LONG)["id"] for _ in range(2))
    for run in (first, second):
        at_epoch(running, run, 1)
    assert len(children(running)) == 2
    cancel(running, first)
    done, seconds = ended(running, first)
    assert done["status"] == "canceled"
    assert seconds < PROMPT
    epoch = running.read(second)["epoch"]
    at_epoch(running, second, epoch + 1)
    assert running.worker is not None
    offspring = children(running)
    began = time.monotonic()
    running.worker.send_signal(signal.SIGTERM)
    assert running.worker.wait(10) == 0
    assert time.monotonic() - began < 3
    back = running.read(second)
    assert (back["status"], back["reason"]) == ("queued", "worker-stopped")
    psutil.wait_procs(offspring, timeout=PROMPT)
    assert not any(child.is_running() for child in offspring)


def test_a_signal_to_the_whole_process_group_hands_the_run_back_too(make_fitboard: MakeFitboard) -> None:
    running = make_fitboard()
    run = running.run(**LONG)["id"]
    at_epoch(running, run, 1)
    assert running.worker is not None
    os.killpg(os.getpgid(running.worker.pid), signal.SIGTERM)
    assert running.worker.wait(10) == 0
    assert (running.read(run)["status"], running.read(run)["reason"]) == ("queued", "worker-stopped")


def test_a_worker_that_is_stopped_while_it_warms_up_leaves_nothing_running(make_fitboard: MakeFitboard) -> None:
    running = make_fitboard(worker=False)
    running.start_worker()
    assert running.worker is not None
    offspring = wait_until(lambda: psutil.Process(running.worker.pid).children(), what="the fork server")  # type: ignore[union-attr]
    running.worker.send_signal(signal.SIGINT)
    assert running.worker.wait(10) == 0
    _, alive = psutil.wait_procs(offspring, timeout=3)
    assert not alive
    assert "Traceback" not in running.log("worker")
