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
    """The listing for ``params``; a ``dataset`` that is still ``auto`` is written as the bundled one."""
    dataset = listing.bundled(params.dataset)
    held_out = params.validation_split > 0
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
    return listing.script(
        listing.head("Checkpoints of a training", dataset, jit_compile, backend, standard=["os"]),
        listing.constants(params.seed, params.epochs, params.batch_size),
        listing.prepare(dataset, params.validation_split, params.scale_features),
        listing.define(listing.dense_layers(params.hidden_layers, params.activation, params.kernel_initializer)),
        listing.compiled(listing.optimizer(params.optimizer, params.learning_rate), jit_compile),
        f"# Save the model whenever {params.monitor} is better than ever before; epochs are counted from 1 in names.\n"
        + checkpoint,
        listing.BATCHES,
        listing.fit(held_out, ["checkpoint"]),
        listing.evaluate(held_out),
        _FILES.format(rows="x_test, y_test" if params.on_held_out else "x_train, y_train"),
        listing.predict_two_classes(held_out),
    )
