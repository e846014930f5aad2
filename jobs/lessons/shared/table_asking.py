"""How a network for rows of numbers is asked: the row is scaled as the training rows were.

For every lesson whose params have ``validation_split``, whose rows are those of ``dataset`` or drawn by the lesson,
and whose network ends as :func:`jobs.lessons.shared.networks.output` says. Rows are scaled where ``scale_features`` is
among the params, and on.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from jobs.asking import Asking, Input, Prediction, Sample, Samples, Unanswerable
from jobs.datasets.names import AUTO
from jobs.lessons.shared import own_tables, tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jobs.datasets import Datasets, Tabular

SHOWN = 6
"""How many rows are given to start from."""


Load = Callable[[Any, "Datasets"], "Tabular"]
"""From the params and the datasets to all rows, in the order in which the lesson splits them."""


def of_dataset(params: Any, datasets: "Datasets") -> "Tabular":
    """The rows of the dataset that the params name, read as they say."""
    return datasets.load(params.dataset, lambda _line: None, own_tables.reading(params))


def predict(load: Load, params: Any, model: Any, datasets: "Datasets", given: Input) -> Prediction:
    """What the network says of a row.

    Raises:
        Unanswerable: there is no row, it has the wrong number of values, or one is too large.
    """
    import numpy as np

    data = load(params, datasets)
    columns = data.feature_names
    scales = getattr(params, "scale_features", False)
    if given.row is None:
        raise Unanswerable("no_row", f"This model takes a row, not an image. Send row: {_expected(columns)}.")
    if len(given.row) != len(columns):
        found = f"{len(given.row)} value{'' if len(given.row) == 1 else 's'}"
        raise Unanswerable("wrong_length", f"row has {found}. Send {_expected(columns)}.")
    with np.errstate(over="ignore"):
        row = np.array([given.row], dtype="float32")
        if scales:
            mean, deviation = tables.scale(data.x[: tables.split_at(len(data.x), params.validation_split)])
            row = (row - mean) / deviation
    for name, value, seen in zip(columns, given.row, row[0], strict=True):
        if not math.isfinite(seen):
            raise Unanswerable("too_large", f"{name} is {value:g}, which is too large. Send a value near the data's.")
    dataset = getattr(params, "dataset", AUTO)
    outputs = own_tables.outputs(dataset, data.class_names)
    if (model.input_shape[-1], model.output_shape[-1]) != (len(columns), outputs or 1):
        raise Unanswerable(
            "other_table",
            f"{dataset}.csv has other columns or classes than when this model was trained. Put the table back "
            "as it was, or train anew.",
        )
    said = np.asarray(model(row, training=False))[0].astype(float).tolist()
    return Prediction(
        classes=data.class_names,
        probabilities=(1.0 - said[0], said[0]) if outputs is None else tuple(said),
        saw={"columns": list(columns), "values": [float(value) for value in row[0]]},
        notes=("Each value is shown as its distance from the training rows' mean, in standard deviations.",)
        if scales
        else (),
    )


def samples(load: Load, called: str, params: Any, datasets: "Datasets") -> Samples:
    """The first held-out rows, or the first of all where none is held out."""
    data = load(params, datasets)
    first = tables.split_at(len(data.x), params.validation_split) if params.validation_split > 0 else 0
    rows = [
        Sample(name=f"{called} {index + 1}", truth=data.class_names[int(data.y[index])], row=_shortest(data.x[index]))
        for index in range(first, min(first + SHOWN, len(data.x)))
    ]
    return Samples(columns=data.feature_names, samples=rows)


def _shortest(row: "NDArray[np.float32]") -> list[float]:
    """The values as people wrote them: 0.627, and not the 0.6269999742507935 that float32 makes of it."""
    return [float(str(value)) for value in row]


def _expected(columns: tuple[str, ...]) -> str:
    return f"{len(columns)} numbers: {', '.join(columns)}"


def asking(load: Load = of_dataset, called: str = "Row") -> Asking:
    """How the models of a lesson are asked whose rows come from there, and are ``called`` like that."""
    return Asking(takes="row", predict=partial(predict, load), samples=partial(samples, load, called))


ASKING = asking()
"""How a network for a table is asked."""
