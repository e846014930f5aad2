"""Every lesson, in the course's order. A new lesson is added here and nowhere else."""

from typing import Any

from jobs.lessons.augmentation.lesson import LESSON as AUGMENTATION
from jobs.lessons.base import Lesson
from jobs.lessons.checkpoints.lesson import LESSON as CHECKPOINTS
from jobs.lessons.cifar10.lesson import LESSON as CIFAR10
from jobs.lessons.convolution.lesson import LESSON as CONVOLUTION
from jobs.lessons.dropout.lesson import LESSON as DROPOUT
from jobs.lessons.first_network.lesson import LESSON as FIRST_NETWORK
from jobs.lessons.history.lesson import LESSON as HISTORY
from jobs.lessons.keras.lesson import LESSON as KERAS
from jobs.lessons.learning_rate.lesson import LESSON as LEARNING_RATE
from jobs.lessons.mnist.lesson import LESSON as MNIST
from jobs.lessons.multilayer_perceptrons.lesson import LESSON as MULTILAYER_PERCEPTRONS
from jobs.lessons.scikit_learn.lesson import LESSON as SCIKIT_LEARN
from jobs.lessons.tensorflow.lesson import LESSON as TENSORFLOW
from jobs.lessons.theano.lesson import LESSON as THEANO

LESSONS: tuple[Lesson[Any], ...] = (
    THEANO,
    TENSORFLOW,
    KERAS,
    MULTILAYER_PERCEPTRONS,
    FIRST_NETWORK,
    SCIKIT_LEARN,
    HISTORY,
    CHECKPOINTS,
    DROPOUT,
    LEARNING_RATE,
    CONVOLUTION,
    MNIST,
    CIFAR10,
    AUGMENTATION,
)

_BY_SLUG = {lesson.slug: lesson for lesson in LESSONS}


def get(slug: str) -> Lesson[Any]:
    """The lesson called ``slug``.

    Raises:
        KeyError: there is none.
    """
    return _BY_SLUG[slug]


def find(slug: str) -> Lesson[Any] | None:
    """The lesson called ``slug``; None where there is none, as for a run of a lesson that was taken out since."""
    return _BY_SLUG.get(slug)
