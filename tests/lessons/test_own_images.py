"""A person's own images in the lessons about images: trained by a real worker, asked about, repeated by the listing."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.thumbnails import png
from jobs.datasets import DatasetState, Source
from jobs.lessons import registry
from jobs.lessons.shared import sizes
from jobs.lessons.shared.layers import Layer, layer
from tests.lessons.repeating import history_of
from tests.running import Running

LESSONS = ("convolution", "mnist", "cifar10", "augmentation")

SMALL: dict[str, dict[str, Any]] = {
    "convolution": {"filters": [4], "hidden_layers": [16], "kernel_size": 3, "digit": 1},
    "mnist": {},
    "cifar10": {"network": "simple"},
    "augmentation": {"horizontal_flip": True, "featurewise_center": True},
}


@pytest.mark.parametrize("slug", LESSONS)
def test_a_lesson_follows_the_files_shape_and_classes_and_its_listing_repeats_it(
    fitboard: Running, datasets_folder: Path, tmp_path: Path, slug: str
) -> None:
    run = fitboard.run(slug, dataset="bars", samples=50, epochs=2, batch_size=10, **SMALL[slug])["id"]
    done = fitboard.finished(run)
    assert done["status"] == "completed", done["error"]
    assert done["params"]["dataset"] == "bars"
    assert done["result"]["band"] is None
    shown = {one["name"]: one["content"] for one in fitboard.http.get(f"/api/v1/runs/{run}/exhibits").json()["items"]}
    if slug == "convolution":
        assert shown["answer"]["columns"] == ["class", "0", "1", "2"]
        assert ["answer", "3", 51, "the whole image"] in shown["layers"]["rows"]
    else:
        assert shown["confusion"]["classes"] == ["0", "1", "2"]

    listing = fitboard.http.get(f"/api/v1/runs/{run}/script.py").text
    assert 'np.load("bars.npz")' in listing
    assert "classes" in listing
    repeated, printed = history_of(listing, tmp_path / "listing", datasets_folder)
    assert repeated == fitboard.http.get(f"/api/v1/runs/{run}/history").json()["history"]
    score = done["result"]["test"]
    assert f"loss {score['loss']:.4f}  accuracy {score['accuracy']:.4f}" in printed


def test_its_model_is_asked_about_its_images_and_pictures_of_other_sizes(fitboard: Running) -> None:
    run = fitboard.run("mnist", dataset="bars", epochs=3, batch_size=10)["id"]
    assert fitboard.finished(run)["status"] == "completed"
    samples = fitboard.http.get(f"/api/v1/runs/{run}/samples").json()
    assert (samples["takes"], [one["truth"] for one in samples["samples"][:4]]) == ("image", ["0", "1", "2", "0"])
    answer = fitboard.http.post(f"/api/v1/runs/{run}/predict", json={"image": samples["samples"][0]["image"]}).json()
    assert set(answer["probabilities"]) == {"0", "1", "2"}
    assert answer["saw"]["shape"] == [12, 16, 3]
    black = png([bytes(40 * 3)] * 50, 40, 3)
    large = base64.b64encode(black).decode()
    answer = fitboard.http.post(f"/api/v1/runs/{run}/predict", json={"image": large}).json()
    assert answer["notes"] == ["Brought from 40 by 50 to 16 by 12 pixels."]
    page = fitboard.http.get(f"/runs/{run}/try", headers={"Accept": "text/html"}).text
    assert "Choose a picture and see" in page, "a colour picture isn't drawn"


def test_the_lab_shows_them(fitboard: Running) -> None:
    body = {"dataset": "bars", "params": {"horizontal_flip": True}, "rows": 2, "columns": 2}
    answer = fitboard.http.post("/api/v1/previews/augmentation", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["dataset"], len(answer.json()["images"])) == ("bars", 4)
    page = fitboard.http.get("/lab?dataset=bars", headers={"Accept": "text/html"}).text
    assert '<option value="bars" selected' in page


@pytest.mark.parametrize("name", ["nothing-of-this-name", "ionosphere", "cifar10"])
def test_a_name_that_the_lesson_cannot_learn_from_is_refused(fitboard: Running, name: str) -> None:
    answer = fitboard.http.post("/api/v1/runs", json={"lesson": "mnist", "params": {"dataset": name}})
    assert (answer.status_code, answer.json()["type"]) == (409, "/errors/dataset-unavailable")
    assert name in answer.json()["detail"]
    assert "digits" in answer.json()["detail"]


def images_of(shape: tuple[int, int, int], classes: int = 3) -> DatasetState:
    names = tuple(map(str, range(classes)))
    return DatasetState("mine", "mine", Source.UPLOAD, 500, int(np.prod(shape)), names, "here", 100, shape)


@pytest.mark.parametrize(
    ("slug", "params", "shape", "field", "said"),
    [
        ("mnist", {"network": "larger"}, (11, 40, 1), "network", "11 by 40 pixels are too small for this network"),
        ("mnist", {"network": "simple"}, (256, 256, 3), "", ""),
        ("cifar10", {"network": "deep"}, (256, 256, 3), "network", "135 million parameters; at most 100 million"),
        ("cifar10", {"network": "deep"}, (8, 8, 1), "", ""),
        ("cifar10", {"network": "simple"}, (256, 256, 3), "network", "million parameters"),
        ("augmentation", {}, (8, 8, 1), "", ""),
        ("augmentation", {"zca_whitening": True}, (64, 64, 3), "zca_whitening", "12,288 by 12,288 numbers"),
        ("convolution", {"digit": 3}, (28, 28, 1), "digit", "mine has no class 3. Use 0 to 2."),
        ("convolution", {"digit": 1, "kernel_size": 9}, (8, 8, 1), "kernel_size", "A kernel of 9 by 9 does not fit"),
        ("convolution", {"digit": 1, "pool_size": 1, "hidden_layers": [512]}, (256, 256, 1), "pool_size", "million"),
    ],
)
def test_images_that_a_network_does_not_fit_are_refused_with_the_numbers(
    slug: str, params: dict[str, Any], shape: tuple[int, int, int], field: str, said: str
) -> None:
    lesson = registry.get(slug)
    issues = lesson.check(lesson.params.model_validate(params), images_of(shape))
    assert [issue.field for issue in issues] == ([field] if field else [])
    assert all(said in issue.detail for issue in issues)


@pytest.mark.parametrize("shape", [(12, 16, 3), (28, 28, 1), (17, 9, 3)])
@pytest.mark.parametrize("network", ["simple", "larger", "deep"])
def test_parameters_are_counted_as_keras_counts_them(shape: tuple[int, int, int], network: str) -> None:
    from jobs.lessons.cifar10.network import layers as photographs
    from jobs.lessons.mnist.network import layers as digits
    from jobs.lessons.shared.layers import stacked

    made: list[Layer] = photographs("deep", 0.2, 3.0, 4) if network == "deep" else digits(network, 0.2, 4)
    counted = sizes.parameters_of(shape, made)
    if counted is None:
        assert (shape, network) == ((17, 9, 3), "larger")
        with pytest.raises(ValueError, match=r"[Nn]egative|[Cc]omputed"):
            stacked(shape, made, 1)
    else:
        assert counted == stacked(shape, made, 1).count_params()


def test_the_description_of_a_layer_that_no_lesson_has_is_counted_as_nothing() -> None:
    assert sizes.parameters_of((8, 8, 1), [layer("Dropout", 0.5)]) == 0
