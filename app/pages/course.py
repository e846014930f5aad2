"""The course as a path: its fourteen lessons in order, in chapters. The words are the lessons' own."""

from dataclasses import dataclass
from typing import Any

from jobs.lessons import registry
from jobs.lessons.base import Lesson

_CHAPTERS = (
    ("What is underneath", ("theano", "tensorflow", "keras")),
    ("The first networks", ("multilayer-perceptrons", "first-network", "scikit-learn")),
    ("Reading and steering a training", ("history", "checkpoints", "dropout", "learning-rate")),
    ("Pictures", ("convolution", "mnist", "cifar10", "augmentation")),
)


@dataclass(frozen=True)
class Chapter:
    """Lessons that belong together."""

    title: str
    lessons: tuple[Lesson[Any], ...]


def chapters() -> tuple[Chapter, ...]:
    """The whole path."""
    return tuple(Chapter(title, tuple(registry.get(slug) for slug in slugs)) for title, slugs in _CHAPTERS)


def path() -> list[Lesson[Any]]:
    """The lessons in order."""
    return [lesson for chapter in chapters() for lesson in chapter.lessons]


def title(slug: str) -> str:
    """A lesson's title; the slug itself for one that isn't part of the course."""
    lesson = registry.find(slug)
    return slug if lesson is None else lesson.title
