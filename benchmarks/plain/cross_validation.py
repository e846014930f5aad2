"""Lesson 6: ten-fold cross-validation of the same network, 150 epochs in batches of 10."""

import sys
from pathlib import Path
from typing import Any

from benchmarks.plain.first_network import BATCH_SIZE, EPOCHS, data, model

FOLDS = 10


def parts(x: Any, y: Any) -> list[Any]:
    """The rows of each fold: to train on, and to score with."""
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(x, y))


if __name__ == "__main__":
    x, y = data(Path(sys.argv[1]))
    scores = []
    for train, test in parts(x, y):
        network = model()
        network.fit(x[train], y[train], epochs=EPOCHS, batch_size=BATCH_SIZE, verbose=0)
        scores.append(network.evaluate(x[test], y[test], verbose=0)[1])
    print(sum(scores) / FOLDS)
