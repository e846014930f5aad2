"""Compiled programs come back in later processes, give the same bits, and no broken file ever costs a run."""

import hashlib
import multiprocessing
import os
import shutil
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.engine.training import dense, table


@dataclass
class Outcome:
    """What a process of its own came to: History, the values' SHA-256, what it compiled anew, what it said."""

    history: dict[str, list[float]]
    digest: str
    compiled: int
    said: list[str]
    changes: int


def _train(shared: Path, own: Path, ending: str, answer: Connection) -> None:
    from jobs.engine import Choice, Engine, Plan, Rows, shuffled
    from jobs.engine.cache import ProgramCache
    from jobs.xla import set_flags

    set_flags()
    cache = ProgramCache(shared, own)
    cache.open()
    lent = {path.name for path in own.glob(f"*{ending}")}
    model = dense(dropout=0.2)
    model.compile(loss="binary_crossentropy", metrics=["accuracy"], jit_compile=True)
    said: list[str] = []
    changes: list[Any] = []
    engine = Engine(
        model, Choice("compiled", True, ""), say=said.append, on_change=changes.append, distrust=cache.distrust
    )
    rows, validation = Rows.of(*table()).split(0.2)
    plan = Plan(epochs=3, batch_size=10, order=shuffled(len(rows), 7), validation=validation)
    history = engine.fit(rows, plan).history
    left = {path.name for path in own.glob(f"*{ending}")}
    cache.publish()
    digest = hashlib.sha256(b"".join(variable.numpy().tobytes() for variable in model.variables)).hexdigest()
    answer.send(Outcome(history, digest, len(left - lent), said, len(changes)))


class Machine:
    """A folder for programs, whose names end like ``ending``, and processes that train with it one after the other."""

    def __init__(self, folder: Path, ending: str = ".pb") -> None:
        multiprocessing.set_forkserver_preload(["jobs.warm"])
        self._context = multiprocessing.get_context("forkserver")
        self._folder = folder
        self._ending = ending
        self._count = 0
        self.shared = folder / "shared"

    def train(self) -> Outcome:
        """Train in a process of its own."""
        self._count += 1
        reader, writer = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_train, args=(self.shared, self._folder / f"own-{self._count}", self._ending, writer), daemon=True
        )
        process.start()
        writer.close()
        outcome: Outcome = reader.recv()
        process.join()
        return outcome

    def programs(self) -> list[Path]:
        """What lies in the shared folder."""
        return sorted(self.shared.glob(f"*/*{self._ending}"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Outcome]:
    """A machine on which one process has trained."""
    machine = Machine(tmp_path_factory.mktemp("a folder with spaces"))
    return machine, machine.train()


@pytest.fixture
def machine(filled: tuple[Machine, Outcome], tmp_path: Path) -> Machine:
    """A copy of that machine, to break."""
    copy = Machine(tmp_path)
    shutil.copytree(filled[0].shared, copy.shared)
    return copy


def same(left: Outcome, right: Outcome) -> bool:
    return (left.history, left.digest) == (right.history, right.digest)


def test_programs_come_back_and_give_the_same_bits(filled: tuple[Machine, Outcome], machine: Machine) -> None:
    cold = filled[1]
    assert cold.compiled >= 2, "a program to train and one to test"
    assert len(machine.programs()) == cold.compiled
    warm = machine.train()
    assert warm.compiled == 0
    assert same(warm, cold)


@pytest.mark.parametrize("harm", ["cut short", "empty", "scribbled over", "never sealed"])
def test_a_broken_program_is_compiled_again(filled: tuple[Machine, Outcome], machine: Machine, harm: str) -> None:
    for program in machine.programs():
        content = program.read_bytes()
        if harm == "cut short":
            program.write_bytes(content[: len(content) // 2])
        elif harm == "empty":
            program.write_bytes(b"")
        elif harm == "scribbled over":
            program.write_bytes(content[:-1000] + b"x" * 1000)
        else:
            program.with_suffix(".sha256").unlink()
    again = machine.train()
    assert again.compiled == filled[1].compiled
    assert same(again, filled[1])
    assert machine.train().compiled == 0, "the new ones are in their place"


def test_a_program_under_another_ones_name_is_compiled_again(filled: tuple[Machine, Outcome], machine: Machine) -> None:
    first, second, *_ = machine.programs()
    first.write_bytes(second.read_bytes())
    shutil.copy(second.with_suffix(".sha256"), first.with_suffix(".sha256"))
    again = machine.train()
    assert again.changes == 0, "it trained compiled"
    assert same(again, filled[1])


def test_the_oldest_programs_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.engine import cache

    monkeypatch.setattr(cache, "MOST_BYTES", 250)
    own = tmp_path / "own"
    own.mkdir()
    for number in range(4):
        (own / f"{number}.pb").write_bytes(bytes(100))
        cache.ProgramCache(tmp_path / "shared", own).publish()
        for path in (tmp_path / "shared").glob(f"*/{number}.pb"):
            os.utime(path, (number, number))
        (own / f"{number}.pb").unlink()
    left = sorted(path.name for path in (tmp_path / "shared").rglob("*"))
    assert [name for name in left if name.endswith((".pb", ".sha256"))] == ["2.pb", "2.sha256", "3.pb", "3.sha256"]


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.engine.cache import ProgramCache

    monkeypatch.delenv("TF_XLA_FLAGS", raising=False)
    (tmp_path / "file").write_text("no folder")
    cache = ProgramCache(tmp_path / "file", tmp_path / "file" / "own")
    cache.open()
    cache.publish()
    assert cache.distrust() is False
    assert "TF_XLA_FLAGS" not in os.environ, "XLA is told of no folder that isn't there"
