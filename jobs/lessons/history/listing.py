"""The listing that repeats a run of lesson 7: the training, and what its History holds."""

from typing import TYPE_CHECKING

from jobs.lessons.shared import listing

if TYPE_CHECKING:
    from jobs.lessons.history.lesson import HistoryParams

_READ = """\
# What fit returned: one list per key, one number per epoch.
for key, values in history.history.items():
    print(f"key {key:14} {len(values)} epochs  first {values[0]:.4f}  last {values[-1]:.4f}")
"""

_LOWEST = """\
lowest = int(np.argmin(history.history["val_loss"]))
print(f"lowest validation loss at epoch {lowest + 1} of {EPOCHS}")
"""

_PLOT = """
# With matplotlib installed, the plot of the course:
#   import matplotlib.pyplot as plt
#   plt.plot(history.history["accuracy"], label="train")
#   plt.plot(history.history["val_accuracy"], label="validation")
#   plt.xlabel("epoch")
#   plt.legend()
#   plt.savefig("accuracy.png")
"""


def script(params: "HistoryParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    held_out = params.validation_split > 0
    plot = _PLOT if held_out else "\n".join(line for line in _PLOT.split("\n") if "val_" not in line)
    return listing.table(
        params,
        "The history that fit returns",
        jit_compile,
        backend,
        layers=listing.dense_layers(params),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
        after_fit=_READ + (_LOWEST if held_out else "") + plot,
    )
