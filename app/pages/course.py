"""The course as a path: its fourteen lessons in order, each with what it shows, whether or not it can be run yet.

Lessons that can be run speak for themselves (:mod:`jobs.lessons.registry`); this table fills the places between.
"""

from dataclasses import dataclass

from jobs.lessons.registry import LESSONS


@dataclass(frozen=True)
class Step:
    """One place on the path. ``ready`` says that the lesson can be run."""

    number: int
    slug: str
    title: str
    summary: str
    ready: bool


@dataclass(frozen=True)
class Chapter:
    """Lessons that belong together."""

    title: str
    steps: tuple[Step, ...]


_CHAPTERS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "What is underneath",
        (
            ("theano", "Theano", "Where symbolic graphs began, and what of them lives on in today's backends."),
            ("tensorflow", "TensorFlow", "Tensors, gradients and compiled functions: the engine beneath Keras."),
            ("keras", "Keras", "One way to write a model, three engines to run it on."),
        ),
    ),
    (
        "The first networks",
        (
            ("multilayer-perceptrons", "Multilayer perceptrons", "Neurons, layers and activations, taken apart."),
            ("first-network", "Your first neural network", "Define, compile, fit, evaluate, predict."),
            ("scikit-learn", "Keras with scikit-learn", "Cross-validation and grid search around a network."),
        ),
    ),
    (
        "Reading and steering a training",
        (
            ("history", "Reading the curves", "What loss and accuracy say: learning, overfitting, a plateau."),
            ("checkpoints", "Checkpoints", "Keep the best model, not just the last one."),
            ("dropout", "Dropout", "Switch neurons off at random so that none becomes indispensable."),
            ("learning-rate", "Learning-rate schedules", "Large steps first, small ones later."),
        ),
    ),
    (
        "Pictures",
        (
            ("convolution", "Convolution", "Small filters that slide over an image, and what they see."),
            ("mnist", "Handwritten digits", "From a plain network to a convolutional one on MNIST."),
            ("cifar10", "Objects in photographs", "A deeper network on the ten classes of CIFAR-10."),
            ("augmentation", "Image augmentation", "Turn, shift and flip images so that few become many."),
        ),
    ),
)


def chapters() -> tuple[Chapter, ...]:
    """The whole path, with the lessons' own words where they can be run."""
    ready = {lesson.slug: lesson for lesson in LESSONS}
    number = 0
    path = []
    for title, entries in _CHAPTERS:
        steps = []
        for slug, name, summary in entries:
            number += 1
            lesson = ready.get(slug)
            words = (name, summary) if lesson is None else (lesson.title, lesson.summary)
            steps.append(Step(number, slug, *words, ready=lesson is not None))
        path.append(Chapter(title, tuple(steps)))
    return tuple(path)


def step(slug: str) -> Step | None:
    """The place of a lesson on the path, or None."""
    return next((one for chapter in chapters() for one in chapter.steps if one.slug == slug), None)


def title(slug: str) -> str:
    """A lesson's title; the slug itself for one that isn't part of the course."""
    found = step(slug)
    return slug if found is None else found.title
