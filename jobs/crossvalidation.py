"""Cross-validation within an attempt: fold after fold, reported, kept, and resumed at its fold and epoch.

:mod:`jobs.engine.folds` trains the folds; here they become a run. What is finished stands in every generation, so that
a later attempt trains none of it again. A search is several cross-validations one after the other: their folds are
numbered on.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from jobs.callbacks import Among, Report, ReportEpochs
from jobs.engine import Choice, Fold, Plan, Scored, Trainer, shuffled
from jobs.generations import Generation
from jobs.keeper import Keeper
from jobs.protocol import Best


class CrossValidation:
    """All cross-validations of one attempt.

    Args:
        report: takes what each epoch says.
        keeper: keeps the states.
        say: takes a sentence for the run's log.
        clock: seconds, never going back.
        engine: further arguments of the :class:`~jobs.engine.engine.Engine`.
        resumed: where an earlier attempt has left off.
    """

    def __init__(
        self,
        report: Report,
        keeper: Keeper,
        say: Callable[[str], None],
        clock: Callable[[], float],
        engine: dict[str, Any],
        resumed: Generation | None,
    ) -> None:
        self._report = report
        self._keeper = keeper
        self._say = say
        self._clock = clock
        self._engine = engine
        self._resumed = resumed
        self._finished: list[Scored] = [] if resumed is None else list(resumed.finished or ())
        self._best: Best | None = None
        self._given = 0
        """How many folds have been asked for."""
        self._begun = False
        self._trainers: dict[Hashable, Trainer] = {}
        self._prepared: set[tuple[Hashable, int]] = set()

    def run(
        self,
        build: Callable[[int], Any],
        folds: Sequence[Fold],
        choice: Choice,
        *,
        epochs: int,
        batch_size: int,
        seed: int,
        of: int | None,
        like: Hashable,
        remedy: str,
    ) -> list[Scored]:
        """See :meth:`jobs.training.Session.cross_validate`."""
        first = self._given
        self._given += len(folds)
        in_all = self._given if of is None else of
        later = range(max(first, len(self._finished)), self._given)
        if later:
            trainer = self._trainers.get(like)
            if trainer is None:
                trainer = self._trainers[like] = Trainer(build(0), choice, **self._engine)
            planned = _Folds(folds, epochs, batch_size, seed)
            reporting = self._reports(planned, later[0] - first, in_all, remedy)
            if not self._begun:  # before anything is compiled, so that there is something to go on from
                self._keeper.begin(trainer.model, reporting.course, self._resumed is not None)
            if (like, batch_size) not in self._prepared:
                trainer.prepare(folds, planned.plan)
                self._prepared.add((like, batch_size))
            for number in later:
                k = number - first
                if number != later[0]:
                    reporting = self._reports(planned, k, in_all, remedy)
                self._train(trainer, build, planned, k, reporting)
                self._tell(in_all)
            if self._given >= in_all:
                self._keeper.finish()
        return self._finished[first : self._given]

    def _reports(self, folds: "_Folds", k: int, in_all: int, remedy: str) -> ReportEpochs:
        later = (in_all - len(self._finished) - 1) * folds.epochs
        among = Among(tuple(self._finished), in_all, folds.epochs, later, self._best)
        return ReportEpochs(
            self._report,
            self._keeper,
            epochs=folds.epochs,
            steps=math.ceil(len(folds.all[k].training) / folds.batch_size),
            remedy=remedy,
            resumed=self._resumed,
            among=among,
            clock=self._clock,
        )

    def _train(
        self, trainer: Trainer, build: Callable[[int], Any], folds: "_Folds", k: int, reporting: ReportEpochs
    ) -> None:
        resumed, self._resumed = self._resumed, None
        fold = folds.all[k]
        # The very first is trained in the model that the states are kept of already.
        model, engine = trainer.fresh(build(k) if self._begun or resumed or k else trainer.model, fold)
        if resumed is not None:
            self._keeper.begin(model, reporting.course, resumed=True)
            self._keeper.resume(resumed)
            place = f"fold {len(self._finished) + 1}, epoch {resumed.epoch + 1} of {folds.epochs}"
            self._say(f"Going on with {place}, from the state that an earlier attempt has saved.")
        elif self._begun:
            self._keeper.next_fold(model, reporting.course)
        self._begun = True
        first = 0 if resumed is None else resumed.epoch
        engine.fit(fold.training, folds.plan(k, first, reporting.steps_done), [reporting])
        self._best = reporting.best
        self._finished.append(Scored(reporting.history, engine.evaluate(fold.test)))

    def _tell(self, in_all: int) -> None:
        scores = ", ".join(f"{name} {value:.4f}" for name, value in self._finished[-1].scores.items())
        self._say(f"Fold {len(self._finished)} of {in_all} is done: {scores} on its held-out rows.")


class _Folds:
    """The folds of one cross-validation, and how each is trained."""

    def __init__(self, folds: Sequence[Fold], epochs: int, batch_size: int, seed: int) -> None:
        self.all = folds
        self.epochs = epochs
        self.batch_size = batch_size
        self._seed = seed

    def plan(self, k: int, initial_epoch: int = 0, on_steps: Callable[[int], None] = lambda _done: None) -> Plan:
        """How fold ``k`` (from 0) is trained: its held-out rows are looked at after every epoch."""
        return Plan(
            initial_epoch=min(initial_epoch, self.epochs),
            epochs=self.epochs,
            batch_size=self.batch_size,
            order=shuffled(len(self.all[k].training), self._seed),
            validation=self.all[k].test,
            on_steps=on_steps,
        )
