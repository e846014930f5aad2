"""The compiled programs of one model: steps of a training epoch, steps of a test, predictions.

A program loops over the model's own ``train_step`` or ``test_step``, so that loss, gradients, optimizer and metrics are
Keras's own. Which steps to run are inputs: one compilation serves every stretch, none included. The last batch,
where it is smaller, is a step of its own in the same program.

What all backends share is in ``base``; ``tensorflow`` and ``jax`` each hold one backend's programs, and only the
one that Keras runs on is ever imported.
"""

import keras

from jobs.engine.programs.base import Answers, OnDevice, Programs, Steps, compile_all

BACKENDS = ("tensorflow", "jax")
"""Keras's backends that can train compiled epochs."""


def programs_of(model: object) -> Programs:
    """The programs of ``model``, which must be compiled (in Keras's sense) and built."""
    if keras.backend.backend() == "jax":
        from jobs.engine.programs.jax import JaxPrograms

        return JaxPrograms(model)
    from jobs.engine.programs.tensorflow import TensorFlowPrograms

    return TensorFlowPrograms(model)


def refusal(error: Exception) -> str | None:
    """Why XLA can't compile the model, where an error of :func:`compile_all` or of making a program says so."""
    if keras.backend.backend() == "jax":
        from jobs.engine.programs.jax import refusal_by_jax

        return refusal_by_jax(error)
    from jobs.engine.programs.tensorflow import refusal_by_tensorflow

    return refusal_by_tensorflow(error)


__all__ = ["BACKENDS", "Answers", "OnDevice", "Programs", "Steps", "compile_all", "programs_of", "refusal"]
