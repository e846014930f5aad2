"""Every lesson, in the course's order. A new lesson is added here and nowhere else."""

from typing import Any

from jobs.lessons.base import Lesson
from jobs.lessons.checkpoints.lesson import LESSON as CHECKPOINTS
from jobs.lessons.first_network.lesson import LESSON as FIRST_NETWORK
from jobs.lessons.history.lesson import LESSON as HISTORY
from jobs.lessons.scikit_learn.lesson import LESSON as SCIKIT_LEARN

LESSONS: tuple[Lesson[Any], ...] = (FIRST_NETWORK, SCIKIT_LEARN, HISTORY, CHECKPOINTS)

_BY_SLUG = {lesson.slug: lesson for lesson in LESSONS}


def get(slug: str) -> Lesson[Any]:
    """The lesson called ``slug``.

    Raises:
        KeyError: there is none.
    """
    return _BY_SLUG[slug]
