"""The two ways of training behind one door."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from jobs.engine.choice import Choice
from jobs.engine.plain import evaluate_plainly, fit_plainly, predict_plainly
from jobs.engine.plan import VALIDATION_BATCH, Afterwards, Plan
from jobs.engine.rows import Rows


def _nothing() -> None:
    pass


class Engine:
    """Trains and tests one model the way that was chosen for it.

    Args:
        model: compiled in Keras's sense, with the choice's ``jit_compile``.
        choice: see :func:`~jobs.engine.choice.choose`.
        check: called at least every second, or after each step where one takes longer; may leave by an exception.
        distrust: forgets programs that an earlier process has compiled, and answers whether there were any.
        say: takes a sentence for the run's log.
        on_change: told when, before the first step, another way has to be taken.
    """

    def __init__(
        self,
        model: Any,
        choice: Choice,
        *,
        check: Callable[[], None] = _nothing,
        distrust: Callable[[], bool] = lambda: False,
        say: Callable[[str], None] = lambda _sentence: None,
        on_change: Callable[[Choice], None] = lambda _choice: None,
    ) -> None:
        self._model = model
        self._check = check
        self._distrust = distrust
        self._say = say
        self._on_change = on_change
        self._prepared = False
        self._compiled: Any = self._compile() if choice.route == "compiled" else None

    def fit(self, rows: Rows, plan: Plan, callbacks: Sequence[Any] = ()) -> Any:
        """What ``model.fit`` does and returns: Keras's ``History``, by the same callbacks in the same order."""
        if self._compiled is not None and _needs_a_pipeline(rows, plan):
            raise ValueError("Rows that are augmented or read from files train plainly; choose must be told of them.")
        if not self._prepared:
            self.prepare((rows, plan, Afterwards()))
        if self._compiled is not None:
            return self._compiled.fit(rows, plan, callbacks)
        return fit_plainly(self._model, rows, plan, callbacks, self._check)

    def evaluate(self, rows: Rows, batch_size: int = VALIDATION_BATCH) -> dict[str, float]:
        """What ``model.evaluate`` returns, by metric name."""
        if self._compiled is not None:
            scores: dict[str, float] = self._compiled.evaluate(rows, batch_size)
            return scores
        return evaluate_plainly(self._model, rows, batch_size, self._check)

    def predict(self, x: Any, batch_size: int = VALIDATION_BATCH) -> Any:
        """What ``model.predict`` returns."""
        if self._compiled is not None:
            return self._compiled.predict(x, batch_size)
        return predict_plainly(self._model, x, batch_size, self._check)

    def _compile(self) -> Any:
        from jobs.engine.compiled import Compiled  # imports the backend's own library

        return Compiled(self._model, self._check)

    def prepare(self, *trainings: tuple[Rows, Plan, Afterwards]) -> None:
        """Compile what these trainings will need; :meth:`fit` does it for its own where this wasn't called.

        Args:
            trainings: what is trained on, how, and what will be asked of the model in the end.
        """
        self._prepared = True
        if self._compiled is None:
            return
        began = time.perf_counter()
        try:
            self._compiled.prepare(trainings)
        except Exception as error:
            reason = _refusal(error)
            if reason is None:
                raise
            if self._distrust():
                self._compiled = self._compile()
                self.prepare(*trainings)
            else:
                self._give_up(reason)
        else:
            self._say(f"Compiled in {time.perf_counter() - began:.1f} s.")

    def _give_up(self, reason: str) -> None:
        """Go on with plain Keras: an operation of the model has no XLA kernel, say. No step was executed yet."""
        first = reason.strip().splitlines()[0][:300]
        self._compiled = None
        self._model.jit_compile = False
        self._on_change(Choice("plain", False, f"Plain Keras fit: XLA could not compile the model ({first})."))


def _needs_a_pipeline(rows: Rows, plan: Plan) -> bool:
    validation = plan.validation
    from_files = rows.read is not None or (validation is not None and validation.read is not None)
    return from_files or plan.augment is not None


def _refusal(error: Exception) -> str | None:
    from jobs.engine.programs import refusal

    return refusal(error)
