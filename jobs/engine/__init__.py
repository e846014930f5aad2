"""Compiled training: what ``model.fit`` does, with whole stretches of steps as one compiled call.

A small network spends its time between the steps, not in them: a batch is fetched, a function called, a result read
back. Here the data lie on the device, and an epoch is one loop that XLA has compiled over the model's own
``train_step``. Weights and History come out bit-identical to ``fit(jit_compile=True)`` with the same order of rows.

Where that can't serve, or gains nothing, the same call is plain ``model.fit``. :func:`choose` says which, and why;
the choice stands on the run and is never changed by a later attempt.

==================  ==========================================================================
``rows``            what is trained on, and in which order
``folders``         rows that are images in a folder, read as they are needed
``plan``            the other arguments of ``fit``, and what comes after it
``choice``          compiled or plain
``engine``          the two ways behind one door: ``fit``, ``evaluate`` and ``predict``
``compiled``        the loop over epochs, with Keras's callbacks, around the compiled programs
``chunks``          how many steps go into one call
``programs``        the programs themselves, one module per backend
``plain``           the same by ``model.fit``
``values``          all values of a model, read and written at once
``folds``           a cross-validation that compiles once
``cache``           compiled programs that outlive their process
==================  ==========================================================================

Nothing here knows of runs, journals or lessons.
"""

from jobs.engine.choice import Choice, choose
from jobs.engine.engine import Engine
from jobs.engine.folders import image_folder
from jobs.engine.folds import Fold, Scored, Trainer
from jobs.engine.plan import Afterwards, Augment, Plan
from jobs.engine.rows import Order, Rows, shuffled

__all__ = [
    "Afterwards",
    "Augment",
    "Choice",
    "Engine",
    "Fold",
    "Order",
    "Plan",
    "Rows",
    "Scored",
    "Trainer",
    "choose",
    "image_folder",
    "shuffled",
]
