"""What the callbacks tell of long epochs and of the time that is left."""

from pathlib import Path
from typing import Any

import pytest

from jobs.protocol import EventType, ProgressData, Wire


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_does_not_count_the_first_steps() -> None:
    from jobs.callbacks import Timing

    clock = Clock()
    timing = Timing(epochs=11, steps=10, clock=clock)
    timing.epoch_began()
    clock.now = 5.0  # tracing
    timing.steps_done(1)
    for step in range(2, 11):
        clock.now += 0.1
        timing.steps_done(step)
    assert timing.epoch_ended(0) == pytest.approx((5.9, 10 * 1.0))
    timing.epoch_began()
    clock.now += 2.0
    seconds, left = timing.epoch_ended(1)
    assert seconds == pytest.approx(2.0)
    assert left == pytest.approx(9 * (1.0 + 0.3 * 1.0))


def test_an_epoch_of_one_batch_has_a_time_left_too() -> None:
    from jobs.callbacks import Timing

    clock = Clock()
    timing = Timing(epochs=3, steps=1, clock=clock)
    timing.epoch_began()
    clock.now = 2.0
    timing.steps_done(1)
    assert timing.epoch_ended(0) == pytest.approx((2.0, 4.0))


def test_a_long_epoch_tells_how_far_it_is_once_a_second(tmp_path: Path) -> None:
    from jobs.callbacks import ReportEpochs
    from jobs.keeper import Keeper

    told: list[tuple[EventType, Wire | dict[str, Any]]] = []
    clock = Clock()
    callback = ReportEpochs(
        lambda kind, data: told.append((kind, data)),
        Keeper(tmp_path, lambda data: None, clock),
        epochs=2,
        steps=30,
        remedy="",
        clock=clock,
    )
    callback.on_epoch_begin(0)
    for step in range(30):
        clock.now += 0.09
        callback.steps_done(step + 1)
    assert told == [
        (EventType.PROGRESS, ProgressData(epoch=0, step=12, steps=30)),
        (EventType.PROGRESS, ProgressData(epoch=0, step=24, steps=30)),
    ]
