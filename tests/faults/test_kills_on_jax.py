"""The same on JAX: a run whose process and worker are killed comes to the same model. Part of the long form alone."""

import random
from pathlib import Path

import pytest

from tests.faults import killing
from tests.faults.fitboard import Fitboard
from tests.faults.killing import LONG, PARAMS, SEED, Tally
from tests.faults.watcher import Watcher

KILLS = 4
"""How many hit a child at a random instant: two soon after its start, two when it has saved something new."""


@pytest.mark.skipif(not LONG, reason="part of make faults: two more workers take a minute to start")
def test_a_run_on_jax_that_is_killed_comes_to_the_same_model(tmp_path: Path) -> None:
    print(f"FAULT_SEED={SEED}")
    fitboard = Fitboard(tmp_path, KERAS_BACKEND="jax")
    try:
        undisturbed = killing.undisturbed(fitboard)
        chance, tally = random.Random(SEED), Tally(KILLS + 1)
        while tally.hit < tally.promised:
            fitboard.wait_for_workers()
            run = fitboard.running.run(**PARAMS)["id"]
            watcher = Watcher(fitboard.running, run)
            hits = killing.kill_at_random(fitboard, run, chance, KILLS)
            killing.wait_for_an_epoch(fitboard, run)
            hits += killing.strike(fitboard, run, ["worker"])
            assert killing.end(fitboard, run, watcher, undisturbed) > hits
            assert fitboard.running.read(run)["backend"] == "jax"
            tally.add(hits)
        tally.check("on JAX")
    finally:
        fitboard.stop()
