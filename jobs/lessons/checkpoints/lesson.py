"""Lesson 8, checkpoints: keep the best network of a training, not just the last one.

The learner sees a file appear with each improvement, and at the end every file loaded again and measured: what was
saved is what was measured, to the last digit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobs.datasets.reading import Header, Separator
from jobs.exhibits import Exhibit, Table
from jobs.lessons.base import Flag, Integer, Issue, Lesson, Params, Real
from jobs.lessons.checkpoints.guide import EXPLANATION, PRESETS, STAGES
from jobs.lessons.checkpoints.listing import script
from jobs.lessons.shared import bands, life_cycle, outcome, own_tables, parameters, table_asking, tables
from jobs.monitor import MOST, Monitor
from jobs.protocol import Stage

if TYPE_CHECKING:
    from jobs.datasets import DatasetState
    from jobs.training import Session


class CheckpointsParams(Params):
    """What can be set about a training and what is saved of it."""

    monitor: Literal["val_accuracy", "val_loss", "accuracy", "loss"] = Field(
        default="val_accuracy",
        title="Monitor",
        description="The number that is watched after each epoch. val_ is measured on the held-out rows.",
        json_schema_extra={"group": "Checkpoints"},
    )
    mode: Literal["auto", "min", "max"] = Field(
        default="max",
        title="Mode",
        description="Whether less is better (min) or more (max). auto takes what suits the monitor, as Keras does.",
        json_schema_extra={"group": "Checkpoints"},
    )
    keep: Literal["improvements", "best"] = Field(
        default="improvements",
        title="What to keep",
        description=(
            f"improvements keeps a file for each epoch that beats all before it, {MOST} at most. best keeps one file "
            "that each improvement overwrites. The last network is saved in both."
        ),
        json_schema_extra={"group": "Checkpoints"},
    )
    dataset: parameters.DatasetName = parameters.table()
    scale_features: Flag = parameters.scale_features()
    validation_split: Real = parameters.validation_split(0.33)
    target: own_tables.Target = own_tables.target()
    header: Header = own_tables.header()
    separator: Separator = own_tables.separator()
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((12, 8))
    activation: parameters.Activation = parameters.activation()
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(150)
    batch_size: Integer = parameters.batch_size(10)
    seed: Integer = parameters.seed()

    def watch(self) -> Monitor:
        """What makes an epoch better than those before, and whether each such epoch stays."""
        return Monitor(self.monitor, self.mode, every=self.keep == "improvements")

    @property
    def on_held_out(self) -> bool:
        """Whether what is watched is measured on held-out rows."""
        return self.monitor.startswith("val_")


def check(params: CheckpointsParams, dataset: "DatasetState") -> list[Issue]:
    """What doesn't fit: a batch larger than the training rows, an empty side, a monitor without rows for it."""
    issues = tables.check(params, dataset)
    if params.on_held_out and params.validation_split == 0:
        plain = params.monitor.removeprefix("val_")
        detail = (
            f"{params.monitor} is measured on held-out rows, and a validation split of 0 holds none out. "
            f"Use {plain}, or a validation split such as 0.33."
        )
        issues.append(Issue("monitor", "nothing_held_out", detail))
    return issues


def run(params: CheckpointsParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.dense(
        session,
        params,
        monitor=params.watch(),
    )
    with session.stage(Stage.EVALUATE) as stage:
        restored = list(_restore(params, trained, session))
        session.show(_table(params, restored))
        stage.summary = f"{outcome.score_words(trained.scores)} {_words(params, restored)}"
    best = next((one for one in restored if one.name == "best"), None)
    session.result(
        {
            **outcome.scored(trained.scores, bands.third_held_out(params), trained.predictions),
            "checkpoints": [one.as_json() for one in restored],
            "best": None if best is None else best.as_json(),
        }
    )


@dataclass(frozen=True)
class Restored:
    """A saved model, loaded again: its ``epoch`` (from 0), the value while it trained, and its scores now.

    ``scores`` is None where its file is gone, or isn't the one that was recorded.
    """

    name: str
    epoch: int
    value: float
    monitor: str
    scores: dict[str, float] | None

    @property
    def again(self) -> float | None:
        """The watched value now."""
        return None if self.scores is None else self.scores[self.monitor.removeprefix("val_")]

    def as_json(self) -> dict[str, Any]:
        """As it stands in the result."""
        return {"name": self.name, "epoch": self.epoch, "value": self.value, "restored": self.again}


def _restore(params: CheckpointsParams, trained: life_cycle.Trained, session: "Session") -> Iterator[Restored]:
    """Load each saved model from its file and measure it: improvements as they came, then the best and the last."""
    values = trained.history[params.monitor]
    watch = params.watch()
    improvements = watch.improvements(values)
    named = [(watch.file(epoch, values[epoch]), epoch) for epoch in improvements[:MOST] if watch.every]
    rows = trained.parts.test if params.on_held_out and trained.parts.test is not None else trained.parts.train
    present = trained.model.get_weights()
    try:
        for name, epoch in [*named, ("best", improvements[-1]), ("last", len(values) - 1)]:
            model = session.restored(name)
            scores = None
            if model is not None:
                # Its weights, in the network whose programs are compiled: the same numbers, without compiling anew.
                trained.model.set_weights(model.get_weights())
                scores = session.evaluate(trained.model, *rows)
            yield Restored(name, epoch, values[epoch], params.monitor, scores)
    finally:
        trained.model.set_weights(present)


def _table(params: CheckpointsParams, restored: list[Restored]) -> Exhibit:
    watched = params.monitor.removeprefix("val_")
    other = "loss" if watched == "accuracy" else "accuracy"
    rows: list[list[Any]] = []
    for one in restored:
        equal = one.again == one.value if params.on_held_out and one.again is not None else None
        rows.append([one.name, one.epoch + 1, one.value, one.again, equal, one.scores[other] if one.scores else None])
    part = "held-out" if params.on_held_out else "training"
    note = f"{params.monitor} of each file: at the end of its epoch, and on the {part} rows again after load_model. "
    if params.on_held_out:
        note += "A file holds its epoch's network if the two are equal to the last digit."
    else:
        note += (
            f"The {watched} while training is a mean over an epoch in which the weights still moved, so it is not the "
            "value of the network that was saved at its end."
        )
    columns = ["File", "Epoch", "While training", "Restored", "Equal", f"{other.capitalize()} restored"]
    return Exhibit(
        name="restored",
        title="Restored and evaluated",
        note=note,
        content=Table(columns=columns, rows=rows, first=True),
    )


def _words(params: CheckpointsParams, restored: list[Restored]) -> str:
    loaded = [one for one in restored if one.again is not None]
    told = f"{len(loaded)} of {len(restored)} saved models restored"
    if not params.on_held_out:
        return f"{told}."
    equal = sum(one.again == one.value for one in loaded)
    return f"{told}, {'all' if equal == len(loaded) else equal} with the value of their epoch."


LESSON = Lesson(
    slug="checkpoints",
    number=8,
    title="Checkpoints",
    summary="Save the network whenever it improves, and load the best one again: not every last epoch is the best.",
    explanation=EXPLANATION,
    params=CheckpointsParams,
    presets=PRESETS,
    datasets=parameters.TABLES,
    run=run,
    script=script,
    check=check,
    stages=STAGES,
    band=bands.third_held_out,
    asking=table_asking.ASKING,
)
