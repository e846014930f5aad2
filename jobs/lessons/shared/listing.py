"""Pieces of the scripts that repeat a run with plain Keras: a lesson's listing is these, in the course's order.

A listing needs Keras, NumPy and the data file beside it (for bundled data scikit-learn), and gives the run's History
digit for digit on the same machine: same seed, same order of batches, same ``jit_compile``, same backend, same way of
compiling. Each piece is text that ends with a line end; :func:`script` puts an empty line between two.
"""

from collections.abc import Sequence
from typing import Protocol

from jobs.backend import DEFAULT
from jobs.lessons.shared import networks, own_listing, own_tables
from jobs.lessons.shared.layers import Layer
from jobs.lessons.shared.networks import OPTIMIZERS
from jobs.lessons.shared.outcome import SHOWN
from jobs.lessons.shared.parameters import TableParams
from jobs.xla import FLAGS

_PIMA = """\
table = np.loadtxt("pima-indians-diabetes.csv", delimiter=",", dtype="float32")
x, y = table[:, :8], table[:, 8]
"""

_IONOSPHERE = """\
table = np.loadtxt("ionosphere.csv", delimiter=",", dtype=str)
table = table[np.random.default_rng(0).permutation(len(table))]  # the file ends with nearly all of one class
x, y = table[:, :34].astype("float32"), (table[:, 34] == "g").astype("float32")
"""

_BREAST_CANCER = """\
x, y = load_breast_cancer(return_X_y=True)
x, y = x.astype("float32"), y.astype("float32")
"""

TABLES = {"pima-indians-diabetes": _PIMA, "ionosphere": _IONOSPHERE, "breast-cancer": _BREAST_CANCER}
"""For each table the lines that load ``x`` and ``y``."""

_IMPORTS = {"breast-cancer": "from sklearn.datasets import load_breast_cancer\n"}

BATCHES = """\
# Fit. Each epoch goes through the rows in a new order, which depends on nothing but the seed and the epoch.
def batches():
    for epoch in range(EPOCHS):
        order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            yield x_train[rows], y_train[rows]
"""


class DenseParams(TableParams, networks.DenseParams, Protocol):
    """Those of lessons whose network is nothing but dense layers."""


def bundled(dataset: str, stand_in: str = "breast-cancer") -> str:
    """The dataset to write into a listing: a name that is still ``auto`` becomes the one that is always there."""
    return stand_in if dataset == "auto" else dataset


def script(*pieces: str) -> str:
    """The listing of some pieces; empty ones are left out."""
    text = "\n".join(piece for piece in pieces if piece)
    # Two blank lines around the function, as everybody writes it.
    return text.replace("\n# Fit. Each", "\n\n# Fit. Each").replace("\nhistory = ", "\n\nhistory = ")


def head(
    about: str,
    dataset: str,
    jit_compile: bool,
    backend: str,
    *,
    imports: str = "",
    needs: Sequence[str] = (),
    beside: str | None = None,
    standard: Sequence[str] = (),
) -> str:
    """The docstring and the imports, and what must be set before Keras is imported for the same numbers.

    Args:
        about: one sentence without its full stop.
        dataset: the table's name; decides what must lie beside the file, unless ``beside`` says so.
        jit_compile: how the run was compiled, on which ``backend``.
        imports: further import lines.
        needs: further packages.
        beside: the file that must lie beside the listing; empty for none.
        standard: modules of Python's own that the rest needs.
    """
    from_sklearn = dataset in _IMPORTS or "sklearn" in imports
    if beside is None:
        beside = "" if dataset in _IMPORTS else f"{dataset}.csv"
    put = f"\n\nPut {beside} beside this file.\n" if beside else ""
    packages = ["keras", backend, "numpy", *needs, *(["scikit-learn"] if from_sklearn else [])]
    listed = f"{', '.join(packages[:-1])} and {packages[-1]}"
    before = []
    if backend != DEFAULT:
        before.append(f'os.environ["KERAS_BACKEND"] = "{backend}"  # before Keras is imported\n')
    if backend == DEFAULT and not jit_compile:
        before.append(
            'os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # how the run computed; set before Keras is imported\n'
        )
    modules = sorted({"math", *standard, *(["os"] if jit_compile or before else [])})
    imported = "".join(f"import {module}\n" for module in modules)
    text = f'"""{about}. Needs {listed}.{put}"""\n\n{imported}'
    if before:
        text += f"\n{''.join(before)}"
    text += f"\nimport keras\nimport numpy as np\n{_IMPORTS.get(dataset, '')}{imports}"
    if jit_compile:
        text += (
            "\n# How XLA compiled the run; its default rounds some sums differently.\n"
            f'os.environ["XLA_FLAGS"] = "{FLAGS}"\n'
        )
    return text


def constants(seed: int, epochs: int, batch_size: int) -> str:
    """The numbers that the rest of the listing uses by name; and the seed, set."""
    return f"SEED = {seed}\nEPOCHS = {epochs}\nBATCH_SIZE = {batch_size}\nkeras.utils.set_random_seed(SEED)\n"


def loaded(params: own_listing.ReadingParams) -> str:
    """Load a table into ``x`` and ``y``, and of an own one the names of its ``classes``."""
    if own_tables.is_own(params.dataset):
        return own_listing.load(params)
    return f"# Prepare.\n{TABLES[bundled(params.dataset)]}"


def prepare(params: TableParams) -> str:
    """Load a table into ``x_train, y_train`` and, with held-out rows, ``x_test, y_test``."""
    lines = [loaded(params)]
    if params.validation_split > 0:
        lines.append(
            f"split = int(len(x) * (1 - {params.validation_split!r}))  # the last rows are held back\n"
            "x_train, y_train, x_test, y_test = x[:split], y[:split], x[split:], y[split:]\n"
        )
    else:
        lines.append("x_train, y_train = x, y\n")
    if params.scale_features:
        lines.append(
            "mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)\n"
            "deviation[deviation == 0] = 1  # a column that never changes\n"
            "x_train = (x_train - mean) / deviation\n"
        )
        if params.validation_split > 0:
            lines.append("x_test = (x_test - mean) / deviation\n")
    return "".join(lines)


def define(layers: Sequence[Layer | str], shape: str = "(x.shape[1],)") -> str:
    """A ``Sequential`` model of these layers, each one or an expression that makes one."""
    stacked = "".join(f"    {layer},\n" for layer in layers)
    return f"# Define.\nmodel = keras.Sequential([\n    keras.Input({shape}),\n{stacked}])\nmodel.summary()\n"


def optimizer(name: str, learning_rate: float | str, **options: object) -> str:
    """An optimizer as an expression; a ``learning_rate`` given as text is written as it is."""
    rate = learning_rate if isinstance(learning_rate, str) else repr(learning_rate)
    more = "".join(f", {key}={value!r}" for key, value in options.items())
    return f"keras.optimizers.{OPTIMIZERS[name]}(learning_rate={rate}{more})"


def compiled(optimizer: str, jit_compile: bool, loss: str = "binary_crossentropy") -> str:
    """``model.compile`` with accuracy as the metric."""
    return (
        "# Compile.\n"
        "model.compile(\n"
        f'    loss="{loss}",\n'
        f"    optimizer={optimizer},\n"
        '    metrics=["accuracy"],\n'
        f"    jit_compile={jit_compile},\n"
        ")\n"
    )


def fit(held_out: bool, callbacks: Sequence[str] = ()) -> str:
    """``model.fit`` over :data:`BATCHES`, with ``callbacks`` as expressions; writes ``history.csv``."""
    validation = "    validation_data=(x_test, y_test),\n" if held_out else ""
    listed = ", ".join([*callbacks, 'keras.callbacks.CSVLogger("history.csv")'])
    called = f"    callbacks=[{listed}],\n"
    if len(called) > 100:
        each = "".join(f"        {one},\n" for one in [*callbacks, 'keras.callbacks.CSVLogger("history.csv")'])
        called = f"    callbacks=[\n{each}    ],\n"
    return (
        "history = model.fit(\n"
        "    batches(),\n"
        "    steps_per_epoch=math.ceil(len(x_train) / BATCH_SIZE),\n"
        "    epochs=EPOCHS,\n"
        "    shuffle=False,\n"
        f"{validation}"
        "    verbose=2,\n"
        f"{called}"
        ")\n"
    )


def evaluate(held_out: bool) -> str:
    """Measure the finished model on the training rows and on those held out."""
    lines = [
        "# Evaluate.\n",
        "loss, accuracy = model.evaluate(x_train, y_train, verbose=0)\n",
        'print(f"train  loss {loss:.4f}  accuracy {accuracy:.4f}")\n',
    ]
    if held_out:
        lines += [
            "loss, accuracy = model.evaluate(x_test, y_test, verbose=0)\n",
            'print(f"test   loss {loss:.4f}  accuracy {accuracy:.4f}")\n',
        ]
    return "".join(lines)


def predict_two_classes(held_out: bool) -> str:
    """Ask a network with one sigmoid about a few rows."""
    part = "test" if held_out else "train"
    return (
        "# Predict.\n"
        f"for truth, (answer,) in zip(y_{part}[:{SHOWN}], model.predict(x_{part}[:{SHOWN}], verbose=0)):\n"
        '    print(f"truth {truth:.0f}  network {answer:.3f}  so {answer > 0.5:.0f}")\n'
    )


def dense_layers(params: DenseParams) -> list[Layer]:
    """The layers of a lesson that has nothing but dense ones."""
    return networks.dense_layers(params, own_tables.listed_outputs(params.dataset))


def table(
    params: TableParams,
    about: str,
    jit_compile: bool,
    backend: str,
    *,
    layers: Sequence[Layer | str],
    optimizer: str,
    loss: str = "binary_crossentropy",
    standard: Sequence[str] = (),
    before_define: str = "",
    before_compile: str = "",
    before_fit: str = "",
    callbacks: Sequence[str] = (),
    after_fit: str = "",
    after_evaluate: str = "",
) -> str:
    """The whole listing about a table, with a lesson's own lines between the stages; else as the pieces say."""
    held_out, own = params.validation_split > 0, own_tables.is_own(params.dataset)
    if own:
        standard = [*standard, *own_listing.MODULES]
    return script(
        head(about, bundled(params.dataset), jit_compile, backend, standard=standard),
        constants(params.seed, params.epochs, params.batch_size),
        prepare(params),
        before_define,
        define(layers),
        before_compile,
        compiled(optimizer, jit_compile, networks.loss(own_tables.listed_outputs(params.dataset), loss)),
        before_fit,
        BATCHES,
        fit(held_out, callbacks),
        after_fit,
        evaluate(held_out),
        after_evaluate,
        own_listing.predict(held_out) if own else predict_two_classes(held_out),
    )
