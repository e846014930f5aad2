"""What a saved model says of an input, prepared as its lesson prepared the training data."""

import math
from dataclasses import asdict
from typing import Any

from jobs.answering import pictures
from jobs.answering.memory import KeptDatasets, Models
from jobs.asking import Asking, Input, Unanswerable, Unknown, read
from jobs.lessons import registry
from jobs.questions import PredictQuestion, SamplesQuestion


class Predictions:
    """Answers predictions, and gives inputs to start from.

    Args:
        datasets: the training data tells how inputs are scaled.
        models: the saved models.
    """

    def __init__(self, datasets: KeptDatasets, models: Models) -> None:
        self._datasets = datasets
        self._models = models

    def answer(self, question: PredictQuestion) -> dict[str, Any]:
        """Class, probabilities, and what the model saw.

        Raises:
            Unanswerable: the model can't be asked about this input.
            Unreachable: the model's file couldn't be had.
            ValueError: its bytes are not those recorded.
            DatasetUnavailable: the training data is no longer here, as ``DatasetInvalid`` says that it is damaged.
        """
        params, asking = _lesson(question.lesson, question.params)
        image = None if question.image is None else pictures.from_base64(question.image)
        given = Input(row=question.row, image=image)
        model = self._models.get(question.run, question.checkpoint)
        said = asking.predict(params, model, self._datasets, given)
        probabilities = [float(one) for one in said.probabilities]
        if not all(math.isfinite(one) for one in probabilities):
            raise Unanswerable(
                "not_finite", "The model answers no number for this input. Use values nearer to its data."
            )
        best = max(range(len(probabilities)), key=probabilities.__getitem__)
        checkpoint = question.checkpoint
        return {
            "class": said.classes[best],
            "probabilities": dict(zip(said.classes, probabilities, strict=True)),
            "saw": said.saw,
            "notes": list(said.notes),
            "checkpoint": {"kind": checkpoint.kind, "epoch": checkpoint.epoch, "sha256": checkpoint.sha256},
        }

    def samples(self, question: SamplesQuestion) -> dict[str, Any]:
        """A few inputs to start from.

        Raises:
            DatasetUnavailable: the data is no longer here, as ``DatasetInvalid`` says that it is damaged.
        """
        params, asking = _lesson(question.lesson, question.params)
        found = asking.samples(params, self._datasets)
        return {"takes": asking.takes, **asdict(found)}


def _lesson(slug: str, values: dict[str, Any]) -> tuple[Any, Asking]:
    lesson = registry.find(slug)
    if lesson is None:
        raise Unknown(f"There is no lesson {slug!r}.")
    if lesson.asking is None:
        raise Unanswerable("no_model", f"The lesson {slug} makes no model that can be asked.")
    return read(lesson.params, values), lesson.asking
