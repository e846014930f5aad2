"""Which way a training goes, compiled or plain, and the sentence that says why."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from jobs.engine.programs import BACKENDS
from jobs.protocol import Route

BATCH_HOOKS = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_batch_begin", "on_test_batch_end"),
)
"""What a callback defines to be called around every batch; between compiled steps nobody can be called."""

OWN_STEPS = ("train_step", "test_step", "fit", "evaluate", "compute_metrics", "get_metrics_result")
"""What a model may not have its own of: the compiled loop stands in for Keras's."""

CONVOLUTIONS = (
    *("Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    *("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
)

SHARE_OF_MEMORY = 0.5
"""How much of the free memory the copy on the device may take."""


@dataclass(frozen=True)
class Choice:
    """The way that was taken: ``route``, the model's ``jit_compile``, and ``why``, a sentence for the run's log."""

    route: Route
    jit_compile: bool
    why: str


def choose(
    model: Any,
    *,
    nbytes: int = 0,
    callbacks: Sequence[Any] = (),
    on_gpu: bool = False,
    augmented: bool = False,
    from_files: bool = False,
) -> Choice:
    """Choose for a model that is defined and not compiled yet.

    Args:
        model: a Keras model.
        nbytes: how much memory the training data takes.
        callbacks: what else will be called during the training.
        on_gpu: whether it will train on a GPU.
        augmented: whether the plan augments the training rows.
        from_files: whether the rows are read from files, batch by batch.
    """
    objection = (
        _of_backend()
        or _of_input(augmented, from_files)
        or _of_model(model, on_gpu)
        or _of_callbacks(callbacks)
        or _of_memory(nbytes, on_gpu)
    )
    if objection is not None:
        return Choice("plain", _compiles_steps(model), objection)
    return Choice("compiled", True, "Compiled epochs: the data lie on the device, and XLA runs many steps in one call.")


def _compiles_steps(model: Any) -> bool:
    """Whether plain ``fit`` shall compile each step. JAX must, or it dispatches every operation from Python."""
    return keras.backend.backend() == "jax" and _not_compilable(model) is None


def _of_backend() -> str | None:
    backend = keras.backend.backend()
    if backend not in BACKENDS:
        return f"Plain Keras fit: the backend is {backend}, and compiled epochs need {' or '.join(BACKENDS)}."
    return None


def _of_input(augmented: bool, from_files: bool) -> str | None:
    if from_files:
        return "Plain Keras fit: images are read from a folder as they are needed."
    if augmented:
        return "Plain Keras fit: images are augmented while the model trains, on the CPU and a few batches ahead."
    return None


def _of_model(model: Any, on_gpu: bool) -> str | None:
    for name in OWN_STEPS:
        if getattr(type(model), name, None) is not getattr(keras.Model, name):
            return f"Plain Keras fit: the model has a {name} of its own."
    layer = _not_compilable(model)
    if layer is not None:
        return f"Plain Keras fit: XLA cannot compile the layer {layer.name}."
    convolutions = tuple(getattr(keras.layers, name) for name in CONVOLUTIONS)
    if on_gpu or keras.backend.backend() == "jax":
        return None  # JAX computes them by XLA anyway
    if any(isinstance(layer, convolutions) for layer in model._flatten_layers()):
        return "Plain Keras fit: on a CPU convolutions are faster without XLA."
    return None


def _not_compilable(model: Any) -> Any:
    return next((layer for layer in model._flatten_layers() if not layer.supports_jit), None)


def _of_callbacks(callbacks: Sequence[Any]) -> str | None:
    for callback in callbacks:
        if _wants_batches(callback):
            return f"Plain Keras fit: the callback {type(callback).__name__} wants to be called around every batch."
    return None


def _wants_batches(callback: Any) -> bool:
    if getattr(callback, "save_freq", None) == "epoch":
        return False  # ModelCheckpoint and BackupAndRestore have hooks that do nothing then
    for name in BATCH_HOOKS:
        hook = getattr(callback, name, None)
        if getattr(hook, "__func__", hook) is not getattr(keras.callbacks.Callback, name):
            return True
    return False


def _of_memory(nbytes: int, on_gpu: bool) -> str | None:
    free = _free_memory()
    if on_gpu or free is None or nbytes <= SHARE_OF_MEMORY * free:
        return None
    return (
        f"Plain Keras fit: the data takes {nbytes / 1e9:.1f} GB, and a copy on the device does not fit "
        f"into the {free / 1e9:.1f} GB of free memory."
    )


def _free_memory() -> int | None:
    """Bytes that can be had without swapping (Linux), or None where the system doesn't tell."""
    try:
        with open("/proc/meminfo") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
