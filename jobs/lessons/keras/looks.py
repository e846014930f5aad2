"""What each stage of the life-cycle has produced, as an exhibit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobs.exhibits import Cell, Exhibit, Facts, Table
from jobs.lessons.shared import life_cycle, networks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jobs.lessons.shared.tables import Parts
    from jobs.training import Session

OF_SEVERAL = "sparse_categorical_crossentropy"

SAID = {
    False: "The sigmoid answers with a probability; above 0.5 it counts as the second class.",
    True: "The softmax answers with a probability for each class; the largest counts, and stands here.",
}
"""How answers are read, and whether of several outputs."""

SETTINGS = ("learning_rate", "beta_1", "beta_2", "rho", "momentum", "nesterov", "epsilon", "weight_decay")
"""What of an optimizer is shown, where it has it: Keras's names."""


class Stages(life_cycle.Onlooker):
    """Shows each stage's product the moment the stage is done.

    Args:
        session: the attempt's.
        loss: Keras's name of the loss, and the ``batch_size`` of the training.
    """

    def __init__(self, session: "Session", loss: str, batch_size: int) -> None:
        self._session = session
        self._loss = loss
        self._batch_size = batch_size

    def defined(self, model: Any) -> None:
        """The layers, one in a row."""
        rows: list[list[Cell]] = [
            [layer.name, int(layer.kernel.shape[0]), layer.units, layer.activation.__name__, layer.count_params()]
            for layer in model.layers
        ]
        self._show(
            "define",
            "Define: the layers",
            "Each neuron has one weight per input and one bias: inputs times neurons, plus neurons, are a layer's "
            "parameters. The input layer has none and isn't counted.",
            Table(columns=["layer", "inputs", "neurons", "activation", "parameters"], rows=rows, first=True),
        )

    def compiled(self, model: Any, parts: "Parts") -> None:
        """Loss, optimizer and its settings, and what one epoch will be."""
        optimizer = model.optimizer
        config = optimizer.get_config()
        rows = len(parts.train[0])
        facts: list[tuple[str, Cell]] = [
            ("loss", networks.LOSSES[self._loss]),
            ("optimizer", type(optimizer).__name__),
            *((name, _cell(config[name])) for name in SETTINGS if config.get(name) not in (None, False)),
            ("metric", "accuracy"),
            ("compiled by XLA", bool(model.jit_compile)),
            ("steps in an epoch", -(-rows // self._batch_size)),
        ]
        self._show(
            "compile",
            "Compile: what to minimise, and how",
            "The loss is what training makes small; accuracy is only looked at, because it can't tell in which "
            "direction "
            f"a weight should go. An epoch is {rows} rows in batches of {self._batch_size}.",
            Facts(facts=facts),
        )

    def fitted(self, history: Mapping[str, Sequence[float]]) -> None:
        """What ``fit`` returns, at its first, best and last epoch."""
        best = "val_loss" if "val_loss" in history else "loss"
        low = min(range(len(history[best])), key=history[best].__getitem__)
        rows: list[list[Cell]] = [
            [name, float(values[0]), float(values[low]), float(values[-1])] for name, values in history.items()
        ]
        self._show(
            "fit",
            "Fit: the history it returns",
            f"One list per metric, one value per epoch: the curves. Epoch {low + 1} has the smallest {best}.",
            Table(columns=["key", "first epoch", f"epoch {low + 1}", "last epoch"], rows=rows, first=True),
        )

    def evaluated(self, scores: Mapping[str, Mapping[str, float]], parts: "Parts") -> None:
        """Scores, beside what is right without any network."""
        rows: list[list[Cell]] = []
        for title, name, part in (("training rows", "train", parts.train), ("held-out rows", "test", parts.test)):
            if part is not None:
                score = scores[name]
                rows.append(
                    [title, len(part[1]), float(score["loss"]), float(score["accuracy"]), _most_frequent(part[1])]
                )
        self._show(
            "evaluate",
            "Evaluate: loss and accuracy of the finished network",
            "Always answering with the more frequent class gets the last column. What lies above it has been learnt; "
            "on held-out rows it is what the network will be worth to others.",
            Table(columns=["measured on", "rows", "loss", "accuracy", "constant answer"], rows=rows, first=True),
        )

    def predicted(self, predictions: Mapping[str, Any]) -> None:
        """The network's answers to a few rows beside the truth."""
        rows: list[list[Cell]] = [[number, f"{answer:.3f}", *others] for number, answer, *others in predictions["rows"]]
        self._show(
            "predictions",
            "Predict: answers beside the truth",
            f"{SAID[self._loss == OF_SEVERAL]} Look at how sure the network is where it is wrong.",
            Table(columns=list(predictions["columns"]), rows=rows),
        )

    def _show(self, name: str, title: str, note: str, content: Table | Facts) -> None:
        self._session.show(Exhibit(name=name, title=title, note=note, content=content))


def _most_frequent(classes: "NDArray[Any]") -> float:
    """The share of the class that most rows have."""
    import numpy as np

    return float(np.bincount(classes.astype(int)).max() / len(classes))


def _cell(value: Any) -> Cell:
    return value if isinstance(value, bool | int | str) else f"{float(value):.6g}"
