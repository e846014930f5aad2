"""What the fork server imports before the first attempt, so that an attempt starts in milliseconds.

Import only: no device is touched and no thread is started before a fork, because neither survives one.
"""

import os

from jobs.quiet import quiet_terminal

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# By itself TensorFlow uses oneDNN on the newest processors alone; convolutions take less time with it on others too.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

with quiet_terminal():
    import httpx
    import keras
    import numpy
    import sklearn.datasets

    import jobs.child
    import jobs.training

__all__ = ["httpx", "jobs", "keras", "numpy", "sklearn"]
