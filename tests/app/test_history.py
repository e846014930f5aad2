"""A run's history: Keras's shape, its CSV, and down-sampling that loses no peak."""

import json
import math
import subprocess
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.runs.columns import Column
from app.runs.history import Series, as_csv, columns, encoded_sample, sample
from tests.app.server import RUNS, Server, problem

KERAS_WRITES = """
import json, sys
from keras.callbacks import CSVLogger
for number, rows in enumerate(json.load(sys.stdin)):
    logger = CSVLogger(f"{sys.argv[1]}/{number}.csv")
    logger.on_train_begin()
    for epoch, logs in rows:
        logger.on_epoch_end(epoch, logs)
    logger.on_train_end()
"""


def test_without_an_epoch_there_is_no_history(shared: Server) -> None:
    run = shared.create()
    assert shared.http.get(f"{RUNS}/{run['id']}/history").json() == {"epoch": [], "history": {}}
    assert shared.http.get(f"{RUNS}/{run['id']}/history.csv").content == b"epoch\r\n"
    sampled = shared.http.get(f"{RUNS}/{run['id']}/history?max_points=5").json()
    assert sampled == {"sampled": True, "series": {}}
    shared.http.delete(f"{RUNS}/{run['id']}")


def test_each_metric_is_one_list_as_in_keras_in_the_order_in_which_keras_reports_them(server: Server) -> None:
    attempt = server.running()
    attempt.epoch(0, loss=0.69, accuracy=0.5, val_loss=0.68)
    attempt.epoch(1, loss=0.66, accuracy=0.6, val_loss=0.66)
    history = server.http.get(f"{RUNS}/{attempt.run}/history").json()
    assert history == {
        "epoch": [0, 1],
        "history": {"loss": [0.69, 0.66], "accuracy": [0.5, 0.6], "val_loss": [0.68, 0.66]},
    }
    assert list(history["history"]) == ["loss", "accuracy", "val_loss"]


def test_values_that_are_not_finite_and_epochs_without_a_value_are_null(server: Server) -> None:
    attempt = server.running()
    attempt.epoch(0, loss=None, val_loss=1.0)
    attempt.epoch(1, loss=0.5)
    attempt.epoch(3, loss=0.25, val_loss=2.0)
    assert server.http.get(f"{RUNS}/{attempt.run}/history").json() == {
        "epoch": [0, 1, 3],
        "history": {"loss": [None, 0.5, 0.25], "val_loss": [1.0, None, 2.0]},
    }


def test_numbers_come_back_bit_for_bit(server: Server) -> None:
    values = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -2.5, 1 / 3]
    attempt = server.running()
    for epoch, value in enumerate(values):
        attempt.epoch(epoch, loss=value)
    got = server.http.get(f"{RUNS}/{attempt.run}/history").json()["history"]["loss"]
    assert [value.hex() for value in got] == [value.hex() for value in values]


def test_an_epoch_that_is_reported_again_by_a_later_attempt_counts_once(server: Server) -> None:
    attempt = server.running()
    attempt.epoch(0, loss=0.5)
    attempt.end("released")
    again = server.worker("another").claim()
    again.epoch(0, loss=0.5)
    again.epoch(1, loss=0.25)
    assert server.http.get(f"{RUNS}/{attempt.run}/history").json()["epoch"] == [0, 1]


def test_the_csv_is_what_keras_csvlogger_writes_byte_for_byte(server: Server, tmp_path: Path) -> None:
    shapes = [("loss", "accuracy"), ("val_loss", "loss", "learning_rate"), ("f1 score, macro",)]
    attempts, told = [], []
    for shape in shapes:
        attempt = server.running()
        rows: list[tuple[int, dict[str, float]]] = []
        for epoch in range(5):
            logs = {name: math.sin(epoch + place) / 3 for place, name in enumerate(shape)}
            attempt.tell("epoch", epoch=epoch, metrics=logs, seconds=1)
            rows.append((epoch, logs))
        attempt.tell("epoch", epoch=5, metrics=dict.fromkeys(shape), seconds=1)
        rows.append((5, dict.fromkeys(shape, math.nan)))
        attempts.append(attempt)
        told.append(rows)
    done = subprocess.run(
        [sys.executable, "-c", KERAS_WRITES, str(tmp_path)], input=json.dumps(told), text=True, timeout=120
    )
    assert done.returncode == 0
    for number, attempt in enumerate(attempts):
        answer = server.http.get(f"{RUNS}/{attempt.run}/history.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["content-disposition"] == f'attachment; filename="first-network-{attempt.run}.csv"'
        assert answer.content == (tmp_path / f"{number}.csv").read_bytes()


def test_what_an_epoch_did_not_measure_is_na_in_the_csv() -> None:
    text = as_csv({"loss": Series([0, 1], [0.5, 0.25]), "val_loss": Series([1], [None])})
    assert text == "epoch,loss,val_loss\r\n0,0.5,NA\r\n1,0.25,nan\r\n"


def test_columns_stand_side_by_side() -> None:
    assert columns({"a": Series([0, 2], [1.0, None]), "b": Series([1], [3.0])}) == (
        [0, 1, 2],
        {"a": [1.0, None, None], "b": [None, 3.0, None]},
    )


def packed(epochs: list[int], values: list[float | None]) -> Column:
    numbers = array("d", [math.nan if value is None else value for value in values])
    return Column.packed(array("i", epochs).tobytes(), numbers.tobytes())


values = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=300)


class TestSampling:
    """``max_points``: each metric keeps what makes its curve."""

    @given(values=values, max_points=st.integers(2, 60), first=st.integers(0, 5), step=st.integers(1, 3))
    @settings(deadline=None, derandomize=True, database=None)
    def test_first_last_lowest_highest_and_what_is_not_finite_stay(
        self, values: list[float | None], max_points: int, first: int, step: int
    ) -> None:
        epochs = [first + step * index for index in range(len(values))]
        got = sample(Series(epochs, values), max_points)
        points = list(zip(got.epoch, got.value, strict=True))
        assert len(points) <= max_points
        assert len(points) >= min(len(values), 2)
        assert got.epoch == sorted(set(got.epoch))
        assert set(points) <= set(zip(epochs, values, strict=True))
        assert points[0] == (epochs[0], values[0])
        assert points[-1] == (epochs[-1], values[-1])
        finite = [value for value in values if value is not None]
        if max_points >= 5 and finite:
            kept = [value for value in got.value if value is not None]
            assert min(kept) == min(finite)
            assert max(kept) == max(finite)
        if max_points >= 5 and None in values:
            assert None in got.value

    @given(values=values, max_points=st.integers(2, 400))
    @settings(deadline=None, derandomize=True, database=None)
    def test_a_short_curve_stays_as_it_is(self, values: list[float | None], max_points: int) -> None:
        series = Series(list(range(len(values))), values)
        if len(values) <= max_points:
            assert sample(series, max_points) == series

    def test_every_stretch_keeps_its_own_peak(self) -> None:
        values: list[float | None] = [0.0] * 1000
        for peak in range(5, 1000, 100):
            values[peak] = 1.0
        got = sample(Series(list(range(1000)), values), 22)
        assert [epoch for epoch, value in zip(got.epoch, got.value, strict=True) if value] == list(range(5, 1000, 100))

    @given(values=values, max_points=st.integers(2, 60))
    @settings(deadline=None, derandomize=True, database=None)
    def test_packed_columns_keep_the_same_points(self, values: list[float | None], max_points: int) -> None:
        epochs = list(range(3, 3 + len(values)))
        kept = sample(Series(epochs, values), max_points)
        answer = json.loads(encoded_sample({"loss": packed(epochs, values)}, max_points))
        assert answer == {"sampled": True, "series": {"loss": {"epoch": kept.epoch, "value": kept.value}}}

    def test_each_metric_has_its_own_epochs_in_the_answer(self, server: Server) -> None:
        attempt = server.running()
        for epoch in range(30):
            attempt.epoch(epoch, loss=1.0 / (epoch + 1), accuracy=0.9 if epoch == 17 else 0.5)
        series = server.http.get(f"{RUNS}/{attempt.run}/history?max_points=6").json()
        assert series["sampled"] is True
        assert all(len(one["epoch"]) == len(one["value"]) <= 6 for one in series["series"].values())
        assert 17 in series["series"]["accuracy"]["epoch"]
        assert series["series"]["loss"]["epoch"][0] == 0
        assert series["series"]["loss"]["epoch"][-1] == 29

    @pytest.mark.parametrize("points", ["1", "0", "-1", "100001", "many", ""])
    def test_a_number_that_makes_no_sense_is_refused(self, shared: Server, points: str) -> None:
        body = problem(shared.http.get(f"{RUNS}/any/history?max_points={points}"), 422, "invalid-input")
        assert body["errors"][0]["pointer"] == "/query/max_points"
