"""What a lesson is: its typed parameters, its presets, and the two functions that carry it out.

A lesson is a folder with a ``Params`` subclass and a :class:`Lesson` object. From ``Params`` alone come the
browser's form, the OpenAPI schema and the command line's flags. A lesson knows nothing of databases, queues or
HTTP, and imports Keras inside functions, so that the server can read the catalogue in milliseconds.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from jobs.asking import Asking
from jobs.protocol import Stage

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session


def _number(value: Any) -> Any:
    """Let only numbers be numbers: ``true`` is no 1 and ``"20"`` is no 20, as the JSON Schema says."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_shown(value)} is not a number. Write a number such as 1 or 0.5, without quotes")
    return value


def _shown(value: Any) -> str:
    """A value as it was written in JSON, cut where it gets long."""
    try:
        text = json.dumps(value, default=repr)
    except (RecursionError, ValueError):
        text = "a deeply nested value"
    return text if len(text) <= 60 else text[:59] + "…"


def _boolean(value: Any) -> Any:
    """Let only ``true`` and ``false`` be booleans."""
    if not isinstance(value, bool):
        raise ValueError(f"{_shown(value)} is neither true nor false")
    return value


ONLY_NUMBERS = BeforeValidator(_number)
"""For the items of a list, last in their ``Annotated``: bounds that come after it are lost to the JSON Schema."""

Integer = Annotated[int, ONLY_NUMBERS]
"""An integer; ``20.0`` is 20 as in JSON Schema, ``true`` and ``"20"`` are refused."""

Real = Annotated[float, ONLY_NUMBERS]
"""A finite number; ``true`` and ``"0.5"`` are refused."""

Flag = Annotated[bool, BeforeValidator(_boolean)]
"""``true`` or ``false``; ``1`` and ``"yes"`` are refused."""


class Params(BaseModel):
    """Base of every lesson's parameters: frozen, finite, and unknown names are refused.

    Every field has a default, a ``title``, a ``description`` (the form's help text), its bounds, and in
    ``json_schema_extra`` what only people need: ``unit``, ``group`` and ``step``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


P = TypeVar("P", bound=Params)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named set of values with the reason to try it. What isn't named keeps its default.

    ``grid`` has fields of which several values are tried side by side, as a sweep.
    """

    slug: str
    title: str
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)
    grid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Band:
    """Where a healthy result falls: ``metric`` between ``low`` and ``high`` for these params, and why."""

    metric: str
    low: float
    high: float
    why: str


@dataclass(frozen=True)
class Issue:
    """A value that fits its type but not the data: which ``field``, a ``code`` for machines, a sentence for people."""

    field: str
    code: str
    detail: str


def _nothing_to_object(_params: Any, _dataset: "DatasetState") -> list[Issue]:
    return []


def _nothing_amiss(_params: Any) -> list[Issue]:
    return []


def _no_band(_params: Any) -> Band | None:
    return None


@dataclass(frozen=True)
class Trainings:
    """How many epochs a run goes through: those of the field ``epochs``, as often as the fields in ``times`` say.

    A field that holds a list counts by its length, ``epochs`` by the sum of its items: each is a training of its own.

    Attributes:
        epochs: the name of a field.
        times: names of further fields.
        when: a field and the value that it must have for this to count; without, it always does.
    """

    epochs: str = "epochs"
    times: tuple[str, ...] = ()
    when: tuple[str, str] | None = None

    def of(self, params: Mapping[str, Any]) -> int:
        """The epochs of a run with these params, all its trainings taken together."""
        if self.when is not None and params[self.when[0]] != self.when[1]:
            return 0
        epochs = params[self.epochs]
        sizes = (params[name] for name in self.times)
        return (epochs if isinstance(epochs, int) else sum(epochs)) * prod(
            size if isinstance(size, int) else len(size) for size in sizes
        )


STAGES: Mapping[Stage, str] = {
    Stage.PREPARE: "Read the data, hold some rows back, scale the features.",
    Stage.DEFINE: "Stack the layers and draw the first weights.",
    Stage.COMPILE: "Choose loss, optimizer and metrics.",
    Stage.FIT: "Go through the rows, epoch by epoch.",
    Stage.EVALUATE: "Measure the finished network.",
    Stage.PREDICT: "Ask it about a few rows and compare.",
}
"""The stages of the Keras life-cycle, each with what it is for."""


@dataclass(frozen=True, kw_only=True)
class Lesson(Generic[P]):
    """One part of the course that can be run.

    Attributes:
        slug: the name in addresses and in ``POST /runs``.
        number: the place in the course, from 1.
        title: the heading; ``summary`` is the sentence under it.
        explanation: paragraphs of plain text: what happens, what to look at, what to try.
        params: the ``Params`` subclass.
        presets: the first is what the form starts with.
        datasets: names from the dataset registry that ``params.dataset`` accepts beside ``auto`` and own datasets of
            their kind, in the order in which ``auto`` tries them: the course's own first, the bundled stand-in last.
        run: carries one attempt out, through the :class:`jobs.training.Session` it is given.
        script: the plain Keras listing that repeats a run with these params, the ``jit_compile`` and the backend that
            it ran with.
        repeats: what the listing needs and gives, in a sentence.
        jit_compile: what the listing says before a run has chosen: True where the model trains compiled on a CPU.
        check: what does not fit together once the dataset is known (a batch larger than the data, say).
        check_params: what does not fit together among the params themselves, for a lesson that makes its own data.
        stages: what the lesson goes through, in order, each with what it is for.
        trains: whether it trains a network: then it has curves and saved models.
        trainings: how many epochs a run goes through, where it trains more than once.
        lab: the address of a page to play on before training.
        asking: how the models of its runs can be asked; None where they can't.
        not_asked: why not, in a sentence, where its runs save models all the same.
        exhibits_first: whether its run's page shows exhibits above the curves: they are what to watch.
        band: where a healthy result falls for these params, or None where nothing can be said.
    """

    slug: str
    number: int
    title: str
    summary: str
    explanation: tuple[str, ...]
    params: type[P]
    presets: tuple[Preset, ...]
    datasets: tuple[str, ...]
    run: Callable[[P, "Session"], None]
    script: Callable[[P, bool, str], str]
    repeats: str = "A plain Keras script. It needs nothing of Fitboard and gives the same curves."
    jit_compile: bool = True
    check: Callable[[P, "DatasetState"], list[Issue]] = _nothing_to_object
    check_params: Callable[[P], list[Issue]] = _nothing_amiss
    stages: Mapping[Stage, str] = field(default_factory=lambda: STAGES)
    trains: bool = True
    trainings: tuple[Trainings, ...] = (Trainings(),)
    lab: str | None = None
    asking: Asking | None = None
    not_asked: str = ""
    exhibits_first: bool = False
    band: Callable[[P], Band | None] = _no_band
