"""What the fork server imports before the first attempt, so that an attempt starts in milliseconds.

Import only: no device is touched and no thread is started before a fork, because neither survives one.
"""

import importlib.util
import os

from jobs.backend import chosen
from jobs.quiet import quiet_terminal

os.environ["KERAS_BACKEND"] = chosen()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# By itself TensorFlow uses oneDNN on the newest processors alone; convolutions take less time with it on others too.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

with quiet_terminal():
    import httpx
    import keras
    import numpy
    import sklearn.datasets
    import sklearn.model_selection

    import jobs.child
    import jobs.execution

    if importlib.util.find_spec("tensorflow") is not None:
        # On JAX too: keras.utils.set_random_seed imports it wherever it is installed, which takes seconds.
        import tensorflow

__all__ = ["httpx", "jobs", "keras", "numpy", "sklearn", "tensorflow"]
