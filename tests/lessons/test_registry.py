"""What holds for every lesson there is."""

import ast
import itertools

import pytest

from jobs.datasets.catalogue import CATALOGUE, Bundled
from jobs.lessons import registry
from jobs.lessons.base import Lesson, Params

FURTHER = {
    "augmentation": {"tensorflow"},
    "theano": {"pytensor", "pytensor.tensor"},
    "tensorflow": {"tensorflow"},
    "scikit-learn": {
        *("scikeras.wrappers", "sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing"),
    },
}
"""What a lesson's listing may import besides."""

LESSONS = pytest.mark.parametrize("lesson", registry.LESSONS, ids=lambda lesson: lesson.slug)


def test_lessons_stand_in_the_courses_order_with_slugs_of_their_own() -> None:
    numbers = [lesson.number for lesson in registry.LESSONS]
    assert numbers == sorted(set(numbers))
    assert len({lesson.slug for lesson in registry.LESSONS}) == len(registry.LESSONS)


def test_a_lesson_is_found_by_its_slug() -> None:
    assert registry.get("first-network").title == "Your first neural network"
    with pytest.raises(KeyError):
        registry.get("no-such-lesson")


@LESSONS
def test_every_parameter_has_a_default_a_title_and_a_help_text(lesson: Lesson[Params]) -> None:
    for name, field in lesson.params.model_fields.items():
        assert not field.is_required(), name
        assert field.title, name
        assert field.description, name
    lesson.params()


@LESSONS
def test_every_preset_is_valid_and_has_a_reason(lesson: Lesson[Params]) -> None:
    assert lesson.presets[0].values == {}, "the form starts with the first one, which is the defaults"
    assert lesson.presets[0].grid == {}
    assert len({preset.slug for preset in lesson.presets}) == len(lesson.presets)
    for preset in lesson.presets:
        for values in itertools.product(*preset.grid.values()):
            lesson.params.model_validate({**preset.values, **dict(zip(preset.grid, values, strict=True))})
        assert len(preset.why) > 20, preset.slug


@LESSONS
def test_the_datasets_exist_and_the_last_resort_is_bundled(lesson: Lesson[Params]) -> None:
    known = {dataset.name: dataset for dataset in CATALOGUE}
    assert set(lesson.datasets) <= set(known)
    if lesson.datasets:  # some lessons make their own
        assert isinstance(known[lesson.datasets[-1]], Bundled)
    assert bool(lesson.datasets) == ("dataset" in lesson.params.model_fields)


@LESSONS
def test_the_listing_of_every_preset_is_python_and_imports_nothing_of_ours(lesson: Lesson[Params]) -> None:
    for preset in lesson.presets:
        text = lesson.script(lesson.params.model_validate(preset.values), True, "tensorflow")
        tree = ast.parse(text)
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert names <= {"math", "os", "keras", "numpy", "sklearn.datasets", *FURTHER.get(lesson.slug, ())}
        assert max(map(len, text.splitlines())) <= 120
        if lesson.trains and lesson.slug != "scikit-learn":  # SciKeras shuffles by itself, and a seed rules XLA out
            assert "shuffle=False" in text
            assert "jit_compile=True" in text
