"""The programs on JAX: a ``lax.while_loop`` over Keras's stateless steps, with the model's values carried along.

XLA may compute a step inside a loop in another way than alone, and another way rounds differently. So that the bits
are those of Keras's own ``fit``, the step here sees what it sees there:

- Its batch comes from memory. Gathered in the same turn, the rows would become part of the arithmetic behind them, so
  each turn gathers the rows of the next one and hands them on. (``lax.optimization_barrier`` is gone before XLA
  decides what it computes together.)
- What a step says of itself, its logs, is carried too, though nobody reads it, so that nothing of the
  step can be left out. No case is known in which this alone made a difference.
"""

from collections.abc import Sequence
from typing import Any

import jax
import keras
import numpy as np
from jax import lax
from jax import numpy as jnp
from numpy.typing import NDArray

from jobs.engine.programs.base import Answers, OnDevice, Programs, Steps

State = tuple[list[Any], ...]
"""The values of a model's variables, in the groups in which Keras's stateless steps take them."""

UNTRACEABLE = (
    jax.errors.ConcretizationTypeError,
    jax.errors.NonConcreteBooleanIndexError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerBoolConversionError,
    jax.errors.TracerIntegerConversionError,
)
"""What JAX raises where a step wants to see a value that is only there when the program runs."""


class JaxPrograms(Programs):
    """The programs of a model on JAX. Between two runs the values are where Keras has them, in the variables."""

    def reset_metrics(self) -> None:
        """``model.reset_metrics``."""
        self._model.reset_metrics()

    def metrics(self) -> dict[str, Any]:
        """``model.get_metrics_result``, not compiled as a whole, because Keras's ``fit`` doesn't either."""
        return dict(self._model.get_metrics_result())

    def trace_metrics(self) -> None:
        """Read them once: JAX compiles every operation the first time."""
        self.metrics()

    def _array(self, array: NDArray[Any]) -> Any:
        return jnp.asarray(array)

    def _steps(self, step: str, data: OnDevice, batches: NDArray[Any], left: NDArray[Any], full: int) -> Steps:
        arguments = (jnp.asarray(batches), jnp.asarray(left), np.int32(full), data.arrays)
        key = (step, *((one.shape, one.dtype) for one in jax.tree.leaves(arguments)))
        program = self._traced.get(key)
        if program is None:
            program = self._traced[key] = _Program(self._model, step, data, arguments)
        made = program

        def run(start: int, stop: int) -> None:
            made(np.int32(start), np.int32(stop), *arguments)

        return Steps(full + (len(left) > 0), run, made.compile, made)

    def _answers(self, data: OnDevice, batches: list[NDArray[Any]]) -> Answers:
        programs = [self._answering(data, len(numbers)) for numbers in batches]

        def batch(index: int) -> Any:
            answer = programs[index](_gathered(data.arrays, batches[index]))
            return keras.tree.map_structure(np.asarray, answer)

        def compile_both() -> None:
            for program in {programs[0], programs[-1]}:
                program.compile()

        return Answers(len(batches), batch, compile_both, programs[-1])

    def _answering(self, data: OnDevice, size: int) -> "_Answer":
        key = ("predict_step", size, *((one.shape[1:], one.dtype) for one in data.arrays))
        if key not in self._traced:
            self._traced[key] = _Answer(self._model, data, size)
        answer: _Answer = self._traced[key]
        return answer


def refusal_by_jax(error: BaseException | None) -> str | None:
    """Why a program can't be made: a layer looks at values while it is traced, or XLA fails over it.

    Keras puts its own words to an error on the way, and fails over JAX's: the first one is behind the last.
    """
    while error is not None:
        if isinstance(error, (jax.errors.JaxRuntimeError, *UNTRACEABLE)):
            return None if str(error).startswith("RESOURCE_EXHAUSTED") else str(error)
        error = error.__context__
    return None


class _Program:
    """One traced program. Tracing is Python's work and done at once; XLA's can be done in another thread."""

    def __init__(self, model: Any, step: str, data: OnDevice, arguments: Sequence[Any]) -> None:
        self._groups = [model.trainable_variables, model.non_trainable_variables]
        if step == "train_step":
            self._groups.append(model.optimizer.variables)
        self._groups.append(model.metrics_variables)
        # As Keras does: the values are given away, and their memory holds the new ones.
        traced = jax.jit(_loop(getattr(model, step), data), donate_argnums=0)
        self._lowered = traced.lower(_state(self._groups), np.int32(0), np.int32(0), *arguments)
        self._compiled: Any = None

    def compile(self) -> None:
        """Let XLA compile it."""
        if self._compiled is None:
            self._compiled = self._lowered.compile()

    def __call__(self, *arguments: Any) -> None:
        self.compile()
        state: State = jax.block_until_ready(self._compiled(_state(self._groups), *arguments))  # type: ignore[no-untyped-call]
        for variables, values in zip(self._groups, state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)


class _Answer:
    """A traced prediction for batches of one size. The rows are gathered before: see this module's first lines."""

    def __init__(self, model: Any, data: OnDevice, size: int) -> None:
        self._groups = [model.trainable_variables, model.non_trainable_variables]

        def program(state: State, rows: list[Any]) -> Any:
            return model.predict_step(state, keras.tree.pack_sequence_as(data.structure, rows))[0]

        rows = [jnp.zeros((size, *array.shape[1:]), array.dtype) for array in data.arrays]
        self._lowered = jax.jit(program).lower(_state(self._groups), rows)
        self._compiled: Any = None

    def compile(self) -> None:
        """Let XLA compile it."""
        if self._compiled is None:
            self._compiled = self._lowered.compile()

    def __call__(self, rows: list[Any]) -> Any:
        self.compile()
        return self._compiled(_state(self._groups), rows)


def _state(groups: Sequence[Sequence[Any]]) -> State:
    return tuple([variable.value for variable in variables] for variables in groups)


@jax.jit
def _gathered(arrays: Sequence[Any], numbers: Any) -> list[Any]:
    return [_taken(array, numbers) for array in arrays]


def _loop(step: Any, data: OnDevice) -> Any:
    def one(state: State, batch: Any) -> tuple[Any, Any]:
        logs, after = step(state, batch)
        return jax.tree.unflatten(jax.tree.structure(state), jax.tree.leaves(after)), logs

    def program(state: State, start: Any, stop: Any, batches: Any, left: Any, full: Any, arrays: Any) -> Any:
        def gather(numbers: Any) -> Any:
            return keras.tree.pack_sequence_as(data.structure, [_taken(array, numbers) for array in arrays])

        def nth(index: Any) -> Any:
            return gather(_taken(batches, index) if batches.ndim == 2 else index * batches.shape[0] + batches)

        def turn(carried: Any) -> Any:
            index, state, batch, _logs = carried
            state, logs = one(state, batch)
            return index + 1, state, nth(index + 1), logs

        def last(state: State, batch: Any, _logs: Any) -> Any:
            return one(state, batch)

        first = gather(left) if left.shape[0] else nth(start)
        said = jax.eval_shape(one, state, first)[1]
        logs = jax.tree.map(lambda log: jnp.zeros(log.shape, log.dtype), said)
        if batches.shape[0]:
            end = jnp.minimum(stop, full)
            carried = (start, state, nth(start), logs)
            _, state, _, logs = lax.while_loop(lambda carried: carried[0] < end, turn, carried)
        if left.shape[0]:
            kept = lambda state, _batch, logs: (state, logs)  # noqa: E731
            state, logs = lax.cond(stop > full, last, kept, state, gather(left), logs)
        return state

    return program


def _taken(array: Any, numbers: Any) -> Any:
    """Lines of an array. A turn may ask for lines behind the last one, for a next turn that doesn't come."""
    return array.at[numbers].get(mode="clip")
