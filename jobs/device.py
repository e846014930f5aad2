"""What an attempt computes with: backend, device, versions. Looking at a device claims it, so only a child does."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import keras

from jobs.protocol import EnvironmentData, Route

PACKAGES = ("keras", "tensorflow", "jax", "numpy")


def environment(
    route: Route, jit_compile: bool, device: str | None = None, packages: Sequence[str] = ()
) -> EnvironmentData:
    """The environment of this process; ``device`` where it isn't Keras's, and further ``packages`` that are used."""
    backend = keras.backend.backend()
    used = [name for name in PACKAGES if name in {"keras", "numpy", backend}]
    versions = {
        "python": platform.python_version(),
        **{name: version(name) for name in (*used, *packages)},
        "fitboard": _own(),
    }
    return EnvironmentData(
        backend=backend, device=device or describe(gpus()), route=route, jit_compile=jit_compile, versions=versions
    )


def gpus() -> list[str]:
    """The names of the GPUs that this process sees; their memory is taken as needed from now on, not all at once."""
    if keras.backend.backend() == "jax":
        return _gpus_of_jax()
    import tensorflow as tf

    found = []
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
        details = tf.config.experimental.get_device_details(device)
        found.append(str(details.get("device_name", device.name)))
    return found


def _gpus_of_jax() -> list[str]:
    import jax

    # JAX would take three quarters of the memory at once. It reads this when it looks for devices.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    return [device.device_kind for device in jax.devices() if device.platform != "cpu"]


def describe(names: list[str]) -> str:
    """``CPU``, or the first GPU's name."""
    return f"GPU: {names[0]}" if names else "CPU"


def _own() -> str:
    try:
        return version("fitboard")
    except PackageNotFoundError:
        return "unknown"
