"""The listing that repeats a run of lesson 8: the training with Keras's own ``ModelCheckpoint``, and its files."""

from typing import TYPE_CHECKING

from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.checkpoints.lesson import CheckpointsParams

BEST = "weights.best.keras"

_FILES = """\
# Restore each saved model and measure it again.
for file in sorted(name for name in os.listdir() if name.startswith("weights")):
    restored = keras.saving.load_model(file)
    loss, accuracy = restored.evaluate({rows}, verbose=0)
    print(f"{{file}}  loss {{loss:.4f}}  accuracy {{accuracy:.4f}}")
"""


def script(params: "CheckpointsParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    watch = params.watch()
    file = watch.pattern() if watch.every else BEST
    checkpoint = (
        "checkpoint = keras.callbacks.ModelCheckpoint(\n"
        f'    "{file}",\n'
        f'    monitor="{params.monitor}",\n'
        f'    mode="{params.mode}",\n'
        "    save_best_only=True,\n"
        "    verbose=1,\n"
        ")\n"
    )
    return listing.table(
        params,
        "Checkpoints of a training",
        jit_compile,
        backend,
        layers=listing.dense_layers(params),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
        standard=["os"],
        before_fit=f"# Save the model whenever {params.monitor} is better than ever; names count epochs from 1.\n"
        + checkpoint,
        callbacks=["checkpoint"],
        after_evaluate=_FILES.format(rows="x_test, y_test" if params.on_held_out else "x_train, y_train"),
    )
