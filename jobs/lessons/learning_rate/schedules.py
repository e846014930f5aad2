"""The schedules of the lesson: how each changes the learning rate, in Keras's own classes, and the same as source text.

Some live inside the optimizer and change the rate with every step; others are callbacks and change it between epochs.
"""

import math
from typing import TYPE_CHECKING, Any

from jobs.lessons.shared import networks
from jobs.lessons.shared.listing import optimizer as optimizer_text
from jobs.lessons.shared.outcome import counted

if TYPE_CHECKING:
    from jobs.lessons.learning_rate.lesson import LearningRateParams

IN_STEPS = ("exponential", "cosine")
"""Schedules that always live inside the optimizer."""


def by_step(params: "LearningRateParams") -> bool:
    """Whether the rate changes with every step, inside the optimizer."""
    return params.schedule in IN_STEPS or (params.schedule == "time-based" and params.decay_every == "update")


def optimizer(params: "LearningRateParams", steps: int) -> Any:
    """SGD with its momentum, and the schedule inside it where it lives there.

    Args:
        params: the lesson's.
        steps: in an epoch.
    """
    import keras

    rate: Any = params.learning_rate
    kinds = keras.optimizers.schedules
    if params.schedule == "time-based" and by_step(params):
        rate = kinds.InverseTimeDecay(params.learning_rate, decay_steps=1, decay_rate=params.decay)
    elif params.schedule == "exponential":
        rate = kinds.ExponentialDecay(params.learning_rate, decay_steps=steps, decay_rate=params.decay_rate)
    elif params.schedule == "cosine":
        warm, rest = warm_up(params, steps)
        rate = kinds.CosineDecay(
            0.0 if warm else params.learning_rate,
            decay_steps=rest,
            warmup_target=params.learning_rate if warm else None,
            warmup_steps=warm,
        )
    return networks.optimizer("sgd", rate, momentum=params.momentum)


def warm_epochs(params: "LearningRateParams") -> int:
    """Over how many epochs the cosine rises; the last one falls in any case."""
    return min(params.warmup_epochs, params.epochs - 1)


def warm_up(params: "LearningRateParams", steps: int) -> tuple[int, int]:
    """How many steps the cosine's warm-up takes, and how many are left for its fall."""
    warm = warm_epochs(params) * steps
    return warm, params.epochs * steps - warm


def rate_of_epoch(params: "LearningRateParams", epoch: int) -> float:
    """The rate of an epoch, from 0, of a schedule that changes it between epochs."""
    if params.schedule == "drop":
        return params.learning_rate * math.pow(params.drop, math.floor(epoch / params.epochs_drop))
    return params.learning_rate / (1.0 + params.decay * epoch)


def callbacks(params: "LearningRateParams") -> list[Any]:
    """What changes the rate between epochs, or records it where Keras would not."""
    import keras

    from jobs.callbacks import RecordLearningRate

    if params.schedule == "plateau":
        monitor = "val_loss" if params.validation_split > 0 else "loss"
        return [keras.callbacks.ReduceLROnPlateau(monitor=monitor, factor=params.drop, patience=params.patience)]
    if params.schedule == "drop" or (params.schedule == "time-based" and not by_step(params)):
        return [keras.callbacks.LearningRateScheduler(lambda epoch: rate_of_epoch(params, epoch))]
    return [RecordLearningRate()]


def words(params: "LearningRateParams") -> str:
    """What happens to the rate, for people."""
    start = f"{params.learning_rate:g}"
    match params.schedule:
        case "time-based":
            return f"starts at {start} and is divided by 1 + {params.decay:g} * {params.decay_every}s"
        case "drop":
            return f"starts at {start} and is multiplied by {params.drop:g} every {params.epochs_drop} epochs"
        case "exponential":
            return f"starts at {start} and is multiplied by {params.decay_rate:g} over every epoch"
        case "cosine":
            warm = warm_epochs(params)
            rises = f"rises to {start} over {counted(warm, 'epoch')}" if warm else f"starts at {start}"
            return f"{rises} and falls to 0 along a cosine"
        case "plateau":
            loss = "validation loss" if params.validation_split > 0 else "loss"
            return (
                f"starts at {start} and is multiplied by {params.drop:g} when the {loss} "
                f"has not fallen for {params.patience} epochs"
            )
    return f"stays at {start}"


_RECORD = """\
# Keras does not record the rate of a schedule inside the optimizer: this is the rate of the epoch's last step.
class RecordLearningRate(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["learning_rate"] = float(RATE)
"""


def listed(params: "LearningRateParams") -> tuple[str, str, str]:
    """The same as source: lines before compiling, the optimizer's expression, and the callback's."""
    momentum = params.momentum
    start = repr(params.learning_rate)
    steps = "steps = math.ceil(len(x_train) / BATCH_SIZE)\n"
    if params.schedule == "plateau":
        monitor = "val_loss" if params.validation_split > 0 else "loss"
        called = f'keras.callbacks.ReduceLROnPlateau(monitor="{monitor}", factor={params.drop!r}, '
        called += f"patience={params.patience})"
        return "", optimizer_text("sgd", params.learning_rate, momentum=momentum), called
    if params.schedule == "drop" or (params.schedule == "time-based" and not by_step(params)):
        rate = f"{start} / (1.0 + {params.decay!r} * epoch)"
        if params.schedule == "drop":
            rate = f"{start} * math.pow({params.drop!r}, math.floor(epoch / {params.epochs_drop}))"
        called = f"keras.callbacks.LearningRateScheduler(lambda epoch: {rate})"
        return "", optimizer_text("sgd", params.learning_rate, momentum=momentum), called
    called = "RecordLearningRate()"
    if not by_step(params):
        before = _RECORD.replace("RATE", "self.model.optimizer.learning_rate")
        before = before.replace(" a schedule inside the optimizer: this is the rate of the epoch's last step", " SGD")
        return before, optimizer_text("sgd", params.learning_rate, momentum=momentum), called
    kinds = "keras.optimizers.schedules."
    if params.schedule == "time-based":
        schedule = f"{kinds}InverseTimeDecay({start}, decay_steps=1, decay_rate={params.decay!r})\n"
        steps = ""
    elif params.schedule == "exponential":
        schedule = f"{kinds}ExponentialDecay({start}, decay_steps=steps, decay_rate={params.decay_rate!r})\n"
    else:
        warm = warm_epochs(params)
        if warm:
            steps += f"warm_up = {warm} * steps\n"
            arguments = f"0.0, EPOCHS * steps - warm_up, warmup_target={start}, warmup_steps=warm_up"
            schedule = f"{kinds}CosineDecay(\n    {arguments}\n)\n"
        else:
            schedule = f"{kinds}CosineDecay({start}, EPOCHS * steps)\n"
    record = _RECORD.replace("RATE", "schedule(int(self.model.optimizer.iterations) - 1)")
    before = f"{steps}schedule = {schedule}\n\n{record}\n"
    return before, optimizer_text("sgd", "schedule", momentum=momentum), called
