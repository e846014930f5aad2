"""A child says that it gets on, and for how long it may be silent."""

import pytest

from jobs.progress import AT_FIRST, PATIENCE, Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def told(steps: int, seconds: float) -> list[float]:
    clock = Clock()
    heard: list[float] = []
    progress = Progress(heard.append, clock)
    for _ in range(steps):
        progress.made()
        clock.now += seconds
    return heard


def test_before_the_first_step_any_sign_of_life_gives_ten_minutes_and_then_a_minute() -> None:
    clock = Clock()
    heard: list[float] = []
    progress = Progress(heard.append, clock)
    progress.alive()
    clock.now += 200.0
    progress.alive()
    progress.made()
    progress.alive()
    assert heard == [AT_FIRST, AT_FIRST, PATIENCE]


def test_quick_steps_are_told_once_a_second_with_a_minutes_patience() -> None:
    assert told(steps=1001, seconds=0.01) == [PATIENCE] * 11


def test_long_steps_are_given_ten_times_as_long() -> None:
    assert told(steps=4, seconds=30.0) == pytest.approx([PATIENCE, 300.0, 300.0, 300.0])


def test_one_long_step_among_short_ones_does_not_make_it_patient() -> None:
    clock = Clock()
    heard: list[float] = []
    progress = Progress(heard.append, clock)
    for seconds in (1.0, 1.0, 50.0, 1.0, 1.0, 1.0):
        progress.made()
        clock.now += seconds
    assert heard == [PATIENCE] * 6


def test_that_nobody_listens_any_more_is_no_trouble() -> None:
    def gone(_patience: float) -> None:
        raise BrokenPipeError

    Progress(gone).made()
