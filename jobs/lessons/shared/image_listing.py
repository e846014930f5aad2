"""Pieces of listings about labelled images; the rest stands in :mod:`jobs.lessons.shared.listing`."""

from collections.abc import Sequence

from jobs.backend import DEFAULT
from jobs.datasets.catalogue import CIFAR10, DIGITS, MNIST, SHAPES
from jobs.lessons.shared import listing
from jobs.lessons.shared.images import ImageParams, taken
from jobs.lessons.shared.layers import Layer, Written
from jobs.lessons.shared.outcome import SHOWN

_ARCHIVE = """\
with np.load("{file}") as data:
    x_train, y_train, x_test, y_test = (data[key] for key in ("x_train", "y_train", "x_test", "y_test"))
"""

_SHAPES = (
    '# Ten kinds of drawn shapes. Where Fitboard is installed, "python -m jobs.datasets.shapes" writes the file.\n'
    + _ARCHIVE.format(file="shapes.npz")
)

_DIGITS = """\
# scikit-learn's digits of 8 by 8 pixels, enlarged to MNIST's 28 by 28; the last 360 are the test.
small, y = load_digits(return_X_y=True)
place = np.clip(4 * np.arange(28) - 5, 0, 98)  # of the large pixels among the small ones, in fourteenths
left = np.minimum(place // 14, 6)
weights = np.zeros((28, 8), "int64")
weights[np.arange(28), left + 1] = place - 14 * left
weights[np.arange(28), left] = 14 - (place - 14 * left)
x = weights @ small.reshape(-1, 8, 8).astype("int64") @ weights.T
x = ((510 * x + 3136) // 6272).astype("uint8")
x_train, y_train, x_test, y_test = x[:1437], y[:1437], x[1437:], y[1437:]
"""

_LOADED = {
    "mnist": _ARCHIVE.format(file="mnist.npz"),
    "cifar10": _ARCHIVE.format(file="cifar10.npz"),
    "digits": _DIGITS,
    "shapes": _SHAPES,
}
"""For each dataset the lines that load ``x_train, y_train, x_test, y_test``."""

_KNOWN = {one.name: one for one in (MNIST, DIGITS, CIFAR10, SHAPES)}
"""What isn't among these is a person's own, of which the listing finds out size and classes as it runs."""

_OWN = """\
shape = (*x_train.shape[1:], 1)[:3]  # height, width, channels
classes = int(y_train.max()) + 1
"""


def classes(dataset: str) -> int | Written:
    """How many classes there are, as a listing says it; a dataset that is still ``auto`` has ten."""
    known = _KNOWN.get(dataset)
    return Written("classes") if known is None and dataset != "auto" else 10


def head(about: str, dataset: str, jit_compile: bool, backend: str, imports: str = "") -> str:
    """The docstring and the imports for images; see :func:`jobs.lessons.shared.listing.head`."""
    digits = dataset == DIGITS.name
    return listing.head(
        about,
        dataset,
        jit_compile,
        backend,
        imports=imports + ("from sklearn.datasets import load_digits\n" if digits else ""),
        needs=["tensorflow"] if "tensorflow" in imports and backend != DEFAULT else [],
        beside="" if digits else f"{dataset}.npz",
    )


def prepare(dataset: str, samples: int) -> str:
    """Load images, take the first, bring pixels between 0 and 1 and write the classes one-hot."""
    known = _KNOWN.get(dataset)
    loaded = _LOADED[dataset] if known else _ARCHIVE.format(file=f"{dataset}.npz") + _OWN
    size = "*shape" if known is None else ", ".join(map(str, known.shape))
    count = classes(dataset)
    lines = ["# Prepare.\n", loaded]
    if samples:
        training, test = taken(samples, samples, samples)
        lines.append(f"x_train, y_train, x_test, y_test = x_train[:{training}], y_train[:{training}], ")
        lines.append(f"x_test[:{test}], y_test[:{test}]\n")
    lines += [
        f'x_train = x_train.reshape(-1, {size}).astype("float32") / 255  # height, width, channels: channels last\n',
        f'x_test = x_test.reshape(-1, {size}).astype("float32") / 255\n',
        f"y_train, y_test = keras.utils.to_categorical(y_train, {count}), "
        f"keras.utils.to_categorical(y_test, {count})\n",
    ]
    return "".join(lines)


def predict(dataset: str) -> str:
    """Ask the network about all test images: a few beside the truth, and the confusion matrix."""
    known = _KNOWN.get(dataset)
    names, count = known.classes if known else (), classes(dataset)
    numbered = known is None or known.classes == DIGITS.classes
    listed = "" if numbered else f"CLASSES = {' '.join(names)!r}.split()\n".replace("'", '"')
    truth, said = ("{truth}", "{answer.argmax()}") if numbered else ("{CLASSES[truth]}", "{CLASSES[answer.argmax()]}")
    return (
        "# Predict.\n"
        f"{listed}"
        "answers, truths = model.predict(x_test, verbose=0), y_test.argmax(axis=1)\n"
        f"for truth, answer in zip(truths[:{SHOWN}], answers[:{SHOWN}]):\n"
        f'    print(f"truth {truth}  network {said} with {{answer.max():.3f}}")\n'
        f"confusion = np.zeros(({count}, {count}), int)  # row: what it is; column: what the network said\n"
        "np.add.at(confusion, (truths, answers.argmax(axis=1)), 1)\n"
        "print(confusion)\n"
    )


def many_classes(
    params: ImageParams,
    about: str,
    jit_compile: bool,
    backend: str,
    *,
    stand_in: str,
    layers: Sequence[Layer],
    optimizer: str,
    imports: str = "",
    before_define: str = "",
    before_compile: str = "",
    batches: str = listing.BATCHES,
    measured: str = "x_train",
    after_predict: str = "",
) -> str:
    """The whole listing about images, with a lesson's own lines between the stages; else as the pieces say.

    Args:
        params: the lesson's.
        about: one sentence without its full stop.
        jit_compile: how the run was compiled, on which ``backend``.
        stand_in: what a ``dataset`` that is still ``auto`` is written as.
        layers: the model's.
        optimizer: as an expression.
        imports: further import lines.
        before_define: lines after the data is there, ``before_compile`` and ``after_predict`` as they say.
        batches: what the model is fed with.
        measured: the training images as the finished model is measured on them.
    """
    dataset = listing.bundled(params.dataset, stand_in)
    return listing.script(
        head(about, dataset, jit_compile, backend, imports),
        listing.constants(params.seed, params.epochs, params.batch_size),
        prepare(dataset, params.samples),
        before_define,
        listing.define(layers, "x_train.shape[1:]"),
        before_compile,
        listing.compiled(optimizer, jit_compile, "categorical_crossentropy"),
        batches,
        listing.fit(held_out=True),
        listing.evaluate(held_out=True).replace("x_train, y_train", f"{measured}, y_train"),
        predict(dataset),
        after_predict,
    )
