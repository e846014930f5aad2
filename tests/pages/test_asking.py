"""The augmentation lab and "try it", without a browser: what they show before anybody has asked a worker."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.pages import try_it
from app.settings import Settings
from jobs.augmenting import AugmentationParams
from jobs.lessons.shared import image_asking
from tests.app.server import Server, problem, serving
from tests.pages.conftest import Runs
from tests.pages.test_pages import HTML, data_of, page


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own, whose queue is empty."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("asking"), downloads=False)) as started:
        yield started


def fields(server: Server, path: str) -> dict[str, dict[str, str | None]]:
    """The controls of a page by their id."""
    found = page(server, path).found
    return {
        str(attributes["id"]): attributes
        for tag, attributes in found
        if tag in ("input", "select") and "id" in attributes
    }


def test_the_lab_has_a_control_for_every_parameter_with_its_help(server: Server) -> None:
    found = fields(server, "/lab")
    assert set(AugmentationParams.model_fields) <= set(found)
    ids = page(server, "/lab").ids()
    for name in AugmentationParams.model_fields:
        assert found[name]["aria-describedby"] == f"{name}-help"
        assert f"{name}-help" in ids
    assert data_of(server, "/lab", "lab-data")["defaults"] == AugmentationParams().model_dump(mode="json")


def test_the_lab_is_set_as_the_address_says(server: Server) -> None:
    query = "rotation_range=25&horizontal_flip=true&brightness_range=0.5,1.5&fill_mode=wrap&seed=3&index=12"
    found = fields(server, f"/lab?{query}")
    assert found["rotation_range"]["value"] == "25.0"
    assert "checked" in found["horizontal_flip"]
    assert "checked" not in found["vertical_flip"]
    assert (found["brightness_range"]["value"], found["brightness_range-upper"]["value"]) == ("0.5", "1.5")
    assert (found["seed"]["value"], found["index"]["value"]) == ("3", "12")


@pytest.mark.parametrize(
    "query",
    [
        "rotation_range=nan&zoom_range=-1",
        "brightness_range=2,1",
        "seed=²&size=99&index=x",
        "fill_mode=%3Cb%3E&dataset=no",
    ],
)
def test_what_the_address_says_that_cannot_be_is_left_out(server: Server, query: str) -> None:
    assert fields(server, f"/lab?{query}") == fields(server, f"/lab?{'index=0' if 'index' in query else 'dataset=no'}")


def test_an_address_that_says_nothing_shows_a_little_of_everything(server: Server) -> None:
    found = fields(server, "/lab")
    assert float(found["rotation_range"]["value"] or 0) > 0
    assert float(fields(server, "/lab?seed=7")["rotation_range"]["value"] or 0) == 0


def test_the_starts_of_the_lab_are_parameters_that_can_be_used(server: Server) -> None:
    for values in data_of(server, "/lab", "lab-data")["starts"].values():
        AugmentationParams.model_validate(values)


def test_a_completed_run_offers_to_try_its_model_and_no_other_does(server: Server, runs: Runs) -> None:
    def offered(run: str) -> bool:
        return f"/runs/{run}/try" in [attributes.get("href") for _, attributes in page(server, f"/runs/{run}").found]

    assert [offered(run) for run in (runs.completed, runs.failed, runs.running, runs.queued)] == [True] + [False] * 3


def test_the_page_to_try_a_table_asks_for_rows_of_each_saved_model(server: Server, runs: Runs) -> None:
    path = f"/runs/{runs.completed}/try"
    found = page(server, path)
    assert {"row", "samples", "checkpoint"} <= set(found.ids())
    assert "canvas" not in found.ids()
    assert "best, epoch 3" in found.text
    assert data_of(server, path, "try-data") == {"run": runs.completed, "takes": "row", "extent": None}


def finished(server: Server, lesson: str) -> str:
    """A completed run of a lesson with a plane to look at and a saved model."""
    attempt = server.running(lesson=lesson)
    answers = [0, 100, 50, 20]
    plane = {"kind": "plane", "columns": 2, "answers": answers, "extent": [-1, 2, -3, 4], "points": [[0, 0, 1, False]]}
    attempt.tell("exhibit", name="plane", title="Decision boundary", epoch=0, content=plane)
    attempt.epoch(0, loss=0.5, val_loss=0.6)
    attempt.save(lesson.encode())
    attempt.end()
    return attempt.run


def test_where_rows_are_points_the_plane_is_there_to_point_at(empty: Server) -> None:
    run = finished(empty, "multilayer-perceptrons")
    found = page(empty, f"/runs/{run}/try")
    assert {"plane", "row", "samples"} <= set(found.ids())
    assert "Point anywhere on the plane" in found.text
    assert data_of(empty, f"/runs/{run}/try", "try-data")["extent"] == [-1, 2, -3, 4]
    assert f"/runs/{run}/try" in [one.get("href") for _, one in page(empty, f"/runs/{run}").found]


def test_a_cross_validation_says_why_it_has_no_model_to_try(empty: Server) -> None:
    run = finished(empty, "scikit-learn")
    found = page(empty, f"/runs/{run}")
    assert "No model to try here" in found.text
    assert f"/runs/{run}/try" not in [one.get("href") for _, one in found.found]
    problem(empty.http.get(f"/runs/{run}/try"), 404, "no-checkpoint")


def test_the_page_to_try_images_has_a_square_to_draw_on_where_they_are_grey(
    server: Server, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(try_it, "asked_about", lambda _run: image_asking.asking().takes)

    def ids(shape: tuple[int, ...]) -> list[str]:
        monkeypatch.setattr(try_it, "_grey", lambda *_: shape[2] == 1)
        return page(server, f"/runs/{runs.completed}/try").ids()

    assert "canvas" in ids((28, 28, 1))
    assert "canvas" not in ids((32, 32, 3))
    assert "file" in ids((32, 32, 3))


@pytest.mark.parametrize("which", ["running", "queued"])
def test_a_run_without_a_model_has_nothing_to_try(server: Server, runs: Runs, which: str) -> None:
    answer: Any = server.http.get(f"/runs/{getattr(runs, which)}/try")
    problem(answer, 404, "no-checkpoint")
    assert server.http.get("/runs/unknown/try", headers=HTML).status_code == 404
