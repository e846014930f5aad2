"""A training held back for people to watch: when its epochs end."""

from jobs.pace import Pace


class Time:
    """Seconds that pass only when told to, and how long was waited."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waited: list[float] = []

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(round(seconds, 6))
        self.now += seconds


def ended(time: Time, per_second: int, seconds: list[float]) -> list[float]:
    """When epochs end that take so many seconds each."""
    pace = Pace(per_second, time.wait, time.clock)
    ends = []
    for epoch, taken in enumerate(seconds):
        time.now += taken
        pace.on_epoch_end(epoch)
        ends.append(round(time.now - 100, 6))
    return ends


def test_epochs_end_at_the_pace_and_not_sooner() -> None:
    assert ended(Time(), 4, [0.01] * 5) == [0.01, 0.26, 0.51, 0.76, 1.01]


def test_a_slow_epoch_is_not_followed_by_a_rush() -> None:
    assert ended(Time(), 4, [0.0, 0.9, 0.0, 0.0]) == [0.0, 0.9, 1.15, 1.4]


def test_nothing_is_held_back_without_a_pace() -> None:
    time = Time()
    assert ended(time, 0, [0.01] * 3) == [0.01, 0.02, 0.03]
    assert time.waited == []


def test_what_it_remembers_is_no_time_of_this_process() -> None:
    from jobs.generations import remembered

    time = Time()
    pace = Pace(4, time.wait, time.clock)
    pace.on_epoch_end(0)
    assert not [value for value in remembered(pace).values() if isinstance(value, float)]
