"""A table of one's own, with three classes, in the lessons about tables: trained by a real worker and repeated."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobs.asking import Input, Unanswerable
from jobs.datasets import Datasets, DatasetState, Reading, Source
from jobs.lessons import registry
from jobs.lessons.shared import own_listing, table_asking
from jobs.lessons.shared.tables import Parts
from tests.lessons.events import events_of
from tests.lessons.repeating import history_of, output_of
from tests.running import Running

SPECIES = ["setosa", "versicolor", "virginica"]
FEATURES = ["sepal length", "sepal width", "petal length", "petal width"]
TABLES = ("keras", "first-network", "scikit-learn", "history", "checkpoints", "dropout", "learning-rate")
SMALL: dict[str, Any] = {"dataset": "plants", "epochs": 3, "hidden_layers": [6]}


GAPS = "".join(f"{gap},5,x\n6,{gap},y\n7,8,{gap}\n" for gap in ("", "?", "-", "na", "N/A", "NaN", "null", " NULL "))
"""Rows of a table with three columns, each with a gap."""


@pytest.mark.parametrize("slug", [slug for slug in TABLES if slug != "scikit-learn"])
def test_a_lesson_learns_three_classes_and_its_listing_repeats_it(
    fitboard: Running, datasets_folder: Path, tmp_path: Path, slug: str
) -> None:
    run = fitboard.run(slug, **SMALL)["id"]
    done = fitboard.finished(run, timeout=200)  # compiling takes long where much else runs
    assert done["status"] == "completed", done["error"]
    found = {name: done["params"][name] for name in ("dataset", "target", "header", "separator")}
    assert found == {"dataset": "plants", "target": "species", "header": "yes", "separator": ";"}
    result = done["result"]
    assert result["band"] is None, "nothing can be said of other people's data"
    assert result["predictions"]["columns"] == ["row", "probability", "predicted", "truth", "right"]
    assert {row[3] for row in result["predictions"]["rows"]} <= set(SPECIES)
    texts = [event["data"].get("message", "") for event in events_of(fitboard, run) if event["type"] == "log"]
    assert texts[0] == (
        "dataset plants: 73 rows (24 setosa, 24 versicolor and 25 virginica) with 4 features from plants.csv in the "
        "datasets folder. Left out: 2 rows in which a value is missing; 1 column: plant (text: 'no 0' in line 2)."
    )

    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder)
    assert repeated == fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    score = result["test"]
    assert f"loss {score['loss']:.4f}  accuracy {score['accuracy']:.4f}" in printed
    first = result["predictions"]["rows"][0]
    assert f"truth {first[3]}  network {first[2]} with {first[1]:.3f}" in printed


def test_the_life_cycle_says_what_several_classes_need(fitboard: Running) -> None:
    run = fitboard.run("keras", **SMALL)["id"]
    assert fitboard.finished(run, timeout=200)["status"] == "completed"
    shown = {one["name"]: one for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    assert shown["define"]["content"]["rows"][-1][2:4] == [3, "softmax"]
    assert fitboard.read(run)["params"]["loss"] == "sparse_categorical_crossentropy"
    assert ["loss", "Sparse categorical cross-entropy"] in shown["compile"]["content"]["facts"]
    assert "The softmax answers" in shown["predictions"]["note"]
    held_out = shown["evaluate"]["content"]["rows"][1]
    assert held_out[:2] == ["held-out rows", 15]
    assert held_out[4] in [count / 15 for count in range(5, 16)], "what the most frequent class would get"


def test_its_model_is_asked_about_a_row(fitboard: Running) -> None:
    run = fitboard.run("first-network", **{**SMALL, "epochs": 40})["id"]
    assert fitboard.finished(run, timeout=200)["status"] == "completed"
    samples = fitboard.http.get(f"/api/v1/runs/{run}/samples").json()
    assert (samples["takes"], samples["columns"]) == ("row", FEATURES)
    answer = fitboard.http.post(f"/api/v1/runs/{run}/predict", json={"row": [5.0, 3.4, 1.5, 0.2]}).json()
    assert list(answer["probabilities"]) == SPECIES
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert answer["class"] == max(answer["probabilities"], key=answer["probabilities"].get) == "setosa"


def test_a_run_goes_on_with_the_rows_that_it_began_with_and_with_no_others(fitboard: Running) -> None:
    def uploaded(first: int) -> None:
        rows = "".join(f"{number},{number % 7},{'xy'[number % 2]}\n" for number in range(first, first + 20))
        answer = fitboard.http.post("/api/v1/datasets", files={"file": ("other.csv", f"a,b,kind\n{rows}")})
        assert answer.status_code == 201

    def resumed(**how: int) -> dict[str, Any]:
        assert fitboard.http.post(f"/api/v1/runs/{run}/resume", json=how).status_code == 202
        return fitboard.finished(run, timeout=200)

    uploaded(0)
    run = fitboard.run("first-network", **{**SMALL, "dataset": "other"})["id"]
    assert fitboard.finished(run, timeout=200)["status"] == "completed"
    assert fitboard.http.delete("/api/v1/datasets/other").status_code == 204
    uploaded(1)
    failed = resumed(epochs=6)
    assert (failed["status"], failed["reason"], failed["epoch"]) == ("failed", "data", SMALL["epochs"] - 1)
    assert failed["error"]["title"] == "The data has changed"
    assert "The dataset other holds other rows" in failed["error"]["detail"]
    assert fitboard.http.delete("/api/v1/datasets/other").status_code == 204
    uploaded(0)
    assert resumed()["status"] == "completed"
    assert len(fitboard.http.get(f"/api/v1/runs/{run}/history").json()["epoch"]) == 6
    assert fitboard.http.delete("/api/v1/datasets/other").status_code == 204


def test_folds_hold_every_class_and_the_listing_comes_near(
    fitboard: Running, datasets_folder: Path, tmp_path: Path
) -> None:
    params = {**SMALL, "n_splits": 3, "epochs": 40, "learning_rate": 0.01}
    run = fitboard.run("scikit-learn", **params)["id"]
    done = fitboard.finished(run, timeout=200)
    assert done["status"] == "completed", done["error"]
    assert len(done["result"]["scores"]) == 3
    assert done["result"]["mean"] > 0.8
    if find_spec("scikeras") is None:
        pytest.skip("SciKeras is not installed")
    printed = output_of(fitboard.http.get(f"/api/v1/runs/{run}/script.py").text, tmp_path / "listing", datasets_folder)
    mean = float(printed.rsplit("mean ", 1)[1].split()[0])
    assert mean == pytest.approx(done["result"]["mean"], abs=0.12)


def state(classes: tuple[str, ...] = ("a", "b", "c"), counts: tuple[int, ...] = (40, 4, 40)) -> DatasetState:
    """An own table as admission sees it."""
    reading = Reading("kind", "yes", ",")
    return DatasetState("mine", "", Source.FOLDER, 84, 2, classes, "", shape=(2,), reading=reading, counts=counts)


def test_a_class_rarer_than_there_are_folds_is_refused() -> None:
    lesson = registry.get("scikit-learn")
    [issue] = lesson.check(lesson.params(dataset="mine"), state())
    assert (issue.field, issue.detail) == (
        "n_splits",
        "n_splits is 10, and 4 rows are of the class 'b': each fold needs a row of every class. Use 2 to 4 folds.",
    )
    assert lesson.check(lesson.params(dataset="mine", n_splits=4), state()) == []
    [issue] = lesson.check(lesson.params(dataset="mine"), state(counts=(1, 3, 80)))
    assert issue.detail.endswith("1 row is of the class 'a': each fold needs a row of every class. Give each class two "
                                 "rows or more.")  # fmt: skip


def test_a_loss_for_one_output_is_refused() -> None:
    lesson = registry.get("keras")
    [issue] = lesson.check(lesson.params(dataset="mine", loss="mean_squared_error"), state())
    assert (issue.field, issue.code) == ("loss", "not_for_this_dataset")
    assert "choose that" in issue.detail
    assert lesson.check(lesson.params(dataset="mine", loss="sparse_categorical_crossentropy"), state()) == []
    assert lesson.check(lesson.params(dataset="breast-cancer", loss="mean_squared_error"), state()) == []
    [issue] = lesson.check(lesson.params(dataset="breast-cancer", loss="sparse_categorical_crossentropy"), state())
    assert issue.detail.endswith("has one output: choose binary_crossentropy or mean_squared_error.")


def test_a_class_that_no_training_row_has_is_told() -> None:
    x, y = np.zeros((3, 1), "float32"), np.array([0, 1, 0], "float32")
    assert Parts((x, y), None, False).warnings(("a", "b", "c")) == [
        "No training row is of the class c: the network can't learn it. Hold fewer rows out."
    ]
    assert Parts((x, y), None, False).warnings(("a", "b")) == []


@pytest.mark.parametrize("slug", TABLES)
@pytest.mark.parametrize(
    ("target", "header", "separator"),
    [("", "auto", "auto"), ("kind", "yes", ";"), ('"<seed>"', "yes", "tab"), ("3", "no", ",")],
)
def test_every_listing_of_an_own_table_is_python(slug: str, target: str, header: str, separator: str) -> None:
    lesson = registry.get(slug)
    params = lesson.params(dataset="it's mine", target=target, header=header, separator=separator)
    text = lesson.script(params, True, "jax")
    compile(text, "listing.py", "exec")
    assert 'open("it\'s mine.csv"' in text
    assert 'Dense(len(classes), activation="softmax"' in text
    assert 'loss="sparse_categorical_crossentropy"' in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    ("content", "reading"),
    [
        ("a,b,kind\n1,2,x\n3,?,y\n5,6,x\n\n7,8,y\n", Reading()),
        ("x;1,5;7\ny;2,5;8\nx;3,5;7\n", Reading(target="1")),
        ("\ufeffkind\ta\tnote\r\nx\t1\thi\r\ny\t2\t\r\n\r\nx\tNA\tyo\r\ny\t4\thi\r\n", Reading(target="kind")),
        ("-,?,\n Na , - ,kind\n1,2,x\n3,4,y\n5,?,y\n", Reading()),
        (f"a,b,kind\n1,2,x\n3,4,y\n{GAPS}", Reading(header="yes")),
        (',a,"q ""b"", c",kind\n0,1,+2e1,10\n1,3,.5,9\n2,.,7,9\n3,-5,7.,10\n', Reading(header="yes")),
    ],
)
def test_a_listing_reads_what_a_training_gets(tmp_path: Path, content: str, reading: Reading) -> None:
    (tmp_path / "mine.csv").write_bytes(content.encode())
    datasets = Datasets(tmp_path, tmp_path, downloads=False)
    found = datasets.state("mine", reading).reading
    assert found is not None
    data = datasets.load("mine", print, found)
    lesson = registry.get("first-network")
    text = own_listing.load(
        lesson.params(dataset="mine", target=found.target, header=found.header, separator=found.separator)
    ).replace('open("', f'open("{tmp_path}/')
    space: dict[str, Any] = {}
    exec("import csv, re\nimport numpy as np\n" + text, space)
    assert np.array_equal(space["x"], data.x)
    assert np.array_equal(space["y"], data.y)
    assert space["x"].dtype == space["y"].dtype == np.float32
    assert tuple(space["classes"]) == data.class_names


def test_a_model_of_another_table_is_not_asked(tmp_path: Path) -> None:
    import keras

    (tmp_path / "mine.csv").write_text("a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n")
    datasets = Datasets(tmp_path, tmp_path, downloads=False)
    params = registry.get("first-network").params(dataset="mine")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    with pytest.raises(Unanswerable, match=r"mine\.csv has other columns or classes than when this model was trained"):
        table_asking.ASKING.predict(params, model, datasets, Input(row=(1.0, 2.0)))
