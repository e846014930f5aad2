"""Lesson 7, the history: what ``fit`` returns, and how to read it.

The learner sees the keys of the History with their first, last and best values, the curves they make, and the gap
between training and held-out rows that tells a good fit from an overfit one.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobs.exhibits import Exhibit, Facts, Table, Text
from jobs.lessons.base import Integer, Lesson, Real
from jobs.lessons.history.guide import EXPLANATION, PRESETS
from jobs.lessons.history.listing import script
from jobs.lessons.shared import bands, life_cycle, networks, outcome, own_tables, parameters, table_asking, tables
from jobs.lessons.shared.table_params import DenseTableParams

if TYPE_CHECKING:
    from jobs.training import Session

SHOWN = 3
"""How many epochs of each list are written out."""


class HistoryParams(DenseTableParams):
    """What can be set about the training whose history is read."""

    validation_split: Real = parameters.validation_split(0.33)
    epochs: Integer = parameters.epochs(60)


def run(params: HistoryParams, session: "Session") -> None:
    """Carry out one attempt, stage by stage."""
    trained = life_cycle.dense(session, params)
    history = trained.history
    session.show(keys(history, networks.loss(own_tables.listed_outputs(params.dataset))))
    session.show(written_out(history))
    if "val_loss" in history:
        session.show(gap(history))
    session.result(
        {**outcome.scored(trained.scores, bands.third_held_out(params), trained.predictions), "keys": list(history)},
    )


MEANINGS = {
    "loss": "{loss} on the training rows, a mean over the epoch",
    "accuracy": "share of training rows told apart, a mean over the epoch",
    "val_loss": "the same loss on the held-out rows, after the epoch",
    "val_accuracy": "share of held-out rows told apart, after the epoch",
}


def keys(history: Mapping[str, Sequence[float]], loss: str = "binary_crossentropy") -> Exhibit:
    """The keys of the History, each with what it means and its values at places that matter.

    ``loss`` is what the training made small, by Keras's name.
    """
    rows: list[list[Any]] = []
    for name, values in history.items():
        best = best_epoch(name, values)
        meaning = MEANINGS.get(name, "").format(loss=networks.LOSSES[loss].lower())
        rows.append([name, meaning, values[0], values[-1], values[best], best + 1])
    return Exhibit(
        name="keys",
        title="The keys of history.history",
        note="Best is the lowest loss or the highest accuracy. Epochs count from 1 here, from 0 in Keras's lists.",
        content=Table(columns=["Key", "What it is", "First", "Last", "Best", "At epoch"], rows=rows, first=True),
    )


def written_out(history: Mapping[str, Sequence[float]]) -> Exhibit:
    """The dictionary itself, cut."""
    lines = []
    for name, values in history.items():
        told = [f"{value:.4f}" for value in values[:SHOWN]]
        if len(values) > SHOWN + 1:
            told.append("…")
        if len(values) > SHOWN:
            told.append(f"{values[-1]:.4f}")
        lines.append(f'    "{name}": [{", ".join(told)}],')
    count = len(next(iter(history.values())))
    text = f"history = model.fit(…)\nhistory.history == {{\n{chr(10).join(lines)}\n}}\n"
    return Exhibit(
        name="dictionary",
        title="What fit returns",
        note=f"One list per key, {count} numbers each, one per epoch. Rounded here; the downloads have every digit.",
        content=Text(text=text, language="python"),
    )


def gap(history: Mapping[str, Sequence[float]]) -> Exhibit:
    """How far training and held-out rows lie apart, and what became of the validation loss after its best epoch."""
    validation = history["val_loss"]
    best = best_epoch("val_loss", validation)
    risen = validation[-1] / validation[best] - 1 if validation[best] else 0.0
    facts: list[tuple[str, Any]] = [
        ("Lowest validation loss", validation[best]),
        ("at epoch", f"{best + 1} of {len(validation)}"),
        ("Validation loss at the end", validation[-1]),
        ("Risen since its lowest", f"{risen:.1%}".replace("%", " %")),
        ("Training loss at the end", history["loss"][-1]),
        ("Gap between the losses at the end", validation[-1] - history["loss"][-1]),
        ("Gap between the accuracies at the end", history["accuracy"][-1] - history["val_accuracy"][-1]),
    ]
    return Exhibit(
        name="gap",
        title="Training against held-out rows",
        note=(
            "A lowest validation loss at the very end says that more epochs may help: underfitting. One long before "
            "the end, with a rise and a wide gap after it, says overfitting. Little rise and a small gap is a good fit."
        ),
        content=Facts(facts=facts),
    )


def best_epoch(name: str, values: Sequence[float]) -> int:
    """The first epoch, from 0, with the lowest loss or the highest accuracy."""
    return values.index(min(values) if name.endswith("loss") else max(values))


LESSON = Lesson(
    slug="history",
    number=7,
    title="Reading the history",
    summary="What fit returns: the keys, the curves, and how they tell underfitting from overfitting.",
    explanation=EXPLANATION,
    params=HistoryParams,
    presets=PRESETS,
    datasets=parameters.TABLES,
    run=run,
    script=script,
    check=tables.check,
    band=bands.third_held_out,
    asking=table_asking.ASKING,
)
