"""Small data files in the course's formats, made up here, so that tests need neither network nor licence."""

from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, Any]


def _noise(seed: int) -> float:
    """A number in [0, 1) that looks random and is always the same."""
    return (seed * 2654435761 % 4294967296) / 4294967296


def write_csv_files(folder: Path, rows: int = 120) -> Path:
    """Write ``pima-indians-diabetes.csv`` and ``ionosphere.csv`` with ``rows`` rows each; returns ``folder``.

    The class follows from the first columns and some noise, so that a network can learn it, though not perfectly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "pima-indians-diabetes.csv", "w") as file:
        for row in range(rows):
            values = [round(_noise(row * 8 + column + 1) * 100, 2) for column in range(8)]
            sick = values[0] + values[1] + 20 * _noise(row + 90_001) > 110
            file.write(",".join(map(str, values)) + f",{int(sick)}\n")
    with open(folder / "ionosphere.csv", "w") as file:
        for row in range(rows):
            values = [round(_noise(row * 34 + column + 7) * 2 - 1, 5) for column in range(34)]
            good = values[0] + values[2] + 0.3 * _noise(row + 50_003) > 0.1
            file.write(",".join(map(str, values)) + f",{'g' if good else 'b'}\n")
    return folder


def write_own_table(file: Path) -> Path:
    """Half of scikit-learn's irises as an office program saves a table: semicolons, decimal commas, a column of text.

    75 rows, sorted by class; two of them have a gap.
    """
    from sklearn.datasets import load_iris

    data = load_iris()
    lines = ["plant;sepal length;sepal width;petal length;petal width;species"]
    for number in range(0, 150, 2):
        cells = [str(value).replace(".", ",") for value in data.data[number]]
        if number in (6, 60):
            cells[1] = "?" if number == 6 else ""
        lines.append(";".join([f'"no {number}"', *cells, str(data.target_names[data.target[number]])]))
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    return file


def own_pictures(train: int = 60, test: int = 20, shape: tuple[int, ...] = (12, 16, 3), classes: int = 3) -> Arrays:
    """Keras's four arrays with pictures made up here: a light bar that lies lower the higher the class, under noise."""
    rng = np.random.default_rng(5)
    height = shape[0]

    def draw(count: int) -> tuple[Any, Any]:
        labels = (np.arange(count) % classes).astype("uint8")
        pictures = rng.integers(0, 120, (count, *shape), "uint8")
        for picture, label in zip(pictures, labels, strict=True):
            top = int(label) * height // classes
            picture[top : top + max(1, height // classes)] += 120
        return pictures, labels

    (x_train, y_train), (x_test, y_test) = draw(train), draw(test)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
