"""Which datasets exist, what each must look like, and where it may be downloaded.

Facts only. What a kind of dataset can do stands in :mod:`jobs.datasets.kinds`, reading in
:mod:`jobs.datasets.tables` and :mod:`jobs.datasets.images`, finding in :mod:`jobs.datasets.places`.
"""

from typing import Any

import jobs.datasets.shapes as shapes
from jobs.datasets.digits import load_digits
from jobs.datasets.image_kinds import BundledImages, NpzFile
from jobs.datasets.kinds import Bundled, Dataset
from jobs.datasets.table_kinds import BundledTable, CsvFile

__all__ = ["BREAST_CANCER", "CATALOGUE", "CIFAR10", "DIGITS", "IONOSPHERE", "MNIST", "PIMA", "SHAPES"]
__all__ += ["Bundled", "BundledImages", "BundledTable", "CsvFile", "Dataset", "NpzFile"]


def _breast_cancer() -> tuple[Any, Any]:
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return x, y


BREAST_CANCER = BundledTable(
    name="breast-cancer",
    title="Breast cancer (bundled)",
    rows=569,
    features=tuple(
        f"{statistic} {measure}"
        for statistic in ("mean", "error of", "worst")
        for measure in (
            "radius",
            "texture",
            "perimeter",
            "area",
            "smoothness",
            "compactness",
            "concavity",
            "concave points",
            "symmetry",
            "fractal dimension",
        )
    ),
    classes=("malignant", "benign"),
    source=_breast_cancer,
)

PIMA = CsvFile(
    name="pima-indians-diabetes",
    filename="pima-indians-diabetes.csv",
    stand_in="breast-cancer",
    title="Pima Indians diabetes",
    rows=768,
    features=(
        "pregnancies",
        "glucose",
        "blood pressure",
        "skin thickness",
        "insulin",
        "body mass index",
        "pedigree",
        "age",
    ),
    classes=("no diabetes", "diabetes"),
    labels=("0", "1"),
    numeric_labels=True,
    url="https://raw.githubusercontent.com/jbrownlee/Datasets/master/pima-indians-diabetes.csv",
    sha256="6bfe5d0f379d17a0e0819b996407e3c09bf80febd4287f2ed212190dfff154af",
    size=23278,
)

IONOSPHERE = CsvFile(
    name="ionosphere",
    filename="ionosphere.csv",
    stand_in="breast-cancer",
    title="Ionosphere radar returns",
    rows=351,
    features=tuple(f"pulse {pulse} {part}" for pulse in range(1, 18) for part in ("real", "imaginary")),
    classes=("bad", "good"),
    labels=("b", "g"),
    numeric_labels=False,
    url="https://raw.githubusercontent.com/jbrownlee/Datasets/master/ionosphere.csv",
    sha256="fd6dd7864b55d56dac0a1e6e24af9ccc35bf2555ac79af8ab9f3d1daa065ab83",
    size=76466,
    ordered=True,
)

MNIST = NpzFile(
    name="mnist",
    filename="mnist.npz",
    stand_in="digits",
    title="MNIST handwritten digits",
    rows=60_000,
    test_rows=10_000,
    shape=(28, 28, 1),
    classes=tuple("0123456789"),
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    size=11_490_434,
)
"""Address and hash are those of ``keras.datasets.mnist``."""

CIFAR10 = NpzFile(
    name="cifar10",
    filename="cifar10.npz",
    stand_in="shapes",
    title="CIFAR-10 photographs",
    rows=50_000,
    test_rows=10_000,
    shape=(32, 32, 3),
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    listing=(
        "Two lines of Python make it, with a network: "
        "import keras, numpy; (a, b), (c, d) = keras.datasets.cifar10.load_data() and "
        "numpy.savez_compressed('cifar10.npz', x_train=a, y_train=b, x_test=c, y_test=d)."
    ),
)
"""Not downloaded by Fitboard: its publisher hands it out as pickles, and Keras unpacks those."""

DIGITS = BundledImages(
    name="digits",
    title="Small digits (bundled, in place of MNIST)",
    rows=1437,
    test_rows=360,
    shape=(28, 28, 1),
    classes=tuple("0123456789"),
    origin="These are scikit-learn's digits of 8 by 8 pixels, enlarged: they stand in for MNIST and are not MNIST.",
    source=load_digits,
)

SHAPES = BundledImages(
    name="shapes",
    title="Drawn shapes (bundled, in place of CIFAR-10)",
    rows=shapes.TRAIN,
    test_rows=shapes.TEST,
    shape=(shapes.SIZE, shapes.SIZE, 3),
    classes=shapes.CLASSES,
    origin="These are shapes that Fitboard draws: they stand in for the photographs of CIFAR-10.",
    source=shapes.draw_shapes,
)

CATALOGUE: tuple[Dataset[Any], ...] = (PIMA, IONOSPHERE, BREAST_CANCER, MNIST, DIGITS, CIFAR10, SHAPES)
"""Every dataset: the tables, then the images, each of the course's own before its stand-in."""
