"""A run as it stands in a list: on the home page and among all runs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.charts import short, sparkline
from app.models import Run, Status
from app.pages import course
from app.runs import queries
from app.runs.sparklines import sparklines
from jobs.lessons import registry


@dataclass(frozen=True)
class Figure:
    """A metric's name and value, as they are shown."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


@dataclass(frozen=True)
class Card:
    """One run in a list. ``epoch`` counts from 1 here, ``fold`` of a cross-validation's ``folds`` from 0.

    ``trains`` is false for a lesson without a network; how far its run has come is its ``stage``.
    """

    id: str
    name: str
    lesson: str
    lesson_title: str
    status: str
    ended: bool
    reason: str | None
    fold: int
    folds: int | None
    epoch: int
    epochs: int | None
    trains: bool
    stage: str | None
    best: Figure | None
    last: Figure | None
    spark: str
    tags: tuple[str, ...]
    created_at: datetime
    answer: str | None
    seconds: float | None
    queue_position: int | None
    seq: int

    @property
    def progress(self) -> str:
        """How far it has come: ``epoch 7 of 150``, ``fold 2 of 10, epoch 7 of 150``, ``stage compile``."""
        if not self.trains:
            return f"stage {self.stage}" if self.stage else ""
        of = f" of {self.epochs}" if self.epochs else ""
        fold = f"fold {self.fold + 1} of {self.folds}, " if self.folds else ""
        return f"{fold}epoch {self.epoch}{of}"


def cards(session: Session, runs: list[Run]) -> list[Card]:
    """These runs as cards, in their order, with a fixed number of queries."""
    curves = sparklines(session, runs)
    tags = queries.tags(session, runs)
    queue = queries.queue_positions(session, runs)
    return [
        _card(run, sparkline(curves.get(run.number, [])), tuple(tags[run.number]), queue.get(run.number))
        for run in runs
    ]


def newest(run: Run) -> Figure | None:
    """The metric of the last epoch that says most: the accuracy before the loss, the validation's before the other."""
    last = run.last or {}
    for name in ("val_accuracy", "accuracy", "val_loss", "loss", *last):
        value = last.get(name)
        if isinstance(value, int | float):
            return Figure(name, short(value))
    return None


def _answer(run: Run) -> str | None:
    """What a lesson without training came to."""
    result = run.result or {}
    return f"{result['expression']} is {result['answer']}" if "answer" in result else None


def _card(run: Run, spark: str, tags: tuple[str, ...], queue_position: int | None) -> Card:
    lesson = registry.find(run.lesson)
    best = None if run.best_value is None else Figure(run.best_monitor or "", short(run.best_value))
    seconds = None
    if run.started_at is not None and run.finished_at is not None and run.attempt == 1:  # else pauses would count
        seconds = (run.finished_at - run.started_at).total_seconds()
    return Card(
        id=run.id,
        name=run.name,
        lesson=run.lesson,
        lesson_title=course.title(run.lesson),
        status=run.status,
        ended=Status(run.status).ended,
        reason=run.reason,
        fold=run.fold or 0,
        folds=run.folds,
        epoch=0 if run.epoch is None else run.epoch + 1,
        epochs=run.epochs,
        trains=lesson is None or lesson.trains,
        stage=run.stage,
        best=best,
        last=newest(run),
        spark=spark,
        tags=tags,
        created_at=run.created_at,
        answer=_answer(run),
        seconds=seconds,
        queue_position=queue_position,
        seq=run.seq,
    )
