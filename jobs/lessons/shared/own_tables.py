"""Tables of a person's own, in lessons: the parameters that say how the file is read, and what they do elsewhere.

Lessons have them side by side with the dataset; for a table that Fitboard knows they say nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from jobs.datasets import DatasetState, Reading
from jobs.datasets.names import AUTO
from jobs.datasets.reading import AS_IT_IS
from jobs.lessons.base import Issue, Params
from jobs.lessons.shared import networks
from jobs.lessons.shared.layers import Written
from jobs.lessons.shared.parameters import TABLES

GROUP = "Own table"
"""The heading of these parameters; a form shows them where an own table is chosen."""

FIELDS = tuple(asdict(AS_IT_IS))
"""Their names."""

Target = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


def target() -> Any:
    """Which column holds the class; use with :data:`Target`."""
    return Field(
        default=AS_IT_IS.target,
        title="Target",
        description=(
            "Of an own table: the column that holds the class, by its name or its number counted from 1. Empty takes "
            "the last one. Of the others, those with numbers are the features."
        ),
        json_schema_extra={"group": GROUP, "several": False},
    )


def header() -> Any:
    """Whether the first line names the columns; use with :data:`jobs.datasets.reading.Header`."""
    return Field(
        default=AS_IT_IS.header,
        title="Header",
        description="Of an own table: whether its first line names the columns. auto looks at it.",
        json_schema_extra={"group": GROUP, "several": False},
    )


def separator() -> Any:
    """What parts two cells; use with :data:`jobs.datasets.reading.Separator`."""
    return Field(
        default=AS_IT_IS.separator,
        title="Separator",
        description=(
            "Of an own table: what stands between two cells. auto looks at the first lines. Where it is no comma, a "
            "comma may be the decimal point."
        ),
        json_schema_extra={"group": GROUP, "several": False},
    )


def is_own(dataset: str) -> bool:
    """Whether a lesson about tables learns from a file of a person's own."""
    return dataset not in (AUTO, *TABLES)


def reading(params: object) -> Reading:
    """How an own table is to be read; of params that say nothing of it, as it is."""
    return Reading(**{name: getattr(params, name) for name in FIELDS if hasattr(params, name)})


def outputs(dataset: str, classes: Sequence[str]) -> int | None:
    """How many neurons a network ends in: one per class of an own table; None for the one sigmoid of all others."""
    return len(classes) if is_own(dataset) else None


def listed_outputs(dataset: str) -> Written | None:
    """The same as a listing has it, which counts the classes of its file."""
    return Written("len(classes)") if is_own(dataset) else None


def resolved(params: Params, dataset: DatasetState) -> dict[str, str]:
    """The values that stand in a run's params, once the file was looked at.

    A ``loss`` that is left at the one for a single output becomes that for one output per class.
    """
    if dataset.reading is None:
        return {}
    one, several = networks.loss(None), networks.loss(1)
    loss = {"loss": several} if getattr(params, "loss", None) == one else {}
    return {**asdict(dataset.reading), **loss}


def misfits(params: Params, dataset: DatasetState) -> list[Issue]:
    """What is said of the reading of a table that is always read alike."""
    asked = reading(params)
    if dataset.reading is not None or asked == AS_IT_IS:
        return []
    return [
        Issue(
            name,
            "not_for_this_dataset",
            f"{name} is {value!r}, but {dataset.name} is always read alike. Leave {name} at {_default(name)}, or "
            "choose a table of your own.",
        )
        for name, value in asdict(asked).items()
        if value != getattr(AS_IT_IS, name)
    ]


def _default(name: str) -> str:
    return getattr(AS_IT_IS, name) or "nothing"
