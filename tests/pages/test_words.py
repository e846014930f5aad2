"""Words on pages: the server's and the browser's say the same."""

import json
import shlex
import subprocess
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

import pytest

from app import overlay
from app.charts import curves, prefers_low, short, summary
from app.pages import words
from app.pages.assets import FOLDER
from app.pages.cards import Card
from app.pages.snippets import command, curl, python
from app.runs.history import Series
from app.terminal import grids
from jobs.lessons import registry
from tests.javascript import node
from tests.pages.curves import SHAPES, History, as_json, history

SECONDS = [None, 0.0, 0.004, 0.049, 0.06, 1.0, 1.26, 9.94, 9.96, 12.3, 59.6, 60.0, 61.0, 600.0, 3599.0, 3661.0, 90061.0]
VALUES = [None, 0, 0.5, -0.25, 0.00123, 0.0000123, 12.345, 99.96, 82115.4, 3.2e9, 1.0]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, "—"),
        (0.004, "4 ms"),
        (1.0, "1 s"),
        (1.26, "1.3 s"),
        (12.3, "12 s"),
        (61, "1 min 1 s"),
        (120, "2 min"),
        (3700, "1 h 1 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_durations_have_at_most_two_units(seconds: float | None, expected: str) -> None:
    assert words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 B"), (999, "999 B"), (1234, "1.2 kB"), (28_400, "28 kB"), (4_815_814, "4.8 MB")]
)
def test_sizes_are_decimal(count: int, expected: str) -> None:
    assert words.size(count) == expected


def test_the_browser_writes_sizes_alike() -> None:
    counts = [0, 999, 1000, 1234, 9_960, 28_400, 999_400, 999_600, 4_815_814, 3 * 10**12]
    found = in_javascript(f"{imported('words.js')} console.log(JSON.stringify({counts}.map(m.size)))")
    assert found == [words.size(one) for one in counts]


def test_counts_know_their_plural() -> None:
    assert words.count(1, "run") == "1 run"
    assert words.count(0, "run") == "0 runs"
    assert words.count(12345, "row") == "12,345 rows"


def test_times_are_for_machines_and_for_people() -> None:
    time = datetime(2025, 11, 3, 7, 5, tzinfo=UTC)
    assert words.moment(time) == "2025-11-03T07:05:00Z"
    assert words.clock(time) == "3 Nov 2025, 07:05 UTC"


def in_javascript(code: str) -> object:
    """What a piece of our JavaScript answers, in Node.js."""
    script = f"process.chdir({json.dumps(str(FOLDER / 'js'))});{code}"
    result = subprocess.run(
        [node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(result.stdout)


def imported(module: str) -> str:
    """A line that imports one of our modules as ``m``."""
    return f"const m = await import({json.dumps((FOLDER / 'js' / module).as_uri())});"


def test_browser_and_server_write_values_alike() -> None:
    names = ["loss", "val_loss", "accuracy", "val_auc", "mae"]
    found = in_javascript(
        f"{imported('words.js')} console.log(JSON.stringify([{json.dumps(SECONDS)}.map(m.duration),"
        f"{json.dumps(VALUES)}.map(m.short), {json.dumps(names)}.map(m.prefersLow)]))"
    )
    shorts = ["—" if value is None else short(value) for value in VALUES]
    assert found == [[words.duration(one) for one in SECONDS], shorts, [prefers_low(name) for name in names]]


@pytest.mark.parametrize("token", [False, True])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"epochs": 20},
        {"hidden_layers": [12, 8], "scale_features": False, "learning_rate": 0.003, "note": "it's", "none": None},
    ],
)
def test_browser_and_server_write_the_same_snippets(params: dict[str, object], token: bool) -> None:
    place = json.dumps({"origin": "http://127.0.0.1:8000", "lesson": "first-network", "token": token})
    changed = json.dumps(params)
    found = in_javascript(
        f"{imported('snippets.js')} const texts = [m.curl({place}, {changed}), m.python({place}, {changed})];"
        "console.log(JSON.stringify(texts))"
    )
    origin = "http://127.0.0.1:8000"
    assert found == [
        curl(origin, "first-network", params, token=token),
        python(origin, "first-network", params, token=token),
    ]


def test_browser_and_server_write_the_same_command() -> None:
    params = {"hidden_layers": [12, 8], "scale_features": False, "learning_rate": 0.003, "activation": "relu"}
    found = in_javascript(
        f"{imported('snippets.js')} console.log(JSON.stringify(m.command('first-network', {json.dumps(params)})))"
    )
    assert found == command("first-network", params)


def test_the_command_of_a_sweep_comes_to_the_grid_of_the_form() -> None:
    grid = {"hidden_layers": [[12, 8], [4]], "learning_rate": [0.1, 0.001], "scale_features": [True, False]}
    grid["optimizer"] = ["adam", "sgd"]
    text = in_javascript(
        f"{imported('snippets.js')}"
        f"console.log(JSON.stringify(m.command('first-network', {{epochs: 3}}, {json.dumps(grid)})))"
    )
    words = shlex.split(str(text).replace("\\\n", ""))
    assert words[:5] == ["fitboard", "sweep", "first-network", "--epochs", "3"]
    tries = [words[place + 1] for place, word in enumerate(words) if word == "--try"]
    assert grids.parse(registry.get("first-network"), tries) == grid


def test_the_python_snippet_is_python() -> None:
    compile(python("http://127.0.0.1:8000", "first-network", {"on": True, "none": None}), "snippet", "exec")


def test_browser_and_server_say_the_same_of_folds() -> None:
    parts = [
        {"loss": Series([0, 1, 2], [0.9, 0.5, 0.25]), "val_loss": Series([0, 1, 2], [1.0, 0.75, 0.5])},
        {"loss": Series([0, 1, 2], [0.7, 0.25, 0.75]), "val_loss": Series([0, 1], [None, 0.25])},
    ]
    mean = {"loss": Series([0, 1, 2], [0.8, 0.375, 0.5]), "val_loss": Series([0, 1, 2], [None, 0.5, 0.5])}
    told = json.dumps([{name: asdict(one) for name, one in part.items()} for part in parts])
    found = in_javascript(
        f"const {{ History }} = await import({json.dumps((FOLDER / 'js' / 'history.js').as_uri())});"
        f"{imported('charttext.js')} const history = new History({{}});"
        f"{told}.forEach((part, fold) => {{ for (const [name, {{ epoch, value }}] of Object.entries(part))"
        "  epoch.forEach((one, index) => history.add(one, { [name]: value[index] }, fold)); });"
        "console.log(JSON.stringify([m.summary('loss', history), history.series.get('loss').value,"
        "  m.around(history, 'loss', 1), m.around(history, 'val_loss', 0), m.around(history, 'val_loss', 2)]))"
    )
    (curve,) = curves(mean, folds=parts)
    assert found == [curve.summary, [0.8, 0.375, 0.5], "± 0.1250", "", ""]
    assert curve.summary == (
        "Training loss, the mean of 2 folds, went from 0.8000 (epoch 1) to 0.5000 (epoch 3); lowest 0.3750 at epoch 2. "
        "Its standard deviation over the folds is 0.2500 then. "
        "Validation loss, the mean of 1 to 2 folds, went from 0.5000 (epoch 2) to 0.5000 (epoch 3); "
        "lowest 0.5000 at epoch 2."
    )


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ([0.5, 1.5], [1]),
        ([0.988, 2.012], [1, 2]),
        ([0.976, 3.024], [1, 2, 3]),
        ([2.2, 4.9], [3, 4]),
        ([0.93, 9.07], None),
    ],
)
def test_an_axis_of_epochs_has_whole_ticks_and_none_that_is_not_there(
    span: list[float], expected: list[int] | None
) -> None:
    found = in_javascript(f"{imported('figure.js')} console.log(JSON.stringify(m.epochTicks({span}, 8)))")
    assert isinstance(found, dict)
    assert found.get("tickvals") == expected


def test_browser_and_server_say_how_far_a_training_is() -> None:
    def card(**values: Any) -> Card:
        empty = dict.fromkeys(field.name for field in fields(Card))
        return Card(**{**empty, "trains": True, "fold": 0, **values})

    found = in_javascript(
        f"{imported('words.js')} console.log(JSON.stringify([m.epochWords({{epoch: 6}}, 150),"
        "m.epochWords({epoch: 6}, undefined), m.epochWords({epoch: 6, fold: 1, folds: 10}, 150)]))"
    )
    cards = [card(epoch=7, epochs=150), card(epoch=7), card(epoch=7, epochs=150, fold=1, folds=10)]
    assert found == [one.progress for one in cards]
    assert found == ["epoch 7 of 150", "epoch 7", "fold 2 of 10, epoch 7 of 150"]
    assert card(trains=False, stage="compile", epoch=0).progress == "stage compile"


def trainings() -> list[History]:
    """Curves of every shape, of every length that matters, with and without jumps; some with a value missing."""
    found = [
        history(shape, epochs, scatter, seed)
        for seed, shape in enumerate(SHAPES)
        for epochs in (1, 2, 3, 9, 60)
        for scatter in (0.0, 0.06)
    ]
    for one in found[::3]:
        one["val_loss"].value[-1] = None
    for one in found[::7]:
        del one["val_loss"]
    return [*found, {}, {"loss": Series([0], [None])}, {"loss": Series([3, 4, 9], [2.0, 1.0, 1.0])}]


def test_browser_and_server_say_the_same_of_curves() -> None:
    found = trainings()
    told = json.dumps([as_json(one) for one in found])
    said = in_javascript(
        f"const {{ History }} = await import({json.dumps((FOLDER / 'js' / 'history.js').as_uri())});"
        f"{imported('charttext.js')} const words = {told}.map((one) => m.summary('loss', new History(one)));"
        "console.log(JSON.stringify(words))"
    )
    assert said == [summary("loss", one.get("loss"), one.get("val_loss")) for one in found]
    assert isinstance(said, list)
    assert len(set(said)) > 30


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_browser_and_server_come_to_the_same_figures_of_runs(metric: str) -> None:
    found = [{name.replace("loss", metric): one for name, one in part.items()} for part in trainings()]
    told = json.dumps([as_json(one) for one in found])
    said = in_javascript(
        f"const {{ History }} = await import({json.dumps((FOLDER / 'js' / 'history.js').as_uri())});"
        f"{imported('figures.js')} const all = {told}.map((one) => m.figures(new History(one), '{metric}'));"
        "const named = all.map(({ best }, place) => ({ label: `run ${place}`, best }));"
        f"console.log(JSON.stringify([all, m.verdict('{metric}', named), m.verdict('{metric}', named.slice(0, 1)),"
        f"m.verdict('{metric}', [])]))"
    )
    ours = [overlay.figures(one, metric) for one in found]
    assert isinstance(said, list)
    assert said[0] == [
        {
            "best": one.best,
            "epoch": -1 if one.best_epoch is None else one.best_epoch,
            "last": one.train,
            "held": one.validation,
            "gap": one.gap,
        }
        for one in ours
    ]
    named = [(f"run {place}", one) for place, one in enumerate(ours)]
    assert said[1:] == [overlay.summary(metric, some) for some in (named, named[:1], [])]
