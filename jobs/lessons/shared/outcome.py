"""A run's result: its scores, the headline with the band of healthy values, predictions beside the truth.

The shape is what every lesson's ``result`` has in common, so that scripts read it alike: ``train`` and ``test`` (scores
by metric name, ``test`` null without held-out rows), ``headline`` (``metric``, ``value``), ``band``, ``predictions``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jobs.lessons.base import Band

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = 8
"""How many predictions are shown beside the truth."""


def counted(number: int, thing: str) -> str:
    """``1 layer``, ``3 layers``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def scored(
    scores: Mapping[str, Mapping[str, float]], band: Band | None, predictions: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The result of a training that was measured on its own rows (``train``) and perhaps on others (``test``)."""
    part = "test" if "test" in scores else "train"
    return {
        "train": scores["train"],
        "test": scores.get("test"),
        "headline": {"metric": f"{part} accuracy", "value": scores[part]["accuracy"]},
        "band": asdict(band) if band else None,
        "predictions": predictions,
    }


def score_words(scores: Mapping[str, Mapping[str, float]]) -> str:
    """The accuracies in a sentence each."""
    return " ".join(f"{part.capitalize()} accuracy {score['accuracy']:.3f}." for part, score in scores.items())


def two_class_predictions(classes: Sequence[str], answers: Sequence[float], truths: Sequence[float]) -> dict[str, Any]:
    """Rows with the probability of the second class, what that means, and what is true.

    Args:
        classes: what class 0 and class 1 are called.
        answers: the network's probabilities of class 1.
        truths: 0 or 1 for each.
    """
    rows: list[list[Any]] = []
    for number, (answer, truth) in enumerate(zip(answers, truths, strict=True), start=1):
        predicted = int(answer > 0.5)
        rows.append([number, round(answer, 4), classes[predicted], classes[int(truth)], predicted == int(truth)])
    return {"columns": ["row", f"probability of {classes[1]}", "predicted", "truth", "right"], "rows": rows}


def predictions(
    classes: Sequence[str], answers: "NDArray[Any]", truths: "NDArray[Any]", thing: str = "row"
) -> dict[str, Any]:
    """The first few rows or images with what the network says, how sure it is, and what is true.

    Args:
        classes: what each is called.
        answers: the network's probabilities, of shape (rows, classes).
        truths: class numbers, of shape (rows,).
        thing: what one of them is.
    """
    rows: list[list[Any]] = []
    for number, (answer, truth) in enumerate(zip(answers[:SHOWN], truths[:SHOWN], strict=True), start=1):
        said = int(answer.argmax())
        rows.append([number, round(float(answer[said]), 4), classes[said], classes[int(truth)], said == int(truth)])
    return {"columns": [thing, "probability", "predicted", "truth", "right"], "rows": rows}


def prediction_words(predictions: Mapping[str, Any]) -> str:
    """How many of the shown predictions are right."""
    right = sum(row[-1] for row in predictions["rows"])
    return f"{right} of {len(predictions['rows'])} predictions shown are right."
