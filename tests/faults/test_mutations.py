"""The evidence isn't taken on trust: where the program is broken on purpose, it says so.

Each test takes away one thing on which the promises rest, kills an attempt, and must find the evidence against it. The
first test breaks nothing: what is found by the others comes from what they take away.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import pytest
from sqlalchemy.orm import Session

from app.executors.local import LocalPool
from app.models import Run
from app.runs import ingest, lifecycle
from app.settings import Settings
from jobs import atomic
from jobs.engine.values import Values
from jobs.faults import kill_point
from jobs.generations import Generation
from jobs.keeper import Keeper
from jobs.lessons.shared import networks
from tests.app.conftest import fill
from tests.app.server import RUNS, Server, serving
from tests.faults import evidence
from tests.faults.evidence import Evidence
from tests.faults.inside import Inside

# Keras itself, when it hands its variables to h5py.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def _dropout() -> Iterator[None]:
    """The lesson's network with a layer that draws random numbers while it trains."""
    build = networks.dense_classifier

    def with_dropout(params: Any, features: int, outputs: int | None) -> Any:
        model = build(params, features, outputs)
        return keras.Sequential(
            [keras.Input((features,)), *model.layers[:-1], keras.layers.Dropout(0.3), model.layers[-1]]
        )

    with patch.object(networks, "dense_classifier", with_dropout):
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Server]:
    folder = fill(tmp_path_factory.mktemp("mutations") / "data", blank)
    # Nobody calls for the worker while an attempt trains: its lease must last on a slow machine too.
    with patch.object(LocalPool, "patience", 600.0), serving(Settings(data_dir=folder, downloads=False)) as server:
        yield server


@pytest.fixture(scope="module")
def undisturbed(server: Server) -> Evidence:
    inside = Inside(server)
    inside.train()
    return evidence.of(server, inside.run)


@pytest.fixture
def inside(server: Server) -> Iterator[Inside]:
    """A run of its own; one that a broken program leaves behind is out of the others' way."""
    inside = Inside(server)
    yield inside
    server.http.post(f"{RUNS}/{inside.run}/cancel")


def disturb(inside: Inside) -> None:
    """Kill the first attempt after an epoch that it has told and not saved; a second one goes on.

    In the middle of that the first turns out to be alive, and to think that it owns the run.
    """
    first = inside.train("generation.before_write", 3)
    inside.train("generation.before_write", 2, lambda: inside.haunt(first))


def examine(server: Server, inside: Inside, undisturbed: Evidence) -> None:
    """What the tests of kills ask of a run."""
    ended = server.read(inside.run)["status"] == "completed"
    evidence.assert_nothing_was_lost(server, inside.run, server.events(inside.run) if ended else [])
    assert evidence.of(server, inside.run) == undisturbed, "it is another model"


def test_a_program_that_is_whole_passes(server: Server, inside: Inside, undisturbed: Evidence) -> None:
    disturb(inside)
    assert inside.refused == [409], "the attempt that was taken for dead"
    examine(server, inside, undisturbed)


def test_it_is_seen_when_files_are_not_renamed(server: Server, inside: Inside, undisturbed: Evidence) -> None:
    def settle(temporary: Path, path: Path) -> None:
        atomic.to_disk(temporary)
        kill_point("file.before_rename")
        atomic.to_disk(path.parent)

    with patch("jobs.atomic.settle", settle), patch("jobs.checkpoints.settle", settle):
        inside.train()
    with pytest.raises(AssertionError, match="the run didn't come to its end"):
        examine(server, inside, undisturbed)
    left = evidence.leftovers(server.data)
    assert left
    for name in left:
        (server.data / name).unlink()


def test_it_is_seen_when_random_state_is_not_restored(server: Server, inside: Inside, undisturbed: Evidence) -> None:
    resume = Keeper.resume

    def all_but_random_state(values: Values, given: tuple[Any, ...]) -> None:
        for variable, value in zip(values._variables, given, strict=True):
            if "seed_generator" not in variable.path:
                variable.assign(value)

    def forgetful(keeper: Keeper, generation: Generation) -> None:
        with patch.object(Values, "write", all_but_random_state):
            resume(keeper, generation)

    with patch.object(Keeper, "resume", forgetful):
        disturb(inside)
    assert server.read(inside.run)["irreproducible"]
    with pytest.raises(AssertionError):
        examine(server, inside, undisturbed)
    assert evidence.of(server, inside.run).tensors != undisturbed.tensors


def test_it_is_seen_when_attempts_are_not_fenced(server: Server, inside: Inside, undisturbed: Evidence) -> None:
    authorize = lifecycle.authorize

    def careless(session: Session, run_id: str, attempt: int, token: str) -> lifecycle.Owned:
        run: Run = lifecycle.find(session, run_id)
        with patch("app.runs.lifecycle.hmac.compare_digest", lambda *_: True):
            return authorize(session, run_id, run.attempt, token)

    with patch.object(lifecycle, "authorize", careless):
        disturb(inside)
    with pytest.raises(AssertionError, match="epochs were missed or told twice"):
        examine(server, inside, undisturbed)


def test_it_is_seen_when_replayed_epochs_are_told_again(server: Server, inside: Inside, undisturbed: Evidence) -> None:
    with patch.object(ingest, "_replayed", lambda batch, entry, *_: batch.pass_on(entry)):
        disturb(inside)
    with pytest.raises(AssertionError, match="epochs were missed or told twice"):
        examine(server, inside, undisturbed)


def test_a_damaged_generation_is_passed_over_for_the_one_before(
    server: Server, inside: Inside, undisturbed: Evidence
) -> None:
    first = inside.train("generation.before_write", 4)
    newest, before = server_generations(server, inside.run)
    assert (newest[0], first.attempt) == (2, 1)
    assert before[0] < 2, "one that is overtaken while it waits isn't sent"
    file = server.data / "runs" / inside.run / "checkpoints" / f"{newest[1]}.keras"
    file.write_bytes(file.read_bytes()[:-100])
    inside.train()
    examine(server, inside, undisturbed)
    said = [event["data"]["message"] for event in server.events(inside.run) if event["type"] == "log"]
    assert "The state saved before epoch 3 is of no use: its bytes are not those that were saved." in said


def server_generations(server: Server, run: str) -> list[tuple[int, str]]:
    """The epoch and the SHA-256 of what a run could resume from, the newest first."""
    from app.runs import generations

    with server.board.database.read() as session:
        number = lifecycle.find(session, run).number
        return [(one.epoch, one.sha256) for one in generations.of(session, [number])[number]]
