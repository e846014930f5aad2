"""``fitboard run`` against a real server with a real worker: what it prints, and what its exit code says."""

import re
from pathlib import Path

import pytest

from tests.cli.terminal import Command, fitboard
from tests.conftest import MakeFitboard
from tests.running import Running, free_port, wait_until

SMALL = ["--dataset", "breast-cancer", "--epochs", "5", "--batch-size", "64"]


@pytest.fixture(name="running")
def shared(request: pytest.FixtureRequest) -> Running:
    """The session's server, under a name that leaves ``fitboard`` to the command."""
    found: Running = request.getfixturevalue("fitboard")
    return found


def run_id(output: str) -> str:
    found = re.search(r"/runs/([^/\s]+)\n", output)
    assert found, output
    return found[1]


def test_follow_shows_the_epochs_and_ends_with_0(running: Running) -> None:
    result = fitboard(
        "run", "first-network", *SMALL, "--name", "by hand", "--tag", "try", "--follow", "--server", running.url
    )
    assert result.returncode == 0, result.stdout + result.stderr
    run = running.read(run_id(result.stdout))
    assert (run["status"], run["name"], run["tags"]) == ("completed", "by hand", ["try"])
    assert run["params"]["epochs"] == 5
    assert result.stdout.startswith(f"{running.url}{run['links']['page']}\n")
    assert re.search(r"^epoch 5/5  .*loss \d", result.stdout, re.MULTILINE)
    assert f"Run {run['id']} is completed. Best {run['best']['monitor']} " in result.stdout
    assert "Traceback" not in result.stderr


def test_ctrl_c_leaves_the_run_running_and_says_how_to_stop_it(running: Running, tmp_path: Path) -> None:
    options = ["--dataset", "breast-cancer", "--epochs", "10000", "--batch-size", "1", "--follow"]
    with Command(tmp_path, "run", "first-network", *options, "--server", running.url) as command:
        run = run_id(command.says("/runs/"))
        try:
            wait_until(lambda: running.read(run)["status"] == "running", 90, "the run to begin")
            command.interrupt()
            assert command.ends() == 130
            assert f"To stop it: fitboard cancel {run}" in command.output
            assert "Traceback" not in command.output
            assert running.read(run)["status"] == "running"
        finally:  # the tests that follow want the worker
            stopped = fitboard("cancel", run, "--server", running.url)
    assert stopped.returncode == 0, stopped.stderr
    assert running.finished(run)["status"] == "canceled"


def test_flags_go_over_the_preset(running: Running) -> None:
    result = fitboard(
        *["run", "first-network", "--preset", "properly", "--epochs", "3", "--dataset", "breast-cancer"],
        *["--hidden-layers", "4,3", "--no-scale-features", "--server", running.url],
    )
    assert result.returncode == 0, result.stderr
    params = running.read(run_id(result.stdout))["params"]
    assert (params["epochs"], params["hidden_layers"], params["scale_features"]) == (3, [4, 3], False)
    assert params["kernel_initializer"] == "he_uniform"
    running.finished(run_id(result.stdout))


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--batch-size", "4096"], "--batch-size: "),
        (["--epochs", "many"], "--epochs: "),
        (["--epochs", "nan"], "--epochs: "),
        (["--hidden-layers", ""], "--hidden-layers: "),
        (["--hidden-layers", "12,x"], "--hidden-layers: "),
        (["--optimizer", "magic"], "--optimizer: "),
    ],
)
def test_what_cannot_be_is_said_beside_its_flag(running: Running, flags: list[str], words: str) -> None:
    before = running.http.get("/api/v1/runs").json()["items"]
    dataset = ["--dataset", "breast-cancer", "--server", running.url]
    result = fitboard("run", "first-network", *dataset, *flags)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert running.http.get("/api/v1/runs").json()["items"] == before


def test_without_a_server_it_says_how_to_start_one() -> None:
    result = fitboard("run", "first-network", FITBOARD_PORT=str(free_port()))
    assert result.returncode == 1
    assert "Start one with: fitboard up" in result.stderr


def test_an_unknown_preset_is_answered_with_the_known_ones(running: Running) -> None:
    result = fitboard("run", "first-network", "--preset", "best", "--server", running.url)
    assert result.returncode == 2
    assert "Presets: start, course" in result.stderr


def test_an_unknown_run_cannot_be_canceled(running: Running) -> None:
    result = fitboard("cancel", "nosuchrun", "--server", running.url)
    assert result.returncode == 2
    assert "There is no such run" in result.stderr


def test_a_run_pauses_and_resumes_with_more_epochs(make_fitboard: MakeFitboard) -> None:
    queueing = make_fitboard(worker=False)
    run = queueing.run(epochs=5)["id"]
    paused = fitboard("pause", run, "--server", queueing.url)
    assert (paused.returncode, paused.stdout) == (0, f"Run {run} is paused.\n")
    refused = fitboard("resume", run, "--epochs", "5", "--server", queueing.url)
    assert refused.returncode == 2
    assert "Use 6 or more" in refused.stderr
    resumed = fitboard("resume", run, "--epochs", "8", "--server", queueing.url)
    assert (resumed.returncode, resumed.stdout) == (0, f"Run {run} is queued, with 8 epochs in all.\n")
    again = fitboard("resume", run, "--server", queueing.url)
    assert again.returncode == 2
    assert "there is nothing to resume" in again.stderr


def test_lessons_lists_them_and_one_of_them() -> None:
    listed = fitboard("lessons")
    assert listed.returncode == 0
    assert "first-network" in listed.stdout
    one = fitboard("lessons", "first-network")
    assert one.returncode == 0
    assert "--hidden-layers" in one.stdout
    assert "12, 8" in one.stdout
    unknown = fitboard("lessons", "last-network")
    assert unknown.returncode == 2
    assert "There is no lesson 'last-network'. Lessons: theano, tensorflow, keras," in unknown.stderr


def test_version() -> None:
    assert re.fullmatch(r"fitboard \d+\.\d+\.\d+\n", fitboard("--version").stdout)
