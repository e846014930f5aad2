"""Why a run waits, and how it may go on: the sentences of a run's page, and what its last button offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.charts import short
from app.models import Run, Status
from app.runs import lifecycle, requests
from app.runs.generations import Place

QUEUED: Mapping[str, str] = {
    "killed": "The training process was killed, most likely because the memory ran out. It",
    "hung": "The training made no more progress and was ended. It",
    "lost-contact": "The worker was not heard of any more. The training",
    "worker-died": "The worker died. The training",
    "worker-stopped": "The worker was stopped. The training",
    requests.RESUMING: "The training",
}
"""Why a run waits again, by its reason, and what it is that goes on."""


@dataclass(frozen=True)
class Further:
    """The offer to train an ended run further.

    ``epochs`` is what the field holds at first, ``least`` the smallest number that can be used; both None where the
    lesson has no epochs.
    """

    label: str
    epochs: int | None
    least: int | None


def notice(run: Run, reached: Place | None) -> str | None:
    """Why the run isn't simply training, in a sentence or two; None where there is nothing to say.

    Args:
        run: the run.
        reached: where its newest generation stands.
    """
    reason = run.reason or ""
    if run.status == Status.QUEUED and reason in QUEUED:
        return f"{QUEUED[reason]} goes on {_place(reached)}."
    if run.status == Status.RUNNING and reason == lifecycle.PAUSE_REQUESTED:
        return "The training pauses as soon as its state is saved."
    if run.status == Status.PAUSED and reason == lifecycle.DISK_FULL:
        first = "" if run.error else "The disk is full. "
        return f"{first}As soon as there is room, the training goes on by itself, {_place(reached)}."
    if run.status == Status.PAUSED:
        return f"The training is paused. Resume goes on {_place(reached)}; nothing is lost meanwhile."
    return None


def alert(run: Run) -> str | None:
    """That an epoch came out differently the second time, in a sentence; None where it didn't."""
    if run.irreproducible is None:
        return None
    found = run.irreproducible
    first, second = found["stored"], found["replayed"]
    told = {name: "not a number" if one is None else short(one) for name, one in (("1", first), ("2", second))}
    if told["1"] == told["2"]:  # they differ in the last digits
        told = {"1": repr(first), "2": repr(second)}
    fold = found.get("fold")
    place = f"Epoch {found['epoch'] + 1}" if fold is None else f"Epoch {found['epoch'] + 1} of fold {fold + 1}"
    return (
        f"{place} was trained again after an interruption, and its {found['metric']} came out as "
        f"{told['2']}, not {told['1']} as before. The first value is shown. What follows may differ from a run without "
        "interruption: on a GPU that can happen, on one CPU with the same versions it should not."
    )


def further(run: Run, reached: Place | None) -> Further | None:
    """What the page of an ended run offers; None where it can't be trained further."""
    if not Status(run.status).ended or (run.status == Status.FAILED and run.reason == "diverged"):
        return None
    epochs = run.params.get("epochs")
    before = epochs if isinstance(epochs, int) and run.folds is None else None
    if run.status == Status.COMPLETED:
        return None if before is None else Further("Train further", before * 2, before + 1)
    return Further(f"Continue {_place(reached)}", before, before)


def _place(reached: Place | None) -> str:
    if reached is not None and reached.fold is not None:
        return f"from epoch {reached.epoch + 1} of fold {reached.fold + 1}"
    return f"from epoch {reached.epoch + 1}" if reached is not None and reached.epoch else "from the start"
